"""What a denominator adds to a chart over time: the line of an area, and the interval of the newest share."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from uvas_stats.indicators import share_intervals
from uvas_stats.periods import period_text
from uvas_stats.present.view import View
from uvas_stats.present.weighted import weigh

__all__ = ["AreaLine", "area_line"]


@dataclass(frozen=True)
class AreaLine:
    """What could be weighed and counted; empty frames where there is no denominator."""

    name: str = ""
    by: str = "folkmängden"
    until: str = ""
    """The last period of the area's line, where it ends before the chart."""
    area: pd.DataFrame = field(default_factory=pd.DataFrame)
    """The kommuner in focus together: ``period, value``."""
    intervals: pd.DataFrame = field(default_factory=pd.DataFrame)
    """For the newest share of each kommun in focus: ``region_code, period, lower, upper``, in percent."""

    @property
    def ends(self) -> pd.Series:
        """The ends of the intervals, for which the value axis must have room."""
        if self.intervals.empty:
            return pd.Series(dtype="float64")
        return pd.Series(self.intervals[["lower", "upper"]].to_numpy().ravel())

    @property
    def notes(self) -> list[str]:
        """Say what is drawn and how it was made."""
        notes = [] if self.area.empty else [f"{self.name}: vägt med {self.by}{self.until}, egen bearbetning."]
        if len(self.intervals):
            year = period_text(str(self.intervals["period"].iloc[0]))
            notes.append(f"Lodrätt streck {year}: 95 % intervall (Wilson) på antalet; det är ingen prognos.")
        return notes

    def sentence(self, view: View) -> str:
        """Say the area's first and last figure, for who cannot see the line."""
        if self.area.empty:
            return ""
        first, last = self.area.iloc[0], self.area.iloc[-1]
        return (
            f" {self.name}, vägt: {view.number(first['value'])} {view.when(first['period'])}, "
            f"{view.number(last['value'])} {view.when(last['period'])}."
        )

    def rows(self, quartiles: pd.DataFrame, view: View) -> pd.DataFrame:
        """Add what is drawn to the rows that a reader finds in the workbook."""
        parts = [] if quartiles.empty else [quartiles.set_index("Period")]
        if len(self.area):
            parts.append(self.area.set_index("period")["value"].rename(f"{self.name}, vägt").to_frame())
        for _, row in self.intervals.iterrows():
            name = view.name(row["region_code"])
            parts.append(
                pd.DataFrame(
                    {f"{name}, intervall från": row["lower"], f"{name}, intervall till": row["upper"]},
                    index=[row["period"]],
                )
            )
        if not parts:
            return quartiles
        whole = pd.concat(parts, axis=1).sort_index()
        return whole.rename_axis("Period").reset_index()


def area_line(main: pd.DataFrame, view: View, denominators: pd.DataFrame | None, name: str) -> AreaLine:
    """Weigh the kommuner in focus together, and compute the interval of each one's newest share.

    Parameters
    ----------
    main
        Observations of a share for the kommuner in focus, to the last period shown.
    denominators
        What the share is of; None where that is not known.
    name
        What the kommuner are called together.
    """
    if denominators is None or denominators.empty or view.measure.unit != "procent":
        return AreaLine()
    shares = main.loc[main["region_code"].isin(view.focus) & main["value"].notna()]
    people = denominators.loc[denominators["region_code"].isin(view.focus)]
    area = weigh(shares, people, view, view.focus if len(view.focus) > 1 else (), name)
    newest = shares.loc[shares["period_end"] == shares["period_end"].max()]
    intervals = share_intervals(newest, people).dropna(subset=["lower_pct"], ignore_index=True)
    names = {"region_code": "region_code", "period": "period", "lower_pct": "lower", "upper_pct": "upper"}
    last = "" if area.figures.empty else str(area.figures["period"].iloc[-1])
    until = "" if last in ("", str(newest["period"].iloc[-1])) else f" till och med {period_text(last)}"
    return AreaLine(name, area.by, until, area.figures, intervals[list(names)].rename(columns=names))
