"""Periods: what is one, when it ends, and what to compare it with."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.errors import ObservationError
from uvas_stats.periods import PERIOD_KINDS, period_end, period_kind, period_text, same_period_last_year

years = st.integers(1901, 2198)
periods = st.one_of(
    years.map(str),
    st.builds("{}-{:02d}".format, years, st.integers(1, 12)),
    st.builds("{}Q{}".format, years, st.integers(1, 4)),
    st.builds("{}H{}".format, years, st.integers(1, 2)),
    years.map(lambda year: f"{year}/{(year + 1) % 100:02d}"),
)


@pytest.mark.parametrize(
    "text",
    ["", "24", "0000", "9999", "2024-13", "2024-00", "2024H0", "2024H3", "2024/26", "2024/2025", "2024/24",
     "2024 ", " 2024", "2024\n", "２０２４", "٢٠٢٤", "2024-1", "2024.0", "nan", "None", "förra året", "2024h2",
     "9999/00", "2024-11-30", "-2024", "2024Q0", "2024Q5", "2024K1"],
)  # fmt: skip
def test_what_is_no_period_is_refused(text: str) -> None:
    for function in (period_kind, period_end, same_period_last_year, period_text):
        with pytest.raises(ObservationError, match=r"Perioden .* är inte giltig"):
            function(text)


@pytest.mark.parametrize(
    ("period", "kind", "end", "text", "before"),
    [
        ("2024", "year", "2024-12-31", "2024", "2023"),
        ("2009-11", "month", "2009-11-30", "november 2009", "2008-11"),
        ("2024-02", "month", "2024-02-29", "februari 2024", "2023-02"),
        ("2024Q1", "quarter", "2024-03-31", "första kvartalet 2024", "2023Q1"),
        ("2024Q4", "quarter", "2024-12-31", "fjärde kvartalet 2024", "2023Q4"),
        ("2024H1", "half_year", "2024-06-30", "första halvåret 2024", "2023H1"),
        ("2024H2", "half_year", "2024-12-31", "andra halvåret 2024", "2023H2"),
        ("2024/25", "school_year", "2025-06-30", "läsåret 2024/25", "2023/24"),
        ("1999/00", "school_year", "2000-06-30", "läsåret 1999/00", "1998/99"),
        ("2000/01", "school_year", "2001-06-30", "läsåret 2000/01", "1999/00"),
    ],
)
def test_a_period_is_read(period: str, kind: str, end: str, text: str, before: str) -> None:
    assert period_kind(period) == kind
    assert period_end(period) == dt.date.fromisoformat(end)
    assert period_text(period) == text
    assert same_period_last_year(period) == before


@given(periods)
def test_the_same_period_last_year_is_of_the_same_kind_and_ends_a_year_before(period: str) -> None:
    before = same_period_last_year(period)
    assert period_kind(before) == period_kind(period)
    assert (period_end(before).year, period_end(before).month) == (
        period_end(period).year - 1,
        period_end(period).month,
    )


@given(periods)
def test_a_period_ends_on_the_last_day_of_a_month(period: str) -> None:
    assert (period_end(period) + dt.timedelta(days=1)).day == 1


@given(periods)
def test_every_period_is_of_exactly_one_kind(period: str) -> None:
    assert period_kind(period) in PERIOD_KINDS


@given(st.text(max_size=8))
def test_any_text_is_a_period_or_raises_our_own_error(text: str) -> None:
    try:
        end = period_end(text)
    except ObservationError:
        return
    assert 1900 <= end.year <= 2200
