"""Which edition of a figure is shown where several are held."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["latest_edition"]

ONE_AT_A_TIME = ("af_ranking", "af_history", "af_openly_year")
"""Datasets of which an edition holds one period; the newest edition of each period counts."""
AREA_AT_A_TIME = ("mucf",)
"""Datasets of which an edition holds some years and areas; the newest edition of each year and area counts."""


def latest_edition(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep, for each dataset and measure, the rows of the newest edition that holds the measure.

    A figure that the publisher has withdrawn does not live on from an older edition. Each programme document is a
    source of its own: the figures of one are never replaced by those of another, newer one. So is each month of
    the lists that are taken in one at a time, each year and area of what is copied by hand, and each count of a
    register.
    """
    if frame.empty:
        return frame
    edition, origin = (frame[name].astype("category").cat for name in ("edition", "origin"))
    place = np.argsort(np.argsort(edition.categories.astype("str").to_numpy()))  # the newest has the highest
    alone = ("programmes/", "register/")
    own = np.array([at if text.startswith(alone) else -1 for at, text in enumerate(origin.categories)])
    age = pd.Series(place[edition.codes], index=frame.index)
    document = pd.Series(own[origin.codes], index=frame.index)
    listed, copied = (frame["dataset"].isin(names) for names in (ONE_AT_A_TIME, AREA_AT_A_TIME))
    if listed.any() or copied.any():
        period, region = (frame[name].astype("category").cat for name in ("period", "region_code"))
        month = period.codes.astype("int64")
        document = document.mask(listed, -2 - month)
        document = document.mask(copied, -2 - month * len(region.categories) - region.codes)
    newest = age.groupby([frame["dataset"], frame["measure"], document], observed=True).transform("max")
    return frame.loc[(age == newest).to_numpy()]
