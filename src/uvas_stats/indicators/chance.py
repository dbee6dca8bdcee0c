r"""How much of a share is chance: each kommun's level, and what a figure of so many persons varies around it.

A share of few persons moves from year to year though nothing has changed. The model has two parts and is fitted on
all kommuner at once: the count of a year is drawn around the kommun's level as if of ``weight`` times its persons,
which is fewer than there are where things happen to many at once and more where the same persons recur; and the
level drifts, the less the larger the kommun, and follows riket. docs/matt.md has the formulas.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from uvas_stats.catalog import Break, Measure
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.change import usual_swing
from uvas_stats.indicators.series import demand_one_figure_each
from uvas_stats.periods import period_end

__all__ = ["SURE", "Chance", "Expected", "figure_sd", "fit_chance", "fit_measure", "move_sd", "told_apart"]

Matrix: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"
RIKET = "00"
SURE = 1.96
"""Standard deviations that a difference must be to be beyond chance: at most 2.5 percent err on either side."""
LEAST_KOMMUNER, LEAST_PERIODS = 30, 3
"""Fewer do not tell how much a figure usually moves."""
LEAST_APART = 5
"""Of fewer periods draw and drift cannot be told apart: the level is then the figure, give or take both."""
EXPONENT = 0.25
"""A level drifts as this power of the kommun's size; five shares by year gave 0.19 to 0.29."""
_EDGE = 0.0005
_LIKE, _BACK = 81, 5
"""Kommuner nearest in size, and years, whose forecasts tell how wide an interval must be."""
_MEDIAN_TO_SD = 0.6745


@dataclass(frozen=True)
class Expected:
    """An interval of the share, in percent."""

    low: float
    high: float


