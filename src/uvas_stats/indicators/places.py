"""Places of many measures, sexes and months at once: with ties, riket's own place, groups and changes.

The figures are laid out as one matrix, a row for each measure, sex, age and period and a column for each kommun,
and each row is ranked. That is the same ranking as :func:`uvas_stats.indicators.ranking.rank`: a test demands it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from uvas_stats.catalog import Break, Group, Measure
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.change import break_between
from uvas_stats.indicators.ranking import highest_first
from uvas_stats.periods import same_period_last_year

__all__ = ["place_panel"]

Matrix: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"
Codes: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.intp]]"
RIKET = "00"


@dataclass(frozen=True)
class _Layout:
    """The frame as a matrix: where each row of the frame stands in it, and what its rows are."""

    values: Matrix
    """Published values; null where there is none."""
    riket: Matrix
    slices: pd.DataFrame
    """One row a row of the matrix: measure, series (measure, sex and age) and period, as codes."""
    cells: Codes
    """The cell of each row of the frame that is about a member."""
    rows: Codes
    """Those rows, as positions in the frame."""
    periods: list[str]
    measures: list[str]


def _codes(column: pd.Series) -> tuple[Codes, list[str]]:
    """Give the texts of a column as numbers; what is categorical has them already."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.intp), [str(one) for one in column.cat.categories]
    codes, labels = pd.factorize(column)
    return codes, [str(one) for one in labels]


