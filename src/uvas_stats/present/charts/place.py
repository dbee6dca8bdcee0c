"""Where the kommuner in focus stand among all: a strip of one dot a kommun, with riket and the quartiles."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.indicators import quartiles, rank
from uvas_stats.indicators.rank_sets import usual_place_moves
from uvas_stats.present.cautions import cohort_note, coverage_note, with_coverage
from uvas_stats.present.charts.trend import quartile_rows
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.place_words import chance_text, place_text, ranked_on
from uvas_stats.present.source import source_line
from uvas_stats.present.style import GREY, INK, LIGHT, RIKET, SMALL, TEXT, canvas, line_of, spread, value_axis
from uvas_stats.present.view import View, join_words

__all__ = ["place", "places_text"]

PLOT_HEIGHT = 1.9


def places_text(ranked: pd.DataFrame, view: View) -> str:
    """Write the places of several kommuner as in a sentence."""
    rows = ranked[["region_code", "rank_low", "rank_high"]].itertuples(index=False)
    return join_words([f"{view.name(code)} plats {place_text(low, high)}" for code, low, high in rows])


def place(series: pd.DataFrame, view: View) -> Chart:
    """Draw the place of the kommuner in focus among all kommuner with a figure.

    Parameters
    ----------
    series
        Observations of the measure for all kommuner and riket.

    Returns
    -------
    Chart
        One grey dot a kommun along the value axis; the middle half shaded; riket as a dashed line.
    """
    period = view.at(series)
    now = series.loc[series["period"] == period]
    ranked = rank(now, view.measure, view.kommuner, view.order, view.chance)
    if view.chance is not None:
        until = series.loc[series["period_end"] <= now["period_end"].iloc[0]]
        moves = usual_place_moves(rank(until, view.measure, view.kommuner, view.order))
        ranked = ranked.assign(usual_move=ranked["region_code"].map(moves))
    n = int(ranked["n"].iloc[0])
    in_focus = ranked.loc[ranked["region_code"].isin(view.focus) & ranked["value"].notna()]
    places = places_text(in_focus, view)
    limits = quartiles(now, view.kommuner).iloc[0]
    riket = now.loc[(now["region_code"] == "00") & now["value"].notna()]
    riket_text = f" Riket: {view.number(riket['value'].iloc[0])}." if len(riket) else ""
    about = About(
        id=f"plats_{view.measure.id}",
        title=with_coverage(view.title or f"{view.measure.short}: {places} av {n}", view, period),
        subtitle=f"{view.measure.title}, {view.when(period)}. {view.direction}.",
        source=source_line(now, view.catalog, computed=True, n=n),
        alt=(
            f"Punktdiagram över {n} kommuner, en punkt för varje kommun. {places} av {n}, {view.direction}. "
            f"Mellersta hälften av kommunerna ligger mellan {view.number(limits['q1'])} och "
            f"{view.number(limits['q3'])}.{riket_text}"
        ),
        note=" ".join(
            filter(
                None,
                [
                    _note(ranked, in_focus, view),
                    _open_places(in_focus, view),
                    cohort_note(view, period),
                    coverage_note(view, period),
                ],
            )
        ),
        data=pd.concat([ranked, riket], ignore_index=True),
        derived=quartile_rows(quartiles(now, view.kommuner)),
    )
    chart, axes = canvas(about, PLOT_HEIGHT, left=0.15, right=0.2)
    known = ranked["value"].dropna()
    _draw_dots(axes, known, limits)
    value_axis(axes, known.min(), known.max(), view.measure.unit, zero=known.min() < 0.35 * known.max(), which="x")
    _draw_levels(axes, in_focus, view, period)
    leaders = _draw_focus(axes, in_focus, view)
    if len(riket):
        _draw_riket(axes, float(riket["value"].iloc[0]), view, leaders)
    return chart


def _note(ranked: pd.DataFrame, in_focus: pd.DataFrame, view: View) -> str:
    missing = int(ranked["value"].isna().sum()) + len(view.kommuner) - len(ranked)
    parts = ["Grått fält: mellersta hälften av kommunerna; strecket i det är medianen."]
    if missing:
        parts.append(f"{missing} kommuner saknar uppgift och är inte rangordnade.")
    parts.append(ranked_on(ranked["value"], view))
    if (in_focus["rank_low"] != in_focus["rank_high"]).any():
        parts.append("Ett intervall visar att flera kommuner har samma publicerade värde.")
    absent = [view.name(code) for code in view.focus if code not in set(in_focus["region_code"])]
    if absent:
        parts.append(f"Uppgift saknas för {join_words(absent)}.")
    return " ".join(filter(None, parts))


def _open_places(in_focus: pd.DataFrame, view: View) -> str:
    """Say for each kommun what chance leaves open of its place."""
    if "likely_low" not in in_focus:
        return ""
    columns = ["region_code", "likely_low", "likely_high", "usual_move"]
    texts = [
        f"{view.name(code)}: {chance_text((low, high), move)}."
        for code, low, high, move in in_focus[columns].itertuples(index=False, name=None)
        if not pd.isna(low)
    ]
    line = "Vågrätt streck: där kommunens nivå troligen ligger, slumpen och tidigare år räknade."
    return " ".join([*texts, line]) if texts else ""


def _draw_levels(axes: Axes, in_focus: pd.DataFrame, view: View, period: str) -> None:
    """Draw a bar where the level of each kommun lies in 19 cases of 20."""
    if view.chance is None:
        return
    for at, code in enumerate(in_focus["region_code"]):
        level = view.chance.level(code, period)
        if level is not None:
            colour = line_of(code, view.focus).colour
            height = 0.2 + 0.06 * at
            axes.plot([level.low, level.high], [height, height], color=colour, linewidth=2.4, zorder=4)


def _draw_dots(axes: Axes, values: pd.Series, limits: pd.Series) -> None:
    import seaborn as sns

    axes.axvspan(limits["q1"], limits["q3"], color=LIGHT, alpha=0.55, linewidth=0)
    axes.axvline(limits["median"], ymin=0.04, ymax=0.7, color=GREY, linewidth=0.8)
    sns.swarmplot(x=values.to_numpy(), ax=axes, size=3.4, color="#8f8f8f", linewidth=0, zorder=2)
    axes.set_ylim(0.42, -1.0)
    axes.set_yticks([])
    axes.set_xlabel("")


def _draw_riket(axes: Axes, value: float, view: View, leaders: list[float]) -> None:
    """Draw riket; its label stands beside its line where a kommun's leader would go through it."""
    axes.axvline(value, ymin=0.0, ymax=0.78, color=RIKET, linewidth=1.2, linestyle=(0, (4, 2)))
    text = f"Riket {view.number(value)}"
    half = _width(axes, text, SMALL) / 2
    near = min(leaders, key=lambda x: abs(x - value), default=float("inf"))
    side = 0 if abs(near - value) > half * 1.15 else (-1 if near >= value else 1)
    axes.annotate(
        text,
        (value, 0.79),
        xycoords=("data", "axes fraction"),
        xytext=(4 * side, 0),
        textcoords="offset points",
        ha={-1: "right", 0: "center", 1: "left"}[side],
        size=SMALL,
        color=INK,
    )


