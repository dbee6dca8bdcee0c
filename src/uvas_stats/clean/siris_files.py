"""Open a SIRIS export, be it CSV, a workbook or XML, and give its tables."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET  # what could harm is refused before it is parsed, see _checked_xml

from uvas_stats.clean.siris_csv import read_csv_table
from uvas_stats.clean.siris_table import RawTable, cut_table, distinct_rows, normal
from uvas_stats.errors import RawFileError
from uvas_stats.formats.workbook import cell_name, read_sheets
from uvas_stats.observations.coded import encode

__all__ = ["open_tables", "tables_of_bytes"]

LARGEST = 128 * 1024 * 1024
_AGAIN = "Hämta filen igen från Skolverket"
_ROW_ELEMENTS = ("skola", "kommun", "lan", "riket", "huvudman")
_BOM = b"\xef\xbb\xbf"


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
    return [_noted(read_csv_table(text, where), notes)]


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
    warnings.warn(f"{note} ({where}): kontrollera å, ä och ö", UserWarning, stacklevel=2)
    return text, (note,)


def _noted(table: RawTable, notes: tuple[str, ...]) -> RawTable:
    return replace(table, notes=(*table.notes, *notes))


def _workbook_tables(path: Path) -> list[RawTable]:
    tables, definitions = [], ""
    for name, rows in read_sheets(path).items():
        if normal(name).startswith("rapportbeskrivning"):
            definitions = "\n".join(str(cell) for row in rows for cell in row if cell != "").strip()
            continue
        tables.append(cut_table(rows, f"{path}, bladet {name}", cell_name, sheet=name))
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
