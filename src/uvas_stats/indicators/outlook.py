"""What a goal looks like from here: a projection to the day it is due, and how likely it is to be met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from uvas_stats.catalog import Break, Goal, Measure
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.projection import Projection, project
from uvas_stats.indicators.series import demand_one_figure_each, period_after, unbroken_run
from uvas_stats.periods import period_end, period_text

__all__ = ["Outlook", "goal_outlook"]


@dataclass(frozen=True)
class Outlook:
    """A projection of the figure that a goal is about; :mod:`uvas_stats.present.verdicts` puts it in words."""

    projection: Projection
    threshold: float
    """What the figure is to be better than: 0 for a difference to riket."""
    below: bool
    to_riket: bool
    """Whether the figure is the difference to riket, in percentage points."""
    passed: bool
    """Whether the goal's day has passed; the projection is then one year ahead."""
    probability: float | None
    """That the goal is met then; None where it has no day, or is met already."""


def _threshold(goal: Goal, series: pd.DataFrame, region: str, breaks: list[Break]) -> float:
    if goal.rule in ("at_least", "at_most", "below"):
        return float(goal.target or 0.0)
    run = unbroken_run(series, region, breaks)
    base = run.values.get(goal.baseline_period)
    if base is None:
        raise IndicatorError(
            f"Framskrivningen kan inte bedömas: baslinjen {period_text(goal.baseline_period)} saknas eller ligger "
            "före ett tidsseriebrott eller en lucka",
            where=region,
        )
    months = run.values.loc[: goal.baseline_period].tail(12 if "-" in goal.baseline_period else 1)
    change = (goal.target or 0.0) if goal.rule == "change_pct" else 0.0
    return float(months.mean()) * (1 + change / 100)


def _below(goal: Goal, measure: Measure) -> bool:
    if goal.rule == "better_than_riket":
        return measure.direction == "lower"
    if goal.rule == "change_pct":
        return (goal.target or 0.0) < 0
    return goal.rule in ("falls", "at_most", "below")


def _due(goal: Goal, newest: str) -> tuple[str, bool]:
    """Give the period due, and whether the goal's day has passed: then one year ahead."""
    month = "-" in newest
    ahead = period_after(newest, 12 if month else 1)
    if goal.deadline is None:
        return ahead, False
    due = f"{goal.deadline:%Y-%m}" if month else f"{goal.deadline:%Y}"
    if period_end(due) > goal.deadline:  # the last whole period before the day
        due = period_after(due, -1)
    return (due, False) if due > newest else (ahead, True)


def goal_outlook(
    goal: Goal, measure: Measure, series: pd.DataFrame, region: str, breaks: Iterable[Break] = ()
) -> Outlook:
    """Project the figure a goal is about to the day it is due, or a year ahead where that has passed.

    Parameters
    ----------
    goal
        The goal; ``better_than_riket`` is projected as the difference to riket, all other rules as the figure.
    series
        Observations of the measure by month or year for the region and riket.
    breaks
        Declared breaks of the measure.

    Raises
    ------
    IndicatorError
        If the series is too short, broken or without a baseline; the message says what it would take.
    """
    breaks = list(breaks)
    to_riket = goal.rule == "better_than_riket"
    figures = series
    if to_riket:  # of every kommun, for the interval is calibrated on all
        demand_one_figure_each(series.loc[series["region_code"].isin([region, "00"])])
        riket = series.loc[series["region_code"] == "00"].set_index("period")["value"]
        figures = series.assign(value=series["value"] - series["period"].map(riket))
    known = figures.loc[(figures["region_code"] == region) & figures["value"].notna()].sort_values("period_end")
    if known.empty:
        raise IndicatorError(f"Framskrivningen kan inte bedömas: uppgift saknas för {measure.short}", where=region)
    period, passed = _due(goal, str(known["period"].iloc[-1]))
    threshold = 0.0 if to_riket else _threshold(goal, figures, region, breaks)
    below = _below(goal, measure)
    ahead = project(figures, region, period, breaks)
    met = (float(ahead.history["mean"].iloc[-1]) < threshold) == below
    odds = None if met or goal.deadline is None else ahead.probability(threshold, below=below)
    return Outlook(ahead, threshold, below, to_riket, passed, odds)
