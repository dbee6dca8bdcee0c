"""Groups of similar kommuner: titles that vary, the newest year, and what ``liknande`` means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.catalog.similar import pick_similar, read_similar, similar_groups, write_similar
from uvas_stats.catalog.sources import load_kolada_kpis
from uvas_stats.errors import CatalogError, RawFileError, UnknownNameError
from uvas_stats.workspace import Workspace


def group(title: str, *members: str) -> dict[str, Any]:
    return {"title": title, "members": [{"member_id": code, "member_title": "…"} for code in members]}


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([group("Liknande kommuner, IFO, Höör\ufffd, 2024", "1266")], "fel teckenkodning"),
        ([group("Liknande kommuner, IFO, Hööör, 2024", "1266")], "okänd kommun, ”Hööör”"),
        ([group("Liknande kommuner, IFO, Höör, 2024", "0014")], "okända medlemmar: 0014"),
        ([group("Liknande kommuner, IFO, Höör, 2024")], "okända medlemmar: inga"),
        ([{"title": "Liknande kommuner, IFO, Höör, 2024"}], "saknar medlemmar"),
        (
            [
                group("Liknande kommuner IFO, Höör, 2024", "1266"),
                group("Liknande kommuner, IFO, Höör 2024", "1260"),
            ],
            "samma år skiljer sig",
        ),
    ],
)
def test_a_group_that_cannot_be_trusted_is_refused(
    catalog: Catalog, groups: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(RawFileError, match=message):
        similar_groups(groups, catalog.regions)


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
    assert own.group("Liknande kommuner, arbetsmarknad", ("2182",)).id == "similar_2182_arbetsmarknad"
    assert own.group("similar_2182_ifo").members == ("2182", "2161")
    assert [one.kind for one in own.own_groups("2182")] == [one.kind for one in catalog.own_groups("2182")]
    assert own.names == catalog.names
    with pytest.raises(UnknownNameError, match="liknande arbetsmarknad, liknande ifo"):
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
