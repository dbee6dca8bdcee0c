"""School results over läsår, one panel a measure: intervals are bars, what is suppressed is a gap that says so."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.catalog.model import Break
from uvas_stats.errors import IndicatorError
from uvas_stats.present.cautions import cohort_note
from uvas_stats.present.charts.labels import EndLabel, label_ends
from uvas_stats.present.charts.school_figures import (
    GAPS,
    Drawn,
    Median,
    Panel,
    gaps,
    is_interval,
    newest_text,
    shown_of,
)
from uvas_stats.present.charts.timeline import mark_breaks, pieces, position, time_axis
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.source import source_line
from uvas_stats.present.style import (
    FOCUS,
    GREY,
    INK,
    RIKET,
    SMALL,
    TEXT,
    WIDTH,
    canvas,
    clean_axes,
    line_of,
    value_axis,
)
from uvas_stats.present.view import View

__all__ = ["Panel", "school"]

ONE, MANY = 2.75, 1.55
"""Inches: the height of a panel that stands alone, and of one among several."""
HEAD, FOOT, LEGEND = 0.26, 0.3, 0.22
"""Inches above a panel for its title, under it for its läsår, and for the line that says what the lines are."""
LEFT, RIGHT_ONE, RIGHT_MANY = 0.45, 1.95, 0.86
WORD = 0.62
"""Inches that a word standing on end takes at the foot of a panel."""
SCHOOLS = "Skolkommun: eleverna räknas i den kommun där skolan ligger."
NEAR_ALL = "Stapel: 1–4 elever nådde inte dit (~100 hos Skolverket); andelen ligger någonstans på stapeln."


def school(panels: Sequence[Panel], *, id: str, title: str, what: str) -> Chart:  # noqa: A002
    """Draw school results over läsår.

    Parameters
    ----------
    panels
        One a measure; those without a figure of any kommun in focus are left out.
    id
        What the chart is called in files.
    title
        What the measures have in common; a title of the views takes its place.
    what
        What a läsår is: ``Läsår``, ``Startläsår`` or ``Avgångsläsår``.

    Returns
    -------
    Chart
        Lines for the kommuner in focus, riket dashed where the source has it, and the median of the group.

    Raises
    ------
    IndicatorError
        If no panel has a figure of a kommun in focus.
    """
    drawn = [one for panel in panels if (one := shown_of(panel)) is not None]
    if not drawn:
        view = panels[0].view
        words = f"{title[:1].upper()}{title[1:]}"
        raise IndicatorError(
            f"{words}: inga uppgifter för {view.focus_names}, som kan sakna sådana skolor eller ha för få elever"
        )
    view = drawn[0].panel.view
    periods = sorted({period for one in drawn for period in one.periods}, key=position)
    shown = pd.concat([part for one in drawn for part in (one.in_focus, one.riket, one.median.rows) if len(part)])
    shown = shown.drop_duplicates(["measure", "region_code", "period"])
    medians = [one.median for one in drawn if len(one.median.points)]
    about = About(
        id=id,
        title=view.title or f"{view.focus_names}: {title}",
        subtitle=f"{what} {periods[0]}–{periods[-1]}. {_units(drawn)}",
        source=source_line(shown, view.catalog, computed=False) + _computed(medians),
        alt=f"Linjediagram över läsår. {' '.join(_alt(one) for one in drawn)}",
        note=_note(drawn, medians),
        data=shown,
        derived=pd.concat([one.derived() for one in medians], ignore_index=True) if medians else pd.DataFrame(),
    )
    return _draw(about, drawn, view)


def _computed(medians: Sequence[Median]) -> str:
    return f" {medians[0].name}: egen bearbetning." if medians else ""


def _units(drawn: Sequence[Drawn]) -> str:
    units = dict.fromkeys(one.panel.view.measure.unit for one in drawn)
    return f"{', '.join(units).capitalize()}, skolkommun."


def _alt(one: Drawn) -> str:
    view = one.panel.view
    parts = []
    for code in view.focus:
        rows = one.in_focus.loc[one.in_focus["region_code"] == code]
        parts += [f"{view.name(code)} {newest_text(rows, view, dated=True)}"] if len(rows) else []
    if len(one.median.points):
        parts.append(f"{one.median.name.lower()} {one.median.newest(view)}")
    sentence = ", ".join(parts)
    return f"{one.panel.title}: {sentence}." if one.panel.title else f"{sentence[:1].upper()}{sentence[1:]}."


def _note(drawn: Sequence[Drawn], medians: Sequence[Median]) -> str:
    notes = [SCHOOLS]
    if any(is_interval(one.in_focus).any() for one in drawn):
        notes.append(NEAR_ALL)
    words = {word for one in drawn for word, *_ in gaps(one.in_focus, one.panel.view)}
    if GAPS["suppressed"] in words:
        notes.append("Sekretess: för få elever, eller en uppgift som annars kunde räknas ut.")
    if medians:
        notes.append(medians[0].note(drawn[0].panel.view))
    if not any(one.riket["value"].notna().any() for one in drawn):
        notes.append("Riket finns inte i rapporten per kommun.")
    notes += dict.fromkeys(item.text for one in drawn for item in _breaks(one))
    notes += dict.fromkeys(cohort_note(one.panel.view, one.periods[-1]) for one in drawn)
    notes.append("De lodräta axlarna börjar inte vid noll." if len(drawn) > 1 else "Axeln börjar inte vid noll.")
    return " ".join(filter(None, notes))


def _breaks(one: Drawn) -> list[Break]:
    """Give the breaks within the läsår that are drawn."""
    first, last = position(one.periods[0]), position(one.periods[-1])
    view = one.panel.view
    return [
        item for item in view.catalog.breaks_of(view.measure.id, view.focus) if first < position(item.at) <= last
    ]


def _draw(about: About, drawn: Sequence[Drawn], view: View) -> Chart:
    """Place the panels in one column, or in two."""
    columns = 1 if len(drawn) == 1 else 2
    lines = -(-len(drawn) // columns)
    tall = ONE if columns == 1 else MANY
    head = 0.0 if columns == 1 else HEAD
    height = LEGEND + lines * (head + tall) + (lines - 1) * FOOT
    chart, area = canvas(about, height, left=0.0, right=0.0, below=FOOT)
    box = area.get_position()
    area.remove()
    inch = box.height / height
    wide = box.width / columns
    right = (RIGHT_ONE if columns == 1 else RIGHT_MANY) / WIDTH
    _legend(chart, drawn, view, box.x0, box.y1)
    for number, one in enumerate(drawn):
        line, column = divmod(number, columns)
        bottom = box.y1 - (LEGEND + (line + 1) * (head + tall) + line * FOOT) * inch
        axes = chart.add_axes(
            (box.x0 + column * wide + LEFT / WIDTH, bottom, wide - LEFT / WIDTH - right, tall * inch)
        )
        clean_axes(axes)
        _draw_panel(axes, one, tall, alone=columns == 1)
    return chart


def _legend(chart: Chart, drawn: Sequence[Drawn], view: View, x: float, y: float) -> None:
    """Say what each line is, once for all panels."""
    entries = [
        (view.name(code), line.colour, line.dash, 2.2, line.marker)
        for code, line in ((code, line_of(code, view.focus)) for code in view.focus)
        if any((one.in_focus["region_code"] == code).any() for one in drawn)
    ]
    if any(one.riket["value"].notna().any() for one in drawn):
        entries.append(("Riket", RIKET, (0, (4, 2)), 1.4, ""))
    medians = [one.median for one in drawn if len(one.median.points)]
    if medians:
        entries.append((medians[0].name, GREY, "-", 1.0, ""))
    from matplotlib.lines import Line2D

    handles = [
        Line2D(
            [],
            [],
            color=colour,
            linestyle=dash,  # type: ignore[arg-type]
            linewidth=width,
            marker=marker,
            markersize=4,
            label=name,
        )
        for name, colour, dash, width, marker in entries
    ]
    chart.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(x, y), ncols=len(handles), frameon=False,
        fontsize=SMALL, borderaxespad=0, borderpad=0, handlelength=2.0, columnspacing=1.2, handletextpad=0.5,
    )  # fmt: skip


def _draw_panel(axes: Axes, one: Drawn, tall: float, *, alone: bool) -> None:
    view, in_focus = one.panel.view, one.in_focus
    values = pd.concat(
        [
            in_focus["value"],
            in_focus["lower"],
            in_focus["upper"].clip(upper=view.measure.maximum),
            one.riket["value"],
        ]
    )
    values = pd.concat([values, *(one.median.points[name] for name in ("low", "high"))]).dropna()
    value_axis(axes, float(values.min()), float(values.max()), view.measure.unit, zero=False)
    low, high = axes.get_ylim()
    words = gaps(in_focus, view)
    if words:  # room for the words under the lines
        low = low - (high - low) * WORD / (tall - WORD)
        axes.set_ylim(low, high)
        axes.set_yticks([tick for tick in axes.get_yticks() if max(0.0, low) <= tick <= high])
        axes.set_ylim(low, high)
    time_axis(axes, one.periods)
    if not alone:
        _fewer_labels(axes, one.periods)
        axes.set_title(one.panel.title, size=TEXT, loc="left", x=0, pad=4, color=INK, weight="bold")
    mark_breaks(axes, view)
    for word, x, line in words:
        colour = GREY if line is None else FOCUS[line].colour
        axes.annotate(
            word, (x, 0), xycoords=("data", "axes fraction"), xytext=(0, 2), textcoords="offset points",
            size=SMALL, rotation=90, ha="center", va="bottom", color=colour, style="italic",
        )  # fmt: skip
    label_ends(axes, _draw_lines(axes, one, alone=alone), position(one.periods[-1]), points=9)


def _fewer_labels(axes: Axes, periods: list[str]) -> None:
    """Label the first and the newest läsår, and one between where there is room."""
    shown = periods if len(periods) < 4 else [periods[0], periods[len(periods) // 2], periods[-1]]
    axes.set_xticks([position(period) for period in shown], shown)


def _draw_lines(axes: Axes, one: Drawn, *, alone: bool) -> list[EndLabel]:
    """Draw median, riket and kommuner; give where each ends, and what its label says."""
    view, labels, size = one.panel.view, [], TEXT if alone else SMALL
    if len(one.median.points):
        points = one.median.points.assign(x=one.median.points["period"].map(position))
        axes.fill_between(points["x"], points["low"], points["high"], color=GREY, alpha=0.25, linewidth=0)
        for name in ("low", "high"):
            axes.plot(points["x"], points[name], color=GREY, linewidth=1.0)
        middle = float(points[["low", "high"]].iloc[-1].mean())
        labels.append(EndLabel(middle, f"{one.median.name} " * alone + one.median.newest(view), GREY, size=size))
    riket = one.riket.loc[one.riket["value"].notna()]
    if len(riket):
        for piece in pieces(riket, view, ["00"]):
            axes.plot(piece["x"], piece["value"], color=RIKET, linewidth=1.4, linestyle=(0, (4, 2)))
        last = float(riket["value"].iloc[-1])
        labels.append(EndLabel(last, "Riket " * alone + view.number(last), INK, size=size))
    for code in view.focus:
        line = line_of(code, view.focus)
        rows = one.in_focus.loc[one.in_focus["region_code"] == code]
        known = rows.loc[rows["value"].notna() | is_interval(rows)]
        if known.empty:
            continue
        for piece in pieces(rows, view, [code]):
            axes.plot(
                piece["x"], piece["value"], color=line.colour, linewidth=2.2, linestyle=line.dash,
                marker=line.marker, markersize=4.0, solid_capstyle="round",
            )  # fmt: skip
        for period, low, high in rows.loc[is_interval(rows), ["period", "lower", "upper"]].to_numpy():
            x = position(period)
            axes.plot([x, x], [low, high], color=line.colour, linewidth=6, alpha=0.55, solid_capstyle="butt")
        newest = known.iloc[-1]
        middle = newest["value"] if pd.notna(newest["value"]) else (newest["lower"] + newest["upper"]) / 2
        text = newest_text(rows, view, dated=newest["period"] != one.periods[-1])
        text = text if alone else text.replace(" (", "\n(")
        text = f"{view.name(code)} " * alone + text
        labels.append(EndLabel(float(middle), text, line.colour, bold=True, size=size))
    return labels
