"""Read an edition of Kolada: the transcribed first one, and those fetched from its service.

The service's answers hold deleted values and values without a number. What is left out is counted
(:func:`read_values`). Zeros that mean missing are corrected as ``catalog/data/corrections.toml`` declares.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd

from uvas_stats.catalog import Catalog, Group, Measure
from uvas_stats.catalog.similar import network_groups, similar_groups
from uvas_stats.catalog.sources import FORM, GROUPS_FILE, KPI_FILE, load_kolada_kpis
from uvas_stats.clean.csv_files import SEXES, kolada_period, read_kolada_csv
from uvas_stats.errors import RawFileError
from uvas_stats.formats.markers import loose_number
from uvas_stats.formats.reading import note
from uvas_stats.observations.validate import make_observations
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["KoladaValues", "newest_similar", "read_kolada", "read_values"]

RIKET = "0000"
MISSING = ("", "missing")
"""What Kolada writes as status of a value that is not there; null is written too."""
_AGAIN = "Hämta datamängden igen"


@dataclass(frozen=True)
class KoladaValues:
    """The values of one file, and how many were left out of it."""

    frame: pd.DataFrame
    """``kpi, unit, period, sex, value, status``; a value that is missing is NaN."""
    deleted: int
    """Values that Kolada marks as deleted."""
    repeated: int
    """Values that stand twice, equal."""


def _values(path: Path) -> list[Mapping[str, Any]]:
    """Read all pages of a file."""
    try:
        values = [value for page in orjson.loads(path.read_bytes()) for value in page["values"]]
        if not all(isinstance(value, dict) for value in values):
            raise TypeError  # noqa: TRY301 - told as the others are
    except (OSError, orjson.JSONDecodeError, TypeError, LookupError) as error:
        raise RawFileError("Filen är inte Koladas svar", where=path, todo=_AGAIN) from error
    return values


def _number(value: object) -> float:
    if value is None:
        return float("nan")
    number = loose_number(value) if isinstance(value, (int, float, str)) else None  # numbers may come as text
    if number is None:
        raise RawFileError(f"Värdet ”{value}” är inte ett tal", todo=_AGAIN)
    return number


def _figure(one: Mapping[str, Any]) -> tuple[str, float, str]:
    """Give sex, value and status of one figure."""
    sex = SEXES[str(one.get("gender"))]
    if one.get("count", 1) not in (None, 1):
        raise RawFileError("Värdet är ett ovägt medelvärde av en grupp", todo=_AGAIN)
    value, status = _number(one.get("value")), one.get("status")
    if not math.isnan(value):
        return sex, value, "ok"
    if status is None or (isinstance(status, str) and status.casefold() in MISSING):
        return sex, value, "not_available"
    note(f"Koladas status ”{status}” är okänd; uppgifterna utan värde räknas som ej tillgängliga.")
    return sex, value, "not_available"


@dataclass
class _Columns:
    """The figures of a file, column by column: objects would be many, and the collector looks at each."""

    rows: dict[str, int] = field(default_factory=dict)
    """Where a figure stands, by its name."""
    texts: tuple[list[str], ...] = field(default_factory=lambda: ([], [], [], []))
    values: list[float] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    deleted: int = 0
    repeated: int = 0

    def add(self, names: tuple[str, str, str], one: Mapping[str, Any]) -> None:
        """Take in one figure of an item."""
        if one.get("isdeleted"):
            self.deleted += 1
            return
        if str(one.get("gender")) not in SEXES:  # the others mean what they meant
            note(f"Koladas kön ”{one.get('gender')}” är okänt; uppgifterna om det lästes inte.")
            return
        sex, value, status = _figure(one)
        at = self.rows.setdefault(f"{' '.join(names)} {sex}", len(self.values))
        if at < len(self.values):
            old = self.values[at]
            if old != value and not (math.isnan(old) and math.isnan(value)):
                raise RawFileError("Samma uppgift har två olika värden", todo=_AGAIN)
            self.repeated += 1
            return
        for column, text in zip(self.texts, (*names, sex), strict=True):
            column.append(text)
        self.values.append(value)
        self.statuses.append(status)


def _add_item(columns: _Columns, item: Mapping[str, Any], path: Path, optional: Collection[str]) -> None:
    names = (str(item.get("kpi")), str(item.get("municipality")), str(item.get("period")))
    where = f"{path}, {' '.join(names)}"
    if not (names[2].isascii() and names[2].isdecimal() and len(names[2]) == 4):
        raise RawFileError(f"”{names[2]}” är inget år", where=where, todo=_AGAIN)
    values = item.get("values") or []
    if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
        raise RawFileError("Uppgiften har en annan form än Koladas", where=where, todo=_AGAIN)
    for one in values:
        try:
            columns.add(names, one)
        except RawFileError as error:
            if names[0] not in optional:
                raise RawFileError(error.what, where=where, todo=error.todo) from error
            note(f"En uppgift om {names[0]}, som inte måste finnas, lästes inte: {error.what} ({where}).")


def read_values(path: Path, optional: Collection[str] = ()) -> KoladaValues:
    """Read the values of one file as Kolada names them.

    Parameters
    ----------
    path
        The file.
    optional
        Key figures of which a value that cannot be read is left out, with a note.

    Raises
    ------
    RawFileError
        If a value is no number, a sex is unknown, or one figure has two values.
    """
    columns = _Columns()
    for item in _values(path):
        _add_item(columns, item, path, optional)
    names = dict(zip(("kpi", "unit", "period", "sex"), columns.texts, strict=True))
    frame = pd.DataFrame(names, dtype="str").assign(
        value=np.array(columns.values, dtype=float), status=pd.Series(columns.statuses, dtype="str")
    )
    return KoladaValues(frame, columns.deleted, columns.repeated)


def _measures(snapshot: Snapshot, kpis: Iterable[str], catalog: Catalog) -> dict[str, Measure]:
    """Give the measures of the key figures, as they were known by their titles when they were fetched."""
    unknown = sorted(kpi for kpi in kpis if snapshot.options.get(kpi) not in catalog.measures)
    if unknown:
        raise RawFileError(f"Okända nyckeltal: {', '.join(unknown)}", where=snapshot.folder, todo=_AGAIN)
    return {kpi: catalog.measures[snapshot.options[kpi]] for kpi in kpis}


def _date(text: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _preliminary(snapshot: Snapshot, newest: Mapping[str, int]) -> set[tuple[str, str]]:
    """Give key figure and year of what was fetched before its publication date."""
    file = next((file for file in snapshot.files if file.name == KPI_FILE), None)
    preliminary = set()
    for kpi in _values(snapshot.path(file)) if file else ():
        id_, final = str(kpi.get("id")), _date(kpi.get("publication_date"))
        if id_ not in newest or final is None or final <= snapshot.retrieved:
            continue
        first, first_year = _date(kpi.get("prel_publication_date")), str(kpi.get("publ_period") or "")[:4]
        if first_year.isdecimal():
            preliminary |= {(id_, str(year)) for year in range(int(first_year), newest[id_] + 1)}
        elif first is not None and first <= snapshot.retrieved:
            preliminary.add((id_, str(newest[id_])))
    return preliminary


def _observations(
    frame: pd.DataFrame, measures: Mapping[str, Measure], regions: Mapping[str, str]
) -> pd.DataFrame:
    kinds = {kpi: measure.period_kind for kpi, measure in measures.items()}
    return pd.DataFrame(
        {
            "region_code": frame["unit"].map(dict(regions)),
            "period": [
                kolada_period(int(year), kinds[kpi])
                for kpi, year in zip(frame["kpi"], frame["period"], strict=True)
            ],
            "sex": frame["sex"],
            "age_group": frame["kpi"].map({kpi: measure.ages for kpi, measure in measures.items()}),
            "measure": frame["kpi"].map({kpi: measure.id for kpi, measure in measures.items()}),
            "value": frame["value"],
            "status": frame["status"],
        }
    )


def _asked(frame: pd.DataFrame, regions: Mapping[str, str]) -> pd.DataFrame:
    """Leave out areas that are none of ours, and say which of ours there is nothing of."""
    units = set(frame["unit"])
    other, absent = sorted(units - set(regions)), sorted(set(regions) - units)
    if other:
        note(f"Koladas uppgifter om {', '.join(other[:5])} lästes inte: inga områden som finns i katalogen.")
    if absent:
        note(f"Områden som Kolada inte har några uppgifter om: {len(absent)}, först {', '.join(absent[:5])}.")
    return frame.loc[frame["unit"].isin(list(regions))].reset_index(drop=True)


def _read_fetched(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    spare = {kpi.measure for kpi in load_kolada_kpis() if kpi.optional}
    optional = {id_ for id_, measure in snapshot.options.items() if measure in spare}
    read = {
        snapshot.origin(file): read_values(snapshot.path(file), optional)
        for file in snapshot.files
        if file.role == "data"
    }
    frame = pd.concat([one.frame.assign(origin=origin) for origin, one in read.items()], ignore_index=True)
    regions = {kommun.code: kommun.code for kommun in catalog.kommuner} | {RIKET: "00"}
    frame = _asked(frame, regions)
    if frame.empty:
        raise RawFileError("Utgåvan saknar uppgifter", where=snapshot.folder, todo=_AGAIN)
    newest = {
        str(kpi): int(year)
        for kpi, year in frame.loc[frame["value"].notna()].groupby("kpi")["period"].max().items()
    }
    measures = _measures(snapshot, frame["kpi"].unique(), catalog)
    rows = _observations(frame, measures, regions)
    early = _preliminary(snapshot, newest)
    marked = [key in early for key in zip(frame["kpi"], frame["period"], strict=True)]
    rows["status"] = rows["status"].mask(pd.Series(marked) & (rows["status"] == "ok"), "provisional")
    rows = rows.assign(origin=frame["origin"])
    rows.attrs["provenance"] = {
        origin: {"deleted": one.deleted, "repeated": one.repeated} for origin, one in read.items()
    }
    return rows


def read_kolada(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read an edition: answers of the service if its origin.toml says ``form = "v3"``, else CSV.

    Returns
    -------
    pandas.DataFrame
        Validated observations. A value that was fetched before its publication date is provisional.
        ``attrs["provenance"]`` counts, by file, the values that were deleted or stood twice.

    Raises
    ------
    RawFileError
        If a file is not what it should be.
    """
    form = snapshot.options.get("form", "csv")
    if form == FORM:
        frame = _read_fetched(snapshot, catalog)
    elif form == "csv":
        files = [file for file in snapshot.files if file.role == "data"]
        read = [
            read_kolada_csv(snapshot.path(file), catalog, snapshot.options).assign(origin=snapshot.origin(file))
            for file in files
        ]
        frame = pd.concat(read, ignore_index=True)
    else:
        raise RawFileError(f"Utgåvans form ”{form}” är okänd", where=snapshot.folder, todo="Hämta den igen")
    provenance = frame.attrs.get("provenance", {})
    made = make_observations(frame.assign(dataset=snapshot.dataset, edition=snapshot.edition))
    made.attrs["provenance"] = provenance
    return made


def newest_similar(snapshots: Iterable[Snapshot], catalog: Catalog) -> tuple[Group, ...]:
    """Read the groups of similar kommuner, and the networks, of the newest edition that has any of them.

    Those not to be trusted are none.
    """
    similar: tuple[Group, ...] = ()
    networks: tuple[Group, ...] = ()
    for snapshot in sorted(snapshots, key=lambda one: one.edition, reverse=True):
        for file in snapshot.files:
            if snapshot.dataset in ("kolada", "kolada_groups") and file.name == GROUPS_FILE:
                values = _values(snapshot.path(file))
                similar = similar or similar_groups(values, catalog.regions)
                networks = networks or network_groups(values, catalog.regions, catalog.groups.values())
    return (*similar, *networks)
