import numpy as np
import pandas as pd

from tests.report.report_samples import make_content, observations
from uvas_stats.report.figures import Lookup, compact, detailed, lookup

NOTHING = Lookup({}, {}, {})


def test_an_empty_frame_has_no_table() -> None:
    assert compact(pd.DataFrame(), NOTHING)[0].empty
    assert detailed(pd.DataFrame(), NOTHING).empty


def test_codes_without_a_name_are_shown_as_they_are() -> None:
    table = detailed(observations(), NOTHING)
    assert table["Region"].tolist()[0] == "00"
    assert table["Mått"].tolist()[0] == "uvas_share_pct"


def test_a_frame_that_is_not_observations_keeps_its_columns() -> None:
    frame = pd.DataFrame({"ledtid": [1.5, np.nan], "ort": ["Åre", None]})
    table, cut = compact(frame, NOTHING)
    assert table.to_dict("list") == {"Ledtid": ["1,5", "–"], "Ort": ["Åre", ""]}
    assert cut == ""


def test_several_figures_for_a_place_and_period_are_not_merged() -> None:
    frame = observations()
    women = frame.assign(sex="women")
    both = pd.concat([frame.astype({"sex": "str"}), women.astype({"sex": "str"})], ignore_index=True)
    table, _ = compact(both, lookup(make_content()))
    assert len(table) == 18
    assert set(table["Kön"]) == {"båda könen", "kvinnor"}


def test_places_are_shown_beside_their_figures() -> None:
    frame = observations().loc[lambda rows: rows["period"] == "2024"].assign(rank=[2.0, 1.0, 3.0])
    table, _ = compact(frame, lookup(make_content()))
    assert table.columns.tolist() == ["Region", "Period", "Värde (procent)", "Status", "Plats"]
    assert table.iloc[1].tolist() == ["Söderhamn", "2024", "9,2", "publicerad uppgift", "1"]


def test_an_interval_shows_its_bounds() -> None:
    frame = observations().loc[lambda rows: rows["period"] == "2024"]
    frame = frame.assign(value=np.nan, lower=1.0, upper=4.0, status="interval")
    table, _ = compact(frame, lookup(make_content()))
    assert table.iloc[1].tolist() == ["Söderhamn", "2024", "–", "1,0", "4,0", "intervall"]


def test_a_long_table_is_cut_and_says_so() -> None:
    frame = pd.DataFrame({"nr": range(1000)})
    table, cut = compact(frame, NOTHING)
    assert len(table) == 400
    assert cut == "De första 400 av 1000 rader visas."


def test_columns_that_say_nothing_are_left_out_of_a_chart_sheet_but_not_of_the_flat_one() -> None:
    names = lookup(make_content())
    short, long = detailed(observations(), names), detailed(observations(), names, everything=True)
    assert not {"Kön", "Indelning", "Brus tillagt", "Periodens slut"} & set(short.columns)
    assert {"Kön", "Indelning", "Brus tillagt", "Periodens slut"} <= set(long.columns)
