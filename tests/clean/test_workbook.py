"""Workbooks: what is opened, and what is refused before a parser sees it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import cell_name
from uvas_stats.formats.workbook import check_workbook, read_sheets


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "bok.xlsx"
    work = openpyxl.Workbook()
    sheet = work.active
    assert sheet is not None
    sheet.title = "Blad Å"
    sheet["B3"], sheet["C3"], sheet["B4"], sheet["C4"] = "Kommun", "Antal", "0114", 12
    work.save(path)
    return path


def rewritten(book: Path, name: str, content: bytes) -> Path:
    """Write the workbook anew with one part replaced or added."""
    path = book.with_name("annan.xlsx")
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return path


def test_cells_stand_at_their_addresses(book: Path) -> None:
    rows = read_sheets(book)["Blad Å"]
    assert rows[2][1] == "Kommun"
    assert rows[3][1:] == ["0114", 12]
    assert cell_name(3, 2) == "C4"


def test_a_dimension_of_one_cell_and_a_missing_drawing_make_no_difference(book: Path) -> None:
    with zipfile.ZipFile(book) as archive:
        name = "xl/worksheets/sheet1.xml"
        sheet = archive.read(name)
    assert b'ref="B3:C4"' in sheet
    sheet = sheet.replace(b'ref="B3:C4"', b'ref="A1"').replace(
        b"</worksheet>",
        b'<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId9"/>'
        b"</worksheet>",
    )
    assert read_sheets(rewritten(book, name, sheet))["Blad Å"][3][2] == 12


def test_original_workbooks_are_read_whole(shared: Path) -> None:
    folder = shared / "data" / "arbetsformedlingen"
    (rows,) = read_sheets(folder / "andel_arblosa_2020M01_2022M12.xlsx").values()
    assert (len(rows), len(rows[0])) == (1225, 12)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "tom"),
        (b"\xef\xbb\xbf <!DOCTYPE html><html><body>Fel</body></html>", "webbsida"),
        (b"Kommun;Antal\n0114;12\n", "ingen arbetsbok"),
        (b"PK\x03\x04" + b"\x00" * 300, "skadad"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 3000, "skadad"),
    ],
)
def test_what_is_no_workbook_is_refused_by_its_content(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "bok.xlsx"
    path.write_bytes(content)
    with pytest.raises(RawFileError, match=said):
        read_sheets(path)


def test_a_file_cut_in_half_is_refused(book: Path) -> None:
    content = book.read_bytes()
    book.write_bytes(content[: len(content) // 2])
    with pytest.raises(RawFileError, match="avklippt"):
        read_sheets(book)


def test_a_part_that_grows_out_of_all_proportion_is_refused(book: Path) -> None:
    path = rewritten(book, "xl/media/a.bin", b"\x00" * 50_000_000)
    with pytest.raises(RawFileError, match="orimligt"):
        read_sheets(path)
    with pytest.raises(RawFileError, match="mer än 1 MB"):
        check_workbook(path, most_bytes=2**20)


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_xml_with_definitions_of_its_own_is_refused(book: Path, coding: str) -> None:
    text = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">]><workbook>&b;</workbook>'
    with pytest.raises(RawFileError, match="definitioner"):
        read_sheets(rewritten(book, "xl/workbook.xml", text.encode(coding)))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match="går inte att läsa"):
        read_sheets(tmp_path / "borta.xlsx")
