"""The goals of a programme, assessed for each of its kommuner, and how they stand in a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from uvas_stats.catalog import Break, Catalog, Goal, Measure, Programme
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import STATUSES, assess_goal, goal_outlook
from uvas_stats.indicators.chance import Chance
from uvas_stats.numbers import count_word
from uvas_stats.present.goal_place import NO_PLACE, GoalPlace
from uvas_stats.present.source import source_line
from uvas_stats.present.verdicts import goal_reason, outlook_text
from uvas_stats.present.view import join_words

__all__ = ["Assessed", "GoalRow", "assess_programme", "goals_in_brief", "tally", "tally_cases"]

SeriesOf = Callable[[Goal], pd.DataFrame]
PLACED = "better_than_riket"
"""The rule of a goal that is about a place."""
_ONE = {"nått": "är nått", "på väg": "är på väg att nås", "inte nått": "är inte nått", "osäkert": "är osäkert"}
_MANY = {"nått": "är nådda", "på väg": "är på väg att nås", "inte nått": "är inte nådda", "osäkert": "är osäkra"}


@dataclass(frozen=True)
class GoalRow:
    """One line of the board."""

    text: str
    region: str
    """Name of the kommun where a programme has several; else empty."""
    status: str
    reason: str
    outlook: str = ""
    """The projection, or why there is none; may be empty."""
    place: GoalPlace = NO_PLACE
    """For a goal that is about a place: all that is known of it."""


@dataclass(frozen=True)
class Assessed:
    """The goals of a programme with what they rest on."""

    rows: list[GoalRow]
    """In the order of the document."""
    data: pd.DataFrame
    source: str
    note: str = ""


def assess_programme(
    programme: Programme,
    catalog: Catalog,
    series_of: SeriesOf,
    as_of: dt.date,
    *,
    goals: Iterable[Goal] | None = None,
    people_of: Callable[[Goal], pd.DataFrame | None] | None = None,
    place_of: Callable[[Goal, str], GoalPlace] | None = None,
    chance_of: Callable[[Goal], Chance | None] | None = None,
) -> Assessed:
    """Assess all goals: one row a goal, or one a goal and kommun where statistics can tell them apart.

    Parameters
    ----------
    programme, catalog
        The programme with its goals, and where the measures are.
    series_of
        Gives the observations of a goal's measure.
    as_of
        The day that the goals are assessed.
    goals
        The goals with the measure that each is followed by; None means as the programme has them.
    people_of
        Gives the denominators of a goal's measure where they are known.
    place_of
        Gives the place that a goal is about, for a kommun that has a figure.
    chance_of
        Gives what chance does to a goal's measure.
    """
    rows: list[GoalRow] = []
    figures, notes, ranked = [], [], []
    for declared, goal in zip(programme.goals, goals or programme.goals, strict=True):
        regions = programme.municipalities if goal.rule != "none" else programme.municipalities[:1]
        people = people_of(goal) if people_of is not None and goal.measure else None
        chance = chance_of(goal) if chance_of is not None and goal.measure else None
        assessed: list[GoalRow] = []
        for region in regions:
            measure, breaks = catalog.measures.get(goal.measure), catalog.breaks_of(goal.measure, (region,))
            series = series_of(goal)
            status = assess_goal(goal, measure, series, region, as_of, breaks, people, chance)
            known = bool(len(series)) and bool(series.loc[series["region_code"] == region, "value"].notna().any())
            rank = place_of(goal, region) if known and goal.rule == PLACED and place_of is not None else None
            place = rank or NO_PLACE
            outlook = _outlook(declared, goal, catalog, series, region, as_of, breaks) if known else ""
            name = catalog.names[region] if len(regions) > 1 else ""
            note = goal.note if known and rank is None else ""  # without a figure it is in the reason
            reason = f"{goal_reason(status)} {note}".strip()
            assessed.append(GoalRow(goal.text, name, status.status, reason, outlook, place))
            figures += [status.figures] if place.data is None else [status.figures, place.data]
            ranked += [] if place.n is None else [place.n]
            if rank is not None and measure is not None:
                notes.append(f"Målet följs med: {measure.title}. {goal.note}".strip())
        rows += _together(assessed)
    known_rows = [frame for frame in figures if len(frame)]
    data = pd.concat(known_rows, ignore_index=True).drop_duplicates() if known_rows else pd.DataFrame()
    published = data.loc[data["dataset"] != "programme_documents"] if len(data) else data
    line = source_line(published, catalog, computed=True, n=min(ranked) if ranked else None)
    source = f"Mål: {programme.document}. {line}"
    return Assessed(rows, data, source.strip(), " ".join(dict.fromkeys(notes)))


def _together(rows: list[GoalRow]) -> list[GoalRow]:
    """Make one row of those that say the same of every kommun."""
    first = replace(rows[0], region="")
    same = all(row.place is NO_PLACE and replace(row, region="") == first for row in rows)
    return [first] if same else rows


def _outlook(
    declared: Goal,
    goal: Goal,
    catalog: Catalog,
    series: pd.DataFrame,
    region: str,
    today: dt.date,
    breaks: tuple[Break, ...],
) -> str:
    """Write the projection of a goal, or why there is none."""
    measure = catalog.measures.get(goal.measure)
    if goal.rule == "none" or measure is None or measure.unit != "procent" or measure.dataset == "register":
        return ""  # the participants of a register are counted from the start: there is no season and no series
    if declared.monthly_measure and goal.measure != declared.monthly_measure:
        return "Bedömt på årsvärden. Med månadsuppgifter bedöms målet på tolv månader och skrivs fram."
    if measure.period_kind != "month" and not _open(goal, today):
        return ""
    return _projected(goal, measure, series, region, breaks)


def _open(goal: Goal, today: dt.date) -> bool:
    return goal.deadline is None or today <= goal.deadline


def _projected(goal: Goal, measure: Measure, series: pd.DataFrame, region: str, breaks: tuple[Break, ...]) -> str:
    try:
        return outlook_text(goal_outlook(goal, measure, series, region, breaks), measure)
    except IndicatorError as error:
        return f"{error.reason.rstrip('.')}."


def tally(statuses: Sequence[str]) -> str:
    """Say how many goals have each status.

    Examples
    --------
    >>> tally(["inte nått"] * 5 + ["kan inte bedömas"])
    'Fem mål är inte nådda och ett kan inte bedömas'
    >>> tally(["nått"])
    'Ett mål är nått'
    """
    parts: list[str] = []
    for status, count in _counted(statuses):
        verb = (_ONE if count == 1 else _MANY).get(status, status)
        parts.append(f"{count_word(count, neuter=True)} {'' if parts else 'mål '}{verb}")
    return _capital(join_words(parts))


def tally_cases(statuses: Sequence[str]) -> str:
    """Say the same where a goal is assessed once for each kommun.

    Examples
    --------
    >>> tally_cases(["nått", "kan inte bedömas", "nått"])
    'Nått i två fall, kan inte bedömas i ett'
    """
    parts = [f"{status} i {count_word(count, neuter=True)}" for status, count in _counted(statuses)]
    return _capital(", ".join([f"{parts[0]} fall", *parts[1:]]))


def goals_in_brief(rows: Sequence[GoalRow]) -> str:
    """Say in a sentence how the goals stand: of a single one with the reason, of kommuner by their names."""
    if len(rows) == 1:
        return f"Målet {_ONE.get(rows[0].status, rows[0].status)}. {rows[0].reason}"
    if not any(row.region for row in rows):
        return f"{tally([row.status for row in rows])}{_why(rows)}."
    texts = []
    for text in dict.fromkeys(row.text for row in rows if row.region):
        cases = [row for row in rows if row.text == text]
        by = {status: [row.region for row in cases if row.status == status] for status in STATUSES}
        listed = ", ".join(f"{status} i {join_words(names)}" for status, names in by.items() if names)
        texts.append(f"{text}: {listed}.")
    rest = [row.status for row in rows if not row.region]
    return " ".join([*texts, *([f"Övriga mål: {tally_cases(rest).lower()}."] if rest else [])])


def _why(rows: Sequence[GoalRow]) -> str:
    """Give the reason where it is the same of every goal."""
    reasons = {row.reason.partition(".")[0] for row in rows}
    text = reasons.pop()
    return "" if reasons else f": {text[:1].lower()}{text[1:]}"


def _counted(statuses: Sequence[str]) -> list[tuple[str, int]]:
    return [(status, list(statuses).count(status)) for status in STATUSES if status in statuses]


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
