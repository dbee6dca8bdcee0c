"""From a personnummer to a keyed hash that means nothing outside this run.

The key is drawn at random, lives only in memory and is never written: it cannot be pickled, copied or printed.
"""

from __future__ import annotations

import datetime as dt
import secrets
from hashlib import blake2b
from typing import NoReturn

import numpy as np
import pandas as pd
from stdnum import luhn

from uvas_stats.errors import RegisterError

__all__ = ["Key", "check_numbers", "real_dates"]

_FORM = r"(?P<century>\d{2})?(?P<year>\d{2})(?P<month>\d{2})(?P<day>\d{2})(?P<sign>[-+]?)(?P<last>\d{4})"
_COORDINATION = 60


class Key:
    """A secret that turns personnummer into numbers that only this run can compare.

    Examples
    --------
    >>> key = Key()
    >>> key
    Key(hemlig)
    >>> int(key.hashes(["a"])[0]) == int(key.hashes(["a"])[0]), int(key.hashes(["a"])[0]) == hash("a")
    (True, False)
    """

    __slots__ = ("__secret",)

    def __init__(self) -> None:
        self.__secret = secrets.token_bytes(32)

    def hashes(self, texts: list[str]) -> np.ndarray:
        """Return one 64-bit number a text."""
        secret = self.__secret
        whole = b"".join(blake2b(text.encode(), digest_size=8, key=secret).digest() for text in texts)
        return np.frombuffer(whole, dtype=np.int64)

    def __repr__(self) -> str:
        """Hide the secret."""
        return "Key(hemlig)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse pickling and copying."""
        raise RegisterError("Nyckeln till personuppgifterna får inte sparas eller kopieras")


def _full_years(parts: pd.DataFrame, at: dt.date) -> pd.Series:
    """Give the year of birth; two digits lie in the hundred years up to ``at``, with a plus in those before."""
    short = parts["year"].astype("int64")
    guessed = at.year - (at.year - short) % 100 - np.where(parts["sign"] == "+", 100, 0)
    return guessed.where(parts["century"].isna(), parts["century"].fillna("0").astype("int64") * 100 + short)


def check_numbers(texts: pd.Series, at: dt.date) -> pd.DataFrame:
    """Check personnummer and samordningsnummer: form, date of birth and check digit.

    Parameters
    ----------
    texts
        As the file has them: 10 or 12 digits, with or without a sign.
    at
        Decides the century of a year written with two digits.

    Returns
    -------
    pandas.DataFrame
        With the index of ``texts``: ``number`` (12 digits, empty where it is none), ``born``, ``sex`` and
        ``coordination``.

    Examples
    --------
    >>> checked = check_numbers(pd.Series(["20900101-0009", "209001010008", "20900161-0006"]), dt.date(2107, 1, 1))
    >>> checked["number"].ne("").tolist(), checked["coordination"].tolist()
    ([True, False, True], [False, False, True])
    """
    parts = texts.str.replace(r"\s", "", regex=True).str.extract(f"^{_FORM}$")
    fits = parts["last"].notna() & ~(parts["century"].notna() & parts["sign"].eq("+"))
    good = parts.loc[fits]
    year, day = _full_years(good, at), good["day"].astype("int64")
    coordination = day > _COORDINATION
    day = day.where(~coordination, day - _COORDINATION)
    born = real_dates(year, good["month"].astype("int64"), day)
    digits = good["year"] + good["month"] + good["day"] + good["last"]
    valid = born.notna() & digits.map(luhn.is_valid).astype(bool)
    number = year.astype("str").str.zfill(4) + digits.str[2:]
    sex = (good["last"].str[2].astype("int64") % 2).map({0: "women", 1: "men"})
    return pd.DataFrame(
        {
            "number": number.where(valid, "").reindex(texts.index, fill_value=""),
            "born": born.where(valid).reindex(texts.index),
            "sex": sex.where(valid).reindex(texts.index),
            "coordination": (coordination & valid).reindex(texts.index, fill_value=False),
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
