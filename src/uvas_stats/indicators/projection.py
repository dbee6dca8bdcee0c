"""Where a series is heading, how far off such a statement has been, and how likely a goal is to be met.

What is projected is the mean of the twelve months up to the day due: the quantity that the goal is judged by, one
that a single month cannot turn and that has no season; of a yearly series it is the year. The models and their
trial on held-out years are in :mod:`uvas_stats.indicators.forecasts`: every kommun that has figures for the same
periods is tried along with the one asked for, as far ahead as the goal lies. The simplest model that no other
beats by five percent is taken. Where no model beats last year's figure of a yearly series nothing is projected:
that figure is its own best forecast, and how far the next may lie from it is for
:mod:`uvas_stats.indicators.chance` to say.

The interval is calibrated on the errors of all kommuner, each measured in its kommun's own spread, so that as many
lie within as it says. What is reported is how many were held where each origin's interval came from the other
origins only. A kommun alone, without others to learn from, has its own origins, and Student's t for as many
independent stretches as there are; its interval is then widened where it held too few, never narrowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from uvas_stats.catalog import Break
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.forecasts import (
    BETTER,
    LEVEL,
    MANY,
    MONTHS_TO_LEARN,
    ORIGINS_LEAST,
    YEARS_NEEDED,
    Matrix,
    Trial,
    fitted,
    trials,
)
from uvas_stats.indicators.season import demand_periods
from uvas_stats.indicators.series import Run, period_after, unbroken_run
from uvas_stats.numbers import number_text
from uvas_stats.periods import period_kind, period_text

__all__ = ["Backtest", "Projection", "Quality", "periods_needed", "project", "projection_quality"]

_FREEDOMS = (3.0, 4.0, 6.0, 10.0, 30.0, 200.0)
"""Degrees of freedom that the tails of the errors of all kommuner are matched with."""


@dataclass(frozen=True)
class Backtest:
    """How a model did on years that it had not seen."""

    model: str
    first: str
    last: str
    origins: int
    error: float
    """The kommun's own mean absolute error, in the unit of the series."""
    held: int
    """How many outcomes lay in the interval: of one kommun alone as the model gave it."""
    widened: float
    """What the interval of the model is multiplied by, so that it holds what it says."""
    errors: dict[str, float]
    """Mean absolute error of each model tried, in all kommuner."""
    kommuner: int = 1
    """How many were tried."""

    @property
    def coverage(self) -> float:
        """Share of the outcomes in the interval."""
        return self.held / (self.origins * self.kommuner)


def periods_needed(steps: int, season: int = 12) -> int:
    """Return how many periods in a row a projection so far ahead needs.

    Examples
    --------
    >>> periods_needed(12), periods_needed(1, season=1)
    (55, 16)
    """
    return (MONTHS_TO_LEARN if season == 12 else YEARS_NEEDED) + steps + ORIGINS_LEAST - 1


@dataclass(frozen=True)
class _Scale:
    """How the spread of a kommun is turned into an interval: Student's t, times what it takes."""

    freedom: float
    widened: float

    @property
    def reach(self) -> float:
        """Spreads from the projection to an end of the interval."""
        return self.widened * _student(self.freedom, (1 + LEVEL) / 2)


def _student(freedom: float, share: float) -> float:
    from scipy.stats import t as student

    return float(student.ppf(share, freedom))


def _scale(scaled: Matrix, freedom: float) -> _Scale:
    """Calibrate on the scaled errors: of many kommuner to hold what it says, of one alone never to be narrowed.

    What all kommuner miss together, in a turn of the whole country, has been seen in few independent stretches,
    however many the kommuner are: that part of the errors is widened as Student's t has it for so few.
    """
    known = np.abs(scaled[~np.isnan(scaled)])
    if not len(known):
        return _Scale(freedom, 1.0)
    inner = float(np.quantile(known, LEVEL))
    if scaled.shape[1] < MANY:
        return _Scale(freedom, max(1.0, inner / _student(freedom, (1 + LEVEL) / 2)))
    tail = float(np.quantile(known, 0.95)) / inner if inner > 0 else 1.0
    shapes = {one: _student(one, 0.975) / _student(one, (1 + LEVEL) / 2) for one in _FREEDOMS}
    fits = min(shapes, key=lambda one: abs(shapes[one] - tail))
    common = float(np.nanmean(np.square(np.nanmean(scaled, axis=1)))) / float(np.nanmean(np.square(scaled)))
    turns = (_student(freedom, (1 + LEVEL) / 2) / _student(_FREEDOMS[-1], (1 + LEVEL) / 2)) ** 2
    few = np.sqrt(1 - common + common * turns)
    return _Scale(fits, float(few) * inner / _student(fits, (1 + LEVEL) / 2))


