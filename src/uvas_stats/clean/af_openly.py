"""Openly unemployed 18-24: yearly means as regional sites print them, and the months of a site that is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.errors import RawFileError, UnknownNameError
from uvas_stats.formats.grid import begins, cell_name, is_several, row_texts
from uvas_stats.formats.loose_tables import loose_tables
from uvas_stats.formats.markers import has_thousands, loose_number
from uvas_stats.formats.sex_and_age import sex_of
from uvas_stats.observations.validate import make_observations
from uvas_stats.periods import MONTHS
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["read_af_history", "read_af_openly_year"]

_TITLE = re.compile(r"öppet arbetslösa 18\s*[-\u2010-\u2015]\s*24 år\D*årsmedeltal ((?:19|20)\d\d)", re.IGNORECASE)
_YEAR_HEADINGS = begins("Kommun/Region", "Antal", "Andel (%)")
_PARAMETER = re.compile(r"(Månad|Län|Ålder|Kön|Utrikesfödda)\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_MONTHS = [name[:3] for name in MONTHS]
Row = tuple[int, list[str]]
"""A row's number in the file, from 0, and its cells."""
_AREAS = 312
_AGAIN = "Kontrollera att det är rätt fil"


@dataclass(frozen=True)
class _Figure:
    region: str
    count: float
    share: float


def _cells(path: Path) -> list[Row]:
    tables = loose_tables(path)
    if len(tables) != 1:
        raise RawFileError(f"Filen har {len(tables)} tabeller", where=path, todo="Lägg in en tabell i taget")
    return [(number, row) for number, row in enumerate(map(row_texts, tables[0][1])) if any(row)]


def _region(name: str, catalog: Catalog, where: str) -> str:
    try:
        return catalog.area(name).code
    except UnknownNameError as error:
        raise RawFileError(f"”{name}” är inget känt område", where=where, todo=error.todo or _AGAIN) from None


def _count(text: str, where: str) -> float:
    if has_thousands(text):
        raise RawFileError(f"Antalet ”{text}” kan ha komma mellan tusental", where=where, todo=_AGAIN)
    return _number(text, where)


def _number(text: str, where: str) -> float:
    number = loose_number(text)
    if number is None:
        raise RawFileError(f"”{text}” är inget tal", where=where, todo=_AGAIN)
    return number


def _figures(rows: list[Row], columns: tuple[int, int, int], catalog: Catalog, path: Path) -> Iterator[_Figure]:
    seen: set[str] = set()
    area, count, share = columns
    widths = [max(at for at, cell in enumerate(row) if cell) for _, row in rows]
    usual = max(set(widths), key=widths.count, default=0)
    for (number, row), width in zip(rows, widths, strict=True):
        if width < usual:
            raise RawFileError(
                "Raden har färre celler än de andra", where=f"{path}, rad {number + 1}", todo="Hämta filen igen"
            )
        if len(row) <= max(columns):
            raise RawFileError("Raden är för kort", where=f"{path}, rad {number + 1}", todo=_AGAIN)
        code = _region(row[area], catalog, f"{path}, {cell_name(number, area)}")
        if code in seen:
            raise RawFileError(f"{row[area]} finns två gånger", where=f"{path}, rad {number + 1}", todo=_AGAIN)
        seen.add(code)
        yield _Figure(
            code,
            _count(row[count], f"{path}, {cell_name(number, count)}"),
            _number(row[share], f"{path}, {cell_name(number, share)}"),
        )


def _frame(figures: list[_Figure], count: str, share: str, period: str, sex: str, origin: str) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"region_code": [one.region for one in figures], "measure": measure, "value": values})
        for measure, values in {
            count: [one.count for one in figures],
            share: [one.share for one in figures],
        }.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(period=period, sex=sex, age_group="18-24", origin=origin)


def _yearly(path: Path, catalog: Catalog) -> tuple[list[_Figure], str]:
    rows = _cells(path)
    title = _TITLE.search(" ".join(rows[0][1])) if rows else None
    if title is None:
        raise RawFileError("Titeln är inte ”Öppet arbetslösa 18-24 år. Årsmedeltal ÅÅÅÅ”", where=path, todo=_AGAIN)
    heads = [at for at, (_, row) in enumerate(rows) if _YEAR_HEADINGS(row)]
    if len(heads) != 1:
        raise RawFileError("Rubrikerna är inte Kommun/Region, Antal, Andel (%)", where=path, todo=_AGAIN)
    body = [(number, row) for number, row in rows[heads[0] + 1 :] if not row[0].casefold().startswith("källa")]
    return list(_figures(body, (0, 1, 2), catalog, path)), title[1]


