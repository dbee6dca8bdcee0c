"""data/processed: the observations and what is known of their raw files, as they are kept between runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from uvas_stats.errors import ObservationError
from uvas_stats.observations.contract import COLUMNS, NUMBERS, TEXT_COLUMNS
from uvas_stats.workspace import BLANK_SEAL, atomic_file, is_intact, seal

__all__ = ["note_of", "read_observations", "read_origins", "sealed_parquet", "write_observations"]

OBSERVATIONS, ORIGINS = "observations.parquet", "origins.json"
_NOTE = b"uvas_stats"
_DAMAGED = (OSError, ValueError, TypeError, LookupError, NotImplementedError)  # as pyarrow's own errors are
_KEPT_WHOLE = 500_000
"""Rows: what takes some tens of megabytes."""


def sealed_parquet(frame: pd.DataFrame, note: Mapping[str, Any]) -> bytes:
    """Write a frame as Parquet with a note on it and the checksum of the whole file inside."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    text = json.dumps({"seal": BLANK_SEAL, **note}, ensure_ascii=False)
    table = table.replace_schema_metadata({**table.schema.metadata, _NOTE: text})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return seal(sink.getvalue().to_pybytes())


def note_of(content: bytes) -> dict[str, Any]:
    """Check a file that :func:`sealed_parquet` has written, and give the note; empty in a file without a seal.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    intact = is_intact(content)
    note = (pq.read_schema(pa.BufferReader(content)).metadata or {}).get(_NOTE) if intact is not False else b""
    if intact is False or bool(note) != bool(intact):
        raise ValueError("the file is not as it was sealed")
    return dict(json.loads(note)) if note else {}


def write_observations(frame: pd.DataFrame, folder: Path, origins: Mapping[str, Any]) -> None:
    """Write a validated frame and its origins to data/processed, each file whole or not at all.

    The figures have the checksum of their origins in them, so that none go with those of another build.

    Parameters
    ----------
    frame
        Validated observations.
    folder
        The folder of processed files.
    origins
        What is known of each raw file, and what the build depends on.
    """
    about = json.dumps(origins, ensure_ascii=False, indent=1).encode()
    with atomic_file(folder / OBSERVATIONS) as path:
        path.write_bytes(sealed_parquet(frame, {"origins": hashlib.sha256(about).hexdigest()}))
    with atomic_file(folder / ORIGINS) as path:
        path.write_bytes(about)


def read_observations(
    folder: Path,
    measures: Iterable[str] | None = None,
    filters: Sequence[Sequence[tuple[str, str, object]]] | None = None,
) -> pd.DataFrame:
    """Read data/processed.

    Parameters
    ----------
    folder
        The folder of processed files.
    measures
        Ids of the measures to read; None means all. BAS by month is three million rows that few have use for.
    filters
        Instead of measures: what to read in pyarrow's form, such as ``[[("sex", "=", "total")]]``.

    Raises
    ------
    ObservationError
        If the file is not there, is damaged, or has other columns than the contract.
    """
    path = folder / OBSERVATIONS
    wanted = filters if measures is None else [[("measure", "in", sorted(set(measures)))]]
    try:
        frame: pd.DataFrame = _read(path, wanted).to_pandas()
    except FileNotFoundError:
        raise ObservationError("Det finns inga bearbetade uppgifter", where=path, todo="Kör: uvas build") from None
    except _DAMAGED as error:
        raise ObservationError(
            "Filen med bearbetade uppgifter är skadad", where=path, todo="Ta bort den och kör: uvas build"
        ) from error
    if tuple(frame.columns) != COLUMNS or any(frame[name].dtype != "float64" for name in NUMBERS):
        raise ObservationError(
            "Filen med bearbetade uppgifter har fel kolumner",
            where=path,
            todo="Ta bort den och kör: uvas build",
        )
    return frame.astype(dict.fromkeys(TEXT_COLUMNS, "category"))  # an all-null column comes back as object


def _read(path: Path, filters: Any) -> pa.Table:
    """Read some rows; of a file that is not large all are read once and kept, for a nuläge asks many times."""
    about = path.stat()
    _note(path, about.st_size, about.st_mtime_ns)
    if filters is None or pq.read_metadata(path).num_rows > _KEPT_WHOLE:
        return pq.read_table(path, filters=filters, page_checksum_verification=True)
    return _whole(path, about.st_size, about.st_mtime_ns).filter(pq.filters_to_expression(filters))


@lru_cache(maxsize=2)
def _note(path: Path, size: int, changed: int) -> dict[str, Any]:
    """Check a whole file once, and give the note in it."""
    return note_of(path.read_bytes())


@lru_cache(maxsize=1)
def _whole(path: Path, size: int, changed: int) -> pa.Table:
    """Read a whole file; size and time of change tell one file from the one that took its place."""
    return pq.read_table(path, page_checksum_verification=True)


def read_origins(folder: Path) -> dict[str, Any]:
    """Read what is known of each raw file: publisher, retrieved, licence and sha256, by its ``origin``."""
    path, figures = folder / ORIGINS, folder / OBSERVATIONS
    try:
        content = path.read_bytes()
        origins = json.loads(content.decode())
        if figures.exists():
            about = figures.stat()
            digest = _note(figures, about.st_size, about.st_mtime_ns).get("origins")
            if digest not in (None, hashlib.sha256(content).hexdigest()):
                raise ValueError("the list belongs to other figures")
    except (*_DAMAGED, RecursionError) as error:
        raise ObservationError(
            "Förteckningen över råfiler saknas eller är skadad", where=path, todo="Kör: uvas build"
        ) from error
    if not isinstance(origins, dict):
        raise ObservationError("Förteckningen över råfiler är skadad", where=path, todo="Kör: uvas build")
    return origins
