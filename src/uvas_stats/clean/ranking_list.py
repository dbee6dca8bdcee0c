"""A list of all kommuner by their share of unemployed youths, of unknown layout, as the municipality has saved it.

Nothing is known of its headings. Its columns are found by what they hold: 290 known kommuner, a share, and a
place; and the guess stands only if the places are those that the shares give, place 1 the highest share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import cell_name, column, column_name, is_several, row_texts
from uvas_stats.formats.kommun_column import Areas, find_areas
from uvas_stats.formats.loose_tables import LooseTable, loose_tables
from uvas_stats.formats.markers import loose_number
from uvas_stats.observations.validate import make_observations
from uvas_stats.periods import MONTHS, period_kind, period_text
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["RankingList", "describe_ranking", "read_af_ranking", "recognise"]

_AGES = re.compile(r"\b(\d\d)\s*[-\u2010-\u2015]\s*(\d\d)\b")
_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})\s+((?:19|20)\d\d)\b")
_WANTED = "18-24"
_LAYOUT = "Listan ska ha 290 kommuner, deras andel och deras plats, i var sin kolumn med var sin rubrik"


@dataclass(frozen=True)
class RankingList:
    """What a list was taken to be."""

    where: str
    areas: Areas
    share_column: int
    place_column: int
    share_heading: str
    place_heading: str
    shares: tuple[float, ...]
    """In percent, as ``areas.codes``."""
    places: tuple[int, ...]
    others: dict[str, float]
    """Shares in percent of riket and län, where the list has them."""

    @property
    def guess(self) -> str:
        """Say in Swedish which columns were taken for what."""
        parts = [
            f"kommuner i kolumn {column_name(self.areas.column)}",
            f"andel i {column_name(self.share_column)} (”{self.share_heading}”)",
            f"plats i {column_name(self.place_column)} (”{self.place_heading}”)",
        ]
        return f"{', '.join(parts)}; {len(self.places)} kommuner, plats 1 = högst andel"


def _numbers(rows: list[list[object]], at: int) -> list[float] | None:
    numbers = [number for cell in column(rows, at) if (number := loose_number(cell)) is not None]
    return numbers if len(numbers) == len(rows) else None


def _is_place(numbers: list[float]) -> bool:
    """Tell whether numbers are places: as many are better placed as the place says, ties sharing the first."""
    if any(number % 1 or number < 1 for number in numbers):
        return False
    ordered = sorted(numbers)
    return all(
        place <= at and (place == at or ordered[at - 2] == place) for at, place in enumerate(ordered, start=1)
    )


def _order(shares: list[float], places: list[float]) -> int:
    """Return 1 where place 1 has the highest share, -1 where it has the lowest, 0 where they do not fit."""
    by_place = [share for _, share in sorted(zip(places, shares, strict=True), key=lambda pair: pair[0])]
    groups: dict[float, set[float]] = {}
    for share, place in zip(shares, places, strict=True):
        groups.setdefault(place, set()).add(share)
    steps = np.diff(by_place)
    if any(len(group) > 1 for group in groups.values()) or not steps.any():
        return 0
    return 1 if (steps <= 0).all() else -1 if (steps >= 0).all() else 0


def _headings(rows: list[list[object]], areas: Areas) -> list[str]:
    """Find the row of headings above the first kommun or riket; refuse one with merged cells."""
    width = max(len(row) for row in rows)
    above = enumerate(map(row_texts, rows[: areas.first_row]))
    full = [(at, row) for at, row in above if is_several(row)]
    if not full:
        raise RawFileError("Listan har ingen rad med rubriker", where=areas.where, todo=_LAYOUT)
    used = [at for at in range(width) if any(str(cell).strip() for cell in column(areas.rows(rows), at))]
    for row_number, row in full:
        for at in used:
            if at >= len(row) or not row[at]:
                raise RawFileError(
                    "Rubriker är sammanslagna eller saknas, så kolumnen kan inte säkert tolkas",
                    where=f"{areas.where}, {cell_name(row_number, at)}",
                    todo="Ge varje kolumn en egen rubrik i en enda rad och lägg in filen igen",
                )
    return full[-1][1]


def _candidates(rows: list[list[object]], areas: Areas, headings: list[str]) -> tuple[dict[int, list[float]], ...]:
    """Give the columns that may be shares and those that may be places."""
    shares, places = {}, {}
    body = areas.rows(rows)
    for at in range(len(headings)):
        if at in areas.taken:
            continue
        numbers = _numbers(body, at)
        if numbers is None:
            continue
        if _is_place(numbers):
            places[at] = numbers
        elif min(numbers) >= 0 and max(numbers) <= 100 and any(number % 1 for number in numbers):
            ages = {f"{low}-{high}" for low, high in _AGES.findall(headings[at])}
            if not ages or _WANTED in ages:
                shares[at] = numbers
    return shares, places


def _one_pair(
    rows: list[list[object]], areas: Areas, headings: list[str]
) -> tuple[int, int, list[float], list[float]]:
    shares, places = _candidates(rows, areas, headings)
    if not shares or not places:
        gone = "andelar" if not shares else "platser (1, 2, 3 …)"
        listed = ", ".join(f"”{heading}”" for heading in headings if heading)
        raise RawFileError(
            f"Ingen kolumn har {gone} för alla kommuner; rubrikerna är {listed}", where=areas.where, todo=_LAYOUT
        )
    order = {(s, p): _order(shares[s], places[p]) for s in shares for p in places}
    fits = [pair for pair, sign in order.items() if sign == 1]
    if len(fits) == 1:
        share, place = fits[0]
        return share, place, shares[share], places[place]
    if fits:
        listed = ", ".join(f"”{headings[share]}” med ”{headings[place]}”" for share, place in fits)
        raise RawFileError(
            f"Flera kolumner passar: {listed}", where=areas.where, todo="Ta bort den som inte gäller"
        )
    if -1 in order.values():
        raise RawFileError(
            "Listan är sorterad åt andra hållet: plats 1 har lägst andel",
            where=areas.where,
            todo="Lägg in en lista där plats 1 är högst andel; vänd inte platserna för hand",
        )
    share, place = next(iter(order))
    raise RawFileError(
        f"Platserna stämmer inte med andelarna: {_first_wrong(areas, shares[share], places[place])}",
        where=areas.where,
        todo="Kontrollera listan",
    )


def _first_wrong(areas: Areas, shares: list[float], places: list[float]) -> str:
    ordered = sorted(zip(places, shares, areas.codes, strict=True))
    for (place, share, code), (next_place, next_share, next_code) in pairwise(ordered):
        if next_share > share or (place == next_place and share != next_share):
            return f"{code} har plats {place:g} och {share:g}, {next_code} plats {next_place:g} och {next_share:g}"
    return "ordningen är en annan"


def _check_texts(rows: list[list[object]], areas: Areas, period: str) -> None:
    """Refuse a list whose own title tells another month or other ages than those it is taken in for."""
    text = " ".join(str(cell) for row in rows[: areas.first_row] for cell in row).casefold()
    months = {f"{month} {year}" for month, year in _MONTH.findall(text)}
    if months and period_text(period) not in months:
        raise RawFileError(
            f"Listan säger {', '.join(sorted(months))} men perioden är given som {period_text(period)}",
            where=areas.where,
            todo="Rätta --period",
        )
    ages = {f"{low}-{high}" for low, high in _AGES.findall(text)}
    if ages and _WANTED not in ages:
        raise RawFileError(
            f"Listan gäller {', '.join(sorted(ages))} år, inte 18–24", where=areas.where, todo="Är det rätt lista?"
        )


def _demand_all(areas: Areas, catalog: Catalog) -> None:
    """Demand each of today's kommuner once."""
    names = catalog.names
    doubles = sorted({code for code in areas.codes if areas.codes.count(code) > 1})
    if doubles:
        raise RawFileError(
            f"{names[doubles[0]]} ({doubles[0]}) finns flera gånger i listan", where=areas.where, todo=_LAYOUT
        )
    gone = [region for region in catalog.kommuner if region.code not in set(areas.codes)]
    if gone:
        listed = ", ".join(f"{region.name} ({region.code})" for region in gone[:5])
        raise RawFileError(
            f"Listan har {len(areas.codes)} kommuner av {len(catalog.kommuner)}; det saknas {listed}",
            where=areas.where,
            todo="En plats jämförs bara med en lista av samma längd: lägg in hela listan",
        )


