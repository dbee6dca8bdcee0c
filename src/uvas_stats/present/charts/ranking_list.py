"""The ranking list of one period: all kommuner in the order of their places, with riket's own place marked."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.indicators import place_panel
from uvas_stats.present.charts.strip import riket_text
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.place_words import place_text, ranked_on
from uvas_stats.present.source import source_line
from uvas_stats.present.style import INK, RIKET, SMALL, TEXT, canvas, line_of, value_axis
from uvas_stats.present.view import View, join_words

__all__ = ["ranking_list"]

PLOT_HEIGHT = 2.2
HEAD = 0.25
"""Share of the plot that is left free over the highest bar, for the labels."""


def ranking_list(series: pd.DataFrame, view: View) -> Chart:
    """Draw a thin bar for each kommun, from place 1 on, with those in focus and riket's own place marked.

    Parameters
    ----------
    series
        Observations of the measure for all kommuner and riket.
    """
    period = view.at(series)
    now = series.loc[series["period"] == period]
    panel = place_panel(now, view.catalog.measures, view.kommuner, view.order)
    known = panel.loc[panel["value"].notna()].sort_values(["rank_low", "region_code"], ignore_index=True)
    in_focus = known.loc[known["region_code"].isin(view.focus)]
    in_focus = in_focus.sort_values("region_code", key=lambda codes: codes.map(view.focus.index))
    first = in_focus.iloc[0]
    n = int(first["n"])
    places = [
        f"{view.name(row['region_code'])} plats {place_text(row['rank_low'], row['rank_high'])}"
        for _, row in in_focus.iterrows()
    ]
    riket = "" if pd.isna(first["riket_low"]) else f"; {riket_text(first['riket_low'], first['riket_high'])}"
    absent = len(view.kommuner) - n
    note = ranked_on(known["value"], view)
    if absent:
        note = f"{absent} kommuner saknar uppgift och är inte rangordnade. {note}".strip()
    about = About(
        id=f"rankinglista_{view.measure.id}",
        title=view.title or f"{join_words(places)} av {n}{riket}",
        subtitle=f"{view.measure.title}, {view.when(period)}. {view.direction}.",
        source=source_line(now, view.catalog, computed=True, n=n),
        alt=(
            f"Stapeldiagram med {n} kommuner i ordning efter plats, {view.direction}. "
            f"{join_words(places)}{riket}. "
            f"Först {view.name(known['region_code'].iloc[0])} {view.number(known['value'].iloc[0])}, sist "
            f"{view.name(known['region_code'].iloc[-1])} {view.number(known['value'].iloc[-1])}."
        ),
        note=note,
        data=pd.concat([panel, now.loc[now["region_code"] == "00"]], ignore_index=True),
    )
    chart, axes = canvas(about, PLOT_HEIGHT, left=0.42, right=0.1)
    colours = ["#b5b5b5"] * len(known)
    for at, code in enumerate(known["region_code"]):
        if code in view.focus:
            colours[at] = line_of(code, view.focus).colour
    axes.bar(range(1, n + 1), known["value"], width=1.0, color=colours, edgecolor="white", linewidth=0.15)
    value_axis(axes, 0.0, float(known["value"].max()), view.measure.unit, zero=True)
    top = float(known["value"].max()) * (1 + HEAD)
    axes.set_ylim(0, top)
    axes.set_xlim(0, n + 1)
    axes.set_xticks([1, *(place for place in range(50, n, 50) if n - place > 20), n])
    _labels(axes, in_focus, known, view, top)
    return chart


def _labels(axes: Axes, in_focus: pd.DataFrame, known: pd.DataFrame, view: View, top: float) -> None:
    """Label the kommuner in focus in the free room over the bars, and riket where its place is."""
    n = float(known["n"].iloc[0])
    labels = [
        (
            float(known.index[known["region_code"] == row["region_code"]][0]) + 1,
            float(row["value"]),
            f"{view.name(row['region_code'])} {view.number(row['value'])}",
            line_of(row["region_code"], view.focus).colour,
        )
        for _, row in in_focus.iterrows()
    ]
    value, place = known["riket"].iloc[0], known["riket_low"].iloc[0]
    if pd.notna(value):
        labels.append((float(place), float(value), f"Riket {view.number(value)}", INK))
        axes.plot([place, place], [0, value], color=RIKET, linewidth=1.4)
    step = 0.1 * top
    for at, (x, y, text, colour) in enumerate(sorted(labels, reverse=view.measure.direction == "none")):
        height = max(y + 0.05 * top, top - (1 + at) * step) if len(labels) > 1 else y + 0.06 * top
        right = x > 0.75 * n
        axes.annotate(
            text,
            (x, y),
            xytext=(x + (-3 if right else 3), height),
            ha="right" if right else "left",
            va="bottom",
            size=TEXT if colour != INK else SMALL,
            weight="bold" if colour != INK else "normal",
            color=colour,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 1},
        )
