"""Rows of text out of a CSV or xlsx file from any case system; nothing of them is quoted in an error."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from uvas_stats.errors import RawFileError, RegisterError
from uvas_stats.formats.grid import MERGED, Rows, csv_delimiter
from uvas_stats.register.reading.faults import Faults
from uvas_stats.register.reading.headings import find_headings
from uvas_stats.workspace import file_size

__all__ = ["read_rows"]

LARGEST = 2_000_000_000
"""Bytes; a whole country's register is kept in Parquet."""
LONGEST_CELL = 10_000
_EXCEL = (".xlsx", ".xlsm", ".xls")
_WITHIN = 50
"""Rows among which the headings are."""
_START = 1_000_000
"""Characters that tell what a CSV is divided by."""
_LINE, _RETURN, _QUOTE = b'\n\r"'
_TEXTS = pa.dictionary(pa.int32(), pa.large_string())
_Numbers = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]
_Bytes = npt.NDArray[np.uint8]


def read_rows(path: Path, faults: Faults, sheet: str = "") -> pd.DataFrame:
    """Read a file as text.

    Parameters
    ----------
    path
        CSV with ``;``, ``,`` or tab (UTF-8, else cp1252 with a note), or an Excel workbook.
    faults
        Gets a note of the encoding, and the rows that have another number of cells than the headings.
    sheet
        The sheet of a workbook; empty means the only one that has rows.

    Returns
    -------
    pandas.DataFrame
        For each heading a column of categories, the different texts; the index is the row number in the file, as
        Excel counts. Empty rows and a title above the headings are left out. ``attrs`` has the number of ``rows``
        and the row of the ``headings``.

    Raises
    ------
    RegisterError
        If the file cannot be read or it has no row of headings. Content is never quoted.
    """
    if path.suffix.lower() in _EXCEL:
        cells = _workbook(path, sheet)
        first = [list(map(_text, row)) for row in cells[:_WITHIN]]
        blocks = _blocks(cells, range(len(cells)))
    else:
        first, blocks = _csv(path, faults)
    if not first:
        raise RegisterError("Filen är tom", where=path.name, todo="Exportera listan igen, med rubriker")
    number, headings = find_headings([[cell.replace(MERGED, "") for cell in row] for row in first], path)
    bodies = [block.below(number) for block in blocks]
    odd = [body.numbers[body.has_text & body.is_odd(len(headings))] for body in bodies]
    faults.add(np.concatenate(odd) + 1, "Raden", "har fel antal celler")
    kept = [body.only(body.has_text & ~body.is_odd(len(headings))) for body in bodies]
    frame = _frame([one for one in kept if len(one.numbers)], headings)
    frame.attrs |= {"rows": sum(int(body.has_text.sum()) for body in bodies), "headings": number + 1}
    return frame


@dataclass(frozen=True)
class _Block:
    """Rows with one number of cells: what they are numbered, from 0, and their columns of different texts."""

    numbers: _Numbers
    columns: list[pa.DictionaryArray]

    def only(self, wanted: _Mask) -> _Block:
        if wanted.all():
            return self
        return _Block(self.numbers[wanted], [column.filter(pa.array(wanted)) for column in self.columns])

    def below(self, number: int) -> _Block:
        return self.only(self.numbers > number)

    @cached_property
    def has_text(self) -> _Mask:
        """Which rows are not empty."""
        return self._any(self.columns, ["", MERGED])

    def is_odd(self, width: int) -> _Mask:
        """Tell which rows have too few cells, or text in one too many."""
        if len(self.columns) < width:
            return np.ones(len(self.numbers), dtype=bool)
        return self._any(self.columns[width:], [""])

    def _any(self, columns: list[pa.DictionaryArray], nothing: list[str]) -> _Mask:
        found = np.zeros(len(self.numbers), dtype=bool)
        for column in columns:
            if len(column):
                texts = ~pc.is_in(column.dictionary, pa.array(nothing)).to_numpy(zero_copy_only=False)
                found |= texts[column.indices.to_numpy()]
        return found


