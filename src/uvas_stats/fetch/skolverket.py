"""Plan and fetch the reports of Skolverket's export API, a file a year.

The service answers 200 for a year that is not published and, at faults, with a web page; connections break in the
middle of an answer. Each answer is looked at before it is kept, and its läsår is compared with the one asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from uvas_stats.catalog import Dataset
from uvas_stats.catalog.siris import SirisReport, siris_reports
from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import BOM, PAGE, Answer, BadBodyError, Http, is_json, read_json
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.files import FilePlan, Wanted
from uvas_stats.raw.snapshot import Snapshot, sha256

__all__ = ["ExportList", "Question", "plan", "probe"]

API = "/reports/export_api"
_LEVELS = {"kommun": "kommun", "lan": "län", "riket": "rik"}
"""What the name of a level begins with in the API's list."""
_MENDED = "Kontrollera numret i siris_reports.toml"
_PROBED = "0180"
"""A kommun that has schools of every kind: a small question tells whether a year is published."""
_HEADINGS = re.compile(r"^(?:Kommun|Skolkommun|Län|Riket);", re.MULTILINE)
_END = re.compile(r"^\s*Rapportbeskrivning", re.MULTILINE | re.IGNORECASE)


def plan(clients: Clients, dataset: Dataset, held: Snapshot | None) -> FilePlan:
    """Plan the fetch of a dataset's reports.

    Parameters
    ----------
    clients
        Gives the connection.
    dataset
        Whose reports are declared in ``siris_reports.toml``.
    held
        The newest edition: years that it holds are taken from it, and all others asked for.

    Raises
    ------
    FetchError
        If the service does not list a report under its title, or nothing is published.
    """
    http, source = clients.http("siris"), clients.web_source("siris")
    lists = ExportList(http)
    kept = _unchanged(held) if held is not None else {}
    wanted: dict[str, Question] = {}
    notes, lost = [], []
    for report in siris_reports(dataset.id):
        if report.fetched:
            try:
                listed = lists.find(report)
            except FetchError as error:
                lost.append(error)
                continue
            questions, missing = _questions(http, lists, report, listed, kept)
            wanted |= {question.name: question for question in questions}
            notes += [f"{listed.title} (rapport {listed.id}).", listed.note, _unpublished(missing)]
    if not wanted and lost:
        raise lost[0]
    if not wanted:
        raise FetchError("Skolverket har inte publicerat något år", where=dataset.id, todo="Kör igen senare")

    def get(one: Wanted) -> bytes:
        return kept[one.name] if one.name in kept else wanted[one.name].ask(http)

    return FilePlan(
        dataset=dataset,
        wanted=tuple(
            Wanted(item.name, url=source.url + item.path, optional=len(wanted) > 1) for item in wanted.values()
        ),
        get=get,
        note=" ".join(note for note in notes if note),
        left_out=tuple(f"En rapport lämnades utanför. {error}" for error in lost),
    )


def _unpublished(years: list[int]) -> str:
    return f"Inte publicerat: {', '.join(map(str, sorted(years)))}." if years else ""


def _unchanged(snapshot: Snapshot) -> dict[str, bytes]:
    """Read the files of an edition that are as they were; others are asked for anew."""
    kept = {}
    for file in snapshot.files:
        path = snapshot.path(file)
        content = path.read_bytes() if path.is_file() else b""
        if sha256(content) == file.sha256.lower():
            kept[file.name] = content
    return kept


@dataclass(frozen=True)
class ListedReport:
    """A report as the API lists it today."""

    id: str
    title: str
    note: str = ""


def _listed_rows(content: Any, key: str) -> list[dict[str, Any]]:
    """Take the list of an answer, which stands alone or under a key."""
    rows = content.get(key, content.get("data")) if isinstance(content, dict) else content
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "kod" in row for row in rows):
        raise FetchError(f"Skolverkets lista {key} har en annan form än väntat", todo="Kör igen senare")
    return rows


def _plain(text: object) -> str:
    return " ".join(str(text).casefold().split())