def read_af_openly_year(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read an edition of tables of openly unemployed 18-24, yearly means, with the län's total as printed.

    Raises
    ------
    RawFileError
        If a file is not such a table, or two tell different figures of an area.
    """
    parts = []
    for file in snapshot.files:
        figures, year = _yearly(snapshot.path(file), catalog)
        names = ("af_openly_unemployed_18_24_year_count", "af_openly_unemployed_18_24_year_rate_pct")
        parts.append(_frame(figures, *names, year, "total", snapshot.origin(file)))
    frame = pd.concat(parts, ignore_index=True)
    # riket stands in the table of each län
    frame = frame.drop_duplicates(["region_code", "measure", "period", "value"], ignore_index=True)
    return make_observations(frame.assign(dataset=snapshot.dataset, edition=snapshot.edition))


def _parameters(rows: list[Row], path: Path) -> dict[str, str]:
    parameters = {}
    for _, row in rows:
        match = _PARAMETER.fullmatch(" ".join(cell for cell in row if cell))
        if match:
            parameters[match[1].casefold()] = match[2].strip()
    if parameters.get("ålder", "").replace(" år", "") not in ("18-24", "18–24"):
        raise RawFileError(
            f"Filen gäller ålder ”{parameters.get('ålder', '')}”, inte 18-24", where=path, todo=_AGAIN
        )
    if not sex_of(parameters.get("kön", "")):
        raise RawFileError(f"Kön är ”{parameters.get('kön', '')}”", where=path, todo=_AGAIN)
    if parameters.get("utrikesfödda", "").casefold() not in ("", "alla", "totalt", "inrikes och utrikes födda"):
        raise RawFileError("Filen gäller bara en del efter födelseland", where=path, todo=_AGAIN)
    return parameters


def _month(text: str, path: Path) -> str:
    """Read 2016-05, 201605, 2016 maj or maj 2016."""
    plain = text.strip().casefold()
    if match := re.fullmatch(r"((?:19|20)\d\d)-?(0[1-9]|1[0-2])", plain):
        return f"{match[1]}-{match[2]}"
    year, name = re.search(r"(?:19|20)\d\d", plain), re.search(r"[a-zåäö]{3}", plain)
    if year and name and name[0] in _MONTHS:
        return f"{year[0]}-{_MONTHS.index(name[0]) + 1:02d}"
    raise RawFileError(f"Månaden är ”{text}”", where=path, todo=_AGAIN)


def _open_columns(heads: list[str], path: Path) -> tuple[int, int]:
    """Find the columns of openly unemployed, without those in programmes: their number and their share."""
    plain = [head.casefold() for head in heads]
    hits = [at for at, head in enumerate(plain) if "öppet arbetslösa" in head and "program" not in head]
    shares = [at for at in hits if "andel" in plain[at] or "%" in plain[at]]
    counts = [at for at in hits if at not in shares]
    if len(counts) != 1 or len(shares) != 1:
        raise RawFileError(
            f"Filen har {len(counts)} antal och {len(shares)} andelar för öppet arbetslösa; "
            f"rubrikerna är {', '.join(filter(None, heads))}",
            where=path,
            todo=_AGAIN,
        )
    return counts[0], shares[0]


def read_af_history(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read an edition of the older site's monthly files to validated observations of openly unemployed.

    Raises
    ------
    RawFileError
        If a file is of other ages, has not riket, 21 län and 290 kommuner, or tells openly unemployed and those in
        programmes only together.
    """
    parts = []
    for file in snapshot.files:
        path = snapshot.path(file)
        rows = _cells(path)
        heads = [at for at, (_, row) in enumerate(rows) if not row[0] and is_several(row)]
        if not heads:
            raise RawFileError("Filen har ingen rad med rubriker", where=path, todo=_AGAIN)
        count, share = _open_columns(rows[heads[-1]][1], path)
        parameters = _parameters(rows[heads[-1] + 1 :], path)
        body = [(number, row) for number, row in rows[heads[-1] + 1 :] if sum(bool(cell) for cell in row) > 2]
        if len(body) != _AREAS:
            raise RawFileError(f"Filen har {len(body)} områden av {_AREAS}", where=path, todo=_AGAIN)
        figures = list(_figures(body, (0, count, share), catalog, path))
        names = ("af_openly_unemployed_18_24_count", "af_openly_unemployed_18_24_rate_pct")
        month, sex = _month(parameters.get("månad", ""), path), sex_of(parameters["kön"])
        parts.append(_frame(figures, *names, month, sex, snapshot.origin(file)))
    frame = pd.concat(parts, ignore_index=True)
    return make_observations(frame.assign(dataset=snapshot.dataset, edition=snapshot.edition))
