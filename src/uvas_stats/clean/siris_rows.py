"""The rows of SIRIS tables in one form: who they are about, and for each measure a column of cells.

A report over time is turned so that a läsår is a part of its own, as if it were a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.names import fold
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
from uvas_stats.formats.reading import aliased, note
from uvas_stats.observations.coded import Coded, Ints, compact, constant, join, take

__all__ = ["EVERYONE", "IDS", "NATIONAL", "ORGANISERS", "Part", "known_categories", "parts_of"]

MOST_NEW = 2
"""Kommuner that may be unknown, such as two halves of one: else the codes are not what they were."""
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
ORGANISERS = ("Samtliga", "Totalt", "Kommunal", "Enskild", "Region", "Landsting", "Kommunalförbund", "Statlig")
_OTHER_CODE = re.compile("|3[0-9]{3}")
"""What stands in place of a kommun's code beside a kommunalförbund: nothing, or from 2020 a code of its own."""
_SHEETS = ("samtliga", "kommunal", "enskild")


def known_categories() -> tuple[str, ...]:
    """Give the programmes and the kinds of huvudman that rows may be about."""
    return (*_PROGRAMMES, *ORGANISERS)


@dataclass(frozen=True)
class Part:
    """Rows of one period in one file or sheet."""

    period: str
    ids: tuple[Coded, ...]
    """One for each of :data:`IDS`."""
    cells: Mapping[str, Coded]
    """By measure, as long as the ids."""
    place: Callable[[int, str], str]
    """Names the cell of a row and a measure, or one of :data:`IDS`."""
    table: RawTable


def programme_name(text: str, *, sheet: bool = False) -> str:
    """Write a programme by its whole name; the name of a sheet is cut at 30 characters.

    Examples
    --------
    >>> programme_name("Bygg- och anläggningsprogramme", sheet=True), programme_name("Gymnasieskolan totalt")[:30]
    ('Bygg- och anläggningsprogrammet', 'Gymnasieskolan totalt (natione')
    """
    wanted = normal(aliased("categories", text))
    if wanted.startswith("gymnasieskolan totalt"):
        return EVERYONE
    for name in _PROGRAMMES:
        if normal(name) == wanted or (sheet and len(wanted) >= _CUT and normal(name).startswith(wanted)):
            return name
    return text.strip()


def parts_of(table: RawTable, report: SirisReport, catalog: Catalog) -> list[Part]:
    """Give the rows of a table of the report.

    Raises
    ------
    RawFileError
        If its headings are not those declared, or it does not say its period.
    """
    columns = match_columns(table, report)
    table = _without_unknown(_without_codes(table, report, columns), report, columns, catalog)
    period = table_period(table, report)
    ids = _ids(table, report, columns)
    if report.series:
        return _series(table, report, columns, ids)
    places = {column.measure: at for at, column in columns.items() if column.measure}
    figures = next(iter(places.values()), 0)
    whole = _id_places(report, columns) | places
    cells = {measure: table.columns[at] for measure, at in places.items()}
    return [Part(period, ids, cells, lambda row, name: table.place(row, whole.get(name, figures)), table)]


def _without_codes(table: RawTable, report: SirisReport, columns: dict[int, SirisColumn]) -> RawTable:
    """Leave out the rows that the report is known to have for others than kommuner, and say which."""
    by_role = {column.role: at for at, column in columns.items()}
    if not report.others or "region_code" not in by_role:
        return table
    codes, names = (table.columns[by_role[role]] for role in ("region_code", "region_name"))
    no_kommun = np.array([_OTHER_CODE.fullmatch(text) is not None for text in codes.texts()])[codes.codes]
    other = np.array([any(normal(word) in normal(text) for word in report.others) for text in names.texts()])
    left = no_kommun & other[names.codes]
    if not left.any():
        return table
    kept = np.flatnonzero(~left)
    listed = ", ".join(names.texts()[code] for code in names.codes[left])
    note(f"{table.where}: {listed} är inga kommuner och lästes inte.")
    return _with_rows(table, kept, f"Utan kommunkod och därför utelämnade: {listed}")


def _without_unknown(
    table: RawTable, report: SirisReport, columns: dict[int, SirisColumn], catalog: Catalog
) -> RawTable:
    """Leave out rows whose code and name are both of no kommun that there is, such as one that is to come."""
    by_role = {column.role: at for at, column in columns.items()}
    if report.level != "kommun" or not {"region_code", "region_name"} <= set(by_role):
        return table
    codes, names = (table.columns[by_role[role]] for role in ("region_code", "region_name"))
    known = {region.code for region in catalog.regions}
    called = {fold(region.name) for region in catalog.regions}
    new_code = np.array([bool(re.fullmatch("[0-9]{4}", text)) and text not in known for text in codes.texts()])
    new_name = np.array([fold(text).removesuffix(" kommun") not in called for text in names.texts()])
    left = np.flatnonzero(new_code[codes.codes] & new_name[names.codes])
    if not len(left) or len(np.unique(codes.codes[left])) > MOST_NEW:
        return table
    pairs = zip(names.codes[left], codes.codes[left], strict=True)
    listed = ", ".join(dict.fromkeys(f"{names.texts()[name]} ({codes.texts()[code]})" for name, code in pairs))
    note(f"{table.where}: {listed} finns inte i katalogen och lästes inte.")
    kept = np.setdiff1d(np.arange(len(codes.codes)), left)
    return _with_rows(table, kept, f"Okända och därför utelämnade: {listed}")


