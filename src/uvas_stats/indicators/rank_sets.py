r"""How sure a place is: what the level behind it may be, and the sets of places that the figures do not rule out.

The sets are those of Mogstad, Romano, Shaikh and Wilhelm, *Inference for Ranks with Applications to Mobility
across Neighbourhoods and Academic Achievement across Countries* (Review of Economic Studies, 2024): every
difference of two has an interval, all at once; whoever is surely ahead is so in every set. docs/matt.md has the
formulas.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.change import SWINGS_NEEDED

__all__ = ["exact_set", "likely_places", "rank_sets", "usual_place_moves"]

Matrix: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"
Flags: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.bool]]"
LIKELY = 1.96
"""Standard deviations of a normal curve that hold 19 in 20."""
_FEW = 40
"""So many are taken one by one; of more those with nearly the same standard error are taken together."""
_STEP, _MOST = 0.25, 24
"""How near, in its logarithm, a standard error of one bin is to the next, and how many bins there are at most."""
_LIMITS = np.arange(1.5, 4.91, 0.2)
_DRAWS, _DRAWS_OF_FEW = 2000, 20_000
_SEED = 16


def _demand(values: Matrix, errors: Matrix) -> None:
    if values.shape != errors.shape or np.isnan(values).any() or not (errors >= 0).all():
        raise IndicatorError(
            "Mängder av platser kräver ett värde och ett medelfel för varje kommun",
            todo="Utelämna kommuner som saknar någotdera",
        )


def likely_places(levels: Sequence[float], sds: Sequence[float], *, highest_first: bool = True) -> pd.DataFrame:
    """Give the places that the levels behind the figures have in 19 cases of 20.

    Parameters
    ----------
    levels, sds
        The levels, and the standard deviation of what is known of each.
    highest_first
        Whether place 1 is the highest.

    Returns
    -------
    pandas.DataFrame
        ``likely_low`` and ``likely_high``, in the order given; null for a level that is not known.

    Examples
    --------
    >>> likely_places([9.0, 7.0, 6.9], [0.1, 0.3, 0.3]).values.tolist()
    [[1.0, 1.0], [2.0, 3.0], [2.0, 3.0]]
    """
    every = np.asarray(levels, dtype="float64") * (-1 if highest_first else 1)
    known = ~np.isnan(every)
    level, sd = every[known], np.maximum(np.asarray(sds, dtype="float64")[known], 1e-9)

    out = np.full((len(every), 2), np.nan)
    out[known] = (_drawn_places if len(level) <= _FEW else _reckoned_places)(level, sd)
    return pd.DataFrame(out, columns=["likely_low", "likely_high"])


def _drawn_places(level: Matrix, sd: Matrix) -> Matrix:
    draws = level + sd * _draws(_DRAWS, len(level))
    places = draws.argsort(axis=1).argsort(axis=1) + 1
    return np.asarray(np.round(np.quantile(places, [0.025, 0.975], axis=0).T)).reshape(len(level), 2)


def _reckoned_places(level: Matrix, sd: Matrix) -> Matrix:
    """Reckon the same of many without drawing: the range comes of not knowing this level, nor the others."""
    from scipy.special import ndtr

    def ahead(of: Matrix) -> tuple[Matrix, Matrix]:
        """Count those ahead of a level, and the variance of that."""
        chance = ndtr((of[:, None] - level) / sd)
        np.fill_diagonal(chance, 0.0)
        return chance.sum(axis=1), (chance * (1 - chance)).sum(axis=1)

    middle, others = ahead(level)
    best, worst = (ahead(level + side * LIKELY * sd)[0] for side in (-1, 1))
    down, up = (np.sqrt((edge - middle) ** 2 + LIKELY**2 * others) for edge in (best, worst))
    places = np.column_stack([middle - down, middle + up]) + 1
    return np.clip(np.round(places), 1, len(level))


def usual_place_moves(places: pd.DataFrame) -> dict[str, float]:
    """Give how many places each kommun usually moves from one period to the next: the median, up or down.

    Parameters
    ----------
    places
        ``region_code, period_end, rank_low, rank_high``, one row a kommun and period, as from :func:`rank`. A
        kommun with fewer than five moves is left out.

    Examples
    --------
    >>> rows = pd.DataFrame({"region_code": "a", "period_end": range(6), "rank_low": [1, 9, 5, 5, 9, 4],
    ...     "rank_high": [1, 9, 5, 7, 9, 4]})
    >>> usual_place_moves(rows)
    {'a': 4.0}
    """
    known = places.loc[places["rank_low"].notna()].sort_values("period_end")
    middle = (known["rank_low"] + known["rank_high"]) / 2
    moves = middle.groupby(known["region_code"]).diff().abs().groupby(known["region_code"])
    enough = moves.count() >= SWINGS_NEEDED
    return {str(code): float(move) for code, move in moves.median()[enough].items()}


@dataclass(frozen=True)
class _Bins:
    """Standard errors taken together where they are nearly the same."""

    of: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
    """The bin of each."""
    error: Matrix
    """The standard error of each bin."""
    nodes: Matrix
    """Where the normal curve is summed."""
    tables: tuple[Matrix, Matrix, Matrix]
    """The log of the chance that two differ by less than each limit: either way, upwards only and downwards only.

    By the ratio of their errors, the deviation of the one and the limit."""
    ratio: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
    """Which ratio two bins have."""

    @functools.cached_property
    def order(self) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
        """The kommuner by bin."""
        return np.argsort(self.of, kind="stable")

    @functools.cached_property
    def starts(self) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
        """Where each bin begins in that order."""
        return np.searchsorted(self.of[self.order], np.arange(len(self.error)))

    def count(self, flags: Flags) -> Matrix:
        """Count the flags of each row by bin."""
        return np.add.reduceat(flags[:, self.order], self.starts, axis=1, dtype="float64")


def _bins(errors: Matrix) -> _Bins:
    if len(errors) <= _FEW:
        nodes, each = np.linspace(-5, 5, 101), np.arange(len(errors))
        tables = _within((np.log(errors)[:, None] - np.log(errors)).ravel(), nodes)
        return _Bins(each, errors, nodes, tables, each[:, None] * len(errors) + each)
    depth = np.round(np.log(errors.max() / errors) / _STEP).clip(max=_MOST - 1).astype(np.intp)
    used, of = np.unique(depth, return_inverse=True)
    nodes, ratio = np.linspace(-5, 5, 31), _MOST - 1 + used - used[:, None]
    return _Bins(of, errors.max() * np.exp(-_STEP * used), nodes, _of_ratios(), ratio)


@functools.lru_cache(maxsize=1)
def _of_ratios() -> tuple[Matrix, Matrix, Matrix]:
    """Compute once what bins of fixed ratios give."""
    return _within(np.arange(1.0 - _MOST, _MOST) * _STEP, np.linspace(-5, 5, 31))


def _within(ratio: Matrix, nodes: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Give the logs of chances for logs of ratios between the error of the one and that of the other."""
    from scipy.special import ndtr

    times = np.exp(ratio)[..., None, None]
    upwards = ndtr(np.sqrt(1 + times**2) * _LIMITS - times * nodes[:, None])  # the one is not too far above
    downwards = np.flip(upwards, axis=-2)  # the curve is its own mirror image
    either, one, other = (
        np.log(np.maximum(chance, 1e-300)) for chance in (upwards + downwards - 1, upwards, downwards)
    )
    return either, one, other


