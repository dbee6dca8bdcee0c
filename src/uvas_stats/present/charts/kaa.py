"""The kommunala aktivitetsansvaret by kommun, against riket and a group, with the coverage of the reporting."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.catalog import Measure
from uvas_stats.indicators import quartiles
from uvas_stats.numbers import number_text
from uvas_stats.present.cautions import coverage_note, coverage_of, with_coverage
from uvas_stats.present.charts.labels import beside, mark_riket
from uvas_stats.present.charts.trend import quartile_rows
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.source import source_line
from uvas_stats.present.style import GREY, INK, SMALL, canvas, line_of
from uvas_stats.present.view import STATUS_TEXT, View, join_words

__all__ = ["kaa", "kaa_when"]

COVERAGE_ROOM = 0.95
"""Inches for the column of coverage."""


def kaa_when(period: str) -> str:
    """Write a period of the KAA statistics in words: twelve months, or half a year.

    Examples
    --------
    >>> kaa_when("2024/25"), kaa_when("2022H2")
    ('juli 2024–juni 2025', 'andra halvåret 2022')
    """
    if "/" in period:
        return f"juli {period[:4]}–juni {int(period[:4]) + 1}"
    return f"{'första' if period.endswith('H1') else 'andra'} halvåret {period[:4]}"


def _rows(now: pd.DataFrame, view: View) -> pd.DataFrame:
    """Take the group's kommuner and those in focus, highest first; those without a figure keep a row."""
    members = list(dict.fromkeys((*(view.group.members if view.group else ()), *view.focus)))
    frame = pd.DataFrame({"region_code": members}).merge(now, on="region_code", how="left", validate="1:1")
    frame["status"] = frame["status"].fillna("not_available")
    return frame.sort_values(["value", "region_code"], ascending=[False, True], ignore_index=True)


def _basis(measure: Measure) -> str:
    return f"Nämnare: {measure.denominator[:1].lower()}{measure.denominator[1:]}." if measure.denominator else ""


def kaa(series: pd.DataFrame, view: View) -> Chart:
    """Draw one bar for each kommun of the group and in focus, with riket and each kommun's coverage.

    Parameters
    ----------
    series
        Observations of a KAA measure for the kommuner and riket.
    view
        ``view.coverage`` holds the coverage of the reporting; a kommun that has none is told as unknown.

    Returns
    -------
    Chart
        Sorted by the figure, which is no ranking of the kommuner's work. The title says if the coverage is not
        known, and gives no place.
    """
    period = view.at(series)
    now = series.loc[series["period"] == period]
    rows = _rows(now, view)
    riket = now.loc[(now["region_code"] == "00") & now["value"].notna()]
    n = int(rows["value"].notna().sum())
    middle = quartiles(now, view.group.members) if view.group and len(view.group.members) > 1 else None
    coverage = coverage_of(view, period)
    in_focus = rows.loc[rows["region_code"].isin(view.focus)]
    figures = [
        (view.name(code), view.number(value)) for code, value in in_focus[["region_code", "value"]].to_numpy()
    ]
    riket_text = f", riket {view.number(riket['value'].iloc[0])}" if len(riket) else ""
    title = f"{view.measure.short}: {join_words([f'{name} {text}' for name, text in figures])}{riket_text}"
    median = ""
    if middle is not None and len(middle):
        median = f" Median för {view.group_name}: {view.number(middle['median'].iloc[0])}."
    about = About(
        id=f"kaa_{view.measure.id}_{view.group.id.lower() if view.group else 'fokus'}",
        title=with_coverage(view.title or title, view, period),
        subtitle=f"{kaa_when(period).capitalize()}. {_basis(view.measure)}{median}".strip(),
        source=source_line(
            now.loc[now["region_code"].isin([*rows["region_code"], "00"])],
            view.catalog,
            computed=view.measure.id.endswith("scb_share_pct"),
            n=n,
        ),
        alt=_alt(rows, riket, view, coverage),
        note=f"Någon gång under perioden, ett flöde. {coverage_note(view, period)}",
        data=_data(rows, riket, view, period),
        derived=quartile_rows(middle),
    )
    height = min(0.21, max(0.125, 5.2 / len(rows)))
    right = COVERAGE_ROOM + 0.35 if coverage else 0.45
    chart, axes = canvas(about, height * (len(rows) + 0.6), left=1.35, right=right, below=0.12)
    _draw(axes, rows, view, coverage, size=min(SMALL + 0.5, height * 72 * 0.72))
    if len(riket):
        value = float(riket["value"].iloc[0])
        axes.set_xlim(0, max(axes.get_xlim()[1], value * 1.05))
        mark_riket(axes, value, view)
    return chart


def _data(rows: pd.DataFrame, riket: pd.DataFrame, view: View, period: str) -> pd.DataFrame:
    parts = [rows, riket]
    if view.coverage is not None:
        shown = view.coverage["region_code"].isin([*rows["region_code"], "00"])
        parts.append(view.coverage.loc[shown & (view.coverage["period"] == period)])
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _alt(rows: pd.DataFrame, riket: pd.DataFrame, view: View, coverage: dict[str, float]) -> str:
    in_focus = rows.loc[rows["region_code"].isin(view.focus)]
    parts = [f"Liggande staplar för {len(rows)} kommuner, högst överst. {view.measure.title}."]
    for code, value, status in in_focus[["region_code", "value", "status"]].itertuples(index=False):
        figure = STATUS_TEXT[status] if pd.isna(value) else view.number(value)
        reported = number_text(coverage[code], 0, "procent") if code in coverage else "okänd"
        parts.append(f"{view.name(code)} {figure}, täckning {reported}.")
    if len(riket):
        parts.append(f"Riket {view.number(riket['value'].iloc[0])}.")
    return " ".join(parts)


def _draw(axes: Axes, rows: pd.DataFrame, view: View, coverage: dict[str, float], size: float) -> None:
    for i, (code, value, status) in enumerate(rows[["region_code", "value", "status"]].itertuples(index=False)):
        focus = code in view.focus
        colour = line_of(code, view.focus).colour if focus else "#b5b5b5"
        style: dict[str, Any] = {"size": size, "bold": focus}
        if pd.isna(value):
            axes.text(0, i, f" {STATUS_TEXT[status]}", size=size, va="center", color=GREY, style="italic")
        else:
            axes.barh(i, value, height=0.72, color=colour, zorder=2)
            white = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
            beside(axes, view.number(value), (value, i), 3, zorder=4, bbox=white, **style)
        beside(axes, view.name(code), (0, i), -5, color=colour if focus else INK, **style)
        if coverage:
            known = code in coverage
            text = number_text(coverage[code], 0, "procent") if known else "okänd"
            style |= {"xycoords": ("axes fraction", "data"), "ha": "right", "color": INK if known else GREY}
            beside(axes, text, (1, i), COVERAGE_ROOM * 72 + 18, **style)
    axes.set_ylim(len(rows) - 0.4, -0.9)
    axes.set_xlim(0, float(rows["value"].max()) * 1.02)
    axes.set_yticks([])
    axes.set_xticks([])
    if coverage:
        axes.annotate(
            "Täckning", (1, 1), xycoords="axes fraction", xytext=(COVERAGE_ROOM * 72 + 18, 2), ha="right",
            textcoords="offset points", size=SMALL, color=INK, annotation_clip=False,
        )  # fmt: skip
