"""A target group out of several lists: exact or bounded, never the plain sum."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.register.people import MAPPING, mapping_file, number, row, write
from uvas_stats.disclosure import read_ledger
from uvas_stats.errors import RegisterError
from uvas_stats.register.overlap import list_patterns, size_bounds
from uvas_stats.register.run import run_overlap
from uvas_stats.register.target_group import list_key
from uvas_stats.workspace import Workspace

DAY = dt.date(2106, 6, 15)


def size(tmp_path: Path, lists: dict[str, tuple[Path, Path]], **sizes: int) -> pd.Series:
    outcome = run_overlap("grupp", lists, sizes, workspace=Workspace(tmp_path), kommun="2421", at=DAY)
    return outcome.observations.iloc[0]


def kaa_list(folder: Path, who: range) -> tuple[Path, Path]:
    """Write the KAA register with some persons, who are all in scope on the day."""
    return write(folder / "kaa.csv", [row(number(at)) for at in who]), mapping_file(
        folder, MAPPING.replace("2182", "2421")
    )


def other_list(folder: Path, name: str, who: range) -> tuple[Path, Path]:
    """Write a list out of another system."""
    path, mapping = folder / f"{name}.csv", folder / "lista.toml"
    path.write_text("\n".join(["Pnr;Från", *(f"{number(at)};2106-01-01" for at in who)]), encoding="utf-8")
    mapping.write_text('kind = "list"\n[columns]\npersonnummer = "Pnr"\nstart = "Från"\n', encoding="utf-8")
    return path, mapping


def test_storumans_three_lists_are_20_to_50_and_not_50(tmp_path: Path) -> None:
    found = size(tmp_path, {}, KAA=10, AF=20, UVAS=20)
    assert (found["lower"], found["upper"], found["status"]) == (20, 50, "interval")
    assert pd.isna(found["value"])
    assert found["dataset"] == "register:2421"


def test_lists_of_persons_are_counted_exactly(tmp_path: Path) -> None:
    both = {"a": kaa_list(tmp_path, range(30)), "b": other_list(tmp_path, "b", range(20, 50))}
    found = size(tmp_path, both)
    assert (found["value"], found["status"]) == (50, "ok")
    (tmp_path / "x").mkdir()
    with_af = size(tmp_path / "x", both, AF=70)
    assert (with_af["lower"], with_af["upper"]) == (70, 120)


def test_a_few_who_are_in_both_are_not_given_away(tmp_path: Path) -> None:
    lists = {"a": kaa_list(tmp_path, range(30)), "b": other_list(tmp_path, "b", range(28, 60))}
    outcome = run_overlap("grupp", lists, {}, workspace=Workspace(tmp_path), kommun="2421", at=DAY)
    assert outcome.observations["value"].tolist() == [60]
    shown = {key: n for one in read_ledger(Workspace(tmp_path), "register:2421").publications
             for key, n in one.shown.items()}  # fmt: skip
    sizes = [shown.get(list_key("2421", name, DAY)) for name in ("kaa", "list:b")]
    assert None in sizes  # 30 + 32 - 60 would be two persons
    untold = [remark for remark in outcome.remarks if remark.startswith("Visa inte hur många")]
    assert len(untold) == sizes.count(None)


def test_two_lists_of_the_kaa_are_refused(tmp_path: Path) -> None:
    first, second = kaa_list(tmp_path, range(30)), kaa_list(tmp_path, range(20, 50))
    with pytest.raises(RegisterError, match='kind = "list"'):
        size(tmp_path, {"a": first, "b": second})


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
