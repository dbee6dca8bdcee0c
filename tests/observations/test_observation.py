"""The tidy contract: what a table may hold, and that it comes back from disk as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uvas_stats.errors import ObservationError
from uvas_stats.observations.contract import COLUMNS, KEY, STATUSES, select
from uvas_stats.observations.editions import latest_edition
from uvas_stats.observations.store import read_observations, read_origins, write_observations
from uvas_stats.observations.validate import make_observations, validate

ROW: dict[str, Any] = {
    "dataset": "kolada",
    "edition": "2026-11-21",
    "region_code": "2182",
    "period": "2024",
    "age_group": "16-24",
    "measure": "uvas_share_pct",
    "value": 9.15,
    "origin": "kolada/2026-11-21/a.csv",
}


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([{**ROW, **row} for row in rows])


# Rows that may or may not keep the contract.
numbers = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.integers(-3, 3).map(float))
any_rows = st.lists(
    st.fixed_dictionaries(
        {
            "region_code": st.sampled_from(["00", "21", "2182", "GR"]),
            "period": st.sampled_from(["2023", "2024"]),
            "value": numbers,
            "lower": numbers,
            "upper": numbers,
            "status": st.sampled_from(STATUSES),
        }
    ),
    min_size=1,
    max_size=4,
)


@given(any_rows)
def test_a_table_either_keeps_the_contract_or_is_refused(rows: list[dict[str, Any]]) -> None:
    frame = table(*rows).astype({"value": float, "lower": float, "upper": float})
    try:
        made = make_observations(frame)
    except ObservationError:
        return
    known = made["value"].notna()
    assert not (made["status"].isin(["ok", "provisional"]) & ~known).any()
    assert not (made["status"].isin(["suppressed", "not_applicable", "not_available"]) & known).any()
    assert not made.duplicated(list(KEY)).any()
    assert not (made["value"] < made["lower"]).any()
    assert not (made["value"] > made["upper"]).any()
    assert not (made["lower"] > made["upper"]).any()
    assert np.isfinite(made.loc[known, "value"]).all()
    assert (made.loc[made["status"] == "true_zero", "value"] == 0).all()
    bounded = made["lower"].notna() | made["upper"].notna()
    assert bounded[made["status"] == "interval"].all()


def good_row(status: str, value: float, spread: float) -> dict[str, Any]:
    known = status in ("ok", "provisional")
    row: dict[str, Any] = {"status": status, "value": value if known else None}
    if status == "true_zero":
        row["value"] = 0.0
    if status == "interval":
        row |= {"lower": value - spread, "upper": value + spread}
    return row


good_tables = st.lists(
    st.tuples(
        st.sampled_from(["00", "21", "2182", "0114", "GR"]),
        st.sampled_from(["2022", "2023", "2024"]),
        st.sampled_from(["total", "women", "men"]),
        st.sampled_from([None, "origin"]),
        st.builds(good_row, st.sampled_from(STATUSES), st.floats(-1e9, 1e9), st.floats(0, 100)),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[:4],
).map(
    lambda rows: table(
        *[
            {"region_code": region, "period": period, "sex": sex, "breakdown": breakdown, **rest}
            for region, period, sex, breakdown, rest in rows
        ]
    ).astype({"value": float})
)


@settings(max_examples=12)  # each example writes and reads a file
@given(good_tables)
def test_every_table_that_keeps_the_contract_is_taken_and_comes_back_from_disk_unchanged(
    tmp_path_factory: pytest.TempPathFactory, frame: pd.DataFrame
) -> None:
    folder = tmp_path_factory.mktemp("processed")
    made = make_observations(frame)
    assert len(made) == len(frame)
    write_observations(made, folder, {"files": {}})
    back = read_observations(folder)
    pd.testing.assert_frame_equal(validate(back), made, check_categorical=False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": None}, "saknar värde"),
        ({"value": None, "status": "provisional"}, "saknar värde"),
        ({"status": "suppressed"}, "har värde fast"),
        ({"status": "not_available"}, "har värde fast"),
        ({"status": "true_zero", "value": 1.0}, "äkta nolla"),
        ({"status": "true_zero", "value": None}, "äkta nolla"),
        ({"status": "interval", "value": None}, "saknar båda gränserna"),
        ({"lower": 10.0}, "utanför sina gränser"),
        ({"upper": 9.0}, "utanför sina gränser"),
        ({"status": "interval", "value": None, "lower": 3.0, "upper": 1.0}, "större än den övre"),
        ({"value": float("inf")}, "ändligt"),
        ({"status": "konstig"}, "status"),
        ({"sex": "kvinnor"}, "sex"),
        ({"region_code": "180"}, "region_code"),
        ({"region_code": 2182}, "region_code"),
        ({"region_code": "２１８２"}, "region_code"),
        ({"region_code": None}, "region_code"),
        ({"edition": "i fjol"}, "edition"),
        ({"dataset": "../kolada"}, "dataset"),
        ({"measure": "uvas"}, "measure"),
        ({"age_group": "unga"}, "age_group"),
        ({"breakdown": "Två ord"}, "breakdown"),
        ({"category": "två\nrader"}, "category"),
        ({"origin": None}, "origin"),
        ({"period": "24"}, "Perioden ”24”"),
        ({"period": None}, "Perioden"),
        ({"period": 2024}, "period"),
        ({"value": "9.15"}, "value har annat än tal"),
        ({"value": "nio"}, "value har annat än tal"),
        ({"value": True}, "value har annat än tal"),
        ({"lower": "5"}, "lower har annat än tal"),
        ({"noise": None}, "noise"),
        ({"noise": "ja"}, "noise"),
    ],
)
def test_a_row_that_breaks_the_contract_is_refused_with_its_reason(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ObservationError, match=words) as caught:
        make_observations(table(change))
    assert len(str(caught.value).splitlines()) == 1
    assert "Check" not in str(caught.value)


def test_the_error_names_the_row_and_the_file_it_came_from() -> None:
    with pytest.raises(ObservationError, match=r"region_code=2182.*period=2024.*origin=kolada/2026-11-21/a\.csv"):
        make_observations(table({"region_code": "00"}, {"value": None}))


def test_the_same_figure_twice_is_refused() -> None:
    with pytest.raises(ObservationError, match="flera gånger"):
        make_observations(table({}, {"value": 9.2}))


def test_the_same_figure_in_two_editions_is_two_figures() -> None:
    assert len(make_observations(table({}, {"edition": "2027-01-01"}))) == 2


def test_null_breakdowns_count_as_equal_in_the_key() -> None:
    with pytest.raises(ObservationError, match="flera gånger"):
        make_observations(table({"breakdown": None}, {"breakdown": None}))


@pytest.mark.parametrize("other", ["2023-11", "2023H2", "2023/24"])
def test_a_series_never_mixes_kinds_of_period(other: str) -> None:
    with pytest.raises(ObservationError, match="blandar olika slags perioder"):
        make_observations(table({}, {"period": other}))


def test_two_measures_may_have_different_kinds_of_period() -> None:
    frame = table({}, {"period": "2023/24", "measure": "eligible_vocational_share_pct"})
    assert len(make_observations(frame)) == 2


@pytest.mark.parametrize("column", sorted({*ROW} - {"value"}))
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(ObservationError, match=rf"saknas.*{column}"):
        make_observations(table({}).drop(columns=column))


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(ObservationError, match=r"okända.*extra"):
        make_observations(table({}).assign(extra=1))


def test_columns_in_another_order_are_refused() -> None:
    made = make_observations(table({}))
    with pytest.raises(ObservationError, match="ordning"):
        validate(made[list(COLUMNS)[::-1]])


def test_a_frame_of_plain_text_is_not_yet_observations() -> None:
    made = make_observations(table({}))
    with pytest.raises(ObservationError):
        validate(made.astype({"region_code": "str"}))


def test_defaults_are_total_ok_and_no_noise() -> None:
    row = make_observations(table({})).iloc[0]
    assert (row["sex"], row["status"], bool(row["noise"])) == ("total", "ok", False)
    assert pd.isna(row["breakdown"])
    assert pd.isna(row["lower"])


def test_the_end_of_the_period_is_derived() -> None:
    made = make_observations(table({"period": "2024/25", "measure": "dropout_share_pct"}))
    assert made["period_end"].iloc[0] == pd.Timestamp(2025, 6, 30)


def test_leading_zeros_are_kept_through_the_file(tmp_path: Path) -> None:
    write_observations(make_observations(table({"region_code": "0114"})), tmp_path, {})
    assert read_observations(tmp_path)["region_code"].tolist() == ["0114"]


def test_select_gives_plain_text_sorted_by_time() -> None:
    made = make_observations(table({}, {"period": "2023"}, {"region_code": "00"}))
    part = select(made, region_code=["2182", "00"])
    assert part["period"].tolist() == ["2023", "2024", "2024"]
    assert part["region_code"].tolist() == ["2182", "00", "2182"]
    assert not isinstance(part["region_code"].dtype, pd.CategoricalDtype)


def test_select_leaves_what_was_not_asked_for() -> None:
    made = make_observations(table({"sex": "total"}, {"sex": "women"}))
    assert select(made, sex="women")["sex"].tolist() == ["women"]
    assert select(made, sex="men").empty


def test_the_newest_edition_takes_over_and_withdrawn_figures_do_not_live_on() -> None:
    old = [{"period": "2023"}, {"period": "2024"}]
    made = make_observations(table(*old, {"period": "2024", "edition": "2027-01-01", "value": 9.0}))
    kept = latest_edition(made, {})
    assert kept["edition"].tolist() == ["2027-01-01"]
    assert kept["value"].tolist() == [9.0]


def test_an_older_edition_stays_for_the_measures_only_it_has() -> None:
    other = {"measure": "dropout_share_pct", "period": "2023/24"}
    made = make_observations(table({}, other, {"edition": "2027-01-01"}))
    kept = latest_edition(made, {})
    assert sorted(zip(kept["measure"], kept["edition"], strict=True)) == [
        ("dropout_share_pct", "2026-11-21"),
        ("uvas_share_pct", "2027-01-01"),
    ]


def test_a_newer_document_does_not_hide_the_figures_of_another() -> None:
    one = {"dataset": "programme_documents", "edition": "2010-01-01_a", "origin": "programmes/a.toml"}
    two = {"dataset": "programme_documents", "edition": "2016-01-01_b", "origin": "programmes/b.toml"}
    assert len(latest_edition(make_observations(table(one, two)), {"programme_documents": "origin"})) == 2


def test_of_what_is_copied_by_hand_the_newest_of_each_year_and_area_counts() -> None:
    mucf = {"dataset": "mucf", "measure": "mucf_uvas_share_pct"}
    mucf |= {"sex": "total"}
    old = [mucf | {"period": year, "region_code": code} for year in ("2022", "2023") for code in ("00", "2182")]
    old += [mucf | {"period": "2022", "sex": "women"}]  # withdrawn in the newer copy of that year and area
    new = [mucf | {"period": "2022", "edition": "2027-01-01", "value": 9.0}]
    kept = latest_edition(make_observations(table(*old, *new)), {"mucf": "period_and_area"})
    found = kept.sort_values(["period", "region_code"])[["period", "region_code", "sex", "value"]]
    assert found.to_numpy().tolist() == [
        ["2022", "00", "total", 9.15],
        ["2022", "2182", "total", 9.0],
        ["2023", "00", "total", 9.15],
        ["2023", "2182", "total", 9.15],
    ]


def test_an_edition_that_holds_a_part_replaces_only_its_own_figures_and_a_whole_one_all() -> None:
    old = [{"edition": "2024-08-30", "period": "2022", "sex": sex, "value": 5.0} for sex in ("total", "women")]
    part = [{"period": period, "sex": "total", "value": 6.0} for period in ("2022", "2023")]
    replaces = {"kolada": ("2024-08-30", "2026-11-21")}
    kept = latest_edition(make_observations(table(*part, *old)), replaces)
    found = kept.sort_values(["period", "sex"])[["period", "sex", "value"]]
    assert found.to_numpy().tolist() == [
        ["2022", "total", 6.0], ["2022", "women", 5.0], ["2023", "total", 6.0],
    ]  # fmt: skip
    whole = {"edition": "2026-12-01_v3", "period": "2023", "sex": "total", "value": 7.0}
    kept = latest_edition(make_observations(table(*old, *part, whole)), replaces)
    assert kept[["period", "sex", "value"]].to_numpy().tolist() == [["2023", "total", 7.0]]


def test_no_rows_have_no_edition() -> None:
    assert latest_edition(make_observations(table({})).iloc[:0], {}).empty


def written(folder: Path) -> Path:
    write_observations(make_observations(table({}, {"region_code": "00"})), folder, {"files": {}})
    return folder / "observations.parquet"


def test_a_table_that_was_never_built_is_told(tmp_path: Path) -> None:
    with pytest.raises(ObservationError, match="uvas build"):
        read_observations(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"inte parquet", b"PAR1" + b"\0" * 2000 + b"PAR1"])
def test_a_file_that_is_no_parquet_is_told(tmp_path: Path, content: bytes) -> None:
    written(tmp_path).write_bytes(content)
    with pytest.raises(ObservationError, match="skadad"):
        read_observations(tmp_path)


@settings(max_examples=12)
@given(st.floats(0, 0.999))
def test_a_truncated_file_is_told_wherever_it_was_cut(
    tmp_path_factory: pytest.TempPathFactory, part: float
) -> None:
    path = written(tmp_path_factory.mktemp("cut"))
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(ObservationError, match="skadad"):
        read_observations(path.parent)


@given(st.floats(0, 0.9999), st.integers(0, 7))
def test_a_flipped_bit_is_told_or_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, part: float, bit: int
) -> None:
    path = written(tmp_path_factory.mktemp("flip"))
    whole = read_observations(path.parent)
    content = bytearray(path.read_bytes())
    content[int(part * len(content))] ^= 1 << bit
    path.write_bytes(bytes(content))
    try:
        back = read_observations(path.parent)
    except ObservationError:
        return
    pd.testing.assert_frame_equal(back, whole)


@pytest.mark.parametrize("part", [0.1, 0.2, 0.3, 0.4, 0.5])
def test_a_bit_flipped_among_the_figures_never_becomes_another_figure(tmp_path: Path, part: float) -> None:
    rows = table(*[{"region_code": f"{number:04d}"} for number in range(2000)])
    numbers = np.random.default_rng(1).random(2000) * 100  # as good as incompressible
    write_observations(make_observations(rows.assign(value=numbers)), tmp_path, {})
    path = tmp_path / "observations.parquet"
    pages = parquet.ParquetFile(path).metadata.row_group(0).column(COLUMNS.index("value"))
    content = bytearray(path.read_bytes())
    content[pages.dictionary_page_offset + int(part * pages.total_compressed_size)] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ObservationError, match="skadad"):
        read_observations(tmp_path)


def test_a_parquet_of_something_else_is_told(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "observations.parquet")
    with pytest.raises(ObservationError, match="fel kolumner"):
        read_observations(tmp_path)


def test_a_parquet_with_numbers_as_text_is_told(tmp_path: Path) -> None:
    made = make_observations(table({})).astype({"value": "str"})
    made.to_parquet(tmp_path / "observations.parquet")
    with pytest.raises(ObservationError, match="fel kolumner"):
        read_observations(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"text"', "[" * 100_000])
def test_a_damaged_list_of_raw_files_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "origins.json").write_text(content)
    with pytest.raises(ObservationError, match="Förteckningen"):
        read_origins(tmp_path)


def test_origins_come_back_as_they_were_written(tmp_path: Path) -> None:
    origins = {"files": {"kolada/2026-11-21/a.csv": {"publisher": "MUCF", "note": "å ä ö"}}}
    write_observations(make_observations(table({})), tmp_path, origins)
    assert read_origins(tmp_path) == origins
    assert "å ä ö" in (tmp_path / "origins.json").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "origins.json").read_text(encoding="utf-8")) == origins
