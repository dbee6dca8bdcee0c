"""Export several programmes at once, each in a process of its own, with progress in a terminal."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from uvas_stats.catalog import load_catalog
from uvas_stats.workspace import Workspace, find_workspace

__all__ = ["Exported", "export_all"]


@dataclass(frozen=True)
class Exported:
    """What was written for one programme."""

    name: str
    folder: Path
    files: tuple[Path, ...]


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


def _run(job: _Job) -> Exported:
    from uvas_stats import nulage

    one = nulage(job.programme, kommun=job.kommun, group=job.group, period=job.period, workspace=job.root)
    base = Workspace(job.root).reports if job.out is None else job.out
    result = one.export(base / one.programme.id, template=job.template)
    return Exported(one.programme.name, result.folder, result.files)


@contextmanager
def _progress(total: int) -> Iterator[object]:
    """Show a bar on stderr when it is a terminal; otherwise be silent."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("Nuläge"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


def _in_processes(jobs: list[_Job]) -> Iterator[Exported]:
    """Run the jobs in as many processes as there are cores; the first error stops those not begun."""
    workers = min(len(jobs), os.cpu_count() or 1)
    # spawn on every system: the same behaviour on Windows, and no threads are forked
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        futures: list[Future[Exported]] = [pool.submit(_run, job) for job in jobs]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


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

    Yields
    ------
    Exported
        As each is finished. A programme that was written stays written if a later one fails.

    Raises
    ------
    UvasStatsError
        If a name is unknown (before anything is written), or an export fails.
    """
    from uvas_stats import pipeline

    workspace = find_workspace()
    catalog = load_catalog(workspace)
    wanted = [catalog.programme(name).id for name in programmes] or list(catalog.programmes)
    chosen = (
        [(None, catalog.region(kommun).code)]
        if kommun is not None
        else [(id_, None) for id_ in dict.fromkeys(wanted)]
    )
    if group is not None:
        group = catalog.group(group).id
    pipeline.ensure_processed(workspace)
    jobs = [_Job(workspace.root, id_, code, group, period, out, template) for id_, code in chosen]
    with _progress(len(jobs)) as step:
        for done in map(_run, jobs) if len(jobs) == 1 else _in_processes(jobs):
            step()  # type: ignore[operator]
            yield done
