"""From data/raw to data/processed: read, validate, write; and only when something has changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.catalog.declared import DATA
from uvas_stats.catalog.similar import write_similar
from uvas_stats.errors import ObservationError
from uvas_stats.observations.contract import KEY
from uvas_stats.observations.store import OBSERVATIONS, read_origins, write_observations
from uvas_stats.observations.validate import validate_together
from uvas_stats.raw.rejected import Check
from uvas_stats.raw.snapshot import Snapshot, list_snapshots, read_snapshot
from uvas_stats.register.store import register_files, register_origins, stored_observations
from uvas_stats.workspace import Workspace, locked

__all__ = ["BuildResult", "build", "edition_check", "ensure_processed", "fingerprint", "read_checked", "to_read"]

FRACTIONS = 10
"""How many shares must all be at most 1 to be taken for parts of 1."""
_WAIT = 3600.0
KEPT = 2
"""Fetched editions of a dataset that a build reads: the newest, and the one that it is compared with."""


@dataclass(frozen=True)
class BuildResult:
    """What a build wrote."""

    rows: int
    datasets: int
    editions: int


@cache
def _declared(folder: Path) -> str:
    """Summarise what the package declares: regions, tables, reports, breaks and all else that readers go by."""
    digest = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.suffix in (".toml", ".csv")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def fingerprint(workspace: Workspace, catalog: Catalog, snapshots: list[Snapshot]) -> str:
    """Summarise all that a build depends on, without reading the raw files: of them sizes and times are enough.

    Parameters
    ----------
    workspace, catalog, snapshots
        Where the registers' counts are, what is declared, and the editions.
    """
    digest = hashlib.sha256(f"{version('uvas-stats')} {_declared(DATA)}".encode())
    digest.update(repr((catalog.programmes, catalog.measures, catalog.datasets, catalog.aliases)).encode())
    for snapshot in snapshots:
        for path in (snapshot.folder / "origin.toml", *[snapshot.path(file) for file in snapshot.files]):
            size = (path.stat().st_size, path.stat().st_mtime_ns) if path.exists() else (0, 0)
            digest.update(f"{snapshot.dataset}/{snapshot.edition}/{path.name} {size}".encode())
    for path in register_files(workspace):
        about = path.stat()
        digest.update(f"{path.parent.name}/{path.name} {about.st_size} {about.st_mtime_ns}".encode())
    return digest.hexdigest()


def _parts(snapshot: Snapshot) -> set[str]:
    """Name what an edition consists of: files (without the numbers in their names), tables and key figures."""
    files = {re.sub("[0-9]+", "#", file.name) for file in snapshot.files}
    return files | {table.id for table in snapshot.tables} | set(snapshot.options)


def to_read(snapshots: list[Snapshot]) -> list[Snapshot]:
    """Leave out the fetched editions that a build need not read, as each newer one is whole and holds the same.

    Of what was fetched from a service the two newest editions of a dataset are read, and an older one if it has a
    kind of file, a table or a key figure that none of the newer has. What was put in by hand, or came with the
    package, is read in all its editions. Nothing is taken away from data/raw.
    """
    kept: list[Snapshot] = []
    newer: dict[str, tuple[int, set[str]]] = {}
    for snapshot in sorted(snapshots, key=lambda one: one.edition, reverse=True):
        if not (snapshot.tables or all(file.url for file in snapshot.files)):
            kept.append(snapshot)
            continue
        count, seen = newer.get(snapshot.dataset, (0, set()))
        if count < KEPT or not _parts(snapshot) <= seen:
            kept.append(snapshot)
            newer[snapshot.dataset] = (count + 1, seen | _parts(snapshot))
    return [snapshot for snapshot in snapshots if snapshot in kept]


def _check_bounds(frame: pd.DataFrame, catalog: Catalog) -> None:
    """Refuse a value outside what its measure allows, such as a share above 100 percent."""
    measures = [catalog.measures[name] for name in frame["measure"].cat.categories]
    lows = np.array([-np.inf if one.minimum is None else one.minimum for one in measures])
    highs = np.array([np.inf if one.maximum is None else one.maximum for one in measures])
    codes, values = frame["measure"].cat.codes.to_numpy(), frame["value"].to_numpy()
    outside = np.flatnonzero((values < lows[codes]) | (values > highs[codes]))
    if len(outside):
        at = outside[codes[outside].argmin()]
        row, measure = frame.iloc[at], measures[codes[at]]
        key = ", ".join(str(row[column]) for column in KEY if not pd.isna(row[column]))
        raise ObservationError(
            f"Värdet {row['value']:g} ligger utanför {lows[codes[at]]:g}–{highs[codes[at]]:g} för {measure.title}",
            where=f"{row['origin']}: {key}",
            todo="Kontrollera enheten i råfilen",
        )


def _refuse_broken_counts(frame: pd.DataFrame, catalog: Catalog) -> None:
    """Refuse a count that is not whole: 1.309 pupils is 1 309 with its thousands taken for decimals."""
    measures = [catalog.measures[name] for name in frame["measure"].cat.categories]
    counts = [one.id for one in measures if one.unit == "antal" and one.whole]
    broken = frame.loc[frame["measure"].isin(counts) & (frame["value"] % 1 > 0)]  # an unknown value is not above 0
    if len(broken):
        first = broken.iloc[0]
        title = catalog.measures[str(first["measure"])].title
        raise ObservationError(
            f"{len(broken)} antal är inga heltal, först {first['value']:g} för {title}",
            where=f"{first['origin']}: {first['region_code']}, {first['period']}",
            todo="Kontrollera om ett tusentalstecken lästes som decimaltecken",
        )


def _refuse_fractions(frame: pd.DataFrame, catalog: Catalog) -> None:
    """Refuse an edition whose shares are parts of 1, as a workbook keeps what it shows in percent."""
    known = frame.loc[frame["value"].notna() & (frame["value"] != 0)]
    for name, values in known.groupby("measure", observed=True)["value"]:
        measure = catalog.measures[str(name)]
        if measure.unit == "procent" and len(values) >= FRACTIONS and values.max() <= 1 and (values % 1 > 0).any():
            raise ObservationError(
                f"Alla {len(values)} värden för {measure.title} är högst 1, som delar av 1 och inte procent",
                where=known.loc[values.index[0], "origin"],
                todo="Spara kolumnen som tal i procent, 83,3 och inte 0,833, eller hämta filen igen",
            )


def _origins(snapshots: list[Snapshot], used: set[str]) -> dict[str, Any]:
    """Say of each ``origin`` who published it, when and how; what is computed comes from a whole edition."""
    origins: dict[str, Any] = {}
    for snapshot in snapshots:
        common = {
            "publisher": snapshot.publisher,
            "title": snapshot.title,
            "url": snapshot.url or snapshot.landing_page,
            "retrieved": snapshot.retrieved.isoformat(),
            "licence": snapshot.licence,
            "note": snapshot.note,
        }
        origins |= {snapshot.origin(file): {**common, "sha256": file.sha256} for file in snapshot.files}
        whole = f"{snapshot.dataset}/{snapshot.edition}/origin.toml"
        if whole in used:
            origins[whole] = {**common, "sha256": ""}
    return origins


def _one_at_a_time(workspace: Workspace) -> AbstractContextManager[None]:
    lock = workspace.processed.with_name(".build.lock")
    return locked(lock, "En annan bearbetning av samma arbetsmapp pågår", _WAIT)


def _build(workspace: Workspace, catalog: Catalog, snapshots: list[Snapshot]) -> BuildResult:
    # not needed to see that all is built
    from uvas_stats.clean import newest_similar, read_documents, read_raw
    from uvas_stats.observations.coded import concat_observations

    if not snapshots:  # the printed figures of the documents alone are no edition
        raise ObservationError(
            "Det finns inga råfiler", where=workspace.raw, todo="Kör: uvas fetch, eller byt arbetsmapp"
        )
    made_of = fingerprint(workspace, catalog, snapshots)  # what is laid in while it is read is built in next time
    read = to_read(snapshots)
    frames = [*read_raw(read, catalog), *read_documents(catalog), *stored_observations(workspace)]
    observations = validate_together(concat_observations(frames))  # each has been validated
    _check_bounds(observations, catalog)
    used = set(observations["origin"].cat.categories)
    files = _origins(read, used) | register_origins(workspace)
    notes: dict[str, list[str]] = {}
    for frame in frames:
        if frame.attrs.get("notes"):
            notes["/".join(frame.iloc[0][["dataset", "edition"]])] = list(frame.attrs["notes"])
        for origin, read_as in frame.attrs.get("provenance", {}).items():
            files[origin]["read_as"] = read_as  # headings as printed, notes and marks that were not known
        for origin, corrections in frame.attrs.get("corrections", {}).items():
            files[origin]["corrections"] = corrections
    state = {"fingerprint": made_of, "files": files, "notes": notes}
    write_similar(workspace.processed, newest_similar(snapshots, catalog))
    write_observations(observations, workspace.processed, state)
    return BuildResult(rows=len(observations), datasets=observations["dataset"].nunique(), editions=len(read))


def build(workspace: Workspace) -> BuildResult:
    """Read the raw files and write data/processed; of what was fetched, the editions that :func:`to_read` names.

    Raises
    ------
    UvasStatsError
        If a raw file, the catalog or the result is wrong; what was there before is then untouched.
    """
    with _one_at_a_time(workspace):
        return _build(workspace, load_catalog(workspace), list_snapshots(workspace.raw_roots))


def ensure_processed(workspace: Workspace) -> BuildResult | None:
    """Build if data/processed is missing or older than what it is made from; otherwise do nothing."""
    if _is_built(workspace):
        return None
    with _one_at_a_time(workspace):
        if _is_built(workspace):  # by another, while this one waited
            return None
        return _build(workspace, load_catalog(workspace), list_snapshots(workspace.raw_roots))


def _is_built(workspace: Workspace) -> bool:
    """Tell whether data/processed is whole and made of what is there now; what is damaged is built again."""
    made_of = fingerprint(workspace, load_catalog(workspace), list_snapshots(workspace.raw_roots))
    try:
        state = read_origins(workspace.processed)
    except ObservationError:
        return False
    return (workspace.processed / OBSERVATIONS).exists() and state.get("fingerprint") == made_of


def read_checked(snapshot: Snapshot, catalog: Catalog, *, verified: bool = False) -> Iterator[pd.DataFrame]:
    """Read an edition as a build does, and hold every figure against what its measure allows.

    Parameters
    ----------
    snapshot, catalog
        The edition, and what is declared.
    verified
        Whether the files have just been compared with their checksums.

    Raises
    ------
    UvasStatsError
        If the edition cannot be read, or has figures that cannot be.
    """
    from uvas_stats.clean import read_edition

    for frame in read_edition(snapshot, catalog.datasets[snapshot.dataset], catalog, verified=verified):
        _check_bounds(frame, catalog)
        _refuse_fractions(frame, catalog)
        _refuse_broken_counts(frame, catalog)
        yield frame


def edition_check(catalog: Catalog) -> Check:
    """Give the check that files must pass before they become an edition: their reader reads them whole."""

    def check(folder: Path) -> list[str]:
        frames = read_checked(read_snapshot(folder, placed=False), catalog, verified=True)
        return list(dict.fromkeys(note for frame in frames for note in frame.attrs["notes"]))

    return check
