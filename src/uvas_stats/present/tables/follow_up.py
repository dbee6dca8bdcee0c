"""The summary of a nuläge, and the follow-up table known from Kommunens Kvalitet i Korthet."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import change_between, difference, performance_group, quartiles, rank, weighted_share
from uvas_stats.numbers import MISSING, number_text, signed_text
from uvas_stats.present.charts.place import place_text
from uvas_stats.present.figure import About
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Table
from uvas_stats.present.view import STATUS_TEXT, View

__all__ = ["area_note", "kkik", "summary"]

OUTCOMES = 3


def _value(series: pd.DataFrame, view: View, code: str, period: str) -> str:
    """Write a figure, or why it is missing."""
    hit = series.loc[(series["region_code"] == code) & (series["period"] == period)]
    if hit.empty:
        return STATUS_TEXT["not_available"]
    row = hit.iloc[0]
    return STATUS_TEXT[row["status"]] if pd.isna(row["value"]) else view.number(row["value"])


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
    return f"{place_text(row['rank_low'], row['rank_high'])} av {n}"


def _median(series: pd.DataFrame, view: View, period: str) -> str:
    if view.group is None:
        return MISSING
    spreads = quartiles(series.loc[series["period"] == period], view.group.members)
    if spreads.empty or spreads["n"].iloc[0] < len(view.group.members) / 2:
        return MISSING
    return view.number(float(spreads["median"].iloc[0]))


def _summary_row(series: pd.DataFrame, view: View, code: str) -> dict[str, str] | None:
    period = _own_period(series, view, code)
    if period is None:
        return None
    gap = difference(series, code)
    gap_value = gap.loc[gap["period"] == period, "difference"].iloc[0]
    change = change_between(series, view.measure, code, period, breaks=view.catalog.breaks_of(view.measure.id))
    mark = "*" if change.broken_by else ""
    return {
        "Mått": view.measure.short,
        "Kommun": view.name(code),
        "Period": period,
        "Värde": _value(series, view, code, period),
        "Riket": _value(series, view, "00", period),
        "Skillnad mot riket": signed_text(gap_value, view.measure.decimals),
        "Gruppens median": _median(series, view, period),
        "Plats": _place(series, view, code, period),
        "Mot året innan": f"{signed_text(change.difference, view.measure.decimals)}{mark}",
    }


def area_note(series: pd.DataFrame, denominators: pd.DataFrame | None, members: tuple[str, ...]) -> str:
    """Say why several kommuner have no figure together, where the denominator is missing; else nothing."""
    if len(members) == 1:
        return ""
    try:
        weighted_share(series, series.iloc[:0] if denominators is None else denominators, members)
    except IndicatorError as error:
        return f"De {len(members)} kommunerna tillsammans: {error.what[0].lower()}{error.what[1:]}."
    return ""


def summary(series: dict[str, pd.DataFrame], views: Iterable[View], *, name: str, note: str) -> Table:
    """Put the newest figure of each measure beside riket, the group, the place and the year before.

    Parameters
    ----------
    series
        Observations by measure id.
    views
        One view a measure, in the order of the table.
    name, note
        The programme's name, and what else the reader must know (such as why an area has no figure).
    """
    views = list(views)
    rows, shown = [], []
    for view in views:
        own = series[view.measure.id]
        for code in view.focus:
            row = _summary_row(own, view, code)
            if row is None:
                rows.append(
                    dict.fromkeys(_SUMMARY, MISSING) | {"Mått": view.measure.short, "Kommun": view.name(code)}
                )
                continue
            rows.append(row)
            shown.append(own.loc[own["region_code"].isin([code, "00"]) & (own["period"] == row["Period"])])
    cells = pd.DataFrame(rows, columns=list(_SUMMARY))
    data = pd.concat(shown, ignore_index=True).drop_duplicates() if shown else pd.DataFrame()
    align = dict(_SUMMARY)
    if len(views[0].focus) == 1:
        cells = cells.drop(columns="Kommun")
    directions = "; ".join(f"{view.measure.short}: {view.direction}" for view in views)
    group = views[0].group_name
    about = About(
        id="sammanfattning",
        title=f"{name}: läget i korthet",
        subtitle="Senaste uppgift för varje mått"
        if views[0].period is None
        else f"Uppgifter till och med {views[0].period}",
        source=source_line(data, views[0].catalog, computed=True),
        alt=" ".join(f"{row['Mått']} {row['Kommun']}: {row['Värde']}, riket {row['Riket']}." for row in rows),
        note=(
            f"Plats bland landets kommuner. {directions}. Gruppen: {group}. "
            f"Skillnader i procentenheter, räknade på oavrundade tal. {note}"
        ).strip(),
        data=data,
    )
    return Table(about, cells, tuple(align[column] for column in cells.columns))


_SUMMARY = {
    "Mått": "left",
    "Kommun": "left",
    "Period": "left",
    "Värde": "right",
    "Riket": "right",
    "Skillnad mot riket": "right",
    "Gruppens median": "right",
    "Plats": "right",
    "Mot året innan": "right",
}


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
    change = change_between(series, view.measure, code, period, breaks=view.catalog.breaks_of(view.measure.id))
    groups = performance_group(series.loc[series["period"] == period], view.measure, view.kommuner)
    enough = len(groups) >= len(view.kommuner) / 2
    group = groups.loc[groups["region_code"] == code, "group"].iloc[0] if enough else None
    row = {
        "Mått": view.measure.short,
        "Kommun": view.name(code),
        "Tredje senaste": cells[0],
        "Näst senaste": cells[1],
        "Senaste": cells[2],
        "Ändring": MISSING if change.direction == "okänd" else change.direction,
        "Grupp": group or MISSING,
        "Riket": _value(series, view, "00", period),
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
            "50 procent. ”Lika” betyder samma värde med den noggrannhet som visas."
        ),
        data=data,
    )
    return Table(about, cells, tuple(align.get(column, "right") for column in cells.columns))
