"""What the employment service's workbooks have in common.

Areas have names and no codes, and an unknown name stops the run; small counts are written ``<5``; rows may come
twice; months may not be missing; and län and riket are sums of the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from uvas_stats.catalog import Catalog, Region
from uvas_stats.catalog.names import bare_name
from uvas_stats.errors import RawFileError, UnknownNameError
from uvas_stats.formats.markers import below, parse_number
from uvas_stats.formats.reading import note

__all__ = [
    "UNKNOWN",
    "area_codes",
    "bounds",
    "check_periods",
    "demand_kommuner",
    "once",
    "region_of_row",
    "with_sums",
]

UNKNOWN = "unknown_"
"""How the id of a row begins whose kommun is not known: ``unknown_21``, or ``unknown_00`` without a län."""
_NO_NAME = ("", "uppgift saknas", "okänt", "okänd", "okänd kommun", "okänt län")
_CHECK_NAME = "Kontrollera namnet; finns kommunen ska den stå i regions.csv"
_MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])")


_FORMER_LAN = frozenset(
    map(bare_name, ("Kristianstads", "Malmöhus", "Göteborgs och Bohus", "Älvsborgs", "Skaraborgs"))
)
"""Län that went into Skåne in 1997 and Västra Götaland in 1998, after the first months of the series."""


def area_name(name: object) -> str:
    """Return a name without blanks around it; empty where the publisher does not know the area.

    Examples
    --------
    >>> area_name(" Falun "), area_name("Uppgift saknas"), area_name(None)
    ('Falun', '', '')
    """
    text = "" if name is None or (isinstance(name, float) and pd.isna(name)) else str(name).strip()
    return "" if text.casefold() in _NO_NAME else text


def _known(find: Callable[[str], Region], name: str, where: object) -> Region:
    try:
        return find(name)
    except UnknownNameError as error:
        raise RawFileError(error.what, where=where, todo=f"{_CHECK_NAME}. {error.todo or ''}") from None


def _lan_of(region: Region, catalog: Catalog) -> set[str]:
    """Return the län a kommun lies in or has lain in: Heby was moved in 2007 and is found under both."""
    return {row.lan for row in catalog.regions if region.code in (row.code, row.successor)}


def region_of_row(lan: object, kommun: object, catalog: Catalog, where: object) -> tuple[str, str]:
    """Give the code of the län and of the kommun that a row names.

    Parameters
    ----------
    lan, kommun
        The names in the row; empty or a word for unknown where the publisher does not know.
    catalog
        Where codes and names are.
    where
        The file, for an error.

    Returns
    -------
    tuple of str
        Län, ``00`` where it is not known or is no more, and kommun, ``unknown_`` and the län where it is not
        known. A kommun that has changed län has the one it lies in today.

    Raises
    ------
    RawFileError
        If a name fits no area, or several, or the kommun does not lie in the län.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> region_of_row("Uppsala län", "Håbo", load_catalog(), "")
    ('03', '0305')
    >>> region_of_row("Dalarnas län", "Uppgift saknas", load_catalog(), "")
    ('20', 'unknown_20')
    >>> region_of_row("Skaraborgs län", "Lidköping", load_catalog(), "")
    ('14', '1494')
    """
    lan_name, name = area_name(lan), area_name(kommun)
    lan_code = ""
    if bare_name(lan_name) in _FORMER_LAN:  # the name of the kommun tells which it is
        note(f"{lan_name} finns inte längre; kommunerna är lästa efter sina egna namn.")
    elif lan_name:
        area = _known(catalog.area, lan_name, where)
        area = area if area.kind == "lan" else _known(catalog.area, f"{lan_name} län", where)
        lan_code = area.code
    if not name:
        return lan_code or "00", f"{UNKNOWN}{lan_code or '00'}"
    region = _known(catalog.region, name, where)
    if lan_code and lan_code not in _lan_of(region, catalog):
        raise RawFileError(
            f"{region.name} ({region.code}) ligger inte i {lan_name}", where=where, todo=_CHECK_NAME
        )
    return region.lan, region.code


def area_codes(frame: pd.DataFrame, lan: str, kommun: str, catalog: Catalog, where: object) -> pd.DataFrame:
    """Add ``lan_code`` and ``region_code`` to rows that name a län and a kommun.

    Parameters
    ----------
    frame
        The rows.
    lan, kommun
        The columns of the names.
    catalog
        Where codes and names are.
    where
        The file, for an error.

    Raises
    ------
    RawFileError
        As :func:`region_of_row`; or if two names of the table lead to the same kommun in the same län.
    """
    pairs = frame[[lan, kommun]].drop_duplicates()
    codes = [region_of_row(a, b, catalog, where) for a, b in pairs.itertuples(index=False)]
    _demand_one_name(pairs[kommun], [code for _, code in codes], where)
    pairs = pairs.assign(lan_code=[code for code, _ in codes], region_code=[code for _, code in codes])
    pairs = pairs.astype({"lan_code": "category", "region_code": "category"})
    return frame.merge(pairs, on=[lan, kommun], how="left", validate="many_to_one")


def _demand_one_name(names: Iterable[object], codes: Iterable[str], where: object) -> None:
    """Refuse two spellings of one kommun in one file: its figures would be counted twice."""
    seen: dict[str, str] = {}
    for name, code in zip(names, codes, strict=True):
        if code.startswith(UNKNOWN):
            continue
        first = seen.setdefault(code, area_name(name))
        if first != area_name(name):
            raise RawFileError(
                f"Både ”{first}” och ”{area_name(name)}” är kommunen {code}", where=where, todo="Kontrollera filen"
            )


def _bounds_of(value: object, where: str) -> tuple[float, float]:
    if not str(value).strip():
        return np.nan, np.nan
    if (limit := below(value)) is not None:
        return 0.0, limit - 1
    number = parse_number(value)
    if number is None:
        raise RawFileError(f"”{value}” är inget antal", where=where, todo="Hämta filen igen")
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
    # nan is no key to look up by, and 1 and True are one
    known = {value: _bounds_of(value, f"{where}, {values.name}") for value in values.dropna().unique()}
    pairs = [(np.nan, np.nan) if pd.isna(value) else known[value] for value in values]
    return pd.DataFrame(pairs, columns=["lower", "upper"], index=values.index, dtype="float64")


def check_periods(periods: Iterable[object], where: object, last: str = "") -> list[str]:
    """Demand months without a gap, the last of them the one the file's name tells.

    Parameters
    ----------
    periods
        As written, ``2026-08``; in any order and repeated.
    where
        The file, for an error.
    last
        The month in the name of the file; empty if it has none.

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
    """Demand every kommun in every month that it existed: a sum over those that are there is not riket.

    Parameters
    ----------
    frame
        Rows with ``period`` and ``region_code``.
    months
        The months that must be whole.
    catalog
        The kommuner, and since when they are.
    where
        The file, for an error.

    Raises
    ------
    RawFileError
        Naming the first month and kommun.
    """
    there = frame[["period", "region_code"]].drop_duplicates().astype("str")
    codes = there.groupby("period")["region_code"].agg(set)
    for month in months:
        gone = [region for region in catalog.kommuner_in(month) if region.code not in codes.get(month, ())]
        if gone:
            raise RawFileError(
                f"{month} saknar {len(gone)} kommuner, först {gone[0].name} ({gone[0].code})",
                where=where,
                todo="Hämta filen igen",
            )


def once(frame: pd.DataFrame, key: Sequence[str], where: object) -> pd.DataFrame:
    """Take a row that stands twice with the same figures once; stop where the figures differ.

    Parameters
    ----------
    frame
        The rows.
    key
        The columns that say what a row is about.
    where
        The file, for an error.

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
