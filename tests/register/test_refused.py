"""Columns that the law does not allow: refused by number and our own word, and nothing else is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.register.people import HEADINGS, mapping_file, number
from uvas_stats.catalog import Catalog
from uvas_stats.errors import RegisterError
from uvas_stats.register.fields import KINDS, fields_of
from uvas_stats.register.reading.headings import prohibited_word, refuse_prohibited_columns
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.propose import propose_mapping
from uvas_stats.register.reading.read import read_register

REFUSED = {
    "Diagnos": "diagnos", "Sjukskriven": "sjuk", "Ohälsa": "hälsa", "Funktionsnedsättning": "funktionsned",
    "Allergier": "allergi", "DEPRESSION": "depression", "Angest": "ångest", "Självskadebeteende": "självskad",
    "Läkarintyg finns": "läkarintyg", "Gravid": "gravid", "Handikapp": "handikapp", "LSS-insats": "lss",
    "NPF": "npf", "Kontakt med BUP": "bup", "Vårdinsatser": "vårdinsats", "LVU": "lvu", "Beslut (LVM)": "lvm",
    "Placerad": "placerad", "Placerad i familjehem": "placerad", "SoL-insats": "sol", "Solinsats": "solinsats",
    "Insats enligt SoL": "sol", "Socialsekreterare": "socialsekreterare", "Nationalitet": "nationalitet",
    "Uppehållstillstånd till": "uppehållstillstånd", "Civilstånd": "civilstånd", "lss_beslut": "lss",
}  # fmt: skip
ALLOWED = [
    "Praktikplacering", "Placerad på praktik", "Placerad i praktik", "Avbrott", "Kommun", "Solna", "Kolonn",
    "Ballong", "Kolumn", "Bupp", "Konsol", "Lönnens skola", "Nationellt program", "Utbildning", "Ort", "Namn",
    "Adress", "Telefon", "E-post", "Personnummer",
]  # fmt: skip


@pytest.mark.parametrize(("heading", "word"), REFUSED.items())
@pytest.mark.parametrize("kind", KINDS)
def test_a_column_that_the_law_does_not_allow_is_known_by_a_word(heading: str, word: str, kind: str) -> None:
    assert prohibited_word(heading, kind) == word


@pytest.mark.parametrize("heading", ALLOWED)
@pytest.mark.parametrize("kind", KINDS)
def test_words_that_only_look_like_them_are_allowed(heading: str, kind: str) -> None:
    assert prohibited_word(heading, kind) == ""


@pytest.mark.parametrize("heading", ["Lön", "Månadslön", "Ekonomiskt bistånd", "Inkomst"])
def test_economy_is_refused_in_the_kaa_alone(heading: str) -> None:
    assert prohibited_word(heading, "kaa")
    assert not prohibited_word(heading, "participants")


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_of_ours_is_refused(kind: str) -> None:
    ours = [word for one in fields_of(kind).values() for word in (one.id, one.label, *one.words)]
    assert [word for word in ours if prohibited_word(word, kind)] == []


def test_the_heading_itself_is_not_quoted() -> None:
    headings = ["Personnummer", "Planterad Persson har en diagnos", "Sjuk"]
    with pytest.raises(RegisterError, match=r"Kolumn 2 \(”diagnos”\), 3 \(”sjuk”\) får inte finnas") as caught:
        refuse_prohibited_columns(headings, "kaa", Path("a.csv"))
    assert "Planterad" not in str(caught.value)


def test_it_is_refused_when_read_and_when_a_mapping_is_proposed(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        ";".join([*HEADINGS.values(), "Min allergi"]) + f"\n{number(1)};2105-08-01\n", encoding="utf-8"
    )
    for refuse in (
        lambda: read_register(path, read_mapping(mapping_file(tmp_path)), Key(), catalog),
        lambda: propose_mapping(path),
    ):
        with pytest.raises(RegisterError, match=r"Kolumn 11 \(”allergi”\)"):
            refuse()
