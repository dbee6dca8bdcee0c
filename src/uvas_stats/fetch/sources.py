"""Which address a source has, its client, and what plans the fetch of its files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from uvas_stats.catalog import Catalog, Dataset
from uvas_stats.catalog.names import nearest
from uvas_stats.catalog.pxweb import PxSource, load_px_sources, load_px_tables
from uvas_stats.catalog.sources import WebSource, load_web_sources
from uvas_stats.errors import FetchError, UnknownNameError, door
from uvas_stats.fetch.http import Answer, Http, HttpSettings, check_address
from uvas_stats.fetch.limits import Limits, RateLimiter
from uvas_stats.fetch.pxclient import PxClient
from uvas_stats.fetch.pxweb import PxWeb2
from uvas_stats.fetch.pxweb1 import PxWeb1
from uvas_stats.raw.files import FilePlan
from uvas_stats.raw.snapshot import Snapshot, newest_snapshot

__all__ = ["ENVIRONMENT_VARIABLE", "FETCHERS", "Clients", "base_urls", "fetchable", "file_plan"]

ENVIRONMENT_VARIABLE = "UVAS_BASE_URL"
FETCHERS: Mapping[str, str] = {
    "af": "arbetsformedlingen",
    "eurostat": "eurostat",
    "forsakringskassan": "forsakringskassan",
    "kaa": "skolverket_documents",
    "kolada": "kolada",
    "siris": "skolverket",
}
"""The module here whose ``plan`` says what is to be got, by the name that a dataset in the catalog gives."""


def base_urls(options: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Read addresses to use in place of the catalog's: ``scb=http://127.0.0.1:8000/api/v2``.

    Parameters
    ----------
    options
        What ``--base-url`` gave.
    environment
        Where ``UVAS_BASE_URL`` is looked for, several separated by space or comma; if None, the process's own. An
        option goes before it.

    Raises
    ------
    FetchError
        If one has not the form, names no source, or is neither https nor on this machine.

    Examples
    --------
    >>> base_urls(["scb=http://127.0.0.1:8000/api/v2/"], {})
    {'scb': 'http://127.0.0.1:8000/api/v2'}
    """
    addresses = {}
    given = re.split(r"[\s,]+", (os.environ if environment is None else environment).get(ENVIRONMENT_VARIABLE, ""))
    for text in (*filter(None, given), *options):
        name, mark, url = text.partition("=")
        if not mark:
            raise FetchError(
                f"Adressen ”{text}” saknar källa",
                todo="Skriv källa=adress, t.ex. scb=http://127.0.0.1:8000/api/v2",
            )
        addresses[_source_id(name.strip())] = check_address(url.strip())
    return addresses


def _source_id(text: str) -> str:
    known = [*load_px_sources(), *load_web_sources()]
    if text.casefold() not in known:
        raise UnknownNameError(f"Källan ”{text}” finns inte", todo=f"Närmast: {', '.join(nearest(text, known))}")
    return text.casefold()


class Clients:
    """The clients of a run: one for each source, so that all calls to it share one limiter.

    Parameters
    ----------
    overrides
        Addresses in place of the catalog's, by source.
    settings
        Time and size limits; tests shorten them.
    limits
        In place of the declared number of calls to services that are no PxWeb databases; tests widen them.
    hear
        Is given every answer as it came.
    """

    def __init__(
        self,
        overrides: Mapping[str, str] | None = None,
        settings: HttpSettings | None = None,
        limits: Limits | None = None,
        hear: Callable[[Answer], None] | None = None,
    ) -> None:
        self._overrides = dict(overrides or {})
        self._settings = settings
        self._limits = limits
        self._hear = hear
        self._clients: dict[str, PxClient] = {}
        self._https: dict[str, Http] = {}

    def source(self, source_id: str) -> PxSource:
        """Return the declared source with the address that is used."""
        source = load_px_sources()[source_id]
        return replace(source, url=self._overrides.get(source_id, source.url))

    def __call__(self, source_id: str) -> PxClient:
        """Give the client of a source, the same each time."""
        if source_id not in self._clients:
            source = self.source(source_id)
            http = Http(source.url, RateLimiter(), self._settings, hear=self._hear)
            kind = PxWeb2 if source.protocol == "pxweb2" else PxWeb1
            self._clients[source_id] = kind(http, source.language, source.data_format)
        return self._clients[source_id]

    def web_source(self, source_id: str) -> WebSource:
        """Return a declared service that is no PxWeb database, with the address that is used."""
        source = load_web_sources()[source_id]
        return replace(source, url=self._overrides.get(source_id, source.url))

    def http(self, source_id: str) -> Http:
        """Give the connection to a service that is no PxWeb database, the same each time."""
        if source_id not in self._https:
            source = self.web_source(source_id)
            limiter = RateLimiter(self._limits or Limits(calls=source.calls, seconds=source.seconds))
            settings = self._settings or HttpSettings(read_timeout=source.read_timeout)
            self._https[source_id] = Http(source.url, limiter, settings, hear=self._hear)
        return self._https[source_id]

    def __enter__(self) -> Clients:
        return self

    def __exit__(self, *args: object) -> None:
        for client in self._clients.values():
            client.close()
        for http in self._https.values():
            http.close()


def fetchable(catalog: Catalog, names: Sequence[str] = ()) -> list[str]:
    """Give the datasets that are meant: those named, all of a source that is named, or all that can be fetched.

    Raises
    ------
    UnknownNameError
        If a name is neither a dataset that can be fetched nor a source of one.
    """
    of_source: dict[str, list[str]] = {}
    for table in load_px_tables():
        of_source.setdefault(table.source, []).append(table.dataset)
    for dataset in catalog.datasets.values():
        if dataset.fetcher:
            of_source.setdefault(dataset.fetcher, []).append(dataset.id)
    every = list(dict.fromkeys(one for some in of_source.values() for one in some))
    datasets: list[str] = []
    for name in names or every:
        if name not in of_source and name not in every:
            close = nearest(name, [*of_source, *every])
            raise UnknownNameError(f"”{name}” kan inte hämtas", todo=f"Närmast: {', '.join(close)}")
        datasets += of_source.get(name, [name])
    return list(dict.fromkeys(datasets))


Fetcher = Callable[[Clients, Dataset, Snapshot | None], FilePlan]
"""Asks the service what there is and plans what to get; the snapshot is what need not be asked for again."""


def file_plan(clients: Clients, dataset: Dataset, raw: Path, *, again: bool = False) -> FilePlan:
    """Plan the fetch of a dataset of files.

    Parameters
    ----------
    clients
        The connections.
    dataset
        The dataset as declared.
    raw
        The folder of raw files, where the newest edition is looked for.
    again
        Ask also for what is held, as publishers revise.

    Raises
    ------
    UnknownNameError
        If the dataset is not fetched as files.
    FetchError
        If what the service has is not what is declared.
    """
    if dataset.fetcher not in FETCHERS:
        raise UnknownNameError(
            f"Datamängden ”{dataset.id}” kan inte hämtas",
            todo=f"Lägg in filen för hand: uvas adopt {dataset.adopt} FIL"
            if dataset.adopt
            else "Se: uvas sources",
        )
    fetcher: Fetcher = import_module(f"uvas_stats.fetch.{FETCHERS[dataset.fetcher]}").plan
    with door(FetchError("Tjänsten svarar i en annan form än väntat", where=dataset.id, todo="Kör igen senare")):
        return fetcher(clients, dataset, None if again else newest_snapshot(raw, dataset.id))
