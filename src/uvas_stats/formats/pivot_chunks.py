"""A run of records of a pivot cache, from XML to columns: whole arrays at a time where the text is plain.

The quick way demands that every record is written exactly as Excel writes it, and checks that in full: each ``<``
and what stands around it. What remains is then a table of commas, which pyarrow reads. Anything else, such as text
in a record, an entity or a further attribute, is left to a parser that reads element by element.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from uvas_stats.formats.pivot_parts import item_value, local

__all__ = ["Column", "RecordError", "plain_columns", "slow_columns"]

_LINES = bytes.maketrans(b"/r", b",\n")
_STRUCTURE = b'<>xnmv= "'
_LESS, _MORE, _SLASH = b"<>/"
_R, _X, _N, _M = b"rxnm"
_OPENING = int.from_bytes(b' v="', "little")
_CLOSING = int.from_bytes(b'\0"/>', "little")
_MISSING = int.from_bytes(b"<m/>", "little")
_END = int.from_bytes(b"</r>", "little")
Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]


class RecordError(ValueError):
    """A record that is none: the message says why, in Swedish."""


@dataclass(frozen=True)
class Column:
    """The cells of one field in a run of records."""

    values: npt.NDArray[Any]
    """Codes of shared items (int32, -1 is missing), numbers (float64, null is missing) or objects."""

    @property
    def shared(self) -> bool:
        """Whether the values are codes of shared items."""
        return self.values.dtype == np.int32


def _tags(text: bytes, width: int) -> tuple[npt.NDArray[np.uint8], int] | None:
    """Check that the text is plain records; return the letters of their cells and the sum of value lengths."""
    data: Bytes = np.frombuffer(text, dtype=np.uint8)
    at: Positions = np.flatnonzero(data == _LESS)
    rows, rest = divmod(len(at), width + 2)
    if rest or not rows or at[0] != 0 or data[-1] != _MORE or (data[at[1:] - 1] != _MORE).any():
        return None
    words = np.ndarray((len(text) - 3,), dtype="<u4", buffer=text, strides=(1,))
    ends = np.append(at[1:], len(text))
    starts_, ends_ = at.reshape(rows, width + 2), ends.reshape(rows, width + 2)
    if not ((ends_[:, 0] - starts_[:, 0] == 3) & (data[starts_[:, 0] + 1] == _R)).all():
        return None
    if not ((ends_[:, -1] - starts_[:, -1] == 4) & (words[starts_[:, -1]] == _END)).all():
        return None
    starts, ends = starts_[:, 1:-1].ravel(), ends_[:, 1:-1].ravel()
    letters = data[starts + 1]
    missing = letters == _M
    valued = (letters == _X) | (letters == _N)
    if missing.any():
        if not (valued | missing).all() or not (words[starts[missing]] == _MISSING).all():
            return None
        if not (ends[missing] - starts[missing] == 4).all():
            return None
        starts, ends = starts[valued], ends[valued]
    elif not valued.all():
        return None
    opened = words[starts + 2] == _OPENING
    closed = (words[ends - 4] & 0xFFFFFF00) == _CLOSING
    if not (opened & closed).all():
        return None
    return letters.reshape(rows, width), int((ends - starts).sum()) - 9 * len(starts)


def plain_columns(
    text: bytes, items: list[npt.NDArray[np.float64] | None], sizes: list[int]
) -> list[Column] | None:
    """Read records that are written plainly.

    Parameters
    ----------
    text
        Whole records: from a ``<r>`` to a ``</r>``.
    items
        For each field, its shared items as numbers; None where they are not all numbers or missing.
    sizes
        How many shared items each field has.

    Returns
    -------
    list of Column, or None
        None if anything is not as plain as demanded: read the slow way then.
    """
    width = len(sizes)
    checked = _tags(text, width)
    if checked is None:
        return None
    letters, length = checked
    rows = len(letters)
    lines = text.translate(_LINES, _STRUCTURE)
    if len(lines) != length + rows * (width + 3):  # a letter inside a value has been taken out
        return None
    is_shared, is_number = (letters == _X).any(axis=0), (letters == _N).any(axis=0)
    table = _read(lines, rows, [pa.float64() if number else pa.int32() for number in is_number])
    if table is None:
        return None
    columns = []
    for i in range(width):
        values = table.column(i)
        if not is_number[i]:
            codes = np.asarray(values.fill_null(-1).to_numpy(), dtype=np.int32)
            missing = int((letters[:, i] == _M).sum())
            if values.null_count != missing or (codes < 0).sum() != missing or codes.max() >= sizes[i]:
                return None
            columns.append(Column(codes))
            continue
        numbers = np.asarray(values.to_numpy(), dtype=np.float64)
        if not np.isfinite(numbers[letters[:, i] != _M]).all():
            return None
        if is_shared[i]:
            both = _resolve(numbers, letters[:, i] == _X, items[i])
            if both is None:
                return None
            numbers = both
        columns.append(Column(numbers))
    return columns


def _read(lines: bytes, rows: int, types: list[Any]) -> pa.Table | None:
    """Read the cells, demanding as many in each row as there are fields."""
    names = [str(i) for i in range(len(types) + 2)]
    try:
        table = csv.read_csv(
            pa.BufferReader(lines),
            read_options=csv.ReadOptions(column_names=names, block_size=len(lines) + 1),
            parse_options=csv.ParseOptions(quote_char=False),
            convert_options=csv.ConvertOptions(
                column_types=dict(zip(names, types, strict=False)),
                include_columns=names[: len(types)],
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table if table.num_rows == rows else None


def _resolve(
    numbers: npt.NDArray[np.float64], shared: npt.NDArray[np.bool_], items: npt.NDArray[np.float64] | None
) -> npt.NDArray[np.float64] | None:
    """Put shared numbers where there are codes that point to them, in a field that also has literals."""
    codes = numbers[shared]
    if items is None or (codes < 0).any() or (codes >= len(items)).any() or (codes % 1).any():
        return None
    resolved = numbers.copy()
    resolved[shared] = items[codes.astype(np.int64)]
    return resolved


def slow_columns(text: bytes, items: list[tuple[Any, ...]]) -> list[Column]:
    """Read records element by element, and say of the first one that is wrong what is wrong.

    Examples
    --------
    >>> text = b'<r><x v="1"/><n v="38"/></r><r><x v="0"/><m/></r>'
    >>> [column.values.tolist() for column in slow_columns(text, [("Falun", "Mora"), ()])]
    [[1, 0], [38.0, nan]]
    """
    if b"<!" in text:
        raise RecordError("Posterna har något som inte är poster")
    try:
        root = ET.fromstring(b"<records>" + text + b"</records>")  # noqa: S314 - no document type
    except ET.ParseError as error:
        raise RecordError("Posterna är ingen giltig XML") from error
    cells: list[list[tuple[bool, Any]]] = [[] for _ in items]
    for record in root:
        if local(record.tag) != "r" or len(record) != len(items):
            raise RecordError(f"En post har {len(record)} celler, men fälten är {len(items)}")
        for column, cell, shared in zip(cells, record, items, strict=True):
            column.append(_cell(local(cell.tag), cell.get("v"), len(shared)))
    return [_column(column, shared) for column, shared in zip(cells, items, strict=True)]


def _cell(kind: str, text: str | None, size: int) -> tuple[bool, Any]:
    """Return whether a cell points to a shared item, and its code or value."""
    try:
        value = int(text or "") if kind == "x" else item_value(kind, text)
    except ValueError:
        value = np.nan
    if isinstance(value, float) and not np.isfinite(value):
        raise RecordError(f"En cell är <{kind} v=”{text}”>, som inte går att förstå")
    if kind != "x":
        return False, value
    code = value
    if not 0 <= code < size:
        raise RecordError(f"En cell pekar på delat värde {code}, men det finns {size}")
    return True, code


def _column(cells: list[tuple[bool, Any]], items: tuple[Any, ...]) -> Column:
    if items and all(shared or value is None for shared, value in cells):
        return Column(np.array([value if shared else -1 for shared, value in cells], dtype=np.int32))
    values = [items[value] if shared else value for shared, value in cells]
    if all(value is None or isinstance(value, float) for value in values):
        return Column(np.array([np.nan if value is None else value for value in values], dtype=np.float64))
    return Column(np.array(values, dtype=object))
