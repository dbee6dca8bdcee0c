"""underlag.xlsx: the figures behind each chart and table, one flat sheet, definitions and sources."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from uvas_stats.formats.workbook import save_workbook
from uvas_stats.numbers import MISSING
from uvas_stats.present.chapter import Content
from uvas_stats.present.table import Number, Table
from uvas_stats.report.escape import printable, set_text
from uvas_stats.report.figures import FIGURES, Lookup, detailed, lookup
from uvas_stats.report.labels import SHORT_STATUS, cell_format, number_format, parse_date, swedish_date
from uvas_stats.report.normalise_zip import normalise_zip
from uvas_stats.report.numbering import Report, Shown

__all__ = ["LIST_MARK", "list_workbook", "workbook"]

LIST_MARK = b"uvas_stats list"
"""Ends the file of a single list, so that it is known again as the package's own."""

_TITLE = Font(name="Calibri", size=14, bold=True)
_QUIET = Font(name="Calibri", size=10, color="595959")
_HEAD = Font(name="Calibri", bold=True)
_LINK = Font(name="Calibri", color="0B5394", underline="single")
_FILL = PatternFill("solid", fgColor="E8EEF4")
_WRAP = Alignment(wrap_text=True, vertical="top")
_HEAD_ROW = Alignment(wrap_text=True, vertical="center")
_HEADER_ROW = 4
_WIDEST = 66


def workbook(report: Report) -> dict[str, bytes]:
    """Write the workbook: Innehåll, a sheet for each chart and table, Nyckeltal, Definitioner and Källor."""
    content = report.content
    date = parse_date(content.date)
    names = lookup(content)
    book = Workbook()
    index = book.active
    assert isinstance(index, Worksheet)
    index.title = "Innehåll"
    rows = []
    for section in report.sections:
        for shown in section.shown:
            rows.append((shown.label, shown.about.title, section.heading))
            _part_sheet(book.create_sheet(shown.label), shown, names)
    _flat_sheet(book.create_sheet("Nyckeltal"), content.flat, names)
    _text_sheet(book.create_sheet("Definitioner"), "Definitioner", content.definitions)
    _text_sheet(book.create_sheet("Källor"), "Källor", content.sources)
    rows += [
        ("Nyckeltal", "Alla uppgifter i ett blad, en rad för varje uppgift, för inläsning i andra system", ""),
        ("Definitioner", "Vad måtten betyder och vad man ska tänka på", ""),
        ("Källor", "Varje fil som uppgifterna kommer från, med utgåva och kontrollsumma", ""),
    ]
    _index_sheet(index, content, date, rows)
    properties = book.properties
    properties.title, properties.creator, properties.language = printable(content.title), "uvas_stats", "sv-SE"
    properties.created = dt.datetime(date.year, date.month, date.day)  # noqa: DTZ001 - openpyxl wants it naive
    out = io.BytesIO()
    save_workbook(book, out)
    return {"underlag.xlsx": normalise_zip(out.getvalue(), date)}


