"""Take in a file that was downloaded by hand: it becomes an edition if its reader can read it."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from uvas_stats.build.carry_over import carried_files, with_period
from uvas_stats.build.pipeline import Accept, edition_check
from uvas_stats.catalog import Catalog, Dataset, load_catalog
from uvas_stats.catalog.names import nearest
from uvas_stats.errors import RawFileError, UnknownNameError, UvasStatsError, WorkspaceError
from uvas_stats.periods import is_day
from uvas_stats.raw.files import FilePlan, Wanted, fetch_files
from uvas_stats.raw.publish import Outcome, dataset_lock, free_edition, publish
from uvas_stats.raw.rejected import Check, clear_error, rejected_folders, write_error
from uvas_stats.raw.snapshot import editions, read_snapshot, same_files
from uvas_stats.workspace import Workspace, file_size

__all__ = ["Retried", "adopt", "adopt_rejected", "adoptable", "adopted_as"]

MOST_BYTES = 256 * 1024 * 1024


def adoptable(catalog: Catalog, name: str) -> Dataset:
    """Find the dataset of a short name or id that takes files downloaded by hand.

    Raises
    ------
    UnknownNameError
        With the names that there are.
    """
    takers = {dataset.adopt: dataset for dataset in catalog.datasets.values() if dataset.adopt}
    by_name = takers | {dataset.id: dataset for dataset in takers.values()}
    if name.casefold() not in by_name:
        raise UnknownNameError(
            f"”{name}” tar inte emot filer", todo=f"Närmast: {', '.join(nearest(name, sorted(takers)))}"
        )
    return by_name[name.casefold()]


def _file_name(path: Path) -> str:
    """Write a file's name with the characters that an edition allows; letters with dots and rings stay."""
    name = unicodedata.normalize("NFC", path.name)
    return re.sub(r"[^\w. ()+-]", "_", name)[-120:].strip(". ") or "fil"


def _content(path: Path) -> bytes:
    try:
        if file_size(path) > MOST_BYTES:
            raise RawFileError(f"Filen är större än {MOST_BYTES // 2**20} MB", where=path, todo="Är det rätt fil?")
        return path.read_bytes()
    except OSError as error:
        raise RawFileError("Filen går inte att läsa", where=path, todo="Kontrollera sökvägen") from error


def _names(files: Sequence[Path]) -> dict[str, Path]:
    names = {_file_name(path): path for path in files}
    if len(names) < len(files) or not files:
        raise RawFileError("Två filer har samma namn, eller ingen fil är given", todo="Ge filerna olika namn")
    return names


def adopt(
    workspace: Workspace,
    name: str,
    files: Sequence[Path],
    *,
    edition: str | None = None,
    options: Mapping[str, str] | None = None,
    accept: Accept | None = None,
) -> Outcome[FilePlan]:
    """Store files that were downloaded by hand as an edition of a dataset.

    Parameters
    ----------
    workspace
        Where data/raw is.
    name
        The dataset's id or short name.
    files
        The files, which are left where they are. Of KAA the newest edition's files of other periods and tables
        are carried over, so that one period can be laid in after another.
    edition
        The day the publisher dated or the user downloaded the files, ``2025-11-28``; if None, today.
    options
        What the reader must know that the files do not say, such as ``period``.
    accept
        As in :func:`edition_check`.

    Returns
    -------
    Outcome
        Its edition is None if the newest edition is the same.

    Raises
    ------
    UvasStatsError
        If a file is not what the dataset's reader expects; nothing is then stored.
    """
    if edition is not None and not is_day(edition):
        raise RawFileError(f"Utgåvan ”{edition}” är inget datum", todo="Skriv till exempel 2025-11-28")
    catalog = load_catalog(workspace)
    dataset = adoptable(catalog, name)
    paths = _names(files)
    carried = carried_files(dataset, catalog, workspace.raw, paths, options or {})
    day = edition or dt.datetime.now(dt.UTC).date().isoformat()
    plan = FilePlan(
        dataset=dataset,
        wanted=(*(Wanted(one, query=with_period(dataset, options or {})) for one in paths), *carried),
        get=lambda one: _content(paths[one.name] if one.name in paths else carried[one]),
        note="Inlagd för hand.",
        edition=day,
        options=options or {},
    )
    try:
        check = edition_check(catalog, workspace.raw_roots, accept)
        return fetch_files(plan, workspace.raw, before=check, by_hand=True)
    except UvasStatsError as error:
        raise _named(error, paths) from error


