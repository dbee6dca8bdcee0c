"""Plan the fetch of Eurostat's tables of NEET: one call for each age, with the declared areas and sexes."""

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


NEEDED = next(iter(AGES))
"""The age without which there is no edition; another that the service refuses is left out."""


def _path(table: str, kinds: tuple[str, ...], age: str) -> str:
    """Give the question for an age in a table, as a whole question is refused for one unknown age.

    What is not the same in all tables is left for the reader to pick.
    """
    areas = [("geo", one.code) for one in load_euro_regions() if one.kind in kinds]
    wanted = [
        ("format", "JSON"),
        ("lang", "EN"),
        *areas,
        *(("sex", sex) for sex in SEXES),
        ("age", age),
        ("sinceTimePeriod", str(FIRST_YEAR)),
    ]
    return f"/statistics/1.0/data/{table}?{urlencode(wanted)}"


def _is_dataset(content: Any) -> bool:
    return isinstance(content, dict) and {"id", "size", "dimension", "value"} <= set(content)


def plan(clients: Clients, dataset: Dataset, held: Snapshot | None) -> FilePlan:
    """Plan one call for each table and age.

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
    paths = {f"{table}_{age}.json": _path(table, kinds, age) for table, kinds in TABLES.items() for age in AGES}
    return FilePlan(
        dataset=dataset,
        wanted=tuple(
            Wanted(name, http.base_url + path, optional=not name.endswith(f"{NEEDED}.json"))
            for name, path in paths.items()
        ),
        get=lambda one: get_json(http, paths[one.name], "Eurostat", _is_dataset),
        note="Arbetskraftsundersökningarna, en urvalsundersökning. Inte UVAS.",
    )
