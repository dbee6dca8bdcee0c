"""From raw files to data/processed: all figures arrive, and a failed build changes nothing."""

from __future__ import annotations

import hashlib
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from uvas_stats.build import pipeline
from uvas_stats.build.pipeline import build, ensure_processed
from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.errors import ObservationError, RawFileError, UvasStatsError, WorkspaceError
from uvas_stats.observations.contract import select
from uvas_stats.observations.editions import latest_edition
from uvas_stats.observations.store import read_observations, read_origins
from uvas_stats.workspace import Workspace, shipped_raw

HEADINGS = "kpi,region,year,gender,value\n"
SHIPPED = len(list(shipped_raw().glob("*/*/origin.toml")))
YEARS = [str(year) for year in range(2008, 2025)]
# N02797, 2008-2024, as published.
SERIES = {
    "2182": "7.60 10.58 8.97 9.35 9.51 10.78 10.74 10.33 10.82 8.42 7.21 7.87 7.54 8.03 7.48 8.18 9.15",
    "2421": "4.76 6.06 6.45 3.27 5.27 5.16 6.97 7.00 7.09 7.68 6.40 6.46 6.21 5.60 5.26 6.10 5.63",
    "1494": "5.73 8.25 7.56 6.60 7.23 6.89 7.50 8.42 7.48 6.58 5.47 5.75 6.17 5.32 5.31 5.65 6.06",
    "1440": "6.53 7.87 7.17 6.46 6.94 8.27 8.23 7.64 7.13 5.61 5.61 5.22 6.19 6.02 4.62 6.28 6.17",
    "0136": "8.59 9.94 8.29 8.10 8.64 8.77 8.48 8.78 8.41 7.89 8.17 7.53 8.09 7.03 7.07 7.20 8.01",
    "0192": "8.45 9.47 8.45 8.92 9.61 8.92 9.87 8.73 8.52 8.07 8.08 8.17 8.07 7.97 7.57 8.11 8.85",
    "0138": "6.00 6.83 5.97 5.90 6.26 7.36 7.25 6.87 6.50 6.26 6.44 6.14 6.36 5.53 4.52 5.32 5.34",
    "00": "7.31 8.82 7.65 7.11 7.52 7.53 7.46 7.63 7.55 6.78 6.53 6.18 6.23 5.74 5.50 5.76 6.16",
}


