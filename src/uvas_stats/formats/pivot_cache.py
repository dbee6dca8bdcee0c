"""Read a pivot cache as a table: the rows behind a pivot table, of which a sheet shows but one view.

The records may be hundreds of megabytes of XML. They are read as a stream, some megabytes at a time, and become
codes and numbers at once, so that little more than the table itself is ever in memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd

from uvas_stats.errors import RawFileError
from uvas_stats.formats.pivot_chunks import Column, RecordError, plain_columns, slow_columns
from uvas_stats.formats.pivot_parts import LARGEST_RECORDS, Cache, CacheField, list_caches, open_part, opened

__all__ = ["Cache", "find_cache", "list_caches", "read_cache"]

CHUNK = 2 * 2**20
LONGEST_RECORD = 2**20
_ROOT = re.compile(rb"<((?:\w+:)?)pivotCacheRecords\b[^<>]*>")
_AGAIN = "Hämta arbetsboken igen"


def find_cache(path: Path, fields: Iterable[str]) -> Cache:
    """Return the one cache of a workbook that has all the fields, whatever its number.

    Raises
    ------
    RawFileError
        If none or several have them, with what was wanted and what there is.
    """
    wanted = sorted(fields)
    caches = list_caches(path)
    if not caches:
        raise RawFileError(
            "Arbetsboken saknar pivotcache: bladen visar bara ett urval och läses inte",
            where=path,
            todo="Hämta arbetsboken från Arbetsförmedlingens sida igen",
        )
    hits = [cache for cache in caches if set(wanted) <= set(cache.names)]
    if len(hits) == 1:
        return hits[0]
    listed = "; ".join(", ".join(cache.names) for cache in caches)
    what = "Flera pivotcachar har" if hits else "Ingen pivotcache har"
    raise RawFileError(f"{what} fälten {', '.join(wanted)}", where=path, todo=f"Fälten i arbetsboken är {listed}")


def read_cache(path: Path, cache: Cache, *, chunk: int = CHUNK) -> pd.DataFrame:
    """Read all records of a cache.

    Parameters
    ----------
    path
        The workbook.
    cache
        From :func:`find_cache` or :func:`list_caches`.
    chunk
        Bytes of XML to take at a time.

    Returns
    -------
    pandas.DataFrame
        One row a record, one column a field, in the order of the cache. Fields of text are categoricals, fields
        of numbers ``float64``; a field that has both is of objects. Calculated fields are not in a cache.

    Raises
    ------
    RawFileError
        If there are no records, if they are cut off or damaged, fewer or more than the cache says, or if there is
        text in a field of numbers.
    """
    where = f"{path}: {cache.records or cache.part}"
    if not cache.records or cache.count == 0:
        raise RawFileError("Pivotcachen har inga poster: arbetsboken är sparad utan dem", where=where, todo=_AGAIN)
    parse = _parser(cache)
    try:
        with opened(path) as archive, open_part(archive, cache.records, LARGEST_RECORDS) as stream:
            most = archive.getinfo(cache.records).file_size // (len(cache.fields) * 4 + 7)
            room = min(cache.count or 1, most)
            columns = [_Growing(field, room) for field in cache.fields]
            for text in _runs(stream, chunk):
                for column, run in zip(columns, parse(text), strict=True):
                    column.add(run)
    except RecordError as error:
        raise RawFileError(str(error), where=where, todo=_AGAIN) from error
    rows = columns[0].rows
    if not rows or (cache.count is not None and rows != cache.count):
        raise RawFileError(f"Pivotcachen har {rows} poster men ska ha {cache.count}", where=where, todo=_AGAIN)
    return pd.DataFrame({column.field.name: column.series(where) for column in columns}, copy=False)


def _runs(stream: BinaryIO, chunk: int) -> Iterator[bytes]:
    """Cut a stream of records into runs of whole ones."""
    rest = stream.read(chunk)
    root = _ROOT.search(rest[:LONGEST_RECORD])
    if root is None or b"<!" in rest[: root.start()]:
        raise RecordError("Posterna har ingen början")
    rest = rest[root.end() :].lstrip()
    last = b"</" + root[1] + b"r>"
    closing = b"</" + root[1] + b"pivotCacheRecords>"
    if root[0].endswith(b"/>"):
        return
    while True:
        cut = rest.rfind(last) + len(last)
        if cut >= len(last):
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > LONGEST_RECORD:
            raise RecordError("Posterna är orimligt långa")
        more = stream.read(chunk)
        if not more:
            break
        rest += more
    if not rest.strip().endswith(closing) or b"r>" in rest[: -len(closing)]:
        raise RecordError("Posterna är avklippta")


def _parser(cache: Cache) -> Callable[[bytes], list[Column]]:
    items = [field.items for field in cache.fields]
    numbers = [_item_numbers(field) for field in cache.fields]
    sizes = [len(shared) for shared in items]

    def parse(text: bytes) -> list[Column]:
        columns = plain_columns(text, numbers, sizes)
        return slow_columns(text, items) if columns is None else columns

    return parse


def _item_numbers(field: CacheField) -> npt.NDArray[np.float64] | None:
    """Give the shared items of a field as numbers, if that is what they all are."""
    if not all(item is None or isinstance(item, float) for item in field.items):
        return None
    return np.array([np.nan if item is None else item for item in field.items], dtype=np.float64)


class _Growing:
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
        self._numbers = _item_numbers(field)
        self._code_type = np.min_scalar_type(-len(field.items) - 1)
        self._room = max(room, 1)
        self._values: npt.NDArray[Any] | None = None

    def add(self, run: Column) -> None:
        """Put the cells of a run last. Codes stay codes until a run has something else."""
        values = run.values.astype(self._code_type) if run.shared else run.values
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
        if values.dtype == self._code_type:
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
        """Look up what codes point to; -1 is the last of a table that ends with what is missing."""
        if values.dtype != self._code_type:
            return values
        if self._numbers is not None:
            return np.append(self._numbers, np.nan)[np.where(values < len(self._numbers), values, -1)]
        items: npt.NDArray[Any] = np.empty(len(self.field.items) + 1, dtype=object)
        items[:-1] = self.field.items
        resolved: npt.NDArray[Any] = items[np.clip(values, -1, len(items) - 2)]
        return resolved

    def _categories(self, item_codes: npt.NDArray[Any]) -> pd.Categorical:
        """Make a categorical; an item that is missing is null, one that comes twice is one category."""
        kept = dict.fromkeys(item for item in self.field.items if item is not None)
        code_of = {item: code for code, item in enumerate(kept)}
        codes = [-1 if item is None else code_of[item] for item in self.field.items] + [-1]
        return pd.Categorical.from_codes(
            np.array(codes, dtype=self._code_type)[item_codes], categories=pd.Index(list(kept), dtype="object")
        )


def _objects(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Turn numbers into objects, null into None."""
    if values.dtype == object:
        return values
    out = values.astype(object)
    out[np.isnan(values)] = None
    return out
