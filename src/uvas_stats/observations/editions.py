"""Which edition of a figure is shown where several are held."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from uvas_stats.observations.contract import KEY

__all__ = ["WITHIN", "Replaces", "is_part", "latest_edition", "sources_apart"]

WITHIN: Mapping[str, tuple[str, ...]] = {
    "origin": ("origin",),
    "period": ("period",),
    "period_and_area": ("period", "region_code"),
}
"""Within what a newer edition of a dataset replaces an older one, where that is not the whole of it."""
Replaces = Mapping[str, str | tuple[str, ...]]
"""By dataset a key of :data:`WITHIN`, or the editions that hold only a part of it and replace figure by figure."""
FIGURE = [name for name in KEY if name != "edition"]


def sources_apart(frame: pd.DataFrame, replaces: Replaces) -> pd.Series:
    """Give each row of a dataset the number of the source within which a newer edition replaces an older one.

    Each programme document is a source of its own: the figures of one are never replaced by those of another,
    newer one. So is each month of the lists that are taken in one at a time, each year and area of what is copied
    by hand, and each count of a register. What ``replaces`` does not name is one source.

    Parameters
    ----------
    frame
        Observations.
    replaces
        A key of :data:`WITHIN` by dataset, as the catalog declares it.
    """
    dataset = frame["dataset"].astype("category").cat
    kinds = [replaces.get(str(name).partition(":")[0], "") for name in dataset.categories]  # register:2182
    source = np.full(len(frame), -1)
    for kind, columns in WITHIN.items():
        rows = np.isin(dataset.codes, [code for code, of in enumerate(kinds) if of == kind])
        if rows.any():
            source[rows] = frame.loc[rows].groupby(list(columns), observed=True).ngroup()
    return pd.Series(source, index=frame.index)


def is_part(frame: pd.DataFrame, replaces: Replaces) -> np.ndarray:
    """Tell which rows are of an edition that holds only a part of its dataset, such as a transcribed one."""
    part = np.zeros(len(frame), dtype=bool)
    for dataset, editions in replaces.items():
        if isinstance(editions, tuple):
            part |= ((frame["dataset"] == dataset) & frame["edition"].isin(editions)).to_numpy()
    return part


def latest_edition(frame: pd.DataFrame, replaces: Replaces) -> pd.DataFrame:
    """Keep, for each dataset and measure, the rows of the newest edition that holds the measure.

    A figure that the publisher has withdrawn does not live on from an older edition. An edition replaces another
    only within its source; see :func:`sources_apart`. One that holds only a part of its dataset replaces only the
    figures that it has: the others stand beside it, until an edition that holds the whole measure comes.
    """
    if frame.empty:
        return frame
    edition = frame["edition"].astype("category").cat
    order = np.argsort(np.argsort(edition.categories.astype("str").to_numpy()))  # the newest has the highest
    age = pd.Series(order[edition.codes], index=frame.index)
    keys = [frame["dataset"], frame["measure"], sources_apart(frame, replaces)]
    newest = age.groupby(keys, observed=True).transform("max")
    part = is_part(frame, replaces)
    if not part.any():
        return frame.loc[(age == newest).to_numpy()]
    whole = age.mask(part, -1).groupby(keys, observed=True).transform("max")
    kept = (age >= whole).to_numpy(copy=True)
    side_by_side = np.flatnonzero(kept & (whole < newest).to_numpy())
    by_age = side_by_side[np.argsort(age.to_numpy()[side_by_side], kind="stable")]
    older = frame.iloc[by_age].duplicated(FIGURE, keep="last").to_numpy()
    kept[by_age[older]] = False
    return frame.loc[kept]
