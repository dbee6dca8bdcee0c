"""What is declared of Skolverket's KAA workbooks: tables, headings, categories, and the ids of documents.

Of the kartläggning of needs in a local agreement it is the rows, and what is nearest to each in statistics.

The figures are counts of whoever was registered at some time in a period (a flow), as the kommuner reported them.
They are not official statistics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from uvas_stats.catalog.declared import DATA, read_declared
from uvas_stats.errors import CatalogError
from uvas_stats.periods import period_kind

__all__ = [
    "COVERAGE",
    "DATASET",
    "KaaCategory",
    "KaaDerived",
    "KaaPeriod",
    "KaaQuantity",
    "KaaTable",
    "Nearest",
    "NeedsRow",
    "PrintedAs",
    "category_titles",
    "kaa_measure",
    "kaa_period",
    "kaa_table",
    "load_kaa_periods",
    "load_kaa_tables",
    "load_needs_rows",
    "table_number",
]

DATASET = "skolverket_kaa"
COVERAGE = "täckning"
"""Stands for the number of the table of how complete the reporting is, which has none."""
_NUMBER = re.compile(r"(?:tabell\s*)?([1-5])\s*([a-f])?", re.IGNORECASE)
_HALVES = re.compile(r"(första|andra)\s+halvåret\s+(20[0-9]{2})")
_TWELVE = re.compile(r"\b(20[0-9]{2})\s*/\s*(?:20)?([0-9]{2})\b")
_JULY_JUNE = re.compile(r"\bjuli\s+(20[0-9]{2})\s*[-–—]\s*(?:30\s+)?juni\s+(20[0-9]{2})")
_HALF_CODE = re.compile(r"\b(20[0-9]{2})\s*h([12])\b")


@dataclass(frozen=True)
class KaaQuantity:
    """A column of a table that is no category: a population, a count or a share of the whole."""

    id: str
    aliases: tuple[str, ...]
    measure: str = ""
    """The measure's id after ``kaa_<kind>_``; empty where the column only serves to check others."""
    part: str = ""
    """For a share: the quantity it is made of,"""
    whole: str = ""
    """and the one it is a share of."""


@dataclass(frozen=True)
class KaaCategory:
    """A category of a table."""

    id: str
    title: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class KaaDerived:
    """A share without breakdown, made of the shares of some categories."""

    measure: str
    categories: tuple[str, ...]
    optional: bool = False
    """Whether a category that the table does not have is passed over."""


@dataclass(frozen=True)
class KaaTable:
    """A table of the workbooks."""

    number: str
    title: str
    title_words: tuple[str, ...]
    """One of them must stand in its title."""
    base: str = ""
    """The quantity that the categories are parts of."""
    stem: str = ""
    """Name of the breakdown, and of its measures: ``kaa_<kind>_<stem>_count`` and ``_pct``."""
    years: bool = False
    """Whether the categories are years of birth."""
    partition: bool = False
    """Whether everyone is in one category, so that they make the whole."""
    groups: tuple[str, ...] = ()
    """What may stand above the categories; so may the name of a quantity."""
    quantities: tuple[KaaQuantity, ...] = ()
    required: tuple[str, ...] = ()
    categories: tuple[KaaCategory, ...] = ()
    derived: tuple[KaaDerived, ...] = ()
    read: bool = True
    """False for a table that is known but not read."""


@dataclass(frozen=True)
class KaaPeriod:
    """The documents of a period."""

    period: str
    ids: dict[str, int] = field(default_factory=dict)
    """Id of the document by table number; ``4`` and ``5`` hold all tables of the number."""


@dataclass(frozen=True)
class PrintedAs:
    """Which printed figures of a document belong to a row."""

    measure: str
    category: str = ""
    sex: str = "total"


@dataclass(frozen=True)
class Nearest:
    """A published measure that a row can be read in."""

    measure: str
    age: str = ""
    sex: str = "total"
    note: str = ""
    """What is other than in the document."""
    same: bool = False
    """Whether it is the same quantity, so that it can be compared period by period."""


@dataclass(frozen=True)
class NeedsRow:
    """A row of the kartläggning."""

    id: str
    title: str
    printed: PrintedAs
    reason: str
    """Why there is no figure, where there is none."""
    today: tuple[Nearest, ...] = ()
    todo: str = ""
    """What to do about a reason."""


