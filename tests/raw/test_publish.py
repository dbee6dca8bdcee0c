"""Editions of raw files."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.errors import RawFileError, WorkspaceError
from uvas_stats.raw.publish import dataset_lock, free_edition, publish, staging_folder, write_raw
from uvas_stats.raw.snapshot import (
    RawTable,
    Snapshot,
    editions,
    raw_file,
    read_snapshot,
    write_origin,
)

TEXT = st.text(st.characters(codec="utf-8"))
TEXTS = st.lists(TEXT).map(tuple)
MEANING = st.dictionaries(TEXT, st.dictionaries(TEXT, TEXT))
TABLE = st.builds(
    RawTable, name=TEXT, title=TEXT, noise=st.booleans(), notes=TEXTS, periods=TEXTS, meaning=MEANING
)


def snapshot(folder: Path, text: bytes = b"data", edition: str = "2026-01-01") -> Snapshot:
    return Snapshot(
        dataset="scb_x",
        edition=edition,
        title="Titel",
        publisher="SCB",
        url="",
        retrieved=dt.date(2026, 1, 1),
        licence="CC0",
        files=(raw_file("T/part_0001.json", text),),
        folder=folder,
    )


@given(TEXT, TEXT, st.dictionaries(TEXT, TEXT), st.datetimes(), st.lists(TABLE).map(tuple))
def test_what_is_written_as_toml_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    title: str,
    note: str,
    options: dict[str, str],
    moment: dt.datetime,
    tables: tuple[RawTable, ...],
) -> None:
    stamp = moment.replace(microsecond=0, tzinfo=dt.UTC)
    written = replace(
        snapshot(tmp_path_factory.mktemp("edition")),
        title=title,
        retrieved=stamp.date(),
        retrieved_at=stamp,
        **({"tables": tables} if tables else {"note": note, "options": options}),  # type: ignore[arg-type]
    )
    write_origin(written)
    assert read_snapshot(written.folder, placed=False) == written


def staged(raw: Path, text: bytes = b"data", edition: str = "2026-01-01") -> Snapshot:
    staging = staging_folder(raw, "scb_x", "0123456789abcdef0")
    write_raw(staging / "T" / "part_0001.json", text)
    return snapshot(staging, text, edition)


def test_an_edition_appears_whole(tmp_path: Path) -> None:
    made = staged(tmp_path, edition="2026-01-01T0600")
    assert editions(tmp_path, "scb_x") == []
    edition = publish(made, tmp_path)
    assert editions(tmp_path, "scb_x") == [edition]
    assert read_snapshot(edition) == replace(made, folder=edition)
    assert not made.folder.exists()


def test_a_file_that_is_not_what_the_origin_says_is_not_published(tmp_path: Path) -> None:
    made = staged(tmp_path)
    (made.folder / "T" / "part_0001.json").write_bytes(b"other")
    with pytest.raises(RawFileError, match="har ändrats"):
        publish(made, tmp_path)
    assert editions(tmp_path, "scb_x") == []


def test_left_overs_are_not_published(tmp_path: Path) -> None:
    made = staged(tmp_path)
    (made.folder / "T" / ".part_0002.json.abc.tmp").write_bytes(b"half")
    (made.folder / "T" / "part_0009.json").write_bytes(b"of another plan")
    edition = publish(made, tmp_path)
    assert sorted(path.name for path in edition.rglob("*") if path.is_file()) == ["origin.toml", "part_0001.json"]


def test_an_edition_is_never_written_over(tmp_path: Path) -> None:
    for number in range(3):
        edition = free_edition(tmp_path, "scb_x", "2026-01-01")
        publish(staged(tmp_path, b"data%d" % number, edition), tmp_path)
    names = [edition.name for edition in editions(tmp_path, "scb_x")]
    assert names == ["2026-01-01", "2026-01-01_02", "2026-01-01_03"]
    assert (tmp_path / "scb_x" / "2026-01-01" / "T" / "part_0001.json").read_bytes() == b"data0"


def test_folders_without_an_origin_are_no_editions(tmp_path: Path) -> None:
    (tmp_path / "scb_x" / "2026-01-01").mkdir(parents=True)
    (tmp_path / "scb_x" / ".partial-1").mkdir()
    (tmp_path / "scb_x" / ".partial-1" / "origin.toml").write_text("")
    assert editions(tmp_path, "scb_x") == []


def test_the_staging_of_another_question_is_removed(tmp_path: Path) -> None:
    staging = staged(tmp_path).folder
    other = staging_folder(tmp_path, "scb_x", "f" * 20)
    assert other.is_dir()
    assert not staging.exists()


@pytest.mark.parametrize("content", [None, b"not = [toml", b"\xff\xfe"])
def test_a_damaged_origin_says_so(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "origin.toml").write_bytes(content)
    with pytest.raises(RawFileError, match=r"origin\.toml"):
        read_snapshot(tmp_path)


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
