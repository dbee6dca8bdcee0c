"""From a cube to observations, by the declaration of its table: columns by code, and every gap with its reason."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from uvas_stats.catalog import Measure
from uvas_stats.catalog.pxweb import PxDimension, PxTable
from uvas_stats.formats.cube import Axis, Cube, damaged, period_of
from uvas_stats.formats.markers import symbol_status
from uvas_stats.observations.contract import STATUSES
from uvas_stats.observations.cube import Side, cube_observations

__all__ = ["Reading", "age_group", "cube_frame"]

_TOTALS = frozenset({"tot", "totsa", "tot1", "total", "totalt"})
_NOT_AVAILABLE = STATUSES.index("not_available")


@dataclass(frozen=True)
class Reading:
    """What is needed to read the cubes of one table of one edition."""

    declared: PxTable
    edition: str
    measures: Mapping[str, Measure]
    meaning: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Codes found by their label at fetch: variable, code, and its value."""
    noise: bool = False
    """Whether the table's notes say that cells carry noise."""


def age_group(code: str) -> str:
    """Write an age code as the tidy table does.

    Examples
    --------
    >>> [age_group(code) for code in ("16-19", "060-64", "100+1", "TotSA", "15", "-4")]
    ['16-19', '60-64', '100+', 'total', '15', '0-4']
    """
    if code.casefold() in _TOTALS:
        return "total"
    plus = re.fullmatch(r"(\d+)\+\d*", code)
    if plus:
        return f"{int(plus[1])}+"
    band = re.fullmatch(r"(\d*)-(\d+)", code)
    if band:
        return f"{int(band[1] or 0)}-{int(band[2])}"
    return str(int(code)) if code.isdecimal() else code


def _value(dimension: PxDimension, code: str, meaning: Mapping[str, str]) -> str:
    """Give what a code is in the tidy table: as declared, as found at fetch, or the code itself rewritten."""
    known = {key.casefold(): value for key, value in {**dimension.map, **meaning}.items()}
    if code.casefold() in known:
        return known[code.casefold()]
    if dimension.column == "period":
        return (
            f"{code}/{(int(code) + 1) % 100:02d}"
            if dimension.school_year and code.isdecimal()
            else period_of(code)
        )
    return age_group(code) if dimension.column == "age_group" else code


def _side(axis: Axis, dimension: PxDimension, reading: Reading, *, ages: bool) -> Side:
    meaning = reading.meaning.get(axis.code, {})
    values = [_value(dimension, code, meaning) for code in axis.codes]
    if dimension.column == "breakdown":
        return Side(
            {
                "breakdown": [dimension.breakdown if value else None for value in values],
                "category": [value or None for value in values],
            }
        )
    if dimension.column == "measure":
        unknown = [code for code, value in zip(axis.codes, values, strict=True) if value not in reading.measures]
        if unknown:
            raise damaged(f"Innehållet {', '.join(unknown)} är inte deklarerat", reading.declared.name)
        columns: dict[str, Sequence[str | None]] = {"measure": values}
        if ages:  # no variable is an age: each measure says its own
            columns["age_group"] = [reading.measures[value].ages for value in values]
        return Side(columns)
    return Side({dimension.column: values})


def _kept(cube: Cube, declared: PxTable, where: object) -> list[tuple[Axis, PxDimension]]:
    """Pair the axes with their declarations; one that fills no column must have a single code."""
    pairs = []
    for axis in cube.axes:
        dimension = declared.dimension(axis.code)
        if dimension is None:
            raise damaged(f"Dimensionen {axis.code} är inte deklarerad", where)
        if dimension.column != "none":
            pairs.append((axis, dimension))
        elif len(axis.codes) != 1:
            raise damaged(f"Dimensionen {axis.code} har fler än en kod men fyller ingen kolumn", where)
    return pairs


