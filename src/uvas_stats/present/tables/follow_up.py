"""The summary of a nuläge, and the follow-up table known from Kommunens Kvalitet i Korthet."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from uvas_stats.indicators import area_share, change_between, difference, performance_group, quartiles, rank
from uvas_stats.numbers import MISSING, number_text, signed_text
from uvas_stats.periods import same_period_last_year
from uvas_stats.present.charts.place import place_text
from uvas_stats.present.figure import About
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Table
from uvas_stats.present.view import STATUS_TEXT, View

__all__ = ["kkik", "summary"]

OUTCOMES = 3
POPULATION = "scb_population"
Row = dict[str, str]


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
    change = change_between(
        series, view.measure, code, period, breaks=view.catalog.breaks_of(view.measure.id), across_break=True
    )
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


def _area_row(
    series: pd.DataFrame, denominators: pd.DataFrame, view: View
) -> tuple[Row | None, pd.DataFrame, str]:
    """Weigh the kommuner in focus together: the row of the newest period that can be, its data, and a note."""
    figures, refused = area_share(series, denominators, view.focus)
    name = f"{view.focus_names} tillsammans"
    newest = view.period or max([*figures["period"], *refused], default="")
    reason = refused.get(newest, "")
    note = (
        f"De {len(view.focus)} kommunerna tillsammans {newest}: {reason[:1].lower()}{reason[1:]}."
        if reason
        else ""
    )
    wanted = figures if view.period is None else figures.loc[figures["period"] == view.period]
    if wanted.empty:
        return None, series.iloc[:0], note
    period, value = str(wanted["period"].iloc[-1]), float(wanted["value"].iloc[-1])
    known = figures.set_index("period")["value"]
    riket = series.loc[series["region_code"] == "00"].set_index("period")["value"].get(period, float("nan"))
    before = known.get(same_period_last_year(period), float("nan"))
    broken = any(item.at == period for item in view.catalog.breaks_of(view.measure.id, view.focus))
    row = dict.fromkeys(_SUMMARY, MISSING) | {
        "Mått": view.measure.short,
        "Kommun": name,
        "Period": period,
        "Värde": view.number(value),
        "Riket": _value(series, view, "00", period),
        "Skillnad mot riket": signed_text(value - riket, view.measure.decimals),
        "Mot året innan": f"{signed_text(value - before, view.measure.decimals)}{'*' if broken else ''}",
    }
    data = [
        frame.loc[frame["region_code"].isin(view.focus) & (frame["period"] == period)]
        for frame in (series, denominators)
    ]
    return row, pd.concat(data), f"{name}: Egen bearbetning, vägt med folkmängd. {note}".strip()


def _areas(
    series: dict[str, pd.DataFrame], views: list[View], denominators: dict[str, pd.DataFrame]
) -> tuple[dict[str, Row], list[pd.DataFrame], str]:
    """Weigh the kommuner together for each measure that has a denominator."""
    rows: dict[str, Row] = {}
    shown, notes = [], []
    for view in views:
        if len(view.focus) > 1 and view.measure.id in denominators:
            people = denominators[view.measure.id]
            row, data, note = _area_row(series[view.measure.id], people, view)
            if people.empty and view.catalog.measures[view.measure.denominator_measure].dataset == POPULATION:
                note += f" Hämta folkmängden med: uvas fetch {POPULATION}."
            rows |= {view.measure.id: row} if row else {}
            shown.append(data)
            notes.append(note)
    return rows, shown, " ".join(filter(None, notes))


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
        The populations of those measures that have one, by measure id: they weigh several kommuner together.
    """
    views = list(views)
    areas, shown, note = _areas(series, views, denominators or {})
    rows = []
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
        if view.measure.id in areas:
            rows.append(areas[view.measure.id])
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
    change = change_between(
        series, view.measure, code, period, breaks=view.catalog.breaks_of(view.measure.id), across_break=True
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
