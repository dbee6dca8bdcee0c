"""How dates are written in lists, and which days they are."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from tests.register.row_reader.identity import real_dates
from uvas_stats.catalog.names import plain_text

__all__ = ["parse_dates"]

_DAY = r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
_FORMS = {
    "%Y-%m-%d": _DAY,
    "%Y%m%d": r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    "%y%m%d": r"(?P<year>\d{2})(?P<month>\d{2})(?P<day>\d{2})",
    "%d/%m/%Y": r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
    "%d.%m.%Y": r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    "%Y/%m/%d": r"(?P<year>\d{4})/(?P<month>\d{2})/(?P<day>\d{2})",
    "%Y-%m-%d %H:%M": rf"{_DAY}[ T]\d{{2}}:\d{{2}}",
    "%Y-%m-%d %H:%M:%S": rf"{_DAY}[ T]\d{{2}}:\d{{2}}:\d{{2}}(?:[.,]\d{{1,9}})?(?:Z| ?[+-]\d{{2}}:?\d{{2}})?",
}
_AHEAD = 10
"""How many years after the day of measurement a date whose century is not written may lie."""


def parse_dates(texts: pd.Series, formats: tuple[str, ...], at: dt.date) -> pd.Series:
    """Return the dates of the texts that are one in any of the formats; the others are missing.

    Parameters
    ----------
    texts
        As the file has them.
    formats
        Those of the mapping.
    at
        The day of measurement: a year written with two digits is the last one that is at most ten years after it.

    Examples
    --------
    >>> dates = parse_dates(pd.Series(["060230", "060301", ""]), ("%y%m%d",), dt.date(2106, 6, 30))
    >>> dates.dt.year.tolist()
    [nan, 2106.0, nan]
    """
    unique = pd.Series(texts.unique(), dtype="str")
    plain = unique.map(plain_text).astype("str")
    dates = pd.Series(pd.NaT, index=unique.index, dtype="datetime64[s]")
    for one in formats:
        parts = plain.str.extract(f"^{_FORMS[one]}$")
        fits = parts["year"].notna() & dates.isna()
        numbers = parts.loc[fits, ["year", "month", "day"]].astype("int64")
        year = _with_century(numbers, at) if "%y" in one else numbers["year"]
        dates.loc[fits] = real_dates(year, numbers["month"], numbers["day"])
    return dates.take(pd.Index(unique).get_indexer(texts)).set_axis(texts.index)


def _with_century(numbers: pd.DataFrame, at: dt.date) -> pd.Series:
    later_in_the_year = numbers["month"] * 100 + numbers["day"] > at.month * 100 + at.day
    last = at.year + _AHEAD - later_in_the_year.astype("int64")
    return last - (last - numbers["year"]) % 100
