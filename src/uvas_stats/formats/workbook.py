"""Open the workbooks that agencies publish, and refuse what is not one before a parser sees it.

A file is known by its first bytes, never by its name. Drawings that are missing and a sheet whose declared
dimension is A1 make no difference: cells are read by their own addresses.

The decoder gives an empty text for a cell with an error value and for a formula that was saved without its result.
Both are found here, and stand in the grid as what they are (:func:`~uvas_stats.formats.grid.is_unreadable`).
"""

from __future__ import annotations

import io
import os
import posixpath
import re
import struct
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree
from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError

from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import MERGED, NO_VALUE, Rows, cell_name, is_unreadable
from uvas_stats.workspace import file_size

__all__ = ["AGAIN", "check_workbook", "read_sheets", "save_workbook"]

MOST_BYTES = 512 * 1024 * 1024
"""How much the parts of a workbook may be when they are unpacked."""
MOST_RATIO = 400
"""How many times its packed size a part may become; a table of figures packs 10 to 40 times."""
MOST_PARTS = 2000
MOST_CELLS = 20_000_000
"""Rows times columns of a sheet: the decoder makes every cell of them, empty or not."""
_NO_SHEETS = ("xl/pivotCache/", "xl/media/")
"""Parts of a workbook that are not unpacked to read its sheets."""
_PROLOGUE = 64 * 1024
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
AGAIN = "Hämta filen igen, eller öppna den i Excel och spara om den som xlsx"
_DECODING = threading.Lock()
_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d+)["']""")
_FAR = re.compile(rb"""\br\s*=\s*["'](?:[A-Za-z]{0,3}\d{6,}|[A-Za-z]{3}\d+|[D-Zd-z][A-Za-z]\d+)["']""")
"""A cell beyond column CZ or row 99 999: few sheets have one, and only they are measured cell by cell."""
_P = rb"(?:\w+:)?"  # the prefix of a name in XML
_UNREAD = re.compile(
    rb"""\bt\s*=\s*["']e["']|(?:</%(p)sf\s*>|<%(p)sf\b[^>]*/>)\s*(?:<%(p)sv\s*/>|<%(p)sv\s*></%(p)sv\s*>)?\s*</%(p)sc\s*>"""
    % {b"p": _P}
)
"""May be an error value, or a formula without its result."""
_XLS_ERROR = re.compile(
    rb"\x05\x02\x08\x00(..)(..)..[\x00\x07\x0f\x17\x1d\x24\x2a]\x01"
    rb"|\x06\x00..(..)(..)..\x02.[\x00\x07\x0f\x17\x1d\x24\x2a]...\xff\xff",
    re.DOTALL,
)
"""The records BoolErr and Formula of an xls that hold an error value, with row and column."""


@contextmanager
def _door(path: Path, what: str) -> Iterator[None]:
    """Turn whatever a decoder raises of a damaged file into one line without its content."""
    try:
        yield
    except (RawFileError, KeyboardInterrupt, SystemExit):
        raise
    except PasswordError as error:
        raise RawFileError(
            "Arbetsboken är skyddad med lösenord", where=path, todo="Spara den utan lösenord"
        ) from error
    except BaseException as error:  # a panic of the decoder is no Exception
        raise RawFileError(what, where=path, todo=AGAIN) from error


@contextmanager
def _silent() -> Iterator[None]:
    """Keep what a panic prints, which may quote the file, from the screen: it is written past Python."""
    with _DECODING:  # what is turned off is the whole process's
        try:
            saved, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        except OSError:  # there is no screen
            yield
            return
        try:
            os.dup2(nothing, 2)
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            os.close(nothing)


def _refuse_start(start: bytes, path: Path) -> None:
    """Tell a workbook by its first bytes, and say what the file is if it is none."""
    if start.startswith((_ZIP, _OLE)):
        return
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not start.strip():
        what = "Filen är tom"
    elif text.startswith((b"<!doctype html", b"<html")):
        what = "Filen är en webbsida som fått en arbetsboks namn"
    else:
        what = "Filen är ingen arbetsbok (xlsx eller xls)"
    raise RawFileError(what, where=path, todo=AGAIN)


