import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from uvas_stats.report.escape import csv_text, is_formula, printable, set_text

DANGEROUS = [
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUMMA(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1+1",
    '=HYPERLINK("http://x")',
    "\uff1d1+1",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_dangerous_text_is_kept_as_text(text: str) -> None:
    book = Workbook()
    set_text(book.active["A1"], text)
    out = io.BytesIO()
    book.save(out)
    cell = load_workbook(out).active["A1"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert csv_text(text).startswith("'")


@pytest.mark.parametrize("text", ["Söderhamn", "16–24 år", "−1,5", "-1,5", "+2", "", "#N/A"])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert csv_text(text) == text


def test_an_error_code_stays_text() -> None:
    cell = Workbook().active["A1"]
    set_text(cell, "#N/A")
    assert cell.data_type == "s"


@given(st.text())
def test_nothing_that_is_written_to_csv_begins_like_a_formula(text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([csv_text(text)])
    (cell,) = next(csv.reader(io.StringIO(out.getvalue(), newline=""))) or [""]
    assert not is_formula(cell) or cell.lstrip("+-").replace(",", "").replace(".", "").isdecimal()


@given(st.text(st.characters()))
def test_printable_text_fits_in_xml(text: str) -> None:
    from lxml import etree

    etree.Element("a").text = printable(text)
