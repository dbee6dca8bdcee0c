"""Is a goal reached? With the reason and the figures it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from uvas_stats.catalog import Break, Goal, Measure
from uvas_stats.indicators.chance import Chance
from uvas_stats.indicators.change import break_between
from uvas_stats.indicators.goal_rules import RULES, STATUSES, UNKNOWN, Case, Reason
from uvas_stats.indicators.season import rolling_year
from uvas_stats.indicators.series import demand_one_figure_each
from uvas_stats.periods import period_end

__all__ = ["STATUSES", "GoalStatus", "MonthsMet", "assess_goal"]


@dataclass(frozen=True)
class MonthsMet:
    """In how many of twelve months a goal was met, and in which it was nearest and farthest."""

    met: int
    nearest: str
    farthest: str


@dataclass(frozen=True)
class GoalStatus:
    """The assessment of one goal for one region; :func:`uvas_stats.present.verdicts.goal_reason` says why."""

    goal: Goal
    measure: Measure | None
    region_code: str
    status: str
    reason: Reason
    figures: pd.DataFrame
    """Rows of the series that the assessment rests on."""
    broken_by: str = ""
    """Texts of the breaks between the baseline and the outcome."""
    by_year: bool = False
    """Whether the mean of twelve months was judged."""
    months: MonthsMet | None = None


def _outcome(goal: Goal, known: pd.DataFrame, today: dt.date) -> pd.Series | None:
    """Take the newest figure up to the deadline; once that has passed only one of its year, else None."""
    if goal.deadline is None:
        return known.iloc[-1]
    due = known["period_end"] <= pd.Timestamp(goal.deadline)
    within = known.loc[due | (known["period"] == str(goal.deadline.year))]
    if today <= goal.deadline:
        return (within if len(within) else known).iloc[-1]
    return within.iloc[-1] if len(within) and within["period_end"].iloc[-1].year == goal.deadline.year else None


def _of_goal(goal: Goal, series: pd.DataFrame) -> pd.DataFrame:
    """Keep the breakdown and category that the goal is about, where the series has several."""
    for column, wanted in (("breakdown", goal.breakdown), ("category", goal.category)):
        if column in series.columns:
            series = series.loc[series[column].fillna("") == wanted]
    return series


def assess_goal(
    goal: Goal,
    measure: Measure | None,
    series: pd.DataFrame,
    region: str,
    today: dt.date,
    breaks: Iterable[Break] = (),
    denominators: pd.DataFrame | None = None,
    chance: Chance | None = None,
) -> GoalStatus:
    """Assess one goal for one region.

    Parameters
    ----------
    goal
        The goal and its rule.
    measure
        The measure it is followed with; None where the rule is ``none``.
    series
        Observations of the measure, for the region and riket, sorted by period.
    today
        Decides whether there is still time to reach the goal.
    breaks
        Breaks of the measure; one between the baseline and the outcome goes with the reason.
    denominators
        What a share by month is of: its mean of twelve months is weighted with them.
    chance
        What chance does to the measure; None where it is not known, and the series' own swing is taken.

    Returns
    -------
    GoalStatus
        ``nått``, ``på väg`` (not reached, time is left and the figure moves the right way), ``inte nått``,
        ``osäkert`` (a share nearer to what is wanted than chance lets tell) or ``kan inte bedömas``. The outcome
        is the newest figure up to the deadline, and of its year once it has passed. A share by month is judged by
        its mean of twelve months, never by one month.
    """
    if goal.rule == "none" or measure is None:
        return GoalStatus(goal, measure, region, UNKNOWN, Reason("not_measurable"), series.iloc[:0])
    series = _of_goal(goal, series)
    demand_one_figure_each(series.loc[series["region_code"].isin([region, "00"])])
    every = series.loc[series["region_code"] == region].sort_values("period_end")
    known = every.loc[every["value"].notna()]
    if hidden := _hidden(goal, every, known):
        return GoalStatus(goal, measure, region, UNKNOWN, hidden, every.tail(1))
    if known.empty:
        return GoalStatus(goal, measure, region, UNKNOWN, Reason("no_figure"), known)
    if _seasonal(measure):
        return _by_year(goal, measure, series, region, today, list(breaks), denominators)
    return _assessed(goal, measure, series, known, region, today, breaks, chance)


def _hidden(goal: Goal, every: pd.DataFrame, known: pd.DataFrame) -> Reason | None:
    """Tell that the outcome is hidden, where it is: an older figure that is shown is no outcome."""
    within = every if goal.deadline is None else every.loc[every["period_end"] <= pd.Timestamp(goal.deadline)]
    due = within if len(within) else every
    if due.empty or due["status"].iloc[-1] != "suppressed":
        return None
    reason = Reason("hidden", str(due["period"].iloc[-1]))
    shown = known.loc[known["period_end"] < due["period_end"].iloc[-1]]
    if shown.empty:
        return reason
    return replace(reason, other_period=str(shown["period"].iloc[-1]), other=float(shown["value"].iloc[-1]))


def _seasonal(measure: Measure) -> bool:
    return measure.period_kind == "month" and measure.unit == "procent"


def _by_year(
    goal: Goal,
    measure: Measure,
    series: pd.DataFrame,
    region: str,
    today: dt.date,
    breaks: list[Break],
    denominators: pd.DataFrame | None,
) -> GoalStatus:
    """Judge a share by month on the mean of twelve months, and tell how the months of that year lay."""
    pair = series.loc[series["region_code"].isin([region, "00"])]
    means, _ = rolling_year(pair, denominators, breaks)
    known = means.loc[means["region_code"] == region]
    if _newest_month(goal, pair, region) not in set(known["period"]):
        months = pair.loc[pair["region_code"] == region].tail(1)
        return GoalStatus(goal, measure, region, UNKNOWN, Reason("too_few_months"), months)
    by_mean = _assessed(goal, measure, means, known, region, today, breaks)
    if by_mean.figures.empty:
        return by_mean
    last = str(by_mean.figures["period"].iloc[0])
    year = pair.loc[(pair["period"] > f"{int(last[:4]) - 1}{last[4:]}") & (pair["period"] <= last)]
    crossed = break_between(breaks, region, goal.baseline_period, last) if goal.baseline_period else ""
    return replace(
        by_mean,
        status=UNKNOWN if crossed else by_mean.status,
        figures=year,
        by_year=True,
        months=_months_met(goal, measure, year, region),
    )


def _newest_month(goal: Goal, series: pd.DataFrame, region: str) -> str:
    """Give the newest month up to the deadline, else the newest of all: the one that a mean must reach to."""
    months = series.loc[(series["region_code"] == region) & series["value"].notna()].sort_values("period_end")
    within = months if goal.deadline is None else months.loc[months["period_end"] <= pd.Timestamp(goal.deadline)]
    return str((within if len(within) else months)["period"].iloc[-1])


def _months_met(goal: Goal, measure: Measure, year: pd.DataFrame, region: str) -> MonthsMet | None:
    """Tell in how many of the twelve months the goal was met, and when it was nearest and farthest."""
    if goal.rule != "better_than_riket":
        return None
    wide = year.pivot_table(index="period", columns="region_code", values="value", aggfunc="first")
    if "00" not in wide:
        return None
    gap = (wide[region] - wide["00"]) * (1 if measure.direction == "lower" else -1)
    return MonthsMet(int((gap < 0).sum()), str(gap.idxmin()), str(gap.idxmax()))


def _without_figure(
    goal: Goal, measure: Measure, series: pd.DataFrame, region: str, newest: pd.DataFrame
) -> GoalStatus:
    """Say that the year due has no figure, with today's beside it, which is no verdict."""
    period = str(newest["period"].iloc[0])
    reason = Reason("no_due_figure", period, float(newest["value"].iloc[0]))
    at_riket = series.loc[(series["region_code"] == "00") & (series["period"] == period) & series["value"].notna()]
    if goal.rule == "better_than_riket" and len(at_riket):
        reason = replace(reason, other=float(at_riket["value"].iloc[0]))
        newest = pd.concat([newest, at_riket], ignore_index=True)
    return GoalStatus(goal, measure, region, UNKNOWN, reason, newest)


def _assessed(
    goal: Goal,
    measure: Measure,
    series: pd.DataFrame,
    known: pd.DataFrame,
    region: str,
    today: dt.date,
    breaks: Iterable[Break],
    chance: Chance | None = None,
) -> GoalStatus:
    if goal.baseline_period:
        known = known.loc[known["period_end"] > pd.Timestamp(period_end(goal.baseline_period))]
        if known.empty:
            return GoalStatus(goal, measure, region, UNKNOWN, Reason("no_later_figure"), known)
    outcome = _outcome(goal, known, today)
    if outcome is None:
        newest = known.tail(1)
        return _without_figure(goal, measure, series, region, newest)
    breaks = tuple(breaks)
    case = Case(goal, measure, series, region, outcome, today, chance, breaks)
    status, reason, compared = RULES[goal.rule](case)
    figures = pd.concat([known.loc[known["period"] == outcome["period"]], compared], ignore_index=True)
    crossed = (
        break_between(breaks, region, goal.baseline_period, outcome["period"]) if goal.baseline_period else ""
    )
    return GoalStatus(goal, measure, region, status, reason, figures, crossed)
