"""Personnummer as they were checked, one by one."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from stdnum import luhn

from uvas_stats.catalog.names import plain_text

__all__ = ["check_numbers", "plain_numbers", "real_dates"]

_DATE = r"(?P<century>[0-9]{2})?(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
_FORM = rf"{_DATE}(?P<sign>[-+]?)(?P<last>[0-9]{{4}}|T[0-9]{{3}}|TF[0-9]{{2}})"
"""T and TF are the school system's temporary numbers, of those who have no other yet."""
_COORDINATION = 60
_SHORTEST = 7
"""Digits left of ten when a spreadsheet has taken the zeros in front: a year 00 and a month 01 to 09."""


def _full_years(parts: pd.DataFrame, at: dt.date) -> pd.Series:
    """Give the year of birth; two digits lie in the hundred years up to ``at``, with a plus in those before."""
    short = parts["year"].astype("int64")
    guessed = at.year - (at.year - short) % 100 - np.where(parts["sign"] == "+", 100, 0)
    return guessed.where(parts["century"].isna(), parts["century"].fillna("0").astype("int64") * 100 + short)


def plain_numbers(texts: pd.Series) -> pd.Series:
    """Write numbers without spaces and invisible characters, with the zeros that a spreadsheet took."""
    plain = texts.map(lambda text: plain_text(text).replace(" ", "").upper()).astype("str")
    short = plain.str.fullmatch(rf"[0-9]{{{_SHORTEST},9}}")
    return plain.mask(short, plain.str.zfill(10))


def check_numbers(texts: pd.Series, at: dt.date) -> pd.DataFrame:
    """Check personnummer, samordningsnummer and temporary numbers: form, date of birth and check digit.

    Parameters
    ----------
    texts
        As the file has them: 10 or 12 digits, with or without a sign. Fewer than ten digits are a number that has
        lost the zeros it begins with, if the check digit fits.
    at
        Decides the century of a year written with two digits.

    Returns
    -------
    pandas.DataFrame
        With the index of ``texts``: ``number`` (12 characters, empty where it is none), ``born``, ``sex``
        (missing in a temporary number), ``coordination`` and ``temporary``. Where a samordningsnummer tells no day
        or month of birth, ``born`` is the first day that it may be.

    Examples
    --------
    >>> checked = check_numbers(pd.Series(["20900101-0009", "209001010008", "20900161-0006"]), dt.date(2107, 1, 1))
    >>> checked["number"].ne("").tolist(), checked["coordination"].tolist()
    ([True, False, True], [False, False, True])
    """
    parts = plain_numbers(texts).str.extract(f"^{_FORM}$")
    fits = parts["last"].notna() & ~(parts["century"].notna() & parts["sign"].eq("+"))
    good = parts.loc[fits]
    year, day = _full_years(good, at), good["day"].astype("int64")
    month = good["month"].astype("int64")
    temporary = good["last"].str.startswith("T")
    coordination = (day >= _COORDINATION) & ~temporary
    day = day.where(~coordination, day - _COORDINATION)
    no_month, no_day = coordination & (month == 0), coordination & ((month == 0) | (day == 0))
    born = real_dates(year, month.mask(no_month, 1), day.mask(no_day, 1))
    digits = good["year"] + good["month"] + good["day"] + good["last"]
    valid = born.notna() & (temporary | digits.map(luhn.is_valid).astype(bool))
    number = year.astype("str").str.zfill(4) + digits.str[2:]
    ninth = good["last"].str[2].where(~temporary, "0").astype("int64")
    sex = (ninth % 2).map({0: "women", 1: "men"}).where(~temporary)
    return pd.DataFrame(
        {
            "number": number.where(valid, "").reindex(texts.index, fill_value=""),
            "born": born.where(valid).reindex(texts.index),
            "sex": sex.where(valid).reindex(texts.index),
            "coordination": (coordination & valid).reindex(texts.index, fill_value=False),
            "temporary": (temporary & valid).reindex(texts.index, fill_value=False),
        }
    )


def real_dates(year: pd.Series, month: pd.Series, day: pd.Series) -> pd.Series:
    """Make dates of those that exist; the others are missing, which the caller reports.

    Parameters
    ----------
    year, month, day
        As whole numbers, with one index.
    """
    length = pd.Series(31, index=year.index).where(~month.isin([4, 6, 9, 11]), 30)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length = length.where(month != 2, leap.map({True: 29, False: 28}))
    exists = month.between(1, 12) & day.between(1, 31) & (day <= length) & year.between(1850, 2199)
    parts = pd.DataFrame({"year": year, "month": month, "day": day}).loc[exists]
    dates: pd.Series = pd.to_datetime(parts).astype("datetime64[s]").reindex(year.index)
    return dates
