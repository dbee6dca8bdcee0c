"""A workbook with a declared layout is read as it is declared, and stops at anything else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from uvas_stats.catalog import Catalog
from uvas_stats.clean.declared import read_declared
from uvas_stats.errors import RawFileError
from uvas_stats.raw.snapshot import RawFile, Snapshot

HEADINGS = ["År", "Månad", "Län", "Kommun", "Ålder", "Kön", "Ohälsotalet"]
ROW = ["2024", "09", "20 Dalarnas län", "2080 Falun", "20-29 år", "Kvinnor", 12.5]


def read(folder: Path, catalog: Catalog, *rows: list[object], name: str = "tabell") -> pd.DataFrame:
    book = openpyxl.Workbook()
    book.active.title = "Om statistiken"
    sheet = book.create_sheet(name)
    for row in rows:
        sheet.append(row)
    book.save(folder / "fil.xlsx")
    day = dt.date(2024, 11, 6)
    files = (RawFile("fil.xlsx", "0" * 64, 1),)
    return read_declared(
        Snapshot("fk_ohalsotal", "2024-11-06", "", "", "", day, "", files, options={}, folder=folder), catalog
    )


def changed(column: str, value: object) -> list[object]:
    return [value if heading == column else cell for heading, cell in zip(HEADINGS, ROW, strict=True)]


def test_a_row_says_of_whom_it_is(tmp_path: Path, catalog: Catalog) -> None:
    frame = read(tmp_path, catalog, ["Försäkringskassan"], [], HEADINGS, ROW)
    assert frame[["region_code", "period", "sex", "age_group", "value", "status"]].to_numpy().tolist() == [
        ["2080", "2024-09", "women", "20-29", 12.5, "ok"]
    ]


def test_headings_are_found_in_any_order_and_without_those_passed_over(tmp_path: Path, catalog: Catalog) -> None:
    order = [6, 0, 1, 3, 5, 4]
    frame = read(tmp_path, catalog, [HEADINGS[at] for at in order], [ROW[at] for at in order], name="Blad 7")
    assert frame["value"].tolist() == [12.5]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("Kommun", "2080 Ale", "”2080 Ale” går inte att förstå under rubriken Kommun"),
        ("Kommun", "", "”” går inte att förstå"),
        ("Kön", "Okänt", "under rubriken Kön .*F2"),
        ("Ålder", "unga", "under rubriken Ålder .*E2"),
        ("År", None, "under rubriken År"),
        ("Ohälsotalet", "#REF!", "Cellen har felvärdet #REF! .*G2"),
    ],
)
def test_a_cell_that_is_not_what_its_heading_says_is_named(
    tmp_path: Path, catalog: Catalog, column: str, value: object, message: str
) -> None:
    with pytest.raises(RawFileError, match=message):
        read(tmp_path, catalog, HEADINGS, changed(column, value))


@pytest.mark.parametrize(
    ("headings", "message"),
    [
        (
            [*HEADINGS[:-1], "Sjukpenningtalet"],
            "Inget blad har rubrikerna Kommun, .* Bladen är Om",
        ),
        ([*HEADINGS, "Nöjdhet"], "Okända eller upprepade rubriker: nöjdhet"),
        ([*HEADINGS, "Kommun"], "upprepade rubriker: Kommun"),
    ],
)
def test_other_headings_are_refused_with_both_lists(
    tmp_path: Path, catalog: Catalog, headings: list[str], message: str
) -> None:
    with pytest.raises(RawFileError, match=message):
        read(tmp_path, catalog, headings, [*ROW, 3])
