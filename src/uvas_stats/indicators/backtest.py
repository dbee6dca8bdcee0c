"""Simple models of where a series is heading, and how far off they have been on years they had not seen."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from uvas_stats.indicators.season import MONTHS_NEEDED

__all__ = ["LEVEL", "MODELS", "Backtest", "Fit", "backtest", "periods_needed"]

Numbers: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"
LEVEL = 0.80
"""Coverage that the interval is meant to have."""
ORIGINS_LEAST, ORIGINS_MOST = 8, 24
"""Held-out projections that a statement must rest on, and how many are made at most."""
YEARS_NEEDED = 8
"""Years to learn from where a series has one figure a year: both models carry on a level and have at most one
parameter, and Student's t pays for the few errors that they have seen."""
BETTER = 0.95
"""A more complicated model must err at most this much of the simpler."""


@dataclass(frozen=True)
class Fit:
    """One model on the figures up to an origin."""

    known: Numbers
    """The figures, without their season where the model takes it away."""
    levels: Numbers
    """What the model would have carried on from each of them; null where it could not."""
    season: int
    rests: bool
    """Whether the figures are without season, so that months of the season that are known count as they are."""

    def means(self, steps: int) -> Numbers:
        """Project, from each figure, the mean of the season that ends so many steps after it."""
        if not self.rests:
            return self.levels
        coming = min(steps, self.season)
        past = pd.Series(self.known).rolling(self.season - coming).sum() if coming < self.season else 0.0
        return np.asarray((past + coming * self.levels) / self.season, dtype="float64")

    def mean(self, steps: int) -> float:
        """Project from the last figure."""
        return float(self.means(steps)[-1])

    def errors(self, steps: int) -> Numbers:
        """Give the errors that such projections have made on the figures seen."""
        outcomes = pd.Series(self.known).rolling(self.season).mean().to_numpy()
        found = outcomes[steps:] - self.means(steps)[: len(outcomes) - steps]
        return np.asarray(found[self.season - 1 :][~np.isnan(found[self.season - 1 :])])

    def quantile(self, steps: int, share: float) -> tuple[float, float]:
        """Give the spread of the errors, and the quantile of t for the stretches it is seen over."""
        from scipy.stats import t as student

        errors = self.errors(steps)
        freedom = max(1.0, (len(self.known) - self.season) / max(steps, 1))
        return float(np.sqrt(np.mean(np.square(errors)))), float(student.ppf(share, freedom))


@dataclass(frozen=True)
class Backtest:
    """How a model did on years that it had not seen."""

    model: str
    first: str
    last: str
    origins: int
    error: float
    """Mean absolute error, in the unit of the series."""
    held: int
    """How many outcomes lay in the interval as the model gave it."""
    widened: float
    """What the interval is multiplied by for that; 1 where it was wide enough."""
    errors: dict[str, float]
    """Mean absolute error of each model tried."""

    @property
    def coverage(self) -> float:
        """Share of the outcomes in the interval, before widening."""
        return self.held / self.origins


def periods_needed(steps: int, season: int = 12) -> int:
    """Return how many periods in a row a projection so far ahead needs.

    Examples
    --------
    >>> periods_needed(12), periods_needed(1, season=1)
    (55, 16)
    """
    return (MONTHS_NEEDED if season == 12 else YEARS_NEEDED) + steps + ORIGINS_LEAST - 1


def _carried(values: Numbers, season: int) -> Fit:
    return Fit(values, pd.Series(values).rolling(season).mean().to_numpy(), season, rests=False)


def _level(values: Numbers, season: int) -> Fit:
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing
    from statsmodels.tsa.seasonal import STL

    if season > 1:
        seasonal = STL(values, period=season, seasonal=season + 1, robust=True).fit().seasonal
        values = values - seasonal + seasonal[-season:].mean()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # a search that stops early still gives a level, which the back-test judges
        start = "heuristic" if len(values) >= 10 else "estimated"  # the heuristic wants ten figures
        fitted = SimpleExpSmoothing(values, initialization_method=start).fit()
    levels = np.append(np.asarray(fitted.fittedvalues)[1:], float(fitted.forecast(1)[0]))
    return Fit(values, levels, season, rests=True)


MODELS: dict[str, Callable[[Numbers, int], Fit]] = {
    "årsmedel": _carried,
    "nivå": _level,
}


def _origins(n: int, steps: int, season: int) -> list[int]:
    """Choose from where to project into what is known: evenly, from when there was enough to learn from."""
    first, last = (MONTHS_NEEDED if season == 12 else YEARS_NEEDED), n - steps
    count = min(last - first + 1, ORIGINS_MOST)
    return sorted({int(at) for at in np.linspace(first, last, count)})


def _held_out(
    model: Callable[[Numbers, int], Fit],
    values: Numbers,
    outcomes: Numbers,
    origins: list[int],
    steps: int,
    season: int,
) -> tuple[Numbers, Numbers]:
    """Give the errors of projections from the origins, and how far the interval reached at each."""
    errors, reach = [], []
    for at, outcome in zip(origins, outcomes, strict=True):
        fit = model(values[:at], season)
        spread, quantile = fit.quantile(steps, (1 + LEVEL) / 2)
        errors.append(outcome - fit.mean(steps))
        reach.append(quantile * spread)
    return np.asarray(errors), np.asarray(reach)


def backtest(values: Numbers, steps: int, season: int, periods: list[str]) -> Backtest:
    """Choose a model on held-out years, and say how it did on them.

    Parameters
    ----------
    values, periods
        The figures in the order of time, none missing, and their periods.
    steps
        How far ahead to project.
    season
        12 for months, 1 for years.
    """
    origins = _origins(len(values), steps, season)
    outcomes = np.array([values[at + steps - season : at + steps].mean() for at in origins])
    tested = {name: _held_out(model, values, outcomes, origins, steps, season) for name, model in MODELS.items()}
    errors = {name: float(np.abs(error).mean()) for name, (error, _) in tested.items()}
    chosen = next(iter(errors))
    for name, mean_error in errors.items():
        if mean_error < BETTER * errors[chosen]:
            chosen = name
    error, reach = tested[chosen]
    scaled = np.abs(error) / np.where(reach > 0, reach, np.nan)
    wide = float(np.nanquantile(scaled, LEVEL)) if np.isfinite(scaled).any() else 1.0
    return Backtest(
        model=chosen,
        first=periods[origins[0] - 1],
        last=periods[origins[-1] - 1],
        origins=len(origins),
        error=errors[chosen],
        held=int((np.abs(error) <= reach).sum()),
        widened=max(1.0, wide),
        errors=errors,
    )
