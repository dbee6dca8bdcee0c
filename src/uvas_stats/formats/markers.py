"""What the agencies write in a cell where there is no plain number: the only place that knows these marks.

======================  ==================================================================================
``..``                  suppressed: based on fewer persons than the threshold of its läsår and level
``.``                   missing; in some columns of counts the number zero, as the rule of the column says
``~100``                1 to 4 pupils of n do not reach it: an interval, never 100
``<5``                  fewer than 5: an interval
``***``                 suppressed
``*``                   left out by the publisher
``-``, en dash, blank   nothing to report, as the rule of the column says
``cirka 240``           rounded to tens
======================  ==================================================================================

Anything else that is no number is an error that names the cell.

PxWeb databases have symbols of their own: ``.`` is not applicable; ``..`` and longer are not available, too
uncertain or suppressed, which the publisher does not tell apart; ``-`` is nothing to report. In a count that is
the number 0, written as such with status ``true_zero``; in a share there was nobody to take a share of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import is_unreadable
from uvas_stats.observations.coded import Coded, compact, encode
from uvas_stats.observations.contract import STATUSES

__all__ = [
    "Cells",
    "MarkerRule",
    "below",
    "has_thousands",
    "is_mark",
    "is_symbol",
    "loose_number",
    "marker_counts",
    "parse_number",
    "read_cells",
    "status_texts",
    "suppression_threshold",
    "symbol_status",
]

SPACES = " \u00a0\u2009\u202f"
_NUMBER = re.compile(
    rf"[-\u2212]?(?:[0-9]{{1,3}}(?:[{SPACES}][0-9]{{3}})+|[0-9]+)(?:,[0-9]+|\.[0-9]{{1,2}})?", re.ASCII
)
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+", re.ASCII)
_LOOSE_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_BELOW = re.compile(r"<\s?([0-9]{1,3})", re.ASCII)
_ABOUT = re.compile(rf"cirka\s([0-9{SPACES}]+)", re.ASCII | re.IGNORECASE)
_DASHES = ("-", "–", "—")
_MARKS = frozenset(("..", "***", "*", ".", "-", ""))
_SYMBOL = re.compile(r"\.{1,6}|-")
_HIDDEN = re.compile(r"sekretess|secret|confidential|skydda|suppress", re.IGNORECASE)
OK, SUPPRESSED, INTERVAL, TRUE_ZERO = map(STATUSES.index, ("ok", "suppressed", "interval", "true_zero"))
_UNKNOWN = -1
_NEAR_ALL = -2
"""Stands for ``~100`` until the pupils of the row are looked at."""


@dataclass(frozen=True)
class MarkerRule:
    """What the marks mean in one column.

    Examples
    --------
    >>> MarkerRule(count=True, dot="true_zero").dot
    'true_zero'
    """

    count: bool = False
    """Whether the column counts persons; then bounds of what is hidden may be known."""
    dot: str = "not_available"
    """Status of ``.``; ``true_zero`` where the publisher says that it is the number 0."""
    dash: str = "not_available"
    """Status of ``-``."""
    blank: str = "not_available"
    """Status of an empty cell; empty: an empty cell is an error."""
    bounded: bool = False
    """Whether ``..`` in a count is 1 to the threshold less one. Where more is hidden so that nobody can subtract,
    the count may be of any size, and no bounds are given."""


@dataclass(frozen=True)
class Cells:
    """What cells say: a number or none, its bounds, and a place in ``STATUSES``."""

    value: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    status: NDArray[np.int8]


def parse_number(cell: object) -> float | None:
    r"""Read a number with decimal comma and spaces between thousands, or return None if it is none.

    Examples
    --------
    >>> parse_number("302 227"), parse_number("-1\u00a0234,5"), parse_number("~100"), parse_number(49.3)
    (302227.0, -1234.5, None, 49.3)
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell) if np.isfinite(cell) else None
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    if not _NUMBER.fullmatch(text):
        return None
    bare = text.replace("\u2212", "-").replace(",", ".")
    return float(bare.translate({ord(space): None for space in SPACES}))


