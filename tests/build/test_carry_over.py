"""KAA workbooks are adopted one period after another, and none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.documents import period_text
from tests.fakes.kaa_workbook import PLACES, Book, workbook
from uvas_stats.build.adopt import adopt
from uvas_stats.build.pipeline import build
from uvas_stats.catalog import load_catalog
from uvas_stats.errors import RawFileError
from uvas_stats.observations.editions import latest_edition
from uvas_stats.observations.store import read_observations
from uvas_stats.raw.snapshot import list_snapshots
from uvas_stats.workspace import Workspace

COUNT = "kaa_school_year_reported_count"


def book(folder: Path, period: str, table: str = "4A", name: str = "Tabell 4A.xlsx", title: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(workbook(Book(table, "" if title else period_text(period), "codes", PLACES, title=title)))
    return path


def periods(workspace: Workspace) -> list[str]:
    build(workspace)
    rows = latest_edition(read_observations(workspace.processed, [COUNT]), load_catalog().replaces)
    return sorted(set(rows["period"].astype("str")))


def test_a_new_period_keeps_the_earlier_ones_though_the_files_have_one_name(
    workspace: Workspace, tmp_path: Path
) -> None:
    for year, period in (("2024", "2022/23"), ("2025", "2023/24"), ("2026", "2024/25")):
        adopt(workspace, "kaa", [book(tmp_path / year, period)], edition=f"{year}-11-28")
    assert periods(workspace) == ["2022/23", "2023/24", "2024/25"]
    newest = list_snapshots([workspace.raw])[-1]
    assert [file.name for file in newest.files] == [
        "Tabell 4A.xlsx", "2025-11-28/Tabell 4A.xlsx", "2024-11-28/Tabell 4A.xlsx",
    ]  # fmt: skip
    again = adopt(workspace, "kaa", [tmp_path / "2026" / "Tabell 4A.xlsx"], edition="2026-12-01")
    assert again.edition is None


def test_a_file_of_the_same_period_takes_the_place_of_the_old_one(workspace: Workspace, tmp_path: Path) -> None:
    adopt(workspace, "kaa", [book(tmp_path / "a", "2023/24")], edition="2025-11-28")
    adopt(workspace, "kaa", [book(tmp_path / "b", "2024/25")], edition="2026-11-27")
    revised = book(tmp_path / "c", "2023/24", name="rättad.xlsx")
    adopt(workspace, "kaa", [revised], edition="2026-11-28")
    newest = list_snapshots([workspace.raw])[-1]
    assert {file.name for file in newest.files} == {"rättad.xlsx", "Tabell 4A.xlsx"}
    assert periods(workspace) == ["2023/24", "2024/25"]


def test_a_period_that_only_the_option_says_stays_that_files_own(workspace: Workspace, tmp_path: Path) -> None:
    for year, period in (("2025", "2023/24"), ("2026", "2024/25")):
        path = book(tmp_path / year, period, title="Antal ungdomar")
        adopt(workspace, "kaa", [path], edition=f"{year}-11-28", options={"period": period})
    assert periods(workspace) == ["2023/24", "2024/25"]


def test_a_period_that_nothing_says_is_an_error_that_names_the_option(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = book(tmp_path, "2024/25", title="Antal ungdomar")
    with pytest.raises(RawFileError, match=r"vilken period.*--period 2024/25"):
        adopt(workspace, "kaa", [path])
    assert list_snapshots([workspace.raw]) == []


def test_a_bad_new_file_leaves_the_earlier_edition(workspace: Workspace, tmp_path: Path) -> None:
    adopt(workspace, "kaa", [book(tmp_path / "a", "2023/24")], edition="2025-11-28")
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"<html>")
    with pytest.raises(RawFileError, match=r"bad\.xlsx"):
        adopt(workspace, "kaa", [bad])
    assert [one.edition for one in list_snapshots([workspace.raw])] == ["2025-11-28"]
