"""Editions of raw files: written aside, verified, moved into place whole, and never changed afterwards.

While a fetch goes on, its files lie in ``data/raw/<dataset>/.partial-<key>/``, where an interrupted fetch finds
them again. A plan says which files an edition has and how they are got; all else is the same for all plans.
"""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from filelock import FileLock, Timeout

from uvas_stats.errors import FetchError, WorkspaceError
from uvas_stats.raw.rejected import Check, clear_error, keep_rejected
from uvas_stats.raw.snapshot import (
    ORIGIN,
    Snapshot,
    editions,
    newest_snapshot,
    read_file,
    read_snapshot,
    same_files,
    write_origin,
)
from uvas_stats.workspace import atomic_file, writing

__all__ = [
    "Gathered",
    "Outcome",
    "Plan",
    "Progress",
    "dataset_lock",
    "free_edition",
    "keep_refused",
    "make_edition",
    "publish",
    "staging_folder",
    "utc_now",
    "write_raw",
]

_PARTIAL, _REFUSED = ".partial-", ".refused"
Progress = Callable[[str, int, int], None]
"""Is told the dataset, how many calls are done and how many there are."""


@dataclass(frozen=True)
class Gathered:
    """The files of a plan, all in the staging folder."""

    snapshot: Snapshot
    """What they are; its edition is the name that is wanted."""
    made: int
    """How many files were got."""
    resumed: int
    """How many were there from an interrupted fetch."""


class Plan(Protocol):
    """What makes an edition of a dataset, and how its files are got."""

    @property
    def calls(self) -> int:
        """How many files there are to get."""

    @property
    def unchanged(self) -> bool:
        """Whether it is known beforehand that nothing is new."""

    def key(self, day: dt.date) -> str:
        """Name the question, so that an interrupted fetch is taken up again and not mixed with another."""

    def gather(self, staging: Path, moment: dt.datetime, report: Callable[[], None]) -> Gathered:
        """Get the files that are not in the staging folder, and report each."""


P = TypeVar("P", bound=Plan)


@dataclass(frozen=True)
class Outcome(Generic[P]):
    """What a plan led to."""

    dataset: str
    edition: Path | None
    """The new edition; None where nothing was new."""
    plan: P
    made: int = 0
    """How many files were got."""
    resumed: int = 0
    """How many files were there from an interrupted fetch."""
    notes: tuple[str, ...] = ()
    """What was left out or read otherwise than as it stands, a line each."""


def utc_now() -> dt.datetime:
    """Return the time, which tests replace."""
    return dt.datetime.now(dt.UTC)


@contextmanager
def dataset_lock(raw: Path, dataset: str, wait: float = 3600.0) -> Iterator[None]:
    """Let one process at a time fetch a dataset. The operating system frees the lock if the process dies.

    Parameters
    ----------
    raw, dataset
        The folder of raw files, and the dataset.
    wait
        Seconds to wait for another process.

    Raises
    ------
    WorkspaceError
        If another process holds it too long, or the folder cannot be written.
    """
    folder = raw / dataset
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", timeout=wait)
    with writing(folder):
        try:
            lock.acquire()
        except Timeout as error:  # is an OSError too, but not one of the disk's
            raise WorkspaceError(
                "En annan hämtning av samma datamängd pågår", where=folder, todo="Vänta tills den är klar"
            ) from error
    try:
        yield
    finally:
        lock.release()


