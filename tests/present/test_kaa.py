"""The KAA charts and the kartläggning: coverage in view, the unknown never hidden, nothing recovered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.documents import period_text
from tests.fakes.kaa_workbook import Book, Place, workbook
from tests.present.test_charts import faults, words
from tests.situations import situation
from tests.slow import quick
from uvas_stats.build.adopt import adopt
from uvas_stats.catalog import Catalog
from uvas_stats.catalog.kaa import load_needs_rows
from uvas_stats.cli.listing import ranking
from uvas_stats.cli.output import Form
from uvas_stats.errors import IndicatorError
from uvas_stats.numbers import THIN_SPACE
from uvas_stats.present.figure import Chart
from uvas_stats.situation.facade import Nulage
from uvas_stats.workspace import Workspace

TABLES = ("4A", "4B", "4C", "4D", "5A", "5B", "5C", "5E")
KINDS = ("kaa", "kaa_occupation", "kaa_flow")
SHARE = "kaa_school_year_share_pct"
WHO = {"storuman": {"programme": "storuman"}, "area": {"programme": "ostra_sodertorn"},
       "large": {"kommun": "Malung-Sälen", "group": "B4"}, "long": {"kommun": "Upplands Väsby"}}  # fmt: skip
OCCUPATION = {
    ("2421", "Andel (%) | Arbete"): 40.0,
    ("2421", "Andel (%) | Utbildning"): "..",
    ("2421", "Andel (%) | Ingen sysselsättning"): 20.0,
    ("2421", "Andel (%) | Okänd sysselsättning"): 35.0,
}


def fill(root: Path, catalog: Catalog, *, coverage: bool) -> Workspace:
    """Adopt workbooks of two periods with every kommun."""
    lan = {region.code: region.name for region in catalog.regions if region.kind == "lan"}
    places = [Place("00", "Riket", ""), *(Place(code, name, name) for code, name in lan.items())]
    places += [Place(one.code, one.name, lan[one.lan]) for one in catalog.kommuner]
    files = []
    for period in ("2024/25", "2023/24"):
        for table in (*TABLES, "täckning") if coverage and period == "2024/25" else TABLES:
            path = root / f"{period[:4]}_{table}.xlsx"
            change: dict[tuple[str, str], object] = dict(OCCUPATION) if table == "5B" else {}
            path.write_bytes(workbook(Book(table, period_text(period), "codes", places, change=change)))
            files.append(path)
    workspace = Workspace(root)
    adopt(workspace, "kaa", files, edition="2026-11-20")
    return workspace


@pytest.fixture(scope="module")
def covered(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Workspace:
    return fill(tmp_path_factory.mktemp("covered"), catalog, coverage=True)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Workspace:
    return fill(tmp_path_factory.mktemp("bare"), catalog, coverage=False)


@pytest.fixture(scope="module")
def storuman(covered: Workspace) -> Nulage:
    return situation("storuman", covered.root)


@pytest.mark.parametrize("who", quick(WHO, "area", "long"))
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_is_clipped_and_no_labels_overlap(
    covered: Workspace, bare: Workspace, who: str, kind: str
) -> None:
    for workspace in (covered, bare):
        chart: Chart = getattr(situation(root=workspace.root, **WHO[who]), kind)()
        assert list(faults(chart)) == []
        assert chart.about.source.startswith("Källa: Skolverket. Utgåva 2026-11-20.")
        assert "Inte officiell statistik" in chart.about.note
        assert len(chart.about.alt) > 40


@pytest.mark.parametrize("kind", KINDS)
def test_without_kaa_the_commands_that_get_it_are_told(kind: str) -> None:
    with pytest.raises(IndicatorError, match=r"uvas fetch kaa.*uvas adopt kaa FIL"):
        getattr(situation("storuman"), kind)()


@pytest.mark.slow
def test_a_report_without_kaa_says_once_what_would_add_it() -> None:
    for n in (situation("storuman"), situation("lidkoping"), situation(kommun="Gävle")):
        chapter = next(one for one in n.chapters() if one.heading == "Kommunala aktivitetsansvaret")
        assert sum(one.todo.startswith("uvas fetch kaa") for one in chapter.missing) == 1


def test_a_measure_of_something_else_is_refused(storuman: Nulage) -> None:
    with pytest.raises(IndicatorError, match="är inget KAA-mått"):
        storuman.kaa("uvas_share_pct")
    with pytest.raises(IndicatorError, match="Definitionen ”mean” finns inte"):
        storuman.kaa(definition="mean")


def test_the_share_by_scb_needs_its_population(storuman: Nulage) -> None:
    with pytest.raises(IndicatorError, match="uvas fetch scb_population"):
        storuman.kaa(definition="scb")


def test_coverage_stands_beside_every_kommun(storuman: Nulage) -> None:
    chart = storuman.kaa()
    assert "Täckning" in words(chart)
    assert "Rapporteringens täckning: Storuman" in chart.about.note
    assert "inte känd" not in chart.about.title
    assert "folkmängden 16–19 år enligt Skolverkets tabell 4A" in chart.about.subtitle
    assert "kaa_school_year_coverage_pct" in set(chart.about.data["measure"].dropna())


def test_a_ranking_without_coverage_says_so_in_its_title(
    bare: Workspace, covered: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "(rapporteringens täckning är inte känd)"
    n = situation("storuman", bare.root)
    for chart in (n.kaa(), n.place(SHARE), n.compare(SHARE), n.place(SHARE, title="Egen rubrik")):
        assert chart.about.title.endswith(told)
        assert "inte känd för perioden" in chart.about.note
    assert told not in situation("storuman", covered.root).place(SHARE).about.title
    assert told not in n.place("uvas_share_pct").about.title
    monkeypatch.chdir(bare.root)
    heading = ranking(SHARE, period=None, group="24", order="worst", form=Form()).split("\n")[0]
    assert heading.endswith("Rapporteringens täckning är inte känd. Inte officiell statistik.")
    monkeypatch.chdir(covered.root)
    table = ranking(SHARE, period=None, group="24", order="worst", form=Form())
    assert "inte känd" not in table
    assert "täckning" in table.split("\n")[1]


def test_the_unknown_is_always_a_bar_and_the_bars_are_a_hundred(storuman: Nulage) -> None:
    chart = storuman.kaa_occupation()
    own = chart.about.derived.loc[chart.about.derived["Område"] == "Storuman"].set_index("Del")["Värde"]
    assert own["Okänd"] == 35.0
    assert own.sum() == pytest.approx(100.0)
    assert chart.about.title.replace(THIN_SPACE, " ") == "Okänd sysselsättning i KAA: Storuman 35,0 %"
    assert "Från 2024/25 gäller frågan kommunens kännedom" in chart.about.note


def test_a_hidden_part_cannot_be_worked_out(storuman: Nulage) -> None:
    chart = storuman.kaa_occupation()
    own = chart.about.derived.loc[chart.about.derived["Område"] == "Storuman"].set_index("Del")["Värde"]
    assert own[["Utbildning", "Ingen sysselsättning"]].isna().all()
    assert own["Redovisas inte (för få personer)"] == pytest.approx(25.0)
    rows = chart.about.data.loc[chart.about.data["region_code"] == "2421"].set_index("category")
    assert rows.loc["none", "status"] == "suppressed"
    assert "sekretess" in words(chart)


def test_the_flow_adds_up(storuman: Nulage) -> None:
    chart = storuman.kaa_flow()
    out = chart.about.data.loc[chart.about.data["measure"] == "kaa_school_year_deregistered_count", "value"]
    own = chart.about.derived.loc[chart.about.derived["Område"] == "Storuman", "Värde"]
    assert own.sum() == pytest.approx(float(out.iloc[0]))
    assert "Nyregistrerade publiceras inte per kommun" in chart.about.note


def test_a_trend_carries_coverage_and_never_joins_the_half_years(storuman: Nulage) -> None:
    chart = storuman.trend(SHARE)
    assert "Rapporteringens täckning" in chart.about.note
    assert set(chart.about.data["period"]) == {"2023/24", "2024/25"}


def test_breaks_are_declared_where_a_series_changes(catalog: Catalog) -> None:
    assert "2018/19" in {item.at for item in catalog.breaks_of(SHARE)}
    assert "2018H2" in {item.at for item in catalog.breaks_of("kaa_half_year_share_pct")}
    assert "2023H2" in {item.at for item in catalog.breaks_of("kaa_half_year_share_pct")}
    assert "2017H2" in {item.at for item in catalog.breaks_of("kaa_half_year_in_measures_pct")}
    found = {item.at for item in catalog.breaks_of("kaa_school_year_unknown_occupation_pct")}
    assert found == {"2018/19", "2023/24", "2024/25"}


def test_every_kaa_figure_warns_that_it_is_no_official_statistics(catalog: Catalog) -> None:
    own = [one for one in catalog.measures.values() if one.dataset == "skolverket_kaa"]
    assert len(own) > 40
    for measure in own:
        assert "Inte officiell statistik." in measure.cautions
        plain = "population" in measure.id or "coverage" in measure.id
        assert plain or measure.coverage_measure == f"kaa_{measure.period_kind}_coverage_pct"


def test_the_kartlaggning_puts_the_document_beside_today(storuman: Nulage) -> None:
    table = storuman.kartlaggning()
    rows = table.cells.set_index("Uppgift")
    kaa = rows.loc["I det kommunala aktivitetsansvaret (KAA)"]
    assert kaa["Enligt dokumentet"] == "2016: cirka 12"
    assert kaa["Avviker"] == "annat mått: kan inte jämföras; ≠ dokumentets 10 i Målgrupp"
    assert "täckning" in kaa["Mått i dag, eller varför det saknas"]
    assert len(rows) == len(load_needs_rows())
    dropout = rows.loc["Studieavbrott"]
    assert dropout["I dag"] == "–"
    assert "bara för riket" in dropout["Mått i dag, eller varför det saknas"]
    assert rows.loc["Behöriga till gymnasiet, årskurs 9", "Enligt dokumentet"].startswith("2012/13: ~100 %")


def test_the_kartlaggning_of_any_kommun_has_no_document() -> None:
    table = situation(kommun="Gävle").kartlaggning()
    assert "Enligt dokumentet" not in table.cells.columns
    assert table.cells["Mått i dag, eller varför det saknas"].ne("").all()
    with pytest.raises(IndicatorError, match="en kommun i taget"):
        situation("ostra_sodertorn").kartlaggning()


def test_the_kartlaggning_names_measures_that_exist(catalog: Catalog) -> None:
    """A source that is in the catalog has the measure that is named; one that is not there yet may be named."""
    published = [one for one in catalog.measures.values() if one.dataset != "programme_documents"]
    sources = {one.id.split("_")[0] for one in published}
    for row in load_needs_rows():
        assert row.printed.measure in catalog.measures
        for nearest in row.today:
            assert nearest.measure in catalog.measures or nearest.measure.split("_")[0] not in sources, row.id
