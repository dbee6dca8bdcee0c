"""Sets of places: R's own answers, how often they hold, and the figures that a list may have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from uvas_stats.catalog import Catalog
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import rank
from uvas_stats.indicators.chance import fit_chance
from uvas_stats.indicators.rank_sets import exact_set, likely_places, rank_sets, usual_place_moves
from uvas_stats.observations.contract import select


def test_the_sets_are_those_of_csranks(shared: Path) -> None:
    pisa = pd.read_csv(shared / "data" / "csranks_reference_pisa.csv")
    sets = rank_sets(pisa["x"].tolist(), pisa["se"].tolist())
    for ours, r, without_seed in (
        ("alone_low", "R_marg_L", "L_marg"),
        ("alone_high", "R_marg_U", "U_marg"),
        ("all_low", "R_simul_L", "L_simul"),
        ("all_high", "R_simul_U", "U_simul"),
    ):
        assert ((sets[ours] == pisa[r]) | (sets[ours] == pisa[without_seed])).all(), ours


def test_many_taken_together_give_nearly_what_each_by_itself_does() -> None:
    draw = np.random.default_rng(4)
    values, errors = draw.normal(8, 2, 40), np.exp(draw.uniform(-1.5, 0.5, 40))
    each = rank_sets(values.tolist(), errors.tolist())
    more = rank_sets([*values, -1000.0], [*errors, 0.01])  # one more, told from all, makes them too many
    assert (more.iloc[:-1][["alone_low", "alone_high"]] - each[["alone_low", "alone_high"]]).abs().max().max() <= 2
    assert more.iloc[-1].tolist() == [41.0] * 4


def test_the_sets_hold_the_true_places() -> None:
    draw = np.random.default_rng(2)
    true, errors = draw.normal(8, 2, 80), np.exp(draw.uniform(-1.5, 0.5, 80))
    place = pd.Series(-true).rank()
    alone, together = [], []
    for _ in range(40):
        sets = rank_sets(draw.normal(true, errors).tolist(), errors.tolist())
        alone.append(((sets["alone_low"] <= place) & (place <= sets["alone_high"])).mean())
        together.append(((sets["all_low"] <= place) & (place <= sets["all_high"])).all())
    assert np.mean(alone) > 0.94
    assert np.mean(together) > 0.85


def test_likely_places_are_those_of_draws() -> None:
    draw = np.random.default_rng(6)
    levels, sds = draw.normal(8, 2, 290), np.exp(draw.uniform(-2, 0.2, 290))
    found = likely_places(levels.tolist(), sds.tolist())
    drawn = (-(levels + sds * draw.standard_normal((2000, 290)))).argsort(axis=1).argsort(axis=1) + 1
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    assert np.abs(found["likely_low"] - low).mean() < 3
    assert np.abs(found["likely_high"] - high).mean() < 3


def test_the_lowest_first_turns_the_places() -> None:
    assert rank_sets([9.0, 7.0, 6.9], [0.2, 0.3, 0.3], highest_first=False)["alone_low"].tolist() == [
        3.0,
        1.0,
        1.0,
    ]
    assert likely_places([9.0, 1.0], [0.1, 0.1], highest_first=False).values.tolist() == [[2.0, 2.0], [1.0, 1.0]]


def test_a_ranking_has_what_chance_leaves_open_beside_its_places(
    observations: pd.DataFrame, catalog: Catalog
) -> None:
    series = select(observations, measure="uvas_share_pct")
    sizes = select(observations, measure="kolada_residents_16_19_count")
    chance = fit_chance(series, sizes, catalog.breaks_of("uvas_share_pct"), counted=False)
    members = [region.code for region in catalog.kommuner]
    ranked = rank(series, catalog.measure("N02797"), members, chance=chance)
    row = ranked.loc[(ranked["region_code"] == "2182") & (ranked["period"] == "2024")].iloc[0]
    names = ["rank_low", "rank_high", "likely_low", "likely_high", "usual_move"]
    assert row[names].tolist() == [27, 28, 13, 56, 22.5]
    now = series.loc[series["period"] == "2024"]
    sets = rank(now, catalog.measure("N02797"), members, chance=chance, sets=True)
    row = sets.loc[sets["region_code"] == "2182"].iloc[0]
    assert row["all_low"] <= row["alone_low"] <= row["rank_low"] <= row["rank_high"] <= row["alone_high"]
    assert sets["alone_high"].sub(sets["alone_low"]).median() > 150
    plain = rank(now, catalog.measure("N02797"), members)
    assert "likely_low" not in plain
    assert plain["rank_low"].tolist() == sets["rank_low"].tolist()


# --- figures as they should not be -------------------------------------------------------------------------------


def test_two_and_one_and_none_are_lists_too() -> None:
    assert rank_sets([9.0, 1.0], [0.1, 0.1])[["alone_low", "all_high"]].values.tolist() == [[1.0, 1.0], [2.0, 2.0]]
    assert rank_sets([9.0, 8.9], [1.0, 1.0]).values.tolist() == [[1.0, 2.0] * 2] * 2
    assert rank_sets([9.0], [1.0]).values.tolist() == [[1.0] * 4]
    assert rank_sets([], []).empty
    assert likely_places([], []).empty


def test_equal_figures_are_not_told_apart_even_without_error() -> None:
    assert rank_sets([5.0, 5.0, 3.0], [0.0, 0.0, 0.0]).values.tolist() == [[1.0, 2.0] * 2] * 2 + [[3.0] * 4]


def test_a_figure_that_is_suppressed_has_no_place_and_makes_no_set() -> None:
    likely = likely_places([9.0, float("nan"), 1.0], [0.1, 0.1, 0.1])
    assert likely.iloc[[0, 2]].values.tolist() == [[1.0, 1.0], [2.0, 2.0]]
    assert likely.iloc[1].isna().all()
    with pytest.raises(IndicatorError, match="kräver ett värde och ett medelfel för varje kommun"):
        rank_sets([9.0, float("nan")], [0.1, 0.1])
    with pytest.raises(IndicatorError, match="kräver ett värde och ett medelfel för varje kommun"):
        rank_sets([9.0, 8.0], [0.1, float("nan")])


def test_an_exact_test_of_few_persons_with_holms_correction() -> None:
    # 0 of 40 against 12 of 40: p is 0.0002; against 3 of 40: 0.24, which Holm's second step does not pass
    assert exact_set([0, 3, 12], [40, 40, 40], 0) == (2, 3)
    assert exact_set([0, 3, 12], [40, 40, 40], 0, highest_first=False) == (1, 2)
    assert exact_set([0, 0], [40, 40], 0) == (1, 2)
    assert exact_set([40, 0], [40, 40], 0) == (1, 1)


@pytest.mark.parametrize(
    ("counts", "people"),
    [([1, 2], [0, 10]), ([1, 2], [10, float("nan")]), ([11, 2], [10, 10]), ([1.5, 2], [10, 10])],
)
def test_an_exact_test_needs_whole_counts_of_someone(counts: list[float], people: list[float]) -> None:
    with pytest.raises(IndicatorError, match="Ett exakt test kräver hela antal"):
        exact_set(counts, people, 0)


def test_a_usual_move_needs_five_moves() -> None:
    rows = pd.DataFrame({"region_code": "a", "period_end": range(5), "rank_low": range(5), "rank_high": range(5)})
    assert usual_place_moves(rows) == {}