def _frame(blocks: list[_Block], headings: list[str]) -> pd.DataFrame:
    numbers = np.concatenate([block.numbers for block in blocks] or [np.empty(0, dtype=np.int64)])
    order = None if (np.diff(numbers) > 0).all() else np.argsort(numbers)
    index = pd.Index(numbers if order is None else numbers[order], name="rad") + 1
    columns = {}
    for at, heading in enumerate(headings):
        parts = [block.columns[at] for block in blocks]
        whole = pa.chunked_array(parts, _TEXTS).unify_dictionaries().combine_chunks()
        codes = whole.indices.to_numpy()
        columns[heading] = pd.Categorical.from_codes(
            codes if order is None else codes[order], pd.Index(whole.dictionary.to_pandas(), dtype="str")
        )
    return pd.DataFrame(columns, index=index)


def _blocks(rows: Sequence[Sequence[object]], numbers: Iterable[int]) -> list[_Block]:
    """Stand rows on their sides, those of each width by themselves."""
    widths: dict[int, tuple[list[int], list[Sequence[object]]]] = {}
    for number, row in zip(numbers, rows, strict=True):
        at, alike = widths.setdefault(len(row), ([], []))
        at.append(number)
        alike.append(row)
    return [
        _Block(np.array(at, dtype=np.int64), [_column(cells) for cells in zip(*alike, strict=True)])
        for at, alike in widths.values()
    ]


def _column(cells: Sequence[object]) -> pa.DictionaryArray:
    if set(map(type, cells)) != {str}:
        return pa.array(map(_text, cells), pa.large_string()).dictionary_encode()
    column = pa.array(cells, pa.large_string()).dictionary_encode()
    texts = pa.array(map(_text, column.dictionary.to_pylist()), pa.large_string())
    return texts.take(column.indices).dictionary_encode()


def _csv(path: Path, faults: Faults) -> tuple[list[list[str]], list[_Block]]:
    """Read the first rows of a CSV, and all of them."""
    content = _utf8(_bytes(path), path, faults)
    delimiter = csv_delimiter(content[: 4 * _START].decode(errors="ignore"))
    by_columns = _by_columns(content, delimiter)
    if by_columns is not None:
        return by_columns
    try:
        reader = csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter)
        rows = list(reader)
        return [list(map(_text, row)) for row in rows[:_WITHIN]], _blocks(rows, range(len(rows)))
    except csv.Error:
        line = reader.line_num
    raise RegisterError("Filen är inte en läsbar CSV-fil", where=f"{path.name}, rad {line}", todo="Exportera igen")


def _by_columns(content: bytes, delimiter: str) -> tuple[list[list[str]], list[_Block]] | None:
    """Read a CSV whose rows are its lines by columns; None if a cell goes on over several lines.

    Most lines have one number of cells, and quotes only around whole cells; the others are read one by one.
    """
    data = np.frombuffer(content, dtype=np.uint8)
    if content.count(b"\r") != content.count(b"\r\n"):
        return None
    ends = np.flatnonzero(data == _LINE)
    ends = np.append(ends, len(data)) if len(data) and data[-1] != _LINE else ends
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    lengths = np.diff(starts, append=len(data))
    divided, strange = _divided(data, starts, lengths, ord(delimiter))
    empty = (data[starts] == _LINE) | ((data[starts] == _RETURN) & (lengths <= 2))
    strange |= lengths > LONGEST_CELL
    usual = np.bincount(divided[~empty & ~strange], minlength=1).argmax()
    strange |= divided != usual
    strange &= ~empty
    alike = ~strange & ~empty

    def line(at: int) -> str:
        return content[starts[at] : starts[at] + lengths[at]].decode()

    try:
        odd = np.flatnonzero(strange)
        rows = list(csv.reader(map(line, odd.tolist()), delimiter=delimiter))
        first = list(csv.reader(map(line, range(min(_WITHIN, len(starts)))), delimiter=delimiter))
    except csv.Error:
        return None
    if len(rows) != len(odd) or any("\n" in cell for row in rows[-1:] for cell in row[-1:]):
        return None
    body = content if alike.all() else data[np.repeat(alike, lengths)].tobytes()
    usual_rows = _Block(np.flatnonzero(alike), _columns(body, int(usual) + 1, delimiter))
    return [list(map(_text, row)) for row in first], [usual_rows, *_blocks(rows, odd.tolist())]


