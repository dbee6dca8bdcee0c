"""Which datasets are fetched as files, and what plans their fetch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from uvas_stats.catalog import Dataset
from uvas_stats.errors import UnknownNameError
from uvas_stats.fetch import arbetsformedlingen, eurostat, forsakringskassan, kolada
from uvas_stats.fetch.skolverket import siris_plan
from uvas_stats.fetch.skolverket_documents import kaa_plan
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.files import FilePlan

__all__ = ["FETCHERS", "file_plan"]

Fetcher = Callable[[Clients, Dataset, Path], FilePlan]
"""Asks the service what there is and plans what to get; the path is data/raw, for what is already held."""
FETCHERS: Mapping[str, Fetcher] = {
    "af": arbetsformedlingen.plan,
    "eurostat": eurostat.plan,
    "forsakringskassan": forsakringskassan.plan,
    "kaa": kaa_plan,
    "kolada": kolada.plan,
    "siris": siris_plan,
}


def file_plan(clients: Clients, dataset: Dataset, raw: Path, *, again: bool = False) -> FilePlan:
    """Plan the fetch of a dataset of files; ``again`` also asks for what is held and may have been revised.

    Raises
    ------
    UnknownNameError
        If the dataset is not fetched as files.
    """
    if dataset.fetcher not in FETCHERS:
        raise UnknownNameError(
            f"Datamängden ”{dataset.id}” kan inte hämtas",
            todo=f"Lägg in filen för hand: uvas adopt {dataset.adopt} FIL"
            if dataset.adopt
            else "Se: uvas sources",
        )
    if dataset.fetcher == "siris":  # the one source whose held years are not asked for
        return siris_plan(clients, dataset, raw, again=again)
    return FETCHERS[dataset.fetcher](clients, dataset, raw)
