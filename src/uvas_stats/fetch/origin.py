"""What is written down about an edition: the questions, the answers' checksums, and what the tables say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from uvas_stats.catalog.pxweb import load_px_sources
from uvas_stats.fetch.plan import DatasetPlan, TablePlan, query_key
from uvas_stats.fetch.pxmodel import PxClient
from uvas_stats.periods import is_day

__all__ = ["edition_name", "make_origin", "table_entry"]

_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})")


def edition_name(tables: Sequence[Mapping[str, Any]], now: dt.datetime) -> str:
    """Name an edition after the latest update of its tables, or after today where the service does not say.

    Examples
    --------
    >>> edition_name([{"updated": "2026-06-08T06:00:00Z"}, {"updated": "2026-06-31T07:00:00Z"}], dt.datetime.max)
    '2026-06-08T0600'
    """
    stamps = []
    for table in tables:
        match = _STAMP.match(str(table["updated"]))
        if match and is_day(match[1]):
            stamps.append(f"{match[1]}T{match[2]}{match[3]}")
    return max(stamps) if stamps else now.date().isoformat()


def table_entry(client: PxClient, plan: TablePlan, retrieved: str) -> dict[str, Any]:
    """Describe one table of an edition."""
    resolved = plan.resolved
    table, query = resolved.table, resolved.query
    time = next((variable.code for variable in table.variables if variable.time), "")
    return {
        "name": plan.name,
        "id": table.id,
        "source": resolved.declared.source,
        "title": table.title,
        "updated": table.updated,
        "retrieved": retrieved,
        "key": query_key(table.id, table.updated, query, client.data_format),
        "cells": query.cells,
        "calls": len(plan.parts),
        "periods": list(query.codes.get(time, ())),
        "noise": table.noise,
        "discontinued": table.discontinued,
        "notes": list(table.notes),
        "meaning": {code: dict(found) for code, found in resolved.meaning.items()},
    }


def make_origin(
    plan: DatasetPlan,
    edition: str,
    retrieved: str,
    tables: list[dict[str, Any]],
    files: list[dict[str, Any]],
) -> dict[str, Any]:
    """Describe an edition: whose figures, under which licence, when, and every file with its checksum."""
    source = load_px_sources()[plan.tables[0].resolved.declared.source]
    return {
        "dataset": plan.dataset,
        "edition": edition,
        "title": "; ".join(str(table["title"]) for table in tables),
        "publisher": source.publisher,
        "licence": source.licence,
        "url": source.landing_page,
        "retrieved": dt.datetime.fromisoformat(retrieved),
        "tables": tables,
        "files": files,
    }
