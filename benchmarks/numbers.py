"""How sure the numbers are: R's sets of places, what intervals hold, and how often a verdict is wrong."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

SHARED = Path(__file__).parents[2] / "shared"
YOUNG = 2.08
"""Residents 16-24 for each of 16-19, in the median kommun."""
BANDS = {"below_500": (0, 500), "500_2000": (500, 2000), "2000_5000": (2000, 5000), "over_5000": (5000, 1e9)}
BACK_TESTED = ("uvas_share_pct", "eligible_vocational_share_pct")
FIRST = 5
"""Years that a model is fitted on before it is asked of the next."""
DRAWS, PERIODS, WORLDS = 2000, 20, 4
LEVEL = 7.0


@cache
def shipped() -> pd.DataFrame:
    """Build the shipped editions in memory and give Kolada's figures of both sexes, the newest of each."""
    from uvas_stats.build import pipeline
    from uvas_stats.catalog import load_catalog
    from uvas_stats.observations.editions import latest_edition
    from uvas_stats.observations.store import read_observations
    from uvas_stats.workspace import find_workspace

    workspace = find_workspace()
    pipeline.ensure_processed(workspace)
    rows = read_observations(workspace.processed, [*BACK_TESTED, "kolada_residents_16_19_count"])
    newest = latest_edition(rows, load_catalog().replaces)
    return newest.loc[(newest["sex"] == "total") & (newest["dataset"] == "kolada")]


def series(measure: str) -> pd.DataFrame:
    from uvas_stats.observations.contract import select

    return select(shipped(), measure=measure)


def csranks() -> int:
    """Count the bounds that are neither R's own nor the seed-free ones."""
    from uvas_stats.indicators.rank_sets import rank_sets

    pisa = pd.read_csv(SHARED / "data" / "csranks_reference_pisa.csv")
    sets = rank_sets(pisa["x"].tolist(), pisa["se"].tolist())
    pairs = {"alone_low": ("R_marg_L", "L_marg"), "alone_high": ("R_marg_U", "U_marg")}
    pairs |= {"all_low": ("R_simul_L", "L_simul"), "all_high": ("R_simul_U", "U_simul")}
    return int(
        sum(((sets[ours] != pisa[r]) & (sets[ours] != pisa[free])).sum() for ours, (r, free) in pairs.items())
    )


def sizes() -> np.ndarray:
    people = series("kolada_residents_16_19_count")
    newest = people.loc[(people["period"] == "2022") & (people["region_code"].str.len() == 4), "value"]
    return np.round(newest.to_numpy() * YOUNG)


def sets_hold() -> tuple[float, float, int]:
    """Draw 290 shares of true sizes, and tell how often their sets miss: one true place, and any."""
    from uvas_stats.indicators.rank_sets import rank_sets

    draw, people = np.random.default_rng(1), sizes()
    true = np.sort(draw.normal(LEVEL, 1.6, len(people)).clip(2))[draw.permutation(len(people))]
    place = pd.Series(-true).rank()
    alone, together = 0.0, 0
    for _ in range(DRAWS):
        count = draw.binomial(people.astype(int), true / 100)
        near = (count + 2) / (people + 4)  # none and all have a standard error too
        error = 100 * np.sqrt(near * (1 - near) / people)
        found = rank_sets((100 * count / people).tolist(), error.tolist())
        alone += float(((place < found["alone_low"]) | (place > found["alone_high"])).mean())
        together += bool(((place < found["all_low"]) | (place > found["all_high"])).any())
    return 100 * alone / DRAWS, 100 * together / DRAWS, len(people)


def sets_time() -> float:
    """Time all ranges and sets of 290 kommuner in 20 periods, in seconds of the processor."""
    from uvas_stats.indicators.rank_sets import likely_places, rank_sets

    draw, people = np.random.default_rng(1), sizes()
    errors = 100 * np.sqrt(0.07 * 0.93 / people)
    lists = [draw.normal(LEVEL, np.hypot(1.6, errors)) for _ in range(PERIODS)]
    rank_sets(lists[0].tolist(), errors.tolist())
    begin = time.process_time()
    for values in lists:
        likely_places(values.tolist(), errors.tolist())
        rank_sets(values.tolist(), errors.tolist())
    return time.process_time() - begin


