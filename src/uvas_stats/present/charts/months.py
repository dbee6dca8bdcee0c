"""A monthly measure, year over year: the newest year against the year before and all earlier years."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from uvas_stats.numbers import signed_text
from uvas_stats.periods import MONTHS, period_text, same_period_last_year
from uvas_stats.present.charts.labels import EndLabel, Leader, label_ends, text_gap
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.source import source_line
from uvas_stats.present.style import FOCUS, GREY, INK, LIGHT, RIKET, SMALL, TEXT, canvas, clean_axes, value_axis
from uvas_stats.present.view import View, join_words

__all__ = ["months", "panels"]

ALONE, BESIDE = 2.9, 1.75
"""Inches: the height of one panel, and of each where there are several."""
HEAD, GAP, MARGIN = 0.2, 0.36, 1.3
"""Inches: the room of a panel's heading, under a panel, and of the labels beside it."""
COMPARABLE = ("procent", "poäng")
"""Units of what a kommun and riket can be drawn together by; riket's counts are of another size."""
ZERO_FROM = 0.5
"""The value axis starts at zero where the lowest value is less than this share of the highest."""


def _wide(series: pd.DataFrame, code: str) -> pd.DataFrame:
    """One row a year and one column a month, 1-12."""
    rows = series.loc[series["region_code"] == code]
    cut = rows.assign(year=rows["period"].str[:4].astype("int64"), month=rows["period"].str[5:].astype("int64"))
    return cut.pivot_table(index="year", columns="month", values="value", aggfunc="first").reindex(
        columns=range(1, 13)
    )


def _year(wide: pd.DataFrame, year: int) -> pd.Series:
    return wide.reindex([year]).iloc[0]


def _tint(colour: str) -> tuple[float, float, float]:
    red, green, blue = (0.55 * part + 0.45 for part in to_rgb(colour))
    return red, green, blue


def _earlier(axes: Axes, wide: pd.DataFrame, year: int) -> list[EndLabel]:
    """Draw what the years before the two newest span."""
    years = wide.loc[wide.index < year - 1].dropna(how="all")
    if years.empty:
        return []
    low, high = years.min(), years.max()
    axes.fill_between(low.index, low, high, color=LIGHT, alpha=0.75, linewidth=0)
    if len(years) == 1:
        axes.plot(low.index, low, color=GREY, linewidth=1.0)
    last = int(low.dropna().index[-1])
    span = f"{years.index[0]}–{years.index[-1]}" if len(years) > 1 else f"{years.index[0]}"
    return [EndLabel(float((low[last] + high[last]) / 2), span, GREY, x=last)]


def _line(axes: Axes, row: pd.Series, **style: object) -> tuple[int, float] | None:
    known = row.dropna()
    if known.empty:
        return None
    axes.plot(row.index, row.to_numpy(), solid_capstyle="round", **style)  # type: ignore[arg-type]
    return int(known.index[-1]), float(known.iloc[-1])


def _panel(axes: Axes, series: pd.DataFrame, view: View, at: int, year: int) -> list[EndLabel]:
    wide, riket = _wide(series, view.focus[at]), _wide(series, "00")
    colour = FOCUS[at % len(FOCUS)].colour
    labels = _earlier(axes, wide, year)
    style: dict[str, object] = {"color": _tint(colour), "linewidth": 1.5, "linestyle": (0, (5, 2))}
    if end := _line(axes, _year(wide, year - 1), **style):
        labels.append(EndLabel(end[1], f"{year - 1}", colour, x=end[0]))
    style = {"color": RIKET, "linewidth": 1.0, "linestyle": (0, (2, 2))}
    if end := _line(axes, _year(riket, year), **style):
        labels.append(EndLabel(end[1], f"Riket {year} {view.number(end[1])}", INK, x=end[0]))
    style = {"color": colour, "linewidth": 2.6, "marker": "o", "markersize": 3.5}
    if end := _line(axes, _year(wide, year), **style):
        labels.append(EndLabel(end[1], f"{year} {view.number(end[1])}", colour, bold=True, x=end[0]))
    return labels


def _changes(series: pd.DataFrame, view: View, period: str) -> list[tuple[str, float | None, float | None]]:
    """Give name, value and change against the same month a year before, for each kommun in focus."""
    values = series.set_index(["region_code", "period"])["value"]
    out: list[tuple[str, float | None, float | None]] = []
    for code in view.focus:
        now, before = (values.get((code, when)) for when in (period, same_period_last_year(period)))
        change = None if pd.isna(now) or pd.isna(before) else float(now) - float(before)
        out.append((view.name(code), None if pd.isna(now) else float(now), change))
    return out


