"""The readers take exactly what they know and stop, with file, row and column, at anything else."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.catalog import Catalog
from uvas_stats.clean import csv_files
from uvas_stats.clean.csv_files import read_kolada_csv, read_ranks_csv, read_tidy_csv
from uvas_stats.errors import RawFileError

KOLADA = "kpi,region,year,gender,value\n"
RANKS = "kpi,region,year,rank,n\n"
TIDY = "measure,region_code,period,age_group,value,publisher\n"
READERS = {KOLADA: read_kolada_csv, RANKS: read_ranks_csv, TIDY: read_tidy_csv}


def saved(folder: Path, content: str | bytes) -> Path:
    path = folder / "fil.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_figure_is_read(tmp_path: Path, catalog: Catalog) -> None:
    frame = read_kolada_csv(saved(tmp_path, f"{KOLADA}N02797,0114,2024,T,9.15\n"), catalog)
    assert frame.iloc[0].to_dict() == {
        "region_code": "0114",
        "period": "2024",
        "sex": "total",
        "age_group": "16-24",
        "measure": "uvas_share_pct",
        "value": 9.15,
        "status": "ok",
    }


def test_a_packed_file_is_read(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "fil.csv.xz"
    path.write_bytes(lzma.compress(f"{KOLADA}N02797,0114,2024,K,9.15\n".encode()))
    assert read_kolada_csv(path, catalog)[["sex", "value"]].values.tolist() == [["women", 9.15]]


@pytest.mark.parametrize("cut", [slice(0, -9), slice(9, None)])
def test_a_packed_file_that_is_damaged_is_told(tmp_path: Path, catalog: Catalog, cut: slice) -> None:
    path = tmp_path / "fil.csv.xz"
    path.write_bytes(lzma.compress(f"{KOLADA}N02797,0114,2024,K,9.15\n".encode())[cut])
    with pytest.raises(RawFileError, match=r"går inte att läsa som CSV.*fil\.csv\.xz"):
        read_kolada_csv(path, catalog)


def test_a_packed_file_is_not_unpacked_beyond_what_there_is_room_for(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "LARGEST", 2**20)
    path = tmp_path / "fil.csv.xz"
    path.write_bytes(lzma.compress(bytes(2**20 + 1)))
    with pytest.raises(RawFileError, match="Filen är större än 1 MB"):
        read_kolada_csv(path, catalog)


def test_a_key_figure_is_what_its_edition_says_that_it_was(tmp_path: Path, catalog: Catalog) -> None:
    path = saved(tmp_path, f"{KOLADA}N18741,2182,2022,T,10.9\n")
    assert read_kolada_csv(path, catalog)["measure"].tolist() == ["kolada_kaa_16_19_share_pct"]
    then = read_kolada_csv(path, catalog, {"form": "csv", "N18741": "kolada_kaa_16_20_share_pct"})
    assert then[["measure", "age_group", "period"]].values.tolist() == [
        ["kolada_kaa_16_20_share_pct", "16-20", "2021/22"]
    ]


def test_riket_is_00(tmp_path: Path, catalog: Catalog) -> None:
    frame = read_kolada_csv(saved(tmp_path, f"{KOLADA}N02797,0000,2024,T,6.16\n"), catalog)
    assert frame["region_code"].tolist() == ["00"]


def test_a_spring_term_is_the_school_year_that_ends_with_it(tmp_path: Path, catalog: Catalog) -> None:
    frame = read_kolada_csv(saved(tmp_path, f"{KOLADA}N15428,2182,2025,T,80\nN15428,2182,2000,T,80\n"), catalog)
    assert frame["period"].tolist() == ["2024/25", "1999/00"]


def test_women_and_men_are_kept_apart(tmp_path: Path, catalog: Catalog) -> None:
    frame = read_kolada_csv(saved(tmp_path, f"{KOLADA}N02797,2182,2024,K,8\nN02797,2182,2024,M,10\n"), catalog)
    assert frame["sex"].tolist() == ["women", "men"]


def test_an_empty_value_is_not_available_and_never_zero(tmp_path: Path, catalog: Catalog) -> None:
    frame = read_kolada_csv(saved(tmp_path, f"{KOLADA}N02797,2182,2024,T,\n"), catalog)
    assert frame["value"].isna().all()
    assert frame["status"].tolist() == ["not_available"]


def test_a_byte_order_mark_is_taken(tmp_path: Path, catalog: Catalog) -> None:
    content = b"\xef\xbb\xbf" + f"{KOLADA}N02797,2182,2024,T,9\n".encode()
    assert len(read_kolada_csv(saved(tmp_path, content), catalog)) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kpi,region,year,value\nN02797,2182,2024,9\n", ["Rubrikerna är kpi, region, year, value", "gender"]),
        ("kpi;region;year;gender;value\nN02797;2182;2024;T;9\n", ["Rubrikerna är"]),
        (f"{KOLADA}N02797,2182,2024,T,9.15,x,y\n", []),
        (f'{KOLADA}N02797,2182,2024,T,"9,15"\n', ["”9,15” är inget tal", "rad 2", "value"]),
        (f"{KOLADA}N02797,2182,2024,T,9\nN02797,2182,2023,T,..\n", ["”..” är inget tal", "rad 3"]),
        (f"{KOLADA}N02797,2182,2024,T,<5\n", ["”<5” är inget tal"]),
        (f"{KOLADA}N02797,2182,2024,T,1e3\n", ["inget tal"]),
        (f"{KOLADA}N02797,2182,2024,T,nan\n", ["”nan” är inget tal"]),
        (f"{KOLADA}N02797,2182,2024,T,٩\n", ["inget tal"]),
        (f"{KOLADA}N02797,2182,2024,T,=1+1\n", ["inget tal"]),
        (f"{KOLADA}N02797,2182,,T,9\n", ["inget år", "rad 2", "year"]),
        (f"{KOLADA}N02797,2182,2024.5,T,9\n", ["”2024.5” är inget år"]),
        (f"{KOLADA}N02797,2182,20,T,9\n", ["”20” är inget år"]),
        (f"{KOLADA}N02797,2182,2024/25,T,9\n", ["inget år"]),
        (f"{KOLADA}N02797,2182,2024,T\n", []),
        (f"{KOLADA}N02797,2182\n", []),
        (f"{KOLADA}N99999,2182,2024,T,9\n", ["Okända nyckeltal: N99999", "N02797"]),
        (f"{KOLADA},2182,2024,T,9\n", ["Okända nyckeltal"]),
        (f"{KOLADA}N02797,182,2024,T,9\n", ["Okända områdeskoder: 182"]),
        (f"{KOLADA}N02797,9999,2024,T,9\n", ["Okända områdeskoder: 9999"]),
        (f"{KOLADA}N02797,2182,2024,X,9\n", ["Okänt kön: X"]),
        (KOLADA, ["saknar rader"]),
        ("", ["går inte att läsa som CSV"]),
        ("\n\n\n", ["går inte att läsa som CSV"]),
        ("<!DOCTYPE html><html><head><title>Fel</title></head></html>\n<p>404</p>\n", ["Rubrikerna är <!DOCTYPE"]),
        ("<html>" + "x" * 100_000 + "</html>\n<p>", ["Rubrikerna är <html>"]),
        ('{"values": [1, 2]}', ["går inte att läsa"]),
        (b"\x50\x4b\x03\x04\x14\x00\xff\xfe", ["fil.csv"]),
        ("kpi,region,year,gender,value\n".encode("utf-16"), ["går inte att läsa"]),
        (f'{KOLADA}N02797,2182,2024,T,9\n"N02797,2182', ["fil.csv"]),
        (f"{KOLADA}N02797,2182,2024,T\0,9\n", ["fil.csv"]),
    ],
)
def test_anything_else_stops_the_reading_with_one_line(
    tmp_path: Path, catalog: Catalog, text: str | bytes, words: list[str]
) -> None:
    with pytest.raises(RawFileError) as caught:
        read_kolada_csv(saved(tmp_path, text), catalog)
    message = str(caught.value)
    assert "fil.csv" in message
    assert len(message.splitlines()) == 1
    assert len(message) < 700
    for word in words:
        assert word in message


def test_a_missing_file_is_told(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(RawFileError, match="går inte att läsa"):
        read_kolada_csv(tmp_path / "saknas.csv", catalog)


@given(st.sampled_from([KOLADA, RANKS, TIDY]), st.binary(max_size=80))
def test_any_bytes_after_the_headings_are_read_or_refused_with_our_own_error(
    tmp_path_factory: pytest.TempPathFactory, catalog: Catalog, headings: str, tail: bytes
) -> None:
    path = saved(tmp_path_factory.mktemp("csv"), headings.encode() + tail)
    with pytest.raises(RawFileError):  # no random bytes are a figure
        READERS[headings](path, catalog)


cells = st.sampled_from(
    ["N02797", "2182", "0000", "2024", "T", "9.15", "", "..", "x", "00", "uvas_share_pct", '"', "å"]
)


@given(st.sampled_from([KOLADA, RANKS, TIDY]), st.lists(st.lists(cells, max_size=7), max_size=4))
def test_any_rows_are_read_or_refused_with_our_own_error(
    tmp_path_factory: pytest.TempPathFactory, catalog: Catalog, headings: str, rows: list[list[str]]
) -> None:
    path = saved(tmp_path_factory.mktemp("csv"), headings + "".join(",".join(row) + "\n" for row in rows))
    try:
        frame = READERS[headings](path, catalog)
    except RawFileError:
        return
    assert len(frame) > 0
    assert set(frame["status"]) <= {"ok", "not_available"}
    assert (frame["value"].isna() == (frame["status"] == "not_available")).all()


# --- ranks and single figures -----------------------------------------------------------------------------------


def test_a_published_place_is_read(tmp_path: Path, catalog: Catalog) -> None:
    frame = read_ranks_csv(saved(tmp_path, f"{RANKS}N02797,2182,2024,28,290\n"), catalog)
    assert frame[["region_code", "period", "measure", "value"]].values.tolist() == [
        ["2182", "2024", "uvas_place_rank", 28]
    ]


def test_places_of_another_measure_are_never_taken_for_uvas(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(RawFileError, match=r"N03942.*inte N02797"):
        read_ranks_csv(saved(tmp_path, f"{RANKS}N03942,2182,2024,2,290\n"), catalog)


@pytest.mark.parametrize("row", ["N02797,2182,2024,tjugo,290", "N02797,9999,2024,1,290", "N02797,2182,24,1,290"])
def test_a_place_that_cannot_be_read_is_told(tmp_path: Path, catalog: Catalog, row: str) -> None:
    with pytest.raises(RawFileError, match=r"fil\.csv"):
        read_ranks_csv(saved(tmp_path, f"{RANKS}{row}\n"), catalog)


def test_a_single_figure_is_read(tmp_path: Path, catalog: Catalog) -> None:
    frame = read_tidy_csv(
        saved(tmp_path, f"{TIDY}kaa_half_year_count,00,2017H2,16-19,94697,Skolverket\n"), catalog
    )
    assert frame[["measure", "region_code", "period", "age_group", "value"]].values.tolist() == [
        ["kaa_half_year_count", "00", "2017H2", "16-19", 94697.0]
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("okänd_count,00,2017,16-19,1,X", "Okända mått: okänd_count"),
        ("kaa_half_year_count,99,2017H2,16-19,1,X", "Okända områdeskoder: 99"),
        ("kaa_half_year_count,00,2017,16-19,1,X", "inte det slags period"),
        ("kaa_half_year_count,00,2017H3,16-19,1,X", "inte det slags period"),
        ("kaa_half_year_count,00,,16-19,1,X", "inte det slags period"),
        ("kaa_half_year_count,00,2017H2,16-19,94 697,X", "inget tal"),
    ],
)
def test_a_single_figure_that_cannot_be_read_is_told(
    tmp_path: Path, catalog: Catalog, row: str, words: str
) -> None:
    with pytest.raises(RawFileError, match=words):
        read_tidy_csv(saved(tmp_path, f"{TIDY}{row}\n"), catalog)
