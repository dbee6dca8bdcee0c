"""A sheet of a KAA workbook: which table it is, of which period, and what stands in its columns and rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from uvas_stats.catalog.kaa import COVERAGE, KaaTable, kaa_period, load_kaa_tables
from uvas_stats.clean.kaa_heading import Meaning, expected, meaning, plain
from uvas_stats.clean.kaa_layout import (
    Layout,
    area_cells,
    area_code,
    find_layout,
    is_area,
    is_unknown,
    refuse_unheaded,
)
from uvas_stats.errors import RawFileError
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.formats.grid import Rows, cell_name, cell_text
from uvas_stats.formats.reading import note

__all__ = ["KaaColumn", "KaaSheet", "find_sheet"]

_NUMBER = re.compile(r"(?:\btabell\s*|^\s*)([1-5])\s?([a-f])\b", re.IGNORECASE)
_UNITS = {"antal": "count", "andel": "pct", "procent": "pct"}


@dataclass(frozen=True)
class KaaColumn:
    """A column with figures."""

    at: int
    heading: str
    """As printed, the group before the name."""
    cell: str
    means: Meaning


@dataclass(frozen=True)
class KaaSheet:
    """What is understood of a sheet; its cells are not yet read."""

    where: str
    table: KaaTable
    period: str
    title: str
    columns: tuple[KaaColumn, ...]
    rows: tuple[tuple[int, str], ...]
    """Row number from 0, and the code of its area."""
    notes: tuple[str, ...]
    cells: Rows

    def place(self, row: int, column: int) -> str:
        """Name a cell: file, sheet and address."""
        return f"{self.where}, cell {cell_name(row, column)}"


def _number(title: str, sheet: str) -> str:
    """Read the table's number in the title or the name of the sheet."""
    if "kommunernas rapportering" in plain(f"{title} {sheet}"):
        return COVERAGE
    number = _NUMBER.search(title) or _NUMBER.search(sheet)
    return f"{number[1]}{number[2].upper()}" if number else ""


def _candidates(number: str, title: str, hint: str, where: str) -> list[KaaTable]:
    """Give the tables that the sheet can be, by number, by title, or all."""
    tables = load_kaa_tables()
    asked = [one for one in tables if hint and one.startswith(hint)] or list(tables)
    if number and number in tables:
        if number not in asked:
            raise RawFileError(
                f"Bladet är tabell {number} men tabell {hint} väntades", where=where, todo="Hämta listan igen"
            )
        return [tables[number]]
    words = plain(title)
    titled = [tables[one] for one in asked if any(word in words for word in tables[one].title_words)]
    return titled or [tables[one] for one in asked]


def _columns(table: KaaTable, sheet: Layout) -> tuple[list[KaaColumn], list[str]]:
    """Read the headings for a table: what is understood, and what is not."""
    columns, unknown = [], []
    for at, heading in enumerate(sheet.headings):
        if at in sheet.block.roles.values() or not heading:
            continue
        means = meaning(table, heading)
        address = cell_name(sheet.block.data - 1, at)
        if means is None:
            unknown.append(f"”{heading}” i {address}")
        else:
            columns.append(KaaColumn(at, heading, address, means))
    return columns, unknown


def _choose(raw: Layout, candidates: Sequence[KaaTable]) -> tuple[KaaTable, list[KaaColumn]]:
    """Choose the table whose headings all fit."""
    fits = []
    for table in candidates:
        columns, unknown = _columns(table, raw)
        ids = {column.means.id for column in columns}
        whole = set(table.required) <= ids and columns
        if whole and not unknown and (not table.stem or any(c.means.kind == "category" for c in columns)):
            fits.append((table, columns))
    if len(fits) == 1:
        return fits[0]
    if len(candidates) == 1:
        _, unknown = _columns(candidates[0], raw)
        what = f"okända rubriker {', '.join(unknown)}" if unknown else "rubriker som behövs saknas"
        raise RawFileError(
            f"Tabell {candidates[0].number}: {what}",
            where=raw.where,
            todo=f"Väntade: {expected(candidates[0])}. Hittade: {', '.join(filter(None, raw.headings))}",
        )
    listed = "; ".join(f"{table.number} {table.title}" for table in candidates)
    raise RawFileError(
        "Det går inte att avgöra vilken KAA-tabell bladet är",
        where=raw.where,
        todo=f"Hittade: {', '.join(filter(None, raw.headings))}. Kända tabeller: {listed}",
    )


def _doubles(columns: Sequence[KaaColumn], where: str) -> None:
    seen: dict[Meaning, KaaColumn] = {}
    for column in columns:
        if column.means in seen:
            first = seen[column.means]
            raise RawFileError(
                f"Två rubriker betyder samma sak: ”{first.heading}” i {first.cell} och ”{column.heading}” i "
                f"{column.cell}",
                where=where,
                todo="Kontrollera filen",
            )
        seen[column.means] = column