def loose_number(cell: object) -> float | None:
    """Read a number wherever its blanks stand, with or without a percent sign; None if it is none.

    For tables of unknown layout: unlike :func:`parse_number` it takes a point with three decimals for one.

    Examples
    --------
    >>> [loose_number(cell) for cell in (11.4, "11,4 %", "1\u202f386", "\u20110,5", "Falun", "")]
    [11.4, 11.4, 1386.0, -0.5, None, None]
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return float(cell)
    text = "".join(str(cell).split()).replace("\u2011", "-").replace("\u2212", "-").removesuffix("%")
    return float(text.replace(",", ".")) if _LOOSE_NUMBER.fullmatch(text) else None


def below(cell: object) -> float | None:
    """Return the limit of a mark such as ``<5``; None if the cell is something else.

    Examples
    --------
    >>> below("<5"), below("< 10"), below("5")
    (5.0, 10.0, None)
    """
    match = _BELOW.fullmatch(str(cell).strip())
    return float(match[1]) if match else None


def suppression_threshold(period: str, level: str) -> int:
    """Return below how many pupils Skolverket shows ``..`` in the grades and results of a läsår.

    Parameters
    ----------
    period
        Such as ``2024/25``.
    level
        ``skolenhet``, ``kommun``, ``huvudman``, ``lan`` or ``riket``.

    Examples
    --------
    >>> suppression_threshold("2022/23", "kommun"), suppression_threshold("2023/24", "kommun")
    (10, 5)
    >>> suppression_threshold("2023/24", "skolenhet")
    10
    """
    return 10 if level == "skolenhet" or period[:4] < "2023" else 5


def _blank(cell: object) -> bool:
    return (
        cell is None
        or (isinstance(cell, float) and np.isnan(cell))
        or (isinstance(cell, str) and not cell.strip())
    )


def _marker(cell: object) -> str:
    """Name the mark of a cell that is no number."""
    if _blank(cell):
        return ""
    text = str(cell).strip()
    return "-" if text in _DASHES else text


def is_mark(cell: object) -> bool:
    """Tell whether a cell is blank or one of the marks that stand alone, without a number.

    Examples
    --------
    >>> is_mark(" – "), is_mark(None), is_mark("<5"), is_mark("x")
    (True, True, False, False)
    """
    return _marker(cell) in _MARKS


def marker_counts(cells: Iterable[object] | Coded) -> dict[str, int]:
    """Count the cells of each mark; a blank cell is the empty text, numbers are not counted.

    Examples
    --------
    >>> marker_counts(["81,6", "..", "~100", "..", "100,0"])
    {'..': 2, '~100': 1}
    """
    coded = encode(cells)
    counts: dict[str, int] = {}
    times = np.bincount(coded.codes, minlength=len(coded.values))
    for cell, count in zip(coded.values, times.tolist(), strict=True):
        if count and parse_number(cell) is None:
            counts[_marker(cell)] = counts.get(_marker(cell), 0) + count
    return counts


def has_thousands(cell: object) -> bool:
    """Tell whether a count may have a comma between its thousands: 2,000 would be read as 2.

    Examples
    --------
    >>> has_thousands("2,000"), has_thousands("2,0"), has_thousands("2 000")
    (True, False, False)
    """
    return isinstance(cell, str) and _THOUSANDS.fullmatch(cell.strip()) is not None


def _reading(cell: object, rule: MarkerRule) -> tuple[float, float, float, int]:
    """Say what one value means: value, lower, upper and status."""
    if rule.count and has_thousands(cell):
        return np.nan, np.nan, np.nan, _UNKNOWN
    number = parse_number(cell)
    if number is not None:
        return number, np.nan, np.nan, OK
    mark = _marker(cell)
    simple = {
        "..": "suppressed",
        "***": "suppressed",
        "*": "not_available",
        ".": rule.dot,
        "-": rule.dash,
        "": rule.blank,
    }
    if simple.get(mark):
        status = STATUSES.index(simple[mark])
        return (0.0 if status == TRUE_ZERO else np.nan), np.nan, np.nan, status
    if mark == "~100" and not rule.count:
        return np.nan, np.nan, np.nan, _NEAR_ALL
    if (limit := below(mark)) is not None:
        return np.nan, 0.0, max(0.0, limit - (1.0 if rule.count else 0.0)), INTERVAL
    if (about := _ABOUT.fullmatch(mark)) and (rounded := parse_number(about[1])) is not None:
        return rounded, max(0.0, rounded - 5), rounded + 5, INTERVAL
    return np.nan, np.nan, np.nan, _UNKNOWN


def read_cells(
    cells: Iterable[object] | Coded,
    rule: MarkerRule | None = None,
    *,
    n: ArrayLike | None = None,
    threshold: ArrayLike = 10,
    place: Callable[[int], object] | None = None,
) -> Cells:
    """Read the cells of a column.

    Parameters
    ----------
    cells
        Text as published, numbers (from a workbook) or None.
    rule
        What the marks mean here; the default is a share.
    n
        The pupils of each row, for ``~100``; NaN where it is not known.
    threshold
        Below how many persons ``..`` is shown, for all cells or for each.
    place
        Names a cell by its number, for the error.

    Raises
    ------
    RawFileError
        If a cell is neither a number nor a mark that is known.

    Examples
    --------
    >>> read = read_cells(["81,6", "~100", ".."], n=[434, 12, 3])
    >>> read.value.tolist(), read.lower.round(1).tolist(), read.upper.round(1).tolist()
    ([81.6, nan, nan], [nan, 66.7, nan], [nan, 91.7, nan])
    >>> status_texts(read)
    ['ok', 'interval', 'suppressed']
    """
    rule = rule or MarkerRule()
    coded = compact(encode(cells))
    table = np.array([_reading(cell, rule) for cell in coded.values], dtype=np.float64).reshape(-1, 4)
    rows = table[coded.codes]
    value, lower, upper, status = rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3].astype(np.int8)
    if (status == _UNKNOWN).any():
        at = int((status == _UNKNOWN).argmax())
        raise _refused(coded.values[coded.codes[at]], f"cell {at + 1}" if place is None else place(at))
    limits = np.broadcast_to(np.asarray(threshold, dtype=np.float64), status.shape)
    near = status == _NEAR_ALL
    if near.any():
        lower[near], upper[near] = _near_all(n, limits, near)
        status[near] = INTERVAL
    if rule.count and rule.bounded:
        hidden = status == SUPPRESSED
        lower[hidden], upper[hidden] = 1.0, limits[hidden] - 1
    return Cells(value, lower, upper, status)


def _refused(cell: object, where: object) -> RawFileError:
    if is_unreadable(cell):
        todo = "Rätta den i Excel och spara filen, eller hämta den igen"
        return RawFileError(f"Cellen har felvärdet {cell}", where=where, todo=todo)
    if has_thousands(cell):
        todo = "Spara filen med blanksteg eller inget mellan tusental"
        return RawFileError(f"Antalet ”{_marker(cell)}” kan ha komma mellan tusental", where=where, todo=todo)
    return RawFileError(
        f"Cellen ”{_marker(cell)}” är varken ett tal eller ett känt tecken",
        where=where,
        todo="Kontrollera filen; kända tecken är .. . ~100 <5 * *** - och cirka",
    )


def _near_all(
    n: ArrayLike | None, limits: NDArray[np.float64], near: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the bounds of ``~100``: from the pupils of the row, or else from there being at least the threshold."""
    if n is None:
        pupils = np.full(int(near.sum()), np.nan)
    else:
        pupils = np.broadcast_to(np.asarray(n, dtype=np.float64), near.shape)[near]
    known = pupils >= 1
    least = np.where(known, pupils, limits[near])
    lower = np.maximum(0.0, 100 * (least - 4) / least)
    upper = np.where(known, 100 * (least - 1) / least, 100.0)
    return lower, upper


