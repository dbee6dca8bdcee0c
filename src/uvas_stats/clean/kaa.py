"""Read Skolverket's KAA workbooks by their headings: what a figure means is looked at, not where it stands.

The layout of the workbooks is not documented. Every heading must be one that is declared, every share must be its
count of its whole, and women and men must make the total; what the headings were is kept with the edition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.kaa import KaaTable, kaa_measure
from uvas_stats.clean.kaa_sheet import KaaSheet, find_sheet
from uvas_stats.clean.kaa_values import Figures, Key, read_figures
from uvas_stats.errors import RawFileError
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.formats.reading import note
from uvas_stats.formats.workbook import read_sheets
from uvas_stats.observations.validate import make_observations
from uvas_stats.raw.snapshot import RawFile, Snapshot

__all__ = ["read_kaa"]

AGES = "16-19"
_ASKED = re.compile(r"tabell=(?P<table>[^;]*);period=(?P<period>.*)")
Series = tuple[NDArray[np.float64], list[str]]


def read_kaa(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read an edition of KAA workbooks.

    Parameters
    ----------
    snapshot
        Its files are workbooks, each with one table or several on sheets of their own. ``options["period"]`` is
        used for those that do not say theirs. A workbook that cannot be read is left out, with a note.
    catalog
        Where areas and measures are.

    Returns
    -------
    pandas.DataFrame
        Validated observations. ``attrs["provenance"]`` tells of each file, by its origin, the headings as printed
        and what they were read as, the notes, and the marks that were not known.

    Raises
    ------
    RawFileError
        In one line: file, sheet and cell, what was found and what was expected; if no workbook can be read, or two
        hold the same table.
    """
    areas = AreaCodes(catalog)
    frames: list[pd.DataFrame] = []
    provenance: dict[str, Any] = {}
    seen: dict[tuple[str, str], str] = {}
    refused: list[RawFileError] = []
    for file in snapshot.files:
        if file.role != "data":
            continue
        origin = snapshot.origin(file)
        try:
            sheets = _sheets(snapshot, file, areas)
            read = [(sheet, read_figures(sheet)) for sheet in sheets]
        except RawFileError as error:
            refused.append(error)
            note(f"{file.name} lästes inte: {error}")
            continue
        for sheet in sheets:
            key = (sheet.table.number, sheet.period)
            if key in seen:
                raise RawFileError(
                    f"Tabell {key[0]} för {key[1]} finns två gånger: {seen[key]} och {sheet.where}",
                    todo="Ta med bara den nyaste filen",
                )
            seen[key] = sheet.where
        frames += [_observations(sheet, figures, catalog).assign(origin=origin) for sheet, figures in read]
        provenance[origin] = {"sheets": [_record(sheet, figures) for sheet, figures in read]}
    if not frames:
        nothing = RawFileError("Utgåvan har inga KAA-tabeller", where=snapshot.folder, todo="Hämta den igen")
        raise next(iter(refused), nothing)
    rows = pd.concat(frames, ignore_index=True)
    made = make_observations(rows.assign(dataset=snapshot.dataset, edition=snapshot.edition))
    made.attrs["provenance"] = provenance
    return made


def _sheets(snapshot: Snapshot, file: RawFile, areas: AreaCodes) -> list[KaaSheet]:
    asked = _ASKED.fullmatch(file.query)
    hint, period = (asked["table"], asked["period"]) if asked else ("", snapshot.options.get("period", ""))
    path = snapshot.path(file)
    book = read_sheets(path)
    found, refused = [], []
    for name, rows in book.items():
        try:
            found.append(find_sheet(name, rows, areas, file=str(path), hint=hint, period=period))
        except RawFileError as error:
            refused.append(error)
    if len(refused) > 1:  # all that has drifted is told at once
        told = "; ".join(f"{error.what} ({str(error.where).rpartition(', ')[2]})" for error in refused)
        raise RawFileError(told, where=path, todo=refused[0].todo)
    if refused:
        raise refused[0]
    sheets = [sheet for sheet in found if sheet is not None]
    if not sheets and hint != "5D":
        raise RawFileError(
            "Arbetsboken har ingen KAA-tabell per kommun",
            where=path,
            todo=f"Bladen är {', '.join(book)}; väntade rubriken Kommun eller Län över namn eller koder",
        )
    return sheets


