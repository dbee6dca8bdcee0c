"""Kommuner, län and riket, and how an analyst may write them."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.catalog.names import fold, nearest
from uvas_stats.errors import UnknownNameError

KOMMUNER = load_catalog().kommuner
SKR = ("A1", "A2", "B3", "B4", "B5", "C6", "C7", "C8", "C9")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_290_kommuner_21_lan_and_one_riket(catalog: Catalog) -> None:
    kinds = Counter(region.kind for region in catalog.regions if region.current)
    assert kinds == {"kommun": 290, "lan": 21, "riket": 1}


def test_codes_are_text_of_the_right_length_and_current_ones_are_unique(catalog: Catalog) -> None:
    length = {"riket": 2, "lan": 2, "kommun": 4}
    assert all(len(region.code) == length[region.kind] and region.code.isdigit() for region in catalog.regions)
    assert len({region.code for region in catalog.regions if region.current}) == 312


def test_every_kommun_lies_in_the_lan_its_code_begins_with(catalog: Catalog) -> None:
    lan = {region.code for region in catalog.regions if region.kind == "lan"}
    assert all(kommun.lan == kommun.code[:2] and kommun.lan in lan for kommun in catalog.kommuner)


def test_kommuner_are_those_of_the_reference_list(catalog: Catalog, shared: Path) -> None:
    expected = {
        (row["municipality_code"], row["municipality_name_short"], row["county_code"])
        for row in rows(shared / "data" / "regions" / "municipalities.csv")
    }
    assert {(kommun.code, kommun.name, kommun.lan) for kommun in catalog.kommuner} == expected


def test_lan_are_those_of_the_reference_list(catalog: Catalog, shared: Path) -> None:
    expected = {
        (row["county_code"], row["county_name"]) for row in rows(shared / "data" / "regions" / "counties.csv")
    }
    assert {(region.code, region.name) for region in catalog.regions if region.kind == "lan"} == expected


def test_codes_that_lost_their_zero_elsewhere_are_whole_here(catalog: Catalog, shared: Path) -> None:
    table = rows(shared / "data" / "regions" / "codes_without_leading_zero_2022.csv")
    assert {row["municip_code"].zfill(4) for row in table} == {kommun.code for kommun in catalog.kommuner}


def test_official_names_in_the_genitive_are_found(catalog: Catalog, shared: Path) -> None:
    for row in rows(shared / "data" / "regions" / "municipalities.csv"):
        assert catalog.region(row["municipality_name"]).code == row["municipality_code"]


def test_every_kommun_is_in_exactly_one_skr_group_and_one_lan_group(catalog: Catalog) -> None:
    for kommun in catalog.kommuner:
        kinds = [group.kind for group in catalog.own_groups(kommun.code)]
        assert kinds[:2] == ["lan", "skr"]
        assert kinds.count("lan") == kinds.count("skr") == 1


def test_the_nine_skr_groups_have_their_members(catalog: Catalog, shared: Path) -> None:
    label = {
        "Storstäder": "A1",
        "Pendlingskommun nära storstad": "A2",
        "Större stad": "B3",
        "Pendlingskommun nära större stad": "B4",
        "Lågpendlingskommun nära större stad": "B5",
        "Mindre stad/tätort": "C6",
        "Pendlingskommun nära mindre tätort": "C7",
        "Landsbygdskommun": "C8",
        "Landsbygdskommun med besöksnäring": "C9",
    }
    text = (shared / "data" / "regions" / "skr_kommungrupper_2023.json").read_text(encoding="utf-8")
    expected = Counter((fold(item["commune_name"]), label[item["group"]]) for item in json.loads(text))
    names = {kommun.code: fold(kommun.name) for kommun in catalog.kommuner}
    found = Counter((names[code], id_) for id_ in SKR for code in catalog.groups[id_].members)
    assert found == expected


def test_habo_and_habo_with_a_ring_are_in_their_own_skr_groups(catalog: Catalog) -> None:
    assert [group.id for group in catalog.own_groups("0305")][1] == "A2"
    assert [group.id for group in catalog.own_groups("0643")][1] == "B4"


def test_gr_is_thirteen_kommuner_and_one_of_them_is_kungsbacka_in_halland(catalog: Catalog) -> None:
    names = {catalog.region(code).name for code in catalog.group("GR").members}
    assert names == {
        "Ale", "Alingsås", "Göteborg", "Härryda", "Kungsbacka", "Kungälv", "Lerum", "Lilla Edet", "Mölndal",
        "Partille", "Stenungsund", "Tjörn", "Öckerö",
    }  # fmt: skip
    assert catalog.region("Kungsbacka").lan == "13"
    assert set(catalog.group("GR").members) == {
        "1440", "1489", "1480", "1401", "1384", "1482", "1441", "1462", "1481", "1402", "1415", "1419", "1407",
    }  # fmt: skip


def test_ostra_sodertorn_is_haninge_nynashamn_and_tyreso(catalog: Catalog) -> None:
    assert set(catalog.group("ostra_sodertorn").members) == {"0136", "0192", "0138"}


def test_lan_groups_cover_all_kommuner_once(catalog: Catalog) -> None:
    members = [code for group in catalog.groups.values() if group.kind == "lan" for code in group.members]
    assert sorted(members) == [kommun.code for kommun in catalog.kommuner]


@pytest.mark.parametrize(
    ("name", "code"),
    [("Knivsta", "0330"), ("Nykvarn", "0140"), ("Heby", "0331"), ("Bollebygd", "1443"), ("Lekeberg", "1814")],
)
def test_split_and_moved_kommuner_know_since_when(catalog: Catalog, name: str, code: str) -> None:
    region = catalog.region(name)
    assert region.code == code
    assert region.valid_from is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2182", "2182"),
        (" 2182\n", "2182"),
        ("0114", "0114"),
        ("Söderhamn", "2182"),
        ("söderhamn", "2182"),
        ("SODERHAMN", "2182"),
        ("Söderhamns kommun", "2182"),
        ("soderhamns  KOMMUN", "2182"),
        ("Söderhamn kommun", "2182"),
        ("kommunen Söderhamn", "2182"),
        ("So\u0308derhamn", "2182"),
        ("\ufeffSöder\u00adhamn\u200b", "2182"),
        ("Österåkers kommun", "0117"),
        ("osteraker", "0117"),
        ("Alingsås kommun", "1489"),
        ("Västerås stad", "1980"),
        ("Göteborgs stad", "1480"),
        ("Gotlands kommun", "0980"),
        ("Region Gotland", "0980"),
        ("upplands-väsby", "0114"),
        ("Upplands Väsby", "0114"),
        ("UpplandsVäsby", "0114"),
        ("Upplands\u00a0\u2011 Bro", "0139"),
        ("dals ed", "1438"),
        ("Malung", "2023"),
        ("Malung-Sälen", "2023"),
        ("malungs kommun", "2023"),
        ("1917", "0331"),
        ("Heby", "0331"),
        ("Håbo", "0305"),
        ("HÅBO kommun", "0305"),
        ("Ha\u030abo", "0305"),
        ("Habo", "0643"),
        ("habo kommun", "0643"),
    ],
)
def test_a_kommun_is_found_however_it_is_written(catalog: Catalog, text: str, code: str) -> None:
    assert catalog.region(text).code == code
    assert catalog.region(text).current


written = st.sampled_from(KOMMUNER).flatmap(
    lambda kommun: st.tuples(
        st.just(kommun),
        st.sampled_from(["{}", "{} kommun", "{}s kommun", "  {} ", "{}\u00a0kommun"]),
        st.sampled_from([str, str.upper, str.lower, str.title]),
        st.sampled_from(["NFC", "NFD"]),
    )
)


@given(written)
def test_every_kommun_is_found_whatever_the_case_spacing_and_genitive(catalog: Catalog, case: tuple) -> None:
    kommun, pattern, letters, form = case
    text = unicodedata.normalize(form, letters(pattern.format(kommun.name)))
    assert catalog.region(text).code == kommun.code


@given(st.sampled_from([kommun for kommun in KOMMUNER if kommun.name != "Håbo"]))
def test_every_kommun_but_habo_with_a_ring_is_found_without_its_dots_and_rings(catalog: Catalog, kommun) -> None:
    plain = "".join(char for char in unicodedata.normalize("NFD", kommun.name) if not unicodedata.combining(char))
    assert catalog.region(plain).code == kommun.code


def test_a_name_that_fits_two_kommuner_is_never_guessed(catalog: Catalog) -> None:
    with pytest.raises(UnknownNameError, match=r"flera kommuner.*Håbo 0305.*Habo 0643"):
        catalog.region("hâbo")


@pytest.mark.parametrize(
    "text", ["", " ", "Söderhamm", "9999", "180", "Örebro län", "00", "riket", "a\nb", "x" * 300]
)
def test_an_unknown_kommun_raises_with_the_three_nearest(catalog: Catalog, text: str) -> None:
    with pytest.raises(UnknownNameError, match="finns inte") as caught:
        catalog.region(text)
    todo = caught.value.todo or ""
    assert todo.startswith("Närmast: ")
    assert todo.count("(") == 3
    assert len(str(caught.value).splitlines()) == 1


def test_the_nearest_comes_first(catalog: Catalog) -> None:
    with pytest.raises(UnknownNameError, match=r"Närmast: Söderhamn \(2182\), "):
        catalog.region("Söderhamm")


def test_the_nearest_are_kommuner_of_today(catalog: Catalog) -> None:
    with pytest.raises(UnknownNameError, match=r"Heby \(0331\)") as caught:
        catalog.region("Hebi")
    assert "1917" not in str(caught.value)


@given(st.text(max_size=12))
def test_any_text_is_a_kommun_or_raises_our_own_error(catalog: Catalog, text: str) -> None:
    try:
        region = catalog.region(text)
    except UnknownNameError:
        return
    assert region.kind == "kommun"


def test_an_area_may_be_riket_a_lan_or_a_kommun(catalog: Catalog) -> None:
    found = [catalog.area(text).code for text in ("riket", "00", "gävleborgs län", "21", "Söderhamn")]
    assert found == ["00", "00", "21", "21", "2182"]


def test_nearest_keeps_names_that_fold_alike_apart() -> None:
    assert nearest("habo", ["Håbo", "Habo", "Falun"], n=2) == ["Håbo", "Habo"]
