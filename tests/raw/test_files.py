"""Editions of files: kept whole, resumed, compared, and never half."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from uvas_stats.catalog import Dataset
from uvas_stats.errors import FetchError, RawFileError, WorkspaceError
from uvas_stats.raw.files import FilePlan, Wanted, fetch_files
from uvas_stats.raw.rejected import rejected_folders, rejection
from uvas_stats.raw.snapshot import editions, list_snapshots, read_snapshot, verify

PROV = Dataset("prov", "Prov", "Skolverket", "CC0", "https://www.skolverket.se/", "årligen", "")


def at(day: int) -> Callable[[], dt.datetime]:
    return lambda: dt.datetime(2026, 1, day, 12, tzinfo=dt.UTC)


def plan(get: Callable[[Wanted], bytes], *names: str, **options: str) -> FilePlan:
    return FilePlan(
        dataset=PROV,
        wanted=tuple(Wanted(name, url=f"https://www.skolverket.se/{name}") for name in names),
        get=get,
        options=options,
    )


def test_files_become_an_edition_that_says_where_they_come_from(tmp_path: Path) -> None:
    outcome = fetch_files(
        plan(lambda one: one.name.encode(), "a.csv", "b.csv", läsår="2024/25"), tmp_path, now=at(5)
    )
    (snapshot,) = list_snapshots([tmp_path])
    verify(snapshot)
    assert (snapshot.edition, snapshot.options) == ("2026-01-05", {"läsår": "2024/25"})
    assert [file.url for file in snapshot.files] == [f"https://www.skolverket.se/{n}.csv" for n in "ab"]
    assert outcome.edition == snapshot.folder
    assert not list(tmp_path.rglob(".partial-*"))


def test_the_same_files_make_no_new_edition_and_changed_ones_do(tmp_path: Path) -> None:
    fetch_files(plan(lambda _: b"1", "a.csv"), tmp_path, now=at(5))
    assert fetch_files(plan(lambda _: b"1", "a.csv"), tmp_path, now=at(6)).edition is None
    assert (
        fetch_files(plan(lambda _: b"2", "a.csv"), tmp_path, now=at(6)).edition == tmp_path / "prov" / "2026-01-06"
    )
    again = fetch_files(plan(lambda _: b"3", "a.csv"), tmp_path, now=at(6)).edition
    assert again is not None
    assert again.name == "2026-01-06_02"
    assert len(list_snapshots([tmp_path])) == 3


def test_an_interrupted_fetch_asks_only_for_what_is_missing(tmp_path: Path) -> None:
    asked: list[str] = []

    def get(one: Wanted) -> bytes:
        asked.append(one.name)
        if one.name == "b.csv" and asked.count("b.csv") == 1:
            raise FetchError("Tjänsten svarar inte")
        return one.name.encode()

    with pytest.raises(FetchError):
        fetch_files(plan(get, "a.csv", "b.csv", "c.csv"), tmp_path, now=at(5))
    assert list_snapshots([tmp_path]) == []
    outcome = fetch_files(plan(get, "a.csv", "b.csv", "c.csv"), tmp_path, now=at(5))
    assert asked == ["a.csv", "b.csv", "b.csv", "c.csv"]
    assert outcome.resumed == 1


def test_a_clock_that_has_been_set_back_makes_no_edition_older_than_the_newest(tmp_path: Path) -> None:
    fetch_files(plan(lambda _: b"1", "a.csv"), tmp_path, now=at(6))
    asked: list[str] = []
    with pytest.raises(WorkspaceError) as caught:
        fetch_files(plan(lambda one: asked.append(one.name) or b"2", "a.csv"), tmp_path, now=at(5))
    assert str(caught.value) == (
        "Datorns klocka står på 2026-01-05, men den senaste utgåvan är hämtad 2026-01-06 "
        f"({tmp_path / 'prov' / '2026-01-06'}). "
        "Ställ klockan rätt, eller ta bort utgåvan om det är den som har fel datum."
    )
    assert asked == []
    assert [one.name for one in (tmp_path / "prov").iterdir() if one.is_dir()] == ["2026-01-06"]


def refuse(folder: Path) -> list[str]:
    assert (folder / "origin.toml").is_file()
    raise RawFileError("Rubriken är okänd", where=folder / "a.csv", todo="Se filen")


def test_what_cannot_be_read_is_kept_beside_the_editions_and_never_taken_for_one(tmp_path: Path) -> None:
    raw = tmp_path / "data" / "raw"
    fetch_files(plan(lambda _: b"1", "a.csv"), raw, now=at(5))
    with pytest.raises(RawFileError) as caught:
        fetch_files(plan(lambda _: b"2", "a.csv"), raw, now=at(6), before=refuse)
    (folder,) = rejected_folders(raw)
    assert folder == raw / "prov" / "rejected_2026-01-06"
    assert str(caught.value) == (
        f"Rubriken är okänd ({folder / 'a.csv'}). Se filen. Det hämtade ligger kvar i "
        "data/raw/prov/rejected_2026-01-06 och läses på nytt med: uvas adopt --rejected prov."
    )
    assert rejection(folder) == f"Rubriken är okänd ({folder / 'a.csv'}). Se filen."
    assert (folder / "a.csv").read_bytes() == b"2"
    verify(read_snapshot(folder, placed=False))
    assert [one.edition for one in list_snapshots([raw])] == ["2026-01-05"]
    assert [one.name for one in editions(raw, "prov")] == ["2026-01-05"]
    assert not list(raw.rglob(".partial-*"))


def test_the_same_bytes_refused_twice_are_stored_once_and_others_beside_them(tmp_path: Path) -> None:
    for content in (b"2", b"2", b"3"):
        with pytest.raises(RawFileError, match="Rubriken"):
            fetch_files(plan(lambda _, it=content: it, "a.csv"), tmp_path, now=at(6), before=refuse)  # type: ignore[misc]
    names = ["rejected_2026-01-06", "rejected_2026-01-06_02"]
    assert [folder.name for folder in rejected_folders(tmp_path, "prov")] == names


def test_an_answer_that_was_not_taken_outlives_the_next_question(tmp_path: Path) -> None:
    def refuse_it(_: Wanted) -> bytes:
        error = FetchError("Filen gäller ett annat år")
        error.body = b"2019"
        raise error

    with pytest.raises(FetchError, match="annat år"):
        fetch_files(plan(refuse_it, "a.csv", fraga="1"), tmp_path, now=at(5))
    fetch_files(plan(lambda _: b"2020", "a.csv", fraga="2"), tmp_path, now=at(6))
    assert (tmp_path / "prov" / ".refused" / "a.csv").read_bytes() == b"2019"
    assert [one.edition for one in list_snapshots([tmp_path])] == ["2026-01-06"]


def test_a_fault_in_the_reader_is_an_error_and_what_was_refused_is_asked_for_again(tmp_path: Path) -> None:
    def stumble(folder: Path) -> list[str]:
        if (folder / "a.csv").read_bytes() == b"bad":
            raise KeyError("hemlig")
        return ["Bladet X lästes inte."]

    with pytest.raises(RawFileError, match=r"Läsaren stannade på ett oväntat fel: KeyError i test_files\.py rad"):
        fetch_files(plan(lambda _: b"bad", "a.csv"), tmp_path, now=at(6), before=stumble)
    assert "hemlig" not in rejection(*rejected_folders(tmp_path))
    outcome = fetch_files(plan(lambda _: b"good", "a.csv"), tmp_path, now=at(6), before=stumble)
    assert (outcome.resumed, outcome.notes) == (0, ("Bladet X lästes inte.",))
    assert list_snapshots([tmp_path])[0].notes == outcome.notes


def test_a_full_disk_is_no_fault_of_the_files(tmp_path: Path) -> None:
    def full(_: Path) -> list[str]:
        raise WorkspaceError("Disken är full")

    with pytest.raises(WorkspaceError):
        fetch_files(plan(lambda _: b"1", "a.csv"), tmp_path, now=at(6), before=full)
    assert rejected_folders(tmp_path) == []
    assert fetch_files(plan(lambda _: b"1", "a.csv"), tmp_path, now=at(6)).resumed == 1
