"""Every kommun's share by its number of young, in the funnel of what chance gives around riket's."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.chance import SURE, Chance
from uvas_stats.numbers import THIN_SPACE, number_text
from uvas_stats.present.charts.labels import EndLabel, Leader, label_ends
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.source import source_line
from uvas_stats.present.style import GREY, INK, RIKET, SMALL, canvas, line_of, value_axis
from uvas_stats.present.view import View, join_words

__all__ = ["funnel"]

PLOT_HEIGHT = 2.9
VERY_SURE = 3.09
"""Standard deviations that hold 99.8 percent."""
TICKS = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
_OUTSIDE, _INSIDE = "#5f5f5f", "#bdbdbd"


def funnel(series: pd.DataFrame, view: View) -> Chart:
    """Draw each kommun's share by its number of young, in the funnel of what chance gives around riket's.

    Parameters
    ----------
    series
        Observations of a share by year for all kommuner and riket.

    Returns
    -------
    Chart
        Limits that 95 and 99.8 percent of the kommuner are within where their level is riket's.
    """
    period = view.at(series)
    chance = view.chance
    now = series.loc[(series["period"] == period) & series["value"].notna()]
    riket = now.loc[now["region_code"] == "00", "value"]
    if chance is None or riket.empty:
        raise IndicatorError(
            f"{view.measure.short}: det går inte att räkna vad slumpen ger",
            todo="Välj en andel som publiceras per år för riket och alla kommuner",
        )
    share = float(riket.iloc[0])
    points = _points(now, view, chance, period, share)
    about = _about(points, now, view, chance, period, share)
    chart, axes = canvas(about, PLOT_HEIGHT, left=0.42, right=1.75, below=0.52)
    _draw(axes, points, view, chance, share)
    return chart


def _points(now: pd.DataFrame, view: View, chance: Chance, period: str, riket: float) -> pd.DataFrame:
    """Give persons, share and how many standard deviations each kommun is from riket."""
    rows = now.loc[now["region_code"].isin(view.kommuner), ["region_code", "value"]]
    people = chance.people.reindex(rows["region_code"])[period].to_numpy()
    rows = rows.assign(people=people, away=(rows["value"] - riket) / chance.around(riket, people))
    return rows.loc[rows["people"] > 0].reset_index(drop=True)


def _standing(away: float, view: View) -> str:
    side = "över" if away > 0 else "under"
    return f"säkert {side} riket" if abs(away) > SURE else "går inte att skilja från riket"


def _about(
    points: pd.DataFrame, now: pd.DataFrame, view: View, chance: Chance, period: str, riket: float
) -> About:
    focus = points.set_index("region_code").reindex(view.focus).dropna()
    told = [f"{view.name(str(code))} {_standing(float(away), view)}" for code, away in focus["away"].items()]
    alike = int((points["away"].abs() <= SURE).sum())
    over, under = int((points["away"] > SURE).sum()), int((points["away"] < -SURE).sum())
    counted = "antalet i nämnaren" if chance.counted else "invånare 16–19 år, som står för antalet unga"
    counts = (
        f"{alike} av {len(points)} kommuner går inte att skilja från riket; {over} ligger säkert över och {under} "
        "säkert under"
    )
    table = points.assign(Kommun=points["region_code"].map(view.name))
    names = {"Kommun": "Kommun", "people": "Personer", "value": "Andel", "away": "Avstånd i standardavvikelser"}
    return About(
        id=f"tratt_{view.measure.id}",
        title=view.title or f"{view.measure.short}: {join_words(told)}",
        subtitle=f"{view.measure.title}, {view.when(period)}. Procent, efter {counted}",
        source=source_line(now, view.catalog, computed=True, n=len(points)),
        alt=(
            f"Punktdiagram, en punkt för varje kommun: andelen efter {counted}. Runt rikets {view.number(riket)} "
            f"en tratt som smalnar av ju fler de unga är. {counts}. {join_words(told)}."
        ),
        note=(
            f"{counts}. Tratten: så långt från riket hamnar 95 (heldragen) och 99,8 procent (streckad) av "
            "kommunerna om deras nivå är rikets. Ju färre unga, desto mer ger slumpen. Mörka punkter ligger "
            "utanför."
        ),
        data=now.loc[now["region_code"].isin([*points["region_code"], "00"])],
        derived=table[list(names)].rename(columns=names),
    )


def _draw(axes: Axes, points: pd.DataFrame, view: View, chance: Chance, riket: float) -> None:
    x = np.log10(points["people"].to_numpy())
    low, high = float(x.min()) - 0.05, float(x.max()) + 0.05
    along = np.linspace(low, high, 120)
    spread = chance.around(riket, 10**along)
    top = float(points["value"].max())
    value_axis(axes, float(points["value"].min()), top, view.measure.unit, zero=points["value"].min() < 0.35 * top)
    bottom, ceiling = axes.get_ylim()
    for times, dash in ((SURE, "-"), (VERY_SURE, (0, (4, 2)))):
        for side in (-1, 1):
            edge = riket + side * times * spread
            seen = (edge > max(bottom, 0)) & (edge < min(ceiling, 100))
            axes.plot(along, np.where(seen, edge, np.nan), color=GREY, linewidth=1.0, linestyle=dash, zorder=3)
    axes.axhline(riket, color=RIKET, linewidth=1.2, linestyle=(0, (1, 1)), zorder=3)
    outside = points["away"].abs() > SURE
    for part, colour in ((~outside, _INSIDE), (outside, _OUTSIDE)):
        axes.scatter(x[part.to_numpy()], points.loc[part, "value"], s=11, color=colour, linewidths=0, zorder=2)
    labels = [EndLabel(riket, f"Riket {view.number(riket)}", INK)]
    for code in view.focus:
        row = points.loc[points["region_code"] == code]
        if len(row):
            at, value, line = (
                float(np.log10(row["people"].iloc[0])),
                float(row["value"].iloc[0]),
                line_of(code, view.focus),
            )
            axes.plot(
                [at],
                [value],
                marker=line.marker,
                markersize=8,
                color=line.colour,
                markeredgecolor="white",
                zorder=5,
            )
            labels.append(EndLabel(value, f"{view.name(code)} {view.number(value)}", line.colour, bold=True, x=at))
    axes.set_xlim(low, high)
    axes.set_ylim(bottom, ceiling)
    shown = [tick for tick in TICKS if low <= np.log10(tick) <= high]
    axes.set_xticks([float(np.log10(tick)) for tick in shown], [number_text(tick, 0) for tick in shown])
    axes.set_xlabel(
        "antal i nämnaren" if chance.counted else f"invånare 16–19{THIN_SPACE}år", size=SMALL, color=GREY
    )
    width = high - low
    label_ends(axes, labels, high, points=12, leader=Leader(high, 0.012 * width, high + 0.03 * width))
