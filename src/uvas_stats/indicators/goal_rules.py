"""The rules a goal is judged by: what is compared with what, the verdict, and the figures that it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import pandas as pd

from uvas_stats.catalog import Break, Goal, Measure
from uvas_stats.indicators.chance import SURE, Chance, figure_sd, move_sd
from uvas_stats.numbers import rounded

__all__ = ["NOT_REACHED", "ON_THE_WAY", "REACHED", "RULES", "STATUSES", "UNKNOWN", "UNSURE", "Case", "Reason"]

REACHED, ON_THE_WAY, NOT_REACHED, UNSURE, UNKNOWN = STATUSES = (
    "nått",
    "på väg",
    "inte nått",
    "osäkert",
    "kan inte bedömas",
)
LIKELY = 1.28
"""Standard deviations that are exceeded by chance in one case of ten on either side."""


@dataclass(frozen=True)
class Reason:
    """Why a goal stands as it does; :mod:`uvas_stats.present.verdicts` puts it in words."""

    kind: str
    """Compared: ``riket``, ``baseline``, ``level``. Too near to tell: ``same_rounded``. Not judged:
    ``not_measurable``, ``hidden``, ``no_figure``, ``no_due_figure``, ``too_few_months``, ``no_later_figure``,
    ``no_riket``, ``no_direction``, ``no_baseline``, ``no_target``."""
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
    sd: float | None = None
    """Standard deviation of the difference by chance, where it is known."""
    margin: float = 0.0
    """How far the outcome is past what is wanted; negative short of it."""
    riket_moved: tuple[float, float] | None = None
    """Riket's figures of the two periods, where it moved the same way and as much."""

    @property
    def within(self) -> float:
        """How large a difference chance alone usually gives; 0 where chance is not known."""
        return SURE * (self.sd or 0.0)

    @property
    def sure(self) -> bool | None:
        """Whether the difference is beyond chance; None where chance is not known."""
        return None if self.sd is None else abs(self.margin) > self.within

    @property
    def likely(self) -> bool:
        """Whether a difference within chance still speaks for one side."""
        return self.sd is not None and abs(self.margin) > LIKELY * self.sd


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
    chance: Chance | None = None
    """What chance does to the measure; None where only the series' own swing is known."""
    breaks: tuple[Break, ...] = ()

    def figure_sd(self, share: float) -> float | None:
        """Give the standard deviation of the outcome around a level; shares only."""
        if self.measure.unit != "procent":
            return None
        return figure_sd(self.chance, self.series, self.region, str(self.outcome["period"]), share, self.breaks)

    def move_sd(self, period: str, share: float) -> float | None:
        """Give the standard deviation of the outcome's difference to an earlier figure; shares only."""
        if self.measure.unit != "procent":
            return None
        later = str(self.outcome["period"]), float(self.outcome["value"])
        return move_sd(self.chance, self.series, [self.region], (period, share), later, self.breaks)

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


def _verdict(case: Case, reason: Reason) -> str:
    """Tell what a comparison comes to: one rule for all goals, with at most 2.5 percent error on either side."""
    if reason.sure is False:
        return UNSURE
    if reason.reached:
        return REACHED
    return ON_THE_WAY if case.open and _improving(case) else NOT_REACHED


_SIGN = {"rises": 1, "at_least": 1, "falls": -1, "at_most": -1, "below": -1}


def _right_way(case: Case, value: float, other: float) -> bool:
    """Tell whether a figure has moved the way the goal wants, which need not be the measure's better way."""
    sign = _SIGN.get(case.goal.rule, 0)
    if case.goal.rule == "change_pct":
        sign = -1 if (case.goal.target or 0) < 0 else 1
    return sign * (value - other) > 0 if sign else _better(case.measure, value, other)


def _improving(case: Case) -> bool:
    """Tell whether the outcome is better, beyond chance, than the baseline or else the period before."""
    known = case.series.loc[(case.series["region_code"] == case.region) & case.series["value"].notna()]
    before = known.loc[known["period_end"] < case.outcome["period_end"]]
    if case.goal.baseline_period:
        before = known.loc[known["period"] == case.goal.baseline_period]
    if before.empty:
        return False
    value, other = float(case.outcome["value"]), float(before["value"].iloc[-1])
    sd = case.move_sd(str(before["period"].iloc[-1]), other)
    return _right_way(case, value, other) and (sd is None or abs(value - other) > SURE * sd)


def _against_riket(case: Case) -> Judged:
    value, period = float(case.outcome["value"]), str(case.outcome["period"])
    riket = case.row("00", period)
    if riket.empty:
        return UNKNOWN, Reason("no_riket", period), riket
    if case.measure.direction == "none":
        return UNKNOWN, Reason("no_direction", period), riket
    other = float(riket["value"].iloc[0])
    reached = _better(case.measure, value, other)
    margin = (value - other) * (1 if case.measure.direction == "higher" else -1)
    reason = Reason(
        "riket", period, value, period, other, reached=reached, sd=case.figure_sd(other), margin=margin
    )
    return _verdict(case, reason), reason, riket


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
    up = case.goal.rule == "rises" if wanted is None else (case.goal.target or 0) >= 0
    aim = start if wanted is None else wanted
    reason = Reason(
        "baseline",
        period,
        value,
        case.goal.baseline_period,
        start,
        wanted,
        reached,
        sd=case.move_sd(case.goal.baseline_period, start),
        margin=(value - aim) * (1 if up else -1),
    )
    if reason.sd is None and wanted is None and _same_as_shown(case, value, start):
        return UNKNOWN, replace(reason, kind="same_rounded"), base
    return _verdict(case, reason), *_beside_riket(case, reason, base)


def _same_as_shown(case: Case, value: float, start: float) -> bool:
    decimals = case.measure.decimals
    return case.measure.unit == "procent" and rounded(value, decimals) == rounded(start, decimals)


def _beside_riket(case: Case, reason: Reason, base: pd.DataFrame) -> tuple[Reason, pd.DataFrame]:
    """Add riket's two figures, where they moved the same way and at least as much."""
    before, now = case.row("00", reason.other_period), case.row("00", reason.period)
    if before.empty or now.empty or reason.value is None or reason.other is None:
        return reason, base
    pair = float(before["value"].iloc[0]), float(now["value"].iloc[0])
    own, riket = reason.value - reason.other, pair[1] - pair[0]
    if own * riket <= 0 or abs(riket) < abs(own):
        return reason, base
    return replace(reason, riket_moved=pair), pd.concat([base, before, now])


def _against_level(case: Case) -> Judged:
    period, nothing = str(case.outcome["period"]), case.series.iloc[:0]
    if case.goal.target is None:
        return UNKNOWN, Reason("no_target", period), nothing
    value, target = float(case.outcome["value"]), case.goal.target
    reached = {"at_least": value >= target, "at_most": value <= target, "below": value < target}[case.goal.rule]
    margin = (value - target) * (1 if case.goal.rule == "at_least" else -1)
    sd = case.figure_sd(target) if 0 <= target <= 100 else None
    reason = Reason("level", period, value, wanted=target, reached=reached, sd=sd, margin=margin)
    return _verdict(case, reason), reason, nothing


RULES: dict[str, Callable[[Case], Judged]] = {
    "better_than_riket": _against_riket,
    "change_pct": _against_baseline,
    "falls": _against_baseline,
    "rises": _against_baseline,
    "at_least": _against_level,
    "at_most": _against_level,
    "below": _against_level,
}