def _divided(data: _Bytes, starts: _Numbers, lengths: _Numbers, delimiter: int) -> tuple[_Numbers, _Mask]:
    """Count what divides the cells of each line, and tell which have quotes elsewhere than around whole cells."""
    divides, quotes = data == delimiter, data == _QUOTE
    if not quotes.any():
        return _count(divides, starts), np.zeros(len(starts), dtype=bool)
    within = np.logical_xor.accumulate(quotes)
    before = np.concatenate([[False], within[starts[1:] - 1]])
    within ^= np.repeat(before, lengths)
    outside = np.concatenate([[True], divides[:-1] | (data[:-1] == _LINE)])
    beside = np.concatenate([divides[1:] | (data[1:] == _LINE) | (data[1:] == _RETURN), [True]])
    wrong = quotes & ~np.where(within, outside, beside)
    last = starts + lengths - 1
    strange = np.logical_or.reduceat(wrong, starts) | within[last]
    return _count(divides & ~within, starts), strange


def _count(which: _Mask, starts: _Numbers) -> _Numbers:
    counts: _Numbers = np.diff(np.searchsorted(np.flatnonzero(which), starts), append=np.count_nonzero(which))
    return counts


def _columns(body: bytes, width: int, delimiter: str) -> list[pa.DictionaryArray]:
    from pyarrow import csv as arrow_csv

    if not body:
        return [pa.array([], _TEXTS)] * width
    names = [str(at) for at in range(width)]
    types = dict.fromkeys(names, _TEXTS)
    table = arrow_csv.read_csv(
        pa.py_buffer(body),
        read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, quote_char='"' if b'"' in body else False),
        convert_options=arrow_csv.ConvertOptions(column_types=types, strings_can_be_null=False),
    )
    return [_trimmed(column.combine_chunks()) for column in table.unify_dictionaries().columns]


def _trimmed(column: pa.DictionaryArray) -> pa.DictionaryArray:
    trimmed = pc.utf8_trim_whitespace(column.dictionary)
    return column if trimmed.equals(column.dictionary) else trimmed.take(column.indices).dictionary_encode()


def _bytes(path: Path) -> bytes:
    reason = ""
    try:
        if file_size(path) > LARGEST:
            reason = "är större än 2 GB"
        else:
            return path.read_bytes()
    except OSError:
        reason = "finns inte eller kan inte läsas"
    raise RegisterError(f"Filen {reason}", where=path.name, todo="Kontrollera sökväg och fil")


def _utf8(content: bytes, path: Path, faults: Faults) -> bytes:
    """Return a text as UTF-8, without the mark that it may begin with."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RegisterError("Filen är sparad som UTF-16", where=path.name, todo="Spara om den som UTF-8")
    with suppress(UnicodeDecodeError):
        content.decode()
        if b"\0" not in content:
            return content.removeprefix(b"\xef\xbb\xbf")
    with suppress(UnicodeDecodeError):
        text = content.decode("cp1252").encode()
        faults.note("Filen är inte UTF-8; den är läst som Windows-1252 (kontrollera å, ä och ö)")
        if b"\0" not in text:
            return text
    raise RegisterError("Filen är ingen textfil", where=path.name, todo="Exportera listan som CSV eller xlsx")


def _workbook(path: Path, sheet: str) -> Rows:
    from uvas_stats.formats.workbook import AGAIN, read_sheets

    try:
        book = read_sheets(path, merged=True)
    except RawFileError as error:  # the file is the kommun's own, and the name of a sheet may be a person's
        again = "Exportera listan igen, eller öppna den i Excel och spara om den som xlsx"
        raise RegisterError(
            error.what, where=path.name, todo=again if error.todo == AGAIN else error.todo
        ) from None
    sheets = {name: rows for name, rows in book.items() if any(map(any, rows))}
    if sheet and sheet not in sheets:
        raise RegisterError(
            "Bladet finns inte eller är tomt", where=path.name, todo="Rätta --sheet, eller sheet i mappningen"
        )
    if not sheet and len(sheets) > 1:
        raise RegisterError(
            f"Arbetsboken har {len(sheets)} blad",
            where=path.name,
            todo="Ange bladets namn: --sheet, eller sheet i mappningen",
        )
    return sheets[sheet] if sheet else next(iter(sheets.values()), [])


def _text(cell: object) -> str:
    """Write a cell as a CSV export would."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()[:LONGEST_CELL]
