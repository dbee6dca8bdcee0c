"""Which edition of a figure is shown where several are held."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["latest_edition", "sources_apart"]

ONE_AT_A_TIME = ("af_ranking", "af_history", "af_openly_year")
"""Datasets of which an edition holds one period; the newest edition of each period counts."""
AREA_AT_A_TIME = ("mucf",)
"""Datasets of which an edition holds some years and areas; the newest edition of each year and area counts."""


def sources_apart(frame: pd.DataFrame) -> pd.Series:
    """Give each row the number of the source within which a newer edition replaces an older one.

    Each programme document is a source of its own: the figures of one are never replaced by those of another,
    newer one. So is each month of the lists that are taken in one at a time, each year and area of what is copied
    by hand, and each count of a register. All else is one source.
    """
    origin = frame["origin"].astype("category").cat
    alone = ("programmes/", "register/")
    own = np.array([at if text.startswith(alone) else -1 for at, text in enumerate(origin.categories)], "int64")
    source = pd.Series(own[origin.codes], index=frame.index)
    listed, copied = (frame["dataset"].isin(names) for names in (ONE_AT_A_TIME, AREA_AT_A_TIME))
    if listed.any() or copied.any():
        period, region = (frame[name].astype("category").cat for name in ("period", "region_code"))
        month = period.codes.astype("int64")
        source = source.mask(listed, -2 - month)
        source = source.mask(copied, -2 - month * len(region.categories) - region.codes)
    return source


def latest_edition(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep, for each dataset and measure, the rows of the newest edition that holds the measure.

    A figure that the publisher has withdrawn does not live on from an older edition. An edition replaces another
    only within its source; see :func:`sources_apart`.
    """
    if frame.empty:
        return frame
    edition = frame["edition"].astype("category").cat
    place = np.argsort(np.argsort(edition.categories.astype("str").to_numpy()))  # the newest has the highest
    age = pd.Series(place[edition.codes], index=frame.index)
    keys = [frame["dataset"], frame["measure"], sources_apart(frame)]
    newest = age.groupby(keys, observed=True).transform("max")
    return frame.loc[(age == newest).to_numpy()]
