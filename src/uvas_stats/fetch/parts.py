"""The parts of a table: fetched several at a time, halved where they must be, found again after a stop."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_lowercase

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer, ServiceFailingError
from uvas_stats.fetch.plan import TablePlan, make_parts
from uvas_stats.fetch.pxanswer import TooManyCellsError, verify
from uvas_stats.fetch.pxmodel import Query
from uvas_stats.raw.publish import keep_refused, write_raw
from uvas_stats.raw.snapshot import RawFile, raw_file

__all__ = ["TableChangedError", "Work", "fetch_table"]

WORKERS = 6
FAILING_SPLITS = 2
"""How many times a selection that the service fails on is halved before it is given up."""


class TableChangedError(FetchError):
    """The publisher updated the table while it was being fetched."""


@dataclass
class Work:
    """The state of one table's fetch, shared by the threads."""

    plan: TablePlan
    folder: Path
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


def _path(work: Work, name: str) -> Path:
    return work.folder / f"{name}.json"


def _kept_part(work: Work, name: str, query: Query) -> bytes | None:
    """Give a part of an interrupted fetch, if it is there and answers this query."""
    path = _path(work, name)
    if not path.is_file():
        return None
    content = path.read_bytes()
    try:
        updated = verify(Answer(path.as_posix(), 200, content, {}), work.plan.resolved.table, query)
    except FetchError:
        path.unlink()
        return None
    work.note(updated, made=False)
    return content


def _file(work: Work, name: str, query: Query, content: bytes) -> RawFile:
    client = work.plan.client
    text = json.dumps(client.body(query), ensure_ascii=False, separators=(",", ":"))
    url = client.data_url(work.plan.resolved.table.id)
    return raw_file(f"{work.plan.name}/{name}.json", content, url=url, query=text)


def _fetch_part(work: Work, name: str, query: Query) -> list[RawFile]:
    """Fetch one part, in halves if the service finds it too large; give the files it became."""
    halves = make_parts(query, max(1, query.cells // 2)) if query.cells > 1 else ()
    half_names = [f"{name}{ascii_lowercase[index % 26]}" for index in range(len(halves))]
    if any(_path(work, half).is_file() for half in half_names):
        return _fetch_halves(work, half_names, halves)  # an interrupted run has found that it must be split
    kept = _kept_part(work, name, query)
    if kept is not None:
        return [_file(work, name, query, kept)]
    try:
        data = work.plan.client.data(work.plan.resolved.table, query)
    except (TooManyCellsError, ServiceFailingError) as error:
        splits = len(name) - len(name.rstrip(ascii_lowercase))
        if not halves or (isinstance(error, ServiceFailingError) and splits >= FAILING_SPLITS):
            raise
        return _fetch_halves(work, half_names, halves)
    except FetchError as error:
        keep_refused(_path(work, name), error)
        raise
    work.note(data.updated, made=True)
    write_raw(_path(work, name), data.answer.body)
    return [_file(work, name, query, data.answer.body)]


def _fetch_halves(work: Work, names: Sequence[str], halves: Sequence[Query]) -> list[RawFile]:
    files = []
    for name, half in zip(names, halves, strict=True):
        files += _fetch_part(work, name, half)
    return files


def fetch_table(work: Work, report: Callable[[], None]) -> list[RawFile]:
    """Fetch all parts of a table, several at a time; the first error stops the rest."""
    parts = work.plan.parts
    pool = ThreadPoolExecutor(max_workers=min(WORKERS, len(parts)))
    futures: list[Future[list[RawFile]]] = []
    whole = False
    try:
        for number, part in enumerate(parts, start=1):
            future = pool.submit(_fetch_part, work, f"part_{number:04d}", part)
            future.add_done_callback(lambda one: None if one.cancelled() or one.exception() else report())
            futures.append(future)
        waiting = set(futures)
        while waiting and not any(one.done() and one.exception() for one in futures):
            _, waiting = wait(futures, timeout=0.5, return_when=FIRST_EXCEPTION)  # Windows sees Ctrl+C in between
        whole = True
    finally:
        pool.shutdown(wait=whole, cancel_futures=True)  # Ctrl+C does not wait for calls that are under way
    for future in futures:
        if not future.cancelled() and future.exception() is not None:
            raise future.exception() or FetchError("Hämtningen avbröts")
    if waiting:
        raise FetchError("Hämtningen avbröts", where=work.plan.name, todo="Kör igen; den fortsätter")
    return [file for future in futures for file in future.result()]
