"""Plan the fetch of Försäkringskassan's table of aktivitetsersättning: December of each year, by län and sex."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from uvas_stats.catalog import Dataset, load_catalog
from uvas_stats.fetch.http import get_json
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.files import FilePlan, Wanted
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["plan"]

SOURCE = "forsakringskassan"
TABLE = "/api/sprstatistikrapportera/public/v1/sa-bestand-diagnos/SAbestandmanaddiagnoslan.json"
FIRST_YEAR = 2003


def _path(year: int) -> str:
    lan = [region.code for region in load_catalog().regions if region.kind == "lan" and region.current]
    wanted = {
        "delforman": "A",
        "ar": year,
        "manad": 12,
        "kon_kod": "ALL,K,M",
        "diagnoskapitel": "ALL",
        "lan": ",".join(["ALL", *lan]),
    }
    return f"{TABLE}?{urlencode(wanted, safe=',')}"


def _is_rows(content: Any) -> bool:
    rows = content.get("data") if isinstance(content, dict) else content
    return isinstance(rows, list) and all(isinstance(row, dict) and "observations" in row for row in rows)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def plan(clients: Clients, dataset: Dataset, held: Snapshot | None) -> FilePlan:
    """Plan one call for each year whose December has passed.

    Parameters
    ----------
    clients
        The connections.
    dataset
        The dataset as declared.
    held
        Not used: the service does not tell which years have been revised.
    """
    http = clients.http(SOURCE)
    paths = {f"december_{year}.json": _path(year) for year in range(FIRST_YEAR, _today().year)}
    return FilePlan(
        dataset=dataset,
        wanted=tuple(Wanted(name, http.base_url + path) for name, path in paths.items()),
        get=lambda one: get_json(http, paths[one.name], "Försäkringskassan", _is_rows),
        note="Beståndet i december. Finns för län och riket, inte för kommuner.",
    )
