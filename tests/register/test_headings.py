"""Where the headings of a file are: below a title, never a person's row, and divided as most lines are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.register.files import book, csv_file
from tests.register.people import AT, HEADINGS, MAPPING, mapping_file, number, row
from uvas_stats.catalog import Catalog
from uvas_stats.errors import RegisterError
from uvas_stats.register.reading.faults import Faults
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.read import read_register
from uvas_stats.register.reading.rows import read_rows

TITLES = [["KAA-register 2106-06-15"], [], ["Söderhamns kommun"]]


def headings_of(path: Path, sheet: str = "") -> list[str]:
    return list(read_rows(path, Faults(), sheet).columns)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("titles", [TITLES, TITLES[:1], [[]], [["sep=", ""]], []])
def test_a_title_above_the_headings_is_passed_by_and_rows_are_those_of_the_file(
    tmp_path: Path, catalog: Catalog, form: str, titles: list[list[str]]
) -> None:
    rows = [*titles, list(HEADINGS.values()), row(number(1)), [], row("fel")]
    path = tmp_path / f"a.{form}"
    if form == "csv":
        csv_file(path, rows)
    else:
        book(path, {"Blad": [list(one) for one in rows]})
    register = read_register(path, read_mapping(mapping_file(tmp_path)), Key(), catalog, AT)
    assert len(register.tables["spells"]) == 1
    assert register.faults.bad_rows == {len(rows)}
    assert register.rows == 2


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ([["Lista"], ["Planterad Persson", number(1)]], 2),
        ([["Lista"], ["Planterad Persson", "1 Gatan", "2105-08-01"]], 2),
        ([["Planterad Persson", "1/8/2105"]], 1),
        ([["Planterad Persson", "1.8.05"]], 1),
        ([["Planterad Persson", "planterad@exempel.invalid"]], 1),
        ([[f"Planterad Persson {number(1)}"], ["Personnummer", "In"]], 1),
        ([[number(1)], [number(2)]], 1),
        ([[], [], []], 1),
    ],
)
def test_a_row_that_looks_like_a_persons_is_no_headings(tmp_path: Path, rows: list[list[str]], at: int) -> None:
    with pytest.raises(RegisterError, match=f"Rad {at} är inga rubriker") as caught:
        headings_of(csv_file(tmp_path / "a.csv", [*rows, [""]]))
    assert "lanter" not in str(caught.value)


def test_a_list_of_one_column_has_its_heading(tmp_path: Path) -> None:
    rows = [["Personnummer"], *([number(at)] for at in range(30)), [number(30), "en anteckning"]]
    assert headings_of(csv_file(tmp_path / "a.csv", rows)) == ["Personnummer"]


@pytest.mark.parametrize(
    ("lines", "columns"),
    [
        (["Register, uttag, juni, 2106", "Pnr;In;Ut", "1;2;3"], 3),
        (["Namn, adress, ort;Pnr", *["Planterad, Gatan 1, Orten;1"] * 3], 2),
        (["Pnr;Kostnad;Mer;Ännu mer", *["1;10,5;a;b"] * 60], 4),
        (["Pnr;Text", *["1;en, två, tre, fyra"] * 60], 2),
        (["Pnr;Kostnad;Text", *["1;10,5;a", "1;10,5;a;b"] * 20], 3),
        (["Lista; juni", "Pnr,In,Text", *["1,2,a;b", "1,2,a;b;c"] * 20], 3),
        (["Pnr\tIn\tUt", *["1\t2\ta, b; c"] * 3], 3),
        (["Pnr,In,Ut", *['1,"a;b;c;d",3'] * 3], 3),
        (["Pnr", "1", "2"], 1),
        (["Pnr;In", "1;" + "a" * 140_000], 0),
    ],
)
def test_what_divides_a_csv_is_told_by_its_first_lines(tmp_path: Path, lines: list[str], columns: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    if columns:
        assert len(headings_of(path)) == columns
    else:
        with pytest.raises(RegisterError, match="inte en läsbar CSV-fil"):
            headings_of(path)


def test_the_sheet_of_the_mapping_is_counted(tmp_path: Path, catalog: Catalog) -> None:
    path = book(tmp_path / "a.xlsx", {
        "Läs mig": [["Så här"], ["Mer", "text"]],
        "KAA 2106": [["KAA"], list(HEADINGS.values()), row(number(1))],
    })  # fmt: skip
    with pytest.raises(RegisterError, match=r"2 blad.*--sheet"):
        read_register(path, read_mapping(mapping_file(tmp_path)), Key(), catalog, AT)
    with pytest.raises(RegisterError, match="Bladet finns inte eller är tomt"):
        headings_of(path, "Blad 3")
    mapping = read_mapping(mapping_file(tmp_path, f'sheet = "KAA 2106"\n{MAPPING}'))
    assert len(read_register(path, mapping, Key(), catalog, AT).tables["spells"]) == 1


def test_a_cell_that_is_a_date_is_read_with_or_without_a_time(tmp_path: Path) -> None:
    days = [dt.datetime(2105, 8, 1), dt.datetime(2105, 8, 1, 9, 30), dt.date(2105, 8, 1)]  # noqa: DTZ001 - a cell
    path = book(tmp_path / "a.xlsx", {"Blad": [["Pnr", "In"], *([at, day] for at, day in enumerate(days))]})
    assert read_rows(path, Faults())["In"].tolist() == ["2105-08-01"] * 3