def snapshot(
    workspace: Workspace, content: str | bytes, edition: str = "2027-01-01", dataset: str = "kolada", **origin: str
) -> Path:
    """Put an edition of the analyst's own into the workspace."""
    folder = workspace.raw / dataset / edition
    folder.mkdir(parents=True)
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "fil.csv").write_bytes(data)
    keys = {
        "dataset": dataset,
        "edition": edition,
        "title": "T",
        "publisher": "P",
        "url": "",
        "licence": "L",
    } | origin
    lines = [f'{key} = "{value}"' for key, value in keys.items()]
    lines += ["retrieved = 2027-01-01", "[[files]]", 'name = "fil.csv"', f"bytes = {len(data)}"]
    lines += [f'sha256 = "{hashlib.sha256(data).hexdigest()}"']
    (folder / "origin.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def state_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}


# --- the first edition ------------------------------------------------------------------------------------------


def test_all_published_figures_arrive_as_observations(observations: pd.DataFrame) -> None:
    raw = pd.read_csv(shipped_raw() / "kolada" / "2026-11-21" / "kolada_published.csv", dtype=str)
    assert len(raw) == 6752
    measure = {
        "N02797": ("uvas_share_pct", "16-24"),
        "N03942": ("unemployed_youth_rate_pct", "18-24"),
        "N15428": ("eligible_vocational_share_pct", "total"),
        "N17473": ("eligible_university_3y_share_pct", "total"),
    }
    school = raw["kpi"].isin(["N15428", "N17473"])
    year = raw["year"].astype(int)
    expected = pd.DataFrame(
        {
            "region_code": raw["region"].replace("0000", "00"),
            "period": raw["year"].where(~school, (year - 1).astype(str) + "/" + raw["year"].str[2:]),
            "sex": "total",
            "age_group": raw["kpi"].map(lambda kpi: measure[kpi][1]),
            "measure": raw["kpi"].map(lambda kpi: measure[kpi][0]),
            "value": raw["value"].astype(float),
            "status": "ok",
        }
    )
    of_edition = (observations["dataset"] == "kolada") & (observations["edition"] == "2026-11-21")
    found = observations.loc[of_edition, list(expected.columns)]
    order = ["measure", "region_code", "period"]
    pd.testing.assert_frame_equal(
        found.astype(dict.fromkeys(expected.columns.drop("value"), "str")).sort_values(order, ignore_index=True),
        expected.astype(dict.fromkeys(expected.columns.drop("value"), "str")).sort_values(
            order, ignore_index=True
        ),
    )


@pytest.mark.parametrize("code", SERIES)
def test_a_published_series_arrives_whole(observations: pd.DataFrame, code: str) -> None:
    newest = latest_edition(observations, load_catalog().replaces)
    part = select(newest, measure="uvas_share_pct", region_code=code, sex="total")
    assert part["period"].tolist() == YEARS
    assert part["value"].tolist() == [float(text) for text in SERIES[code].split()]


def value(observations: pd.DataFrame, measure: str, code: str, period: str) -> float:
    newest = latest_edition(observations, load_catalog().replaces)
    rows = select(newest, measure=measure, region_code=code, period=period, sex="total")
    (found,) = rows.loc[rows["breakdown"].isna(), "value"]
    return float(found)


@pytest.mark.parametrize(
    ("measure", "code", "period", "expected"),
    [
        ("uvas_share_pct", "2182", "2024", 9.15),
        ("uvas_share_pct", "00", "2024", 6.16),
        ("unemployed_youth_rate_pct", "00", "2023", 7.15),
        ("unemployed_youth_rate_pct", "00", "2024", 7.89),
        ("unemployed_youth_rate_pct", "00", "2025", 7.80),
        ("unemployed_youth_rate_pct", "2182", "2023", 14.30),
        ("unemployed_youth_rate_pct", "2182", "2024", 17.47),
        ("unemployed_youth_rate_pct", "2182", "2025", 15.15),
        ("uvas_share_pct", "1730", "2014", 9.45),
        ("uvas_share_pct", "1730", "2015", 18.67),
        ("eligible_vocational_share_pct", "1762", "2024/25", 90.91),
        ("eligible_vocational_share_pct", "1762", "2025/26", 42.42),
        ("eligible_vocational_share_pct", "00", "2007/08", 88.9),
        ("kolada_kaa_16_20_share_pct", "00", "2018/19", 14.338611),
        ("kolada_kaa_16_20_share_pct", "00", "2021/22", 11.2),
        ("kolada_kaa_16_20_share_pct", "2182", "2021/22", 10.9),
        ("kolada_kaa_16_20_share_pct", "2084", "2021/22", 54.9),
        ("kolada_unemployed_16_24_population_share_pct", "00", "2022", 3.760597),
        ("kolada_exam_3y_share_pct", "00", "2021/22", 69.330518),
        ("kolada_youth_economic_assistance_share_pct", "00", "2022", 4.56649),
        ("kolada_residents_16_19_count", "00", "2008", 519029),
        ("siris_eligible_vocational_share_pct", "2421", "2024/25", 85.5),
        ("uvas_16_29_count", "00", "2017", 157080),
        ("uvas_16_24_count", "00", "2017", 71250),
        ("uvas_25_29_share_pct", "00", "2017", 11.69),
        ("uvas_16_25_share_pct", "00", "2011", 8.9),
        ("unemployed_youth_population_share_pct", "1080", "2009-11", 15.4),
        ("openly_unemployed_youth_rate_pct", "00", "2024", 4.1),
        ("kaa_calendar_year_count", "00", "2016", 115200),
        ("kaa_half_year_count", "00", "2017H2", 94697),
        ("kaa_school_year_count", "00", "2022/23", 63800),
    ],
)
def test_published_figures_are_right(
    observations: pd.DataFrame, measure: str, code: str, period: str, expected: float
) -> None:
    assert value(observations, measure, code, period) == expected


@pytest.mark.parametrize(
    ("measure", "period", "highest", "lowest"),
    [
        (
            "uvas_share_pct",
            "2024",
            [
                ("Eda", 12.78),
                ("Storfors", 12.41),
                ("Haparanda", 11.67),
                ("Gullspång", 11.48),
                ("Degerfors", 11.27),
            ],
            [("Ydre", 2.30), ("Arjeplog", 2.87), ("Lund", 3.12), ("Lomma", 3.32)],
        ),
        (
            "unemployed_youth_rate_pct",
            "2025",
            [
                ("Östra Göinge", 16.22),
                ("Söderhamn", 15.15),
                ("Bromölla", 15.04),
                ("Olofström", 14.62),
                ("Åstorp", 14.03),
            ],
            [("Kiruna", 2.47), ("Gällivare", 3.00), ("Danderyd", 3.14)],
        ),
    ],
)
def test_the_extremes_are_where_they_were_published(
    observations: pd.DataFrame,
    catalog: Catalog,
    measure: str,
    period: str,
    highest: list[tuple[str, float]],
    lowest: list[tuple[str, float]],
) -> None:
    part = select(observations, measure=measure, period=period).sort_values("value")
    rows = [(catalog.names[code], number) for code, number in zip(part["region_code"], part["value"], strict=True)]
    assert rows[: len(lowest)] == lowest
    assert rows[::-1][: len(highest)] == highest


@pytest.mark.parametrize("measure", ["uvas_share_pct", "unemployed_youth_rate_pct"])
def test_every_kommun_has_a_figure_every_year(observations: pd.DataFrame, measure: str) -> None:
    part = select(observations, measure=measure)
    assert part.groupby("period")["region_code"].nunique().unique().tolist() == [291]


def test_the_published_parts_add_up_to_the_published_whole(observations: pd.DataFrame) -> None:
    parts = [value(observations, f"uvas_{ages}_count", "00", "2017") for ages in ("16_24", "25_29")]
    assert sum(parts) == value(observations, "uvas_16_29_count", "00", "2017")


def test_every_observation_leads_back_to_its_raw_file(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    build(workspace)
    frame = read_observations(workspace.processed)
    files = read_origins(workspace.processed)["files"]
    raw = {str(origin) for origin in frame["origin"].unique() if not str(origin).startswith("programmes/")}
    assert raw == set(files) - {"kolada_groups/2026-03-31/groups.json"}
    for origin, about in files.items():
        assert hashlib.sha256((shipped_raw() / origin).read_bytes()).hexdigest() == about["sha256"]
        assert about["publisher"]
        assert about["licence"]


def test_a_build_tells_what_it_wrote(workspace: Workspace) -> None:
    result = build(workspace)
    assert result.rows == len(read_observations(workspace.processed))
    assert (result.datasets, result.editions) == (5, SHIPPED)


def test_two_builds_write_the_same_bytes(tmp_path: Path) -> None:
    one, two = Workspace(tmp_path / "a"), Workspace(tmp_path / "b")
    build(one)
    build(two)
    for name in ("observations.parquet", "origins.json"):
        assert (one.processed / name).read_bytes() == (two.processed / name).read_bytes()


def test_nothing_is_left_beside_the_three_files(workspace: Workspace) -> None:
    build(workspace)
    held = sorted(path.name for path in workspace.processed.iterdir())
    assert held == ["observations.parquet", "origins.json", "similar_groups.json"]


def test_zeros_of_kolada_that_mean_missing_are_no_figures_and_a_true_one_is(observations: pd.DataFrame) -> None:
    rows = select(observations, measure="eligible_vocational_share_pct", region_code="2305", period="2012/13")
    assert (rows["sex"].nunique(), set(rows["status"])) == (3, {"not_available"})
    rows = select(observations, measure="eligible_vocational_share_pct", region_code="2422", period="2017/18")
    known = rows.loc[rows["value"].notna(), ["sex", "value"]]
    assert known.values.tolist() == [["total", 61.538462]]
    (uvas,) = select(observations, measure="uvas_share_pct", region_code="2403", period="2019", sex="men")["value"]
    assert uvas == 0.0


# --- a build that fails -----------------------------------------------------------------------------------------

ROW = "N02797,2182,2024,T,9.15\n"


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (HEADINGS + ROW + ROW, ObservationError, "flera gånger"),
        (f"{HEADINGS}N02797,2182,2024,T,105\n", ObservationError, "Värdet 105 ligger utanför 0–100"),
        (f"{HEADINGS}N02797,2182,2024,T,-0.1\n", ObservationError, "utanför"),
        (f"{HEADINGS}N02797,2182,2024,T,nio\n", RawFileError, "inget tal"),
        (f"{HEADINGS}N00000,2182,2024,T,9\n", RawFileError, "Okända nyckeltal"),
        (f"{HEADINGS}N02797,9999,2024,T,9\n", RawFileError, "Okända områdeskoder"),
        (HEADINGS, RawFileError, "saknar rader"),
        ("", RawFileError, "läsa som CSV"),
        ("<html>\n</html>\n", RawFileError, "Rubrikerna"),
        (f"{HEADINGS}N02797,2182,20", RawFileError, "fil.csv"),
    ],
)
def test_a_wrong_raw_file_stops_the_build_and_leaves_what_was_there(
    workspace: Workspace, content: str, kind: type[UvasStatsError], words: str
) -> None:
    build(workspace)
    before = state_of(workspace.processed)
    snapshot(workspace, content)
    for function in (build, ensure_processed):
        with pytest.raises(kind, match=words) as caught:
            function(workspace)
        message = str(caught.value)
        assert "fil.csv" in message
        assert len(message.splitlines()) == 1
    assert state_of(workspace.processed) == before


