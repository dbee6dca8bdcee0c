"""From data/raw to data/processed: read, validate, write; and only when something has changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from uvas_stats.build.invariants import check_bounds, compare_editions, refuse_impossible, relations
from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.catalog.declared import DATA
from uvas_stats.catalog.similar import write_similar
from uvas_stats.errors import ObservationError, RawFileError, UvasStatsError
from uvas_stats.observations.store import OBSERVATIONS, read_origins, write_observations
from uvas_stats.observations.validate import validate_together
from uvas_stats.raw.rejected import Check
from uvas_stats.raw.snapshot import Snapshot, editions, list_snapshots, read_snapshot
from uvas_stats.register.store import register_files, register_origins, stored_observations
from uvas_stats.workspace import Workspace, locked

__all__ = [
    "Accept",
    "BuildResult",
    "build",
    "edition_check",
    "ensure_processed",
    "fingerprint",
    "read_checked",
    "to_read",
]

Accept = Callable[[str], bool]
"""Is told what is most likely wrong with an edition; tells whether it is to be laid in all the same."""
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


def is_fetched(snapshot: Snapshot) -> bool:
    """Tell whether an edition was fetched from a service whole, and not put in by hand."""
    return bool(snapshot.tables) or all(file.url for file in snapshot.files)


def to_read(snapshots: list[Snapshot]) -> list[Snapshot]:
    """Leave out the fetched editions that a build need not read, as each newer one is whole and holds the same.

    Of what was fetched from a service the two newest editions of a dataset are read, and an older one if it has a
    kind of file, a table or a key figure that none of the newer has. What was put in by hand, or came with the
    package, is read in all its editions. Nothing is taken away from data/raw.
    """
    kept: list[Snapshot] = []
    newer: dict[str, tuple[int, set[str]]] = {}
    for snapshot in sorted(snapshots, key=lambda one: one.edition, reverse=True):
        if not is_fetched(snapshot):
            kept.append(snapshot)
            continue
        count, seen = newer.get(snapshot.dataset, (0, set()))
        if count < KEPT or not _parts(snapshot) <= seen:
            kept.append(snapshot)
            newer[snapshot.dataset] = (count + 1, seen | _parts(snapshot))
    return [snapshot for snapshot in snapshots if snapshot in kept]


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
    check_bounds(observations, catalog)
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
        refuse_impossible(frame, catalog)
        yield frame


def edition_check(catalog: Catalog, raw_roots: Iterable[Path] = (), accept: Accept | None = None) -> Check:
    """Give the check that files must pass before they become an edition: their reader reads them whole.

    Parameters
    ----------
    catalog
        What is declared.
    raw_roots
        Where the edition before is looked for, which the new one is compared with.
    accept
        Is asked whether an edition that is most likely wrong is to be laid in all the same; if None, it is not.
    """

    def check(folder: Path) -> list[str]:
        snapshot = read_snapshot(folder, placed=False)
        frames = list(read_checked(snapshot, catalog, verified=True))
        notes = [note for frame in frames for note in frame.attrs["notes"]]
        for question in _questions(snapshot, frames, catalog, list(raw_roots), notes):
            if accept is None or not accept(question):
                raise RawFileError(
                    question, where=folder, todo="Kontrollera hos utgivaren; är det rätt, lägg till --accept"
                )
            notes.append(f"{question}; inlagd ändå.")
        return list(dict.fromkeys(notes))

    return check


def _questions(
    snapshot: Snapshot, frames: list[pd.DataFrame], catalog: Catalog, raw_roots: list[Path], notes: list[str]
) -> Iterator[str]:
    """Give what is most likely wrong with an edition, and add to the notes what may be."""
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)  # it may be tomorrow where the service is
    if snapshot.edition[:10] > day.isoformat():
        yield f"Utgåvan är daterad i framtiden, {snapshot.edition[:10]}"
    for frame in frames:
        notes += relations(frame, catalog)
    before = _edition_before(snapshot, catalog, raw_roots)
    if before is None or not frames:
        return
    from uvas_stats.clean import read_edition
    from uvas_stats.observations.coded import concat_observations

    dataset, new = catalog.datasets[snapshot.dataset], concat_observations(frames)
    try:
        old = concat_observations(list(read_edition(before, dataset, catalog)))
    except UvasStatsError:
        notes.append(f"Utgåva {before.edition} går inte att läsa; den nya är inte jämförd med den.")
        return
    compared = compare_editions(new, old, dataset, whole=is_fetched(snapshot))
    if compared.question:
        yield compared.question
    notes += compared.notes


def _edition_before(snapshot: Snapshot, catalog: Catalog, raw_roots: list[Path]) -> Snapshot | None:
    """Find the newest whole edition of the same dataset that is not newer."""
    parts = catalog.datasets[snapshot.dataset].parts
    held = [
        folder for root in raw_roots for folder in editions(root, snapshot.dataset) if folder.name not in parts
    ]
    older = [folder for folder in held if folder.name[:10] <= snapshot.edition[:10]]
    return read_snapshot(max(older, key=lambda folder: folder.name)) if older else None
