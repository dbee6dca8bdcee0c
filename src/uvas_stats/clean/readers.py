"""Which reader reads which dataset, as the catalog declares it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.clean.csv_files import read_kolada_csv, read_ranks_csv, read_tidy_csv
from uvas_stats.clean.documents import document_observations
from uvas_stats.errors import RawFileError
from uvas_stats.fetch.snapshot import Snapshot, verify

__all__ = ["READERS", "read_documents", "read_raw"]

Reader = Callable[[Path, Catalog], pd.DataFrame]
READERS: dict[str, Reader] = {
    "kolada_csv": read_kolada_csv,
    "ranks_csv": read_ranks_csv,
    "tidy_csv": read_tidy_csv,
}


def read_raw(snapshots: Iterable[Snapshot], catalog: Catalog) -> list[pd.DataFrame]:
    """Verify and read snapshots; each frame lacks only what the contract derives.

    Raises
    ------
    RawFileError
        If a dataset is not in the catalog, a checksum differs, or a file is not what its reader expects.
    """
    frames = []
    for snapshot in snapshots:
        dataset = catalog.datasets.get(snapshot.dataset)
        if dataset is None:
            raise RawFileError(
                f"Datamängden ”{snapshot.dataset}” finns inte i katalogen",
                where=snapshot.folder,
                todo="Flytta mappen",
            )
        if dataset.reader not in READERS:
            raise RawFileError(
                f"Datamängden ”{dataset.id}” har inga råfiler: den läses ur programfilerna",
                where=snapshot.folder,
                todo="Flytta mappen",
            )
        verify(snapshot)
        for file in snapshot.files:
            frame = READERS[dataset.reader](snapshot.path(file), catalog)
            frames.append(frame.assign(dataset=dataset.id, edition=snapshot.edition, origin=snapshot.origin(file)))
    return frames


def read_documents(catalog: Catalog) -> list[pd.DataFrame]:
    """Read the printed figures of all programmes that have any."""
    return [
        document_observations(programme, catalog) for programme in catalog.programmes.values() if programme.printed
    ]
