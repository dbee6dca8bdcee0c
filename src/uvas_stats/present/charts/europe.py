"""Sweden and a region of it among European countries: NEET of the labour force survey, which is not UVAS."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.catalog.sources import load_euro_regions
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import latest_period
from uvas_stats.present.charts.labels import beside
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.source import source_line
from uvas_stats.present.style import FOCUS, GREY, INK, canvas
from uvas_stats.present.view import STATUS_TEXT, View

__all__ = ["SWEDEN", "europe", "place_name"]

SWEDEN = "SE"
NOT_UVAS = (
    "NEET är den andel som varken arbetar eller studerar under en mätvecka enligt arbetskraftsundersökningen. "
    "Det är inte UVAS, som mäts i register över ett helt år; de två jämförs inte med varandra."
)


def place_name(code: str, view: View) -> str:
    """Write the name of a country or region; the code where the name is not known."""
    known = {one.code: f"{one.name} ({code})" if one.kind == "nuts2" else one.name for one in load_euro_regions()}
    return known.get(code) or view.catalog.names.get(code, code)


def _wanted(code: str, region: str) -> bool:
    """Take the countries, the union and one region; other regions would crowd them out."""
    return code == region or any(one.code == code and one.kind != "nuts2" for one in load_euro_regions())


def europe(series: pd.DataFrame, view: View, region: str) -> Chart:
    """Draw one bar for each country, Sweden and its region marked.

    Parameters
    ----------
    series
        NEET by country and NUTS 2 region, both sexes together.
    region
        Code of the kommun's NUTS 2 region, such as ``SE23``.

    Raises
    ------
    IndicatorError
        If there is no figure for Sweden.
    """
    period = view.period or latest_period(series, SWEDEN)
    if period is None:
        raise IndicatorError(f"Uppgift saknas för Sverige: {view.measure.title}", todo="Hämta måttet igen")
    wanted = series["region_code"].map(lambda code: _wanted(code, region)).astype("bool")
    now = series.loc[(series["period"] == period) & wanted]
    known = now.loc[now["value"].notna()].sort_values(["value", "region_code"], ignore_index=True)
    marked_rows = known.loc[known["region_code"].isin([SWEDEN, region]), ["region_code", "value"]]
    marked = {str(code): float(value) for code, value in marked_rows.itertuples(index=False)}
    if SWEDEN not in marked:
        raise IndicatorError(
            f"Uppgift saknas för Sverige {period}: {view.measure.title}", todo="Välj ett annat år"
        )
    countries = known.loc[known["region_code"].map(len) == 2]
    better = int((countries["value"] < marked[SWEDEN]).sum())
    words = [
        f"{place_name(code, view)} {view.number(marked[code])}" for code in (SWEDEN, region) if code in marked
    ]
    about = About(
        id=f"europa_{view.measure.id}",
        title=view.title
        or f"NEET {period}: {' och '.join(words)}; {better or 'inget'} av {len(countries)} länder har lägre andel "
        "än Sverige",
        subtitle=f"{view.measure.title}, {period}. Urvalsundersökning, inte register",
        source=source_line(known, view.catalog, computed=False),
        alt=(
            f"Liggande staplar för {len(countries)} länder. {' och '.join(words)}. Lägst "
            f"{place_name(known['region_code'].iloc[0], view)} {view.number(known['value'].iloc[0])}, högst "
            f"{place_name(known['region_code'].iloc[-1], view)} {view.number(known['value'].iloc[-1])}."
        ),
        note=_note(now, region, marked, view),
        data=known,
    )
    height = min(0.19, max(0.135, 5.6 / len(known)))
    chart, axes = canvas(about, height * (len(known) + 0.4), left=1.75, right=0.5, below=0.1)
    _draw(axes, known, region, view)
    return chart


def _note(now: pd.DataFrame, region: str, marked: dict[str, float], view: View) -> str:
    gone = now.loc[now["value"].isna()]
    parts = [NOT_UVAS]
    if region not in marked:
        parts.append(f"Uppgift saknas för {place_name(region, view)}.")
    if len(gone):
        listed = ", ".join(
            f"{place_name(code, view)} ({STATUS_TEXT.get(status, 'uppgift saknas')})"
            for code, status in gone[["region_code", "status"]].itertuples(index=False)
        )
        parts.append(f"Utan uppgift: {listed}.")
    return " ".join(filter(None, parts))


def _draw(axes: Axes, known: pd.DataFrame, region: str, view: View) -> None:
    colours = {SWEDEN: FOCUS[0].colour, region: FOCUS[1].colour, "EU27_2020": GREY}
    for at, (code, value) in enumerate(known[["region_code", "value"]].itertuples(index=False)):
        is_marked = code in (SWEDEN, region)
        colour = colours.get(code, "#b5b5b5")
        axes.barh(at, value, height=0.72, color=colour, zorder=2)
        style: dict[str, Any] = {"size": 7.5, "color": colour if is_marked else INK}
        style["bold"] = is_marked or code == "EU27_2020"
        beside(axes, place_name(code, view), (0, at), -5, **style)
        beside(axes, view.number(value), (value, at), 3, **style)
    axes.set_ylim(len(known) - 0.4, -0.6)
    axes.set_xlim(0, float(known["value"].max()) * 1.02)
    axes.set_yticks([])
    axes.set_xticks([])
