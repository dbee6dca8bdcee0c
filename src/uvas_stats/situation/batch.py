"""Export several programmes at once, each in a process of its own, with progress in a terminal."""

from __future__ import annotations

import _thread
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from uvas_stats.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from uvas_stats.catalog import Programme
    from uvas_stats.errors import CatalogError

__all__ = ["Exported", "export_all"]


MOST_PROCESSES = 61
"""Windows waits for no more than that."""
_PATIENCE = 1.0
"""Seconds that a process has for what it cleans up when the one that started it has ended."""


@dataclass(frozen=True)
class Exported:
    """What was written for one programme."""

    name: str
    folder: Path
    files: tuple[Path, ...]
    kept: tuple[str, ...] = ()
    """What is said of files that had been edited and are kept under another name."""


@dataclass(frozen=True)
class _Job:
    """One export, as it is sent to a process."""

    root: Path
    programme: str | None
    kommun: str | None
    group: str | None
    period: str | None
    out: Path | None
    template: Path | None


_Rest = tuple[str | None, Path | None, Path | None]
"""Period, folder and template: the same for all exports."""


def _run(job: _Job) -> Exported:
    """Export one nuläge; data/processed has been brought up to date before."""
    from uvas_stats.situation import facade

    workspace = Workspace(job.root)
    one = facade.nulage(job.programme, kommun=job.kommun, group=job.group, period=job.period, workspace=workspace)
    base = workspace.reports if job.out is None else job.out
    result = one.export(base / one.programme.id, template=job.template)
    return Exported(one.programme.name, result.folder, result.files, result.kept)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show a bar on stderr when it is a terminal; otherwise be silent."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(file=sys.__stderr__)  # a bar steers the terminal; sys.stderr does not let it
    columns = (TextColumn("Nuläge"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


_ended, _busy, _leaving = threading.Event(), threading.Event(), threading.Event()
"""In a process of the pool: the one that started it has ended, something is being exported, or it is to go."""


def _start(alive: Connection) -> None:
    """Make a process end with the one that started it, and load what an export needs meanwhile."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    threading.Thread(target=_watch, args=(alive,), daemon=True).start()
    _warm()


def _stop(number: int, _: object) -> None:
    """End once; Ctrl+C in a terminal is sent to all, and is the first process's to take."""
    if not _leaving.is_set() and (number == signal.SIGTERM or _ended.is_set()):
        _leaving.set()
        raise SystemExit


def _watch(alive: Connection) -> None:
    with suppress(EOFError, OSError):
        alive.recv_bytes()  # nothing is ever sent: it ends when the other end is closed, by a death too
    _ended.set()
    if _busy.is_set():
        _thread.interrupt_main()
        time.sleep(_PATIENCE)
    os._exit(1)


def _warm() -> None:
    """Load what an export needs, while the first process still looks at the data."""
    import gc

    import pandas as pd
    import seaborn  # noqa: F401, ICN001

    pd.set_option("mode.string_storage", "python")  # Arrow's strings take longer to cut into small frames
    # What has been loaded stays; a process that lives for seconds need not look for garbage every moment.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _run_apart(job: _Job) -> Exported:
    """Export in a process of the pool; what was begun is cleaned up where the process is to end."""
    _busy.set()
    try:
        return _run(job)
    except SystemExit:
        os._exit(1)
    finally:
        _busy.clear()


@contextmanager
def _deaf() -> Iterator[None]:
    """Let the processes that are started here not hear Ctrl+C, until they can take it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken_by = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, taken_by)


@contextmanager
def _pool(several: bool) -> Iterator[ProcessPoolExecutor | None]:
    """Start one process a core for several exports; for a single one there is nothing to share."""
    if not several:
        yield None
        return
    # spawn on every system: the same behaviour on Windows, and no threads are forked
    context = multiprocessing.get_context("spawn")
    alive, here = context.Pipe(duplex=False)
    workers = min(os.cpu_count() or 1, MOST_PROCESSES)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(alive,))
    try:
        with _deaf():
            pool.submit(int)  # the first process starts with the first task
        yield pool
    except (KeyboardInterrupt, GeneratorExit):
        here.close()  # they end, each after what it does now has been cleaned up
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        alive.close()
        if not here.closed:
            here.close()


def _results(jobs: list[_Job], pool: ProcessPoolExecutor | None) -> Iterator[Exported]:
    if pool is None:
        yield from map(_run, jobs)
        return
    with _deaf():
        waiting = {pool.submit(_run_apart, job) for job in jobs}
    while waiting:
        done, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)  # Windows sees Ctrl+C in between
        for future in done:
            yield future.result()


def _jobs(
    workspace: Workspace, programmes: list[str], kommun: str | None, group: str | None, rest: _Rest
) -> tuple[list[_Job], list[CatalogError]]:
    """Turn names into exports, and refuse what does not exist before anything is written.

    Where all programmes are wanted, also give what is wrong with those whose files cannot be read.
    """
    from uvas_stats.build import pipeline
    from uvas_stats.catalog import choose_programme, load_catalog
    from uvas_stats.catalog.similar import is_similar

    if group is not None and is_similar(group):  # who is like whom is fetched with the figures
        pipeline.ensure_processed(workspace)
    catalog = load_catalog(workspace)
    broken = [] if programmes or kommun is not None else list(catalog.broken.values())
    if kommun is not None:
        named = [choose_programme(catalog, kommun=kommun)]
    else:
        named = [choose_programme(catalog, name) for name in programmes or catalog.programmes]

    def job(chosen: Programme) -> _Job:
        declared, (period, out, template) = chosen.id in catalog.programmes, rest
        id_, code = (chosen.id, None) if declared else (None, chosen.municipalities[0])
        own = group and catalog.group(group, chosen.municipalities).id
        return _Job(workspace.root, id_, code, own, period, out, template)

    return [job(chosen) for chosen in {one.id: one for one in named}.values()], broken


def export_all(
    programmes: list[str],
    *,
    kommun: str | None = None,
    group: str | None = None,
    period: str | None = None,
    out: Path | None = None,
    template: Path | None = None,
) -> Iterator[Exported]:
    """Export programmes, or one kommun; no names and no kommun means all programmes.

    Parameters
    ----------
    programmes
        Ids or names; a kommun's name stands for it where no programme has it.
    kommun, group, period
        As for :func:`uvas_stats.nulage`.
    out
        The folder that gets a folder each; None means reports/.
    template
        The municipality's own Word template.

    Yields
    ------
    Exported
        As each is finished. A programme that was written stays written if a later one fails.

    Raises
    ------
    UvasStatsError
        If a name is unknown (before anything is written), or an export fails; last, if the file of one of all
        programmes is wrong.
    """
    workspace = find_workspace()
    with _pool(kommun is None and len(set(programmes)) != 1) as pool:
        from uvas_stats.build import pipeline

        jobs, broken = _jobs(workspace, programmes, kommun, group, (period, out, template))
        pipeline.ensure_processed(workspace)
        with _progress(len(jobs)) as step:
            for done in _results(jobs, pool):
                step()
                yield done
    if broken:
        raise broken[0]
