"""A measure over time for the kommuner in focus, against riket and the middle half of a group."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.indicators import quartiles
from uvas_stats.periods import period_end
from uvas_stats.present.cautions import cohort_note, coverage_note
from uvas_stats.present.charts.labels import EndLabel, Leader, label_ends
from uvas_stats.present.charts.timeline import CROWDED, mark_breaks, pieces, position, time_axis
from uvas_stats.present.charts.weighted import AreaLine, area_line
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.source import source_line
from uvas_stats.present.style import GREY, INK, LIGHT, RIKET, SMALL, canvas, line_of, value_axis
from uvas_stats.present.view import View, join_words

__all__ = ["quartile_rows", "trend"]

PLOT_HEIGHT = 2.75
SMALLEST_BAND = 4
"""A group of fewer kommuner has no quartiles worth showing."""
MONTHS_SHOWN = 60
"""A measure by month is shown for five years; the seasons of twenty make a hatching of the lines."""
ZERO_FROM = 0.6
"""The value axis starts at zero where the lowest value is less than this share of the highest."""


def _draw(axes: Axes, parts: list[pd.DataFrame], **style: object) -> None:
    for piece in parts:
        axes.plot(piece["x"], piece["value"], solid_capstyle="round", **style)  # type: ignore[arg-type]


def _spreads(series: pd.DataFrame, view: View) -> pd.DataFrame | None:
    """Compute the group's quartiles for the periods where at least half of the members have a figure."""
    if view.group is None or len(view.group.members) < SMALLEST_BAND:
        return None
    spreads = quartiles(series, view.group.members)
    spreads = spreads.loc[spreads["n"] >= len(view.group.members) / 2]
    return spreads if len(spreads) > 1 else None


def _draw_band(axes: Axes, spreads: pd.DataFrame, view: View) -> EndLabel:
    last = float(spreads["median"].iloc[-1])
    members = view.group.members if view.group is not None else ()
    for piece in pieces(spreads, view, members, "median"):
        axes.fill_between(piece["x"], piece["q1"], piece["q3"], color=LIGHT, alpha=0.75, linewidth=0)
        axes.plot(piece["x"], piece["median"], color=GREY, linewidth=1.0)
    return EndLabel(last, f"Gruppens median {view.number(last)}", GREY)


def _alt(shown: pd.DataFrame, view: View, weighted: AreaLine) -> str:
    sentences = []
    for code in (*view.focus, "00"):
        rows = shown.loc[(shown["region_code"] == code) & shown["value"].notna()]
        if len(rows):
            first, last = rows.iloc[0], rows.iloc[-1]
            sentences.append(
                f"{view.name(code)}: {view.number(first['value'])} {view.when(first['period'])}, "
                f"{view.number(last['value'])} {view.when(last['period'])}."
            )
    return f"Linjediagram. {view.measure.title}. {' '.join(sentences)}{weighted.sentence(view)}"


def _shown(series: pd.DataFrame, view: View) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the rows of the chart: the lines (focus and riket), and the group's members beside them."""
    end = pd.Timestamp(period_end(view.at(series)))
    in_focus = series.loc[series["region_code"].isin(view.focus) & series["value"].notna(), "period_end"]
    first = in_focus.min()
    if view.measure.period_kind == "month":
        first = max(first, end - pd.DateOffset(months=MONTHS_SHOWN))
    rows = series.loc[series["period_end"].between(first, end)]
    members = rows["region_code"].isin(view.group.members if view.group is not None else ())
    return rows.loc[rows["region_code"].isin([*view.focus, "00"])], rows.loc[members]


def quartile_rows(spreads: pd.DataFrame | None) -> pd.DataFrame:
    """Write quartiles of a group as a reader finds them in the workbook."""
    if spreads is None:
        return pd.DataFrame()
    names = {"period": "Period", "q1": "Undre kvartil", "median": "Median", "q3": "Övre kvartil", "n": "Kommuner"}
    return spreads[list(names)].rename(columns=names).reset_index(drop=True)


def _source(main: pd.DataFrame, view: View, spreads: pd.DataFrame | None) -> str:
    line = source_line(main, view.catalog, computed=False)
    return line if spreads is None else f"{line} Gruppens median och fält: egen bearbetning."


def _title(main: pd.DataFrame, view: View, newest: str) -> str:
    """Say the newest figure of each kommun in focus, and riket's."""
    known = main.loc[main["value"].notna()].sort_values("period_end").drop_duplicates("region_code", keep="last")
    rows = known[["region_code", "period", "value"]].itertuples(index=False, name=None)
    last = {str(code): (str(period), float(value)) for code, period, value in rows}
    texts = {}
    for code in (code for code in (*view.focus, "00") if code in last):
        period, value = last[code]
        older = "" if period == newest else f" ({view.when(period)})"
        texts[code] = f"{view.number(value)}{older}"
    riket = f"; riket {texts.pop('00')}" if "00" in texts else ""
    listed = join_words([f"{view.name(code)} {text}" for code, text in texts.items()])
    return f"{view.measure.short}, {view.when(newest)}: {listed}{riket}"


def _subtitle(view: View, spreads: pd.DataFrame | None, periods: list[str]) -> str:
    group = "" if spreads is None else f". Grupp: {view.group_name}"
    first, last = (view.when(period) for period in (periods[0], periods[-1]))
    span = f"{first}–{last.removeprefix('läsåret ')}"
    return f"{view.measure.title}. {view.measure.unit.capitalize()}, {span}{group}"


