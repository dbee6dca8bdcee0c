"""Reading by columns says the same of every row, and counts the same, as reading row by row did."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.register.files import book
from tests.register.people import AT, mapping_file, number
from tests.register.row_reader import read as row_by_row
from tests.register.row_reader.rows import read_rows as read_row_by_row
from uvas_stats.catalog import load_catalog
from uvas_stats.errors import UvasStatsError
from uvas_stats.register.fields import CATEGORIES, fields_of
from uvas_stats.register.reading import read as by_columns
from uvas_stats.register.reading.dates import DATE_FORMATS
from uvas_stats.register.reading.faults import Faults
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import Mapping, mapping_text, read_mapping
from uvas_stats.register.reading.rows import read_rows

CATALOG, KEY = load_catalog(), Key()
ODD = ["", " ", "x", "-", "#N/A", "#SAMMANFOGAD CELL!", "Err:502", "2105-02-30", "9999-12-31", "1 200,50 kr",
       "2182", "Söderhamn", "\u200b2105\u201108\u201101", "2\u0660105-01-01", " 2105-08-01\u00a0",
       "ja\u00adnej"]  # fmt: skip
MARKS = ['"', ";", "\n", "\r\n", "\r", '""', '"a;b"', '"a\nb"', ";;;;", " ", "\t", "\x00", "å", "T123", "+"]


def a_number(rng: random.Random) -> str:
    """Write a number in any of its forms, now and then a wrong one."""
    born = dt.date(2086, 1, 1) + dt.timedelta(days=rng.randrange(40))
    text = number(rng.randrange(4), born, coordination=rng.random() < 0.1)
    if rng.random() < 0.2:
        text = text[:-4] + rng.choice(["T101", "TF11", "t1x1"])
    text = text[2:] if rng.random() < 0.3 else text
    if rng.random() < 0.1:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice("0123456789+ x\u2011") + text[at + 1 :]
    return text.replace("-", rng.choice(["-", "", " ", "+"])) if rng.random() < 0.3 else text


def a_day(rng: random.Random) -> str:
    day = dt.date(2104, 12, 25) + dt.timedelta(days=rng.choice([0, 1, 2, 30, 400]))
    form = rng.choice(DATE_FORMATS) if rng.random() < 0.2 else "%Y-%m-%d"
    return day.strftime(form)


def a_list(kind: str, seed: int) -> tuple[Mapping, list[list[str]]]:
    """Invent a list of few persons with many rows, so that rows repeat, fill in and contradict each other."""
    rng = random.Random(seed)
    names = [name for name, one in fields_of(kind).items() if one.required or rng.random() < 0.6]
    mapping = Mapping(
        kind,
        dict(zip(names, names, strict=True)),
        date_formats=tuple(rng.sample(DATE_FORMATS, 4)) if rng.random() < 0.5 else ("%Y-%m-%d",),
        kommun=rng.choice(["2182", ""]),
        no_date=("-", "9999-12-31") if rng.random() < 0.5 else (),
        temporary_numbers=rng.choice(["", "leave_out", *(["count"] if kind == "list" else [])]),
    )

    def cell(name: str) -> str:
        one = fields_of(kind)[name]
        if rng.random() < 0.03:
            return rng.choice(ODD)
        if one.kind == "number":
            return a_number(rng) if one.required or rng.random() < 0.3 else ""
        if one.kind == "date":
            return a_day(rng) if one.required or rng.random() < 0.5 else ""
        if one.kind == "code":
            words = [word for words in CATEGORIES[one.categories].values() for word in words]
            return rng.choice([*words, "", ""])
        return rng.choice(["2182", "Ale", "114 Upplands Väsby"] if one.kind == "kommun" else ["12,5", "1 000", ""])

    rows = [[cell(name) for name in names] for _ in range(rng.randrange(60))]
    rows += [list(rng.choice(rows)) for _ in range(5 if rows else 0)]
    return mapping, [names, *rows]


def told_and_counted(reader: object, path: Path, mapping: Mapping) -> object:
    """Give all that a reader says of a file and makes of it, whatever the order of its rows."""
    try:
        register = reader.read_register(path, mapping, KEY, CATALOG, AT)  # type: ignore[attr-defined]
    except UvasStatsError as error:
        return str(error)
    tables = {}
    for name, table in register.tables.items():
        columns = [(one, str(dtype)) for one, dtype in table.dtypes.items()]
        rows = table.sort_values(list(table), ignore_index=True).astype("object")
        tables[name] = (columns, rows.where(rows.notna(), None).to_numpy().tolist())
    faults = register.faults
    return (register.rows, register.columns, faults.notes, list(faults.lines()), faults.bad_rows,
            faults.table().to_csv(), tables)  # fmt: skip


def assert_alike(path: Path, mapping: Mapping) -> None:
    assert told_and_counted(by_columns, path, mapping) == told_and_counted(row_by_row, path, mapping)


def written(rows: list[list[str]], rng: random.Random) -> str:
    file = io.StringIO()
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    csv.writer(file, delimiter=";", quoting=quoting, lineterminator=rng.choice(["\n", "\r\n"])).writerows(rows)
    return file.getvalue()


def compare(folder: Path, kind: str, seed: int, damage: int) -> None:
    mapping, rows = a_list(kind, seed)
    mapping = read_mapping(mapping_file(folder, mapping_text(mapping)))
    rng = random.Random(seed)
    text = written(rows, rng)
    for _ in range(damage):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(MARKS) + text[at + rng.choice([0, 0, 1, 3]) :]
    path = folder / "a.csv"
    path.write_bytes(text.encode(rng.choice(["utf-8", "utf-8-sig", "cp1252"]), errors="replace"))
    assert_alike(path, mapping)


SEEDS = {"kind": st.sampled_from(["kaa", "participants", "list"]), "seed": st.integers(0, 2**32),
         "damage": st.sampled_from([0, 0, 1, 2, 9])}  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(**SEEDS)
def test_both_readers_say_and_count_the_same(
    tmp_path_factory: pytest.TempPathFactory, kind: str, seed: int, damage: int
) -> None:
    compare(tmp_path_factory.mktemp("a"), kind, seed, damage)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(**SEEDS)
def test_both_readers_say_and_count_the_same_of_many(
    tmp_path_factory: pytest.TempPathFactory, kind: str, seed: int, damage: int
) -> None:
    compare(tmp_path_factory.mktemp("a"), kind, seed, damage)


@pytest.mark.parametrize("seed", [1, 2])
def test_both_readers_read_a_workbook_alike(tmp_path: Path, seed: int) -> None:
    mapping, rows = a_list("kaa", seed)
    cells: list[list[object]] = [[_as_cell(text) for text in row] for row in rows]
    path = book(tmp_path / "a.xlsx", {"Blad": cells})
    assert_alike(path, read_mapping(mapping_file(tmp_path, mapping_text(mapping))))


def _as_cell(text: str) -> object:
    try:
        return pd.Timestamp(dt.date.fromisoformat(text)).to_pydatetime() if "-" in text else text
    except ValueError:
        return text


@pytest.mark.parametrize(
    "lines",
    [["a;b", "1;2", "3"], ["a;b;;", "1;2", "3;4;;"], ["a", "", "1", '""', " "], ['a;b', '"1";"2;3"', '"4;5'],
     ["a;b", '1;x"y', '2;"z"w', "3;4"], ["a;b", '1;"två', 'rader"', "2;3"], ["a;b", "1\r2;3", "4;5"],
     ["a;b", f"1;{'x' * 10_500}", "2;3"], ["", "Titel", "a;b", "1;2", "1;2;;", "1;2;;x"]],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_of_any_form_are_those_of_the_csv_module(tmp_path: Path, lines: list[str], end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(end.join(lines).encode())
    faults, before = Faults(), Faults()
    found, expected = read_rows(path, faults), read_row_by_row(path, before)
    assert found.astype("str").equals(expected)
    assert found.attrs == expected.attrs
    assert list(faults.lines()) == list(before.lines())
