"""Which reader reads which dataset, as the catalog declares it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from uvas_stats.catalog import Catalog, Dataset
from uvas_stats.catalog.aliases import Aliases
from uvas_stats.clean.aliases import check_aliases
from uvas_stats.clean.corrections import correct
from uvas_stats.clean.csv_files import read_kolada_csv, read_ranks_csv, read_tidy_csv
from uvas_stats.clean.documents import document_observations
from uvas_stats.errors import RawFileError, door
from uvas_stats.formats.reading import reading
from uvas_stats.observations.validate import make_observations
from uvas_stats.raw.snapshot import Snapshot, verify

__all__ = ["DESCRIBERS", "EDITION_READERS", "READERS", "read_documents", "read_edition", "read_raw"]

Reader = Callable[[Path, Catalog], pd.DataFrame]


def _later(module: str, name: str) -> Callable[..., Any]:
    """Load a reader when it is first used: most builds need few of them."""

    def read(*given: Any) -> Any:
        return getattr(import_module(f"uvas_stats.clean.{module}"), name)(*given)

    return read


READERS: dict[str, Reader] = {
    "kolada_csv": read_kolada_csv,
    "ranks_csv": read_ranks_csv,
    "tidy_csv": read_tidy_csv,
    "eurostat": _later("eurostat", "read_eurostat"),
}
"""Readers of one file: all columns but dataset, edition and origin."""
EditionReader = Callable[[Snapshot, Catalog], pd.DataFrame]
EDITION_READERS: dict[str, EditionReader] = {
    "pxweb": _later("pxweb", "read_pxweb_snapshot"),
    "siris": _later("siris", "read_siris_edition"),
    "kaa": _later("kaa", "read_kaa"),
    "af_share": _later("af_share", "read_af_share"),
    "af_registered": _later("af_counts", "read_af_registered"),
    "af_duration": _later("af_counts", "read_af_duration"),
    "af_openly_year": _later("af_openly", "read_af_openly_year"),
    "af_history": _later("af_openly", "read_af_history"),
    "af_ranking": _later("ranking_list", "read_af_ranking"),
    "kolada": _later("kolada", "read_kolada"),
    "mucf": _later("mucf", "read_mucf"),
    "declared": _later("declared", "read_declared"),
    "forsakringskassan": _later("forsakringskassan", "read_fk"),
}
"""Readers of a whole edition, for files that belong together or need its options: validated observations."""

GROUPS = "groups"
"""Reader of a dataset that holds groups to compare with and no figures: ``newest_similar`` reads them."""

DESCRIBERS: dict[str, Callable[[Snapshot, Catalog], list[str]]] = {
    "af_ranking": _later("ranking_list", "describe_ranking")
}
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


def read_edition(
    snapshot: Snapshot, dataset: Dataset, catalog: Catalog, *, verified: bool = False
) -> Iterator[pd.DataFrame]:
    """Verify, read and correct one edition, as :func:`read_raw` does; its notes are in ``attrs["notes"]``.

    Parameters
    ----------
    snapshot, dataset, catalog
        The edition, and what is declared of it.
    verified
        Whether the files have just been compared with their checksums.
    """
    if dataset.reader not in (GROUPS, *READERS, *EDITION_READERS):
        raise RawFileError(
            f"Datamängden ”{dataset.id}” har inga råfiler: den läses ur programfilerna",
            where=snapshot.folder,
            todo="Flytta mappen",
        )
    if not verified:
        verify(snapshot)
    if catalog.aliases != Aliases():
        check_aliases(catalog)
    refusal = RawFileError(
        "Filerna har en annan form än läsaren väntar",
        where=snapshot.folder,
        todo="Hämta datamängden igen; säg till om felet kvarstår",
    )
    with reading(catalog.aliases) as notes, door(refusal):
        frames = list(_frames(snapshot, dataset, catalog))
    folder = str(snapshot.folder / "_").removesuffix("_")
    for frame in frames:
        frame.attrs["notes"] = tuple(text.replace(folder, "") for text in notes.lines)
        yield frame


def _frames(snapshot: Snapshot, dataset: Dataset, catalog: Catalog) -> Iterator[pd.DataFrame]:
    if dataset.reader in EDITION_READERS:
        yield correct(EDITION_READERS[dataset.reader](snapshot, catalog), catalog)
        return
    for file in snapshot.files:
        if file.role == "data" and dataset.reader != GROUPS:
            frame = READERS[dataset.reader](snapshot.path(file), catalog)
            origin = snapshot.origin(file)
            made = make_observations(frame.assign(dataset=dataset.id, edition=snapshot.edition, origin=origin))
            yield correct(made, catalog)


def read_documents(catalog: Catalog) -> Iterator[pd.DataFrame]:
    """Read the printed figures of all programmes that have any."""
    for programme in catalog.programmes.values():
        if programme.printed:
            yield make_observations(document_observations(programme, catalog))
