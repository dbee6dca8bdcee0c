"""Models that carry figures on, and how they did on years that they had not seen, in all kommuner at once.

What is projected is the mean of the twelve months (of a yearly series: the year) up to a period to come. The
models, the simplest first; each sees all kommuner, a column each, and has the same parameters in all of them:

``årsmedel``
    The mean of the last twelve months (the last year's figure) is carried on.
``nivå``
    The season is taken away, the level that is left is smoothed exponentially and carried on; months of the twelve
    that are known count as they are.
``dämpad trend``
    The same with a trend that dies out (Holt's, damped).
``autoregression``
    The change to come is regressed on the change of the last year and on the distance to the kommun's own mean.

Parameters are those with the least error so many steps ahead on the figures known at each origin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np

__all__ = [
    "BETTER",
    "LEVEL",
    "MODELS",
    "MONTHS_TO_LEARN",
    "ORIGINS_LEAST",
    "YEARS_NEEDED",
    "Matrix",
    "Trial",
    "fitted",
    "trials",
]

Matrix: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"
LEVEL = 0.80
"""Coverage that the interval is meant to have."""
ORIGINS_LEAST, ORIGINS_MOST, ORIGINS_OF_MANY = 8, 24, 12
"""Held-out projections of a kommun that a statement must rest on, how many are made at most of one kommun alone,
and of each where there are many."""
MONTHS_TO_LEARN, YEARS_NEEDED = 36, 8
BETTER = 0.95
"""A more complicated model must err at most this much of the simpler."""
MANY = 30
"""Kommuner from which the errors of all are put together."""
_LENT = 3.0
"""How many stretches of the other kommuner's errors are lent to a kommun's own spread."""
_SMOOTHING = tuple((alpha, 0.0, 1.0) for alpha in (0.1, 0.2, 0.4, 0.6, 0.8))
_DAMPED = tuple(product((0.2, 0.5, 0.8), (0.05, 0.2), (0.8, 0.9, 0.96)))


def _means(values: Matrix, season: int) -> Matrix:
    return _sums(values, season) / season


def _sums(values: Matrix, length: int) -> Matrix:
    """Sum each row with those before it, so many in all; null where there are fewer."""
    total = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    out = np.full(values.shape, np.nan)
    out[length - 1 :] = total[length:] - total[:-length]
    return out


def _adjusted(values: Matrix, season: int) -> Matrix:
    """Take the season away, that of each kommun by itself."""
    if season == 1:
        return values
    from statsmodels.tsa.seasonal import seasonal_decompose

    parts = seasonal_decompose(values, period=season)
    return np.asarray(values - parts.seasonal.reshape(values.shape))


def holt(values: Matrix, settings: Sequence[tuple[float, float, float]]) -> tuple[Matrix, Matrix]:
    """Smooth every column exponentially, with a trend that is damped; statsmodels does one column at a time.

    Parameters
    ----------
    values
        A row a period, a column a kommun.
    settings
        Alpha, beta and phi, each tried: the smoothing of the level and of the trend, and how much of the trend is
        left a period later.

    Returns
    -------
    tuple of arrays
        The level and the trend after each period: by period, setting and column.
    """
    alpha, beta, phi = (np.array(part)[:, None] for part in zip(*settings, strict=True))
    levels, trends = (np.zeros((len(values), len(settings), values.shape[1])) for _ in range(2))
    levels[0] = values[0]
    for at in range(1, len(values)):
        expected = levels[at - 1] + phi * trends[at - 1]
        levels[at] = alpha * values[at] + (1 - alpha) * expected
        trends[at] = beta * (levels[at] - levels[at - 1]) + (1 - beta) * phi * trends[at - 1]
    return levels, trends


def _ahead(adjusted: Matrix, level: Matrix, trend: Matrix, phi: float, steps: int, season: int) -> Matrix:
    """Give, from each period, the mean of the season that ends so many steps after it."""
    coming = min(steps, season)
    damped = np.cumsum(phi ** np.arange(1, steps + 1))[steps - coming :].sum()
    past = _sums(adjusted, season - coming) if coming < season else 0.0
    return np.asarray((past + coming * level + damped * trend) / season)


def _least(candidates: list[Matrix], means: Matrix, steps: int, season: int) -> Matrix:
    """Choose the parameters that err least on the figures that are known."""
    outcome = means[steps:]
    errors = [
        np.nanmean(np.abs(outcome - one[: len(outcome)])[max(season - 1, 2) :]) if len(outcome) else 0.0
        for one in candidates
    ]
    return candidates[int(np.argmin(np.array(errors, dtype="float64")))]


def _carried(values: Matrix, steps: int, season: int) -> Matrix:
    return _means(values, season)


def _level(values: Matrix, steps: int, season: int) -> Matrix:
    return _smoothed(values, steps, season, _SMOOTHING)


def _damped(values: Matrix, steps: int, season: int) -> Matrix:
    return _smoothed(values, steps, season, _DAMPED)


def _smoothed(values: Matrix, steps: int, season: int, settings: Sequence[tuple[float, float, float]]) -> Matrix:
    adjusted = _adjusted(values, season)
    levels, trends = holt(adjusted, settings)
    tried = [
        _ahead(adjusted, levels[:, at], trends[:, at], phi, steps, season)
        for at, (_, _, phi) in enumerate(settings)
    ]
    return _least(tried, _means(values, season), steps, season)


def _autoregression(values: Matrix, steps: int, season: int) -> Matrix:
    means = _means(values, season)
    change = means - np.vstack([np.full((season, means.shape[1]), np.nan), means[:-season]])
    distance = means - np.cumsum(values, axis=0) / np.arange(1, len(values) + 1)[:, None]
    coming = means[steps:] - means[:-steps]
    known = ~np.isnan(change[:-steps]) & ~np.isnan(coming)
    columns = np.column_stack([change[:-steps][known], distance[:-steps][known]])
    if len(columns) < 8:  # too few to learn anything from
        return means
    weights = np.linalg.lstsq(columns, coming[known], rcond=None)[0]
    return np.asarray(means + np.nan_to_num(change) * weights[0] + distance * weights[1])


MODELS: dict[str, Callable[[Matrix, int, int], Matrix]] = {
    "årsmedel": _carried,
    "nivå": _level,
    "dämpad trend": _damped,
    "autoregression": _autoregression,
}


def fitted(model: str, values: Matrix, steps: int, season: int) -> tuple[Matrix, Matrix]:
    """Project each kommun's figure, and give the spread that such projections have had.

    Parameters
    ----------
    model
        One of :data:`MODELS`.
    values
        A row a period, a column a kommun, none missing.
    steps, season
        How far ahead, and 12 for months, 1 for years.

    Returns
    -------
    tuple of arrays
        A figure a kommun: the projection, and the root of the mean squared error on the figures seen, drawn
        towards that of all kommuner as if those were three stretches more.
    """
    ahead = MODELS[model](values, steps, season)
    errors = (_means(values, season)[steps:] - ahead[: len(values) - steps])[season - 1 :]
    own = np.nanmean(np.square(errors), axis=0)
    stretches = max(1.0, (len(values) - season) / steps)
    squares = own if values.shape[1] == 1 else (stretches * own + _LENT * own.mean()) / (stretches + _LENT)
    return ahead[-1], np.sqrt(squares)


@dataclass(frozen=True)
class Trial:
    """What a model said of years that it had not seen: a row an origin, a column a kommun."""

    errors: Matrix
    spreads: Matrix

    @property
    def error(self) -> float:
        """Mean absolute error of all."""
        return float(np.abs(self.errors).mean())

    @property
    def scaled(self) -> Matrix:
        """The errors in spreads; null where the spread is nought."""
        return np.asarray(self.errors / np.where(self.spreads > 0, self.spreads, np.nan))


def trials(values: Matrix, steps: int, season: int) -> tuple[list[int], dict[str, Trial]]:
    """Project from origins into what is known, with every model.

    Parameters
    ----------
    values, steps, season
        As for :func:`fitted`.

    Returns
    -------
    tuple of list and dict
        How many periods were known at each origin, and the trial of each model.
    """
    first, last = (MONTHS_TO_LEARN if season == 12 else YEARS_NEEDED), len(values) - steps
    most = ORIGINS_OF_MANY if values.shape[1] >= MANY else ORIGINS_MOST
    origins = sorted({int(at) for at in np.linspace(first, last, min(last - first + 1, most))})
    outcomes = np.array([values[at + steps - season : at + steps].mean(axis=0) for at in origins])
    tried = {}
    for model in MODELS:
        told = [fitted(model, values[:at], steps, season) for at in origins]
        tried[model] = Trial(outcomes - np.array([one for one, _ in told]), np.array([one for _, one in told]))
    return origins, tried
