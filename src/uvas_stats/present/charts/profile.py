"""The pattern of the year: how far each calendar month usually lies from the kommun's own level."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from uvas_stats.indicators import SeasonalProfile, seasonal_profile
from uvas_stats.indicators.season import SUMMER
from uvas_stats.numbers import number_text, signed_text
from uvas_stats.periods import MONTHS, month_name, period_text
from uvas_stats.present.charts.months import GAP, HEAD, panels
from uvas_stats.present.charts.strip import demand_months
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.source import source_line
from uvas_stats.present.style import GREY, INK, LIGHT, RIKET, SMALL, TEXT, canvas, line_of
from uvas_stats.present.view import View

__all__ = ["profile"]

ALONE, BESIDE = 2.3, 1.5
"""Inches: the height of one panel, and of each of several."""
SUMMER_NOTE = (
    "Maj–september (grått) ser ofta sämre ut när insatser för unga skriver in fler som arbetssökande; läs en "
    "månad mot samma månad året innan."
)


def profile(series: pd.DataFrame, view: View) -> Chart:
    """Draw the seasonal effect of each calendar month, with the span of the years, beside riket's.

    Parameters
    ----------
    series
        Observations of a measure by month for the kommuner in focus and riket.

    Raises
    ------
    IndicatorError
        If there are not three years of months in a row since the last break or gap.
    """
    demand_months(view.measure)
    period = view.at(series)
    profiles = {
        code: seasonal_profile(series, code, view.catalog.breaks_of(view.measure.id, (code,)), period)
        for code in (*view.focus, "00")
    }
    first = profiles[view.focus[0]]
    used = series.loc[series["region_code"].isin(profiles) & series["period"].between(first.first, first.last)]
    about = _about(used, view, profiles)
    n = len(view.focus)
    height = ALONE if n == 1 else BESIDE
    chart, whole = canvas(about, n * (HEAD + height) + (n - 1) * GAP, left=0.5, right=0.75)
    for axes, code in zip(panels(chart, whole, n, height), view.focus, strict=True):
        _panel(axes, profiles[code], profiles["00"], view, code)
    return chart


def _side(value: float, decimals: int) -> str:
    return f"{number_text(abs(value), decimals)} {'över' if value >= 0 else 'under'}"


def _highest(one: SeasonalProfile) -> tuple[str, float]:
    row = one.effects.sort_values("effect").iloc[-1]
    return MONTHS[int(row["month"]) - 1], float(row["effect"])


def _about(used: pd.DataFrame, view: View, profiles: dict[str, SeasonalProfile]) -> About:
    one = profiles[view.focus[0]]
    unit, decimals = view.difference_unit, view.measure.decimals
    month, effect = _highest(one)
    sentences = [
        f"{view.name(code)}: högst i {_highest(item)[0]} ({signed_text(_highest(item)[1], decimals)}), "
        f"skillnad mellan högsta och lägsta månad {number_text(item.amplitude, decimals)}{unit}."
        for code, item in profiles.items()
    ]
    derived = pd.concat(
        [
            item.effects.assign(Område=view.name(code), Månad=[MONTHS[at - 1] for at in item.effects["month"]])
            for code, item in profiles.items()
        ]
    )
    names = {"Område": "Område", "Månad": "Månad", "effect": "Avvikelse", "lowest": "Lägst", "highest": "Högst"}
    within = f",{unit}" if unit else ""
    plural = "" if len(view.focus) == 1 else " (översta rutan)"
    notes = [
        f"Beräknat med STL på {one.months} månader i följd, {period_text(one.first)}–{period_text(one.last)}.",
        f"Äldre uppgifter används inte: {one.cut_by[:1].lower()}{one.cut_by[1:].rstrip('.')}."
        if one.cut_by
        else "",
        SUMMER_NOTE,
    ]
    return About(
        id=f"sasongsmonster_{view.measure.id}",
        title=view.title
        or f"{view.name(view.focus[0])}{plural}: {month} ligger normalt {number_text(effect, decimals)}{unit} "
        f"över årets nivå; maj–september {_side(one.summer, decimals)} övriga månader",
        subtitle=f"{view.measure.title}. Avvikelse från den egna nivån{within}; strecken visar årens spann",
        source=source_line(used, view.catalog, computed=True),
        alt=f"Stapeldiagram, en stapel per kalendermånad. {' '.join(sentences)}",
        note=" ".join(filter(None, notes)),
        data=used,
        derived=derived[list(names)].rename(columns=names).round(3).reset_index(drop=True),
    )


def _panel(axes: Axes, profile: SeasonalProfile, riket: SeasonalProfile, view: View, code: str) -> None:
    colour = line_of(code, view.focus).colour
    effects = profile.effects
    axes.axvspan(SUMMER[0] - 0.5, SUMMER[-1] + 0.5, color=LIGHT, alpha=0.55, linewidth=0)
    axes.bar(effects["month"], effects["effect"], width=0.62, color=colour, zorder=2)
    axes.vlines(effects["month"], effects["lowest"], effects["highest"], color=INK, linewidth=1.0, zorder=3)
    axes.plot(
        riket.effects["month"],
        riket.effects["effect"],
        color=RIKET,
        linewidth=1.3,
        linestyle=(0, (4, 2)),
        zorder=4,
    )
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.annotate(
        "Riket",
        (12, float(riket.effects["effect"].iloc[-1])),
        xytext=(22, 0),
        textcoords="offset points",
        va="center",
        size=TEXT,
        color=INK,
        annotation_clip=False,
    )
    for _, row in effects.iterrows():
        up = row["effect"] >= 0
        end = max(row["effect"], row["highest"]) if up else min(row["effect"], row["lowest"])
        axes.annotate(
            signed_text(float(row["effect"]), view.measure.decimals),
            (row["month"], end),
            xytext=(0, 2 if up else -2),
            textcoords="offset points",
            ha="center",
            va="bottom" if up else "top",
            size=SMALL,
            color=colour,
            weight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.85},
            zorder=5,
        )
    if len(view.focus) > 1:
        axes.set_title(view.name(code), loc="left", size=TEXT, color=colour, weight="bold", pad=4)
    low = min(effects["lowest"].min(), riket.effects["effect"].min())
    high = max(effects["highest"].max(), riket.effects["effect"].max())
    pad = 0.16 * (high - low) or 0.5
    axes.set_ylim(low - pad, high + pad)
    axes.set_xlim(0.4, 12.6)
    axes.set_xticks(range(1, 13), [month_name(f"2000-{month:02d}") for month in range(1, 13)])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed_text(value, 1)))
    axes.grid(visible=True, axis="y", color=LIGHT, linewidth=0.6)
    axes.set_axisbelow(True)
