"""Open the workbooks that agencies publish, and refuse what is not one before a parser sees it.

A file is known by its first bytes, never by its name. Drawings that are missing and a sheet whose declared
dimension is A1 make no difference: cells are read by their own addresses.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import Rows

__all__ = ["check_workbook", "read_sheets"]

MOST_BYTES = 512 * 1024 * 1024
"""How much the parts of a workbook may be when they are unpacked."""
MOST_RATIO = 400
"""How many times its packed size a part may become; a table of figures packs 10 to 40 times."""
MOST_PARTS = 2000
_NO_SHEETS = ("xl/pivotCache/", "xl/media/")
"""Parts of a workbook that are not unpacked to read its sheets."""
_PROLOGUE = 64 * 1024
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_AGAIN = "Hämta filen igen från utgivaren"


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
    raise RawFileError(what, where=path, todo=_AGAIN)


def _refuse_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path) -> None:
    if part.file_size > MOST_RATIO * max(part.compress_size, 1024):
        raise RawFileError(
            f"Delen {part.filename} är {part.file_size // 2**20} MB uppackad, orimligt mycket mer än packad",
            where=path,
            todo=_AGAIN,
        )
    if part.filename.lower().endswith((".xml", ".rels")):
        with archive.open(part) as handle:
            start = handle.read(_PROLOGUE).replace(b"\x00", b"")  # an UTF-16 text has a zero at every other byte
        if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
            raise RawFileError(
                f"Delen {part.filename} innehåller egna XML-definitioner, som en arbetsbok inte har",
                where=path,
                todo=_AGAIN,
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
        with path.open("rb") as handle:
            start = handle.read(1024)
        _refuse_start(start, path)
        if start.startswith(_OLE):
            return
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts if not part.filename.startswith(unused))
            if len(parts) > MOST_PARTS or size > most_bytes:
                raise RawFileError(
                    f"Arbetsboken packas upp till mer än {most_bytes // 2**20} MB", where=path, todo=_AGAIN
                )
            for part in parts:
                _refuse_part(archive, part, path)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise RawFileError("Arbetsboken är skadad eller avklippt", where=path, todo=_AGAIN) from error
    except OSError as error:
        raise RawFileError(
            "Filen går inte att läsa", where=path, todo="Kontrollera sökvägen; stäng den i Excel"
        ) from error


def read_sheets(path: Path, most_bytes: int = MOST_BYTES) -> dict[str, Rows]:
    """Read every sheet of a workbook, cell by cell from A1.

    Parameters
    ----------
    path
        An xlsx, xlsm or xls file.
    most_bytes
        The most that its parts may be together when they are unpacked.

    Returns
    -------
    dict of str to sequence of sequences
        By sheet name, in the book's order: rows of cells, an empty text where a cell is empty.

    Raises
    ------
    RawFileError
        If the file is no workbook, is damaged, encrypted, or would unpack to an unreasonable size.
    """
    check_workbook(path, most_bytes, unused=_NO_SHEETS)
    try:
        # by its content: from_path would trust the name, and an xlsx is often called xls
        with path.open("rb") as handle, CalamineWorkbook.from_filelike(handle) as book:
            return {
                name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
            }
    except PasswordError as error:
        raise RawFileError(
            "Arbetsboken är skyddad med lösenord", where=path, todo="Spara den utan lösenord"
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        raise RawFileError("Arbetsboken är skadad", where=path, todo=_AGAIN) from error
