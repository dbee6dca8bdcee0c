"""The time axis that charts share: where a period lies, where a line is cut, and where a break is marked."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.periods import period_end, period_kind
from uvas_stats.present.style import GREY, SMALL
from uvas_stats.present.view import View

__all__ = ["CROWDED", "mark_breaks", "pieces", "position", "time_axis"]

STEP = {"year": 1.0, "school_year": 1.0, "half_year": 1 / 2, "quarter": 1 / 4, "month": 1 / 12}
"""Years between two periods; a break is marked half a step before the first one after it."""
_SLACK = 1.01
"""How much longer than a step the time between two figures may be for a line to join them."""
CROWDED = 40
"""Figures on a line beyond which they are not marked one by one."""


def position(period: str) -> float:
    """Place a period on the time axis: a year on its number, other periods on their last month."""
    end = period_end(period)
    return float(end.year) if end.month == 12 or "/" in period else end.year + (end.month - 12) / 12


def pieces(rows: pd.DataFrame, view: View, regions: Iterable[str], column: str = "value") -> list[pd.DataFrame]:
    """Cut a series in order of time where a break lies between two figures, or a period is missing.

    Parameters
    ----------
    rows, column
        Observations in order of time, and the column that is drawn.
    view, regions
        The measure, and the regions whose breaks cut the line.

    Returns
    -------
    list of pandas.DataFrame
        The rows with a figure, with their place ``x`` on the time axis; no line is drawn from one to the next.
    """
    known = rows.loc[rows[column].notna()].assign(x=lambda frame: frame["period"].map(position).astype("float64"))
    x, before = known["x"], known["x"].shift()
    jump = (x - before) > _SLACK * STEP[view.measure.period_kind]
    for item in view.catalog.breaks_of(view.measure.id, tuple(regions)):
        jump |= (before < position(item.at)) & (x >= position(item.at))
    return [piece for _, piece in known.groupby(jump.cumsum())]


def mark_breaks(axes: Axes, view: View, concerned: tuple[str, ...] = ()) -> None:
    """Mark each break that concerns the kommuner shown (by default those in focus) within the time axis.

    One that concerns only others of the group is said to be theirs.

    Parameters
    ----------
    axes, view
        Where the measure is drawn, with its time axis set, and who is in focus.
    concerned
        The codes whose breaks are marked; empty means those in focus.
    """
    of_focus = {item.id for item in view.catalog.breaks_of(view.measure.id, view.focus)}
    marked: dict[float, bool] = {}
    for item in view.catalog.breaks_of(view.measure.id, concerned or view.focus):
        x = position(item.at) - STEP[period_kind(item.at)] / 2
        marked[x] = marked.get(x, False) or item.id in of_focus  # several at one time are one line
    for x, own in marked.items():
        if not axes.get_xlim()[0] <= x <= axes.get_xlim()[1]:
            continue
        axes.axvline(x, color=GREY, linewidth=0.8, linestyle=":")
        axes.annotate(
            "tidsseriebrott" if own else "tidsseriebrott\ni gruppen",
            (x, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, -2),
            textcoords="offset points",
            size=SMALL,
            color=GREY,
            va="top",
        )


def time_axis(axes: Axes, periods: list[str]) -> None:
    """Label whole years, as many as there is room for, the newest always."""
    x = [position(period) for period in periods]
    if "-" in periods[0]:  # months: each year where it begins
        january = [period for period in periods if period.endswith("-01")] or periods[:1]
        step = max(1, -(-len(january) // 9))
        shown = january[::-1][::step][::-1]
        axes.set_xticks([position(period) for period in shown], [period[:4] for period in shown])
        axes.set_xlim(min(x) - 0.1, max(x) + 0.1)
        return
    whole = [period for period in periods if position(period) == int(position(period))] or periods
    step = max(1, -(-len(whole) // (5 if "/" in whole[0] else 9)))
    shown = whole[::-1][::step][::-1]
    axes.set_xticks([position(period) for period in shown], shown)
    axes.set_xlim(min(x) - 0.3, max(x) + 0.3)
