"""The workbooks of registered unemployed as a share of the labour force, by kommun and month.

The running workbook counts against BAS; the closed one against the register-based labour force. The series has the
closed one up to the declared break, where the two meet, and the running one from there. The closed one is also
kept whole under names of its own, and may be gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.declared import read_declared
from uvas_stats.catalog.sources import af_kind, month_of
from uvas_stats.clean.af_tables import UNKNOWN, area_codes, check_periods, demand_kommuner, once, with_sums
from uvas_stats.clean.af_visible import check_visible
from uvas_stats.errors import RawFileError
from uvas_stats.formats.pivot_cache import find_cache, read_cache
from uvas_stats.formats.reading import note
from uvas_stats.observations.coded import join_text, repeat_text, text_column
from uvas_stats.observations.validate import make_observations
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["JOINT", "read_af_share", "share_areas", "share_observations"]

JOINT = "af_bas_af_unemployed_18_24_rate_pct"
"""The declared break at which the series goes from the closed workbook to the running one."""
_AREA = ("PERIOD", "LAN", "KOM")


@dataclass(frozen=True)
class _Group:
    age: str
    sex: str
    unemployed: str
    labour_force: str


@dataclass(frozen=True)
class _Piece:
    """The figures of one measure and group."""

    key: pd.DataFrame
    group: _Group
    measure: str
    origin: str
    values: npt.NDArray[np.float64]


_GROUPS = read_declared("af_fields", _Group)
_NUMBERS = tuple(name for group in _GROUPS for name in (group.unemployed, group.labour_force))
# Which measures a table gives, by age: rate, unemployed, labour force; an empty id is not given.
_Measures = Mapping[str, tuple[str, str, str]]
_MONTHS: _Measures = {
    "18-24": ("af_unemployed_18_24_rate_pct", "af_unemployed_18_24_count", "af_labour_force_18_24_count"),
    "total": ("af_unemployed_rate_pct", "af_unemployed_count", "af_labour_force_count"),
}
_YEARS: _Measures = {
    "18-24": (
        "af_unemployed_18_24_year_rate_pct",
        "af_unemployed_18_24_year_count",
        "af_labour_force_18_24_year_count",
    ),
    "total": ("af_unemployed_year_rate_pct", "", ""),
}
_CLOSED: _Measures = {
    "18-24": ("af_unemployed_18_24_register_rate_pct", "", "af_labour_force_18_24_register_count"),
    "total": ("af_unemployed_register_rate_pct", "", ""),
}


def share_areas(path: Path, catalog: Catalog) -> pd.DataFrame:
    """Read one workbook: counts and labour force of each kommun, län and riket in each month.

    Returns
    -------
    pandas.DataFrame
        ``region_code, period`` and the workbook's pairs of counts. Kommuner without a name have ids that begin
        with ``unknown_``.

    Raises
    ------
    RawFileError
        If fields, names, months or figures are not as they must be.
    """
    cache = find_cache(path, (*_AREA, *_NUMBERS))
    whole = read_cache(path, cache)
    check_visible(path, cache, whole)
    frame = once(whole, _AREA, path)[[*_AREA, *_NUMBERS]]
    for name in _NUMBERS:
        if frame[name].dtype != np.float64:
            text = next(value for value in frame[name] if isinstance(value, str))
            raise RawFileError(
                f"Fältet {name} ska vara tal men har ”{text}”", where=path, todo="Hämta arbetsboken igen"
            )
    months = check_periods(frame["PERIOD"].unique(), path, month_of(path.name))
    frame = area_codes(frame, "LAN", "KOM", catalog, path).rename(columns={"PERIOD": "period"})
    _check_sums(frame, path)
    demand_kommuner(frame, months, catalog, path)
    # Persons without a known kommun are in no labour force: the kommuner's own add up to riket's.
    forces = [group.labour_force for group in _GROUPS]
    unknown = frame["region_code"].astype("str").str.startswith(UNKNOWN)
    frame[forces] = frame[forces].mask(unknown & frame[forces].isna().T.all(), 0.0)
    return with_sums(frame, ["period"], _NUMBERS)


def _check_sums(frame: pd.DataFrame, path: Path) -> None:
    """Demand that women and men make the total in each age."""
    for age in dict.fromkeys(group.age for group in _GROUPS):
        by_sex = {group.sex: group.unemployed for group in _GROUPS if group.age == age}
        total, women, men = (by_sex[sex] for sex in ("total", "women", "men"))
        apart = (frame[total] - frame[women] - frame[men]).abs() > 1
        negative = (frame[[total, women, men]] < 0).any(axis=1)
        if (apart | negative).any():
            row = frame.loc[apart | negative].iloc[0]
            raise RawFileError(
                f"{total} är {row[total]:g} men {women} och {men} är {row[women]:g} och {row[men]:g}",
                where=f"{path}: {row['period']}, {row['KOM']}",
                todo="Arbetsbokens fält kan ha ändrats; hämta den igen",
            )


def _pieces(areas: pd.DataFrame, measures: _Measures, origin: str) -> Iterator[_Piece]:
    """Take the figures of each measure and group out of a table of areas."""
    key = areas[["region_code", "period"]].astype("str").astype("category")
    for group in _GROUPS:
        count, force = areas[group.unemployed], areas[group.labour_force]
        values = (100 * count / force.where(force > 0), count, force)
        for measure, value in zip(measures[group.age], values, strict=True):
            if measure:
                yield _Piece(key, group, measure, origin, value.to_numpy(dtype="float64"))


def _assembled(pieces: Sequence[_Piece]) -> pd.DataFrame:
    """Put pieces under each other. There are two million rows: texts are codes from the beginning."""
    sizes = [len(piece.values) for piece in pieces]
    values = np.concatenate([piece.values for piece in pieces])
    return pd.DataFrame(
        {
            "region_code": join_text([piece.key["region_code"] for piece in pieces]),
            "period": join_text([piece.key["period"] for piece in pieces]),
            "sex": repeat_text([piece.group.sex for piece in pieces], sizes),
            "age_group": repeat_text([piece.group.age for piece in pieces], sizes),
            "measure": repeat_text([piece.measure for piece in pieces], sizes),
            "value": values,
            "status": text_column(np.isnan(values).astype(np.int8), ["ok", "not_available"]),
            "origin": repeat_text([piece.origin for piece in pieces], sizes),
        }
    )


def _years(areas: pd.DataFrame) -> pd.DataFrame:
    """Take the means of whole years: of counts and labour force, never of shares."""
    years = areas.assign(period=areas["period"].astype("str").str[:4])
    key = ["region_code", "period"]
    groups = years.groupby(key, observed=True)[list(_NUMBERS)]
    whole = groups.count().eq(12) & years.groupby(key, observed=True)["UNGSOK"].size().eq(12).to_numpy()[:, None]
    means = groups.mean().where(whole)
    return means.loc[whole.any(axis=1)].reset_index()


def _from(areas: pd.DataFrame, first: str) -> pd.DataFrame:
    return areas.loc[(areas["period"].astype("str") >= first).to_numpy()]


def _gap(running: pd.DataFrame, last: str) -> pd.DataFrame:
    """Give the months after the closed workbook and before the running one, without figures."""
    months = pd.period_range(last, min(running["period"].astype("str")), freq="M")[1:-1].astype(str)
    regions = running["region_code"].unique()
    index = pd.MultiIndex.from_product([regions, months], names=["region_code", "period"])
    return pd.DataFrame(np.nan, index=index, columns=list(_NUMBERS)).reset_index()


def share_observations(
    running: pd.DataFrame | None, closed: pd.DataFrame | None, catalog: Catalog, origins: Mapping[str, str]
) -> pd.DataFrame:
    """Put the two workbooks together at the declared break.

    Parameters
    ----------
    running, closed
        From :func:`share_areas`; one of them may be missing. Of months that both have, those before the break are
        the closed one's, and the others the running one's.
    origins
        Origin of ``running`` and ``closed``.

    Returns
    -------
    pandas.DataFrame
        Observations without dataset and edition.

    Raises
    ------
    RawFileError
        If the running workbook ends before the break that the catalog declares.
    """
    at = next(item.at for item in catalog.breaks if item.id == JOINT)
    out: list[_Piece] = []
    last = at
    if closed is not None:
        out += _pieces(closed, _CLOSED, origins["closed"])
        before = closed.loc[(closed["period"].astype("str") < at).to_numpy()]
        last = max(before["period"].astype("str"), default=at)
        out += _both(before, origins["closed"])
    if running is not None:
        end = max(running["period"].astype("str"))
        running = _from(running, at)
        if running.empty:
            raise RawFileError(
                f"Serien mot BAS slutar {end}, före brottet {at}",
                where=origins["running"],
                todo="Hämta en nyare arbetsbok",
            )
        if closed is not None and len(gap := _gap(running, last)):
            running = pd.concat([gap, running], ignore_index=True)
        out += _both(running, origins["running"])
    return _assembled(out)


def _both(areas: pd.DataFrame, origin: str) -> Iterator[_Piece]:
    yield from _pieces(areas, _MONTHS, origin)
    years = _years(areas)
    if not years.empty:
        yield from _pieces(years, _YEARS, origin)


def read_af_share(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read an edition of the share workbooks to validated observations.

    A closed workbook that is not what it must be is left out, with a note, where there is another.

    Raises
    ------
    RawFileError
        If a file is of no known kind, two are of the same, or one is not what it must be.
    """
    tables: dict[str, pd.DataFrame] = {}
    origins: dict[str, str] = {}
    for file in snapshot.files:
        kind = af_kind(file.name, snapshot.dataset)
        if kind.role in tables:
            raise RawFileError(f"Utgåvan har två filer av slaget ”{kind.title}”", where=snapshot.path(file))
        try:
            tables[kind.role] = share_areas(snapshot.path(file), catalog)
        except RawFileError as error:
            if not kind.optional or len(snapshot.files) == 1:
                raise
            note(f"{kind.title}: arbetsboken utelämnas. {error}")
        origins[kind.role] = snapshot.origin(file)
    frame = share_observations(tables.get("running"), tables.get("closed"), catalog, origins)
    return make_observations(frame.assign(dataset=snapshot.dataset, edition=snapshot.edition))
