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

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from uvas_stats.catalog import Break
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.backtest import LEVEL, MODELS, Backtest, backtest, periods_needed
from uvas_stats.indicators.season import demand_periods
from uvas_stats.indicators.series import Run, period_after, unbroken_run
from uvas_stats.periods import period_kind, period_text

__all__ = ["Projection", "project"]


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
