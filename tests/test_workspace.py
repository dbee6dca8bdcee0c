"""Files are whole or not there, and what an analyst had is kept."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from uvas_stats.errors import RawFileError, WorkspaceError
from uvas_stats.formats.workbook import check_workbook
from uvas_stats.workspace import Workspace, atomic_file, file_size, find_workspace, publish_folder, shipped_raw

FULL = OSError(errno.ENOSPC, "No space left on device")


def full_disk(*_: object) -> None:
    raise FULL


def write_file(target: Path, error: BaseException | None = None) -> None:
    with atomic_file(target) as path:
        path.write_text("ny")
        if error:
            raise error


def write_report(target: Path, error: BaseException | None = None) -> None:
    with publish_folder(target) as staging:
        (staging / "rapport.html").write_text("ny")
        (staging / "underlag.xlsx").write_text("ny")
        if error:
            raise error


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_importing_the_module_touches_nothing(tmp_path: Path) -> None:
    code = "import uvas_stats.workspace, os; print(sorted(os.listdir()))"
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_a_named_workspace_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="Arbetsmappen finns inte"):
        find_workspace(tmp_path / "saknas")


@pytest.mark.parametrize("name", ["~ingen-sådan-användare/x", "a\0b", "x" * 5000])
def test_a_workspace_name_that_cannot_be_a_folder_is_an_error(name: str) -> None:
    with pytest.raises(WorkspaceError):
        find_workspace(name)


def test_a_file_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "fil").write_text("x")
    with pytest.raises(WorkspaceError):
        find_workspace(tmp_path / "fil")


def test_the_environment_variable_names_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UVAS_WORKSPACE", str(tmp_path))
    assert find_workspace().root == tmp_path.resolve()


def test_the_nearest_folder_with_raw_files_is_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UVAS_WORKSPACE", raising=False)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    deep = tmp_path / "notebooks" / "egna"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert find_workspace().root == tmp_path


def test_without_raw_files_the_current_folder_is_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UVAS_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert find_workspace().root == tmp_path


def test_the_shipped_edition_is_seen_from_any_workspace(workspace: Workspace) -> None:
    assert workspace.raw_roots == (shipped_raw().resolve(),)


def test_the_workspace_is_looked_in_before_the_shipped_edition(workspace: Workspace) -> None:
    workspace.raw.mkdir(parents=True)
    assert workspace.raw_roots == (workspace.raw.resolve(), shipped_raw().resolve())


def test_an_atomic_file_arrives_whole(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "mapp" / "fil.txt") as path:
        path.write_text("hej")
    assert names(tmp_path) == ["mapp", "mapp/fil.txt"]
    assert (tmp_path / "mapp" / "fil.txt").read_text() == "hej"


def test_an_error_leaves_the_old_file_and_no_temporary_one(tmp_path: Path) -> None:
    target = tmp_path / "fil.txt"
    target.write_text("gammal")
    with pytest.raises(ZeroDivisionError):
        write_file(target, ZeroDivisionError())
    assert target.read_text() == "gammal"
    assert names(tmp_path) == ["fil.txt"]


def test_what_the_dead_have_left_is_swept_and_what_the_living_write_is_not(tmp_path: Path) -> None:
    target = tmp_path / "fil.txt"
    (tmp_path / ".fil.txt.abcd1234.tmp").write_text("halv")
    (tmp_path / ".annan.txt.abcd1234.tmp").write_text("halv")
    with atomic_file(target) as alive:
        alive.write_text("först")
        write_file(target)
        assert alive.exists()
    assert target.read_text() == "först"
    assert names(tmp_path) == [".annan.txt.abcd1234.tmp", "fil.txt"]


def test_a_full_disk_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "fil.txt"
    target.write_text("gammal")
    with pytest.raises(WorkspaceError, match="Disken är full") as caught:
        write_file(target, FULL)
    assert caught.value.where == str(target)
    assert target.read_text() == "gammal"
    assert names(tmp_path) == ["fil.txt"]


def test_a_full_disk_while_flushing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "fil.txt"
    target.write_text("gammal")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(WorkspaceError, match="Disken är full"):
        write_file(target)
    assert target.read_text() == "gammal"
    assert names(tmp_path) == ["fil.txt"]


def test_a_file_where_a_folder_is_needed_is_told(tmp_path: Path) -> None:
    (tmp_path / "mapp").write_text("en fil")
    with pytest.raises(WorkspaceError, match="En fil ligger där en mapp behövs"):
        write_file(tmp_path / "mapp" / "x")
    assert (tmp_path / "mapp").read_text() == "en fil"


def test_a_folder_where_a_file_is_needed_is_told_and_kept(tmp_path: Path) -> None:
    (tmp_path / "fil" / "eget").mkdir(parents=True)
    with pytest.raises(WorkspaceError, match="En mapp ligger där en fil behövs"):
        write_file(tmp_path / "fil")
    assert names(tmp_path) == ["fil", "fil/eget"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "Skrivning nekades"),
        (OSError(errno.EROFS, "Read-only file system"), "Skrivning nekades"),
        (OSError(errno.EIO, "Input/output error"), "Det gick inte att skriva"),
    ],
)
def test_a_refused_write_is_told_in_swedish(tmp_path: Path, error: OSError, words: str) -> None:
    with pytest.raises(WorkspaceError, match=words):
        write_file(tmp_path / "x", error)
    assert names(tmp_path) == []


def test_a_published_folder_keeps_the_analysts_own_files(tmp_path: Path) -> None:
    target = tmp_path / "rapport"
    target.mkdir()
    (target / "anteckningar.txt").write_text("mina")
    (target / "rapport.html").write_text("gammal")
    with publish_folder(target) as staging:
        (staging / "diagram").mkdir()
        (staging / "diagram" / "a.png").write_bytes(b"png")
        (staging / "rapport.html").write_text("ny")
    made = ["anteckningar.txt", "diagram", "diagram/a.png", "rapport.html"]
    assert names(tmp_path) == ["rapport", *[f"rapport/{name}" for name in made]]
    assert (target / "rapport.html").read_text() == "ny"
    assert (target / "anteckningar.txt").read_text() == "mina"


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyboardInterrupt(), WorkspaceError("nej"), FULL])
def test_an_error_in_the_middle_of_a_report_leaves_the_old_one(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "rapport"
    target.mkdir()
    (target / "rapport.html").write_text("gammal")
    with pytest.raises((ZeroDivisionError, KeyboardInterrupt, WorkspaceError)):
        write_report(target, error)
    assert names(tmp_path) == ["rapport", "rapport/rapport.html"]
    assert (target / "rapport.html").read_text() == "gammal"


def test_a_full_disk_when_a_report_is_flushed_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "rapport"
    target.mkdir()
    (target / "rapport.html").write_text("gammal")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(WorkspaceError, match="Disken är full"):
        write_report(target)
    assert names(tmp_path) == ["rapport", "rapport/rapport.html"]
    assert (target / "rapport.html").read_text() == "gammal"


def test_one_locked_file_stops_the_move_before_it_has_begun(tmp_path: Path) -> None:
    target = tmp_path / "rapport"
    (target / "underlag.xlsx").mkdir(parents=True)  # cannot be opened for writing, as a locked workbook cannot
    (target / "rapport.html").write_text("gammal")
    with pytest.raises(WorkspaceError, match=r"underlag\.xlsx"):
        write_report(target)
    assert (target / "rapport.html").read_text() == "gammal"
    assert names(tmp_path) == ["rapport", "rapport/rapport.html", "rapport/underlag.xlsx"]


def test_a_file_where_the_report_should_be_is_kept(tmp_path: Path) -> None:
    (tmp_path / "rapport").write_text("en fil")
    with pytest.raises(WorkspaceError, match="En fil ligger där en mapp behövs"):
        write_report(tmp_path / "rapport")
    assert names(tmp_path) == ["rapport"]
    assert (tmp_path / "rapport").read_text() == "en fil"


def test_a_report_under_a_file_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "fil").write_text("x")
    with pytest.raises(WorkspaceError):
        write_report(tmp_path / "fil" / "rapport", AssertionError("the work began"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among files")
def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "lista.xlsx"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="no regular file"):
        file_size(pipe)
    with pytest.raises(RawFileError, match="Filen går inte att läsa"):
        check_workbook(pipe)