def _alone_limits(bins: _Bins, above: Flags, below: Flags, rows_wanted: Flags, level: float) -> Matrix:
    """Give for each the limit that all its differences that are not told are within, so often as the level says.

    ``above`` and ``below`` tell who is surely that of whom: only the other side of that difference is still open.
    """
    weight = np.exp(-(bins.nodes**2) / 2)
    weight /= weight.sum()
    open_ = ~above & ~below & ~np.eye(len(above), dtype=bool)
    others = [bins.count(part) for part in (open_, below, above)]
    limits = np.full(len(above), np.nan)
    for at in range(len(bins.error)):
        rows = np.flatnonzero((bins.of == at) & rows_wanted)
        if not len(rows):
            continue
        held: Matrix = np.zeros((len(rows), len(bins.nodes) * len(_LIMITS)))
        for part, table in zip(others, bins.tables, strict=True):
            # einsum, as products so small are slower where BLAS wakes its threads for them
            held += np.einsum("rb,bc->rc", part[rows], table[bins.ratio[at]].reshape(len(bins.error), -1))
        chance = np.einsum("rxc,x->rc", np.exp(held.reshape(len(rows), len(bins.nodes), -1)), weight)
        miss = np.log(np.maximum(1 - chance, 1e-12))
        for row, curve in zip(rows, miss, strict=True):
            limits[row] = np.interp(-np.log(1 - level), -curve, _LIMITS)
    return limits


