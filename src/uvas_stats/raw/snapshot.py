"""Snapshots: data/raw/<dataset>/<edition>/ holds the bytes as published, and origin.toml says how they came."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from uvas_stats.catalog.toml import build, read_toml
from uvas_stats.errors import CatalogError, RawFileError
from uvas_stats.periods import is_day

__all__ = ["RawFile", "Snapshot", "list_snapshots", "read_snapshot", "verify"]

LARGEST_ORIGIN = 20_000_000
"""Bytes; an edition of a few thousand files, each with its question, is a few million."""
_EDITION = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([T_][\w.-]+)?")
_FILE_NAME = re.compile(r"[\w. ()+-]{1,150}(/[\w. ()+-]{1,150})?")
_SHA256 = re.compile("[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class RawFile:
    """One file of a snapshot."""

    name: str
    sha256: str
    bytes: int
    role: str = "data"
    """``data``, or what else the publisher sent beside it, such as ``metadata``."""
    url: str = ""
    query: str = ""
    """The question that the file answers, where it was fetched from a service."""


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
    landing_page: str = ""
    note: str = ""
    tables: tuple[dict[str, Any], ...] = ()
    """What a database says of each table the files come from."""
    options: dict[str, str] = field(default_factory=dict)
    """What the reader must know that the files do not say, such as the period of an adopted list."""
    folder: Path = field(default=Path())

    def path(self, file: RawFile) -> Path:
        """Return where a file of the snapshot is."""
        return self.folder / file.name

    def origin(self, file: RawFile) -> str:
        """Return the name of a file as observations carry it: dataset/edition/name."""
        return f"{self.dataset}/{self.edition}/{file.name}"


def read_snapshot(folder: Path, *, placed: bool = True) -> Snapshot:
    """Read the origin.toml of one snapshot.

    Parameters
    ----------
    folder
        The folder of the edition.
    placed
        Whether it lies in its place, data/raw/<dataset>/<edition>; False while it is being made.

    Raises
    ------
    RawFileError
        If it is missing, wrong, or does not agree with the folder's place.
    """
    where = folder / "origin.toml"
    try:
        snapshot = replace(build(Snapshot, _dated(read_toml(where, LARGEST_ORIGIN)), where), folder=folder)
    except CatalogError as error:
        raise RawFileError(error.what, where=where, todo="Hämta utgåvan igen eller rätta origin.toml") from error
    if placed and (snapshot.dataset, snapshot.edition) != (folder.parent.name, folder.name):
        raise RawFileError(
            f"origin.toml säger {snapshot.dataset}/{snapshot.edition}", where=folder, todo="Flytta tillbaka mappen"
        )
    edition = _EDITION.fullmatch(snapshot.edition)
    if edition is None or not is_day(edition[1]):
        raise RawFileError(f"Utgåvan ”{snapshot.edition}” är inget datum", where=folder, todo="Skriv 2026-11-21")
    if not snapshot.files:
        raise RawFileError("origin.toml nämner inga filer", where=where, todo="Hämta utgåvan igen")
    for file in snapshot.files:
        _check_file(file, where)
    return snapshot


def _dated(content: dict[str, Any]) -> dict[str, Any]:
    """Take the day of a time stamp: an edition fetched from a service says the second."""
    stamp = content.get("retrieved")
    return {**content, "retrieved": stamp.date()} if isinstance(stamp, dt.datetime) else content


def _check_file(file: RawFile, where: Path) -> None:
    """Demand the name of a file in the folder or one below it: no path may lead out of it."""
    whole = all(part.strip(". ") == part for part in file.name.split("/"))
    if not _FILE_NAME.fullmatch(file.name) or not whole:
        raise RawFileError(f"”{file.name}” är inget filnamn", where=where, todo="Skriv namnet utan mapp")
    if not _SHA256.fullmatch(file.sha256):
        raise RawFileError(
            f"sha256 för {file.name} är ingen kontrollsumma", where=where, todo="64 tecken, 0-9 a-f"
        )


def list_snapshots(roots: Iterable[Path]) -> list[Snapshot]:
    """Find all snapshots under the raw folders; the first root that holds an edition wins.

    A folder of an edition that has files but no origin.toml is an error and not passed over: what is in
    data/raw counts. Folders that are hidden or empty are passed over.
    """
    found: dict[tuple[str, str], Path] = {}
    for root in roots:
        for folder in sorted(root.glob("*/*/")):
            hidden = folder.name.startswith(".") or folder.parent.name.startswith(".")
            if not hidden and any(folder.iterdir()):
                found.setdefault((folder.parent.name, folder.name), folder)
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
        if digest != file.sha256.lower() or path.stat().st_size != file.bytes:
            raise RawFileError(
                "Råfilens kontrollsumma eller storlek stämmer inte med origin.toml",
                where=path,
                todo="Råfiler ändras aldrig: återställ filen eller hämta utgåvan igen",
            )
