"""Editions of Kolada become observations: what is deleted, missing, preliminary or a false zero is told apart."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.sources import load_kolada_kpis
from uvas_stats.clean.corrections import correct
from uvas_stats.clean.kolada import newest_similar, read_kolada, read_values
from uvas_stats.errors import RawFileError
from uvas_stats.formats.reading import reading
from uvas_stats.raw.snapshot import RawFile, Snapshot

GROUP = {"title": "Liknande kommuner, övergripande, Söderhamn, 2024", "members": [{"member_id": "2161"}]}


def item(unit: str = "2182", year: int | str = 2024, kpi: str = "N02797", **one: Any) -> dict[str, Any]:
    value = {"gender": "T", "count": 1, "status": "", "value": 9.15, "isdeleted": False, **one}
    return {"kpi": kpi, "municipality": unit, "period": year, "values": [value]}


def edition(
    folder: Path, *items: dict[str, Any], kpi: dict[str, Any] | None = None, groups: Any = (GROUP,), **options: str
) -> Snapshot:
    """Write the files of an edition as they are fetched, two items a page."""
    pages = [list(items[start : start + 2]) for start in range(0, len(items), 2)]
    contents = {
        "kpi.json": [{"values": [{"id": "N02797", "title": "…", **(kpi or {})}]}],
        "groups.json": [{"values": list(groups)}],
        "values_001.json": [{"count": len(page), "next_url": None, "values": page} for page in pages],
    }
    files = []
    for name, content in contents.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
        files.append(RawFile(name, "0" * 64, 1, role="data" if name.startswith("values") else "metadata"))
    known = {"form": "v3", "N02797": "uvas_share_pct", "N15428": "eligible_vocational_share_pct", **options}
    return Snapshot(
        dataset="kolada",
        edition="2026-11-21_v3",
        title="",
        publisher="",
        url="",
        retrieved=dt.date(2026, 11, 21),
        licence="",
        files=tuple(files),
        options=known,
        folder=folder,
    )


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([item(value="9.15?")], "”9.15\\?” är inte ett tal"),
        ([item(value=True)], "”True” är inte ett tal"),
        ([item(gender="F")], "saknar uppgifter"),
        ([item(count=7)], "ovägt medelvärde"),
        ([item(year="2024/25")], "”2024/25” är inget år"),
        ([item("0180C1A03"), item("0014")], "saknar uppgifter"),
        ([item(kpi="N02906")], "Okända nyckeltal: N02906"),
        ([item(), item(value=9.2)], "två olika värden"),
        ([item(isdeleted=True)], "saknar uppgifter"),
    ],
)
def test_what_cannot_be_understood_stops_the_reading(
    tmp_path: Path, catalog: Catalog, items: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(RawFileError, match=message):
        read_kolada(edition(tmp_path, *items), catalog)


def test_what_is_odd_and_no_figure_is_a_note(tmp_path: Path, catalog: Catalog) -> None:
    spare = next(kpi for kpi in load_kolada_kpis() if kpi.optional)
    odd = item(value="9.15?", kpi="N99999", gender="K")
    with reading() as notes:
        read = read_kolada(
            edition(tmp_path, item(), item(value=None, status="Oklart", gender="K"), odd, N99999=spare.measure),
            catalog,
        )
    assert read["status"].tolist() == ["ok", "not_available"]
    unknown, number, absent = notes.lines
    assert absent == "Områden som Kolada inte har några uppgifter om: 290, först 0000, 0114, 0115, 0117, 0120."
    assert unknown == "Koladas status ”Oklart” är okänd; uppgifterna utan värde räknas som ej tillgängliga."
    assert number.startswith("En uppgift om N99999, som inte måste finnas, lästes inte: Värdet ”9.15?” är")


def test_numbers_as_text_and_another_sex_or_area_are_read_past(tmp_path: Path, catalog: Catalog) -> None:
    with reading() as notes:
        read = read_kolada(
            edition(tmp_path, item(value="9,15"), item(gender="X"), item("0199"), item("0014")), catalog
        )
    assert read["value"].tolist() == [9.15]
    assert list(notes.lines)[:2] == [
        "Koladas kön ”X” är okänt; uppgifterna om det lästes inte.",
        "Koladas uppgifter om 0014, 0199 lästes inte: inga områden som finns i katalogen.",
    ]


@pytest.mark.parametrize("content", ["", "{", '{"values": []}', "[1]", "<html>"])
def test_a_file_that_is_no_answer_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "values_001.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RawFileError, match="inte Koladas svar"):
        read_values(path)


def test_an_unknown_form_is_refused(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(RawFileError, match="form ”v4” är okänd"):
        read_kolada(edition(tmp_path, item(), form="v4"), catalog)


def test_deleted_and_repeated_values_are_left_out_and_counted(tmp_path: Path) -> None:
    edition(tmp_path, item(), item(), item("1440", isdeleted=True, value=99.0), item("1440"))
    read = read_values(tmp_path / "values_001.json")
    assert (len(read.frame), read.deleted, read.repeated) == (2, 1, 1)
    assert read.frame["value"].tolist() == [9.15, 9.15]


@pytest.mark.parametrize("status", ["", None, "Missing"])
def test_a_value_that_is_missing_keeps_its_row(tmp_path: Path, catalog: Catalog, status: str | None) -> None:
    row = read_kolada(edition(tmp_path, item(value=None, status=status)), catalog).iloc[0]
    assert (row["status"], pd.isna(row["value"])) == ("not_available", True)


def test_a_zero_for_the_whole_country_is_missing_but_one_of_a_kommun_is_not(
    tmp_path: Path, catalog: Catalog
) -> None:
    snapshot = edition(tmp_path, item("0000", 2007, gender="K", value=0), item("2418", value=0))
    read = correct(read_kolada(snapshot, catalog), catalog)
    assert read["region_code"].tolist() == ["00", "2418"]
    assert read["status"].tolist() == ["not_available", "ok"]
    assert read["value"].fillna(-1).tolist() == [-1, 0]


def test_school_figures_get_the_school_year_that_ends(tmp_path: Path, catalog: Catalog) -> None:
    read = read_kolada(edition(tmp_path, item(kpi="N15428", year="2025")), catalog)
    assert read["period"].tolist() == ["2024/25"]


@pytest.mark.parametrize(
    ("dates", "provisional"),
    [
        ({"publication_date": "2027-03-01", "publ_period": "2024"}, ["2024"]),
        ({"publication_date": "2027-03-01", "publ_period": "2025"}, []),
        ({"publication_date": "2026-11-21", "publ_period": "2024"}, []),
        ({"publication_date": "2027-03-01", "prel_publication_date": "2026-10-01"}, ["2024"]),
        ({"publication_date": "2027-03-01", "prel_publication_date": "2027-01-01"}, []),
        ({"publication_date": None}, []),
    ],
)
def test_what_was_fetched_before_its_publication_is_provisional(
    tmp_path: Path, catalog: Catalog, dates: dict[str, Any], provisional: list[str]
) -> None:
    read = read_kolada(edition(tmp_path, item(), item(year=2023), kpi=dates), catalog)
    assert read.loc[read["status"] == "provisional", "period"].tolist() == provisional


def test_groups_come_from_the_newest_edition(tmp_path: Path, catalog: Catalog) -> None:
    snapshot = edition(tmp_path, item())
    bare = replace(snapshot, edition="2026-12-01", options={}, files=())
    assert [group.id for group in newest_similar([snapshot, bare], catalog)] == ["similar_2182_overgripande"]
    assert newest_similar([bare], catalog) == ()


def test_an_edition_whose_groups_cannot_be_trusted_leaves_the_earlier_ones(
    tmp_path: Path, catalog: Catalog
) -> None:
    folders = [tmp_path / "old", tmp_path / "new"]
    for folder in folders:
        folder.mkdir()
    old = edition(folders[0], item())
    new = edition(folders[1], item(), groups=({**GROUP, "members": [{"member_id": "0014"}]},))
    new = replace(new, edition="2026-12-01_v3")
    assert [group.id for group in newest_similar([old, new], catalog)] == ["similar_2182_overgripande"]
    assert len(read_kolada(new, catalog)) == 1


def test_the_original_dump_s_national_zeros_are_missing(shared: Path, tmp_path: Path, catalog: Catalog) -> None:
    """Kolada's own export writes 0 for riket in 2007, women and men, and no total."""
    dump = pd.read_csv(shared / "data" / "kolada" / "df_kpi_9_uvas.csv", dtype=str)
    riket = dump.loc[(dump["municipality_id"] == "0000") & dump["year"].isin(["2007", "2008"])]
    items = [
        item("0000", int(row["year"]), gender=row["gender"], value=float(row["value"]))
        for _, row in riket.iterrows()
    ]
    read = correct(read_kolada(edition(tmp_path, *items), catalog), catalog)
    assert set(read.loc[read["period"] == "2007", "status"]) == {"not_available"}
    women = read.loc[(read["period"] == "2008") & (read["sex"] == "women"), "value"]
    assert women.tolist() == [7.520696]