def _chosen(tried: dict[str, Trial]) -> str:
    """Take the simplest model that no later one beats."""
    names = list(tried)
    best = names[0]
    for name in names[1:]:
        if tried[name].error < BETTER * tried[best].error:
            best = name
    return best


def _freedom(periods: int, steps: int, season: int) -> float:
    """Count the independent stretches that a projection so far ahead has been seen over."""
    return max(1.0, (periods - season) / steps)


def _stretches(origins: list[int], steps: int) -> float:
    return 1.0 + (origins[-1] - origins[0]) / steps


def _held(trial: Trial, freedom: float) -> int:
    """Count the outcomes held where each origin's interval comes from the others; of one kommun, the model's."""
    if trial.errors.shape[1] < MANY:
        return int((np.abs(trial.errors) <= trial.spreads * _student(freedom, (1 + LEVEL) / 2)).sum())
    held = 0
    for at in range(len(trial.errors)):
        reach = _scale(np.delete(trial.scaled, at, axis=0), freedom).reach
        held += int((np.abs(trial.errors[at]) <= reach * trial.spreads[at]).sum())
    return held


@lru_cache(maxsize=8)
def _tried(content: bytes, columns: int, steps: int, season: int) -> tuple[list[int], dict[str, Trial]]:
    """Try the models once for all kommuner of a measure: each kommun's report asks for the same."""
    return trials(np.frombuffer(content).reshape(-1, columns), steps, season)


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
    periods = run.figures["period"].tolist()
    values, own = _panel(series, run)
    origins, tried = _tried(values.tobytes(), values.shape[1], steps, season)
    model = _chosen(tried)
    if season == 1 and model == next(iter(tried)):
        raise _no_better(tried, region)
    alone = values.shape[1] < MANY
    trial = tried[model]
    freedom = _freedom(len(periods), steps, season) if alone else _stretches(origins, steps)
    scale = _scale(trial.scaled, freedom)
    told = [fitted(model, values, step, season) for step in range(1, steps + 1)]
    reach = np.maximum.accumulate([scale.reach * spreads[own] for _, spreads in told])
    path = pd.DataFrame({"period": [period_after(periods[-1], step) for step in range(1, steps + 1)]})
    path["mean"] = [means[own] for means, _ in told]
    path = path.assign(low=path["mean"] - reach, high=path["mean"] + reach)  # it never narrows on the way
    last = path.iloc[-1]
    figures = run.figures["value"].astype("float64")
    history = pd.DataFrame({"period": periods, "value": figures, "mean": figures.rolling(season).mean()})
    return Projection(
        region_code=region,
        period=period,
        steps=steps,
        mean=float(last["mean"]),
        low=float(last["low"]),
        high=float(last["high"]),
        spread=float(reach[-1]) / _student(scale.freedom, (1 + LEVEL) / 2),
        freedom=scale.freedom,
        path=path,
        history=history,
        test=Backtest(
            model=model,
            first=periods[origins[0] - 1],
            last=periods[origins[-1] - 1],
            origins=len(origins),
            error=float(np.abs(trial.errors[:, own]).mean()),
            held=_held(trial, freedom),
            widened=scale.widened,
            errors={name: one.error for name, one in tried.items()},
            kommuner=values.shape[1],
        ),
        cut_by=run.cut_by,
    )


