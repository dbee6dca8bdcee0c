"""The charts and tables of places by month, season, projection, pooled years and Europe."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests import monthly
from tests.monthly import RATE
from tests.present.test_charts import faults, words
from tests.situations import situation
from tests.slow import quick
from uvas_stats.catalog import Catalog, Goal, Measure
from uvas_stats.catalog.sources import load_euro_regions
from uvas_stats.errors import IndicatorError, UnknownNameError
from uvas_stats.indicators import goal_outlook
from uvas_stats.numbers import THIN_SPACE, number_text
from uvas_stats.present import charts
from uvas_stats.present.cautions import WILSON
from uvas_stats.present.figure import Chart, Missing
from uvas_stats.present.goal_place import GoalPlace
from uvas_stats.present.goals import GoalRow
from uvas_stats.present.table import Table
from uvas_stats.present.view import View
from uvas_stats.situation import measures
from uvas_stats.situation.facade import Nulage
from uvas_stats.workspace import Workspace

PROGRAMMES = ("soderhamn", "ale", "ostra_sodertorn", "storuman", "lidkoping")
KINDS = ("standing", "ranking_list", "strip", "profile", "projection", "pooled")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("months")
    return monthly.monthly_workspace(folder, monthly.uvas_by_sex(), monthly.population())


def about(workspace: Workspace, name: str) -> Nulage:
    return situation(name, workspace.root)


def plain(text: str) -> str:
    return text.replace(THIN_SPACE, " ")


@pytest.mark.parametrize("name", quick(PROGRAMMES, "soderhamn"))
def test_nothing_is_clipped_or_overlaps_and_nothing_is_missing_but_what_was_not_fetched(
    workspace: Workspace, name: str
) -> None:
    one = about(workspace, name)
    for section, chapter in zip(one.programme.sections, one.chapters(), strict=True):
        for part in chapter.parts:
            if isinstance(part, Chart):
                assert [f"{part.about.id}: {fault}" for fault in faults(part)] == []
                assert "Kolada" not in part.about.source or part.about.id.startswith(("utveckling", "samma_tid"))
        gone = [item.kind for item in section.items if item.kind in KINDS]
        assert len(chapter.parts) >= len(gone)


@pytest.mark.parametrize("code", ["0136", "2584", "1730"])
def test_any_kommun_has_the_charts_by_month(workspace: Workspace, code: str) -> None:
    one = situation(None, workspace.root, kommun=code)
    for chart in (one.strip(), one.ranking_list(RATE), one.profile(), one.place_over_time(RATE), one.season(RATE)):
        assert list(faults(chart)) == []


# --- what is refused --------------------


def test_the_first_edition_says_which_fetch_is_missing() -> None:
    shipped = situation("soderhamn")
    for draw in (shipped.strip, shipped.profile):
        with pytest.raises(IndicatorError, match="Hämta dem med: uvas fetch af_share"):
            draw()
    with pytest.raises(IndicatorError, match=r"Framskrivningen bygger på månadsuppgifter.*uvas fetch af_share"):
        shipped.projection()
    with pytest.raises(IndicatorError, match="uvas fetch eurostat"):
        situation("ale").europe()


def test_a_yearly_measure_has_no_strip_and_no_season(workspace: Workspace) -> None:
    one = about(workspace, "soderhamn")
    for draw in (one.strip, one.profile):
        with pytest.raises(IndicatorError, match="finns inte per månad"):
            draw("uvas_share_pct")


def test_the_same_month_last_year_is_not_compared_across_a_break(workspace: Workspace) -> None:
    one = situation("soderhamn", workspace.root, period="2023-06")
    with pytest.raises(IndicatorError, match="ett tidsseriebrott ligger emellan"):
        one.season(RATE)
    assert "jämförs inte: tidsseriebrott emellan" in one.standing(RATE).cells["Värde"].tolist()
    asked = one.standing(RATE, across_break=True)
    assert asked.cells["Värde"].str.endswith("*").any()
    assert "* Från januari 2023" in asked.about.note


def test_the_season_chart_crosses_a_break_when_asked_and_says_so(workspace: Workspace) -> None:
    one = situation("soderhamn", workspace.root, period="2023-06")
    assert "Från januari 2023" in charts.season(one.series(RATE), one.view(RATE), across_break=True).about.note


def test_the_strip_stops_at_a_break(workspace: Workspace) -> None:
    chart = situation("soderhamn", workspace.root, period="2023-06").strip()
    assert chart.about.data["period"].min() == "2023-01"
    assert "Från januari 2023" in chart.about.note


# --- what is shown --------------------


def test_the_strip_has_every_kommun_in_each_month_and_both_places_under_it(workspace: Workspace) -> None:
    one = about(workspace, "soderhamn")
    chart = one.strip()
    now = monthly.series().query("period == '2027-10'").set_index("region_code")["value"]
    place = 1 + int((now.drop("00") > now["2182"]).sum())
    riket = 1 + int((now.drop("00") > now["00"]).sum())
    assert chart.about.title == (
        f"Söderhamn plats {place} av 290 i oktober 2027; riksgenomsnittet motsvarar plats {riket}"
    )
    marks = next(line for line in chart.axes[0].lines if line.get_marker() == "_")
    assert len(marks.get_xdata()) == 289 * 13
    assert words(chart).split("\n").count(str(riket)) >= 1
    assert chart.about.derived["Månad"].nunique() == 13


def test_the_ranking_list_is_in_order_and_marks_rikets_place(workspace: Workspace) -> None:
    chart = about(workspace, "soderhamn").ranking_list(RATE)
    heights = [bar.get_height() for bar in chart.axes[0].patches]  # type: ignore[attr-defined]
    assert len(heights) == 290
    assert heights == sorted(heights, reverse=True)
    assert "Riket 6,7 %" in words(chart)


def test_the_season_is_told_with_the_programmes_own_warning(workspace: Workspace) -> None:
    chart = about(workspace, "soderhamn").profile()
    assert "maj–september" in chart.about.title
    assert "skriver in fler som arbetssökande" in plain(chart.about.note)
    assert "58 månader i följd" in chart.about.note
    assert len(chart.about.derived) == 24


def test_the_months_say_what_the_measure_is(workspace: Workspace) -> None:
    area = about(workspace, "ostra_sodertorn")
    share = area.months(RATE)
    assert share.about.subtitle == (
        "Arbetslösa 18–24 år, andel av arbetskraften per månad. "
        "Procent av arbetskraften 18–24 år enligt BAS, medelvärde av tolv månader; "
        "före 2023 den registerbaserade arbetskraften"
    )
    assert "skillnaden i procentenheter mot oktober 2026" in share.about.title
    assert "Riket" in share.about.alt
    count = area.months(monthly.COUNT)
    assert count.about.subtitle == "Arbetslösa 18–24 år, antal per månad"
    assert "inom parentes skillnaden mot oktober 2026" in count.about.title
    assert "procentenheter" not in count.about.title + count.about.alt
    assert set(count.about.data["region_code"]) == set(area.programme.municipalities)  # riket's are another size
    assert [list(faults(chart)) for chart in (share, count)] == [[], []]


def test_the_projection_tells_its_probability_and_its_test(workspace: Workspace) -> None:
    chart = about(workspace, "soderhamn").projection()
    assert "sannolikheten är under 5 procent" in chart.about.title
    assert "prövningar i 290 kommuner på år den inte sett" in chart.about.note
    assert "målets dag har passerat" in chart.about.subtitle
    assert chart.about.derived["Period"].iloc[-1] == "2028-10"


@pytest.mark.parametrize(
    ("programme", "code", "title"),
    [
        ("soderhamn", "2182", "riksgenomsnittet 2026: sannolikheten"),
        ("storuman", "2421", "procentenheter mot riket"),  # better already: there is no chance to tell of
    ],
)
def test_a_projection_by_year_says_nothing_of_months(
    workspace: Workspace, programme: str, code: str, title: str
) -> None:
    one = about(workspace, programme)
    view, series = one.view("uvas_share_pct"), one.series("uvas_share_pct")
    due = dt.date(2026, 12, 31)
    aim = Goal("m", "Mål", "resultat", "better_than_riket", measure="uvas_share_pct", deadline=due)
    chart = charts.projection(goal_outlook(aim, view.measure, series, code), aim, series, view)
    told = " ".join([chart.about.title, chart.about.subtitle, chart.about.alt, chart.about.note])
    assert "månad" not in told
    assert "säsong" not in told
    assert chart.about.subtitle.endswith("utfall (heldragen) och framskrivning till målets dag")
    assert title in chart.about.title
    assert "i 2026" not in words(chart).replace("\n", " ")
    assert list(faults(chart)) == []


def test_the_goal_board_rests_on_twelve_months_and_shows_the_projection(workspace: Workspace) -> None:
    board = about(workspace, "soderhamn").goal_board()
    row = board.about.derived.iloc[0]
    assert row["Status"] == "kan inte bedömas"  # the goal was due in 2011, and the months begin in 2020
    assert row["Skäl"].startswith("Tolvmånadersmedel: Uppgift för 2011, då målet skulle vara nått, saknas.")
    assert "Sannolikheten att läget då är bättre än målet är under 5 procent." in row["Framskrivning"]
    assert "av de tolv månaderna" in row["Skäl"]
    assert "Framskrivning" in about(workspace, "soderhamn").goals().cells.columns


def _places(period: str) -> tuple[int, int]:
    """Count the kommuner above Söderhamn and above riket in a month, with 1 as the highest share."""
    now = monthly.series().query("period == @period").set_index("region_code")["value"]
    kommuner = now.drop("00")
    return 1 + int((kommuner > now["2182"]).sum()), 1 + int((kommuner > now["00"]).sum())


def test_the_goal_board_uses_all_that_is_known_of_the_place(workspace: Workspace) -> None:
    one = about(workspace, "soderhamn")
    board = one.goal_board()
    row = {name: plain(str(text)) for name, text in board.about.derived.iloc[0].items()}
    own, riket = _places("2027-10")
    assert row["Plats i oktober 2027"].startswith(f"{own} av 290, ")
    assert "1 = högst andel. Riksgenomsnittet, 6,7 %, motsvarar plats " in row["Plats i oktober 2027"]
    assert row["Plats i oktober 2027"].endswith(f"motsvarar plats {riket}.")
    assert row["Avstånd till riket"].startswith(f"{riket - own} platser sämre; ")
    assert row["Avstånd till riket"].endswith("färre arbetslösa unga skulle räcka")
    assert row["Samma månad året innan"].startswith(f"oktober 2026: plats {_places('2026-10')[0]} av 290, ")
    force = monthly.series(monthly.FORCE).query("region_code == '2182' and '2026-10' < period <= '2027-10'")
    count = monthly.series(monthly.COUNT).query("region_code == '2182' and '2026-10' < period <= '2027-10'")
    mean = number_text(100 * float(count["value"].sum() / force["value"].sum()), 1)
    assert f"vägt medel {mean} %; riket " in row["Tolv månader"]
    assert row["Säsong"].startswith("maj–september ligger normalt ")
    assert "STL på 58 månader" in row["Säsong"]
    assert "80 procents intervall" in row["Framskrivning"]
    assert "procent av utfallen i 290 kommuner i intervallet" in row["Framskrivning"]
    assert row["Plats i grupper"].startswith("1 av 10 bland kommunerna i Gävleborgs län; ")
    assert "av 35 bland landsbygdskommuner (C8)" in row["Plats i grupper"]
    months = [name for name in row if name.startswith("Plats 20")]
    assert len(months) == 13
    for name in months:
        then, there = _places(name.removeprefix("Plats "))
        assert row[name] == f"{then} (riket {there})"
    shown = words(board)
    assert "Plats månad för månad" in shown
    assert [str(_places(name.removeprefix("Plats "))[0]) in shown.split("\n") for name in months] == [True] * 13
    assert "andel av arbetskraften per månad" in board.about.note
    assert "årsmedelvärde" not in board.about.note
    assert "n = 290 kommuner" in board.about.source
    assert "Plats månad för månad: oktober 2026" in board.about.alt
    assert list(faults(board)) == []
    assert "Plats månad för månad" in one.goals().cells["Plats"].iloc[0]


def test_the_goal_board_does_not_cross_a_break(workspace: Workspace) -> None:
    board = situation("soderhamn", workspace.root, period="2023-06").goal_board()
    row = board.about.derived.iloc[0]
    assert "juni 2022 jämförs inte: ett tidsseriebrott ligger emellan. Från" in row["Samma månad året innan"]
    assert row["Tolv månader"].startswith("kan inte bedömas")
    assert "kan inte bedömas: serien behöver 36 månader i följd och har 6" in row["Säsong"]
    assert row["Framskrivning"].startswith("Framskrivningen kan inte bedömas")
    assert row["Status"] == "kan inte bedömas"
    assert next(name for name in board.about.derived if name.startswith("Plats 20")) == "Plats 2023-01"
    assert list(faults(board)) == []


def test_the_goal_board_of_the_first_edition_says_what_a_fetch_adds() -> None:
    board = situation("soderhamn").goal_board()
    row = board.about.derived.iloc[0]
    assert row["Framskrivning"].startswith("Bedömt på årsvärden.")
    assert [one.todo for one in board.about.missing] == ["uvas fetch af_share"]
    assert "15,2" in row["Skäl"]
    assert plain(row["Plats 2025"]).startswith("2 av 290, 15,2 %. 1 = högst andel. Riksgenomsnittet, 7,8")
    assert row["Avstånd till riket"].endswith("platser sämre")
    assert "årsmedelvärde" in board.about.note
    assert "Plats månad för månad" not in words(board)
    assert list(faults(board)) == []


def test_a_goal_without_figures_says_so_once() -> None:
    board = situation("storuman").goal_board()
    assert "Framskrivningen" not in board.about.alt
    assert board.about.alt.count("Deltagarna är inte räknade. Kräver kommunens egna uppgifter") == 1
    assert board.about.note == ""


def test_a_tie_is_said_and_a_long_range_of_places_takes_two_lines() -> None:
    months = tuple((f"2025-{month:02d}", "101–104", "5") for month in range(1, 13))
    place = GoalPlace((("Plats i december 2025", "101–104 av 290 (delad)"),), months)
    rows = [GoalRow("Ett mål", "", "inte nått", "Skäl.", "Framskrivning.", place)]
    board = charts.goal_board(rows, name="Ale", source="Mål.", data=pd.DataFrame(), date="2026-11-21")
    assert {"101–", "104"} <= set(words(board).split("\n"))
    assert list(faults(board)) == []


def test_places_over_time_stop_at_the_break_and_mark_the_same_month(workspace: Workspace) -> None:
    chart = about(workspace, "soderhamn").place_over_time(RATE)
    rings = next(line for line in chart.axes[0].lines if line.get_markerfacecolor() == "white")
    assert len(rings.get_xdata()) == 8
    assert "brott" in words(chart)
    bold = [line for line in chart.axes[0].lines if line.get_linewidth() == 2.0]
    assert len(bold) == 2
    assert "Rikets plats" in chart.about.derived.columns


def test_the_standing_says_persons_places_and_groups(workspace: Workspace) -> None:
    table = about(workspace, "soderhamn").standing(RATE)
    told = dict(zip(table.cells["Uppgift"], table.cells["Plats"], strict=True))
    assert told["För att bli bättre än riksgenomsnittet"].endswith("färre arbetslösa unga skulle räcka")
    assert told["Bland kommunerna i Gävleborgs län"].endswith("av 10")
    assert told["Samma tid året innan, oktober 2026"].endswith("av 290")
    assert "vägt medel" in " ".join(told)
    assert told["Bland liknande kommuner"].endswith("av 8")  # by the shipped groups
    assert "1 = högst andel" in table.about.subtitle


def test_the_standing_says_what_fetches_similar_kommuner_where_there_are_none(workspace: Workspace) -> None:
    one = about(workspace, "soderhamn")
    groups = {id_: group for id_, group in one.catalog.groups.items() if group.kind != "similar"}
    without = replace(one, figures=replace(one.figures, catalog=replace(one.catalog, groups=groups)))
    missing = without.standing(RATE).about.missing
    assert Missing("Platsen bland liknande kommuner", "uvas fetch kolada") in missing


def test_several_kommuner_stand_side_by_side(workspace: Workspace) -> None:
    one = about(workspace, "ostra_sodertorn")
    cells = one.standing(RATE).cells
    assert cells.columns.tolist() == ["Uppgift", "Haninge", "Nynäshamn", "Tyresö"]
    alone = situation(None, workspace.root, kommun="0192").standing(RATE).cells.set_index("Uppgift")
    told = cells.set_index("Uppgift")["Nynäshamn"]
    assert told["Oktober 2027"] == ", plats ".join(alone.loc["Oktober 2027", ["Värde", "Plats"]])
    assert (
        told["För att bli bättre än riksgenomsnittet"]
        == alone.loc["För att bli bättre än riksgenomsnittet", "Plats"]
    )


def test_the_standing_among_similar_kommuner_when_they_are_fetched(workspace: Workspace) -> None:
    one = about(workspace, "soderhamn")
    group = replace(one.catalog.groups["21"], id="similar_2182_overgripande", kind="similar")
    catalog = replace(one.catalog, groups={**one.catalog.groups, group.id: group})
    with_similar = replace(one, figures=replace(one.figures, catalog=catalog))
    cells = with_similar.standing(RATE).cells
    assert cells.loc[cells["Uppgift"] == "Bland liknande kommuner", "Plats"].iloc[0].endswith("av 10")


def test_the_area_by_month_is_weighted_and_is_not_the_mean_of_percentages(workspace: Workspace) -> None:
    chart = about(workspace, "ostra_sodertorn").trend(RATE)
    codes = ["0136", "0192", "0138"]
    force, rate = (
        monthly.series(id_).query("period == '2027-10'").set_index("region_code")["value"][codes]
        for id_ in (monthly.FORCE, RATE)
    )
    weighted = float(np.average(rate, weights=force))
    assert number_text(weighted, 1, "procent").replace(THIN_SPACE, " ") in words(chart)
    assert number_text(weighted, 1) != number_text(float(rate.mean()), 1)
    assert list(faults(chart)) == []


def test_small_numbers_are_pooled_by_sex_with_intervals(workspace: Workspace) -> None:
    chart = about(workspace, "storuman").pooled()
    table = chart.about.derived.set_index("Grupp")
    assert list(table.index) == ["16–24 år", "Kvinnor 16–24 år", "Män 16–24 år"]
    assert (table["År"] == "2022–2024").all()
    assert (table["Undre gräns"] < table["Andel"]).all()
    assert WILSON in chart.about.note
    assert "sammanslagna år. Procent" in chart.about.subtitle
    assert chart.about.source.startswith("Egen bearbetning av uppgifter från MUCF; SCB.")
    assert list(faults(chart)) == []


def test_groups_that_are_pooled_and_groups_that_are_not_are_told_apart(workspace: Workspace) -> None:
    one = about(workspace, "storuman")
    rows = one.measures._pooled_rows("uvas_share_pct", ("16-24",), "2421")
    mean = rows[0].own.to_dict() | {"pooled": False, "lower": None, "upper": None, "persons": None, "people": None}
    mixed = [*rows[1:], replace(rows[0], own=pd.Series(mean))]
    chart = charts.pooled(mixed, one.view("uvas_share_pct"))
    assert "sammanslagna år där folkmängden är känd, annars ovägt medelvärde" in chart.about.subtitle
    assert "Grupper utan antal: ovägt medelvärde" in chart.about.note
    assert WILSON in chart.about.note
    assert list(faults(chart)) == []


def test_the_sexes_are_pooled_over_the_same_years_as_both_together() -> None:
    chart = situation("storuman").pooled()
    assert chart.about.derived[["Grupp", "År"]].values.tolist() == [
        ["16–24 år", "2020–2022"], ["Kvinnor 16–24 år", "2020–2022"], ["Män 16–24 år", "2020–2022"],
    ]  # fmt: skip
    published = [(6.21 + 5.6 + 5.26) / 3, (7.87037 + 6.862745 + 5.5) / 3]
    assert chart.about.derived["Andel"].tolist()[:2] == pytest.approx(published, abs=1e-6)
    assert "olika utgåvor" not in chart.about.note  # each of them is of one edition
    assert chart.about.source.endswith("Utgåvor 2024-08-30 och 2026-11-21.")


def test_too_few_points_to_draw_are_a_table_and_the_mean_is_called_unweighted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measures, "LEAST_DRAWN", 4)
    table = situation("storuman").pooled()
    assert isinstance(table, Table)
    assert table.cells.columns.tolist() == ["Grupp", "År", "Andel", "Riket"]
    assert plain(table.cells.iloc[0]["Andel"]) == "5,7 %"
    assert "ovägt medelvärde av tre år" in table.about.subtitle
    assert table.about.derived[["Undre gräns", "Beräknat antal, summa av åren"]].isna().all(axis=None)
    assert "uvas fetch scb_population" in [one.todo for one in table.about.missing]
    assert "Utgåvor 2024-08-30 och 2026-11-21" in table.about.source


def test_a_table_of_pooled_years_has_the_persons_and_the_interval(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "LEAST_DRAWN", 4)
    one = about(workspace, "lidkoping")
    table = one.pooled()
    assert isinstance(table, Table)
    row = one.pooled().about.derived.iloc[0]
    share, low, high = (number_text(float(row[name]), 1) for name in ("Andel", "Undre gräns", "Övre gräns"))
    assert plain(table.cells["Andel"].iloc[0]) == f"{share} % ({low} %–{high} %)"
    persons, people = (row[f"{name}, summa av åren"] for name in ("Beräknat antal", "Folkmängd"))
    assert plain(table.cells["Beräknat antal"].iloc[0]) == plain(
        f"{number_text(float(persons), 0)} av {number_text(float(people), 0)}"
    )


def _neet_view(catalog: Catalog) -> View:
    measure = replace(
        catalog.measures["uvas_share_pct"],
        id="neet_15_29_share_pct",
        title="NEET 15–29 år (arbetskraftsundersökningen)",
        short="NEET 15–29 år",
        publisher="Eurostat",
        route="",
    )
    measures: dict[str, Measure] = {**catalog.measures, measure.id: measure}
    return View(replace(catalog, measures=measures), measure, ("1440",))


def test_europe_marks_sweden_and_the_region_and_says_that_neet_is_not_uvas(catalog: Catalog) -> None:
    codes = tuple(one.code for one in load_euro_regions() if not one.code.startswith("SE1"))
    figures = monthly.neet((*codes, "DE11", "ITC1"))
    chart = charts.europe(figures, _neet_view(catalog), "SE23")
    text = words(chart).replace("\n", " ")
    assert "Västsverige (SE23)" in text
    assert "Sydsverige" not in text
    assert "DE11" not in text
    assert "Det är inte UVAS" in chart.about.note
    assert "NEET" in chart.about.title
    assert set(chart.about.data["measure"]) == {"neet_15_29_share_pct"}
    assert list(faults(chart)) == []


def test_europe_without_sweden_is_refused_and_a_missing_country_is_named(catalog: Catalog) -> None:
    figures = monthly.neet(("SE", "DE", "FI"))
    with pytest.raises(IndicatorError, match="saknas för Sverige"):
        charts.europe(figures.query("region_code != 'SE'"), _neet_view(catalog), "SE23")
    gone = figures["region_code"] == "FI"
    holed = figures.assign(
        value=figures["value"].mask(gone), status=pd.Series(np.where(gone, "not_available", "ok"))
    )
    note = charts.europe(holed, _neet_view(catalog), "SE23").about.note
    assert "Utan uppgift: Finland (uppgift saknas)." in note
    assert "Uppgift saknas för Västsverige (SE23)." in note


def test_one_sex_is_shown_by_itself_and_says_so(workspace: Workspace) -> None:
    one = about(workspace, "storuman")
    women, both = one.trend("uvas_share_pct", sex="women"), one.trend("uvas_share_pct")
    assert set(women.about.data["sex"]) == {"women"}
    assert set(both.about.data["sex"]) == {"total"}
    assert "kvinnor" in women.about.title
    assert "kvinnor" not in both.about.title
    with pytest.raises(UnknownNameError, match="Könet ”kvinnor” finns inte"):
        one.trend("uvas_share_pct", sex="kvinnor")
    with pytest.raises(IndicatorError, match="uppgifter saknas"):
        one.strip(sex="men")


def test_a_month_is_compared_across_a_break_only_when_that_is_asked_for(workspace: Workspace) -> None:
    one = situation("soderhamn", workspace.root, period="2023-03")
    with pytest.raises(IndicatorError, match="Mars 2023 jämförs inte med mars 2022"):
        one.season(RATE)
    assert "Från januari 2023 är nämnaren" in one.season(RATE, across_break=True).about.note


def test_a_measure_by_month_is_drawn_for_five_years(workspace: Workspace) -> None:
    chart = about(workspace, "ostra_sodertorn").trend(RATE)
    assert (chart.about.data["period"].min(), chart.about.data["period"].max()) == ("2022-10", "2027-10")
    assert chart.about.subtitle.split(". ")[1] == "Procent, oktober 2022–oktober 2027"


def test_the_level_behind_a_small_kommuns_share_is_told_with_what_it_is_worth() -> None:
    note = plain(situation("storuman").pooled().about.note)
    assert (
        "Andelen 2024 är 5,6 %. Med tidigare år inräknade ligger nivån bakom den omkring 6,0 %, troligen 4,8–7,3. "
        "Det är intervallet som är värt något: nästa år gissas knappt bättre med nivån än med årets andel."
    ) in note
