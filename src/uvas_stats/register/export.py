"""A workbook in the shape of the five blocks of the KAA report, for checking before the kommun reports."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd

from uvas_stats.numbers import number_text
from uvas_stats.register.fields import BLOCKS
from uvas_stats.register.labels import BREAKDOWNS, breakdown_label, category_label
from uvas_stats.workspace import atomic_file

__all__ = ["block_rows", "write_blocks"]

HIDDEN = "döljs"
_SEX_TABLES = {"flow": "Unga någon gång under perioden", "new": "Nya registreringar", "ended": "Avregistreringar",
               "stock": "Unga på mätdagen", "open": "Pågående registreringar"}  # fmt: skip


def block_rows(observations: pd.DataFrame) -> dict[int, pd.DataFrame]:
    """Lay out the observations of one count by the blocks of the report.

    Parameters
    ----------
    observations
        What a run let out; a suppressed figure is written as hidden.

    Returns
    -------
    dict of int and pandas.DataFrame
        Columns ``Uppgift, Kategori, Antal`` for each block, in the order of the report.
    """
    rows: dict[int, list[tuple[str, str, str]]] = {block: [] for block in BLOCKS}
    plain = observations.astype({"measure": "str", "breakdown": "object", "category": "object"})
    for one in map(_loose, plain.itertuples()):
        broken = isinstance(one.breakdown, str)
        block = BREAKDOWNS.get(str(one.breakdown), (1, ""))[0]
        if not broken or one.breakdown == "month":
            block = _block(str(one.measure))
        if block in rows:
            rows[block].append((*_names(one, broken), _number(one)))
    names = ["Uppgift", "Kategori", "Antal"]
    return {block: pd.DataFrame(found, columns=names).drop_duplicates() for block, found in rows.items()}


def _loose(row: Any) -> Any:
    """Take a row of a frame as what it is: a tuple of anything."""
    return row


def _block(measure: str) -> int:
    return 5 if "_ended_" in measure else 1


def _number(one: Any) -> str:
    value = float(one.value)
    if math.isnan(value):
        return HIDDEN
    return number_text(value, 1 if str(one.measure).endswith("_pct") else 0)


def _names(one: Any, broken: bool) -> tuple[str, str]:
    measure, sex = str(one.measure), str(one.sex)
    if broken:
        breakdown, category = str(one.breakdown), str(one.category)
        ended = ", avregistreringar" if breakdown == "month" and "_ended_" in measure else ""
        about = f"{breakdown_label(breakdown)}{ended}"
        return about, category_label(breakdown, category)
    if measure.endswith("_share_pct"):
        return "Andel av folkmängden 16–19 år, procent", "totalt"
    about = next((text for name, text in _SEX_TABLES.items() if f"_{name}_" in measure), measure)
    return about, category_label("sex", sex)


def write_blocks(observations: pd.DataFrame, target: Path) -> list[Path]:
    """Write the blocks to a workbook, one sheet each; the old file stands until the new one is whole.

    Returns
    -------
    list of Path
        The target; with several kommuner one file each, with the kommun's code at the end of the name.

    Raises
    ------
    WorkspaceError
        If the file cannot be written.
    """
    kommuner = sorted(set(observations["region_code"].astype("str")))
    written = []
    for code in kommuner:
        path = target if len(kommuner) == 1 else target.with_stem(f"{target.stem}_{code}")
        _write(block_rows(observations.loc[observations["region_code"] == code]), path)
        written.append(path)
    return written


def _write(blocks: dict[int, pd.DataFrame], target: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    del book["Sheet"]
    for block, rows in blocks.items():
        sheet = book.create_sheet(f"{block}. {BLOCKS[block]}"[:31])
        sheet.append(list(rows.columns))
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for row in rows.itertuples(index=False):
            sheet.append(list(row))
        for column, width in zip("ABC", (45, 35, 12), strict=True):
            sheet.column_dimensions[column].width = width
        sheet.append([])
        sheet.append(["Räknat på kommunens register. Små antal döljs, och antal som skulle avslöja dem."])
    with atomic_file(target) as path, path.open("wb") as file:
        book.save(file)
