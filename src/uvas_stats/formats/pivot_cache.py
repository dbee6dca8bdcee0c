"""Read a pivot cache as a table: the rows behind a pivot table, of which a sheet shows but one view.

The records may be hundreds of megabytes of XML. They are read as a stream, some megabytes at a time, and become
codes and numbers at once, so that little more than the table itself is ever in memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from uvas_stats.errors import RawFileError
from uvas_stats.formats.pivot_chunks import Column, RecordError, plain_columns, slow_columns
from uvas_stats.formats.pivot_columns import Growing, item_numbers
from uvas_stats.formats.pivot_parts import LARGEST_RECORDS, Cache, list_caches, open_part, opened

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
    found = "; ".join(", ".join(cache.names) for cache in caches)
    what = "Flera pivotcachar har" if hits else "Ingen pivotcache har"
    raise RawFileError(f"{what} fälten {', '.join(wanted)}", where=path, todo=f"Fälten i arbetsboken är {found}")


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
            columns = [Growing(field, room) for field in cache.fields]
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
    numbers = [item_numbers(field) for field in cache.fields]
    sizes = [len(field.items) for field in cache.fields]
    items = [field.items for field in cache.fields]

    def parse(text: bytes) -> list[Column]:
        columns = plain_columns(text, numbers, sizes)
        return slow_columns(text, items) if columns is None else columns

    return parse
