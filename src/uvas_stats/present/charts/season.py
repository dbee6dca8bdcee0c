"""The same period last year and now, as slopes."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import break_between, place_panel, quartiles, refuse_break, same_period_table
from uvas_stats.numbers import UNROUNDED, differs_as_printed, signed_text
from uvas_stats.periods import same_period_last_year
from uvas_stats.present.cautions import cohort_note, coverage_note
from uvas_stats.present.charts.labels import beside, text_gap
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.place_words import place_text
from uvas_stats.present.source import source_line
from uvas_stats.present.style import GREY, INK, RIKET, TEXT, Line, canvas, line_of, spread
from uvas_stats.present.view import View, join_words

__all__ = ["season"]

PLOT_HEIGHT = 2.3


def season(series: pd.DataFrame, view: View, *, across_break: bool = False) -> Chart:
    """Draw the same period of two years for the kommuner in focus, riket and the group's median.

    Parameters
    ----------
    series
        Observations of the measure. A month is compared with the same month, a year with the year before.
    across_break
        Compare across a declared break; the note then tells of it.

    Raises
    ------
    IndicatorError
        If no kommun in focus has a figure for both periods, or a declared break lies between them.
    """
    period = view.at(series)
    earlier = same_period_last_year(period)
    table = same_period_table(series, [*view.focus, "00"], period)
    in_focus = table.loc[table["region_code"].isin(view.focus)].dropna(subset=["earlier", "value"])
    if in_focus.empty:
        raise IndicatorError(
            f"{view.measure.short} saknas för {view.when(earlier)} eller {view.when(period)}, {view.focus_names}",
            todo="Välj en annan period",
        )
    for code in in_focus["region_code"]:
        breaks = view.catalog.breaks_of(view.measure.id, (code,))
        refuse_break(breaks, code, earlier, period, across_break=across_break)
    median = _median(series, view, earlier, period)
    shown = series.loc[series["period"].isin([earlier, period]) & series["region_code"].isin([*view.focus, "00"])]
    title, alt, broken = _sentences(series, view, period, in_focus)
    about = About(
        id=f"samma_tid_i_fjol_{view.measure.id}",
        title=view.title or title,
        subtitle=f"{view.measure.title}, {_both(view, earlier, period)}{_group(view, median)}",
        source=source_line(shown, view.catalog, computed=median is not None),
        alt=alt,
        note=" ".join(
            filter(
                None,
                [
                    _places(series, view, earlier, period),
                    _note(view, median, broken),
                    _group_broken(view, median, earlier, period),
                    _unrounded(in_focus, view),
                    cohort_note(view, period),
                    coverage_note(view, period),
                ],
            )
        ),
        data=shown,
        derived=_medians(median, earlier, period),
    )
    chart, axes = canvas(about, PLOT_HEIGHT, left=1.7, right=1.75)
    _draw(axes, _slopes(table.dropna(subset=["earlier", "value"]), median, view), view)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 1], [view.when(earlier), view.when(period)])
    axes.tick_params(axis="x", labelsize=TEXT, labelcolor=INK)
    axes.set_yticks([])
    for x in (0, 1):
        axes.axvline(x, color=GREY, linewidth=0.8, clip_on=False)
    return chart


def _median(series: pd.DataFrame, view: View, earlier: str, period: str) -> tuple[float, float] | None:
    if view.group is None:
        return None
    spreads = quartiles(series, view.group.members).set_index("period")
    enough = spreads["n"] >= max(4, len(view.group.members) / 2)
    if not {earlier, period} <= set(spreads.index[enough]):
        return None
    return float(spreads.loc[earlier, "median"]), float(spreads.loc[period, "median"])  # type: ignore[arg-type]


def _unrounded(in_focus: pd.DataFrame, view: View) -> str:
    pairs = zip(in_focus["value"], in_focus["earlier"], strict=True)
    differs = any(differs_as_printed(now, then, view.measure.decimals) for now, then in pairs)
    return f"Skillnaden är {UNROUNDED.replace('räknat', 'räknad')}." if differs else ""


def _group_broken(view: View, median: tuple[float, float] | None, earlier: str, period: str) -> str:
    """Name the breaks of the group's kommuner, if its median is drawn across them."""
    if median is None or view.group is None:
        return ""
    breaks = view.catalog.breaks_of(view.measure.id, view.group.members)
    texts = (break_between([item], member, earlier, period) for item in breaks for member in view.group.members)
    listed = " ".join(dict.fromkeys(filter(None, texts)))
    return f"Tidsseriebrott i gruppen: {listed}" if listed else ""