def _layout(frame: pd.DataFrame, members: Sequence[str]) -> _Layout:
    place = {code: at for at, code in enumerate(members)}
    width = len(members) + 1
    region, regions = _codes(frame["region_code"])
    column = np.array([width - 1 if code == RIKET else place.get(code, -1) for code in regions], dtype=np.intp)
    column = column[region]
    keys = [name for name in ("measure", "sex", "age_group") if name in frame.columns]
    coded = {name: _codes(frame[name]) for name in (*keys, "period")}
    series = np.zeros(len(frame), dtype=np.intp)
    for name in keys:
        series = series * len(coded[name][1]) + coded[name][0]
    period, periods = coded["period"]
    kept = column >= 0
    slices, first = pd.factorize(series[kept] * len(periods) + period[kept])
    cells = slices * width + column[kept]
    double = np.bincount(cells, minlength=len(first) * width) > 1
    if double.any():
        at = int(np.flatnonzero(double)[0])
        where = [*members, RIKET][at % width], periods[int(first[at // width]) % len(periods)]
        raise IndicatorError(
            "Serien har flera uppgifter för samma område och period",
            where=", ".join(where),
            todo="Välj en indelning och en utgåva",
        )
    flat = np.full(len(first) * width, np.nan)
    flat[cells] = frame["value"].to_numpy(dtype="float64")[kept]
    matrix: Matrix = flat.reshape(len(first), width)
    ages = 1
    for name in keys[1:]:
        ages *= len(coded[name][1])
    about = pd.DataFrame({"series": first // len(periods), "period": first % len(periods)})
    inside = column[kept] < width - 1
    return _Layout(
        values=matrix[:, :-1],
        riket=matrix[:, -1],
        slices=about.assign(measure=about["series"] // ages),
        cells=(slices * len(members) + column[kept])[inside],
        rows=np.flatnonzero(kept)[inside],
        periods=periods,
        measures=coded["measure"][1],
    )


def _ranked(signed: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Rank each row, the smallest first: lowest and highest possible place of each cell, and their number."""
    height, width = signed.shape
    order = np.argsort(signed, axis=1)
    inside = np.take_along_axis(signed, order, axis=1)
    at = np.arange(width)
    starts, ends = np.zeros((height, width), dtype=np.int32), np.full((height, width), width - 1, dtype=np.int32)
    differs = inside[:, 1:] != inside[:, :-1]
    starts[:, 1:] = np.where(differs, at[1:], 0)
    ends[:, :-1] = np.where(differs, at[:-1], width - 1)
    np.maximum.accumulate(starts, axis=1, out=starts)
    ends = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    known = ~np.isnan(inside)
    low, high = np.empty((height, width)), np.empty((height, width))
    np.put_along_axis(low, order, np.where(known, starts + 1.0, np.nan), axis=1)
    np.put_along_axis(high, order, np.where(known, ends + 1.0, np.nan), axis=1)
    return low, high, known.sum(axis=1).astype("float64")


def _within(signed: Matrix, members: Sequence[str], groups: Iterable[Group]) -> tuple[Matrix, Matrix, Matrix]:
    """Rank each member in its own group; a kommun in none has null places."""
    place = {code: at for at, code in enumerate(members)}
    low, high, n = (np.full(signed.shape, np.nan) for _ in range(3))
    for group in groups:
        columns = [place[code] for code in group.members if code in place]
        if columns:
            low[:, columns], high[:, columns], count = _ranked(signed[:, columns])
            n[:, columns] = count[:, None]
    return low, high, n


def _among_similar(
    signed: Matrix, members: Sequence[str], similar: Mapping[str, Sequence[str]]
) -> tuple[Matrix, Matrix, Matrix]:
    """Rank each member among itself and the kommuner that are like it, a set of its own for each."""
    place = {code: at for at, code in enumerate(members)}
    low, high, n = (np.full(signed.shape, np.nan) for _ in range(3))
    for code, others in similar.items():
        if code not in place:
            continue
        of_kommun = signed[:, [place[code]]]
        against = signed[:, [place[other] for other in others if other in place and other != code]]
        known = ~np.isnan(of_kommun[:, 0])
        low[known, place[code]] = 1 + (against < of_kommun).sum(axis=1)[known]
        high[known, place[code]] = 1 + (against <= of_kommun).sum(axis=1)[known]
        n[:, place[code]] = (~np.isnan(against)).sum(axis=1) + known
    return low, high, n


def _last_year(layout: _Layout) -> Codes:
    """Give, for each row of the matrix, the row of the same period the year before, or -1."""
    number = {period: at for at, period in enumerate(layout.periods)}
    earlier = np.array([number.get(same_period_last_year(period), -1) for period in layout.periods], dtype=np.intp)
    series, period = layout.slices["series"].to_numpy(), layout.slices["period"].to_numpy()
    row_of = np.full((int(series.max(initial=0)) + 1, len(layout.periods) + 1), -1, dtype=np.intp)
    row_of[series, period] = np.arange(len(series))
    rows: Codes = row_of[series, earlier[period]]  # earlier -1 is the last column, which has no row
    return rows


def _broken(
    layout: _Layout, members: Sequence[str], breaks: Sequence[Break]
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool]]:
    """Tell for each cell whether a declared break lies between the period and the same one a year before."""
    out = np.zeros(layout.values.shape, dtype=bool)
    measures = np.array(layout.measures, dtype="object")[layout.slices["measure"].to_numpy()]
    for item in breaks:
        of_measure = np.flatnonzero(measures == item.measure)
        columns = [at for at, code in enumerate(members) if not item.regions or code in item.regions]
        everywhere = Break(item.id, item.measure, item.at, item.text)
        crossed = {
            period
            for period in set(layout.slices["period"].to_numpy()[of_measure])
            if break_between(
                [everywhere], "", same_period_last_year(layout.periods[period]), layout.periods[period]
            )
        }
        rows = of_measure[np.isin(layout.slices["period"].to_numpy()[of_measure], list(crossed))]
        out[np.ix_(rows, np.asarray(columns, dtype=np.intp))] = True
    return out


def place_panel(
    frame: pd.DataFrame,
    measures: Mapping[str, Measure],
    members: Iterable[str],
    order: str = "worst",
    *,
    within: Mapping[str, Iterable[Group]] | None = None,
    similar: Mapping[str, Sequence[str]] | None = None,
    breaks: Iterable[Break] = (),
    across_breaks: bool = False,
) -> pd.DataFrame:
    """Rank the members in every period of every measure, sex and age, and compare with the year before.

    Parameters
    ----------
    frame
        Observations: ``measure, region_code, period, value``, and ``sex`` and ``age_group`` where there are
        several.
        Riket (``00``) is not ranked; its own place in the list is computed.
    measures
        The measures by id.
    members
        Codes to rank.
    order
        ``worst`` or ``best``: what place 1 is, as for :func:`rank`.
    within
        Groups that part the members, by the name of their columns: län, kommungrupp.
    similar
        For a kommun the codes of those that are like it; it is ranked among itself and them.
    breaks
        Declared breaks. A change across one is refused: the figures of the year before are null.
    across_breaks
        Compare across breaks all the same; ``broken`` marks the rows.

    Returns
    -------
    pandas.DataFrame
        The rows of the members, with ``rank_low, rank_high, n``; ``riket, riket_low, riket_high``: the place that
        riket's figure corresponds to; ``<name>_low, <name>_high, <name>_n`` for each name of ``within`` and for
        ``similar``; ``earlier, change, earlier_low, earlier_high, earlier_n, moved`` (places, positive is a larger
        place number) and ``broken``.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> catalog = load_catalog()
    >>> rows = pd.DataFrame({"measure": "uvas_share_pct", "region_code": ["0114", "0115", "0117", "00"],
    ...     "period": "2024", "value": [9.0, 7.0, 7.0, 7.5]})
    >>> panel = place_panel(rows, catalog.measures, ["0114", "0115", "0117"])
    >>> panel[["rank_low", "rank_high", "n", "riket_low"]].values.tolist()
    [[1.0, 1.0, 3.0, 2.0], [2.0, 3.0, 3.0, 2.0], [2.0, 3.0, 3.0, 2.0]]
    """
    members = list(dict.fromkeys(members))
    layout = _layout(frame, members)
    sign = np.array([-1.0 if highest_first(measures[id_], order) else 1.0 for id_ in layout.measures])
    sign = sign[layout.slices["measure"].to_numpy()][:, None]
    signed, riket = layout.values * sign, layout.riket[:, None] * sign
    low, high, n = _ranked(signed)
    count = np.where(np.isnan(riket[:, 0]), np.nan, 1.0)
    columns: dict[str, Any] = {
        "rank_low": low,
        "rank_high": high,
        "n": n,
        "riket": layout.riket,
        "riket_low": count + (signed < riket).sum(axis=1),
        "riket_high": count + (signed <= riket).sum(axis=1),
    }
    for name, groups in (within or {}).items():
        columns |= _named(name, _within(signed, members, groups))
    if similar is not None:
        columns |= _named("similar", _among_similar(signed, members, similar))
    columns |= _compared(layout, members, list(breaks), (low, high, n), across_breaks=across_breaks)
    slices = layout.cells // len(members)
    taken = {
        name: (matrix[slices] if matrix.ndim == 1 else matrix.reshape(-1)[layout.cells])
        for name, matrix in columns.items()
    }
    out = frame.take(layout.rows).reset_index(drop=True)
    return pd.concat([out, pd.DataFrame(taken)], axis=1)


def _named(name: str, parts: tuple[Matrix, Matrix, Matrix]) -> dict[str, Matrix]:
    return {f"{name}_{part}": matrix for part, matrix in zip(("low", "high", "n"), parts, strict=True)}


def _compared(
    layout: _Layout,
    members: Sequence[str],
    breaks: Sequence[Break],
    places: tuple[Matrix, Matrix, Matrix],
    *,
    across_breaks: bool,
) -> dict[str, Any]:
    before = _last_year(layout)
    broken = _broken(layout, members, breaks)
    out: dict[str, Any] = {}
    for name, matrix in zip(
        ("earlier", "earlier_low", "earlier_high", "earlier_n"),
        (layout.values, places[0], places[1], np.repeat(places[2][:, None], len(members), axis=1)),
        strict=True,
    ):
        then: Matrix = matrix[before]
        then[before < 0] = np.nan
        if not across_breaks:
            then[broken] = np.nan
        out[name] = then
    out["change"] = layout.values - out["earlier"]
    out["moved"] = places[0] - out["earlier_low"]
    out["broken"] = broken
    return out
