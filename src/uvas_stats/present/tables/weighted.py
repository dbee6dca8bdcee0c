"""Rows of several kommuner together in the summary, and the interval of a kommun's own share."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from uvas_stats.indicators import area_share, break_between, share_intervals
from uvas_stats.numbers import MISSING, count_word, number_text, signed_text
from uvas_stats.periods import same_period_last_year
from uvas_stats.present.figure import Missing
from uvas_stats.present.view import STATUS_TEXT, View

__all__ = ["INTERVAL_NOTE", "MEDIAN", "SUMMARY", "Row", "Weighed", "interval_text", "value_text", "weigh"]

Row = dict[str, str]
POPULATION = "scb_population"
INTERVAL_NOTE = (
    "Inom parentes: 95 % intervall (Wilson) för slumpvariation mellan år, på det antal som andel och nämnare ger."
)
MEDIAN = "Gruppens median"
SUMMARY = {
    "Mått": "left",
    "Kommun": "left",
    "Period": "left",
    "Värde": "right",
    "Riket": "right",
    "Skillnad mot riket": "right",
    MEDIAN: "right",
    "Plats": "right",
    "Mot året innan": "right",
}


@dataclass
class Weighed:
    """What is weighed together: rows by measure, the figures they rest on, and what is to be said of them."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    data: list[pd.DataFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    @property
    def note(self) -> str:
        """The notes, each once."""
        return " ".join(dict.fromkeys(filter(None, self.notes)))


def value_text(series: pd.DataFrame, view: View, code: str, period: str) -> str:
    """Write a figure, or why it is missing."""
    hit = series.loc[(series["region_code"] == code) & (series["period"] == period)]
    if hit.empty:
        return STATUS_TEXT["not_available"]
    row = hit.iloc[0]
    return STATUS_TEXT[row["status"]] if pd.isna(row["value"]) else view.number(row["value"])


def interval_text(
    series: pd.DataFrame, denominators: pd.DataFrame | None, code: str, period: str
) -> tuple[str, pd.DataFrame]:
    """Write the interval of a share of a known denominator, such as `` (8,0–10,5)``, and give the denominator."""
    if denominators is None or denominators.empty:
        return "", series.iloc[:0]
    own, people = (
        frame.loc[(frame["region_code"] == code) & (frame["period"] == period) & frame["value"].notna()]
        for frame in (series, denominators)
    )
    if own.empty or people.empty:
        return "", series.iloc[:0]
    found = share_intervals(own, people).iloc[0]
    return f" ({number_text(found['lower_pct'], 1)}–{number_text(found['upper_pct'], 1)})", people


def _row(
    series: pd.DataFrame, denominators: pd.DataFrame, view: View, members: tuple[str, ...], name: str, short: str
) -> tuple[Row | None, pd.DataFrame, str]:
    """Weigh kommuner together: the row of the newest period that can be, its data, and why a newer one cannot."""
    figures, refused = area_share(series, denominators, members)
    newest = view.period or max([*figures["period"], *refused], default="")
    reason = refused.get(newest, "")
    note = f"{short} {newest}: {reason[:1].lower()}{reason[1:]}." if reason else ""
    wanted = figures if view.period is None else figures.loc[figures["period"] == view.period]
    if wanted.empty:
        return None, series.iloc[:0], note
    period, value = str(wanted["period"].iloc[-1]), float(wanted["value"].iloc[-1])
    known = figures.set_index("period")["value"]
    riket = series.loc[series["region_code"] == "00"].set_index("period")["value"].get(period, float("nan"))
    earlier = same_period_last_year(period)
    before = known.get(earlier, float("nan"))
    breaks = view.catalog.breaks_of(view.measure.id, members)
    broken = any(break_between(breaks, member, earlier, period) for member in members)
    row = dict.fromkeys(SUMMARY, MISSING) | {
        "Mått": view.measure.short,
        "Kommun": name,
        "Period": period,
        "Värde": view.number(value),
        "Riket": value_text(series, view, "00", period),
        "Skillnad mot riket": signed_text(value - riket, view.measure.decimals),
        "Mot året innan": f"{signed_text(value - before, view.measure.decimals)}{'*' if broken else ''}",
    }
    known_people = view.catalog.measures[view.measure.denominator_measure].dataset == POPULATION
    by = "folkmängden" if known_people else "antalet i nämnaren"
    data = [
        frame.loc[frame["region_code"].isin(members) & (frame["period"] == period)]
        for frame in (series, denominators)
    ]
    return row, pd.concat(data), f"{name}: egen bearbetning, vägt med {by}. {note}".strip()


def _areas(view: View) -> list[tuple[tuple[str, ...], str, str]]:
    """Name what is weighed together: the kommuner in focus if they are several, and the group."""
    areas = []
    if len(view.focus) > 1:
        short = f"De {count_word(len(view.focus))} kommunerna tillsammans"
        areas.append((view.focus, f"{view.focus_names} tillsammans", short))
    if view.group is not None and len(view.group.members) > 1:
        areas.append((view.group.members, "Gruppen, vägt", "Gruppen, vägt"))
    return areas


def weigh(series: dict[str, pd.DataFrame], views: list[View], denominators: dict[str, pd.DataFrame]) -> Weighed:
    """Weigh kommuner together for each measure that has a denominator.

    Parameters
    ----------
    series, denominators
        Observations by measure id.
    views
        One view a measure.
    """
    found = Weighed()
    for view in views:
        people = denominators.get(view.measure.id)
        if people is None:
            continue
        absent = people.empty and len(view.focus) < 2  # a kommun alone has its figure; nothing is to be said
        for members, name, short in [] if absent else _areas(view)[: 1 if people.empty else None]:
            row, data, note = _row(series[view.measure.id], people, view, members, name, short)
            found.rows.setdefault(view.measure.id, []).extend([row] if row else [])
            found.data.append(data)
            found.notes.append(note)
        dataset = view.catalog.measures[view.measure.denominator_measure].dataset
        if people.empty and not absent and dataset == POPULATION:
            found.missing.append(Missing(f"Den vägda andelen för {view.focus_names}", f"uvas fetch {POPULATION}"))
    return found
