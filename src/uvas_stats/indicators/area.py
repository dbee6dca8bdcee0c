"""What only a denominator makes possible: an area, several years together, and the persons behind a share."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.compare import weighted_share
from uvas_stats.indicators.series import demand_one_figure_each, period_after
from uvas_stats.indicators.shares import wilson

__all__ = ["POOLED_YEARS", "SHARE_DECIMALS", "area_share", "implied_counts", "pooled_share", "share_intervals"]

SHARE_DECIMALS = 2
"""Decimals that MUCF publishes its share with."""
POOLED_YEARS = 3


def area_share(
    series: pd.DataFrame, denominators: pd.DataFrame, members: Iterable[str]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Pool the shares of an area for the periods where every kommun has both share and denominator.

    Parameters
    ----------
    series, denominators, members
        As for :func:`weighted_share`.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        ``period, value, numerator, denominator`` in the order of time, and for each period that is refused the
        reason. Nothing is carried over from another period, and nothing with noise is summed.

    Examples
    --------
    >>> shares = pd.DataFrame({"region_code": ["a", "b"] * 2, "period": ["2024"] * 2 + ["2025"] * 2,
    ...     "value": [10.0, 5.0, 9.0, 4.0]})
    >>> people = pd.DataFrame({"region_code": ["a", "b"], "period": ["2024"] * 2, "value": [1000.0, 3000.0]})
    >>> figures, refused = area_share(shares, people, ["a", "b"])
    >>> figures["value"].tolist(), refused
    ([6.25], {'2025': 'Områdets vägda andel kan inte beräknas: nämnaren saknas'})
    """
    members = list(dict.fromkeys(members))
    figures, refused = [], {}
    of_area = [frame.loc[frame["region_code"].isin(members)] for frame in (series, denominators)]
    for period in sorted(of_area[0]["period"].unique()):
        shares, people = (frame.loc[frame["period"] == period] for frame in of_area)
        if any("noise" in frame and frame["noise"].any() for frame in (shares, people)):
            refused[period] = "Områdets vägda andel kan inte beräknas: uppgifterna bär brus och får inte summeras"
            continue
        try:
            figures.append(weighted_share(shares, people, members))
        except IndicatorError as error:
            refused[period] = error.what
    columns = ["period", "value", "numerator", "denominator"]
    return pd.concat(figures, ignore_index=True) if figures else pd.DataFrame(columns=columns), refused


def share_intervals(
    series: pd.DataFrame, denominators: pd.DataFrame, decimals: int = SHARE_DECIMALS
) -> pd.DataFrame:
    """Compute the persons behind shares and the Wilson interval of each.

    Parameters
    ----------
    series, denominators, decimals
        As for :func:`implied_counts`.

    Returns
    -------
    pandas.DataFrame
        As from :func:`implied_counts`, with ``lower_pct`` and ``upper_pct``; null where there is no denominator.

    Examples
    --------
    >>> shares = pd.DataFrame({"region_code": ["a"], "period": ["2024"], "value": [9.15]})
    >>> people = pd.DataFrame({"region_code": ["a"], "period": ["2024"], "value": [2000.0]})
    >>> share_intervals(shares, people)[["lower_pct", "upper_pct"]].round(1).iloc[0].tolist()
    [8.0, 10.5]
    """
    counts = implied_counts(series, denominators, decimals)
    intervals = wilson(counts["count"].tolist(), counts["denominator"].tolist())
    return counts.assign(lower_pct=intervals["lower_pct"], upper_pct=intervals["upper_pct"])


def implied_counts(series: pd.DataFrame, denominators: pd.DataFrame, decimals: int = 2) -> pd.DataFrame:
    """Compute how many persons a published share is, with the bounds that its rounding leaves.

    Parameters
    ----------
    series
        Shares in percent: ``region_code, period, value``.
    denominators
        The population the shares are of: ``region_code, period, value``, in persons.
    decimals
        Decimals that the share is published with.

    Returns
    -------
    pandas.DataFrame
        ``region_code, period, share, denominator, count, lower, upper``, in the order of ``series``; null where
        share or denominator is. Where no whole number of persons gives the published share of this denominator,
        the bounds are the whole numbers around.

    Examples
    --------
    >>> shares = pd.DataFrame({"region_code": ["a"], "period": ["2024"], "value": [9.15]})
    >>> people = pd.DataFrame({"region_code": ["a"], "period": ["2024"], "value": [25000.0]})
    >>> implied_counts(shares, people)[["count", "lower", "upper"]].iloc[0].tolist()
    [2288.0, 2287.0, 2288.0]
    """
    keys = ["region_code", "period"]
    for frame in (series, denominators):
        demand_one_figure_each(frame)
    people = denominators[[*keys, "value"]].rename(columns={"value": "denominator"})
    out = (
        series[[*keys, "value"]]
        .rename(columns={"value": "share"})
        .merge(people, on=keys, how="left", validate="1:1")
    )
    if (out["denominator"] <= 0).any():
        raise IndicatorError("En nämnare är inte större än noll", todo="Kontrollera folkmängden")
    half = 0.5 * 10.0**-decimals
    exact = out["share"] * out["denominator"] / 100
    low = ((out["share"] - half).clip(lower=0) * out["denominator"] / 100).round(9)
    high = ((out["share"] + half).clip(upper=100) * out["denominator"] / 100).round(9)
    whole = np.ceil(low) <= np.floor(high)
    return out.assign(
        count=np.floor(exact.round(9) + 0.5),
        lower=np.where(whole, np.ceil(low), np.floor(low)),
        upper=np.where(whole, np.floor(high), np.ceil(high)),
    )


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
    known = series.loc[(series["region_code"] == region) & series["value"].notna()].sort_values("period")
    columns = ["first", "last", "share", "lower", "upper", "persons", "people", "pooled"]
    last = known.tail(years)
    nothing = pd.DataFrame(columns=columns)
    if len(last) < years or str(last["period"].iloc[0]) != period_after(str(last["period"].iloc[-1]), 1 - years):
        return nothing
    span = {"first": str(last["period"].iloc[0]), "last": str(last["period"].iloc[-1])}
    people = None if denominators is None else denominators.loc[denominators["region_code"] == region]
    if people is not None and set(last["period"]) <= set(people.loc[people["value"].notna(), "period"]):
        counts = implied_counts(last, people.loc[people["period"].isin(last["period"])])
        persons, whole = float(counts["count"].sum()), float(counts["denominator"].sum())
        interval = wilson([persons], [whole]).iloc[0]
        bounds = {"share": interval["share_pct"], "lower": interval["lower_pct"], "upper": interval["upper_pct"]}
        return pd.DataFrame(
            [span | bounds | {"persons": persons, "people": whole, "pooled": True}], columns=columns
        )
    mean = {"share": float(last["value"].mean()), "pooled": False}
    return pd.DataFrame([span | mean], columns=columns)