def recognise(table: LooseTable, areas: Areas, catalog: Catalog, period: str) -> RankingList:
    """Recognise the columns of a list and check them against each other.

    Parameters
    ----------
    table
        Where the list is, and its rows.
    areas
        Where its kommuner are, from :func:`uvas_stats.formats.kommun_column.find_areas`.
    catalog
        The kommuner that must all be there.
    period
        The month that the list is taken in for.

    Raises
    ------
    RawFileError
        With the reason, if the list is not what it must be.
    """
    where, rows = table
    _demand_all(areas, catalog)
    headings = _headings(rows, areas)
    _check_texts(rows, areas, period)
    share, place, shares, places = _one_pair(rows, areas, headings)
    scale = 100.0 if max(shares) <= 1 else 1.0  # a cell formatted as percent holds a fraction
    others = {}
    for code, number in areas.others.items():
        value = loose_number(rows[number][share] if share < len(rows[number]) else "")
        if value is not None:
            others[code] = scale * value
    return RankingList(
        where,
        areas,
        share,
        place,
        headings[share],
        headings[place],
        tuple(scale * value for value in shares),
        tuple(int(value) for value in places),
        others,
    )


def _lists(snapshot: Snapshot, catalog: Catalog) -> Iterator[tuple[str, str, RankingList]]:
    """Recognise the list of each file of an edition."""
    period = snapshot.options.get("period", "")
    for file in snapshot.files:
        path = snapshot.path(file)
        if not period or period_kind(period) != "month":
            raise RawFileError(
                "Listans månad är inte given", where=path, todo="Lägg till --period, till exempel 2009-11"
            )
        of_kommuner = [
            (table, areas) for table in loose_tables(path) if (areas := find_areas(table, catalog)) is not None
        ]
        if len(of_kommuner) != 1:
            what = "Flera tabeller har" if of_kommuner else "Ingen tabell har"
            raise RawFileError(f"{what} en kolumn med kommuner", where=path, todo=_LAYOUT)
        yield snapshot.origin(file), period, recognise(*of_kommuner[0], catalog, period)


def describe_ranking(snapshot: Snapshot, catalog: Catalog) -> list[str]:
    """Say which columns of the files of an edition were taken for what."""
    return [f"{period_text(period)}: {ranking.guess}" for _, period, ranking in _lists(snapshot, catalog)]


def read_af_ranking(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read an edition of a ranking list to validated observations: share and place of each kommun.

    Raises
    ------
    RawFileError
        If the month is not given, or the list is not what it must be.
    """
    parts = []
    for origin, period, ranking in _lists(snapshot, catalog):
        shares = dict(zip(ranking.areas.codes, ranking.shares, strict=True)) | ranking.others
        places = dict(zip(ranking.areas.codes, ranking.places, strict=True))
        for measure, values in (
            ("af_ranking_list_rate_pct", pd.Series(shares, dtype="float64")),
            ("af_ranking_list_place_rank", pd.Series(places, dtype="float64")),
        ):
            rows = pd.DataFrame({"region_code": values.index, "value": values.to_numpy()})
            parts.append(rows.assign(measure=measure, period=period, origin=origin))
    frame = pd.concat(parts, ignore_index=True).assign(age_group=_WANTED)
    return make_observations(frame.assign(dataset=snapshot.dataset, edition=snapshot.edition))
