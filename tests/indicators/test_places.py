"""Places of many months at once: the same as one at a time, with riket, groups and the year before."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.catalog import Break, Group, load_catalog
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import place_panel, rank
from uvas_stats.periods import period_end

MEASURES = load_catalog().measures
ID = "uvas_share_pct"
CODES = ["0114", "0115", "0117", "0120", "0123"]


def frame(values: dict[str, list[float | None]], codes: list[str] = CODES, measure: str = ID) -> pd.DataFrame:
    rows = [
        (measure, code, period, value)
        for period, row in values.items()
        for code, value in zip(codes, row, strict=True)
    ]
    out = pd.DataFrame(rows, columns=["measure", "region_code", "period", "value"]).astype({"value": "float64"})
    return out.assign(period_end=[pd.Timestamp(period_end(period)) for period in out["period"]], status="ok")


def at(panel: pd.DataFrame, code: str, period: str = "2024") -> pd.Series:
    return panel.loc[(panel["region_code"] == code) & (panel["period"] == period)].iloc[0]


def test_two_figures_for_one_kommun_and_period_are_refused() -> None:
    double = pd.concat([frame({"2024": [1, 2, 3, 4, 5]}), frame({"2024": [9, 2, 3, 4, 5]}).iloc[:1]])
    with pytest.raises(IndicatorError, match="0114, 2024"):
        place_panel(double, MEASURES, CODES)


def test_a_change_across_a_break_is_refused_unless_asked_for_and_then_marked() -> None:
    series = frame({"2023": [1, 2, 3, 4, 5], "2024": [5, 4, 3, 2, 1]})
    breaks = [Break("b", ID, "2024", "Nytt sätt.", regions=("0114",))]
    refused = place_panel(series, MEASURES, CODES, breaks=breaks)
    assert np.isnan(at(refused, "0114")["change"])
    assert np.isnan(at(refused, "0114")["moved"])
    assert (at(refused, "0114")["broken"], at(refused, "0115")["broken"]) == (True, False)
    assert at(refused, "0115")["change"] == 2
    asked = place_panel(series, MEASURES, CODES, breaks=breaks, across_breaks=True)
    assert (at(asked, "0114")["change"], at(asked, "0114")["moved"], at(asked, "0114")["broken"]) == (4, -4, True)


def test_a_break_of_another_measure_or_year_breaks_nothing() -> None:
    series = frame({"2023": [1, 2, 3, 4, 5], "2024": [5, 4, 3, 2, 1]})
    breaks = [Break("a", "unemployed_youth_rate_pct", "2024", "x"), Break("b", ID, "2023", "y")]
    assert (
        not place_panel(series, MEASURES, CODES, breaks=breaks)
        .loc[lambda one: one["period"] == "2024", "broken"]
        .any()
    )


def test_rikets_own_place_is_where_its_figure_would_stand() -> None:
    series = pd.concat([frame({"2024": [9, 7, 7, 5, None]}), frame({"2024": [7]}, ["00"])])
    row = at(place_panel(series, MEASURES, CODES), "0120")
    assert (row["riket"], row["riket_low"], row["riket_high"], row["n"]) == (7, 2, 4, 4)
    assert np.isnan(at(place_panel(frame({"2024": [9, 7, 7, 5, 3]}), MEASURES, CODES), "0114")["riket_low"])


def test_a_place_in_a_group_counts_only_its_members() -> None:
    groups = [Group("a", "A", ("0114", "0120")), Group("b", "B", ("0115", "0117", "2182"))]
    panel = place_panel(frame({"2024": [9, 7, 7, 9.5, 1]}), MEASURES, CODES, within={"lan": groups})
    assert at(panel, "0114")[["lan_low", "lan_high", "lan_n"]].tolist() == [2, 2, 2]
    assert at(panel, "0117")[["lan_low", "lan_high", "lan_n"]].tolist() == [1, 2, 2]
    assert at(panel, "0123")[["lan_low", "lan_n"]].isna().all()


def test_a_place_among_similar_kommuner_is_ones_own_list() -> None:
    similar = {"0114": ("0114", "0115", "0120"), "0115": ("0123", "0117")}
    panel = place_panel(frame({"2024": [6, 7, 7, 9.5, None]}), MEASURES, CODES, similar=similar)
    assert at(panel, "0114")[["similar_low", "similar_high", "similar_n"]].tolist() == [3, 3, 3]
    assert at(panel, "0115")[["similar_low", "similar_high", "similar_n"]].tolist() == [1, 2, 2]
    assert np.isnan(at(panel, "0120")["similar_low"])


def test_a_measure_where_higher_is_better_is_ranked_the_other_way() -> None:
    school = "eligible_vocational_share_pct"
    both = pd.concat([frame({"2024": [1, 2, 3, 4, 5]}), frame({"2024": [1, 2, 3, 4, 5]}, measure=school)])
    panel = place_panel(both, MEASURES, CODES).set_index(["measure", "region_code"])["rank_low"]
    assert (panel[ID, "0114"], panel[school, "0114"]) == (5, 1)
    assert (
        place_panel(both, MEASURES, CODES, "best").set_index(["measure", "region_code"])["rank_low"][ID, "0114"]
        == 1
    )


def test_sexes_and_ages_are_lists_of_their_own() -> None:
    one = frame({"2024": [1, 2, 3, 4, 5]})
    both = pd.concat(
        [
            one.assign(sex="men", age_group="16-24"),
            one.assign(sex="women", age_group="20-24", value=[5, 4, 3, 2, 1]),
        ]
    )
    panel = place_panel(both.astype({"sex": "category", "period": "category"}), MEASURES, CODES)
    assert panel["rank_low"].tolist() == [5, 4, 3, 2, 1, 1, 2, 3, 4, 5]


values = st.lists(st.one_of(st.none(), st.integers(0, 6).map(float)), min_size=5, max_size=5)


@given(
    st.dictionaries(st.sampled_from(["2020", "2021", "2022", "2023"]), values, min_size=1),
    st.sampled_from(["worst", "best"]),
)
def test_the_places_are_those_of_ranking_one_period_at_a_time(
    rows: dict[str, list[float | None]], order: str
) -> None:
    series = frame(rows)
    panel = place_panel(series, MEASURES, CODES, order).set_index(["region_code", "period"])
    single = rank(series, MEASURES[ID], CODES, order).set_index(["region_code", "period"])
    for name in ("rank_low", "rank_high", "n"):
        pd.testing.assert_series_equal(
            panel[name].sort_index(), single[name].sort_index(), check_dtype=False, check_names=False
        )
