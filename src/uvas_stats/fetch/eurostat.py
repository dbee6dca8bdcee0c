"""Plan the fetch of Eurostat's tables of NEET: one call for each, with the declared areas, ages and sexes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from uvas_stats.catalog import Dataset
from uvas_stats.catalog.sources import AGES, TABLES, load_euro_regions
from uvas_stats.fetch.http import get_json
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.files import FilePlan, Wanted
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["plan"]

SOURCE = "eurostat"
FIRST_YEAR = 2007
SEXES = ("T", "F", "M")


def _path(table: str, kinds: tuple[str, ...]) -> str:
    """Give the question for a table; what is not the same in all tables is left for the reader to pick."""
    areas = [("geo", one.code) for one in load_euro_regions() if one.kind in kinds]
    wanted = [
        ("format", "JSON"),
        ("lang", "EN"),
        *areas,
        *(("sex", sex) for sex in SEXES),
        *(("age", age) for age in AGES),
        ("sinceTimePeriod", str(FIRST_YEAR)),
    ]
    return f"/statistics/1.0/data/{table}?{urlencode(wanted)}"


def _is_dataset(content: Any) -> bool:
    return isinstance(content, dict) and {"id", "size", "dimension", "value"} <= set(content)


def plan(clients: Clients, dataset: Dataset, held: Snapshot | None) -> FilePlan:
    """Plan one call for each table.

    Parameters
    ----------
    clients
        The connections.
    dataset
        The dataset as declared.
    held
        Not used: each call gives all years.
    """
    http = clients.http(SOURCE)
    paths = {f"{table}.json": _path(table, kinds) for table, kinds in TABLES.items()}
    return FilePlan(
        dataset=dataset,
        wanted=tuple(Wanted(name, http.base_url + path) for name, path in paths.items()),
        get=lambda one: get_json(http, paths[one.name], "Eurostat", _is_dataset),
        note="Arbetskraftsundersökningarna, en urvalsundersökning. Inte UVAS.",
    )