def _status(cube: Cube, counts: NDArray[np.bool_], where: object) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Give each cell its status; ``-`` in a count becomes the number 0. A number is never hidden by a mark."""
    values = cube.values
    empty = np.isnan(values)
    status = np.where(empty, np.int8(_NOT_AVAILABLE), np.int8(0)).astype(np.int8)
    if len(cube.places):
        numbers, texts = pd.factorize(np.array(cube.symbols, dtype=object))
        hidden = empty[cube.places]
        for number, text in enumerate(texts):
            here = cube.places[hidden & (numbers == number)]
            if not len(here):
                continue
            for count in (False, True):
                cells = here[counts[here] == count]
                status[cells] = STATUSES.index(symbol_status(str(text), count=count, where=where))
    zero = status == STATUSES.index("true_zero")
    if zero.any():
        values = values.copy()
        values[zero] = 0.0
    return values, status


def _counts(cube: Cube, pairs: Sequence[tuple[Axis, PxDimension]], reading: Reading) -> NDArray[np.bool_]:
    """Tell for each cell whether its measure is a count."""
    flags = np.ones((), dtype=bool)
    columns = {axis.code: dimension for axis, dimension in pairs}
    for axis in cube.axes:
        counted = np.ones(len(axis.codes), dtype=bool)
        dimension = columns.get(axis.code)
        if dimension is not None and dimension.column == "measure":
            meaning = reading.meaning.get(axis.code, {})
            counted = np.array([_value(dimension, code, meaning).endswith("_count") for code in axis.codes])
        flags = np.logical_and.outer(flags, counted)
    return flags.ravel()


def _join_breakdowns(
    sides: list[Side], values: NDArray[np.float64], status: NDArray[np.int8]
) -> tuple[list[Side], NDArray[np.float64], NDArray[np.int8]]:
    """Make one side of several breakdowns, which only a table that is not declared can have."""
    several = [at for at, side in enumerate(sides) if "breakdown" in side.columns]
    if len(several) < 2:
        return sides, values, status
    size = [side.length for side in sides]
    order = [at for at in range(len(sides)) if at not in several] + several
    moved = values.reshape(size).transpose(order).ravel(), status.reshape(size).transpose(order).ravel()
    names, categories = [], []
    pairs = [
        list(zip(sides[at].columns["breakdown"], sides[at].columns["category"], strict=True)) for at in several
    ]
    for combination in itertools.product(*pairs):
        known = [(str(name), str(category)) for name, category in combination if name is not None]
        names.append("_x_".join(name for name, _ in known) or None)
        categories.append(" / ".join(category for _, category in known) or None)
    kept = [sides[at] for at in order if at not in several]
    return [*kept, Side({"breakdown": names, "category": categories})], *moved


def _noise(sides: Sequence[Side], reading: Reading, cube: Cube) -> NDArray[np.bool_] | bool:
    if not reading.declared.noise_from:
        return reading.noise or cube.noise
    periods = next(side.columns["period"] for side in sides if "period" in side.columns)
    return np.array([str(period) >= reading.declared.noise_from for period in periods])


def cube_frame(cube: Cube, reading: Reading, origin: str) -> pd.DataFrame:
    """Make observations of a cube.

    Parameters
    ----------
    cube
        As read.
    reading
        The table's declaration, and what was found out at fetch.
    origin
        The raw file, from data/raw.

    Returns
    -------
    pandas.DataFrame
        Validated observations.

    Raises
    ------
    RawFileError
        If the cube has dimensions, contents or symbols that are not declared.
    ObservationError
        If the rows break the contract.
    """
    pairs = _kept(cube, reading.declared, origin)
    fed = {dimension.column for _, dimension in pairs}
    sides = [_side(axis, dimension, reading, ages="age_group" not in fed) for axis, dimension in pairs]
    if cube.places.size:
        values, status = _status(cube, _counts(cube, pairs, reading), origin)
    else:
        values, status = _status(cube, np.empty(0, dtype=bool), origin)
    sides, values, status = _join_breakdowns(sides, values, status)
    filled = {name for side in sides for name in side.columns}
    constants: dict[str, str | None] = {
        "dataset": reading.declared.dataset,
        "edition": reading.edition,
        "region_code": "00",  # a table without regions is about the whole country
        "sex": "total",
        "breakdown": None,
        "category": None,
        "origin": origin,
    }
    constants = {name: value for name, value in constants.items() if name not in filled}
    return cube_observations(sides, constants, values, status, _noise(sides, reading, cube))
