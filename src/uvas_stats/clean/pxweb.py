"""Read an edition that was fetched from a PxWeb database: its tables in one series, with what is derived."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from uvas_stats.catalog import Catalog, Measure, load_catalog
from uvas_stats.catalog.pxweb import PxTable, tables_of
from uvas_stats.clean.population import age_bands
from uvas_stats.clean.pxcube import Reading, cube_frame
from uvas_stats.clean.signal import register_signal
from uvas_stats.errors import RawFileError
from uvas_stats.formats.cube import Cube, damaged
from uvas_stats.formats.jsonstat import BOM, read_jsonstat
from uvas_stats.formats.pxjson import read_pxjson
from uvas_stats.observations.coded import concat_observations
from uvas_stats.observations.contract import COLUMNS
from uvas_stats.observations.validate import validate
from uvas_stats.raw.snapshot import RawFile, Snapshot, read_file, read_snapshot

__all__ = [
    "edition_origins",
    "iter_observations",
    "read_cube",
    "read_pxweb",
    "read_pxweb_snapshot",
]

Derive = Callable[[pd.DataFrame, str], pd.DataFrame]
DERIVED: dict[str, Derive] = {"scb_population": age_bands, "scb_bas": register_signal}
"""What is computed from a dataset's own observations and added to them."""


def read_cube(body: bytes, where: object) -> Cube:
    """Read a data answer in whichever form it has: JSON-stat 2, JSON-stat 1, or version 1's ``json``."""
    start = body.removeprefix(BOM).lstrip()
    if start[:1] != b"{":
        raise damaged("Filen är inte ett JSON-objekt", where)
    if b'"columns"' in start[:200]:
        return read_pxjson(body, where)
    return read_jsonstat(body, where)


def _declared(dataset: str, name: str, tables: Sequence[PxTable], where: Path) -> PxTable:
    for table in tables:
        if table.name == name:
            return table
    raise RawFileError(
        f"Tabellen {name} är inte deklarerad för {dataset}", where=where, todo="Hämta datamängden igen"
    )


def iter_observations(
    snapshot: Snapshot,
    tables: Sequence[PxTable] | None = None,
    measures: Mapping[str, Measure] | None = None,
    read: Callable[[Snapshot, RawFile], bytes] = read_file,
) -> Iterator[pd.DataFrame]:
    """Read an edition file by file, so that memory does not grow with the number of files.

    Parameters
    ----------
    snapshot
        The edition.
    tables, measures
        Declarations to read by; if None, those of the catalog.
    read
        Reads a file; unless told otherwise it compares the file with its checksum.

    Yields
    ------
    pandas.DataFrame
        The validated observations of one file, without what is derived.

    Raises
    ------
    RawFileError
        If a file is missing, changed or damaged.
    """
    declared = tables if tables is not None else tables_of(snapshot.dataset)
    known = measures if measures is not None else load_catalog().measures
    by_name = {table.name: table for table in snapshot.tables}
    for file in snapshot.files:
        if file.role != "data":
            continue
        table = by_name[file.name.partition("/")[0]]
        reading = Reading(
            _declared(snapshot.dataset, table.name, declared, snapshot.folder).as_found(table.meaning),
            snapshot.edition,
            known,
            table.meaning,
            table.noise,
        )
        origin = snapshot.origin(file)
        yield cube_frame(read_cube(read(snapshot, file), origin), reading, origin)


def read_pxweb(edition: Path) -> pd.DataFrame:
    """Read an edition of a declared dataset: all its tables in one series, with what is derived from them.

    Returns
    -------
    pandas.DataFrame
        Validated observations.

    Raises
    ------
    RawFileError
        If a file is missing, changed or damaged.
    ObservationError
        If two tables have the same figure.
    """
    return _series(read_snapshot(edition), read_file)


def read_pxweb_snapshot(snapshot: Snapshot, _: Catalog) -> pd.DataFrame:
    """Read an edition as :func:`read_pxweb` does, by its snapshot, whose files have been verified."""
    return _series(snapshot, lambda _, file: snapshot.path(file).read_bytes())


def _series(snapshot: Snapshot, read: Callable[[Snapshot, RawFile], bytes]) -> pd.DataFrame:
    frame = concat_observations(list(iter_observations(snapshot, read=read)))
    derive = DERIVED.get(snapshot.dataset)
    if derive is not None:
        derived = derive(frame, f"{snapshot.dataset}/{snapshot.edition}/origin.toml")
        frame = concat_observations([frame, derived])
    return validate(frame[list(COLUMNS)])


def edition_origins(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """Say of each ``origin`` of an edition's observations who published it, when it was fetched and how."""
    common = {
        "publisher": snapshot.publisher,
        "title": snapshot.title,
        "url": snapshot.url,
        "licence": snapshot.licence,
        "retrieved": (snapshot.retrieved_at or snapshot.retrieved).isoformat(),
    }
    files = {snapshot.origin(file): {**common, "sha256": file.sha256} for file in snapshot.files}
    return files | {f"{snapshot.dataset}/{snapshot.edition}/origin.toml": {**common, "sha256": ""}}