def _refuse_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path) -> None:
    if part.file_size > MOST_RATIO * max(part.compress_size, 1024):
        raise RawFileError(
            f"Delen {part.filename} är {part.file_size // 2**20} MB uppackad, orimligt mycket mer än packad",
            where=path,
            todo=AGAIN,
        )
    if part.filename.lower().endswith((".xml", ".rels")):
        with archive.open(part) as handle:
            start = handle.read(_PROLOGUE).replace(b"\x00", b"")  # an UTF-16 text has a zero at every other byte
        if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
            raise RawFileError(
                f"Delen {part.filename} innehåller egna XML-definitioner, som en arbetsbok inte har",
                where=path,
                todo=AGAIN,
            )


def check_workbook(path: Path, most_bytes: int = MOST_BYTES, unused: tuple[str, ...] = ()) -> None:
    """Refuse a file that is no workbook, is damaged, or would unpack to an unreasonable size.

    Parameters
    ----------
    path
        The file.
    most_bytes
        The most that its parts may be together when they are unpacked.
    unused
        How the names of parts begin that are never unpacked, and so do not count.

    Raises
    ------
    RawFileError
        Saying what the file is instead.
    """
    try:
        file_size(path)
        with path.open("rb") as handle:
            start = handle.read(1024)
    except OSError as error:
        raise RawFileError(
            "Filen går inte att läsa", where=path, todo="Kontrollera sökvägen; stäng den i Excel"
        ) from error
    _refuse_start(start, path)
    if start.startswith(_OLE):
        return
    with _door(path, "Arbetsboken är skadad eller avklippt"), zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        size = sum(part.file_size for part in parts if not part.filename.startswith(unused))
        if len(parts) > MOST_PARTS or size > most_bytes:
            raise RawFileError(
                f"Arbetsboken packas upp till mer än {most_bytes // 2**20} MB", where=path, todo=AGAIN
            )
        for part in parts:
            _refuse_part(archive, part, path)


def read_sheets(path: Path, most_bytes: int = MOST_BYTES, *, merged: bool = False) -> dict[str, Rows]:
    """Read every sheet of a workbook, cell by cell from A1.

    Parameters
    ----------
    path
        An xlsx, xlsm or xls file.
    most_bytes
        The most that its parts may be together when they are unpacked.
    merged
        Whether cells that a merged one covers get :data:`~uvas_stats.formats.grid.MERGED`, and not an empty text.

    Returns
    -------
    dict of str to sequence of sequences
        By sheet name, in the book's order: rows of cells, an empty text where a cell is empty. An error value
        stands as text, ``#N/A``, and a formula without its result as :data:`~uvas_stats.formats.grid.NO_VALUE`.

    Raises
    ------
    RawFileError
        If the file is no workbook, is damaged, encrypted, or would unpack to an unreasonable size.
    """
    check_workbook(path, most_bytes, unused=_NO_SHEETS)
    with _door(path, "Arbetsboken är skadad"):
        unread = _unread_cells(path)
        # by its content: from_path would trust the name, and an xlsx is often called xls
        with _silent(), path.open("rb") as handle, CalamineWorkbook.from_filelike(handle) as book:
            return {
                name: _cells(book.get_sheet_by_name(name), unread.get(name, {}), merged)
                for name in book.sheet_names
            }


_Unread = dict[tuple[int, int], str]


def _cells(sheet: CalamineSheet, unread: _Unread, merged: bool) -> Rows:
    """Give the cells of a sheet, with those that the decoder leaves empty though they are not."""
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    width = max([len(rows[0]) if rows else 0, *(column + 1 for _, column in unread)])
    height = max([len(rows), *(row + 1 for row, _ in unread)])
    if unread:
        rows = [[*row, *[""] * (width - len(row))] for row in rows] + [
            [""] * width for _ in range(height - len(rows))
        ]
    for (row, column), text in unread.items():
        rows[row][column] = text
    for (top, left), (bottom, right) in (merged and sheet.merged_cell_ranges) or ():
        for row in range(top, min(bottom + 1, height)):
            for column in range(left, min(right + 1, width)):
                if (row, column) != (top, left):
                    rows[row][column] = MERGED
    return rows


def _unread_cells(path: Path) -> dict[str, _Unread]:
    """Find by sheet the cells with an error value or a formula without its result; refuse a sheet too large."""
    if not zipfile.is_zipfile(path):
        return _refuse_xls_errors(path)
    with zipfile.ZipFile(path) as archive:
        unread = {}
        for name, part in _sheet_parts(archive, path).items():
            content = archive.read(part)
            _refuse_large(content, f"{path}, blad {name}")
            if _UNREAD.search(content):
                unread[name] = _unread_of(content)
        return unread


