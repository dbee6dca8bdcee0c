"""Where in a list the headings are, and that they are no person's; nothing of them is quoted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from uvas_stats.catalog.names import fold
from uvas_stats.errors import RegisterError

__all__ = ["find_headings"]

_PERSONAL = re.compile(r"\d{6}|@|\d{4}[-/]\d{2}[-/]\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_NUMBER = re.compile(r"\d{6}\s*[-+]?\s*\d{4}")
_MOST_ABOVE = 20
"""How far down a list the headings may stand."""


def find_headings(rows: Sequence[Sequence[str]], path: Path) -> tuple[int, list[str]]:
    """Return the place of the row of headings, counted from 0, and the headings.

    Raises
    ------
    RegisterError
        If the row looks like a person's, or two headings are the same.

    Examples
    --------
    >>> find_headings([["KAA-register 2106-06-15", ""], [], ["Personnummer", "Inskriven"]], Path("kaa.csv"))
    (2, ['Personnummer', 'Inskriven'])
    """
    place = _place(rows)
    cells = list(rows[place])
    while cells and not cells[-1]:
        cells = cells[:-1]
    if not cells or any(_PERSONAL.search(cell) for cell in cells):
        raise RegisterError(
            f"Rad {place + 1} är inga rubriker",
            where=path.name,
            todo="Exportera listan med en rubrikrad ovanför personerna",
        )
    names = [cell or f"kolumn {at}" for at, cell in enumerate(cells, start=1)]
    times = Counter(map(fold, names))
    double = [str(at) for at, name in enumerate(names, start=1) if times[fold(name)] > 1]
    if double:
        raise RegisterError(
            f"Kolumn {' och '.join(double[:2])} har samma rubrik",
            where=path.name,
            todo="Ge kolumnerna olika rubriker",
        )
    return place, names


def _place(rows: Sequence[Sequence[str]]) -> int:
    """Pass by the title of a list: rows of one cell above the first row of several, unless a number is in them."""
    first = 0
    for at, row in enumerate(rows[:_MOST_ABOVE]):
        filled = sum(map(bool, row))
        if filled > 1:
            return at
        if any(_NUMBER.search(cell) for cell in row):
            break
        if filled and not any(rows[first]):
            first = at
    return first
