"""Change: to the year before, to a baseline, and to the same period last year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from uvas_stats.catalog import Break, Measure
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.series import demand_one_figure_each
from uvas_stats.numbers import rounded
from uvas_stats.periods import period_end, same_period_last_year

__all__ = ["Change", "break_between", "change_between", "latest_period", "same_period_table", "usual_swing"]


SWINGS_NEEDED = 5
"""Changes from one year to the next that a usual one can be told from."""


@dataclass(frozen=True)
class Change:
    """How a figure moved from one period to another."""

    region_code: str
    earlier_period: str
    period: str
    earlier: float | None
    value: float | None
    difference: float | None
    direction: str
    """``upp``, ``ned``, ``lika`` (the difference is nought as shown) or ``okänd``."""
    broken_by: str
    """Texts of the breaks between the periods; empty where there is none."""

    @property
    def percent(self) -> float | None:
        """Change in percent of the earlier value."""
        return 100 * self.difference / self.earlier if self.difference is not None and self.earlier else None


def latest_period(series: pd.DataFrame, region: str | None = None) -> str | None:
    """Return the newest period with a known value, in all or in one region."""
    known = series.loc[series["value"].notna()]
    if region is not None:
        known = known.loc[known["region_code"] == region]
    return None if known.empty else str(known.sort_values("period_end")["period"].iloc[-1])


def _value(series: pd.DataFrame, region: str, period: str) -> float | None:
    hit = series.loc[(series["region_code"] == region) & (series["period"] == period)]
    demand_one_figure_each(hit)
    known = hit["value"].dropna()
    return None if known.empty else float(known.iloc[0])


def break_between(breaks: Iterable[Break], region: str, earlier: str, later: str) -> str:
    """Return the texts of the breaks that lie between two periods of a region; empty where there is none.

    Parameters
    ----------
    breaks
        Declared breaks of the measure.
    region, earlier, later
        Whose two periods; a break at the later of them lies between.
    """
    first, last = period_end(earlier), period_end(later)
    return " ".join(
        item.text
        for item in breaks
        if (not item.regions or region in item.regions) and first < period_end(item.at) <= last
    )


def change_between(
    series: pd.DataFrame,
    measure: Measure,
    region: str,
    period: str,
    earlier: str | None = None,
    breaks: Iterable[Break] = (),
    *,
    across_break: bool = False,
) -> Change:
    """Compare two periods of one region.

    Parameters
    ----------
    series
        One measure: ``region_code, period, value``.
    earlier
        The period to compare with. If None, the same period last year.
    breaks
        Breaks of the measure.
    across_break
        Whether periods on either side of a break may be compared; it is then named in the result, to be marked.

    Raises
    ------
    IndicatorError
        If a break lies between the periods and the comparison was not asked for.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> rows = pd.DataFrame({"region_code": "2182", "period": ["2023", "2024"], "value": [8.18, 9.15]})
    >>> change = change_between(rows, load_catalog().measure("N02797"), "2182", "2024")
    >>> change.direction, round(change.difference, 2), round(change.percent, 1)
    ('upp', 0.97, 11.9)
    """
    earlier = earlier or same_period_last_year(period)
    broken_by = break_between(breaks, region, earlier, period)
    if broken_by and not across_break:
        raise IndicatorError(
            f"{period} jämförs inte med {earlier}: serien är bruten emellan",
            cause=broken_by.rstrip("."),
            where=f"{measure.id}, {region}",
            todo="Begär jämförelsen med across_break=True, så märks den ut",
        )
    old, new = _value(series, region, earlier), _value(series, region, period)
    difference = None if old is None or new is None else new - old
    moved = None if difference is None else rounded(difference, measure.decimals)
    direction = "okänd" if moved is None else "upp" if moved > 0 else "ned" if moved < 0 else "lika"
    return Change(
        region_code=region,
        earlier_period=earlier,
        period=period,
        earlier=old,
        value=new,
        difference=difference,
        direction=direction,
        broken_by=broken_by,
    )


def same_period_table(series: pd.DataFrame, regions: Iterable[str], period: str) -> pd.DataFrame:
    """Put the same period of two years side by side for several regions.

    Parameters
    ----------
    series
        One measure: ``region_code, period, value``.
    regions, period
        Whose figures, and the later of the two periods.

    Returns
    -------
    pandas.DataFrame
        ``region_code, earlier_period, period, earlier, value, difference``, one row a region in the order given.
    """
    earlier = same_period_last_year(period)
    rows = [(region, _value(series, region, earlier), _value(series, region, period)) for region in regions]
    out = pd.DataFrame(rows, columns=["region_code", "earlier", "value"]).astype(
        {"earlier": float, "value": float}
    )
    out.insert(1, "earlier_period", earlier)
    out.insert(2, "period", period)
    return out.assign(difference=out["value"] - out["earlier"])


def usual_swing(series: pd.DataFrame, region: str, breaks: Iterable[Break] = ()) -> float | None:
    """Return how much a region's figure usually moves in a year: the median of its changes, up or down.

    A change across a break is left out; None where fewer than five changes are known.

    Parameters
    ----------
    series
        One measure: ``region_code, period, value``.
    region, breaks
        Whose changes, and the declared breaks of the measure.

    Examples
    --------
    >>> rows = pd.DataFrame({"region_code": "2182", "period": [str(year) for year in range(2018, 2024)],
    ...     "value": [8.0, 8.5, 8.25, 9.25, 9.5, 9.0]})
    >>> usual_swing(rows, "2182"), usual_swing(rows, "2182", [Break("b", "m", "2021", "Nytt.")])
    (0.5, None)
    """
    breaks = list(breaks)
    known = series.loc[(series["region_code"] == region) & series["value"].notna()]
    values = dict(zip(known["period"], known["value"], strict=True))
    earlier = {period: same_period_last_year(period) for period in values}
    moves = [
        abs(values[period] - values[before])
        for period, before in earlier.items()
        if before in values and not break_between(breaks, region, before, period)
    ]
    return float(pd.Series(moves).median()) if len(moves) >= SWINGS_NEEDED else None
