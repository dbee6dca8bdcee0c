"""What is declared about statistical databases that speak PxWeb: the databases, and the tables that are fetched.

A table is declared with its variables, the codes that are selected and what each code means in the tidy table, so
that a change at the publisher is seen as a difference between two lists and never guessed at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from uvas_stats.catalog.declared import DATA, read_declared
from uvas_stats.catalog.names import nearest
from uvas_stats.errors import CatalogError, UnknownNameError

__all__ = [
    "PxDimension",
    "PxSource",
    "PxTable",
    "load_px_sources",
    "load_px_tables",
    "px_source",
    "tables_of",
]

COLUMNS = ("region_code", "period", "sex", "age_group", "breakdown", "measure", "none")
PROTOCOLS = ("pxweb2", "pxweb1")


@dataclass(frozen=True)
class PxSource:
    """A database: where it answers and which version of the protocol it speaks."""

    id: str
    title: str
    publisher: str
    licence: str
    protocol: str
    """``pxweb2`` or ``pxweb1``."""
    url: str
    """For version 2 up to ``/api/v2``; for version 1 up to and with the database."""
    language: str = "sv"
    data_format: str = "json-stat2"
    """The form asked for: ``json-stat2``, or in version 1 also ``json-stat`` and ``json``."""
    landing_page: str = ""


@dataclass(frozen=True)
class PxDimension:
    """One variable of a table: what is selected and which column its codes fill."""

    code: str
    column: str
    """``region_code``, ``period``, ``sex``, ``age_group``, ``breakdown``, ``measure``, or ``none``."""
    select: tuple[str, ...] = ()
    """Codes or expressions. Empty: the codes of ``map`` and of ``labels``."""
    optional: tuple[str, ...] = ()
    """Codes to add if the table has them."""
    map: dict[str, str] = field(default_factory=dict)
    """What a code is called in the tidy table; an empty value of a breakdown is its total."""
    labels: dict[str, str] = field(default_factory=dict)
    """For codes that are not known: words (… between those that stand apart) that the label of exactly one code
    holds, found at fetch time. A measure that several codes may be is left out."""
    lenient: bool = False
    """Whether a measure that no code has the words of is left out too."""
    optional_labels: dict[str, str] = field(default_factory=dict)
    """As ``labels`` but equal to the whole label, and passed over where the table has none."""
    breakdown: str = ""
    """Name of the breakdown, where ``column`` is that."""
    codelist: str = ""
    """Id of a code list to select from."""
    school_year: bool = False
    """Whether a year among the codes is the autumn of a läsår."""
    omit: bool = False
    """The variable is left out of the query and eliminated by the server (the total)."""


@dataclass(frozen=True)
class PxTable:
    """A table of a dataset."""

    dataset: str
    source: str
    title_words: tuple[str, ...]
    """Words that the table's title must hold; they also find the table where ``id`` is empty."""
    dimensions: tuple[PxDimension, ...]
    id: str = ""
    """Table id in version 2; empty where it is to be found by its title."""
    v1_path: str = ""
    noise_from: str = ""
    """First period whose cells carry noise; empty: all periods if the table's notes say so."""
    not_titled: tuple[str, ...] = ()
    """Words that the title must not hold."""
    other_dimensions: tuple[PxDimension, ...] = ()
    """The variables in another order of things, where it is not known which the table has; tried second."""

    def turned(self) -> PxTable:
        """Return the declaration with the other dimensions."""
        return replace(self, dimensions=self.other_dimensions, other_dimensions=())

    def as_found(self, meaning: Mapping[str, Mapping[str, str]]) -> PxTable:
        """Return the declaration with the dimensions that the fetch found to be right."""
        found = {value for values in meaning.values() for value in values.values() if value}
        turned = [item for item in self.other_dimensions if item.column == "measure" and item.code in meaning]
        return self.turned() if any(found & set(meaning[item.code].values()) for item in turned) else self

    @property
    def name(self) -> str:
        """The name of the folder its files are kept in."""
        return self.id or self.v1_path.rsplit("/", 1)[-1]

    def dimension(self, code: str) -> PxDimension | None:
        """Return the declared variable of a code."""
        return next((item for item in self.dimensions if item.code == code), None)


def _check_source(source: PxSource, path: Path) -> None:
    if source.protocol not in PROTOCOLS:
        raise CatalogError(
            f"{source.id}: protocol ”{source.protocol}” finns inte", where=path, todo=f"Välj {PROTOCOLS}"
        )


def _check_table(table: PxTable, path: Path, sources: dict[str, PxSource]) -> None:
    if table.source not in sources:
        raise CatalogError(
            f"{table.name}: source ”{table.source}” finns inte", where=path, todo=f"Välj {sorted(sources)}"
        )
    if table.other_dimensions:
        _check_table(table.turned(), path, sources)
    fed = [item.column for item in table.dimensions if item.column != "none"]
    for column in fed:
        if column not in COLUMNS or fed.count(column) > 1:
            raise CatalogError(
                f"{table.name}: kolumnen ”{column}” är okänd eller fylls två gånger",
                where=path,
                todo=f"Tillåtna: {', '.join(COLUMNS)}",
            )
    for wanted in ("region_code", "period", "measure"):
        if wanted not in fed:
            raise CatalogError(
                f"{table.name}: ingen variabel fyller {wanted}", where=path, todo="Lägg till variabeln"
            )


@cache
def load_px_sources() -> dict[str, PxSource]:
    """Read the declared databases by id."""
    sources = read_declared("pxweb_sources", PxSource)
    for source in sources:
        _check_source(source, DATA / "pxweb_sources.toml")
    return {source.id: source for source in sources}


@cache
def load_px_tables() -> tuple[PxTable, ...]:
    """Read the declared tables, in the order they are stitched."""
    tables = read_declared("pxweb_tables", PxTable)
    for table in tables:
        _check_table(table, DATA / "pxweb_tables.toml", load_px_sources())
    return tables


def px_source(text: str) -> PxSource:
    """Find a database by id.

    Raises
    ------
    UnknownNameError
        With the ids that exist.

    Examples
    --------
    >>> px_source("scb").protocol
    'pxweb2'
    """
    sources = load_px_sources()
    if text.casefold() not in sources:
        raise UnknownNameError(f"Källan ”{text}” finns inte", todo=f"Välj en av: {', '.join(sources)}")
    return sources[text.casefold()]


def tables_of(dataset: str) -> tuple[PxTable, ...]:
    """Return the declared tables of a dataset.

    Raises
    ------
    UnknownNameError
        With the nearest datasets.

    Examples
    --------
    >>> [table.id for table in tables_of("scb_population")]
    ['TAB638', 'TAB5557']
    """
    tables = tuple(table for table in load_px_tables() if table.dataset == dataset)
    if not tables:
        names = list(dict.fromkeys(table.dataset for table in load_px_tables()))
        raise UnknownNameError(
            f"Datamängden ”{dataset}” kan inte hämtas från en PxWeb-databas",
            todo=f"Närmast: {', '.join(nearest(dataset, names))}",
        )
    return tables
