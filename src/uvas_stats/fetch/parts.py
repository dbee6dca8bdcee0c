"""The parts of a table: fetched several at a time, halved where they must be, found again after a stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_lowercase

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer, ServiceFailingError
from uvas_stats.fetch.plan import TablePlan, make_parts
from uvas_stats.fetch.pxerrors import TooManyCellsError
from uvas_stats.fetch.pxmodel import PxClient, Query
from uvas_stats.fetch.verify import verify
from uvas_stats.raw.publish import write_raw

__all__ = ["TableChangedError", "Work", "fetch_table", "part_path"]

WORKERS = 6
FAILING_SPLITS = 2
"""How many times a selection that the service fails on is halved before it is given up."""


class TableChangedError(FetchError):
    """The publisher updated the table while it was being fetched."""


@dataclass
class Work:
    """The state of one table's fetch, shared by the threads."""

    client: PxClient
    plan: TablePlan
    folder: Path
    files: list[tuple[str, Query]] = field(default_factory=list)
    made: int = 0
    resumed: int = 0
    stamps: set[str] = field(default_factory=set)
    """When the answers say that the table was updated; more than one means that it was meanwhile."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, updated: str, *, made: bool) -> None:
        """Count a part, and compare when the table was updated with the other answers and the metadata.

        Version 1 lists the time in another zone than its answers, and says so by leaving out the Z.
        """
        said = self.plan.resolved.table.updated
        with self.lock:
            if updated:
                self.stamps.add(updated)
            if said.endswith("Z"):
                self.stamps.add(said)
            if len(self.stamps) > 1:
                raise TableChangedError(
                    "Tabellen uppdaterades medan den hämtades", where=self.plan.resolved.table.id, todo="Kör igen"
                )
            self.made += made
            self.resumed += not made


def part_path(folder: Path, name: str) -> Path:
    """Give the file of a part."""
    return folder / f"{name}.json"


def _kept_part(path: Path, work: Work, query: Query) -> str | None:
    """Give when the table was updated, if a part of an interrupted fetch is there and answers this query."""
    if not path.is_file():
        return None
    try:
        return verify(Answer(path.as_posix(), 200, path.read_bytes(), {}), work.plan.resolved.table, query)
    except FetchError:
        path.unlink()
        return None


def _fetch_part(work: Work, name: str, query: Query) -> list[tuple[str, Query]]:
    """Fetch one part, in halves if the service finds it too large; give the files it became."""
    halves = make_parts(query, max(1, query.cells // 2)) if query.cells > 1 else ()
    half_names = [f"{name}{ascii_lowercase[index % 26]}" for index in range(len(halves))]
    if any(part_path(work.folder, half).is_file() for half in half_names):
        return _fetch_halves(work, half_names, halves)  # an interrupted run has found that it must be split
    path = part_path(work.folder, name)
    kept = _kept_part(path, work, query)
    if kept is not None:
        work.note(kept, made=False)
        return [(name, query)]
    try:
        data = work.client.data(work.plan.resolved.table, query)
    except (TooManyCellsError, ServiceFailingError) as error:
        splits = len(name) - len(name.rstrip(ascii_lowercase))
        if not halves or (isinstance(error, ServiceFailingError) and splits >= FAILING_SPLITS):
            raise
        return _fetch_halves(work, half_names, halves)
    work.note(data.updated, made=True)
    write_raw(path, data.answer.body)
    return [(name, query)]


def _fetch_halves(work: Work, names: Sequence[str], halves: Sequence[Query]) -> list[tuple[str, Query]]:
    files = []
    for name, half in zip(names, halves, strict=True):
        files += _fetch_part(work, name, half)
    return files


def fetch_table(work: Work, report: Callable[[], None]) -> None:
    """Fetch all parts of a table, several at a time; the first error stops the rest."""
    parts = work.plan.parts
    with ThreadPoolExecutor(max_workers=min(WORKERS, len(parts))) as pool:
        futures: list[Future[list[tuple[str, Query]]]] = []
        for number, part in enumerate(parts, start=1):
            future = pool.submit(_fetch_part, work, f"part_{number:04d}", part)
            future.add_done_callback(lambda one: None if one.cancelled() or one.exception() else report())
            futures.append(future)
        try:
            _, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            for future in futures:
                future.cancel()
    for future in futures:
        if not future.cancelled() and future.exception() is not None:
            raise future.exception() or FetchError("Hämtningen avbröts")
    if waiting:
        raise FetchError("Hämtningen avbröts", where=work.plan.name, todo="Kör igen; den fortsätter")
    work.files = [file for future in futures for file in future.result()]
