"""Workbooks: what is opened, and what is refused before a parser sees it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import MERGED, NO_VALUE, cell_name, is_unreadable
from uvas_stats.formats.markers import read_cells
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


CELLS = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="C1" t="e"><v>#REF!</v></c></row>'
    '<row r="2"><c r="A2"><f>A1+1</f></c><c r="B2" t="str"><f>""</f><v></v></c>'
    '<c r="C2"><f>A1</f><v>1</v></c></row>'
    '<row><c><f>A1</f><v></v></c><c t="e"/></row><row r="9"><c r="E9" t="e"><v>#VALUE!</v></c></row>'
)


def with_cells(book: Path, cells: str, more: str = "") -> Path:
    """Write the workbook anew with other cells."""
    start = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return rewritten(book, "xl/worksheets/sheet1.xml", f"{start}{cells}</sheetData>{more}</worksheet>".encode())


def test_an_error_value_and_a_formula_without_its_result_are_no_empty_cells(book: Path) -> None:
    rows = read_sheets(with_cells(book, CELLS))["Blad Å"]
    unread = {
        cell_name(r, c): cell for r, row in enumerate(rows) for c, cell in enumerate(row) if is_unreadable(cell)
    }
    assert unread == {"C1": "#REF!", "A2": NO_VALUE, "A3": NO_VALUE, "B3": "#VALUE!", "E9": "#VALUE!"}
    assert rows[1][1:3] == ["", 1]


def test_an_error_value_among_figures_is_told_by_its_cell(shared: Path) -> None:
    ((_, rows),) = read_sheets(shared / "cases" / "a06-ref-error" / "kaa_one_REF_error_C9.xlsx").items()
    assert rows[8][2] == "#REF!"
    with pytest.raises(RawFileError) as caught:
        read_cells([row[2] for row in rows[8:]], place=lambda at: cell_name(8 + at, 2))
    assert str(caught.value) == (
        "Cellen har felvärdet #REF! (C9). Rätta den i Excel och spara filen, eller hämta den igen."
    )


def test_covered_cells_are_told_where_that_is_asked_for(book: Path) -> None:
    cells = "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}"><v>2</v></c></row>' for r in (1, 2, 3))
    path = with_cells(book, cells, '<mergeCells><mergeCell ref="A2:A1048576"/></mergeCells>')
    assert [row[0] for row in read_sheets(path, merged=True)["Blad Å"]] == [1, 2, MERGED]
    assert [row[0] for row in read_sheets(path)["Blad Å"]] == [1, 2, 3]


@pytest.mark.parametrize("far", ["XFD1048576", "BZ1048576"])
def test_a_sheet_of_too_many_cells_is_refused_before_it_is_decoded(book: Path, far: str) -> None:
    digits = far.lstrip("ABDFXZ")
    path = with_cells(book, f'<row r="{digits}"><c r="{far}"><v>1</v></c></row>')
    with pytest.raises(RawFileError, match=f"^Bladet sträcker sig ända till {far} .*blad Blad Å"):
        read_sheets(path)


def test_a_far_cell_of_a_narrow_sheet_is_read(book: Path) -> None:
    rows = read_sheets(with_cells(book, '<row r="200000"><c r="B200000"><v>7</v></c></row>'))["Blad Å"]
    assert rows[199_999][1] == 7


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("a01-far-cell/a.xlsx", "Bladet sträcker sig ända till XFD1048576"),
        ("a02-xls-panic/panic.xls", "Arbetsboken är skadad"),
        ("a03-one-bit/a.xlsx", "Arbetsboken är skadad eller avklippt"),
        ("24-workbook2/lista.xlsx", "Arbetsboken är sparad i en form som inte går att läsa"),
    ],
)
def test_whatever_a_decoder_does_is_one_line(
    shared: Path, capfd: pytest.CaptureFixture[str], case: str, said: str
) -> None:
    with pytest.raises(RawFileError) as caught:
        read_sheets(shared / "cases" / case)
    assert caught.value.what == said
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_every_flipped_bit_gives_the_same_cells_or_one_line(book: Path) -> None:
    content, path = book.read_bytes(), book.with_name("skadad.xlsx")
    right = read_sheets(book)
    for at in range(0, len(content), 97):
        path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        try:
            assert read_sheets(path) == right
        except RawFileError as error:
            assert error.todo  # noqa: PT017 - either will do


def test_an_xls_with_an_error_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bok.xls"
    bool_err = b"\x05\x02\x08\x00\x02\x00\x03\x00\x0f\x00\x2a\x01"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\x00" * 600 + bool_err + b"\x00" * 600)
    with pytest.raises(RawFileError, match="först i cell D3"):
        read_sheets(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match="går inte att läsa"):
        read_sheets(tmp_path / "borta.xlsx")
