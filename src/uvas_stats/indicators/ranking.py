"""Places: with their direction in words, their tie range, and how many were ranked."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from uvas_stats.catalog import Measure
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.chance import Chance
from uvas_stats.indicators.rank_sets import likely_places, rank_sets, usual_place_moves
from uvas_stats.indicators.series import demand_one_figure_each

__all__ = ["ORDERS", "direction_words", "highest_first", "performance_group", "published_decimals", "rank"]

ORDERS = ("worst", "best")
_NOUNS = {
    "procent": "andel",
    "antal": "antal",
    "poäng": "poäng",
    "plats": "plats",
    "dagar": "antal dagar",
    "kkr": "belopp",
}


def highest_first(measure: Measure, order: str) -> bool:
    """Tell whether place 1 is the highest value."""
    if order not in ORDERS:
        raise IndicatorError(
            f"Ordningen ”{order}” finns inte", todo="Välj worst (1 = sämst) eller best (1 = bäst)"
        )
    if measure.direction == "none":
        return order == "worst"
    return (measure.direction == "lower") == (order == "worst")


def direction_words(measure: Measure, order: str = "worst") -> str:
    """Say in words what place 1 means.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> direction_words(load_catalog().measure("N02797")), direction_words(load_catalog().measure("N15428"))
    ('1 = högst andel', '1 = lägst andel')
    """
    return f"1 = {'högst' if highest_first(measure, order) else 'lägst'} {_NOUNS[measure.unit]}"


MOST_DECIMALS = 4
"""Values with more decimals than this are computed, not published rounded."""


def published_decimals(values: pd.Series) -> int | None:
    """Return with how many decimals values are published; None where they are not rounded.

    Examples
    --------
    >>> [published_decimals(pd.Series(values)) for values in ([9.15, 8.0], [1 / 3], [float("nan")])]
    [2, None, None]
    """
    known = values.dropna().to_numpy(dtype="float64")
    fits = (n for n in range(MOST_DECIMALS + 1) if np.allclose(known, known.round(n), rtol=0, atol=1e-9))
    return next(fits, None) if len(known) else None


def rank(
    series: pd.DataFrame,
    measure: Measure,
    members: Iterable[str],
    order: str = "worst",
    chance: Chance | None = None,
    *,
    sets: bool = False,
) -> pd.DataFrame:
    """Rank the members of a group in each period, by competition ranking on the published values.

    Equal published values share a place, and the true order within the tie is unknown: it lies between
    ``rank_low`` and ``rank_high``.

    Parameters
    ----------
    series
        One measure: ``region_code, period, period_end, value, status``.
    members
        Codes to rank; others are left out.
    order
        ``worst``: place 1 is the least favourable value (highest for a measure where lower is better, or where
        neither is). ``best``: the other way.
    chance
        What chance does to the measure; the places then have what it leaves open beside them.
    sets
        With ``chance``: add the sets of places that the figures do not rule out, by :func:`rank_sets`.

    Returns
    -------
    pandas.DataFrame
        The columns of ``series`` and ``rank, rank_low, rank_high, n, percentile``. A member with no value keeps
        its row, with null places. ``percentile`` is the percentage of the ranked that have a lower value, half of
        those equal included. With ``chance`` also ``likely_low, likely_high``: where the level behind the figure
        lies in 19 cases of 20; and ``usual_move``: how many places the member usually moves in a year.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> rows = pd.DataFrame({"region_code": list("abcd"), "period": "2024", "period_end": 1,
    ...     "value": [9.0, 7.0, 7.0, None], "status": ["ok", "ok", "ok", "suppressed"]})
    >>> rank(rows, load_catalog().measure("N02797"), "abcd")[["rank_low", "rank_high", "n"]].values.tolist()
    [[1.0, 1.0, 3.0], [2.0, 3.0, 3.0], [2.0, 3.0, 3.0], [nan, nan, 3.0]]
    """
    ascending = not highest_first(measure, order)
    part = series.loc[series["region_code"].isin(list(members))].reset_index(drop=True)
    demand_one_figure_each(part)
    by_period = part.groupby("period")["value"]
    low = by_period.rank(method="min", ascending=ascending)
    n = by_period.transform("count")
    average = by_period.rank(method="average")
    ranked = part.assign(
        rank=low,
        rank_low=low,
        rank_high=by_period.rank(method="max", ascending=ascending),
        n=n,
        percentile=100 * (average - 0.5) / n,
    ).sort_values(["period_end", "rank", "region_code"], ignore_index=True)
    if chance is None:
        return ranked
    return _with_chance(ranked, chance, highest=not ascending, sets=sets)


def _with_chance(ranked: pd.DataFrame, chance: Chance, *, highest: bool, sets: bool) -> pd.DataFrame:
    """Add what chance leaves open of each place, period by period."""
    parts = []
    for period, rows in ranked.groupby("period", sort=False):
        levels = chance.level_of(rows["region_code"], str(period))
        levels.loc[rows["value"].isna().to_numpy()] = np.nan
        likely = likely_places(levels["level"].tolist(), levels["sd"].tolist(), highest_first=highest)
        parts.append(likely.set_index(rows.index))
        if sets:
            spread = [
                chance.spread(value, [code], str(period))
                for code, value in zip(rows["region_code"], rows["value"], strict=True)
            ]
            errors = pd.Series(spread, index=rows.index, dtype="float64")
            known = rows["value"].notna() & errors.notna()
            found = rank_sets(rows.loc[known, "value"].tolist(), errors.loc[known].tolist(), highest_first=highest)
            parts[-1] = parts[-1].join(found.set_index(rows.index[known]))
    moves = usual_place_moves(ranked)
    beside = pd.concat(parts) if parts else pd.DataFrame(columns=["likely_low", "likely_high"])
    return ranked.join(beside).assign(usual_move=ranked["region_code"].map(moves))


def performance_group(series: pd.DataFrame, measure: Measure, members: Iterable[str]) -> pd.DataFrame:
    """Sort kommuner into the best 25, middle 50 and worst 25 percent, as Kommunens Kvalitet i Korthet does.

    A tie at the border counts by its best possible place, and then by its worst.

    Parameters
    ----------
    series
        Observations of one measure: ``region_code, period, period_end, value``.
    measure, members
        The measure, whose better direction decides, and the codes of the kommuner sorted.

    Returns
    -------
    pandas.DataFrame
        ``region_code, period, group`` with ``bästa``, ``mellersta`` or ``sämsta``; null without a value or where
        the measure has no better direction.
    """
    if measure.direction == "none":
        wanted = series["region_code"].isin(list(members))
        part = series.loc[wanted, ["region_code", "period"]].reset_index(drop=True)
        return part.assign(group=pd.Series([None] * len(part), dtype="object"))
    ranked = rank(series, measure, members, "best")
    quarter = ranked["n"] / 4
    from_worst = ranked["n"] + 1 - ranked["rank_high"]
    best, worst = ranked["rank_low"] <= quarter, from_worst <= quarter
    group = np.select([best & ~worst, worst & ~best], ["bästa", "sämsta"], "mellersta")
    return ranked[["region_code", "period"]].assign(
        group=pd.Series(group, dtype="object").where(ranked["value"].notna())
    )
