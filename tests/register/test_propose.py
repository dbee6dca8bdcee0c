"""A proposed mapping: what is found by heading and content, what is told of the rest, what is never written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.register.files import book, csv_file
from tests.register.people import AT, number
from tests.register.test_privacy import run_cli
from uvas_stats.catalog import Catalog
from uvas_stats.errors import RegisterError, WorkspaceError
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import Mapping, mapping_text, read_mapping
from uvas_stats.register.reading.propose import propose_mapping, write_proposal
from uvas_stats.register.reading.read import read_register

NUMBERS = [number(at) for at in range(8)]


def propose(folder: Path, headings: str, columns: list[list[str]], kind: str = "kaa") -> tuple[Mapping, list[str]]:
    """Propose a mapping for a file of these columns, one row a person."""
    rows = [list(one) for one in zip(*columns, strict=True)]
    return propose_mapping(csv_file(folder / "a.csv", [headings.split(";"), *rows]), kind)


def same_person(at: int) -> list[str]:
    """Write one person's number in all the ways there are."""
    plain = number(at).replace("-", "")
    return [number(at), plain, plain[2:], number(at)[2:], f" {number(at)}", number(at)]


def test_a_code_is_written_when_five_persons_have_it_not_five_rows(tmp_path: Path) -> None:
    persons = [*same_person(1), *[number(at) for at in range(2, 7)]]
    codes = ["Planterad Perssons ord"] * 6 + ["eget ord"] * 5
    mapping, notes = propose(tmp_path, "Personnummer;Senaste utbildning", [persons, codes])
    assert mapping.codes == {"schooling": {"eget ord": ""}}
    assert "Senaste sysselsättning i form av utbildning: 1 ovanlig kod skrivs inte ut; lägg till själv" in notes


def test_numbers_that_are_none_are_no_persons(tmp_path: Path) -> None:
    wrong = [f"20880304-0{at}0x"[:-1] + "1" for at in range(10, 18)]
    mapping, _ = propose(tmp_path, "Personnummer;Senaste utbildning", [wrong, ["eget ord"] * 8])
    assert mapping.codes == {"schooling": {}}


def test_no_unknown_code_is_written_where_nobody_knows_whose_it_is(tmp_path: Path) -> None:
    codes = ["eget ord"] * 7 + ["IM"]
    mapping, notes = propose(tmp_path, "Registrerad;Senaste utbildning", [["2105-08-01"] * 8, codes])
    assert mapping.codes == {"schooling": {"IM": "im"}}
    assert "Hittar ingen kolumn för Personnummer" in notes


def test_columns_without_a_field_are_listed(tmp_path: Path) -> None:
    headings = f"Personnummer;Handläggare;;Rad\u202eett;{'L' * 41};Läsår 2105;Registrerad"
    columns = [NUMBERS, *[["x"] * 8] * 5, ["2105-08-01"] * 8]
    assert propose(tmp_path, headings, columns)[1] == [
        "Används inte: kolumn 2 ”Handläggare”", "Används inte: kolumn 3", "Används inte: kolumn 4 ”Rad ett”",
        "Används inte: kolumn 5", "Används inte: kolumn 6",
    ]  # fmt: skip


def test_a_heading_cannot_break_out_of_its_comment(tmp_path: Path) -> None:
    path, target = tmp_path / "a.csv", tmp_path / "m.toml"
    path.write_text(
        f'Personnummer;Registrerad;"Namn\nkommun = ""0114"""\n{number(1)};2105-08-01;x', encoding="utf-8"
    )
    write_proposal(path, target)
    assert read_mapping(target).kommun == ""
    assert "\nkommun = 1" not in mapping_text(Mapping("kaa", {}), ["x\nkommun = 1"])


STATUS = ["IM", "studiebevis", "avbrott", "", "okänd", "IM", "IM", "IM"]
DAYS = ["2105-08-01", "2105-08-02 10:00", "050803", *["20050804"] * 5]


def test_columns_are_found_by_their_content(tmp_path: Path) -> None:
    columns = [NUMBERS, ["arbete"] * 8, STATUS, DAYS, ["2182"] * 8]
    mapping, notes = propose(tmp_path, "Pnr;Sysselsättning;Status;Dag;Kommun", columns)
    assert mapping.columns == {
        "personnummer": "Pnr",
        "kommun": "Kommun",
        "registered": "Dag",
        "schooling": "Status",
        "contact_occupation": "Sysselsättning",
    }
    assert mapping.codes["schooling"] == {
        "IM": "im", "studiebevis": "study_certificate", "avbrott": "dropped_national", "okänd": "unknown",
    }  # fmt: skip
    assert mapping.date_formats == ("%Y-%m-%d", "%Y%m%d", "%y%m%d", "%Y-%m-%d %H:%M")
    assert notes == [
        "Registreringsdatum: kolumn 4 ”Dag” efter innehållet: kontrollera",
        "Senaste sysselsättning i form av utbildning: kolumn 3 ”Status” efter innehållet: kontrollera",
    ]


