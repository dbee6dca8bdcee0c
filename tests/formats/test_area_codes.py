"""The one place that turns names and codes of areas into region codes."""

from __future__ import annotations

import unicodedata

import pytest

from uvas_stats.catalog import Catalog
from uvas_stats.formats.area_codes import RIKET, AreaCodes


@pytest.fixture(scope="module")
def areas(catalog: Catalog) -> AreaCodes:
    return AreaCodes(catalog)


def test_every_kommun_is_found_by_its_code_and_its_name(areas: AreaCodes, catalog: Catalog) -> None:
    for region in catalog.kommuner:
        forms = (region.name, region.name.upper(), f"{region.name} kommun", f"{region.name}s kommun")
        assert {areas.kommun(form) for form in forms} == {region.code}
        assert areas.kommun(unicodedata.normalize("NFD", region.name)) == region.code
        assert {areas.kommun_code(form) for form in (region.code, int(region.code))} == {region.code}
        assert areas.kommun_cell(f"{region.code} {region.name}") == region.code


def test_every_lan_is_found_with_and_without_its_word(areas: AreaCodes, catalog: Catalog) -> None:
    for region in (one for one in catalog.regions if one.kind == "lan"):
        stem = region.name.removesuffix(" län")
        assert {areas.lan(form) for form in (region.name, stem, stem.removesuffix("s"))} == {region.code}
        assert areas.fitting(region.name) == (region.code,)
        assert not areas.kommun(region.name)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Håbo", "0305"),
        ("Habo", "0643"),
        ("Ha\u030abo", "0305"),
        ("Upplands\u2011Väsby", "0114"),
        ("Upplands\u2014Väsby", "0114"),
        ("\ufeffUpplands\u00a0 Väsby\u200b", "0114"),
        ("upplands-vasby", "0114"),
        ("Malung", "2023"),
        ("Region Gotland", "0980"),
        ("Stockholms stad", "0180"),
        ("Västerås kommun", "1980"),
        ("Borås", "1490"),
        ("Bora", ""),
        ("Sala och Heby", ""),
        ("", ""),
    ],
)
def test_a_name_is_folded_but_never_guessed(areas: AreaCodes, text: str, code: str) -> None:
    assert areas.kommun(text) == code


@pytest.mark.parametrize("cell", ["", " ", None, "14", "99", "14400", "1440,5", 12.5, float("nan"), True, "9999"])
def test_what_is_no_code_gives_none(areas: AreaCodes, cell: object) -> None:
    assert areas.kommun_code(cell) == ""


def test_a_former_code_leads_to_the_one_of_today(areas: AreaCodes) -> None:
    assert areas.kommun_code("1917") == areas.kommun_code(1917.0) == areas.kommun("Heby") == "0331"


def test_riket_has_many_words(areas: AreaCodes) -> None:
    assert all(areas.fitting(word.title()) == ("00",) for word in RIKET)


def test_a_name_of_both_a_lan_and_a_kommun_gives_both(areas: AreaCodes) -> None:
    assert areas.fitting("Gotland") == ("09", "0980")
    assert areas.fitting("Gotlands län") == ("09",)
    assert areas.fitting("Skåne") == ("12",)
    assert areas.fitting("Falun") == ("2080",)
    assert areas.fitting("Ingenstans") == ()


@pytest.mark.parametrize("text", ["2182 Ale", "1440 Borås", "Söderhamn 9999", "2182 2183"])
def test_a_code_and_a_name_of_two_are_none(areas: AreaCodes, text: str) -> None:
    assert areas.kommun_cell(text) == ""


def test_the_closest_are_named(areas: AreaCodes) -> None:
    assert areas.closest("Soderhamm")[0] == "Söderhamn"
