"""Every real file and list of a source of ours is read or refused as it must be."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.first_contact import ADOPTED, LISTS, deviation, unknown_files

SLOW = "skolverket/jamforelse_ak9_2025_kommun.xlsx"


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=pytest.mark.slow if one == SLOW else ()) for one in (*ADOPTED, *LISTS)]
)
def test_a_real_file_is_read_or_refused_as_it_must_be(shared: Path, name: str) -> None:
    assert (shared / "data" / name).is_file()
    assert deviation(name) == ""


def test_no_file_is_forgotten(shared: Path) -> None:
    assert (shared / "data").is_dir()
    assert unknown_files() == []
