import io

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from tests.report.report_samples import make_chart, make_content, make_table, observations
from uvas_stats.present.chapter import Chapter, Content
from uvas_stats.report.docx_template import read_template
from uvas_stats.report.numbering import number_parts
from uvas_stats.report.xlsx import workbook


@pytest.fixture(scope="module")
def content() -> Content:
    return make_content()


def read(content: Content) -> Workbook:
    return load_workbook(io.BytesIO(workbook(number_parts(content, str, read_template(None)))["underlag.xlsx"]))


def test_no_text_becomes_a_formula() -> None:
    evil = '=HYPERLINK("http://x","klicka")'
    flat = observations().assign(region_name=evil, measure_title="@SUMMA(A1)", unit="+1")
    text = pd.DataFrame({"=kolumn": ["-1+1", "\tx"]})
    table = make_table(first=evil)
    object.__setattr__(table.about, "data", pd.DataFrame())
    chapter = Chapter(evil, evil, (make_chart(title=evil), table))
    content = make_content(
        title=evil, flat=flat, definitions=text, sources=text, chapters=(chapter,)
    )  # fmt: skip
    cells = [cell for sheet in read(content) for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    begins = [cell for cell in cells if str(cell.value).startswith(("=", "+", "-", "@", "\t"))]
    assert len(begins) > 10
    assert all(cell.quotePrefix for cell in begins)


def test_control_characters_do_not_stop_the_workbook() -> None:
    book = read(make_content(definitions=pd.DataFrame({"Mått": ["a\x00b\x0bc"]})))
    assert book["Definitioner"]["A5"].value == "abc"


def test_empty_content_still_gives_a_workbook() -> None:
    empty = pd.DataFrame()
    book = read(make_content(chapters=(), flat=empty, definitions=empty, sources=empty))
    assert book.sheetnames == ["Innehåll", "Nyckeltal", "Definitioner", "Källor"]


def test_one_sheet_for_each_chart_and_table(content: Content) -> None:
    book = read(content)
    assert book.sheetnames == ["Innehåll", "Tabell 1", "Figur 1", "Figur 2", "Nyckeltal", "Definitioner", "Källor"]
    index = book["Innehåll"]
    assert [index.cell(row, 1).value for row in range(5, 11)] == book.sheetnames[1:]
    assert index["A6"].hyperlink.location == "'Figur 1'!A1"
    assert index["B6"].value == "Söderhamn: unga som varken arbetar eller studerar"
    assert book.properties.language == "sv-SE"


def test_figures_are_numbers_and_gaps_say_why(content: Content) -> None:
    sheet = read(content)["Figur 1"]
    assert sheet["A1"].value.startswith("Figur 1. Söderhamn")
    assert sheet.freeze_panes == "A5"
    head = [cell.value for cell in sheet[4]]
    assert head[:4] == ["Region", "Regionkod", "Mått", "Period"]
    rows = [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=5, max_row=13)]
    told = {(row["Regionkod"].value, row["Period"].value): row for row in rows}
    golden = told["2182", "2024"]
    assert golden["Värde"].value == 9.15
    assert golden["Värde"].number_format == '#,##0.0" %"'
    assert golden["Region"].value == "Söderhamn"
    assert golden["Ålder"].value == "16–24 år"
    assert told["0140", "2022"]["Värde"].value is None
    assert told["0140", "2022"]["Status"].value == "sekretess (färre än 5)"
    assert told["0140", "2023"]["Status"].value == "uppgift saknas"
    assert told["00", "2024"]["Status"].value == "preliminär"
    tail = [sheet.cell(row, 1).value for row in range(14, sheet.max_row + 1)]
    assert "Källa: MUCF via Kolada. Utgåva 2026-11-21." in tail
    assert "Uppgiften för 2024 är preliminär." in tail


def test_a_table_as_it_is_shown_has_numbers_and_says_in_a_word_what_is_missing(content: Content) -> None:
    sheet = read(content)["Tabell 1"]
    (start,) = (cell.row for cell in sheet["A"] if cell.value == "Tabellen som den visas")
    head, *rows = (list(row) for row in sheet.iter_rows(min_row=start + 1, max_row=start + 3))
    names = [cell.value for cell in head]
    told = [dict(zip(names, row, strict=True)) for row in rows]
    assert [told[0][year].value for year in ("2022", "2023", "2024")] == [8.0, 8.2, 9.2]
    assert told[0]["2022"].number_format == "#,##0.0"
    assert told[1]["2022"].value == "uppgift saknas"
    assert told[1]["Riket"].value == 8.1


def test_the_flat_sheet_can_be_imported(content: Content) -> None:
    data = workbook(number_parts(content, str, read_template(None)))["underlag.xlsx"]
    flat = pd.read_excel(io.BytesIO(data), "Nyckeltal", engine="openpyxl", dtype={"Regionkod": str, "Period": str})
    assert len(flat) == 9
    assert set(flat["Regionkod"]) == {"00", "2182", "0140"}
    assert flat.loc[(flat["Regionkod"] == "2182") & (flat["Period"] == "2024"), "Värde"].item() == 9.15
    assert {"Statuskod", "Måttets id", "Enhet", "Datamängd", "Utgåva", "Fil", "Kön", "Indelning"} <= set(
        flat.columns
    )
    sheet = read(content)["Nyckeltal"]
    assert sheet["B2"].data_type == "s"
    assert isinstance(sheet["B2"].value, str)


@pytest.mark.parametrize("unit", ["procent", "antal", "poäng", "plats", "kkr", "okänd"])
def test_number_formats_by_unit(unit: str) -> None:
    book = read(make_content(flat=make_content().flat.assign(unit=unit)))
    sheet = book["Nyckeltal"]
    head = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, head.index("Värde") + 1)
    assert ("%" in cell.number_format) == (unit == "procent")
    assert ("tkr" in cell.number_format) == (unit == "kkr")
