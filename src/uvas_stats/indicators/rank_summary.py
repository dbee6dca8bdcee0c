"""Where one kommun stands in one month: its place, riket's, the way between them in places and in persons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from uvas_stats.catalog import Break, Group, Measure
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.area import implied_counts
from uvas_stats.indicators.chance import Chance
from uvas_stats.indicators.change import break_between
from uvas_stats.indicators.places import place_panel
from uvas_stats.indicators.rank_sets import usual_place_moves
from uvas_stats.indicators.ranking import highest_first, rank
from uvas_stats.indicators.season import rolling_year
from uvas_stats.periods import period_text, same_period_last_year

__all__ = ["Place", "RankSummary", "persons_to_riket", "rank_summary", "refuse_break"]


@dataclass(frozen=True)
class Place:
    """A place in a list: lowest and highest possible, as ties leave it, and how many were ranked."""

    low: int
    high: int
    n: int


@dataclass(frozen=True)
class RankSummary:
    """What there is to say of one kommun's place in one period."""

    region_code: str
    period: str
    value: float
    place: Place
    riket: float | None
    riket_place: Place | None
    """The place that riket's figure would have in the list of kommuner."""
    persons: int | None
    """How many fewer (or more) it takes to be better than riket; 0 where it is; None where not known."""
    persons_exact: bool
    """False where the count is computed from a rounded share; then the greatest possible number is given."""
    earlier_period: str
    earlier: float | None
    earlier_place: Place | None
    broken_by: str
    """The break between the two periods, where comparing across it was asked for or was refused."""
    refused: bool
    """True where the year before is not compared, because of the break."""
    year_mean: float | None = None
    """Mean of the twelve months up to the period."""
    year_place: Place | None = None
    year_riket: float | None = None
    year_weighted: bool = False
    """Whether the mean of twelve months is weighted with the denominators."""
    within: Mapping[str, tuple[str, Place]] | None = None
    """The place in each group, by kind: the group's name and the place."""
    likely: Place | None = None
    """The places that the level behind the figure has in 19 cases of 20, where chance is known."""
    usual_move: float | None = None
    """How many places the kommun usually moves from one year to the next."""

    @property
    def places_to_riket(self) -> int | None:
        """How many places to the one riket has: positive where there is that far to go, negative past it."""
        return None if self.riket_place is None else self.riket_place.low - self.place.low


def refuse_break(
    breaks: Iterable[Break], region: str, earlier: str, later: str, *, across_break: bool = False
) -> str:
    """Refuse to compare two periods across a declared break, or give its text where that was asked for.

    Parameters
    ----------
    breaks
        Declared breaks of the measure.
    region, earlier, later
        Whose two periods are compared.
    across_break
        Whether they may be compared across a break.

    Raises
    ------
    IndicatorError
        If a break lies between the periods and the comparison was not asked for.

    Examples
    --------
    >>> refuse_break([Break("b", "m", "2011-01", "Ny nämnare.")], "2182", "2010-11", "2011-11", across_break=True)
    'Ny nämnare.'
    """
    text = break_between(breaks, region, earlier, later)
    if text and not across_break:
        raise IndicatorError(
            f"{period_text(later).capitalize()} jämförs inte med {period_text(earlier)}: ett tidsseriebrott "
            "ligger emellan",
            cause=text.rstrip("."),
            where=region,
            todo="Begär det uttryckligen med across_break=True, så märks jämförelsen ut",
        )
    return text


def persons_to_riket(
    count: float,
    people: float,
    riket_count: float,
    riket_people: float,
    *,
    lower_is_better: bool = True,
) -> int:
    """Count how many persons fewer (or more) it takes for the share to be better than riket's.

    The persons are taken out of riket's count too, and the denominators stay. The number is rounded up, so that it
    is enough; an equal share is not better.

    Parameters
    ----------
    count, people
        The kommun's numerator and denominator. Give the greatest possible count (the least, where higher is
        better) if it is not exactly known.
    riket_count, riket_people
        Riket's.

    Examples
    --------
    >>> persons_to_riket(50, 500, 8_000, 100_000), persons_to_riket(30, 500, 8_000, 100_000)
    (11, 0)
    """
    sign = 1 if lower_is_better else -1
    if not 0 < people < riket_people:
        raise IndicatorError(
            "Avståndet i personer kan inte räknas: nämnaren är inte mellan noll och rikets",
            todo="Kontrollera nämnarna",
        )
    excess = sign * (count * riket_people - riket_count * people)
    if excess < 0:
        return 0
    return math.floor(round(excess / (riket_people - people), 9)) + 1


def _place(row: pd.Series, name: str) -> Place | None:
    low, high, n = row[f"{name}_low"], row[f"{name}_high"], row["n" if name in ("rank", "riket") else f"{name}_n"]
    return None if pd.isna(low) else Place(int(low), int(high), int(n))


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _persons(
    series: pd.DataFrame,
    denominators: pd.DataFrame | None,
    counts: pd.DataFrame | None,
    region: str,
    period: str,
    measure: Measure,
) -> tuple[int | None, bool]:
    """Give the persons to riket where numerators and denominators are known; the safe number where rounded."""
    if denominators is None or measure.direction == "none" or measure.unit != "procent":
        return None, False
    pair = [region, "00"]
    at = {
        name: frame.loc[(frame["period"] == period) & frame["region_code"].isin(pair)]
        for name, frame in (("share", series), ("people", denominators), ("count", counts))
        if frame is not None
    }
    people = at["people"].set_index("region_code")["value"].reindex(pair)
    lower = measure.direction == "lower"
    exact = "count" in at and bool(at["count"]["value"].notna().sum() == len(pair))
    if exact:
        count = at["count"].set_index("region_code")["value"].reindex(pair)
        persons, whole = float(count.iloc[0]), float(count.iloc[1])
    else:
        implied = implied_counts(at["share"], at["people"], _decimals(series))
        implied = implied.set_index("region_code").reindex(pair)
        far, near = ("upper", "lower") if lower else ("lower", "upper")
        persons, whole = float(implied[far].iloc[0]), float(implied[near].iloc[1])
    if people.isna().any() or np.isnan(persons) or np.isnan(whole):
        return None, False
    args = persons, float(people.iloc[0]), whole, float(people.iloc[1])
    return persons_to_riket(*args, lower_is_better=lower), exact


