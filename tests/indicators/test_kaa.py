"""KAA: the share by SCB's population, and parts of which one is hidden."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import NOT_SHOWN, parts_of_whole, share_of_population


def counts(*rows: tuple[str, str, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["region_code", "period", "value"]).astype({"value": "float64"})
    return frame.assign(status=np.where(frame["value"].isna(), "suppressed", "ok"))


def parts(**values: float | None) -> pd.DataFrame:
    frame = pd.DataFrame({"category": list(values), "value": list(values.values())}).astype({"value": "float64"})
    return frame.assign(status=np.where(frame["value"].isna(), "suppressed", "ok"))


def test_half_years_have_no_population_at_the_turn_of_the_year() -> None:
    with pytest.raises(IndicatorError, match="Bara juli–juni"):
        share_of_population(counts(("2421", "2022H2", 9.0)), counts(("2421", "2022", 250.0)), "x_pct")


def test_without_the_population_the_command_that_fetches_it_is_told() -> None:
    with pytest.raises(IndicatorError, match="uvas fetch scb_population"):
        share_of_population(counts(("2421", "2024/25", 9.0)), counts(("2421", "2020", 250.0)), "x_pct")


def test_the_population_is_that_of_december_within_the_period() -> None:
    people = counts(("2421", "2023", 100.0), ("2421", "2024", 200.0), ("2421", "2025", 400.0))
    shares = share_of_population(counts(("2421", "2024/25", 20.0), ("2421", "2025/26", None)), people, "x_pct")
    assert shares["value"].tolist()[0] == 10.0
    assert shares["status"].tolist() == ["ok", "suppressed"]
    assert set(shares["measure"]) == {"x_pct"}


def test_a_population_of_nobody_gives_no_share() -> None:
    shares = share_of_population(
        counts(("2421", "2024/25", 0.0), ("1440", "2024/25", 5.0)),
        counts(("2421", "2024", 0.0), ("1440", "2024", 50.0)),
        "x_pct",
    )
    assert shares["status"].tolist() == ["not_available", "ok"]


def test_a_single_hidden_part_takes_the_smallest_other_with_it() -> None:
    shown = parts_of_whole(parts(a=60.0, b=None, c=25.0, unknown=12.0), 100, keep=("unknown",))
    assert shown.set_index("category")["value"].isna().to_dict() == {
        "a": False, "b": True, "c": True, "unknown": False, NOT_SHOWN: False,
    }  # fmt: skip
    assert shown["value"].sum() == pytest.approx(100.0)


def test_two_hidden_parts_are_left_as_they_are() -> None:
    shown = parts_of_whole(parts(a=60.0, b=None, c=None, d=30.0), 100)
    assert shown.set_index("category")["value"].to_dict()[NOT_SHOWN] == pytest.approx(10.0)
    assert shown["value"].isna().sum() == 2


def test_what_is_left_is_not_told_where_it_is_the_hidden_part() -> None:
    shown = parts_of_whole(parts(a=0.0, b=None), 4)
    assert shown.set_index("category")["value"].isna().to_dict() == {"a": False, "b": True, NOT_SHOWN: True}


def test_the_unknown_is_hidden_only_where_there_is_no_other() -> None:
    shown = parts_of_whole(parts(a=None, unknown=90.0), 100, keep=("unknown",))
    assert shown.set_index("category")["value"].isna().to_dict() == {"a": True, "unknown": True, NOT_SHOWN: False}


def test_parts_that_make_the_whole_leave_nothing() -> None:
    assert parts_of_whole(parts(a=33.3, b=33.3, c=33.3), 100)["category"].tolist() == ["a", "b", "c"]
