"""An area of several kommuner that each count their own registers: sums where every part is shown."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from uvas_stats.register.shares import SHARES, category_of

__all__ = ["area_of_registers"]

_SUMMED = ("register_kaa_stock_count", "_new_count", "_ended_count", "_open_count")


def area_of_registers(rows: pd.DataFrame, members: Sequence[str], area: str) -> pd.DataFrame:
    """Add up what each kommun has shown of its own registers.

    Parameters
    ----------
    rows
        Observations of the kommuner's registers.
    members
        The kommuner of the area.
    area
        Its id, which stands as the region of the result.

    Returns
    -------
    pandas.DataFrame
        Counts that every kommun has for the same period: the sum, or suppressed where a part is. Shares of
        participants are made of such sums. What may hold the same person twice (the KAA during a period) is not
        added, nor are medians. It tells nothing that the kommuner's own figures do not.

    Examples
    --------
    >>> base = {"measure": "participants_started_count", "period": "2105H2", "sex": "total", "breakdown": "",
    ...     "category": "", "status": "ok"}
    >>> parts = {"0136": 20.0, "0138": 9.0}
    >>> rows = pd.DataFrame([base | {"region_code": code, "value": n} for code, n in parts.items()])
    >>> area_of_registers(rows, ["0136", "0138"], "x")["value"].tolist()
    [29.0]
    >>> area_of_registers(rows, ["0136", "0138", "0192"], "x").empty
    True
    """
    figures = rows.loc[rows["region_code"].isin(list(members))].astype(
        {"breakdown": "object", "category": "object"}
    )
    figures = figures.assign(**{name: figures[name].where(figures[name].notna(), "") for name in _PARTS})
    counts = figures.loc[figures["measure"].map(_is_summed)]
    keys = ["measure", "period", "sex", *_PARTS]
    grouped = counts.groupby(keys, observed=True, dropna=False)["value"]
    whole = grouped.transform("size") == len(set(members))
    first = counts.assign(value=grouped.transform(lambda n: n.sum(skipna=False))).loc[whole].drop_duplicates(keys)
    made = pd.concat([first, _shares(first, figures)], ignore_index=True)
    zero = made["value"] == 0
    status = made["value"].notna().map({True: "ok", False: "suppressed"}).mask(zero, "true_zero")
    return made.assign(region_code=area, status=status)


_PARTS = ("breakdown", "category")


def _is_summed(measure: str) -> bool:
    participants = measure.startswith("participants_") and measure.endswith("_count")
    return participants or measure.endswith(_SUMMED)


def _shares(sums: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Make the shares of the area out of the sums of their numerators and denominators."""
    cells = sums.loc[(sums["measure"] == "participants_count") & (sums["sex"] == "total")]
    parts = []
    for measure, conditions in SHARES.items():
        n, of = (
            cells.loc[(cells["breakdown"] == one[0]) & (cells["category"] == one[1])].set_index("period")["value"]
            for one in map(category_of, conditions)
        )
        share = (100 * n / of.where(of > 0)).reindex(of.index[of != 0])
        rows = figures.loc[(figures["measure"] == measure) & figures["period"].isin(share.index)].drop_duplicates(
            "period"
        )
        parts.append(rows.assign(value=rows["period"].map(share).astype("float64")))
    return pd.concat(parts, ignore_index=True) if parts else sums.iloc[:0]