class ExportList:
    """The lists of the API; each is asked for once.

    Parameters
    ----------
    http
        The connection to SIRIS.
    """

    def __init__(self, http: Http) -> None:
        self._http = http
        self._known: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def _get(self, name: str, **params: str) -> Any:
        path = f"{API}/{name}/"
        answer = self._http.call("GET", path, params=params, check=is_json)
        if answer.status != 200:
            raise FetchError(
                f"Skolverket svarar {answer.status} på listan {name}", where=answer.url, todo="Kör igen senare"
            )
        return read_json(answer)

    def levels(self, form: str) -> list[dict[str, Any]]:
        """List the levels of a school form."""
        return _listed_rows(self._get("niva", pVerkform=form), "niva")

    def _reports(self, form: str, level: str) -> list[dict[str, Any]]:
        """List all reports of a school form at a level, over all areas."""
        if (form, level) not in self._known:
            levels = self.levels(form)
            codes = [str(row["kod"]) for row in levels if _plain(row.get("namn")).startswith(_LEVELS[level])]
            if len(codes) != 1:
                names = ", ".join(str(row.get("namn")) for row in levels)
                raise FetchError(
                    f"Skolverkets nivåer är {names}", todo=f"Väntade en som börjar på {_LEVELS[level]}"
                )
            rows: list[dict[str, Any]] = []
            for area in _listed_rows(self._get("omrade", pVerkform=form, pNiva=codes[0]), "omrade"):
                params = {"pVerkform": form, "pNiva": codes[0], "pOmrade": str(area["kod"])}
                rows += _listed_rows(self._get("export", **params), "export")
            self._known[form, level] = rows
        return self._known[form, level]

    def find(self, report: SirisReport) -> ListedReport:
        """Find a declared report: its id if the title there is right, else the one report that has the title.

        Raises
        ------
        FetchError
            If no report of the level has the title, or several have and none of them the id.
        """
        listed = self._reports(report.school_form, report.level)
        titled = {str(row["kod"]): str(row.get("namn", "")) for row in listed if _titled(row, report)}
        if report.id in titled:
            return ListedReport(report.id, titled[report.id])
        if len(titled) == 1:
            ((id_, title),) = titled.items()
            note = f"Rapporten har nu nummer {id_} i stället för {report.id}." if report.id else ""
            return ListedReport(id_, title, note)
        there = next((str(row.get("namn")) for row in listed if str(row["kod"]) == report.id), "ingen rapport")
        often = "flera gånger" if titled else "inte"
        raise FetchError(
            f"Rapporten ”{' … '.join(report.title_words)}” finns {often} hos Skolverket"
            f"; nummer {report.id or '–'} är {there}",
            where=report.name,
            todo=_MENDED,
        )

    def years(self, listed: ListedReport) -> list[int]:
        """List the years of a report, the newest first."""
        rows = _listed_rows(self._get("lasar", pExportID=listed.id), "lasar")
        years = [int(str(row["kod"])) for row in rows if str(row["kod"]).isdecimal()]
        return sorted(set(years), reverse=True)

    def extraction(self, listed: ListedReport, year: int) -> str:
        """Return the code of the newest extraction (uttag) of a year, or ``null`` where there is no choice."""
        content = self._get("extra", pExportID=listed.id, pAr=str(year))
        rows = content.get("uttag") if isinstance(content, Mapping) else None
        return str(rows[0]["kod"]) if rows else "null"


def _titled(row: Mapping[str, Any], report: SirisReport) -> bool:
    title = _plain(row.get("namn"))
    return all(_plain(word) in title for word in report.listed_words) and not any(
        _plain(word) in title for word in report.not_titled
    )


class Question:
    """One file to ask for."""

    def __init__(self, report: SirisReport, listed: ListedReport, year: int, extraction: str) -> None:
        self.report, self.listed, self.year, self.extraction = report, listed, year, extraction

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.report.name}_{self.year}.{'xlsx' if self.report.workbook else 'csv'}"

    @property
    def path(self) -> str:
        """The path of the whole file."""
        return self._path_of(workbook=self.report.workbook, kommun="")

    @property
    def of_one(self) -> str:
        """The path of a small question, for one kommun."""
        return self._path_of(workbook=False, kommun=_PROBED)

    def _path_of(self, *, workbook: bool, kommun: str) -> str:
        kind, sheets = ("xls", 1) if workbook else ("csv", 0)
        return (
            f"{API}/runexport/?pFormat={kind}&pExportID={self.listed.id}&pAr={self.year}&pLan=&pKommun={kommun}"
            f"&pHmantyp=&pUttag={self.extraction}&pToken=&pFlikar={sheets}&pVerkform={self.report.school_form}"
        )

    def published(self, http: Http) -> bool:
        """Ask for one kommun and tell whether there are rows."""
        texts = []
        for _ in range(2):  # an answer cut off after the headings looks like a year without rows: ask again
            answer = http.call("GET", self.of_one, check=_whole_csv)
            _demand_ok(answer)
            texts.append(_text(answer.body))
            if _has_rows(texts[-1]) or _END.search(texts[-1]):
                break
        return _has_rows(texts[-1])

    def ask(self, http: Http) -> bytes:
        """Ask for the whole file and look at it.

        Raises
        ------
        FetchError
            If it has no rows, or is about another period than was asked for.
        """
        answer = http.call("GET", self.path, check=_whole_workbook if self.report.workbook else _whole_csv)
        _demand_ok(answer)
        if not self.report.workbook:
            text = _text(answer.body)
            if not _has_rows(text):
                raise FetchError(
                    f"Skolverkets fil för {self.year} har inga rader", where=self.name, todo="Kör igen senare"
                )
            try:
                self._check_period(text)
            except FetchError as error:
                error.body = answer.body
                raise
        return answer.body

    def _check_period(self, text: str) -> None:
        head = text[: _start(text)]
        labels = "|".join(re.escape(label) for label in self.report.period_labels)
        match = re.search(rf"^(?:{labels}):\s*([0-9]{{4}})", head, re.MULTILINE)
        wanted = self.year + self.report.year_offset
        if match is None or int(match[1]) != wanted:
            stated = match[1] if match else "ingen period"
            raise FetchError(
                f"Filen för {self.year} säger {stated} men ska börja {wanted}",
                where=self.name,
                todo="Kör igen senare",
            )


