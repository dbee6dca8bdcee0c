"""What is written is old or new after a death at any step, and a rerun gives the same bytes and leaves nothing."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from functools import partial
from pathlib import Path

import pytest

from tests.build import test_adopt
from tests.build.test_adopt import HEADING, ROW
from tests.build.test_pipeline import snapshot
from tests.kills import killed_at
from tests.report.report_samples import make_content
from tests.slow import quick
from uvas_stats.build.adopt import adopt
from uvas_stats.build.pipeline import build
from uvas_stats.register.demo import write_demo
from uvas_stats.register.run import run_kaa
from uvas_stats.report.export import export
from uvas_stats.workspace import Workspace

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a child that has imported everything")


def files_of(folder: Path) -> dict[str, bytes]:
    """Read all files but locks, which stay."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".lock"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_a_report_is_old_or_new_whenever_it_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    title = {"old": "Gammal", "new": "Ny"}
    contents = {name: make_content(title=text, chapters=()) for name, text in title.items()}
    whole = {}
    for name, content in contents.items():
        export(content, tmp_path / name / "ale")
        whole[name] = files_of(tmp_path / name / "ale")
    assert whole["old"] != whole["new"]
    states = set()
    step, stopped = 1, True
    while stopped:
        work = tmp_path / f"step{step}"
        report = shutil.copytree(tmp_path / "old", work) / "ale"
        (report / "anteckningar.txt").write_text("mina")
        mine = {"anteckningar.txt": b"mina"}
        stopped = killed_at(step, partial(export, contents["new"], report))
        if report.exists():
            found = {name: data for name, data in files_of(report).items() if name not in mine}
            states.add(next(name for name, files in whole.items() if files == found))
        export(contents["new"], report)
        assert files_of(work) == {f"ale/{name}": data for name, data in (whole["new"] | mine).items()}
        step += 1
    assert step > 8
    assert states == {"old", "new"}


def count(folder: Path) -> None:
    workspace, day = Workspace(folder), dt.date(2026, 11, 30)
    run_kaa(folder / "kaa.csv", folder / "kaa.toml", "2105/06", workspace=workspace, today=day)


@pytest.mark.parametrize("steps", quick([(1, 6, 11), range(1, 14, 2)], (1, 6, 11)))
def test_a_count_of_a_register_is_the_same_after_a_death(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: tuple[int, ...]
) -> None:
    system = tmp_path / "system"
    system.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(system))
    source = tmp_path / "source"
    write_demo(source, kommun="2182", persons=300)
    whole = shutil.copytree(source, tmp_path / "whole")
    count(whole)
    wanted = files_of(whole)
    assert any(name.endswith(".parquet") for name in wanted)
    died = 0
    for step in steps:
        work = shutil.copytree(source, tmp_path / f"step{step}")
        died += killed_at(step, partial(count, work))
        count(work)
        assert files_of(work) == wanted
        assert list(system.iterdir()) == []
    assert died >= 3


@pytest.fixture
def no_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a build read no more than what a test lays in."""
    monkeypatch.setattr("uvas_stats.workspace.shipped_raw", lambda: tmp_path / "none")


@pytest.mark.usefixtures("no_shipped")
@pytest.mark.parametrize("steps", quick([(2, 4, 6), range(1, 12)], (2, 4, 6)))
def test_a_build_is_the_same_after_a_death(tmp_path: Path, steps: tuple[int, ...]) -> None:
    work = Workspace(tmp_path / "work")
    snapshot(work, "kpi,region,year,gender,value\nN02797,2182,2024,T,9.15\n")
    build(work)
    wanted = files_of(work.root)
    for step in steps:
        (work.processed / "origins.json").unlink()  # so that it is built anew
        killed_at(step, partial(build, work))
        build(work)
        assert files_of(work.root) == wanted
    (work.processed / "origins.json").unlink()
    assert killed_at(steps[0], partial(build, work))


taking = test_adopt.taking


@pytest.mark.usefixtures("taking")
@pytest.mark.parametrize("steps", quick([(2, 5), range(1, 20)], (2, 5)))
def test_an_adopted_file_is_an_edition_or_not_after_a_death(tmp_path: Path, steps: tuple[int, ...]) -> None:
    path = tmp_path / "riket.csv"
    path.write_text(HEADING + ROW, encoding="utf-8")
    for step in steps:
        work = Workspace(tmp_path / f"step{step}")
        take = partial(adopt, work, "riket", [path], edition="2025-11-28", options={"period": "2023"})
        stopped = killed_at(step, take)
        assert stopped or step > 5
        take()
        place = "data/raw/published_national/2025-11-28"
        assert set(files_of(work.root)) == {f"{place}/origin.toml", f"{place}/riket.csv"}
