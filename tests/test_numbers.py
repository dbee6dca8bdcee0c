"""Numbers as a Swedish reader expects them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from uvas_stats.numbers import MISSING, THIN_SPACE, number_text, rounded, signed_text

hundredths = st.integers(-(10**11), 10**11).map(lambda n: n / 100)
decimals = st.integers(0, 3)


def by_hand(text: str) -> Decimal:
    return Decimal(text.replace(THIN_SPACE, "").replace(",", ".").replace("−", "-").replace("+", ""))


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_a_dash(value: float | None) -> None:
    assert number_text(value) == MISSING
    assert signed_text(value) == MISSING


@pytest.mark.parametrize(
    ("value", "places", "unit", "text"),
    [
        (9.15, 1, "procent", "9,2\u202f%"),
        (9.25, 1, "procent", "9,3\u202f%"),
        (0.25, 1, "", "0,3"),
        (-0.25, 1, "", "−0,3"),
        (2.5, 0, "", "3"),
        (1.005, 2, "", "1,01"),
        (-0.04, 1, "", "0,0"),
        (157080, 0, "antal", "157\u202f080"),
        (1234567.891, 2, "", "1\u202f234\u202f567,89"),
        (500, 0, "kkr", "500\u202ftkr"),
        (12345678.25, 1, "", "12\u202f345\u202f678,3"),
    ],
)
def test_a_number_is_written_the_swedish_way(value: float, places: int, unit: str, text: str) -> None:
    assert number_text(value, places, unit) == text


@given(hundredths, decimals)
@example(9.15, 1)
@example(1000000.15, 1)
@example(-2.675, 2)
def test_rounding_is_half_away_from_zero_on_the_written_number(value: float, places: int) -> None:
    expected = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert by_hand(number_text(value, places)) == expected


@given(hundredths, decimals)
def test_there_is_a_decimal_comma_and_no_plain_space_or_hyphen(value: float, places: int) -> None:
    text = number_text(value, places)
    assert text.count(",") == (1 if places else 0)
    assert not set(text) & set(" .-\u00a0")
    assert len(text.partition(",")[2]) == places


@given(hundredths)
def test_thousands_are_three_digits_between_thin_spaces(value: float) -> None:
    groups = number_text(value, 0).lstrip("−").split(THIN_SPACE)
    assert all(len(group) == 3 for group in groups[1:])
    assert 1 <= len(groups[0]) <= 3


@given(hundredths, decimals)
def test_a_sign_is_shown_only_for_what_is_not_zero_as_shown(value: float, places: int) -> None:
    text = signed_text(value, places)
    shown = by_hand(text)
    assert text.startswith("+") == (shown > 0)
    assert text.startswith("−") == (shown < 0)


@given(hundredths, decimals)
def test_opposite_numbers_differ_only_in_their_sign(value: float, places: int) -> None:
    assert number_text(value, places).lstrip("−") == number_text(-value, places).lstrip("−")


@given(st.integers(0, 10_000), st.integers(0, 10_000))
@example(625, 620)  # 0.04999999999999982 as floats, 0.05 on paper
@example(620, 625)
def test_a_difference_of_published_figures_is_rounded_as_by_hand(first: int, second: int) -> None:
    expected = (Decimal(first - second) / 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert by_hand(number_text(first / 100 - second / 100, 1)) == expected


def test_the_rounded_number_is_the_one_shown() -> None:
    assert rounded(9.25, 1) == 9.3
    assert rounded(-9.25, 1) == -9.3
