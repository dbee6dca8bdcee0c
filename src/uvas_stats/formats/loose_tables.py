"""Tables of unknown layout out of whatever file they come in: workbook, CSV or web page."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import csv_delimiter
from uvas_stats.formats.html_tables import read_page
from uvas_stats.formats.workbook import read_sheets

__all__ = ["LooseTable", "loose_tables"]

LooseTable = tuple[str, list[list[object]]]
"""Where a table is, and its rows of cells; an empty text where there is nothing."""
MOST_BYTES = 32 * 2**20


def loose_tables(path: Path) -> list[LooseTable]:
    """Read all tables of a file, told by its content and not by its name.

    Raises
    ------
    RawFileError
        If the file cannot be read or holds no table.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RawFileError(f"Filen är större än {MOST_BYTES // 2**20} MB", where=path, todo="Är det rätt fil?")
        content = path.read_bytes()
    except OSError as error:
        raise RawFileError("Filen går inte att läsa", where=path, todo="Kontrollera sökvägen") from error
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or not content.strip():
        sheets = read_sheets(path)
        return [(f"{path}, blad {name}", [list(row) for row in rows]) for name, rows in sheets.items()]
    text = _decoded(content, path)
    if re.match(r"\s*<", text):
        return _html(text, path)
    return [(str(path), _csv(text, path))]


def _decoded(content: bytes, path: Path) -> str:
    if b"\x00" in content[:1000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RawFileError("Filen är varken arbetsbok, CSV eller webbsida", where=path, todo="Är det rätt fil?")
    utf16 = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ()
    for encoding in (*utf16, "utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RawFileError("Filens tecken går inte att läsa", where=path, todo="Spara om den som UTF-8")


def _csv(text: str, path: Path) -> list[list[object]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=csv_delimiter(text))
    try:
        return [[cell.strip() for cell in row] for row in rows]
    except csv.Error as error:  # a cell that never ends, for a quotation mark is not closed
        raise RawFileError(
            "Filen går inte att läsa som CSV", where=f"{path}, rad {rows.line_num}", todo="Är det rätt fil?"
        ) from error


def _html(text: str, path: Path) -> list[LooseTable]:
    tables = read_page(text).tables
    if not tables:
        raise RawFileError("Webbsidan har ingen tabell", where=path, todo="Spara sidan med tabellen")
    return [(f"{path}, tabell {at}", rows) for at, rows in enumerate(tables, start=1)]