def _areas(raw: Layout, areas: AreaCodes, at: Sequence[int]) -> tuple[list[tuple[int, str]], list[str]]:
    """Find the area of each row; a row without figures that names none is a note."""
    coded_rows: list[tuple[int, str]] = []
    notes: list[str] = []
    coded = "code" in raw.block.roles
    for number in range(raw.block.data, len(raw.rows)):
        row = raw.rows[number]
        where = f"{raw.where}, cell {cell_name(number, min(raw.block.roles.values()))}"
        filled = [column for column in at if column < len(row) and cell_text(row[column])]
        named = area_cells(row, raw.block.roles)
        if is_unknown(named, areas):  # such as a kommun that is to come
            told = " ".join(cell_text(cell) for cell in named.values() if cell_text(cell))
            notes.append(f"{told} finns inte i katalogen och lästes inte")
            note(f"{where}: {notes[-1]}.")
            continue
        code = area_code(named, areas, where, coded=coded) if filled or is_area(named, areas) else ""
        if code:
            coded_rows.append((number, code))
        elif filled and any(cell_text(cell) for cell in named.values()):
            text = next(cell_text(cell) for cell in named.values() if cell_text(cell))
            raise RawFileError(
                f"”{text}” är ingen kommun, inget län och inte riket",
                where=where,
                todo=f"Närmast: {', '.join(areas.closest(text))}",
            )
        elif filled:
            raise RawFileError("Raden har tal men inget område", where=where, todo="Kontrollera filen")
        elif any(cell_text(cell) for cell in row):
            notes.append(" ".join(filter(None, map(cell_text, row))))
    _no_doubles(coded_rows, raw)
    return coded_rows, notes


def _no_doubles(coded_rows: Sequence[tuple[int, str]], raw: Layout) -> None:
    seen: dict[str, int] = {}
    for number, code in coded_rows:
        if code in seen:
            raise RawFileError(
                f"Området {code} står på rad {seen[code] + 1} och rad {number + 1}",
                where=raw.where,
                todo="Hämta filen igen",
            )
        seen[code] = number
    if not any(len(code) == 4 for code in seen):
        raise RawFileError("Bladet har inga kommuner", where=raw.where, todo="Använd tabellen per län och kommun")


def find_sheet(
    name: str, rows: Rows, areas: AreaCodes, *, file: str, hint: str = "", period: str = ""
) -> KaaSheet | None:
    """Understand a sheet, or return None if it is no table by kommun.

    Parameters
    ----------
    name, rows
        The sheet.
    areas
        Where codes and names are looked up.
    file
        For errors.
    hint
        The table's number as the document list gave it; ``4`` and ``5`` stand for all of that number.
    period
        The period that was asked for; what the sheet itself says must agree.

    Raises
    ------
    RawFileError
        If the sheet looks like such a table but is another, has headings that are not known, or names areas that
        do not exist.
    """
    where = f"{file}, blad {name}"
    raw = find_layout(where, rows, areas)
    if raw is None:
        return None
    number = _number(raw.title, name)
    if number[:1] in ("1", "2", "3"):
        return None
    table, columns = _choose(raw, _candidates(number, raw.title, hint, where)) if _is_read(number) else (None, [])
    if table is None or not table.read:
        return None
    _doubles(columns, where)
    refuse_unheaded(raw)
    coded_rows, notes = _areas(raw, areas, [column.at for column in columns])
    return KaaSheet(
        where=where,
        table=table,
        period=_period(raw, name, period),
        title=raw.title,
        columns=tuple(_with_unit(column, raw.title) for column in columns),
        rows=tuple(coded_rows),
        notes=tuple(notes),
        cells=rows,
    )


def _is_read(number: str) -> bool:
    tables = load_kaa_tables()
    return number not in tables or tables[number].read


def _with_unit(column: KaaColumn, title: str) -> KaaColumn:
    """Take the unit from the title where the heading has none and the title has one kind only."""
    if column.means.unit:
        return column
    units = {unit for word, unit in _UNITS.items() if re.search(rf"\b{word}\b", plain(title))}
    unit = units.pop() if len(units) == 1 else ""
    means = Meaning(column.means.kind, column.means.id, unit, column.means.sex)
    return KaaColumn(column.at, column.heading, column.cell, means)


def _period(raw: Layout, name: str, asked: str) -> str:
    """Return the period: what the sheet says, which must agree with what was asked for."""
    said = kaa_period(raw.title) or kaa_period(name)
    if said and asked and said != asked:
        raise RawFileError(
            f"Bladet gäller {said} men {asked} väntades", where=raw.where, todo="Kontrollera filen och perioden"
        )
    if not said and not asked:
        raise RawFileError(
            "Det framgår inte vilken period bladet gäller",
            where=raw.where,
            todo="Ange den: uvas adopt kaa FIL --period 2024/25",
        )
    return said or asked
