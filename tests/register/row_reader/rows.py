"""Rows of text out of a CSV or xlsx file from any case system; nothing of them is quoted in an error."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pandas as pd

from uvas_stats.errors import RawFileError, RegisterError
from uvas_stats.formats.grid import MERGED, csv_delimiter
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
        Text columns named by the headings; the index is the row number in the file, as Excel counts. Empty rows
        and a title above the headings are left out. ``attrs`` has the number of ``rows`` and the row of the
        ``headings``.

    Raises
    ------
    RegisterError
        If the file cannot be read or it has no row of headings. Content is never quoted.
    """
    rows = _workbook(path, sheet) if path.suffix.lower() in _EXCEL else _csv(path, faults)
    if not rows:
        raise RegisterError("Filen är tom", where=path.name, todo="Exportera listan igen, med rubriker")
    number, headings = find_headings([[cell.replace(MERGED, "") for cell in row] for row in rows[:_WITHIN]], path)
    width = len(headings)
    full = [(at, row) for at, row in enumerate(rows[number + 1 :], start=number + 2) if {*row} - {"", MERGED}]
    odd = [at for at, row in full if len(row) < width or any(row[width:])]
    faults.add(odd, "Raden", "har fel antal celler")
    wrong = set(odd)
    kept = [(at, row[:width]) for at, row in full if at not in wrong]
    columns = list(zip(*(row for _, row in kept), strict=True)) if kept else [()] * width
    index = pd.Index([at for at, _ in kept], dtype="int64", name="rad")
    frame = pd.DataFrame(dict(zip(headings, columns, strict=True)), index=index, dtype="str")
    frame.attrs |= {"rows": len(full), "headings": number + 1}
    return frame


def _csv(path: Path, faults: Faults) -> list[list[str]]:
    text = _decode(_bytes(path), path, faults)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=csv_delimiter(text))
        return [[cell.strip()[:LONGEST_CELL] for cell in row] for row in reader]
    except csv.Error:
        line = reader.line_num
    raise RegisterError("Filen är inte en läsbar CSV-fil", where=f"{path.name}, rad {line}", todo="Exportera igen")


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


def _decode(content: bytes, path: Path, faults: Faults) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RegisterError("Filen är sparad som UTF-16", where=path.name, todo="Spara om den som UTF-8")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252":
            faults.note("Filen är inte UTF-8; den är läst som Windows-1252 (kontrollera å, ä och ö)")
        if "\0" in text:
            break
        return text
    raise RegisterError("Filen är ingen textfil", where=path.name, todo="Exportera listan som CSV eller xlsx")


def _workbook(path: Path, sheet: str) -> list[list[str]]:
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
    rows = sheets[sheet] if sheet else next(iter(sheets.values()), [])
    return [[_text(cell) for cell in row] for row in rows]


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
