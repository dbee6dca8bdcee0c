"""The workbooks of shares: the country's kommuner, län and riket out of the cache, or one clear error."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.fakes import af_books as books
from uvas_stats.catalog import Catalog
from uvas_stats.clean.af_share import read_af_share, share_areas
from uvas_stats.errors import RawFileError
from uvas_stats.formats.reading import reading
from uvas_stats.indicators.ranking import rank
from uvas_stats.observations.contract import select
from uvas_stats.raw.snapshot import RawFile, Snapshot

BAS = "web-inskrivna-arbetslosa-andel-av-bas-2024-02.xlsx"
REG = "web-inskrivna-arbetslosa-andel-av-reg-2023-03.xlsx"


def edition(folder: Path, files: dict[str, bytes], dataset: str = "af_share", **options: str) -> Snapshot:
    import datetime as dt

    raw = []
    for name, content in files.items():
        (folder / name).write_bytes(content)
        raw.append(RawFile(name, hashlib.sha256(content).hexdigest(), len(content)))
    day = dt.date(2026, 9, 28)
    return Snapshot(
        dataset, day.isoformat(), "t", "AF", "", day, "fri", tuple(raw), options=options, folder=folder
    )


@pytest.fixture(scope="module")
def running() -> pd.DataFrame:
    return books.share_frame("2023-01", "2024-02", seed=2)


@pytest.fixture(scope="module")
def closed() -> pd.DataFrame:
    return books.share_frame("2021-12", "2023-03", seed=3, level=1.3)


@pytest.fixture(scope="module")
def observations(
    running: pd.DataFrame, closed: pd.DataFrame, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("af")
    return read_af_share(edition(folder, {BAS: books.share_book(running), REG: books.share_book(closed)}), catalog)


def one(frame: pd.DataFrame, measure: str, region: str, period: str, sex: str = "total") -> pd.Series:
    hit = select(frame, measure=measure, region_code=region, period=period, sex=sex)
    assert len(hit) == 1
    return hit.iloc[0]


def test_the_share_of_soderhamn_is_count_over_labour_force(
    observations: pd.DataFrame, running: pd.DataFrame
) -> None:
    row = running.loc[(running["PERIOD"] == "2024-02") & (running["KOM"] == "Söderhamn")].iloc[0]
    for sex, prefix in {"total": "UNG", "women": "UNGK", "men": "UNGM"}.items():
        count, force = row[f"{prefix}SOK"], row[f"{prefix}AK"]
        assert one(observations, "af_unemployed_18_24_count", "2182", "2024-02", sex)["value"] == count
        assert one(observations, "af_labour_force_18_24_count", "2182", "2024-02", sex)["value"] == force
        share = one(observations, "af_unemployed_18_24_rate_pct", "2182", "2024-02", sex)["value"]
        assert share == pytest.approx(100 * count / force, rel=1e-12)


def test_riket_counts_those_without_a_kommun_and_lan_do_not(
    observations: pd.DataFrame, running: pd.DataFrame
) -> None:
    month = running.loc[running["PERIOD"] == "2024-01"]
    assert one(observations, "af_unemployed_18_24_count", "00", "2024-01")["value"] == month["UNGSOK"].sum()
    gavleborg = month.loc[month["LAN"] == "Gävleborgs län", "UNGSOK"].sum()
    assert one(observations, "af_unemployed_18_24_count", "21", "2024-01")["value"] == gavleborg
    assert one(observations, "af_unemployed_18_24_count", "unknown_00", "2024-01")["value"] == 7
    force = one(observations, "af_labour_force_count", "00", "2024-01")["value"]
    assert force == pytest.approx(month["TOTAK"].sum(), abs=1e-6)


def test_a_monthly_ranking_of_the_country_comes_out(observations: pd.DataFrame, catalog: Catalog) -> None:
    series = select(observations, measure="af_unemployed_18_24_rate_pct", sex="total", age_group="18-24")
    places = rank(
        series, catalog.measures["af_unemployed_18_24_rate_pct"], [region.code for region in catalog.kommuner]
    )
    assert set(places["n"]) == {290}
    assert places.loc[places["region_code"] == "2182", "rank"].notna().all()
    assert places["period"].nunique() == 13 + 14


def test_the_series_changes_workbook_at_the_declared_break(
    observations: pd.DataFrame, closed: pd.DataFrame, running: pd.DataFrame
) -> None:
    for period, frame in {"2022-12": closed, "2023-01": running}.items():
        row = frame.loc[(frame["PERIOD"] == period) & (frame["KOM"] == "Ale")].iloc[0]
        found = one(observations, "af_unemployed_18_24_rate_pct", "1440", period)
        assert found["value"] == pytest.approx(100 * row["UNGSOK"] / row["UNGAK"])
    overlap = closed.loc[(closed["PERIOD"] == "2023-02") & (closed["KOM"] == "Ale")].iloc[0]
    kept = one(observations, "af_unemployed_18_24_register_rate_pct", "1440", "2023-02")
    assert kept["value"] == pytest.approx(100 * overlap["UNGSOK"] / overlap["UNGAK"])
    assert kept["origin"].endswith(REG)


def test_a_years_mean_is_of_counts_and_only_of_whole_years(
    observations: pd.DataFrame, running: pd.DataFrame
) -> None:
    year = select(observations, measure="af_unemployed_18_24_year_rate_pct", region_code="2182", sex="total")
    assert set(year["period"]) == {"2022", "2023"}
    part = running.loc[running["PERIOD"].str.startswith("2023") & (running["KOM"] == "Söderhamn")]
    share = 100 * part["UNGSOK"].sum() / part["UNGAK"].sum()
    assert year.loc[year["period"] == "2023", "value"].iloc[0] == pytest.approx(share)


def test_months_between_the_break_and_the_running_workbook_are_without_figure(
    catalog: Catalog, closed: pd.DataFrame, tmp_path: Path
) -> None:
    late = books.share_frame("2023-06", "2024-02")
    frame = read_af_share(edition(tmp_path, {BAS: books.share_book(late), REG: books.share_book(closed)}), catalog)
    row = one(frame, "af_unemployed_18_24_rate_pct", "2182", "2023-03")
    assert (row["status"], np.isnan(row["value"])) == ("not_available", True)


def test_a_missing_count_makes_its_sums_missing_and_no_others(
    catalog: Catalog, running: pd.DataFrame, tmp_path: Path
) -> None:
    frame = running.copy()
    hit = (frame["PERIOD"] == "2023-05") & (frame["KOM"] == "Ljusdal")
    frame.loc[hit, ["UNGSOK", "UNGKSOK", "UNGMSOK"]] = np.nan
    found = read_af_share(edition(tmp_path, {BAS: books.share_book(frame)}), catalog)
    for region in ("2161", "21", "00"):
        assert one(found, "af_unemployed_18_24_rate_pct", region, "2023-05")["status"] == "not_available"
    assert one(found, "af_unemployed_18_24_rate_pct", "20", "2023-05")["status"] == "ok"
    year = select(found, measure="af_unemployed_18_24_year_rate_pct", region_code="2161", sex="total")
    assert year["value"].isna().all()


def test_heby_under_two_lan_is_one_kommun(catalog: Catalog, running: pd.DataFrame, tmp_path: Path) -> None:
    heby = running.loc[running["KOM"] == "Heby"].copy()
    heby["LAN"] = "Västmanlands län"
    path = tmp_path / BAS
    path.write_bytes(books.share_book(pd.concat([running, heby], ignore_index=True)))
    areas = share_areas(path, catalog).set_index(["region_code", "period"])
    once = running.loc[(running["KOM"] == "Heby") & (running["PERIOD"] == "2023-04"), "UNGSOK"].iloc[0]
    assert areas.loc[("0331", "2023-04"), "UNGSOK"] == 2 * once
    plain = running.loc[running["PERIOD"] == "2023-04"]
    assert areas.loc[("00", "2023-04"), "UNGSOK"] == plain["UNGSOK"].sum() + once


def test_fields_in_another_order_and_one_more_are_read(
    catalog: Catalog, running: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / BAS
    path.write_bytes(books.share_book(running[running.columns[::-1]].assign(NYTT=1.0)))
    other = books.FakeCache(pd.DataFrame({"PERIOD": ["2024-02"], "KOEN": ["Kvinnor"]}))
    two = tmp_path / "two" / BAS
    two.parent.mkdir()
    two.write_bytes(books.workbook({"Info": [["Info"]]}, [other, books.FakeCache(running)]))
    first, second = share_areas(path, catalog), share_areas(two, catalog)
    pd.testing.assert_frame_equal(first[second.columns], second)


def spoil(frame: pd.DataFrame, where: dict[str, str], **values: object) -> pd.DataFrame:
    frame = frame.copy()
    hit = pd.Series(data=True, index=frame.index)
    for name, value in where.items():
        hit &= frame[name] == value
    for name, value in values.items():
        if isinstance(value, str) and frame[name].dtype == np.float64:
            frame[name] = frame[name].astype(object)
        frame.loc[hit, name] = value
    return frame


FALUN = {"PERIOD": "2023-03", "KOM": "Falun"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.rename(columns={"UNGSOK": "UNGDSOK"}), "Ingen pivotcache har fälten .*UNGDSOK"),
        (lambda f: f.drop(columns=["LAN"]), "Ingen pivotcache har fälten .*LAN"),
        (lambda f: spoil(f, {"KOM": "Falun"}, KOM="Falunda"), "Falunda"),
        (lambda f: spoil(f, {"KOM": "Håbo"}, KOM="Hâbo"), "”Hâbo” kan vara flera kommuner"),
        (lambda f: pd.concat([f, spoil(f.loc[f["KOM"] == "Mora"], {}, KOM="Mora kommun")]), "är kommunen 2062"),
        (lambda f: spoil(f, {"KOM": "Håbo"}, KOM="Habo"), "ligger inte i Uppsala län"),
        (lambda f: spoil(f, {"LAN": "Dalarnas län"}, LAN="Dalarna norra"), "Dalarna norra"),
        (lambda f: spoil(f, FALUN, PERIOD="mars 2022"), "ingen månad"),
        (lambda f: f.loc[f["PERIOD"] != "2023-03"], "Månaden efter 2023-02 saknas"),
        (lambda f: f.loc[f["PERIOD"] != "2024-02"], "sista månad är 2024-01 men namnet säger 2024-02"),
        (lambda f: f.loc[~((f["PERIOD"] == "2023-03") & (f["KOM"] == "Falun"))], "saknar 1 kommuner, först Falun"),
        (lambda f: spoil(f, FALUN, UNGSOK=99999.0), "UNGSOK är 99999"),
        (lambda f: spoil(f, FALUN, UNGSOK="<5"), "UNGSOK ska vara tal men har ”<5”"),
        (
            lambda f: pd.concat(
                [f, spoil(f.loc[(f["PERIOD"] == "2023-03") & (f["KOM"] == "Falun")], {}, GAMSOK=1.0, UNGAK=1.0)],
                ignore_index=True,
            ),
            "två gånger med olika tal",
        ),
    ],
)
def test_what_is_wrong_in_a_workbook_is_one_clear_error(
    catalog: Catalog, running: pd.DataFrame, tmp_path: Path, change: object, message: str
) -> None:
    path = tmp_path / BAS
    path.write_bytes(books.workbook({"Info": [["Info"]]}, [books.FakeCache(change(running))]))  # type: ignore[operator]
    with pytest.raises(RawFileError, match=message) as caught:
        share_areas(path, catalog)
    assert len(str(caught.value).splitlines()) == 1


def test_the_same_row_twice_is_taken_once(catalog: Catalog, running: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / BAS
    path.write_bytes(books.workbook({"Info": [["x"]]}, [books.FakeCache(pd.concat([running, running.head(40)]))]))
    plain = tmp_path / "a" / BAS
    plain.parent.mkdir()
    plain.write_bytes(books.share_book(running))
    pd.testing.assert_frame_equal(share_areas(path, catalog), share_areas(plain, catalog))


def test_a_sheet_that_shows_other_figures_than_the_records_is_a_note(
    catalog: Catalog, running: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / BAS
    sheets = books.share_sheets(running, wrong=0.01)
    path.write_bytes(books.workbook(sheets, [books.FakeCache(running, dict(books.FORMULAS))]))
    with reading() as notes:
        assert len(share_areas(path, catalog))
    (told,) = notes.lines
    assert "men posterna ger" in told
    assert "blad Andel, B10" in told


def test_a_workbook_without_a_cache_is_not_read_from_its_sheets(
    catalog: Catalog, running: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / BAS
    path.write_bytes(books.workbook(books.share_sheets(running)))
    with pytest.raises(RawFileError, match="saknar pivotcache"):
        share_areas(path, catalog)


@pytest.mark.parametrize(
    "name", ["web-inskrivna-arbetslosa-andel-av-bas-arsgenomsnitt-2024-02.xlsx", "andel.xlsx"]
)
def test_a_file_of_another_name_is_not_guessed_at(
    catalog: Catalog, running: pd.DataFrame, tmp_path: Path, name: str
) -> None:
    with pytest.raises(RawFileError, match="Filnamnet"):
        read_af_share(edition(tmp_path, {name: books.share_book(running)}), catalog)


def test_months_of_the_running_workbook_before_the_break_are_not_shown(
    catalog: Catalog, running: pd.DataFrame, tmp_path: Path
) -> None:
    early = books.share_frame("2022-06", "2024-02")
    frame = read_af_share(edition(tmp_path, {BAS: books.share_book(early)}), catalog)
    assert min(select(frame, measure="af_unemployed_18_24_rate_pct")["period"].astype("str")) == "2023-01"


def test_a_running_series_that_ends_before_the_break_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    name = "web-inskrivna-arbetslosa-andel-av-bas-2022-08.xlsx"
    frame = books.share_frame("2022-06", "2022-08")
    with pytest.raises(RawFileError, match="slutar 2022-08, före brottet 2023-01"):
        read_af_share(edition(tmp_path, {name: books.share_book(frame)}), catalog)


def test_where_the_workbooks_meet_there_is_no_hole(
    catalog: Catalog, running: pd.DataFrame, tmp_path: Path
) -> None:
    closed = books.share_frame("2022-01", "2022-12", seed=5)
    files = {BAS: books.share_book(running), REG.replace("2023-03", "2022-12"): books.share_book(closed)}
    frame = read_af_share(edition(tmp_path, files), catalog)
    series = select(frame, measure="af_unemployed_18_24_rate_pct", region_code="2182", sex="total")
    assert sorted(series["period"].astype("str")) == books.months("2022-01", "2024-02")
    assert set(series["status"]) == {"ok"}
    years = select(frame, measure="af_unemployed_18_24_year_rate_pct", region_code="2182", sex="total")
    assert set(years["period"]) == {"2022", "2023"}


def test_workbooks_of_others_are_never_taken_for_the_country(
    catalog: Catalog, shared: Path, tmp_path: Path
) -> None:
    for path in sorted((shared / "data" / "arbetsformedlingen").glob("*.xlsx")):
        with pytest.raises(RawFileError, match="saknar pivotcache"):
            read_af_share(edition(tmp_path, {BAS: path.read_bytes()}), catalog)


def test_months_and_years_are_measures_apart_and_their_breaks_are_declared(catalog: Catalog) -> None:
    months = {id_ for id_, item in catalog.measures.items() if item.dataset == "af_share" and "_year_" not in id_}
    assert {catalog.measures[id_].period_kind for id_ in months} == {"month"}
    years = {id_ for id_ in catalog.measures if id_.startswith("af_") and "_year_" in id_}
    assert {catalog.measures[id_].period_kind for id_ in years} == {"year"}
    for id_ in ("af_unemployed_18_24_rate_pct", "af_unemployed_rate_pct", "af_unemployed_18_24_year_rate_pct"):
        assert any(item.at.startswith("2023") and "BAS" in item.text for item in catalog.breaks_of(id_))
    assert any(item.at == "2023-01" for item in catalog.breaks_of("af_unemployed_rate_pct"))
    assert {item.at for item in catalog.breaks_of("af_ranking_list_place_rank")} == {"2011-01", "2024-01"}
