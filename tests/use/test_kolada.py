"""From Kolada's service to a nuläge: live figures take over, and the editions lie side by side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.kolada import KoladaFake
from tests.fakes.web import serving
from tests.fetch.conftest import QUICK
from uvas_stats import nulage
from uvas_stats.build.pipeline import build, edition_check
from uvas_stats.catalog import Catalog
from uvas_stats.cli.listing import sources
from uvas_stats.errors import UnknownNameError
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.sources import Clients, file_plan
from uvas_stats.indicators.differences import revisions
from uvas_stats.observations.contract import select
from uvas_stats.observations.editions import latest_edition
from uvas_stats.observations.store import read_observations
from uvas_stats.raw.files import fetch_files
from uvas_stats.situation.batch import _jobs
from uvas_stats.workspace import Workspace

IDS = ("N02797", "N03942", "N15428", "N17473")


@pytest.fixture
def kolada() -> Iterator[KoladaFake]:
    few = {id_: KoladaFake().titles[id_] for id_ in IDS}
    with serving(KoladaFake(titles=few, deleted=3, repeated=2, group_titles="mojibake")) as served:
        yield served


def fetch(kolada: KoladaFake, workspace: Workspace, catalog: Catalog) -> None:
    with Clients({"kolada": kolada.v3}, QUICK, Limits(calls=1000, seconds=1.0)) as clients:
        plan = file_plan(clients, catalog.datasets["kolada"], workspace.raw)
        fetch_files(plan, workspace.raw, before=edition_check(catalog))
    build(workspace)


def test_live_figures_take_over_and_similar_kommuner_can_be_compared_with(
    kolada: KoladaFake, workspace: Workspace, catalog: Catalog
) -> None:
    shipped = nulage("soderhamn", group="liknande", workspace=workspace.root).compare("uvas_share_pct")
    assert "av 8 bland liknande kommuner (övergripande 2025)" in shipped.about.title
    fetch(kolada, workspace, catalog)
    everything = read_observations(workspace.processed)
    assert set(select(everything, dataset="kolada")["edition"].str.len()) == {10, 13}
    n = nulage("soderhamn", group="liknande", workspace=workspace.root)
    live = select(n.series("uvas_share_pct"), region_code="2182", period="2024")
    assert live["value"].tolist() == [kolada.value("N02797", "2182", 2024, "T")]
    chart = n.compare("uvas_share_pct")
    assert "av 8 bland liknande kommuner (övergripande 2024)" in chart.about.title
    work = n.compare("uvas_share_pct", group="liknande arbetsmarknad")
    assert "liknande kommuner (arbetsmarknad 2024)" in work.about.title


def test_a_programme_is_exported_beside_similar_kommuner(
    kolada: KoladaFake, workspace: Workspace, catalog: Catalog
) -> None:
    fetch(kolada, workspace, catalog)
    rest = (None, None, None)
    (job,), broken = _jobs(workspace, ["soderhamn"], None, "liknande", rest)
    assert not broken
    assert job.group == "similar_2182_overgripande"
    (job,), _ = _jobs(workspace, [], "Gävle", "liknande arbetsmarknad", rest)
    assert job.group == "similar_2180_arbetsmarknad"
    with pytest.raises(UnknownNameError, match="en kommun i taget"):
        _jobs(workspace, ["ostra_sodertorn"], None, "liknande", rest)


def test_what_was_left_out_is_counted_where_the_sources_are_listed(
    kolada: KoladaFake, workspace: Workspace, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(kolada, workspace, catalog)
    answers = len(kolada.data_calls)  # three deleted values each, and two of them in items that stand twice
    monkeypatch.setenv("UVAS_WORKSPACE", str(workspace.root))
    (line,) = [line for line in sources().splitlines() if "_v3:" in line]
    assert f"{5 * answers} som källan har tagit bort" in line
    assert "som stod två gånger" in line


@pytest.mark.slow
def test_a_new_vintage_is_an_edition_of_its_own_and_its_revisions_are_listed(
    kolada: KoladaFake, workspace: Workspace, catalog: Catalog
) -> None:
    fetch(kolada, workspace, catalog)
    kolada.revision = 1
    fetch(kolada, workspace, catalog)
    everything = read_observations(workspace.processed)
    live = select(everything, dataset="kolada")
    live = live.loc[live["edition"].str.contains("_v3")]
    found = revisions(live, catalog.replaces)
    assert set(found["region_code"]) == {"1730"}
    assert set(found["difference"].round(6)) == {1.5}
    assert found["period"].max() < "2020"
    newest = select(
        latest_edition(everything, catalog.replaces), measure="uvas_share_pct", region_code="1730", period="2014"
    )
    total = newest.loc[newest["sex"] == "total", "value"]
    assert total.tolist() == [kolada.value("N02797", "1730", 2014, "T")]
    uvas = select(everything, dataset="kolada", measure="uvas_share_pct", sex="total")
    transcribed = revisions(uvas, catalog.replaces)
    first = transcribed.loc[transcribed["old_edition"].str.len() == 10]
    assert set(first["kind"]) >= {"changed", "added"}  # the made up figures are none of the published ones
