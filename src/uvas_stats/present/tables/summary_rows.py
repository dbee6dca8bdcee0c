"""The rows of the summary: a kommun's newest figure and that of several together, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pandas as pd

from uvas_stats.indicators import break_between, difference, quartiles, rank, share_intervals
from uvas_stats.indicators.chance import SURE, move_sd
from uvas_stats.numbers import MISSING, count_word, differs_as_printed, number_text
from uvas_stats.periods import same_period_last_year
from uvas_stats.present.figure import Missing
from uvas_stats.present.place_words import place_text
from uvas_stats.present.table import Number
from uvas_stats.present.view import STATUS_TEXT, View
from uvas_stats.present.weighted import POPULATION, Weighed, weigh

__all__ = ["MEDIAN", "AreaRows", "SummaryRow", "area_rows", "figure_or_why", "period_of", "summary_row"]

MEDIAN = "Gruppens median"
GAP = Number(None)


@dataclass(frozen=True)
class SummaryRow:
    """The newest figure of a kommun or an area, beside riket, the group, the place and the year before."""

    measure: str
    name: str
    members: tuple[str, ...]
    """Codes of the kommuner that the figure is of."""
    period: str = MISSING
    value: Number | str = GAP
    riket: Number | str = GAP
    """A word where the figure is missing."""
    gap: Number = GAP
    """To riket."""
    median: Number = GAP
    rank: str = MISSING
    change: Number = GAP
    """From the year before."""
    unrounded: bool = False
    """Whether the change as printed is not that of the two years' printed figures."""
    broken: bool = False
    """Whether a declared break lies between the two years."""
    by_chance: bool = False
    """Whether chance alone may give such a change."""
    interval: str = ""

    @property
    def cells(self) -> dict[str, Number | str]:
        """The cells of the table, by their headings."""
        return {
            "Mått": self.measure,
            "Kommun": self.name,
            "Period": self.period,
            "Värde": f"{self.value}{self.interval}" if self.interval else self.value,
            "Riket": self.riket,
            "Skillnad mot riket": self.gap,
            MEDIAN: self.median,
            "Plats": self.rank,
            "Mot året innan": f"{self.change}*" if self.broken else self.change,
        }


def period_of(series: pd.DataFrame, view: View, code: str) -> str | None:
    """Return the newest period of one kommun, or the one asked for.

    Parameters
    ----------
    series, view, code
        Observations of a measure, the measure with the period asked for, and the kommun.
    """
    known = series.loc[(series["region_code"] == code) & series["value"].notna()].sort_values("period_end")
    if view.period is not None:
        known = known.loc[known["period"] == view.period]
    return None if known.empty else str(known["period"].iloc[-1])


def figure_or_why(series: pd.DataFrame, view: View, code: str, period: str) -> Number | str:
    """Return a figure, or in words why it is missing.

    Parameters
    ----------
    series, view
        Observations of a measure, and the measure.
    code, period
        The region and the period.
    """
    hit = series.loc[(series["region_code"] == code) & (series["period"] == period)]
    if hit.empty:
        return STATUS_TEXT["not_available"]
    row = hit.iloc[0]
    return STATUS_TEXT[row["status"]] if pd.isna(row["value"]) else Number.of(row["value"], view.measure)


def _rank(now: pd.DataFrame, view: View, code: str) -> str:
    ranked = rank(now, view.measure, view.kommuner, view.order)
    row = ranked.loc[ranked["region_code"] == code].iloc[0]
    n = int(row["n"])
    if n < len(view.kommuner) / 2:
        return MISSING
    return f"{place_text(row['rank_low'], row['rank_high'])} av {n} ({view.place_one})"


def _median(now: pd.DataFrame, view: View) -> Number:
    if view.group is None:
        return GAP
    spreads = quartiles(now, view.group.members)
    if spreads.empty or spreads["n"].iloc[0] < len(view.group.members) / 2:
        return GAP
    return Number.of(float(spreads["median"].iloc[0]), view.measure)


def _interval(
    series: pd.DataFrame, people: pd.DataFrame | None, code: str, period: str
) -> tuple[str, pd.DataFrame]:
    """Write the interval of a share of a known denominator, such as `` (8,0–10,5)``, and give the denominator."""
    nothing = "", series.iloc[:0]
    if people is None or people.empty:
        return nothing
    share, counted = (
        frame.loc[(frame["region_code"] == code) & (frame["period"] == period) & frame["value"].notna()]
        for frame in (series, people)
    )
    if share.empty or counted.empty:
        return nothing
    bounds = share_intervals(share, counted).iloc[0]
    return f" ({number_text(bounds['lower_pct'], 1)}–{number_text(bounds['upper_pct'], 1)})", counted


