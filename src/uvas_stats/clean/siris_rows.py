"""The rows of SIRIS tables in one form: who they are about, and for each measure a column of cells.

A report over time is turned so that a läsår is a part of its own, as if it were a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from uvas_stats.catalog.siris import SirisColumn, SirisReport
from uvas_stats.clean.siris_match import (
    column_for,
    match_columns,
    preamble_value,
    series_periods,
    table_period,
)
from uvas_stats.clean.siris_table import RawTable, normal
from uvas_stats.errors import RawFileError

__all__ = ["ABSENT", "EVERYONE", "IDS", "NATIONAL", "Part", "parts_of"]

IDS = ("code", "name", "organiser", "sex", "programme")
EVERYONE = "Gymnasieskolan totalt (nationella program samt introduktionsprogram)"
NATIONAL = "Nationella program"
_PROGRAMMES = (
    EVERYONE,
    NATIONAL,
    "Högskoleförberedande program",
    "Yrkesprogram",
    "Introduktionsprogram",
    "Barn- och fritidsprogrammet",
    "Bygg- och anläggningsprogrammet",
    "Ekonomiprogrammet",
    "El- och energiprogrammet",
    "Estetiska programmet",
    "Fordons- och transportprogrammet",
    "Försäljnings- och serviceprogrammet",
    "Handels- och administrationsprogrammet",
    "Hantverksprogrammet",
    "Hotell- och turismprogrammet",
    "Humanistiska programmet",
    "Industritekniska programmet",
    "Naturbruksprogrammet",
    "Naturvetenskapsprogrammet",
    "Restaurang- och livsmedelsprogrammet",
    "Samhällsvetenskapsprogrammet",
    "Teknikprogrammet",
    "VVS- och fastighetsprogrammet",
    "Vård- och omsorgsprogrammet",
)
_CUT = 28
"""A sheet's name that is at least so long may have been cut."""
_ORGANISERS = ("samtliga", "kommunal", "enskild")


class _Absent:
    """Stands where a table has no cell: nothing was published, and nothing is made of it."""


ABSENT = _Absent()
Cells = Sequence[object]


@dataclass(frozen=True)
class Part:
    """Rows of one period in one file or sheet."""

    period: str
    ids: tuple[Cells, ...]
    """One for each of :data:`IDS`."""
    cells: Mapping[str, Cells]
    """By measure, as long as the ids."""
    place: Callable[[int, str], str]
    """Names the cell of a row and measure."""
    table: RawTable


def programme_name(text: str, *, sheet: bool = False) -> str:
    """Write a programme by its whole name; the name of a sheet is cut at 30 characters.

    Examples
    --------
    >>> programme_name("Bygg- och anläggningsprogramme", sheet=True), programme_name("Gymnasieskolan totalt")[:30]
    ('Bygg- och anläggningsprogrammet', 'Gymnasieskolan totalt (natione')
    """
    wanted = normal(text)
    if wanted.startswith("gymnasieskolan totalt"):
        return EVERYONE
    for name in _PROGRAMMES:
        if normal(name) == wanted or (sheet and len(wanted) >= _CUT and normal(name).startswith(wanted)):
            return name
    return text.strip()


def parts_of(table: RawTable, report: SirisReport) -> list[Part]:
    """Give the rows of a table of the report.

    Raises
    ------
    RawFileError
        If its headings are not those declared, or it does not say its period.
    """
    columns = match_columns(table, report)
    table = _without_codes(table, report, columns)
    period = table_period(table, report)
    ids = _ids(table, report, columns)
    if report.series:
        return _series(table, report, columns, ids)
    places = {column.measure: at for at, column in columns.items() if column.measure}
    cells = {measure: table.columns[at] for measure, at in places.items()}
    return [Part(period, ids, cells, lambda row, measure: table.place(row, places[measure]), table)]