def staging_folder(raw: Path, dataset: str, key: str) -> Path:
    """Give the folder of an unfinished fetch, the same for the same question; remove those of other questions.

    Parameters
    ----------
    raw, dataset
        The folder of raw files, and the dataset.
    key
        Names the question.
    """
    folder = raw / dataset / f"{_PARTIAL}{key[:16]}"
    for other in (raw / dataset).glob(f"{_PARTIAL}*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_raw(path: Path, content: bytes) -> None:
    """Write one response, whole or not at all."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


def keep_refused(path: Path, error: FetchError) -> None:
    """Keep what was answered instead of a file in ``.refused`` beside the editions; no later run removes it.

    Parameters
    ----------
    path
        Where the file would be, in the staging folder.
    error
        Why the answer was not taken.
    """
    if error.body:
        staging = next(folder for folder in path.parents if folder.name.startswith(_PARTIAL))
        kept = staging.parent / _REFUSED / path.relative_to(staging)
        with writing(kept):
            kept.parent.mkdir(parents=True, exist_ok=True)
        write_raw(kept, error.body)


def free_edition(raw: Path, dataset: str, wanted: str) -> str:
    """Give the name of a new edition: the wanted one, or with a number if an edition has it already.

    Parameters
    ----------
    raw, dataset
        The folder of raw files, and the dataset.
    wanted
        The name without a number.
    """
    taken = {path.name for path in editions(raw, dataset)}
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number:02d}"
    return name


def make_edition(
    dataset: str,
    plan: P,
    raw: Path,
    *,
    progress: Progress | None = None,
    now: Callable[[], dt.datetime] = utc_now,
    before: Check | None = None,
    by_hand: bool = False,
) -> Outcome[P]:
    """Get the files of a plan and publish them as an edition. The caller holds the dataset's lock.

    Parameters
    ----------
    dataset, plan
        What to get.
    raw
        The folder of raw files.
    progress
        Is told of each file.
    now
        Replaced by tests.
    before
        Looks at the folder with all files and its ``origin.toml`` before it becomes an edition, and raises if it
        should not. What is refused is kept in a folder ``rejected_<date>``.
    by_hand
        Whether the files are copies of the user's own: none of an earlier run is used, and none is kept when they
        are refused.

    Returns
    -------
    Outcome
        Its edition is None if the newest edition has the same files and options.

    Raises
    ------
    UvasStatsError
        If a file cannot be had or is not what it should be. What has been got stays for the next run, but nothing
        is published and nothing that was there is touched.
    """
    if plan.unchanged:
        return Outcome(dataset, None, plan)
    moment, newest = now(), newest_snapshot(raw, dataset)
    if newest is not None and newest.retrieved > moment.date() and not by_hand:
        raise WorkspaceError(
            f"Datorns klocka står på {moment.date()}, men den senaste utgåvan är hämtad {newest.retrieved}",
            where=newest.folder,
            todo="Ställ klockan rätt, eller ta bort utgåvan om det är den som har fel datum",
        )
    staging = staging_folder(raw, dataset, plan.key(moment.date()))
    if by_hand:
        shutil.rmtree(staging, ignore_errors=True)
    done = itertools.count(1)  # counting is safe from several threads

    def report() -> None:
        number = next(done)
        if progress is not None:
            progress(dataset, number, plan.calls)

    gathered = plan.gather(staging, moment, report)
    wanted = replace(gathered.snapshot, folder=staging)
    if newest is not None and same_files(newest, wanted):
        shutil.rmtree(staging, ignore_errors=True)
        return Outcome(dataset, None, plan, gathered.made, gathered.resumed, wanted.notes)
    try:
        folder = publish(replace(wanted, edition=free_edition(raw, dataset, wanted.edition)), raw, before)
    except WorkspaceError:
        raise  # a full disk says nothing of the files, which the next run takes up again
    except Exception as error:
        if by_hand:
            shutil.rmtree(staging, ignore_errors=True)
            raise clear_error(error, staging, staging) from error
        raise keep_rejected(wanted, raw, moment.date(), error) from error
    return Outcome(dataset, folder, plan, gathered.made, gathered.resumed, read_snapshot(folder).notes)


def publish(snapshot: Snapshot, raw: Path, before: Check | None = None) -> Path:
    """Turn a staging folder into an edition: check every file, write ``origin.toml`` last, move the folder.

    Parameters
    ----------
    snapshot
        What the files are; its folder is the staging folder.
    raw
        The folder of raw files.
    before
        Looks at the whole folder before it is moved, and raises if it should not become an edition; what it notes
        is written in ``origin.toml``.

    Returns
    -------
    Path
        The edition's folder.

    Raises
    ------
    RawFileError
        If a file is not what the snapshot says.
    WorkspaceError
        If the disk is full or the folder cannot be moved; nothing has then been published.
    """
    staging = snapshot.folder
    for file in snapshot.files:
        read_file(snapshot, file)
    write_origin(snapshot)
    notes = before(staging) if before is not None else ()
    if notes:
        write_origin(replace(snapshot, notes=tuple(dict.fromkeys((*snapshot.notes, *notes)))))
    named = {file.name for file in snapshot.files} | {ORIGIN}
    for path in list(staging.rglob("*")):
        if path.is_file() and path.relative_to(staging).as_posix() not in named:
            path.unlink()  # left by a run that was stopped in the middle of writing
    target = raw / snapshot.dataset / snapshot.edition
    with writing(target):
        if target.is_dir() and not (target / ORIGIN).is_file() and not any(target.iterdir()):
            target.rmdir()
        staging.rename(target)
    return target
