"""Where figures differ: between editions of the same, and between two routes to the same indicator."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from uvas_stats.observations.contract import select
from uvas_stats.observations.editions import FIGURE, Replaces, is_part, sources_apart

__all__ = ["REVISION_COLUMNS", "disagreements", "revisions"]

REVISION_COLUMNS = (
    *FIGURE,
    "old_edition",
    "new_edition",
    "old",
    "new",
    "difference",
    "old_status",
    "new_status",
    "kind",
)
ROUNDING = 1e-9
"""Added to half a unit of the last decimal, for what binary numbers do to 0.005."""


def _decimals(value: float) -> int:
    """Count the decimals that a value is written with, six at most.

    Examples
    --------
    >>> _decimals(7.31), _decimals(7.314866), _decimals(7.0)
    (2, 6, 0)
    """
    text = f"{value:.6f}".rstrip("0")
    return len(text.partition(".")[2])


def _series_decimals(values: pd.Series) -> int:
    return max((_decimals(value) for value in values.dropna().unique()), default=0)


def _kind(pairs: pd.DataFrame, precision: pd.Series) -> pd.Series:
    """Say of each figure what happened to it."""
    half = 0.5 * 10.0**-precision + ROUNDING
    known, before = pairs["value_new"].notna(), pairs["value_old"].notna()
    changed = known & before & ((pairs["value_new"] - pairs["value_old"]).abs() > half)
    status = pairs["status_old"].fillna("") != pairs["status_new"].fillna("")
    choices = [
        pairs["status_old"].isna(),
        pairs["status_new"].isna(),
        changed,
        known & ~before,
        before & ~known,
        status,
    ]
    words = ["added", "withdrawn", "changed", "filled", "emptied", "status"]
    return pd.Series(np.select([choice.to_numpy() for choice in choices], words, "same"), index=pairs.index)


def _pair(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Compare what is held of one measure with a new edition of it."""
    pairs = old.merge(new, on=list(FIGURE), how="outer", suffixes=("_old", "_new"), validate="1:1")
    fewest = min(_series_decimals(old["value"]), _series_decimals(new["value"]))
    pairs["kind"] = _kind(pairs, pd.Series(fewest, index=pairs.index))
    beside = ("added", "withdrawn") if new["part"].iloc[0] else ()  # a part is compared where both have a figure
    unlike = ~pairs["kind"].isin(["same", *beside])
    changed = pairs.loc[unlike].rename(
        columns={"value_old": "old", "value_new": "new", "status_old": "old_status", "status_new": "new_status"}
    )
    return changed.assign(
        old_edition=changed["edition_old"].fillna(str(old["edition"].max())),
        new_edition=str(new["edition"].iloc[0]),
        difference=changed["new"] - changed["old"],
    )[list(REVISION_COLUMNS)]


def _steps(editions: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Compare each edition of a measure with what was held before it."""
    held = None
    for _, rows in editions.groupby("edition", sort=True):
        if held is not None:
            yield _pair(held, rows)
            if rows["part"].iloc[0]:
                rows = pd.concat([held, rows]).drop_duplicates(list(FIGURE), keep="last")
        held = rows


def revisions(observations: pd.DataFrame, replaces: Replaces) -> pd.DataFrame:
    """List what differs between one edition of a measure and the next that has it.

    Parameters
    ----------
    observations
        Observations of all editions. An edition is compared with what was held before it of its source, as
        ``sources_apart`` tells sources apart: another month's list withdraws nothing. An edition that
        holds only a part is compared where both have a figure.
    replaces
        Within what an edition replaces another, by dataset, as the catalog declares it.

    Returns
    -------
    pandas.DataFrame
        One row a figure that is not the same, with the columns of :data:`REVISION_COLUMNS`. ``kind`` is
        ``changed`` (another value), ``filled`` or ``emptied`` (a value came or went), ``status`` (the same value
        with another status), ``added`` or ``withdrawn`` (a figure came or went). Two values are the same where
        they differ by no more than the rounding of the edition with fewer decimals: one edition may have been
        transcribed with two decimals and the other fetched with six. The difference is in the measure's unit.

    Examples
    --------
    >>> rows = pd.DataFrame({"dataset": ["kolada"] * 2, "edition": ["2026-11-21", "2027-04-01"],
    ...     "region_code": ["1730"] * 2, "period": ["2014"] * 2, "sex": ["total"] * 2, "age_group": ["16-24"] * 2,
    ...     "breakdown": [None] * 2, "category": [None] * 2, "measure": ["uvas_share_pct"] * 2,
    ...     "value": [9.45, 10.95], "status": ["ok"] * 2, "origin": ["a.csv", "b.csv"]})
    >>> print(revisions(rows, {})[["region_code", "old", "new", "difference", "kind"]].to_string(index=False))
    region_code  old   new  difference    kind
           1730 9.45 10.95         1.5 changed
    """
    kept = observations[[*FIGURE, "edition", "value", "status"]].assign(part=is_part(observations, replaces))
    texts = [*FIGURE, "edition", "status"]
    kept[texts] = kept[texts].astype("object").where(kept[texts].notna(), None)
    frames: list[pd.DataFrame] = []
    keys = [kept["dataset"], kept["measure"], sources_apart(observations, replaces)]
    for _, editions in kept.groupby(keys, sort=True):
        frames += _steps(editions)
    if not frames:
        return pd.DataFrame(columns=list(REVISION_COLUMNS))
    stacked = pd.concat(frames, ignore_index=True)
    order = ["dataset", "measure", "new_edition", "region_code", "period", "age_group", "sex"]
    return stacked.sort_values(order, kind="stable", ignore_index=True)


_SAME_FIGURE = ["region_code", "period", "sex", "age_group"]
_SHOWN = [*_SAME_FIGURE, "left", "right", "difference"]


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
        _bounds(observations, right, "right"), on=[*_SAME_FIGURE, "period_end"], how="inner", validate="1:1"
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
    return rows[[*_SAME_FIGURE, "period_end"]].assign(
        **{
            side: values["value"],
            f"low_{side}": values["value"].fillna(values["lower"]),
            f"high_{side}": values["value"].fillna(values["upper"]),
        }
    )
