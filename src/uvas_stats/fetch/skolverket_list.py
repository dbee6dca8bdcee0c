"""The lists of Skolverket's export API: levels, areas, reports and years, so that no id is trusted blindly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from uvas_stats.catalog.siris import SirisReport
from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer, BadBodyError, Http

__all__ = ["API", "ExportList", "Found"]

API = "/reports/export_api"
_LEVELS = {"kommun": "kommun", "lan": "län", "riket": "rik"}
"""What the name of a level begins with in the API's list."""


@dataclass(frozen=True)
class Found:
    """A report as the API lists it today."""

    id: str
    title: str
    note: str = ""


def _json(answer: Answer) -> None:
    try:
        orjson.loads(answer.body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadBodyError("svaret är inte JSON") from error


def _rows(content: Any, key: str) -> list[dict[str, Any]]:
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
        answer = self._http.call("GET", path, params=params, check=_json)
        if answer.status != 200:
            raise FetchError(
                f"Skolverket svarar {answer.status} på listan {name}", where=answer.url, todo="Kör igen senare"
            )
        return orjson.loads(answer.body.removeprefix(b"\xef\xbb\xbf"))

    def _reports(self, form: str, level: str) -> list[dict[str, Any]]:
        """List all reports of a school form at a level, over all areas."""
        if (form, level) not in self._known:
            levels = _rows(self._get("niva", pVerkform=form), "niva")
            codes = [str(row["kod"]) for row in levels if _plain(row.get("namn")).startswith(_LEVELS[level])]
            if len(codes) != 1:
                names = ", ".join(str(row.get("namn")) for row in levels)
                raise FetchError(
                    f"Skolverkets nivåer är {names}", todo=f"Väntade en som börjar på {_LEVELS[level]}"
                )
            found: list[dict[str, Any]] = []
            for area in _rows(self._get("omrade", pVerkform=form, pNiva=codes[0]), "omrade"):
                params = {"pVerkform": form, "pNiva": codes[0], "pOmrade": str(area["kod"])}
                found += _rows(self._get("export", **params), "export")
            self._known[form, level] = found
        return self._known[form, level]

    def find(self, report: SirisReport) -> Found:
        """Find a declared report: its id if the title there is right, else the one report that has the title.

        Raises
        ------
        FetchError
            If no report of the level has the title, or several have and none of them the id.
        """
        listed = self._reports(report.school_form, report.level)
        titled = {str(row["kod"]): str(row.get("namn", "")) for row in listed if _titled(row, report)}
        if report.id in titled:
            return Found(report.id, titled[report.id])
        if len(titled) == 1:
            ((id_, title),) = titled.items()
            note = f"Rapporten har nu nummer {id_} i stället för {report.id}." if report.id else ""
            return Found(id_, title, note)
        there = next((str(row.get("namn")) for row in listed if str(row["kod"]) == report.id), "ingen rapport")
        often = "flera gånger" if titled else "inte"
        raise FetchError(
            f"Rapporten ”{' … '.join(report.title_words)}” finns {often} hos Skolverket"
            f"; nummer {report.id or '–'} är {there}",
            where=report.name,
            todo="Kontrollera numret i siris_reports.toml",
        )

    def years(self, found: Found) -> list[int]:
        """List the years of a report, the newest first."""
        rows = _rows(self._get("lasar", pExportID=found.id), "lasar")
        years = [int(str(row["kod"])) for row in rows if str(row["kod"]).isdecimal()]
        return sorted(set(years), reverse=True)

    def extraction(self, found: Found, year: int) -> str:
        """Return the code of the newest extraction (uttag) of a year, or ``null`` where there is no choice."""
        content = self._get("extra", pExportID=found.id, pAr=str(year))
        rows = content.get("uttag") if isinstance(content, Mapping) else None
        return str(rows[0]["kod"]) if rows else "null"


def _titled(row: Mapping[str, Any], report: SirisReport) -> bool:
    title = _plain(row.get("namn"))
    return all(_plain(word) in title for word in report.listed_words) and not any(
        _plain(word) in title for word in report.not_titled
    )
