"""The commands that ask the services, against the fake."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result
from urllib3.util import connection

from tests.fakes.kolada import KoladaFake
from tests.fakes.server import Fake
from tests.fakes.siris import SirisFake, serving_siris
from tests.fakes.tables import FakeTable
from tests.fakes.web import serving
from uvas_stats.build import pipeline
from uvas_stats.catalog.sources import load_kolada_kpis
from uvas_stats.cli.app import app
from uvas_stats.cli.listing import sources
from uvas_stats.errors import FetchError, UnknownNameError, UvasStatsError, WorkspaceError
from uvas_stats.fetch.adhoc import parse_query, parse_selects
from uvas_stats.fetch.limits import Limits
from uvas_stats.observations.contract import select
from uvas_stats.observations.store import read_observations
from uvas_stats.raw.rejected import rejected_folders, rejection
from uvas_stats.raw.snapshot import editions


@pytest.fixture
def run(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    fake.calls = 1000
    monkeypatch.setenv("UVAS_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("UVAS_BASE_URL", f"scb={fake.v2} scb_v1={fake.v1}")

    def call(*arguments: str) -> Result:
        result = CliRunner().invoke(app, [*arguments])
        if isinstance(result.exception, UvasStatsError):
            raise result.exception
        return result

    return call


def plain(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output.replace("\u202f", " ")


def test_a_dry_run_says_what_is_new_and_what_it_takes_without_fetching(fake: Fake, run) -> None:  # type: ignore[no-untyped-def]
    fake.max_cells = 20_000
    text = plain(run("fetch", "scb", "--dry-run"))
    assert "scb_bas: 107 712 celler, 6 anrop, minst 0 s" in text
    assert "TAB6260: ny, nytt: 2020M01–2021M12 (24 perioder)" in text
    assert "scb_population" in text
    assert fake.data_calls == []


def test_a_fetch_and_then_again(fake: Fake, run) -> None:  # type: ignore[no-untyped-def]
    assert "scb_eligibility: utgåva 2024-05-06T0600, 1 anrop" in plain(run("fetch", "scb_eligibility"))
    assert "scb_eligibility: oförändrad" in plain(run("fetch", "scb_eligibility"))
    assert "oförändrad" in plain(run("fetch", "--dry-run", "scb_eligibility"))
    assert len(fake.data_calls) == 1


def test_an_address_on_the_command_line_goes_before_the_environment(  # type: ignore[no-untyped-def]
    fake: Fake, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UVAS_BASE_URL", "scb=http://127.0.0.1:1/api/v2")
    assert "TAB5557" in plain(run("search", "folkmängden", "2025", "--base-url", f"scb={fake.v2}"))


def test_search_and_table_show_what_an_analyst_needs(run) -> None:  # type: ignore[no-untyped-def]
    text = plain(run("search", "varken", "kommun"))
    assert "TAB4930" in text
    assert "[2019–2023]" in text
    assert "Inga träffar" in plain(run("search", "befolk"))
    text = plain(run("table", "TAB6260"))
    assert "Alder  ålder: 8 värden, måste väljas" in text
    assert "kodlista vs_RegionKommun07EjAggr" in text
    assert "slumpmässigt brus" in text
    text = plain(run("table", "AA/AA0003/AA0003H/IntGr8Kom2", "--source", "scb_v1"))
    assert "Bakgrund" in text


def test_any_table_comes_in_as_observations(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wanted = ["Region=0114,00", "GruppA=a,T", "GruppB=*", "ContentsCode=AA1", "Tid=TOP(2)"]
    options = [part for text in wanted for part in ("--select", text)]
    assert "8 uppgifter" not in plain(run("fetch", "scb:TAB1", *options, "--dry-run"))
    assert "16 uppgifter" in plain(run("fetch", "scb:TAB1", *options))
    frame = select(read_observations(tmp_path / "data" / "processed" / "scb_tab1"))
    assert set(frame["region_code"]) == {"00", "0114"}
    assert set(frame["period"]) == {"2023", "2024"}
    assert set(frame["measure"]) == {"scb_tab1_aa1_count"}
    assert set(frame["category"]) == {"a / x", "a / y", "T / x", "T / y"}
    assert set(frame["breakdown"]) == {"grupp_x_grupp"}
    again = plain(run("fetch", "scb:TAB1", *options))
    assert "oförändrad" in again
    assert "16 uppgifter" in again


def test_the_zeros_of_small_areas_before_they_existed_are_as_published(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wanted = ["--select", "Region=*", "--select", "ContentsCode=BE1", "--select", "Tid=*"]
    assert "9 uppgifter" in plain(run("fetch", "scb:TAB3", *wanted))
    frame = select(read_observations(tmp_path / "data" / "processed" / "scb_tab3"))
    new = frame.loc[frame["category"] == "0114C1010_DeSO2025"]
    assert new["value"].tolist() == [0, 0, 9]  # which zero is none is not guessed at
    assert set(new["region_code"]) == {"00"}  # an area that the contract has no code for is a category


def test_what_is_fetched_by_its_id_is_among_the_sources(run) -> None:  # type: ignore[no-untyped-def]
    run("fetch", "scb:TAB2", "--select", "Region=00", "--select", "ContentsCode=AM1", "--select", "Tid=*")
    assert "scb_tab2" in sources()


def test_a_table_by_quarter_comes_in_with_its_quarters(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wanted = ["--select", "Region=00", "--select", "ContentsCode=AM1", "--select", "Tid=TOP(3)"]
    assert "3 uppgifter" in plain(run("fetch", "scb:TAB2", *wanted))
    frame = select(read_observations(tmp_path / "data" / "processed" / "scb_tab2"))
    assert frame["period"].tolist() == ["2024Q2", "2024Q3", "2024Q4"]
    assert frame["period_end"].dt.strftime("%Y-%m-%d").tolist() == ["2024-06-30", "2024-09-30", "2024-12-31"]


def test_a_table_of_a_database_that_has_version_1_only(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wanted = ["--select", "GruppB=x", "--select", "ContentsCode=AA1", "--select", "Tid=TOP(3)"]
    assert "3 uppgifter" in plain(run("fetch", "scb_v1:AA/AA0001/Liten", *wanted))
    frame = select(read_observations(tmp_path / "data" / "processed" / "scb_v1_aa_aa0001_liten"))
    assert frame["period"].tolist() == ["2022", "2023", "2024"]
    assert set(frame["region_code"]) == {"00"}


def test_nothing_heavy_is_loaded_until_a_command_runs() -> None:
    import subprocess
    import sys

    heavy = "{'pandas', 'numpy', 'requests', 'pyarrow'}"
    code = f"import sys, uvas_stats.cli.app; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def query_1() -> dict[str, object]:
    def item(code: str, *values: str, kind: str = "item") -> dict[str, object]:
        return {"code": code, "selection": {"filter": kind, "values": list(values)}}

    return {
        "query": [
            item("Region", "0114", kind="vs:RegionKommun07EjAggr"),
            item("Alder", "15-19", "20-24", kind="agg:Ålder5år"),
            item("ContentsCode", "BE0101N1"),
            item("Tid", "2", kind="top"),
        ],
        "response": {"format": "px"},
    }


def query_2() -> dict[str, object]:
    return {
        "selection": [
            {"variableCode": "Region", "valueCodes": ["0114"], "codelist": "vs_RegionKommun07EjAggr"},
            {"variableCode": "Alder", "valueCodes": ["15-19", "20-24"], "codelist": "agg_Ålder5år"},
            {"variableCode": "ContentsCode", "valueCodes": ["BE0101N1"]},
            {"variableCode": "Tid", "valueCodes": ["TOP(2)"]},
        ]
    }


@pytest.mark.parametrize("query", [query_1(), query_2()], ids=["version 1", "version 2"])
def test_a_pasted_query_of_either_version_gives_the_same_figures(  # type: ignore[no-untyped-def]
    fake: Fake, run, tmp_path: Path, query: dict[str, object]
) -> None:
    path = tmp_path / "fråga.json"
    path.write_text(json.dumps(query), encoding="utf-8-sig")
    assert "4 uppgifter" in plain(run("fetch", "scb:TAB638", "--query", str(path)))
    frame = select(read_observations(tmp_path / "data" / "processed" / "scb_tab638"))
    assert frame["age_group"].tolist() == ["15-19", "20-24", "15-19", "20-24"]
    table = fake.tables["TAB638"]
    ages = [[[table.variables[2].position(str(age)) for age in range(first, first + 5)]] for first in (15, 20)]
    for row, age in zip(frame.itertuples(), ages * 2, strict=True):
        year = table.variables[5].position(row.period)
        places = [[[table.variables[0].position("0114")]], [[0, 1, 2, 3]], age, [[0, 1]], [[0]], [[year]]]
        assert row.value == table.cells(places)[0][0]


def test_the_recorded_query_of_scbs_site_is_read(shared: Path) -> None:
    selection = parse_query(shared / "data" / "scb" / "v1_query_popsize.json")
    assert len(selection.values["Region"]) == 49
    assert selection.codelists["Region"] == "vs_RegionKommun07"
    assert selection.values["Tid"] == ["2019"]


@pytest.mark.parametrize("text", ["Region", "=0180", "Region="])
def test_a_selection_that_cannot_be_read_says_so(text: str) -> None:
    with pytest.raises(FetchError, match="går inte att läsa"):
        parse_selects([text])


@pytest.mark.parametrize("content", ["[]", "{}", '{"query": 1}', '{"selection": [{}]}', "inte json"])
def test_a_file_that_is_no_query_says_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "q.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FetchError, match="ingen fråga"):
        parse_query(path)


def test_wrong_use_is_exit_2(run) -> None:  # type: ignore[no-untyped-def]
    assert run("fetch", "scb_bas", "--select", "Region=00").exit_code == 2
    assert run("fetch", "scb:TAB1", "scb:TAB638").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("fetch", "scb_bass"), "Närmast: scb_bas"),
        (("fetch", "sbc:TAB1"), "Källan ”sbc” finns inte"),
        (("fetch", "scb:TAB1", "--select", "Tid=2024"), "Variabeln måste väljas .*GruppB"),
        (("fetch", "scb:TAB1", "--select", "Grupp=1"), "Variablerna är Region, GruppA"),
        (
            ("fetch", "scb:TAB1", "--select", "GruppB=z", "--select", "ContentsCode=*"),
            "”z” finns inte .*TAB1, GruppB",
        ),
        (("table", "TAB404"), "Tabellen finns inte"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(run, arguments: tuple[str, ...], says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UvasStatsError, match=says) as caught:
        run(*arguments)
    assert "\n" not in str(caught.value)


@pytest.fixture
def siris(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SirisFake]:
    """Give Skolverket's export API, and nothing else."""
    with serving_siris(SirisFake()) as served:
        monkeypatch.setenv("UVAS_WORKSPACE", str(tmp_path))
        monkeypatch.setenv("UVAS_BASE_URL", f"siris={served.url}")
        monkeypatch.setattr("uvas_stats.fetch.sources.Limits", lambda **_: Limits(calls=10_000, seconds=1.0))
        yield served


