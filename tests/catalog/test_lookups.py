"""Groups, measures and programmes are found as an analyst writes them, and declared as they are."""

from __future__ import annotations

import pytest

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.names import find
from uvas_stats.errors import UnknownNameError


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("N02797", "uvas_share_pct"),
        (" n02797 ", "uvas_share_pct"),
        ("uvas_share_pct", "uvas_share_pct"),
        ("UVAS share pct", "uvas_share_pct"),
        ("unga 16-24 år som varken arbetar eller studerar (uvas)", "uvas_share_pct"),
        ("UVAS 16–24 år", "uvas_share_pct"),
        ("N03942", "unemployed_youth_rate_pct"),
        ("N15428", "eligible_vocational_share_pct"),
        ("N17473", "eligible_university_3y_share_pct"),
    ],
)
def test_a_measure_is_found(catalog: Catalog, text: str, id_: str) -> None:
    assert catalog.measure(text).id == id_


def test_uvas_alone_is_never_taken_for_the_figure_of_a_document(catalog: Catalog) -> None:
    assert catalog.measure("uvas").id == "uvas_share_pct"


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("GR", "GR"),
        ("gr", "GR"),
        ("c8", "C8"),
        ("östra södertörn", "ostra_sodertorn"),
        ("21", "21"),
        ("Kommunerna i Gävleborgs län", "21"),
    ],
)
def test_a_group_is_found(catalog: Catalog, text: str, id_: str) -> None:
    assert catalog.group(text).id == id_


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("soderhamn", "soderhamn"),
        ("Söderhamn", "soderhamn"),
        ("östra södertörn", "ostra_sodertorn"),
        ("OSTRA SODERTORN", "ostra_sodertorn"),
    ],
)
def test_a_programme_is_found(catalog: Catalog, text: str, id_: str) -> None:
    assert catalog.programme(text).id == id_


@pytest.mark.parametrize("text", ["", "finns inte", "../../x", "a\nb"])
def test_what_does_not_exist_raises_with_three_different_suggestions(catalog: Catalog, text: str) -> None:
    for lookup, things in (
        (catalog.measure, catalog.measures),
        (catalog.group, catalog.groups),
        (catalog.programme, catalog.programmes),
    ):
        with pytest.raises(UnknownNameError, match="Närmast: ") as caught:
            lookup(text)
        todo = caught.value.todo or ""
        assert sum(id_ in todo for id_ in things) >= 3
        assert len(str(caught.value).splitlines()) == 1


def test_a_short_title_that_several_measures_have_is_not_guessed(catalog: Catalog) -> None:
    assert (
        catalog.measure("gymnasieexamen inom 3 år").id == "kolada_exam_3y_share_pct"
    )  # the other is a document's
    with pytest.raises(UnknownNameError, match="”Studerande” kan vara flera mått") as caught:
        catalog.measure("Studerande")
    for id_ in ("bas_students_count", "scb_studying_share_pct", "scb_kommun_studying_share_pct"):
        assert f"{id_} ({catalog.measures[id_].title})" in str(caught.value)


def test_an_id_and_a_title_that_are_both_near_count_once() -> None:
    things = {"ale": 1, "lund": 2, "boden": 3}
    with pytest.raises(UnknownNameError, match=r"Närmast: ale, lund, boden|Närmast: ale, boden, lund"):
        find("alle", things, {"ale": "Ale", "lund": "Lund", "boden": "Boden"}, "Saken")


def test_every_measure_says_its_unit_in_its_id(catalog: Catalog) -> None:
    ending = {"procent": "_pct", "antal": "_count", "poäng": "_points", "plats": "_rank", "kkr": "_kkr"}
    ending["dagar"] = "_number"
    for measure in catalog.measures.values():
        assert measure.id.endswith(ending[measure.unit])


def test_every_share_has_a_ceiling_of_100(catalog: Catalog) -> None:
    for measure in catalog.measures.values():
        if measure.unit == "procent":
            change = "_change_" in measure.id  # falls by 100 percent at most, and may rise by any number
            assert (measure.minimum, measure.maximum) == ((-100.0, None) if change else (0.0, 100.0))


def test_every_measure_and_dataset_names_its_publisher(catalog: Catalog) -> None:
    assert all(measure.publisher and measure.title and measure.definition for measure in catalog.measures.values())
    assert all(dataset.publisher and dataset.licence and dataset.cadence for dataset in catalog.datasets.values())


def test_lower_is_better_for_uvas_and_higher_for_eligibility(catalog: Catalog) -> None:
    assert catalog.measure("N02797").direction == "lower"
    assert catalog.measure("N03942").direction == "lower"
    assert catalog.measure("N15428").direction == "higher"
    assert catalog.measure("N17473").direction == "higher"


def test_the_border_break_concerns_border_kommuner_only(catalog: Catalog) -> None:
    for name in ("Eda", "Årjäng", "Strömstad", "Dals-Ed", "Haparanda"):
        breaks = catalog.breaks_of("uvas_share_pct", (catalog.region(name).code,))
        assert [item.at for item in breaks] == ["2015"]
    assert catalog.breaks_of("uvas_share_pct", ("2182",)) == ()


def test_a_break_without_regions_concerns_all(catalog: Catalog) -> None:
    assert [item.at for item in catalog.breaks_of("kaa_half_year_count", ("2182",))] == ["2018H2"]


def test_the_unemployment_series_of_today_and_of_2009_are_two_measures(catalog: Catalog) -> None:
    today, then = catalog.measure("N03942"), catalog.measure("unemployed_youth_population_share_pct")
    assert today.denominator != then.denominator
    assert [item.at for item in catalog.breaks_of(then.id)] == ["2011-01"]
