"""The tables: what stands in the cells, and why something does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from tests.situations import situation
from uvas_stats.catalog import Catalog, PrintedFigure
from uvas_stats.clean.documents import document_observations
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import change_between
from uvas_stats.numbers import THIN_SPACE, UNROUNDED, differs_as_printed
from uvas_stats.periods import same_period_last_year
from uvas_stats.present import tables
from uvas_stats.present.headlines import _beside, _moved
from uvas_stats.present.table import Number
from uvas_stats.present.tables.summary_rows import SummaryRow
from uvas_stats.present.view import View
from uvas_stats.situation.facade import Nulage

COLUMNS = {"region_code": "object", "period": "object", "value": "float64"}


@pytest.fixture(scope="module")
def soderhamn() -> Nulage:
    return situation("soderhamn")


@pytest.fixture(scope="module")
def storuman() -> Nulage:
    return situation("storuman")


def plain(frame: pd.DataFrame) -> list[list[str]]:
    return [[str(cell).replace(THIN_SPACE, " ") for cell in row] for row in frame.to_numpy().tolist()]


def test_summary_puts_kommun_beside_riket_group_and_place(soderhamn: Nulage) -> None:
    rows = {row[0]: row for row in plain(soderhamn.summary().cells)}
    assert rows["UVAS 16–24 år"] == [
        "UVAS 16–24 år", "2024", "9,2 %", "6,2 %", "+3,0", "7,8 %", "27–28 av 290 (1 = högst)", "+1,0",
    ]  # fmt: skip
    assert rows["Högskolebehörighet inom 3 år"][-1] == "–"


def test_the_summary_names_its_group_and_what_place_one_means(soderhamn: Nulage) -> None:
    cells = soderhamn.summary().cells
    assert "Median, Gävleborgs län" in cells.columns
    assert cells["Plats"].str[-11:].tolist() == ["(1 = högst)"] * 2 + ["(1 = lägst)"] * 2


def test_a_report_opens_with_the_goal_and_each_measure_beside_riket(soderhamn: Nulage) -> None:
    lines = soderhamn.content().lead.replace(THIN_SPACE, " ").split("\n")
    assert lines[1].startswith("Målet kan inte bedömas. Uppgift för 2011, då målet skulle vara nått, saknas.")
    assert lines[3] == (
        "UVAS 16–24 år: 9,2 % 2024, högre än i riket (6,2 %). Ungefär som året innan: "
        "ändringen, +1,0 procentenheter, är inte större än vad slumpen brukar ge. Plats 27–28 av 290 (1 = högst), "
        "slumpen räknad troligen 13–56."
    )
    several = situation("ostra_sodertorn").content().lead.replace(THIN_SPACE, " ").split("\n")
    assert "nått i Tyresö, osäkert i Haninge och Nynäshamn" in several[1]
    assert several[2] == "UVAS 16–24 år, 2024: Haninge 8,0 %, Nynäshamn 8,9 % och Tyresö 5,3 %; riket 6,2 %."


def test_headline_arrow_and_printed_difference_agree_in_every_kommun(
    series_of: Callable[[str], pd.DataFrame], view_of: Callable[..., View], catalog: Catalog
) -> None:
    seen = 0
    for measure in {id_ for programme in catalog.programmes.values() for id_ in programme.summary_measures}:
        series = series_of(measure)
        view = view_of(measure, "2182")
        newest = str(series.loc[series["value"].notna()].sort_values("period_end")["period"].iloc[-1])
        pair = series.loc[series["period"].isin([newest, same_period_last_year(newest)]), list(COLUMNS)].astype(
            COLUMNS
        )
        riket = Number.of(pair.set_index(["region_code", "period"])["value"].get(("00", newest)), view.measure)
        for code, own in pair.groupby("region_code"):
            change = change_between(own, view.measure, str(code), newest, across_break=True)
            if change.difference is None or len(str(code)) != 4:
                continue
            seen += 1
            value = Number.of(change.value, view.measure)
            row = SummaryRow(
                "M", "K", (str(code),), newest, value, riket,
                gap=Number(value.value - riket.value, view.measure.decimals, signed=True),
                change=Number(change.difference, view.measure.decimals, signed=True),
                unrounded=differs_as_printed(change.value, change.earlier, view.measure.decimals),
            )  # fmt: skip
            beside, moved = _beside(row), _moved(row)
            assert moved.startswith({"upp": " Upp ", "ned": " Ned ", "lika": " Oför"}[change.direction])
            assert {"upp": "+", "ned": "−", "lika": "0"}[change.direction] == str(row.change)[0]
            printed = value.shown - Number.of(change.earlier, view.measure).shown
            assert (UNROUNDED in moved) == (abs(printed - row.change.shown) > 0.01)
            if riket.known and UNROUNDED not in beside:
                word = {"h": 1, "l": -1, "s": 0}[beside[2]]
                assert word == (value.shown > riket.shown) - (value.shown < riket.shown)
    assert seen == 290 * 3


@pytest.mark.parametrize("kommun", ["0163", "0604", "1480", "1497", "1981", "2284", "2404", "2409"])
def test_a_printed_change_is_never_called_equal(
    kommun: str, series_of: Callable[[str], pd.DataFrame], view_of: Callable[..., View]
) -> None:
    measures = ["uvas_share_pct", "unemployed_youth_rate_pct"]
    series, views = {one: series_of(one) for one in measures}, [view_of(one, kommun) for one in measures]
    arrows = tables.kkik(series, views, name="P").cells["Ändring"]
    differences = tables.summary(series, views, name="P").cells["Mot året innan"]
    for arrow, difference in zip(arrows, differences, strict=True):
        assert {"+": "upp", "−": "ned", "0": "lika"}[difference[0]] == arrow


def test_goals_that_wait_for_the_same_are_told_with_the_reason() -> None:
    assert "Tre mål kan inte bedömas: deltagarna är inte räknade." in situation("lidkoping").content().lead


def test_an_age_group_takes_the_place_of_the_measures_own_in_its_words() -> None:
    view = situation("soderhamn").view("uvas_share_pct", age="20-24")
    assert (view.measure.short, view.measure.title[:13]) == ("UVAS 20–24 år", "Unga 20–24 år")
    assert situation("soderhamn").view("uvas_share_pct", age="16-24").measure.short == "UVAS 16–24 år"


def test_summary_never_calls_its_source_kolada(soderhamn: Nulage) -> None:
    assert "Kolada" not in soderhamn.summary().about.source


def test_an_area_of_several_kommuner_gets_no_figure_without_its_denominator() -> None:
    table = situation("ostra_sodertorn").summary()
    assert sorted(set(table.cells["Kommun"])) == ["Haninge", "Nynäshamn", "Tyresö"]
    assert (
        "De tre kommunerna tillsammans 2024: områdets vägda andel kan inte beräknas: nämnaren saknas"
        in table.about.note
    )


def test_outcomes_in_brief_show_three_years_change_and_group(soderhamn: Nulage) -> None:
    rows = {row[0]: row for row in plain(soderhamn.kkik().cells)}
    assert rows["UVAS 16–24 år"] == [
        "UVAS 16–24 år", "7,5 % (2022)", "8,2 % (2023)", "9,2 % (2024)", "upp", "sämsta", "6,2 %",
    ]  # fmt: skip
    assert rows["Högskolebehörighet inom 3 år"][1:5] == [
        "51,6 % (2020/21)", "45,2 % (2021/22)", "47,4 % (2024/25)", "–",
    ]  # fmt: skip


def test_documents_table_stands_beside_todays_figure(soderhamn: Nulage) -> None:
    rows = plain(soderhamn.documents().cells)
    assert "Arbetslösa 18–24 år: 1 = högst andel." in soderhamn.documents().about.note
    assert rows[0][:4] == ["Nuläge", "Plats i listan över arbetslösa ungdomar, november 2008", "2008-11", "47"]
    assert rows[1][3] == "88"
    assert rows[1][4].startswith("plats 2 av 290")


def test_small_counts_in_sensitive_breakdowns_are_hidden_everywhere(storuman: Nulage) -> None:
    table = storuman.documents()
    beside = table.cells.set_index("Uppgift")["I dag, närmaste mått"]
    assert beside["UVAS 20–24 år, andel"].replace(THIN_SPACE, " ") == "5,6 % (UVAS 16–24 år, 2024)"
    assert beside["– kvinnor, andel"] == ""  # today's figure is of both sexes
    assert "I dag: egen bearbetning av uppgifter från" in table.about.source
    assert "uvas_share_pct" in set(table.about.data["measure"])
    hidden = table.cells.loc[table.cells["Enligt dokumentet"] == "färre än 5", "Uppgift"].tolist()
    assert hidden == [
        "– arbetslös, otillräcklig ersättning", "– arbetslös, ingen ersättning", "– ohälsa",
    ]  # fmt: skip
    assert table.cells.loc[table.cells["Enligt dokumentet"] == "dold", "Uppgift"].tolist() == [
        "– väntar på ersättning"
    ]
    reasons = table.about.data.loc[table.about.data["breakdown"] == "reason"]
    assert reasons.loc[reasons["status"] == "suppressed", "value"].isna().all()
    assert (reasons["value"].dropna() >= 5).all()


def test_a_hidden_count_is_hidden_whatever_else_the_document_prints(storuman: Nulage) -> None:
    shown, hidden = (
        PrintedFigure(
            "a", "Antal", "in_kaa_count", "2016", f"{n:.0f}", "B", value=n, region=region, sensitive=True
        )
        for n, region in ((40.0, "0136"), (3.0, "0138"))
    )
    programme = replace(storuman.programme, printed=(shown, hidden), checks=())
    observed = document_observations(programme, storuman.catalog)
    table = tables.documents(programme, storuman.catalog, observed, {})
    assert table.cells["Enligt dokumentet"].tolist() == ["40", "färre än 5"]


def test_shares_with_counts_carry_their_interval(storuman: Nulage) -> None:
    shown = [row[3] for row in plain(storuman.documents().cells) if row[1] == "Studieavbrott"]
    assert shown[1] == "1,9 % (3 av 146), intervall 0,7–5,9 %"


def test_consistency_flags_what_does_not_add_up(storuman: Nulage) -> None:
    rows = {row[0]: row for row in plain(storuman.consistency().cells)}
    assert rows["Studieavbrott 2013/14"][1:] == ["stämmer inte", "3 av 146 är 2,05 %; dokumentet anger 1,9 %."]
    assert rows["Antal i KAA"][1] == "stämmer inte"
    assert rows["Målgruppen är summan av tre register som överlappar varandra"][1] == "övre gräns"
    assert rows["Aktivitetsersättning efter kön"][1] == "stämmer"


def test_goals_carry_status_and_reason(storuman: Nulage) -> None:
    rows = plain(storuman.goals().cells)
    assert rows[0][1] == "inte nått"
    assert rows[0][2] == (
        "7,7 % 2017 mot 7,1 % 2016; målet 3,5 %. "
        "Bedömt på den publicerade andelen 16–24 år; dokumentet anger ingen egen baslinje."
    )
    assert rows[1][1] == "kan inte bedömas"


def test_economy_has_a_sum_of_its_own(soderhamn: Nulage) -> None:
    rows = {row[0]: row for row in plain(soderhamn.economy().cells)}
    assert rows["2009"] == ["2009", "0", "0", "500", "0", "500", "500"]
    assert rows["Summa"] == ["Summa", "0", "0", "500", "0", "500", "500"]


def test_where_only_a_budget_is_printed_no_cost_is_made_up() -> None:
    assert plain(situation("lidkoping").economy().cells) == [
        ["2016", "600"], ["2017", "600"], ["2018", "600"], ["Summa", "1 800"],
    ]  # fmt: skip


def test_a_goal_without_a_day_or_reached_has_no_probability() -> None:
    rows = situation("ostra_sodertorn").goals().cells
    assert rows["Framskrivning"].str.startswith("Framskrivning görs inte").any()
    assert not rows["Framskrivning"].str.contains("annolikhet").any()
    assert rows["Status"].tolist()[:3] == ["osäkert", "osäkert", "nått"]


def test_a_goal_that_says_the_same_of_every_kommun_is_one_row() -> None:
    rows = situation("ostra_sodertorn").goals().cells
    assert rows["Mål"].str.startswith("Färre är beroende").sum() == 1


def test_the_kartlaggning_shows_nothing_of_another_kind_under_a_row(storuman: Nulage) -> None:
    rows = storuman.kartlaggning().cells.set_index("Uppgift")
    for row in ("Gymnasieexamen inom 3 år, nationella program", "Inskrivna hos Arbetsförmedlingen 16–24 år"):
        assert rows.loc[row, "I dag"] == "–"
        assert "inte hämta" in rows.loc[row].iloc[-1]
    own = rows.loc["Högskolebehörighet inom 3 år (inte detsamma som gymnasieexamen)"]
    assert own["I dag"].replace(THIN_SPACE, " ") == "40,0 % (2024/25)"
    assert rows.loc["UVAS 20–24 år, andel", "I dag"].replace(THIN_SPACE, " ") == "5,6 % (16–24 år, 2024)"


def test_what_statistics_say_of_a_part_stands_at_the_target_group(storuman: Nulage) -> None:
    about = storuman.target_group().about
    assert about.title == "Enligt dokumentet: målgruppen är 20–50 personer"
    assert "omkring 41 personer, fler än dokumentets 20." in about.note
    rows = {row[0]: row for row in plain(storuman.consistency().cells)}
    (af,) = (row for text, row in rows.items() if "Arbetsförmedlingen" in text)
    assert af[1:] == ["stämmer inte", "Delarna blir tillsammans 84; dokumentet anger cirka 90."]


def test_activities_that_are_not_there_are_refused_with_what_to_do(soderhamn: Nulage) -> None:
    with pytest.raises(IndicatorError, match=r"aktivitetstabeller är inte inlagda\. Lägg in under activities"):
        soderhamn.activities()


def test_a_table_shows_itself_in_a_notebook_with_escaped_text(storuman: Nulage) -> None:
    page = storuman.activities()._repr_html_()
    assert "Informera unga (mål 50)" in page
    assert "Källa: Överenskommelse" in page


def test_a_change_across_a_break_of_the_kommun_alone_is_marked() -> None:
    eda = situation(kommun="Eda", period="2015")
    (row,) = eda.summary().cells.query("Mått == 'UVAS 16–24 år'").to_dict("records")
    assert row["Mot året innan"] == "+9,2*"
    assert eda.kkik().cells["Ändring"].iloc[0] == "upp*"
    assert "tidsseriebrott" in eda.kkik().about.note


def test_outcomes_in_brief_without_a_figure_say_so(soderhamn: Nulage) -> None:
    programme = replace(soderhamn.programme, summary_measures=("af_unemployed_18_24_rate_pct",))
    without = replace(soderhamn, figures=replace(soderhamn.figures, programme=programme))
    with pytest.raises(IndicatorError, match="saknar uppgifter"):
        without.kkik()
