"""The column of a pivot cache while it is read: one array that is filled, so that no cell is in memory twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from uvas_stats.errors import RawFileError
from uvas_stats.formats.pivot_chunks import Column
from uvas_stats.formats.pivot_parts import CacheField

__all__ = ["Growing", "item_numbers"]


def item_numbers(field: CacheField) -> npt.NDArray[np.float64] | None:
    """Give the shared items of a field as numbers, if that is what they all are."""
    if not all(item is None or isinstance(item, float) for item in field.items):
        return None
    return np.array([np.nan if item is None else item for item in field.items], dtype=np.float64)


class Growing:
    """A column that runs are added to.

    Parameters
    ----------
    field
        What the cache says of the column.
    room
        Rows to make room for at once. Memory is taken first as it is filled.
    """

    def __init__(self, field: CacheField, room: int) -> None:
        self.field = field
        self.rows = 0
        self._numbers = item_numbers(field)
        self._places = np.min_scalar_type(-len(field.items) - 1)
        self._room = max(room, 1)
        self._values: npt.NDArray[Any] | None = None

    def add(self, run: Column) -> None:
        """Put the cells of a run last. Places stay places until a run has something else."""
        values = run.values.astype(self._places) if run.shared else run.values
        if self._values is None:
            self._values = np.empty(self._room, dtype=values.dtype)
        if self._values.dtype != values.dtype:
            values, self._values = self._resolved(values), self._resolved(self._values)
            if values.dtype != self._values.dtype:
                values, self._values = _objects(values), _objects(self._values)
        end = self.rows + len(values)
        if end > len(self._values):
            larger = np.empty(max(end, 2 * len(self._values)), dtype=self._values.dtype)
            larger[: self.rows] = self._values[: self.rows]
            self._values = larger
        self._values[self.rows : end] = values
        self.rows = end

    def series(self, where: str) -> Any:
        """Give the whole column: a categorical of text, an array of numbers, or of objects."""
        values = np.empty(0) if self._values is None else self._values[: self.rows]
        if values.dtype == self._places:
            return self._resolved(values) if self._numbers is not None else self._categories(values)
        if values.dtype != object:
            return values
        if self.field.numeric:
            text = next(value for value in values if isinstance(value, str))
            raise RawFileError(f"Fältet {self.field.name} ska vara tal men har ”{text}”", where=where)
        if all(value is None or isinstance(value, str) for value in values):
            return pd.Categorical(values)
        return values

    def _resolved(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Look up what places point to; -1 is the last of a table that ends with what is missing."""
        if values.dtype != self._places:
            return values
        if self._numbers is not None:
            return np.append(self._numbers, np.nan)[np.where(values < len(self._numbers), values, -1)]
        items: npt.NDArray[Any] = np.empty(len(self.field.items) + 1, dtype=object)
        items[:-1] = self.field.items
        resolved: npt.NDArray[Any] = items[np.clip(values, -1, len(items) - 2)]
        return resolved

    def _categories(self, places: npt.NDArray[Any]) -> pd.Categorical:
        """Make a categorical; an item that is missing is null, one that comes twice is one category."""
        kept = dict.fromkeys(item for item in self.field.items if item is not None)
        code_of = {item: code for code, item in enumerate(kept)}
        codes = [-1 if item is None else code_of[item] for item in self.field.items] + [-1]
        return pd.Categorical.from_codes(
            np.array(codes, dtype=self._places)[places], categories=pd.Index(list(kept), dtype="object")
        )


def _objects(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Turn numbers into objects, null into None."""
    if values.dtype == object:
        return values
    out = values.astype(object)
    out[np.isnan(values)] = None
    return out