@functools.lru_cache(maxsize=4)
def _draws(number: int, width: int) -> Matrix:
    """Draw once, for all lists of a length: two calls give the same sets."""
    return np.random.default_rng(_SEED).standard_normal((number, width))


def _joint_limit(bins: _Bins, level: float) -> float:
    """Give the limit that all differences of all pairs are within."""
    width = len(bins.of)
    draws = _draws(_DRAWS_OF_FEW if width <= _FEW else _DRAWS, width)
    sorted_draws = draws[:, bins.order]
    # of those with the same error only the farthest out can be farthest apart
    top = np.maximum.reduceat(sorted_draws, bins.starts, axis=1) * bins.error
    bottom = np.minimum.reduceat(sorted_draws, bins.starts, axis=1) * bins.error
    farthest = np.zeros(len(draws))
    for at, error in enumerate(bins.error):
        apart = (top[:, [at]] - bottom) / np.hypot(error, bins.error)
        np.maximum(farthest, apart.max(axis=1), out=farthest)
    return float(np.quantile(farthest, level))


def _joint_limit_of_open(errors: Matrix, above: Flags, level: float) -> float:
    """Give the limit of all pairs, of those told apart on the side that is still open."""
    one, other = np.nonzero(~above & ~np.eye(len(errors), dtype=bool))  # each pair both ways
    draws = _draws(_DRAWS_OF_FEW, len(errors)) * errors
    apart = np.hypot(errors[one], errors[other])
    farthest = [((part[:, one] - part[:, other]) / apart).max(axis=1) for part in np.array_split(draws, 40)]
    return float(np.quantile(np.concatenate(farthest), level))


def rank_sets(
    values: Sequence[float], errors: Sequence[float], *, level: float = 0.95, highest_first: bool = True
) -> pd.DataFrame:
    """Give the places that the figures do not rule out, for each alone and for all at once.

    Parameters
    ----------
    values, errors
        The figures and their standard errors.
    level
        How often a set is to hold the true place.
    highest_first
        Whether place 1 is the highest.

    Returns
    -------
    pandas.DataFrame
        ``alone_low, alone_high`` hold one true place, chosen before looking, as often as ``level`` says;
        ``all_low, all_high`` all true places at once. Both are made in steps: those told apart are left out, and
        the rest is tried again. Of more than 40 the latter is not, and is then somewhat wide.

    Raises
    ------
    IndicatorError
        If a value or a standard error is missing.

    Examples
    --------
    >>> rank_sets([9.0, 7.0, 6.9], [0.2, 0.3, 0.3]).values.tolist()
    [[1.0, 1.0, 1.0, 1.0], [2.0, 3.0, 2.0, 3.0], [2.0, 3.0, 2.0, 3.0]]
    """
    signed = np.asarray(values, dtype="float64") * (-1 if highest_first else 1)
    error = np.asarray(errors, dtype="float64")
    _demand(signed, error)
    if len(signed) < 2:
        return pd.DataFrame(np.ones((len(signed), 4)), columns=["alone_low", "alone_high", "all_low", "all_high"])
    error = np.maximum(error, 1e-9 * max(float(np.ptp(signed)), 1.0))
    bins, apart, differ = _bins(error), np.hypot.outer(error, error), signed[:, None] - signed
    alone = _alone(differ, apart, bins, level)
    together = _together(differ, apart, bins, error, level)
    places = [part for above in (alone, together) for part in _bounds(*above)]
    return pd.DataFrame(dict(zip(["alone_low", "alone_high", "all_low", "all_high"], places, strict=True)))