def _note(view: View, spreads: pd.DataFrame | None, periods: list[str], weighted: AreaLine, *, zero: bool) -> str:
    members = () if spreads is None or view.group is None else view.group.members
    notes = [view.cautions((*view.focus, *members)), coverage_note(view, periods[-1])]
    notes.append(cohort_note(view, periods[-1]))
    if spreads is not None and view.group is not None:
        since = str(spreads["period"].iloc[0])
        late = "" if since == periods[0] else f"; uppgift för alla finns från {since}"
        notes.append(f"Grått fält: mellersta hälften av {view.group_name}{late}.")
    notes += weighted.notes
    if not zero:
        notes.append("Den lodräta axeln börjar inte vid noll.")
    return " ".join(filter(None, notes))


def trend(
    series: pd.DataFrame,
    view: View,
    printed: pd.DataFrame | None = None,
    denominators: pd.DataFrame | None = None,
    area: str = "Tillsammans",
) -> Chart:
    """Draw a measure over time.

    Parameters
    ----------
    series
        Observations of the measure for the kommuner in focus, riket (``00``) and the group's members.
    view
        What to look at; ``view.period`` ends the series if given.
    printed
        The programme document's own figures of the same measure, shown as hollow diamonds.
    denominators
        What the share is of. With it several kommuner have a line together, and the newest shares an interval.
    area
        What the kommuner in focus are called together.

    Returns
    -------
    Chart
        Lines for the kommuner in focus, a dashed line for riket, a grey band for the middle half of the group.
        Lines stop at breaks.
    """
    main, members = _shown(series, view)
    periods = list(dict.fromkeys(main.sort_values("period_end")["period"]))
    known = main["value"].dropna()
    zero = bool(known.min() < ZERO_FROM * known.max())
    spreads = _spreads(members, view)
    weighted = area_line(main, view, denominators, area)
    data = main if spreads is None else pd.concat([main, members]).drop_duplicates(["region_code", "period"])
    about = About(
        id=f"utveckling_{view.measure.id}",
        title=view.title or _title(main, view, periods[-1]),
        subtitle=_subtitle(view, spreads, periods),
        source=_source(main, view, spreads),
        alt=_alt(main, view, weighted),
        note=_note(view, spreads, periods, weighted, zero=zero),
        data=data,
        derived=weighted.rows(quartile_rows(spreads), view),
    )
    chart, axes = canvas(about, PLOT_HEIGHT, left=0.42, right=1.65)
    value_axis(axes, *_limits(pd.concat([known, weighted.ends]), spreads), view.measure.unit, zero=zero)
    time_axis(axes, periods)
    concerned = view.focus if spreads is None or view.group is None else (*view.focus, *view.group.members)
    mark_breaks(axes, view, concerned)
    labels = [] if spreads is None else [_draw_band(axes, spreads, view)]
    labels += _draw_lines(axes, main, view)
    labels += _draw_weighted(axes, weighted, view)
    _draw_printed(axes, printed)
    end = position(periods[-1])
    label_ends(axes, labels, end + 0.28, leader=Leader(end, 0.02, end + 0.26))
    return chart


def _limits(known: pd.Series, spreads: pd.DataFrame | None) -> tuple[float, float]:
    every = known if spreads is None else pd.concat([known, spreads["q1"], spreads["q3"]])
    return float(every.min()), float(every.max())


def _draw_lines(axes: Axes, main: pd.DataFrame, view: View) -> list[EndLabel]:
    labels = []
    riket = main.loc[main["region_code"] == "00"]
    if riket["value"].notna().any():
        _draw(axes, pieces(riket, view, ["00"]), color=RIKET, linewidth=1.4, linestyle=(0, (4, 2)))
        last = riket.loc[riket["value"].notna()].iloc[-1]
        labels.append(EndLabel(last["value"], f"Riket {view.number(last['value'])}", INK))
    for code in view.focus:
        line = line_of(code, view.focus)
        rows = main.loc[main["region_code"] == code]
        if rows["value"].notna().any():
            style = {"color": line.colour, "linewidth": 2.2, "linestyle": line.dash, "marker": line.marker}
            _draw(axes, pieces(rows, view, [code]), **style, markersize=4.0 if len(rows) <= CROWDED else 0.0)
            last = rows.loc[rows["value"].notna()].iloc[-1]
            labels.append(
                EndLabel(last["value"], f"{view.name(code)} {view.number(last['value'])}", line.colour, bold=True)
            )
    return labels


def _draw_weighted(axes: Axes, weighted: AreaLine, view: View) -> list[EndLabel]:
    """Draw the newest shares' intervals, and the line of the kommuner together if there is one."""
    for _, row in weighted.intervals.iterrows():
        colour = line_of(row["region_code"], view.focus).colour
        x = position(row["period"])
        axes.plot([x, x], [row["lower"], row["upper"]], color=colour, alpha=0.35, linewidth=3, zorder=1)
    if weighted.area.empty:
        return []
    _draw(axes, pieces(weighted.area, view, view.focus), color=INK, linewidth=2.4)
    last = float(weighted.area["value"].iloc[-1])
    text = weighted.name if weighted.until else f"{weighted.name} {view.number(last)}"
    return [EndLabel(last, text, INK, bold=True)]


def _draw_printed(axes: Axes, printed: pd.DataFrame | None) -> None:
    if printed is None or printed.empty:
        return
    known = printed.loc[printed["value"].notna()]
    axes.plot(
        known["period"].map(position),
        known["value"],
        linestyle="",
        marker="D",
        markersize=6,
        markerfacecolor="none",
        markeredgecolor=INK,
    )
    for period, value in known[["period", "value"]].itertuples(index=False):
        axes.annotate(
            "enligt dokumentet",
            (position(period), value),
            xytext=(6, 6),
            textcoords="offset points",
            size=SMALL,
            color=INK,
        )
