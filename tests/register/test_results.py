"""What is let out becomes observations, an export in five blocks and lines; earlier counts are reckoned with."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from filelock import FileLock, Timeout

from tests.damage import turned
from tests.register.people import mapping_file, number, row, write
from tests.slow import quick
from uvas_stats import nulage
from uvas_stats.build.pipeline import build
from uvas_stats.disclosure import read_ledger
from uvas_stats.disclosure.ledger import ledger_file
from uvas_stats.errors import RegisterError, WorkspaceError
from uvas_stats.observations.store import read_observations
from uvas_stats.observations.validate import make_observations
from uvas_stats.register import published, run
from uvas_stats.register.demo import DEMO_PERIOD, invented_number, write_demo
from uvas_stats.register.export import block_rows, write_blocks
from uvas_stats.register.published import remove_results
from uvas_stats.register.run import run_kaa
from uvas_stats.register.store import register_origins, save_results, stored_observations
from uvas_stats.workspace import Workspace


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    write_demo(tmp_path / "demo", kommun="2182", persons=300)
    return tmp_path


def count(folder: Path, period: str = DEMO_PERIOD, at: dt.date | None = None) -> pd.DataFrame:
    files = folder / "demo" / "kaa.csv", folder / "demo" / "kaa.toml"
    return run_kaa(*files, period, workspace=Workspace(folder), at=at).observations


def result() -> pd.DataFrame:
    """Give observations, as a count lets them out."""
    row = {
        "dataset": "register:2182", "edition": "2106-07-01", "region_code": "2182", "period": "2105/06",
        "age_group": "16-19", "measure": "register_kaa_flow_count", "origin": "register/2182/kaa_2105-06",
    }  # fmt: skip
    shown, hidden = {"sex": "total", "value": 9.0, "status": "ok"}, {"sex": "women", "status": "suppressed"}
    return make_observations(pd.DataFrame([row | shown, row | hidden]))


def test_invented_people_are_not_born_yet(demo: Path) -> None:
    text = (demo / "demo" / "kaa.csv").read_text(encoding="utf-8-sig")
    assert min(line[:4] for line in text.splitlines()[1:]) >= "2084"
    with pytest.raises(RegisterError):
        invented_number(dt.date(2007, 1, 1), 1)
    with pytest.raises(RegisterError, match="finns redan"):
        write_demo(demo / "demo", kommun="2182")


def test_results_are_observations_of_the_kommuns_own_dataset(demo: Path) -> None:
    shown = count(demo)
    assert set(shown["dataset"]) == {"register:2182"}
    build(Workspace(demo))
    held = read_observations(demo / "data" / "processed", ["register_kaa_flow_count"])
    total = held.loc[held["breakdown"].isna() & (held["sex"] == "total")]
    sexes = held.loc[held["sex"] != "total", "value"]
    assert total["value"].tolist() == [sexes.sum()]
    occupation = held.loc[held["breakdown"] == "occupation"]
    assert "unknown" in set(occupation["category"])
    parts = nulage(kommun="2182", workspace=demo).register_parts().cells
    assert {"okänd", "studiebevis", "inom 60 dagar"} <= set(parts["Kategori"])


def test_the_table_of_the_nulage_tells_the_sexes_apart(demo: Path) -> None:
    count(demo)
    cells = nulage(kommun="2182", workspace=demo).registers().cells.set_index("Uppgift")
    flow = cells.loc["KAA under läsåret (register)"]
    assert int(flow["Kvinnor"]) + int(flow["Män"]) == int(flow["Eget register"])
    assert cells.loc["Pågående registreringar, läsår", ["Kvinnor", "Män"]].tolist() == ["–", "–"]


@pytest.mark.slow
def test_a_nulage_of_an_earlier_period_has_no_chapter_of_later_registers(demo: Path) -> None:
    count(demo)
    build(Workspace(demo))
    of = {
        period: [one.heading for one in nulage(kommun="2182", period=period, workspace=demo).content().chapters]
        for period in ("2023", None)
    }
    assert "Kommunens egna register" in of[None]
    assert "Kommunens egna register" not in of["2023"]


def test_no_small_count_is_among_the_observations(demo: Path) -> None:
    for at in (None, dt.date(2105, 12, 31)):
        shown = count(demo, at=at)
        counts = shown.loc[shown["measure"].str.endswith("_count"), "value"].dropna()
        assert not counts.between(1, 4).any()


def test_two_days_are_published_together(demo: Path) -> None:
    count(demo, at=dt.date(2106, 6, 14))
    count(demo, at=dt.date(2106, 6, 15))
    ledger = read_ledger(Workspace(demo), "register:2182")
    assert len(ledger.publications) == 2
    names = {name for key in ledger.publications[1].hidden for name, _ in key}
    assert "not in" in names  # those who came or went between the days are known to be behind the two figures


@pytest.mark.parametrize("step", ["register_ledger", "linked_spans", "release", "save_results"])
def test_nobody_else_publishes_from_reading_the_ledger_until_the_results_are_kept(
    demo: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    lock = ledger_file(Workspace(demo), "register:2182").with_suffix(".lock")
    own, free = getattr(run, step), list[bool]()

    def watched(*words: object) -> object:
        try:
            with FileLock(lock, timeout=0):
                free.append(True)
        except Timeout:
            free.append(False)
        return own(*words)

    monkeypatch.setattr(run, step, watched)
    count(demo)
    assert free[-1] is False


def test_the_day_that_the_first_participant_started_is_not_told(demo: Path) -> None:
    files = demo / "demo" / "deltagare.csv", demo / "demo" / "deltagare.toml"
    rows = pd.read_csv(files[0], sep=";", dtype="str", encoding="utf-8-sig")
    starts = rows["Start"].loc[~rows["Start"].str.endswith(("-01-01", "-07-01"))]
    rows.loc[starts.index].to_csv(files[0], sep=";", index=False)
    outcome = run.run_participants(*files, workspace=Workspace(demo), at=dt.date(2106, 6, 30))
    told = [str(register_origins(Workspace(demo)))]
    assert len(outcome.files) == len(register_origins(Workspace(demo)))
    told.append(ledger_file(Workspace(demo), "register:2182").read_text(encoding="utf-8"))
    assert starts.min() not in "".join(told)
    assert run.run_participants(*files, workspace=Workspace(demo), at=dt.date(2106, 6, 30)).files


@pytest.mark.slow
def test_a_register_without_a_column_tells_nothing_of_it_rather_than_nobody(demo: Path) -> None:
    mapping = demo / "demo" / "kaa.toml"
    gone = ("closed", "closed_reason", "closed_to", "measure_reason", "schooling", "contact_occupation")
    lines = mapping.read_text(encoding="utf-8").splitlines()
    mapping.write_text("\n".join(one for one in lines if one.split(" = ")[0] not in gone), encoding="utf-8")
    outcome = run_kaa(demo / "demo" / "kaa.csv", mapping, DEMO_PERIOD, workspace=Workspace(demo))
    rows = outcome.observations
    assert not rows["measure"].str.contains("_ended_").any()
    assert set(rows["breakdown"].dropna()) == {
        "birth_year", "contact", "measure_type", "measure_after", "month", "days_open"
    }  # fmt: skip
    assert any("Ansvaret upphörde" in line for line in outcome.remarks)
    for period in ("2105H2", "2106H1"):
        assert len(run_kaa(demo / "demo" / "kaa.csv", mapping, period, workspace=Workspace(demo)).observations)


def test_a_hidden_count_has_quartiles_that_are_hidden_whether_it_is_none_or_few(tmp_path: Path) -> None:
    found = []
    for few in (0, 3):
        folder = tmp_path / str(few)
        folder.mkdir()
        (folder / "disclosure.toml").write_text('zeros = "hide"\n', encoding="utf-8")
        rows = [row(number(at), closed="2106-02-02" if at < few else "") for at in range(40)]
        files = write(folder / "kaa.csv", rows), mapping_file(folder)
        shown = run_kaa(*files, "2105/06", workspace=Workspace(folder)).observations
        found.append(shown.loc[shown["breakdown"] == "days_ended", ["category", "status"]].to_dict("records"))
    assert found[0] == found[1]
    assert {one["status"] for one in found[0]} == {"suppressed"}


@pytest.mark.slow
def test_kinds_of_period_are_measures_of_their_own(demo: Path) -> None:
    year, half = count(demo), count(demo, "2105H2")
    own = [set(one.loc[one["measure"] != "register_kaa_stock_count", "measure"]) for one in (year, half)]
    assert own[0].isdisjoint(own[1])
    build(Workspace(demo))


def test_the_export_has_the_five_blocks_and_only_what_was_let_out(demo: Path) -> None:
    shown = count(demo)
    target = demo / "block.xlsx"
    write_blocks(shown, target, {"2182": "Söderhamn"})
    book = openpyxl.load_workbook(target)
    assert [name[:2] for name in book.sheetnames] == ["1.", "2.", "3.", "4.", "5."]
    blocks = block_rows(shown)
    assert all(len(rows) for rows in blocks.values())
    about = {str(row[0].value): row[1].value for row in book["1. Obligatoriska uppgifter"].iter_rows(max_row=4)}
    assert about == {"Kommun": "Söderhamn", "Period": "läsåret 2105/06", "Mätdatum": "2106-06-30",
                     "Räknat": str(shown["edition"].iloc[0])}  # fmt: skip
    assert {"Nya registreringar per månad"} <= set(blocks[1]["Uppgift"])
    numbers = pd.concat(blocks.values())["Antal"]
    assert not numbers.isin([1, 2, 3, 4]).any()
    assert numbers.map(type).isin([int, float, str]).all()
    assert "döljs" in set(numbers)


def test_an_export_replaces_an_earlier_one_and_nothing_else(demo: Path) -> None:
    shown, target = count(demo), demo / "egen.xlsx"
    for _ in range(2):
        write_blocks(shown, target, {"2182": "Söderhamn"})
    openpyxl.load_workbook(target).save(target)  # as somebody else saves it
    theirs = target.read_bytes()
    with pytest.raises(WorkspaceError, match="är inte skriven av uvas"):
        write_blocks(shown, target, {"2182": "Söderhamn"})
    assert target.read_bytes() == theirs


def test_several_kommuner_get_a_workbook_each(demo: Path) -> None:
    shown = count(demo)
    both = pd.concat([shown, shown.assign(region_code="0136")], ignore_index=True)
    written = write_blocks(both, demo / "block.xlsx", {"0136": "Haninge", "2182": "Söderhamn"})
    assert [path.name for path in written] == ["block_0136.xlsx", "block_2182.xlsx"]
    assert all(path.is_file() for path in written)


def test_a_file_with_a_column_of_kommuner_is_counted_kommun_by_kommun(demo: Path) -> None:
    path, mapping = demo / "demo" / "kaa.csv", demo / "demo" / "kaa.toml"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    of = {line.split(";")[0]: ("0136", "Tyresö")[int(line[:4]) % 2] for line in lines[1:]}
    rows = [f"{lines[0]};Hemort", *(f"{line};{of[line.split(';')[0]]}" for line in lines[1:])]
    path.write_text("\n".join(rows), encoding="utf-8-sig")
    text = mapping.read_text(encoding="utf-8").replace('kommun = "2182"', 'kommun = ""')
    mapping.write_text(text.replace('kommun = ""  # Kommun\n', 'kommun = "Hemort"\n'), encoding="utf-8")
    both = run_kaa(path, mapping, DEMO_PERIOD, workspace=Workspace(demo)).observations
    assert set(both["region_code"]) == {"0136", "0138"}
    (demo / "x").mkdir()
    alone = run_kaa(path, mapping, DEMO_PERIOD, workspace=Workspace(demo / "x"), kommun="Tyresö").observations
    assert alone["value"].tolist() == pytest.approx(
        both.loc[both["region_code"] == "0138", "value"].tolist(), nan_ok=True
    )
    assert alone["value"].notna().any()


def test_what_is_said_of_left_out_rows_is_not_their_number(demo: Path) -> None:
    path = demo / "demo" / "kaa.csv"
    path.write_text(path.read_text(encoding="utf-8-sig") + "fel\nfel\n", encoding="utf-8-sig")
    count(demo)
    about = str(register_origins(Workspace(demo))["register/2182/kaa_2105-06"])
    assert "Rader som inte gick att använda är utelämnade, högst 2 procent av listan." in about
    rows = len(path.read_text(encoding="utf-8-sig").splitlines()) - 1
    assert not {str(rows), str(rows - 1), str(rows - 2)} & set(re.findall(r"\d+", about))


def test_a_damaged_result_is_told_of(demo: Path) -> None:
    count(demo)
    (demo / "data" / "register" / "2182" / "kaa_2105-06.parquet").write_bytes(b"PAR1")
    with pytest.raises(RegisterError, match="skadad"):
        build(Workspace(demo))


@pytest.mark.parametrize("step", quick([101, 29], 101))
def test_no_bit_of_a_result_can_be_turned_without_a_word(tmp_path: Path, step: int) -> None:
    workspace = Workspace(tmp_path)
    (path,) = save_results(workspace, "2182", {"kaa_2105-06": result()}, "Räknat.", {})
    whole = path.read_bytes()
    wanted, about = list(stored_observations(workspace)), register_origins(workspace)
    for at in range(0, 8 * len(whole), step):
        path.write_bytes(turned(whole, at))
        told = None
        try:
            pd.testing.assert_frame_equal(next(stored_observations(workspace)), wanted[0])
            assert register_origins(workspace) == about
        except RegisterError as error:
            told = str(error)
        assert told in (
            None,
            f"Filen med räknade uppgifter är skadad ({path}). Ta bort den och räkna registret igen.",
        )


def test_a_result_of_an_earlier_version_is_read_with_the_note_beside_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    folder = tmp_path / "data" / "register" / "2182"
    folder.mkdir(parents=True)
    result().to_parquet(folder / "kaa_2105-06.parquet")
    (folder / "kaa_2105-06.json").write_text('{"note": "Räknat."}', encoding="utf-8")
    pd.testing.assert_frame_equal(next(stored_observations(workspace)), result())
    assert register_origins(workspace)["register/2182/kaa_2105-06"]["note"] == "Räknat."
    save_results(workspace, "2182", {"kaa_2105-06": result()}, "Räknat igen.", {})
    assert [path.name for path in folder.iterdir()] == ["kaa_2105-06.parquet"]
    assert register_origins(workspace)["register/2182/kaa_2105-06"]["note"] == "Räknat igen."


@pytest.mark.slow
def test_a_demonstration_is_marked_and_can_be_removed_with_its_ledger(demo: Path) -> None:
    count(demo)
    note = nulage(kommun="2182", workspace=demo).registers().about.note
    assert note.startswith("Demonstration: personerna är påhittade.")
    removed = remove_results(Workspace(demo), "2182")
    assert ledger_file(Workspace(demo), "register:2182") in removed
    assert not any(path.exists() for path in removed)
    assert "Kommunens egna register" not in [
        one.heading for one in nulage(kommun="2182", workspace=demo).content().chapters
    ]
    with pytest.raises(RegisterError, match="inga räknade register"):
        remove_results(Workspace(demo), "2182")


def test_what_has_been_shown_of_anybody_else_is_remembered_when_results_are_removed(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(demo)
    monkeypatch.setattr(published, "is_invented", lambda day: day.year > 2200)
    removed = published.remove_results(Workspace(demo), "2182")
    assert ledger_file(Workspace(demo), "register:2182").exists()
    assert len(removed) == 2
    assert count(demo)["value"].notna().any()


@pytest.mark.parametrize("content", ["{", "[1]", "\udcff"])
def test_a_damaged_note_beside_a_result_is_told_of(tmp_path: Path, content: str) -> None:
    folder = tmp_path / "data" / "register" / "2182"
    folder.mkdir(parents=True)
    result().to_parquet(folder / "kaa_2105-06.parquet")  # as earlier versions wrote it
    (folder / "kaa_2105-06.json").write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(RegisterError, match=r"skadad .*kaa_2105-06\.json.*Ta bort den"):
        register_origins(Workspace(tmp_path))
