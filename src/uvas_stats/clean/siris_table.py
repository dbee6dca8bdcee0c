"""A table of a SIRIS export as it stands in the file, whichever of the three formats the file has."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import Rows, cell_text, find_headings, heading_texts, row_texts
from uvas_stats.formats.reading import aliased
from uvas_stats.observations.coded import Coded, encode

__all__ = [
    "NoHeadingsError",
    "RawTable",
    "cut_table",
    "distinct_rows",
    "heading_row",
    "normal",
    "preamble_of",
    "read_headings",
    "row_text",
]

_FIRST_HEADINGS = ("kommun", "skolkommun", "skola", "län", "riket", "huvudman")
_DEFINITIONS = "rapportbeskrivning"
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_SEARCHED = 60
"""Rows from the top in which the headings must stand."""


class NoHeadingsError(RawFileError):
    """A sheet or file has no row of headings."""


@dataclass(frozen=True)
class RawTable:
    """The figures of one file or sheet as text or numbers, with all that stands around them."""

    where: str
    """The file, and the sheet if it has sheets."""
    sheet: str
    preamble: tuple[str, ...]
    headings: tuple[str, ...]
    """As written; with a group row above, ``group | name``."""
    columns: tuple[Coded, ...]
    lines: Sequence[int]
    """For each row its number in the file, from 0."""
    cell: Callable[[int, int], str]
    """Names a cell by line and column, both from 0."""
    definitions: str = ""
    notes: tuple[str, ...] = ()
    """What was put right when the table was read."""

    @property
    def title(self) -> str:
        """The line that says what the table is."""
        lines = [line for line in self.preamble if not line.startswith("Statistik från Skolverket")]
        return lines[0] if lines else ""

    def place(self, row: int, column: int) -> str:
        """Name a cell for a message: file, sheet, cell and heading."""
        return f"{self.where}, {self.cell(self.lines[row], column)}, {self.headings[column]}"


def normal(text: object) -> str:
    r"""Write a heading without case, with single spaces and one kind of dash, for comparison.

    Examples
    --------
    >>> normal("  Kommun-kod "), normal("Antal\nelever")
    ('kommun-kod', 'antal elever')
    """
    return _DASHES.sub("-", cell_text(text).casefold())


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _filled(row: Sequence[object]) -> bool:
    """Tell whether a row has anything in it; the first cell nearly always tells."""
    return (bool(row) and not _is_blank(row[0])) or any(not _is_blank(cell) for cell in row)


def row_text(row: Sequence[object]) -> str:
    """Write the cells of a row as one line of text."""
    return " ".join(filter(None, row_texts(row)))


def preamble_of(rows: Rows) -> tuple[str, ...]:
    """Give the lines above the headings that have anything in them."""
    return tuple(text for text in (row_text(row) for row in rows) if text)


def _is_footer(row: Sequence[object]) -> bool:
    first = row[0] if row else None
    return isinstance(first, str) and first.lstrip()[: len(_DEFINITIONS)].casefold() == _DEFINITIONS


def _is_headings(texts: Sequence[str]) -> bool:
    return texts[:1] != [] and texts[0].casefold() in _FIRST_HEADINGS and sum(map(bool, texts)) >= 3


def heading_row(grid: Rows, where: str) -> int:
    """Find the row of headings by its first cell, among the first rows."""
    headings = find_headings(grid, _is_headings, _SEARCHED)
    if headings is not None:
        return headings.row
    raise NoHeadingsError(
        "Tabellen har ingen rubrikrad som börjar med Kommun, Län eller Riket",
        where=where,
        todo="Kontrollera att filen är en export från Skolverket",
    )


def read_headings(grid: Rows, at: int) -> tuple[tuple[str, ...], int]:
    """Put the group row above the names, if there is one; return the headings and where the table begins."""
    names = heading_texts(grid[at])
    while names and not names[-1]:
        names.pop()
    above = grid[at - 1] if at else ()
    if not _filled(above) or not _is_blank(above[0]):
        return tuple(names), at
    groups = row_texts(above)[: len(names)]
    groups += [""] * (len(names) - len(groups))
    for place in range(
        1, len(groups)
    ):  # cells that are merged in a workbook have their text in the first one only
        if not groups[place] and groups[place - 1] and names.count(names[place]) > 1:
            groups[place] = groups[place - 1]
    joined = (f"{group} | {name}" if group else name for group, name in zip(groups, names, strict=True))
    return tuple(aliased("headings", heading) for heading in joined), at - 1


def _unwanted(grid: Rows, lines: Sequence[int], width: int, where: str) -> None:
    """Stop at a row that is shorter than the others or the headings, or has cells that no heading is above."""
    longest = max(width, *(len(grid[line]) for line in lines))
    for line in lines:
        row = grid[line]
        if len(row) < longest or any(not _is_blank(cell) for cell in row[width:]):
            raise RawFileError(
                f"Raden har {len(row)} celler men tabellen {longest}, varav {width} med rubrik",
                where=f"{where}, rad {line + 1}",
                todo="Filen är avklippt eller ändrad: hämta den igen",
            )


def distinct_rows(grid: Rows, lines: Sequence[int]) -> tuple[Sequence[int], tuple[str, ...]]:
    """Leave out rows that repeat an earlier one in every cell, and say so.

    Examples
    --------
    >>> distinct_rows([["Ale", "1"], ["Ale", "1"], ["Ale", "2"]], [0, 1, 2])
    ([0, 2], ('1 upprepade rader är borttagna',))
    """
    if len({tuple(grid[line]) for line in lines}) == len(lines):
        return lines, ()
    first = {tuple(grid[line]): line for line in reversed(lines)}
    kept = [line for line in lines if first[tuple(grid[line])] == line]
    return kept, (f"{len(lines) - len(kept)} upprepade rader är borttagna",)


def cut_table(
    grid: Rows, where: str, cell: Callable[[int, int], str], *, sheet: str = "", footer: bool = False
) -> RawTable:
    """Find preamble, headings, rows and definitions in a grid of cells.

    Parameters
    ----------
    grid
        The rows of the file or sheet; those of one table may be of different length.
    where
        The file, and the sheet if it has sheets.
    cell
        Names a cell by row and column, both from 0.
    sheet
        The name of the sheet.
    footer
        Whether the definitions must follow; a file without them has been cut off.

    Raises
    ------
    RawFileError
        If there are no headings or no rows, a row has too few or too many cells, or the end is missing.

    Examples
    --------
    >>> grid = [["Titel"], [], ["Kommun", "Kommunkod", "Antal", ""], ["Ale", "1440", "434", ""]]
    >>> table = cut_table(grid, "a.csv", lambda row, column: f"rad {row + 1}")
    >>> table.title, table.headings, table.place(0, 2)
    ('Titel', ('Kommun', 'Kommunkod', 'Antal'), 'a.csv, rad 4, Antal')
    """
    at = heading_row(grid, where)
    headings, top = read_headings(grid, at)
    end = next((line for line in range(at + 1, len(grid)) if _is_footer(grid[line])), len(grid))
    if footer and end == len(grid):
        raise RawFileError(
            "Slutet på filen saknas: rapportbeskrivningen efter tabellen finns inte med",
            where=where,
            todo="Filen är avklippt: hämta den igen",
        )
    lines = [line for line in range(at + 1, end) if _filled(grid[line])]
    if not lines:
        raise RawFileError("Tabellen har inga rader: året är inte publicerat", where=where, todo="Försök senare")
    _unwanted(grid, lines, len(headings), where)
    kept, notes = distinct_rows(grid, lines)
    width = len(headings)
    return RawTable(
        where=where,
        sheet=sheet,
        preamble=preamble_of(grid[:top]),
        headings=headings,
        columns=tuple(encode(cells) for cells in zip(*(grid[line][:width] for line in kept), strict=True)),
        lines=kept,
        cell=cell,
        definitions="\n".join(row_text(row) for row in grid[end:]).strip(),
        notes=notes,
    )