def test_a_source_that_has_drifted_does_not_stop_the_others(siris: SirisFake) -> None:
    siris.reports = [one for one in siris.reports if one.id in ("53", "91", "58")]
    result = CliRunner().invoke(app, ["fetch", "siris_leavers", "siris_pupils", "siris_completion"])
    assert result.exit_code == 1
    assert "Fel: siris_leavers: " in result.output
    assert "siris_pupils: utgåva" in result.output
    assert "siris_completion: utgåva" in result.output
    assert result.output.endswith(
        "1 av 3 datamängder hämtades inte: siris_leavers\nVad som är fel säger: uvas doctor\n"
    )


def test_one_that_fails_alone_is_the_error_itself(siris: SirisFake) -> None:
    siris.reports = [one for one in siris.reports if one.id != "58"]
    error = CliRunner().invoke(app, ["fetch", "siris_pupils"]).exception
    assert isinstance(error, FetchError)
    assert str(error).endswith("Kontrollera numret i siris_reports.toml. Vad som är fel säger: uvas doctor.")


def test_without_a_network_it_is_said_once_and_in_seconds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(connection.socket, "getaddrinfo", nowhere)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("UVAS_WORKSPACE", str(tmp_path))
    monkeypatch.delenv("UVAS_BASE_URL", raising=False)
    began = time.monotonic()
    result = CliRunner().invoke(app, ["fetch"])
    assert time.monotonic() - began < 10
    assert str(result.exception) == (
        "Ingen nätförbindelse (https://statistikdatabasen.scb.se/api/v2 och "
        "https://statistikdatabasen.skolverket.se/PxWeb/api/v1/sv/Skolverkets_statistikdatabas). Kontrollera nät "
        "och proxy; vad som är fel säger: uvas doctor."
    )
    assert result.output == (
        "Fel: scb_population: Tjänsten går inte att nå: namnet statistikdatabasen.scb.se går inte att slå upp "
        "(https://statistikdatabasen.scb.se/api/v2). Kontrollera nätförbindelsen.\n"
    )


