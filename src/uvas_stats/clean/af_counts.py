"""Counts of unemployed by kommun and age: out of a pivot cache, and out of lists that hide small counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.sources import af_kind, month_of
from uvas_stats.clean.af_tables import area_codes, bounds, check_periods, demand_kommuner, once, with_sums
from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import Rows, find_headings
from uvas_stats.formats.pivot_cache import find_cache, read_cache
from uvas_stats.formats.sex_and_age import age_group
from uvas_stats.formats.workbook import read_sheets
from uvas_stats.observations.validate import make_observations
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["age_of", "counted", "read_af_duration", "read_af_registered"]

_SEX = {"kvinna": "women", "kvinnor": "women", "man": "men", "män": "men"}
_FIELDS = ("PERIOD", "KOEN", "LAN", "KOMMUN_BESKR", "ALDGR", "INSAL")
_HEAD = ("PERIOD", "LÄN", "KOMMUN")
_DURATION = re.compile(r"utan arbete mer än (6|12|24) månader", re.IGNORECASE)
_YOUNG = {
    "6": "af_without_work_6_months_18_24_count",
    "12": "af_long_term_18_24_count",
    "24": "af_without_work_24_months_18_24_count",
}
_EVERYONE = {"12": "af_long_term_count"}
_AGAIN = "Hämta arbetsboken igen"


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


def _mapped(values: pd.Series, names: Mapping[str, str], where: object) -> pd.Series:
    wrong = [value for value in values.unique() if str(value).strip().casefold() not in names]
    if wrong:
        raise RawFileError(
            f"”{wrong[0]}” är inget av {', '.join(names)}", where=f"{where}, {values.name}", todo=_AGAIN
        )
    return values.map({value: names[str(value).strip().casefold()] for value in values.unique()}).astype("str")


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


def _registered(path: Path, catalog: Catalog) -> pd.DataFrame:
    frame = once(read_cache(path, find_cache(path, _FIELDS)), _FIELDS[:-1], path)[list(_FIELDS)]
    months = check_periods(frame["PERIOD"].unique(), path, month_of(path.name))
    frame = area_codes(frame, "LAN", "KOMMUN_BESKR", catalog, path)
    ages = {value: age_of(value, path) for value in frame["ALDGR"].unique()}
    frame = frame.assign(
        period=frame["PERIOD"],
        sex=_mapped(frame["KOEN"], _SEX, path),
        age_group=frame["ALDGR"].map(ages).astype("str"),
        **bounds(frame["INSAL"], path),
    )
    demand_kommuner(frame, months, catalog, path)
    frame = pd.concat([frame, frame.assign(sex="total")], ignore_index=True)
    frame = pd.concat([frame, frame.assign(age_group="total")], ignore_index=True)
    areas = with_sums(frame, ["period", "sex", "age_group"], ["lower", "upper"])
    return counted(areas).assign(measure="af_registered_unemployed_count")


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


def _sheet(rows: Rows, where: str) -> pd.DataFrame | None:
    """Take the table of a sheet; None if it has no row of headings."""
    headings = find_headings(rows, lambda names: tuple(names[: len(_HEAD)]) == _HEAD, within=30)
    if headings is None:
        return None
    if headings.repeated:
        raise RawFileError("Två kolumner har samma rubrik", where=f"{where}, {headings.cell()}", todo=_AGAIN)
    used = [at for at, name in enumerate(headings.names) if name]
    body = [row for row in rows[headings.row + 1 :] if any(cell != "" for cell in row)]
    return pd.DataFrame(
        [[row[at] for at in used] for row in body], columns=[headings.names[at] for at in used], dtype=object
    )


def _durations(frame: pd.DataFrame, measures: Mapping[str, str], where: str) -> dict[str, str]:
    """Find the column of each measure by its heading."""
    column_of = {match[1]: str(name) for name in frame.columns if (match := _DURATION.search(str(name)))}
    gone = sorted(set(measures) - set(column_of))
    if gone:
        raise RawFileError(
            f"Bladet saknar kolumnen ”utan arbete mer än {gone[0]} månader”",
            where=where,
            todo=f"Rubrikerna är {', '.join(frame.columns)}",
        )
    return {measure: column_of[months] for months, measure in measures.items()}


def _duration(
    path: Path, sheet: str, frame: pd.DataFrame, extra: str, measures: Mapping[str, str], catalog: Catalog
) -> list[pd.DataFrame]:
    where = f"{path}, blad {sheet}"
    columns = _durations(frame, measures, where)
    key = [*_HEAD, extra] if extra else list(_HEAD)
    frame = once(frame, key, where)
    months = check_periods(frame["PERIOD"].unique(), where, month_of(path.name))
    if extra:
        ages = {value: age_of(value, where) for value in frame[extra].unique()}
        if "18-24" not in ages.values():
            raise RawFileError(f"Bladet saknar 18–24 år; där finns {', '.join(ages)}", where=where, todo=_AGAIN)
        frame = frame.loc[frame[extra].map(ages) == "18-24"].reset_index(drop=True)
    frame = area_codes(frame, "LÄN", "KOMMUN", catalog, where).rename(columns={"PERIOD": "period"})
    demand_kommuner(frame, months, catalog, where)
    out = []
    for measure, column in columns.items():
        areas = with_sums(frame.assign(**bounds(frame[column], where)), ["period"], ["lower", "upper"])
        out.append(counted(areas).assign(measure=measure, age_group="18-24" if extra else "total"))
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
        tables = {name: _sheet(rows, f"{path}, blad {name}") for name, rows in read_sheets(path).items()}
        for sheet, extra, measures in (("Total", "", _EVERYONE), ("Ålder", "ÅLDER", _YOUNG)):
            frame = tables.get(sheet)
            if frame is None or (extra and extra not in frame.columns):
                raise RawFileError(
                    f"Arbetsboken saknar bladet {sheet} med rubrikerna {', '.join(filter(None, (*_HEAD, extra)))}",
                    where=path,
                    todo=f"Bladen är {', '.join(tables)}",
                )
            parts += [
                part.assign(origin=snapshot.origin(file))
                for part in _duration(path, sheet, frame, extra, measures, catalog)
            ]
    return _edition(parts, snapshot)
