"""What a statistical table is once read, whichever format it came in: axes, values, and why a value is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uvas_stats.errors import RawFileError

__all__ = ["Axis", "Cube", "Floats", "Ints", "MalformedError", "check_cube", "damaged", "period_of", "text_or"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_MONTH = re.compile(r"(\d{4})M(\d{2})")
_QUARTER = re.compile(r"(\d{4})[KQ]([1-4])")  # SCB writes K, as in 2024K1
_SCHOOL_YEAR = re.compile(r"(\d{4})/(?:\d{2})?(\d{2})")


@dataclass(frozen=True)
class Axis:
    """A dimension: codes in the order of the values, and what they are called."""

    code: str
    label: str
    codes: tuple[str, ...]
    labels: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cube:
    """A table of values over axes, the last axis fastest.

    ``values`` is NaN where there is no number. ``places`` and ``symbols`` say what the publisher marked and with
    what; a mark on a real number is a note and does not hide the number.
    """

    title: str
    source: str
    updated: str
    axes: tuple[Axis, ...]
    values: Floats
    places: Ints
    symbols: tuple[str, ...]
    notes: tuple[str, ...] = ()
    noise: bool = False
    time: str = ""
    """Code of the time axis, where the file says which it is."""
    metric: str = ""

    @property
    def size(self) -> tuple[int, ...]:
        """The number of codes on each axis."""
        return tuple(len(axis.codes) for axis in self.axes)

    def axis(self, code: str) -> Axis | None:
        """Return the axis of a code."""
        return next((axis for axis in self.axes if axis.code == code), None)

    def missing(self) -> dict[str, int]:
        """Count the cells without a number by the symbol they have; an empty symbol is none at all."""
        empty = np.isnan(self.values)
        marked = np.zeros(len(self.values), dtype=bool)
        marked[self.places] = True
        counts: dict[str, int] = {}
        for place, symbol in zip(self.places.tolist(), self.symbols, strict=True):
            if empty[place]:
                counts[symbol] = counts.get(symbol, 0) + 1
        unmarked = int((empty & ~marked).sum())
        return counts | ({"": unmarked} if unmarked else {})


class MalformedError(ValueError):
    """The parts of a file do not fit together: the text says what is wrong, and the caller knows where."""


def damaged(what: str, where: object) -> RawFileError:
    """Make the error of a raw file that is not what its format says."""
    return RawFileError(what, where=where, todo="Hämta tabellen igen; säg till om felet kvarstår")


def check_cube(axes: tuple[Axis, ...], values: Floats) -> None:
    """Check that the values are as many as the axes say.

    Raises
    ------
    MalformedError
        If they are not, or a code stands twice on an axis.
    """
    cells = math.prod(len(axis.codes) for axis in axes)
    if len(values) != cells:
        raise MalformedError(f"Filen har {len(values)} värden men dimensionerna ger {cells}")
    for axis in axes:
        if len(set(axis.codes)) != len(axis.codes):
            raise MalformedError(f"En kod finns två gånger i {axis.code}")


def text_or(value: Any, default: str = "") -> str:
    """Return a text, or the default where there is none."""
    return value if isinstance(value, str) else default


def period_of(code: str) -> str:
    """Write a time code as the tidy table does; what it cannot hold, such as a week, is left as it is.

    Examples
    --------
    >>> period_of("2020M01"), period_of("2024K1"), period_of("2024"), period_of("2023/2024")
    ('2020-01', '2024Q1', '2024', '2023/24')
    """
    month = _MONTH.fullmatch(code)
    if month:
        return f"{month[1]}-{month[2]}"
    quarter = _QUARTER.fullmatch(code)
    if quarter:
        return f"{quarter[1]}Q{quarter[2]}"
    school = _SCHOOL_YEAR.fullmatch(code)
    return f"{school[1]}/{school[2]}" if school else code
