"""What an indicator may assume of a series, checked in one place."""

from __future__ import annotations

import pandas as pd

from uvas_stats.errors import IndicatorError

__all__ = ["demand_one_figure_each"]


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