@dataclass(frozen=True)
class Chance:
    """What chance does to the figures of one share, as fitted on all kommuner."""

    weight: float
    """Persons that chance acts on, for each person of ``people``."""
    drift: float
    """Standard deviation of a year's drift of the level, in log-odds, of a kommun with a thousand persons."""
    counted: bool
    """Whether ``people`` are those that the share is of; else the young residents stand for them."""
    people: pd.DataFrame
    """A row a kommun and a column a period."""
    levels: pd.DataFrame
    """The level after each period's figure, in percent, so laid out."""
    sds: pd.DataFrame
    """The standard deviation of the level, in percentage points."""
    forecasts: tuple[tuple[Matrix, Matrix, Matrix], ...]
    """Each of the newest periods' shares, and the mean and variance that were told of them the period before."""

    def spread(self, share: float, regions: Sequence[str], period: str) -> float | None:
        """Give the standard deviation of a figure around its level, in percentage points.

        That is half the variance of a usual change from one year to the next: the draw, and half a year's drift.

        Parameters
        ----------
        share
            About where the level lies, in percent.
        regions
            The kommun, or several whose figure is weighed together.
        period
            The figure's period; the nearest known number of persons is used.
        """
        people = sum(_cell(self.people, region, period) for region in regions)
        return float(self.around(share, np.array([people]))[0]) if people > 0 else None

    def around(self, share: float, people: Matrix) -> Matrix:
        """Give the same of any numbers of persons; null where there is none."""
        counted = np.where(people > 0, people, np.nan) * self.weight
        p = (share / 100 * counted + 1) / (counted + 2)  # none and all are not sure to be so again
        drift = _drift(self.drift, people) * p * (1 - p)
        return np.asarray(100 * np.sqrt(p * (1 - p) / counted + drift**2 / 2))

    def level(self, region: str, period: str, coverage: float = 0.95) -> Expected | None:
        """Give the interval of the level that a kommun's figures up to a period speak for.

        Parameters
        ----------
        region, period
            The kommun, and the last period that is taken account of.
        coverage
            How often the level lies in it.
        """
        from scipy.special import ndtri

        beta = _beta(*self._at(region, period))
        return None if beta is None else Expected(*_quantiles(*beta, float(ndtri(0.5 + coverage / 2))))

    def estimate(self, region: str, period: str) -> float | None:
        """Give the level itself, in percent; None where there is none."""
        level, _ = self._at(region, period)
        return None if np.isnan(level) else 100 * level

    def level_of(self, regions: Iterable[str], period: str) -> pd.DataFrame:
        """Give ``level`` and ``sd`` of several kommuner, in the order given; null where there is none."""
        codes = list(regions)
        pair = {"level": self.levels, "sd": self.sds}
        known = {
            name: wide[period] if period in wide.columns else pd.Series(dtype="float64")
            for name, wide in pair.items()
        }
        return pd.DataFrame({name: column.reindex(codes).to_numpy() for name, column in known.items()})

    def next_year(self, region: str, coverage: float = 0.95) -> Expected | None:
        """Give the interval that next year's figure falls in, as often as it says.

        It is as wide as it had to be for kommuner of the same size in the years before.

        Parameters
        ----------
        region
            The kommun.
        coverage
            The share of figures that are to fall in it.
        """
        level, sd = self._at(region, str(self.levels.columns[-1]))
        if np.isnan(level):
            return None
        people = _cell(self.people, region, str(self.levels.columns[-1]))
        spread = level * (1 - level)
        drift = (_drift(self.drift, np.array([people]))[0] * spread) ** 2
        beta = _beta(level, np.sqrt(sd**2 + drift + spread / (people * self.weight)))
        return None if beta is None else Expected(*_quantiles(*beta, self._stretch(region, coverage)))

    def _at(self, region: str, period: str) -> tuple[float, float]:
        return _cell(self.levels, region, period) / 100, _cell(self.sds, region, period) / 100

    def _stretch(self, region: str, coverage: float) -> float:
        """Give how many standard deviations held so large a share of the figures of kommuner of that size."""
        by_size = self.people.iloc[:, -1].sort_values(kind="stable").index
        at = int(by_size.get_indexer(pd.Index([region]))[0])
        scores = pd.DataFrame({n: _score(*one) for n, one in enumerate(self.forecasts)}, index=self.people.index)
        first = max(0, min(at - _LIKE // 2, len(by_size) - _LIKE))
        near = np.abs(scores.reindex(by_size[first : first + _LIKE]).to_numpy())
        return float(np.nanquantile(near, coverage))


def _cell(wide: pd.DataFrame, region: str, period: str) -> float:
    """Take one number; not a number where there is none."""
    row, column = (
        int(wide.index.get_indexer(pd.Index([region]))[0]),
        int(wide.columns.get_indexer(pd.Index([period]))[0]),
    )
    return float(wide.to_numpy()[row, column]) if row >= 0 and column >= 0 else float("nan")


def _beta(level: float, sd: float) -> tuple[float, float] | None:
    """Give the beta distribution of a mean and a standard deviation."""
    if np.isnan(level) or not sd > 0:
        return None
    total = max(level * (1 - level) / sd**2 - 1, 0.1)
    return level * total, (1 - level) * total


def _quantiles(a: float, b: float, z: float) -> tuple[float, float]:
    from scipy.special import betaincinv, ndtr

    low, high = betaincinv(a, b, [ndtr(-z), ndtr(z)])
    return 100 * float(low), 100 * float(high)


def _drift(drift: float | Matrix, people: Matrix) -> Matrix:
    return drift * (np.maximum(people, 1.0) / 1000) ** -EXPONENT


@dataclass(frozen=True)
class _Rows:
    """The figures as the filter reads them: a row a kommun, a column a period."""

    shares: Matrix
    people: Matrix
    shift: Matrix
    """How riket moved to each period, in log-odds."""
    broken: np.ndarray[tuple[int, ...], np.dtype[np.bool]]
    """Where a level begins anew."""


@dataclass(frozen=True)
class _Filtered:
    fit: Matrix
    level: list[Matrix]
    variance: list[Matrix]
    forecast: list[tuple[Matrix, Matrix]]
    """Mean and variance of each figure, as told the period before."""


def _filter(rows: _Rows, weight: Matrix, drift: Matrix) -> _Filtered:
    """Follow the levels from period to period; weight and drift may be columns of several to try."""
    people = rows.people[:, -1]
    step = _drift(drift, people)
    shape = np.broadcast_shapes(np.shape(weight), np.shape(step))
    level, variance = np.full(shape, np.nan), np.full(shape, np.nan)
    out = _Filtered(np.zeros(shape[:-1]), [], [], [])
    for at in range(rows.shares.shape[1]):
        value = rows.shares[:, at]
        level = np.where(rows.broken[:, at], np.nan, level)
        spread = level * (1 - level)
        variance = variance + (step * spread) ** 2
        out.forecast.append((level, variance + spread / (rows.people[:, at] * weight)))
        level = np.clip(level + spread * rows.shift[at], _EDGE, 1 - _EDGE)
        around = np.where(np.isnan(level), np.clip(value, 0.01, 0.99), level)
        noise = around * (1 - around) / (rows.people[:, at] * weight)
        whole, miss = variance + noise, value - level
        known = ~np.isnan(whole) & ~np.isnan(miss)
        # a miss of more than three standard deviations is something else than chance, and counts as three
        misfit = np.log(np.where(known, whole, 1.0)) + np.where(known, np.minimum(miss**2 / whole, 9.0), 0.0)
        out.fit[...] += misfit.sum(axis=-1)
        gain = np.where(known, variance / whole, 0.0)
        new = np.isnan(level) & ~np.isnan(value)
        level = np.where(new, np.clip(value, _EDGE, 1 - _EDGE), np.where(known, level + gain * miss, level))
        variance = np.where(new, noise, (1 - gain) * variance)
        out.level.append(level)
        out.variance.append(variance)
    return out


def _best(rows: _Rows) -> tuple[float, float]:
    """Find the weight and the drift that make the figures most likely: over a grid, and finer around the best."""
    weights, drifts = np.linspace(-3.5, 4.5, 9), np.linspace(-5.0, 0.0, 9)
    for _ in range(4):
        pairs = np.array([(weight, drift) for weight in weights for drift in drifts])
        tried = _filter(rows, np.exp(pairs[:, :1]), np.exp(pairs[:, 1:]))
        weight, drift = pairs[int(np.argmin(tried.fit))]
        reach = weights[1] - weights[0], drifts[1] - drifts[0]
        weights, drifts = (
            np.linspace(best - far, best + far, 5) for best, far in zip((weight, drift), reach, strict=True)
        )
    return float(np.exp(weight)), float(np.exp(drift))


def _wide(frame: pd.DataFrame, periods: Sequence[str]) -> pd.DataFrame:
    by_region = frame.set_index(["region_code", "period"])["value"].unstack("period")  # noqa: PD010 each once
    return by_region.reindex(columns=list(periods))


def _people(sizes: pd.DataFrame, kommuner: pd.Index, periods: Sequence[str]) -> pd.DataFrame:
    """Lay out the persons: a period without has those of the nearest, a school year those of its first year."""
    known = sizes.loc[sizes["region_code"].isin(kommuner) & (sizes["value"] > 0)]
    held = set(known["period"])
    of_year = {period: period if period in held else period[:4] for period in periods}
    every = sorted(held | set(of_year.values()))
    wide = _wide(known, every).reindex(kommuner).ffill(axis=1).bfill(axis=1)
    return wide[[of_year[period] for period in periods]].set_axis(list(periods), axis=1)


def _broken(kommuner: pd.Index, periods: Sequence[str], breaks: Iterable[Break]) -> pd.DataFrame:
    out = pd.DataFrame(False, index=kommuner, columns=list(periods))
    for one in breaks:
        first = next((period for period in periods if period_end(period) >= period_end(one.at)), None)
        if first is not None:
            out.loc[[code for code in kommuner if not one.regions or code in one.regions], first] = True
    return out


def fit_chance(
    series: pd.DataFrame, sizes: pd.DataFrame, breaks: Iterable[Break] = (), *, counted: bool = True
) -> Chance | None:
    """Fit the model of chance on a share by year of all kommuner.

    Parameters
    ----------
    series
        The share in percent: ``region_code, period, period_end, value``; riket, ``00``, is followed, not fitted.
    sizes
        How many persons there are: ``region_code, period, value``. Null, zero and absent numbers are unknown.
    breaks
        Declared breaks: a level begins anew there.
    counted
        Whether ``sizes`` are the persons that the share is of, and not only stand for them.

    Returns
    -------
    Chance or None
        None where fewer than thirty kommuner or three periods are known: then a series has only its own swing.

    Examples
    --------
    >>> years, codes = [str(year) for year in range(2010, 2020)], [f"{code}" for code in range(1000, 1100)]
    >>> draw = np.random.default_rng(3)
    >>> index = pd.MultiIndex.from_product([codes, years], names=["region_code", "period"])
    >>> sizes = pd.DataFrame({"value": 900.0}, index=index).reset_index()
    >>> shares = sizes.assign(value=draw.binomial(900, 0.08, len(index)) / 9)
    >>> shares["period_end"] = pd.to_datetime(shares["period"] + "-12-31")
    >>> chance = fit_chance(shares, sizes)
    >>> round(chance.spread(8.0, ["1000"], "2019"), 1), round(100 * (0.08 * 0.92 / 900) ** 0.5, 1)
    (0.9, 0.9)
    """
    return _fit(_Asked(series, sizes, tuple(breaks), counted))


@dataclass(frozen=True, eq=False)
class _Asked:
    """What a model is fitted on; the same figures, in another programme's frame, are the same."""

    series: pd.DataFrame
    sizes: pd.DataFrame
    breaks: tuple[Break, ...]
    counted: bool

    @functools.cached_property
    def _key(self) -> tuple[object, ...]:
        columns = ["region_code", "period", "value"]
        frames = (frame[columns] for frame in (self.series, self.sizes))
        hashes = (pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes() for frame in frames)
        return *hashes, self.breaks, self.counted

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self._key == other._key


@functools.lru_cache(maxsize=64)
def _fit(asked: _Asked) -> Chance | None:
    series, sizes, breaks, counted = asked.series, asked.sizes, asked.breaks, asked.counted
    demand_one_figure_each(series)
    known = series.loc[series["value"].notna()].sort_values("period_end")
    periods = list(dict.fromkeys(known["period"]))
    wide = _wide(known, periods)
    kommuner = wide.index[wide.index.str.len() == 4]
    people = _people(sizes, kommuner, periods)
    kommuner = kommuner[people.notna().any(axis=1)] if len(periods) else kommuner[:0]
    if len(kommuner) < LEAST_KOMMUNER or len(periods) < LEAST_PERIODS:
        return None
    if ((known["value"] < 0) | (known["value"] > 100)).any():
        raise IndicatorError("En andel ligger inte mellan 0 och 100 procent", todo="Kontrollera uppgifterna")
    people = people.loc[kommuner]
    riket = wide.loc[RIKET].to_numpy() if RIKET in wide.index else np.full(len(periods), np.nan)
    odds = np.clip(riket / 100, _EDGE, 1 - _EDGE)
    moved = np.diff(np.log(odds / (1 - odds)), prepend=np.nan)
    rows = _Rows(
        wide.loc[kommuner].to_numpy() / 100,
        people.to_numpy(),
        np.nan_to_num(moved),
        _broken(kommuner, periods, breaks).to_numpy(),
    )
    return _fitted(rows, people, counted=counted)


def _fitted(rows: _Rows, people: pd.DataFrame, *, counted: bool) -> Chance:
    weight, drift = _best(rows)
    out = _filter(rows, np.array(weight), np.array(drift))
    level, sd = np.column_stack(out.level), np.sqrt(np.column_stack(out.variance))
    if level.shape[1] < LEAST_APART:
        level, kept = rows.shares, level * (1 - level)
        sd = np.sqrt(kept / (rows.people * weight) + (_drift(drift, rows.people) * kept) ** 2 / 2)
    laid = functools.partial(pd.DataFrame, index=people.index)
    first = max(2, len(out.forecast) - _BACK)
    forecasts = tuple((rows.shares[:, at], *out.forecast[at]) for at in range(first, len(out.forecast)))
    return Chance(
        weight,
        drift,
        counted,
        people,
        laid(100 * level, columns=people.columns),
        laid(100 * sd, columns=people.columns),
        forecasts,
    )


def _score(share: Matrix, level: Matrix, variance: Matrix) -> Matrix:
    """Give where each figure fell in its forecast, as a score of the normal curve."""
    from scipy.special import betainc, ndtri

    total = np.maximum(level * (1 - level) / variance - 1, 0.1)
    inside = betainc(level * total, (1 - level) * total, np.clip(share, 0, 1))
    return np.asarray(ndtri(np.clip(inside, 1e-9, 1 - 1e-9)), dtype="float64")


def fit_measure(
    measure: Measure,
    series: pd.DataFrame,
    breaks: Iterable[Break],
    own: pd.DataFrame | None,
    residents: Callable[[], pd.DataFrame],
) -> Chance | None:
    """Fit the model on a share by year, with its own persons where they are held, else with the young residents.

    Parameters
    ----------
    measure, series, breaks
        The measure, its observations and its declared breaks.
    own
        The persons that the share is of, where they are held.
    residents
        Gives those that stand for them.
    """
    if measure.unit != "procent" or measure.period_kind == "month":
        return None
    breaks = tuple(breaks)
    fitted = fit_chance(series, own, breaks) if own is not None and len(own) else None
    return fitted or fit_chance(series, residents(), breaks, counted=False)


def figure_sd(
    chance: Chance | None,
    series: pd.DataFrame,
    region: str,
    period: str,
    share: float,
    breaks: Iterable[Break] = (),
) -> float | None:
    """Give the standard deviation of one figure around its level; None where nothing is known of it.

    Parameters
    ----------
    chance
        The model, where there is one; else the series' own swing is taken.
    series, region, period
        Whose figure of which period.
    share
        About where the level lies: the figure, or what it is held against.
    breaks
        Declared breaks: a change across one is no swing.
    """
    spread = chance.spread(share, [region], period) if chance is not None else None
    if spread is not None:
        return spread
    swing = usual_swing(series, region, breaks)
    return None if swing is None else swing / _MEDIAN_TO_SD / float(np.sqrt(2))


def move_sd(
    chance: Chance | None,
    series: pd.DataFrame,
    regions: Sequence[str],
    earlier: tuple[str, float],
    later: tuple[str, float],
    breaks: Iterable[Break] = (),
) -> float | None:
    """Give the standard deviation of the difference of two figures, where the level is the same.

    Parameters
    ----------
    chance, series, breaks
        As for :func:`figure_sd`.
    regions
        The kommun, or several whose figure is weighed together.
    earlier, later
        The periods and their shares.

    Examples
    --------
    >>> rows = pd.DataFrame({"region_code": "2182", "period": [str(year) for year in range(2018, 2024)],
    ...     "value": [8.0, 8.5, 8.25, 9.25, 9.5, 9.0]})
    >>> round(move_sd(None, rows, ["2182"], ("2022", 9.5), ("2023", 9.0)), 2)
    0.74
    """
    middle = (earlier[1] + later[1]) / 2
    if chance is not None:
        both = [chance.spread(middle, regions, period) for period, _ in (earlier, later)]
        if both[0] is not None and both[1] is not None:
            return float(np.hypot(both[0], both[1]))
    swing = usual_swing(series, regions[0], breaks) if len(regions) == 1 else None
    return None if swing is None else swing / _MEDIAN_TO_SD


def told_apart(chance: Chance, period: str, one: tuple[str, float], other: tuple[str, float]) -> bool | None:
    """Tell whether two kommuner's figures of a period differ beyond chance; None where that is not known.

    Parameters
    ----------
    chance, period
        The model, and the period of both figures.
    one, other
        The kommuner and their shares.
    """
    middle = (one[1] + other[1]) / 2
    spreads = [chance.spread(middle, [code], period) for code, _ in (one, other)]
    if spreads[0] is None or spreads[1] is None:
        return None
    return bool(abs(one[1] - other[1]) > SURE * np.hypot(spreads[0], spreads[1]))
