"""Skolverket's document list: tables found by number and title, ids that move, answers that are no workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.fakes.documents import LISTED, Documents, serving_documents
from uvas_stats import nulage
from uvas_stats.build.pipeline import edition_check
from uvas_stats.catalog import Catalog
from uvas_stats.cli.app import app
from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import HttpSettings
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.skolverket_documents import Document, kaa_documents
from uvas_stats.fetch.sources import Clients, file_plan
from uvas_stats.raw.files import FilePlan, fetch_files
from uvas_stats.raw.publish import Outcome
from uvas_stats.raw.snapshot import editions, read_snapshot
from uvas_stats.workspace import Workspace

QUICK = HttpSettings(connect_timeout=2, read_timeout=2, backoff=0.001, attempts=4)
WIDE = Limits(calls=10_000, seconds=1)


@pytest.fixture
def service() -> Iterator[Documents]:
    with serving_documents(Documents()) as served:
        yield served


@pytest.fixture
def clients(service: Documents) -> Iterator[Clients]:
    with Clients({"siris": service.base}, QUICK, WIDE) as made:
        yield made


def found(clients: Clients, period: str) -> dict[str, Document]:
    return {one.table: one for one in kaa_documents(clients.http("siris")) if one.period == period}


def fetch(clients: Clients, catalog: Catalog, raw: Path) -> Outcome[FilePlan]:
    plan = file_plan(clients, catalog.datasets["skolverket_kaa"], raw)
    return fetch_files(plan, raw, before=edition_check(catalog))


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("other_title", "Tabell 4A i dokumentlistan heter ”Bakgrund Nationella prov"),
        ("other_host", "Dokumentets adress är inte den väntade: //example.org"),
    ],
)
def test_a_row_that_cannot_be_trusted_is_told_and_only_its_declared_id_used(
    service: Documents, clients: Clients, fault: str, says: str
) -> None:
    setattr(service.faults, fault, True)
    left_out: list[str] = []
    documents = kaa_documents(clients.http("siris"), left_out)
    assert says in left_out[0]
    assert not any(one.listed for one in documents if one.table == "4A")


def test_a_page_with_status_200_is_no_workbook(
    service: Documents, clients: Clients, catalog: Catalog, tmp_path: Path
) -> None:
    service.faults.html = 1000
    with pytest.raises(FetchError, match="svaret är ingen arbetsbok"):
        fetch(clients, catalog, tmp_path)
    assert editions(tmp_path, "skolverket_kaa") == []


def test_a_document_that_is_gone_is_told(
    service: Documents, clients: Clients, catalog: Catalog, tmp_path: Path
) -> None:
    service.faults.not_found = 1
    outcome = fetch(clients, catalog, tmp_path)
    assert [line.endswith(" hämtades inte: Dokumentet svarar 404.") for line in outcome.notes] == [True]
    service.faults.not_found = 3
    again = fetch(clients, catalog, tmp_path)
    assert outcome.edition is not None
    lent = f"; den från utgåvan {outcome.edition.name} följer med."
    assert [line.endswith(lent) for line in again.notes] == [False, True, True]
    service.faults.not_found = 1000
    with pytest.raises(FetchError, match="Dokumentet svarar 404"):
        fetch(clients, catalog, tmp_path)
    assert len(editions(tmp_path, "skolverket_kaa")) == 1


def test_a_drifted_heading_costs_the_workbooks_that_have_it(
    service: Documents, clients: Clients, catalog: Catalog, tmp_path: Path
) -> None:
    service.faults.drifted = True
    outcome = fetch(clients, catalog, tmp_path)
    assert outcome.edition is not None
    assert all("_4A_" in told or "_4_" in told for told in outcome.notes if ".xlsx" in told)
    assert "okända rubriker ”Antal unga i kontakt" in outcome.notes[0]


def test_an_id_that_leads_to_another_table_is_left_out(
    service: Documents, clients: Clients, catalog: Catalog, tmp_path: Path
) -> None:
    service.faults.swapped = True
    outcome = fetch(clients, catalog, tmp_path)
    assert outcome.edition is not None
    assert "Bladet är tabell 4B men tabell 4A väntades" in outcome.notes[0]


@pytest.mark.slow
def test_dropped_and_cut_answers_are_asked_for_again(
    service: Documents, clients: Clients, catalog: Catalog, tmp_path: Path
) -> None:
    service.faults.dropped, service.faults.truncated, service.faults.fail = 1, 1, 1
    outcome = fetch(clients, catalog, tmp_path)
    assert outcome.edition is not None
    assert outcome.plan.calls == len(list((outcome.edition).glob("*.xlsx")))


def test_tables_are_found_by_number_however_it_is_written(clients: Clients) -> None:
    tables = found(clients, "2024/25")
    assert sorted(tables) == ["4A", "4B", "4C", "4D", "5A", "5B", "5C", "5E"]
    assert tables["4A"].id == 554191
    assert tables["5B"].id == 554197
    assert all(one.listed for one in tables.values())


def test_the_heading_of_a_group_is_carried_to_its_rows(clients: Clients) -> None:
    tables = found(clients, "2024/25")
    assert tables["4B"].title.startswith("Bakgrund Rapporterade ungdomar efter födelseår")
    assert tables["5E"].title.startswith("Åtgärder Antal avregistrerade")


def test_names_are_written_with_percent_signs(service: Documents, clients: Clients) -> None:
    kaa_documents(clients.http("siris"))
    lists = [path for path in service.log if "/lasar/" in path or "/dokument/" in path]
    assert len(lists) == 1 + len(LISTED)
    assert all("pOmrade=Kommunernas%20aktivitetsansvar" in path for path in lists)
    assert "pStatomr=Kommunernas%20aktivitetsansvar" in lists[0]


def test_the_newest_version_of_a_file_is_taken(service: Documents, clients: Clients) -> None:
    service.faults.newer = True
    assert found(clients, "2024/25")["4A"].id == 559999


def test_a_table_that_the_list_lacks_is_fetched_by_its_declared_id(service: Documents, clients: Clients) -> None:
    service.faults.without = ("4A",)
    one = found(clients, "2024/25")["4A"]
    assert (one.id, one.listed) == (554191, False)


def test_a_period_that_the_list_lacks_is_fetched_by_its_declared_ids(clients: Clients) -> None:
    tables = found(clients, "2018/19")
    assert {name: (one.id, one.listed) for name, one in tables.items()} == {
        "4": (549387, False),
        "5": (549388, False),
    }


@pytest.mark.parametrize("fault", ["list_fails", "list_html"])
def test_without_the_list_the_declared_ids_are_all_there_is(
    service: Documents, clients: Clients, catalog: Catalog, tmp_path: Path, fault: str
) -> None:
    setattr(service.faults, fault, True)
    assert not any(one.listed for one in kaa_documents(clients.http("siris")))
    note = file_plan(clients, catalog.datasets["skolverket_kaa"], tmp_path).note
    assert "Hämtade med sparat id, inte ur dokumentlistan: 4A 2024/25" in note


def test_tables_that_are_not_read_and_calendar_years_are_not_fetched(clients: Clients) -> None:
    documents = kaa_documents(clients.http("siris"))
    assert not any(one.table == "5D" for one in documents)
    assert not any(one.period == "2016" for one in documents)
    assert documents[0].period == "2024/25"


def test_the_files_become_one_edition_and_unchanged_ones_none(
    clients: Clients, catalog: Catalog, tmp_path: Path
) -> None:
    outcome = fetch(clients, catalog, tmp_path)
    assert outcome.edition is not None
    snapshot = read_snapshot(outcome.edition)
    asked = {file.name: file.query for file in snapshot.files}
    assert asked["kaa_2024-25_4A_554191.xlsx"] == "tabell=4A;period=2024/25"
    assert "kaa_2019H2_tackning_549958.xlsx" in asked


def test_from_the_service_to_the_report(
    service: Documents, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace.root)
    monkeypatch.setattr("uvas_stats.fetch.sources.Limits", lambda **_: WIDE)
    run = CliRunner().invoke(app, ["fetch", "kaa", "--base-url", f"siris={service.base}"])
    assert run.exit_code == 0, run.output
    assert "skolverket_kaa: utgåva" in run.output
    n = nulage("storuman", workspace=workspace.root)
    chapter = next(one for one in n.chapters() if one.heading == "Kommunala aktivitetsansvaret")
    assert [part.about.id for part in chapter.parts] == [
        "utveckling_kolada_kaa_16_20_share_pct",
        "kaa_kaa_school_year_share_pct_24",
        "kaa_sysselsattning_kaa_school_year_occupation_pct",
        "kaa_in_och_ut",
    ]