def status_texts(cells: Cells) -> list[str]:
    """Return the statuses as text.

    Examples
    --------
    >>> status_texts(read_cells(["1", "."]))
    ['ok', 'not_available']
    """
    return [STATUSES[code] for code in cells.status]


def is_symbol(text: str) -> bool:
    """Tell whether a text is one of the symbols, or the display text of a suppressed cell.

    Examples
    --------
    >>> is_symbol(".."), is_symbol("-"), is_symbol("12")
    (True, True, False)
    """
    return bool(_SYMBOL.fullmatch(text) or _HIDDEN.search(text))


def symbol_status(symbol: str, *, count: bool, where: object = "") -> str:
    """Return the status of a cell without a number.

    Parameters
    ----------
    symbol
        As the publisher wrote it; empty where the cell is empty and unmarked.
    count
        Whether the measure is a count, where ``-`` is the number 0.

    Raises
    ------
    RawFileError
        If the symbol is none that is known.

    Examples
    --------
    >>> [symbol_status(symbol, count=True) for symbol in ("", "..", ".", "-")]
    ['not_available', 'not_available', 'not_applicable', 'true_zero']
    >>> symbol_status("-", count=False)
    'not_applicable'
    """
    if symbol == ".":
        return "not_applicable"
    if symbol == "-":
        return "true_zero" if count else "not_applicable"
    if _HIDDEN.search(symbol):
        return "suppressed"
    if symbol == "" or _SYMBOL.fullmatch(symbol):
        return "not_available"
    raise RawFileError(
        f"Symbolen ”{symbol}” är okänd", where=where, todo="Lägg till den i formats/markers.py med vad den betyder"
    )
