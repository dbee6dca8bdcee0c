"""Fetch what a plan asks for: concurrently, inside the limits, resumable, and whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uvas_stats.catalog.pxweb import PxTable
from uvas_stats.errors import FetchError
from uvas_stats.fetch.origin import edition_name, make_origin, table_entry
from uvas_stats.fetch.parts import TableChangedError, Work, fetch_table, part_path
from uvas_stats.fetch.plan import DatasetPlan, GetClient, TablePlan, plan_dataset
from uvas_stats.fetch.pxmodel import PxClient
from uvas_stats.raw.files import Progress
from uvas_stats.raw.publish import (
    dataset_lock,
    editions,
    file_entry,
    free_edition,
    publish,
    read_origin,
    read_raw,
    same_files,
    staging_folder,
    write_raw,
)

__all__ = ["Outcome", "fetch_dataset", "fetch_plan", "fetch_planned"]

RESTARTS = 3


@dataclass(frozen=True)
class Outcome:
    """What a fetch led to."""

    dataset: str
    edition: Path | None
    """The new edition; None where nothing was new."""
    plan: DatasetPlan
    calls_made: int = 0
    calls_resumed: int = 0


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _staging_key(plan: DatasetPlan, now: dt.datetime) -> str:
    content: list[Any] = []
    for table in plan.tables:
        resolved = table.resolved
        stamp = resolved.table.updated or now.date().isoformat()
        parts = [{code: list(values) for code, values in part.codes.items()} for part in table.parts]
        content.append([resolved.table.id, stamp, parts, dict(resolved.query.codelists)])
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _keep_table(plan: TablePlan, staging: Path, retrieved: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Copy an unchanged table from the edition that has it."""
    assert plan.kept is not None
    origin = read_origin(plan.kept)
    entry = next(table for table in origin["tables"] if table["name"] == plan.name)
    files = [file for file in origin["files"] if str(file["name"]).startswith(f"{plan.name}/")]
    for file in files:
        path = staging / str(file["name"])
        content = read_raw(plan.kept, file)
        if not path.is_file() or path.read_bytes() != content:
            write_raw(path, content)
    return {**entry, "checked": retrieved}, files


def _new_table(
    client: PxClient, plan: TablePlan, staging: Path, report: Callable[[], None], retrieved: str
) -> tuple[dict[str, Any], list[dict[str, Any]], Work]:
    folder = staging / plan.name
    work = Work(client, plan, folder)
    write_raw(folder / "metadata.json", plan.resolved.table.raw)
    fetch_table(work, report)
    files = [
        file_entry(staging, folder / "metadata.json", "metadata", client.table_url(plan.resolved.table.id), "")
    ]
    for name, query in work.files:
        text = json.dumps(client.body(query), ensure_ascii=False, separators=(",", ":"))
        files.append(
            file_entry(staging, part_path(folder, name), "data", client.data_url(plan.resolved.table.id), text)
        )
    return table_entry(client, plan, retrieved), files, work


def fetch_plan(
    get_client: GetClient,
    plan: DatasetPlan,
    raw: Path,
    *,
    progress: Progress | None = None,
    now: Callable[[], dt.datetime] = _now,
) -> Outcome:
    """Fetch what a plan asks for and publish it as an edition. The caller holds the dataset's lock.

    Raises
    ------
    FetchError
        If any call fails for good; what has been fetched stays and is used by the next run.
    """
    if plan.unchanged:
        return Outcome(plan.dataset, None, plan)
    moment = now()
    retrieved = moment.astimezone(dt.UTC).isoformat(timespec="seconds")
    staging = staging_folder(raw, plan.dataset, _staging_key(plan, moment))
    done = itertools.count(1)  # counting is safe from several threads

    def report() -> None:
        number = next(done)
        if progress is not None:
            progress(plan.dataset, number, plan.calls)

    tables, files, made, resumed = [], [], 0, 0
    for table in plan.tables:
        if table.kept is not None:
            entry, own = _keep_table(table, staging, retrieved)
        else:
            client = get_client(table.resolved.declared.source)
            entry, own, work = _new_table(client, table, staging, report, retrieved)
            made, resumed = made + work.made, resumed + work.resumed
        tables.append(entry)
        files += own
    old = editions(raw, plan.dataset)
    if old and same_files(read_origin(old[-1]), files):
        shutil.rmtree(staging, ignore_errors=True)
        return Outcome(plan.dataset, None, plan, made, resumed)
    edition = free_edition(raw, plan.dataset, edition_name(tables, moment))
    origin = make_origin(plan, edition, retrieved, tables, files)
    return Outcome(plan.dataset, publish(staging, raw, plan.dataset, edition, origin), plan, made, resumed)


def fetch_planned(
    get_client: GetClient,
    dataset: str,
    make_plan: Callable[[], DatasetPlan],
    raw: Path,
    *,
    progress: Progress | None = None,
    now: Callable[[], dt.datetime] = _now,
) -> Outcome:
    """Plan and fetch under the dataset's lock; start again if the publisher updates a table meanwhile.

    Parameters
    ----------
    get_client
        Gives the client of a source.
    dataset, make_plan
        What to fetch. The plan is made when the lock is held.
    raw
        The folder of raw files.
    progress
        Is told of each finished call.
    now
        Replaced by tests.

    Raises
    ------
    FetchError
        If any call fails for good, or the table never stands still.
    """
    with dataset_lock(raw, dataset):
        for _ in range(RESTARTS):
            try:
                return fetch_plan(get_client, make_plan(), raw, progress=progress, now=now)
            except TableChangedError:
                continue
    raise FetchError(
        "Tabellen uppdateras hos tjänsten medan den hämtas", where=dataset, todo="Vänta en stund och kör igen"
    )


def fetch_dataset(
    get_client: GetClient,
    dataset: str,
    tables: Sequence[PxTable],
    raw: Path,
    *,
    progress: Progress | None = None,
    now: Callable[[], dt.datetime] = _now,
) -> Outcome:
    """Fetch a dataset by its declared tables, as :func:`fetch_planned` does."""

    def make_plan() -> DatasetPlan:
        return plan_dataset(get_client, dataset, tables, raw)

    return fetch_planned(get_client, dataset, make_plan, raw, progress=progress, now=now)
