"""The place among all kommuner year by year, with the range that ties leave open."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import place_panel, rank
from uvas_stats.periods import period_end
from uvas_stats.present.cautions import coverage_note, with_coverage
from uvas_stats.present.charts.labels import EndLabel, label_ends
from uvas_stats.present.charts.timeline import CROWDED, mark_breaks, pieces, position, time_axis
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.place_words import chance_text, place_text, ranked_on
from uvas_stats.present.source import source_line
from uvas_stats.present.style import GREY, INK, LIGHT, RIKET, SMALL, TEXT, canvas, line_of
from uvas_stats.present.view import View, join_words

__all__ = ["place_over_time"]

PLOT_HEIGHT = 2.6
SEEN = 4
"""Places that a tie must span for its shade to be seen."""


def _complete(series: pd.DataFrame, view: View) -> pd.DataFrame:
    """Keep the periods in which nearly all kommuner have a figure: a place among eight is no place."""
    known = series.loc[series["region_code"].isin(view.kommuner) & series["value"].notna()]
    n = known.groupby("period")["region_code"].size()
    return series.loc[series["period"].isin(n.index[n >= 0.9 * len(view.kommuner)])]


def place_over_time(series: pd.DataFrame, view: View) -> Chart:
    """Draw the place of the kommuner in focus in each period.

    Parameters
    ----------
    series
        Observations of the measure for all kommuner.

    Returns
    -------
    Chart
        A line a kommun; a shade from the lowest to the highest possible place; the better end of the list upwards.
    """
    end = pd.Timestamp(period_end(view.at(series)))
    rows = _complete(series.loc[series["period_end"] <= end], view)
    ranked = rank(rows, view.measure, view.kommuner, view.order, view.chance)
    in_focus = ranked.loc[ranked["region_code"].isin(view.focus) & ranked["value"].notna()]
    if in_focus.empty:
        raise IndicatorError(
            f"{view.measure.short}: plats över tid visas bara när minst 90 procent av kommunerna har uppgift",
            todo="Se plats för ett år i taget",
        )
    n = int(ranked["n"].max())
    riket = _riket(rows, view)
    sentences = [_sentence(in_focus.loc[in_focus["region_code"] == code], view, code) for code in view.focus]
    better = "uppåt är bättre" if view.measure.direction != "none" else "störst platsnummer överst"
    about = About(
        id=f"plats_over_tid_{view.measure.id}",
        title=with_coverage(
            view.title or _title(in_focus, view),
            view,
            str(in_focus["period"].iloc[-1]),
        ),
        subtitle=f"Plats bland {n} kommuner. {view.direction}; {better}.",
        source=source_line(rows, view.catalog, computed=True, n=n),
        alt=f"Linjediagram över plats bland {n} kommuner, {view.direction}. {' '.join(filter(None, sentences))}",
        note=" ".join(
            filter(None, [_note(in_focus, view), coverage_note(view, str(in_focus["period"].iloc[-1]))])
        ),
        data=in_focus,
        derived=_places(in_focus, riket, view),
    )
    chart, axes = canvas(about, PLOT_HEIGHT, left=0.42, right=1.95)
    _axes(axes, in_focus, n, view)
    mark_breaks(axes, view)
    _draw(axes, in_focus, view, riket)
    return chart


def _title(in_focus: pd.DataFrame, view: View) -> str:
    """Say each kommun's first and last place."""
    first, last = in_focus["period"].iloc[[0, -1]]
    moves = []
    for code in view.focus:
        rows = in_focus.loc[in_focus["region_code"] == code, ["rank_low", "rank_high"]]
        if len(rows):
            before, now = (place_text(*pair) for pair in rows.iloc[[0, -1]].itertuples(index=False, name=None))
            moves.append(f"{view.name(code)} från plats {before} till {now}")
    span = f"{view.when(first)}–{view.when(last).removeprefix('läsåret ')}"
    return f"{view.measure.short}, {span}: {join_words(moves)}"


def _riket(rows: pd.DataFrame, view: View) -> pd.DataFrame:
    """Give the place that riket's figure corresponds to in each period, for a measure by month."""
    if view.measure.period_kind != "month":
        return rows.iloc[:0].assign(riket_low=[])
    panel = place_panel(rows, view.catalog.measures, view.kommuner, view.order)
    return panel.drop_duplicates("period").dropna(subset="riket_low").sort_values("period_end")


def _places(in_focus: pd.DataFrame, riket: pd.DataFrame, view: View) -> pd.DataFrame:
    """Write the places as a reader finds them in the workbook."""
    there = riket.set_index("period")["riket_low"].to_dict()
    table = in_focus.assign(
        Kommun=in_focus["region_code"].map(view.name),
        Plats=[place_text(*pair) for pair in in_focus[["rank_low", "rank_high"]].itertuples(index=False)],
        Rikets=in_focus["period"].map(there),
    )
    names = {"period": "Period", "Kommun": "Kommun", "Plats": "Plats", "n": "Kommuner", "Rikets": "Rikets plats"}
    names |= {"likely_low": "Troligen från plats", "likely_high": "Troligen till plats"}
    kept = [name for name in names if name in table and (name != "Rikets" or there)]
    return table[kept].rename(columns=names).reset_index(drop=True)


