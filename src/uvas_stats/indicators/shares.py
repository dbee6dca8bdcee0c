"""Shares with their uncertainty, and the bounds of groups that overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from uvas_stats.errors import IndicatorError

__all__ = ["overlap_bounds", "wilson"]


def wilson(numerator: Sequence[float], denominator: Sequence[float], level: float = 0.95) -> pd.DataFrame:
    """Compute shares with Wilson intervals.

    The counts are full counts, so the interval describes random variation between years, not survey error.

    Parameters
    ----------
    numerator, denominator
        Counts of the same length; a null or zero denominator gives a null share.
    level
        Coverage of the interval.

    Returns
    -------
    pandas.DataFrame
        ``share_pct``, ``lower_pct`` and ``upper_pct``, in percent.

    Raises
    ------
    IndicatorError
        If a numerator is negative or larger than its denominator.

    Examples
    --------
    >>> wilson([3], [146]).round(2).iloc[0].tolist()
    [2.05, 0.7, 5.87]
    """
    from scipy.special import ndtri  # statsmodels has the same interval but takes seconds to load

    part, whole = np.asarray(numerator, dtype="float64"), np.asarray(denominator, dtype="float64")
    if part.shape != whole.shape:
        raise IndicatorError("Täljare och nämnare är olika många", todo="Ange en nämnare för varje täljare")
    known = ~np.isnan(part) & ~np.isnan(whole) & (whole > 0)
    if ((part[known] < 0) | (part[known] > whole[known])).any():
        raise IndicatorError(
            "En andel har en täljare som är negativ eller större än nämnaren", todo="Kontrollera antalen"
        )
    out = np.full((len(part), 3), np.nan)
    share, n, z = part[known] / whole[known], whole[known], float(ndtri(0.5 + level / 2))
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    low, high = np.clip(middle - half, 0.0, share), np.clip(middle + half, share, 1.0)
    out[known] = 100 * np.column_stack([share, low, high])
    return pd.DataFrame(out, columns=["share_pct", "lower_pct", "upper_pct"])


def overlap_bounds(parts: Sequence[float]) -> tuple[float, float]:
    """Return the least and greatest possible size of the union of groups that may overlap.

    Examples
    --------
    >>> overlap_bounds([10, 20, 20])
    (20.0, 50.0)
    """
    if not len(parts):
        raise IndicatorError("Det finns inga delar att lägga samman", todo="Ange minst ett antal")
    if not all(part >= 0 for part in parts):  # null is not
        raise IndicatorError("En del är okänd eller negativ", todo="Ange antal som är noll eller större")
    return float(max(parts)), float(sum(parts))
