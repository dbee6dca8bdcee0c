"""Ranked bars within a group, with the kommuner in focus and riket marked."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.indicators import rank
from uvas_stats.indicators.chance import told_apart
from uvas_stats.present.cautions import coverage_note, with_coverage
from uvas_stats.present.charts.labels import beside, mark_riket
from uvas_stats.present.charts.place import places_text
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.place_words import place_text, ranked_on
from uvas_stats.present.source import source_line
from uvas_stats.present.style import GREY, INK, SMALL, canvas, line_of
from uvas_stats.present.view import STATUS_TEXT, View

__all__ = ["compare"]

VALUES = 40
"""Points from the plot to the right edge of the values."""


def compare(series: pd.DataFrame, view: View) -> Chart:
    """Draw one bar for each kommun of the group, in the order of their places.

    Parameters
    ----------
    series
        Observations of the measure for the group's members, the kommuner in focus and riket.
    view
        ``view.group`` names the group; without one, all kommuner of the focus are compared.

    Returns
    -------
    Chart
        A kommun without a figure keeps its row, with the reason in words.
    """
    period = view.at(series)
    now = series.loc[series["period"] == period]
    members = tuple(dict.fromkeys((*(view.group.members if view.group else ()), *view.focus)))
    ranked = _with_missing(rank(now, view.measure, members, view.order), members)
    riket = now.loc[(now["region_code"] == "00") & now["value"].notna()]
    n = int(ranked["value"].notna().sum())
    in_focus = ranked.loc[ranked["region_code"].isin(view.focus) & ranked["value"].notna()]
    places = places_text(in_focus, view)
    group = view.group.id if view.group else "fokus"
    inside = view.group is None or set(view.focus) <= set(view.group.members)
    among = f"bland {view.group_name}" if inside else f"i jämförelse med {view.group_name}"
    alike = _alike(ranked, view, period)
    about = About(
        id=f"jamforelse_{view.measure.id}_{group.lower()}",
        title=with_coverage(view.title or f"{view.measure.short}: {places} av {n} {among}", view, period),
        subtitle=f"{view.measure.title}, {view.when(period)}. {view.direction}.",
        source=source_line(now.loc[now["region_code"].isin([*members, "00"])], view.catalog, computed=True, n=n),
        alt=_alt(ranked, riket, view, places, n),
        note=" ".join(
            filter(None, [ranked_on(ranked["value"], view), _alike_note(alike, view), coverage_note(view, period)])
        ),
        data=pd.concat([ranked, riket], ignore_index=True),
    )
    row_height = min(0.21, max(0.125, 5.4 / len(ranked)))
    chart, axes = canvas(about, row_height * (len(ranked) + 0.6), left=1.2, right=0.6, below=0.12)
    _draw(axes, ranked, view, size=min(SMALL + 0.5, row_height * 72 * 0.72), alike=alike)
    axes.set_xlim(0, 1.02 * max(ranked["value"].max(), riket["value"].max() if len(riket) else 0.0))
    if len(riket):
        value = float(riket["value"].iloc[0])
        mark_riket(axes, value, view)
    return chart


def _with_missing(ranked: pd.DataFrame, members: tuple[str, ...]) -> pd.DataFrame:
    """Add a row for each member that the publisher has none for."""
    absent = [code for code in members if code not in set(ranked["region_code"])]
    rows = pd.DataFrame({"region_code": absent, "status": ["not_available"] * len(absent)})
    return pd.concat([ranked, rows], ignore_index=True) if absent else ranked


def _alt(ranked: pd.DataFrame, riket: pd.DataFrame, view: View, places: str, n: int) -> str:
    known = ranked.loc[ranked["value"].notna()]
    first, last = known.iloc[0], known.iloc[-1]
    riket_text = f" Riket {view.number(riket['value'].iloc[0])}." if len(riket) else ""
    return (
        f"Liggande staplar för {n} kommuner, {view.direction}. {places}. "
        f"Först {view.name(first['region_code'])} {view.number(first['value'])}, "
        f"sist {view.name(last['region_code'])} {view.number(last['value'])}.{riket_text}"
    )


def _alike(ranked: pd.DataFrame, view: View, period: str) -> frozenset[str]:
    """Give the kommuner whose figure chance does not let tell from that of the one in focus."""
    known = ranked.loc[ranked["value"].notna(), ["region_code", "value"]]
    figures = {str(code): float(value) for code, value in known.itertuples(index=False, name=None)}
    chance, code = view.chance, view.focus[0]
    if chance is None or len(view.focus) != 1 or code not in figures:
        return frozenset()
    own = code, figures.pop(code)
    return frozenset(one[0] for one in figures.items() if told_apart(chance, period, own, one) is False)


def _alike_note(alike: frozenset[str], view: View) -> str:
    return f"≈ går inte att skilja från {view.focus_names}: skillnaden ryms i slumpen." if alike else ""


def _draw(axes: Axes, ranked: pd.DataFrame, view: View, size: float, alike: frozenset[str]) -> None:
    for i, (_, row) in enumerate(ranked.iterrows()):
        code, focus = row["region_code"], row["region_code"] in view.focus
        colour = line_of(code, view.focus).colour if focus else "#b5b5b5"
        style: dict[str, Any] = {"size": size, "color": colour if focus else INK, "bold": focus}
        if pd.isna(row["value"]):
            axes.text(0, i, STATUS_TEXT[row["status"]], size=size, va="center", color=GREY, style="italic")
        else:
            axes.barh(i, row["value"], height=0.72, color=colour, zorder=2)
            column: dict[str, Any] = {
                "xycoords": ("axes fraction", "data"),
                "ha": "right",
            }  # clear of riket's line
            beside(axes, view.number(row["value"]), (1, i), VALUES, **column, **style)
        place = "" if pd.isna(row["rank_low"]) else f"{place_text(row['rank_low'], row['rank_high'])}  "
        beside(axes, f"{'≈ ' if code in alike else ''}{place}{view.name(code)}", (0, i), -5, **style)
    axes.set_ylim(len(ranked) - 0.4, -0.9)
    axes.set_yticks([])
    axes.set_xticks([])
