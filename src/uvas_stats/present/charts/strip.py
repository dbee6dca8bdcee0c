"""All kommuner month by month, one mark each, with those in focus and riket, and their places under it."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.catalog import Measure
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import place_panel
from uvas_stats.indicators.series import period_after
from uvas_stats.periods import month_name, period_text, same_period_last_year
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.place_words import place_text
from uvas_stats.present.source import source_line
from uvas_stats.present.style import GREY, INK, RIKET, SMALL, TEXT, canvas, line_of, value_axis
from uvas_stats.present.view import View, join_words

__all__ = ["month_name", "riket_text", "strip"]

MONTHS = 13
"""A year, and the same month of the year before."""
PLOT_HEIGHT = 2.5
ROW, YEAR = 0.17, 0.15
"""Inches: the height of a row of places under the chart, and from a month down to its year."""


def riket_text(low: float, high: float) -> str:
    """Say which place riket's figure corresponds to.

    Examples
    --------
    >>> riket_text(141, 141), riket_text(141, 143)
    ('riksgenomsnittet motsvarar plats 141', 'riksgenomsnittet motsvarar plats 141–143')
    """
    return f"riksgenomsnittet motsvarar plats {place_text(low, high)}"


def demand_months(measure: Measure) -> None:
    """Refuse a measure that has no months."""
    if measure.period_kind != "month":
        raise IndicatorError(f"{measure.title} finns inte per månad", todo="Välj ett månadsmått")


def strip(series: pd.DataFrame, view: View) -> Chart:
    """Draw every kommun as a mark in each of thirteen months, and write the places of each month under it.

    Parameters
    ----------
    series
        Observations of a measure by month for all kommuner and riket.

    Returns
    -------
    Chart
        Grey marks for the kommuner, a dashed line for riket, a line for each kommun in focus.

    Raises
    ------
    IndicatorError
        If the measure has no months.
    """
    demand_months(view.measure)
    period = view.at(series)
    months = [period_after(period, step) for step in range(1 - MONTHS, 1)]
    shown = series.loc[series["period"].isin(months) & series["region_code"].isin([*view.kommuner, "00"])]
    breaks = view.catalog.breaks_of(view.measure.id, view.focus)
    cut = max((item.at for item in breaks if months[0] < item.at <= period), default="")
    if cut:  # the places before a break are of another list
        shown, months = shown.loc[shown["period"] >= cut], [one for one in months if one >= cut]
    panel = place_panel(shown, view.catalog.measures, view.kommuner, view.order)
    in_focus = panel.loc[panel["region_code"].isin(view.focus) & panel["value"].notna()]
    in_focus = in_focus.sort_values("region_code", key=lambda codes: codes.map(view.focus.index), kind="stable")
    about = _about(shown, panel, in_focus, view, period)
    rows = len(view.focus) + 1
    chart, axes = canvas(about, PLOT_HEIGHT, left=1.2, right=0.12, below=0.42 + rows * ROW)
    known = shown["value"].dropna()
    value_axis(axes, float(known.min()), float(known.max()), view.measure.unit, zero=True)
    _draw(axes, shown, months, view)
    _places(axes, panel, in_focus, months, view)
    return chart


def _about(shown: pd.DataFrame, panel: pd.DataFrame, in_focus: pd.DataFrame, view: View, period: str) -> About:
    now = in_focus.loc[in_focus["period"] == period]
    n = int(now["n"].iloc[0])
    places = [
        f"{view.name(row['region_code'])} plats {place_text(row['rank_low'], row['rank_high'])}"
        for _, row in now.iterrows()
    ]
    riket = now["riket_low"].notna().all()
    against = f"; {riket_text(now['riket_low'].iloc[0], now['riket_high'].iloc[0])}" if riket else ""
    earlier = same_period_last_year(period)
    before = [
        f"{view.name(row['region_code'])} plats {place_text(row['rank_low'], row['rank_high'])}"
        for _, row in in_focus.loc[in_focus["period"] == earlier].iterrows()
    ]
    broken = [
        item.text for item in view.catalog.breaks_of(view.measure.id, view.focus) if earlier < item.at <= period
    ]
    table = in_focus.assign(
        Kommun=in_focus["region_code"].map(view.name),
        Plats=[place_text(*pair) for pair in in_focus[["rank_low", "rank_high"]].itertuples(index=False)],
    )
    names = {"period": "Månad", "Kommun": "Kommun", "Plats": "Plats", "n": "Kommuner", "riket_low": "Rikets plats"}
    return About(
        id=f"rangordning_per_manad_{view.measure.id}",
        title=view.title or f"{join_words(places)} av {n} i {period_text(period)}{against}",
        subtitle=f"{view.measure.title}. Ett streck per kommun; {view.direction}.",
        source=source_line(shown, view.catalog, computed=True, n=n),
        alt=(
            f"Streckdiagram, en kolumn per månad och ett streck per kommun. {join_words(places)} av {n} i "
            f"{period_text(period)}{against}."
            + (f" Samma månad året innan: {join_words(before)}." if before else "")
        ),
        note=" ".join(
            [
                *broken,
                "Talen under diagrammet är platser; ett intervall visar att flera kommuner har samma värde.",
                "Jämför en månad med samma månad året innan.",
            ]
        ),
        data=pd.concat([panel, shown.loc[shown["region_code"] == "00"]], ignore_index=True),
        derived=table[list(names)].rename(columns=names).reset_index(drop=True),
    )


def _draw(axes: Axes, shown: pd.DataFrame, months: list[str], view: View) -> None:
    at = {month: x for x, month in enumerate(months)}
    others = shown.loc[shown["value"].notna() & ~shown["region_code"].isin([*view.focus, "00"])]
    axes.plot(
        others["period"].map(at), others["value"], linestyle="", marker="_", markersize=13, color=GREY, alpha=0.28
    )
    riket = shown.loc[(shown["region_code"] == "00") & shown["value"].notna()].sort_values("period")
    axes.plot(riket["period"].map(at), riket["value"], color=RIKET, linewidth=1.6, linestyle=(0, (4, 2)), zorder=4)
    for code in view.focus:
        line = line_of(code, view.focus)
        rows = shown.loc[(shown["region_code"] == code) & shown["value"].notna()].sort_values("period")
        axes.plot(
            rows["period"].map(at),
            rows["value"],
            color=line.colour,
            linewidth=1.8,
            marker=line.marker,
            markersize=6,
            markeredgecolor="white",
            markeredgewidth=0.7,
            zorder=5,
        )
    axes.set_xlim(-0.55, len(months) - 0.45)
    axes.set_xticks([])


def _places(axes: Axes, panel: pd.DataFrame, in_focus: pd.DataFrame, months: list[str], view: View) -> None:
    """Write the months and, in a row for each kommun in focus and for riket, the places."""
    columns = ["period", "rank_low", "rank_high"]
    rows: list[tuple[str, str, dict[str, str]]] = []
    for code in view.focus:
        places = in_focus.loc[in_focus["region_code"] == code, columns].itertuples(index=False)
        rows.append(
            (
                view.name(code),
                line_of(code, view.focus).colour,
                {str(at): place_text(low, high) for at, low, high in places},
            )
        )
    riket = panel.drop_duplicates("period")[["period", "riket_low", "riket_high"]].dropna()
    there = {str(at): place_text(low, high) for at, low, high in riket.itertuples(index=False)}
    rows.append(("Riket motsvarar", INK, there))
    for x, month in enumerate(months):
        _under(axes, x, 0, month_name(month), GREY, ha="center")
        if x == 0 or month.endswith("-01"):
            _under(axes, x, YEAR, month[:4], GREY, ha="center")
        for at, (_, colour, texts) in enumerate(rows):
            _under(axes, x, 0.3 + at * ROW, texts.get(month, "–"), colour, ha="center")
    for at, (name, colour, _) in enumerate(rows):
        _under(axes, -0.6, 0.3 + at * ROW, f"{name}, plats", colour, ha="right", bold=colour != INK)


def _under(axes: Axes, x: float, inches: float, text: str, colour: str, *, ha: str, bold: bool = False) -> None:
    axes.annotate(
        text,
        (x, 0),
        xycoords=("data", "axes fraction"),
        xytext=(0, -4 - SMALL - 72 * inches),
        textcoords="offset points",
        ha=ha,
        va="baseline",
        size=SMALL if ha == "center" else min(SMALL, TEXT),
        color=colour,
        weight="bold" if bold else "normal",
        annotation_clip=False,
    )
