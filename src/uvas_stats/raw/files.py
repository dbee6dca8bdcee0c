"""Editions of files that services give whole, and of files that were downloaded by hand.

A source says which files it wants and how each is got; here they are kept, resumed, compared with what is already
held, and published as an edition.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from uvas_stats.catalog import Dataset
from uvas_stats.errors import ObservationError, RawFileError
from uvas_stats.raw.publish import (
    dataset_lock,
    editions,
    file_entry,
    free_edition,
    publish,
    read_origin,
    same_files,
    sha256,
    staging_folder,
    write_raw,
)

__all__ = ["FileOutcome", "FilePlan", "Progress", "Wanted", "fetch_files"]


Progress = Callable[[str, int, int], None]
"""Is told the dataset, how many calls are done and how many there are."""


@dataclass(frozen=True)
class Wanted:
    """One file to get."""

    name: str
    """Its name in the edition: letters, digits, ``_ . ( ) + -`` and at most one folder."""
    url: str = ""
    """Where it comes from, as origin.toml tells it."""
    query: str = ""
    """The question that it answers, where the address does not say all; also tells two plans apart."""
    role: str = "data"
    """``data`` for what the reader reads, else ``metadata``."""


@dataclass(frozen=True)
class FilePlan:
    """What makes an edition of a dataset, and how each file is got."""

    dataset: Dataset
    wanted: tuple[Wanted, ...]
    get: Callable[[Wanted], bytes]
    """Gives the bytes of a file, looked at so far that they are what they should be; raises FetchError or
    RawFileError otherwise."""
    note: str = ""
    edition: str = ""
    """A date that the publisher gives the files; if empty, the day they are fetched."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What the reader must know that the files do not say."""


@dataclass(frozen=True)
class FileOutcome:
    """What a fetch of files did."""

    dataset: str
    edition: Path | None
    """The new edition; None where the files are those of the newest one."""
    files: int
    resumed: int
    """How many files were there from an interrupted fetch."""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _key(plan: FilePlan, moment: dt.datetime) -> str:
    """Name the question, so that an interrupted fetch is taken up the same day and not mixed with another."""
    lines = [f"{one.name} {one.url} {one.query}" for one in plan.wanted]
    return sha256("\n".join([plan.edition or moment.date().isoformat(), *lines]).encode())


def _gather(plan: FilePlan, staging: Path, progress: Progress | None) -> tuple[list[dict[str, Any]], int]:
    files, resumed = [], 0
    for number, one in enumerate(plan.wanted, start=1):
        path = staging / one.name
        if path.is_file():  # written whole or not at all
            resumed += 1
        else:
            write_raw(path, plan.get(one))
        files.append(file_entry(staging, path, one.role, one.url, one.query))
        if progress is not None:
            progress(plan.dataset.id, number, len(plan.wanted))
    return files, resumed


def _origin(
    plan: FilePlan, edition: str, moment: dt.datetime, files: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "dataset": plan.dataset.id,
        "edition": edition,
        "title": plan.dataset.title,
        "publisher": plan.dataset.publisher,
        "licence": plan.dataset.licence,
        "url": plan.dataset.landing_page,
        "retrieved": moment.astimezone(dt.UTC).replace(microsecond=0),
        "note": plan.note,
        "options": dict(plan.options),
        "files": list(files),
    }


def fetch_files(
    plan: FilePlan,
    raw: Path,
    *,
    progress: Progress | None = None,
    now: Callable[[], dt.datetime] = _now,
    before: Callable[[Path], None] | None = None,
    resume: bool = True,
) -> FileOutcome:
    """Get the files of a plan and publish them as an edition, under the dataset's lock.

    Parameters
    ----------
    plan
        What to get.
    raw
        The folder of raw files.
    progress
        Is told of each file.
    now
        Replaced by tests.
    before
        Looks at the folder with all files and its ``origin.toml`` before it becomes an edition, and raises
        RawFileError if it should not.
    resume
        Whether files of an interrupted fetch are used.

    Returns
    -------
    FileOutcome
        Its edition is None if the newest edition has the same files and options.

    Raises
    ------
    UvasStatsError
        If a file cannot be had or is not what it should be. What has been got stays for the next run, but nothing
        is published and nothing that was there is touched.
    """
    moment, dataset = now(), plan.dataset.id
    with dataset_lock(raw, dataset):
        staging = staging_folder(raw, dataset, _key(plan, moment))
        if not resume:
            shutil.rmtree(staging, ignore_errors=True)
        files, resumed = _gather(plan, staging, progress)
        old = editions(raw, dataset)
        newest = read_origin(old[-1]) if old else {}
        if old and same_files(newest, files) and newest.get("options", {}) == dict(plan.options):
            shutil.rmtree(staging, ignore_errors=True)
            return FileOutcome(dataset, None, len(files), resumed)
        edition = free_edition(raw, dataset, plan.edition or moment.date().isoformat())
        origin = _origin(plan, edition, moment, files)
        try:
            path = publish(staging, raw, dataset, edition, origin, before)
        except (RawFileError, ObservationError):
            shutil.rmtree(staging, ignore_errors=True)  # what cannot be read is not taken up again
            raise
        return FileOutcome(dataset, path, len(files), resumed)
