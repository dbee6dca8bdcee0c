"""Where one kommun stands, in places and in persons; and small numbers pooled over years."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.monthly import COUNT, FORCE, RATE, series
from uvas_stats.catalog import load_catalog
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import persons_to_riket, pooled_share, rank_summary, refuse_break

CATALOG = load_catalog()
MEASURE, BREAKS = CATALOG.measures[RATE], CATALOG.breaks_of(RATE)
KOMMUNER = [region.code for region in CATALOG.kommuner]


def test_a_denominator_that_cannot_be_is_refused() -> None:
    with pytest.raises(IndicatorError, match="inte mellan noll och rikets"):
        persons_to_riket(5, 0, 8_000, 100_000)
    with pytest.raises(IndicatorError, match="inte mellan noll och rikets"):
        persons_to_riket(5, 200_000, 8_000, 100_000)


@given(st.integers(0, 400), st.integers(0, 40_000), st.floats(401, 900), st.sampled_from([True, False]))
def test_the_persons_are_enough_and_no_more_than_enough(own: int, riket: int, people: float, lower: bool) -> None:
    whole = 100_000.25

    def better(moved: int) -> bool:
        sign = -1 if lower else 1
        mine, theirs = (own + sign * moved) * whole, (riket + sign * moved) * people
        return mine < theirs if lower else mine > theirs

    needed = persons_to_riket(own, people, riket, whole, lower_is_better=lower)
    assert better(needed)
    assert needed == 0 or not better(needed - 1)


def test_an_equal_share_is_not_better() -> None:
    assert persons_to_riket(40, 500, 8_000, 100_000) == 1


def test_a_comparison_across_a_break_is_refused_and_says_how_to_ask() -> None:
    with pytest.raises(IndicatorError, match=r"Juni 2023 jämförs inte med juni 2022.*across_break=True"):
        refuse_break(BREAKS, "2182", "2022-06", "2023-06")
    assert refuse_break(BREAKS, "2182", "2022-06", "2023-06", across_break=True).startswith("Från januari 2023")
    assert refuse_break(BREAKS, "2182", "2023-06", "2024-06") == ""


def stand(period: str = "2026-10", region: str = "2182", **options):
    known = {"counts": series(COUNT), "denominators": series(FORCE), "breaks": BREAKS} | options
    return rank_summary(series(), MEASURE, region, period, KOMMUNER, **known)


def test_the_place_is_that_of_the_published_shares() -> None:
    now = series().query("period == '2026-10'").set_index("region_code")["value"]
    own = stand()
    assert own.place.low == 1 + int((now[KOMMUNER] > now["2182"]).sum())
    assert own.place.n == 290
    assert own.riket_place is not None
    assert own.riket_place.low == 1 + int((now[KOMMUNER] > now["00"]).sum())
    assert own.places_to_riket == own.riket_place.low - own.place.low


def test_the_persons_come_from_the_counts_where_they_are_known() -> None:
    own = stand()
    assert own.persons_exact
    cut = series(COUNT).query("period == '2026-10'").set_index("region_code")["value"]
    force = series(FORCE).query("period == '2026-10'").set_index("region_code")["value"]
    left = (cut["2182"] - own.persons) / force["2182"]
    assert left < (cut["00"] - own.persons) / force["00"]


def test_without_counts_the_greatest_possible_number_is_given_and_called_that() -> None:
    own = stand(counts=None)
    assert not own.persons_exact
    assert own.persons is not None
    assert own.persons >= (stand().persons or 0)
    assert stand(counts=None, denominators=None).persons is None


def test_the_year_before_is_not_compared_across_a_break() -> None:
    own = stand("2023-06")
    assert (own.earlier, own.earlier_place, own.refused) == (None, None, True)
    assert own.broken_by.startswith("Från januari 2023")
    asked = stand("2023-06", across_break=True)
    assert asked.earlier is not None
    assert (asked.refused, bool(asked.broken_by)) == (False, True)


def test_no_twelve_month_mean_is_ranked_across_a_break() -> None:
    assert stand("2023-11").year_place is None
    assert stand("2023-12").year_place is not None


def test_the_place_in_lan_and_among_similar_kommuner() -> None:
    groups = {"lan": CATALOG.groups["21"], "kommungrupp": CATALOG.groups["C8"]}
    own = stand(groups=groups, similar=("2182", "2183", "2180"))
    assert own.within is not None
    assert [place.n for _, place in own.within.values()] == [10, 35, 3]


def test_a_month_without_a_figure_is_refused() -> None:
    with pytest.raises(IndicatorError, match="Uppgift saknas för oktober 2030"):
        stand("2030-10")


def test_a_measure_without_a_better_direction_has_no_persons() -> None:
    neither = replace(MEASURE, direction="none")
    assert rank_summary(series(), neither, "2182", "2026-10", KOMMUNER, denominators=series(FORCE)).persons is None


# --- pooled years --------------------


def years(values: list[float | None], first: int = 2022) -> pd.DataFrame:
    periods = [str(first + at) for at in range(len(values))]
    return pd.DataFrame({"region_code": "2421", "period": periods, "value": values}).astype({"value": "float64"})


def test_a_year_that_is_missing_is_not_pooled_over() -> None:
    assert pooled_share(years([5.0, 6.0]), None, "2421").empty
    assert pooled_share(years([5.0, 6.0, None, 7.0]), None, "2421").empty


def test_nothing_is_made_up_where_one_population_is_missing() -> None:
    row = pooled_share(years([5.0, 6.0, 7.0]), years([600.0, None, 400.0]), "2421").iloc[0]
    assert (row["share"], row["pooled"]) == (6.0, False)
    assert row[["lower", "upper", "persons", "people"]].isna().all()


def test_the_newest_three_years_are_pooled_as_persons_through_people() -> None:
    row = pooled_share(years([9.0, 5.0, 6.0, 7.0], 2021), years([600.0, 600.0, 500.0, 400.0], 2021), "2421").iloc[
        0
    ]
    assert (row["first"], row["last"], row["persons"], row["people"]) == ("2022", "2024", 88.0, 1500.0)
    assert row["share"] == pytest.approx(100 * 88 / 1500)
    assert row["lower"] < row["share"] < row["upper"]