def _sentence(rows: pd.DataFrame, view: View, code: str) -> str:
    if rows.empty:
        return ""
    first, last = rows.iloc[0], rows.iloc[-1]
    before, now = (place_text(row["rank_low"], row["rank_high"]) for row in (first, last))
    likely = (last["likely_low"], last["likely_high"]) if "likely_low" in last else None
    open_ = chance_text(likely, last.get("usual_move"))
    return (
        f"{view.name(code)}: plats {before} {view.when(first['period'])}, plats {now} {view.when(last['period'])}"
        f"{f' ({open_})' if open_ else ''}."
    )


def _note(in_focus: pd.DataFrame, view: View) -> str:
    parts = []
    if "likely_low" in in_focus:
        parts.append(
            "Det ljusa fältet är platserna som kommunen har i 19 fall av 20, slumpen och tidigare år räknade."
        )
    elif (in_focus["rank_high"] - in_focus["rank_low"] >= SEEN).any():
        parts.append("Skuggan visar möjliga platser där flera kommuner har samma publicerade värde.")
    if view.measure.period_kind == "month":
        parts.append("Ring: samma månad varje år. Jämför en månad bara med samma månad ett annat år.")
    parts.append(ranked_on(in_focus["value"], view))
    parts.append("Små skillnader i andel kan ge stora skillnader i plats.")
    others = [item.text for item in view.catalog.breaks if item.measure == view.measure.id and item.regions]
    parts += others[:1]
    parts.append(view.cautions())
    return " ".join(dict.fromkeys(filter(None, parts)))


def _same_month(axes: Axes, in_focus: pd.DataFrame, rows: pd.DataFrame, view: View, colour: str) -> None:
    """Mark the newest month, and the same month of each year before."""
    if view.measure.period_kind != "month":
        return
    newest = str(in_focus["period"].max())
    same = rows.loc[rows["period"].str[4:] == newest[4:]]
    axes.plot(
        same["period"].map(position),
        same["rank_low"],
        linestyle="",
        marker="o",
        markersize=6,
        markerfacecolor="white",
        markeredgecolor=colour,
        markeredgewidth=1.6,
        zorder=5,
    )


def _draw(axes: Axes, in_focus: pd.DataFrame, view: View, riket: pd.DataFrame) -> None:
    labels = []
    if len(riket):
        for piece in pieces(riket.assign(value=riket["riket_low"]), view, ["00"], "riket_low"):
            axes.plot(piece["x"], piece["riket_low"], color=RIKET, linewidth=1.3, linestyle=(0, (4, 2)))
        newest = float(riket["riket_low"].iloc[-1])
        labels.append(EndLabel(newest, f"Riket motsvarar plats {newest:.0f}", INK))
    for code in view.focus:
        line = line_of(code, view.focus)
        rows = in_focus.loc[in_focus["region_code"] == code]
        if rows.empty:
            continue
        for piece in pieces(rows, view, [code], "rank_low"):
            low, high = piece["rank_low"], piece["rank_high"]
            if "likely_low" in piece:
                likely = piece["likely_low"], piece["likely_high"]
                axes.fill_between(piece["x"], *likely, color=line.colour, alpha=0.13, linewidth=0)
            axes.fill_between(piece["x"], low, high, color=line.colour, alpha=0.22, linewidth=0)
            axes.plot(
                piece["x"],
                low,
                color=line.colour,
                linewidth=2.0,
                linestyle=line.dash,
                marker=line.marker if len(rows) <= CROWDED else "",
                markersize=3.6,
            )
        _same_month(axes, in_focus, rows, view, line.colour)
        last = rows.iloc[-1]
        text = f"{view.name(code)}, plats {place_text(last['rank_low'], last['rank_high'])}"
        labels.append(EndLabel(float(last["rank_low"]), text, line.colour, bold=True))
    n = float(in_focus["n"].max())
    right = max(in_focus["period"].map(position))
    gap = n * TEXT * 1.3 / 72 / PLOT_HEIGHT
    label_ends(axes, labels, right + 0.3, gap=gap, bounds=(1, n))


def _axes(axes: Axes, in_focus: pd.DataFrame, n: int, view: View) -> None:
    """Put the better end of the list at the top, and say in words what the ends are."""
    better_up = view.order == "worst"
    axes.set_ylim((1 - 0.07 * n, n * 1.04) if better_up else (n * 1.04, 1 - 0.07 * n))
    inner = [place for place in range(50, n, 50) if n - place > 25]
    axes.set_yticks([1, *inner, n])
    axes.grid(visible=True, axis="y", color=LIGHT, linewidth=0.6)
    time_axis(axes, list(dict.fromkeys(in_focus.sort_values("period_end")["period"])))
    first = view.direction.removeprefix("1 = ")
    last = first.replace("högst", "lägst") if first.startswith("högst") else first.replace("lägst", "högst")
    left = axes.get_xlim()[0] + 0.1
    for place, text in ((n, last), (1, first)):
        top = (place == n) == better_up
        axes.annotate(
            text,
            (left, place),
            xytext=(0, 1.5 if top else -4),
            textcoords="offset points",
            size=SMALL,
            color=GREY,
            va="bottom" if top else "top",
        )
