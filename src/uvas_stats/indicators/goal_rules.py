"""The rules a goal is judged by: what is compared with what, the verdict, and the reason in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from uvas_stats.catalog import Goal, Measure
from uvas_stats.numbers import number_text, rounded
from uvas_stats.periods import in_period, period_text

__all__ = ["NOT_REACHED", "ON_THE_WAY", "REACHED", "RULES", "STATUSES", "UNKNOWN", "Case"]

REACHED, ON_THE_WAY, NOT_REACHED, UNKNOWN = STATUSES = ("nått", "på väg", "inte nått", "kan inte bedömas")


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

    def text(self, value: float) -> str:
        """Write a figure in its unit."""
        return number_text(value, self.measure.decimals, self.measure.unit)

    def texts(self, value: float, other: float) -> tuple[str, str]:
        """Write two figures with as many decimals as it takes to tell them apart, two more at most."""
        for decimals in range(self.measure.decimals, self.measure.decimals + 3):
            pair = tuple(number_text(number, decimals, self.measure.unit) for number in (value, other))
            if pair[0] != pair[1]:
                return pair[0], pair[1]
        return self.text(value), self.text(other)

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
    own = case.series.loc[(case.series["region_code"] == case.region) & case.series["value"].notna()]
    before = own.loc[own["period_end"] < case.outcome["period_end"]]
    if case.goal.baseline_period:
        before = own.loc[own["period"] == case.goal.baseline_period]
    return len(before) > 0 and _right_way(case, case.outcome["value"], before["value"].iloc[-1])


def _against_riket(case: Case) -> tuple[str, str, pd.DataFrame]:
    riket = case.row("00", case.outcome["period"])
    if riket.empty:
        return UNKNOWN, f"Uppgift för riket saknas {period_text(case.outcome['period'])}.", riket
    if case.measure.direction == "none":
        return UNKNOWN, f"Måttet {case.measure.short} har ingen bättre riktning.", riket
    value, other = case.outcome["value"], float(riket["value"].iloc[0])
    reached = _better(case.measure, value, other)
    shown = case.texts(value, other)
    reason = (
        f"{shown[0]} mot rikets {shown[1]} {in_period(case.outcome['period'])}: "
        f"{'bättre' if reached else 'inte bättre'} än riksgenomsnittet."
    )
    return _verdict(case, reached, _improving(case)), reason, riket


def _against_baseline(case: Case) -> tuple[str, str, pd.DataFrame]:
    base = case.row(case.region, case.goal.baseline_period)
    if base.empty:
        named = period_text(case.goal.baseline_period) if case.goal.baseline_period else "är inte angiven och"
        return UNKNOWN, f"Baslinjen {named} saknas.", base
    value, start = case.outcome["value"], float(base["value"].iloc[0])
    if case.goal.rule == "change_pct":
        if case.goal.target is None:
            return UNKNOWN, "Målet saknar målvärde.", base
        wanted = start * (1 + case.goal.target / 100)
        reached = value <= wanted if case.goal.target < 0 else value >= wanted
        aim = f"målet {case.text(wanted)}"
    else:
        reached = value < start if case.goal.rule == "falls" else value > start
        aim = f"{'' if reached else 'inte '}{'lägre' if case.goal.rule == 'falls' else 'högre'}"
    now, before = case.texts(value, start)
    compared = f"{now} {period_text(case.outcome['period'])} mot {before} {period_text(case.goal.baseline_period)}"
    doubt = _doubt(case, value, start)
    if doubt:
        return UNKNOWN, f"{compared}: {doubt}.", base
    return _verdict(case, reached, _improving(case)), f"{compared}; {aim}.", base


def _doubt(case: Case, value: float, start: float) -> str:
    """Say why two shares are too near each other for one to be called lower; empty where they are not."""
    if case.goal.rule not in ("falls", "rises") or case.measure.unit != "procent":
        return ""
    if case.swing is not None and abs(value - start) <= case.swing:
        usual = number_text(case.swing, 1 if case.swing >= 0.05 else 2)
        return (
            f"skillnaden är inte större än den vanliga ändringen från ett år till nästa ({usual} procentenheter)"
        )
    same = rounded(value, case.measure.decimals) == rounded(start, case.measure.decimals)
    return "skillnaden försvinner i avrundningen" if same else ""


def _against_level(case: Case) -> tuple[str, str, pd.DataFrame]:
    if case.goal.target is None:
        return UNKNOWN, "Målet saknar målvärde.", case.series.iloc[:0]
    value, target = case.outcome["value"], case.goal.target
    reached = {"at_least": value >= target, "at_most": value <= target, "below": value < target}[case.goal.rule]
    when = period_text(case.outcome["period"])
    shown, wanted = case.texts(value, target)
    aim = "under " if case.goal.rule == "below" else ""
    reason = f"Utfall {shown} ({when}) mot målet {aim}{wanted}."
    return _verdict(case, reached, _improving(case)), reason, case.series.iloc[:0]


RULES: dict[str, Callable[[Case], tuple[str, str, pd.DataFrame]]] = {
    "better_than_riket": _against_riket,
    "change_pct": _against_baseline,
    "falls": _against_baseline,
    "rises": _against_baseline,
    "at_least": _against_level,
    "at_most": _against_level,
    "below": _against_level,
}
