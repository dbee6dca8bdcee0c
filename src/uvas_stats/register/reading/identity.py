"""From a personnummer to a keyed hash that means nothing outside this run.

The key is drawn at random, lives only in memory and is never written: it cannot be pickled, copied or printed.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from hashlib import blake2b
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from uvas_stats.catalog.names import plain_text
from uvas_stats.errors import RegisterError

__all__ = [
    "TEMPORARY_LETTERS",
    "Key",
    "check_numbers",
    "even_texts",
    "parts_of",
    "plain_numbers",
    "real_dates",
    "whole_numbers",
]

_DATE = r"(?P<century>[0-9]{2})?(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
TEMPORARY_LETTERS = ("T", "TF")
"""Begin the last four of the school system's temporary numbers, of those who have no other yet."""
_BESIDE = pa.scalar("", pa.large_string())
_COORDINATION = 60
_SHORTEST = 7
"""Digits left of ten when a spreadsheet has taken the zeros in front: a year 00 and a month 01 to 09."""


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
        keyed = blake2b(digest_size=8, key=self.__secret)

        def digest(text: str) -> bytes:
            own = keyed.copy()  # the key is worked in once
            own.update(text.encode())
            return own.digest()

        return np.frombuffer(b"".join(map(digest, texts)), dtype=np.int64)

    def __repr__(self) -> str:
        """Hide the secret."""
        return "Key(hemlig)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse pickling and copying."""
        raise RegisterError("Nyckeln till personuppgifterna får inte sparas eller kopieras")


def even_texts(texts: pd.Series) -> pd.Series:
    """Write texts as :func:`~uvas_stats.catalog.names.plain_text` does; most are so already and are left alone."""
    even = pc.match_substring_regex(pa.array(texts, pa.large_string()), "^[!-~]*( [!-~]+)*$")
    odd = ~even.to_numpy(zero_copy_only=False)
    if not odd.any():
        return texts
    evened = texts.astype("object")
    evened.loc[odd] = evened.loc[odd].map(plain_text)
    return evened.astype("str")


def parts_of(texts: pd.Series, form: str) -> dict[str, pa.Array]:
    """Take the named parts out of texts of a form; they are empty where they are left out, or the form is another.

    Parameters
    ----------
    texts
        Evened out.
    form
        A pattern with named groups.
    """
    found = pc.extract_regex(pa.array(texts, pa.large_string()), f"^(?:{form})$")
    names = [field.name for field in found.type]
    return {name: pc.fill_null(part, "") for name, part in zip(names, found.flatten(), strict=True)}


def whole_numbers(digits: pa.Array) -> npt.NDArray[np.int64]:
    """Read texts of digits; an empty one is 0."""
    filled = pc.if_else(pc.equal(digits, ""), "0", digits)
    numbers: npt.NDArray[np.int64] = filled.cast(pa.int64()).to_numpy()
    return numbers


def _mask(found: pa.Array) -> npt.NDArray[np.bool_]:
    mask: npt.NDArray[np.bool_] = found.to_numpy(zero_copy_only=False)
    return mask


def plain_numbers(texts: pd.Series) -> pd.Series:
    """Write numbers without spaces and invisible characters, with the zeros that a spreadsheet took."""
    plain = even_texts(texts.astype("str")).str.replace(" ", "", regex=False).str.upper()
    short = _mask(pc.match_substring_regex(pa.array(plain, pa.large_string()), f"^[0-9]{{{_SHORTEST},9}}$"))
    return plain.mask(short, plain.str.zfill(10)) if short.any() else plain


def check_numbers(texts: pd.Series, at: dt.date, letters: tuple[str, ...] = TEMPORARY_LETTERS) -> pd.DataFrame:
    """Check personnummer, samordningsnummer and temporary numbers: form, date of birth and check digit.

    Parameters
    ----------
    texts
        As the file has them: 10 or 12 digits, with or without a sign. Fewer than ten digits are a number that has
        lost the zeros it begins with, if the check digit fits.
    at
        Decides the century of a year written with two digits.
    letters
        One or two letters each, which begin the last four characters of a temporary number.

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
    last = "|".join(["[0-9]{4}", *(f"{one}[0-9]{{{4 - len(one)}}}" for one in letters)])
    parts = parts_of(plain_numbers(texts), f"{_DATE}(?P<sign>[-+]?)(?P<last>{last})")
    month, day = whole_numbers(parts["month"]), whole_numbers(parts["day"])
    temporary = _mask(pc.match_substring_regex(parts["last"], "^[A-Z]"))
    coordination = (day >= _COORDINATION) & ~temporary
    day = day - _COORDINATION * coordination
    no_month = coordination & (month == 0)
    no_day = no_month | (coordination & (day == 0))
    year, sure = _full_years(parts, at)
    born = real_dates(year, np.where(no_month, 1, month), np.where(no_day, 1, day))
    ten = pc.binary_join_element_wise(*(parts[name] for name in ("year", "month", "day", "last")), _BESIDE)
    ten = pc.if_else(pc.equal(ten, ""), "0" * 10, ten)
    digits = np.frombuffer("".join(ten.to_pylist()).encode(), np.uint8).reshape(-1, 10).astype(np.int64) - ord("0")
    valid = sure & ~np.isnat(born) & (temporary | _checks(digits))
    century = pc.utf8_lpad(pa.array(year // 100).cast(pa.string()), 2, "0")
    number = pc.binary_join_element_wise(century.cast(pa.large_string()), ten, _BESIDE)
    sex = pc.if_else(pa.array(digits[:, 8] % 2 == 0), "women", "men")
    return pd.DataFrame(
        {
            "number": pc.if_else(valid, number, "").to_pandas().astype("str").to_numpy(),
            "born": np.where(valid, born, np.datetime64("NaT")),
            "sex": pc.if_else(valid & ~temporary, sex, None).to_pandas().astype("str").to_numpy(),
            "coordination": coordination & valid,
            "temporary": temporary & valid,
        },
        index=texts.index,
    )


def _full_years(parts: Mapping[str, pa.Array], at: dt.date) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Give the year of birth, and whether it is told of in one way.

    Two digits lie in the hundred years up to ``at``, with a plus in those before; a plus goes with no century.
    """
    short, plus = whole_numbers(parts["year"]), _mask(pc.equal(parts["sign"], "+"))
    guessed = at.year - (at.year - short) % 100 - 100 * plus
    written = _mask(pc.not_equal(parts["century"], ""))
    return np.where(written, whole_numbers(parts["century"]) * 100 + short, guessed), ~(written & plus)


def _checks(digits: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Tell of which ten digits the last one is the check digit (Luhn)."""
    doubled = digits[:, ::2] * 2
    checked: npt.NDArray[np.bool_] = (doubled // 10 + doubled % 10 + digits[:, 1::2]).sum(axis=1) % 10 == 0
    return checked


def real_dates(
    year: npt.NDArray[np.int64], month: npt.NDArray[np.int64], day: npt.NDArray[np.int64]
) -> npt.NDArray[np.datetime64]:
    """Make dates of those that exist; the others are missing, which the caller reports.

    Parameters
    ----------
    year, month, day
        As whole numbers, of one length.
    """
    known = (year >= 1850) & (year <= 2199) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(known, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    dates = months.astype("datetime64[D]") + (day - 1)
    return np.where(known & (day <= length), dates, np.datetime64("NaT")).astype("datetime64[s]")
