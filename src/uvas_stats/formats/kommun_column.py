"""Find the column of a table of unknown layout that holds the kommuner, by name or by code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from uvas_stats.catalog import Catalog
from uvas_stats.errors import RawFileError, UnknownNameError
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.formats.grid import cell_name, column
from uvas_stats.formats.loose_tables import LooseTable

__all__ = ["Areas", "find_areas"]

FEWEST = 145
"""Kommuner in a column for it to be taken for one of kommuner: half of them."""


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


def _other(cells: list[object], codes: AreaCodes) -> str:
    """Return the code of riket or the län that one of the cells names."""
    return next(filter(None, ("00" if codes.is_riket(cell) else codes.lan(cell) for cell in cells)), "")


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
    known = AreaCodes(catalog)
    width = max((len(row) for row in rows), default=0)
    codes = {
        at: [known.kommun_code(cell) or known.kommun(cell) for cell in column(rows, at)] for at in range(width)
    }
    distinct = {at: len(set(cells) - {""}) for at, cells in codes.items()}
    taken = [at for at in codes if distinct[at] >= FEWEST and not _counts_up(column(rows, at))]
    if not taken:
        return None
    best = max(taken, key=lambda at: distinct[at])
    numbers = [number for number, code in enumerate(codes[best]) if code]
    others: dict[str, int] = {}
    for number, row in enumerate(rows):
        cell = row[best] if best < len(row) else ""
        code = "" if codes[best][number] else _other([row[at] for at in taken if at < len(row)], known)
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
