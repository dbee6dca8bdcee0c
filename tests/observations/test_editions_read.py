"""Which editions a build reads: of what was fetched the two newest, of what was put in by hand all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.build.test_pipeline import HEADINGS, snapshot
from uvas_stats.build.pipeline import build, to_read
from uvas_stats.observations.contract import select
from uvas_stats.observations.editions import latest_edition
from uvas_stats.observations.store import read_observations
from uvas_stats.raw.snapshot import RawFile, Snapshot, list_snapshots
from uvas_stats.workspace import Workspace


def fetched(workspace: Workspace, edition: str, value: str) -> Path:
    folder = snapshot(workspace, f"{HEADINGS}N02797,2182,2024,T,{value}\n", edition)
    with (folder / "origin.toml").open("a", encoding="utf-8") as handle:
        handle.write('\nurl = "https://example.org/fil.csv"\n')
    return folder


def one(edition: str, *names: str, url: str = "https://example.org/a") -> Snapshot:
    files = tuple(RawFile(name, "0" * 64, 1, url=url) for name in names)
    return Snapshot("af_share", edition, "t", "p", "", dt.date(2026, 1, 1), "l", files)


def test_of_what_was_fetched_the_two_newest_are_read_and_none_is_taken_away(workspace: Workspace) -> None:
    for month, value in enumerate(("7.0", "8.0", "9.0"), start=1):
        fetched(workspace, f"2027-0{month}-01", value)
    assert build(workspace).editions == len(list_snapshots(workspace.raw_roots)) - 1
    rows = select(read_observations(workspace.processed, ["uvas_share_pct"]), region_code="2182", period="2024")
    assert rows["edition"].tolist() == ["2026-11-21", "2027-02-01", "2027-03-01"]  # the first is no fetched one
    assert latest_edition(rows, {})["value"].tolist() == [9.0]
    assert sorted(path.name for path in workspace.raw.glob("kolada/*")) == [
        "2027-01-01",
        "2027-02-01",
        "2027-03-01",
    ]


def test_what_was_put_in_by_hand_is_read_in_all_its_editions(workspace: Workspace) -> None:
    for month in ("01", "02", "03"):
        snapshot(workspace, f"{HEADINGS}N02797,2182,2024,T,9.0\n", f"2027-{month}-01")
    assert build(workspace).editions == len(list_snapshots(workspace.raw_roots))


def test_an_edition_is_read_as_long_as_only_it_has_a_kind_of_file() -> None:
    first = one("2027-01-28", "bas-2026-12.xlsx", "reg-2023-12.xlsx")
    later = [one(f"2027-{month}-28", f"bas-2027-{month}.xlsx") for month in ("02", "03", "04")]
    assert [item.edition for item in to_read([first, *later])] == ["2027-01-28", "2027-03-28", "2027-04-28"]
    whole = one("2027-05-28", "bas-2027-05.xlsx", "reg-2023-12.xlsx")
    assert [item.edition for item in to_read([first, *later, whole])] == ["2027-04-28", "2027-05-28"]
