"""Two numbers of one person: linked where the file says so, told where it does not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.register.people import AT, mapping_file, number
from tests.register.test_read import findings
from uvas_stats.catalog import Catalog
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.read import Register, read_register


def test_two_numbers_are_two_persons_unless_the_file_says_otherwise(tmp_path: Path, catalog: Catalog) -> None:
    old, new = number(5, coordination=True), number(6)
    rows = [["Personnummer", "Tidigare personnummer", "Registrerad"], [old, "", "2104-01-01"],
            [new, old, "2105-08-01"]]  # fmt: skip
    path = tmp_path / "a.csv"
    path.write_text("\n".join(";".join(one) for one in rows), encoding="utf-8")
    text = 'kind = "kaa"\nkommun = "2182"\n[columns]\npersonnummer = "Personnummer"\nregistered = "Registrerad"\n'
    apart = read_register(path, read_mapping(mapping_file(tmp_path, text)), Key(), catalog, AT)
    linked_text = text + 'earlier_number = "Tidigare personnummer"\n'
    linked = read_register(path, read_mapping(mapping_file(tmp_path, linked_text)), Key(), catalog, AT)
    assert apart.tables["spells"]["person"].nunique() == 2
    assert {(2, "Raden"), (3, "Raden")} == {found[:2] for found in findings(linked)}  # the first never ended
    assert linked.tables["spells"].empty


LINKED = (
    'kind = "list"\nkommun = "2182"\n[columns]\npersonnummer = "Pnr"\nstart = "Från"\nearlier_number = "Förr"\n'
)


def linked(folder: Path, catalog: Catalog, rows: list[tuple[str, str, str]], key: Key | None = None) -> Register:
    """Read a list with numbers, the earlier ones, and dates."""
    folder.mkdir(exist_ok=True)
    path = folder / "lista.csv"
    path.write_text("\n".join(["Pnr;Förr;Från", *map(";".join, rows)]), encoding="utf-8")
    return read_register(path, read_mapping(mapping_file(folder, LINKED)), key or Key(), catalog, AT)


def test_a_person_is_the_same_in_two_lists_though_one_of_them_has_an_earlier_number(
    tmp_path: Path, catalog: Catalog
) -> None:
    key, numbers = Key(), [number(at) for at in range(50)]
    plain = [(one, "", "2105-01-01") for one in numbers]
    other = [*plain[:-1], (numbers[-1], number(60, coordination=True), "2105-01-01")]
    found = [linked(tmp_path / name, catalog, rows, key) for name, rows in (("a", plain), ("b", other))]
    assert len({person for one in found for person in one.tables["members"]["person"]}) == 50


def test_a_chain_of_numbers_of_different_sexes_is_one_person(tmp_path: Path, catalog: Catalog) -> None:
    first, then, now = number(1, coordination=True), number(2), number(9, dt.date(2088, 3, 5))
    assert len({int(one[-2]) % 2 for one in (first, then, now)}) == 2  # the numbers say different sexes
    rows = [(first, "", "2104-01-01"), (then, first, "2104-06-01"), (now, then, "2105-01-01")]
    register = linked(tmp_path, catalog, rows)
    members = register.tables["members"]
    assert len(set(members["person"])) == 1
    assert not register.faults.bad_rows


def test_numbers_that_point_at_each_other_are_told(tmp_path: Path, catalog: Catalog) -> None:
    one, other = number(1), number(2)
    register = linked(tmp_path, catalog, [(one, other, "2105-01-01"), (other, one, "2105-02-01")])
    assert {(at, "Tidigare personnummer", "pekar i en cirkel") for at in (2, 3)} <= findings(register)


def linked_kaa(folder: Path, catalog: Catalog, rows: list[tuple[str, str, str]]) -> Register:
    path = folder / "kaa.csv"
    path.write_text("\n".join(["Pnr;Förr;In;Ut", *map(";".join, rows)]), encoding="utf-8")
    text = LINKED.replace('"list"', '"kaa"').replace('start = "Från"', 'registered = "In"\nclosed = "Ut"')
    return read_register(path, read_mapping(mapping_file(folder, text)), Key(), catalog, AT)


@pytest.mark.parametrize(("then", "now", "wrong"), [(2088, 2090, {2}), (2090, 2088, set())])
def test_dates_are_held_against_the_birth_date_of_the_new_number(
    tmp_path: Path, catalog: Catalog, then: int, now: int, wrong: set[int]
) -> None:
    old, new = (number(at, dt.date(year, 3, 4)) for at, year in ((1, then), (2, now)))
    rows = [(old, "", "2104-01-01;2104-02-01"), (new, old, "2105-08-01;")]
    register = linked_kaa(tmp_path, catalog, rows)
    assert register.faults.bad_rows == wrong
    assert len(register.tables["spells"]) == 2 - len(wrong)
    assert register.tables["spells"]["born"].dt.year.unique().tolist() == [now]


def test_a_row_with_another_fault_still_tells_that_two_numbers_are_one_person(
    tmp_path: Path, catalog: Catalog
) -> None:
    old, new = number(1), number(2)
    register = linked_kaa(tmp_path, catalog, [(old, "", "2104-01-01;2104-02-01"), (new, old, "fel;"),
                                              (new, "", "2105-01-01;")])  # fmt: skip
    assert register.faults.bad_rows == {3}
    assert len(set(register.tables["spells"]["person"])) == 1


def test_a_row_without_a_valid_number_takes_nobody_with_it(tmp_path: Path, catalog: Catalog) -> None:
    register = linked(tmp_path, catalog, [(number(1), "", "2105-01-01"), ("fel", number(1), "2105-01-01")])
    assert register.faults.bad_rows == {3}
    assert (register.tables["members"]["person"] != 0).tolist() == [True]


def test_no_hash_is_rounded_on_its_way_to_the_tables(tmp_path: Path, catalog: Catalog) -> None:
    key, numbers = Key(), [number(at) for at in range(40)]
    rows = [(one, "", "2105-01-01") for one in numbers] + [(number(50), numbers[0], "2105-02-01"), ("", "", "")]
    members = linked(tmp_path, catalog, rows, key).tables["members"]
    whole = key.hashes([one.replace("-", "") for one in [*numbers[1:], number(50)]])
    assert members["person"].dtype == "int64"
    assert set(members["person"]) == {int(one) for one in whole}


TWO = "kan vara samma person som på en annan rad med personnummer; ange tidigare nummer om så är fallet"


def test_a_samordningsnummer_that_may_be_another_rows_person_is_told(tmp_path: Path, catalog: Catalog) -> None:
    rows = [
        (number(5, coordination=True), "", "2105-01-01"),
        (number(15), "", "2105-02-01"),  # the same day and sex
        (number(6, coordination=True), "", "2105-01-01"),
        (number(7, dt.date(2088, 3, 5), coordination=True), "", "2105-01-01"),
    ]
    register = linked(tmp_path, catalog, rows)
    assert findings(register) == {(2, "Samordningsnummer", TWO)}
    assert not register.faults.bad_rows
    assert register.tables["members"]["person"].nunique() == 4
    rows[1] = (number(15), number(5, coordination=True), "2105-02-01")
    assert findings(linked(tmp_path, catalog, rows)) == set()
