"""Fetch what a plan asks of a database: concurrently, inside the limits, resumable, and whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from uvas_stats.catalog.pxweb import PxTable, load_px_sources
from uvas_stats.errors import FetchError, door
from uvas_stats.fetch.parts import TableChangedError, Work, fetch_table
from uvas_stats.fetch.plan import TablePlan, plan_table
from uvas_stats.fetch.pxclient import PxClient
from uvas_stats.periods import is_day
from uvas_stats.raw.publish import (
    Gathered,
    Outcome,
    Progress,
    dataset_lock,
    make_edition,
    utc_now,
    write_raw,
)
from uvas_stats.raw.rejected import Check
from uvas_stats.raw.snapshot import RawFile, RawTable, Snapshot, raw_file, read_file

__all__ = [
    "DatasetPlan",
    "GetClient",
    "describe",
    "edition_name",
    "fetch_dataset",
    "fetch_planned",
    "plan_dataset",
]

GetClient = Callable[[str], PxClient]
"""Gives the client of a source; the same one each time."""
RESTARTS = 3
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})")


@dataclass(frozen=True)
class DatasetPlan:
    """The calls for one dataset, table by table."""

    dataset: str
    tables: tuple[TablePlan, ...]

    @property
    def calls(self) -> int:
        """Data calls to make."""
        return sum(len(table.parts) for table in self.tables)

    @property
    def cells(self) -> int:
        """Cells to fetch."""
        return sum(table.cells for table in self.tables)

    @property
    def seconds(self) -> float:
        """How long the limits make it take at least."""
        return sum(table.seconds for table in self.tables)

    @property
    def unchanged(self) -> bool:
        """Whether there is nothing to fetch."""
        return not self.calls

    def key(self, day: dt.date) -> str:
        """Name the question; of a table that does not say when it was updated it holds for the day."""
        content: list[Any] = []
        for plan in self.tables:
            table, query = plan.resolved.table, plan.resolved.query
            parts = [{code: list(values) for code, values in part.codes.items()} for part in plan.parts]
            content.append([table.id, table.updated or day.isoformat(), parts, dict(query.codelists)])
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def gather(self, staging: Path, moment: dt.datetime, report: Callable[[], None]) -> Gathered:
        """Fetch the tables one after another, the parts of each several at a time.

        Parameters
        ----------
        staging
            Where files are put, and where those of an interrupted fetch are.
        moment
            When they are fetched.
        report
            Called after each part.

        Raises
        ------
        FetchError
            If any call fails for good; what has been fetched stays and is used by the next run.
        """
        retrieved = moment.astimezone(dt.UTC).replace(microsecond=0)
        tables: list[RawTable] = []
        files: list[RawFile] = []
        made = resumed = 0
        for plan in self.tables:
            if plan.kept is not None:
                table, table_files = _keep_table(plan, plan.kept, staging)
                table = replace(table, checked=retrieved.isoformat())
            else:
                work = Work(plan, staging / plan.name)
                table_files = [_write_metadata(plan, staging), *fetch_table(work, report)]
                table = describe(plan, retrieved)
                made, resumed = made + work.made, resumed + work.resumed
            tables.append(table)
            files += table_files
        source = load_px_sources()[self.tables[0].resolved.declared.source]
        snapshot = Snapshot(
            dataset=self.dataset,
            edition=edition_name((table.updated for table in tables), moment),
            title="; ".join(table.title for table in tables),
            publisher=source.publisher,
            licence=source.licence,
            url=source.landing_page,
            notes=tuple(line for plan in self.tables for line in plan.resolved.left_out),
            retrieved=retrieved.date(),
            retrieved_at=retrieved,
            tables=tuple(tables),
            files=tuple(files),
        )
        return Gathered(snapshot, made, resumed)


def edition_name(updates: Iterable[str], now: dt.datetime) -> str:
    """Name an edition after the latest update of its tables, or after today where the service does not say.

    Examples
    --------
    >>> edition_name(["2026-06-08T06:00:00Z", "2026-06-31T07:00:00Z"], dt.datetime.max)
    '2026-06-08T0600'
    """
    matches = [match for match in map(_STAMP.match, updates) if match and is_day(match[1])]
    stamps = [f"{match[1]}T{match[2]}{match[3]}" for match in matches]
    return max(stamps) if stamps else now.date().isoformat()


def _keep_table(plan: TablePlan, kept: Snapshot, staging: Path) -> tuple[RawTable, list[RawFile]]:
    """Copy an unchanged table from the edition that has it."""
    table = next(table for table in kept.tables if table.name == plan.name)
    files = [file for file in kept.files if file.name.startswith(f"{plan.name}/")]
    for file in files:
        path, content = staging / file.name, read_file(kept, file)
        if not path.is_file() or path.read_bytes() != content:
            write_raw(path, content)
    return table, files


def _write_metadata(plan: TablePlan, staging: Path) -> RawFile:
    name, table = f"{plan.name}/metadata.json", plan.resolved.table
    write_raw(staging / name, table.raw)
    return raw_file(name, table.raw, role="metadata", url=plan.client.table_url(table.id))


def describe(plan: TablePlan, retrieved: dt.datetime) -> RawTable:
    """Say of a table what origin.toml tells."""
    resolved = plan.resolved
    table = resolved.table
    return RawTable(
        name=plan.name,
        id=table.id,
        source=resolved.declared.source,
        title=table.title,
        updated=table.updated,
        retrieved=retrieved.isoformat(),
        key=plan.key,
        cells=resolved.query.cells,
        calls=len(plan.parts),
        periods=resolved.periods,
        noise=table.noise,
        discontinued=table.discontinued,
        notes=table.notes,
        meaning={code: dict(values) for code, values in resolved.meaning.items()},
    )


def plan_dataset(get_client: GetClient, dataset: str, tables: Sequence[PxTable], raw: Path) -> DatasetPlan:
    """Plan what a dataset needs, asking the service for limits and metadata only.

    Parameters
    ----------
    get_client
        Gives the client of a source.
    dataset, tables
        The dataset and its declared tables.
    raw
        The folder of raw files, where earlier editions are looked for.
    """
    with door(FetchError("Tjänsten svarar i en annan form än väntat", where=dataset, todo="Kör igen senare")):
        return DatasetPlan(dataset, tuple(plan_table(get_client(table.source), table, raw) for table in tables))


def fetch_planned(
    dataset: str,
    make_plan: Callable[[], DatasetPlan],
    raw: Path,
    *,
    progress: Progress | None = None,
    now: Callable[[], dt.datetime] = utc_now,
    before: Check | None = None,
) -> Outcome[DatasetPlan]:
    """Plan and fetch under the dataset's lock; start again if the publisher updates a table meanwhile.

    Parameters
    ----------
    dataset, make_plan
        What to fetch. The plan is made when the lock is held.
    raw
        The folder of raw files.
    progress
        Is told of each finished call.
    now
        Replaced by tests.
    before
        As in :func:`make_edition`.

    Raises
    ------
    FetchError
        If any call fails for good, or the table never stands still.
    """
    with dataset_lock(raw, dataset):
        for _ in range(RESTARTS):
            try:
                return make_edition(dataset, make_plan(), raw, progress=progress, now=now, before=before)
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
    now: Callable[[], dt.datetime] = utc_now,
    before: Check | None = None,
) -> Outcome[DatasetPlan]:
    """Fetch a dataset by its declared tables, as :func:`fetch_planned` does.

    Parameters
    ----------
    get_client, dataset, tables, raw
        As in :func:`plan_dataset`.
    progress, now, before
        As in :func:`fetch_planned`.

    Raises
    ------
    FetchError
        As :func:`fetch_planned` does.
    """

    def make_plan() -> DatasetPlan:
        return plan_dataset(get_client, dataset, tables, raw)

    return fetch_planned(dataset, make_plan, raw, progress=progress, now=now, before=before)
