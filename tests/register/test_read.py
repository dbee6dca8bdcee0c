"""Reading: what does not fit is told by row and field, and only what can be trusted is counted."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.register.conftest import Read
from tests.register.people import AT, HEADINGS, mapping_file, number, row, write
from uvas_stats.catalog import Catalog
from uvas_stats.errors import RegisterError
from uvas_stats.register.reading.dates import parse_dates
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.read import read_register, require_trust


def findings(register: object) -> set[tuple[int, str, str]]:
    table = register.faults.table()  # type: ignore[attr-defined]
    return set(table[["rad", "fält", "fel"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "bad", ["", "20880304-0000x", "20881304-0009", "20880231-0009", "123", number(1)[:-1] + "x"]
)
def test_a_number_that_is_none_is_told_by_its_row(read: Read, bad: str) -> None:
    register = read([row(number(1)), row(bad)])
    assert {(3, "Personnummer")} == {found[:2] for found in findings(register)}
    assert len(register.tables["spells"]) == 1


def test_a_wrong_check_digit_is_refused(read: Read) -> None:
    good = number(7)
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert len(read([row(good), row(wrong)]).tables["spells"]) == 1


@pytest.mark.parametrize(
    "form", [number(5), number(5).replace("-", ""), number(5)[2:], number(5)[2:].replace("-", "")]
)
def test_ten_and_twelve_digits_are_one_person(read: Read, form: str) -> None:
    register = read([row(number(5)), row(form, "2105-08-01", contact_date="2105-09-01")])
    assert len(register.tables["spells"]) == 1
    assert not register.faults.bad_rows


def test_a_samordningsnummer_is_valid_and_has_a_birth_date(read: Read) -> None:
    spells = read([row(number(5, coordination=True))]).tables["spells"]
    assert str(spells["born"].iloc[0].date()) == "2088-03-04"


@pytest.mark.parametrize(
    ("text", "code"),
    [("2182 Söderhamn", "2182"), ("Söderhamns kommun (2182)", "2182"), ("114", "0114"), ("Upplands Väsby", "0114"),
     ("0114, Upplands Väsby kommun", "0114"), ("2182 Ale", ""), ("2182 2180", ""), ("9999 Söderhamn", ""),
     ("", "")],
)  # fmt: skip
def test_a_kommun_is_known_by_code_and_name(tmp_path: Path, catalog: Catalog, text: str, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"Pnr;Kommun\n{number(1)};{text}\n", encoding="utf-8")
    mapping = mapping_file(tmp_path, 'kind = "list"\n[columns]\npersonnummer = "Pnr"\nkommun = "Kommun"\n')
    register = read_register(path, read_mapping(mapping), Key(), catalog, AT)
    assert register.tables["members"]["region"].tolist() == ([code] if code else [])
    assert {found[:2] for found in findings(register)} == (set() if code else {(2, "Kommun")})


def test_a_column_of_anything_but_kommuner_is_refused_at_once(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Pnr;Ort\n" + "\n".join(f"x;Gatan {at}" for at in range(20_000)), encoding="utf-8")
    mapping = mapping_file(tmp_path, 'kind = "list"\n[columns]\npersonnummer = "Pnr"\nkommun = "Ort"\n')
    with pytest.raises(RegisterError, match="annat än kommuner") as caught:
        read_register(path, read_mapping(mapping), Key(), catalog, AT)
    assert "Gatan" not in str(caught.value)


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("%y%m%d", "050801", "2105-08-01"),
        ("%y%m%d", "160630", "2116-06-30"),
        ("%y%m%d", "160701", "2016-07-01"),
        ("%y%m%d", "991231", "2099-12-31"),
        ("%y%m%d", "050230", ""),
        ("%Y-%m-%d %H:%M", "2105-08-01 09:30", "2105-08-01"),
        ("%Y-%m-%d %H:%M", "2105-08-01 09:30:15", ""),
    ],
)
def test_a_date_is_read_in_the_form_that_the_mapping_gives(form: str, text: str, day: str) -> None:
    found = parse_dates(pd.Series([text]), (form,), AT)
    assert found.dt.strftime("%Y-%m-%d").fillna("").tolist() == [day]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"closed": "2105-07-01"}, "Ansvaret upphörde"),
        ({"closed": "2105-02-30"}, "Ansvaret upphörde"),
        ({"measure_from": "2105-09-02", "measure_to": "2105-09-01"}, "Åtgärd avslutad"),
        ({"schooling": "okänd kod"}, "Senaste sysselsättning i form av utbildning"),
        ({"contact_date": "2085-01-01"}, "Kontaktdatum"),
        ({"registered": "2087-01-01"}, "Registreringsdatum"),
        ({"registered": ""}, "Registreringsdatum"),
    ],
)
def test_what_makes_no_sense_is_told_by_row_and_field(read: Read, more: dict[str, str], field: str) -> None:
    register = read([row(number(1)), row(number(2), **more)])
    assert {(3, field)} == {found[:2] for found in findings(register)}
    assert len(register.tables["spells"]) == 1


def test_two_open_periods_of_one_person_are_not_counted(read: Read) -> None:
    register = read([row(number(1)), row(number(2)), row(number(2), "2105-10-01")])
    assert register.faults.bad_rows == {3, 4}
    assert len(register.tables["spells"]) == 1


def test_a_period_that_begins_the_day_another_ends_is_counted(read: Read) -> None:
    register = read([row(number(2), closed="2105-10-01"), row(number(2), "2105-10-01")])
    assert len(register.tables["spells"]) == 2


def test_a_repeated_row_counts_once(read: Read) -> None:
    register = read([row(number(1), contact_date="2105-09-01")] * 3)
    assert len(register.tables["spells"]) == len(register.tables["contacts"]) == 1
    assert not register.faults.bad_rows
    assert len(findings(register)) == 2


def test_rows_that_contradict_each_other_are_not_counted(read: Read) -> None:
    register = read([row(number(1), closed="2105-10-01"), row(number(1), closed="2105-11-01"), row(number(2))])
    assert register.faults.bad_rows == {2, 3}


def test_an_empty_register_is_refused(read: Read) -> None:
    with pytest.raises(RegisterError, match="inga rader"):
        require_trust(read([]))


def test_too_many_bad_rows_are_refused(read: Read) -> None:
    rows = [row(number(at)) for at in range(100, 190)] + [row("fel")] * 10
    with pytest.raises(RegisterError) as caught:
        require_trust(read([*rows[:-1], row(number(1), contact_date="fel", schooling="eget")]))
    assert str(caught.value) == (
        "10 av 100 rader går inte att använda (Personnummer är inte giltigt, rad 92, 93, 94 …; Senaste "
        "sysselsättning i form av utbildning har en kod som saknas i mappningen, rad 101; Kontaktdatum är inget "
        "datum i de format som mappningen anger, rad 101): antalen skulle inte gå att lita på. Rätta raderna i "
        "listan; högst 2 procent får falla bort (largest_bad_share i mappningen)."
    )


def test_few_bad_rows_are_left_out(read: Read) -> None:
    register = read([row(number(at)) for at in range(100, 199)] + [row("fel")])
    require_trust(register)
    assert len(register.tables["spells"]) == 99


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_every_usual_form_of_csv_is_read(read: Read, delimiter: str, encoding: str) -> None:
    register = read([row(number(1), schooling="studiebevis")], delimiter=delimiter, encoding=encoding)
    assert register.tables["spells"]["schooling"].tolist() == ["study_certificate"]
    assert bool(register.faults.notes) == (encoding == "cp1252")


def test_a_workbook_is_read_as_a_csv_is(tmp_path: Path, catalog: Catalog) -> None:
    import datetime as dt

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(HEADINGS.values()))
    values = row(number(1))
    values[1] = dt.datetime(2105, 8, 1)  # noqa: DTZ001 - as a cell of a workbook is
    sheet.append(values)
    book.save(tmp_path / "a.xlsx")
    register = read_register(tmp_path / "a.xlsx", read_mapping(mapping_file(tmp_path)), Key(), catalog, AT)
    assert str(register.tables["spells"]["registered"].iloc[0].date()) == "2105-08-01"


def test_a_row_with_too_many_cells_is_told(read: Read) -> None:
    register = read([row(number(1)), [*row(number(2)), "mer"]])
    assert (3, "Raden", "har fel antal celler") in findings(register)


def test_a_file_without_headings_is_refused_without_quoting_it(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{number(1)};Planterad Person;2105-08-01\n", encoding="utf-8")
    with pytest.raises(RegisterError, match="inga rubriker") as caught:
        read_register(path, read_mapping(mapping_file(tmp_path)), Key(), catalog, AT)
    assert "Planterad" not in str(caught.value)


@pytest.mark.slow
def test_a_large_file_of_garbage_is_told_of_in_short_lines(tmp_path: Path, catalog: Catalog) -> None:
    rng = random.Random(1)
    words = ["".join(chr(rng.randint(33, 0x17F)) for _ in range(12)).replace(";", "x") for _ in range(997)]
    rows = [[words[(at * 7 + place * 13) % 997] for place in range(len(HEADINGS))] for at in range(200_000)]
    path = write(tmp_path / "a.csv", rows)
    register = read_register(path, read_mapping(mapping_file(tmp_path)), Key(), catalog, AT)
    with pytest.raises(RegisterError, match="200000 av 200000"):
        require_trust(register)
    assert max(map(len, register.faults.lines())) < 250


def test_who_is_too_young_for_the_register_is_told_by_row(read: Read) -> None:
    register = read([row(number(1)), row(number(2, dt.date(2095, 1, 1)))])
    assert (3, "Registreringsdatum", "ligger före året då personen fyller 15") in findings(register)


def test_the_whole_list_of_faults_is_written_without_content(tmp_path: Path, catalog: Catalog) -> None:
    path = write(tmp_path / "a.csv", [row(number(at), registered="Planterad") for at in range(1, 41)])
    register = read_register(path, read_mapping(mapping_file(tmp_path)), Key(), catalog, AT)
    target = tmp_path / "fel.csv"
    register.faults.write(target)
    lines = target.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "rad;fält;fel;räknas_inte"
    assert {int(line.split(";")[0]) for line in lines[1:]} == set(range(2, 42))
    assert "Planterad" not in "".join(lines)
    with pytest.raises(RegisterError, match="finns redan"):
        register.faults.write(target)


@pytest.mark.parametrize("formats", ["[]", '"%Y-%m-%d"', '["%d"]', '[["%Y-%m-%d"]]', "[1]"])
def test_a_date_format_that_is_none_is_refused_in_one_line(tmp_path: Path, formats: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(
        f'kind = "list"\ndate_formats = {formats}\n[columns]\npersonnummer = "Pnr"\n', encoding="utf-8"
    )
    with pytest.raises(RegisterError, match="date_formats är fel"):
        read_mapping(path)