def test_a_changed_raw_file_stops_the_build_and_leaves_what_was_there(workspace: Workspace) -> None:
    folder = snapshot(workspace, HEADINGS + ROW)
    build(workspace)
    before = state_of(workspace.processed)
    (folder / "fil.csv").write_text(HEADINGS + ROW.replace("9.15", "1.15"))
    for function in (build, ensure_processed):
        with pytest.raises(RawFileError, match=r"kontrollsumma.*fil\.csv"):
            function(workspace)
    assert state_of(workspace.processed) == before


def test_a_raw_file_that_went_missing_stops_the_build(workspace: Workspace) -> None:
    folder = snapshot(workspace, HEADINGS + ROW)
    build(workspace)
    (folder / "fil.csv").unlink()
    with pytest.raises(RawFileError, match="kan inte läsas"):
        ensure_processed(workspace)


def test_a_dataset_that_is_not_in_the_catalog_stops_the_build(workspace: Workspace) -> None:
    snapshot(workspace, HEADINGS + ROW, dataset="egna_siffror")
    with pytest.raises(RawFileError, match=r"egna_siffror.*finns inte i katalogen"):
        build(workspace)


def test_the_documents_have_no_raw_folder(workspace: Workspace) -> None:
    snapshot(workspace, HEADINGS + ROW, dataset="programme_documents")
    with pytest.raises(RawFileError, match="har inga råfiler"):
        build(workspace)


