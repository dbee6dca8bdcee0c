"""Find the column of a table of unknown layout that holds the kommuner, by name or by code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.names import fold, tidy
from uvas_stats.errors import RawFileError, UnknownNameError
from uvas_stats.formats.loose_tables import LooseTable, column
from uvas_stats.formats.workbook import cell_name

__all__ = ["Areas", "find_areas"]

FEWEST = 145
"""Kommuner in a column for it to be taken for one of kommuner: half of them."""
_NATION = ("riket", "hela riket", "sverige", "hela landet")


@dataclass(frozen=True)
class Areas:
    """Where the kommuner of a table are."""

    where: str
    column: int
    taken: tuple[int, ...]
    """All columns that hold kommuner: both code and name."""
    numbers: tuple[int, ...]
    """The rows of the kommuner."""
    codes: tuple[str, ...]
    """The kommun of each of those rows."""
    others: Mapping[str, int]
    """The rows of riket and län, by code."""

    @property
    def first_row(self) -> int:
        """The first row of an area."""
        return min((*self.numbers, *self.others.values()))

    def rows(self, rows: list[list[object]]) -> list[list[object]]:
        """Take the rows of the kommuner out of the table."""
        return [rows[number] for number in self.numbers]


def _lookup(catalog: Catalog) -> dict[str, str]:
    """Give the kommuner by code, by name, and by name without rings and dots where only one has it."""
    folded: dict[str, set[str]] = {}
    for region in catalog.kommuner:
        folded.setdefault(fold(region.name), set()).add(region.code)
    known = {name: next(iter(codes)) for name, codes in folded.items() if len(codes) == 1}
    return (
        known
        | {tidy(region.name): region.code for region in catalog.kommuner}
        | {region.code: region.code for region in catalog.kommuner}
    )


def _text(cell: object) -> str:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return f"{int(cell):04d}" if cell % 1 == 0 and 0 < cell < 10_000 else ""
    text = tidy(str(cell))
    if text.isdecimal():
        return text.zfill(4) if len(text) >= 3 else ""  # a code may have lost its leading zero
    return re.sub(r"^region ", "", re.sub(r"s? (kommun|stad)$", "", text))


def _code(cell: object, known: Mapping[str, str]) -> str:
    text = _text(cell)
    whole = tidy(str(cell))
    for spelling in (whole, text, f"{text}s"):  # Västerås kommun has lost no genitive
        if spelling in known:
            return known[spelling]
    return known.get(fold(text), "")


def _other(cell: object, lan: Mapping[str, str]) -> str:
    text = tidy(str(cell))
    return "00" if text in _NATION else lan.get(text, "")


def find_areas(table: LooseTable, catalog: Catalog) -> Areas | None:
    """Find the kommuner of a table.

    Returns
    -------
    Areas or None
        None if no column has as many as half of them.

    Raises
    ------
    RawFileError
        If a cell among the kommuner is none, fits several, or code and name of a row do not agree.
    """
    where, rows = table
    known = _lookup(catalog)
    lan = {tidy(region.name): region.code for region in catalog.regions if region.kind == "lan"}
    width = max((len(row) for row in rows), default=0)
    codes = {at: [_code(cell, known) for cell in column(rows, at)] for at in range(width)}
    distinct = {at: len(set(found) - {""}) for at, found in codes.items()}
    taken = [at for at in codes if distinct[at] >= FEWEST and not _counts_up(column(rows, at))]
    if not taken:
        return None
    best = max(taken, key=lambda at: distinct[at])
    numbers = [number for number, code in enumerate(codes[best]) if code]
    others: dict[str, int] = {}
    for number, row in enumerate(rows):
        cell = row[best] if best < len(row) else ""
        told = (_other(row[at], lan) for at in taken if at < len(row))
        code = "" if codes[best][number] else next(filter(None, told), "")
        if code and code not in others:
            others[code] = number
        elif not codes[best][number] and numbers[0] < number < numbers[-1] and not code:
            _refuse(cell, row, f"{where}, {cell_name(number, best)}", catalog)
        for at in taken:
            if numbers[0] <= number and codes[at][number] and codes[at][number] != codes[best][number]:
                raise RawFileError(
                    f"Raden har både {codes[best][number] or '–'} och {codes[at][number]}",
                    where=f"{where}, {cell_name(number, at)}",
                    todo="Kod och namn ska vara samma kommun",
                )
    return Areas(where, best, tuple(taken), tuple(numbers), tuple(codes[best][n] for n in numbers), others)


def _counts_up(cells: list[object]) -> bool:
    """Tell whether a column of whole numbers is places rather than codes: many are below the first code."""
    numbers = [cell for cell in cells if isinstance(cell, (int, float)) or str(cell).strip().isdecimal()]
    return bool(numbers) and sum(float(str(number)) < 114 for number in numbers) > len(numbers) / 10


def _refuse(cell: object, row: list[object], where: str, catalog: Catalog) -> None:
    """Refuse a row among the kommuner that is none; one that is empty is a gap and no more."""
    if not any(str(other).strip() for other in row):
        return
    todo = "Rätta namnet, eller ta bort raden"
    try:
        catalog.region(str(cell))
    except UnknownNameError as error:
        todo = error.todo or todo
    raise RawFileError(f"”{cell}” är ingen känd kommun", where=where, todo=todo)
