"""Plans of files: those that a service gives whole, and those that were downloaded by hand.

A source says which files it wants and how each is got.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from uvas_stats.catalog import Dataset
from uvas_stats.errors import FetchError
from uvas_stats.raw.publish import (
    Gathered,
    Outcome,
    Progress,
    dataset_lock,
    keep_refused,
    make_edition,
    utc_now,
    write_raw,
)
from uvas_stats.raw.rejected import Check
from uvas_stats.raw.snapshot import RawFile, Snapshot, raw_file, read_file, sha256

__all__ = ["FilePlan", "Wanted", "fetch_files"]

MOST_FAILED = 4
"""One file may be missing of an edition, or one in so many of those that are optional: else the service fails."""


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
    optional: bool = False
    """Left out, with a note, where it cannot be got."""


@dataclass(frozen=True)
class FilePlan:
    """What makes an edition of a dataset of files, and how each file is got."""

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
    left_out: tuple[str, ...] = ()
    """What the source has not, or could not be trusted, and was passed over: a line each, for the analyst."""

    held: Snapshot | None = None
    """The edition that lends an optional file which cannot be had today."""

    def _lent(self, name: str) -> tuple[bytes, str]:
        """Give a file of the edition that is held, and words that say so; empty where it has none."""
        for file in self.held.files if self.held is not None else ():
            if self.held is not None and file.name == name:
                return read_file(self.held, file), f"; den från utgåvan {self.held.edition} följer med"
        return b"", ""

    @property
    def calls(self) -> int:
        """How many files there are."""
        return len(self.wanted)

    @property
    def unchanged(self) -> bool:
        """Never known beforehand: files are compared when they have been got."""
        return False

    def key(self, day: dt.date) -> str:
        """Name the question of a day."""
        lines = [f"{one.name} {one.url} {one.query}" for one in self.wanted]
        return sha256("\n".join([self.edition or day.isoformat(), *lines]).encode())

    def gather(self, staging: Path, moment: dt.datetime, report: Callable[[], None]) -> Gathered:
        """Get the files one after another.

        Parameters
        ----------
        staging
            Where they are put, and where those of an interrupted fetch are.
        moment
            When they are fetched.
        report
            Called after each file.
        """
        files: list[RawFile] = []
        failed: list[FetchError] = []
        resumed, notes = 0, list(self.left_out)
        for one in self.wanted:
            path = staging / one.name
            if path.is_file():  # written whole or not at all
                content = path.read_bytes()
                resumed += 1
            else:
                try:
                    content = self.get(one)
                except FetchError as error:
                    keep_refused(path, error)
                    failed.append(error)
                    if not one.optional:
                        raise
                    if len(failed) > max(1, len(self.wanted) // MOST_FAILED):
                        raise failed[0] from error
                    content, lent = self._lent(one.name)
                    notes.append(f"{one.name} hämtades inte: {error.what}{lent}.")
                    if not lent:
                        continue
                write_raw(path, content)
            files.append(raw_file(one.name, content, role=one.role, url=one.url, query=one.query))
            report()
        if failed and not any(file.role == "data" for file in files):
            raise failed[0]
        snapshot = Snapshot(
            dataset=self.dataset.id,
            edition=self.edition or moment.date().isoformat(),
            title=self.dataset.title,
            publisher=self.dataset.publisher,
            licence=self.dataset.licence,
            url=self.dataset.landing_page,
            retrieved=moment.date(),
            retrieved_at=moment.astimezone(dt.UTC).replace(microsecond=0),
            note=self.note,
            notes=tuple(notes),
            options=dict(self.options),
            files=tuple(files),
        )
        return Gathered(snapshot, len(files) - resumed, resumed)


def fetch_files(
    plan: FilePlan,
    raw: Path,
    *,
    progress: Progress | None = None,
    now: Callable[[], dt.datetime] = utc_now,
    before: Check | None = None,
    by_hand: bool = False,
) -> Outcome[FilePlan]:
    """Get the files of a plan and publish them as an edition, under the dataset's lock.

    Parameters
    ----------
    plan, raw, progress, now, before, by_hand
        As in :func:`make_edition`.

    Raises
    ------
    UvasStatsError
        As :func:`make_edition` does.
    """
    with dataset_lock(raw, plan.dataset.id):
        return make_edition(plan.dataset.id, plan, raw, progress=progress, now=now, before=before, by_hand=by_hand)
