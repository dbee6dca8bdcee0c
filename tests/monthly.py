"""Invented figures by month, of the shape that Arbetsförmedlingen's files give, and NEET by country."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from uvas_stats.build.pipeline import build
from uvas_stats.catalog import load_catalog
from uvas_stats.observations.store import read_observations, read_origins, write_observations
from uvas_stats.observations.validate import make_observations
from uvas_stats.workspace import Workspace

RATE, COUNT, FORCE = "af_unemployed_18_24_rate_pct", "af_unemployed_18_24_count", "af_labour_force_18_24_count"
EDITION = "2026-11-20"
SEASON = np.array([0.5, 0.4, 0.1, -0.3, -0.2, 0.6, 0.9, 0.7, -0.2, -0.7, -0.9, -0.9])
LEVELS = {"2182": 14.5, "1440": 7.2, "0136": 8.6, "0192": 8.2, "0138": 5.9, "2421": 6.5, "1494": 6.1}


def periods(first: str = "2020-01", last: str = "2027-10") -> list[str]:
    return [str(one) for one in pd.period_range(first, last, freq="M")]


@cache
def af_figures(first: str = "2020-01", last: str = "2027-10") -> pd.DataFrame:
    """Make share, count and labour force by kommun and month, riket as their sum; another level before 2023."""
    rng = np.random.default_rng(11)
    codes = [region.code for region in load_catalog().kommuner]
    months = periods(first, last)
    force = np.exp(rng.normal(6.6, 0.9, len(codes))).clip(90)
    force[codes.index("2182")] = 1480.0
    level = np.array([LEVELS.get(code, max(2.4, rng.normal(7.6, 2.3))) for code in codes])
    walk = np.cumsum(rng.normal(0, 0.11, (len(months), len(codes))), axis=0)
    common = np.cumsum(rng.normal(0, 0.09, len(months)))[:, None]
    month = np.array([int(one[5:]) - 1 for one in months])
    swing = SEASON[month][:, None] * (level / 8)[None, :]
    own = np.isin(codes, ["2182"]) * np.isin(month, [4, 5, 6, 7, 8])[:, None] * 1.1
    rate = (level[None, :] + walk + common + swing + own).clip(0.4)
    rate[[one < "2023-01" for one in months]] *= 1.25
    people = force[None, :] * (1 + rng.normal(0, 0.01, rate.shape))
    people = np.round(people, 6)
    count = np.round(rate / 100 * people)
    frames = []
    for measure, values, whole in (
        (COUNT, count, count.sum(axis=1)),
        (FORCE, people, people.sum(axis=1)),
        (RATE, 100 * count / people, 100 * count.sum(axis=1) / people.sum(axis=1)),
    ):
        wide = pd.DataFrame(values, index=months, columns=codes).assign(**{"00": whole})
        long = wide.rename_axis("period").reset_index().melt("period", var_name="region_code", value_name="value")
        frames.append(long.assign(measure=measure))
    rows = pd.concat(frames, ignore_index=True)
    return make_observations(
        rows.assign(
            dataset="af_share", edition=EDITION, age_group="18-24", origin=f"af_share/{EDITION}/andel.xlsx"
        )
    )


def series(measure: str = RATE, first: str = "2020-01", last: str = "2027-10") -> pd.DataFrame:
    """Give one measure as plain text, as the indicators and charts want it."""
    frame = af_figures(first, last)
    rows = frame.loc[(frame["measure"] == measure).to_numpy()]
    text = [name for name in rows.columns if isinstance(rows[name].dtype, pd.CategoricalDtype)]
    return rows.astype(dict.fromkeys(text, "str")).sort_values(["period_end", "region_code"], ignore_index=True)


def monthly_workspace(folder: Path, *more: pd.DataFrame) -> Workspace:
    """Build the shipped edition and put the invented months beside it."""
    workspace = Workspace(folder)
    build(workspace)
    frames = [read_observations(workspace.processed), af_figures(), *more]
    text = [name for name in frames[0].columns if isinstance(frames[0][name].dtype, pd.CategoricalDtype)]
    whole = pd.concat([frame.astype(dict.fromkeys(text, "object")) for frame in frames], ignore_index=True)
    whole = whole.astype(dict.fromkeys(text, "category"))
    origins = read_origins(workspace.processed)
    for frame in (af_figures(), *more):
        for origin in frame["origin"].astype("str").unique():
            about = {"publisher": "Invented", "url": "https://example.org", "retrieved": EDITION, "licence": ""}
            origins["files"][origin] = about | {"sha256": "0" * 64}
    write_observations(whole, workspace.processed, origins)
    return workspace


def uvas_by_sex(codes: tuple[str, ...] = ("2421", "00")) -> pd.DataFrame:
    """Make UVAS for women and men, as a fetch of Kolada gives it."""
    rows = [
        (code, str(year), sex, level + 0.3 * (year - 2022))
        for code in codes
        for year in range(2020, 2025)
        for sex, level in (("women", 5.2), ("men", 6.4))
    ]
    frame = pd.DataFrame(rows, columns=["region_code", "period", "sex", "value"])
    origin = "kolada/2026-11-21/kolada_published.csv"
    return make_observations(
        frame.assign(
            dataset="kolada", edition="2026-11-21", age_group="16-24", measure="uvas_share_pct", origin=origin
        )
    )


def population(codes: tuple[str, ...] = ("2421", "1494", "0136", "0192", "0138", "00")) -> pd.DataFrame:
    """Make the population 16-24 by sex, as a fetch of SCB's population gives it."""
    rows = [
        (code, str(year), sex, float(round(people * (1_100_000 if code == "00" else 578 + 10 * at))))
        for at, code in enumerate(codes)
        for year in range(2008, 2025)
        for sex, people in (("total", 1.0), ("women", 0.48), ("men", 0.52))
    ]
    frame = pd.DataFrame(rows, columns=["region_code", "period", "sex", "value"])
    about = {
        "dataset": "scb_population",
        "edition": EDITION,
        "age_group": "16-24",
        "origin": f"scb_population/{EDITION}",
    }
    return make_observations(frame.assign(measure="population_december_count", **about))


def neet(codes: tuple[str, ...]) -> pd.DataFrame:
    """Make NEET by country and region as plain text."""
    rng = np.random.default_rng(5)
    rows = [(code, "2025", round(float(rng.normal(11, 3)), 1)) for code in codes]
    frame = pd.DataFrame(rows, columns=["region_code", "period", "value"])
    return frame.assign(
        period_end=pd.Timestamp("2025-12-31"),
        measure="neet_15_29_share_pct",
        dataset="eurostat",
        edition=EDITION,
        origin=f"eurostat/{EDITION}/neet.json",
        status="ok",
        sex="total",
    )
