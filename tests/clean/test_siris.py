"""Skolverket's exports to observations: the same from three formats, with the published figures and every mark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.fakes import siris as fakes
from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.catalog.siris import load_siris_reports
from uvas_stats.clean.siris import read_siris
from uvas_stats.observations.contract import COLUMNS, select

ORIGIN = "siris/2026-01-01/"


def read(path: Path, dataset: str, catalog: Catalog) -> pd.DataFrame:
    return read_siris({ORIGIN + path.name: path}, dataset, "2026-01-01", catalog)


def around_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give what stands around each table."""
    return [sheet for told in frame.attrs["provenance"].values() for sheet in told["sheets"]]


def written(folder: Path, name: str, body: bytes) -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


@pytest.fixture(scope="module")
def originals(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.getfixturevalue("shared")
    return folder / "data" / "skolverket"


@pytest.fixture(scope="module")
def eligibility(originals: Path) -> pd.DataFrame:
    return read(originals / "behorighet_grundskola_2024_25.csv", "siris_eligibility", load_catalog())


@pytest.fixture(scope="module")
def series(originals: Path) -> pd.DataFrame:
    return read(originals / "jamforelse_ak9_2025_kommun.xlsx", "siris_grade9_series", load_catalog())


def total(frame: pd.DataFrame, measure: str, region: str) -> pd.DataFrame:
    rows = select(frame, measure=measure, region_code=region, sex="total")
    return rows.loc[rows["breakdown"].isna()]


@pytest.mark.parametrize(
    ("code", "n", "share"),
    [
        ("1440", 434, 81.6),
        ("2182", 258, 73.3),
        ("2421", 69, 85.5),
        ("1494", 536, 83.0),
        ("0136", 1003, 78.6),
        ("0192", 292, 91.8),
        ("0138", 719, 89.4),
        ("1384", 1299, 87.8),
        ("1275", None, 64.3),
        ("1262", None, 98.2),
    ],
)
def test_the_published_figures_of_2024_25(
    eligibility: pd.DataFrame, code: str, n: int | None, share: float
) -> None:
    row = total(eligibility, "siris_eligible_vocational_share_pct", code)
    assert row["period"].tolist() == ["2024/25"]
    assert row["value"].tolist() == [share]
    if n is not None:
        assert total(eligibility, "siris_eligible_pupils_count", code)["value"].tolist() == [n]


def test_every_cell_of_the_original_is_there_with_its_mark(eligibility: pd.DataFrame) -> None:
    assert len(eligibility) == 2139 * 5
    assert eligibility["status"].value_counts().to_dict() == {
        "ok": 9397, "interval": 899, "suppressed": 371, "not_available": 28
    }  # fmt: skip
    assert eligibility["region_code"].nunique() == 290
    assert tuple(eligibility.columns) == COLUMNS


def test_about_a_hundred_in_the_total_row_of_eight_small_kommuner(eligibility: pd.DataFrame) -> None:
    rows = select(eligibility, measure="siris_eligible_vocational_share_pct", sex="total", status="interval")
    rows = rows.loc[rows["breakdown"].isna()].set_index("region_code")
    pupils = {"2506": 21, "2403": 27, "0560": 49, "2425": 32, "2521": 58, "2422": 27, "0187": 152, "0512": 35}
    assert set(rows.index) == set(pupils)
    for code, n in pupils.items():
        assert rows.loc[code, "lower"] == pytest.approx(100 * (n - 4) / n)
        assert rows.loc[code, "upper"] == pytest.approx(100 * (n - 1) / n)
    assert rows["value"].isna().all()


def test_huvudman_and_kön_are_breakdown_and_sex(eligibility: pd.DataFrame) -> None:
    rows = select(eligibility, region_code="1440", measure="siris_eligible_pupils_count", breakdown="organiser")
    found = {(row.category, row.sex): row.value for row in rows.itertuples()}
    assert found[("Enskild", "women")] == 12
    assert found[("Kommunal", "total")] == 409


SERIES = {
    "1440": [79.5, 80.7, 85.6, 87.6, 86.3, 85, 87.1, 82.1, 87.1, 81.6],
    "2182": [81.5, 77.7, 83.3, 81.4, 79.6, 79.2, 76.7, 68.7, 74.3, 73.3],
    "2421": [72.4, 66.1, 88.5, 70.2, 81.3, 84.1, 77.6, 86.2, 84, 85.5],
    "1494": [83.8, 82.9, 85.4, 88.2, 84.4, 84.6, 89.3, 85, 80.8, 83],
}


@pytest.mark.parametrize("code", SERIES)
def test_ten_läsår_of_the_workbook(series: pd.DataFrame, code: str) -> None:
    rows = total(series, "siris_series_grade9_eligible_vocational_share_pct", code)
    assert rows["period"].tolist() == [f"{year}/{year % 100 + 1}" for year in range(2015, 2025)]
    assert rows["value"].tolist() == SERIES[code]


def test_every_cell_of_the_workbook_is_there_with_its_mark(series: pd.DataFrame) -> None:
    assert len(series) == (2610 + 2610 + 1251) * 10
    assert series["status"].value_counts().to_dict() == {
        "ok": 60724, "suppressed": 336 + 356 + 2220, "interval": 88 + 93 + 374, "not_available": 10 + 10 + 499
    }  # fmt: skip
    assert set(series["category"].dropna()) == {"Kommunal", "Enskild"}


def test_the_workbook_and_the_csv_agree_where_both_have_the_figure(
    eligibility: pd.DataFrame, series: pd.DataFrame
) -> None:
    left = select(eligibility, measure="siris_eligible_vocational_share_pct", sex="total")
    right = select(series, measure="siris_series_grade9_eligible_vocational_share_pct", period="2024/25")
    keys = ["region_code", "category"]
    both = left.merge(right, on=keys, validate="one_to_one")
    assert len(both) == 870 // 3 + 870 // 3 + 399 // 3
    assert (both["status_x"] == both["status_y"]).all()
    known = both["value_x"].notna()
    assert (both.loc[known, "value_x"] == both.loc[known, "value_y"]).all()


def test_costs_with_mixed_thousands_and_negatives(originals: Path, catalog: Catalog) -> None:
    frame = read(originals / "kostnader_gymnasieskola_2023_kommun.csv", "siris_costs", catalog)
    assert frame["period"].unique().tolist() == ["2023"]
    rows = {row.measure: row.value for row in select(frame, region_code="1440").itertuples()}
    assert (rows["siris_cost_gy_total_kkr"], rows["siris_cost_gy_teaching_kkr"]) == (36454, 18455)
    assert rows["siris_cost_gy_total_per_pupil_kkr"] == 307.6
    assert frame["region_code"].nunique() == 290
    assert (frame["status"] == "not_available").sum() == 541 - 3  # three of them in a kommunalförbund
    (around,) = around_of(frame)
    assert "Hälsinglands Utbildningsförbund" in around["notes"][0]
    assert around["notes"][0].count(",") >= 8
    assert "Elevhälsa per elev" in around["definitions"]


def test_the_xml_original(originals: Path, catalog: Catalog) -> None:
    frame = read(originals / "exp_kostnader_kommun_fklass_2016.xml", "siris_costs", catalog)
    assert len(frame) == 290 * 6
    assert (frame["status"] == "not_available").sum() == 5
    assert frame["category"].unique().tolist() == ["Kommunal"]
    row = select(frame, region_code="1440", measure="siris_cost_fk_total_kkr")
    assert (row["period"].tolist(), row["value"].tolist()) == (["2016"], [22062])


def same(*frames: pd.DataFrame) -> None:
    """Demand the same observations but for the file that they come from."""
    columns = [name for name in COLUMNS if name != "origin"]
    plain = [
        frame[columns].astype({name: "str" for name in columns if frame[name].dtype == "category"})
        .sort_values(list(columns[:10])).reset_index(drop=True)
        for frame in frames
    ]  # fmt: skip
    for other in plain[1:]:
        pd.testing.assert_frame_equal(plain[0], other)


def test_csv_workbook_and_xml_give_the_same(tmp_path: Path, catalog: Catalog) -> None:
    specimen = fakes.eligibility()
    bodies = {
        "a.csv": specimen.csv(),
        "utan.csv": specimen.csv().removeprefix(b"\xef\xbb\xbf"),
        "crlf.csv": specimen.csv().replace(b"\n", b"\r\n"),
        "a.xlsx": specimen.xlsx(),
        "flera.xlsx": specimen.xlsx({"Ale": specimen.rows[:3], "Andra": specimen.rows[3:]}),
        "a.xml": specimen.xml(),
        "element.xml": specimen.xml(code="element", element="kommun"),
        "oordnad.csv": replace(specimen, rows=specimen.rows[::-1]).csv(),
    }
    frames = [read(written(tmp_path, name, body), "siris_eligibility", catalog) for name, body in bodies.items()]
    assert len(frames[0]) == len(specimen.rows) * 5
    same(*frames)
    for frame in frames:
        (around, *_) = around_of(frame)
        assert around["preamble"][-1] != ""
        assert "Rapportbeskrivning" in around["definitions"]


def test_two_rows_of_headings_in_csv_and_in_merged_cells(tmp_path: Path, catalog: Catalog) -> None:
    specimen = fakes.completion()
    merged = [text if text not in specimen.groups[:at] else "" for at, text in enumerate(specimen.groups)]
    files = {"a.csv": specimen.csv(), "a.xlsx": specimen.xlsx(), "b.xlsx": replace(specimen, groups=merged).xlsx()}
    frames = [read(written(tmp_path, name, body), "siris_completion", catalog) for name, body in files.items()]
    same(*frames)
    (around,) = around_of(frames[0])
    assert around["notes"] == ["1 upprepade rader är borttagna"]
    assert "Andel (%) som slutfört med examen | Inom 3 år" in around["headings"]


def test_nationella_and_all_are_always_told_apart(tmp_path: Path, catalog: Catalog) -> None:
    frame = read(written(tmp_path, "a.csv", fakes.completion().csv()), "siris_completion", catalog)
    rows = select(frame, measure="siris_examen_3y_share_pct", region_code="1440")
    assert set(rows["breakdown"]) == {"programme"}
    assert set(rows["category"]) == set(fakes.PROGRAMMES)
    for measure in ("siris_examen_3y_national_share_pct", "siris_examen_3y_all_share_pct"):
        own = total(frame, measure, "1440")
        assert (own["period"].tolist(), own["value"].tolist()) == (["2021/22"], [72.6])
    assert "nationella program" in catalog.measures["siris_examen_3y_national_share_pct"].title
    assert "alla program" in catalog.measures["siris_examen_3y_all_share_pct"].title


def test_a_dot_in_report_58_is_none_in_counts_and_missing_in_shares(tmp_path: Path, catalog: Catalog) -> None:
    frame = read(written(tmp_path, "a.csv", fakes.pupils().csv()), "siris_pupils", catalog)
    assert set(frame["region_code"]) == {"1440"}
    rows = select(frame, breakdown="programme", category="Bygg- och anläggningsprogrammet")
    found = {row.measure: (row.value, row.status) for row in rows.itertuples()}
    assert found["siris_pupils_year1_count"] == (0, "true_zero")
    assert found["siris_pupils_women_share_pct"][1] == "not_available"
    assert found["siris_pupils_foreign_background_share_pct"][1] == "suppressed"


def test_a_sheet_for_each_programme_with_its_name_cut(tmp_path: Path, catalog: Catalog) -> None:
    specimen = fakes.Specimen(
        title="Gymnasieskola - Genomströmning inom 4 år, tidsserie",
        label="Valt läsår",
        period="2020/21",
        headings=["Kommun", "Kommunkod", "Län", "Länskod", "Typ av huvudman", "2020/21", "2019/20"],
        rows=[[*fakes.who(fakes.KOMMUNER[0]), "Samtliga", "..", "78,5"]],
    )
    sheets = {"Gymnasieskolan totalt": specimen.rows, "Bygg- och anläggningsprogrammet": specimen.rows}
    frame = read(written(tmp_path, "a.xlsx", specimen.xlsx(sheets)), "siris_completion_series", catalog)
    categories = set(frame["category"].dropna())
    assert categories == {fakes.PROGRAMMES[0], "Bygg- och anläggningsprogrammet"}
    rows = total(frame, "siris_series_completed_4y_all_share_pct", "1440")
    assert rows["status"].tolist() == ["ok", "suppressed"]
    assert rows["period"].tolist() == ["2019/20", "2020/21"]


def test_riket_of_a_series_is_the_national_figure(tmp_path: Path, catalog: Catalog) -> None:
    specimen = fakes.Specimen(
        title="Gymnasieskola - Genomströmning inom 4 år, tidsserie",
        label="Valt läsår",
        period="2020/21",
        headings=["Riket", "Typ av huvudman", "2020/21", "2019/20"],
        rows=[["Riket", "Samtliga", "78,2", "77,9"]],
    )
    path = written(tmp_path, "a.xlsx", specimen.xlsx({"Nationella program": specimen.rows}))
    frame = read(path, "siris_completion_series", catalog)
    assert total(frame, "siris_series_completed_4y_national_share_pct", "00")["value"].tolist() == [77.9, 78.2]


def test_later_activity_by_the_words_of_its_headings(tmp_path: Path, catalog: Catalog) -> None:
    specimen = fakes.Specimen(
        title="Gymnasieskola - Vad ungdomar gör efter gymnasieskolan",
        label="Avgångsläsår",
        period="2017/18",
        groups=[*[""] * 6, *["1 år efter"] * 2, *["3 år efter"] * 2, *["5 år efter"] * 2],
        headings=[
            *("Kommun", "Kommun-kod", "Län", "Läns-kod", "Typ av huvudman", "Antal avgångselever"),
            *["Andel (%) etablerade", "Andel (%) studerande"] * 3,
        ],
        rows=[[*fakes.who(fakes.KOMMUNER[0]), "Samtliga", "210", "40,0", "30,1", "50,5", "35,0", "..", "."]],
    )
    path = written(tmp_path, "a.xlsx", specimen.xlsx({"Nationella program": specimen.rows}))
    frame = read(path, "siris_later_activity", catalog)
    found = {row.measure: row.value for row in select(frame, breakdown="programme").itertuples()}
    assert found["siris_established_1y_share_pct"] == 40.0
    assert found["siris_studying_3y_share_pct"] == 35.0
    assert total(frame, "siris_established_3y_national_share_pct", "1440")["value"].tolist() == [50.5]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Kommun-kod", "Kommunkod"),
        ("Läns-kod", "Länskod"),
        ("Andel (%) elever behöriga till yrkesprog.", "Andel elever (%) behöriga till yrkesprog."),
        ("Antal elever", "  antal   ELEVER "),
    ],
)
def test_headings_under_other_names_they_have_had(tmp_path: Path, catalog: Catalog, old: str, new: str) -> None:
    specimen = fakes.eligibility()
    drifted = replace(specimen, headings=[new if name == old else name for name in specimen.headings])
    files = {"a.csv": specimen.csv(), "b.csv": drifted.csv()}
    same(*[read(written(tmp_path, name, body), "siris_eligibility", catalog) for name, body in files.items()])


