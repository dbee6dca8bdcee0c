"""What pivot caches a workbook holds, and the bytes of their records, opened with bounds on size."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from uvas_stats.errors import RawFileError
from uvas_stats.formats.workbook import check_workbook

__all__ = ["LARGEST_RECORDS", "Cache", "CacheField", "list_caches", "open_part", "opened"]

LARGEST_DEFINITION = 64 * 2**20
LARGEST_RECORDS = 4 * 2**30
"""Bytes of records unpacked; the largest known are some hundred million."""
_FOLDER = "xl/pivotCache/"
_DEFINITION = re.compile(r"xl/pivotCache/pivotCacheDefinition\d*\.xml", re.IGNORECASE)
_AGAIN = "Hämta arbetsboken igen"


@dataclass(frozen=True)
class CacheField:
    """A column of a cache: its name and the shared items that its records point to."""

    name: str
    items: tuple[Any, ...] = ()
    """Text, numbers and None, in the order records count them from 0."""
    numeric: bool = False
    """Whether the workbook says that the field holds nothing but numbers."""


@dataclass(frozen=True)
class Cache:
    """One pivot cache: its fields as they stand in a record, its calculated fields, and where the records are."""

    part: str
    fields: tuple[CacheField, ...]
    formulas: dict[str, str]
    """Calculated fields by name; they have no cell in a record."""
    records: str
    """Name of the part with the records; empty where the workbook was saved without them."""
    count: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields that records hold."""
        return tuple(field.name for field in self.fields)


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a workbook as an archive.

    Raises
    ------
    RawFileError
        If it is no workbook, is cut off, damaged or encrypted, or would unpack to an unreasonable size.
    """
    check_workbook(path, LARGEST_RECORDS + 2 * LARGEST_DEFINITION, unused=("xl/worksheets/", "xl/media/"))
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except zipfile.BadZipFile as error:
        raise RawFileError("Arbetsboken är skadad eller är ingen xlsx-fil", where=path, todo=_AGAIN) from error
    except (zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise RawFileError("Arbetsboken är skadad eller låst", where=path, todo=_AGAIN) from error
    except OSError as error:
        raise RawFileError("Arbetsboken kan inte läsas", where=path, todo=_AGAIN) from error


def open_part(archive: zipfile.ZipFile, name: str, largest: int) -> Any:
    """Open one part for reading, unless it is too large.

    Parameters
    ----------
    archive
        The workbook.
    name
        The part.
    largest
        The most bytes that it may be when it is unpacked.
    """
    where = f"{archive.filename}: {name}"
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise RawFileError("Arbetsboken saknar en del", where=where, todo=_AGAIN) from None
    if info.file_size > largest:
        raise RawFileError(
            f"Arbetsbokens del är orimligt stor: {info.file_size // 2**20} MB", where=where, todo=_AGAIN
        )
    return archive.open(info)


def _xml(archive: zipfile.ZipFile, name: str) -> ET.Element:
    with open_part(archive, name, LARGEST_DEFINITION) as part:
        text = part.read()
    where = f"{archive.filename}: {name}"
    plain = text.replace(b"\x00", b"")  # an UTF-16 text has a zero at every other byte
    if b"<!" in plain.replace(b"<!--", b""):
        raise RawFileError("Arbetsboken har en dokumenttyp, som inte tillåts", where=where, todo=_AGAIN)
    try:
        return ET.fromstring(text)  # noqa: S314 - no document type, so no entities
    except ET.ParseError as error:
        raise RawFileError("Arbetsbokens pivotcache är skadad", where=where, todo=_AGAIN) from error


def local(tag: str) -> str:
    """Return the name of an element without its namespace."""
    return tag.rpartition("}")[2]


def item_value(kind: str, text: str | None) -> Any:
    """Turn an item or a literal cell into text, a number or None.

    Examples
    --------
    >>> item_value("s", "Falun"), item_value("n", "38.5"), item_value("m", None)
    ('Falun', 38.5, None)
    """
    if kind == "m":
        return None
    if text is None or kind not in "sndbe":
        raise ValueError(kind)
    return float(text) if kind == "n" else text


def _field(element: ET.Element, where: str) -> CacheField:
    name = element.get("name", "")
    shared = next((child for child in element if local(child.tag) == "sharedItems"), None)
    if shared is None:
        return CacheField(name)
    try:
        items = tuple(item_value(local(item.tag), item.get("v")) for item in shared)
    except ValueError:
        raise RawFileError(f"Fältet {name} har ett okänt värde", where=where, todo=_AGAIN) from None
    numeric = shared.get("containsNumber") == "1" and shared.get("containsString") == "0"
    mixed = "1" in (shared.get("containsMixedTypes"), shared.get("containsDate"))
    return CacheField(name, items, numeric and not mixed)


def _records_part(archive: zipfile.ZipFile, part: str) -> str:
    """Follow the definition's relation to its records; the numbers of the two need not be the same."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return ""
    for relation in _xml(archive, relations):
        if relation.get("Type", "").endswith("/pivotCacheRecords"):
            target = relation.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
    return ""


def _cache(archive: zipfile.ZipFile, part: str) -> Cache:
    root = _xml(archive, part)
    where = f"{archive.filename}: {part}"
    fields, formulas = [], {}
    for element in (child for group in root if local(group.tag) == "cacheFields" for child in group):
        if element.get("databaseField") == "0" or element.get("formula"):
            formulas[element.get("name", "")] = element.get("formula", "")
        else:
            fields.append(_field(element, where))
    names = [field.name for field in fields]
    if not fields or len(set(names)) != len(names):
        raise RawFileError("Pivotcachen saknar fält eller har två med samma namn", where=where, todo=_AGAIN)
    count = root.get("recordCount", "")
    return Cache(part, tuple(fields), formulas, _records_part(archive, part), int(count) if count else None)


def list_caches(path: Path) -> tuple[Cache, ...]:
    """List the pivot caches of a workbook by their fields, without reading any records.

    Raises
    ------
    RawFileError
        If the file is no workbook, or is damaged.
    """
    with opened(path) as archive:
        parts = sorted(name for name in archive.namelist() if _DEFINITION.fullmatch(name))
        return tuple(_cache(archive, part) for part in parts)