def _bounds(above: Flags, below: Flags) -> tuple[Matrix, Matrix]:
    """Give the places that are left where some are surely ahead (of smaller number) and some behind."""
    return 1.0 + above.sum(axis=1), float(len(above)) - below.sum(axis=1)


def _alone(differ: Matrix, apart: Matrix, bins: _Bins, level: float) -> tuple[Flags, Flags]:
    """Tell for each, by itself, who is surely ahead and who behind; in steps, until a step tells no more."""
    above, below = (np.zeros(differ.shape, dtype=bool) for _ in range(2))
    limits, changed = np.full(len(differ), np.inf), np.ones(len(differ), dtype=bool)
    while changed.any():
        limits = np.where(changed, _alone_limits(bins, below, above, changed, level), limits)
        told = above.sum(axis=1) + below.sum(axis=1)
        above, below = differ > apart * limits[:, None], differ < -apart * limits[:, None]
        changed = above.sum(axis=1) + below.sum(axis=1) > told
    return above, below


def _together(differ: Matrix, apart: Matrix, bins: _Bins, error: Matrix, level: float) -> tuple[Flags, Flags]:
    """Tell the same for all at once, with one limit for all pairs."""
    limit, told = _joint_limit(bins, level), 0
    while True:
        above = differ > apart * limit
        if len(differ) > _FEW or (count := int(above.sum())) <= told:
            return above, above.T
        told, limit = count, _joint_limit_of_open(error, above, level)


def exact_set(
    counts: Sequence[float], people: Sequence[float], own: int, *, level: float = 0.95, highest_first: bool = True
) -> tuple[int, int]:
    """Give the places of one among few persons: an exact test against each other one, with Holm's correction.

    Parameters
    ----------
    counts, people
        Persons counted, and of how many, as whole numbers.
    own
        The position of the one whose place it is.
    level, highest_first
        As for :func:`rank_sets`.

    Returns
    -------
    tuple of int
        The lowest and the highest place.

    Examples
    --------
    >>> exact_set([3, 12, 60], [100, 150, 300], 0)
    (2, 3)
    """
    from scipy.stats import fisher_exact

    count, whole = np.asarray(counts, dtype="float64"), np.asarray(people, dtype="float64")
    ordered = (
        (count >= 0) & (count <= whole) & (whole > 0) & (count == np.round(count)) & (whole == np.round(whole))
    )
    if count.shape != whole.shape or not ordered.all():
        raise IndicatorError(
            "Ett exakt test kräver hela antal och nämnare större än noll",
            todo="Utelämna kommuner som saknar antal",
        )
    others = [at for at in range(len(count)) if at != own]
    mine = [count[own], whole[own] - count[own]]
    tested = np.array([fisher_exact([mine, [count[at], whole[at] - count[at]]]).pvalue for at in others])
    order = np.argsort(tested, kind="stable")
    least = (1 - level) / np.arange(len(others), 0, -1)
    passed = np.cumprod(tested[order] <= least).astype(bool)  # the first that is not told apart ends it
    share = count / whole * (-1 if highest_first else 1)
    apart = [others[at] for at in order[passed]]
    ahead = sum(bool(share[at] < share[own]) for at in apart)
    return 1 + ahead, len(count) - (len(apart) - ahead)
