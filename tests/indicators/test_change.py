"""Change: up, down or equal as shown, against the right period, with breaks named."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.catalog import Break, Catalog, load_catalog
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import change_between, latest_period, same_period_table
from uvas_stats.numbers import signed_text
from uvas_stats.observations.contract import select
from uvas_stats.periods import period_end

MEASURE = load_catalog().measure("N02797")


def rows(*figures: tuple[str, float | None], region: str = "2182") -> pd.DataFrame:
    frame = pd.DataFrame(figures, columns=["period", "value"]).astype({"value": "float64"})
    return frame.assign(region_code=region, period_end=[period_end(period) for period in frame["period"]])


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        (8.18, 9.15, "upp"),
        (9.15, 8.18, "ned"),
        (9.15, 9.15, "lika"),
        (9.16, 9.20, "lika"),
        (9.16, 9.24, "upp"),
        (9.14, 9.15, "lika"),
        (9.25, 9.3, "upp"),
        (9.3, 9.25, "ned"),
        (9.2, 9.25, "upp"),
        (6.89, 6.94, "upp"),
        (None, 9.15, "okänd"),
        (9.15, None, "okänd"),
    ],
)
def test_a_figure_goes_up_down_or_is_equal_as_its_difference_is_shown(
    old: float | None, new: float | None, direction: str
) -> None:
    change = change_between(rows(("2023", old), ("2024", new)), MEASURE, "2182", "2024")
    assert change.direction == direction
    assert (change.difference is None) == (direction == "okänd")


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 2))
def test_the_direction_is_the_sign_of_the_difference_as_written(first: int, second: int, decimals: int) -> None:
    old, new = first / 100, second / 100
    measure = replace(MEASURE, decimals=decimals)
    change = change_between(rows(("2023", old), ("2024", new)), measure, "2182", "2024")
    written = signed_text(change.difference, decimals)
    assert change.direction == {"+": "upp", "−": "ned"}.get(written[0], "lika")


def test_soderhamns_change_to_the_year_before(observations: pd.DataFrame) -> None:
    change = change_between(select(observations, measure="uvas_share_pct"), MEASURE, "2182", "2024")
    assert (change.earlier_period, change.earlier, change.value, change.direction) == ("2023", 8.18, 9.15, "upp")
    assert change.difference == pytest.approx(0.97)
    assert change.percent == pytest.approx(11.858, abs=0.001)


def test_a_month_is_compared_with_the_same_month_last_year(catalog: Catalog, observations: pd.DataFrame) -> None:
    part = select(observations, measure="unemployment_place_rank")
    change = change_between(part, catalog.measure("unemployment_place_rank"), "2182", "2009-11")
    assert (change.earlier_period, change.earlier, change.value, change.direction) == ("2008-11", 47, 88, "upp")


def test_a_school_year_is_compared_with_the_one_before(catalog: Catalog, observations: pd.DataFrame) -> None:
    part = select(observations, measure="eligible_vocational_share_pct")
    change = change_between(part, catalog.measure("N15428"), "1762", "2025/26")
    assert (change.earlier_period, change.earlier, change.value) == ("2024/25", 90.91, 42.42)


def test_a_baseline_can_be_named() -> None:
    change = change_between(rows(("2016", 4.0), ("2023", 1.0), ("2024", 2.0)), MEASURE, "2182", "2024", "2016")
    assert (change.earlier_period, change.difference, change.percent) == ("2016", -2.0, -50.0)


def test_a_change_from_zero_has_no_percentage() -> None:
    change = change_between(rows(("2023", 0.0), ("2024", 2.0)), MEASURE, "2182", "2024")
    assert (change.difference, change.percent) == (2.0, None)


def test_a_change_of_a_series_that_mixes_sexes_is_refused() -> None:
    with pytest.raises(IndicatorError, match=r"flera uppgifter.*2182, 2024"):
        change_between(rows(("2023", 1.0), ("2024", 2.0), ("2024", 3.0)), MEASURE, "2182", "2024")


def test_a_break_between_the_periods_is_named_for_a_kommun_it_concerns(
    catalog: Catalog, observations: pd.DataFrame
) -> None:
    part = select(observations, measure="uvas_share_pct")
    breaks = catalog.breaks_of("uvas_share_pct", ("1730",))
    assert (
        "gränspendlare"
        in change_between(part, MEASURE, "1730", "2015", breaks=breaks, across_break=True).broken_by
    )
    assert change_between(part, MEASURE, "2182", "2015", breaks=breaks, across_break=True).broken_by == ""


@pytest.mark.parametrize(
    ("earlier", "later", "broken"),
    [("2013", "2014", False), ("2014", "2015", True), ("2015", "2016", False), ("2010", "2024", True)],
)
def test_a_break_lies_before_the_first_period_of_the_new_series(earlier: str, later: str, broken: bool) -> None:
    breaks = [Break("b", MEASURE.id, "2015", "Nytt sätt.")]
    change = change_between(
        rows((earlier, 1.0), (later, 2.0)), MEASURE, "2182", later, earlier, breaks, across_break=True
    )
    assert bool(change.broken_by) == broken


def test_a_change_across_a_break_is_refused_unless_it_is_asked_for() -> None:
    breaks = [Break("b", MEASURE.id, "2015", "Nytt sätt.")]
    with pytest.raises(IndicatorError, match=r"2015 jämförs inte med 2014: serien är bruten emellan\. Nytt sätt"):
        change_between(rows(("2014", 1.0), ("2015", 2.0)), MEASURE, "2182", "2015", breaks=breaks)


def test_every_break_between_the_periods_is_named() -> None:
    breaks = [Break("a", MEASURE.id, "2011", "Första."), Break("b", MEASURE.id, "2015", "Andra.")]
    change = change_between(
        rows(("2010", 1.0), ("2020", 2.0)), MEASURE, "2182", "2020", "2010", breaks, across_break=True
    )
    assert change.broken_by == "Första. Andra."


def test_a_break_in_a_month_lies_between_the_months_around_it() -> None:
    breaks = [Break("b", MEASURE.id, "2011-01", "Ny nämnare.")]
    months = rows(("2010-12", 1.0), ("2011-01", 2.0), ("2011-02", 2.0))
    assert (
        change_between(months, MEASURE, "2182", "2011-01", "2010-12", breaks, across_break=True).broken_by
        == "Ny nämnare."
    )
    assert change_between(months, MEASURE, "2182", "2011-02", "2011-01", breaks).broken_by == ""


def test_the_same_period_of_two_years_stands_side_by_side_in_the_order_asked_for() -> None:
    frame = pd.concat(
        [rows(("2008-11", 47.0), ("2009-11", 88.0)), rows(("2009-11", 5.0), region="2101"), rows(region="0180")]
    )
    table = same_period_table(frame, ["2101", "2182", "0180"], "2009-11")
    assert table["region_code"].tolist() == ["2101", "2182", "0180"]
    assert set(table["earlier_period"]) == {"2008-11"}
    assert table["difference"].fillna(-1).tolist() == [-1, 41.0, -1]
    assert table["value"].isna().tolist() == [False, False, True]


def test_the_latest_period_has_a_known_value() -> None:
    frame = pd.concat([rows(("2022", 1.0), ("2023", None)), rows(("2021", 1.0), region="2101")])
    assert latest_period(frame) == "2022"
    assert latest_period(frame, "2101") == "2021"
    assert latest_period(frame, "0180") is None
