"""What the tests run in processes of their own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from uvas_stats.catalog.pxweb import tables_of
from uvas_stats.fetch.http import HttpSettings
from uvas_stats.fetch.run import DatasetPlan, fetch_dataset
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.publish import Outcome

TABLES = tables_of("scb_bas")
MOMENT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def fetch_bas(url: str, raw: Path) -> Outcome[DatasetPlan]:
    """Fetch BAS at a fixed moment, so that two editions can be compared byte for byte."""
    settings = HttpSettings(backoff=0.001)
    with Clients({"scb": url}, settings) as clients:
        return fetch_dataset(clients, "scb_bas", TABLES, raw, now=lambda: MOMENT)


def fetch_bas_quietly(url: str, raw: str) -> None:
    fetch_bas(url, Path(raw))
