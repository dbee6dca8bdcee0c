"""A kommun against riket and against a group."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.series import demand_one_figure_each

__all__ = ["difference", "quartiles", "weighted_share"]


def difference(series: pd.DataFrame, region: str, reference: str = "00") -> pd.DataFrame:
    """Subtract the reference's published figure from a region's, period by period.

    Parameters
    ----------
    series
        Observations of one measure: ``region_code, period, period_end, value``.
    region, reference
        Codes of the two regions; the reference is riket where none is named.

    Returns
    -------
    pandas.DataFrame
        ``period, period_end, value, reference, difference``; a difference of shares is in percentage points. A
        period that only one of them has keeps its row, with a null difference.

    Examples
    --------
    >>> rows = pd.DataFrame({"region_code": ["00", "2182"], "period": ["2024"] * 2, "period_end": [1, 1],
    ...     "value": [6.16, 9.15]})
    >>> difference(rows, "2182")["difference"].round(2).tolist()
    [2.99]
    """
    columns = ["period", "period_end", "value"]
    demand_one_figure_each(series.loc[series["region_code"].isin([region, reference])])
    of_region = series.loc[series["region_code"] == region, columns]
    other = series.loc[series["region_code"] == reference, columns].rename(columns={"value": "reference"})
    both = of_region.merge(other, on=["period", "period_end"], how="outer", validate="1:1")
    return both.assign(difference=both["value"] - both["reference"]).sort_values("period_end", ignore_index=True)


def quartiles(series: pd.DataFrame, members: Iterable[str]) -> pd.DataFrame:
    """Return the quartiles of a group's kommuner for each period: unweighted, each kommun counts once.

    Returns
    -------
    pandas.DataFrame
        ``period, period_end, q1, median, q3, n, n_missing``; ``n_missing`` are members without a figure.

    Examples
    --------
    >>> rows = pd.DataFrame({"region_code": ["a", "b", "c"], "period": ["2024"] * 3, "period_end": [1] * 3,
    ...     "value": [1.0, 2.0, 6.0]})
    >>> quartiles(rows, ["a", "b", "c", "d"])[["q1", "median", "q3", "n", "n_missing"]].iloc[0].tolist()
    [1.5, 2.0, 4.0, 3.0, 1.0]
    """
    members = list(dict.fromkeys(members))
    part = series.loc[series["region_code"].isin(members) & series["value"].notna()]
    demand_one_figure_each(part)
    grouped = part.groupby(["period", "period_end"])["value"]
    out = pd.DataFrame(
        {
            "q1": grouped.quantile(0.25),
            "median": grouped.median(),
            "q3": grouped.quantile(0.75),
            "n": grouped.size(),
        }
    )
    out["n_missing"] = len(members) - out["n"]
    return out.reset_index().sort_values("period_end", ignore_index=True)


def weighted_share(series: pd.DataFrame, denominators: pd.DataFrame, members: Iterable[str]) -> pd.DataFrame:
    """Pool the shares of several kommuner into one area, weighted by the denominator.

    Parameters
    ----------
    series
        Shares in percent: ``region_code, period, value``.
    denominators
        The populations the shares are of: ``region_code, period, value``, in persons.
    members
        Codes of the area's kommuner.

    Returns
    -------
    pandas.DataFrame
        ``period, value, numerator, denominator``; the numerator is computed from rounded shares.

    Raises
    ------
    IndicatorError
        If a kommun lacks its share or its denominator in a period: then there is no figure for the area, and the
        mean of percentages is never a substitute.

    Examples
    --------
    >>> shares = pd.DataFrame({"region_code": ["a", "b"], "period": ["2024"] * 2, "value": [10.0, 5.0]})
    >>> people = pd.DataFrame({"region_code": ["a", "b"], "period": ["2024"] * 2, "value": [1000.0, 3000.0]})
    >>> weighted_share(shares, people, ["a", "b"])["value"].tolist()
    [6.25]
    """
    members = list(dict.fromkeys(members))
    columns = ["region_code", "period", "value"]
    for frame in (series, denominators):
        demand_one_figure_each(frame.loc[frame["region_code"].isin(members)])
    people = denominators[columns].rename(columns={"value": "people"})
    of_members = series.loc[series["region_code"].isin(members), columns]
    both = of_members.merge(people, on=["region_code", "period"], how="left", validate="1:1")
    grid = pd.MultiIndex.from_product([sorted(set(both["period"])), members], names=["period", "region_code"])
    full = both.set_index(["period", "region_code"]).reindex(grid)
    for column, what in (("value", "andelen"), ("people", "nämnaren")):
        missing = full.index[full[column].isna()]
        if len(missing) or full.empty:
            period, region = missing[-1] if len(missing) else ("alla perioder", ", ".join(members))
            raise IndicatorError(
                f"Områdets vägda andel kan inte beräknas: {what} saknas",
                where=f"{region}, {period}",
                todo="Hämta folkmängden efter ålder, eller läs kommunerna var för sig",
            )
    if (full["people"] <= 0).any():
        period, region = full.index[full["people"] <= 0][0]
        raise IndicatorError(
            "Områdets vägda andel kan inte beräknas: nämnaren är inte större än noll",
            where=f"{region}, {period}",
            todo="Kontrollera folkmängden",
        )
    full["numerator"] = full["value"] / 100 * full["people"]
    total = full.groupby(level="period")[["numerator", "people"]].sum().rename(columns={"people": "denominator"})
    total["value"] = 100 * total["numerator"] / total["denominator"]
    return total.reset_index()[["period", "value", "numerator", "denominator"]]
