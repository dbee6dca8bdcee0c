"""The figures of a run in a few lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from uvas_stats.catalog import Measure
from uvas_stats.numbers import number_text
from uvas_stats.periods import period_text
from uvas_stats.register.store import day_of

__all__ = ["headline_lines"]


def headline_lines(observations: pd.DataFrame, measures: Mapping[str, Measure]) -> Iterator[str]:
    """Write one line a figure without breakdown, both sexes together; a hidden figure says so."""
    overlap = observations["measure"] == "register_overlap_count"
    rows = observations.loc[(observations["sex"] == "total") & (observations["breakdown"].isna() | overlap)]
    for one in rows.itertuples():
        measure = measures[str(one.measure)]
        if measure.id == "participants_count":
            continue
        day = day_of(str(one.origin))
        yield f"{measure.short}, {day or period_text(str(one.period))}: {figure_text(one, measure)}"


def figure_text(one: object, measure: Measure) -> str:
    """Write a figure, its bounds, or that it is hidden."""
    value, lower, upper = (getattr(one, name) for name in ("value", "lower", "upper"))
    if pd.notna(value):
        return number_text(float(value), measure.decimals, measure.unit)
    if pd.notna(lower) and pd.notna(upper):
        return f"mellan {number_text(float(lower), 0)} och {number_text(float(upper), 0)}"
    return "döljs (för få personer)"