def _with_rows(table: RawTable, kept: Ints, told: str) -> RawTable:
    return replace(
        table,
        columns=tuple(compact(take(column, kept)) for column in table.columns),
        lines=[table.lines[row] for row in kept.tolist()],
        notes=(*table.notes, told),
    )


def _id_places(report: SirisReport, columns: dict[int, SirisColumn]) -> dict[str, int]:
    """Say in which column each of the ids stands that has one."""
    code, name = ("lan_code", "lan_name") if report.level == "lan" else ("region_code", "region_name")
    roles = {code: "code", name: "name", "organiser": "organiser", "sex": "sex", "programme": "programme"}
    return {roles[column.role]: at for at, column in columns.items() if column.role in roles}


def _ids(table: RawTable, report: SirisReport, columns: dict[int, SirisColumn]) -> tuple[Coded, ...]:
    places = _id_places(report, columns)
    count = len(table.columns[0].codes)
    filled: dict[str, object] = {
        "code": "00",
        "name": "",
        "organiser": _organiser(table, report),
        "sex": "Samtliga",
        "programme": programme_name(table.sheet, sheet=True)
        if report.sheets == "programme" and table.sheet
        else "",
    }
    return tuple(table.columns[places[key]] if key in places else constant(filled[key], count) for key in IDS)


def _organiser(table: RawTable, report: SirisReport) -> str:
    """Say whose schools a table without such a column is about: its preamble or the name of its sheet tells."""
    organiser = preamble_value(table, "Typ av huvudman")
    if any(normal(line) == "endast kommunal huvudman" for line in table.preamble):
        organiser = "Kommunal"
    named = table.sheet if report.sheets == "organiser" and normal(table.sheet) in _SHEETS else ""
    if organiser and named and normal(organiser) != normal(named):
        raise RawFileError(
            f"Bladet heter {named} men säger att huvudmannen är {organiser}",
            where=table.where,
            todo="Hämta filen igen",
        )
    return organiser or named or "Samtliga"


def _series(
    table: RawTable, report: SirisReport, columns: dict[int, SirisColumn], ids: tuple[Coded, ...]
) -> list[Part]:
    key = np.zeros(len(ids[0].codes), dtype=np.intp)
    for column in ids:
        key = key * max(1, len(column.values)) + column.codes
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    subjects, measures = _subjects(table, report, columns)
    rows: dict[str, Ints] = {}
    for at, measure in enumerate(measures):
        of_measure = np.flatnonzero(subjects == at)
        rows[measure] = np.full(len(first), -1, dtype=np.intp)
        rows[measure][group[of_measure]] = of_measure
        _demand_once(table, of_measure, rows[measure][group[of_measure]])
    who = tuple(take(column, first) for column in ids)
    periods = series_periods(table)
    whole = join([table.columns[at] for at in periods])
    size = len(group)
    years = [Coded(whole.codes[at * size : (at + 1) * size], whole.values) for at in range(len(periods))]
    return [
        _year(table, (at, year), period, who, rows | dict.fromkeys(IDS, first))
        for (at, period), year in zip(periods.items(), years, strict=True)
    ]


def _demand_once(table: RawTable, rows: Ints, kept: Ints) -> None:
    """Stop if two rows of a subject are about the same: the later has then taken the earlier's place."""
    lost = np.flatnonzero(rows != kept)
    if len(lost):
        raise RawFileError(
            "Två rader är om samma sak men har olika tal",
            where=f"{table.place(int(rows[lost[0]]), 0)} och {table.place(int(kept[lost[0]]), 0)}",
            todo="Hämta filen igen; upprepade rader läggs aldrig ihop",
        )


def _year(
    table: RawTable, column: tuple[int, Coded], period: str, ids: tuple[Coded, ...], rows: Mapping[str, Ints]
) -> Part:
    at, year = column
    cells = {measure: take(year, places) for measure, places in rows.items()}
    return Part(period, ids, cells, lambda row, measure: table.place(int(rows[measure][row]), at), table)


def _subjects(table: RawTable, report: SirisReport, columns: dict[int, SirisColumn]) -> tuple[Ints, list[str]]:
    """Say which measure each row holds, as a place in a list of them."""
    place = next((at for at, column in columns.items() if column.role == "subject"), None)
    if place is None:
        return np.zeros(len(table.columns[0].codes), dtype=np.intp), [report.measures[0].measure]
    texts = table.columns[place].texts()
    named = [column_for(aliased("headings", text), report.subjects) for text in texts]
    if len(texts) == 1 and len(report.measures) == 1:
        named = [report.measures[0]]  # the title has said what the only one is
    unknown = [text for text, column in zip(texts, named, strict=True) if column is None]
    if unknown:
        raise RawFileError(
            f"Okända uppgifter: {', '.join(unknown)}. Hittade: {', '.join(texts)}",
            where=f"{table.where}, {table.headings[place]}",
            todo=f"Väntade: {', '.join((*column.headings, *column.words)[0] for column in report.subjects)}",
        )
    measures = list(dict.fromkeys(column.measure for column in named if column is not None and column.measure))
    places = [measures.index(one.measure) if one.measure else -1 for one in named if one is not None]
    return np.array(places, dtype=np.intp)[table.columns[place].codes], measures
