"""Counts of unemployed by kommun and age: out of a pivot cache, and out of lists that hide small counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.declared import read_declared
from uvas_stats.catalog.sources import af_kind, month_of
from uvas_stats.clean.af_tables import area_codes, bounds, check_periods, demand_kommuner, once, with_sums
from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import Rows, find_headings
from uvas_stats.formats.pivot_cache import find_cache, list_caches, read_cache
from uvas_stats.formats.sex_and_age import age_group, sex_of
from uvas_stats.formats.workbook import read_sheets
from uvas_stats.observations.validate import make_observations
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["age_of", "counted", "read_af_duration", "read_af_registered"]

_SPELLINGS = {
    "PERIOD": ("PERIOD",),
    "KOEN": ("KOEN", "KÖN", "KON"),
    "LAN": ("LAN", "LÄN"),
    "KOMMUN_BESKR": ("KOMMUN_BESKR", "KOMMUN"),
    "ALDGR": ("ALDGR", "ÅLDER", "ALDER"),
    "INSAL": ("INSAL",),
}
"""The fields of the workbook of job seekers, and how each may be written."""
_FIELDS = tuple(_SPELLINGS)
_AGE_HEADINGS = {"ALDER": "ÅLDER"}
_HEAD = ("PERIOD", "LÄN", "KOMMUN")
_DURATION = re.compile(r"utan arbete mer än (6|12|24) månader", re.IGNORECASE)
_AGAIN = "Hämta arbetsboken igen"
_BY_AGE, _ALL_AGES = "af_registered_unemployed_count", "af_registered_unemployed_all_ages_count"


def age_of(text: object, where: object) -> str:
    """Turn the name of an age group into the contract's form.

    Raises
    ------
    RawFileError
        If it is none that is understood.

    Examples
    --------
    >>> [age_of(text, "") for text in ("18-24 år", "60 år och äldre", "-17 år")]
    ['18-24', '60+', '0-17']
    """
    group = age_group(text)
    if not group:
        raise RawFileError(f"”{str(text).strip()}” är ingen känd åldersgrupp", where=where, todo=_AGAIN)
    return group


def _sexes(values: pd.Series, where: object) -> pd.Series:
    sexes = {value: sex_of(value) for value in values.unique()}
    wrong = [value for value, sex in sexes.items() if sex not in ("women", "men")]
    if wrong:
        raise RawFileError(
            f"”{wrong[0]}” är inget av K, M, Kvinnor och Män", where=f"{where}, {values.name}", todo=_AGAIN
        )
    return values.map(sexes).astype("str")


def counted(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn least and most into value and status: known, an interval, or not available.

    Examples
    --------
    >>> counted(pd.DataFrame({"lower": [106.0, 5.0], "upper": [110.0, 5.0]}))[["value", "status"]].values.tolist()
    [[nan, 'interval'], [5.0, 'ok']]
    """
    known = frame["lower"] == frame["upper"]
    status = np.select([known, frame["lower"].notna()], ["ok", "interval"], "not_available")
    return frame.assign(
        value=frame["lower"].where(known),
        lower=frame["lower"].mask(known),
        upper=frame["upper"].mask(known),
        status=status,
    )


def _fields(path: Path) -> dict[str, str]:
    """Find how a workbook writes each field, and give our name by it."""
    for names in (set(cache.names) for cache in list_caches(path)):
        written = {field: next((one for one in ways if one in names), "") for field, ways in _SPELLINGS.items()}
        if all(written.values()):
            return {name: field for field, name in written.items()}
    return {field: field for field in _FIELDS}


def _registered(path: Path, catalog: Catalog) -> pd.DataFrame:
    fields = _fields(path)
    frame = read_cache(path, find_cache(path, fields)).rename(columns=fields)
    frame = once(frame, _FIELDS[:-1], path)[list(_FIELDS)]
    months = check_periods(frame["PERIOD"].unique(), path, month_of(path.name))
    frame = area_codes(frame, "LAN", "KOMMUN_BESKR", catalog, path)
    ages = {value: age_of(value, path) for value in frame["ALDGR"].unique()}
    frame = frame.assign(
        period=frame["PERIOD"],
        sex=_sexes(frame["KOEN"], path),
        age_group=frame["ALDGR"].map(ages).astype("str"),
        **bounds(frame["INSAL"], path),
    )
    demand_kommuner(frame, months, catalog, path)
    frame = pd.concat([frame, frame.assign(sex="total")], ignore_index=True)
    frame = pd.concat([frame, frame.assign(age_group="total")], ignore_index=True)
    areas = with_sums(frame, ["period", "sex", "age_group"], ["lower", "upper"])
    everyone = areas["age_group"] == "total"
    return counted(areas).assign(measure=np.where(everyone, _ALL_AGES, _BY_AGE))


