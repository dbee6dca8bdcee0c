"""Places: as published, with their ties, direction and number ranked."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import direction_words, performance_group, rank
from uvas_stats.observations.contract import select

MEASURE = load_catalog().measure("N02797")
HIGHER = load_catalog().measure("N15428")


def series(values: list[float | None], period: str = "2024") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region_code": [f"{index:04d}" for index in range(len(values))],
            "period": period,
            "period_end": pd.Timestamp(2024, 12, 31),
            "value": pd.Series(values, dtype="float64"),
            "status": ["ok" if value is not None else "not_available" for value in values],
        }
    )


def codes(frame: pd.DataFrame) -> list[str]:
    return frame["region_code"].tolist()


# Few different values, so that ties are common.
values = st.lists(st.one_of(st.none(), st.integers(0, 8).map(float)), min_size=1, max_size=25)
known = st.lists(st.integers(0, 8).map(float), min_size=1, max_size=25)


# --- golden -----------------------------------------------------------------------------------------------------


def test_every_published_place_lies_within_the_tie_range(
    catalog: Catalog, observations: pd.DataFrame, shared: Path
) -> None:
    part = select(observations, measure="uvas_share_pct")
    ranked = rank(part, MEASURE, [kommun.code for kommun in catalog.kommuner]).set_index(["region_code", "period"])
    with (shared / "facts" / "published_ranks.csv").open(encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))
    assert len(published) == 102
    for row in published:
        ours = ranked.loc[(row["region"], row["year"])]
        assert ours["n"] == int(row["n"]) == 290
        assert ours["rank_low"] <= int(row["rank"]) <= ours["rank_high"], row


@pytest.mark.parametrize(("code", "place"), [("2182", 28), ("2421", 216), ("0192", 35), ("0138", 235)])
def test_places_of_2024_are_those_published(
    catalog: Catalog, observations: pd.DataFrame, code: str, place: int
) -> None:
    part = select(observations, measure="uvas_share_pct", period="2024")
    ranked = rank(part, MEASURE, [kommun.code for kommun in catalog.kommuner]).set_index("region_code").loc[code]
    assert ranked["rank_low"] <= place <= ranked["rank_high"]
    assert ranked["rank"] == ranked["rank_low"]


def test_riket_is_never_ranked_among_kommuner(catalog: Catalog, observations: pd.DataFrame) -> None:
    part = select(observations, measure="uvas_share_pct", period="2024")
    ranked = rank(part, MEASURE, [kommun.code for kommun in catalog.kommuner])
    assert "00" not in codes(ranked)
    assert len(ranked) == 290


# --- properties -------------------------------------------------------------------------------------------------


@given(known)
def test_a_place_is_one_more_than_the_number_that_are_worse(numbers: list[float]) -> None:
    frame = series(numbers)
    ranked = rank(frame, MEASURE, codes(frame)).set_index("region_code")
    for code, value in zip(frame["region_code"], numbers, strict=True):
        worse = sum(other > value for other in numbers)
        ties = sum(other == value for other in numbers)
        assert ranked.loc[code, "rank_low"] == ranked.loc[code, "rank"] == worse + 1
        assert ranked.loc[code, "rank_high"] == worse + ties
        assert ranked.loc[code, "n"] == len(numbers)


@given(values)
def test_a_missing_value_keeps_its_row_without_a_place_and_is_not_counted(numbers: list[float | None]) -> None:
    frame = series(numbers)
    ranked = rank(frame, MEASURE, codes(frame))
    missing = ranked["value"].isna()
    assert sorted(codes(ranked)) == codes(frame)
    assert ranked.loc[missing, ["rank", "rank_low", "rank_high", "percentile"]].isna().all(axis=None)
    assert ranked.loc[~missing, ["rank", "rank_low", "rank_high", "percentile"]].notna().all(axis=None)
    assert (ranked["n"] == sum(number is not None for number in numbers)).all()


@given(values, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(numbers: list[float | None], random) -> None:
    frame = series(numbers)
    order = list(range(len(frame)))
    random.shuffle(order)
    shuffled = frame.iloc[order].reset_index(drop=True)
    pd.testing.assert_frame_equal(rank(frame, MEASURE, codes(frame)), rank(shuffled, MEASURE, codes(frame)))


@given(values)
def test_best_first_is_the_mirror_of_worst_first(numbers: list[float | None]) -> None:
    frame = series(numbers)
    worst = rank(frame, MEASURE, codes(frame), "worst").set_index("region_code").sort_index()
    best = rank(frame, MEASURE, codes(frame), "best").set_index("region_code").sort_index()
    mirrored = worst["n"] + 1 - worst["rank_high"]
    pd.testing.assert_series_equal(best["rank_low"], mirrored, check_names=False)
    pd.testing.assert_series_equal(best["percentile"], worst["percentile"])


@given(known)
def test_the_direction_of_the_measure_turns_the_ranking(numbers: list[float]) -> None:
    frame = series(numbers)
    worst_is_high = rank(frame, MEASURE, codes(frame), "worst")
    best_is_high = rank(frame, HIGHER, codes(frame), "best")
    pd.testing.assert_frame_equal(worst_is_high, best_is_high)


@given(known)
def test_percentiles_lie_inside_and_average_to_fifty(numbers: list[float]) -> None:
    frame = series(numbers)
    percentile = rank(frame, MEASURE, codes(frame))["percentile"]
    assert percentile.between(0, 100, inclusive="neither").all()
    assert percentile.mean() == pytest.approx(50)


@given(known, st.data())
def test_a_smaller_group_is_ranked_on_its_own(numbers: list[float], data) -> None:
    frame = series(numbers)
    members = data.draw(st.sets(st.sampled_from(codes(frame)), min_size=1))
    ranked = rank(frame, MEASURE, members)
    assert set(codes(ranked)) == members
    assert (ranked["n"] == len(members)).all()
    assert ranked["rank_high"].max() == len(members)


def test_periods_are_ranked_each_on_its_own() -> None:
    frame = pd.concat([series([1.0, 2.0], "2023"), series([2.0, 1.0], "2024")])
    ranked = rank(frame, MEASURE, ["0000", "0001"]).set_index(["period", "region_code"])["rank"]
    assert ranked.to_dict() == {
        ("2023", "0001"): 1.0,
        ("2023", "0000"): 2.0,
        ("2024", "0000"): 1.0,
        ("2024", "0001"): 2.0,
    }


def test_three_that_tie_share_the_place_and_the_next_is_fourth_after() -> None:
    frame = series([9.0, 7.0, 7.0, 7.0, 5.0])
    ranked = rank(frame, MEASURE, codes(frame))
    assert ranked["rank"].tolist() == [1, 2, 2, 2, 5]
    assert ranked["rank_high"].tolist() == [1, 4, 4, 4, 5]


def test_a_series_that_mixes_sexes_is_refused() -> None:
    frame = series([1.0, 2.0])
    with pytest.raises(IndicatorError, match="flera uppgifter för samma område och period"):
        rank(pd.concat([frame, frame]), MEASURE, codes(frame))


def test_an_unknown_order_is_refused() -> None:
    frame = series([1.0])
    with pytest.raises(IndicatorError, match="Ordningen ”sämst” finns inte"):
        rank(frame, MEASURE, codes(frame), "sämst")


def test_no_rows_have_no_places() -> None:
    assert rank(series([1.0]).iloc[:0], MEASURE, ["0000"]).empty


def test_the_direction_is_said_in_words(catalog: Catalog) -> None:
    assert direction_words(MEASURE) == "1 = högst andel"
    assert direction_words(MEASURE, "best") == "1 = lägst andel"
    assert direction_words(HIGHER) == "1 = lägst andel"
    assert direction_words(HIGHER, "best") == "1 = högst andel"
    assert direction_words(catalog.measure("population_count")) == "1 = högst antal"


# --- best, middle and worst groups ------------------------------------------------------------------------------


def grouped(numbers: list[float | None], measure=MEASURE) -> list[str | None]:
    frame = series(numbers)
    found = performance_group(frame, measure, codes(frame)).set_index("region_code")["group"]
    return [None if pd.isna(found[code]) else found[code] for code in codes(frame)]


def test_a_quarter_is_best_half_is_middle_and_a_quarter_is_worst() -> None:
    groups = grouped([float(number) for number in range(8)])
    assert groups == ["bästa"] * 2 + ["mellersta"] * 4 + ["sämsta"] * 2


def test_best_is_highest_where_higher_is_better() -> None:
    groups = grouped([float(number) for number in range(8)], HIGHER)
    assert groups == ["sämsta"] * 2 + ["mellersta"] * 4 + ["bästa"] * 2


def test_only_kommuner_with_a_figure_are_counted() -> None:
    assert grouped([1.0, 2.0, 3.0, 4.0, None, None]) == ["bästa", "mellersta", "mellersta", "sämsta", None, None]


def test_a_tie_at_the_border_counts_by_its_best_place() -> None:
    assert grouped([1.0, 2.0, 2.0, 2.0, 5.0, 6.0, 7.0, 8.0])[:5] == ["bästa"] * 4 + ["mellersta"]


def test_of_290_kommuner_72_are_best_and_72_worst_when_none_tie() -> None:
    groups = grouped([float(number) for number in range(290)])
    assert [groups.count(name) for name in ("bästa", "mellersta", "sämsta")] == [72, 146, 72]


@given(known)
def test_equal_values_are_in_the_same_group_and_the_order_holds(numbers: list[float]) -> None:
    groups = grouped(list(numbers))
    order = {"bästa": 0, "mellersta": 1, "sämsta": 2}
    for one, first in zip(numbers, groups, strict=True):
        for other, second in zip(numbers, groups, strict=True):
            if one == other:
                assert first == second
            if one < other:
                assert order[str(first)] <= order[str(second)]


def test_without_a_better_direction_there_are_no_groups_and_only_members_are_listed() -> None:
    frame = series([1.0, 2.0, 3.0])
    found = performance_group(frame, replace(MEASURE, direction="none"), ["0000", "0001"])
    assert codes(found) == ["0000", "0001"]
    assert found["group"].isna().all()