def test_a_wrong_programme_file_changes_nothing_that_is_built(workspace: Workspace) -> None:
    build(workspace)
    before = state_of(workspace.processed)
    workspace.programmes.mkdir()
    (workspace.programmes / "fel.toml").write_text('id = "fel"')
    ensure_processed(workspace)
    assert state_of(workspace.processed) == before


def test_without_any_raw_files_there_is_nothing_to_build(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uvas_stats.workspace.shipped_raw", lambda: workspace.root / "saknas")
    with pytest.raises(ObservationError, match="inga råfiler"):
        build(workspace)
    assert not workspace.processed.exists()


def test_a_full_disk_leaves_what_was_there(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    build(workspace)
    before = state_of(workspace.processed)
    snapshot(workspace, HEADINGS + ROW)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WorkspaceError, match="Disken är full"):
        build(workspace)
    assert state_of(workspace.processed) == before


def test_a_file_where_data_processed_should_be_is_told(workspace: Workspace) -> None:
    (workspace.root / "data").mkdir()
    workspace.processed.write_text("en fil")
    with pytest.raises(WorkspaceError, match="En fil ligger där en mapp behövs"):
        ensure_processed(workspace)
    assert workspace.processed.read_text() == "en fil"


# --- rebuilding only when something changed ---------------------------------------------------------------------


@pytest.fixture
def built(workspace: Workspace) -> Workspace:
    assert ensure_processed(workspace) is not None
    return workspace


def test_nothing_is_done_when_nothing_has_changed(built: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state_of(built.processed)
    monkeypatch.setattr(pipeline, "_build", lambda *_: pytest.fail("it was built again"))
    assert ensure_processed(built) is None
    assert state_of(built.processed) == before


@pytest.mark.parametrize("name", ["regions.csv", "pxweb_tables.toml", "siris_reports.toml"])
def test_a_changed_declaration_is_built_in(built: Workspace, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    folder = shutil.copytree(pipeline.DATA, built.root / "data" / "declared")
    monkeypatch.setattr(pipeline, "DATA", folder)
    assert ensure_processed(built) is None
    other = shutil.copytree(folder, built.root / "data" / "declared_anew")
    (other / name).write_bytes((other / name).read_bytes() + b"\n")
    monkeypatch.setattr(pipeline, "DATA", other)
    assert ensure_processed(built) is not None


def test_another_version_of_the_package_builds_again(built: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "version", lambda _: "9.9")
    assert ensure_processed(built) is not None
    assert ensure_processed(built) is None


@pytest.mark.parametrize("name", ["observations.parquet", "origins.json"])
def test_a_missing_part_is_built_again(built: Workspace, name: str) -> None:
    (built.processed / name).unlink()
    assert ensure_processed(built) is not None
    assert (built.processed / name).exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", "{"])
def test_a_damaged_list_of_raw_files_is_built_again(built: Workspace, content: str) -> None:
    (built.processed / "origins.json").write_text(content)
    assert ensure_processed(built) is not None
    assert "files" in read_origins(built.processed)


@pytest.mark.parametrize("name", ["observations.parquet", "origins.json"])
def test_a_part_of_another_build_is_built_again(built: Workspace, name: str) -> None:
    older = (built.processed / name).read_bytes()
    snapshot(built, HEADINGS + ROW)
    build(built)
    (built.processed / name).write_bytes(older)  # as after two builds at once
    with pytest.raises(ObservationError, match="Förteckningen över råfiler saknas eller är skadad"):
        read_origins(built.processed)
    assert ensure_processed(built) is not None
    assert len(read_origins(built.processed)["files"]) > SHIPPED


def test_what_is_laid_in_during_a_build_is_built_in_next_time(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = pipeline.stored_observations

    def slow(one: Workspace) -> object:
        snapshot(one, HEADINGS + ROW)
        return reading(one)

    monkeypatch.setattr(pipeline, "stored_observations", slow)
    build(workspace)
    monkeypatch.undo()
    assert ensure_processed(workspace) is not None
    assert ensure_processed(workspace) is None


def test_one_builds_while_another_waits(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def once(*_: object) -> pipeline.BuildResult:
        made.append(1)
        time.sleep(0.2)
        assert len(made) == 1
        made.pop()
        return pipeline.BuildResult(1, 1, 1)

    monkeypatch.setattr(pipeline, "_build", once)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(build, workspace) for _ in range(2)]
    assert [one.result().rows for one in both] == [1, 1]
    monkeypatch.setattr(pipeline, "_WAIT", 0.01)
    lock = FileLock(workspace.processed.with_name(".build.lock"))
    with lock, pytest.raises(WorkspaceError, match="En annan bearbetning av samma arbetsmapp pågår"):
        build(workspace)


def test_a_new_edition_is_built_in(built: Workspace) -> None:
    snapshot(built, HEADINGS + ROW)
    result = ensure_processed(built)
    assert result is not None
    assert result.editions == SHIPPED + 1


def test_a_new_programme_is_built_in(built: Workspace) -> None:
    built.programmes.mkdir()
    source = Path(pipeline.__file__).parents[1] / "catalog" / "data" / "programmes" / "storuman.toml"
    text = source.read_text(encoding="utf-8").replace('id = "storuman"', 'id = "min_storuman"', 1)
    (built.programmes / "min_storuman.toml").write_text(text, encoding="utf-8")
    before = len(read_observations(built.processed))
    result = ensure_processed(built)
    assert result is not None
    assert result.rows == before + 53


def test_an_edition_taken_away_is_taken_out(workspace: Workspace) -> None:
    folder = snapshot(workspace, HEADINGS + ROW)
    build(workspace)
    shutil.rmtree(folder)
    result = ensure_processed(workspace)
    assert result is not None
    assert result.editions == SHIPPED


# --- editions ---------------------------------------------------------------------------------------------------


def test_an_own_newer_edition_takes_over_and_the_older_one_is_kept(workspace: Workspace) -> None:
    snapshot(workspace, f"{HEADINGS}N02797,2182,2024,T,9.20\nN02797,0000,2024,T,6.20\n")
    build(workspace)
    frame = read_observations(workspace.processed)
    assert sorted(select(frame, measure="uvas_share_pct", region_code="2182", period="2024")["value"]) == [
        9.15,
        9.2,
    ]
    newest = latest_edition(frame, load_catalog().replaces)
    assert value(newest, "uvas_share_pct", "2182", "2024") == 9.2
    assert select(newest, measure="uvas_share_pct")["edition"].unique().tolist() == ["2027-01-01"]
    assert select(newest, measure="unemployed_youth_rate_pct")["edition"].unique().tolist() == ["2026-11-21"]


def test_an_own_older_edition_does_not_take_over(workspace: Workspace) -> None:
    snapshot(workspace, f"{HEADINGS}N02797,2182,2024,T,9.20\n", edition="2025-01-01")
    build(workspace)
    newest = latest_edition(read_observations(workspace.processed), load_catalog().replaces)
    assert value(newest, "uvas_share_pct", "2182", "2024") == 9.15


def test_an_own_copy_of_the_shipped_edition_is_not_read_twice(workspace: Workspace) -> None:
    shutil.copytree(shipped_raw() / "kolada", workspace.raw / "kolada")
    assert build(workspace).editions == SHIPPED
