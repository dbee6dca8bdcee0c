"""The table of a SIRIS export in CSV: found by its headings, then read as whole columns.

Whatever is unusual, from a row that is too short to one that stands twice, is left to the reading row by row,
which also says what is wrong and where.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
from pyarrow import csv

from uvas_stats.clean.siris_table import RawTable, cut_table, heading_row, preamble_of, read_headings, row_text
from uvas_stats.observations.coded import Coded

__all__ = ["read_csv_table"]

_HEAD = 64
_FOOTER = re.compile(r"^\s*rapportbeskrivning", re.IGNORECASE | re.MULTILINE)


def _cell(line: int, column: int) -> str:
    return f"rad {line + 1}, kolumn {column + 1}"


def read_csv_table(text: str, where: str) -> RawTable:
    """Read the table of a CSV text.

    Raises
    ------
    RawFileError
        As :func:`uvas_stats.clean.siris_table.cut_table`; the definitions must follow the table.
    """
    return _whole(text, where) or cut_table(_grid(text), where, _cell, footer=True)


def _grid(text: str) -> list[list[str]]:
    return [line.rstrip("\r").split(";") for line in text.split("\n")]


def _whole(text: str, where: str) -> RawTable | None:
    """Read the ordinary table as columns, or return None if it is not ordinary."""
    footer = _FOOTER.search(text)
    if footer is None:
        return None
    head = _grid("\n".join(text.split("\n", _HEAD)[:_HEAD]))
    at = heading_row(head, where)
    headings, top = read_headings(head, at)
    columns = _columns(_after(text[: footer.start()], at + 1), len(headings))
    if columns is None:
        return None
    return RawTable(
        where=where,
        sheet="",
        preamble=preamble_of(head[:top]),
        headings=headings,
        columns=columns,
        lines=range(at + 1, at + 1 + len(columns[0].codes)),
        cell=_cell,
        definitions="\n".join(row_text(row) for row in _grid(text[footer.start() :])).strip(),
    )


def _after(text: str, lines: int) -> str:
    """Give the text after so many lines."""
    start = 0
    for _ in range(lines):
        start = text.find("\n", start) + 1
    return text[start:] if start else ""


def _columns(data: str, width: int) -> tuple[Coded, ...] | None:
    rows = data.split("\n")
    while rows and not rows[-1].strip("; \t\r\u00a0"):
        rows.pop()
    if not rows:
        return None
    cells = rows[0].count(";") + 1
    if cells < width or len(set(rows)) < len(rows):
        return None
    body = "\n".join(rows).encode()
    try:
        table = csv.read_csv(
            pa.BufferReader(body),
            read_options=csv.ReadOptions(
                column_names=[str(at) for at in range(cells)], use_threads=False, block_size=len(body) + 2
            ),
            parse_options=csv.ParseOptions(delimiter=";", quote_char=False, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                column_types={str(at): pa.dictionary(pa.int32(), pa.string()) for at in range(cells)}
            ),
        )
    except pa.ArrowInvalid:
        return None
    coded = [_coded(table.column(at)) for at in range(cells)]
    extra = {str(value).strip() for column in coded[width:] for value in column.values}
    if table.num_rows != len(rows) or extra - {""} or not all(text for text in coded[0].texts()):
        return None
    return tuple(coded[:width])


def _coded(column: pa.ChunkedArray) -> Coded:
    array = column.combine_chunks()
    whole = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    return Coded(np.asarray(whole.indices.to_numpy(), dtype=np.intp), tuple(whole.dictionary.to_pylist()))
