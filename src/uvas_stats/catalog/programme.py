"""The nouns of a programme: its goals, its document's figures and what its nuläge consists of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

__all__ = [
    "Activity",
    "Check",
    "EconomyRow",
    "Goal",
    "Item",
    "PrintedFigure",
    "Programme",
    "Section",
    "TargetGroup",
]

SMALLEST_SHOWN = 5
"""Counts of persons below this are masked where a breakdown is sensitive."""


@dataclass(frozen=True)
class PrintedFigure:
    """A figure as a programme document prints it."""

    id: str
    text: str
    measure: str
    period: str
    as_printed: str
    section: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    status: str = "ok"
    region: str = ""
    """Code or group id; empty means the programme's only kommun."""
    age_group: str = ""
    """Empty means the ages of the measure."""
    sex: str = "total"
    breakdown: str = ""
    category: str = ""
    numerator: float | None = None
    denominator: float | None = None
    sensitive: bool = False
    """Counts from 1 to 4 are masked before they leave the catalog."""
    secondary: bool = False
    """Masked too, so that nobody can work out another masked figure from the total."""

    @property
    def masked(self) -> bool:
        """Whether the figure is, or gives away, a sensitive count of 1 to 4 persons.

        Bounds that leave only 1 to 4 possible give it away, and so does a share whose numerator is so small.
        """
        if self.secondary:
            return True
        counts = [self.numerator]
        if self.measure.endswith("_count"):
            counts.append(self.upper if self.value is None else self.value)
        return self.sensitive and any(count is not None and 0 < count < SMALLEST_SHOWN for count in counts)


@dataclass(frozen=True)
class Check:
    """A relation between printed figures that should hold."""

    kind: str
    """``partition`` (parts make the total), ``union`` (overlapping parts bound it) or ``same`` (one quantity)."""
    text: str
    figures: tuple[str, ...]
    total: str = ""


@dataclass(frozen=True)
class Goal:
    """A goal of a programme and the rule it is assessed by."""

    id: str
    text: str
    kind: str
    """``inriktning``, ``resultat``, ``aktivitet`` or ``kvalitativt``."""
    rule: str
    """``better_than_riket``, ``change_pct``, ``at_least``, ``at_most``, ``below``, ``falls``, ``rises`` or
    ``none``."""
    measure: str = ""
    monthly_measure: str = ""
    """A measure by month that takes its place once it is fetched: the goal is then judged by twelve months."""
    breakdown: str = ""
    category: str = ""
    target: float | None = None
    """In the unit of the measure; for ``change_pct`` the change in percent, negative for a fall."""
    baseline_period: str = ""
    deadline: dt.date | None = None
    note: str = ""
    """What the analyst must know to read the assessment, or why none can be made."""


@dataclass(frozen=True)
class TargetGroup:
    """Whom the programme is for, and the overlapping counts its size was estimated from."""

    text: str
    age_group: str
    parts: tuple[str, ...] = ()
    total: str = ""


@dataclass(frozen=True)
class Activity:
    """One row of the activity table of a year."""

    year: int
    activity: str
    state: str = ""
    outcome: str = ""
    assessment: str = ""
    """``nått``, ``på väg``, ``inte nått`` or empty: the face of the document."""
    action: str = ""


@dataclass(frozen=True)
class EconomyRow:
    """One year of the economy table, in thousands of kronor."""

    year: int
    budget: float | None = None
    """Where the document prints a budget and no costs; the other fields are then left out."""
    investment: float = 0.0
    investment_external: float = 0.0
    operating: float = 0.0
    operating_external: float = 0.0
    unfunded: float = 0.0

    @property
    def net(self) -> float:
        """Investment and operating cost less external funding."""
        return self.investment - self.investment_external + self.operating - self.operating_external


@dataclass(frozen=True)
class Item:
    """One chart or table of a nuläge."""

    kind: str
    measure: str = ""
    group: str = ""
    title: str = ""
    age: str = ""
    """Age group to show, such as ``20-24``; empty means the ages of the measure."""

    @property
    def options(self) -> dict[str, str]:
        """What is asked for besides the kind."""
        asked = {"measure": self.measure, "group": self.group, "title": self.title, "age": self.age}
        return {key: value for key, value in asked.items() if value}


@dataclass(frozen=True)
class Section:
    """A heading of the report with its text and what is shown under it."""

    heading: str
    text: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Programme:
    """A youth programme: whom it covers, what it promised and what its nuläge consists of."""

    id: str
    title: str
    name: str
    """The short name, as in a heading."""
    document: str
    document_date: dt.date
    """Where only the year is known, its first day."""
    municipalities: tuple[str, ...]
    period: str
    groups: tuple[str, ...]
    main_measure: str
    summary: str = ""
    rank_order: str = "worst"
    """``worst``: place 1 is the least favourable value; ``best``: the most favourable."""
    summary_measures: tuple[str, ...] = ()
    target_group: TargetGroup | None = None
    goals: tuple[Goal, ...] = ()
    printed: tuple[PrintedFigure, ...] = ()
    checks: tuple[Check, ...] = ()
    activities: tuple[Activity, ...] = ()
    economy: tuple[EconomyRow, ...] = ()
    economy_note: str = ""
    sections: tuple[Section, ...] = field(default=())
    document_year_only: bool = False

    @property
    def document_edition(self) -> str:
        """The date of the document as far as it is known."""
        return str(self.document_date.year) if self.document_year_only else self.document_date.isoformat()
