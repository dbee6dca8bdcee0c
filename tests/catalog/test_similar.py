"""Groups of similar kommuner: titles that vary, the newest year, and what ``liknande`` means."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.catalog.similar import (
    network_groups,
    pick_similar,
    read_similar,
    similar_groups,
    sort_groups,
    write_similar,
)
from uvas_stats.catalog.sources import load_kolada_kpis
from uvas_stats.errors import CatalogError, UnknownNameError
from uvas_stats.workspace import Workspace


def group(title: str, *members: str) -> dict[str, Any]:
    return {"title": title, "members": [{"member_id": code, "member_title": "…"} for code in members]}


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([group("Liknande kommuner, IFO, Höör\ufffd, 2024", "1266")], "fel teckenkodning"),
        ([group("Liknande kommuner, IFO, Hööör, 2024", "1266")], "okänd kommun, ”Hööör”"),
        ([group("Liknande kommuner, IFO, Höör, 2024", "0014")], "okända medlemmar: 0014"),
        ([group("Liknande kommuner, IFO, Höör, 2024")], "saknar medlemmar"),
        ([group("Liknande kommuner, IFO, Höör", "1266")], "inte tema, kommun och år"),
        ([{"title": "Liknande kommuner, IFO, Höör, 2024"}], "saknar medlemmar"),
        (
            [
                group("Liknande kommuner IFO, Höör, 2024", "1266"),
                group("Liknande kommuner, IFO, Höör 2024", "1260"),
            ],
            "skiljer sig från en annan för samma år",
        ),
    ],
)
def test_a_group_that_cannot_be_trusted_is_left_out_and_told(
    catalog: Catalog, groups: list[dict[str, Any]], message: str
) -> None:
    good = group("Liknande kommuner, arbetsmarknad, Höör, 2024", "1266")
    made = sort_groups([*groups, good], catalog.regions)
    assert [one.id for one in made.groups] == ["similar_1267_arbetsmarknad"]
    assert len(made.left_out) == len(groups)
    assert message in made.told
    assert made.of_regions == 0


def test_where_the_newest_cannot_be_trusted_the_year_before_counts(catalog: Catalog) -> None:
    groups = [
        group("Liknande kommuner, IFO, Höör, 2023", "1266"),
        group("Liknande kommuner, IFO, Höör, 2024", "1260"),
        group("Liknande kommuner IFO, Höör, 2024", "1266", "1260"),
    ]
    made = sort_groups(groups, catalog.regions)
    assert [(one.name, one.members) for one in made.groups] == [("liknande kommuner (ifo 2023)", ("1267", "1266"))]
    assert len(made.left_out) == 2


def test_many_that_are_left_out_are_counted_and_three_are_named(catalog: Catalog) -> None:
    groups = [group(f"Liknande kommuner, IFO, Hö{'ö' * number}r, 2024", "1266") for number in range(2, 9)]
    told = sort_groups(groups, catalog.regions).told
    assert told.startswith("7 jämförelsegrupper lämnades utanför, t.ex. ”Liknande kommuner, IFO, Hö")
    assert told.count("gäller en okänd kommun") == 3
    assert "\n" not in told


def test_the_real_list_is_read_but_for_its_groups_of_regions(shared: Path, catalog: Catalog) -> None:
    path = shared / "data" / "kolada" / "municipality_groups_2026-03.json"
    listed = [group(one["title"], *one["members"]) for one in json.loads(path.read_text(encoding="utf-8"))]
    made = sort_groups(listed, catalog.regions)
    assert (made.of_regions, made.left_out, made.told) == (21, (), "")
    similar = [one for one in listed if one["title"].startswith("Liknande kommuner")]
    assert len(similar) - made.of_regions == 3479
    one_by_one = [sort_groups([one], catalog.regions) for one in similar]
    assert sum(len(one.groups) for one in one_by_one) == 3479
    assert len({one.id for one in made.groups}) == len(made.groups)
    assert {one.id.split("_")[1] for one in made.groups} == {one.code for one in catalog.kommuner}


def test_titles_vary_and_the_newest_year_counts(catalog: Catalog) -> None:
    made = similar_groups(
        [
            group("Liknande kommuner, övergripande, Höör, 2023", "1266"),
            group("Liknande kommuner  övergripande,  Höör , 2025", "1260", "1266"),
            group("Liknande kommuner, arbetsmarknad, Upplands Väsby, 2024", "0115"),
            group("Liknande kommuner, arbetsmarknad, Malung-Sälen 2024", "2039"),
            group("Liknande regioner, övergripande, Skåne, 2025", "0001"),
            group("Större stad", "0580"),
        ],
        catalog.regions,
    )
    assert {one.id: one.members for one in made} == {
        "similar_0114_arbetsmarknad": ("0114", "0115"),
        "similar_1267_overgripande": ("1267", "1260", "1266"),
        "similar_2023_arbetsmarknad": ("2023", "2039"),
    }
    assert next(one.name for one in made if "1267" in one.id) == "liknande kommuner (övergripande 2025)"


def test_a_title_that_was_encoded_twice_is_repaired(catalog: Catalog) -> None:
    title = "Liknande kommuner, övergripande, Höör, 2024".encode().decode("latin-1")
    assert "Ã" in title
    (made,) = similar_groups([group(title, "1266")], catalog.regions)
    assert (made.id, made.note) == ("similar_1267_overgripande", "Liknande kommuner, övergripande, Höör, 2024")


def test_they_are_kept_and_found_for_one_kommun(catalog: Catalog, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.processed.mkdir(parents=True)
    titles = [f"Liknande kommuner, {theme}, Söderhamn, 2024" for theme in ("arbetsmarknad", "övergripande", "IFO")]
    write_similar(workspace.processed, similar_groups([group(one, "2161") for one in titles], catalog.regions))
    own = load_catalog(workspace)
    assert own.group("liknande", ("2182",)).id == "similar_2182_overgripande"
    for asked in ("Liknande kommuner, arbetsmarknad", "liknande:arbetsmarknad", "Liknande: Arbetsmarknad"):
        assert own.group(asked, ("2182",)).id == "similar_2182_arbetsmarknad"
    assert own.group("similar_2182_ifo").members == ("2182", "2161")
    assert [one.kind for one in own.own_groups("2182")] == [one.kind for one in catalog.own_groups("2182")]
    assert own.names == catalog.names
    with pytest.raises(UnknownNameError, match="liknande:arbetsmarknad, liknande:ifo"):
        own.group("liknande skola", ("2182",))
    with pytest.raises(UnknownNameError, match="inte hämtade"):
        own.group("liknande", ("1440",))
    write_similar(workspace.processed, ())
    assert read_similar(workspace.processed) == {}


@pytest.mark.parametrize("kommuner", [(), ("0136", "0138")])
def test_it_takes_one_kommun(kommuner: tuple[str, ...]) -> None:
    with pytest.raises(UnknownNameError, match="en kommun i taget"):
        pick_similar("liknande", {}, kommuner)


@pytest.mark.parametrize("content", ["{", "[1]", '[{"id": "a"}]'])
def test_a_damaged_file_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "similar_groups.json").write_text(content, encoding="utf-8")
    with pytest.raises(CatalogError, match="jämförelsegrupper är skadad"):
        read_similar(tmp_path)


def test_every_declared_key_figure_is_a_measure_of_kolada(catalog: Catalog) -> None:
    for kpi in load_kolada_kpis():
        measure = catalog.measures[kpi.measure]
        assert (measure.dataset, measure.source_id) == ("kolada", kpi.id)


REQUIRED = {"N02797", "N03942", "N15428", "N17473"}


def test_every_declared_key_figure_is_in_the_real_list(shared: Path) -> None:
    """In the list of March 2026 each has the declared id and title, and only four may stop a fetch."""
    with (shared / "data" / "kolada" / "kpi_list_2026-03.csv").open(encoding="utf-8", newline="") as file:
        titles = {row["id"]: row["title"] for row in csv.DictReader(file)}
    kpis = load_kolada_kpis()
    assert {kpi.id for kpi in kpis if not kpi.optional} == REQUIRED
    assert [kpi.id for kpi in kpis if not kpi.fits(titles.get(kpi.id, ""))] == []
    fitting = {kpi.id: [id_ for id_, title in titles.items() if kpi.fits(title)] for kpi in kpis}
    assert fitting == {kpi.id: [kpi.id] for kpi in kpis}  # no other could be taken for it


def test_every_key_figure_is_titled_alike_in_the_catalogue_and_says_how_long_it_lives(
    shared: Path, catalog: Catalog
) -> None:
    with (shared / "data" / "kolada" / "kpi_catalogue_youth_2026-04.csv").open(encoding="utf-8-sig") as file:
        titles = {row["id"]: row["title"] for row in csv.DictReader(file)}
    for kpi in load_kolada_kpis():
        assert kpi.fits(titles[kpi.id]), kpi.id
        until = re.search(r"\(-(\d{4})\)", titles[kpi.id])
        said = re.search(r"\(till (\d{4})\)", catalog.measures[kpi.measure].title)
        assert (until and until[1]) == (said and said[1]), kpi.id
        ages = re.search(r"(\d\d)-(\d\d) (?:år|som)", titles[kpi.id])
        assert ages is None or catalog.measures[kpi.measure].ages == f"{ages[1]}-{ages[2]}", kpi.id


def test_a_network_that_is_no_group_already_is_one_by_kolada_id(catalog: Catalog) -> None:
    gr = catalog.groups["GR"].members
    values = [
        {"id": "G1", "title": "Tornedalen (ovägt medel)", "members": ["2518", "2521", "2583"]},
        {"id": "G2", "title": "Göteborgsregionen (ovägt medel)", "members": [*gr]},
        {"id": "G3", "title": "Skogslänen (ovägt medel)", "members": ["0017", "0020"]},
        {"id": "G4", "title": "Liknande kommuner IFO, Höör, 2024", "members": ["1266"]},
        {"id": "G5", "title": "Utan medlemmar", "members": []},
    ]
    made = network_groups(values, catalog.regions, catalog.groups.values())
    assert [(one.id, one.name, one.kind) for one in made] == [("G1", "Tornedalen", "network")]


def test_the_shipped_groups_are_those_of_the_real_list(shared: Path, first_edition: Workspace) -> None:
    path = shared / "data" / "kolada" / "municipality_groups_2026-03.json"
    real = json.loads(path.read_text(encoding="utf-8"))
    listed = {" ".join(one["title"].split()): one["members"] for one in real}
    held = read_similar(first_edition.processed)
    similar = [one for one in held.values() if one.kind == "similar"]
    assert len(similar) == 3479
    assert all({*one.members} - {*listed[one.note]} <= {one.members[0]} for one in similar)
    assert {one.note for one in held.values() if one.kind == "network"} <= set(listed)
    own = load_catalog(first_edition)
    assert own.group("liknande", ("2182",)).name == "liknande kommuner (övergripande 2025)"
    assert own.group("liknande:arbetsmarknad", ("2182",)).name == "liknande kommuner (arbetsmarknad 2024)"
    assert own.group("Södertörnskommunerna").members == tuple(listed["Södertörnskommunerna (ovägt medel)"])
    assert [one.id for one in own.own_groups("2182")] == ["21", "C8"]
