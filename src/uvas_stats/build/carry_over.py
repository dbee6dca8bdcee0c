"""Carry files over to a new edition: workbooks are adopted one period after another, and none is lost.

So it is with the datasets that say ``carry_over`` in the catalog.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from uvas_stats.catalog import Catalog, Dataset
from uvas_stats.clean.readers import EDITION_READERS
from uvas_stats.errors import RawFileError
from uvas_stats.raw.files import Wanted
from uvas_stats.raw.snapshot import RawFile, Snapshot, newest_snapshot

__all__ = ["carried_files", "with_period"]

Contents = dict[str, set[tuple[str, str]]]
"""Table and period of each sheet, by the file's name."""


def with_period(dataset: Dataset, options: Mapping[str, str]) -> str:
    """Write what is known of a file beside its name, so that its period stays its own in a later edition.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> kaa = load_catalog().datasets["skolverket_kaa"]
    >>> with_period(kaa, {"period": "2024/25"}), with_period(kaa, {})
    ('tabell=;period=2024/25', '')
    """
    period = options.get("period", "")
    return f"tabell=;period={period}" if period and dataset.carry_over else ""


def _contents(dataset: Dataset, snapshot: Snapshot, catalog: Catalog) -> Contents:
    provenance = EDITION_READERS[dataset.reader](snapshot, catalog).attrs["provenance"]
    return {
        file.name: {(sheet["table"], sheet["period"]) for sheet in provenance[snapshot.origin(file)]["sheets"]}
        for file in snapshot.files
        if snapshot.origin(file) in provenance
    }


def carried_files(
    dataset: Dataset, catalog: Catalog, raw: Path, files: Mapping[str, Path], options: Mapping[str, str]
) -> dict[Wanted, Path]:
    """Give the newest edition's files whose tables and periods the new files do not have.

    Parameters
    ----------
    dataset, catalog, raw
        Whose editions, what they mean, and where they are.
    files
        The new files by the names they get.
    options
        What the reader must know of the new files.

    Returns
    -------
    dict
        What to take over and where it lies; empty for datasets whose files hold all periods.

    Raises
    ------
    RawFileError
        If an old file has some of the new tables and others too: then neither can be left out.
    """
    old = newest_snapshot(raw, dataset.id)
    if not dataset.carry_over or old is None:
        return {}
    new = Snapshot(
        dataset=dataset.id, edition="1900-01-01", title="", publisher="", url="", licence="",
        retrieved=dt.date.min,
        files=tuple(RawFile(str(path.resolve()), "", 0) for path in files.values()), options=dict(options),
    )  # fmt: skip
    given = set().union(*_contents(dataset, new, catalog).values())
    held = _contents(dataset, old, catalog)
    carried = {}
    for file in old.files:
        contents = held.get(file.name, set())
        both = contents & given
        if both and contents - given:
            table, period = min(both)
            raise RawFileError(
                f"Tabell {table} för {period} finns redan, i en arbetsbok med fler tabeller",
                where=old.path(file),
                todo="Lägg in arbetsboken som har alla tabellerna",
            )
        if not both:
            name = file.name if file.name not in files else f"{old.edition}/{file.name}"
            query = file.query or with_period(dataset, old.options)
            carried[Wanted(name, url=file.url, query=query, role=file.role)] = old.path(file)
    return carried
