"""Cells of a table are values until somebody reads them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from uvas_stats.numbers import THIN_SPACE
from uvas_stats.present.figure import About
from uvas_stats.present.table import Number, Table, without
from uvas_stats.report.labels import cell_format
from uvas_stats.report.xlsx import _as_numbers


def table(**columns: list[Number | str]) -> Table:
    return Table(About("a", "Titel", "", "", ""), pd.DataFrame(columns), ("right",) * len(columns))


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_what_is_not_a_number_is_a_gap(missing: float | None) -> None:
    gap = Number(missing)
    assert str(gap) == "–"
    assert not gap.known
    assert math.isnan(gap.shown)


def test_a_number_is_what_it_is_shown_as() -> None:
    assert (Number(9.25).shown, Number(-9.25).shown, str(Number(9.25))) == (9.3, -9.3, "9,3")
    nearly_nothing = Number(-0.04, signed=True)
    assert (str(nearly_nothing), math.copysign(1, nearly_nothing.shown)) == ("0,0", 1.0)


def test_a_year_has_no_space_and_a_count_has() -> None:
    assert [str(Number(2016, 0, grouped=grouped)) for grouped in (True, False)] == [f"2{THIN_SPACE}016", "2016"]


def test_a_number_without_its_sign_goes_into_a_sentence() -> None:
    change = Number(-1.04, unit="procent", signed=True)
    assert (change.size, str(change)) == ("1,0", f"−1,0{THIN_SPACE}%")


def test_a_workbook_gets_numbers_only_from_columns_of_numbers() -> None:
    made = table(
        tal=[Number(1800.0, 0), Number(None)],
        strecket=["–", Number(2.5)],
        ord=[Number(1.0), "döljs"],
        tomt=[Number(None), "–"],
    )
    columns = _as_numbers(made)
    assert columns["tal"].tolist() == [Number(1800.0, 0), "uppgift saknas"]
    assert columns["strecket"].tolist() == ["uppgift saknas", Number(2.5)]
    assert columns["ord"].tolist() == ["1,0", "döljs"]
    assert columns["tomt"].tolist() == ["–", "–"]


def test_the_form_in_a_workbook_has_the_sign_that_is_shown() -> None:
    signed = [Number(value, 1, signed=True) for value in (1.0, 0.0, -1.0)]
    assert [cell_format(number) for number in signed] == [
        "+#,##0.0;−#,##0.0;0.0", "#,##0.0", "+#,##0.0;−#,##0.0;0.0",
    ]  # fmt: skip
    assert cell_format(Number(3.0, 0, "kkr")) == '#,##0" tkr"'


def test_columns_that_tell_nothing_are_left_out() -> None:
    values = table(a=["–", ""], b=["x", "x"], c=["x", "–"]).values
    assert list(without(values, empty=["a", "c"], same=["b"])) == ["c"]
