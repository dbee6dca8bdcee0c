"""Eurostat and Försäkringskassan: small sources, from the service to observations, and what stops them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.eurostat import EurostatFake
from tests.fakes.fk import FkFake
from tests.fakes.web import serving
from tests.fetch.conftest import QUICK
from uvas_stats.build.pipeline import build, edition_check
from uvas_stats.catalog import Catalog
from uvas_stats.catalog.sources import euro_names, load_euro_regions
from uvas_stats.errors import FetchError, RawFileError
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.sources import Clients, file_plan
from uvas_stats.observations.contract import select
from uvas_stats.observations.store import read_observations, read_origins
from uvas_stats.raw.files import FilePlan, fetch_files
from uvas_stats.raw.publish import Outcome
from uvas_stats.workspace import Workspace

Fetch = Callable[[str], Outcome[FilePlan]]


@pytest.fixture
def eurostat() -> Iterator[EurostatFake]:
    with serving(EurostatFake()) as served:
        yield served


@pytest.fixture
def fk() -> Iterator[FkFake]:
    with serving(FkFake()) as served:
        yield served


@pytest.fixture
def fetch(eurostat: EurostatFake, fk: FkFake, workspace: Workspace, catalog: Catalog) -> Iterator[Fetch]:
    """Give what fetches a dataset as the command does."""
    addresses = {"eurostat": eurostat.base, "forsakringskassan": fk.url}
    with Clients(addresses, QUICK, Limits(calls=1000, seconds=1.0)) as clients:

        def run(dataset: str) -> Outcome[FilePlan]:
            plan = file_plan(clients, catalog.datasets[dataset], workspace.raw)
            return fetch_files(plan, workspace.raw, before=edition_check(catalog))

        yield run


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"new_axis": True}, "citizen är en okänd indelning"),
        ({"percent": False}, "unit saknar PC"),
    ],
)
def test_a_table_of_eurostat_that_has_changed_stops_the_fetch(
    eurostat: EurostatFake, fetch: Fetch, workspace: Workspace, change: dict[str, object], message: str
) -> None:
    for name, value in change.items():
        setattr(eurostat, name, value)
    with pytest.raises(RawFileError, match=message):
        fetch("eurostat_neet")
    assert not list(workspace.raw.glob("eurostat_neet/2*"))


def test_an_area_that_is_gone_costs_its_own_figures_and_a_note(
    eurostat: EurostatFake, fk: FkFake, fetch: Fetch
) -> None:
    eurostat.lost_geo, fk.lost_lan = "SE23", "14"
    assert any(line.endswith("Eurostat har inga uppgifter om SE23.") for line in fetch("eurostat_neet").notes)
    told = fetch("fk_activity_compensation").notes
    assert told[0] == "december_2003.json: Rader saknas: 14 men, 14 total, 14 women."


@pytest.mark.parametrize("flag", ["s", "y"])
def test_a_flag_on_a_number_of_eurostats_costs_no_figure(eurostat: EurostatFake, fetch: Fetch, flag: str) -> None:
    eurostat.flags = {("SE", "2020"): flag}
    told = () if flag == "s" else ("flaggan ”y” är okänd; det den står vid är kvar som det är.",)
    assert tuple(text.partition(": ")[2] for text in fetch("eurostat_neet").notes) == told


def test_an_age_that_eurostat_refuses_costs_that_age_only(eurostat: EurostatFake, fetch: Fetch) -> None:
    eurostat.refused_age = "Y20-24"
    outcome = fetch("eurostat_neet")
    assert outcome.made == 6
    assert [text.partition(" hämtades inte: ")[0] for text in outcome.notes] == [
        "edat_lfse_20_Y20-24.json",
        "edat_lfse_22_Y20-24.json",
    ]


def test_numbers_of_forsakringskassan_may_be_text(fk: FkFake, fetch: Fetch) -> None:
    fk.text_value = "4"
    assert fetch("fk_activity_compensation").edition is not None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lost_lan": "ALL"}, "Rader saknas: 00 men"),
        ({"wrong_month": True}, "En rad gäller 2003-11"),
        ({"text_value": "x"}, "”x” är inte ett tal"),
    ],
)
def test_a_table_of_forsakringskassan_that_has_changed_stops_the_fetch(
    fk: FkFake, fetch: Fetch, workspace: Workspace, change: dict[str, object], message: str
) -> None:
    for name, value in change.items():
        setattr(fk, name, value)
    with pytest.raises(RawFileError, match=message):
        fetch("fk_activity_compensation")
    assert not list(workspace.raw.glob("fk_activity_compensation/2*"))


@pytest.mark.parametrize("fault", ["fail", "html", "not_json", "truncated", "dropped"])
@pytest.mark.parametrize("dataset", ["eurostat_neet", "fk_activity_compensation"])
def test_a_fault_that_stays_fails_the_fetch_and_one_that_passes_does_not(
    eurostat: EurostatFake, fk: FkFake, fetch: Fetch, workspace: Workspace, fault: str, dataset: str
) -> None:
    for faults in (eurostat.faults, fk.faults):
        setattr(faults, fault, 1000)
    with pytest.raises(FetchError, match="Tjänsten svarar inte som den ska"):
        fetch(dataset)
    assert not list(workspace.raw.glob(f"{dataset}/2*"))
    for faults in (eurostat.faults, fk.faults):
        setattr(faults, fault, 2)
        faults.bom, faults.burst_429, faults.retry_after = True, 1, "0"
    assert fetch(dataset).edition is not None
    assert fetch(dataset).edition is None


def test_a_table_that_is_gone_is_told(eurostat: EurostatFake, catalog: Catalog, workspace: Workspace) -> None:
    with Clients({"eurostat": f"{eurostat.url}/other"}, QUICK) as clients:
        plan = file_plan(clients, catalog.datasets["eurostat_neet"], workspace.raw)
        with pytest.raises(FetchError, match="Eurostat svarar 404"):
            fetch_files(plan, workspace.raw)


def test_neet_is_read_for_countries_and_regions(
    eurostat: EurostatFake, fetch: Fetch, workspace: Workspace
) -> None:
    fetch("eurostat_neet")
    build(workspace)
    rows = select(read_observations(workspace.processed), dataset="eurostat_neet")
    assert set(rows["region_code"]) == set(euro_names())
    assert set(rows["measure"]) == {f"neet_{age}_share_pct" for age in ("15_24", "15_29", "18_24", "20_24")}
    for code, sex, letter in (("SE", "total", "T"), ("SE23", "women", "F"), ("DK", "men", "M")):
        one = select(rows, region_code=code, sex=sex, measure="neet_15_29_share_pct", period="2024")
        assert one["value"].tolist() == [eurostat.value(code, letter, "Y15-29", "2024")]
        assert one["age_group"].tolist() == ["15-29"]
    gap = select(rows, region_code="IS", period="2025")
    assert (set(gap["status"]), gap["value"].isna().all()) == ({"not_available"}, True)
    assert set(select(rows, region_code="SE", period="2025")["status"]) == {"provisional"}
    assert set(select(rows, region_code="SE", period="2021")["status"]) == {"ok"}


def test_neet_and_uvas_are_measures_of_their_own(catalog: Catalog) -> None:
    neet = [measure for id_, measure in catalog.measures.items() if id_.startswith("neet_")]
    assert len(neet) == 4
    for measure in neet:
        assert measure.dataset == "eurostat_neet"
        assert any("inte UVAS" in caution for caution in measure.cautions)
        assert [item.at for item in catalog.breaks_of(measure.id)] == ["2021"]


def test_every_european_area_has_a_name_of_its_own() -> None:
    names = [one.name for one in load_euro_regions()]
    assert len(set(names)) == len(names)
    assert sum(one.kind == "nuts2" and one.country == "SE" for one in load_euro_regions()) == 8


@pytest.mark.parametrize("change", [{}, {"month_name": "man"}, {"wrapped": True}])
def test_activity_compensation_is_read_and_what_is_hidden_stays_so(
    fk: FkFake, fetch: Fetch, workspace: Workspace, change: dict[str, object]
) -> None:
    for name, value in change.items():
        setattr(fk, name, value)
    fetch("fk_activity_compensation")
    build(workspace)
    rows = select(read_observations(workspace.processed), measure="fk_activity_compensation_count")
    assert len(set(rows["region_code"])) == 22
    one = select(rows, region_code="21", period="2024-12", sex="women")
    assert one["value"].tolist() == [fk.value("2024", "21", "K")]
    hidden = select(rows, region_code="09")
    assert (set(hidden["status"]), hidden["value"].isna().all()) == ({"suppressed"}, True)
    riket = select(rows, region_code="00", period="2003-12", sex="total")
    assert riket["value"].tolist() == [fk.value("2003", "ALL", "ALL")]


def test_years_that_are_not_published_are_empty_and_a_hole_is_told(
    fk: FkFake, fetch: Fetch, workspace: Workspace
) -> None:
    last = str(dt.datetime.now(dt.UTC).year - 1)
    fk.empty = ("2003", "2004", "2010", last)
    hole = "december_2010.json: Försäkringskassan gav inga uppgifter om året."
    assert fetch("fk_activity_compensation").notes == (hole,)
    build(workspace)
    years = select(read_observations(workspace.processed), dataset="fk_activity_compensation")["period"]
    assert (years.min(), years.max()) == ("2005-12", f"{int(last) - 1}-12")
    told = [name for name, file in read_origins(workspace.processed)["files"].items() if "empty" in str(file)]
    assert [name[-9:-5] for name in told] == ["2003", "2004", "2010", last]
    fk.empty = tuple(str(year) for year in range(2003, int(last) + 1))
    with pytest.raises(RawFileError, match="gav inga uppgifter"):
        fetch("fk_activity_compensation")


def test_only_declared_tables_are_read(tmp_path: Path, catalog: Catalog) -> None:
    from uvas_stats.clean.forsakringskassan import read_forsakringskassan
    from uvas_stats.clean.readers import READERS

    (tmp_path / "other.json").write_text(
        '{"class": "dataset", "id": [], "size": [], "value": [1], "dimension": {}}'
    )
    with pytest.raises(RawFileError, match="inte deklarerad"):
        READERS["eurostat"](tmp_path / "other.json", catalog)
    for content in ("[]", "[1]", "{", '{"data": [{"dimensions": {}}]}'):
        (tmp_path / "december_2024.json").write_text(content, encoding="utf-8")
        with pytest.raises(RawFileError, match="Försäkringskassan"):
            read_forsakringskassan(tmp_path / "december_2024.json", catalog)