def test_a_folder_that_cannot_be_written_is_one_line_before_anything_is_asked_for(
    siris: SirisFake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(**_: object) -> None:
        raise PermissionError(13, "denied")

    monkeypatch.setattr("tempfile.TemporaryFile", denied)
    error = CliRunner().invoke(app, ["fetch"]).exception
    assert isinstance(error, WorkspaceError)
    assert str(error) == (
        f"Skrivning nekades ({tmp_path / 'data' / 'raw'}). Stäng filen om den är öppen i ett annat program, "
        "eller välj en annan mapp."
    )
    assert siris.log == []


def test_a_source_that_is_away_is_told_of_once_and_stops_no_other(
    siris: SirisFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UVAS_BASE_URL", f"siris={siris.url} scb=http://127.0.0.1:1/api/v2")
    monkeypatch.setattr("uvas_stats.fetch.http.HttpSettings.backoff", 0.001)
    result = CliRunner().invoke(app, ["fetch", "scb", "siris_pupils"])
    assert result.exit_code == 1
    assert result.output.count("Fel: ") == 1
    assert "Fel: scb_population: Tjänsten går inte att nå: ingen tar emot förbindelsen" in result.output
    assert "siris_pupils: utgåva" in result.output
    assert "5 av 6 datamängder hämtades inte" in result.output


def test_held_years_are_asked_for_only_when_it_is_said(siris: SirisFake) -> None:
    def fetch(*options: str) -> int:
        before = len(siris.files)
        result = CliRunner().invoke(app, ["fetch", "siris_eligibility", *options])
        assert result.exit_code == 0, result.output
        return len(siris.files) - before

    assert fetch("--accept") == 3  # the fake has few of the figures that come with the package
    assert fetch() == 0
    assert fetch("--again") == 3


def test_what_kolada_left_out_is_told_in_a_line_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    titles = {id_: KoladaFake().titles[id_] for id_ in ("N02797", "N03942", "N15428", "N17473")}
    gone = sum(kpi.id not in titles for kpi in load_kolada_kpis())
    with serving(KoladaFake(titles=titles, group_titles="unknown")) as kolada:
        monkeypatch.setenv("UVAS_WORKSPACE", str(tmp_path))
        monkeypatch.setenv("UVAS_BASE_URL", f"kolada={kolada.v3}")
        for outcome in ("utgåva", "oförändrad"):
            result = CliRunner().invoke(app, ["fetch", "kolada"])
            assert result.exit_code == 0, result.output
            first, kpis, groups = result.output.strip().splitlines()
            assert outcome in first
            assert kpis.startswith(
                f"  {gone} nyckeltal lämnades utanför, som Kolada inte har under väntad titel: "
            )
            assert groups.startswith("  1 jämförelsegrupp lämnades utanför: ”")
            assert groups.endswith("gäller en okänd kommun, ”Söderköpstad”.")


@pytest.mark.parametrize("fault", ["symbol", "share"])
def test_an_answer_that_cannot_be_read_is_kept_and_read_again_once_it_can(  # type: ignore[no-untyped-def]
    fake: Fake, run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with monkeypatch.context() as broken:
        if fault == "symbol":
            broken.setattr(FakeTable, "symbols", lambda *_: {0: "?!"})
        else:
            broken.setattr(fake.tables["TAB1804"], "percent", frozenset())
        with pytest.raises(UvasStatsError, match=r"läses på nytt med: uvas adopt --rejected scb_eligibility\.$"):
            run("fetch", "scb_eligibility")
        with pytest.raises(UvasStatsError, match="läses på nytt"):
            run("fetch", "scb_eligibility")
    raw = tmp_path / "data" / "raw"
    assert editions(raw, "scb_eligibility") == []
    (folder,) = rejected_folders(raw)
    assert f"avvisad hämtning i scb_eligibility/{folder.name}: {rejection(folder)}" in run("check").output
    again = run("adopt", "--rejected")
    assert again.exit_code == 1
    assert f"scb_eligibility: {folder.name} går fortfarande inte att läsa: {rejection(folder)}" in again.output
    assert "utgåva 2024-05-06T0600, 1 anrop" in plain(run("fetch", "scb_eligibility"))
    assert rejected_folders(raw) == [folder]


def test_what_can_be_read_now_becomes_an_edition_without_the_network(  # type: ignore[no-untyped-def]
    fake: Fake, run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plain(run("adopt", "--rejected")) == "Inget hämtat är avvisat.\n"
    with monkeypatch.context() as older:
        older.setattr(pipeline, "refuse_impossible", lambda *_: 1 / 0)
        with pytest.raises(UvasStatsError, match="oväntat fel: ZeroDivisionError"):
            run("fetch", "scb_eligibility")
    (folder,) = rejected_folders(tmp_path / "data" / "raw")
    copy = shutil.copytree(folder, folder.with_name(f"{folder.name}_02"))
    calls = len(fake.data_calls)
    told = plain(run("adopt", "--rejected", "scb_eligibility")).splitlines()
    assert [line for line in told if not line.startswith("  ")] == [  # the fake's figures are by chance
        f"scb_eligibility: {folder.name} är nu utgåva 2024-05-06T0600",
        f"scb_eligibility: {copy.name} är nu utgåva 2024-05-06T0600",
    ]
    assert len(fake.data_calls) == calls
    assert rejected_folders(tmp_path / "data" / "raw") == []
    assert not (tmp_path / "data" / "raw" / "scb_eligibility" / "2024-05-06T0600" / "error.txt").exists()
    assert "oförändrad" in plain(run("fetch", "scb_eligibility"))


def test_reading_again_takes_no_file_and_adopting_needs_one(run) -> None:  # type: ignore[no-untyped-def]
    assert run("adopt", "--rejected", "kaa", "fil.xlsx").exit_code == 2
    assert run("adopt", "kaa").exit_code == 2
    with pytest.raises(UnknownNameError, match="Datamängden ”kax” finns inte"):
        run("adopt", "--rejected", "kax")


def test_a_table_by_other_periods_is_refused_before_it_is_fetched(fake: Fake, run) -> None:  # type: ignore[no-untyped-def]
    table = fake.tables["TAB1"]
    weeks = ("2020-2022", "2024V01")
    fake.tables["TAB1"] = replace(
        table,
        variables=[replace(v, codes=weeks, labels=weeks) if v.time else v for v in table.variables],
    )
    chosen = [
        text
        for code in ("Region", "GruppA", "GruppB", "ContentsCode", "Tid")
        for text in ("--select", f"{code}=*")
    ]
    with pytest.raises(FetchError, match="Tabellens tid 2020-2022 är varken år, månad, kvartal, halvår eller läs"):
        run("fetch", "scb:TAB1", *chosen)
    assert fake.data_calls == []
