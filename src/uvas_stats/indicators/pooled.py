"""Small numbers pooled over years: the persons of several years through the people of the same years."""

from __future__ import annotations

import pandas as pd

from uvas_stats.indicators.area import implied_counts
from uvas_stats.indicators.series import period_after
from uvas_stats.indicators.shares import wilson

__all__ = ["POOLED_YEARS", "pooled_share"]

POOLED_YEARS = 3


def pooled_share(
    series: pd.DataFrame, denominators: pd.DataFrame | None, region: str, years: int = POOLED_YEARS
) -> pd.DataFrame:
    """Pool the newest years of a share into one, with an interval where the denominators are known.

    Parameters
    ----------
    series
        One measure, sex and age by year: ``region_code, period, value``.
    denominators
        The population of the same sex and age by year, or None.
    region
        The kommun.

    Returns
    -------
    pandas.DataFrame
        One row, or none where a year is missing: ``first, last, share, lower, upper, persons, people, pooled``.
        With every denominator known the share is the years' persons (computed from the published shares) through
        the years' people, with a Wilson interval. If one is missing nothing is made up: ``share`` is the
        unweighted mean of the years, without interval or persons, and ``pooled`` is False.

    Examples
    --------
    >>> rows = pd.DataFrame({"region_code": "2421", "period": ["2022", "2023", "2024"], "value": [5.0, 6.0, 7.0]})
    >>> people = rows.assign(value=[600.0, 500.0, 400.0])
    >>> pooled_share(rows, people, "2421")[["share", "persons", "people"]].round(2).values.tolist()
    [[5.87, 88.0, 1500.0]]
    >>> pooled_share(rows, None, "2421")[["share", "pooled"]].values.tolist()
    [[6.0, False]]
    """
    own = series.loc[(series["region_code"] == region) & series["value"].notna()].sort_values("period")
    columns = ["first", "last", "share", "lower", "upper", "persons", "people", "pooled"]
    last = own.tail(years)
    nothing = pd.DataFrame(columns=columns)
    if len(last) < years or str(last["period"].iloc[0]) != period_after(str(last["period"].iloc[-1]), 1 - years):
        return nothing
    span = {"first": str(last["period"].iloc[0]), "last": str(last["period"].iloc[-1])}
    people = None if denominators is None else denominators.loc[denominators["region_code"] == region]
    if people is not None and set(last["period"]) <= set(people.loc[people["value"].notna(), "period"]):
        counts = implied_counts(last, people.loc[people["period"].isin(last["period"])])
        persons, whole = float(counts["count"].sum()), float(counts["denominator"].sum())
        found = wilson([persons], [whole]).iloc[0]
        bounds = {"share": found["share_pct"], "lower": found["lower_pct"], "upper": found["upper_pct"]}
        return pd.DataFrame(
            [span | bounds | {"persons": persons, "people": whole, "pooled": True}], columns=columns
        )
    mean = {"share": float(last["value"].mean()), "pooled": False}
    return pd.DataFrame([span | mean], columns=columns)
