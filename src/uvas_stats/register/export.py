"""The figures of a run in a few lines, and in a workbook of the five blocks of the KAA report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from uvas_stats.catalog import Measure
from uvas_stats.formats.workbook import save_workbook
from uvas_stats.numbers import number_text, rounded
from uvas_stats.periods import period_text
from uvas_stats.register.fields import BLOCKS
from uvas_stats.register.labels import BREAKDOWNS, breakdown_label, category_label
from uvas_stats.register.store import day_of
from uvas_stats.workspace import atomic_file, refuse_foreign

__all__ = ["MARK", "block_rows", "headline_lines", "write_blocks"]

MARK = b"uvas_stats: KAA-rapportens block"
"""The comment of the archive that a workbook is; it is lost when somebody else saves the workbook."""

HIDDEN = "döljs"
_SEX_TABLES = {"flow": "Unga någon gång under perioden", "new": "Nya registreringar", "ended": "Avregistreringar",
               "stock": "Unga på mätdagen", "open": "Pågående registreringar"}  # fmt: skip


def headline_lines(observations: pd.DataFrame, measures: Mapping[str, Measure]) -> Iterator[str]:
    """Write one line a figure without breakdown, both sexes together; a hidden figure says so."""
    overlap = observations["measure"] == "register_overlap_count"
    rows = observations.loc[(observations["sex"] == "total") & (observations["breakdown"].isna() | overlap)]
    for one in rows.itertuples():
        measure = measures[str(one.measure)]
        if measure.id == "participants_count":
            continue
        day = day_of(str(one.origin))
        yield f"{measure.short}, {day or period_text(str(one.period))}: {_figure_text(one, measure)}"


def _figure_text(one: object, measure: Measure) -> str:
    """Write a figure, its bounds, or that it is hidden."""
    value, lower, upper = (getattr(one, name) for name in ("value", "lower", "upper"))
    if pd.notna(value):
        return number_text(float(value), measure.decimals, measure.unit)
    if pd.notna(lower) and pd.notna(upper):
        return f"mellan {number_text(float(lower), 0)} och {number_text(float(upper), 0)}"
    return "döljs (för få personer)"


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
    rows: dict[int, list[tuple[str, str, float | str]]] = {block: [] for block in BLOCKS}
    plain = observations.astype({"measure": "str", "breakdown": "object", "category": "object"})
    for _, one in plain.iterrows():
        broken = isinstance(one["breakdown"], str)
        block = BREAKDOWNS.get(str(one["breakdown"]), (1, ""))[0]
        if not broken or one["breakdown"] == "month":
            block = _block(str(one["measure"]))
        if block in rows:
            rows[block].append((*_names(one, broken), _number(one)))
    names = ["Uppgift", "Kategori", "Antal"]
    return {block: pd.DataFrame(lines, columns=names).drop_duplicates() for block, lines in rows.items()}


def _block(measure: str) -> int:
    return 5 if "_ended_" in measure else 1


def _number(one: pd.Series) -> float | str:
    value = float(one["value"])
    if math.isnan(value):
        return HIDDEN
    return rounded(value, 1) if str(one["measure"]).endswith("_pct") else round(value)


def _names(one: pd.Series, broken: bool) -> tuple[str, str]:
    measure, sex = str(one["measure"]), str(one["sex"])
    if broken:
        breakdown, category = str(one["breakdown"]), str(one["category"])
        about = breakdown_label(breakdown)
        if breakdown == "month":
            about = f"{_SEX_TABLES['ended' if '_ended_' in measure else 'new']} per månad"
        return about, category_label(breakdown, category)
    if measure.endswith("_share_pct"):
        return "Andel av folkmängden 16–19 år, procent", "totalt"
    about = next((text for name, text in _SEX_TABLES.items() if f"_{name}_" in measure), measure)
    return about, category_label("sex", sex)


def write_blocks(observations: pd.DataFrame, target: Path, names: Mapping[str, str]) -> list[Path]:
    """Write the blocks to a workbook, one sheet each; the old file stands until the new one is whole.

    Parameters
    ----------
    observations
        What a run let out.
    target
        The workbook.
    names
        The kommuner's names by code.

    Returns
    -------
    list of Path
        The target; with several kommuner one file each, with the kommun's code at the end of the name.

    Raises
    ------
    WorkspaceError
        If the file cannot be written, or another file has its name.
    """
    kommuner = sorted(set(observations["region_code"].astype("str")))
    written = []
    for code in kommuner:
        path = target if len(kommuner) == 1 else target.with_stem(f"{target.stem}_{code}")
        refuse_foreign(path, MARK)
        of_kommun = observations.loc[observations["region_code"] == code]
        _write(block_rows(of_kommun), _about(of_kommun, names[code]), path)
        written.append(path)
    return written


def _about(observations: pd.DataFrame, kommun: str) -> list[tuple[str, str]]:
    """Say what has been counted: where, of which period, on which day, and when."""
    days = [day for day in map(day_of, observations["origin"].astype("str").unique()) if day is not None]
    stock = observations["measure"].astype("str") == "register_kaa_stock_count"
    periods = sorted(set(observations.loc[~stock, "period"].astype("str")))
    return [
        ("Kommun", kommun),
        ("Period", ", ".join(map(period_text, periods))),
        ("Mätdatum", ", ".join(day.isoformat() for day in days)),
        ("Räknat", str(observations["edition"].astype("str").max())),
    ]


def _write(blocks: dict[int, pd.DataFrame], about: list[tuple[str, str]], target: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    del book["Sheet"]
    for block, rows in blocks.items():
        sheet = book.create_sheet(f"{block}. {BLOCKS[block]}"[:31])
        for line in about:
            sheet.append(line)
        sheet.append([])
        sheet.append(list(rows.columns))
        for cell in sheet[sheet.max_row]:
            cell.font = Font(bold=True)
        for row in rows.itertuples(index=False):
            sheet.append(list(row))
        for column, width in zip("ABC", (45, 35, 12), strict=True):
            sheet.column_dimensions[column].width = width
        sheet.append([])
        sheet.append(["Räknat på kommunens register. Små antal döljs, och antal som skulle avslöja dem."])
    with atomic_file(target) as path:
        save_workbook(book, path, MARK)
