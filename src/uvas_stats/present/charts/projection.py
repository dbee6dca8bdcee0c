"""The figure a goal is about, carried on to the day it is due, with the interval that has been tested."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from uvas_stats.catalog import Goal
from uvas_stats.indicators import Outlook
from uvas_stats.numbers import count_word, number_text, signed_text
from uvas_stats.periods import in_period, period_kind, period_text
from uvas_stats.present.charts.labels import EndLabel, label_ends, text_gap
from uvas_stats.present.charts.timeline import position, time_axis
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.source import source_line
from uvas_stats.present.style import FOCUS, GREY, INK, LIGHT, RIKET, SMALL, canvas
from uvas_stats.present.verdicts import outlook_number, outlook_text, probability_text
from uvas_stats.present.view import View

__all__ = ["projection"]

PLOT_HEIGHT = 2.5
OVERLAP = "Prövningarna överlappar varandra. Framskrivningen förutsätter att inget nytt händer."


def projection(outlook: Outlook, goal: Goal, used: pd.DataFrame, view: View) -> Chart:
    """Draw the figures, of months also the mean of twelve, and the projection with its interval.

    Parameters
    ----------
    outlook
        The projection of one kommun's figure.
    goal
        The goal it is about.
    used
        The observations it rests on.
    view
        The measure and the kommun, which is the only one in focus.
    """
    one = outlook.projection
    name = view.name(one.region_code)
    about = About(
        id=f"framskrivning_{goal.id}_{one.region_code}",
        title=view.title or _title(outlook, view),
        subtitle=_subtitle(outlook, goal, view),
        source=source_line(used, view.catalog, computed=True),
        alt=f"Linjediagram med framskrivning för {name}. {outlook_text(outlook, view.measure)}",
        note=_note(outlook, view),
        data=used,
        derived=_rows(outlook),
    )
    chart, axes = canvas(about, PLOT_HEIGHT, left=0.45, right=1.55)
    _draw(axes, outlook, view)
    return chart


def _title(outlook: Outlook, view: View) -> str:
    one = outlook.projection
    name = view.name(one.region_code)
    if outlook.probability is None:
        low, high = (outlook_number(outlook, value, view.measure) for value in (one.low, one.high))
        against = f"{view.difference_unit} mot riket" if outlook.to_riket else ""
        return f"{name} {period_text(one.period)}: troligen {low} till {high}{against}"
    reach = "bättre än riksgenomsnittet" if outlook.to_riket else "målet nått"
    return f"{name} {reach} {in_period(one.period)}: sannolikheten är {probability_text(outlook.probability)}"


def _subtitle(outlook: Outlook, goal: Goal, view: View) -> str:
    what = f"Skillnad mot riket{view.in_difference_unit}" if outlook.to_riket else view.unit
    lines = "månad (tunn), tolvmånadersmedel (fet)" if _monthly(outlook) else "utfall (heldragen)"
    ahead = "till målets dag" if goal.deadline is not None else "ett år framåt"
    if outlook.passed:
        ahead = "ett år framåt; målets dag har passerat"
    return f"{view.measure.title}. {what}: {lines} och framskrivning {ahead}"


def _monthly(outlook: Outlook) -> bool:
    return period_kind(outlook.projection.period) == "month"


def _note(outlook: Outlook, view: View) -> str:
    test = outlook.projection.test
    level, last = ("säsongsrensade", "medel") if _monthly(outlook) else ("utjämnade", "värde")
    model = {
        "årsmedel": f"det senaste årets {last} förs vidare",
        "nivå": f"den {level} nivån förs vidare",
        "dämpad trend": f"den {level} nivån förs vidare med en trend som dör ut",
        "autoregression": f"det senaste årets {last} förs vidare med sin ändring och sitt avstånd till medlet",
    }[test.model]
    tried = count_word(test.origins)
    if test.kommuner > 1:
        share = number_text(100 * test.coverage, 0)
        tested = (
            f"i {tried} prövningar i {number_text(float(test.kommuner), 0)} kommuner på år den inte sett "
            f"({period_text(test.first)}–{period_text(test.last)}); här var felet {_error(outlook, view)} "
            "i medeltal. "
            f"Intervallet är ställt efter felen i alla kommuner och höll {share} procent av utfallen när varje "
            "prövning fick sitt ur de andra."
        )
        return (
            f"Färgat fält: 80 procents intervall. Modell: {model}; den är den enklaste som ingen annan slår "
            f"{tested} {OVERLAP}{_cut(outlook)}"
        )
    wide = f" Intervallet är därför vidgat {number_text(test.widened, 1)} gånger." if test.widened > 1.05 else ""
    held = count_word(test.held) if test.held else "ingen"
    return (
        f"Färgat fält: 80 procents intervall. Modell: {model}; den är den enklaste som ingen annan slår "
        f"({_error(outlook, view)} fel i medeltal) i {tried} prövningar "
        f"på år den inte sett ({period_text(test.first)}–{period_text(test.last)}), där intervallet höll i "
        f"{held}.{wide} {OVERLAP}{_cut(outlook)}"
    )


def _error(outlook: Outlook, view: View) -> str:
    error = outlook.projection.test.error
    return f"{number_text(error, 1 if error >= 0.05 else 2)}{view.difference_unit}"


def _cut(outlook: Outlook) -> str:
    text = outlook.projection.cut_by
    return f" Äldre uppgifter används inte: {text[:1].lower()}{text[1:].rstrip('.')}." if text else ""


def _rows(outlook: Outlook) -> pd.DataFrame:
    names = {"period": "Period", "mean": "Framskrivning", "low": "Undre gräns", "high": "Övre gräns"}
    return outlook.projection.path[list(names)].rename(columns=names).round(3).reset_index(drop=True)


def _draw(axes: Axes, outlook: Outlook, view: View) -> None:
    one = outlook.projection
    colour = FOCUS[0].colour
    history, path = one.history, one.path
    x = history["period"].map(position)
    ahead = path["period"].map(position)
    start, level = float(x.iloc[-1]), float(history["mean"].iloc[-1])
    if _monthly(outlook):
        axes.plot(x, history["value"], color=colour, linewidth=0.8, alpha=0.45)
    axes.plot(x, history["mean"], color=colour, linewidth=2.2)
    way = np.concatenate([[start], ahead])
    low, high = (np.concatenate([[level], path[side]]) for side in ("low", "high"))
    axes.fill_between(way, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(way, np.concatenate([[level], path["mean"]]), color=colour, linewidth=1.8, linestyle=(0, (2, 1.5)))
    axes.axhline(outlook.threshold, color=RIKET, linewidth=1.3, linestyle=(0, (4, 2)))
    end = float(ahead.iloc[-1])
    axes.vlines([end], [one.low], [one.high], color=colour, linewidth=1.2)
    time_axis(axes, [*history["period"], *path["period"]])
    axes.set_xlim(float(x.iloc[0]) - 0.05, end + 0.06)
    _limits(axes, [*history["value"].dropna(), *low, *high, outlook.threshold], outlook, view)
    _labels(axes, outlook, view, end)


def _limits(axes: Axes, values: list[float], outlook: Outlook, view: View) -> None:
    low, high = min(values), max(values)
    pad = 0.08 * (high - low) or 0.5
    axes.set_ylim(low - pad, high + pad)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    write = signed_text if outlook.to_riket else number_text
    decimals = 0 if high - low > 4 else 1
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: write(value, decimals)))
    axes.grid(visible=True, axis="y", color=LIGHT, linewidth=0.6)
    axes.set_axisbelow(True)


def _labels(axes: Axes, outlook: Outlook, view: View, end: float) -> None:
    one = outlook.projection
    mean, low, high, threshold = (
        outlook_number(outlook, value, view.measure) for value in (one.mean, one.low, one.high, outlook.threshold)
    )
    goal = "Riksgenomsnittet" if outlook.to_riket else f"Målet {threshold}"
    newest = f"{mean} {in_period(one.period)}"
    labels = [
        EndLabel(one.high, high, GREY, size=SMALL),
        EndLabel(
            one.mean, newest if len(newest) <= 24 else newest.replace(" i ", "\ni "), FOCUS[0].colour, bold=True
        ),
        EndLabel(one.low, low, GREY, size=SMALL),
        EndLabel(outlook.threshold, goal, INK, size=SMALL),
    ]
    width = axes.get_xlim()[1] - axes.get_xlim()[0]
    label_ends(axes, labels, end + 0.025 * width, gap=text_gap(axes, 1.3))
