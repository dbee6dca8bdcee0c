"""Skolverkets statistikdatabas over version 1: what its numbers mean is found by their texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.server import Fake, serving
from tests.fakes.tables import FakeTable, plain_var, time_var
from uvas_stats.catalog import Route, load_catalog
from uvas_stats.catalog.declared import read_declared
from uvas_stats.catalog.pxweb import tables_of
from uvas_stats.clean.pxweb import read_pxweb
from uvas_stats.fetch.resolve import DriftError
from uvas_stats.fetch.run import fetch_dataset
from uvas_stats.fetch.sources import Clients
from uvas_stats.observations.contract import select

LABELS = {
    "0": "Antal elever i årskurs 9",
    "1": "Andel (%) som uppfyllt betygskriterierna i alla ämnen",
    "2": "Andel (%) behöriga till yrkesprogram",
    "3": "Genomsnittligt meritvärde (17 ämnen)",
}
LEVELS = {
    "00": "Riket",
    "2180": "Gävle [2180]",
    "0604": "Aneby [0604]",
    "21": "Gävleborgs län",
    "A1": "Storstäder",
}


def served(labels: dict[str, str]) -> Fake:
    time = replace(time_var(("2022", "2023", "2024")), code="time", label="tid")
    table = FakeTable(
        "Grundskola_betyg.px",
        "Kommunala_jamforelsetal/Grundskola/Betyg/Grundskola_betyg.px",
        "Grundskola, betyg efter variable, level och time",
        [plain_var("variable", "variabel", labels), plain_var("level", "nivå", LEVELS), time],
        symbol_every=7,
    )
    return Fake([table])


@pytest.fixture
def database() -> Iterator[Fake]:
    with serving(served(LABELS)) as fake:
        yield fake


def test_the_table_is_read_by_the_texts_of_its_variables(database: Fake, tmp_path: Path) -> None:
    with Clients({"skolverket_px": database.v1}) as clients:
        outcome = fetch_dataset(clients, "skolverket_comparison", tables_of("skolverket_comparison"), tmp_path)
    assert outcome.edition is not None
    frame = read_pxweb(outcome.edition)
    assert set(frame["region_code"]) == {"00", "2180", "0604"}
    assert set(frame["period"]) == {"2022/23", "2023/24", "2024/25"}
    measures = {measure for measure in load_catalog().measures if measure.startswith("skolverket_")}
    assert set(frame["measure"]) == measures
    assert (frame["status"] != "ok").any()
    assert len(select(frame, measure="skolverket_merit_17_points")) == 9


def test_codes_in_another_order_mean_the_same(tmp_path: Path) -> None:
    turned = dict(zip(LABELS, reversed(LABELS.values()), strict=True))
    with serving(served(turned)) as fake, Clients({"skolverket_px": fake.v1}) as clients:
        outcome = fetch_dataset(clients, "skolverket_comparison", tables_of("skolverket_comparison"), tmp_path)
    assert outcome.edition is not None
    assert len(set(read_pxweb(outcome.edition)["measure"])) == 3
    origin = (outcome.edition / "origin.toml").read_text(encoding="utf-8")
    assert '"1" = "skolverket_eligible_vocational_share_pct"' in origin or (
        '1 = "skolverket_eligible_vocational_share_pct"' in origin
    )


def test_a_text_that_no_variable_has_is_drift(tmp_path: Path) -> None:
    lost = {code: text.replace("yrkesprogram", "något annat") for code, text in LABELS.items()}
    with (
        serving(served(lost)) as fake,
        Clients({"skolverket_px": fake.v1}) as clients,
        pytest.raises(DriftError, match="yrkesprogram"),
    ):
        fetch_dataset(clients, "skolverket_comparison", tables_of("skolverket_comparison"), tmp_path)


def test_a_text_that_several_variables_have_leaves_that_measure_out_and_lists_them(tmp_path: Path) -> None:
    double = {**LABELS, "4": "Andel (%) behöriga till yrkesprogram, nyinvandrade borträknade"}
    with serving(served(double)) as fake, Clients({"skolverket_px": fake.v1}) as clients:
        outcome = fetch_dataset(clients, "skolverket_comparison", tables_of("skolverket_comparison"), tmp_path)
    assert outcome.edition is not None
    assert set(read_pxweb(outcome.edition)["measure"]) == {
        "skolverket_all_subjects_share_pct",
        "skolverket_merit_17_points",
    }
    (line,) = outcome.plan.tables[0].resolved.left_out
    assert line == (
        "skolverket_eligible_vocational_share_pct lämnades utanför: ”yrkesprogram” kan vara "
        "Andel (%) behöriga till yrkesprogram, Andel (%) behöriga till yrkesprogram, nyinvandrade borträknade "
        "(Kommunala_jamforelsetal/Grundskola/Betyg/Grundskola_betyg.px, variable)."
    )


def test_the_declared_routes_are_of_one_unit_and_period_and_never_mix_hemkommun() -> None:
    measures = load_catalog().measures
    routes = [route for route in read_declared("routes", Route) if route.left.startswith("siris_")]
    assert len(routes) >= 7
    for route in routes:
        left, right = measures[route.left], measures[route.right]
        assert (left.unit, left.period_kind) == (right.unit, right.period_kind)
        assert "skolkommun" in left.population
        assert "skolkommun" in right.population
