"""What the symbols of a PxWeb database mean in the tidy table.

``.`` is not applicable; ``..`` and longer are not available, too uncertain or suppressed, which the publisher does
not tell apart; ``-`` is nothing to report. In a count, nothing is the number 0 and is written as such with status
``true_zero``; in a share it means that there was nobody to take a share of, which is not applicable.
"""

from __future__ import annotations

import re

from uvas_stats.errors import RawFileError
from uvas_stats.observations.contract import STATUSES

__all__ = ["is_symbol", "status_of"]

_DOTS = re.compile(r"\.{1,6}|-")
_HIDDEN = re.compile(r"sekretess|secret|confidential|skydda|suppress", re.IGNORECASE)


def is_symbol(text: str) -> bool:
    """Tell whether a text is one of the symbols, or the display text of a suppressed cell.

    Examples
    --------
    >>> is_symbol(".."), is_symbol("-"), is_symbol("12")
    (True, True, False)
    """
    return bool(_DOTS.fullmatch(text) or _HIDDEN.search(text))


def status_of(symbol: str, *, count: bool, where: object = "") -> str:
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
    >>> [status_of(symbol, count=True) for symbol in ("", "..", ".", "-")]
    ['not_available', 'not_available', 'not_applicable', 'true_zero']
    >>> status_of("-", count=False)
    'not_applicable'
    """
    if symbol == ".":
        return STATUSES[2]
    if symbol == "-":
        return STATUSES[6] if count else STATUSES[2]
    if _HIDDEN.search(symbol):
        return STATUSES[1]
    if symbol == "" or _DOTS.fullmatch(symbol):
        return STATUSES[3]
    raise RawFileError(
        f"Symbolen ”{symbol}” är okänd", where=where, todo="Lägg till den i clean/symbols.py med vad den betyder"
    )