def test_headings_that_may_be_no_headings_are_told_by_number_alone(tmp_path: Path) -> None:
    columns = [NUMBERS, ["arbete"] * 8, STATUS, DAYS, ["x"] * 8, ["2105-08-01"] * 8]
    headings = "Planterad;Sysselsättning;Planterad ort;Planterad dag;Plantering;Kontakt Planterad"
    mapping, notes = propose(tmp_path, headings, columns)
    assert mapping.columns == {"contact_occupation": "Sysselsättning"}
    assert mapping.codes == {"contact_occupation": {"arbete": "work"}}
    assert notes[0].startswith("Kontrollera att rad 1 är rubriker: personnummer är ingen av dem")
    todo = "efter innehållet: skriv in rubriken själv, om det stämmer"
    assert notes[1:] == [
        f"Personnummer: kolumn 1 {todo}",
        "Hittar ingen kolumn för Registreringsdatum",
        f"Senaste sysselsättning i form av utbildning: kolumn 3 {todo}",
        "Används inte: kolumn 4",
        "Används inte: kolumn 5",
        "Används inte: kolumn 6",
    ]


@pytest.mark.parametrize(
    "codes",
    [
        ["IM"] * 8,  # schooling, or a form, a measure or a ground
        ["studiebevis"] * 7 + ["Planterad"],
        ["studiebevis"] * 4 + [""] * 4,
        ["okänd"] * 8,
    ],
)
def test_a_column_whose_content_is_not_plain_is_left(tmp_path: Path, codes: list[str]) -> None:
    mapping, notes = propose(tmp_path, "Personnummer;Registrerad;Status", [NUMBERS, ["2105-08-01"] * 8, codes])
    assert set(mapping.columns) == {"personnummer", "registered"}
    assert notes == ["Används inte: kolumn 3 ”Status”"]


def test_two_columns_of_the_same_codes_are_left(tmp_path: Path) -> None:
    columns = [NUMBERS, ["2105-08-01"] * 8, ["studiebevis"] * 8, ["studiebevis"] * 8]
    assert len(propose(tmp_path, "Personnummer;Registrerad;A;B", columns)[0].columns) == 2


@pytest.mark.parametrize(
    ("headings", "days", "found"),
    [
        (
            "Personnummer;Dag;Född",
            ["2105-08-01", "2088-03-04"],
            "Dag",
        ),  # the day they were born is no registration
        ("Personnummer;Född", ["2088-03-04"], None),
        ("Personnummer;Dag;Annan dag", ["2105-08-01", "2105-09-01"], None),
        ("Personnummer;Dag", ["2105-02-30"], None),
    ],
)
def test_the_only_date_that_is_left_is_the_one_that_is_needed(
    tmp_path: Path, headings: str, days: list[str], found: str | None
) -> None:
    mapping, _ = propose(tmp_path, headings, [NUMBERS, *[[day] * 8 for day in days]])
    assert mapping.columns.get("registered") == found


def test_a_persons_row_is_not_taken_for_headings(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [["Titel"], ["Planterad", "2105-08-01"], [number(1), "2105-08-01"]])
    with pytest.raises(RegisterError, match="Rad 2 är inga rubriker") as caught:
        propose_mapping(path)
    assert "Planterad" not in str(caught.value)


def test_the_command_takes_a_sheet_and_the_mapping_is_counted_with(
    tmp_path: Path, catalog: Catalog, capfd: pytest.CaptureFixture[str]
) -> None:
    people = [["Personnummer", "Registrerad"], *([one, "2105-08-01"] for one in NUMBERS)]
    path = book(tmp_path / "a.xlsx", {"Om": [["Text"]], "Juni 2106": [["KAA 2106-06-15"], [], *people]})
    target = tmp_path / "m.toml"
    run_cli(["map", str(path), "--sheet", "Juni 2106", "--out", str(target)])
    assert "2 fält hittade" in capfd.readouterr().out
    register = read_register(path, read_mapping(target), Key(), catalog, AT)
    assert len(register.tables["spells"]) == 8


def test_a_full_disk_leaves_no_stub_of_a_mapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv_file(tmp_path / "a.csv", [["Personnummer"], *[[one] for one in NUMBERS]])

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceError, match="Disken är full"):
        write_proposal(path, tmp_path / "a.toml")
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]
