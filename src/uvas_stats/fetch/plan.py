"""What a fetch will ask for: the calls, the cells, the seconds, and what is new since the last edition."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uvas_stats.catalog.pxweb import PxTable, load_px_sources
from uvas_stats.fetch.boxes import split
from uvas_stats.fetch.limiter import Limits, schedule_seconds
from uvas_stats.fetch.pxmodel import PxClient, Query
from uvas_stats.fetch.resolve import Resolved, resolve
from uvas_stats.raw.publish import editions, read_origin

__all__ = ["DatasetPlan", "GetClient", "TablePlan", "make_parts", "plan_dataset", "plan_resolved", "query_key"]

GetClient = Callable[[str], PxClient]
"""Gives the client of a source; the same one each time."""


@dataclass(frozen=True)
class TablePlan:
    """The calls for one table, or none where an earlier edition has the same data."""

    resolved: Resolved
    limits: Limits
    parts: tuple[Query, ...]
    kept: Path | None
    """The edition that has the same table, unchanged and with the same selection."""
    new_periods: tuple[str, ...]
    state: str
    """``ny``, ``uppdaterad``, ``ändrat urval``, ``oförändrad`` or ``okänt``."""

    @property
    def cells(self) -> int:
        """Cells to fetch."""
        return sum(part.cells for part in self.parts)

    @property
    def name(self) -> str:
        """The folder of the table's files."""
        return self.resolved.declared.name


@dataclass(frozen=True)
class DatasetPlan:
    """The calls for one dataset."""

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
        return sum(schedule_seconds(len(table.parts), table.limits) for table in self.tables)

    @property
    def unchanged(self) -> bool:
        """Whether there is nothing to fetch."""
        return not self.calls


def query_key(table_id: str, updated: str, query: Query, data_format: str) -> str:
    """Make a checksum of a question, so that the same question is known again."""
    content: dict[str, Any] = {
        "table": table_id,
        "updated": updated,
        "codes": {code: list(values) for code, values in query.codes.items()},
        "codelists": dict(query.codelists),
        "format": data_format,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def make_parts(query: Query, limit: int) -> tuple[Query, ...]:
    """Split a query into the fewest that each keep under the cell limit.

    Examples
    --------
    >>> query = Query({"Region": ("0114", "0180", "1480"), "Tid": ("2023", "2024")})
    >>> [list(part.codes.values()) for part in make_parts(query, 4)]
    [[('0114', '0180'), ('2023', '2024')], [('1480',), ('2023', '2024')]]
    """
    names = list(query.codes)
    boxes = split(tuple(len(query.codes[name]) for name in names), limit)
    return tuple(
        Query(
            {name: query.codes[name][start:stop] for name, (start, stop) in zip(names, box, strict=True)},
            query.codelists,
        )
        for box in boxes
    )


def _earlier(raw: Path, dataset: str, name: str) -> list[tuple[Path, Mapping[str, Any]]]:
    """Find what the editions say of a table, the newest first."""
    return [
        (edition, table)
        for edition in reversed(editions(raw, dataset))
        for table in read_origin(edition).get("tables", [])
        if table.get("name") == name
    ]


def _time_codes(resolved: Resolved) -> Sequence[str]:
    for variable in resolved.table.variables:
        if variable.time:
            return resolved.query.codes.get(variable.code, ())
    return ()


def _plan_table(client: PxClient, declared: PxTable, protocol: str, raw: Path) -> TablePlan:
    limits = client.limits()
    resolved = resolve(client, declared, protocol)
    return plan_resolved(client, resolved, limits, raw)


def plan_resolved(client: PxClient, resolved: Resolved, limits: Limits, raw: Path) -> TablePlan:
    """Plan the calls of a table whose query is known."""
    declared, table = resolved.declared, resolved.table
    key = query_key(table.id, table.updated, resolved.query, client.data_format)
    earlier = _earlier(raw, declared.dataset, declared.name)
    known = {period for _, old in earlier[:1] for period in old.get("periods", [])}
    new = tuple(period for period in _time_codes(resolved) if period not in known)
    same = [edition for edition, old in earlier[:1] if old.get("key") == key]
    if same and table.updated:
        return TablePlan(resolved, limits, (), same[0], (), "oförändrad")
    parts = make_parts(resolved.query, limits.cells)
    return TablePlan(resolved, limits, parts, None, new, _state(earlier, table.updated))


def _state(earlier: Sequence[tuple[Path, Mapping[str, Any]]], updated: str) -> str:
    if not earlier:
        return "ny"
    if not updated:
        return "okänt"  # the service does not say when the table was updated
    return "ändrat urval" if earlier[0][1].get("updated") == updated else "uppdaterad"


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
    planned = []
    for declared in tables:
        protocol = load_px_sources()[declared.source].protocol
        planned.append(_plan_table(get_client(declared.source), declared, protocol, raw))
    return DatasetPlan(dataset, tuple(planned))