def list_workbook(table: pd.DataFrame, heading: str) -> bytes:
    """Write one list as a workbook: what it is in A1, and the list as a marked table."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Lista"
    _write(sheet, 1, heading, _TITLE)
    _fill(sheet, table, _HEADER_ROW)
    _page(sheet, _HEADER_ROW)
    _mark_table(sheet, table, _HEADER_ROW, "Lista")
    book.properties.title, book.properties.creator, book.properties.language = heading, "uvas_stats", "sv-SE"
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out, "a") as packed:
        packed.comment = LIST_MARK
    return out.getvalue()


def _mark_table(sheet: Worksheet, table: pd.DataFrame, header_row: int, name: str) -> None:
    """Make a table of a range, which has filters and is known to those who listen to the sheet."""
    if len(table) and len(table.columns):
        last = f"{get_column_letter(len(table.columns))}{header_row + len(table)}"
        marked = ExcelTable(displayName=name, ref=f"A{header_row}:{last}")
        marked.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
        sheet.add_table(marked)


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    return cell


def _write(sheet: Worksheet, row: int, text: str, font: Font) -> None:
    cell = _cell(sheet, row, 1)
    set_text(cell, text)
    cell.font = font


def _index_sheet(sheet: Worksheet, content: Content, date: dt.date, rows: list[tuple[str, str, str]]) -> None:
    _write(sheet, 1, content.title, _TITLE)
    _write(sheet, 2, f"{content.subtitle.rstrip('.')}. Utgåva: {swedish_date(date)}.".lstrip(". "), _QUIET)
    _header(sheet, _HEADER_ROW, ["Flik", "Innehåll", "Kapitel"])
    for number, (name, title, chapter) in enumerate(rows, start=_HEADER_ROW + 1):
        link = _cell(sheet, number, 1)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{name}'!A1", display=name)
        set_text(link, name)
        link.font = _LINK
        for column, text in ((2, title), (3, chapter)):
            set_text(_cell(sheet, number, column), text)
            sheet.cell(number, column).alignment = _WRAP
    for letter, width in (("A", 16), ("B", 80), ("C", 44)):
        sheet.column_dimensions[letter].width = width
    _page(sheet, _HEADER_ROW)


def _part_sheet(sheet: Worksheet, shown: Shown, names: Lookup) -> None:
    about = shown.about
    _write(sheet, 1, f"{shown.label}. {about.title}", _TITLE)
    _write(sheet, 2, about.subtitle, _QUIET)
    block = about.derived if shown.table is None else _as_numbers(shown.table)
    figures, block = (
        (block, about.derived) if about.data.empty and shown.table is not None else (about.data, block)
    )
    table = detailed(figures, names)
    _fill(sheet, table, _HEADER_ROW)
    last = _HEADER_ROW + len(table) + 2
    if len(block):
        _write(sheet, last, "Egen bearbetning" if shown.table is None else "Tabellen som den visas", _QUIET)
        _fill(sheet, block, last + 1)
        last += len(block) + 3
    for text in (about.source, about.note):
        if text:
            _write(sheet, last, text, _QUIET)
            last += 1
    _page(sheet, _HEADER_ROW)


def _as_numbers(table: Table) -> pd.DataFrame:
    """Return columns of nothing but numbers as numbers, with a word where one is missing; others as text."""
    out = table.cells.astype("object")
    for name in table.values.columns:
        values = table.values[name].tolist()
        known = [isinstance(value, Number) and value.known for value in values]
        if any(known) and all(
            number or str(value) == MISSING for number, value in zip(known, values, strict=True)
        ):
            word = SHORT_STATUS["not_available"]
            out[name] = [value if number else word for number, value in zip(known, values, strict=True)]
    return out


def _flat_sheet(sheet: Worksheet, flat: pd.DataFrame, names: Lookup) -> None:
    table = detailed(flat, names, everything=True)
    _fill(sheet, table, 1)
    if len(table.columns):
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table) + 1}"
    _page(sheet, 1)


def _text_sheet(sheet: Worksheet, title: str, frame: pd.DataFrame) -> None:
    _write(sheet, 1, title, _TITLE)
    _fill(sheet, frame.reset_index(drop=True), _HEADER_ROW)
    for row in sheet.iter_rows(min_row=_HEADER_ROW + 1):
        for cell in row:
            cell.alignment = _WRAP
    _page(sheet, _HEADER_ROW)


def _header(sheet: Worksheet, row: int, headings: Sequence[str]) -> None:
    for column, text in enumerate(headings, start=1):
        cell = _cell(sheet, row, column)
        set_text(cell, text)
        cell.font, cell.fill, cell.alignment = _HEAD, _FILL, _HEAD_ROW


def _fill(sheet: Worksheet, table: pd.DataFrame, header_row: int) -> None:
    _header(sheet, header_row, [str(name) for name in table.columns])
    if table.empty:
        return
    units = list(table["Enhet"]) if "Enhet" in table.columns else [""] * len(table)
    formats = [number_format(str(unit)) for unit in units]
    columns = []
    for number, name in enumerate(table.columns, start=1):
        values = table[name].astype("object").tolist()
        lengths = (len(str(value.shown if isinstance(value, Number) else value)) for value in set(values))
        longest = max(len(str(name)) + 2, *lengths)
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = max(min(longest + 2, _WIDEST), column.width if header_row > _HEADER_ROW else 0)
        shown = formats if name in FIGURES else [_other_format(values)] * len(values)
        columns.append([_made(sheet, value, form) for value, form in zip(values, shown, strict=True)])
    for row in zip(*columns, strict=True):
        sheet.append(row)


def _other_format(values: list[object]) -> str:
    """Return the format of a column that has no unit: one decimal, or none where all are whole."""
    floats = [value for value in values if isinstance(value, float) and value == value]
    return "" if all(value.is_integer() for value in floats) else "#,##0.0"


def _made(sheet: Worksheet, value: object, form: str) -> Cell | None:
    """Make a cell of a number, a date or a text; nothing for a missing value."""
    if value is None or value is pd.NaT or value != value:
        return None
    cell = Cell(sheet, row=1, column=1)  # append() gives it its place
    if isinstance(value, str):
        set_text(cell, value)
    elif isinstance(value, Number):
        cell.value, cell.number_format = value.shown, cell_format(value)
    elif isinstance(value, bool):
        set_text(cell, "ja" if value else "nej")
    elif isinstance(value, (int, float, np.number)):
        cell.value = value.item() if isinstance(value, np.number) else value
        if form:
            cell.number_format = form
    elif isinstance(value, dt.date):
        cell.value = dt.date(value.year, value.month, value.day)
        cell.number_format = "yyyy-mm-dd"
    else:
        set_text(cell, value)
    return cell


def _page(sheet: Worksheet, header_row: int) -> None:
    """Freeze the header row and let the sheet print on landscape A4, one page wide."""
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.print_title_rows = f"{header_row}:{header_row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
