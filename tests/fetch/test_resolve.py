"""Declared tables against what the service has: drift is reported with both sets, never guessed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.server import Fake
from tests.fakes.tables import Var, contents_var, plain_var
from uvas_stats.catalog.pxweb import PxTable, tables_of
from uvas_stats.clean.pxweb import read_pxweb
from uvas_stats.errors import FetchError
from uvas_stats.fetch.pxclient import PxClient
from uvas_stats.fetch.resolve import DriftError, Resolved, expand, make_query, resolve
from uvas_stats.fetch.run import fetch_dataset
from uvas_stats.fetch.sources import Clients
from uvas_stats.observations.contract import select


def declared(dataset: str, at: int = 0) -> PxTable:
    return tables_of(dataset)[at]


def swap(fake: Fake, table_id: str, code: str, **changes: object) -> None:
    """Change one variable of a table at the service."""
    table = fake.tables[table_id]
    table.variables = [
        Var(**{**item.__dict__, **changes}) if item.code == code else item  # type: ignore[arg-type]
        for item in table.variables
    ]


def test_the_declared_tables_of_scb_are_found_as_declared(scb: PxClient) -> None:
    for dataset in ("scb_population", "scb_bas", "scb_neither_lan", "scb_neither_kommun", "scb_eligibility"):
        for table in tables_of(dataset):
            found = resolve(scb, table)
            assert set(found.query.codes) == {item.code for item in table.dimensions if not item.omit}


def test_a_table_without_a_known_id_is_found_by_its_title_and_checked(scb: PxClient) -> None:
    found = resolve(scb, declared("scb_neither_kommun"))
    assert found.table.id == "TAB4930"
    assert found.meaning["ContentsCode"]["0000018R"] == "scb_kommun_neither_16_19_share_pct"
    assert found.meaning["Bakgrund"] == {"SAMT": ""}


def test_words_that_begin_a_word_find_nothing_at_the_service(scb: PxClient) -> None:
    assert list(scb.search("varken* studerande* kommun*")) == []
    assert "TAB4930" in [hit.id for hit in scb.search("varken studerande kommun")]


def test_where_no_search_finds_it_all_tables_are_looked_at(
    quick: Fake, scb: PxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fakes.px2._matches", lambda *_: False)
    monkeypatch.setattr("uvas_stats.fetch.pxweb.PAGE_SIZE", 5)
    assert resolve(scb, declared("scb_neither_kommun")).table.id == "TAB4930"
    asked = [path for _, _, path, _ in quick.log if "/tables?" in path]
    assert [("query=" in path) for path in asked[:4]] == [True, True, True, False]


BACKGROUND = {
    "1": "samtliga 16\u201319 år",
    "2": "samtliga 20–64 år",
    "3": "utrikes födda 20–64 år",
    "4": "män 20–64 år",
}


def test_ages_and_total_are_taken_from_bakgrund_where_they_stand_there(
    quick: Fake, clients: Clients, tmp_path: Path
) -> None:
    table = quick.tables["TAB4930"]
    contents = contents_var(
        {"A": "Andel studerande, procent", "B": "Andel som varken arbetar eller studerar"}, "procent"
    )
    table.variables = [
        table.variables[0],
        plain_var("Bakgrund", "bakgrund", BACKGROUND),
        contents,
        table.variables[3],
    ]
    outcome = fetch_dataset(clients, "scb_neither_kommun", tables_of("scb_neither_kommun"), tmp_path)
    assert outcome.edition is not None
    frame = read_pxweb(outcome.edition)
    assert set(frame["measure"]) == {"scb_kommun_neither_16_19_share_pct", "scb_kommun_neither_20_64_share_pct"}
    assert set(frame["age_group"]) == {"16-19", "20-64"}
    assert frame["breakdown"].isna().all()
    year = table.variables[3].codes[0]
    row = select(frame, measure="scb_kommun_neither_20_64_share_pct", region_code="0114", period=year).iloc[0]
    places = [[[table.variables[0].position("0114")]], [[1]], [[1]], [[0]]]
    assert row["value"] == table.cells(places)[0][0]
    (line,) = outcome.plan.tables[0].resolved.left_out
    assert line == (
        "scb_kommun_neither_20_25_share_pct lämnades utanför: ”samtliga…20…25” finns inte "
        "bland etiketterna (TAB4930, Bakgrund)."
    )
    assert line in (outcome.edition / "origin.toml").read_text(encoding="utf-8")


def test_a_wording_with_another_hyphen_is_the_same_wording(quick: Fake, scb: PxClient) -> None:
    quick.faults.hyphens = True
    assert (
        resolve(scb, declared("scb_neither_lan")).meaning["ContentsCode"]["0000018S"].endswith("20_25_share_pct")
    )


def test_labels_in_another_language_change_nothing_where_codes_are_declared(quick: Fake, scb: PxClient) -> None:
    before = [resolve(scb, table).query for name in ("scb_population", "scb_bas") for table in tables_of(name)]
    quick.faults.english = True
    after = [resolve(scb, table).query for name in ("scb_population", "scb_bas") for table in tables_of(name)]
    assert after == before


def test_labels_in_another_language_stop_a_table_whose_contents_are_known_by_label(
    quick: Fake, scb: PxClient
) -> None:
    quick.faults.english = True
    with pytest.raises(DriftError, match=r"Deklarerat: andel studerande.*In English"):
        resolve(scb, declared("scb_neither_lan"))


def test_a_last_period_in_the_list_that_stopped_is_not_believed(quick: Fake, scb: PxClient) -> None:
    quick.faults.frozen = True
    assert resolve(scb, declared("scb_bas")).query.codes["Tid"][-1] == "2021M12"


def test_a_table_that_has_moved_names_where_it_may_be(quick: Fake, scb: PxClient) -> None:
    moved = quick.tables.pop("TAB1804")
    moved.id = "TAB7777"
    quick.tables["TAB7777"] = moved
    with pytest.raises(DriftError, match=r"TAB1804 behörig.*Hos tjänsten: TAB7777"):
        resolve(scb, declared("scb_eligibility"))


def test_two_tables_with_the_title_are_not_chosen_between(quick: Fake, scb: PxClient) -> None:
    twin = replace(quick.tables["TAB4930"], id="TAB4929")
    quick.tables["TAB4929"] = twin
    with pytest.raises(DriftError, match=r"Flera tabeller.*TAB4930.*TAB4929"):
        resolve(scb, declared("scb_neither_kommun"))
    twin.discontinued = True
    assert resolve(scb, declared("scb_neither_kommun")).table.id == "TAB4930"


def test_another_title_under_the_id_is_drift(quick: Fake, scb: PxClient) -> None:
    quick.tables["TAB1804"].title = "Antal företag efter kommun"
    with pytest.raises(DriftError, match=r"titel är en annan.*Antal företag"):
        resolve(scb, declared("scb_eligibility"))


def test_a_code_that_is_gone_is_drift_with_both_lists(quick: Fake, scb: PxClient) -> None:
    swap(quick, "TAB6260", "Fodelseregion", codes=("alla", "in", "ut"), total="alla")
    with pytest.raises(DriftError, match=r"tot finns inte längre.*Deklarerat: tot.*tjänsten: alla, in"):
        resolve(scb, declared("scb_bas"))


def test_a_lost_measure_is_left_out_and_told(quick: Fake, scb: PxClient) -> None:
    swap(quick, "TAB6260", "ContentsCode", codes=("000006XX", *quick.tables["TAB6260"].variables[4].codes[1:]))
    found = resolve(scb, declared("scb_bas"))
    assert found.left_out == ("Koderna 000006HI finns inte längre och lämnades utanför (TAB6260, ContentsCode).",)
    assert len(found.query.codes["ContentsCode"]) == 10


def test_a_lost_age_is_left_out_and_told(quick: Fake, scb: PxClient) -> None:
    swap(
        quick, "TAB6260", "Alder", codes=("15-19", "16-18", "20-24", "25-29", "060-64", "15-74", "16-64", "20-65")
    )
    found = resolve(scb, declared("scb_bas"))
    assert found.left_out == ("Koderna 16-19 finns inte längre och lämnades utanför (TAB6260, Alder).",)
    assert found.query.codes["Alder"] == ("20-24", "25-29", "20-65")


def test_a_new_variable_is_drift_with_both_lists(quick: Fake, scb: PxClient) -> None:
    quick.tables["TAB1804"].variables.append(Var("Skolform", "skolform", ("1",), ("grundskola",), (1,), True))
    with pytest.raises(DriftError, match=r"variabler är andra.*Hos tjänsten: .*Skolform"):
        resolve(scb, declared("scb_eligibility"))


def test_a_label_that_no_code_has_is_drift(quick: Fake, scb: PxClient) -> None:
    swap(quick, "TAB1804", "ContentsCode", labels=("Andel med examen", "Andel behöriga till högskola, procent"))
    with pytest.raises(DriftError, match=r"behöriga till gymnasium.*passar 0 koder.*Andel med examen"):
        resolve(scb, declared("scb_eligibility"))


def test_drift_stops_the_fetch_before_anything_is_written(quick: Fake, clients: Clients, tmp_path: Path) -> None:
    from uvas_stats.raw.snapshot import editions

    quick.tables["TAB5557"].title = "Något annat"
    with pytest.raises(DriftError):
        fetch_dataset(clients, "scb_population", tables_of("scb_population"), tmp_path)
    assert quick.data_calls == []
    assert editions(tmp_path, "scb_population") == []


def test_optional_codes_are_taken_where_the_table_has_them(quick: Fake, scb: PxClient) -> None:
    def ages(found: Resolved) -> set[str]:
        return set(found.query.codes["Alder"])

    with_band = resolve(scb, declared("scb_population", 1))
    assert "25-29" in ages(with_band)
    keep = [at for at, code in enumerate(quick.tables["TAB5557"].variables[2].codes) if code != "25-29"]
    variable = quick.tables["TAB5557"].variables[2]
    parts = {name: tuple(getattr(variable, name)[at] for at in keep) for name in ("codes", "labels", "weights")}
    swap(quick, "TAB5557", "Alder", **parts)
    assert ages(resolve(scb, declared("scb_population", 1))) == ages(with_band) - {"25-29"}


def test_the_old_population_table_is_asked_without_civil_status(quick: Fake, scb: PxClient) -> None:
    assert "Civilstand" not in resolve(scb, declared("scb_population")).query.codes
    assert resolve(scb, declared("scb_population", 1)).query.codes["Civilstand"] == ("SC",)


def test_version_1_is_read_through_the_path(scb1: PxClient) -> None:
    found = resolve(scb1, declared("scb_eligibility"), "pxweb1")
    assert found.table.id == "AA/AA0003/AA0003H/IntGr8Kom2"
    assert found.table.updated == "2024-05-06T06:00:00"


CODES = ("00", "01", "0114", "0180", "ÄN", "100+")
TIMES = ("2021", "2022", "2023", "2024")


@pytest.mark.parametrize(
    ("expressions", "wanted"),
    [
        (["*"], CODES),
        (["01*"], ("01", "0114", "0180")),
        (["*0"], ("00", "0180")),
        (["*1*"], ("01", "0114", "0180", "100+")),
        (["????"], ("0114", "0180", "100+")),
        (["än"], ("ÄN",)),
        (["0180", "00", "0180"], ("00", "0180")),
        (["TOP(2)"], ("00", "01")),
        (["BOTTOM(2)"], ("ÄN", "100+")),
        (["100+"], ("100+",)),
    ],
)
def test_expressions_give_codes_in_the_tables_order(expressions: list[str], wanted: tuple[str, ...]) -> None:
    assert expand(expressions, CODES) == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("TOP(2)", ("2023", "2024")),
        ("TOP(2,1)", ("2022", "2023")),
        ("BOTTOM(1)", ("2021",)),
        ("FROM(2023)", ("2023", "2024")),
        ("TO(2022)", ("2021", "2022")),
        ("RANGE(2023,2022)", ("2022", "2023")),
        ("top(9)", TIMES),
    ],
)
def test_expressions_of_time(expression: str, wanted: tuple[str, ...]) -> None:
    assert expand([expression], TIMES, time=True) == wanted


@pytest.mark.parametrize(
    "expression", ["0185", "9*", "TOP(0)", "TOP(x)", "TOP(²)", "TOP(1,2,3)", "RANGE(00)", "FROM(x)", "?"]
)
def test_what_matches_nothing_is_an_error_and_never_the_total(expression: str) -> None:
    with pytest.raises(FetchError):
        expand([expression], CODES)


def test_every_expression_means_what_it_means_to_the_service(quick: Fake, scb: PxClient) -> None:
    from tests.fakes import px2

    table = quick.tables["TAB6260"]
    for code, expressions in (
        ("Region", ["????"]),
        ("Region", ["0*", "00"]),
        ("Tid", ["TOP(3,1)"]),
        ("Tid", ["RANGE(2021M03,2020M11)"]),
        ("Alder", ["BOTTOM(2)"]),
    ):
        every = {item.code: ["*"] for item in table.variables} | {code: expressions}
        ours = make_query(scb, scb.table("TAB6260"), every).codes
        selection = [{"variableCode": name, "valueCodes": values} for name, values in every.items()]
        theirs = {variable.code: tuple(codes) for variable, codes, _ in px2.choose(table, selection)}
        assert ours == theirs


def test_a_code_list_is_read_and_counted(scb: PxClient) -> None:
    table = scb.table("TAB638")
    query = make_query(
        scb,
        table,
        {"Alder": ["15-19", "20-24"], "ContentsCode": ["BE0101N1"], "Tid": ["TOP(1)"]},
        {"Alder": "agg_Ålder5år"},
    )
    assert query.cells == 2
    assert scb.data(table, query).answer.status == 200
    with pytest.raises(FetchError, match=r"Kodlistan.*agg_annan"):
        make_query(scb, table, {"Alder": ["*"], "ContentsCode": ["*"], "Tid": ["*"]}, {"Alder": "agg_annan"})


@pytest.mark.parametrize("key", ["codelists", "codeLists"])
def test_code_lists_are_read_under_both_spellings(quick: Fake, scb: PxClient, key: str) -> None:
    quick.faults.codelists_key = key
    assert "vs_ARiket" in [item.id for item in scb.table("TAB6260").variable("Region").codelists]


def test_a_search_reads_every_page(quick: Fake, scb: PxClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uvas_stats.fetch.pxweb.PAGE_SIZE", 5)
    assert [hit.id for hit in scb.search("region")] == [table.id for table in quick.tables.values()][
        : len(quick.tables)
    ]
    assert [hit.id for hit in scb.search("behöriga")] == ["TAB1804"]
    assert list(scb.search("befolk")) == []
