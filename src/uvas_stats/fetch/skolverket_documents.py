"""Skolverket's list of documents: the KAA workbooks, found by table number and title, and fetched by their id.

An id belongs to one version of a file, so the list is asked each time. The ids that are declared are used only for
what the list does not have; the reader then looks at what the workbook itself says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from uvas_stats.catalog import Dataset
from uvas_stats.catalog.kaa import COVERAGE, kaa_period, load_kaa_periods, load_kaa_tables, table_number
from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer, BadBodyError, Http, is_json, read_json
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.files import FilePlan, Wanted
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["Document", "kaa_documents", "plan", "probe"]

SCHOOL_FORM, AREA = "Gymnasieskola", "Kommunernas aktivitetsansvar"
API = "/reports/sossok_api"
FILE = "/sitevision_doc.getFile?p_id={id}"
SHEETS = ("XLSX", "XLS")
BUNDLES = {"4": ("bakgrund", "kommunnivå"), "5": ("åtgärder", "kommunnivå")}
"""Workbooks that hold all tables of a number, and words of their titles."""
_ID = re.compile(r"(?:[?&])p_id=([0-9]{3,9})(?:&|$)")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Document:
    """A workbook of a period."""

    period: str
    table: str
    """Number of the table; ``4`` and ``5`` hold all of that number."""
    id: int
    title: str
    listed: bool = True
    """False where only the declared id leads to it."""


@dataclass(frozen=True)
class _Row:
    """A row of the list, with the heading of its group."""

    number: str
    title: str
    url: str
    filetype: str


def _ask(http: Http, what: str, **names: str) -> list[Mapping[str, Any]]:
    """Ask for a list; names are written with percent signs, never with plus signs."""
    query = "&".join(f"{key}={quote(value, safe='')}" for key, value in names.items())
    path = f"{API}/{what}/?{query}"
    answer = http.call("GET", path, check=is_json)
    if answer.status != 200:
        raise FetchError(f"Dokumentlistan svarar {answer.status}", where=answer.url, todo="Försök igen senare")
    content = read_json(answer)
    rows = content.get("data") if isinstance(content, dict) else content
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FetchError(
            "Dokumentlistan har en annan form än väntat", where=answer.url, todo="Lägg in filen för hand"
        )
    return rows


def _periods(http: Http) -> dict[str, str]:
    """Return the code of each period that the list has, newest first; a calendar year is left out."""
    codes = {}
    for row in _ask(http, "lasar", pVerkform=SCHOOL_FORM, pOmrade=AREA, pStatomr=AREA):
        code, name = str(row.get("kod", "")), str(row.get("namn", ""))
        period = kaa_period(name) or kaa_period(code)
        if period:
            codes[period] = code
    return codes


def _filled(rows: Sequence[Mapping[str, Any]]) -> list[_Row]:
    """Carry the group's heading on: it stands only in the first row of its group."""
    filled, heading = [], ""
    for row in rows:
        heading = str(row.get("rubrik") or "") or heading
        filled.append(
            _Row(
                number=table_number(str(row.get("tabell_nr") or "")),
                title=" ".join(filter(None, [heading, str(row.get("titel") or "")])),
                url=str(row.get("url") or ""),
                filetype=str(row.get("filetype") or "").upper(),
            )
        )
    return filled


def _fits(row: _Row) -> str:
    """Return the table that a row is: its number, with a title that says the same; empty if it is none of ours."""
    title = row.title.casefold()
    if row.filetype not in SHEETS:
        return ""
    tables = load_kaa_tables()
    if any(word in title for word in tables[COVERAGE].title_words):
        return COVERAGE
    if row.number in BUNDLES and all(word in title for word in BUNDLES[row.number]):
        return row.number
    if row.number not in tables or not tables[row.number].read:
        return ""
    if not any(word in title for word in tables[row.number].title_words):
        raise FetchError(
            f"Tabell {row.number} i dokumentlistan heter ”{row.title}”",
            todo=f"Väntade ”{tables[row.number].title}”; hämta filen för hand och kör: uvas adopt kaa FIL",
        )
    return row.number


def _document_id(row: _Row, host: str) -> int:
    """Take the id out of an address without scheme, and refuse one that leads to another host."""
    parts = urlsplit(row.url if "//" in row.url else f"//{row.url}")
    match = _ID.search(f"?{parts.query}")
    known = {host, "siris.skolverket.se", ""}
    if match is None or (parts.hostname or "") not in known or parts.scheme not in ("", "https", "http"):
        raise FetchError(
            f"Dokumentets adress är inte den väntade: {row.url}", todo="Hämta filen för hand: uvas adopt kaa FIL"
        )
    return int(match[1])


