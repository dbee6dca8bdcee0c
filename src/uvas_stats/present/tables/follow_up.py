"""The summary of a nuläge, and the follow-up table known from Kommunens Kvalitet i Korthet."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import performance_group
from uvas_stats.numbers import MISSING, UNROUNDED, number_text
from uvas_stats.present.cautions import WILSON, coverage_note
from uvas_stats.present.figure import About
from uvas_stats.present.place_words import ranked_on
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Number, Table
from uvas_stats.present.tables.summary_rows import MEDIAN, area_rows, figure_or_why, period_of, summary_row
from uvas_stats.present.view import View

__all__ = ["kkik", "summary"]

OUTCOMES = 3
INTERVAL_NOTE = f"Inom parentes: intervall på det antal som andel och nämnare ger. {WILSON}"
BROKEN_NOTE = "* Över ett tidsseriebrott: de två uppgifterna är inte helt jämförbara."
_LEFT = {"Mått", "Kommun", "Period"}


def _ranked_on(series: pd.DataFrame, view: View) -> str:
    period = period_of(series, view, view.focus[0])
    now = series.loc[(series["period"] == period) & series["region_code"].isin(view.kommuner), "value"]
    return ranked_on(now, view)


def summary(
    series: dict[str, pd.DataFrame],
    views: Iterable[View],
    *,
    name: str,
    denominators: dict[str, pd.DataFrame] | None = None,
) -> Table:
    """Put the newest figure of each measure beside riket, the group, the place and the year before.

    Parameters
    ----------
    series
        Observations by measure id.
    views
        One view a measure, in the order of the table.
    name
        The programme's name.
    denominators
        The populations of those measures that have one, by measure id: they weigh several kommuner together, and
        give each kommun's share its interval.
    """
    views = list(views)
    people = denominators or {}
    areas = area_rows(series, views, people)
    rows, shown = [], list(areas.data)
    for view in views:
        id_ = view.measure.id
        for code in view.focus:
            row, figures = summary_row(series[id_], view, code, people.get(id_))
            rows.append(row)
            shown.append(figures)
        rows += areas.rows.get(id_, [])
    values = pd.DataFrame([row.cells for row in rows])
    data = pd.concat(shown, ignore_index=True).drop_duplicates()
    if len(views[0].focus) == 1 and not any(areas.rows.values()):
        values = values.drop(columns="Kommun")
    ranked = dict.fromkeys(filter(None, (_ranked_on(series[view.measure.id], view) for view in views)))
    group = views[0].group_name
    values = values.rename(columns={MEDIAN: f"Median, {views[0].group_heading}"})
    about = About(
        id="sammanfattning",
        title=f"{name}: läget i korthet",
        subtitle="Senaste uppgift för varje mått"
        if views[0].period is None
        else f"Uppgifter till och med {views[0].period}",
        source=source_line(data, views[0].catalog, computed=True),
        alt=" ".join(f"{row.measure} {row.name}: {row.cells['Värde']}, riket {row.riket}." for row in rows),
        note=(
            f"Plats bland landets kommuner; inom parentes vad plats 1 betyder. {' '.join(ranked)} "
            f"Median av {group}, varje kommun räknas lika. "
            f"Skillnader i procentenheter, räknade på oavrundade tal. {areas.note} "
            f"{INTERVAL_NOTE if any(row.interval for row in rows) else ''} "
            f"{BROKEN_NOTE if any(row.broken for row in rows) else ''} {_coverage(views, series)}"
        ).strip(),
        data=data,
        missing=tuple(areas.missing),
    )
    return Table(about, values, tuple("left" if name in _LEFT else "right" for name in values.columns))


def _coverage(views: list[View], series: dict[str, pd.DataFrame]) -> str:
    """Say how complete the reporting is, once for each measure that kommuner report."""
    covered = [view for view in views if view.measure.coverage_measure]
    periods = [(view, period_of(series[view.measure.id], view, view.focus[0])) for view in covered]
    return " ".join(dict.fromkeys(coverage_note(view, period) for view, period in periods if period))


def _kkik_row(series: pd.DataFrame, view: View, code: str) -> tuple[dict[str, Number | str], pd.DataFrame] | None:
    known = series.loc[(series["region_code"] == code) & series["value"].notna()].sort_values("period_end")
    if view.period is not None and view.period in set(known["period"]):
        known = known.loc[known["period_end"] <= known.loc[known["period"] == view.period, "period_end"].iloc[0]]
    if known.empty:
        return None
    last = known.tail(OUTCOMES)
    period = str(last["period"].iloc[-1])
    texts = [f"{view.number(value)} ({when})" for when, value in last[["period", "value"]].itertuples(index=False)]
    texts = [MISSING] * (OUTCOMES - len(texts)) + texts
    change = view.change(series, code, period)
    groups = performance_group(series.loc[series["period"] == period], view.measure, view.kommuner)
    enough = len(groups) >= len(view.kommuner) / 2
    group = groups.loc[groups["region_code"] == code, "group"].iloc[0] if enough else None
    row = {
        "Mått": view.measure.short,
        "Kommun": view.name(code),
        "Tredje senaste": texts[0],
        "Näst senaste": texts[1],
        "Senaste": texts[2],
        "Ändring": MISSING if change.direction == "okänd" else change.direction + "*" * bool(change.broken_by),
        "Grupp": group or MISSING,
        "Riket": figure_or_why(series, view, "00", period),
    }
    riket = series.loc[(series["region_code"] == "00") & (series["period"] == period)]
    return row, pd.concat([last, riket])


def kkik(series: dict[str, pd.DataFrame], views: Iterable[View], *, name: str) -> Table:
    """Show the three latest outcomes, the change, and whether the kommun is among the best, middle or worst.

    The best and the worst group are 25 percent each of the kommuner with data, the middle one 50 percent.

    Parameters
    ----------
    series, views
        Observations by measure id, and one view a measure in the order of the table.
    name
        The programme's name.

    Raises
    ------
    IndicatorError
        If no kommun in focus has a figure of any of the measures.
    """
    views = list(views)
    every = [_kkik_row(series[view.measure.id], view, code) for view in views for code in view.focus]
    rows = [row for row in every if row is not None]
    if not rows:
        raise IndicatorError(
            f"Utfall i korthet saknar uppgifter för {views[0].focus_names}",
            todo="Hämta dem med",
            command="uvas fetch",
        )
    values = pd.DataFrame([row for row, _ in rows])
    broken = any(str(change).endswith("*") for change in values["Ändring"])
    if len(views[0].focus) == 1:
        values = values.drop(columns="Kommun")
    data = pd.concat([shown for _, shown in rows], ignore_index=True)
    n = number_text(float(len(views[0].kommuner)), 0)
    about = About(
        id="utfall_i_korthet",
        title=f"{name}: utfall i korthet",
        subtitle="Tre senaste utfall, ändring mot året innan och grupp bland kommunerna",
        source=source_line(data, views[0].catalog, computed=True),
        alt=" ".join(f"{row['Mått']}: {row['Senaste']}, {row['Ändring']}, {row['Grupp']}." for row, _ in rows),
        note=(
            f"Bästa och sämsta gruppen är 25 procent var av kommunerna med uppgift (högst {n}), mellersta gruppen "
            f"50 procent. Ändringen är {UNROUNDED.replace('räknat', 'räknad')}; ”lika” betyder att den är noll "
            "med den noggrannhet som visas. "
            f"{BROKEN_NOTE if broken else ''} {_coverage(views, series)}"
        ).strip(),
        data=data,
    )
    left = {*_LEFT, "Ändring", "Grupp"}
    return Table(about, values, tuple("left" if name in left else "right" for name in values.columns))
