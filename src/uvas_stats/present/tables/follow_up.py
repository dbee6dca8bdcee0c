"""The summary of a nuläge, and the follow-up table known from Kommunens Kvalitet i Korthet."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import change_between, difference, performance_group, quartiles, rank
from uvas_stats.numbers import MISSING, number_text, signed_text
from uvas_stats.present.coverage import coverage_note
from uvas_stats.present.figure import About
from uvas_stats.present.place_words import place_text, ranked_on
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Table
from uvas_stats.present.tables.weighted import INTERVAL_NOTE, MEDIAN, SUMMARY, interval_text, value_text, weigh
from uvas_stats.present.view import View

__all__ = ["kkik", "summary", "summary_row"]

OUTCOMES = 3

BROKEN_NOTE = "* Över ett tidsseriebrott: de två uppgifterna är inte helt jämförbara."


def _own_period(series: pd.DataFrame, view: View, code: str) -> str | None:
    """Return the newest period of one kommun, or the one asked for."""
    own = series.loc[(series["region_code"] == code) & series["value"].notna()].sort_values("period_end")
    if view.period is not None:
        own = own.loc[own["period"] == view.period]
    return None if own.empty else str(own["period"].iloc[-1])


def _place(series: pd.DataFrame, view: View, code: str, period: str) -> str:
    ranked = rank(series.loc[series["period"] == period], view.measure, view.kommuner, view.order)
    row = ranked.loc[ranked["region_code"] == code].iloc[0]
    n = int(row["n"])
    if n < len(view.kommuner) / 2:
        return MISSING
    return f"{place_text(row['rank_low'], row['rank_high'])} av {n} ({view.place_one})"


def _ranked_on(series: pd.DataFrame, view: View) -> str:
    period = _own_period(series, view, view.focus[0])
    now = series.loc[(series["period"] == period) & series["region_code"].isin(view.kommuner), "value"]
    return ranked_on(now, view)


def _median(series: pd.DataFrame, view: View, period: str) -> str:
    if view.group is None:
        return MISSING
    spreads = quartiles(series.loc[series["period"] == period], view.group.members)
    if spreads.empty or spreads["n"].iloc[0] < len(view.group.members) / 2:
        return MISSING
    return view.number(float(spreads["median"].iloc[0]))


def summary_row(series: pd.DataFrame, view: View, code: str) -> dict[str, str] | None:
    """Write the newest figure of one kommun beside riket, the group, the place and the year before."""
    period = _own_period(series, view, code)
    if period is None:
        return None
    gap = difference(series, code)
    gap_value = gap.loc[gap["period"] == period, "difference"].iloc[0]
    change = change_between(
        series,
        view.measure,
        code,
        period,
        breaks=view.catalog.breaks_of(view.measure.id, (code,)),
        across_break=True,
    )
    mark = "*" if change.broken_by else ""
    return {
        "Mått": view.measure.short,
        "Kommun": view.name(code),
        "Period": period,
        "Värde": value_text(series, view, code, period),
        "Riket": value_text(series, view, "00", period),
        "Skillnad mot riket": signed_text(gap_value, view.measure.decimals),
        MEDIAN: _median(series, view, period),
        "Plats": _place(series, view, code, period),
        "Mot året innan": f"{signed_text(change.difference, view.measure.decimals)}{mark}",
    }


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
    weighed = weigh(series, views, people)
    rows, shown, intervals = [], weighed.data, False
    for view in views:
        own = series[view.measure.id]
        for code in view.focus:
            row = summary_row(own, view, code)
            if row is None:
                rows.append(
                    dict.fromkeys(SUMMARY, MISSING) | {"Mått": view.measure.short, "Kommun": view.name(code)}
                )
                continue
            text, counted = interval_text(own, people.get(view.measure.id), code, row["Period"])
            row["Värde"], intervals = row["Värde"] + text, intervals or bool(text)
            rows.append(row)
            shown.append(own.loc[own["region_code"].isin([code, "00"]) & (own["period"] == row["Period"])])
            shown.append(counted)
        rows += weighed.rows.get(view.measure.id, [])
    cells = pd.DataFrame(rows, columns=list(SUMMARY))
    data = pd.concat(shown, ignore_index=True).drop_duplicates() if shown else pd.DataFrame()
    align = dict(SUMMARY)
    if len(views[0].focus) == 1 and not any(weighed.rows.values()):
        cells = cells.drop(columns="Kommun")
    ranked = dict.fromkeys(filter(None, (_ranked_on(series[view.measure.id], view) for view in views)))
    group = views[0].group_name
    cells = cells.rename(columns={MEDIAN: f"Median, {views[0].group_heading}"})
    about = About(
        id="sammanfattning",
        title=f"{name}: läget i korthet",
        subtitle="Senaste uppgift för varje mått"
        if views[0].period is None
        else f"Uppgifter till och med {views[0].period}",
        source=source_line(data, views[0].catalog, computed=True),
        alt=" ".join(f"{row['Mått']} {row['Kommun']}: {row['Värde']}, riket {row['Riket']}." for row in rows),
        note=(
            f"Plats bland landets kommuner; inom parentes vad plats 1 betyder. {' '.join(ranked)} "
            f"Median av {group}, varje kommun räknas lika. "
            f"Skillnader i procentenheter, räknade på oavrundade tal. {weighed.note} "
            f"{INTERVAL_NOTE if intervals else ''} {_broken(cells['Mot året innan'])} {_coverage(views, series)}"
        ).strip(),
        data=data,
        missing=tuple(weighed.missing),
    )
    return Table(about, cells, tuple(align.get(column, "right") for column in cells.columns))


def _broken(changes: pd.Series) -> str:
    """Explain the mark of changes across a declared break, where there is one."""
    return BROKEN_NOTE if changes.str.endswith("*").any() else ""


def _coverage(views: list[View], series: dict[str, pd.DataFrame]) -> str:
    """Say how complete the reporting is, once for each measure that kommuner report."""
    covered = [view for view in views if view.measure.coverage_measure]
    found = [(view, _own_period(series[view.measure.id], view, view.focus[0])) for view in covered]
    return " ".join(dict.fromkeys(coverage_note(view, period) for view, period in found if period))


def _kkik_row(series: pd.DataFrame, view: View, code: str) -> tuple[dict[str, str], pd.DataFrame] | None:
    own = series.loc[(series["region_code"] == code) & series["value"].notna()].sort_values("period_end")
    if view.period is not None and view.period in set(own["period"]):
        own = own.loc[own["period_end"] <= own.loc[own["period"] == view.period, "period_end"].iloc[0]]
    if own.empty:
        return None
    last = own.tail(OUTCOMES)
    period = str(last["period"].iloc[-1])
    cells = [f"{view.number(value)} ({when})" for when, value in last[["period", "value"]].itertuples(index=False)]
    cells = [MISSING] * (OUTCOMES - len(cells)) + cells
    change = change_between(
        series,
        view.measure,
        code,
        period,
        breaks=view.catalog.breaks_of(view.measure.id, (code,)),
        across_break=True,
    )
    groups = performance_group(series.loc[series["period"] == period], view.measure, view.kommuner)
    enough = len(groups) >= len(view.kommuner) / 2
    group = groups.loc[groups["region_code"] == code, "group"].iloc[0] if enough else None
    row = {
        "Mått": view.measure.short,
        "Kommun": view.name(code),
        "Tredje senaste": cells[0],
        "Näst senaste": cells[1],
        "Senaste": cells[2],
        "Ändring": MISSING if change.direction == "okänd" else change.direction + "*" * bool(change.broken_by),
        "Grupp": group or MISSING,
        "Riket": value_text(series, view, "00", period),
    }
    riket = series.loc[(series["region_code"] == "00") & (series["period"] == period)]
    return row, pd.concat([last, riket])


def kkik(series: dict[str, pd.DataFrame], views: Iterable[View], *, name: str) -> Table:
    """Show the three latest outcomes, the change, and whether the kommun is among the best, middle or worst.

    The best and the worst group are 25 percent each of the kommuner with data, the middle one 50 percent.
    """
    views = list(views)
    found = [(view, _kkik_row(series[view.measure.id], view, code)) for view in views for code in view.focus]
    rows = [row for _, row in found if row is not None]
    if not rows:
        raise IndicatorError(
            f"Utfall i korthet saknar uppgifter för {views[0].focus_names}",
            todo="Hämta dem med",
            command="uvas fetch",
        )
    align = {"Mått": "left", "Kommun": "left", "Ändring": "left", "Grupp": "left"}
    cells = pd.DataFrame([row for row, _ in rows])
    if len(views[0].focus) == 1:
        cells = cells.drop(columns="Kommun")
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
            "50 procent. ”Lika” betyder samma värde med den noggrannhet som visas. "
            f"{_broken(cells['Ändring'])} {_coverage(views, series)}"
        ).strip(),
        data=data,
    )
    return Table(about, cells, tuple(align.get(column, "right") for column in cells.columns))
