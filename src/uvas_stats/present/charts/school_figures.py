"""What a chart of school results shows beside plain figures: intervals, gaps with their reason, and the median."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from uvas_stats.numbers import number_text
from uvas_stats.periods import period_end, period_text
from uvas_stats.present.charts.timeline import position
from uvas_stats.present.view import View

__all__ = ["GAPS", "Drawn", "Median", "Panel", "gaps", "group_median", "is_interval", "newest_text", "shown_of"]

GAPS = {"suppressed": "sekretess", "not_available": "saknas", "not_applicable": "gäller ej"}
SMALLEST = 4
"""A group of fewer kommuner has no median worth showing."""


def is_interval(rows: pd.DataFrame) -> pd.Series:
    """Tell which rows are known only to lie between two bounds.

    Examples
    --------
    >>> rows = pd.DataFrame({"value": [90.0, None], "lower": [None, 80.9], "upper": [None, 95.2]})
    >>> is_interval(rows).tolist()
    [False, True]
    """
    return rows["value"].isna() & rows["lower"].notna() & rows["upper"].notna()


def _range(low: float, high: float, view: View) -> str:
    """Write two bounds with the unit once."""
    return f"{number_text(low, view.measure.decimals)}–{view.number(high)}"


def newest_text(rows: pd.DataFrame, view: View, *, dated: bool) -> str:
    """Write a kommun's newest figure or interval.

    Parameters
    ----------
    rows, view
        Observations of one kommun, and the measure.
    dated
        Whether its läsår is added.
    """
    known = rows.loc[rows["value"].notna() | is_interval(rows)].sort_values("period_end")
    if known.empty:
        return "sekretess"
    last = known.iloc[-1]
    value, low, high = last[["value", "lower", "upper"]]
    text = view.number(value) if pd.notna(value) else _range(low, high, view)
    return f"{text} ({last['period']})" if dated else text


def gaps(in_focus: pd.DataFrame, view: View) -> list[tuple[str, float, int | None]]:
    """Give the word of each läsår without a figure: the word, where, and whose line; None for several."""
    bare = in_focus.loc[in_focus["value"].isna() & ~is_interval(in_focus)]
    marks = []
    for period, rows in bare.groupby("period", sort=False):
        words = [GAPS.get(status, "saknas") for status in rows["status"]]
        word = GAPS["suppressed"] if GAPS["suppressed"] in words else words[0]
        line = view.focus.index(rows["region_code"].iloc[0]) if len(rows) == 1 else None
        marks.append((word, position(str(period)), line))
    return marks


@dataclass(frozen=True)
class Median:
    """The median of a group's kommuner, which is a range where it falls on intervals."""

    name: str
    points: pd.DataFrame
    """``period, low, high, n``."""
    rows: pd.DataFrame
    """The members' figures behind it."""
    members: int

    def newest(self, view: View) -> str:
        """Write the newest median."""
        low, high = self.points[["low", "high"]].iloc[-1]
        return view.number(low) if view.number(low) == view.number(high) else _range(low, high, view)

    def note(self, view: View) -> str:
        """Say whose median it is."""
        last = self.points.iloc[-1]
        wide = (self.points["high"] - self.points["low"]).max() > 0
        shade = (
            " Grått fält: medianen ligger mellan dessa värden, då kommuner bara har ett intervall." if wide else ""
        )
        return (
            f"{self.name}: medianen för {view.group_name}, uppgift för {last['n']} av {self.members} "
            f"{period_text(str(last['period']))}.{shade}"
        )

    def derived(self) -> pd.DataFrame:
        """Write the median as a reader finds it in the workbook."""
        names = {
            "measure": "Mått",
            "period": "Läsår",
            "low": "Median, lägst",
            "high": "Median, högst",
            "n": "Kommuner",
        }
        return self.points.rename(columns=names)[list(names.values())].reset_index(drop=True)


def group_median(rows: pd.DataFrame, view: View) -> Median:
    """Compute the median of the group, or of all kommuner, where at least half of them have a figure.

    A kommun that is known only by an interval counts with both its ends: leaving the best ones out would make the
    median too low.
    """
    members = view.group.members if view.group is not None else view.kommuner
    name = "Gruppens median" if view.group is not None else "Kommunernas median"
    of_members = rows.loc[rows["region_code"].isin(members)]
    of_members = of_members.loc[of_members["value"].notna() | is_interval(of_members)]
    low, high = (of_members["value"].fillna(of_members[name]) for name in ("lower", "upper"))
    ends = of_members.assign(low=low, high=high)
    grouped = ends.groupby(["measure", "period", "period_end"])
    points = grouped.agg(low=("low", "median"), high=("high", "median"), n=("region_code", "size")).reset_index()
    enough = points["n"] >= max(SMALLEST, len(members) / 2)
    points = points.loc[enough].sort_values("period_end", ignore_index=True)
    return Median(name, points, of_members.loc[of_members["period"].isin(points["period"])], len(members))


@dataclass(frozen=True)
class Panel:
    """One measure: what to look at, its title, and its observations for the kommuner, riket and the group."""

    view: View
    title: str
    series: pd.DataFrame


@dataclass(frozen=True)
class Drawn:
    """What of a panel is drawn."""

    panel: Panel
    in_focus: pd.DataFrame
    riket: pd.DataFrame
    median: Median

    @property
    def periods(self) -> list[str]:
        """The läsår that are drawn, oldest first."""
        return list(dict.fromkeys(self.in_focus.sort_values("period_end")["period"]))


def shown_of(panel: Panel) -> Drawn | None:
    """Take the läsår in which a kommun in focus is listed; None where nothing is known of any."""
    view, series = panel.view, panel.series
    if view.period is not None:
        series = series.loc[series["period_end"] <= pd.Timestamp(period_end(view.period))]
    listed = series["value"].notna() | is_interval(series)
    series = series.loc[
        series["period"].isin(series.loc[listed, "period"])
    ]  # a läsår of nobody is not published yet
    in_focus = series.loc[series["region_code"].isin(view.focus)]
    known = in_focus.loc[in_focus["value"].notna() | is_interval(in_focus), "period_end"]
    if known.empty:
        return None
    rows = series.loc[series["period_end"] >= known.min()]
    in_focus = rows.loc[rows["region_code"].isin(view.focus)]
    rows = rows.loc[rows["period_end"] <= in_focus["period_end"].max()]
    return Drawn(panel, in_focus, rows.loc[rows["region_code"] == "00"], group_median(rows, view))
