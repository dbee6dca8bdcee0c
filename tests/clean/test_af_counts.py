"""Counts by age, and where small ones are hidden: riket with what has no kommun, hidden counts as bounds."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.clean.test_af_share import edition, one
from tests.fakes import af_books as books
from tests.slow import quick
from uvas_stats.catalog import Catalog
from uvas_stats.clean.af_counts import read_af_duration, read_af_registered
from uvas_stats.errors import RawFileError
from uvas_stats.formats.workbook import read_sheets

SEEKERS = "web-sok-lan-kom-2026-08.xlsx"
DURATION = "web-inskrivna-arbetslosa-tid-utan-arbete-lan-kom-2026-08.xlsx"
EVERYONE = "af_registered_unemployed_all_ages_count"
AGES = ("16-17 år", "18-24 år", "25-59 år", "60 år och äldre")


def areas(catalog: Catalog) -> pd.DataFrame:
    lan = {region.code: region.name for region in catalog.regions if region.kind == "lan"}
    rows = [(lan[region.lan], region.name) for region in catalog.kommuner]
    rows += [("Dalarnas län", "Uppgift saknas"), ("Uppgift saknas", "Uppgift saknas")]
    return pd.DataFrame(rows, columns=["LAN", "KOMMUN_BESKR"])


def seekers(catalog: Catalog) -> pd.DataFrame:
    rest = pd.MultiIndex.from_product(
        [["2026-07", "2026-08"], ["K", "M"], AGES], names=["PERIOD", "KOEN", "ALDGR"]
    ).to_frame(index=False)
    frame = rest.merge(areas(catalog), how="cross")
    frame["INSAL"] = np.random.default_rng(4).integers(0, 300, len(frame)).astype(float)
    return frame


def seekers_book(frame: pd.DataFrame) -> bytes:
    born = (
        frame.drop(columns="ALDGR")
        .assign(FODLGRP="Sverige")
        .drop_duplicates(["PERIOD", "KOEN", "KOMMUN_BESKR", "LAN"])
    )
    return books.workbook({"Info": [["Info"]]}, [books.FakeCache(born), books.FakeCache(frame)])


def test_riket_is_the_sum_of_all_rows_and_lan_of_those_with_a_lan(catalog: Catalog, tmp_path: Path) -> None:
    frame = seekers(catalog)
    found = read_af_registered(edition(tmp_path, {SEEKERS: seekers_book(frame)}, "af_registered"), catalog)
    young = frame.loc[(frame["PERIOD"] == "2026-08") & (frame["ALDGR"] == "18-24 år")]
    part = found.loc[found["age_group"] == "18-24"]
    measure = "af_registered_unemployed_count"
    assert one(part, measure, "00", "2026-08")["value"] == young["INSAL"].sum()
    assert one(part, measure, "20", "2026-08")["value"] == young.loc[young["LAN"] == "Dalarnas län", "INSAL"].sum()
    falun = young.loc[young["KOMMUN_BESKR"] == "Falun"]
    assert one(part, measure, "2080", "2026-08", "women")["value"] == falun["INSAL"].iloc[0]
    everyone = found.loc[found["age_group"] == "total"]
    assert set(everyone["measure"]) == {EVERYONE}
    newest = frame.loc[frame["PERIOD"] == "2026-08"]
    assert one(everyone, EVERYONE, "00", "2026-08")["value"] == newest["INSAL"].sum()
    women = newest.loc[newest["KOEN"] == "K", "INSAL"].sum()
    assert one(everyone, EVERYONE, "00", "2026-08", "women")["value"] == women
    assert one(part, measure, "unknown_20", "2026-08")["value"] > 0


@pytest.mark.parametrize("age", quick(["ÅLDER", "ALDER"], "ALDER"))
@pytest.mark.parametrize(
    "words", [{"K": "K", "M": "M"}, {"K": "Kvinnor", "M": "Män"}, {"K": "kvinna", "M": "man "}]
)
def test_headings_and_words_of_sex_are_read_as_they_are_written(
    catalog: Catalog, tmp_path: Path, age: str, words: dict[str, str]
) -> None:
    frame = seekers(catalog)
    written = frame.assign(KOEN=frame["KOEN"].map(words)).rename(columns={"ALDGR": age})
    plain = read_af_registered(edition(tmp_path, {SEEKERS: seekers_book(frame)}, "af_registered"), catalog)
    content = books.workbook({"Info": [["Info"]]}, [books.FakeCache(written)])
    found = read_af_registered(edition(tmp_path, {SEEKERS: content}, "af_registered"), catalog)
    pd.testing.assert_frame_equal(found, plain)


def test_the_figures_of_riket_of_august_2026_come_out(catalog: Catalog, tmp_path: Path) -> None:
    frame = seekers(catalog).assign(INSAL=1.0)
    known = {"K": 171_986, "M": 177_412}
    for sex, number in known.items():
        hits = frame.index[(frame["PERIOD"] == "2026-08") & (frame["KOEN"] == sex)]
        frame.loc[hits[0], "INSAL"] = number - (len(hits) - 1)
    found = read_af_registered(edition(tmp_path, {SEEKERS: seekers_book(frame)}, "af_registered"), catalog)
    riket = {sex: one(found, EVERYONE, "00", "2026-08", sex)["value"] for sex in ("total", "women", "men")}
    assert riket == {"total": 349_398, "women": 171_986, "men": 177_412}


def first_months(catalog: Catalog) -> pd.DataFrame:
    """Make the months around 2003, of which the first has no Knivsta."""
    frame = seekers(catalog)
    frame["PERIOD"] = frame["PERIOD"].map({"2026-07": "2002-12", "2026-08": "2003-01"})
    return frame.loc[(frame["PERIOD"] != "2002-12") | (frame["KOMMUN_BESKR"] != "Knivsta")]


def test_a_month_before_a_kommun_existed_is_whole_without_it(catalog: Catalog, tmp_path: Path) -> None:
    name = "web-sok-lan-kom-2003-01.xlsx"
    frame = first_months(catalog)
    found = read_af_registered(edition(tmp_path, {name: seekers_book(frame)}, "af_registered"), catalog)
    assert one(found, EVERYONE, "00", "2002-12")["value"] == frame.loc[frame["PERIOD"] == "2002-12", "INSAL"].sum()
    knivsta = found.loc[(found["region_code"] == "0330") & (found["measure"] == EVERYONE)]
    assert set(knivsta["period"]) == {"2003-01"}
    gone = frame.loc[(frame["PERIOD"] != "2003-01") | (frame["KOMMUN_BESKR"] != "Knivsta")]
    with pytest.raises(RawFileError, match="2003-01 saknar 1 kommuner, först Knivsta"):
        read_af_registered(edition(tmp_path, {name: seekers_book(gone)}, "af_registered"), catalog)


def test_all_ages_are_other_ages_from_2023_and_2026_and_the_young_are_not(catalog: Catalog) -> None:
    assert [item.at for item in catalog.breaks_of(EVERYONE)] == ["2023-01", "2026-01"]
    assert catalog.breaks_of("af_registered_unemployed_count") == ()
    assert {"2023-01", "2026-01"} <= {item.at for item in catalog.breaks_of("af_unemployed_rate_pct")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(KOEN=f["KOEN"].replace("M", "Okänt")), "”Okänt” är inget av K, M"),
        (lambda f: f.assign(ALDGR=f["ALDGR"].replace("18-24 år", "unga")), "”unga” är ingen känd åldersgrupp"),
        (lambda f: pd.concat([f, f.head(1).assign(INSAL=999.0)]), "två gånger med olika tal"),
        (lambda f: f.loc[f["KOMMUN_BESKR"] != "Mora"], "saknar 1 kommuner, först Mora"),
        (
            lambda f: f.assign(INSAL=f["INSAL"].astype(object).where(f.index != 5, "många")),
            "”många” är inget antal",
        ),
    ],
)
def test_what_is_wrong_among_job_seekers_is_one_clear_error(
    catalog: Catalog, tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    content = books.workbook({"Info": [["x"]]}, [books.FakeCache(change(seekers(catalog)))])
    with pytest.raises(RawFileError, match=message):
        read_af_registered(edition(tmp_path, {SEEKERS: content}, "af_registered"), catalog)


HEADS = [
    "ARBETSLÖSA",
    "Utan arbete mer än 6 månader",
    "Utan arbete mer än 12 månader",
    "Utan arbete mer än 24 månader",
]


def duration_sheets(catalog: Catalog) -> dict[str, list[list[object]]]:
    """Make the sheets: Falun hides its young, the rest of Dalarna without a kommun has 6 of them."""
    total: list[list[object]] = [["Tid utan arbete"], [], ["Källa: AF"], [], ["PERIOD", "LÄN", "KOMMUN", *HEADS]]
    young: list[list[object]] = [[], [], [], [], ["PERIOD", "LÄN", "KOMMUN", "ÅLDER", *HEADS]]
    for period in ("2026-07", "2026-08"):
        for lan, name in areas(catalog).itertuples(index=False):
            kommun = "" if name == "Uppgift saknas" and lan != name else name
            total.append([period, lan, kommun, 100.0, 60.0, 40.0, 20.0])
            few: object = "<5" if name == "Falun" else 6.0
            young.append([period, lan, kommun, "18-24 år", 30.0, 12.0, few, few])
            young.append([period, lan, kommun, "25-65 år", 70.0, 48.0, 34.0, 14.0])
    return {"Info": [["Info"]], "Total": total, "Kön": [["x"]], "Ålder": young}


def test_hidden_counts_are_bounds_and_so_are_their_sums(catalog: Catalog, tmp_path: Path) -> None:
    content = books.workbook(duration_sheets(catalog))
    found = read_af_duration(edition(tmp_path, {DURATION: content}, "af_duration"), catalog)
    falun = one(found, "af_long_term_18_24_count", "2080", "2026-08")
    assert (falun["status"], falun["lower"], falun["upper"], np.isnan(falun["value"])) == ("interval", 0, 4, True)
    dalarna = one(found, "af_long_term_18_24_count", "20", "2026-08")
    others = 6 * len([region for region in catalog.kommuner if region.lan == "20"])  # 14 kommuner and the residual
    assert (dalarna["status"], dalarna["lower"], dalarna["upper"]) == ("interval", others, others + 4)
    riket = one(found, "af_long_term_18_24_count", "00", "2026-08")
    assert (riket["lower"], riket["upper"]) == (6 * 291, 6 * 291 + 4)
    assert one(found, "af_long_term_18_24_count", "21", "2026-08")["status"] == "ok"
    assert one(found, "af_without_work_6_months_18_24_count", "00", "2026-08")["value"] == 12 * 292
    assert one(found, "af_long_term_count", "00", "2026-08")["value"] == 40 * 292


def test_ages_under_a_heading_without_a_ring_are_read(catalog: Catalog, tmp_path: Path) -> None:
    sheets = renamed(duration_sheets(catalog), "Ålder", "ÅLDER", "ALDER")
    found = read_af_duration(edition(tmp_path, {DURATION: books.workbook(sheets)}, "af_duration"), catalog)
    assert one(found, "af_without_work_6_months_18_24_count", "00", "2026-08")["value"] == 12 * 292


def test_caches_that_are_not_read_do_not_count_against_the_size(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / DURATION
    path.write_bytes(books.workbook(duration_sheets(catalog), [books.FakeCache(seekers(catalog))]))
    with zipfile.ZipFile(path) as archive:
        sizes = {part.filename: part.file_size for part in archive.infolist()}
    sheets = sum(size for name, size in sizes.items() if not name.startswith("xl/pivotCache/"))
    assert sheets < sum(sizes.values())
    assert "Total" in read_sheets(path, sheets)
    with pytest.raises(RawFileError, match="packas upp till mer än"):
        read_sheets(path, sheets - 1)


def renamed(
    sheets: dict[str, list[list[object]]], sheet: str, old: str, new: str
) -> dict[str, list[list[object]]]:
    return sheets | {sheet: [[new if cell == old else cell for cell in row] for row in sheets[sheet]]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: {name: rows for name, rows in s.items() if name != "Ålder"}, "saknar bladet Ålder"),
        (lambda s: renamed(s, "Total", "PERIOD", "MÅNAD"), "saknar bladet Total"),
        (lambda s: renamed(s, "Ålder", HEADS[2], "Utan arbete länge"), "saknar kolumnen ”utan arbete mer än 12"),
        (lambda s: renamed(s, "Ålder", "18-24 år", "16-24 år"), "saknar 18–24 år"),
        (lambda s: renamed(s, "Total", "Falun", "Falunda"), "Falunda"),
        (lambda s: renamed(s, "Ålder", "<5", "ett fåtal"), "”ett fåtal” är inget antal"),
        (lambda s: s | {"Total": [row for row in s["Total"] if "2026-08" not in row]}, "sista månad är 2026-07"),
    ],
)
def test_what_is_wrong_in_a_list_of_time_without_work_is_one_clear_error(
    catalog: Catalog,
    tmp_path: Path,
    change: Callable[[dict[str, list[list[object]]]], dict[str, list[list[object]]]],
    message: str,
) -> None:
    content = books.workbook(change(duration_sheets(catalog)))
    with pytest.raises(RawFileError, match=message):
        read_af_duration(edition(tmp_path, {DURATION: content}, "af_duration"), catalog)
