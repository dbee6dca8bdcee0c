"""Tables of unknown layout out of whatever file they come in: workbook, CSV or web page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

from uvas_stats.clean.workbook import read_sheets
from uvas_stats.errors import RawFileError

__all__ = ["LooseTable", "cell_number", "loose_tables"]

LooseTable = tuple[str, list[list[object]]]
"""Where a table is, and its rows of cells; an empty text where there is nothing."""
MOST_BYTES = 32 * 2**20
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_BLANKS = re.compile("[\\s\u00a0\u2009\u202f]+")


def cell_number(cell: object) -> float | None:
    """Read a number as a Swedish table writes it, with or without a percent sign; None if it is none.

    Examples
    --------
    >>> [cell_number(cell) for cell in (11.4, "11,4 %", "1\u202f386", "\u20110,5", "Falun", "")]
    [11.4, 11.4, 1386.0, -0.5, None, None]
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return float(cell)
    text = _BLANKS.sub("", str(cell)).replace("\u2011", "-").replace("\u2212", "-").removesuffix("%")
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


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
    return [(str(path), _csv(text))]


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


def _csv(text: str) -> list[list[object]]:
    start = text[:5000]
    mark = max(";\t,", key=start.count) if not start.count(";") else ";"
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    return [[cell.strip() for cell in row] for row in rows]


class _Tables(HTMLParser):
    """Collects the cells of tables; a cell over several columns is followed by empty ones."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[object]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._close()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self._close()
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), 100) if span.isdigit() else 1
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._close()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _close(self) -> None:
        if self._cell is not None:
            text = " ".join("".join(self._cell).split())
            self.tables[-1][-1] += [text, *[""] * (self._span - 1)]
            self._cell = None


def _html(text: str, path: Path) -> list[LooseTable]:
    reader = _Tables()
    reader.feed(text)
    reader.close()
    if not reader.tables:
        raise RawFileError("Webbsidan har ingen tabell", where=path, todo="Spara sidan med tabellen")
    return [(f"{path}, tabell {at}", rows) for at, rows in enumerate(reader.tables, start=1)]


def column(rows: Sequence[Sequence[object]], at: int) -> list[object]:
    """Return the cells of a column; an empty text where a row is too short."""
    return [row[at] if at < len(row) else "" for row in rows]