def _panel(series: pd.DataFrame, run: Run) -> tuple[Matrix, int]:
    """Lay out the figures of all kommuner that have every period of the run, and say which column is its own."""
    periods = run.figures["period"].tolist()
    within = series.loc[series["period"].isin(periods) & (series["region_code"].str.len() == 4)]
    wide = within.pivot(index="period", columns="region_code", values="value").reindex(periods)  # noqa: PD010
    wide = wide.assign(**{run.region_code: run.figures["value"].to_numpy()}).dropna(axis=1)
    if wide.shape[1] < MANY:
        wide = wide[[run.region_code]]
    return np.ascontiguousarray(wide.to_numpy(dtype="float64")), wide.columns.tolist().index(run.region_code)


def _no_better(tried: dict[str, Trial], region: str) -> IndicatorError:
    carried, *others = (number_text(one.error, 2) for one in tried.values())
    listed = ", ".join(f"{name} {error}" for name, error in zip(list(tried)[1:], others, strict=True))
    return IndicatorError(
        "Framskrivning görs inte: ingen prövad metod träffar nästa år märkbart bättre än det senaste värdet",
        cause=f"Medelfel {carried} med det senaste värdet; {listed}",
        where=region,
    )


@dataclass(frozen=True)
class Quality:
    """How projections did on years that neither they nor the calibration of their intervals had seen."""

    tried: int
    coverage: float
    """Share of the outcomes in the interval."""
    relative_error: float
    """Mean absolute error through that of carrying the last mean on."""
    tenths: pd.DataFrame
    """``n, said, came``: by tenths of the probability that was said, what was said and how often it came."""


def projection_quality(
    series: pd.DataFrame, steps: int, thresholds: Iterable[float] = (0.9, 0.95, 1.0, 1.05, 1.1), most: int = 8
) -> Quality:
    """Project all kommuner from several periods as :func:`project` does, and set what was said against what came.

    Parameters
    ----------
    series
        One measure by month or year for many kommuner: ``region_code, period, period_end, value``.
    steps
        How far ahead.
    thresholds
        Parts of the last mean: the probability of coming below each is told.
    most
        From how many periods at most.

    Raises
    ------
    IndicatorError
        If fewer than 30 kommuner have a long enough row.
    """
    from scipy.stats import t as student

    kommuner = series.loc[series["region_code"].str.len() == 4]
    wide = kommuner.pivot(index="period", columns="region_code", values="value").sort_index()  # noqa: PD010
    values = np.ascontiguousarray(wide.dropna(axis=1).to_numpy(dtype="float64"))
    season = 12 if period_kind(str(wide.index[-1])) == "month" else 1
    least = periods_needed(steps, season)
    if values.shape[1] < MANY or len(values) < least + steps:
        raise IndicatorError("Framskrivningen kan inte prövas: för få kommuner eller perioder i följd")
    errors, reaches, carried, said, came = [], [], [], [], []
    for at in sorted({int(one) for one in np.linspace(least, len(values) - steps, most)}):
        known, outcome = values[:at], values[at + steps - season : at + steps].mean(axis=0)
        origins, tried = trials(known, steps, season)
        model = _chosen(tried)
        scale = _scale(tried[model].scaled, _stretches(origins, steps))
        means, spreads = fitted(model, known, steps, season)
        last = known[-season:].mean(axis=0)
        errors.append(outcome - means)
        reaches.append(scale.reach * spreads)
        carried.append(outcome - last)
        for part in thresholds:
            said.append(student.cdf((part * last - means) / (scale.widened * spreads), scale.freedom))
            came.append(outcome < part * last)
    told = pd.DataFrame({"said": np.ravel(said), "came": np.ravel(came).astype("float64")})
    tenths = told.groupby((told["said"] * 10).astype("int64").clip(upper=9)).agg(
        n=("said", "size"), said=("said", "mean"), came=("came", "mean")
    )
    return Quality(
        tried=int(np.size(errors)),
        coverage=float((np.abs(errors) <= np.array(reaches)).mean()),
        relative_error=float(np.abs(errors).mean() / np.abs(carried).mean()),
        tenths=tenths.rename_axis("tenth").reset_index(),
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
