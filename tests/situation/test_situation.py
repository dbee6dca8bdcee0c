"""The facade: what it gives, and what it refuses."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.slow import quick
from uvas_stats import nulage
from uvas_stats.errors import CatalogError, ObservationError, UnknownNameError, UvasStatsError
from uvas_stats.observations.store import read_observations
from uvas_stats.present.figure import Chart
from uvas_stats.present.table import Table
from uvas_stats.workspace import Workspace

PROGRAMMES = ("soderhamn", "storuman", "lidkoping", "ale", "ostra_sodertorn")


@pytest.mark.parametrize("name", quick(PROGRAMMES, "soderhamn", "storuman"))
def test_each_programme_has_every_chart_and_table_its_file_lists(name: str) -> None:
    one = nulage(name)
    for section, chapter in zip(one.programme.sections, one.chapters(), strict=True):
        missing = len(section.items) - len(chapter.parts)
        reasons = {  # what the first edition cannot show
            "counts": "Folkmängden 16–24 år saknas, så antalet personer visas inte: uvas fetch scb_population",
            "months": "Månadssignalen saknas: uvas fetch scb_bas",
            "projection": "Framskrivningen bygger på månadsuppgifter, som saknas",
            "participants": "Deltagarna är inte räknade: uvas register participants",
            "europe": "Uppgifter om NEET i andra länder saknas: uvas fetch eurostat_neet",
        }
        reasons |= dict.fromkeys(("kaa", "kaa_occupation", "kaa_flow"), "per kommun saknas: uvas fetch kaa")
        schools = {
            "completion": "siris_completion",
            "grade_points": "siris_leavers",
            "later_activity": "siris_later_activity",
        }
        reasons |= {kind: f"Skolverkets uppgifter saknas: uvas fetch {id_}" for kind, id_ in schools.items()}
        unfetched = "Arbetslösa 18–24 år, månad: uppgifter saknas: uvas fetch af_share"
        if name == "soderhamn":
            reasons["activities"] = "Dokumentets aktivitetstabeller är inte inlagda"
        expected = [reasons[item.kind] for item in section.items if item.kind in reasons]
        expected += [unfetched for item in section.items if item.measure.startswith("af_")]
        assert missing == len(expected)
        told = "\n".join(f"{one.what}: {one.todo}" for one in chapter.missing)
        assert all(reason in told for reason in expected)
        assert all(isinstance(part, (Chart, Table)) for part in chapter.parts)


def test_a_report_has_its_commands_in_the_last_chapter_and_no_empty_chapter() -> None:
    one = nulage("lidkoping")
    content = one.content()
    assert all(chapter.parts for chapter in content.chapters)
    *before, last = content.chapters
    assert last.heading == "Så uppdateras underlaget"
    (table,) = last.parts
    commands = " ".join(table.cells["Gör så"])
    for command in (
        "uvas fetch scb_population",
        "uvas fetch scb_bas",
        "uvas fetch kaa",
        "uvas register participants",
    ):
        assert command in commands
    told = [content.lead, *(chapter.text for chapter in before)]
    told += [one.what for chapter in before for one in chapter.missing]
    for part in (part for chapter in before for part in chapter.parts):
        told += [part.about.title, part.about.note, part.about.alt]
        told += [] if isinstance(part, Chart) else part.cells.astype("str").to_numpy().ravel().tolist()
    assert not [text for text in told if "uvas fetch" in text or "uvas register" in text or "uvas adopt" in text]
    assert "”Månad för månad”" in content.lead


def test_any_kommun_works_by_name_or_code() -> None:
    by_name, by_code = nulage(kommun="gävle kommun"), nulage(kommun="2180")
    assert by_name.programme == by_code.programme
    assert by_name.place().about.title.startswith("UVAS 16–24 år: Gävle plats ")
    assert by_name.programme.groups == ("21", "B3")


def test_a_group_takes_the_place_of_all_others() -> None:
    one = nulage("ale", group="C8")
    assert "landsbygdskommuner (C8)" in one.compare().about.title
    titles = [part.about.title for chapter in one.chapters() for part in chapter.parts]
    assert not any("Göteborgsregionen" in title for title in titles)


def test_a_period_moves_the_nulage_back() -> None:
    one = nulage("soderhamn", period="2012")
    assert "2012" in one.place("uvas_share_pct").about.subtitle
    assert one.trend("uvas_share_pct").about.data["period"].max() == "2012"


def test_a_period_leaves_out_all_that_is_newer() -> None:
    one = nulage(kommun="Gävle", period="2016")
    for chapter in one.chapters():
        for part in chapter.parts:
            if "period_end" in part.about.data.columns:
                assert part.about.data["period_end"].max() <= pd.Timestamp("2016-12-31"), part.about.title


@pytest.mark.parametrize("name", ["Gävleborgs län", "gavleborg", "21", "Västra Götalands län", "dalarna"])
def test_a_lan_is_found_as_a_group_by_its_name(name: str) -> None:
    assert nulage(kommun="Gävle", group=name).programme.groups[0] in ("21", "14", "20")


def test_a_kommun_outside_the_group_is_compared_with_it_and_not_placed_in_it() -> None:
    title = nulage(kommun="Gävle", group="ostra_sodertorn").compare("uvas_share_pct").about.title
    assert title == "UVAS 16–24 år: Gävle plats 3 av 4 i jämförelse med kommunerna i Östra Södertörn"


def test_a_break_of_a_member_is_marked_where_the_group_is_shown() -> None:
    about = nulage(kommun="Karlstad").trend("uvas_share_pct").about
    assert "gränspendlare" in about.note
    assert "gränspendlare" not in nulage("ale").trend("uvas_share_pct", "GR").about.note


@pytest.mark.slow
def test_what_is_computed_stands_in_the_workbook_and_the_manifest(tmp_path: Path) -> None:
    nulage("soderhamn").export(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert {key: manifest["computed"]["utveckling_uvas_share_pct"][-1][key] for key in ("Period", "Median")} == {
        "Period": "2024",
        "Median": 7.83,
    }
    assert manifest["computed"]["mal"][0]["Status"] == "kan inte bedömas"
    book = load_workbook(tmp_path / "underlag.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert "Nettokostnad" in cells
    assert "Gruppens median" in cells
    assert not {"Operating", "Net", "activity", "informed"} & {str(cell) for cell in cells}


def test_goals_are_assessed_as_of_the_newest_edition() -> None:
    assert nulage("ale").as_of == dt.date(2026, 11, 21)


def test_soderhamns_goal_of_2011_is_not_judged_on_todays_figure_and_says_why() -> None:
    row = nulage("soderhamn").goals().cells.iloc[0]
    assert row["Status"] == "kan inte bedömas"
    assert "15,2" in row["Skäl"]
    assert "7,8" in row["Skäl"]
    assert row["Skäl"].startswith("Uppgift för 2011, då målet skulle vara nått, saknas.")


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"programme": "soderham"}, "Programmet ”soderham” finns inte. Närmast: soderhamn"),
        ({"kommun": "Sodehamn"}, "Kommunen ”Sodehamn” finns inte. Närmast: Söderhamn (2182)"),
        ({"programme": "ale", "group": "Z9"}, "Gruppen ”Z9” finns inte"),
        ({"programme": "ale", "period": "1999"}, "Perioden ”1999” saknas för alla mått. Det finns: UVAS"),
        ({"programme": "ale", "period": "i fjol"}, "Perioden ”i fjol” är inte giltig"),
        ({}, "Ange antingen ett program eller en kommun"),
        ({"programme": "ale", "kommun": "Ale"}, "Ange antingen ett program eller en kommun"),
    ],
)
def test_what_does_not_exist_is_refused_in_one_line(choice: dict[str, str], words: str) -> None:
    with pytest.raises(UvasStatsError) as caught:
        nulage(**choice)  # type: ignore[arg-type]
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


def test_an_unknown_measure_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="uvas_share_pct"):
        nulage("ale").trend("uvas_share")


def test_a_corrupt_parquet_is_told_in_one_line_and_built_again(built: Workspace) -> None:
    (built.processed / "observations.parquet").write_bytes(b"PAR1 not")
    with pytest.raises(ObservationError, match="skadad"):
        read_observations(built.processed)
    nulage("ale", workspace=built.root)
    assert len(read_observations(built.processed))


def test_a_users_own_programme_is_read_from_the_workspace(workspace: Workspace) -> None:
    workspace.programmes.mkdir()
    (workspace.programmes / "gavle_unga.toml").write_text(
        'id = "gavle_unga"\nname = "Gävle unga"\ntitle = "Eget"\ndocument = "Plan"\ndocument_date = 2026-01-01\n'
        'municipalities = ["2180"]\nperiod = "2026"\ngroups = ["21"]\nmain_measure = "uvas_share_pct"\n'
        '[[sections]]\nheading = "Läget"\nitems = [{ kind = "trend", measure = "uvas_share_pct" }]\n',
        encoding="utf-8",
    )
    one = nulage("gavle unga", workspace=workspace.root)
    assert one.trend().about.title.startswith("UVAS 16–24 år, 2024: Gävle 6,6")
    assert [len(chapter.parts) for chapter in one.chapters()] == [1]


def test_a_users_programme_with_a_misspelt_key_names_file_and_key(workspace: Workspace) -> None:
    workspace.programmes.mkdir()
    (workspace.programmes / "x.toml").write_text('id = "x"\nnaem = "X"\n', encoding="utf-8")
    with pytest.raises(CatalogError, match=r"naem.*x\.toml.*name"):
        nulage("x", workspace=workspace.root)


@pytest.mark.slow
def test_export_writes_where_it_is_told(tmp_path: Path) -> None:
    one = nulage("lidkoping")
    result = one.export(tmp_path / "ut")
    assert {path.name for path in (tmp_path / "ut").iterdir()} == {
        "rapport.docx", "rapport.html", "underlag.xlsx", "manifest.json", "diagram",
    }  # fmt: skip
    assert result.folder == tmp_path / "ut"
    assert list(tmp_path.glob(".*")) == []
