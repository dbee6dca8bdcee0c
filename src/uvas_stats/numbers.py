"""Numbers as a Swedish reader expects them: decimal comma, thin space, a real minus sign."""

from __future__ import annotations

import math

__all__ = ["MISSING", "THIN_SPACE", "number_text", "signed_text"]

THIN_SPACE = "\u202f"
"""Narrow no-break space: between thousands and before the percent sign."""
MISSING = "–"
_UNITS = {"procent": f"{THIN_SPACE}%", "kkr": f"{THIN_SPACE}tkr"}


def number_text(value: float | None, decimals: int = 1, unit: str = "") -> str:
    """Write a number; null becomes a dash.

    Examples
    --------
    >>> number_text(9.15, 1, "procent").replace(THIN_SPACE, "_"), number_text(157080, 0).replace(THIN_SPACE, "_")
    ('9,2_%', '157_080')
    >>> number_text(-0.04), number_text(None)
    ('0,0', '–')
    """
    if value is None or math.isnan(value):
        return MISSING
    rounded = _round(value, decimals)
    text = f"{abs(rounded):,.{decimals}f}".replace(",", THIN_SPACE).replace(".", ",")
    return f"{'−' if rounded < 0 else ''}{text}{_UNITS.get(unit, '')}"


def signed_text(value: float | None, decimals: int = 1, unit: str = "") -> str:
    """Write a difference with its sign.

    Examples
    --------
    >>> signed_text(0.97), signed_text(-2.0, 0), signed_text(0.01)
    ('+1,0', '−2', '0,0')
    """
    text = number_text(value, decimals, unit)
    positive = value is not None and not math.isnan(value) and _round(value, decimals) > 0
    return f"+{text}" if positive else text


def _round(value: float, decimals: int) -> float:
    """Round half away from zero, as a reader checks by hand: 9.15 is 9.2 whatever its binary form."""
    scale = 10.0**decimals
    return math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9) / scale, value)
