"""Fetching Skolverket's exports: found by title, looked at before they are kept, and only what is not held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.siris import SirisFake, serving_siris
from uvas_stats.build.pipeline import edition_check
from uvas_stats.catalog import Catalog
from uvas_stats.errors import FetchError, RawFileError, UvasStatsError
from uvas_stats.fetch import skolverket
from uvas_stats.fetch.http import HttpSettings
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.sources import Clients, file_plan
from uvas_stats.raw.files import FilePlan, fetch_files
from uvas_stats.raw.publish import Outcome
from uvas_stats.raw.snapshot import list_snapshots, verify


@pytest.fixture
def siris() -> Iterator[SirisFake]:
    with serving_siris(SirisFake()) as served:
        yield served


def clients(siris: SirisFake) -> Clients:
    settings = HttpSettings(attempts=4, backoff=0.01)
    return Clients({"siris": siris.url}, settings, Limits(calls=1000, seconds=1.0))


def fetch(
    siris: SirisFake,
    catalog: Catalog,
    raw: Path,
    dataset: str = "siris_eligibility",
    *,
    day: int = 5,
    again: bool = False,
) -> Outcome[FilePlan]:
    def now() -> dt.datetime:
        return dt.datetime(2026, 1, day, 12, tzinfo=dt.UTC)

    with clients(siris) as own:
        plan = file_plan(own, catalog.datasets[dataset], raw, again=again)
        return fetch_files(plan, raw, now=now, before=edition_check(catalog))


def test_all_published_years_become_an_edition(siris: SirisFake, catalog: Catalog, tmp_path: Path) -> None:
    outcome = fetch(siris, catalog, tmp_path)
    (snapshot,) = list_snapshots([tmp_path])
    verify(snapshot)
    assert outcome.plan.calls == 3
    assert [file.name for file in snapshot.files] == [f"behorighet_{year}.csv" for year in (2023, 2024, 2025)]
    assert "pExportID=53&pAr=2025" in snapshot.files[-1].url
    assert snapshot.licence == "CC0"
    assert "rapport 53" in snapshot.note


def test_the_registry_leads_here(siris: SirisFake, catalog: Catalog, tmp_path: Path) -> None:
    with clients(siris) as own:
        assert len(file_plan(own, catalog.datasets["siris_completion"], tmp_path).wanted) == 2


def test_a_year_that_is_not_published_is_left_out_and_said(
    siris: SirisFake, catalog: Catalog, tmp_path: Path
) -> None:
    siris.faults.unpublished = {2025}
    assert fetch(siris, catalog, tmp_path).plan.calls == 2
    (snapshot,) = list_snapshots([tmp_path])
    assert "Inte publicerat: 2025." in snapshot.note
    siris.faults.unpublished = {2023, 2024, 2025}
    with pytest.raises(FetchError, match="inte publicerat något år"):
        fetch(siris, catalog, tmp_path / "ny")
    assert not list_snapshots([tmp_path / "ny"])


def test_only_years_that_are_not_held_are_asked_for(siris: SirisFake, catalog: Catalog, tmp_path: Path) -> None:
    siris.faults.unpublished = {2025}
    fetch(siris, catalog, tmp_path)
    siris.faults.unpublished = set()
    siris.log.clear()
    outcome = fetch(siris, catalog, tmp_path, day=6)
    assert ["pAr=2025" in path for path in siris.files] == [True]
    assert outcome.plan.calls == 3
    siris.log.clear()
    assert fetch(siris, catalog, tmp_path, day=7).edition is None
    assert siris.files == []
    assert fetch(siris, catalog, tmp_path, day=8, again=True).edition is None  # the same bytes make no edition
    assert len(siris.files) == 3


@pytest.mark.parametrize("fault", ["dropped", "cut", "html", "fail"])
def test_a_fault_that_passes_is_tried_again(
    siris: SirisFake, catalog: Catalog, tmp_path: Path, fault: str
) -> None:
    setattr(siris.faults, fault, 2)
    assert fetch(siris, catalog, tmp_path).plan.calls == 3


@pytest.mark.parametrize("fault", ["dropped", "cut", "html", "fail"])
def test_a_fault_that_stays_stores_nothing(siris: SirisFake, catalog: Catalog, tmp_path: Path, fault: str) -> None:
    setattr(siris.faults, fault, 100)
    with pytest.raises(FetchError, match="svarar inte som den ska"):
        fetch(siris, catalog, tmp_path)
    assert not list_snapshots([tmp_path])


def test_what_has_been_got_before_a_fault_is_used_again(
    siris: SirisFake, catalog: Catalog, tmp_path: Path
) -> None:
    with clients(siris) as own:
        plan = file_plan(own, catalog.datasets["siris_eligibility"], tmp_path)
        first = plan.wanted[0]
        got: list[str] = []

        def get(one: object) -> bytes:
            if got:
                raise FetchError("avbrott")
            got.append(first.name)
            return plan.get(first)

        now = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
        broken = type(plan)(**{**vars(plan), "get": get})
        with pytest.raises(FetchError, match="avbrott"):
            fetch_files(broken, tmp_path, now=lambda: now)
        outcome = fetch_files(plan, tmp_path, now=lambda: now, before=edition_check(catalog))
    assert outcome.resumed == 1


def test_a_moved_id_is_found_by_title_and_said(siris: SirisFake, catalog: Catalog, tmp_path: Path) -> None:
    siris.reports[0].id = "553"
    fetch(siris, catalog, tmp_path)
    (snapshot,) = list_snapshots([tmp_path])
    assert "nummer 553 i stället för 53" in snapshot.note
    assert all("pExportID=553&" in file.url for file in snapshot.files)


def test_an_id_with_another_title_is_not_used(siris: SirisFake, catalog: Catalog, tmp_path: Path) -> None:
    siris.reports[0].title = "Elever i grundskolan"
    with pytest.raises(FetchError, match="finns inte hos Skolverket; nummer 53 är Elever i grundskolan"):
        fetch(siris, catalog, tmp_path)
    assert not list_snapshots([tmp_path])


def test_of_several_reports_the_one_that_is_not_listed_is_left_out(
    siris: SirisFake, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (report,) = skolverket.siris_reports("siris_eligibility")
    gone = replace(report, id="999", name="borta", title_words=("borta",))
    monkeypatch.setattr(skolverket, "siris_reports", lambda _: (gone, report))
    with clients(siris) as own:
        plan = file_plan(own, catalog.datasets["siris_eligibility"], tmp_path)
    assert [one.name for one in plan.wanted] == [f"behorighet_{year}.csv" for year in (2023, 2024, 2025)]
    (told,) = plan.left_out
    assert told.startswith("En rapport lämnades utanför. Rapporten ”borta” finns inte hos Skolverket")


def test_a_title_that_several_have_is_no_guess(siris: SirisFake, catalog: Catalog, tmp_path: Path) -> None:
    siris.reports[0].id = "553"
    siris.reports[2].title = siris.reports[0].title
    with pytest.raises(FetchError, match="flera gånger"):
        fetch(siris, catalog, tmp_path)


def test_a_file_about_another_year_is_refused(siris: SirisFake, catalog: Catalog, tmp_path: Path) -> None:
    siris.faults.wrong_year = True
    with pytest.raises(FetchError, match="säger 2021 men ska börja 2022"):
        fetch(siris, catalog, tmp_path)


def test_drifted_headings_and_rows_that_differ_store_nothing(
    siris: SirisFake, catalog: Catalog, tmp_path: Path
) -> None:
    siris.faults.drifted = {"Antal elever": "Antal ungdomar"}
    with pytest.raises(RawFileError, match="Okända: Antal ungdomar"):
        fetch(siris, catalog, tmp_path)
    siris.faults.drifted = {"Kommun-kod": "Kommunkod"}
    siris.faults.differing = True
    with pytest.raises(RawFileError, match="men har olika tal"):
        fetch(siris, catalog, tmp_path)
    assert not list_snapshots([tmp_path])
    siris.faults.differing = False
    assert fetch(siris, catalog, tmp_path).plan.calls == 3  # a known other name of the same column


def test_the_service_that_is_away_is_one_clear_line(catalog: Catalog, tmp_path: Path) -> None:
    with (
        Clients({"siris": "http://127.0.0.1:9"}, HttpSettings(attempts=1)) as own,
        pytest.raises(UvasStatsError) as caught,
    ):
        file_plan(own, catalog.datasets["siris_eligibility"], tmp_path)
    assert len(str(caught.value).splitlines()) == 1
