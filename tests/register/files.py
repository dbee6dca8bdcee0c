"""Files of any rows, headings or not."""

from __future__ import annotations

from pathlib import Path

import openpyxl


def book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for one in rows:
            sheet.append(one)
    workbook.save(path)
    return path


def csv_file(path: Path, rows: list[list[str]], delimiter: str = ";") -> Path:
    path.write_text("\n".join(delimiter.join(one) for one in rows), encoding="utf-8")
    return path
