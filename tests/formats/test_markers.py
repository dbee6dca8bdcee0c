"""Marks in the agencies' cells: none is lost, none becomes a number that was not published."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.errors import RawFileError
from uvas_stats.formats.markers import MarkerRule, marker_counts, parse_number, read_cells, status_texts
from uvas_stats.formats.markers import suppression_threshold as threshold
from uvas_stats.formats.workbook import read_sheets


@pytest.mark.parametrize(
    "text",
    ["~99", "~", "...", "12,5,1", "1 23", "12 3456", "1,234.5", "1e5", "nan", "inf", "12 %", "<", "cirka", "=A1"],
)
def test_an_unknown_mark_is_an_error_that_names_the_cell(text: str) -> None:
    with pytest.raises(RawFileError, match="varken ett tal") as caught:
        read_cells(["1", text], place=lambda at: f"fil.csv, rad {at + 10}")
    assert "fil.csv, rad 11" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("number", [float("inf"), True])
def test_what_is_no_number_in_a_workbook_is_refused(number: object) -> None:
    with pytest.raises(RawFileError):
        read_cells([number])


def test_about_a_hundred_is_an_interval_and_never_100() -> None:
    read = read_cells(["~100", "~100", "100,0"], n=[12, np.nan, 12], threshold=5)
    assert np.isnan(read.value[:2]).all()
    assert read.value[2] == 100
    assert read.lower[0] == pytest.approx(100 * 8 / 12)
    assert read.upper[0] == pytest.approx(100 * 11 / 12)
    assert (read.lower[1], read.upper[1]) == (20, 100)  # of at least five, four may not reach it
    assert status_texts(read) == ["interval", "interval", "ok"]


def test_about_a_hundred_makes_no_sense_in_a_count() -> None:
    with pytest.raises(RawFileError):
        read_cells(["~100"], MarkerRule(count=True))


@given(st.integers(min_value=1, max_value=5000))
def test_the_interval_holds_the_shares_of_1_to_4_who_do_not_reach_it(n: int) -> None:
    read = read_cells(["~100"], n=[n])
    for missing in range(1, min(4, n) + 1):
        assert read.lower[0] - 1e-9 <= 100 * (n - missing) / n <= read.upper[0] + 1e-9
    assert 0 <= read.lower[0] <= read.upper[0] < 100


def test_a_dot_is_none_only_where_the_rule_says_so() -> None:
    zero = read_cells(["."], MarkerRule(count=True, dot="true_zero"))
    assert (zero.value[0], status_texts(zero)) == (0, ["true_zero"])
    assert status_texts(read_cells(["."], MarkerRule(count=True))) == ["not_available"]


def test_what_each_mark_is() -> None:
    cells = ["..", "***", "*", ".", "-", "–", "", None, "  ", "<5", "cirka 240", "-1\u00a0234", "1\u202f009"]
    read = read_cells(cells, MarkerRule(count=True))
    assert status_texts(read)[:9] == ["suppressed", "suppressed", *["not_available"] * 7]
    assert status_texts(read)[9:] == ["interval", "interval", "ok", "ok"]
    assert (read.lower[9], read.upper[9]) == (0, 4)
    assert (read.value[10], read.lower[10], read.upper[10]) == (240, 235, 245)
    assert read.value[11:].tolist() == [-1234, 1009]
    assert marker_counts(cells) == {
        "..": 1, "***": 1, "*": 1, ".": 1, "-": 2, "": 3, "<5": 1, "cirka 240": 1
    }  # fmt: skip


def test_a_hidden_count_has_bounds_only_where_nothing_else_is_hidden_with_it() -> None:
    plain = read_cells([".."], MarkerRule(count=True), threshold=5)
    assert np.isnan([plain.lower[0], plain.upper[0]]).all()
    bounded = read_cells(["..", ".."], MarkerRule(count=True, bounded=True), threshold=[10, 5])
    assert bounded.upper.tolist() == [9, 4]
    assert status_texts(bounded) == ["suppressed"] * 2
    assert np.isnan(bounded.value).all()


def test_the_threshold_of_läsår_and_level() -> None:
    assert [threshold(f"{year}/{year % 100 + 1:02d}", "kommun") for year in (2010, 2022, 2023, 2024)] == [
        10,
        10,
        5,
        5,
    ]
    assert {threshold("2024/25", level) for level in ("riket", "lan", "kommun", "huvudman")} == {5}
    assert threshold("2024/25", "skolenhet") == 10


@given(st.floats(min_value=-1e9, max_value=1e9), st.integers(min_value=0, max_value=3))
def test_a_number_is_read_as_it_is_written_in_swedish(value: float, decimals: int) -> None:
    text = f"{value:,.{decimals}f}"
    swedish = text.replace(",", " ").replace(".", ",")
    assert parse_number(swedish) == float(text.replace(",", ""))
    assert parse_number(swedish.replace(" ", "\u00a0")) == parse_number(swedish.replace(" ", ""))


def csv_cells(path: Path, first: int) -> list[str]:
    """Give the cells of figures of a CSV, read without the package."""
    rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";")
    return [
        cell for row in rows if len(row) > first + 2 and row[3].strip("0123456789") == "" for cell in row[first:-1]
    ]


def is_number(text: str) -> bool:
    return text.replace(" ", "").replace(",", "").lstrip("-").isdigit()


@pytest.mark.parametrize(
    ("name", "first", "expected"),
    [
        ("behorighet_grundskola_2024_25.csv", 6, {"~100": 899, "..": 371, ".": 28}),
        ("kostnader_gymnasieskola_2023_kommun.csv", 5, {".": 541}),
    ],
)
def test_each_mark_is_found_as_often_as_it_stands_in_the_original(
    shared: Path, name: str, first: int, expected: dict[str, int]
) -> None:
    cells = csv_cells(shared / "data" / "skolverket" / name, first)
    assert marker_counts(cells) == expected
    assert marker_counts(cells) == Counter(cell for cell in cells if not is_number(cell))


def test_each_mark_of_the_workbook_over_time_is_found(shared: Path) -> None:
    sheets = read_sheets(shared / "data" / "skolverket" / "jamforelse_ak9_2025_kommun.xlsx")
    found = {name: marker_counts(cell for row in rows[8:] for cell in row[5:]) for name, rows in sheets.items()}
    assert found["Samtliga"] == {"..": 336, "~100": 88, ".": 10}
    assert found["Kommunal"] == {"..": 356, "~100": 93, ".": 10}
    assert found["Enskild"] == {"..": 2220, "~100": 374, ".": 499}


@pytest.mark.parametrize("text", ["1,309", "2,000", "12,345,678", "-1,309"])
def test_a_count_with_a_comma_between_thousands_is_refused_and_a_share_is_not_a_count(text: str) -> None:
    with pytest.raises(RawFileError, match=f"Antalet ”{text}” kan ha komma mellan tusental"):
        read_cells(["12", text], MarkerRule(count=True))
    assert read_cells(["12,5", "1,309"]).value.tolist() == [12.5, 1.309]
    assert read_cells(["12,0", "1 309"], MarkerRule(count=True)).value.tolist() == [12.0, 1309.0]