def read_af_registered(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read an edition of job seekers by län, kommun, sex and age to validated observations.

    Riket is the sum of all rows, also those whose kommun or län is not known; a län is that of its rows.

    Raises
    ------
    RawFileError
        If a file is not what it must be.
    """
    parts = []
    for file in snapshot.files:
        af_kind(file.name, snapshot.dataset)
        parts.append(_registered(snapshot.path(file), catalog).assign(origin=snapshot.origin(file)))
    return _edition(parts, snapshot)


def _edition(parts: Sequence[pd.DataFrame], snapshot: Snapshot) -> pd.DataFrame:
    frame = pd.concat(parts, ignore_index=True)
    return make_observations(frame.assign(dataset=snapshot.dataset, edition=snapshot.edition))


def _table(rows: Rows, where: str) -> pd.DataFrame | None:
    """Take the table of a sheet; None if it has no row of headings. Ages may stand under ALDER."""
    headings = find_headings(rows, lambda names: tuple(names[: len(_HEAD)]) == _HEAD, within=30)
    if headings is None:
        return None
    if headings.repeated:
        raise RawFileError("Två kolumner har samma rubrik", where=f"{where}, {headings.cell()}", todo=_AGAIN)
    used = [at for at, name in enumerate(headings.names) if name]
    body = [row for row in rows[headings.row + 1 :] if any(cell != "" for cell in row)]
    names = [headings.names[at] for at in used]
    return pd.DataFrame([[row[at] for at in used] for row in body], columns=names, dtype=object).rename(
        columns=_AGE_HEADINGS
    )


@dataclass(frozen=True)
class _Sheet:
    """A sheet of the workbook of time without work, as the catalog declares it."""

    name: str
    measures: dict[str, str]
    """The measure of each number of months without work."""
    age_heading: str = ""
    """Heading of the ages, of which one is read; empty on a sheet of all ages."""
    age_group: str = "total"

    @property
    def key(self) -> tuple[str, ...]:
        """Headings of the columns that say of whom a row is."""
        return tuple(filter(None, (*_HEAD, self.age_heading)))

    def alike(self, frames: Iterable[pd.DataFrame | None]) -> pd.DataFrame | None:
        """Find the one sheet that has these headings, with counts next to them, where none has the name."""
        at = len(self.key)
        found = [
            frame
            for frame in frames
            if frame is not None and tuple(frame.columns[:at]) == self.key and isinstance(frame.iloc[0, at], float)
        ]
        return found[0] if len(found) == 1 else None

    def columns(self, frame: pd.DataFrame, where: str) -> dict[str, str]:
        """Find the column of each measure by its heading."""
        column_of = {match[1]: str(name) for name in frame.columns if (match := _DURATION.search(str(name)))}
        gone = sorted(set(self.measures) - set(column_of))
        if gone:
            raise RawFileError(
                f"Bladet saknar kolumnen ”utan arbete mer än {gone[0]} månader”",
                where=where,
                todo=f"Rubrikerna är {', '.join(frame.columns)}",
            )
        return {measure: column_of[months] for months, measure in self.measures.items()}

    def of_age(self, frame: pd.DataFrame, where: str) -> pd.DataFrame:
        """Take the rows of the age that is read."""
        if not self.age_heading:
            return frame
        ages = {value: age_of(value, where) for value in frame[self.age_heading].unique()}
        if self.age_group not in ages.values():
            listed, wanted = ", ".join(ages), self.age_group.replace("-", "–")
            raise RawFileError(f"Bladet saknar {wanted} år; där finns {listed}", where=where, todo=_AGAIN)
        return frame.loc[frame[self.age_heading].map(ages) == self.age_group].reset_index(drop=True)


def _duration(path: Path, sheet: _Sheet, frame: pd.DataFrame, catalog: Catalog) -> list[pd.DataFrame]:
    where = f"{path}, blad {sheet.name}"
    columns = sheet.columns(frame, where)
    frame = once(frame, sheet.key, where)
    months = check_periods(frame["PERIOD"].unique(), where, month_of(path.name))
    frame = sheet.of_age(frame, where)
    frame = area_codes(frame, "LÄN", "KOMMUN", catalog, where).rename(columns={"PERIOD": "period"})
    demand_kommuner(frame, months, catalog, where)
    out = []
    for measure, column in columns.items():
        areas = with_sums(frame.assign(**bounds(frame[column], where)), ["period"], ["lower", "upper"])
        out.append(counted(areas).assign(measure=measure, age_group=sheet.age_group))
    return out


def read_af_duration(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read an edition of time without work to validated observations, hidden counts as intervals.

    Raises
    ------
    RawFileError
        If a file is not what it must be.
    """
    parts = []
    for file in snapshot.files:
        path = snapshot.path(file)
        af_kind(file.name, snapshot.dataset)
        tables = {name: _table(rows, f"{path}, blad {name}") for name, rows in read_sheets(path).items()}
        for sheet in read_declared("af_sheets", _Sheet):
            frame = tables.get(sheet.name, sheet.alike(tables.values()))
            if frame is None or (sheet.age_heading and sheet.age_heading not in frame.columns):
                raise RawFileError(
                    f"Arbetsboken saknar bladet {sheet.name} med rubrikerna {', '.join(sheet.key)}",
                    where=path,
                    todo=f"Bladen är {', '.join(tables)}",
                )
            origin = snapshot.origin(file)
            parts += [part.assign(origin=origin) for part in _duration(path, sheet, frame, catalog)]
    return _edition(parts, snapshot)
