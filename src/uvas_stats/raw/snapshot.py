"""Snapshots: data/raw/<dataset>/<edition>/ holds the bytes as published, and origin.toml says how they came.

A folder whose name begins with a full stop or ``rejected_``, or that has no ``origin.toml``, is not an edition.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import tomli_w

from uvas_stats.catalog.toml import build, read_toml
from uvas_stats.errors import CatalogError, RawFileError
from uvas_stats.periods import is_day
from uvas_stats.workspace import atomic_file

__all__ = [
    "ORIGIN",
    "REJECTED",
    "RawFile",
    "RawTable",
    "Snapshot",
    "editions",
    "list_snapshots",
    "newest_snapshot",
    "raw_file",
    "read_file",
    "read_snapshot",
    "same_files",
    "sha256",
    "verify",
    "write_origin",
]

ORIGIN = "origin.toml"
REJECTED = "rejected_"
"""How the name of a folder begins whose files a reader has refused."""
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
class RawTable:
    """What a database says of a table whose answers are files of a snapshot."""

    name: str
    """The folder of the table's files."""
    id: str = ""
    source: str = ""
    title: str = ""
    updated: str = ""
    """As the service says it; empty where it does not."""
    retrieved: str = ""
    key: str = ""
    """Checksum of the question, so that the same question is known again."""
    cells: int = 0
    calls: int = 0
    periods: tuple[str, ...] = ()
    noise: bool = False
    discontinued: bool = False
    notes: tuple[str, ...] = ()
    meaning: dict[str, dict[str, str]] = field(default_factory=dict)
    """For codes that were found by their label: variable, code, and what it is in the tidy table."""
    checked: str = ""
    """When the table was last seen unchanged, where an earlier edition's files were kept."""


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
    notes: tuple[str, ...] = ()
    """What was left out or read otherwise than as it stands, and why: a line each, for the analyst."""
    tables: tuple[RawTable, ...] = ()
    """The tables of a database that the files come from."""
    options: dict[str, str] = field(default_factory=dict)
    """What the reader must know that the files do not say, such as the period of an adopted list."""
    folder: Path = field(default=Path())
    retrieved_at: dt.datetime | None = None
    """The second, where the files were fetched from a service."""

    def path(self, file: RawFile) -> Path:
        """Return where a file of the snapshot is."""
        return self.folder / file.name

    def origin(self, file: RawFile) -> str:
        """Return the name of a file as observations carry it: dataset/edition/name."""
        return f"{self.dataset}/{self.edition}/{file.name}"


def sha256(content: bytes) -> str:
    """Return the checksum of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def raw_file(name: str, content: bytes, *, role: str = "data", url: str = "", query: str = "") -> RawFile:
    """Describe a file by its bytes.

    Parameters
    ----------
    name, content
        Its name in the edition, and what it holds.
    role, url, query
        As in :class:`RawFile`.

    Returns
    -------
    RawFile
        With size and checksum.
    """
    return RawFile(name, sha256(content), len(content), role, url, query)


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
    where = folder / ORIGIN
    try:
        content = read_toml(where, LARGEST_ORIGIN)
        stamp = content.get("retrieved")
        at = stamp if isinstance(stamp, dt.datetime) else None
        if at is not None:  # an edition fetched from a service says the second
            content["retrieved"] = at.date()
        snapshot = replace(build(Snapshot, content, where), folder=folder, retrieved_at=at)
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


def _check_file(file: RawFile, where: Path) -> None:
    """Demand the name of a file in the folder or one below it: no path may lead out of it."""
    whole = all(part.strip(". ") == part for part in file.name.split("/"))
    if not _FILE_NAME.fullmatch(file.name) or not whole:
        raise RawFileError(f"”{file.name}” är inget filnamn", where=where, todo="Skriv namnet utan mapp")
    if not _SHA256.fullmatch(file.sha256):
        raise RawFileError(
            f"sha256 för {file.name} är ingen kontrollsumma", where=where, todo="64 tecken, 0-9 a-f"
        )


def write_origin(snapshot: Snapshot) -> None:
    """Write the origin.toml of a snapshot into its folder, whole or not at all.

    Raises
    ------
    WorkspaceError
        If it cannot be written.
    """
    content: dict[str, Any] = {
        "dataset": snapshot.dataset,
        "edition": snapshot.edition,
        "title": snapshot.title,
        "publisher": snapshot.publisher,
        "licence": snapshot.licence,
        "url": snapshot.url,
        "retrieved": snapshot.retrieved_at or snapshot.retrieved,
    }
    if snapshot.tables:
        content["tables"] = [_table_content(table) for table in snapshot.tables]
    else:
        content |= {"note": snapshot.note, "options": snapshot.options}
    if snapshot.notes:
        content["notes"] = list(snapshot.notes)
    content["files"] = [
        {
            "name": file.name,
            "role": file.role,
            "url": file.url,
            "query": file.query,
            "bytes": file.bytes,
            "sha256": file.sha256,
        }
        for file in snapshot.files
    ]
    with atomic_file(snapshot.folder / ORIGIN) as temporary:
        temporary.write_bytes(tomli_w.dumps(content).encode())


def _table_content(table: RawTable) -> dict[str, Any]:
    content = asdict(table)
    if not table.checked:
        del content["checked"]
    return content


def same_files(old: Snapshot, new: Snapshot) -> bool:
    """Tell whether two snapshots hold the same data, for services that do not say when a table was updated."""
    files = [{file.name: file.sha256.lower() for file in one.files} for one in (old, new)]
    return files[0] == files[1] and old.options == new.options


def editions(raw: Path, dataset: str) -> list[Path]:
    """List the folders of the whole editions of a dataset, the oldest first."""
    folders = (path for path in (raw / dataset).glob("*/") if not path.name.startswith((".", REJECTED)))
    return sorted((path for path in folders if (path / ORIGIN).is_file()), key=lambda path: path.name)


def newest_snapshot(raw: Path, dataset: str) -> Snapshot | None:
    """Read the newest edition of a dataset; None if there is none."""
    folders = editions(raw, dataset)
    return read_snapshot(folders[-1]) if folders else None


def list_snapshots(roots: Iterable[Path]) -> list[Snapshot]:
    """Find all snapshots under the raw folders; the first root that holds an edition wins.

    A folder of an edition that has files but no origin.toml is an error and not passed over: what is in
    data/raw counts. Folders that are hidden or empty, and downloads that were refused, are passed over.
    """
    folders: dict[tuple[str, str], Path] = {}
    for root in roots:
        for folder in sorted(root.glob("*/*/")):
            hidden = folder.name.startswith((".", REJECTED)) or folder.parent.name.startswith(".")
            if not hidden and any(folder.iterdir()):
                folders.setdefault((folder.parent.name, folder.name), folder)
    return [read_snapshot(folder) for _, folder in sorted(folders.items())]


def read_file(snapshot: Snapshot, file: RawFile) -> bytes:
    """Read one file of a snapshot and compare it with its checksum.

    Raises
    ------
    RawFileError
        If it is missing or has been changed.
    """
    path = snapshot.path(file)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RawFileError("Råfilen kan inte läsas", where=path, todo="Hämta datamängden igen") from error
    if sha256(content) != file.sha256.lower():
        raise RawFileError(
            "Råfilen har ändrats sedan den hämtades", where=path, todo="Ta bort utgåvan och hämta igen"
        )
    return content


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