def summary_row(
    series: pd.DataFrame, view: View, code: str, people: pd.DataFrame | None = None
) -> tuple[SummaryRow, pd.DataFrame]:
    """Put the newest figure of one kommun beside riket, the group, the place and the year before.

    Parameters
    ----------
    series
        Observations of the measure.
    view
        The measure, the group and the period.
    code
        The kommun.
    people
        What a share is of, where that is known: the share then has its interval.

    Returns
    -------
    tuple of SummaryRow and pandas.DataFrame
        The row, all gaps where there is no figure, and the observations that it rests on.
    """
    row = SummaryRow(view.measure.short, view.name(code), (code,))
    period = period_of(series, view, code)
    if period is None:
        return row, series.iloc[:0]
    now = series.loc[series["period"] == period]
    gaps = difference(series, code)
    gap = gaps.loc[gaps["period"] == period, "difference"].iloc[0]
    change = view.change(series, code, period)
    interval, counted = _interval(series, people, code, period)
    decimals = view.measure.decimals
    row = replace(
        row,
        period=period,
        value=figure_or_why(series, view, code, period),
        riket=figure_or_why(series, view, "00", period),
        gap=Number(gap, decimals, signed=True),
        median=_median(now, view),
        rank=_rank(now, view, code),
        change=Number(change.difference, decimals, signed=True),
        unrounded=differs_as_printed(change.value, change.earlier, decimals),
        broken=bool(change.broken_by),
        by_chance=_by_chance(
            series, view, (code,), (change.earlier_period, change.earlier), (period, change.value)
        ),
        interval=interval,
    )
    return row, pd.concat([now.loc[now["region_code"].isin([code, "00"])], counted])


def _by_chance(
    series: pd.DataFrame,
    view: View,
    members: tuple[str, ...],
    earlier: tuple[str, float | None],
    later: tuple[str, float | None],
) -> bool:
    """Tell whether a change is within what chance gives where nothing has changed; shares only."""
    if view.measure.unit != "procent" or earlier[1] is None or later[1] is None:
        return False
    breaks = view.catalog.breaks_of(view.measure.id, members)
    pair = (earlier[0], earlier[1]), (later[0], later[1])
    sd = move_sd(view.chance, series, members, *pair, breaks)
    return sd is not None and abs(later[1] - earlier[1]) <= SURE * sd


@dataclass
class AreaRows:
    """The rows of areas by measure, the figures they rest on, and what is to be said of them."""

    rows: dict[str, list[SummaryRow]] = field(default_factory=dict)
    data: list[pd.DataFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    @property
    def note(self) -> str:
        """The notes, each once."""
        return " ".join(dict.fromkeys(filter(None, self.notes)))


def _area_row(series: pd.DataFrame, area: Weighed, view: View) -> SummaryRow | None:
    """Return the row of the newest period that could be weighed, or of the one asked for."""
    values = area.figures.set_index("period")["value"]
    periods = [period for period in values.index if view.period in (None, period)]
    if not periods:
        return None
    period = str(periods[-1])
    value, decimals = float(values[period]), view.measure.decimals
    riket = series.loc[series["region_code"] == "00"].set_index("period")["value"].get(period, float("nan"))
    earlier = same_period_last_year(period)
    before = float(values.get(earlier, float("nan")))
    breaks = view.catalog.breaks_of(view.measure.id, area.members)
    return SummaryRow(
        measure=view.measure.short,
        name=area.name,
        members=area.members,
        period=period,
        value=Number.of(value, view.measure),
        riket=figure_or_why(series, view, "00", period),
        gap=Number(value - riket, decimals, signed=True),
        change=Number(value - before, decimals, signed=True),
        unrounded=differs_as_printed(value, before, decimals),
        broken=any(break_between(breaks, member, earlier, period) for member in area.members),
        by_chance=_by_chance(series, view, area.members, (earlier, values.get(earlier)), (period, value)),
    )


def _areas(view: View) -> list[tuple[tuple[str, ...], str, str]]:
    """Name what is weighed together: the kommuner in focus if they are several, and the group."""
    areas = []
    if len(view.focus) > 1:
        short = f"De {count_word(len(view.focus))} kommunerna tillsammans"
        areas.append((view.focus, f"{view.focus_names} tillsammans", short))
    if view.group is not None and len(view.group.members) > 1:
        areas.append((view.group.members, "Gruppen, vägt", "Gruppen, vägt"))
    return areas


def _refusal(area: Weighed, short: str, view: View) -> str:
    """Say why the newest period, or the one asked for, could not be weighed; empty where it could."""
    newest = view.period or max([*area.figures["period"], *area.refused], default="")
    reason = area.refused.get(newest, "")
    return f"{short} {newest}: {reason[:1].lower()}{reason[1:]}." if reason else ""


def area_rows(
    series: dict[str, pd.DataFrame], views: Iterable[View], denominators: dict[str, pd.DataFrame]
) -> AreaRows:
    """Weigh kommuner together for each measure that has a denominator.

    Parameters
    ----------
    series, denominators
        Observations by measure id.
    views
        One view a measure.
    """
    out = AreaRows()
    for view in views:
        people = denominators.get(view.measure.id)
        if people is None or (people.empty and len(view.focus) < 2):
            continue  # a kommun alone has its figure; nothing is to be said
        for members, name, short in _areas(view)[: 1 if people.empty else None]:
            area = weigh(series[view.measure.id], people, view, members, name)
            note, row = _refusal(area, short, view), _area_row(series[view.measure.id], area, view)
            if row is not None:
                out.rows.setdefault(view.measure.id, []).append(row)
                frames = (series[view.measure.id], people)
                out.data += [
                    one.loc[one["region_code"].isin(members) & (one["period"] == row.period)] for one in frames
                ]
                note = f"{name}: egen bearbetning, vägt med {area.by}. {note}".strip()
            out.notes.append(note)
        if people.empty and view.measure.denominator_measure == POPULATION:
            out.missing.append(Missing(f"Den vägda andelen för {view.focus_names}", "uvas fetch scb_population"))
    return out
