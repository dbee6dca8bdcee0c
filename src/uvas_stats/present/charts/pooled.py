"""UVAS by sex and age with the years pooled, so that a few persons do not make the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.indicators import break_between
from uvas_stats.numbers import number_text
from uvas_stats.present.cautions import WILSON
from uvas_stats.present.charts.labels import beside
from uvas_stats.present.figure import About, Chart, Missing
from uvas_stats.present.source import source_line
from uvas_stats.present.style import FOCUS, GREY, INK, RIKET, SMALL, canvas, value_axis
from uvas_stats.present.view import View, join_words

__all__ = ["PooledRow", "about_pooled", "interval_text", "pooled"]

ROW = 0.36
"""Inches: the height of one row."""


@dataclass(frozen=True)
class PooledRow:
    """One sex and age: the kommun's pooled figure and riket's."""

    label: str
    own: pd.Series
    """``first, last, share, lower, upper, persons, people, pooled``."""
    riket: float | None
    data: pd.DataFrame
    """The observations it rests on."""
    level: str = ""
    """What lies behind the newest year's share, in words; may be empty."""


def about_pooled(rows: list[PooledRow], view: View, kind: str, missing: tuple[Missing, ...] = ()) -> About:
    """Say what is pooled, of which years and how.

    Parameters
    ----------
    rows
        What is known, in the order to show.
    kind
        What it is shown as, as the alternative text begins.
    missing
        What is not known, and how to get it.
    """
    name = view.name(view.focus[0])
    span = f"{rows[0].own['first']}–{rows[0].own['last']}"
    data = pd.concat([row.data for row in rows], ignore_index=True).drop_duplicates()
    words = [f"{row.label[:1].lower()}{row.label[1:]} {view.number(float(row.own['share']))}" for row in rows]
    by = " efter kön och ålder" if len(rows) > 1 else ""
    years = _kind(rows)
    return About(
        id=f"sammanslaget_{view.measure.id}",
        title=view.title or f"{name}, {span}: {join_words(words[:4])} varken arbetar eller studerar",
        subtitle=f"UVAS{by}, {span}, {years}. Procent",
        source=source_line(data, view.catalog, computed=True),
        alt=f"{kind}. {name}, {span}, {years}. "
        + " ".join(
            f"{row.label}: {view.number(float(row.own['share']))}{interval_text(row.own, view)}"
            + (f", riket {view.number(row.riket)}." if row.riket is not None else ".")
            for row in rows
        ),
        note=" ".join(filter(None, [_note(rows), *(row.level for row in rows), _broken(rows, view)])),
        data=data,
        derived=_derived(rows),
        missing=missing,
    )


def pooled(rows: list[PooledRow], view: View, missing: tuple[Missing, ...] = ()) -> Chart:
    """Draw the pooled share of each sex and age as a point, with its interval where the population is known.

    Parameters
    ----------
    rows
        What is known, in the order to show.
    missing
        What is not known, and how to get it.
    """
    about = about_pooled(rows, view, "Punktdiagram", missing)
    about = replace(about, note=f"Strecket (|) är rikets motsvarande värde. {about.note}")
    chart, axes = canvas(about, ROW * len(rows) + 0.12, left=1.55, right=1.75)
    _draw(axes, rows, view)
    return chart


def interval_text(share: pd.Series, view: View) -> str:
    """Write the interval of a pooled share; nothing where the years are not pooled."""
    if not bool(share["pooled"]):
        return ""
    return f" ({view.number(float(share['lower']))}–{view.number(float(share['upper']))})"


def _kind(rows: list[PooledRow]) -> str:
    """Say how the years are put together, which need not be the same for all rows."""
    counted = {bool(row.own["pooled"]) for row in rows}
    if counted == {True}:
        return "sammanslagna år"
    mean = "ovägt medelvärde av tre år"
    return f"sammanslagna år där folkmängden är känd, annars {mean}" if True in counted else mean


def _note(rows: list[PooledRow]) -> str:
    counted = {bool(row.own["pooled"]) for row in rows}
    texts = []
    if True in counted:
        texts.append(
            f"Antalen är beräknade ur publicerade andelar och folkmängden och lagda ihop över åren. {WILSON}"
        )
    if False in counted:
        which = "Grupper utan antal: ovägt" if True in counted else "Ovägt"
        texts.append(
            f"{which} medelvärde av årens andelar; folkmängden i åldern är inte känd för alla år, så åren har "
            "inte lagts ihop och inget intervall kan räknas."
        )
    mixed = ""
    for row in rows:
        shares = row.data.loc[row.data["measure"] != "population_december_count"]
        editions = shares.drop_duplicates(["period", "edition"]).sort_values("period")
        if editions["edition"].nunique() < 2:
            continue
        listed = ", ".join(f"{row.period} ur {row.edition}" for row in editions.itertuples())
        mixed = f"Åren kommer ur olika utgåvor, och utgivaren har reviderat äldre år: {listed}."
    return " ".join(filter(None, [*texts, mixed]))


def _broken(rows: list[PooledRow], view: View) -> str:
    """Name the breaks that lie between the years that are put together."""
    texts: dict[str, None] = {}
    for row in rows:
        first, last = str(row.own["first"]), str(row.own["last"])
        for measure in row.data["measure"].unique():
            breaks = view.catalog.breaks_of(str(measure), view.focus)
            texts[break_between(breaks, view.focus[0], first, last)] = None
    return " ".join(f"Tidsseriebrott mellan åren: {text}" for text in filter(None, texts))


def _derived(rows: list[PooledRow]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Grupp": row.label,
                "År": f"{row.own['first']}–{row.own['last']}",
                "Andel": row.own["share"],
                "Undre gräns": row.own["lower"],
                "Övre gräns": row.own["upper"],
                "Beräknat antal, summa av åren": row.own["persons"],
                "Folkmängd, summa av åren": row.own["people"],
                "Riket": row.riket,
            }
            for row in rows
        ]
    )


def _draw(axes: Axes, rows: list[PooledRow], view: View) -> None:
    colour = FOCUS[0].colour
    seen = [float(row.own["share"]) for row in rows]
    seen += [float(row.own["upper"]) for row in rows if pd.notna(row.own["upper"])]
    seen += [row.riket for row in rows if row.riket is not None]
    value_axis(axes, 0.0, max(seen), view.measure.unit, zero=True, which="x")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks([])
    for at, row in enumerate(rows):
        share = float(row.own["share"])
        if bool(row.own["pooled"]):
            axes.plot([row.own["lower"], row.own["upper"]], [at, at], color=colour, linewidth=2.4, alpha=0.45)
        axes.plot([share], [at], marker="o", markersize=7, color=colour, markeredgecolor="white")
        if row.riket is not None:
            axes.plot([row.riket], [at], marker="|", markersize=14, markeredgewidth=1.8, color=RIKET)
        beside(axes, row.label, (0, at), -8, xycoords=("axes fraction", "data"))
        count = (
            f"  {number_text(float(row.own['persons']), 0)} av {number_text(float(row.own['people']), 0)}"
            if bool(row.own["pooled"])
            else ""
        )
        style: dict[str, Any] = {"size": SMALL, "color": GREY if count else INK}
        beside(axes, f"{view.number(share)}{count}", (1, at), 8, xycoords=("axes fraction", "data"), **style)
