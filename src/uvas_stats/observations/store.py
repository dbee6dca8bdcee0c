"""data/processed: the observations and what is known of their raw files, as they are kept between runs."""

from __future__ import annotations

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
from uvas_stats.workspace import atomic_file

__all__ = ["read_observations", "read_origins", "write_observations"]

_KEPT_WHOLE = 500_000
"""Rows: what takes some tens of megabytes."""


def write_observations(frame: pd.DataFrame, folder: Path, origins: Mapping[str, Any]) -> None:
    """Write a validated frame and its origins to data/processed, each file whole or not at all.

    Parameters
    ----------
    frame
        Validated observations.
    folder
        The folder of processed files.
    origins
        What is known of each raw file, and what the build depends on.
    """
    with atomic_file(folder / "observations.parquet") as path:
        frame.to_parquet(path, engine="pyarrow", compression="zstd", index=False, write_page_checksum=True)
    with atomic_file(folder / "origins.json") as path:
        path.write_text(json.dumps(origins, ensure_ascii=False, indent=1), encoding="utf-8")


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
    path = folder / "observations.parquet"
    wanted = filters if measures is None else [[("measure", "in", sorted(set(measures)))]]
    try:
        frame: pd.DataFrame = _read(path, wanted).to_pandas()
    except FileNotFoundError:
        raise ObservationError("Det finns inga bearbetade uppgifter", where=path, todo="Kör: uvas build") from None
    except (
        OSError,
        ValueError,
        TypeError,
        LookupError,
        NotImplementedError,
    ) as error:  # as pyarrow's own errors are
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
    if filters is None or pq.read_metadata(path).num_rows > _KEPT_WHOLE:
        return pq.read_table(path, filters=filters, page_checksum_verification=True)
    return _whole(path, about.st_size, about.st_mtime_ns).filter(pq.filters_to_expression(filters))


@lru_cache(maxsize=1)
def _whole(path: Path, size: int, changed: int) -> pa.Table:
    """Read a whole file; size and time of change tell one file from the one that took its place."""
    return pq.read_table(path, page_checksum_verification=True)


def read_origins(folder: Path) -> dict[str, Any]:
    """Read what is known of each raw file: publisher, retrieved, licence and sha256, by its ``origin``."""
    path = folder / "origins.json"
    try:
        origins = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ObservationError(
            "Förteckningen över råfiler saknas eller är skadad", where=path, todo="Kör: uvas build"
        ) from error
    if not isinstance(origins, dict):
        raise ObservationError("Förteckningen över råfiler är skadad", where=path, todo="Kör: uvas build")
    return origins
