"""Editions of files: kept whole, resumed, compared, and never half."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from uvas_stats.catalog import Dataset
from uvas_stats.errors import FetchError, RawFileError
from uvas_stats.raw.files import FilePlan, Wanted, fetch_files
from uvas_stats.raw.snapshot import list_snapshots, verify

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


def test_what_cannot_be_read_is_never_published_nor_taken_up_again(tmp_path: Path) -> None:
    def refuse(folder: Path) -> None:
        assert (folder / "origin.toml").is_file()
        raise RawFileError("Rubriken är okänd", where=folder / "a.csv")

    fetch_files(plan(lambda _: b"1", "a.csv"), tmp_path, now=at(5))
    with pytest.raises(RawFileError, match="Rubriken"):
        fetch_files(plan(lambda _: b"2", "a.csv"), tmp_path, now=at(6), before=refuse)
    assert [one.edition for one in list_snapshots([tmp_path])] == ["2026-01-05"]
    assert not list(tmp_path.rglob(".partial-*"))
