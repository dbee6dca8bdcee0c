"""What lists from real systems hold, each kind with what is right, most on the files of ../shared/cases."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.register.conftest import Read
from tests.register.files import book, csv_file
from tests.register.people import AT, HEADINGS, MAPPING, mapping_file, number, row, write
from uvas_stats.catalog import Catalog
from uvas_stats.errors import RegisterError
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.propose import propose_mapping, write_proposal
from uvas_stats.register.reading.read import Register, read_register, require_trust


def case_file(shared: Path, name: str) -> Path:
    (path,) = (shared / "cases" / name).glob("lista.*")
    return path


def read_case(shared: Path, name: str, catalog: Catalog, at: dt.date = AT, mapping: str = "kaa.toml") -> Register:
    return read_register(
        case_file(shared, name), read_mapping(shared / "cases" / name / mapping), Key(), catalog, at
    )


@pytest.mark.parametrize(
    "name", ["06-coordination-00", "07-en-dash", "09-heading-linebreak", "12-date-milliseconds"]
)
def test_every_row_is_read(shared: Path, catalog: Catalog, name: str) -> None:
    register = read_case(shared, name, catalog)
    assert not register.faults.bad_rows
    assert len(register.tables["spells"]) == 40


def test_zeros_that_a_spreadsheet_took_are_put_back(shared: Path, catalog: Catalog) -> None:
    register = read_case(shared, "02-leading-zero-lost", catalog, dt.date(2118, 6, 30))
    assert len(register.tables["spells"]) == 40
    (line,) = register.faults.lines()
    assert line.startswith("Personnummer hade förlorat inledande nollor, som är återställda: 40 rader (2, 3, ")
    assert line.endswith("räknas ändå")


def test_a_short_number_that_is_none_is_told_with_its_likely_cause(read: Read) -> None:
    lines = list(read([row(number(1)), row("403040001")]).faults.lines())
    problem = "är inte giltigt: det har färre än tio siffror, som när Excel har tagit bort inledande nollor"
    assert lines == [f"Personnummer {problem}: 1 rad (3)"]


def test_dashes_and_invisible_characters_make_no_other_person(read: Read) -> None:
    dashes = ["\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "\u00ad", "\u200b-", " ", "\u00a0", ""]
    numbers = [f"\ufeff{number(1).replace('-', dash)}\u200b" for dash in dashes]
    register = read([row(number(1)), *map(row, numbers)])
    assert not register.faults.bad_rows
    assert len(register.tables["spells"]) == 1


def test_dashes_in_dates_make_no_difference(read: Read) -> None:
    dashes = ["\u2010", "\u2011", "\u2013", "\u2212", "\u200b-"]
    register = read([row(number(at), "2105-08-01".replace("-", dash)) for at, dash in enumerate(dashes, start=1)])
    assert set(register.tables["spells"]["registered"].dt.date) == {dt.date(2105, 8, 1)}
    assert not register.faults.bad_rows


@pytest.mark.parametrize("text", ["191500722390", "191500882392"])  # Skatteverket's own, of nobody
def test_a_coordination_number_may_lack_month_or_day(tmp_path: Path, catalog: Catalog, text: str) -> None:
    path = write(tmp_path / "a.csv", [row(text, "1935-08-01")])
    spells = read_register(path, read_mapping(mapping_file(tmp_path)), Key(), catalog, dt.date(1936, 6, 30))
    assert str(spells.tables["spells"]["born"].iloc[0].date()) == "1915-01-01"


def test_no_other_number_may_lack_month_or_day(read: Read) -> None:
    assert read([row("20880004-0001"), row("20880300-0005"), row("20880004-0009")]).faults.bad_rows == {2, 3, 4}


def with_temporary(tmp_path: Path, shared: Path, choice: str, catalog: Catalog, kind: str = "kaa") -> Register:
    text = (shared / "cases" / "05-temporary-numbers" / "kaa.toml").read_text(encoding="utf-8")
    if kind == "list":
        text = 'kind = "list"\nkommun = "2182"\n[columns]\npersonnummer = "Personnummer"\n'
    mapping = mapping_file(tmp_path, f'temporary_numbers = "{choice}"\n{text}')
    return read_register(case_file(shared, "05-temporary-numbers"), read_mapping(mapping), Key(), catalog, AT)


def test_temporary_numbers_are_told_as_what_they_are(tmp_path: Path, shared: Path, catalog: Catalog) -> None:
    problem = "är ett tillfälligt nummer (T, TF): säg i mappningen hur de räknas, temporary_numbers"
    (line,) = with_temporary(tmp_path, shared, "", catalog).faults.lines()
    assert line == f"Personnummer {problem}: 2 rader (2, 3)"
    left = with_temporary(tmp_path, shared, "leave_out", catalog)
    require_trust(left)
    assert len(left.tables["spells"]) == 38
    assert list(left.faults.lines()) == ["Tillfälliga nummer (T, TF) är utelämnade, som mappningen säger: 2 rader"]
    assert len(with_temporary(tmp_path, shared, "count", catalog, "list").tables["members"]) == 40
    with pytest.raises(RegisterError, match=r"temporary_numbers är fel .*numren säger inte kön"):
        with_temporary(tmp_path, shared, "count", catalog)


def test_the_reserve_numbers_of_a_system_are_counted_or_left_out_as_the_mapping_says(
    tmp_path: Path, catalog: Catalog
) -> None:
    reserve = "20880304-R123"
    path = write(tmp_path / "a.csv", [row(number(1)), row(reserve), row(reserve.replace("-R1", "-TF"))])

    def read(more: str, text: str = MAPPING) -> Register:
        return read_register(path, read_mapping(mapping_file(tmp_path, f"{more}\n{text}")), Key(), catalog, AT)

    unsaid = read('temporary_letters = ["R"]')
    assert unsaid.faults.bad_rows == {3, 4}
    problem = "är ett tillfälligt nummer (T, TF, R): säg i mappningen hur de räknas, temporary_numbers"
    assert list(unsaid.faults.lines()) == [f"Personnummer {problem}: 2 rader (3, 4)"]
    left = read('temporary_letters = ["R"]\ntemporary_numbers = "leave_out"')
    assert not left.faults.bad_rows
    assert left.faults.notes == ["Tillfälliga nummer (T, TF, R) är utelämnade, som mappningen säger: 2 rader"]
    assert len(left.tables["spells"]) == 1
    people = 'kind = "list"\nkommun = "2182"\n[columns]\npersonnummer = "Personnummer"\n'
    counted = read('temporary_letters = ["R"]\ntemporary_numbers = "count"', people)
    assert len(counted.tables["members"]) == 3
    assert read('temporary_numbers = "count"', people).faults.bad_rows == {3}


@pytest.mark.parametrize("letters", ['"R"', '["r"]', '["ABC"]', '["(R"]', '[""]', "[1]"])
def test_letters_that_are_none_are_refused(tmp_path: Path, letters: str) -> None:
    with pytest.raises(RegisterError, match="temporary_letters är fel"):
        read_mapping(mapping_file(tmp_path, f"temporary_letters = {letters}\n{MAPPING}"))


def test_who_is_not_born_yet_is_in_no_list(shared: Path, catalog: Catalog) -> None:
    register = read_case(shared, "08b-list-future-birth", catalog, mapping="m.toml")
    assert len(register.faults.bad_rows) == 20
    with pytest.raises(RegisterError, match="Personnummer tillhör någon född efter mätdatum, rad 2, 3, 4"):
        require_trust(register)


@pytest.mark.parametrize("name", ["09-heading-linebreak", "39d-date-dash"])
def test_what_map_writes_can_be_counted_by(tmp_path: Path, shared: Path, catalog: Catalog, name: str) -> None:
    path, target = case_file(shared, name), tmp_path / "m.toml"
    write_proposal(path, target)
    text = target.read_text(encoding="utf-8").replace('kommun = ""', 'kommun = "2182"', 1)
    register = read_register(path, read_mapping(mapping_file(tmp_path, text)), Key(), catalog, AT)
    assert not register.faults.bad_rows
    assert len(register.tables["spells"]) == 40


@pytest.mark.parametrize(
    "heading",
    ["Person\u200bNUMMER", " Personnummer\u00a0"],
)
def test_headings_are_folded_alike_by_all(tmp_path: Path, catalog: Catalog, heading: str) -> None:
    headings = [heading, "Registrerings\u2013\ndatum", "Senaste\u00a0 sysselsa\u0308ttning"]
    rows: list[list[object]] = [[number(at), "2105-08-01", "IM"] for at in range(1, 9)]
    path = book(tmp_path / "a.xlsx", {"Blad": [list(headings), *rows]})
    write_proposal(path, tmp_path / "m.toml")
    text = (tmp_path / "m.toml").read_text(encoding="utf-8")
    register = read_register(path, read_mapping(tmp_path / "m.toml"), Key(), catalog, AT)
    by_hand = 'kind = "kaa"\n[columns]\npersonnummer = "personnummer"\nregistered = "Registrerings-datum"\n'
    assert {"personnummer", "schooling"} <= register.columns, text
    mapping = read_mapping(mapping_file(tmp_path, by_hand))
    assert len(read_register(path, mapping, Key(), catalog, AT).tables["spells"]) == 8


@pytest.mark.parametrize("between", ["\u200b", "\u00ad"])
def test_a_number_with_invisible_characters_is_neither_heading_nor_written(tmp_path: Path, between: str) -> None:
    hidden = between.join(number(3))
    path = csv_file(tmp_path / "a.csv", [[hidden, "2105-08-01"], [number(1), "2105-08-01"]])
    with pytest.raises(RegisterError, match=r"^Rad 1 är inga rubriker"):
        propose_mapping(path)
    path = write(tmp_path / "b.csv", [row(number(at), schooling=hidden) for at in range(10, 20)])
    write_proposal(path, tmp_path / "b.toml")
    text = (tmp_path / "b.toml").read_text(encoding="utf-8")
    assert not {number(3), hidden} & {part.strip('"') for part in text.split()}
    assert "1 ovanlig kod skrivs inte ut" in text


def test_a_dash_for_no_date_is_declared_or_told(shared: Path, catalog: Catalog) -> None:
    register = read_case(shared, "39d-date-dash", catalog)
    assert len(register.faults.bad_rows) == 20
    problem = "är inget datum: betyder tecknet att det saknas, skriv det i no_date i mappningen"
    assert next(register.faults.lines()).startswith(f"Ansvaret upphörde {problem}: 20 rader (2, 3, ")


@pytest.mark.parametrize(
    "none", ["\u2013", "Saknas", "9999-12-31", "0000-00-00 00:00:00", "NULL", "t.o.m. vidare"]
)
def test_what_means_no_date_is_what_the_mapping_says(tmp_path: Path, catalog: Catalog, none: str) -> None:
    path = write(tmp_path / "a.csv", [row(number(at), closed=none) for at in range(1, 9)])
    text = f'no_date = ["{none.upper()}"]\n{MAPPING}'
    register = read_register(path, read_mapping(mapping_file(tmp_path, text)), Key(), catalog, AT)
    assert not register.faults.bad_rows
    assert register.tables["spells"]["closed"].isna().all()
    proposed = propose_mapping(path)[0].no_date
    assert proposed == (() if none.startswith("t.o.m.") else (none.replace("\u2013", "-"),))


@pytest.mark.parametrize(
    "text",
    ["2105-08-01 00:00:00.000", "2105-08-01T09:30:00.1234567", "2105-08-01 09:30:00,5", "2105-08-01T00:00:00Z",
     "2105-08-01 00:00:00.000 +02:00"],
)  # fmt: skip
def test_dates_may_have_fractions_of_seconds(tmp_path: Path, catalog: Catalog, text: str) -> None:
    path = write(tmp_path / "a.csv", [row(number(at), text) for at in range(1, 9)])
    assert propose_mapping(path)[0].date_formats == ("%Y-%m-%d %H:%M:%S",)
    mapping = mapping_file(tmp_path, f'date_formats = ["%Y-%m-%d %H:%M:%S"]\n{MAPPING}')
    spells = read_register(path, read_mapping(mapping), Key(), catalog, AT).tables["spells"]
    assert set(spells["registered"].dt.date) == {dt.date(2105, 8, 1)}


def test_map_tells_of_dates_in_no_known_form(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [row(number(at), "1 aug -05") for at in range(1, 9)])
    assert (
        "Registreringsdatum: 8 celler är inget datum i en form som går att läsa, som 2025-08-01"
        in (propose_mapping(path)[1])
    )


@pytest.mark.parametrize(
    "heading",
    ["Skyddade personuppgifter", "Sekretessmarkerad", "Sekretess", "Skyddat boende", "Skyddsmarkering",
     "Kvarskriven", "Spärrmarkering", "Hemlig adress", "Fingerad identitet", "Skyddad id"],
)  # fmt: skip
def test_a_column_on_protected_identity_is_refused_whatever_it_is_called(tmp_path: Path, heading: str) -> None:
    path = book(tmp_path / "a.xlsx", {"Blad": [["Personnummer", heading], [number(1), "J"]]})
    for kind in ("kaa", "participants", "list"):
        with pytest.raises(RegisterError, match=r"^Kolumn 2 \(”[a-zåäö]+”\) får inte finnas med"):
            propose_mapping(path, kind)


@pytest.mark.parametrize("name", ["17-protected-column", "18-protected-sekretess"])
def test_the_columns_of_the_cases_are_answered_alike(shared: Path, catalog: Catalog, name: str) -> None:
    with pytest.raises(RegisterError, match=r"^Kolumn 5 .* får inte finnas med enligt 29 kap"):
        read_case(shared, name, catalog)


def test_an_error_value_is_no_empty_cell(shared: Path, catalog: Catalog) -> None:
    register = read_case(shared, "36b-closed-error-cells", catalog)
    assert len(register.faults.bad_rows) == 20
    assert next(register.faults.lines()).startswith("Ansvaret upphörde har felvärdet #N/A: 20 rader (2, 3, ")
    _, notes = propose_mapping(case_file(shared, "36b-closed-error-cells"))
    assert "Ansvaret upphörde: 20 celler har felvärden eller går inte att läsa" in notes


@pytest.mark.parametrize("text", ["#SAKNAS!", "#REFERENS!", "#VALUE!", "########", "Err:502"])
def test_so_in_a_csv_that_a_spreadsheet_saved(read: Read, text: str) -> None:
    register = read([row(number(1)), row(number(2), closed=text), row(number(3), schooling=text)])
    assert register.faults.bad_rows == {3, 4}
    assert f"Ansvaret upphörde har felvärdet {text}: 1 rad (3)" in list(register.faults.lines())


def test_formulas_without_values_and_merged_cells_are_told(tmp_path: Path, catalog: Catalog) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["KAA-register"])
    sheet.append([])
    sheet.append(list(HEADINGS.values()))
    for at in range(1, 9):
        sheet.append(row(number(at)))
    sheet["I5"], sheet["I7"] = "=TODAY()", "2106-01-01"
    sheet.merge_cells("A1:D2")
    sheet.merge_cells("I7:I9")
    workbook.save(tmp_path / "a.xlsx")
    register = read_register(tmp_path / "a.xlsx", read_mapping(mapping_file(tmp_path)), Key(), catalog, AT)
    assert set(register.faults.lines()) == {
        "Ansvaret upphörde är en formel vars värde inte är sparat: 1 rad (5)",
        "Ansvaret upphörde ligger i en sammanfogad cell: 2 rader (8, 9)",
    }
    assert len(register.tables["spells"]) == 5


@pytest.mark.parametrize(
    ("case", "what", "todo"),
    [
        ("24-workbook2/lista.xlsx", "Arbetsboken är sparad i en form som inte går att läsa", "Öppna"),
        ("a02-xls-panic/panic.xls", "Arbetsboken är skadad", "Exportera listan igen, eller öppna"),
    ],
)
def test_the_kommuns_own_file_is_never_to_be_fetched(
    tmp_path: Path, shared: Path, capfd: pytest.CaptureFixture[str], case: str, what: str, todo: str
) -> None:
    path = Path(shutil.copy(shared / "cases" / case, tmp_path))
    with pytest.raises(RegisterError) as caught:
        propose_mapping(path)
    assert str(caught.value) == f"{what} ({path.name}). {todo} den i Excel och spara om den som xlsx."
    assert capfd.readouterr() == ("", "")
