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
from uvas_stats.raw.publish import read_origin, read_raw
from uvas_stats.raw.snapshot import Snapshot

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
    edition: Path, tables: Sequence[PxTable] | None = None, measures: Mapping[str, Measure] | None = None
) -> Iterator[pd.DataFrame]:
    """Read an edition file by file, so that memory does not grow with the number of files.

    Parameters
    ----------
    edition
        The folder of the edition.
    tables, measures
        Declarations to read by; if None, those of the catalog.

    Yields
    ------
    pandas.DataFrame
        The validated observations of one file, without what is derived.

    Raises
    ------
    RawFileError
        If a file is missing, changed or damaged.
    """
    origin = read_origin(edition)
    dataset = str(origin["dataset"])
    declared = tables if tables is not None else tables_of(dataset)
    known = measures if measures is not None else load_catalog().measures
    entries = {table["name"]: table for table in origin["tables"]}
    for file in origin["files"]:
        if file["role"] != "data":
            continue
        entry = entries[str(file["name"]).partition("/")[0]]
        reading = Reading(
            _declared(dataset, entry["name"], declared, edition),
            str(origin["edition"]),
            known,
            entry.get("meaning", {}),
            bool(entry.get("noise")),
        )
        name = f"{dataset}/{edition.name}/{file['name']}"
        yield cube_frame(read_cube(read_raw(edition, file), name), reading, name)


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
    frame = concat_observations(list(iter_observations(edition)))
    dataset = str(frame["dataset"].iloc[0])
    derive = DERIVED.get(dataset)
    if derive is not None:
        derived = derive(frame, f"{dataset}/{edition.name}/origin.toml")
        frame = concat_observations([frame, derived])
    return validate(frame[list(COLUMNS)])


def read_pxweb_snapshot(snapshot: Snapshot, _: Catalog) -> pd.DataFrame:
    """Read an edition as :func:`read_pxweb` does, by its snapshot."""
    return read_pxweb(snapshot.folder)


def edition_origins(edition: Path) -> dict[str, dict[str, str]]:
    """Say of each ``origin`` of an edition's observations who published it, when it was fetched and how."""
    origin = read_origin(edition)
    common = {key: str(origin[key]) for key in ("publisher", "title", "url", "licence")}
    common["retrieved"] = origin["retrieved"].isoformat()
    base = f"{origin['dataset']}/{edition.name}"
    found = {f"{base}/{file['name']}": {**common, "sha256": str(file["sha256"])} for file in origin["files"]}
    return found | {f"{base}/origin.toml": {**common, "sha256": ""}}