def _title(view: View, period: str, changes: list[tuple[str, float | None, float | None]]) -> str:
    before = period_text(same_period_last_year(period))
    if len(changes) == 1:
        name, value, change = changes[0]
        tail = "" if change is None else f", {_signed(change, view)} mot {before}"
        return f"{view.measure.short}: {name} {view.number(value)} i {period_text(period)}{tail}"
    listed = [
        f"{name} {view.number(value)}"
        + ("" if change is None else f" ({signed_text(change, view.measure.decimals)})")
        for name, value, change in changes
    ]
    return (
        f"{view.measure.short} i {period_text(period)}: {join_words(listed)}; "
        f"inom parentes skillnaden{view.in_difference_unit} mot {before}"
    )


def _signed(change: float, view: View) -> str:
    return f"{signed_text(change, view.measure.decimals)}{view.difference_unit}"


def _subtitle(view: View) -> str:
    """Say what the measure is, and what a share is a share of."""
    title, whole = view.measure.title, view.measure.denominator
    share = view.measure.unit == "procent" and whole
    return f"{title}. Procent av {whole[:1].lower()}{whole[1:].rstrip('.')}" if share else title


def _about(shown: pd.DataFrame, view: View, period: str, *, zero: bool) -> About:
    changes = _changes(shown, view, period)
    riket = shown.loc[(shown["region_code"] == "00") & (shown["period"] == period), "value"]
    sentences = [
        f"{name}: {view.number(value)}"
        + ("" if change is None else f", {_signed(change, view)} mot året innan")
        + "."
        for name, value, change in changes
    ]
    if riket.notna().any():
        sentences.append(f"Riket: {view.number(float(riket.iloc[0]))}.")
    notes = [
        view.cautions(),
        "Grått fält: lägsta till högsta värde samma månad tidigare år.",
    ]
    if not zero:
        notes.append("Den lodräta axeln börjar inte vid noll.")
    return About(
        id=f"manad_for_manad_{view.measure.id}",
        title=view.title or _title(view, period, changes),
        subtitle=_subtitle(view),
        source=source_line(shown, view.catalog, computed=True),
        alt=f"Linjediagram, en linje per år. {view.measure.title}, {period_text(period)}. {' '.join(sentences)}",
        note=" ".join(filter(None, notes)),
        data=shown,
    )


def panels(chart: Chart, whole: Axes, n: int, height: float) -> list[Axes]:
    """Cut the plot area into panels, the first on top.

    Parameters
    ----------
    chart, whole
        The chart and its plot area, which the panels replace.
    n, height
        How many panels, and the height of each in inches.
    """
    box = whole.get_position()
    whole.remove()
    inch = 1 / chart.get_figheight()
    tops = [box.y1 - (HEAD + at * (HEAD + height + GAP)) * inch for at in range(n)]
    made = [chart.add_axes((box.x0, top - height * inch, box.width, height * inch)) for top in tops]
    for axes in made:
        clean_axes(axes)
    return made


def months(series: pd.DataFrame, view: View) -> Chart:
    """Draw a monthly measure with one line a year, so that a month is read against the same month before.

    Parameters
    ----------
    series
        Observations by month for the kommuner in focus and riket (``00``).
    view
        What to look at; ``view.period`` is the newest month shown if given.

    Returns
    -------
    Chart
        The newest year bold, the year before dashed, earlier years as a grey field, and of what can be compared
        with riket its newest year dotted. Each kommun in focus has a panel of its own, on the same scale.
    """
    period = view.at(series)
    end = series.loc[series["period"] == period, "period_end"].iloc[0]
    regions = [*view.focus, *(("00",) if view.measure.unit in COMPARABLE else ())]
    shown = series.loc[series["region_code"].isin(regions) & (series["period_end"] <= end)]
    known = shown["value"].dropna()
    zero = bool(known.min() < ZERO_FROM * known.max())
    n = len(view.focus)
    height = ALONE if n == 1 else BESIDE
    chart, whole = canvas(
        _about(shown, view, period, zero=zero), n * (HEAD + height) + (n - 1) * GAP, left=0.42, right=MARGIN
    )
    for at, axes in enumerate(panels(chart, whole, n, height)):
        value_axis(axes, float(known.min()), float(known.max()), view.measure.unit, zero=zero)
        colour = FOCUS[at % len(FOCUS)].colour
        axes.set_title(view.name(view.focus[at]), loc="left", size=TEXT, color=colour, weight="bold", pad=4)
        axes.set_xlim(0.7, 12.3)
        axes.set_xticks(range(1, 13), [name[:3] for name in MONTHS])
        axes.tick_params(axis="x", labelsize=SMALL)
        labels = _panel(axes, shown, view, at, int(period[:4]))
        label_ends(axes, labels, 12.42, gap=text_gap(axes, 1.3), leader=Leader(12, 0.12, 12.35, shrink=0))
    return chart