def _listed(http: Http, period: str, code: str, left_out: list[str]) -> dict[str, Document]:
    """Find the tables of a period in the list, the newest version of each; say which rows are not trusted."""
    rows = _ask(http, "dokument", pVerkform=SCHOOL_FORM, pOmrade=AREA, pLasar=code)
    host = urlsplit(http.base_url).hostname or ""
    documents: dict[str, Document] = {}
    for row in _filled(rows):
        try:
            table = _fits(row)
            one = Document(period, table, _document_id(row, host), row.title) if table else None
        except FetchError as error:
            left_out.append(f"{period}: {error}")
            continue
        if one is not None and (table not in documents or documents[table].id < one.id):
            documents[table] = one
    return documents


def kaa_documents(http: Http, left_out: list[str] | None = None) -> tuple[Document, ...]:
    """Find the workbooks of all periods.

    Parameters
    ----------
    http
        The connection to SIRIS.
    left_out
        Is given a line for each table in the list that has another title than its number says, or an address that
        leads elsewhere.

    Returns
    -------
    tuple of Document
        The newest period first. What the list does not have but is declared is given with ``listed`` False, and so
        is all of it where the list cannot be had.
    """
    told = [] if left_out is None else left_out
    tables = load_kaa_tables()
    declared = {item.period: item.ids for item in load_kaa_periods()}
    try:
        codes = _periods(http)
    except FetchError:
        codes = {}
    documents = []
    for period in sorted({*codes, *declared}, key=lambda one: one[:4] + one[4:].replace("/", "H3"), reverse=True):
        listed = _listed(http, period, codes[period], told) if period in codes else {}
        ids = declared.get(period, {})
        missing = [number for number in ids if number not in listed and not _covered(number, listed)]
        unlisted = [Document(period, number, ids[number], _title(number), listed=False) for number in missing]
        documents += sorted([*listed.values(), *unlisted], key=lambda one: (one.table == COVERAGE, one.table))
    return tuple(one for one in documents if one.table not in tables or tables[one.table].read)


def _covered(number: str, listed: Mapping[str, Document]) -> bool:
    """Tell whether a declared table is in a listed workbook, or a declared workbook is listed table by table."""
    return number[:1] in listed or (number in BUNDLES and any(one.startswith(number) for one in listed))


def _title(number: str) -> str:
    tables = load_kaa_tables()
    return tables[number].title if number in tables else f"Tabellerna {number}A–{number}E"


def _check_workbook(answer: Answer) -> None:
    """Demand the first bytes of a workbook: a page with status 200 is asked for again, and then refused."""
    if not answer.body.startswith((_ZIP, _OLE)):
        raise BadBodyError("svaret är ingen arbetsbok")


def _name(document: Document, suffix: str = "xlsx") -> str:
    table = "tackning" if document.table == COVERAGE else document.table
    return f"kaa_{document.period.replace('/', '-')}_{table}_{document.id}.{suffix}"


def plan(clients: Clients, dataset: Dataset, held: Snapshot | None) -> FilePlan:
    """Plan the fetch of all KAA workbooks: all periods are one edition, because older ones are revised.

    Parameters
    ----------
    clients
        The connections.
    dataset
        The dataset as declared.
    held
        The newest edition; it lends a workbook that cannot be had today.
    """
    http = clients.http("siris")
    left_out: list[str] = []
    return _plan(http, dataset, kaa_documents(http, left_out), left_out, held)


def probe(clients: Clients, dataset: Dataset) -> FilePlan:
    """Plan one workbook of the newest period, of those whose tables are read."""
    http = clients.http("siris")
    period, code = next(iter(_periods(http).items()), ("", ""))
    tables = load_kaa_tables()
    left_out: list[str] = []
    listed = _listed(http, period, code, left_out) if period else {}
    documents = [one for one in listed.values() if one.table in tables and tables[one.table].read]
    if not documents:
        raise FetchError(
            "Dokumentlistan har inga KAA-tabeller", where=period, todo="Hämta filen för hand: uvas adopt kaa FIL"
        )
    return _plan(http, dataset, (min(documents, key=lambda one: one.table),), left_out)


def _plan(
    http: Http,
    dataset: Dataset,
    documents: Sequence[Document],
    left_out: Sequence[str],
    held: Snapshot | None = None,
) -> FilePlan:
    guessed = [f"{one.table} {one.period}" for one in documents if not one.listed]
    note = f"Hämtade med sparat id, inte ur dokumentlistan: {', '.join(guessed)}." if guessed else ""

    def get(one: Wanted) -> bytes:
        answer = http.call("GET", one.url.removeprefix(http.base_url), check=_check_workbook)
        if answer.status != 200:
            raise FetchError(
                f"Dokumentet svarar {answer.status}",
                where=one.url,
                todo="Hämta filen för hand: uvas adopt kaa FIL",
            )
        return answer.body

    return FilePlan(
        dataset=dataset,
        wanted=tuple(
            Wanted(
                name=_name(one),
                url=http.base_url + FILE.format(id=one.id),
                query=f"tabell={one.table};period={one.period}",
                optional=len(documents) > 1,
            )
            for one in documents
        ),
        get=get,
        note=f"{dataset.note} {note}".strip(),
        left_out=tuple(left_out),
        held=held,
    )