def test_doubled_sets_of_columns_of_2015_16(tmp_path: Path, catalog: Catalog) -> None:
    specimen = fakes.eligibility(2016)
    figures = specimen.headings[6:]
    doubled = replace(
        specimen,
        groups=[*[""] * 6, *["Inklusive okänd bakgrund"] * 5, *["Exklusive okänd bakgrund"] * 5],
        headings=[*specimen.headings, *figures],
        rows=[[*row, *["1"] * 5] for row in specimen.rows],
    )
    files = {"a.csv": specimen.csv(), "b.csv": doubled.csv()}
    same(*[read(written(tmp_path, name, body), "siris_eligibility", catalog) for name, body in files.items()])


def test_kunskapskrav_and_betygskriterier_are_one_series(tmp_path: Path, catalog: Catalog) -> None:
    def of(year: int, heading: str) -> bytes:
        who = fakes.who(fakes.KOMMUNER[0])
        return fakes.Specimen(
            title="Grundskola - Slutbetyg årskurs 9, samtliga elever",
            label="Valt läsår",
            period=f"{year - 1}/{year % 100}",
            headings=[
                *("Kommun", "Kommun-kod", "Län", "Läns-kod", "Typ av huvudman", "Antal elever", heading),
                *("Andel (%) elever behöriga till yrkesprog.", "Genomsnittligt meritvärde (17 ämnen)"),
            ],
            rows=[[*who, "Samtliga", "434", "71,0", "81,6", "224,5"]],
        ).csv()

    old = written(tmp_path, "a.csv", of(2022, "Andel (%) elever som uppnått kunskapskraven i alla ämnen"))
    new = written(tmp_path, "b.csv", of(2025, "Andel (%) elever som uppfyllt betygskriterierna i alla ämnen"))
    frame = read_siris({"a": old, "b": new}, "siris_final_grades", "2026-01-01", catalog)
    rows = select(frame, measure="siris_grade9_all_subjects_share_pct")
    assert rows["period"].tolist() == ["2021/22", "2024/25"]
    assert select(frame, measure="siris_grade9_merit_17_points")["value"].tolist() == [224.5, 224.5]


def test_the_threshold_follows_the_läsår_where_no_pupils_are_known(tmp_path: Path, catalog: Catalog) -> None:
    def of(year: int) -> Path:
        specimen = fakes.eligibility(year)
        rows = [[*row[:6], "..", "~100", *row[8:]] for row in specimen.rows[:1]]
        return written(tmp_path, f"{year}.csv", replace(specimen, rows=rows).csv())

    frame = read_siris({str(year): of(year) for year in (2023, 2024)}, "siris_eligibility", "2026-01-01", catalog)
    rows = select(frame, measure="siris_eligible_vocational_share_pct")
    assert rows["lower"].tolist() == [60, 20]  # at least 10 pupils before 2023/24, at least 5 from then on


def test_every_declared_measure_is_in_the_catalog_and_says_skolkommun(catalog: Catalog) -> None:
    for report in load_siris_reports().values():
        for column in report.measures:
            for measure in filter(None, (column.measure, column.national, column.everyone)):
                assert catalog.measures[measure].dataset == report.dataset
                assert "skolkommun" in catalog.measures[measure].population
                assert not catalog.measures[measure].source_id  # Kolada's are others
