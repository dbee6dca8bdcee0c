"""Breaks found in the figures: where a level shifts by more than chance and riket explain.

What is looked at is the change from one year to the next less riket's, and less the median of the same for all
kommuner. It is measured in the kommun's own usual change: 1.4826 times the median of the absolute changes, drawn
towards that of all kommuner as if those were five changes more, and never less than chance alone gives a share of
so many persons where they are known. Of an area the scores of its kommuner are added and divided by the root of
their number (Stouffer), and by the area's own usual score where that is above one, since neighbours move together.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from uvas_stats.catalog import Break
from uvas_stats.indicators.change import break_between
from uvas_stats.periods import same_period_last_year

__all__ = ["ALONE", "AREA", "WITH_OTHERS", "level_shifts"]

ALONE = 5.0
"""Usual changes beyond which a kommun is proposed by itself: of 290 kommuner in 16 years
chance gives one in five scans where the persons are not known."""
WITH_OTHERS = 2.0
"""Usual changes that are enough where its area shifts the same way that year, or has a break declared then."""
AREA = 4.0
"""The score at which an area is proposed."""
KEPT = 1 / 3
"""How much of the shift must still be there in the mean of two years against the two before."""
_MAD = 1.4826
_LENT = 5
_OUTLIER = 4.0
_FEWEST_YEARS, _FEWEST_MEMBERS = 6, 4
COLUMNS = ["region_code", "kind", "period", "before", "value", "shift", "kept", "score", "support", "declared"]


def level_shifts(
    series: pd.DataFrame,
    areas: Mapping[str, Sequence[str]],
    breaks: Iterable[Break] = (),
    denominators: pd.DataFrame | None = None,
    near: Collection[str] = (),
) -> pd.DataFrame:
    """Propose breaks of a measure by year, with what speaks for each.

    Parameters
    ----------
    series
        One measure by year or school year: ``region_code, period, value``, for kommuner and, where it has one,
        riket.
    areas
        The kommuner of each län and group, by its id.
    breaks
        Declared breaks of the measure.
    denominators
        What the shares are of, where that is known: ``region_code, period, value``.
    near
        Those of the areas whose kommuner lie together: one that shifts as those of them that have a break declared
        the same year is proposed too.

    Returns
    -------
    pandas.DataFrame
        ``region_code`` (a kommun, an area's id or ``00``), ``kind`` (``kommun``, ``area`` or ``riket``),
        ``period`` (the first of the new level), ``before`` and ``value`` (of an area the unweighted mean),
        ``shift`` (the change beyond riket's), ``kept`` (the same for two years against two), ``score`` (in usual
        changes), ``support`` (the area that moves with a kommun) and ``declared`` (the break's id); strongest
        first.

    Examples
    --------
    >>> years = [str(year) for year in range(2010, 2020)]
    >>> rows = [(f"{k:04}", year, 8 + (k + int(year)) % 3 / 4 + 5 * (k == 1 and year >= "2015"))
    ...     for k in range(1, 9) for year in years]
    >>> made = pd.DataFrame(rows, columns=["region_code", "period", "value"])
    >>> level_shifts(made, {})[["region_code", "period", "shift"]].round(1).values.tolist()
    [['0001', '2015', 4.5]]
    """
    breaks = list(breaks)
    wide = series.pivot(index="period", columns="region_code", values="value").sort_index()  # noqa: PD010 - no doubles
    wide = wide.astype("float64")
    own = wide.drop(columns="00", errors="ignore").dropna(axis=1, thresh=_FEWEST_YEARS)
    if len(wide) < _FEWEST_YEARS or own.empty:
        return pd.DataFrame(columns=COLUMNS)
    riket = wide["00"] if "00" in wide and wide["00"].notna().all() else own.median(axis=1)
    level = own.sub(riket, axis=0)
    level = level.sub(level.median(axis=1), axis=0)
    changes = _yearly(level)
    scores = changes / _usual(changes, own, denominators)
    kept = _kept(level)
    found = [_areas(scores, own, changes, kept, areas), _riket(wide)]
    moving = {(row["region_code"], row["period"]): float(row["score"]) for row in found[0].to_dict("records")}
    moving |= {
        key: score for key, score in _declared_scores(scores, areas, near, breaks).items() if key not in moving
    }
    every = pd.concat([_kommuner(scores, own, changes, kept, moving, areas), *found], ignore_index=True)
    every["declared"] = [_declared(row, areas, breaks) for row in every.to_dict("records")]
    order = every["score"].abs().sort_values(ascending=False, kind="stable").index
    return every.loc[order, COLUMNS].reset_index(drop=True)


def _yearly(level: pd.DataFrame) -> pd.DataFrame:
    """Take the changes between periods that follow each other; there is none over a gap."""
    before = [same_period_last_year(str(period)) for period in level.index]
    return level - level.reindex(before).set_axis(level.index)


def _usual(changes: pd.DataFrame, own: pd.DataFrame, denominators: pd.DataFrame | None) -> pd.DataFrame:
    spread = _MAD * changes.abs().median()
    n = changes.notna().sum()
    drawn = np.sqrt((n * spread**2 + _LENT * spread.median() ** 2) / (n + _LENT))
    usual = pd.DataFrame([drawn] * len(changes), index=changes.index)
    if denominators is not None and not denominators.empty:
        people = denominators.pivot(index="period", columns="region_code", values="value")  # noqa: PD010
        people = people.reindex(index=own.index, columns=own.columns).astype("float64")
        chance = own * (100 - own) / people.where(people > 0)
        floor = (chance + chance.shift()) ** 0.5
        usual = usual.where(~(floor > usual), floor)
    return usual.where(usual > 0)


def _kept(level: pd.DataFrame) -> pd.DataFrame:
    """Set the mean of two years against that of the two before; at the ends of the series of one."""
    after = level.rolling(2, min_periods=1).mean().shift(-1).fillna(level)
    return after - level.rolling(2, min_periods=1).mean().shift(1)


def _rows(kind: str, wanted: pd.DataFrame, parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Lay out the cells that are wanted, with what each frame has at the same place."""
    at = np.nonzero(wanted.to_numpy())
    base = {"region_code": wanted.columns[at[1]], "kind": kind, "period": wanted.index[at[0]], "support": ""}
    return pd.DataFrame(base | {name: frame[wanted.columns].to_numpy()[at] for name, frame in parts.items()})


def _areas(
    scores: pd.DataFrame,
    own: pd.DataFrame,
    changes: pd.DataFrame,
    kept: pd.DataFrame,
    areas: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    member = pd.DataFrame(
        {area: own.columns.isin(list(members)) for area, members in areas.items()}, index=own.columns
    )
    member = member.loc[:, member.sum() >= _FEWEST_MEMBERS].astype("float64")
    if member.empty:
        return pd.DataFrame(columns=COLUMNS)

    def total(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.fillna(0.0) @ member

    counted = total(scores.notna().astype("float64"))
    together = total(scores.clip(-_OUTLIER, _OUTLIER)) / (counted.where(counted > 0) ** 0.5)
    table = {"score": together / (_MAD * together.abs().median()).clip(lower=1.0)}
    for name, frame in (("value", own), ("shift", changes), ("kept", kept)):
        table[name] = total(frame) / total(frame.notna().astype("float64")).replace(0, np.nan)
    return _rows("area", table["score"].abs() >= AREA, table | {"before": table["value"].shift()})


def _kommuner(
    scores: pd.DataFrame,
    own: pd.DataFrame,
    changes: pd.DataFrame,
    kept: pd.DataFrame,
    moving: Mapping[tuple[str, str], float],
    areas: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Propose a kommun by itself, or as one of an area that moves the same way that year."""
    lasting = (kept * np.sign(changes)) >= KEPT * changes.abs()
    parts = {"before": own.shift(), "value": own, "shift": changes, "kept": kept, "score": scores}
    rows = _rows("kommun", lasting & (scores.abs() >= WITH_OTHERS), parts)
    supports = []
    for row in rows.to_dict("records"):
        around = [area for area, members in areas.items() if row["region_code"] in members]
        with_it = [one for one in around if moving.get((one, row["period"]), 0.0) * row["score"] > 0]
        supports.append(min(with_it, key=lambda one: len(areas[one]), default=""))
    rows["support"] = supports
    return rows.loc[(rows["score"].abs() >= ALONE) | (rows["support"] != "")]


def _declared_scores(
    scores: pd.DataFrame, areas: Mapping[str, Sequence[str]], near: Collection[str], breaks: list[Break]
) -> dict[tuple[str, str], float]:
    """Give the mean score of those of an area's kommuner that have a break declared, in its first period."""
    out = {}
    for item in breaks:
        for area in near:
            inside = [code for code in areas[area] if code in item.regions and code in scores]
            if inside and item.at in scores.index:
                out[area, item.at] = float(scores.loc[item.at, inside].to_numpy().mean())
    return out


def _riket(wide: pd.DataFrame) -> pd.DataFrame:
    if "00" not in wide or not wide["00"].notna().all():
        return pd.DataFrame(columns=COLUMNS)
    level = wide[["00"]]
    changes = _yearly(level)
    spread = _MAD * float(changes["00"].abs().median())
    scores = changes / spread if spread > 0 else changes * np.nan
    parts = {"before": level.shift(), "value": level, "shift": changes, "kept": _kept(level), "score": scores}
    return _rows("riket", scores.abs() >= ALONE, parts)


def _declared(row: Mapping[Hashable, object], areas: Mapping[str, Sequence[str]], breaks: list[Break]) -> str:
    """Name the declared break that lies there; of an area it is enough that one of its kommuner has it."""
    code, period = str(row["region_code"]), str(row["period"])
    before = same_period_last_year(period)
    members = areas.get(code, [code])
    return next(
        (item.id for item in breaks if any(break_between([item], one, before, period) for one in members)), ""
    )
