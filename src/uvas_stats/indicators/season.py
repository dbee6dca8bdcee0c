"""The pattern of the year: how much of a month's figure is the month, and what is left when that is taken away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from uvas_stats.catalog import Break
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.series import Run, period_after, unbroken_run

__all__ = ["MONTHS_NEEDED", "SUMMER", "SeasonalProfile", "rolling_year", "seasonal_profile"]

MONTHS_NEEDED = 36
"""Three years: a pattern seen fewer times than that is not told from chance."""
SUMMER = (5, 6, 7, 8, 9)
"""May to September, when programmes for the young register more of them as job seekers."""
WINDOW = 13
"""STL's seasonal window in years, odd: the pattern may change slowly, but not from one year to the next."""


@dataclass(frozen=True)
class SeasonalProfile:
    """How the months of a region differ from its own level."""

    region_code: str
    first: str
    last: str
    effects: pd.DataFrame
    """One row a calendar month: ``month, effect, lowest, highest`` in the unit of the measure; the span is that of
    the years."""
    adjusted: pd.DataFrame
    """``period, value, seasonal, adjusted``: each figure, what the month takes of it, and what is left."""
    cut_by: str
    """Why the pattern rests on no older figures; may be empty."""

    @property
    def amplitude(self) -> float:
        """The highest month less the lowest."""
        return float(self.effects["effect"].max() - self.effects["effect"].min())

    @property
    def summer(self) -> float:
        """Mean of May to September less the mean of the other months."""
        summer = self.effects["month"].isin(SUMMER)
        return float(self.effects.loc[summer, "effect"].mean() - self.effects.loc[~summer, "effect"].mean())

    @property
    def months(self) -> int:
        """How many months the pattern rests on."""
        return len(self.adjusted)


def demand_periods(run: Run, needed: int, what: str, unit: str = "månader") -> None:
    """Demand a row of periods long enough, and say how long it is and why it is no longer."""
    have = len(run.figures)
    if have >= needed:
        return
    span = f" ({run.figures['period'].iloc[0]}–{run.figures['period'].iloc[-1]})" if have else ""
    raise IndicatorError(
        f"{what} kan inte bedömas: serien behöver {needed} {unit} i följd och har {have}{span}",
        cause=f"{run.cut_by[:1].upper()}{run.cut_by[1:].rstrip('.')}",
        where=run.region_code,
        todo=f"Det fattas {needed - have}. Vänta in dem, eller hämta äldre uppgifter med samma definition",
    )


def seasonal_profile(
    series: pd.DataFrame, region: str, breaks: Iterable[Break] = (), until: str | None = None
) -> SeasonalProfile:
    """Take a region's series of months apart into trend, season and rest (STL), and read the pattern of the year.

    Parameters
    ----------
    series
        One measure by month: ``region_code, period, period_end, value``.
    breaks
        Declared breaks of the measure: the pattern is read after the last of them only.
    until
        The last month to use; None means the newest.

    Raises
    ------
    IndicatorError
        If there are not three years of months in a row since the last break or gap.

    Examples
    --------
    >>> months = [f"{year}-{month:02d}" for year in range(2021, 2025) for month in range(1, 13)]
    >>> rows = pd.DataFrame({"region_code": "2182", "period": months,
    ...     "period_end": pd.PeriodIndex(months, freq="M").end_time,
    ...     "value": [12.0 if month.endswith("07") else 10.0 for month in months]})
    >>> profile = seasonal_profile(rows, "2182")
    >>> profile.months, round(profile.amplitude, 1)
    (48, 2.0)
    """
    from statsmodels.tsa.seasonal import STL

    run = unbroken_run(series, region, breaks, until)
    demand_periods(run, MONTHS_NEEDED, "Säsongsmönstret")
    values = run.values
    parts = STL(values.to_numpy(), period=12, seasonal=WINDOW, robust=True).fit()
    months = values.index.str[5:].astype("int64")
    by_month = pd.Series(parts.seasonal, index=months).groupby(level=0)
    centre = by_month.mean().mean()
    effects = (
        pd.DataFrame({"effect": by_month.mean(), "lowest": by_month.min(), "highest": by_month.max()}) - centre
    )
    return SeasonalProfile(
        region_code=region,
        first=str(values.index[0]),
        last=str(values.index[-1]),
        effects=effects.rename_axis("month").reset_index(),
        adjusted=pd.DataFrame(
            {
                "period": values.index,
                "value": values.to_numpy(),
                "seasonal": parts.seasonal - centre,
                "adjusted": values.to_numpy() - parts.seasonal + centre,
            }
        ),
        cut_by=run.cut_by,
    )


def rolling_year(
    series: pd.DataFrame, denominators: pd.DataFrame | None = None, breaks: Iterable[Break] = ()
) -> tuple[pd.DataFrame, bool]:
    """Compute the mean of twelve months up to each month, for every region.

    Parameters
    ----------
    series
        Shares in percent by month: ``region_code, period, period_end, value``.
    denominators
        What the shares are of, by region and month. Where all are known the mean is weighted with them, so that it
        is the year's persons through the year's denominators. Otherwise it is unweighted for all regions.
    breaks
        Declared breaks: no mean is made across one.

    Returns
    -------
    tuple of pandas.DataFrame and bool
        ``region_code, period, period_end, value`` for the months where all twelve are known, and whether the mean
        is weighted.

    Examples
    --------
    >>> months = [f"2024-{month:02d}" for month in range(1, 13)]
    >>> rows = pd.DataFrame({"region_code": "2182", "period": months,
    ...     "period_end": pd.PeriodIndex(months, freq="M").end_time, "value": range(12)})
    >>> means, weighted = rolling_year(rows)
    >>> means[["period", "value"]].values.tolist(), weighted
    ([['2024-12', 5.5]], False)
    """
    known = series.loc[series["value"].notna()]
    if known.empty:
        return series[["region_code", "period", "period_end", "value"]].iloc[:0], False
    first, last = str(known["period"].min()), str(known["period"].max())
    months = [first]
    while months[-1] < last:
        months.append(period_after(months[-1], 1))
    wide = known.pivot(index="period", columns="region_code", values="value")  # noqa: PD010 - raises on doubles
    wide = wide.reindex(months)
    people = _weights(wide, denominators)
    weights = people if people is not None else wide.notna().astype("float64").where(wide.notna())
    total = weights.rolling(12).sum()
    means = ((wide * weights).rolling(12).sum() / total).round(9)
    for item in breaks:
        crossed = [period for period in months if period >= item.at and period_after(period, -11) < item.at]
        means.loc[crossed, [code for code in wide if not item.regions or code in item.regions]] = np.nan
    ends = known.drop_duplicates("period").set_index("period")["period_end"]
    long = means.rename_axis("period").reset_index().melt("period", var_name="region_code", value_name="value")
    long = long.dropna(subset="value").assign(period_end=lambda frame: frame["period"].map(ends))
    ordered = long.sort_values(["period_end", "region_code"], ignore_index=True)
    return ordered[["region_code", "period", "period_end", "value"]], people is not None


def _weights(wide: pd.DataFrame, denominators: pd.DataFrame | None) -> pd.DataFrame | None:
    """Lay out the denominators as the shares are, or nothing if one that is needed is missing."""
    if denominators is None or denominators.empty:
        return None
    people = denominators.pivot(index="period", columns="region_code", values="value")  # noqa: PD010
    people = people.reindex(index=wide.index, columns=wide.columns).where(wide.notna())
    return people if bool((people.notna() | wide.isna()).all(axis=None)) else None
