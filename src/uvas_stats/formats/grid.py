r"""A grid of cells, whatever it came from (xlsx, csv, html, xml), and how the headings of a table in it are found.

A reader says what its headings are as a test of a row's texts, and gets the row and the column of each heading:

>>> rows = [["Arbetslösa 2024", ""], ["", ""], ["Kommun", "Antal\npersoner"], ["Ale", 12]]
>>> headings = find_headings(rows, holds("kommun", "antal personer"))
>>> headings.row, headings.names, headings.column("Antal personer"), headings.cell("kommun")
(2, ('Kommun', 'Antal personer'), 1, 'A3')

Where a heading is written over two rows, the upper one merged over several columns, :func:`carry` gives each
column the text of the merged cell above it. A reader raises its own error when the headings are not there.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from uvas_stats.formats.reading import aliased

__all__ = [
    "MERGED",
    "NO_VALUE",
    "Cell",
    "Headings",
    "Rows",
    "begins",
    "carry",
    "cell_name",
    "cell_text",
    "column",
    "column_name",
    "csv_delimiter",
    "find_headings",
    "heading_texts",
    "holds",
    "is_several",
    "is_text",
    "is_unreadable",
    "row_texts",
]

Cell = object
"""What a cell holds: text, a number, a date or a truth value; an empty text or None where it is empty."""
Rows = Sequence[Sequence[Cell]]
_WORD = re.compile(r"[^\W\d_]{2}")
WITHIN = 40
"""Rows from the top in which headings are looked for."""
_START, _LINES = 1_000_000, 50
"""How many characters and lines of a CSV tell what it is divided by."""
IsHeadings = Callable[[Sequence[str]], bool]
NO_VALUE = "#FORMEL UTAN VÄRDE!"
"""Stands in a cell with a formula whose result the file does not hold."""
MERGED = "#SAMMANFOGAD CELL!"
"""Stands in a cell that a merged one covers, where that is asked for."""
_UNREADABLE = re.compile(
    r"#(?:N/A|GETTING_DATA|NAME\?|(?:REF|DIV/0|VALUE|NUM|NULL|SPILL|CALC|FIELD|BLOCKED|UNKNOWN|CONNECT|BUSY)!"
    r"|NAMN\?|(?:SAKNAS|REFERENS|DIVISION/0|VÄRDEFEL|VÄRDE|OGILTIGT|SKÄRNING|BERÄKNA|FÄLT|BLOCKERAD|OKÄNT|ANSLUT)!"
    r"|FORMEL UTAN VÄRDE!|SAMMANFOGAD CELL!|#+)|(?:Err|Fel):[0-9]{3}"
)
"""A closed list, for messages quote them: of Excel in English and Swedish, and LibreOffice."""


def cell_text(cell: Cell) -> str:
    r"""Write a cell on one line, with single spaces; an empty one as nothing.

    Examples
    --------
    >>> cell_text(" Antal\n\u00a0elever "), cell_text(None), cell_text(7.0)
    ('Antal elever', '', '7.0')
    """
    return "" if cell is None else " ".join(str(cell).split())


def is_unreadable(cell: Cell) -> bool:
    """Tell whether a cell holds what a spreadsheet shows for a value that it lacks: it is unknown, not empty.

    Examples
    --------
    >>> [is_unreadable(cell) for cell in ("#N/A", "#REF!", "#SAKNAS!", "#####", NO_VALUE, "", None, "#1")]
    [True, True, True, True, True, False, False, False]
    """
    return isinstance(cell, str) and bool(_UNREADABLE.fullmatch(cell.strip()))


def csv_delimiter(text: str) -> str:
    r"""Choose what divides most of the first lines of a CSV, then what divides most of them alike.

    Examples
    --------
    >>> csv_delimiter("Arbetslösa 18-24 år; andel\nKommun\tAndel\nAle\t4,5\n")
    '\t'
    """
    lines = list(islice(io.StringIO(text[:_START], newline=""), _LINES))

    def fits(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1)
        except csv.Error:
            return 0, 0
        return widths.total(), max(widths.values(), default=0)

    return max(";\t,", key=fits)


def row_texts(row: Sequence[Cell]) -> list[str]:
    """Write the cells of a row as text on one line each."""
    return [cell_text(cell) for cell in row]


def heading_texts(row: Sequence[Cell]) -> list[str]:
    """Write the cells of a row as headings: as the workspace's aliases read them."""
    return [aliased("headings", text) for text in row_texts(row)]


