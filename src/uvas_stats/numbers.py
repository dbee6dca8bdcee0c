"""Numbers as a Swedish reader expects them: decimal comma, thin space, a real minus sign."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

__all__ = [
    "MISSING",
    "NO_BREAK",
    "THIN_SPACE",
    "UNROUNDED",
    "count_word",
    "differs_as_printed",
    "glued",
    "number_text",
    "rounded",
    "signed_text",
]

THIN_SPACE = "\u202f"
"""Narrow no-break space: between thousands and before the percent sign."""
NO_BREAK = "\u00a0"
_BEFORE = re.compile(r"(?<=\w) (?=[+−]?\d)")
_AFTER = re.compile(r"(?<=\d) (?=(?:av \d|år\b|%|procent|tkr\b))")
MISSING = "–"
UNROUNDED = "räknat på oavrundade tal"
"""Said where a printed difference is not that of the figures printed beside it."""
_ENOUGH_DIGITS = Context(prec=400)
_WORDS = "noll en två tre fyra fem sex sju åtta nio tio elva tolv".split()  # noqa: SIM905
_UNITS = {"procent": f"{THIN_SPACE}%", "kkr": f"{THIN_SPACE}tkr"}


def number_text(value: float | None, decimals: int = 1, unit: str = "") -> str:
    """Write a number; null, or what is not a finite number, becomes a dash.

    Parameters
    ----------
    value
        The number; None or what is not finite is shown as a dash.
    decimals
        How many decimals are shown.
    unit
        The unit that is written after it, such as ``procent``; empty for none.

    Examples
    --------
    >>> number_text(9.15, 1, "procent").replace(THIN_SPACE, "_"), number_text(157080, 0).replace(THIN_SPACE, "_")
    ('9,2_%', '157_080')
    >>> number_text(-0.04), number_text(None)
    ('0,0', '–')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    shown = rounded(value, decimals)
    text = f"{abs(shown):,.{decimals}f}".replace(",", THIN_SPACE).replace(".", ",")
    return f"{'−' if shown < 0 else ''}{text}{_UNITS.get(unit, '')}"


def signed_text(value: float | None, decimals: int = 1, unit: str = "") -> str:
    """Write a difference with its sign.

    Parameters
    ----------
    value
        The difference.
    decimals
        How many decimals are shown.
    unit
        The unit that is written after it.

    Examples
    --------
    >>> signed_text(0.97), signed_text(-2.0, 0), signed_text(0.01)
    ('+1,0', '−2', '0,0')
    """
    text = number_text(value, decimals, unit)
    positive = value is not None and math.isfinite(value) and rounded(value, decimals) > 0
    return f"+{text}" if positive else text


def count_word(count: int, *, neuter: bool = False) -> str:
    """Write a count as in running text: in letters up to twelve; ``neuter`` is for one of an ett-word.

    Examples
    --------
    >>> count_word(3), count_word(1, neuter=True), count_word(13)
    ('tre', 'ett', '13')
    """
    if count == 1 and neuter:
        return "ett"
    return _WORDS[count] if 0 <= count < len(_WORDS) else number_text(count, 0)


def glued(text: str) -> str:
    """Keep a number on the line of what it belongs to: the word before it, its unit, and the whole it is of.

    Examples
    --------
    >>> glued("Söderhamn plats 27 av 290 (1 = högst), UVAS 16–24 år").replace(NO_BREAK, "_")
    'Söderhamn plats_27_av_290 (1_=_högst), UVAS_16–24_år'
    """
    joined = text.replace(" = ", f"{NO_BREAK}={NO_BREAK}")
    return _BEFORE.sub(NO_BREAK, _AFTER.sub(NO_BREAK, joined))


def rounded(value: float, decimals: int) -> float:
    """Round half away from zero, as a reader checks by hand, whatever the binary form of the number.

    Examples
    --------
    >>> rounded(9.25, 1), rounded(-9.25, 1), rounded(6.25 - 6.2, 1)
    (9.3, -9.3, 0.1)
    """
    written = Decimal(repr(round(float(value), 9)))  # 6.25 - 6.2 is 0.04999999999999982
    return float(written.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, context=_ENOUGH_DIGITS))


def differs_as_printed(value: float | None, other: float | None, decimals: int) -> bool:
    """Tell whether the difference, rounded, is another than that of the two figures as they are printed.

    A difference is counted on the figures as they are published, then rounded, and whether it is called up, down
    or equal follows what is printed of it, everywhere.

    Parameters
    ----------
    value, other
        The figures; where one is not known there is no difference.
    decimals
        How many decimals are shown.

    Examples
    --------
    >>> differs_as_printed(6.94, 6.89, 1), differs_as_printed(9.15, 8.18, 1), differs_as_printed(None, 8.18, 1)
    (True, False, False)
    """
    if value is None or other is None or not math.isfinite(value - other):
        return False
    printed = rounded(value, decimals) - rounded(other, decimals)
    return rounded(printed, decimals) != rounded(value - other, decimals)
