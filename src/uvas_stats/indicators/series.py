"""What an indicator may assume of a series, checked in one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from uvas_stats.catalog import Break
from uvas_stats.errors import IndicatorError
from uvas_stats.periods import period_end, period_kind, period_text

__all__ = ["Run", "demand_one_figure_each", "period_after", "unbroken_run"]


def demand_one_figure_each(series: pd.DataFrame) -> None:
    """Demand one row for each region and period, so that sexes, ages and editions are never mixed in silence.

    Raises
    ------
    IndicatorError
        Naming the first region and period that has several figures.
    """
    double = series.duplicated(["region_code", "period"], keep=False)
    if double.any():
        row = series.loc[double].iloc[0]
        raise IndicatorError(
            "Serien har flera uppgifter för samma område och period",
            where=f"{row['region_code']}, {row['period']}",
            todo="Välj ett kön, en ålder, en indelning och en utgåva",
        )


@dataclass(frozen=True)
class Run:
    """The figures of one region that stand in one unbroken row up to the newest."""

    region_code: str
    figures: pd.DataFrame
    """``period, period_end, value``, one row a period, none missing."""
    cut_by: str
    """Why it does not reach further back: the text of a break, or the period that is missing; may be empty."""

    @property
    def values(self) -> pd.Series:
        """The figures by period."""
        return self.figures.set_index("period")["value"]


def unbroken_run(series: pd.DataFrame, region: str, breaks: Iterable[Break] = (), until: str | None = None) -> Run:
    """Take the figures of one region back to the last declared break or missing period.

    Parameters
    ----------
    series
        One measure by month or by year: ``region_code, period, period_end, value``.
    until
        The newest period to take; None means the newest known.

    Examples
    --------
    >>> rows = pd.DataFrame({"region_code": "2182", "period": ["2024-01", "2024-02", "2024-04", "2024-05"],
    ...     "period_end": [1, 2, 3, 4], "value": [9.0, 8.0, 7.0, 6.0]})
    >>> run = unbroken_run(rows, "2182")
    >>> run.values.to_dict(), run.cut_by
    ({'2024-04': 7.0, '2024-05': 6.0}, 'uppgift för mars 2024 saknas')
    """
    of_region = series.loc[(series["region_code"] == region) & series["value"].notna()]
    demand_one_figure_each(of_region)
    known = of_region.sort_values("period_end")[["period", "period_end", "value"]].reset_index(drop=True)
    if until is not None:
        known = known.loc[known["period_end"] <= pd.Timestamp(period_end(until))]
    starts = {item.at: item.text for item in breaks if not item.regions or region in item.regions}
    kept: list[int] = []
    cut_by = ""
    for at in reversed(known.index):
        period = str(known["period"][at])
        if kept:
            due = period_after(str(known["period"][kept[-1]]), -1)
            if period != due:
                cut_by = f"uppgift för {period_text(due)} saknas"
                break
        kept.append(at)
        if period in starts:
            cut_by = starts[period]
            break
    return Run(region, known.loc[kept[::-1]].reset_index(drop=True), cut_by)


def period_after(period: str, steps: int) -> str:
    """Return the period that lies so many months, half-years or years after another.

    Examples
    --------
    >>> period_after("2024-11", 3), period_after("2024-01", -1), period_after("2024", 2)
    ('2025-02', '2023-12', '2026')
    >>> period_after("2024H2", 1), period_after("2099/00", -1)
    ('2025H1', '2098/99')
    """
    kind, year = period_kind(period), int(period[:4])
    if kind == "half_year":
        half = year * 2 + int(period[5:]) - 1 + steps
        return f"{half // 2}H{half % 2 + 1}"
    if kind == "school_year":
        return f"{year + steps}/{(year + steps + 1) % 100:02d}"
    if kind == "year":
        return str(year + steps)
    at = year * 12 + int(period[5:]) - 1 + steps
    return f"{at // 12}-{at % 12 + 1:02d}"