def _refuse_xls_errors(path: Path) -> dict[str, _Unread]:
    """Refuse an xls with error values: its records tell the cell, but not the sheet."""
    found = _XLS_ERROR.search(path.read_bytes())
    if found:
        row, column = (struct.unpack("<H", part)[0] for part in found.groups() if part is not None)
        raise RawFileError(
            f"Arbetsboken har felvärden, som #N/A, först i cell {cell_name(row, column)}",
            where=path,
            todo="Rätta dem i Excel och spara filen som xlsx",
        )
    return {}


def _sheet_parts(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """Give the part of each worksheet by the sheet's name."""
    parts = {part.filename.replace("\\", "/").casefold(): part for part in archive.infolist()}
    if "xl/workbook.xml" not in parts:
        raise RawFileError(
            "Arbetsboken är sparad i en form som inte går att läsa",
            where=path,
            todo="Öppna den i Excel och spara om den som xlsx",
        )
    relations = _xml(archive.read(parts["xl/_rels/workbook.xml.rels"]))
    targets = {one.get("Id"): (one.get("Target") or "") for one in relations.iter("{*}Relationship")}
    found = {}
    for sheet in _xml(archive.read(parts["xl/workbook.xml"])).iter("{*}sheet"):
        ids = [value for key, value in sheet.attrib.items() if str(key).endswith("}id")]
        target = posixpath.normpath(posixpath.join("/xl", targets.get(ids[0] if ids else None, "")))
        if (part := parts.get(target.lstrip("/").casefold())) is not None:
            found[sheet.get("name") or ""] = part
    return found


def _xml(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def _refuse_large(content: bytes, where: str) -> None:
    """Refuse a sheet with more cells from A1 to its last row and column than are sensible."""
    if not _FAR.search(content):
        return
    rows = columns = 0
    for letters, digits in _ADDRESS.findall(content):
        rows, columns = max(rows, int(digits[:9])), max(columns, _column(letters))
    if rows * columns > MOST_CELLS:
        raise RawFileError(
            f"Bladet sträcker sig ända till {cell_name(rows - 1, columns - 1)}",
            where=where,
            todo="Ta bort det som står utanför tabellen i Excel, och spara om filen",
        )


def _column(letters: bytes) -> int:
    """Give the number of a column, counted from 1; 0 for no letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _unread_of(content: bytes) -> _Unread:
    """Find the cells of a sheet whose value the decoder leaves out, from row and column 0."""
    found: _Unread = {}
    row = column = 0
    for event, element in etree.iterparse(
        io.BytesIO(content), events=("start", "end"), tag=("{*}row", "{*}c"),
        resolve_entities=False, no_network=True, huge_tree=True,
    ):  # fmt: skip
        if event == "end":
            if element.tag.endswith("}c") and (text := _unread_text(element)):
                found[row - 1, column - 1] = text
            element.clear()
        elif element.tag.endswith("}row"):
            row, column = int(element.get("r") or row + 1), 0
        elif address := _ADDRESS.fullmatch(b'r="%b"' % (element.get("r") or "").encode()):
            row, column = int(address[2]), _column(address[1])
        else:  # a cell without an address is the next one
            column += 1
    return found


def _unread_text(cell: etree._Element) -> str:
    """Write what stands for the value of a cell that the decoder leaves empty; empty where it does not."""
    value, kind = cell.findtext("{*}v"), cell.get("t")
    if kind == "e":
        return value if value and is_unreadable(value) else "#VALUE!"
    lacking = not value if kind != "str" else value is None
    formula = cell.find("{*}f") is not None and cell.find("{*}is") is None
    return NO_VALUE if formula and lacking else ""


def save_workbook(book: Any, target: Path | BinaryIO, comment: bytes = b"") -> None:
    """Write a workbook of openpyxl without its temporary files, which a process that is killed would leave.

    Parameters
    ----------
    book
        The workbook.
    target
        What it is written to.
    comment
        The comment of the archive that a workbook is.
    """
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer.excel import ExcelWriter

    class InMemory(ExcelWriter):
        def write_worksheet(self, ws: Any) -> None:
            ws._drawing = SpreadsheetDrawing()
            ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
            part = io.BytesIO()
            writer: Any = WorksheetWriter(ws, out=part)
            writer.write()
            ws._rels = writer._rels
            archive.writestr(ws.path[1:], part.getvalue())
            self.manifest.append(ws)

    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        InMemory(book, archive).save()