def _without_codes(table: RawTable, report: SirisReport, columns: dict[int, SirisColumn]) -> RawTable:
    """Leave out the rows that the report is known to have for others than kommuner, and say which."""
    by_role = {column.role: at for at, column in columns.items()}
    if not report.others or "region_code" not in by_role:
        return table
    codes, names = (table.columns[by_role[role]] for role in ("region_code", "region_name"))
    left = [
        row
        for row, (code, name) in enumerate(zip(codes, names, strict=True))
        if not str(code).strip() and any(normal(word) in normal(name) for word in report.others)
    ]
    if not left:
        return table
    kept = sorted(set(range(len(codes))) - set(left))
    return replace(
        table,
        columns=tuple([column[row] for row in kept] for column in table.columns),
        lines=[table.lines[row] for row in kept],
        notes=(
            *table.notes,
            f"Utan kommunkod och därför utelämnade: {', '.join(str(names[row]) for row in left)}",
        ),
    )


def _ids(table: RawTable, report: SirisReport, columns: dict[int, SirisColumn]) -> tuple[Cells, ...]:
    by_role = {column.role: at for at, column in columns.items()}
    code, name = ("lan_code", "lan_name") if report.level == "lan" else ("region_code", "region_name")
    count = len(table.columns[0])
    filled: dict[str, object] = {
        "code": "00",
        "name": "",
        "organiser": _organiser(table, report),
        "sex": "Samtliga",
        "programme": programme_name(table.sheet, sheet=True)
        if report.sheets == "programme" and table.sheet
        else "",
    }
    roles = {"code": code, "name": name, "organiser": "organiser", "sex": "sex", "programme": "programme"}
    return tuple(
        table.columns[by_role[roles[key]]] if roles[key] in by_role else [filled[key]] * count for key in IDS
    )


def _organiser(table: RawTable, report: SirisReport) -> str:
    """Say whose schools a table without such a column is about: its preamble or the name of its sheet tells."""
    told = preamble_value(table, "Typ av huvudman")
    if any(normal(line) == "endast kommunal huvudman" for line in table.preamble):
        told = "Kommunal"
    named = table.sheet if report.sheets == "organiser" and normal(table.sheet) in _ORGANISERS else ""
    if told and named and normal(told) != normal(named):
        raise RawFileError(
            f"Bladet heter {named} men säger att huvudmannen är {told}", where=table.where, todo="Hämta filen igen"
        )
    return told or named or "Samtliga"


def _series(
    table: RawTable, report: SirisReport, columns: dict[int, SirisColumn], ids: tuple[Cells, ...]
) -> list[Part]:
    keys = list(zip(*ids, strict=True))
    index = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    subjects = _subjects(table, report, columns)
    rows: dict[str, list[int]] = {}
    for row, (key, measure) in enumerate(zip(keys, subjects, strict=True)):
        places = rows.setdefault(measure, [-1] * len(index))
        if places[index[key]] >= 0:
            raise RawFileError(
                "Två rader är om samma sak men har olika tal",
                where=f"{table.place(places[index[key]], 0)} och {table.cell(table.lines[row], 0)}",
                todo="Hämta filen igen",
            )
        places[index[key]] = row
    own = tuple(zip(*index, strict=True))
    return [_year(table, at, period, own, rows) for at, period in series_periods(table).items()]


def _year(table: RawTable, at: int, period: str, ids: tuple[Cells, ...], rows: dict[str, list[int]]) -> Part:
    column = table.columns[at]
    cells = {measure: [column[row] if row >= 0 else ABSENT for row in places] for measure, places in rows.items()}
    return Part(period, ids, cells, lambda row, measure: table.place(rows[measure][row], at), table)


def _subjects(table: RawTable, report: SirisReport, columns: dict[int, SirisColumn]) -> list[str]:
    """Say which measure each row holds."""
    place = next((at for at, column in columns.items() if column.role == "subject"), None)
    if place is None:
        return [report.subjects[0].measure] * len(table.columns[0])
    meaning = {text: column_for(str(text), report.subjects) for text in dict.fromkeys(table.columns[place])}
    unknown = [str(text) for text, column in meaning.items() if column is None]
    if unknown:
        raise RawFileError(
            f"Okända uppgifter: {', '.join(unknown)}. Hittade: {', '.join(map(str, meaning))}",
            where=f"{table.where}, {table.headings[place]}",
            todo=f"Väntade: {', '.join(column.headings[0] for column in report.subjects)}",
        )
    measures = {text: column.measure for text, column in meaning.items() if column is not None}
    return [measures[text] for text in table.columns[place]]
