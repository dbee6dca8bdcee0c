"""Counts of the employment service: what ``<5`` means, rows that come twice, and sums to län and riket."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.clean.af_areas import UNKNOWN
from uvas_stats.errors import RawFileError

__all__ = ["bounds", "check_periods", "demand_kommuner", "once", "with_sums"]

_BLANKS = re.compile("[\\s\u00a0\u2009\u202f]+")
_BELOW = re.compile(r"<(\d+)")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])")


def _bounds_of(value: object, where: str) -> tuple[float, float]:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value), float(value)
    if value is None:
        return np.nan, np.nan
    text = _BLANKS.sub("", str(value)).replace("\u2011", "-").replace("\u2212", "-")
    below = _BELOW.fullmatch(text)
    if below:
        return 0.0, float(below[1]) - 1
    if text == "":
        return np.nan, np.nan
    if not _NUMBER.fullmatch(text):
        raise RawFileError(f"”{value}” är inget antal", where=where, todo="Hämta filen igen")
    number = float(text.replace(",", "."))
    return number, number


def bounds(values: pd.Series, where: object) -> pd.DataFrame:
    """Give the least and most that each count may be: ``<5`` is 0 to 4, as nobody says that it is not 0.

    Returns
    -------
    pandas.DataFrame
        ``lower`` and ``upper``, equal where the count is known, null where it is missing.

    Examples
    --------
    >>> bounds(pd.Series([106, "<5", "1\u202f386", None], dtype=object, name="ANTAL"), "a.xlsx").values.tolist()
    [[106.0, 106.0], [0.0, 4.0], [1386.0, 1386.0], [nan, nan]]
    """
    if values.dtype == np.float64:
        return pd.DataFrame({"lower": values, "upper": values})
    place = f"{where}, {values.name}"
    # nan is no key to look up by, and 1 and True are one
    known = {value: _bounds_of(value, place) for value in values.dropna().unique()}
    pairs = [(np.nan, np.nan) if pd.isna(value) else known[value] for value in values]
    return pd.DataFrame(pairs, columns=["lower", "upper"], index=values.index, dtype="float64")


def check_periods(periods: Iterable[object], where: object, last: str = "") -> list[str]:
    """Demand months without a gap, the last of them the one the file's name tells.

    Returns
    -------
    list of str
        The months, in order.

    Examples
    --------
    >>> check_periods(["2026-02", "2026-01"], "a.xlsx", last="2026-02")
    ['2026-01', '2026-02']
    """
    months = sorted({str(period) for period in periods})
    wrong = [month for month in months if not _MONTH.fullmatch(month)]
    if wrong or not months:
        raise RawFileError(f"”{(wrong or [''])[0]}” är ingen månad", where=where, todo="Månader skrivs 2026-08")
    numbers = [int(month[:4]) * 12 + int(month[5:]) for month in months]
    for before, after, month in zip(numbers, numbers[1:], months, strict=False):
        if after != before + 1:
            raise RawFileError(f"Månaden efter {month} saknas", where=where, todo="Hämta filen igen")
    if last and months[-1] != last:
        raise RawFileError(
            f"Filens sista månad är {months[-1]} men namnet säger {last}", where=where, todo="Hämta filen igen"
        )
    return months


def demand_kommuner(frame: pd.DataFrame, months: Sequence[str], catalog: Catalog, where: object) -> None:
    """Demand every kommun in every month: a sum over those that are there is not riket.

    Raises
    ------
    RawFileError
        Naming the first month and kommun.
    """
    there = frame[["period", "region_code"]].drop_duplicates()
    there = there.loc[~there["region_code"].astype("str").str.startswith(UNKNOWN)]
    counted = there.groupby("period", observed=True)["region_code"].nunique()
    for month in months:
        if counted.get(month, 0) != len(catalog.kommuner):
            found = set(there.loc[there["period"] == month, "region_code"].astype("str"))
            gone = next(region for region in catalog.kommuner if region.code not in found)
            raise RawFileError(
                f"{month} saknar {len(catalog.kommuner) - len(found)} kommuner, först {gone.name} ({gone.code})",
                where=where,
                todo="Hämta filen igen",
            )


def once(frame: pd.DataFrame, key: Sequence[str], where: object) -> pd.DataFrame:
    """Take a row that stands twice with the same figures once; stop where the figures differ.

    Raises
    ------
    RawFileError
        Naming the first row that has two figures.
    """
    if not frame.duplicated(list(key)).any():
        return frame
    frame = frame.drop_duplicates(ignore_index=True)
    double = frame.duplicated(list(key), keep=False)
    if double.any():
        row = frame.loc[double].iloc[0]
        text = ", ".join(str(row[name]) for name in key)
        raise RawFileError(
            "Samma uppgift finns två gånger med olika tal", where=f"{where}: {text}", todo="Hämta filen igen"
        )
    return frame


def with_sums(frame: pd.DataFrame, key: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    """Sum rows to kommuner, and kommuner and what has no kommun to län and riket.

    Rows without a known kommun belong to their län, and those without a län to riket alone. A sum of which a part
    is missing is missing.

    Parameters
    ----------
    frame
        ``lan_code, region_code``, the key and the numbers.
    key
        Columns that stay apart, such as the month.

    Returns
    -------
    pandas.DataFrame
        ``region_code``, the key and the numbers, one row for each area that has any.
    """
    parts = [
        frame.assign(area=frame["region_code"]),
        frame.loc[frame["lan_code"] != "00"].assign(area=lambda part: part["lan_code"]),
        frame.assign(area="00"),
    ]
    summed = [_sums(part.astype({"area": "str"}), ["area", *key], numbers) for part in parts]
    return pd.concat(summed, ignore_index=True).rename(columns={"area": "region_code"})


def _sums(part: pd.DataFrame, key: list[str], numbers: Sequence[str]) -> pd.DataFrame:
    names = list(numbers)
    groups = part.groupby(key, observed=True, sort=False)[names]
    missing = part[names].isna().groupby([part[name] for name in key], observed=True, sort=False).any()
    return groups.sum().mask(missing).reset_index()
