"""What a fetch will ask of a table: the calls, the cells, the seconds, and what is new since the last edition."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uvas_stats.catalog.pxweb import PxTable, load_px_sources
from uvas_stats.fetch.boxes import split
from uvas_stats.fetch.limits import Limits, schedule_seconds
from uvas_stats.fetch.pxclient import PxClient
from uvas_stats.fetch.pxmodel import Query
from uvas_stats.fetch.resolve import Resolved, resolve
from uvas_stats.raw.snapshot import RawTable, Snapshot, editions, read_snapshot

__all__ = ["TablePlan", "make_parts", "plan_resolved", "plan_table"]


@dataclass(frozen=True)
class TablePlan:
    """The calls for one table, or none where an earlier edition has the same data."""

    client: PxClient
    resolved: Resolved
    limits: Limits
    parts: tuple[Query, ...]
    kept: Snapshot | None
    """The edition that has the same table, unchanged and with the same selection."""
    new_periods: tuple[str, ...]
    state: str
    """``ny``, ``uppdaterad``, ``ändrat urval``, ``oförändrad`` or ``okänt``."""
    key: str
    """Checksum of the question, so that the same question is known again."""

    @property
    def cells(self) -> int:
        """Cells to fetch."""
        return sum(part.cells for part in self.parts)

    @property
    def name(self) -> str:
        """The folder of the table's files."""
        return self.resolved.declared.name

    @property
    def seconds(self) -> float:
        """How long the limits make it take at least."""
        return schedule_seconds(len(self.parts), self.limits)


def _query_key(client: PxClient, resolved: Resolved) -> str:
    table, query = resolved.table, resolved.query
    content: dict[str, Any] = {
        "table": table.id,
        "updated": table.updated,
        "codes": {code: list(values) for code, values in query.codes.items()},
        "codelists": dict(query.codelists),
        "format": client.data_format,
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


def _earlier(raw: Path, dataset: str, name: str) -> tuple[Snapshot, RawTable] | tuple[None, None]:
    """Find the newest edition that has a table, and what it says of it."""
    for folder in reversed(editions(raw, dataset)):
        snapshot = read_snapshot(folder)
        for table in snapshot.tables:
            if table.name == name:
                return snapshot, table
    return None, None


def plan_table(client: PxClient, declared: PxTable, raw: Path) -> TablePlan:
    """Plan the calls of a declared table, asking the service for limits and metadata only.

    Parameters
    ----------
    client
        Of the table's source.
    declared
        The table.
    raw
        The folder of raw files, where earlier editions are looked for.

    Raises
    ------
    FetchError
        If the service does not answer, or the table is not what is declared.
    """
    limits = client.limits()
    resolved = resolve(client, declared, load_px_sources()[declared.source].protocol)
    return plan_resolved(client, resolved, limits, raw)


def plan_resolved(client: PxClient, resolved: Resolved, limits: Limits, raw: Path) -> TablePlan:
    """Plan the calls of a table whose query is known.

    Parameters
    ----------
    client, resolved, limits
        Who is asked, what, and how much at a time.
    raw
        The folder of raw files, where earlier editions are looked for.
    """
    key = _query_key(client, resolved)
    snapshot, table = _earlier(raw, resolved.declared.dataset, resolved.declared.name)
    if table is not None and table.key == key and resolved.table.updated:
        return TablePlan(client, resolved, limits, (), snapshot, (), "oförändrad", key)
    parts = make_parts(resolved.query, limits.cells)
    known = set(table.periods) if table is not None else set()
    new = tuple(period for period in resolved.periods if period not in known)
    return TablePlan(client, resolved, limits, parts, None, new, _state(table, resolved.table.updated), key)


def _state(earlier: RawTable | None, updated: str) -> str:
    if earlier is None:
        return "ny"
    if not updated:
        return "okänt"  # the service does not say when the table was updated
    return "ändrat urval" if earlier.updated == updated else "uppdaterad"
