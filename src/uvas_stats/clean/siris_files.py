"""Open a SIRIS export, be it CSV, a workbook or XML, and give its tables."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET  # what could harm is refused before it is parsed, see _checked_xml

import numpy as np
import pyarrow as pa
from pyarrow import csv

from uvas_stats.clean.siris_table import (
    NoHeadingsError,
    RawTable,
    cut_table,
    distinct_rows,
    heading_row,
    normal,
    preamble_of,
    read_headings,
    row_text,
)
from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import cell_name
from uvas_stats.formats.reading import note as leave_note
from uvas_stats.formats.workbook import read_sheets
from uvas_stats.observations.coded import Coded, encode

__all__ = ["open_tables", "tables_of_bytes"]

LARGEST = 128 * 1024 * 1024
_AGAIN = "Hämta filen igen från Skolverket"
_ROW_ELEMENTS = ("skola", "kommun", "lan", "riket", "huvudman")
_BOM = b"\xef\xbb\xbf"
_HEAD = 64
_FOOTER = re.compile(r"^\s*rapportbeskrivning", re.IGNORECASE | re.MULTILINE)


def open_tables(path: Path) -> list[RawTable]:
    """Read the tables of a file; a workbook may have one on each sheet.

    Raises
    ------
    RawFileError
        If the file is none of the three formats, is a web page, is damaged or cut off, or has no rows.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise RawFileError(f"Filen är större än {LARGEST // 2**20} MB", where=path, todo="Är det rätt fil?")
        with path.open("rb") as handle:
            start = handle.read(8)
            if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or path.suffix in (".xlsx", ".xlsm", ".xls"):
                return _workbook_tables(path)
            body = start + handle.read()
    except OSError as error:
        raise RawFileError("Filen går inte att läsa", where=path, todo="Kontrollera sökvägen") from error
    return tables_of_bytes(body, str(path))


def tables_of_bytes(body: bytes, where: str) -> list[RawTable]:
    r"""Read the table of a CSV or XML text.

    Examples
    --------
    >>> text = "Titel\n\nKommun;Kommunkod;Antal;\nAle;1440;434;\n\nRapportbeskrivning\n"
    >>> [column.values for column in tables_of_bytes(text.encode(), "a.csv")[0].columns]
    [('Ale',), ('1440',), ('434',)]
    """
    bare = body.removeprefix(_BOM).lstrip()
    if not bare:
        raise RawFileError("Filen är tom", where=where, todo=_AGAIN)
    if bare[:200].lower().startswith((b"<!doctype html", b"<html")):
        raise RawFileError("Filen är en webbsida, inte en export", where=where, todo=_AGAIN)
    if bare.startswith(b"<"):
        return [_xml_table(bare, where)]
    text, notes = _text(body, where)
    return [_noted(_csv_table(text, where), notes)]


def _text(body: bytes, where: str) -> tuple[str, tuple[str, ...]]:
    if b"\x00" in body:
        raise RawFileError("Filen är ingen textfil", where=where, todo=_AGAIN)
    try:
        return body.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        if body.startswith(_BOM) or (error.end == len(body) and error.reason == "unexpected end of data"):
            raise RawFileError("Filen är avklippt mitt i ett tecken", where=where, todo=_AGAIN) from error
        note = "Filen är sparad som cp1252 i stället för UTF-8"
    try:
        text = body.decode("cp1252")
    except UnicodeDecodeError as error:
        raise RawFileError("Filen är varken UTF-8 eller cp1252", where=where, todo=_AGAIN) from error
    leave_note(f"{note} ({where}): kontrollera å, ä och ö.")
    return text, (note,)


def _noted(table: RawTable, notes: tuple[str, ...]) -> RawTable:
    return replace(table, notes=(*table.notes, *notes))


def _csv_cell(line: int, column: int) -> str:
    return f"rad {line + 1}, kolumn {column + 1}"


def _csv_table(text: str, where: str) -> RawTable:
    """Read the table of a CSV text, as whole columns where it is ordinary.

    Whatever is unusual, from a row that is too short to one that stands twice, is left to the reading row by row,
    which also says what is wrong and where.
    """
    return _whole(text, where) or cut_table(_grid(text), where, _csv_cell, footer=True)


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
        cell=_csv_cell,
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


def _workbook_tables(path: Path) -> list[RawTable]:
    tables, definitions = [], ""
    headless: list[NoHeadingsError] = []
    for name, rows in read_sheets(path).items():
        if normal(name).startswith("rapportbeskrivning"):
            definitions = "\n".join(str(cell) for row in rows for cell in row if cell != "").strip()
            continue
        try:
            tables.append(cut_table(rows, f"{path}, bladet {name}", cell_name, sheet=name))
        except NoHeadingsError as error:
            headless.append(error)
    if headless and not tables:
        raise headless[0]
    for one in headless:
        leave_note(f"{one.where}: bladet har ingen tabell och lästes inte.")
    if not tables:
        raise RawFileError("Arbetsboken har inga blad med uppgifter", where=path, todo=_AGAIN)
    return [replace(table, definitions=table.definitions or definitions) for table in tables]


def _checked_xml(body: bytes, where: str) -> ET.Element:
    bare = body.replace(b"\x00", b"").upper()  # in UTF-16 a zero at every other byte
    if b"<!DOCTYPE" in bare or b"<!ENTITY" in bare:
        raise RawFileError(
            "Filen innehåller egna XML-definitioner, som en export inte har", where=where, todo=_AGAIN
        )
    try:
        return ET.fromstring(body)  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as error:
        line = getattr(error, "position", (0, 0))[0]
        raise RawFileError(
            "Filen är ingen hel XML-fil", where=f"{where}, rad {line}" if line else where, todo=_AGAIN
        ) from error


def _xml_table(body: bytes, where: str) -> RawTable:
    """Lay the elements out as the rows that a CSV of the same report has."""
    root = _checked_xml(body, where)
    records = [
        dict(item.attrib) | {part.tag: part.text or "" for part in item}
        for item in root
        if item.tag in _ROW_ELEMENTS
    ]
    headings = list(dict.fromkeys(name for record in records for name in record))
    if not records:
        raise RawFileError("Filen har inga rader: året är inte publicerat", where=where, todo="Försök senare")
    title = [root.findtext("rubrik") or "", *(root.findtext("inledning") or "").splitlines()]
    cells = [[record.get(name, "") for name in headings] for record in records]
    kept, notes = distinct_rows(cells, range(len(cells)))
    closing = root.find("avslutning")
    return RawTable(
        where=where,
        sheet="",
        preamble=tuple(line.strip() for line in title if line.strip()),
        headings=tuple(headings),
        columns=tuple(encode(column) for column in zip(*(cells[line] for line in kept), strict=True)),
        lines=kept,
        cell=lambda line, _: f"post {line + 1}",
        definitions=""
        if closing is None
        else "\n".join(text.strip() for text in closing.itertext() if text.strip()),
        notes=notes,
    )
