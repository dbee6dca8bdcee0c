"""Downloads that their reader refused: kept in ``rejected_<date>`` with the error, to be read again.

Such a folder is no edition. ``uvas adopt --rejected`` reads it again, without the network, when the package has
been updated or the workspace's ``aliases.toml`` says what a heading is.
"""

from __future__ import annotations

import datetime as dt
import shutil
import textwrap
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from uvas_stats.errors import RawFileError, UvasStatsError
from uvas_stats.raw.snapshot import REJECTED, Snapshot, read_snapshot, same_files, write_origin
from uvas_stats.workspace import atomic_file, writing

__all__ = ["Check", "clear_error", "keep_rejected", "rejected_folders", "rejection", "write_error"]

ERROR = "error.txt"
MOST_ADVICE = 240
"""Letters of the reader's own advice in a message that also says where the download lies."""
Check = Callable[[Path], Sequence[str]]
"""Reads a folder with its ``origin.toml`` before it becomes an edition; gives notes for the analyst, or raises."""


def rejected_folders(raw: Path, dataset: str = "*") -> list[Path]:
    """List the refused downloads of a dataset, or of all, the oldest first."""
    return sorted(path for path in raw.glob(f"{dataset}/{REJECTED}*/") if not path.parent.name.startswith("."))


def rejection(folder: Path) -> str:
    """Say why a download was refused; empty where the folder does not tell."""
    try:
        return (folder / ERROR).read_text(encoding="utf-8").strip()[:1000]
    except (OSError, UnicodeDecodeError):
        return ""


def write_error(folder: Path, error: UvasStatsError) -> None:
    """Write why a download was refused beside its files."""
    with atomic_file(folder / ERROR) as temporary:
        temporary.write_text(f"{error}\n", encoding="utf-8")


def clear_error(error: Exception, old: Path, new: Path) -> UvasStatsError:
    """Give the error of a reader, told of the folder that its files now lie in; of a fault in the reader its kind.

    Parameters
    ----------
    error
        What the reader raised.
    old, new
        The folder that it read, and where that is now.
    """
    if not isinstance(error, UvasStatsError):
        frame = traceback.extract_tb(error.__traceback__)[-1]
        what = f"Läsaren stannade på ett oväntat fel: {type(error).__name__} i {Path(frame.filename).name}"
        return RawFileError(f"{what} rad {frame.lineno}", where=new, todo="Uppdatera paketet")
    where = None if error.where is None else error.where.replace(str(old), str(new))
    return type(error)(error.what, where=where, todo=error.todo, cause=error.cause)


def keep_rejected(snapshot: Snapshot, raw: Path, day: dt.date, error: Exception) -> UvasStatsError:
    """Move a refused download to a folder of its own, unless the same files lie in one; give the error to raise.

    Parameters
    ----------
    snapshot
        The download, in its staging folder.
    raw
        The folder of raw files.
    day
        When it was refused.
    error
        What its reader raised.

    Raises
    ------
    WorkspaceError
        If the folder cannot be moved.
    """
    folder = _held(snapshot, raw)
    if folder is None:
        folder = _free(raw / snapshot.dataset, day)
        write_origin(snapshot)
        with writing(folder):
            snapshot.folder.rename(folder)
    else:
        shutil.rmtree(snapshot.folder, ignore_errors=True)
    told = clear_error(error, snapshot.folder, folder)
    write_error(folder, told)
    place = folder.relative_to(raw.parent.parent).as_posix()
    first = textwrap.shorten(
        (told.todo or "").rstrip("."), MOST_ADVICE, placeholder=" …"
    )  # the file has all of it
    advice = f"{first}. " if first else ""
    return type(told)(
        told.what,
        where=told.where,
        todo=f"{advice}Det hämtade ligger kvar i {place} och läses på nytt med",
        command=f"uvas adopt --rejected {snapshot.dataset}",
        cause=told.cause,
    )


def _held(snapshot: Snapshot, raw: Path) -> Path | None:
    """Find the same files among what was refused before."""
    for folder in rejected_folders(raw, snapshot.dataset):
        try:
            if same_files(read_snapshot(folder, placed=False), snapshot):
                return folder
        except RawFileError:
            continue  # whatever lies there is not the same
    return None


def _free(folder: Path, day: dt.date) -> Path:
    name, number = folder / f"{REJECTED}{day.isoformat()}", 1
    while name.exists():
        number += 1
        name = folder / f"{REJECTED}{day.isoformat()}_{number:02d}"
    return name
