"""The key figures of the programmes are those that can be worked out by hand."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from tests.register.lists import write_participants
from uvas_stats import nulage
from uvas_stats.errors import RegisterError
from uvas_stats.register.demo import write_demo
from uvas_stats.register.participants import terms_between
from uvas_stats.register.run import run_kaa, run_participants
from uvas_stats.workspace import Workspace

AT = dt.date(2106, 6, 30)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("participants")
    path, mapping = write_participants(folder)
    return run_participants(path, mapping, workspace=Workspace(folder), at=AT).observations


def value(rows: pd.DataFrame, measure: str, period: str = "2106H1", **more: str) -> float:
    part = rows.loc[(rows["measure"] == measure) & (rows["period"] == period) & (rows["sex"] == "total")]
    for column, wanted in more.items():
        part = part.loc[part[column] == wanted]
    assert len(part) == 1
    return float(part["value"].iloc[0])


@pytest.mark.parametrize(
    ("measure", "december", "june"),
    [
        ("participants_started_count", 80, 80),
        ("participants_ended_count", 20, 50),
        ("participants_ended_to_work_count", 10, 30),
        ("participants_ended_to_work_share_pct", 50, 60),
        ("participants_ended_to_study_share_pct", 50, 20),
        ("participants_ended_to_work_or_study_share_pct", 100, 80),
        ("participants_mobility_share_pct", 100, 40),
        ("participants_got_work_share_pct", 12.5, 37.5),
        ("participants_study_plan_share_pct", 20, 80),
        ("participants_measure_within_6_months_share_pct", 100, 50),
        ("participants_assistance_start_count", 40, 40),
    ],
)
def test_a_figure_at_each_terms_end(counted: pd.DataFrame, measure: str, december: float, june: float) -> None:
    assert value(counted, measure, "2106H1") == pytest.approx(june)
    shown = value(counted, measure, "2105H2")
    assert pd.isna(shown) or shown == pytest.approx(december)  # hidden where it would tell of a whole group


def test_the_cost_is_told_of_the_last_term_for_what_is_booked_is_booked_now(counted: pd.DataFrame) -> None:
    assert value(counted, "participants_cost_kkr") == 10.0
    assert counted.loc[counted["measure"] == "participants_cost_kkr", "period"].tolist() == ["2106H1"]


def test_a_list_without_a_column_tells_nothing_of_it_rather_than_nobody(tmp_path: Path) -> None:
    path, mapping = write_participants(tmp_path)
    kept = ("personnummer", "start", "end", "first_contact")
    lines = mapping.read_text(encoding="utf-8").splitlines()
    mapping.write_text("\n".join(one for one in lines if " = " not in one or one.split(" = ")[0] in
                                 (*kept, "kind", "kommun")), encoding="utf-8")  # fmt: skip
    outcome = run_participants(path, mapping, workspace=Workspace(tmp_path), at=AT)
    rows = outcome.observations.loc[outcome.observations["sex"] == "total"]
    assert set(rows["measure"]) == {"participants_count", "participants_started_count", "participants_ended_count"}
    assert set(rows["breakdown"].dropna()) == {"outcome"}
    assert value(rows, "participants_started_count") == 80
    assert value(rows, "participants_ended_count") == 50
    missing = [line for line in outcome.remarks if line.startswith("Kolumn saknas")]
    assert any("Avslutsorsak" in line for line in missing)
    assert len(missing) == len(set(missing))


def test_who_has_left_assistance_is_known_when_the_file_says_now(counted: pd.DataFrame) -> None:
    assert value(counted, "participants_left_assistance_count") == 30
    assert value(counted, "participants_assistance_count") == 20
    assert value(counted, "participants_assistance_change_pct") == -50


def test_the_change_in_assistance_is_that_of_those_of_whom_both_are_known(tmp_path: Path) -> None:
    path, mapping = write_participants(tmp_path)
    rows = pd.read_csv(path, sep=";", dtype="str", keep_default_na=False, encoding="utf-8-sig")
    columns = tomllib.loads(mapping.read_text(encoding="utf-8"))["columns"]
    start, now = (rows[columns[name]] for name in ("assistance_start", "assistance_now"))
    for then in ("ja", "nej"):
        rows.loc[rows.index[(start == then) & (now == "nej")][:6], columns["assistance_now"]] = ""
    rows.to_csv(path, sep=";", index=False, encoding="utf-8")
    after = run_participants(path, mapping, workspace=Workspace(tmp_path), at=AT).observations
    left, stayed, came = 30 - 6, 10, 10
    assert value(after, "participants_left_assistance_count") == left
    assert value(after, "participants_assistance_change_pct") == pytest.approx(
        100 * (came - left) / (stayed + left)
    )


def test_still_in_occupation_counts_those_followed_up_after_six_months(counted: pd.DataFrame) -> None:
    assert value(counted, "participants_still_in_occupation_share_pct") == 50


def test_no_term_that_has_ended_is_refused() -> None:
    with pytest.raises(RegisterError, match="Ingen termin"):
        terms_between(dt.date(2106, 7, 1), dt.date(2106, 12, 30))


def test_the_goals_of_a_programme_are_assessed_on_the_register(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    before = nulage("lidkoping", workspace=tmp_path).goals().cells.set_index("Mål")
    assert before["Status"].eq("kan inte bedömas").all()
    path, mapping = write_participants(tmp_path)
    run_participants(path, mapping, workspace=workspace, at=AT)
    now = nulage("lidkoping", workspace=tmp_path)
    goals = now.goals().cells.set_index("Mål")
    work = next(text for text in goals.index if "får arbete" in text)
    plan = next(text for text in goals.index if "studieplan" in text)
    assert "37,5" in goals.loc[work, "Skäl"]
    assert "80,0" in goals.loc[plan, "Skäl"]
    assert goals["Status"].eq("kan inte bedömas").all()  # they were due in 2017, of which there is no figure
    assert "kommunens eget register" in now.goals().about.source
    assert "37,5" in now.participants().cells.to_csv()


def parts_of(programme: str, folder: Path) -> dict[str, str]:
    chapters = nulage(programme, workspace=folder).chapters()
    return {part.about.id: chapter.heading for chapter in chapters for part in chapter.parts}


@pytest.mark.slow
def test_a_nulage_shows_the_participants_beside_the_goals(tmp_path: Path) -> None:
    goals = next(one for one in nulage("lidkoping", workspace=tmp_path).chapters() if one.heading == "Målen")
    assert "uvas register participants" in [one.todo for one in goals.missing]
    path, mapping = write_participants(tmp_path)
    run_participants(path, mapping, workspace=Workspace(tmp_path), at=AT)
    assert parts_of("lidkoping", tmp_path)["deltagare"] == "Målen"
    assert "deltagare" not in parts_of("ale", tmp_path)


@pytest.mark.slow
def test_a_nulage_shows_the_kaa_register_last_and_says_how_it_differs(tmp_path: Path) -> None:
    write_demo(tmp_path / "demo", kommun="1440", persons=200)
    files = tmp_path / "demo" / "kaa.csv", tmp_path / "demo" / "kaa.toml"
    run_kaa(*files, "2105/06", workspace=Workspace(tmp_path))
    last = nulage("ale", workspace=tmp_path).chapters()[-1]
    assert last.heading == "Kommunens egna register"
    for word in ("flödet", "bestånd", "Nämnaren", "rapporteringen", "läggs aldrig ihop"):
        assert word in last.parts[0].about.note


@pytest.mark.slow
def test_an_area_is_the_sum_of_three_lists_where_all_are_shown(tmp_path: Path) -> None:
    path, mapping = write_participants(tmp_path)
    for code in ("0136", "0192", "0138"):
        mapping.write_text(mapping.read_text(encoding="utf-8").replace("1494", code), encoding="utf-8")
        run_participants(path, mapping, workspace=Workspace(tmp_path), at=AT)
        mapping.write_text(mapping.read_text(encoding="utf-8").replace(code, "1494"), encoding="utf-8")
        if code == "0136":
            alone = nulage("ostra_sodertorn", workspace=tmp_path).participants().cells
            assert "Kommun" not in alone  # no sum of an area that lacks two kommuner
    cells = nulage("ostra_sodertorn", workspace=tmp_path).participants().cells.set_index(["Uppgift", "Kommun"])
    together = cells.xs("Tillsammans", level="Kommun")["juni 2106"]
    assert together["Avslutade: studier"] == "30"
    assert ("Avslutade: studier", "Haninge") not in cells.index  # in parts the area alone: the table is long
    assert together["Påbörjat"] == "240"
    alone = cells.loc[("Fått arbete", "Haninge"), "juni 2106"]
    assert together["Fått arbete"] == alone.replace("30\u00a0av\u00a080", "90\u00a0av\u00a0240")
    ended = cells.loc[("Avslut till arbete eller studier", "Tillsammans")]
    assert ended["Dokumentet"] == "cirka 70 %"  # what the document says of all three
    assert "Kostnad per deltagare" not in together
