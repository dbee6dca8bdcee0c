"""How dates are written in lists, and which days they are."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from uvas_stats.register.reading.identity import even_texts, parts_of, real_dates, whole_numbers

__all__ = ["DATE_FORMATS", "formats_of", "parse_dates"]

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
DATE_FORMATS = tuple(_FORMS)
_AHEAD = 10
"""How many years after the day of measurement a date whose century is not written may lie."""


def parse_dates(texts: pd.Series, formats: tuple[str, ...], at: dt.date) -> pd.Series:
    """Return the dates of the texts that are one in any of the formats; the others are missing.

    Parameters
    ----------
    texts
        As the file has them.
    formats
        Some of :data:`DATE_FORMATS`.
    at
        The day of measurement: a year written with two digits is the last one that is at most ten years after it.

    Examples
    --------
    >>> dates = parse_dates(pd.Series(["060230", "060301", ""]), ("%y%m%d",), dt.date(2106, 6, 30))
    >>> dates.dt.year.tolist()
    [nan, 2106.0, nan]
    """
    unique = pd.Series(texts.unique(), dtype="str")
    plain = even_texts(unique)
    foreign = ~plain.map(str.isascii).to_numpy(dtype=bool)  # decimal digits of any script are digits
    if foreign.any():
        plain = plain.mask(foreign, plain.map(lambda text: re.sub(r"\d", lambda digit: str(int(digit[0])), text)))
    dates = np.full(len(unique), np.datetime64("NaT"), dtype="datetime64[s]")
    for one in formats:
        parts = parts_of(plain, _FORMS[one])
        year, month, day = (whole_numbers(parts[name]) for name in ("year", "month", "day"))
        fits = pc.not_equal(parts["day"], "").to_numpy(zero_copy_only=False) & np.isnat(dates)
        found = real_dates(_with_century(year, month, day, at) if "%y" in one else year, month, day)
        dates = np.where(fits, found, dates)
    return pd.Series(dates).take(pd.Index(unique).get_indexer(texts)).set_axis(texts.index)


def _with_century(
    year: npt.NDArray[np.int64], month: npt.NDArray[np.int64], day: npt.NDArray[np.int64], at: dt.date
) -> npt.NDArray[np.int64]:
    later_in_the_year = month * 100 + day > at.month * 100 + at.day
    last = at.year + _AHEAD - later_in_the_year
    full: npt.NDArray[np.int64] = last - (last - year) % 100
    return full


def formats_of(columns: Iterable[pd.Series]) -> tuple[str, ...]:
    """Choose the formats that dates in the columns have, by their form."""
    texts = even_texts(pd.Series([text for column in columns for text in column.unique()], dtype="str"))
    return tuple(one for one in DATE_FORMATS if texts.str.fullmatch(_FORMS[one]).any()) or DATE_FORMATS[:1]
