"""A kommun against riket and a group; an area of several kommuner is weighted or refused."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.catalog import Catalog
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import difference, quartiles, weighted_share
from uvas_stats.observations.contract import select


def rows(*figures: tuple[str, str, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(figures, columns=["region_code", "period", "value"]).astype({"value": "float64"})
    return frame.assign(period_end=pd.to_datetime(frame["period"] + "-12-31"))


def test_the_difference_is_to_the_published_figure_of_riket(observations: pd.DataFrame) -> None:
    found = difference(select(observations, measure="uvas_share_pct"), "2182")
    assert len(found) == 17
    last = found.iloc[-1]
    assert (last["period"], last["value"], last["reference"]) == ("2024", 9.15, 6.16)
    assert last["difference"] == pytest.approx(2.99)


def test_riket_is_not_the_mean_of_kommuner(observations: pd.DataFrame) -> None:
    part = select(observations, measure="uvas_share_pct", period="2024")
    mean = part.loc[part["region_code"] != "00", "value"].mean()
    assert difference(part, "2182")["reference"].iloc[0] == 6.16
    assert abs(mean - 6.16) > 0.1


def test_a_period_that_only_one_has_keeps_its_row_without_a_difference() -> None:
    found = difference(rows(("a", "2023", 1.0), ("a", "2024", 2.0), ("00", "2022", 5.0), ("00", "2024", 3.0)), "a")
    assert found["period"].tolist() == ["2022", "2023", "2024"]
    assert found["difference"].isna().tolist() == [True, True, False]
    assert found["difference"].iloc[2] == -1.0


def test_a_missing_value_gives_no_difference() -> None:
    assert difference(rows(("a", "2024", None), ("00", "2024", 3.0)), "a")["difference"].isna().all()


def test_a_difference_of_mixed_series_is_refused() -> None:
    with pytest.raises(IndicatorError, match="flera uppgifter"):
        difference(rows(("a", "2024", 1.0), ("a", "2024", 2.0), ("00", "2024", 3.0)), "a")


def test_quartiles_count_each_kommun_once_and_say_how_many_are_missing() -> None:
    frame = rows(
        ("a", "2024", 1.0), ("b", "2024", 2.0), ("c", "2024", 6.0), ("d", "2024", None), ("z", "2024", 99.0)
    )
    found = quartiles(frame, ["a", "b", "c", "d", "e", "a"]).iloc[0]
    assert found[["q1", "median", "q3"]].tolist() == [1.5, 2.0, 4.0]
    assert found[["n", "n_missing"]].tolist() == [3, 2]


def test_quartiles_of_mixed_series_are_refused() -> None:
    with pytest.raises(IndicatorError, match="flera uppgifter"):
        quartiles(rows(("a", "2024", 1.0), ("a", "2024", 2.0)), ["a"])


def test_quartiles_of_gr_are_over_its_thirteen_kommuner(catalog: Catalog, observations: pd.DataFrame) -> None:
    part = select(observations, measure="uvas_share_pct", period="2024")
    found = quartiles(part, catalog.group("GR").members).iloc[0]
    published = [6.17, 5.59, 5.70, 4.13, 4.62, 5.04, 4.32, 8.65, 5.04, 5.60, 4.81, 5.29, 4.38]
    assert (found["n"], found["n_missing"]) == (13, 0)
    assert found["median"] == sorted(published)[6]
    assert (found["q1"], found["q3"]) == (sorted(published)[3], sorted(published)[9])


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_quartiles_are_in_order_and_inside_the_group(numbers: list[float]) -> None:
    frame = rows(*[(str(index), "2024", number) for index, number in enumerate(numbers)])
    found = quartiles(frame, frame["region_code"]).iloc[0]
    assert min(numbers) <= found["q1"] <= found["median"] <= found["q3"] <= max(numbers)


# --- an area of several kommuner --------------------------------------------------------------------------------

SHARES = rows(("a", "2024", 10.0), ("b", "2024", 5.0))
PEOPLE = rows(("a", "2024", 1000.0), ("b", "2024", 3000.0))


def test_an_area_is_weighted_by_its_people_and_not_the_mean_of_percentages() -> None:
    found = weighted_share(SHARES, PEOPLE, ["a", "b"]).iloc[0]
    assert found["value"] == 6.25
    assert (found["numerator"], found["denominator"]) == (250.0, 4000.0)


def test_without_a_denominator_there_is_no_figure_and_a_reason(observations: pd.DataFrame) -> None:
    part = select(observations, measure="uvas_share_pct")
    nobody = part.iloc[:0]
    with pytest.raises(IndicatorError, match=r"nämnaren saknas.*2024") as caught:
        weighted_share(part, nobody, ["0136", "0138", "0192"])
    assert caught.value.todo


def test_one_missing_denominator_is_enough_to_refuse() -> None:
    with pytest.raises(IndicatorError, match=r"nämnaren saknas \(b, 2024\)"):
        weighted_share(SHARES, PEOPLE.iloc[:1], ["a", "b"])


def test_a_null_denominator_is_a_missing_one() -> None:
    with pytest.raises(IndicatorError, match="nämnaren saknas"):
        weighted_share(SHARES, PEOPLE.assign(value=[1000.0, None]), ["a", "b"])


def test_one_missing_share_is_enough_to_refuse() -> None:
    with pytest.raises(IndicatorError, match=r"andelen saknas \(b, 2024\)"):
        weighted_share(SHARES.iloc[:1], PEOPLE, ["a", "b"])


def test_a_suppressed_share_is_a_missing_one() -> None:
    with pytest.raises(IndicatorError, match="andelen saknas"):
        weighted_share(SHARES.assign(value=[10.0, None]), PEOPLE, ["a", "b"])


def test_a_year_that_only_one_kommun_has_is_refused() -> None:
    with pytest.raises(IndicatorError, match=r"andelen saknas \(b, 2023\)"):
        weighted_share(
            pd.concat([SHARES, rows(("a", "2023", 9.0))]),
            pd.concat([PEOPLE, rows(("a", "2023", 9.0))]),
            ["a", "b"],
        )


@pytest.mark.parametrize("people", [0.0, -5.0])
def test_a_denominator_of_nobody_is_refused(people: float) -> None:
    with pytest.raises(IndicatorError, match="inte större än noll"):
        weighted_share(SHARES, PEOPLE.assign(value=[1000.0, people]), ["a", "b"])


def test_no_shares_at_all_are_refused() -> None:
    with pytest.raises(IndicatorError, match="andelen saknas"):
        weighted_share(SHARES.iloc[:0], PEOPLE, ["a", "b"])


def test_a_kommun_named_twice_weighs_once() -> None:
    assert weighted_share(SHARES, PEOPLE, ["a", "b", "a"])["value"].tolist() == [6.25]


def test_mixed_shares_or_people_are_refused() -> None:
    for shares, people in ((pd.concat([SHARES, SHARES]), PEOPLE), (SHARES, pd.concat([PEOPLE, PEOPLE]))):
        with pytest.raises(IndicatorError, match="flera uppgifter"):
            weighted_share(shares, people, ["a", "b"])


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(1, 10**6)), min_size=1, max_size=6))
def test_an_area_lies_between_its_kommuner_and_is_their_persons_over_their_people(
    parts: list[tuple[float, int]],
) -> None:
    shares = rows(*[(str(index), "2024", share) for index, (share, _) in enumerate(parts)])
    people = rows(*[(str(index), "2024", float(count)) for index, (_, count) in enumerate(parts)])
    found = weighted_share(shares, people, shares["region_code"]).iloc[0]
    assert min(share for share, _ in parts) - 1e-9 <= found["value"] <= max(share for share, _ in parts) + 1e-9
    assert found["numerator"] == pytest.approx(sum(share / 100 * count for share, count in parts))
    assert found["denominator"] == sum(count for _, count in parts)
