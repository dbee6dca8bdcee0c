"""Age groups of the population: summed from one-year ages while that is allowed, fetched or absent after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from uvas_stats.observations.validate import make_observations

__all__ = ["BANDS", "age_bands"]

BANDS = {
    f"{first}-{last}": tuple(str(age) for age in range(first, last + 1))
    for first, last in ((16, 19), (16, 24), (20, 24), (16, 25), (16, 29), (25, 29))
}
"""The age groups of the product and the one-year ages they are made of."""
_INDEX = ["dataset", "edition", "region_code", "period", "measure"]


def _wide(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each region, year and sex, one column for each one-year age, and the total sex added."""
    text = frame.astype(dict.fromkeys([*_INDEX, "sex", "age_group"], "str"))
    wide = text.pivot(index=[*_INDEX, "sex"], columns="age_group", values="value")  # noqa: PD010 - raises on doubles
    sexes = wide.index.get_level_values("sex")
    men, women = (wide[sexes == sex].droplevel("sex") for sex in ("men", "women"))
    total = men.add(women)  # a row or an age that one of them lacks becomes null, not a part of a sum
    total = total.assign(sex="total").set_index("sex", append=True)
    return pd.concat([wide, total[~total.index.isin(wide.index)]])


def _summed(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum what carries no noise: the total of the sexes for each age, and the age groups for each sex."""
    wide = _wide(frame)
    built = {name: ages for name, ages in BANDS.items() if set(ages) <= set(wide)}
    bands = pd.DataFrame({name: wide[list(ages)].sum(axis=1, skipna=False) for name, ages in built.items()})
    total = wide.loc[wide.index.get_level_values("sex") == "total"]
    long = [
        part.melt(ignore_index=False, var_name="age_group", value_name="value").reset_index()
        for part in (bands, total)
    ]
    return pd.concat(long, ignore_index=True)


def _absent(frame: pd.DataFrame) -> pd.DataFrame:
    """Say of each age group that is not published, where parts carry noise, that it is not available."""
    text = frame[[*_INDEX, "sex", "age_group"]].astype("str")
    have = text.drop_duplicates()
    groups = have[[*_INDEX, "sex"]].drop_duplicates()
    wanted = groups.merge(pd.DataFrame({"age_group": list(BANDS)}), how="cross")
    merged = wanted.merge(have, how="left", indicator=True, validate="1:1")
    return merged.loc[merged["_merge"] == "left_only"].drop(columns="_merge").assign(value=np.nan, noise=True)


def age_bands(frame: pd.DataFrame, origin: str) -> pd.DataFrame:
    """Make the product's age groups and the total of the sexes from the population's observations.

    Where cells carry no noise they are sums of one-year ages. Where they do (from 2025), nothing is summed: a
    group that the publisher has is already among the observations, and one it has not becomes a row that says so.

    Parameters
    ----------
    frame
        The observations of the population tables.
    origin
        Written as the origin of what is derived.

    Returns
    -------
    pandas.DataFrame
        Only what is added.
    """
    noisy = frame["noise"].to_numpy()
    parts = []
    if (~noisy).any():
        parts.append(_summed(frame.loc[~noisy]).assign(noise=False))
    if noisy.any():
        parts.append(_absent(frame.loc[noisy]))
    rows = pd.concat(parts, ignore_index=True)
    rows["status"] = np.where(rows["value"].isna(), "not_available", "ok")
    return make_observations(rows.assign(origin=origin))
