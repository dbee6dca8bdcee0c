"""The register signal: young people outside work and study by month. It is this product's construction, not SCB's.

Of everyone in an age, those who in the month are unemployed, retired (which for the young is mostly activity
compensation), sick or otherwise outside the labour force: whoever is neither employed nor studying. It is not
UVAS, which is for a whole calendar year and counts income, student aid and registered studies.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uvas_stats.observations.validate import make_observations

__all__ = ["OUTSIDE", "TOTAL", "register_signal"]

OUTSIDE = ("bas_unemployed_count", "bas_retired_count", "bas_sick_count", "bas_others_count")
TOTAL = "bas_total_count"
AGES = ("16-19", "20-24", "25-29")
"""The ages the signal is made for. Among all of working age it would mean another thing: old-age pension."""
_INDEX = ["dataset", "edition", "region_code", "period", "sex", "age_group"]


def register_signal(frame: pd.DataFrame, origin: str) -> pd.DataFrame:
    """Compute ``register_outside_count`` and ``register_outside_share_pct`` from the observations of BAS.

    Parameters
    ----------
    frame
        The observations of BAS. Each total (sex, riket) has its own published parts, so nothing is added up over
        sexes, ages or regions.
    origin
        Written as the origin of what is derived.

    Returns
    -------
    pandas.DataFrame
        Only what is added. Where one of the four parts or the total is missing, the figure is not available.
    """
    chosen = frame["measure"].isin([*OUTSIDE, TOTAL]) & frame["age_group"].isin(AGES)
    wanted = frame.loc[chosen.to_numpy(), [*_INDEX, "measure", "value", "noise"]]
    wide = wanted.pivot(index=_INDEX, columns="measure", values="value")  # noqa: PD010 - raises on doubles
    noise = wanted.groupby(_INDEX, observed=True)["noise"].any().reindex(wide.index).to_numpy()
    wide = wide.reindex(columns=[*OUTSIDE, TOTAL])  # one that is no longer published is missing
    count = wide[list(OUTSIDE)].sum(axis=1, skipna=False).to_numpy()
    total = wide[TOTAL].to_numpy()
    share = np.divide(100 * count, total, out=np.full(len(total), np.nan), where=total > 0)
    share = np.where(share > 100, np.nan, share)  # noise can make the parts more than the whole in a tiny kommun
    keys = wide.index.to_frame(index=False)
    rows = pd.concat(
        [
            keys.assign(measure="register_outside_count", value=count, noise=noise),
            keys.assign(measure="register_outside_share_pct", value=share, noise=noise),
        ],
        ignore_index=True,
    )
    rows["status"] = np.where(rows["value"].isna(), "not_available", "ok")
    return make_observations(rows.assign(origin=origin))
