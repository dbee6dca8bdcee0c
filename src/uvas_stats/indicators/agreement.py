"""Whether two routes to the same indicator agree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from uvas_stats.observations.contract import select

__all__ = ["disagreements"]

_KEY = ["region_code", "period", "sex", "age_group"]
_SHOWN = [*_KEY, "left", "right", "difference"]


def disagreements(observations: pd.DataFrame, left: str, right: str, decimals: int = 1) -> pd.DataFrame:
    """List the figures that two measures, which are the same indicator by two routes, do not agree on.

    Parameters
    ----------
    observations
        The newest editions, as :func:`uvas_stats.observations.editions.latest_edition` gives them.
    left, right
        Ids of the measures.
    decimals
        With how many decimals the coarser of them is published; what rounding explains is no disagreement.

    Returns
    -------
    pandas.DataFrame
        ``region_code, period, sex, age_group, left, right, difference``: right less left. A figure known only as
        an interval agrees with a value inside it; ``difference`` is then to the nearer bound. Figures that one
        route lacks are not listed.

    Examples
    --------
    >>> rows = pd.DataFrame({"region_code": ["2182"] * 2, "period": ["2024/25"] * 2, "period_end": [1, 1],
    ...     "sex": ["total"] * 2, "age_group": ["total"] * 2, "breakdown": [None, None], "measure": ["a", "b"],
    ...     "value": [73.3, 74.0], "lower": [None, None], "upper": [None, None]})
    >>> disagreements(rows, "a", "b")["difference"].round(1).tolist()
    [0.7]
    """
    both = _bounds(observations, left, "left").merge(
        _bounds(observations, right, "right"), on=[*_KEY, "period_end"], how="inner", validate="1:1"
    )
    above = both["low_right"] - both["high_left"]
    below = both["high_right"] - both["low_left"]
    gap = np.where(above > 0, above, np.where(below < 0, below, 0.0))
    known = both[["low_left", "high_left", "low_right", "high_right"]].notna().all(axis=1)
    apart = known & (np.abs(gap) > 0.5 * 10.0**-decimals + 1e-9)
    return both.assign(difference=gap).loc[apart, _SHOWN].reset_index(drop=True)


def _bounds(observations: pd.DataFrame, measure: str, side: str) -> pd.DataFrame:
    """Take a measure's figures with the bounds within which each is known."""
    rows = select(observations, measure=measure)
    rows = rows.loc[rows["breakdown"].isna()]
    values = rows[["value", "lower", "upper"]].astype("float64")
    return rows[[*_KEY, "period_end"]].assign(
        **{
            side: values["value"],
            f"low_{side}": values["value"].fillna(values["lower"]),
            f"high_{side}": values["value"].fillna(values["upper"]),
        }
    )
