"""Editions of raw files."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.errors import RawFileError, WorkspaceError
from uvas_stats.raw.publish import (
    dataset_lock,
    editions,
    free_edition,
    publish,
    read_origin,
    sha256,
    staging_folder,
    to_toml,
    write_raw,
)

TEXT = st.text(st.characters(codec="utf-8"))
VALUE = st.one_of(TEXT, st.integers(-(2**60), 2**60), st.booleans(), st.lists(TEXT), st.dictionaries(TEXT, TEXT))


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), VALUE),
    st.lists(st.dictionaries(st.just("k"), VALUE, min_size=1)),
)
def test_what_is_written_as_toml_is_read_back(content: dict[str, object], tables: list[dict[str, object]]) -> None:
    whole = {**content, **({"zz_tables": tables} if tables else {})}
    assert tomllib.loads(to_toml(whole)) == whole


def staged(raw: Path, text: bytes = b"data") -> tuple[Path, dict[str, object]]:
    staging = staging_folder(raw, "scb_x", "0123456789abcdef0")
    write_raw(staging / "T" / "part_0001.json", text)
    return staging, {"dataset": "scb_x", "files": [{"name": "T/part_0001.json", "sha256": sha256(text)}]}


def test_an_edition_appears_whole(tmp_path: Path) -> None:
    staging, origin = staged(tmp_path)
    assert editions(tmp_path, "scb_x") == []
    edition = publish(staging, tmp_path, "scb_x", "2026-01-01T0600", origin)
    assert editions(tmp_path, "scb_x") == [edition]
    assert read_origin(edition) == origin
    assert not staging.exists()


def test_a_file_that_is_not_what_the_origin_says_is_not_published(tmp_path: Path) -> None:
    staging, origin = staged(tmp_path)
    (staging / "T" / "part_0001.json").write_bytes(b"other")
    with pytest.raises(RawFileError, match="har ändrats"):
        publish(staging, tmp_path, "scb_x", "2026-01-01", origin)
    assert editions(tmp_path, "scb_x") == []


def test_left_overs_are_not_published(tmp_path: Path) -> None:
    staging, origin = staged(tmp_path)
    (staging / "T" / ".part_0002.json.abc.tmp").write_bytes(b"half")
    (staging / "T" / "part_0009.json").write_bytes(b"of another plan")
    edition = publish(staging, tmp_path, "scb_x", "2026-01-01", origin)
    assert sorted(path.name for path in edition.rglob("*") if path.is_file()) == ["origin.toml", "part_0001.json"]


def test_an_edition_is_never_written_over(tmp_path: Path) -> None:
    for number in range(3):
        staging, origin = staged(tmp_path, b"data%d" % number)
        publish(staging, tmp_path, "scb_x", free_edition(tmp_path, "scb_x", "2026-01-01"), origin)
    names = [edition.name for edition in editions(tmp_path, "scb_x")]
    assert names == ["2026-01-01", "2026-01-01_02", "2026-01-01_03"]
    assert (tmp_path / "scb_x" / "2026-01-01" / "T" / "part_0001.json").read_bytes() == b"data0"


def test_folders_without_an_origin_are_no_editions(tmp_path: Path) -> None:
    (tmp_path / "scb_x" / "2026-01-01").mkdir(parents=True)
    (tmp_path / "scb_x" / ".partial-1").mkdir()
    (tmp_path / "scb_x" / ".partial-1" / "origin.toml").write_text("")
    assert editions(tmp_path, "scb_x") == []


def test_the_staging_of_another_question_is_removed(tmp_path: Path) -> None:
    staging, _ = staged(tmp_path)
    other = staging_folder(tmp_path, "scb_x", "f" * 20)
    assert other.is_dir()
    assert not staging.exists()


@pytest.mark.parametrize("content", [None, b"not = [toml", b"\xff\xfe"])
def test_a_damaged_origin_says_so(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "origin.toml").write_bytes(content)
    with pytest.raises(RawFileError, match=r"origin\.toml"):
        read_origin(tmp_path)


def test_a_lock_that_is_held_is_waited_for_and_then_an_error(tmp_path: Path) -> None:
    with (
        dataset_lock(tmp_path, "scb_x"),
        pytest.raises(WorkspaceError, match="En annan hämtning"),
        dataset_lock(tmp_path, "scb_x", wait=0.05),
    ):
        pass
    with dataset_lock(tmp_path, "scb_x", wait=0.05):  # and it is free again
        pass


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "scb_x").write_text("a file where a folder is needed")
    with pytest.raises(WorkspaceError), dataset_lock(tmp_path, "scb_x"):
        pass
