"""What is declared of the services that are no PxWeb database: who they are, and what of theirs is taken.

Of Arbetsförmedlingen it is the names of workbooks, of Kolada the key figures and words that their titles hold, and
of Eurostat the tables, areas and ages.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from uvas_stats.catalog.declared import DATA, read_declared
from uvas_stats.catalog.names import fold
from uvas_stats.errors import CatalogError, RawFileError

__all__ = [
    "AGES",
    "FORM",
    "GROUPS_FILE",
    "KPI_FILE",
    "SWEDISH_REGIONS",
    "TABLES",
    "AfFile",
    "EuroRegion",
    "KoladaKpi",
    "WebSource",
    "af_files",
    "af_kind",
    "euro_names",
    "load_euro_regions",
    "load_kolada_kpis",
    "load_web_sources",
    "month_of",
]

_MONTH = "((?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2]))"
FORM = "v3"
"""What ``form`` says in the origin.toml of an edition that was fetched from the service."""
KPI_FILE, GROUPS_FILE = "kpi.json", "groups.json"
"""Names of the files, beside the values, that every fetched edition has."""

KINDS = ("union", "country", "nuts2")
AGES = {"Y15-24": "15-24", "Y15-29": "15-29", "Y18-24": "18-24", "Y20-24": "20-24"}
TABLES = {"edat_lfse_20": ("union", "country"), "edat_lfse_22": ("nuts2",)}
"""Eurostat's code of each table, and the kinds of area that are taken from it."""

SWEDISH_REGIONS = {
    "SE11": ("01",),
    "SE12": ("03", "04", "05", "18", "19"),
    "SE21": ("06", "07", "08", "09"),
    "SE22": ("10", "12"),
    "SE23": ("13", "14"),
    "SE31": ("17", "20", "21"),
    "SE32": ("22", "23"),
    "SE33": ("24", "25"),
}
"""The regions of Sweden on the second level (NUTS 2) and the län they consist of."""


@dataclass(frozen=True)
class WebSource:
    """A service that is not a PxWeb database."""

    id: str
    title: str
    publisher: str
    licence: str
    url: str
    """What all its paths are put after. No other host is called."""
    landing_page: str = ""
    calls: int = 10
    """Calls in a window of seconds that are made at most; none of these services says what it allows."""
    seconds: float = 10.0
    read_timeout: float = 60.0
    """Seconds that an answer is waited for."""


def load_web_sources() -> dict[str, WebSource]:
    """Read the declared services by id.

    Examples
    --------
    >>> load_web_sources()["siris"].publisher
    'Skolverket'
    """
    return {source.id: source for source in read_declared("web_sources", WebSource)}


@dataclass(frozen=True)
class AfFile:
    """One kind of workbook."""

    dataset: str
    role: str
    title: str
    pattern: str
    """Regular expression for the whole file name, with ``{month}`` where the month stands."""

    page: str
    """Path of the page that links to the workbooks."""
    not_in_name: tuple[str, ...] = ()
    """What the name of a monthly workbook never holds: those are yearly means."""
    optional: bool = False
    """Passed over, and said so, where the page no longer has it."""

    def month(self, name: str) -> str | None:
        """Return the month that a file name tells; None if the file is of another kind.

        Examples
        --------
        >>> AfFile("d", "r", "t", r"web-sok-lan-kom-{month}[.]xlsx", "/").month("web-sok-lan-kom-2026-08.xlsx")
        '2026-08'
        """
        plain = unicodedata.normalize("NFC", name).lower()
        match = re.fullmatch(self.pattern.replace("{month}", _MONTH), plain)
        return match[1] if match else None

    def excluded(self, name: str) -> bool:
        """Tell whether a file is of yearly means."""
        plain = unicodedata.normalize("NFC", name).lower()
        return any(word in plain for word in self.not_in_name)


def af_files(dataset: str) -> tuple[AfFile, ...]:
    """Return the kinds of workbooks of a dataset.

    Examples
    --------
    >>> [file.role for file in af_files("af_share")]
    ['running', 'closed']
    """
    return tuple(file for file in read_declared("af_files", AfFile) if file.dataset == dataset)


def af_kind(name: str, dataset: str) -> AfFile:
    """Return the kind of a workbook of a dataset.

    Raises
    ------
    RawFileError
        If the name is of none, or is that of yearly means.
    """
    kinds = [kind for kind in af_files(dataset) if kind.month(name) and not kind.excluded(name)]
    if not kinds:
        wanted = ", ".join(
            re.sub(r"\[.*?\]\S?\?", "…", kind.pattern).replace("{month}", "ÅÅÅÅ-MM").replace("\\", "")
            for kind in af_files(dataset)
        )
        raise RawFileError(
            "Filnamnet är inget av dem som Arbetsförmedlingens arbetsböcker har",
            where=name,
            todo=f"Kända är {wanted}",
        )
    return kinds[0]


def month_of(name: str) -> str:
    """Return the month at the end of a file name; empty if there is none.

    Examples
    --------
    >>> month_of("web-sok-lan-kom-2026-08.xlsx")
    '2026-08'
    """
    match = re.search(rf"{_MONTH}\.\w+$", name)
    return match[1] if match else ""


@dataclass(frozen=True)
class KoladaKpi:
    """One key figure of Kolada that is fetched."""

    measure: str
    """Id of the measure it becomes."""
    title_words: tuple[str, ...]
    """Words that the title must hold, whatever their case and hyphens."""
    id: str = ""
    """Kolada's id; empty where it is to be found by its title."""
    not_titled: tuple[str, ...] = ()
    """Words that the title must not hold."""
    optional: bool = False
    """Passed over, and said so, where Kolada no longer has it."""

    def fits(self, title: str) -> bool:
        """Tell whether a title is the one that is meant.

        Examples
        --------
        >>> kpi = KoladaKpi("uvas_share_pct", ("16-24", "varken arbetar"), not_titled=("17-24",))
        >>> kpi.fits("Invånare 16–24 år som varken arbetar eller studerar"), kpi.fits("Invånare 17-24 år")
        (True, False)
        """
        folded = fold(title)
        holds = all(fold(word) in folded for word in self.title_words)
        return holds and not any(fold(word) in folded for word in self.not_titled)


@cache
def load_kolada_kpis() -> tuple[KoladaKpi, ...]:
    """Read the declared key figures.

    Raises
    ------
    CatalogError
        If a measure or an id stands twice, or a key figure has no words of its title.

    Examples
    --------
    >>> load_kolada_kpis()[0].id
    'N02797'
    """
    kpis = read_declared("kolada_kpis", KoladaKpi)
    where = DATA / "kolada_kpis.toml"
    measures = [kpi.measure for kpi in kpis]
    for kpi in kpis:
        if measures.count(kpi.measure) > 1:
            raise CatalogError(f"measure ”{kpi.measure}” finns två gånger", where=where, todo="Ta bort den ena")
        if not kpi.title_words:
            raise CatalogError(f"{kpi.measure}: title_words är tom", where=where, todo="Skriv ord ur titeln")
    return kpis


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
        regions = tuple(EuroRegion(**row) for row in csv.DictReader(file))
    codes = [one.code for one in regions]
    for one in regions:
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
    return regions


def euro_names() -> dict[str, str]:
    """Give the Swedish names of the areas by code.

    Examples
    --------
    >>> euro_names()["SE23"], euro_names()["DK"]
    ('Västsverige', 'Danmark')
    """
    return {one.code: one.name for one in load_euro_regions()}
