"""Snapshots: data/raw/<dataset>/<edition>/ holds the bytes as published, and origin.toml says how they came."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from uvas_stats.catalog.toml import build, read_toml
from uvas_stats.errors import CatalogError, RawFileError

__all__ = ["RawFile", "Snapshot", "list_snapshots", "read_snapshot", "verify"]


@dataclass(frozen=True)
class RawFile:
    """One file of a snapshot."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Snapshot:
    """One edition of a dataset as its origin.toml tells it."""

    dataset: str
    edition: str
    title: str
    publisher: str
    url: str
    retrieved: dt.date
    licence: str
    files: tuple[RawFile, ...]
    note: str = ""
    folder: Path = field(default=Path())

    def path(self, file: RawFile) -> Path:
        """Return where a file of the snapshot is."""
        return self.folder / file.name

    def origin(self, file: RawFile) -> str:
        """Return the name of a file as observations carry it: dataset/edition/name."""
        return f"{self.dataset}/{self.edition}/{file.name}"


def read_snapshot(folder: Path) -> Snapshot:
    """Read the origin.toml of one snapshot.

    Raises
    ------
    RawFileError
        If it is missing, wrong, or does not agree with the folder's place.
    """
    where = folder / "origin.toml"
    try:
        snapshot = build(Snapshot, {**read_toml(where), "folder": folder}, where)
    except CatalogError as error:
        raise RawFileError(error.what, where=where, todo="Hämta utgåvan igen eller rätta origin.toml") from error
    if (snapshot.dataset, snapshot.edition) != (folder.parent.name, folder.name):
        raise RawFileError(
            f"origin.toml säger {snapshot.dataset}/{snapshot.edition}", where=folder, todo="Flytta tillbaka mappen"
        )
    return snapshot


def list_snapshots(roots: Iterable[Path]) -> list[Snapshot]:
    """Find all snapshots under the raw folders; the first root that holds an edition wins."""
    found: dict[tuple[str, str], Path] = {}
    for root in roots:
        for origin in sorted(root.glob("*/*/origin.toml")):
            found.setdefault((origin.parent.parent.name, origin.parent.name), origin.parent)
    return [read_snapshot(folder) for _, folder in sorted(found.items())]


def verify(snapshot: Snapshot) -> None:
    """Check that every file of a snapshot is there, whole and unchanged.

    Raises
    ------
    RawFileError
        Naming the file whose size or sha256 differs.
    """
    for file in snapshot.files:
        path = snapshot.path(file)
        try:
            with path.open("rb") as handle:
                digest = hashlib.file_digest(handle, "sha256").hexdigest()
        except OSError as error:
            raise RawFileError("Råfilen kan inte läsas", where=path, todo="Hämta utgåvan igen") from error
        if digest != file.sha256:
            raise RawFileError(
                "Råfilens kontrollsumma stämmer inte med origin.toml",
                where=path,
                todo="Råfiler ändras aldrig: återställ filen eller hämta utgåvan igen",
            )
