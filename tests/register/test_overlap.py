"""A target group out of several lists: exact or bounded, never the plain sum."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.register.people import mapping_file, number, row, write
from uvas_stats.errors import RegisterError
from uvas_stats.register.overlap import list_patterns, size_bounds
from uvas_stats.register.run import run_overlap
from uvas_stats.workspace import Workspace

DAY = dt.date(2106, 6, 15)


def size(tmp_path: Path, lists: dict[str, tuple[Path, Path]], **sizes: int) -> pd.Series:
    outcome = run_overlap("grupp", lists, sizes, workspace=Workspace(tmp_path), kommun="2421", at=DAY)
    return outcome.observations.iloc[0]


def test_storumans_three_lists_are_20_to_50_and_not_50(tmp_path: Path) -> None:
    found = size(tmp_path, {}, KAA=10, AF=20, UVAS=20)
    assert (found["lower"], found["upper"], found["status"]) == (20, 50, "interval")
    assert pd.isna(found["value"])
    assert found["dataset"] == "register:2421"


def test_lists_of_persons_are_counted_exactly(tmp_path: Path) -> None:
    mapping = mapping_file(tmp_path)
    first = write(tmp_path / "a.csv", [row(number(at)) for at in range(30)])
    second = write(tmp_path / "b.csv", [row(number(at)) for at in range(20, 50)])
    found = size(tmp_path, {"a": (first, mapping), "b": (second, mapping)})
    assert (found["value"], found["status"]) == (50, "ok")
    with_af = size(tmp_path / "x" if (tmp_path / "x").mkdir() is None else tmp_path,
                   {"a": (first, mapping), "b": (second, mapping)}, AF=70)  # fmt: skip
    assert (with_af["lower"], with_af["upper"]) == (70, 120)


def test_a_few_who_are_in_both_are_not_given_away(tmp_path: Path) -> None:
    mapping = mapping_file(tmp_path)
    first = write(tmp_path / "a.csv", [row(number(at)) for at in range(30)])
    second = write(tmp_path / "b.csv", [row(number(at)) for at in range(28, 60)])
    sizes = run_overlap("grupp", {"a": (first, mapping), "b": (second, mapping)}, {},
                        workspace=Workspace(tmp_path), kommun="2421", at=DAY).observations  # fmt: skip
    assert (
        len(sizes) == 1
    )  # the lists' own sizes are in the ledger; what is printed cannot be turned into two persons


def test_a_small_part_is_not_shown(tmp_path: Path) -> None:
    assert size(tmp_path, {}, KAA=3, AF=20)["status"] == "suppressed"


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(RegisterError):
        size_bounds(0, {"a": -1})


@given(st.lists(st.sets(st.integers(0, 12)), min_size=1, max_size=4))
def test_patterns_and_bounds_hold_the_true_size(sets: list[set[int]]) -> None:
    union = len(set().union(*sets))
    patterns = list_patterns({f"l{at}": pd.Series(sorted(one), dtype="int64") for at, one in enumerate(sets)})
    assert sum(patterns.values()) == union
    for at, one in enumerate(sets):
        assert sum(n for names, n in patterns.items() if f"l{at}" in names) == len(one)
    bounds = size_bounds(0, {f"l{at}": len(one) for at, one in enumerate(sets)})
    assert bounds.lower <= union <= bounds.upper