@cache
def load_kaa_tables() -> dict[str, KaaTable]:
    """Read the declared tables by number.

    Raises
    ------
    CatalogError
        If a table names a quantity or category that it has not.

    Examples
    --------
    >>> load_kaa_tables()["5B"].title
    'Kännedom om ungdomarnas sysselsättning'
    """
    tables = read_declared("kaa_tables", KaaTable)
    for table in tables:
        known = {item.id for item in table.quantities}
        named = {table.base, *table.required, *(item.part for item in table.quantities)} - {""}
        named |= {item.whole for item in table.quantities} - {""}
        parts = {id_ for item in table.derived for id_ in item.categories} - {item.id for item in table.categories}
        if named - known or parts:
            raise CatalogError(
                f"Tabell {table.number}: {', '.join(sorted(named - known | parts))} finns inte",
                where=DATA / "kaa_tables.toml",
            )
    return {table.number: table for table in tables}


@cache
def load_kaa_periods() -> tuple[KaaPeriod, ...]:
    """Read the declared documents, the newest period first.

    Examples
    --------
    >>> load_kaa_periods()[0].ids["4A"]
    554191
    """
    periods = read_declared("kaa_periods", KaaPeriod)
    allowed = {*load_kaa_tables(), "4", "5"}
    for period in periods:
        period_kind(period.period)
        if set(period.ids) - allowed:
            raise CatalogError(
                f"{period.period}: tabell {sorted(set(period.ids) - allowed)} finns inte",
                where=DATA / "kaa_periods.toml",
            )
    return periods


def load_needs_rows() -> tuple[NeedsRow, ...]:
    """Read the rows of the kartläggning of a local agreement, in their order.

    Examples
    --------
    >>> [row.id for row in load_needs_rows()][:2]
    ['examen_national', 'examen_all']
    """
    return read_declared("needs_rows", NeedsRow)


def kaa_table(number: str) -> KaaTable:
    """Return a table by its number."""
    return load_kaa_tables()[number]


def kaa_measure(period: str, measure: str) -> str:
    """Give the id of a measure: half-years and twelve months from July are different measures.

    Examples
    --------
    >>> kaa_measure("2024/25", "share_pct"), kaa_measure("2022H2", "share_pct")
    ('kaa_school_year_share_pct', 'kaa_half_year_share_pct')
    """
    return f"kaa_{period_kind(period)}_{measure}"


def category_titles(stem: str) -> dict[str, str]:
    """Return what the categories of a breakdown are called, in the order of the table.

    Examples
    --------
    >>> list(category_titles("background").values())
    ['Nyinvandrade', 'Utländsk bakgrund']
    """
    table = next(table for table in load_kaa_tables().values() if table.stem == stem)
    return {item.id: item.title for item in table.categories}


def table_number(text: str) -> str:
    """Read the number of a table as the document list writes it; empty where there is none.

    Examples
    --------
    >>> table_number("Tabell 4A"), table_number("4 a"), table_number("PM")
    ('4A', '4A', '')
    """
    number = _NUMBER.fullmatch(text.strip())
    return f"{number[1]}{(number[2] or '').upper()}" if number else ""


def kaa_period(text: str) -> str:
    """Read a period as Skolverket writes it; empty where there is none.

    Raises
    ------
    ObservationError
        If it is no span that can be: twelve months must be from July to June.

    Examples
    --------
    >>> kaa_period("Andra halvåret 2024, första halvåret 2025"), kaa_period("Första halvåret 2022")
    ('2024/25', '2022H1')
    >>> kaa_period("1 juli 2024–30 juni 2025"), kaa_period("Läsåret 2023/24"), kaa_period("Teknisk rapport")
    ('2024/25', '2023/24', '')
    """
    plain = " ".join(text.casefold().split())
    halves = [(int(year), half) for half, year in _HALVES.findall(plain)]
    if len(halves) == 2 and halves == [(halves[0][0], "andra"), (halves[0][0] + 1, "första")]:
        return f"{halves[0][0]}/{halves[1][0] % 100:02d}"
    if len(halves) == 1:
        return f"{halves[0][0]}H{1 if halves[0][1] == 'första' else 2}"
    years = _TWELVE.search(plain) or _JULY_JUNE.search(plain)
    if years:
        period = f"{years[1]}/{int(years[2]) % 100:02d}"
        period_kind(period)
        return period
    code = _HALF_CODE.search(plain)
    return f"{code[1]}H{code[2]}" if code else ""