@dataclass(frozen=True)
class Retried:
    """What a download that had been refused came to when it was read again."""

    folder: Path
    dataset: str
    edition: Path | None = None
    """The edition that it has become, or that had the same files already; None where it is refused still."""
    error: UvasStatsError | None = None
    notes: tuple[str, ...] = ()


def adopt_rejected(workspace: Workspace, name: str = "", accept: Accept | None = None) -> list[Retried]:
    """Read the downloads again that were refused; what can be read now becomes an edition.

    Parameters
    ----------
    workspace
        Where data/raw and ``aliases.toml`` are.
    name
        A dataset's id or short name; if empty, all datasets.
    accept
        As in :func:`edition_check`.

    Returns
    -------
    list of Retried
        One for each download, the oldest of a dataset first.

    Raises
    ------
    UnknownNameError
        If there is no such dataset.
    """
    catalog = load_catalog(workspace)
    by_name = {one.adopt: one.id for one in catalog.datasets.values() if one.adopt} | {
        i: i for i in catalog.datasets
    }
    if name and name.casefold() not in by_name:
        close = ", ".join(nearest(name, list(by_name)))
        raise UnknownNameError(f"Datamängden ”{name}” finns inte", todo=f"Närmast: {close}")
    folders = rejected_folders(workspace.raw, by_name[name.casefold()] if name else "*")
    check = edition_check(catalog, workspace.raw_roots, accept)
    return [_read_again(folder, workspace.raw, catalog, check) for folder in folders]


def _read_again(folder: Path, raw: Path, catalog: Catalog, check: Check) -> Retried:
    """Publish a refused download if it can be read; else write down why it cannot."""
    dataset = folder.parent.name
    with dataset_lock(raw, dataset):
        try:
            edition = _published(folder, raw, catalog, check)
        except WorkspaceError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a reader raises, the download stays
            told = clear_error(error, folder, folder)
            write_error(folder, told)
            return Retried(folder, dataset, error=told)
    return Retried(folder, dataset, edition, notes=read_snapshot(edition).notes)


def _published(folder: Path, raw: Path, catalog: Catalog, check: Check) -> Path:
    """Give the edition that a refused download becomes, or that has the same files already."""
    dataset = folder.parent.name
    if dataset not in catalog.datasets:
        raise RawFileError(
            "En tabell som hämtats efter sitt id läses inte på nytt", where=folder, todo="Hämta den igen"
        )
    snapshot = read_snapshot(folder, placed=False)
    for held in map(read_snapshot, editions(raw, dataset)):
        if same_files(held, snapshot):
            shutil.rmtree(folder)
            return held.folder
    edition = free_edition(raw, dataset, snapshot.edition)
    return publish(replace(snapshot, edition=edition), raw, check)


def adopted_as(workspace: Workspace, edition: Path) -> list[str]:
    """Say what files of unknown layout were taken to be, in lines for the user; none where the layout is known."""
    from uvas_stats.clean.readers import DESCRIBERS

    catalog, snapshot = load_catalog(workspace), read_snapshot(edition)
    reader = catalog.datasets[snapshot.dataset].reader
    return DESCRIBERS[reader](snapshot, catalog) if reader in DESCRIBERS else []


def _named(error: UvasStatsError, paths: Mapping[str, Path]) -> UvasStatsError:
    """Name the user's own file in an error that names the copy of it."""
    where = error.where
    for name, path in paths.items():
        if where and name in where:
            where = str(path) + where.partition(name)[2]
    return type(error)(error.what, where=where, todo=error.todo)