def _questions(
    http: Http, lists: ExportList, report: SirisReport, listed: ListedReport, kept: dict[str, bytes]
) -> tuple[list[Question], list[int]]:
    """Say which years to ask for: those that are held, and those that turn out to be published."""
    years = [year for year in lists.years(listed) if year >= report.first_year]
    if not years:
        return [], []
    choice = lists.extraction(listed, years[0])
    questions, missing = [], []
    for year in years:
        extraction = choice if choice == "null" or year == years[0] else lists.extraction(listed, year)
        question = Question(report, listed, year, extraction)
        if question.name in kept or question.published(http):
            questions.append(question)
            if report.series:  # the newest file holds all years
                break
        else:
            missing.append(year)
    return questions[::-1], missing


def probe(clients: Clients, dataset: Dataset) -> FilePlan:
    """Plan a question for one kommun, the newest year that is published of a dataset's first report."""
    http = clients.http("siris")
    report = next(report for report in siris_reports(dataset.id) if report.fetched)
    lists, listed = ExportList(http), ListedReport(report.id, "")
    lists.levels(report.school_form)
    questions = (
        Question(report, listed, year, lists.extraction(listed, year)) for year in lists.years(listed)[:2]
    )
    question = next((one for one in questions if one.published(http)), None)
    if question is None:
        raise FetchError(f"Skolverkets rapport {report.id} har inget nytt år", where=report.name, todo=_MENDED)
    answer = http.call("GET", question.of_one, check=_whole_csv)
    wanted = Wanted(question.name, url=http.base_url + question.of_one)
    return FilePlan(dataset=dataset, wanted=(wanted,), get=lambda _: answer.body)


def _demand_ok(answer: Answer) -> None:
    if answer.status != 200:
        raise FetchError(f"Skolverket svarar {answer.status}", where=answer.url, todo="Kör igen senare")


def _refuse_page(body: bytes) -> None:
    if not body.strip():
        raise BadBodyError("svaret är tomt")
    if body.removeprefix(BOM).lstrip()[:100].lower().startswith((b"<!doctype html", b"<html")):
        raise BadBodyError(PAGE)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FetchError("Svaret är inte UTF-8", todo="Kör igen senare") from error


def _start(text: str) -> int:
    match = _HEADINGS.search(text)
    return match.start() if match else len(text)


def _rows(text: str) -> list[str]:
    end = _END.search(text)
    lines = text[_start(text) : end.start() if end else len(text)].splitlines()
    return [line for line in lines[1:] if line.strip("; \t")]


def _has_rows(text: str) -> bool:
    return bool(_rows(text))


def _whole_csv(answer: Answer) -> None:
    """Ask again for an answer that is a web page, is no CSV, or is cut off."""
    _refuse_page(answer.body)
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadBodyError("svaret är inte UTF-8") from error
    if "\n" not in text[_start(text) :]:  # also an answer without rows has a whole line of headings
        raise BadBodyError("svaret har ingen hel tabell")
    if _has_rows(text) and not _END.search(text):
        raise BadBodyError("svaret är avklippt")


def _whole_workbook(answer: Answer) -> None:
    _refuse_page(answer.body)
    if not answer.body.startswith(b"PK\x03\x04") or b"PK\x05\x06" not in answer.body[-70_000:]:
        raise BadBodyError("svaret är ingen hel arbetsbok")
