"""Which reader reads which dataset, as the catalog declares it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd

from uvas_stats.catalog import Catalog, Dataset
from uvas_stats.clean.af_counts import read_af_duration, read_af_registered
from uvas_stats.clean.af_openly import read_af_history, read_af_openly_year
from uvas_stats.clean.arbetsformedlingen import read_af_share
from uvas_stats.clean.csv_files import read_kolada_csv, read_ranks_csv, read_tidy_csv
from uvas_stats.clean.documents import document_observations
from uvas_stats.clean.eurostat import read_eurostat
from uvas_stats.clean.forsakringskassan import read_fk
from uvas_stats.clean.kaa import read_kaa
from uvas_stats.clean.kolada import read_kolada
from uvas_stats.clean.mucf import read_mucf
from uvas_stats.clean.pxweb import read_pxweb
from uvas_stats.clean.ranking_list import describe_ranking, read_af_ranking
from uvas_stats.clean.siris import read_siris_edition
from uvas_stats.errors import RawFileError
from uvas_stats.fetch.snapshot import Snapshot, verify
from uvas_stats.observation import make_observations

__all__ = ["DESCRIBERS", "EDITION_READERS", "READERS", "read_documents", "read_edition", "read_raw"]

Reader = Callable[[Path, Catalog], pd.DataFrame]
READERS: dict[str, Reader] = {
    "kolada_csv": read_kolada_csv,
    "ranks_csv": read_ranks_csv,
    "tidy_csv": read_tidy_csv,
    "eurostat": read_eurostat,
}
"""Readers of one file: all columns but dataset, edition and origin."""
EditionReader = Callable[[Snapshot, Catalog], pd.DataFrame]
EDITION_READERS: dict[str, EditionReader] = {
    "pxweb": lambda snapshot, _: read_pxweb(snapshot.folder),
    "siris": read_siris_edition,
    "kaa": read_kaa,
    "af_share": read_af_share,
    "af_registered": read_af_registered,
    "af_duration": read_af_duration,
    "af_openly_year": read_af_openly_year,
    "af_history": read_af_history,
    "af_ranking": read_af_ranking,
    "kolada": read_kolada,
    "mucf": read_mucf,
    "forsakringskassan": read_fk,
}
"""Readers of a whole edition, for files that belong together or need its options: validated observations."""

DESCRIBERS: dict[str, Callable[[Snapshot, Catalog], list[str]]] = {"af_ranking": describe_ranking}
"""What an edition of unknown layout was taken to be, in lines for the one who adopts it."""


def read_raw(snapshots: Iterable[Snapshot], catalog: Catalog) -> Iterator[pd.DataFrame]:
    """Verify and read snapshots, one validated frame a file or edition.

    Raises
    ------
    RawFileError
        If a dataset is not in the catalog, a checksum differs, or a file is not what its reader expects.
    """
    for snapshot in snapshots:
        dataset = catalog.datasets.get(snapshot.dataset)
        if dataset is None and snapshot.tables:
            continue  # a table fetched by its id has its observations beside the others, not among them
        if dataset is None:
            raise RawFileError(
                f"Datamängden ”{snapshot.dataset}” finns inte i katalogen",
                where=snapshot.folder,
                todo="Flytta mappen",
            )
        yield from read_edition(snapshot, dataset, catalog)


def read_edition(snapshot: Snapshot, dataset: Dataset, catalog: Catalog) -> Iterator[pd.DataFrame]:
    """Verify and read one edition, as :func:`read_raw` does."""
    if dataset.reader not in (*READERS, *EDITION_READERS):
        raise RawFileError(
            f"Datamängden ”{dataset.id}” har inga råfiler: den läses ur programfilerna",
            where=snapshot.folder,
            todo="Flytta mappen",
        )
    verify(snapshot)
    if dataset.reader in EDITION_READERS:
        yield EDITION_READERS[dataset.reader](snapshot, catalog)
        return
    for file in snapshot.files:
        if file.role == "data":
            frame = READERS[dataset.reader](snapshot.path(file), catalog)
            origin = snapshot.origin(file)
            yield make_observations(frame.assign(dataset=dataset.id, edition=snapshot.edition, origin=origin))


def read_documents(catalog: Catalog) -> Iterator[pd.DataFrame]:
    """Read the printed figures of all programmes that have any."""
    for programme in catalog.programmes.values():
        if programme.printed:
            yield make_observations(document_observations(programme, catalog))
