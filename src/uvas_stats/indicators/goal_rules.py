"""The rules a goal is judged by: what is compared with what, the verdict, and the figures that it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

from uvas_stats.catalog import Goal, Measure
from uvas_stats.numbers import rounded

__all__ = ["NOT_REACHED", "ON_THE_WAY", "REACHED", "RULES", "STATUSES", "UNKNOWN", "Case", "Reason"]

REACHED, ON_THE_WAY, NOT_REACHED, UNKNOWN = STATUSES = ("nått", "på väg", "inte nått", "kan inte bedömas")


@dataclass(frozen=True)
class Reason:
    """Why a goal stands as it does; :mod:`uvas_stats.present.verdicts` puts it in words."""

    kind: str
    """Compared: ``riket``, ``baseline``, ``level``. Too near to tell: ``within_swing``, ``same_rounded``. Not
    judged: ``not_measurable``, ``hidden``, ``no_figure``, ``too_few_months``, ``no_later_figure``, ``no_riket``,
    ``no_direction``, ``no_baseline``, ``no_target``."""
    period: str = ""
    """Of the outcome."""
    value: float | None = None
    """The outcome."""
    other_period: str = ""
    other: float | None = None
    """What the outcome is compared with; of a hidden outcome, the last figure that is shown."""
    wanted: float | None = None
    """The level that the goal asks for, where it asks for one."""
    reached: bool = False
    swing: float | None = None
    """The usual change from one year to the next, where it is known."""


Judged: TypeAlias = tuple[str, Reason, pd.DataFrame]
"""A status, why, and the rows that the outcome was compared with."""


@dataclass(frozen=True)
class Case:
    """What a rule looks at: the goal, the outcome, and the rows to compare it with."""

    goal: Goal
    measure: Measure
    series: pd.DataFrame
    region: str
    outcome: pd.Series
    today: dt.date
    swing: float | None = None
    """How much the figure usually moves from one year to the next; None where that is not known."""

    def row(self, region: str, period: str) -> pd.DataFrame:
        """Take the known figure of a region and period."""
        known = self.series["value"].notna()
        return self.series.loc[(self.series["region_code"] == region) & (self.series["period"] == period) & known]

    @property
    def open(self) -> bool:
        """Whether there is still time to reach the goal."""
        return self.goal.deadline is None or self.today <= self.goal.deadline


def _better(measure: Measure, value: float, other: float) -> bool:
    return value > other if measure.direction == "higher" else value < other


def _verdict(case: Case, reached: bool, improving: bool) -> str:
    if reached:
        return REACHED
    return ON_THE_WAY if case.open and improving else NOT_REACHED


_SIGN = {"rises": 1, "at_least": 1, "falls": -1, "at_most": -1, "below": -1}


def _right_way(case: Case, value: float, other: float) -> bool:
    """Tell whether a figure has moved the way the goal wants, which need not be the measure's better way."""
    sign = _SIGN.get(case.goal.rule, 0)
    if case.goal.rule == "change_pct":
        sign = -1 if (case.goal.target or 0) < 0 else 1
    return sign * (value - other) > 0 if sign else _better(case.measure, value, other)


def _improving(case: Case) -> bool:
    """Compare with the region's own earlier figure: the baseline if one is named, else the period before."""
    known = case.series.loc[(case.series["region_code"] == case.region) & case.series["value"].notna()]
    before = known.loc[known["period_end"] < case.outcome["period_end"]]
    if case.goal.baseline_period:
        before = known.loc[known["period"] == case.goal.baseline_period]
    return len(before) > 0 and _right_way(case, case.outcome["value"], before["value"].iloc[-1])


def _against_riket(case: Case) -> Judged:
    value, period = float(case.outcome["value"]), str(case.outcome["period"])
    riket = case.row("00", period)
    if riket.empty:
        return UNKNOWN, Reason("no_riket", period), riket
    if case.measure.direction == "none":
        return UNKNOWN, Reason("no_direction", period), riket
    other = float(riket["value"].iloc[0])
    reached = _better(case.measure, value, other)
    reason = Reason("riket", period, value, period, other, reached=reached)
    return _verdict(case, reached, _improving(case)), reason, riket


def _against_baseline(case: Case) -> Judged:
    period = str(case.outcome["period"])
    base = case.row(case.region, case.goal.baseline_period)
    if base.empty:
        return UNKNOWN, Reason("no_baseline", period), base
    value, start = float(case.outcome["value"]), float(base["value"].iloc[0])
    wanted = None
    if case.goal.rule == "change_pct":
        if case.goal.target is None:
            return UNKNOWN, Reason("no_target", period), base
        wanted = start * (1 + case.goal.target / 100)
        reached = value <= wanted if case.goal.target < 0 else value >= wanted
    else:
        reached = value < start if case.goal.rule == "falls" else value > start
    kind = _doubt(case, value, start) or "baseline"
    reason = Reason(kind, period, value, case.goal.baseline_period, start, wanted, reached, case.swing)
    return _verdict(case, reached, _improving(case)) if kind == "baseline" else UNKNOWN, reason, base


def _doubt(case: Case, value: float, start: float) -> str:
    """Tell why two shares are too near each other for one to be called lower; empty where they are not."""
    if case.goal.rule not in ("falls", "rises") or case.measure.unit != "procent":
        return ""
    if case.swing is not None and abs(value - start) <= case.swing:
        return "within_swing"
    same = rounded(value, case.measure.decimals) == rounded(start, case.measure.decimals)
    return "same_rounded" if same else ""


def _against_level(case: Case) -> Judged:
    period, nothing = str(case.outcome["period"]), case.series.iloc[:0]
    if case.goal.target is None:
        return UNKNOWN, Reason("no_target", period), nothing
    value, target = float(case.outcome["value"]), case.goal.target
    reached = {"at_least": value >= target, "at_most": value <= target, "below": value < target}[case.goal.rule]
    reason = Reason("level", period, value, wanted=target, reached=reached)
    return _verdict(case, reached, _improving(case)), reason, nothing


RULES: dict[str, Callable[[Case], Judged]] = {
    "better_than_riket": _against_riket,
    "change_pct": _against_baseline,
    "falls": _against_baseline,
    "rises": _against_baseline,
    "at_least": _against_level,
    "at_most": _against_level,
    "below": _against_level,
}
