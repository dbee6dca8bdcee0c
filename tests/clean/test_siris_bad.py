"""Bad exports: one clear line with file, sheet and cell, and nothing stored."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.fakes import siris as fakes
from uvas_stats.build.adopt import adopt
from uvas_stats.catalog import Catalog
from uvas_stats.clean.siris import read_siris
from uvas_stats.errors import RawFileError, UvasStatsError
from uvas_stats.formats.reading import reading
from uvas_stats.raw.snapshot import list_snapshots
from uvas_stats.workspace import Workspace

SPECIMEN = fakes.eligibility()
GOOD = SPECIMEN.csv()


def read(
    folder: Path, catalog: Catalog, body: bytes, name: str = "fil.csv", dataset: str = "siris_eligibility"
) -> int:
    path = folder / name
    path.write_bytes(body)
    return len(read_siris({"o": path}, dataset, "2026-01-01", catalog))


def with_row(at: int, **changes: str) -> bytes:
    """Give the specimen with cells of a row changed, by heading."""
    rows = [list(row) for row in SPECIMEN.rows]
    for heading, text in changes.items():
        rows[at][SPECIMEN.headings.index(heading.replace("_", "-"))] = text
    return replace(SPECIMEN, rows=rows).csv()


def text_of(change: Callable[[str], str]) -> bytes:
    return change(GOOD.decode("utf-8-sig")).encode()


BAD = {
    "empty": (b"", "tom"),
    "a web page": (b"<!DOCTYPE html><html><body>Fel</body></html>", "webbsida"),
    "cut in half": (GOOD[: len(GOOD) // 2], "avklippt|Slutet på filen saknas|celler men tabellen"),
    "cut after a row": (GOOD[: GOOD.index(b"\n\nRapport")] + b"\n", "Slutet på filen saknas"),
    "a short row": (text_of(lambda text: text.replace(";79,0;.;\n", ";79,0;\n", 1)), r"rad 10.*avklippt"),
    "a long row": (text_of(lambda text: text.replace(";79,0;.;\n", ";79,0;.;7;\n", 1)), "Raden har"),
    "no rows": (replace(SPECIMEN, rows=[]).csv(), "inte publicerat"),
    "no headings": (text_of(lambda text: text.replace("Kommun;Kommun-kod", "Ort;Kommun-kod")), "ingen rubrikrad"),
    "a code without its zero": (with_row(6, Kommun_kod="604"), r"”604” har inte 4 siffror.*nolla.*rad 16"),
    "a code that is none": (with_row(0, Kommun_kod="9999"), "inget område"),
    "another kommun's code": (with_row(0, Kommun_kod="1489"), "1489 hör inte till ”Ale”"),
    "a name without code": (with_row(0, Kommun_kod=""), "Raden saknar kod"),
    "an unknown kön": (with_row(0, Kön="Annat"), "”Annat” är okänt som kön .*, Kön.*Kända är samtliga"),
    "a sum that does not match": (with_row(2, **{"Antal elever": "435"}), r"434 men totalen 435.*rad 12"),
    "an unknown mark": (with_row(1, **{"Antal elever": "~99"}), r"”~99” är varken.*rad 11.*Antal elever"),
    "no läsår": (text_of(lambda text: text.replace("Valt läsår: 2024/25", "")), "vilken period"),
    "a läsår that is none": (text_of(lambda text: text.replace("2024/25", "2024/26")), "ingen giltig period"),
    "another label": (text_of(lambda text: text.replace("Valt läsår", "Valt startläsår")), "vilken period"),
    "another report": (fakes.completion().csv(), "annan rapport.*Genomströmning"),
    "by skolenhet": (
        text_of(lambda text: text.replace("Kommun;Kommun-kod", "Skola;Skol-enhetskod")),
        r"annan rapport.*\(skolenhet\)",
    ),
    "an unknown heading": (
        text_of(lambda text: text.replace("Antal elever;Andel", "Antal unga;Andel")),
        r"Okända: Antal unga\. Saknas: Antal elever\. Hittade: Kommun.*Väntade: Kommun",
    ),
    "a heading twice": (text_of(lambda text: text.replace("Läns-kod;", "Kommunkod;")), "Dubbla: Kommunkod"),
    "rows that differ": (
        replace(SPECIMEN, rows=[*SPECIMEN.rows, [*SPECIMEN.rows[0][:-1], "1"]]).csv(),
        r"om samma sak men har olika tal.*rad 10.*rad 22",
    ),
    "broken xml": (SPECIMEN.xml()[:900], "ingen hel XML"),
    "xml with entities": (
        SPECIMEN.xml().replace(b"<root>", b'<!DOCTYPE r [<!ENTITY a "b">]><root>', 1),
        "egna XML-definitioner",
    ),
    "xml in utf-16 with entities": (
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "b">]><root/>'.encode("utf-16-le"),
        "definitioner|textfil",
    ),
    "xml without codes": (SPECIMEN.xml(code="missing"), "Saknas: Kommun-kod"),
    "xml without rows": (replace(SPECIMEN, rows=[]).xml(), "inga rader"),
    "zeros in the text": (GOOD.replace(b"Ale", b"A\x00e", 1), "ingen textfil"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_line_that_says_what_and_where(tmp_path: Path, catalog: Catalog, name: str) -> None:
    body, said = BAD[name]
    with pytest.raises(RawFileError, match=said) as caught:
        read(tmp_path, catalog, body)
    assert "fil.csv" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.todo


@pytest.mark.parametrize("name", ["cut in half", "a code without its zero", "another report", "a web page"])
def test_nothing_is_stored_of_a_bad_file(workspace: Workspace, tmp_path: Path, name: str) -> None:
    path = tmp_path / "fil.csv"
    path.write_bytes(BAD[name][0])
    with pytest.raises(UvasStatsError) as caught:
        adopt(workspace, "siris_eligibility", [path])
    assert str(path) in str(caught.value)
    assert not list_snapshots([workspace.raw])
    path.write_bytes(GOOD)
    with pytest.raises(RawFileError, match="uppgifterna i utgåva 2025-10-31 saknas i den nya"):  # few rows
        adopt(workspace, "siris_eligibility", [path])
    assert adopt(workspace, "siris_eligibility", [path], accept=lambda _: True).edition is not None


def test_the_parts_of_a_row_make_its_total(tmp_path: Path, catalog: Catalog) -> None:
    specimen = fakes.pupils()
    wrong = replace(specimen, rows=[[*specimen.rows[0][:-1], "401"]])
    with pytest.raises(RawFileError, match=r"tillsammans 1204 men totalen 1203.*Antal elever"):
        read(tmp_path, catalog, wrong.csv(), dataset="siris_pupils")


def test_a_csv_saved_again_by_excel(tmp_path: Path, catalog: Catalog) -> None:
    width = len(SPECIMEN.headings) - 1
    lines = [line.removesuffix(";") for line in GOOD.decode("utf-8-sig").splitlines()]
    padded = [line + ";" * (width - line.count(";")) for line in lines]
    body = "\r\n".join([*padded, ""]).encode("utf-8-sig")
    assert read(tmp_path, catalog, body) == len(SPECIMEN.rows) * 5


def test_a_csv_in_cp1252_is_read_with_a_note(tmp_path: Path, catalog: Catalog) -> None:
    body = GOOD.decode("utf-8-sig").encode("cp1252")
    with reading() as notes:
        assert read(tmp_path, catalog, body) == len(SPECIMEN.rows) * 5
    assert "cp1252" in notes.lines[0]
    with reading() as notes:
        read(tmp_path, catalog, GOOD)
    assert notes.lines == ()


def test_equal_rows_are_taken_once_and_it_is_said(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "fil.csv"
    path.write_bytes(replace(SPECIMEN, rows=[*SPECIMEN.rows, *SPECIMEN.rows[:2]]).csv())
    frame = read_siris({"o": path}, "siris_eligibility", "2026-01-01", catalog)
    assert len(frame) == len(SPECIMEN.rows) * 5
    assert frame.attrs["provenance"]["o"]["sheets"][0]["notes"] == ["2 upprepade rader är borttagna"]


def test_the_same_läsår_in_two_files_is_an_error(tmp_path: Path, catalog: Catalog) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in paths:
        path.write_bytes(GOOD)
    with pytest.raises(RawFileError, match=r"a\.csv.*b\.csv"):
        read_siris({path.name: path for path in paths}, "siris_eligibility", "2026-01-01", catalog)


def rezipped(body: bytes, path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    source = path.with_suffix(".orig")
    source.write_bytes(body)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return path


def test_a_workbook_that_points_to_a_missing_drawing_and_has_dimension_a1(
    tmp_path: Path, catalog: Catalog
) -> None:
    def change(name: str, content: bytes) -> bytes:
        if not name.startswith("xl/worksheets/sheet"):
            return content
        first = content.index(b"<dimension"), content.index(b"/>", content.index(b"<dimension"))
        content = content[: first[0]] + b'<dimension ref="A1"' + content[first[1] :]
        return content.replace(b"</worksheet>", b'<drawing xmlns:r="r" r:id="rId9"/></worksheet>')

    path = rezipped(SPECIMEN.xlsx(), tmp_path / "fil.xlsx", change)
    assert len(read_siris({"o": path}, "siris_eligibility", "2026-01-01", catalog)) == len(SPECIMEN.rows) * 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda name, body: body + b"<!--" + b" " * 60_000_000 + b"-->" if "sheet1" in name else body, "orimligt"),
        (lambda name, body: b"<!DOCTYPE a>" + body if name == "xl/workbook.xml" else body, "definitioner"),
    ],
)
def test_a_workbook_that_would_harm_is_refused(
    tmp_path: Path, catalog: Catalog, change: Callable[[str, bytes], bytes], said: str
) -> None:
    path = rezipped(SPECIMEN.xlsx(), tmp_path / "fil.xlsx", change)
    with pytest.raises(RawFileError, match=said):
        read_siris({"o": path}, "siris_eligibility", "2026-01-01", catalog)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>Fel</body></html>", "webbsida"),
        (SPECIMEN.xlsx()[:4000], "avklippt"),
    ],
)
def test_a_renamed_page_and_half_a_workbook(tmp_path: Path, catalog: Catalog, body: bytes, said: str) -> None:
    with pytest.raises(RawFileError, match=said):
        read(tmp_path, catalog, body, "fil.xlsx")


def saved(path: Path, change: Callable[[Workbook], None]) -> Path:
    path.write_bytes(SPECIMEN.xlsx())
    book = load_workbook(path)
    change(book)
    book.save(path)
    return path


def test_a_cell_of_a_workbook_is_named_by_sheet_and_address(tmp_path: Path, catalog: Catalog) -> None:
    path = saved(tmp_path / "fil.xlsx", lambda book: book["Blad 1"].__setitem__("H9", "~98"))
    with pytest.raises(RawFileError, match=r"fil\.xlsx, bladet Blad 1, H9, Andel"):
        read_siris({"o": path}, "siris_eligibility", "2026-01-01", catalog)


def test_codes_that_excel_has_made_numbers_are_refused(tmp_path: Path, catalog: Catalog) -> None:
    def change(book: Workbook) -> None:
        for row in range(8, 8 + len(SPECIMEN.rows)):
            book["Blad 1"].cell(row=row, column=2, value=int(SPECIMEN.rows[row - 8][1]))

    path = saved(tmp_path / "fil.xlsx", change)
    with pytest.raises(RawFileError, match=r"Koden 1440 är sparad som tal.*bladet Blad 1"):
        read_siris({"o": path}, "siris_eligibility", "2026-01-01", catalog)


def test_sheets_in_another_order_and_numbers_as_text(tmp_path: Path, catalog: Catalog) -> None:
    def change(book: Workbook) -> None:
        book.move_sheet("Rapportbeskrivning och def.", -1)
        for at, row in enumerate(SPECIMEN.rows, start=8):
            book["Blad 1"].cell(row=at, column=7, value=row[6])

    path = saved(tmp_path / "fil.xlsx", change)
    assert len(read_siris({"o": path}, "siris_eligibility", "2026-01-01", catalog)) == len(SPECIMEN.rows) * 5


def test_the_name_of_a_sheet_and_its_huvudman_must_agree(tmp_path: Path, catalog: Catalog) -> None:
    specimen = fakes.Specimen(
        title="Grundskola - Jämförelse av betygsresultat över tid",
        label="Valt läsår",
        period="2024/25",
        headings=["Kommun", "Kommunkod", "Län", "Länskod", "Uppgift", "2024/25", "2023/24"],
        rows=[
            [*fakes.who(fakes.KOMMUNER[0]), "Totalt antal elever årskurs 9", "434", "417"],
            [*fakes.who(fakes.KOMMUNER[0]), "- andel (%) flickor", "..", "50,8"],
        ],
    )

    def book(organiser: str, rows: list[list[str]]) -> bytes:
        whole = Workbook()
        replace(specimen).sheet(whole, "Kommunal", rows, organiser=organiser)
        whole.remove(whole.worksheets[0])
        whole.save(tmp_path / "bok.xlsx")
        return (tmp_path / "bok.xlsx").read_bytes()

    right = book("Typ av huvudman: Kommunal", specimen.rows)
    assert read(tmp_path, catalog, right, "fil.xlsx", "siris_grade9_series") == 4
    wrong = book("Typ av huvudman: Enskild", specimen.rows)
    with pytest.raises(RawFileError, match="Bladet heter Kommunal men säger att huvudmannen är Enskild"):
        read(tmp_path, catalog, wrong, "fil.xlsx", "siris_grade9_series")
    unknown = book("Typ av huvudman: Kommunal", [*specimen.rows, [*specimen.rows[0][:4], "Något nytt", "1", "2"]])
    with pytest.raises(RawFileError, match=r"Okända uppgifter: Något nytt.*Väntade: Totalt antal"):
        read(tmp_path, catalog, unknown, "fil.xlsx", "siris_grade9_series")
    twice = book("Typ av huvudman: Kommunal", [*specimen.rows, [*specimen.rows[0][:5], "435", "417"]])
    with pytest.raises(RawFileError, match=r"om samma sak men har olika tal.*bladet Kommunal"):
        read(tmp_path, catalog, twice, "fil.xlsx", "siris_grade9_series")
