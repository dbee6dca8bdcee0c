"""The nouns of the figures: regions, datasets, measures. They come from TOML and CSV; no file is read here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

__all__ = [
    "CORRECTION_ACTIONS",
    "Break",
    "Correction",
    "Dataset",
    "Group",
    "Measure",
    "Region",
    "Route",
]


@dataclass(frozen=True)
class Region:
    """Riket, a län or a kommun, under one name in one span of time."""

    code: str
    name: str
    kind: str
    """``riket``, ``lan`` or ``kommun``."""
    lan: str
    """Code of the län a kommun lies in; empty for others."""
    valid_from: dt.date | None
    valid_to: dt.date | None
    successor: str
    """Code that replaced this row; empty while the row is valid."""
    note: str

    @property
    def current(self) -> bool:
        """Whether the row is valid today."""
        return self.valid_to is None


@dataclass(frozen=True)
class Group:
    """A named set of kommuner to compare with."""

    id: str
    name: str
    members: tuple[str, ...]
    kind: str = "own"
    """``lan``, ``skr``, ``cooperation``, ``similar``, ``network`` or ``own``."""
    source: str = ""
    note: str = ""


LAYOUT_COLUMNS = ("area", "year", "month", "sex", "age")
"""What a column of a declared layout may say of its rows; area and year must be there."""


@dataclass(frozen=True)
class Layout:
    """Under which headings of a workbook the figures are, for a dataset whose reader is ``declared``."""

    columns: dict[str, str]
    """The heading over each of ``LAYOUT_COLUMNS`` that the workbook has."""
    values: dict[str, str]
    """Headings of figures, and the measure of each."""
    passed_over: tuple[str, ...] = ()
    """Headings that may be there and are not read."""


@dataclass(frozen=True)
class Dataset:
    """A source of figures: who publishes it, where, under which licence and how often."""

    id: str
    title: str
    publisher: str
    licence: str
    landing_page: str
    cadence: str
    reader: str
    """Name of the reader in ``clean`` that turns its raw files into observations."""
    note: str = ""
    fetcher: str = ""
    """Name in ``fetch.sources`` of what fetches its files; empty where PxWeb, or nothing, does."""
    adopt: str = ""
    """Short name for ``uvas adopt``; empty where no file downloaded by hand is taken."""
    carry_over: bool = False
    """Whether files put in by hand have some of the tables and periods, and those of others are carried over."""
    layout: Layout | None = None
    """Where the figures are in its workbooks, if the reader is ``declared``."""
    replaces: str = ""
    """Within what a newer edition replaces an older one: ``period`` where an edition holds one period only,
    ``period_and_area`` where it holds some years of some areas, ``origin`` where each file stands by itself;
    empty where it replaces all of it."""
    parts: tuple[str, ...] = ()
    """Editions that hold only a part of it, such as transcribed ones: each replaces only its own figures."""


@dataclass(frozen=True)
class Measure:
    """What a number is: population, age, unit, direction and what it must not be confused with."""

    id: str
    title: str
    short: str
    """A few words for axes, table heads and lists."""
    unit: str
    """``procent``, ``antal``, ``poäng``, ``plats``, ``dagar`` or ``kkr``."""
    ages: str
    population: str
    definition: str
    direction: str
    """``lower`` or ``higher``: which is better; ``none`` where neither is."""
    dataset: str
    publisher: str
    numerator: str = ""
    denominator: str = ""
    denominator_measure: str = ""
    """Measure that holds the denominator, where it is in the catalog."""
    route: str = ""
    """Through whom it was fetched, where that is not the publisher."""
    source_id: str = ""
    """The publisher's own id, such as N02797."""
    known_as: tuple[str, ...] = ()
    """Words that mean this measure where no other is named."""
    period_kind: str = "year"
    decimals: int = 1
    whole: bool = True
    """Whether each figure is a whole number, where the unit is antal."""
    minimum: float | None = 0.0
    maximum: float | None = None
    cautions: tuple[str, ...] = ()
    persons: tuple[str, str] = ("person", "personer")
    """What one and several of those that are counted are called."""
    follow_up: str = ""
    """For a figure that only a document prints: the nearest measure that is published today."""
    coverage_measure: str = ""
    """Measure of how complete the reporting is, where a figure is what kommuner report and must not be ranked
    without it."""


@dataclass(frozen=True)
class Break:
    """A place where a series is not comparable with itself."""

    id: str
    measure: str
    at: str
    """The first period of the new series."""
    text: str
    regions: tuple[str, ...] = ()
    """Codes it concerns; empty means all."""


CORRECTION_ACTIONS = ("replace", "drop", "flag")


@dataclass(frozen=True)
class Correction:
    """A figure that is wrong at its publisher, and what is done about it."""

    dataset: str
    measure: str
    region: str
    period: str
    action: str
    """``replace`` by ``value``; ``drop``: the value is not available; ``flag``: it is kept, and told as wrong."""
    expect: float
    """The wrong figure as it is published. Another one stops the reading: then the publisher has mended it."""
    reason: str
    source: str
    """Who says so."""
    date: dt.date
    """When it was found."""
    sexes: tuple[str, ...] = ("total",)
    age_group: str = ""
    """Empty means the ages of the measure."""
    value: float | None = None
    until: str = ""
    """The last edition that has the fault, once the publisher has mended it; empty while it has not."""


@dataclass(frozen=True)
class Route:
    """Two measures that are the same indicator by two routes, to be compared and never mixed."""

    left: str
    right: str
    note: str = ""
    """What is known to make them differ."""
    decimals: int = 1
    """With how many decimals the coarser of them is published."""
