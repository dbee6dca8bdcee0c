"""Periods as text: what kind they are, when they end, and which period is the one to compare with.

The kinds are ``year`` (2024), ``month`` (2024-11), ``quarter`` (2024Q1), ``half_year`` (2024H2) and
``school_year`` (2024/25). A school year ends on 30 June; Skolverket and SCB count a pupil in the spring term that
ends it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

from uvas_stats.errors import ObservationError

__all__ = [
    "MONTHS",
    "PERIOD_KINDS",
    "in_period",
    "is_day",
    "month_name",
    "period_end",
    "period_kind",
    "period_text",
    "same_period_last_year",
]

_YEAR = "((?:19|20|21)[0-9]{2})"  # a year outside 1900-2199 is a slip of the hand
_PATTERNS = {
    "year": re.compile(_YEAR),
    "month": re.compile(rf"{_YEAR}-(0[1-9]|1[0-2])"),
    "quarter": re.compile(rf"{_YEAR}Q([1-4])"),
    "half_year": re.compile(rf"{_YEAR}H([12])"),
    "school_year": re.compile(rf"{_YEAR}/([0-9]{{2}})"),
}
PERIOD_KINDS = tuple(_PATTERNS)
MONTHS = (
    "januari februari mars april maj juni juli augusti september oktober november december".split()  # noqa: SIM905
)
"""Their first three letters are the short names."""


def _parse(period: str) -> tuple[str, int, int]:
    for kind, pattern in _PATTERNS.items():
        match = pattern.fullmatch(period)
        if match:
            year, part = int(match[1]), int(match[2]) if match.lastindex == 2 else 0
            if kind == "school_year" and (year + 1) % 100 != part:
                break
            return kind, year, part
    raise ObservationError(
        f"Perioden ”{period}” är inte giltig", todo="Skriv 2024, 2024-11, 2024Q1, 2024H2 eller 2024/25 (läsår)"
    )


def is_day(text: str) -> bool:
    """Tell whether a text is a day that exists, written with its four, two and two digits.

    Examples
    --------
    >>> is_day("2026-02-28"), is_day("2026-02-31"), is_day("20260228")
    (True, False, False)
    """
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def period_kind(period: str) -> str:
    """Return the kind of a period.

    Raises
    ------
    ObservationError
        If the text is no period.

    Examples
    --------
    >>> [period_kind(p) for p in ("2024", "2024-11", "2024Q1", "2024H2", "2024/25")]
    ['year', 'month', 'quarter', 'half_year', 'school_year']
    """
    return _parse(period)[0]


def period_end(period: str) -> dt.date:
    """Return the last day of a period.

    Examples
    --------
    >>> period_end("2024/25").isoformat(), period_end("2024-02").isoformat()
    ('2025-06-30', '2024-02-29')
    """
    kind, year, part = _parse(period)
    if kind in ("month", "quarter", "half_year"):
        month = part * {"month": 1, "quarter": 3, "half_year": 6}[kind]
        return dt.date(year, month, calendar.monthrange(year, month)[1])
    if kind == "school_year":
        return dt.date(year + 1, 6, 30)
    return dt.date(year, 12, 31)


def same_period_last_year(period: str) -> str:
    """Return the same period one year earlier: the only fair comparison where there is a season.

    Examples
    --------
    >>> same_period_last_year("2009-11"), same_period_last_year("2024/25")
    ('2008-11', '2023/24')
    """
    kind, year, _part = _parse(period)
    if kind == "school_year":
        return f"{year - 1}/{year % 100:02d}"
    return f"{year - 1}{period[4:]}"


def month_name(period: str) -> str:
    """Write a month in three letters.

    Examples
    --------
    >>> month_name("2024-11")
    'nov'
    """
    return MONTHS[int(period[5:]) - 1][:3]


def period_text(period: str) -> str:
    """Write a period as a Swedish reader expects it.

    Examples
    --------
    >>> period_text("2009-11"), period_text("2024/25"), period_text("2024H2"), period_text("2024Q1")
    ('november 2009', 'läsåret 2024/25', 'andra halvåret 2024', 'första kvartalet 2024')
    """
    kind, year, part = _parse(period)
    if kind == "month":
        return f"{MONTHS[part - 1]} {year}"
    if kind in ("quarter", "half_year"):
        ordinal = ("första", "andra", "tredje", "fjärde")[part - 1]
        return f"{ordinal} {'kvartalet' if kind == 'quarter' else 'halvåret'} {year}"
    return f"läsåret {period}" if kind == "school_year" else period


def in_period(period: str) -> str:
    """Write a period as it stands after a verb: only a month takes a preposition.

    Examples
    --------
    >>> in_period("2009-11"), in_period("2024"), in_period("2024/25")
    ('i november 2009', '2024', 'läsåret 2024/25')
    """
    text = period_text(period)
    return f"i {text}" if period_kind(period) == "month" else text
