"""A client by another gets right data out of the fake; what it does with a failing batch is what ours does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from koladapy import KoladaAPI

from tests.fakes.kolada import KoladaFake
from tests.fakes.web import serving
from tests.fetch.conftest import QUICK
from uvas_stats.catalog import Catalog
from uvas_stats.errors import FetchError
from uvas_stats.fetch.kolada import boxes
from uvas_stats.fetch.kolada_pages import get_pages
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.sources import Clients

KPIS = ["N02797", "N03942"]


@pytest.fixture
def kolada() -> Iterator[KoladaFake]:
    with serving(KoladaFake()) as served:
        yield served


@pytest.fixture
def units(catalog: Catalog) -> list[str]:
    return [kommun.code for kommun in catalog.kommuner[:60]]


def test_koladapy_reads_every_figure(kolada: KoladaFake, units: list[str]) -> None:
    kolada.page_size = 40
    client = KoladaAPI(base_url=kolada.v3 + "/", max_requests_per_second=1e9)
    frame = client.get_data_as_dataframe(KPIS, units, [2023, 2024])
    assert len(frame) == len(KPIS) * len(units) * 2 * 3
    total = frame.loc[(frame["kpi"] == "N03942") & (frame["municipality"] == units[-1]) & (frame["gender"] == "T")]
    assert total["value"].tolist() == [kolada.value("N03942", units[-1], year, "T") for year in (2023, 2024)]


def test_a_failing_batch_is_lost_by_koladapy_and_stops_us(
    kolada: KoladaFake, units: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = KoladaAPI(base_url=kolada.v3 + "/", max_requests_per_second=1e9)
    kolada.faults.fail, kolada.faults.fail_status = 1, 404
    once = KoladaAPI._make_request.__wrapped__  # its five attempts take a minute
    monkeypatch.setattr(KoladaAPI, "_make_request", once)
    frame = client.get_data_as_dataframe(KPIS, units, [2023, 2024])
    assert set(units) - set(frame["municipality"]) == set(units[:25])
    kolada.faults.fail = 1
    cut = boxes(KPIS, units, ["2023", "2024"])
    with Clients({"kolada": kolada.v3}, QUICK, Limits(1000, 1.0)) as clients:
        http = clients.http("kolada")
        with pytest.raises(FetchError, match="Kolada svarar 404"):
            [get_pages(http, box.path, kolada.v3) for box in cut]
