"""The goals of a programme, assessed for each of its kommuner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pandas as pd

from uvas_stats.catalog import Break, Catalog, Goal, Measure, Programme
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import assess_goal, goal_outlook
from uvas_stats.present.goal_place import NO_PLACE, GoalPlace
from uvas_stats.present.goal_row import GoalRow
from uvas_stats.present.source import source_line

__all__ = ["Assessed", "assess_programme"]

SeriesOf = Callable[[Goal], pd.DataFrame]
PLACED = "better_than_riket"
"""The rule of a goal that is about a place."""


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
) -> Assessed:
    """Assess all goals: one row a goal, or one a goal and kommun where statistics can tell them apart.

    Parameters
    ----------
    goals
        The goals with the measure that each is followed by; None means as the programme has them.
    people_of
        Gives the denominators of a goal's measure where they are known.
    place_of
        Gives the place that a goal is about, for a kommun that has a figure.
    """
    rows: list[GoalRow] = []
    figures, notes, ranked = [], [], []
    for declared, goal in zip(programme.goals, goals or programme.goals, strict=True):
        regions = programme.municipalities if goal.rule != "none" else programme.municipalities[:1]
        people = people_of(goal) if people_of is not None and goal.measure else None
        own: list[GoalRow] = []
        for region in regions:
            measure, breaks = catalog.measures.get(goal.measure), catalog.breaks_of(goal.measure, (region,))
            series = series_of(goal)
            status = assess_goal(goal, measure, series, region, as_of, breaks, people)
            known = bool(len(series)) and bool(series.loc[series["region_code"] == region, "value"].notna().any())
            placed = known and goal.rule == PLACED and place_of is not None
            place = place_of(goal, region) if placed and place_of is not None else NO_PLACE
            outlook = _outlook(declared, goal, catalog, series, region, as_of, breaks) if known else ""
            name = catalog.names[region] if len(regions) > 1 else ""
            note = goal.note if known and not placed else ""  # without a figure it is in the reason
            reason = f"{status.reason} {note}".strip()
            own.append(GoalRow(goal.text, name, status.status, reason, outlook, place))
            figures += [status.figures] if place.data is None else [status.figures, place.data]
            ranked += [] if place.n is None else [place.n]
            if placed and measure is not None:
                notes.append(f"Målet följs med: {measure.title}. {goal.note}".strip())
        rows += _together(own)
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
        return goal_outlook(goal, measure, series, region, breaks).text(measure)
    except IndicatorError as error:
        return f"{error.reason.rstrip('.')}."
