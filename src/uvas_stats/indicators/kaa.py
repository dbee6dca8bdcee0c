"""The kommunala aktivitetsansvaret: a share by the denominator one chooses, and parts with what is not shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.series import demand_one_figure_each
from uvas_stats.periods import period_kind

__all__ = ["NOT_SHOWN", "parts_of_whole", "share_of_population"]

NOT_SHOWN = "not_shown"
"""Category of what is left when the parts that are shown are taken from the whole."""
_SLACK = 0.051
"""What the rounding of one part can leave, in percent or persons."""


def share_of_population(counts: pd.DataFrame, people: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Divide counts of twelve months from July by the population at the turn of the year that lies within.

    Parameters
    ----------
    counts
        Observations of a count by school year: ``2024/25`` is July 2024 to June 2025.
    people
        Observations of the population on 31 December by year, in the ages of the share.
    measure
        Id that the rows get.

    Returns
    -------
    pandas.DataFrame
        The columns of ``counts``, the value in percent; not available where one of the two is missing.

    Raises
    ------
    IndicatorError
        If the counts are of another kind of period, or no population matches.

    Examples
    --------
    >>> counts = pd.DataFrame({"region_code": ["2421"], "period": ["2024/25"], "value": [25.0], "status": ["ok"]})
    >>> people = pd.DataFrame({"region_code": ["2421"], "period": ["2024"], "value": [250.0]})
    >>> share_of_population(counts, people, "x_pct")["value"].tolist()
    [10.0]
    """
    demand_one_figure_each(counts)
    demand_one_figure_each(people)
    if any(period_kind(period) != "school_year" for period in counts["period"].unique()):
        raise IndicatorError("Bara juli–juni kan delas med en folkmängd vid årsskiftet", todo="Välj juli–juni")
    known = people[["region_code", "period", "value"]].rename(columns={"period": "year", "value": "people"})
    both = counts.assign(year=counts["period"].str[:4]).merge(
        known, on=["region_code", "year"], how="left", validate="1:1"
    )
    if both["people"].isna().all():
        raise IndicatorError(
            "Folkmängden saknas för de perioder som KAA finns för",
            todo="Hämta den med",
            command="uvas fetch scb_population",
        )
    whole = both["people"].where(both["people"] > 0)
    share = 100 * both["value"] / whole
    status = both["status"].mask(both["value"].notna() & share.isna(), "not_available")
    return both.assign(measure=measure, value=share, status=status).drop(columns=["year", "people"])


def parts_of_whole(rows: pd.DataFrame, whole: float, keep: tuple[str, ...] = ()) -> pd.DataFrame:
    """Put parts beside what is left of the whole, so that nobody can work out a part that was hidden.

    If exactly one part is hidden, the smallest of the others is hidden too: what is left would be the hidden one.

    Parameters
    ----------
    rows
        ``category, value, status``: one row a part.
    whole
        100 for shares, or the count that the parts are of.
    keep
        Categories that are hidden only if there is no other.

    Returns
    -------
    pandas.DataFrame
        The rows, and one more of category ``not_shown`` where something is left; its value is null where even
        that would give a part away.

    Examples
    --------
    >>> rows = pd.DataFrame({"category": ["a", "b", "c"], "value": [60.0, None, 25.0],
    ...     "status": ["ok", "suppressed", "ok"]})
    >>> parts_of_whole(rows, 100)[["category", "value"]].values.tolist()
    [['a', 60.0], ['b', nan], ['c', nan], ['not_shown', 40.0]]
    """
    shown = rows.reset_index(drop=True)
    if shown["value"].isna().sum() == 1:
        others = shown.loc[shown["value"] > 0]
        free = others.loc[~others["category"].isin(keep)]
        pick = (free if len(free) else others)["value"]
        if len(pick):
            at = pick.idxmin()
            shown = shown.assign(
                value=shown["value"].mask(shown.index == at),
                status=shown["status"].mask(shown.index == at, "suppressed"),
            )
    hidden = int(shown["value"].isna().sum())
    left = whole - float(shown["value"].sum())
    if not hidden and left <= _SLACK * len(shown):
        return shown
    value = np.nan if hidden == 1 else max(0.0, left)
    row = {"category": NOT_SHOWN, "value": value, "status": "suppressed" if hidden == 1 else "ok"}
    return pd.concat([shown, pd.DataFrame([row])], ignore_index=True)
