"""Before the kommun reports: what breaks a rule of the collection is told by row and field, and no row else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.register.people import AT, HEADINGS, MAPPING, mapping_file, number, row, write
from tests.register.test_privacy import assert_clean, planted_register
from uvas_stats.errors import RegisterError
from uvas_stats.register.fields import fields_of
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.rules import COLLECTION
from uvas_stats.register.run import run_check
from uvas_stats.workspace import Workspace

WHOLE = {
    "contact_date": "2105-09-01", "contact_occupation": "arbete", "measure_from": "2105-09-02",
    "measure_type": "praktik", "closed": "2106-01-01", "closed_reason": "flyttat",
}  # fmt: skip

EARLY = "är att personen fyllt 20, men avregistreringen ligger före den dagen"


def register_with(folder: Path, more: dict[str, str]) -> Path:
    who = {"personnummer": number(2), **WHOLE, **more}
    return write(folder / "a.csv", [row(number(1), **WHOLE), row(**who)])


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"contact_date": ""}, {"Sysselsättning vid kontakt är angivet, fast kontaktdatum saknas: 1 rad (3)"}),
        ({"contact_occupation": ""},
         {"Sysselsättning vid kontakt saknas, fast kontaktdatum är angivet: 1 rad (3)"}),
        ({"measure_type": ""}, {"Typ av åtgärd saknas, fast åtgärd påbörjad är angivet: 1 rad (3)"}),
        ({"closed": ""}, {"Grund för avregistrering är angivet, fast ansvaret upphörde saknas: 1 rad (3)"}),
        ({"measure_from": "", "measure_type": "", "measure_to": "2105-10-01"},
         {"Åtgärd avslutad saknar påbörjad åtgärd på samma rad; åtgärden räknas inte: 1 rad (3); räknas ändå"}),
        ({"contact_date": "2105-07-31"}, {"Kontaktdatum ligger före registreringen: 1 rad (3)"}),
        ({"contact_date": "2106-01-02"}, {"Kontaktdatum ligger efter avregistreringen: 1 rad (3)"}),
        ({"closed": "2106-07-01"}, {"Ansvaret upphörde ligger efter mätdatum: 1 rad (3)"}),
        ({"closed_reason": "fyllt 20"},
         {f"Grund för avregistrering {EARLY}: 1 rad (3)"}),
        ({"closed_reason": "hittepå"}, {"Grund för avregistrering har en kod som saknas i mappningen: 1 rad (3)"}),
        ({"personnummer": number(2, AT.replace(year=2085))},
         {"Registreringsdatum ligger efter dagen då personen fyllde 20: 1 rad (3)"}),
    ],
)  # fmt: skip
def test_a_breach_is_told_by_row_and_field(tmp_path: Path, more: dict[str, str], expected: set[str]) -> None:
    path = register_with(tmp_path, more)
    with pytest.raises(RegisterError) as caught:
        run_check(path, mapping_file(tmp_path), workspace=Workspace(tmp_path), at=AT)
    assert str(caught.value) == (
        "1 rad bryter mot reglerna (a.csv). Rätta i systemet som listan kommer ur, och exportera igen."
    )
    assert set(caught.value.__notes__) == expected
    assert {one.name for one in tmp_path.iterdir()} == {"a.csv", "mappning.toml"}


@pytest.mark.parametrize(
    "more", [{}, {"contact_date": "", "contact_occupation": ""}, {"measure_to": "2105-10-01"}]
)
def test_what_breaks_no_rule_is_fit_to_be_reported(tmp_path: Path, more: dict[str, str]) -> None:
    path = register_with(tmp_path, more)
    assert run_check(path, mapping_file(tmp_path), workspace=Workspace(tmp_path), at=AT) == ()


def test_the_shipped_headings_are_fields_and_say_what_they_are_not(tmp_path: Path) -> None:
    assert "NOT at hand" in COLLECTION.read_text(encoding="utf-8")
    mapping = read_mapping(COLLECTION)
    assert set(mapping.columns) <= set(fields_of("kaa"))
    assert tomllib.loads(COLLECTION.read_text(encoding="utf-8"))["columns"].keys() > set(HEADINGS) - {""}
    path = tmp_path / "a.csv"
    cells = {**dict.fromkeys(mapping.columns, ""), "personnummer": number(1), "registered": "21050801"}
    lines = [";".join(mapping.columns.values()), ";".join(cells[name] for name in mapping.columns)]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert run_check(path, None, workspace=Workspace(tmp_path), at=AT) == ()


@pytest.mark.parametrize("spoilt", ["registered", "closed_reason", "contact_date", "personnummer"])
def test_nothing_of_a_person_is_told(tmp_path: Path, spoilt: str) -> None:
    path, faults = planted_register(tmp_path, spoilt), tmp_path / "fel.csv"
    with pytest.raises(RegisterError, match="bryter mot reglerna") as caught:
        run_check(path, mapping_file(tmp_path), workspace=Workspace(tmp_path), at=AT, faults=faults)
    assert_clean(str(caught.value) + "".join(caught.value.__notes__) + faults.read_text(encoding="utf-8-sig"))


def test_a_list_of_participants_is_not_reported(tmp_path: Path) -> None:
    mapping = mapping_file(tmp_path, MAPPING.split("[columns]")[0].replace("kaa", "list")
                           + '[columns]\npersonnummer = "Personnummer"\n')  # fmt: skip
    with pytest.raises(RegisterError, match="Mappningen gäller list, inte kaa"):
        run_check(write(tmp_path / "a.csv", []), mapping, workspace=Workspace(tmp_path))
