"""What is declared about Eurostat's tables of NEET: the tables, the areas and the ages that are fetched."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from uvas_stats.errors import CatalogError

__all__ = ["AGES", "TABLES", "EuroRegion", "euro_names", "load_euro_regions"]

DATA = Path(__file__).resolve().parent / "data"
KINDS = ("union", "country", "nuts2")
AGES = {"Y15-24": "15-24", "Y15-29": "15-29", "Y18-24": "18-24", "Y20-24": "20-24"}
TABLES = {"edat_lfse_20": ("union", "country"), "edat_lfse_22": ("nuts2",)}
"""Eurostat's code of each table, and the kinds of area that are taken from it."""


@dataclass(frozen=True)
class EuroRegion:
    """A country, the union or a region of the second level (NUTS 2), by Eurostat's code."""

    code: str
    name: str
    """In Swedish."""
    kind: str
    country: str
    """Code of the country that a region lies in; empty for others."""


@cache
def load_euro_regions() -> tuple[EuroRegion, ...]:
    """Read the declared areas.

    Raises
    ------
    CatalogError
        If a code stands twice, a kind is unknown or a region's country is not there.

    Examples
    --------
    >>> [one.name for one in load_euro_regions() if one.country == "SE"][:2]
    ['Stockholm', 'Östra Mellansverige']
    """
    path = DATA / "eurostat_regions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        found = tuple(EuroRegion(**row) for row in csv.DictReader(file))
    codes = [one.code for one in found]
    for one in found:
        if (
            codes.count(one.code) > 1
            or one.kind not in KINDS
            or (one.kind == "nuts2" and one.country not in codes)
        ):
            raise CatalogError(
                f"Raden för {one.code} är fel",
                where=path,
                todo="Koden en gång, ett känt slag och ett land som finns",
            )
    return found


def euro_names() -> dict[str, str]:
    """Give the Swedish names of the areas by code.

    Examples
    --------
    >>> euro_names()["SE23"], euro_names()["DK"]
    ('Västsverige', 'Danmark')
    """
    return {one.code: one.name for one in load_euro_regions()}
