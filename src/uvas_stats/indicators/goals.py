"""Is a goal reached? With the reason in words and the figures it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from uvas_stats.catalog import Break, Goal, Measure
from uvas_stats.indicators.change import break_between, usual_swing
from uvas_stats.indicators.goal_rules import RULES, STATUSES, UNKNOWN, Case
from uvas_stats.indicators.season import rolling_year
from uvas_stats.indicators.series import demand_one_figure_each
from uvas_stats.numbers import count_word, number_text
from uvas_stats.periods import period_end, period_text

__all__ = ["STATUSES", "GoalStatus", "assess_goal"]


@dataclass(frozen=True)
class GoalStatus:
    """The assessment of one goal for one region."""

    goal_id: str
    region_code: str
    status: str
    reason: str
    figures: pd.DataFrame
    """Rows of the series that the assessment rests on."""


def _outcome(goal: Goal, own: pd.DataFrame, today: dt.date) -> tuple[pd.Series, str]:
    """Take the newest figure up to the deadline, else the newest of all; say where that is not the year due."""
    if goal.deadline is None:
        return own.iloc[-1], ""
    within = own.loc[own["period_end"] <= pd.Timestamp(goal.deadline)]
    last = (within if len(within) else own).iloc[-1]
    passed = today > goal.deadline
    if len(within) and not (passed and last["period_end"].year < goal.deadline.year):
        return last, ""
    newest = "uppgiften före" if len(within) else "senaste uppgift"
    return last, f" Utfall för {goal.deadline.year} saknas; bedömt på {newest}, {period_text(last['period'])}."


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
        Breaks of the measure; one between the baseline and the outcome is told in the reason.
    denominators
        What a share by month is of: its mean of twelve months is weighted with them.

    Returns
    -------
    GoalStatus
        ``nått``, ``på väg`` (not reached, time is left and the figure moves the right way), ``inte nått`` or ``kan
        inte bedömas``. The outcome is the newest figure up to the deadline; if there is none, the newest of all,
        and the reason says so. A share by month is judged by its mean of twelve months, never by one month.
        A share that is to fall or rise is not judged on a difference within its usual swing or its rounding.
    """
    if goal.rule == "none" or measure is None:
        return GoalStatus(
            goal.id, region, UNKNOWN, goal.note or "Målet är inte mätbart i statistiken.", series.iloc[:0]
        )
    series = _of_goal(goal, series)
    demand_one_figure_each(series.loc[series["region_code"].isin([region, "00"])])
    every = series.loc[series["region_code"] == region].sort_values("period_end")
    own = every.loc[every["value"].notna()]
    if hidden := _hidden(goal, every, own, measure):
        return GoalStatus(goal.id, region, UNKNOWN, hidden, every.tail(1))
    if own.empty:
        counted = measure.dataset == "register"
        reason = "Deltagarna är inte räknade." if counted else f"Uppgift saknas: {measure.short}."
        return GoalStatus(goal.id, region, UNKNOWN, f"{reason} {goal.note}".strip(), own)
    if _seasonal(measure):
        return _by_year(goal, measure, series, region, today, list(breaks), denominators)
    return _assessed(goal, measure, series, own, region, today, breaks)


def _hidden(goal: Goal, every: pd.DataFrame, own: pd.DataFrame, measure: Measure) -> str:
    """Say that the outcome is hidden, where it is: an older figure that is shown is no outcome."""
    within = every if goal.deadline is None else every.loc[every["period_end"] <= pd.Timestamp(goal.deadline)]
    due = within if len(within) else every
    if due.empty or due["status"].iloc[-1] != "suppressed":
        return ""
    own = own.loc[own["period_end"] < due["period_end"].iloc[-1]]
    number = number_text(own["value"].iloc[-1], measure.decimals, measure.unit) if len(own) else ""
    shown = f" Senast synliga uppgift: {number}, {period_text(own['period'].iloc[-1])}." if number else ""
    return (
        f"Utfallet {period_text(due['period'].iloc[-1])} är dolt: det gäller för få personer, eller skulle röja "
        f"andra som är få.{shown}"
    )


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
    own = means.loc[means["region_code"] == region]
    if _newest_month(goal, pair, region) not in set(own["period"]):
        reason = "Tolv månader i följd behövs sedan senaste tidsseriebrott eller lucka; en månad avgör inte."
        return GoalStatus(goal.id, region, UNKNOWN, reason, pair.loc[pair["region_code"] == region].tail(1))
    found = _assessed(goal, measure, means, own, region, today, breaks)
    if found.figures.empty:
        return found
    last = str(found.figures["period"].iloc[0])
    year = pair.loc[(pair["period"] > f"{int(last[:4]) - 1}{last[4:]}") & (pair["period"] <= last)]
    crossed = break_between(breaks, region, goal.baseline_period, last) if goal.baseline_period else ""
    status = UNKNOWN if crossed else found.status
    reason = f"Tolvmånadersmedel: {found.reason} {_months_text(goal, measure, year, region)}".strip()
    return GoalStatus(goal.id, region, status, reason, year)


def _newest_month(goal: Goal, series: pd.DataFrame, region: str) -> str:
    """Give the newest month up to the deadline, else the newest of all: the one that a mean must reach to."""
    months = series.loc[(series["region_code"] == region) & series["value"].notna()].sort_values("period_end")
    within = months if goal.deadline is None else months.loc[months["period_end"] <= pd.Timestamp(goal.deadline)]
    return str((within if len(within) else months)["period"].iloc[-1])


def _months_text(goal: Goal, measure: Measure, year: pd.DataFrame, region: str) -> str:
    """Say in how many of the twelve months the goal was met, and when it was nearest and farthest."""
    if goal.rule != "better_than_riket":
        return ""
    wide = year.pivot_table(index="period", columns="region_code", values="value", aggfunc="first")
    if "00" not in wide:
        return ""
    gap = (wide[region] - wide["00"]) * (1 if measure.direction == "lower" else -1)
    met = int((gap < 0).sum())
    near, far = (period_text(str(at)) for at in (gap.idxmin(), gap.idxmax()))
    many = count_word(met) if met else "ingen"
    return f"Nått i {many} av de tolv månaderna; närmast i {near}, längst ifrån i {far}."


def _assessed(
    goal: Goal,
    measure: Measure,
    series: pd.DataFrame,
    own: pd.DataFrame,
    region: str,
    today: dt.date,
    breaks: Iterable[Break],
) -> GoalStatus:
    if goal.baseline_period:
        own = own.loc[own["period_end"] > pd.Timestamp(period_end(goal.baseline_period))]
        if own.empty:
            reason = f"Uppgift efter baslinjen {period_text(goal.baseline_period)} saknas."
            return GoalStatus(goal.id, region, UNKNOWN, reason, own)
    outcome, remark = _outcome(goal, own, today)
    breaks = list(breaks)
    case = Case(goal, measure, series, region, outcome, today, usual_swing(series, region, breaks))
    status, reason, compared = RULES[goal.rule](case)
    figures = pd.concat([own.loc[own["period"] == outcome["period"]], compared], ignore_index=True)
    crossed = (
        break_between(breaks, region, goal.baseline_period, outcome["period"]) if goal.baseline_period else ""
    )
    return GoalStatus(goal.id, region, status, " ".join(filter(None, [f"{reason}{remark}", crossed])), figures)
