"""Editions of raw files: written aside, verified, moved into place whole, and never changed afterwards.

``data/raw/<dataset>/<edition>/`` holds the bytes of every response and ``origin.toml``. While a fetch goes on,
its files lie in ``data/raw/<dataset>/.partial-<key>/``, where an interrupted fetch finds them again. A folder
whose name begins with a full stop, or that has no ``origin.toml``, is not an edition.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from uvas_stats.errors import RawFileError, WorkspaceError
from uvas_stats.workspace import atomic_file, writing

__all__ = [
    "dataset_lock",
    "editions",
    "file_entry",
    "free_edition",
    "publish",
    "read_origin",
    "read_raw",
    "same_files",
    "sha256",
    "staging_folder",
    "to_toml",
    "write_raw",
]

ORIGIN = "origin.toml"
_PARTIAL = ".partial-"


def sha256(content: bytes) -> str:
    """Return the checksum of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_text(str(key))} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return _text(str(value))


def to_toml(content: Mapping[str, Any]) -> str:
    """Write a mapping as TOML; a list of mappings becomes an array of tables.

    Examples
    --------
    >>> print(to_toml({"a": "å", "n": 1, "files": [{"name": "b.json", "codes": ["1", "2"]}]}))
    a = "å"
    n = 1
    <BLANKLINE>
    [[files]]
    name = "b.json"
    codes = ["1", "2"]
    <BLANKLINE>
    """
    lines, tables = [], []
    for key, value in content.items():
        if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            for item in value:
                tables += ["", f"[[{key}]]", *(f"{name} = {_value(inner)}" for name, inner in item.items())]
        else:
            lines.append(f"{key} = {_value(value)}")
    return "\n".join([*lines, *tables, ""])


def editions(raw: Path, dataset: str) -> list[Path]:
    """List the whole editions of a dataset, the oldest first."""
    folder = raw / dataset
    if not folder.is_dir():
        return []
    found = (path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    return sorted((path for path in found if (path / ORIGIN).is_file()), key=lambda path: path.name)


def read_origin(edition: Path) -> dict[str, Any]:
    """Read what is known of the files of an edition.

    Raises
    ------
    RawFileError
        If ``origin.toml`` is missing or damaged.
    """
    path = edition / ORIGIN
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RawFileError(
            "Utgåvans origin.toml saknas eller är skadad", where=path, todo="Ta bort utgåvan och hämta igen"
        ) from error


def read_raw(edition: Path, file: Mapping[str, Any]) -> bytes:
    """Read one file of an edition and compare it with its checksum.

    Raises
    ------
    RawFileError
        If it is missing or has been changed.
    """
    path = edition / str(file["name"])
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RawFileError("Råfilen kan inte läsas", where=path, todo="Hämta datamängden igen") from error
    if sha256(content) != file["sha256"]:
        raise RawFileError(
            "Råfilen har ändrats sedan den hämtades", where=path, todo="Ta bort utgåvan och hämta igen"
        )
    return content


def file_entry(staging: Path, path: Path, role: str, url: str, query: str) -> dict[str, Any]:
    """Describe one file of an edition."""
    content = path.read_bytes()
    return {
        "name": path.relative_to(staging).as_posix(),
        "role": role,
        "url": url,
        "query": query,
        "bytes": len(content),
        "sha256": sha256(content),
    }


def same_files(origin: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether an edition holds the same data, for services that do not say when a table was updated."""
    old = {file["name"]: file["sha256"] for file in origin["files"]}
    return old == {file["name"]: file["sha256"] for file in files}


@contextmanager
def dataset_lock(raw: Path, dataset: str, wait: float = 3600.0) -> Iterator[None]:
    """Let one process at a time fetch a dataset. The operating system frees the lock if the process dies.

    Raises
    ------
    WorkspaceError
        If another process holds it too long, or the folder cannot be written.
    """
    folder = raw / dataset
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", timeout=wait)
    with writing(folder):
        try:
            lock.acquire()
        except Timeout as error:  # is an OSError too, but not one of the disk's
            raise WorkspaceError(
                "En annan hämtning av samma datamängd pågår", where=folder, todo="Vänta tills den är klar"
            ) from error
    try:
        yield
    finally:
        lock.release()


def staging_folder(raw: Path, dataset: str, key: str) -> Path:
    """Give the folder of an unfinished fetch, the same for the same question; remove those of other questions."""
    folder = raw / dataset / f"{_PARTIAL}{key[:16]}"
    for other in (raw / dataset).glob(f"{_PARTIAL}*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_raw(path: Path, content: bytes) -> None:
    """Write one response, whole or not at all."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


def free_edition(raw: Path, dataset: str, wanted: str) -> str:
    """Give the name of a new edition: the wanted one, or with a number if an edition has it already."""
    taken = {path.name for path in editions(raw, dataset)}
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number:02d}"
    return name


def publish(
    staging: Path,
    raw: Path,
    dataset: str,
    edition: str,
    origin: Mapping[str, Any],
    before: Callable[[Path], None] | None = None,
) -> Path:
    """Turn a staging folder into an edition: check every file, write ``origin.toml`` last, move the folder.

    Parameters
    ----------
    staging, raw, dataset, edition
        What is moved, and where to.
    origin
        The content of ``origin.toml``.
    before
        Looks at the whole folder before it is moved, and raises if it should not become an edition.

    Raises
    ------
    RawFileError
        If a file is not what the origin says.
    WorkspaceError
        If the disk is full or the folder cannot be moved; nothing has then been published.
    """
    files: Sequence[Mapping[str, Any]] = origin["files"]
    for file in files:
        read_raw(staging, file)
    named = {str(file["name"]) for file in files} | {ORIGIN}
    for path in list(staging.rglob("*")):
        if path.is_file() and path.relative_to(staging).as_posix() not in named:
            path.unlink()  # left by a run that was stopped in the middle of writing
    with atomic_file(staging / ORIGIN) as temporary:
        temporary.write_text(to_toml(origin), encoding="utf-8", newline="\n")
    if before is not None:
        before(staging)
    target = raw / dataset / edition
    with writing(target):
        if target.is_dir() and not (target / ORIGIN).is_file() and not any(target.iterdir()):
            target.rmdir()
        staging.rename(target)
    return target