def _decimals(series: pd.DataFrame) -> int:
    """Find how many decimals the shares are published with, two at most."""
    values = series["value"].dropna()
    for decimals in (0, 1):
        if bool(((values - values.round(decimals)).abs() < 1e-9).all()):
            return decimals
    return 2


def rank_summary(
    series: pd.DataFrame,
    measure: Measure,
    region: str,
    period: str,
    members: Iterable[str],
    *,
    order: str = "worst",
    groups: Mapping[str, Group] | None = None,
    similar: Sequence[str] = (),
    counts: pd.DataFrame | None = None,
    denominators: pd.DataFrame | None = None,
    breaks: Iterable[Break] = (),
    across_break: bool = False,
    chance: Chance | None = None,
) -> RankSummary:
    """Say where a kommun stands in one period, beside riket, the year before, the year's mean and its groups.

    Parameters
    ----------
    series
        One measure for all members and riket: ``region_code, period, period_end, value``.
    members
        Codes to rank.
    groups
        Groups to give the place within, by kind (``lan``, ``kommungrupp``).
    similar
        Codes of the kommuner that are like it.
    counts, denominators
        Numerators and denominators by region and period, where they are known.
    breaks, across_break
        Declared breaks; the year before is compared across one only if that is asked for, and ``broken_by`` tells.
    chance
        What chance does to the measure, where that is known.

    Raises
    ------
    IndicatorError
        If the kommun has no figure in the period.
    """
    earlier = same_period_last_year(period)
    members, breaks, groups = list(members), list(breaks), dict(groups or {})
    rows = series.loc[series["period"].isin([earlier, period])].assign(measure=measure.id)
    panel = place_panel(
        rows[["measure", "region_code", "period", "value"]],
        {measure.id: measure},
        members,
        order,
        within={name: [group] for name, group in groups.items()},
        similar={region: similar} if similar else None,
        breaks=breaks,
        across_breaks=across_break,
    )
    at_period = panel.loc[(panel["region_code"] == region) & (panel["period"] == period) & panel["value"].notna()]
    if at_period.empty:
        raise IndicatorError(f"Uppgift saknas för {period_text(period)}: {measure.title}", where=region)
    row = at_period.iloc[0]
    persons, exact = _persons(series, denominators, counts, region, period, measure)
    named = {name: (group.name, _place(row, name)) for name, group in groups.items()}
    if similar:
        named["similar"] = ("liknande kommuner", _place(row, "similar"))
    place = _place(row, "rank")
    assert place is not None
    summary = RankSummary(
        region_code=region,
        period=period,
        value=float(row["value"]),
        place=place,
        riket=_number(row["riket"]),
        riket_place=_place(row, "riket"),
        persons=persons,
        persons_exact=exact,
        earlier_period=earlier,
        earlier=_number(row["earlier"]),
        earlier_place=_place(row, "earlier"),
        broken_by=break_between(breaks, region, earlier, period),
        refused=bool(row["broken"]) and not across_break,
        within={name: (text, spot) for name, (text, spot) in named.items() if spot is not None},
    )
    if chance is not None:
        until = series.loc[series["period_end"] <= rows.loc[rows["period"] == period, "period_end"].iloc[0]]
        ranked = rank(series.loc[series["period"] == period], measure, members, order, chance)
        now = ranked.loc[ranked["region_code"] == region].iloc[0]
        likely = None if pd.isna(now["likely_low"]) else (int(now["likely_low"]), int(now["likely_high"]))
        summary = replace(
            summary,
            likely=None if likely is None else Place(*likely, place.n),
            usual_move=usual_place_moves(rank(until, measure, members, order)).get(region),
        )
    return _with_year(summary, series, denominators, members, measure, breaks, order)


def _with_year(
    summary: RankSummary,
    series: pd.DataFrame,
    denominators: pd.DataFrame | None,
    members: list[str],
    measure: Measure,
    breaks: list[Break],
    order: str,
) -> RankSummary:
    """Add the mean of twelve months and its place, for a measure by month."""
    if measure.period_kind != "month":
        return summary
    end = series.loc[series["period"] == summary.period, "period_end"].iloc[0]
    first = f"{int(summary.period[:4]) - 1}{summary.period[4:]}"
    window = series.loc[(series["period"] > first) & (series["period_end"] <= end)]
    means, weighted = rolling_year(window, denominators, breaks)
    now = means.loc[means["period"] == summary.period].set_index("region_code")["value"]
    if summary.region_code not in now.index:
        return summary
    signed = now.reindex(members).dropna() * (-1 if highest_first(measure, order) else 1)
    mean = float(signed.to_dict()[summary.region_code])
    return replace(
        summary,
        year_mean=float(now.to_dict()[summary.region_code]),
        year_riket=_number(now.to_dict().get("00", np.nan)),
        year_weighted=weighted,
        year_place=Place(int((signed < mean).sum()) + 1, int((signed <= mean).sum()), len(signed)),
    )