def _record(sheet: KaaSheet, figures: Figures) -> dict[str, Any]:
    """Tell how a sheet was read, for the record."""
    return {
        "sheet": sheet.where,
        "table": sheet.table.number,
        "period": sheet.period,
        "title": sheet.title,
        "headings": {
            column.cell: f"{column.heading} = {' '.join(key)}" for key, column in figures.columns.items()
        },
        "notes": list(sheet.notes),
        "remarks": list(figures.remarks),
    }


def _observations(sheet: KaaSheet, figures: Figures, catalog: Catalog) -> pd.DataFrame:
    """Make rows of what a sheet publishes and of the shares that only its counts give."""
    codes = [code for _, code in sheet.rows]
    keys, values, statuses = [], [], []
    for measure, category, sex, (value, status) in _series(sheet.table, figures):
        id_ = kaa_measure(sheet.period, measure)
        if id_ not in catalog.measures:
            raise RawFileError(
                f"Måttet {id_} finns inte", where=sheet.where, todo="Lägg till det i kaa_measures.toml"
            )
        keys.append((sex, sheet.table.stem if category else None, category or None, id_))
        values.append(value)
        statuses += status
    sexes, breakdowns, categories, measures = (
        np.repeat(np.array(column, dtype=object), len(codes)) for column in zip(*keys, strict=True)
    )
    return pd.DataFrame(
        {
            "region_code": codes * len(keys),
            "period": sheet.period,
            "sex": sexes,
            "age_group": AGES,
            "breakdown": breakdowns,
            "category": categories,
            "measure": measures,
            "value": np.concatenate(values),
            "status": statuses,
        }
    )


def _series(table: KaaTable, figures: Figures) -> Iterator[tuple[str, str, str, Series]]:
    """Give measure, category, sex and figures of everything that a sheet tells."""
    yield from _quantities(table, figures)
    shares: dict[tuple[str, str], Series] = {}
    for id_, sex in dict.fromkeys(
        (key[0], key[2]) for key, column in figures.columns.items() if column.means.kind == "category"
    ):
        count = _published(figures, (id_, "count", sex))
        share = _published(figures, (id_, "pct", sex))
        if share is None:
            share = _share(figures, (id_, "count", sex), (table.base, "count", sex))
        if count is not None:
            yield f"{table.stem}_count", id_, sex, count
        if share is not None:
            shares[id_, sex] = share
            yield f"{table.stem}_pct", id_, sex, share
    yield from _derived(table, shares, _sexes(figures))


def _quantities(table: KaaTable, figures: Figures) -> Iterator[tuple[str, str, str, Series]]:
    """Give what is no category; a share that is not published is computed of its counts."""
    for quantity in table.quantities:
        unit = "pct" if quantity.whole else "count"
        for sex in _sexes(figures) if quantity.measure else ():
            series = _published(figures, (quantity.id, unit, sex))
            if series is None and quantity.whole:
                series = _share(figures, (quantity.part, "count", sex), (quantity.whole, "count", sex))
            if series is not None:
                yield quantity.measure, "", sex, series


def _derived(
    table: KaaTable, shares: dict[tuple[str, str], Series], sexes: list[str]
) -> Iterator[tuple[str, str, str, Series]]:
    """Give the shares that some categories make together."""
    for derived in table.derived:
        for sex in sexes:
            given = [shares[id_, sex] for id_ in derived.categories if (id_, sex) in shares]
            if given and (derived.optional or len(given) == len(derived.categories)):
                yield derived.measure, "", sex, _sum(given)


def _sexes(figures: Figures) -> list[str]:
    return list(dict.fromkeys(key[2] for key in figures.value))


def _published(figures: Figures, key: Key) -> Series | None:
    return (figures.value[key], figures.status[key]) if key in figures.value else None


def _share(figures: Figures, part: Key, whole: Key) -> Series | None:
    """Compute a share of two counts; where one is missing, so is the share, for the same reason."""
    if part not in figures.value or whole not in figures.value:
        return None
    people = figures.value[whole]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(people > 0, 100 * figures.value[part] / people, np.nan)
    status = [
        "not_applicable" if people[at] == 0 else _worst([figures.status[part][at], figures.status[whole][at]])
        for at in range(len(share))
    ]
    return share, status


def _sum(series: list[Series]) -> Series:
    """Add shares of the same whole; nothing is added to what is missing."""
    total = np.sum([value for value, _ in series], axis=0)
    return total, [_worst(list(statuses)) for statuses in zip(*(status for _, status in series), strict=True)]


def _worst(statuses: list[str]) -> str:
    order = ("suppressed", "interval", "not_available", "not_applicable")
    worst = next((status for status in order if status in statuses), "ok")
    return "not_available" if worst == "interval" else worst
