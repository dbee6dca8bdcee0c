"""Places of all kommuner over many months, side by side with a bare ``groupby.rank`` of the same frame."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

MONTHS, SEXES = 220, ("total", "women", "men")
MEASURES = ("uvas_share_pct", "unemployed_youth_rate_pct", "uvas_25_29_share_pct", "uvas_16_29_share_pct")
KEYS = ["measure", "sex", "period"]
ROUNDS = 7
SIMILAR = 7


def sample() -> pd.DataFrame:
    """Make 290 kommuner and riket, 220 months, 3 sexes and 4 measures; one decimal, so that ties are common."""
    from uvas_stats.catalog import load_catalog

    codes = [*(region.code for region in load_catalog().kommuner), "00"]
    periods = [f"{2008 + at // 12}-{at % 12 + 1:02d}" for at in range(MONTHS)]
    index = pd.MultiIndex.from_product([MEASURES, SEXES, periods, codes], names=[*KEYS, "region_code"])
    values = np.random.default_rng(7).normal(8, 2, len(index)).clip(0.1).round(1)
    values[:: len(codes) + 1] = np.nan
    return index.to_frame(index=False).astype("category").assign(value=values)


def bare(frame: pd.DataFrame) -> Any:
    return frame.groupby(KEYS, observed=True)["value"].rank(method="min", ascending=False)


def ours(frame: pd.DataFrame) -> Any:
    from uvas_stats.catalog import Break, load_catalog
    from uvas_stats.indicators import place_panel

    catalog = load_catalog()
    codes = [region.code for region in catalog.kommuner]
    kinds = {kind: [one for one in catalog.groups.values() if one.kind == kind] for kind in ("lan", "skr")}
    return place_panel(
        frame,
        catalog.measures,
        codes,
        within={"lan": kinds["lan"], "kommungrupp": kinds["skr"]},
        similar={code: [codes[(at + i) % 290] for i in range(1, SIMILAR + 1)] for at, code in enumerate(codes)},
        breaks=[Break("b", MEASURES[0], "2011-01", "Brott.")],
    )


def _seconds(work: Callable[[pd.DataFrame], Any], frame: pd.DataFrame) -> float:
    begin = time.perf_counter()
    work(frame)
    return time.perf_counter() - begin


def _same(frame: pd.DataFrame) -> None:
    """Demand that both give the same places, and that the groups and changes are there."""
    kommuner = frame.loc[frame["region_code"] != "00"].reset_index(drop=True)
    mine = ours(frame)
    np.testing.assert_array_equal(mine["rank_low"].to_numpy(), bare(kommuner).to_numpy())
    assert len(mine) == 290 * MONTHS * len(SEXES) * len(MEASURES)
    assert mine[["lan_low", "kommungrupp_high", "similar_n", "riket_low", "moved"]].notna().any().all()


def run() -> Iterator[tuple[str, float, float, str]]:
    """Yield name, value, limit and what was measured."""
    frame = sample()
    _same(frame)
    pairs = [(_seconds(ours, frame), _seconds(bare, frame)) for _ in range(ROUNDS)]
    ratio = statistics.median(mine / peer for mine, peer in pairs)
    mine, peer = (statistics.median(times) for times in zip(*pairs, strict=True))
    yield "places_to_groupby_rank", ratio, 5, f"{len(frame)} rows; {mine:.2f} s; groupby.rank {peer:.2f} s"