def back_test(measure: str) -> pd.DataFrame:
    """Fit on the years before each year, and tell whether the intervals held that year's figures."""
    from uvas_stats.catalog import load_catalog
    from uvas_stats.indicators.chance import fit_chance

    rows, residents = series(measure), series("kolada_residents_16_19_count")
    breaks = load_catalog().breaks_of(measure)
    counted = rows.loc[rows["value"].notna()].groupby("period")["region_code"].nunique()
    periods = sorted(counted.index[counted > 200])
    held = []
    for period in periods[FIRST:]:
        known = residents.loc[residents["period"] < period[:4]]
        chance = fit_chance(rows.loc[rows["period"] < period], known, breaks, counted=False)
        then = rows.loc[rows["period"] == period].set_index("region_code")["value"].dropna()
        for code in chance.levels.index.intersection(then.index):
            low, wide = chance.next_year(code, 0.8), chance.next_year(code, 0.95)
            people = YOUNG * chance.people.loc[code].iloc[-1]
            if wide is not None:
                value = then[code]
                held.append((people, wide.low <= value <= wide.high, low.low <= value <= low.high))
    return pd.DataFrame(held, columns=["people", "95", "80"])


def world(seed: int, last: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw ten years of shares of a level that does not change, but to ``last`` in the last year."""
    draw, people = np.random.default_rng(seed), sizes()
    codes = [f"{code}" for code in range(1000, 1000 + len(people))]
    years = [str(year) for year in range(2014, 2024)]
    levels = np.full((len(people), len(years)), LEVEL)
    levels[:, -1] = last
    shares = 100 * draw.binomial(people[:, None].astype(int), levels / 100) / people[:, None]
    riket = pd.DataFrame({"region_code": "00", "period": years, "value": [*[LEVEL] * 9, last]})
    wide = pd.DataFrame(shares, index=codes, columns=years).rename_axis("region_code").reset_index()
    rows = pd.concat([wide.melt("region_code", var_name="period"), riket])
    rows = rows.assign(period_end=pd.to_datetime(rows["period"] + "-12-31"), status="ok")
    held = pd.DataFrame(np.repeat(people[:, None], len(years), axis=1), index=codes, columns=years)
    return rows, held.rename_axis("region_code").reset_index().melt("region_code", var_name="period")


RULES = {
    "falls": ({"baseline_period": "2014"}, LEVEL),
    "rises": ({"baseline_period": "2014"}, LEVEL),
    "better_than_riket": ({}, LEVEL),
    "at_most": ({"target": LEVEL}, LEVEL),
    "change_pct": ({"target": -20.0, "baseline_period": "2014"}, 0.8 * LEVEL),
}
"""Each rule, and the level of the last year at which there is nothing to tell."""


def verdicts(rule: str, *, modelled: bool) -> tuple[float, float]:
    """Tell how often a goal is called reached and not reached, where the level is just what was wanted."""
    from uvas_stats.catalog import Goal, load_catalog
    from uvas_stats.indicators import assess_goal
    from uvas_stats.indicators.chance import fit_chance

    keys, last = RULES[rule]
    measure = load_catalog().measure("uvas_share_pct")
    goal = Goal("g", "Mål", "resultat", rule, measure=measure.id, deadline=dt.date(2023, 12, 31), **keys)
    told = []
    for seed in range(WORLDS):
        rows, people = world(seed, last)
        chance = fit_chance(rows, people) if modelled else None
        riket = rows.loc[rows["region_code"] == "00"]
        for code, own in rows.loc[rows["region_code"] != "00"].groupby("region_code"):
            both = pd.concat([own, riket])
            told.append(assess_goal(goal, measure, both, code, dt.date(2026, 1, 1), chance=chance).status)
    found = pd.Series(told)
    return 100 * float((found == "nått").mean()), 100 * float((found == "inte nått").mean())


def months(seed: int, *, cycle: bool, years: int = 15) -> pd.DataFrame:
    """Invent shares by month for 290 kommuner: level, season and chance, and riket in a cycle or a random walk."""
    draw, n = np.random.default_rng(seed), 12 * years
    steps = draw.normal(0, 0.05 if cycle else 0.09, n)
    if cycle:  # what it changes by lasts
        for at in range(1, n):
            steps[at] += 0.9 * steps[at - 1]
    people = np.exp(draw.normal(6.6, 0.9, 290)).clip(90)
    level = np.abs(draw.normal(8, 2.3, 290)).clip(2)
    shares = level * (1 + np.cumsum(steps)[:, None] / 10) + np.cumsum(draw.normal(0, 0.1, (n, 290)), axis=0)
    shares += np.sin(2 * np.pi * np.arange(n) / 12)[:, None] * level / 10
    shares += np.sqrt(shares.clip(0.3) * 30 / people) * draw.normal(size=(n, 290))
    index = [str(one) for one in pd.period_range("2010-01", periods=n, freq="M")]
    wide = pd.DataFrame(shares.clip(0.2), index=index, columns=[f"{code}" for code in range(1001, 1291)])
    return wide.rename_axis("period").reset_index().melt("period", var_name="region_code")


def projections() -> Iterator[tuple[str, float, float, str]]:
    """Tell what the interval and the probability of a projection hold a year ahead, in invented months."""
    from uvas_stats.indicators.projection import projection_quality

    tenths = []
    for name, cycle, limit in (("cycle", True, 0.95), ("walk", False, 1.02)):
        told = [projection_quality(months(seed, cycle=cycle), 12) for seed in range(1, 7)]
        held = 100 * float(np.mean([one.coverage for one in told]))
        n = sum(one.tried for one in told)
        yield f"projection_80_{name}", abs(held - 80), 5, f"points: held {held:.1f} percent of {n} outcomes"
        error = float(np.mean([one.relative_error for one in told]))
        yield f"projection_error_{name}", error, limit, "of the error of carrying the last mean on"
        tenths += [one.tenths for one in told]
    every = pd.concat(tenths)
    weighed = every.assign(said=every["said"] * every["n"], came=every["came"] * every["n"]).groupby("tenth").sum()
    off = 100 * (weighed["said"] - weighed["came"]).abs() / weighed["n"]
    table = ", ".join(
        f"{100 * s / n:.0f}:{100 * c / n:.0f}" for n, s, c in weighed[["n", "said", "came"]].to_numpy()
    )
    yield "projection_probability_worst_tenth", float(off.max()), 7, f"points; said:came {table}"


def run() -> Iterator[tuple[str, float, float, str]]:
    """Yield name, value, limit and what was measured."""
    yield "csranks_bounds_that_differ", csranks(), 0, "of 148 on PISA"
    yield "sets_seconds", sets_time(), 2, f"of the processor; 290 kommuner, {PERIODS} periods, ranges and sets"
    for measure in BACK_TESTED:
        held = back_test(measure)
        for band, (low, high) in BANDS.items():
            part = held.loc[(held["people"] > low) & (held["people"] <= high)]
            for level in ("95", "80"):
                share = 100 * float(part[level].mean())
                about = f"points from {level}: held {share:.1f} percent of {len(part)} figures of the next year"
                yield f"{measure}_{level}_{band}", abs(share - float(level)), 3, about
    for rule in RULES:
        for name, modelled in (("", True), ("_own_swing", False)):
            reached, missed = verdicts(rule, modelled=modelled)
            yield f"false_reached_{rule}{name}", reached, 5, "percent, where the level is what was wanted"
            yield f"false_not_reached_{rule}{name}", missed, 5, "percent, where the level is what was wanted"
    yield from projections()
    alone, together, n = sets_hold()
    yield "sets_alone_miss", alone, 6, f"percent of true places; {n} shares, {DRAWS} draws"
    yield "sets_together_miss", together, 6, f"percent of lists; {n} shares, {DRAWS} draws"
