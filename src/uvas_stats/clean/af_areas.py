"""The employment service's areas have names, no codes; here they get them; an unknown name stops the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from uvas_stats.catalog import Catalog, Region
from uvas_stats.errors import RawFileError, UnknownNameError

__all__ = ["UNKNOWN", "area_codes", "region_of_row"]

UNKNOWN = "unknown_"
"""How the id of a row begins whose kommun is not known: ``unknown_21``, or ``unknown_00`` without a län."""
_NOT_TOLD = ("", "uppgift saknas", "okänt", "okänd", "okänd kommun", "okänt län")
_TODO = "Kontrollera namnet; finns kommunen ska den stå i regions.csv"


def told(name: object) -> str:
    """Return a name without blanks around it; empty where the publisher does not know the area.

    Examples
    --------
    >>> told(" Falun "), told("Uppgift saknas"), told(None)
    ('Falun', '', '')
    """
    text = "" if name is None or (isinstance(name, float) and pd.isna(name)) else str(name).strip()
    return "" if text.casefold() in _NOT_TOLD else text


def _found(find: Callable[[str], Region], name: str, where: object) -> Region:
    try:
        return find(name)
    except UnknownNameError as error:
        raise RawFileError(error.what, where=where, todo=f"{_TODO}. {error.todo or ''}") from None


def _lan_of(region: Region, catalog: Catalog) -> set[str]:
    """Return the län a kommun lies in or has lain in: Heby was moved in 2007 and is found under both."""
    return {row.lan for row in catalog.regions if region.code in (row.code, row.successor)}


def region_of_row(lan: object, kommun: object, catalog: Catalog, where: object) -> tuple[str, str]:
    """Give the code of the län and of the kommun that a row names.

    Returns
    -------
    tuple of str
        Län, ``00`` where it is not known, and kommun, ``unknown_`` and the län where it is not known. A kommun
        that has changed län has the one it lies in today.

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
    """
    lan_name, name = told(lan), told(kommun)
    lan_code = ""
    if lan_name:
        area = _found(catalog.area, lan_name, where)
        area = area if area.kind == "lan" else _found(catalog.area, f"{lan_name} län", where)
        lan_code = area.code
    if not name:
        return lan_code or "00", f"{UNKNOWN}{lan_code or '00'}"
    region = _found(catalog.region, name, where)
    if lan_code and lan_code not in _lan_of(region, catalog):
        raise RawFileError(f"{region.name} ({region.code}) ligger inte i {lan_name}", where=where, todo=_TODO)
    return region.lan, region.code


def area_codes(frame: pd.DataFrame, lan: str, kommun: str, catalog: Catalog, where: object) -> pd.DataFrame:
    """Add ``lan_code`` and ``region_code`` to rows that name a län and a kommun.

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
        first = seen.setdefault(code, told(name))
        if first != told(name):
            raise RawFileError(
                f"Både ”{first}” och ”{told(name)}” är kommunen {code}", where=where, todo="Kontrollera filen"
            )