def column(rows: Rows, at: int) -> list[Cell]:
    """Return the cells of a column; an empty text where a row is too short."""
    return [row[at] if at < len(row) else "" for row in rows]


def column_name(column: int) -> str:
    """Write the letters of a column, counted from 0.

    Examples
    --------
    >>> column_name(1), column_name(26)
    ('B', 'AA')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Write the address of a cell, rows and columns counted from 0.

    Examples
    --------
    >>> cell_name(6, 1), cell_name(0, 26)
    ('B7', 'AA1')
    """
    return f"{column_name(column)}{row + 1}"


@dataclass(frozen=True)
class Headings:
    """The row of headings of a table."""

    row: int
    """Its number in the grid, from 0; the table's body begins below it."""
    names: tuple[str, ...]
    """What it says over each column, on one line; empty where a column has no heading."""

    def column(self, name: str) -> int:
        """Return the first column with a heading, whatever its case; -1 if there is none."""
        return next((at for at, other in enumerate(self.names) if other.casefold() == name.casefold()), -1)

    def cell(self, name: str = "") -> str:
        """Write the address of a heading, or of the row's first cell."""
        return cell_name(self.row, max(self.column(name), 0) if name else 0)

    @property
    def columns(self) -> dict[str, int]:
        """The column of each heading in lower case; the last one of those that are alike."""
        return {name.casefold(): at for at, name in enumerate(self.names) if name}

    @property
    def repeated(self) -> tuple[str, ...]:
        """Headings that stand over more than one column."""
        written = [name for name in self.names if name]
        return tuple(name for name in dict.fromkeys(written) if written.count(name) > 1)


def find_headings(rows: Rows, are_headings: IsHeadings, within: int | None = WITHIN) -> Headings | None:
    """Find the first row of a grid that holds the headings of a table.

    Parameters
    ----------
    rows
        The grid, from its first row.
    are_headings
        Tells from the texts of a row whether it is the one: :func:`begins`, :func:`holds`, :func:`is_several` or
        the reader's own.
    within
        Among how many rows to look; None for all.

    Returns
    -------
    Headings or None
        None if no row is one of headings.
    """
    for at, row in enumerate(rows[:within]):
        names = heading_texts(row)
        if are_headings(names):
            return Headings(at, tuple(names))
    return None


def begins(*names: str) -> IsHeadings:
    """Demand that a row begins with some headings, whatever their case.

    Examples
    --------
    >>> begins("kommun", "antal")(["Kommun", "Antal", "Andel"]), begins("kommun", "antal")(["", "Kommun", "Antal"])
    (True, False)
    """
    wanted = [name.casefold() for name in names]
    return lambda texts: [text.casefold() for text in texts[: len(wanted)]] == wanted


def holds(*names: str) -> IsHeadings:
    """Demand that a row has some headings, in whatever order and case.

    Examples
    --------
    >>> holds("antal", "kommun")(["Kommun", "", "Antal"])
    True
    """
    wanted = {name.casefold() for name in names}
    return lambda texts: wanted <= {text.casefold() for text in texts}


def is_text(cells: Iterable[Cell]) -> bool:
    """Tell whether a column holds words only: no number, nor a mark that may stand in place of one.

    Examples
    --------
    >>> is_text(["Psykisk ohälsa", ""]), is_text(["Alla", 3]), is_text(["#REF!"]), is_text(["2182 Ale"])
    (True, False, False, True)
    """
    texts = [text for cell in cells if (text := cell_text(cell))]
    return all(_WORD.search(text) and not is_unreadable(text) for text in texts)


def is_several(texts: Sequence[str]) -> bool:
    """Tell whether more than one cell has text: a title stands alone in its row, headings do not.

    Examples
    --------
    >>> is_several(["Titel", ""]), is_several(["", "Antal", "Andel"])
    (False, True)
    """
    return sum(map(bool, texts)) > 1


def carry(texts: Sequence[str], *, stop: Container[int] = ()) -> list[str]:
    """Carry the text of a merged cell on over the columns it covers: a file holds it in the first only.

    Parameters
    ----------
    texts
        A row of headings above another.
    stop
        Columns that have no heading of this row, where a merged cell also ends.

    Examples
    --------
    >>> carry(["", "Antal", "", "Andel", ""])
    ['', 'Antal', 'Antal', 'Andel', 'Andel']
    """
    carried, last = [], ""
    for at, text in enumerate(texts):
        last = "" if at in stop else text or last
        carried.append(last)
    return carried
