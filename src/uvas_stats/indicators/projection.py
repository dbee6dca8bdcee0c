"""Where a series is heading, how far off such a statement has been, and how likely a goal is to be met.

What is projected is the mean of the twelve months up to the day due: the quantity that the goal is judged by, one
that a single month cannot turn and that has no season. Two simple models are tried:

``årsmedel``
    The mean of the last twelve months (a yearly series: the last year's figure) is carried on.
``nivå``
    The season is taken away with STL, the level that is left is smoothed exponentially, and the level is
    carried on; months of the twelve that are known count as they are.

The spread is that of the model's own errors, as many steps ahead, over the figures it has seen, with Student's t
for as many independent stretches of that length as there are. A third model, with a trend that dies out, was left
out: on series of five years it took chance for direction, and its interval held far fewer outcomes than it said.

Held-out years choose between the two. From each of a row of origins the models see only what was known then, and
their projections, as far ahead as the goal lies, are compared with what came. The one with the least mean absolute
error is taken; the more complicated only if it errs at least five percent less. The share of the outcomes that the
interval held is reported as it was. Where that was less than the interval says, the interval is widened until it
fits.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from uvas_stats.catalog import Break
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.season import MONTHS_NEEDED, demand_periods
from uvas_stats.indicators.series import Run, period_after, unbroken_run
from uvas_stats.periods import period_kind, period_text

__all__ = ["Backtest", "Projection", "backtest", "periods_needed", "project"]

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
        errors = (outcomes[steps:] - self.means(steps)[: len(outcomes) - steps])[self.season - 1 :]
        return np.asarray(errors[~np.isnan(errors)])

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


@dataclass(frozen=True)
class Projection:
    """A projection to one period, with its interval, and how it was tested."""

    region_code: str
    period: str
    steps: int
    mean: float
    """Of the twelve months up to ``period``, or of the year."""
    low: float
    high: float
    spread: float
    """The scale of Student's t."""
    freedom: float
    """Its degrees of freedom."""
    path: pd.DataFrame
    """``period, mean, low, high``: the same quantity for each period on the way."""
    history: pd.DataFrame
    """``period, value, mean``: the figures it rests on, and their twelve-month means."""
    test: Backtest
    cut_by: str

    def probability(self, threshold: float, *, below: bool) -> float:
        """Give the probability that the quantity is below (or above) a threshold.

        Examples
        --------
        >>> test = Backtest("årsmedel", "2020-01", "2024-12", 20, 0.5, 16, 1.0, {})
        >>> none = pd.DataFrame()
        >>> one = Projection("2182", "2025-12", 12, 1.0, 0.0, 2.0, 1.0, 4.0, none, none, test, "")
        >>> round(one.probability(0.0, below=True), 2)
        0.19
        """
        from scipy.stats import t as student

        if self.spread == 0:
            return float((self.mean < threshold) == below and self.mean != threshold)
        share = float(student.cdf((threshold - self.mean) / self.spread, self.freedom))
        return share if below else 1 - share


def project(
    series: pd.DataFrame, region: str, period: str, breaks: Iterable[Break] = (), until: str | None = None
) -> Projection:
    """Project the mean of the twelve months (or, for a yearly series, the year) up to a period to come.

    Parameters
    ----------
    series
        One measure, or a difference between two, by month or year: ``region_code, period, period_end, value``.
    period
        The month or year due. It must lie after the newest figure.
    breaks
        Declared breaks: only what lies after the last of them is used.
    until
        The last period to use; None means the newest.

    Raises
    ------
    IndicatorError
        If the series since the last break or gap is too short to learn from and to be tested on; the message says
        how long it must be.

    Examples
    --------
    >>> months = [f"{year}-{month:02d}" for year in range(2018, 2025) for month in range(1, 13)]
    >>> rows = pd.DataFrame({"region_code": "2182", "period": months,
    ...     "period_end": pd.PeriodIndex(months, freq="M").end_time,
    ...     "value": [3.0 + int(month[5:]) / 10 + int(month[:4]) % 2 for month in months]})
    >>> one = project(rows, "2182", "2025-12")
    >>> one.steps, one.test.origins, one.low <= one.mean <= one.high
    (12, 24, True)
    """
    run = unbroken_run(series, region, breaks, until)
    season = 12 if period_kind(period) == "month" else 1
    steps = _steps(run, period)
    _demand(run, steps, season)
    values = run.values.to_numpy(dtype="float64")
    periods = run.figures["period"].tolist()
    test = backtest(values, steps, season, periods)
    fit = MODELS[test.model](values, season)
    ahead = range(1, steps + 1)
    quantiles = [fit.quantile(step, (1 + LEVEL) / 2) for step in ahead]
    reach = np.maximum.accumulate([spread * quantile * test.widened for spread, quantile in quantiles])
    path = pd.DataFrame({"period": [period_after(periods[-1], step) for step in ahead]})
    path["mean"] = [fit.mean(step) for step in ahead]
    path = path.assign(low=path["mean"] - reach, high=path["mean"] + reach)  # it never narrows on the way
    last = path.iloc[-1]
    history = pd.DataFrame({"period": periods, "value": values, "mean": pd.Series(values).rolling(season).mean()})
    return Projection(
        region_code=region,
        period=period,
        steps=steps,
        mean=float(last["mean"]),
        low=float(last["low"]),
        high=float(last["high"]),
        spread=float(reach[-1]) / quantiles[-1][1],
        freedom=max(1.0, (len(values) - season) / steps),
        path=path,
        history=history,
        test=test,
        cut_by=run.cut_by,
    )


def _steps(run: Run, period: str) -> int:
    if run.figures.empty:
        return 1
    newest, steps = str(run.figures["period"].iloc[-1]), 1
    if period <= newest:
        raise IndicatorError(
            f"Det finns redan uppgift för {period_text(newest)}; {period_text(period)} är ingen framskrivning",
            todo="Välj en senare period",
        )
    while period_after(newest, steps) < period:
        steps += 1
    return steps


def _demand(run: Run, steps: int, season: int) -> None:
    demand_periods(run, periods_needed(steps, season), "Framskrivningen", "månader" if season == 12 else "år")
