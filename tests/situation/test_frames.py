"""Figures as frames, and what is computed of them, against the original files and the functions of the reports."""

from __future__ import annotations

import pandas as pd
import pytest

from uvas_stats import area, change, compare, figures, groups, interval, kommuner, measures, rank, sources
from uvas_stats.catalog import Catalog
from uvas_stats.errors import IndicatorError, ObservationError, UnknownNameError, UvasStatsError
from uvas_stats.observations.store import read_observations
from uvas_stats.situation.frames import COLUMNS, of_sexes, open_figures
from uvas_stats.workspace import Workspace

UVAS = "uvas_share_pct"


@pytest.fixture(autouse=True)
def _here(first_edition: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UVAS_WORKSPACE", str(first_edition.root))


def message(*given: object, **wanted: object) -> str:
    with pytest.raises(UvasStatsError) as raised:
        figures(*given, **wanted)  # type: ignore[arg-type]
    return str(raised.value)


def test_areas_periods_sexes_and_measures_are_taken_as_asked_for() -> None:
    frame = figures([UVAS, "N15428"], kommun=["riket", "soderhamn", "0180"], period=["2015", "-2009", "senaste"])
    assert tuple(frame.columns) == COLUMNS
    assert frame["region_name"].drop_duplicates().tolist() == ["Riket", "Söderhamn", "Stockholm"]
    of_uvas = frame.loc[frame["measure"] == UVAS]
    assert "2014/15" in set(frame.loc[frame["measure"] != UVAS, "period"])
    assert of_uvas["period"].drop_duplicates().tolist() == ["2008", "2009", "2015", "2024"]
    both = figures(UVAS, kommun="Gävle", period="2020-2022", sex=["kvinnor", "män"])
    assert both["sex"].tolist() == ["women"] * 3 + ["men"] * 3
    assert both.attrs["source"] == "Källa: MUCF via Kolada. Utgåva 2024-08-30."
    assert figures(UVAS, group="GR", period=2024)["region_code"].nunique() == 13
    assert len(figures(UVAS, kommun="alla", period=2024)) == 290


def test_a_figure_that_is_missing_keeps_its_row_with_the_reason(first_edition: Workspace) -> None:
    frame = figures("N17473", kommun="Bjurholm")
    assert (frame["value"].notna() | (frame["reason"] != "")).all()
    assert (frame["reason"] == "uppgift saknas").any()
    assert frame.loc[frame["value"].isna(), "status"].ne("ok").all()
    wide = figures("N17473", kommun=["Bjurholm", "riket"], wide=True)
    assert wide["region_name"].tolist() == ["Bjurholm", "Riket"]
    assert wide.columns[2:].tolist() == frame["period"].tolist()


def test_all_figures_are_those_of_the_store(first_edition: Workspace) -> None:
    stored = read_observations(first_edition.processed, [UVAS])
    of_kolada = stored.loc[(stored["sex"] == "total") & (stored["edition"] == "2026-11-21")]
    frame = figures(UVAS)
    newest = frame.loc[frame["edition"] == "2026-11-21"].merge(
        of_kolada[["region_code", "period", "value"]], on=["region_code", "period"], validate="1:1"
    )
    assert len(newest) == len(of_kolada)
    assert newest["value_x"].equals(newest["value_y"])
    assert not frame.duplicated(["region_code", "period"]).any()


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"kommun": "Sodderhamn"}, "Området ”Sodderhamn” finns inte. Närmast: Söderhamn (2182)"),
        ({"period": "2030"}, "Perioden ”2030” saknas för UVAS 16–24 år. Det finns 2008 till 2024."),
        ({"period": "2025-"}, "Perioden ”2025-” saknas för UVAS 16–24 år. Det finns 2008 till 2024."),
        ({"period": "i fjol"}, "Perioden ”i fjol” går inte att förstå. Skriv 2024, 2024/25, 2024-11, 2015-"),
        ({"sex": "flickor"}, "Könet ”flickor” finns inte. Välj total, women, men eller alla."),
        ({"age": "20-24"}, "Åldersgruppen 20-24 saknas för Unga 16–24 år"),
        ({"group": "GRR"}, "Gruppen ”GRR” finns inte. Närmast: GR"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(wanted: dict[str, str], told: str) -> None:
    assert message(UVAS, **wanted).startswith(told)


def test_every_measure_has_figures_or_a_line_that_says_how_they_are_got(catalog: Catalog) -> None:
    listed = measures().set_index("measure")
    assert set(listed.index) == set(catalog.measures)
    held = open_figures()
    for id_, get in listed.loc[listed["held"] == 0, "get"].items():
        with pytest.raises(IndicatorError) as raised:
            of_sexes(held, catalog.measures[str(id_)], "total")
        assert str(raised.value).endswith(f": uppgifter saknas. {get}.")
    assert message("bas_total_count") == "Totalt i BAS: uppgifter saknas. Hämta dem med: uvas fetch scb_bas."
    assert message("mucf_uvas_share_pct").endswith("Lägg in utgivarens fil med: uvas adopt mucf FIL.")
    assert message("N03942", sex="women").startswith("Arbetslösa 18–24 år, kvinnor: uppgifter saknas.")


def test_what_there_is_can_be_searched_in_with_other_spellings() -> None:
    assert kommuner("sodderhamn")["region_name"].tolist() == ["Söderhamn"]
    assert "uvas_share_pct" in set(measures("varken arbetar studerar")["measure"])
    assert set(groups("Ale")["group"]) >= {"GR", "14"}
    assert sources().set_index("dataset").loc["kolada", "figures"] > 100_000
    with pytest.raises(UnknownNameError, match="Mått som passar ”väderlek” finns inte"):
        measures("väderlek")


def test_ranks_and_changes_are_those_of_the_reports() -> None:
    frame = figures(UVAS, period="2023-")
    places = rank(frame).set_index(["region_name", "period"])
    assert places.loc[("Söderhamn", "2024"), ["rank_low", "rank_high", "n"]].tolist() == [27, 28, 290]
    assert rank(frame, group="21", order="best")["n"].unique().tolist() == [10]
    moved = change(frame, across_break=True).set_index("region_code")
    assert round(moved.loc["2182", "difference"], 2) == 0.97
    assert len(moved) == frame["region_code"].nunique()
    own = frame[["region_code", "period", "value"]]  # a frame of one's own, of which nothing is known
    assert rank(own)["rank"].tolist() == rank(frame)["rank"].tolist()


def test_a_change_across_a_break_is_not_computed_unless_it_is_asked_for() -> None:
    border = figures(UVAS, kommun="Eda", period="2014-2015")
    hidden = change(border, "2015").iloc[0]
    assert (hidden["direction"], pd.isna(hidden["difference"])) == ("okänd", True)
    assert hidden["broken_by"]
    assert change(border, "2015", across_break=True)["difference"].notna().all()


def test_an_area_is_weighted_and_a_period_without_a_share_has_no_figure() -> None:
    frame = pd.DataFrame(
        {
            "region_code": ["2182", "2184"] * 2,
            "period": ["2023"] * 2 + ["2024"] * 2,
            "value": [10.0, 5.0, 8.0, None],
            "measure": UVAS,
        }
    )
    people = frame.assign(value=[1000.0, 3000.0] * 2)
    pooled = area(frame, denominators=people, name="Hälsingland")
    assert pooled["value"].tolist()[0] == 6.25
    assert pooled["reason"].tolist() == ["", "Områdets vägda andel kan inte beräknas: andelen saknas"]
    beside = compare(frame, kommun="Söderhamn", denominators=people)
    assert beside["weighted"].tolist()[0] == 6.25
    assert interval(frame, people)["count"].tolist()[:3] == [100, 150, 80]
    with pytest.raises(IndicatorError, match="Nämnaren är inte känd för UVAS 16–24 år"):
        area(frame)


@pytest.mark.parametrize(
    ("change_", "told"),
    [
        ({"value": ["9,1", "8"]}, "Kolumnen value har annat än tal. Gör om den till tal."),
        (
            {"region_code": [180, 2182]},
            "”180” kan inte stå i kolumnen region_code (rad 0). Läs koderna som text, så att nollan finns",
        ),
        ({"period": ["2024", "2024-13-01"]}, "”2024-13-01” kan inte stå i kolumnen period (rad 1). Rätta den."),
        ({"region_code": ["2182", "2182"]}, "Serien har flera uppgifter för samma område och period"),
    ],
)
def test_a_frame_that_cannot_be_computed_is_refused(change_: dict[str, list[object]], told: str) -> None:
    whole = {"region_code": ["0180", "2182"], "period": ["2024", "2024"], "value": [1.0, 2.0]}
    with pytest.raises((ObservationError, IndicatorError)) as raised:
        rank(pd.DataFrame(whole | change_))
    assert str(raised.value).startswith(told)