def _places(series: pd.DataFrame, view: View, earlier: str, period: str) -> str:
    """Say the places of both months, where all kommuner have a figure."""
    both = series.loc[series["period"].isin([earlier, period])]
    if view.measure.period_kind != "month" or view.measure.unit != "procent":
        return ""
    panel = place_panel(both, view.catalog.measures, view.kommuner, view.order)
    panel = panel.loc[panel["n"] >= len(view.kommuner) / 2]
    texts = []
    for code in view.focus:
        places = panel.loc[(panel["region_code"] == code) & panel["value"].notna()].set_index("period")
        if {earlier, period} <= set(places.index):
            then, now = (place_text(*places.loc[at, ["rank_low", "rank_high"]]) for at in (earlier, period))
            texts.append(f"{view.name(code)} plats {then} och {now}")
    if not texts:
        return ""
    return f"Plats {view.when(earlier)} och {view.when(period)}: {join_words(texts)}. {view.direction}."


def _both(view: View, earlier: str, period: str) -> str:
    """Write two periods; of two läsår the word stands once."""
    return f"{view.when(earlier)} och {view.when(period)}".replace("läsåret ", "läsåren ", 1).replace(
        "läsåret ", ""
    )


def _group(view: View, median: tuple[float, float] | None) -> str:
    return "" if median is None else f". Grupp: {view.group_name}"


def _medians(median: tuple[float, float] | None, earlier: str, period: str) -> pd.DataFrame:
    return (
        pd.DataFrame()
        if median is None
        else pd.DataFrame({"Period": [earlier, period], "Gruppens median": median})
    )


def _sentences(series: pd.DataFrame, view: View, period: str, in_focus: pd.DataFrame) -> tuple[str, str, str]:
    """Say how each kommun moved, whether that is better where there is one, and which break lies between."""
    words, alt, broken, verdict = [], [], [], ""
    for code in in_focus["region_code"]:
        change = view.change(series, code, period)
        verdict = _verdict(view, change.direction) if len(in_focus) == 1 else ""
        words.append(f"{view.name(code)} {signed_text(change.difference, view.measure.decimals)}")
        alt.append(
            f"{view.name(code)}: {view.number(change.earlier)} {view.when(change.earlier_period)}, "
            f"{view.number(change.value)} {view.when(period)}."
        )
        broken.append(change.broken_by)
    unit = {"procent": " procentenheter", "plats": " platser"}.get(view.measure.unit, "")
    when = f"{view.when(period)} mot {view.when(same_period_last_year(period)).removeprefix('läsåret ')}"
    title = f"{view.measure.short}, {when}: {join_words(words)}{unit}{verdict}"
    texts = " ".join(dict.fromkeys(filter(None, broken)))
    return title, f"Lutningsdiagram. {view.measure.title}. {' '.join(alt)}", texts


def _verdict(view: View, direction: str) -> str:
    if view.measure.direction == "none" or direction not in ("upp", "ned"):
        return ""
    better = (view.measure.direction == "higher") == (direction == "upp")
    return " (bättre)" if better else " (sämre)"


def _note(view: View, median: tuple[float, float] | None, broken: str) -> str:
    parts = [broken] if broken else []
    if median is not None:
        parts.append("I gruppens median räknas varje kommun lika.")
    if view.measure.unit != "plats":
        parts.append("Den lodräta axeln börjar inte vid noll.")
    else:
        parts.append("1 = högst andel arbetslösa ungdomar; ett större platsnummer är bättre.")
    return " ".join(parts)


@dataclass(frozen=True)
class _Slope:
    name: str
    before: float
    now: float
    line: Line
    width: float
    bold: bool


def _slopes(table: pd.DataFrame, median: tuple[float, float] | None, view: View) -> list[_Slope]:
    slopes = []
    for _, row in table.iterrows():
        code = row["region_code"]
        if code == "00":
            slopes.append(
                _Slope("Riket", row["earlier"], row["value"], Line(RIKET, (0, (4, 2)), "o"), 1.4, bold=False)
            )
        else:
            line = line_of(code, view.focus)
            slopes.append(_Slope(view.name(code), row["earlier"], row["value"], line, 2.4, bold=True))
    if median is not None:
        slopes.append(_Slope("Gruppens median", *median, Line(GREY, "-", "o"), 1.2, bold=False))
    return slopes


def _draw(axes: Axes, slopes: list[_Slope], view: View) -> None:
    low = min(min(slope.before, slope.now) for slope in slopes)
    high = max(max(slope.before, slope.now) for slope in slopes)
    pad = max(0.12 * (high - low), 0.02 * high)
    axes.set_ylim(low - pad, high + pad)
    gap = text_gap(axes)
    left = spread([slope.before for slope in slopes], gap, low - pad, high + pad)
    right = spread([slope.now for slope in slopes], gap, low - pad, high + pad)
    for i, slope in enumerate(slopes):
        line = slope.line
        axes.plot(
            [0, 1],
            [slope.before, slope.now],
            color=line.colour,
            linestyle=line.dash,
            linewidth=slope.width,
            marker=line.marker,
            markersize=4.5,
            clip_on=False,
        )
        for x, y, value, points in ((0, left[i], slope.before, -8), (1, right[i], slope.now, 8)):
            text = f"{slope.name} {view.number(value)}"
            beside(axes, text, (x, y), points, bold=slope.bold, color=line.colour)
