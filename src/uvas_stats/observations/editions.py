"""Which edition of a figure is shown where several are held."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

__all__ = ["WITHIN", "latest_edition", "sources_apart"]

WITHIN: Mapping[str, tuple[str, ...]] = {
    "origin": ("origin",),
    "period": ("period",),
    "period_and_area": ("period", "region_code"),
}
"""Within what a newer edition of a dataset replaces an older one, where that is not the whole of it."""


def sources_apart(frame: pd.DataFrame, replaces: Mapping[str, str]) -> pd.Series:
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


def latest_edition(frame: pd.DataFrame, replaces: Mapping[str, str]) -> pd.DataFrame:
    """Keep, for each dataset and measure, the rows of the newest edition that holds the measure.

    A figure that the publisher has withdrawn does not live on from an older edition. An edition replaces another
    only within its source; see :func:`sources_apart`.
    """
    if frame.empty:
        return frame
    edition = frame["edition"].astype("category").cat
    order = np.argsort(np.argsort(edition.categories.astype("str").to_numpy()))  # the newest has the highest
    age = pd.Series(order[edition.codes], index=frame.index)
    keys = [frame["dataset"], frame["measure"], sources_apart(frame, replaces)]
    newest = age.groupby(keys, observed=True).transform("max")
    return frame.loc[(age == newest).to_numpy()]
