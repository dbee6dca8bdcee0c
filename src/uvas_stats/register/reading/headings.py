"""Where in a list the headings are, and that the law allows them; no word of them is quoted but our own.

A file without headings has a person's row in their place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, takewhile
from pathlib import Path

from uvas_stats.catalog.names import fold, plain_text
from uvas_stats.errors import RegisterError
from uvas_stats.formats import grid
from uvas_stats.register.fields import PROHIBITED

__all__ = ["find_headings", "prohibited_word", "refuse_prohibited_columns"]

_PERSONAL = re.compile(r"\d{6}|@|\d{4}[-/]\d{2}[-/]\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_NUMBER = re.compile(r"\d{6}\s*[-+]?\s*\d{4}")
_MOST_ABOVE = 20
"""How far down a list the headings may stand."""
_ALLOWED = re.compile(r"avbrott|avbrutit|bildning|placerad\W+(\w+\W+)?praktik")
"""Avbrott is no brott, and who is placed in a praktik is not placed in care."""


def find_headings(rows: Sequence[Sequence[str]], path: Path) -> tuple[int, list[str]]:
    """Return the number of the row of headings, counted from 0, and the headings.

    Raises
    ------
    RegisterError
        If the row looks like a person's, or two headings are the same.

    Examples
    --------
    >>> find_headings([["KAA-register 2106-06-15", ""], [], ["Personnummer", "Inskriven"]], Path("kaa.csv"))
    (2, ['Personnummer', 'Inskriven'])
    """
    number = _heading_row(rows)
    cells = list(rows[number])
    while cells and not cells[-1]:
        cells = cells[:-1]
    if not cells or any(map(_PERSONAL.search, map(plain_text, cells))):
        raise RegisterError(
            f"Rad {number + 1} är inga rubriker",
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
    return number, names


def _heading_row(rows: Sequence[Sequence[str]]) -> int:
    """Pass by the title of a list: rows of one cell above the first row of several, unless a number is in them."""
    several = grid.find_headings(rows, grid.is_several, _MOST_ABOVE)
    above = rows[: several.row if several else _MOST_ABOVE]
    titles = list(takewhile(lambda row: not any(map(_NUMBER.search, map(plain_text, row))), above))
    if several and len(titles) == len(above):
        return several.row
    return next((at for at, row in enumerate(titles) if any(row)), 0)


def prohibited_word(heading: str, kind: str) -> str:
    """Return the word for which the law does not allow a column of this name in the register; empty if it does.

    The register of the KAA may hold who a person is and where to be reached, occupation, and individual measures
    (förordning 2006:39, 4 §). Health is refused in lists of participants too.

    Examples
    --------
    >>> prohibited_word("Diagnoser (F-kod)", "kaa"), prohibited_word("Avbrott nationellt program", "kaa")
    ('diagnos', '')
    """
    plain = _ALLOWED.sub(" ", fold(heading))
    whole = re.findall(r"[a-z]+", plain)
    kinds = ("", "_in_kaa") if kind == "kaa" else ("",)
    parts = (word for one in kinds for word in PROHIBITED[f"parts{one}"] if fold(word) in plain)
    words = (word for one in kinds for word in PROHIBITED[f"words{one}"] if fold(word) in whole)
    return next(chain(parts, words), "")


def refuse_prohibited_columns(headings: Iterable[str], kind: str, path: Path) -> None:
    """Refuse a file with columns that the law does not allow, by their number and our word for what they hold.

    Parameters
    ----------
    headings, kind
        Those of the file, and its kind of register.
    path
        The file, for the message.

    Raises
    ------
    RegisterError
        The headings themselves are not quoted: in a file without headings they are a person's.
    """
    words = {at: prohibited_word(heading, kind) for at, heading in enumerate(headings, start=1)}
    refused = [f"{at} (”{word}”)" for at, word in words.items() if word]
    if refused:
        law = "29 kap. 9 § skollagen och förordning (2006:39)" if kind == "kaa" else "ändamålet med uppföljningen"
        raise RegisterError(
            f"Kolumn {', '.join(refused[:5])} får inte finnas med enligt {law}",
            where=path.name,
            todo="Exportera listan utan den" if len(refused) == 1 else "Exportera listan utan dem",
        )
