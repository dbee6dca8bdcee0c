"""What a health check asks of each source: a few small calls that end in one figure, as the reader wants it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from uvas_stats.catalog import Dataset
from uvas_stats.catalog.pxweb import load_px_sources, tables_of
from uvas_stats.fetch import (
    arbetsformedlingen,
    eurostat,
    forsakringskassan,
    kolada,
    skolverket,
    skolverket_documents,
)
from uvas_stats.fetch.kolada_pages import get_pages, joined
from uvas_stats.fetch.plan import TablePlan
from uvas_stats.fetch.pxmodel import Query
from uvas_stats.fetch.resolve import resolve
from uvas_stats.fetch.run import describe
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.files import FilePlan, Wanted
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["PROBES", "Asked", "Probe", "gather"]


@dataclass(frozen=True)
class Asked:
    """What a source was found to be, and how one figure of it is got."""

    as_declared: str
    """What is there as declared, in a few words."""
    plan: FilePlan
    table: TablePlan | None = None
    """The table that the figure is of, where the source is a database."""
    figure: bool = True
    """False where a file that has a figure is too large to be asked for here."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the extras is not there, a line each."""
        return (*self.plan.left_out, *(self.table.resolved.left_out if self.table else ()))


@dataclass(frozen=True)
class Probe:
    """One source, what of it is asked for, and how."""

    name: str
    source: str
    dataset: str
    ask: Callable[[Clients, Dataset], Asked]


def _database(clients: Clients, dataset: Dataset) -> Asked:
    """Ask for limits and metadata, compare them with the declaration, and plan a question for one cell."""
    declared = tables_of(dataset.id)[0]
    client = clients(declared.source)
    limits = client.limits()
    found = resolve(client, declared, load_px_sources()[declared.source].protocol)
    one = {
        code: codes[-1:] if found.table.variable(code).time else codes[:1]
        for code, codes in found.query.codes.items()
    }
    query = Query(one, found.query.codelists)
    name = f"{declared.name}/part_0001.json"
    table = TablePlan(client, replace(found, query=query), limits, (query,), None, (), "ny", "")
    plan = FilePlan(
        dataset=dataset,
        wanted=(Wanted(name, client.data_url(found.table.id)),),
        get=lambda _: client.data(found.table, query).answer.body,
    )
    return Asked(f"tabellen {declared.name} som deklarerad", plan, table)


def _kolada(clients: Clients, dataset: Dataset) -> Asked:
    """Ask for key figures, areas and groups as a fetch does, and plan a question for one key figure of riket."""
    whole = kolada.plan(clients, dataset, None)
    kpi = next(id_ for id_ in whole.options if id_ != "form")
    last = dt.datetime.now(dt.UTC).year
    years = tuple(str(year) for year in range(last - 5, last + 1))
    box, http = kolada.Box((kpi,), (kolada.RIKET,), years), clients.http(kolada.SOURCE)
    values = Wanted("values_001.json", http.base_url + box.path)
    declared = clients.web_source(kolada.SOURCE).url

    def get(one: Wanted) -> bytes:
        return joined(get_pages(http, box.path, declared).bodies) if one == values else whole.get(one)

    metadata = tuple(one for one in whole.wanted if one.role == "metadata")
    plan = replace(whole, wanted=(*metadata, values), get=get)
    return Asked(f"{len(whole.options) - 1} nyckeltal och alla kommuner som deklarerade", plan)


def _workbooks(clients: Clients, dataset: Dataset) -> Asked:
    """Look at the page's links; the workbooks themselves are large."""
    plan = arbetsformedlingen.plan(clients, dataset, None)
    return Asked(f"länken till {', '.join(one.name for one in plan.wanted)}", plan, figure=False)


def _first(plan: FilePlan, at: int, words: str) -> Asked:
    return Asked(words, replace(plan, wanted=(plan.wanted[at],)))


PROBES: tuple[Probe, ...] = (
    Probe("SCB", "scb", "scb_population", _database),
    Probe("Kolada", "kolada", "kolada", _kolada),
    Probe("Arbetsförmedlingen, inskrivna", "af", "af_registered", _workbooks),
    Probe("Arbetsförmedlingen, andelar", "af", "af_share", _workbooks),
    Probe(
        "Skolverket, SIRIS",
        "siris",
        "siris_eligibility",
        lambda clients, dataset: Asked("rapport 53 med väntade rubriker", skolverket.probe(clients, dataset)),
    ),
    Probe(
        "Skolverket, KAA",
        "siris",
        "skolverket_kaa",
        lambda clients, dataset: Asked("nyaste periodens lista", skolverket_documents.probe(clients, dataset)),
    ),
    Probe("Skolverkets statistikdatabas", "skolverket_px", "skolverket_comparison", _database),
    Probe(
        "Försäkringskassan",
        "forsakringskassan",
        "fk_activity_compensation",
        lambda clients, dataset: _first(forsakringskassan.plan(clients, dataset, None), -1, "senaste december"),
    ),
    Probe(
        "Eurostat",
        "eurostat",
        "eurostat_neet",
        lambda clients, dataset: _first(eurostat.plan(clients, dataset, None), 0, "tabellen edat_lfse_20"),
    ),
)
"""Every source that is fetched from. None is asked for more than a fetch of it would."""


def gather(asked: Asked, folder: Path, now: dt.datetime) -> Snapshot:
    """Get the one figure, as an edition in a folder.

    Parameters
    ----------
    asked, folder, now
        What to get, where to, and when it is.
    """
    snapshot = asked.plan.gather(folder, now, lambda: None).snapshot
    tables = (describe(asked.table, now),) if asked.table else ()
    return replace(snapshot, folder=folder, tables=tables)
