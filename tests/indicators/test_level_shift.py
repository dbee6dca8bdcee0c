"""Breaks that are found in the figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from uvas_stats.catalog import Break, Catalog
from uvas_stats.indicators.level_shift import ALONE, level_shifts
from uvas_stats.observations.contract import select

YEARS = [str(year) for year in range(2008, 2024)]
BORDER = ["1761", "1780", "1784", "1766", "1461"]


def chance(kommuner: int = 60, people: int = 2000, seed: int = 1) -> pd.DataFrame:
    draws = np.random.default_rng(seed).binomial(people, 0.08, size=(len(YEARS), kommuner)) / people * 100
    wide = pd.DataFrame(draws, index=YEARS, columns=[f"{code:04}" for code in range(1001, 1001 + kommuner)])
    wide["00"] = 8.0 + np.arange(len(YEARS)) / 50
    return wide.rename_axis("period").reset_index().melt("period", var_name="region_code", value_name="value")


def shifted(rows: pd.DataFrame, codes: list[str], by: float, since: str = "2015") -> pd.DataFrame:
    here = rows["region_code"].isin(codes) & (rows["period"] >= since)
    return rows.assign(value=rows["value"] + by * here)


def test_chance_alone_is_no_break() -> None:
    rows = chance()
    codes = sorted(set(rows["region_code"]) - {"00"})
    assert level_shifts(rows, {"A": codes[:15], "B": codes[15:40]}).empty


def test_one_that_shifts_alone_must_shift_far_and_stay() -> None:
    found = level_shifts(shifted(chance(), ["1005"], 6.0), {})
    assert found[["region_code", "kind", "period"]].values.tolist() == [["1005", "kommun", "2015"]]
    assert found["shift"].iloc[0] == pytest.approx(6.0, abs=1.5)
    assert found["score"].iloc[0] > ALONE
    assert level_shifts(shifted(chance(), ["1005"], 1.5), {}).empty


def test_those_of_an_area_are_found_together_with_it() -> None:
    area = [f"{code}" for code in range(1001, 1016)]
    found = level_shifts(shifted(chance(), area[:9], 2.2), {"A": area})
    together = found.loc[found["kind"] == "area"]
    assert together[["region_code", "period"]].values.tolist() == [["A", "2015"]]
    kommuner = found.loc[found["kind"] == "kommun"]
    assert set(kommuner["region_code"]) <= set(area[:9])
    assert len(kommuner) >= 5
    assert set(kommuner["support"]) == {"A"}


def test_a_declared_break_is_named_and_lends_its_neighbours_weight() -> None:
    area = [f"{code}" for code in range(1001, 1031)]
    rows = shifted(chance(), ["1001", "1002"], 3.0)
    item = Break("found", "m", "2015", "Nytt.", ("1001",))
    found = level_shifts(rows, {"A": area}, [item], near=["A"]).set_index("region_code")
    assert found.loc["1001", "declared"] == "found"
    assert (found.loc["1002", "declared"], found.loc["1002", "support"]) == ("", "A")
    assert "1002" not in set(level_shifts(rows, {"A": area}, [item])["region_code"])
    against = shifted(shifted(chance(), ["1001"], 3.0), ["1002"], -1.8)
    assert "1002" not in set(level_shifts(against, {"A": area}, [item], near=["A"])["region_code"])


def test_known_chance_of_a_small_kommun_is_no_shift() -> None:
    rows = shifted(chance(), ["1005"], 6.0)
    people = rows.assign(value=100.0)
    assert level_shifts(rows, {}, denominators=people).empty


def test_a_gap_and_a_short_series_propose_nothing() -> None:
    rows = shifted(chance(), ["1005"], 6.0)
    assert level_shifts(rows.loc[rows["period"] != "2014"], {}).empty
    assert level_shifts(rows.loc[rows["period"] > "2018"], {}).empty


def test_riket_is_measured_by_itself() -> None:
    found = level_shifts(shifted(chance(), ["00"], 3.0), {})
    assert found.loc[found["kind"] == "riket", ["region_code", "period"]].values.tolist() == [["00", "2015"]]


def test_the_shift_of_2015_is_declared_where_the_figures_show_it(
    observations: pd.DataFrame, catalog: Catalog
) -> None:
    series = select(observations, measure="uvas_share_pct", sex="total", age_group="16-24")
    series = series.drop_duplicates(["region_code", "period"], keep="last")
    areas = {group.id: group.members for group in catalog.listed_groups}
    lan = [group.id for group in catalog.listed_groups if group.kind == "lan"]
    breaks = catalog.breaks_of("uvas_share_pct", tuple(catalog.names))
    found = level_shifts(series, areas, breaks, near=lan)
    of_2015 = found.loc[
        (found["period"] == "2015") & (found["support"].isin(["14", "17", "25"]) | (found["region_code"] == "17"))
    ]
    assert set(of_2015["region_code"]) == {"1730", "1765", "1486", "17", *BORDER}
    assert (of_2015["declared"] != "").all()
