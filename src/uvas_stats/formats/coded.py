"""Columns as places in a list of the values that occur: a column of a file repeats few values many times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Coded", "Ints", "compact", "constant", "encode", "join", "take"]

Ints = NDArray[np.intp]


class Coded(NamedTuple):
    """A column; a code of -1 is a cell that is not there."""

    codes: Ints
    values: tuple[object, ...]

    def texts(self) -> list[str]:
        """Write each value that occurs as text without spaces around it."""
        return ["" if value is None else str(value).strip() for value in self.values]


def encode(cells: Iterable[object] | Coded) -> Coded:
    """Encode cells of text, numbers and None.

    Examples
    --------
    >>> encode(["..", "81,6", ".."]).values
    ('..', '81,6')
    """
    if isinstance(cells, Coded):
        return cells
    column = np.empty(len(listed := list(cells)), dtype=object)
    column[:] = listed
    codes, values = pd.factorize(column, use_na_sentinel=False)
    listed = values.tolist()
    for at in np.flatnonzero(pd.isna(values)).tolist():
        listed[at] = None
    return Coded(codes.astype(np.intp), tuple(listed))


def constant(value: object, count: int) -> Coded:
    """Make a column of one value.

    Examples
    --------
    >>> constant("00", 2).codes.tolist()
    [0, 0]
    """
    return Coded(np.zeros(count, dtype=np.intp), (value,))


def take(column: Coded, rows: Ints) -> Coded:
    """Take rows of a column; row -1 gives a cell that is not there.

    Examples
    --------
    >>> take(encode(["a", "b"]), np.array([1, -1])).codes.tolist()
    [1, -1]
    """
    return Coded(np.where(rows < 0, -1, column.codes[rows]), column.values)


def compact(column: Coded) -> Coded:
    """Leave out values that no cell has.

    Examples
    --------
    >>> compact(Coded(np.array([2, 2]), ("a", "b", "c")))
    Coded(codes=array([0, 0]), values=('c',))
    """
    used = np.flatnonzero(np.bincount(column.codes[column.codes >= 0], minlength=len(column.values)))
    new = np.full(len(column.values) + 1, -1, dtype=np.intp)
    new[used] = np.arange(len(used))
    return Coded(new[column.codes], tuple(column.values[at] for at in used.tolist()))


def join(columns: Sequence[Coded]) -> Coded:
    """Put columns one after the other.

    Examples
    --------
    >>> join([encode(["a", "b"]), encode(["b", "c"])])
    Coded(codes=array([0, 1, 1, 2]), values=('a', 'b', 'c'))
    """
    index: dict[object, int] = {}
    parts: list[Ints] = []
    known: dict[int, Ints] = {}  # columns of one table share their list of values
    for column in columns:
        if id(column.values) not in known:
            places = [index.setdefault(value, len(index)) for value in column.values]
            known[id(column.values)] = np.array([*places, -1], dtype=np.intp)  # the last: a cell that is not there
        parts.append(known[id(column.values)][column.codes])
    return Coded(np.concatenate(parts) if parts else np.empty(0, dtype=np.intp), tuple(index))