def _width(axes: Axes, text: str, size: float) -> float:
    """Give the width of a text in the units of the value axis."""
    low, high = axes.get_xlim()
    inches = axes.get_position().width * axes.figure.get_figwidth()  # type: ignore[union-attr]
    return len(text) * size / 72 * 0.64 / inches * (high - low)


def _draw_focus(axes: Axes, in_focus: pd.DataFrame, view: View) -> list[float]:
    """Mark each kommun in focus on the strip, its label above; give where the leaders pass riket's label."""
    low, high = axes.get_xlim()
    rows = in_focus.sort_values("value")
    texts = [f"{view.name(row['region_code'])} {view.number(row['value'])}" for _, row in rows.iterrows()]
    widths = [_width(axes, text, TEXT) for text in texts]
    gap = max(widths, default=0.0) * 1.05
    margin = gap / 2
    xs = spread(list(rows["value"]), gap, low + margin, high - margin)
    for x, text, (_, row) in zip(xs, texts, rows.iterrows(), strict=True):
        line = line_of(row["region_code"], view.focus)
        axes.plot(
            [row["value"]],
            [0],
            marker=line.marker,
            markersize=8,
            color=line.colour,
            zorder=5,
            markeredgecolor="white",
            markeredgewidth=0.8,
        )
        axes.annotate(
            text,
            (row["value"], -0.05),
            xytext=(x, -0.86),
            ha="center",
            va="center",
            size=TEXT,
            weight="bold",
            color=line.colour,
            arrowprops={"arrowstyle": "-", "color": line.colour, "linewidth": 1.0, "shrinkA": 1, "shrinkB": 3},
        )
    return [x + 0.2 * (value - x) for x, value in zip(xs, rows["value"], strict=True)]
