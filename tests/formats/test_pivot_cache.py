"""A pivot cache is read whole and exactly, by the quick way as by the slow one, or not at all."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import af_books as books
from uvas_stats.errors import RawFileError
from uvas_stats.formats import pivot_parts
from uvas_stats.formats.pivot_cache import find_cache, list_caches, read_cache
from uvas_stats.formats.pivot_chunks import plain_columns, slow_columns

FRAME = pd.DataFrame(
    {
        "PERIOD": ["2026-07", "2026-08", "2026-08"],
        "KOM": ["Falun", None, "Mora & Orsa <b>"],
        "SOK": [38.0, np.nan, 12.0],
        "AK": [541.083333, 1712.5, -0.25],
    }
)


def save(path: Path, *caches: books.FakeCache) -> Path:
    path.write_bytes(books.workbook({"Info": [["Info"]]}, caches))
    return path


def read(path: Path, chunk: int = 2**20) -> pd.DataFrame:
    return read_cache(path, find_cache(path, ["PERIOD"]), chunk=chunk)


def plain(frame: pd.DataFrame) -> list[list[object]]:
    whole = frame.astype(object)
    return whole.where(whole.notna(), None).to_numpy().tolist()


def test_all_fields_are_read_and_calculated_ones_are_not(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", books.FakeCache(FRAME, {"Andel": "SOK/AK"}))
    (cache,) = list_caches(path)
    assert (cache.names, cache.formulas) == (("PERIOD", "KOM", "SOK", "AK"), {"Andel": "SOK/AK"})
    found = read(path)
    assert [str(dtype) for dtype in found.dtypes] == ["category", "category", "float64", "float64"]
    assert plain(found) == plain(FRAME)


@pytest.mark.parametrize("chunk", [40, 41, 97, 1000])
def test_where_the_stream_is_cut_makes_no_difference(tmp_path: Path, chunk: int) -> None:
    frame = pd.concat([FRAME] * 20, ignore_index=True)
    path = save(tmp_path / "a.xlsx", books.FakeCache(frame))
    path_runs = read_cache(path, list_caches(path)[0], chunk=max(chunk, 400))
    assert plain(path_runs) == plain(frame)


def test_the_cache_is_chosen_by_its_fields_and_its_records_by_their_relation(tmp_path: Path) -> None:
    other = pd.DataFrame({"KOEN": ["Kvinnor"], "ANTAL": [1.0]})
    path = save(tmp_path / "a.xlsx", books.FakeCache(other), books.FakeCache(FRAME))
    cache = find_cache(path, ["KOM", "SOK"])
    assert cache.part.endswith("2.xml")
    assert cache.records.endswith("Records1.xml")
    assert len(read_cache(path, cache)) == 3
    with pytest.raises(RawFileError, match="Ingen pivotcache har fälten KOEN, KOM") as caught:
        find_cache(path, ["KOM", "KOEN"])
    assert "KOEN, ANTAL; PERIOD, KOM, SOK, AK" in str(caught.value)
    double = save(tmp_path / "b.xlsx", books.FakeCache(FRAME), books.FakeCache(FRAME))
    with pytest.raises(RawFileError, match="Flera pivotcachar"):
        find_cache(double, ["KOM"])


def raw(records: str, count: int, shared: dict[str, list[object]] | None = None) -> books.FakeCache:
    frame = pd.DataFrame(shared or {"PERIOD": pd.Series(["2026-07", "2026-08"], dtype=object), "SOK": [1.0, 2.0]})
    return books.FakeCache(frame, raw_records=records, count=count)


GOOD = '<r><x v="0"/><n v="38"/></r>'


@pytest.mark.parametrize(
    ("records", "values"),
    [
        ('<r><x v="1"/><n v="1.5E-05"/></r>', ["2026-08", 1.5e-05]),
        ('<r><x v="1"/><n v="7" f="1"/></r>', ["2026-08", 7.0]),
        ('<r><x v="1"/>\r\n  <n v="7"></n></r>', ["2026-08", 7.0]),
        ('<r><m/><m u="1"/></r>', [None, None]),
        ('<r><s v="2026-09"/><n v="1"/></r>', ["2026-09", 1.0]),
        ('<r><s v="r&#228;kna &amp; dela"/><n v="1"/></r>', ["räkna & dela", 1.0]),
        ("<r><x v='1'/><n v='-2'/></r>", ["2026-08", -2.0]),
        ('<r><d v="2026-08-01T00:00:00"/><n v="1"/></r>', ["2026-08-01T00:00:00", 1.0]),
    ],
)
def test_unusual_records_are_read_slowly_and_exactly(tmp_path: Path, records: str, values: list[object]) -> None:
    path = save(tmp_path / "a.xlsx", raw(GOOD + records, 2))
    assert plain(read(path)) == [["2026-07", 38.0], values]
    apart = save(tmp_path / "b.xlsx", raw(GOOD * 400 + records, 401))
    assert plain(read(apart, chunk=1024))[-1] == values


def test_a_field_of_numbers_may_share_some_of_them(tmp_path: Path) -> None:
    frame = pd.DataFrame({"PERIOD": ["2026-07"], "SOK": pd.Series([5.0], dtype=object)})
    cache = books.FakeCache(frame, raw_records='<r><x v="0"/><x v="0"/></r><r><x v="0"/><n v="6"/></r>', count=2)
    assert plain(read(save(tmp_path / "a.xlsx", cache))) == [["2026-07", 5.0], ["2026-07", 6.0]]
    only = books.FakeCache(frame, raw_records='<r><x v="0"/><x v="0"/></r><r><x v="0"/><m/></r>', count=2)
    assert plain(read(save(tmp_path / "b.xlsx", only))) == [["2026-07", 5.0], ["2026-07", None]]


def test_a_field_of_numbers_and_text_keeps_both(tmp_path: Path) -> None:
    frame = pd.DataFrame({"PERIOD": ["2026-07"], "SOK": pd.Series(["<5"], dtype=object)})
    cache = books.FakeCache(frame, raw_records='<r><x v="0"/><x v="0"/></r><r><x v="0"/><n v="6"/></r>', count=2)
    assert plain(read(save(tmp_path / "a.xlsx", cache))) == [["2026-07", "<5"], ["2026-07", 6.0]]


@pytest.mark.parametrize(
    ("cache", "message"),
    [
        (books.FakeCache(FRAME, records=False), "har inga poster"),
        (raw("", 0), "har inga poster"),
        (raw("", 2), "har 0 poster men ska ha 2"),
        (raw(GOOD, 2), "har 1 poster men ska ha 2"),
        (raw(GOOD * 3, 2), "har 3 poster men ska ha 2"),
        (raw(GOOD + '<r><x v="0"/><s v="tolv"/></r>', 2), "SOK ska vara tal men har ”tolv”"),
        (raw(GOOD + '<r><x v="0"/></r>', 2), "En post har 1 celler, men fälten är 2"),
        (raw(GOOD + '<r><x v="0"/><n v="1"/><n v="2"/></r>', 2), "En post har 3 celler"),
        (raw(GOOD + '<r><x v="2"/><n v="1"/></r>', 2), "pekar på delat värde 2, men det finns 2"),
        (raw(GOOD + '<r><x v="-1"/><n v="1"/></r>', 2), "pekar på delat värde -1"),
        (raw(GOOD + '<r><x v=""/><n v="1"/></r>', 2), "går att förstå"),
        (raw(GOOD + '<r><x v="0"/><n v=""/></r>', 2), "går att förstå"),
        (raw(GOOD + '<r><x v="0"/><n v="1x2"/></r>', 2), "går att förstå"),
        (raw(GOOD + '<r><x v="0"/><n v="nan"/></r>', 2), "går att förstå"),
        (raw(GOOD + '<r><x v="0"/><n v="1/2"/></r>', 2), "går att förstå"),
        (raw(GOOD + '<r><x v="0"/><n v="1"/><z/></r>', 2), "En post har 3 celler"),
        (raw(GOOD + '<r><x v="0"/><q v="1"/></r>', 2), "går att förstå"),
        (raw(GOOD + '<r><x v="0"/><n v="&hej;"/></r>', 2), "ingen giltig XML"),
        (raw(GOOD + '<!-- --><r><x v="0"/><n v="1"/></r>', 2), "något som inte är poster"),
        (raw(GOOD + '<r><x v="0"/><n v="1"/>', 2), "avklippta"),
        (books.FakeCache(FRAME, doctype='<!DOCTYPE a [<!ENTITY b "c">]>'), "egna XML-definitioner"),
    ],
)
def test_what_is_wrong_with_records_is_one_clear_error(
    tmp_path: Path, cache: books.FakeCache, message: str
) -> None:
    path = save(tmp_path / "a.xlsx", cache)
    with pytest.raises(RawFileError, match=message) as caught:
        read(path)
    assert "a.xlsx" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_text_between_cells_is_never_taken_for_a_part_of_a_number() -> None:
    text = b'<r><x v="1"/>5<n v="7"/></r>'
    assert plain_columns(text, [None, None], [2, 0]) is None
    assert plain_columns(b'<r><x v="1"/><n v="7"/></r>', [None, None], [2, 0]) is not None


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"PK\x03\x04 cut"])
def test_a_file_that_is_no_workbook_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(RawFileError):
        list_caches(path)


def test_a_cut_off_workbook_is_damaged_and_not_empty(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", books.FakeCache(FRAME))
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(RawFileError, match="skadad"):
        read(path)


def test_a_part_that_would_unpack_beyond_reason_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", books.FakeCache(FRAME))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/pivotCache/pivotCacheRecords9.xml", b"0" * 40_000_000)
    with pytest.raises(RawFileError, match="uppackad, orimligt"):
        list_caches(path)


_NUMBER = st.one_of(st.none(), st.integers(-(10**6), 10**6).map(float), st.floats(-1e9, 1e9))
_ROW = st.tuples(st.sampled_from(["Falun", "Mora", None]), _NUMBER, _NUMBER)


@given(st.lists(_ROW, min_size=1, max_size=60))
def test_the_two_ways_agree(rows: list[tuple[str | None, float | None, float | None]]) -> None:
    def cell(value: object) -> str:
        if value is None:
            return "<m/>"
        return f'<x v="{["Falun", "Mora"].index(value)}"/>' if isinstance(value, str) else f'<n v="{value!r}"/>'

    text = "".join(f"<r>{''.join(map(cell, row))}</r>" for row in rows).encode()
    quick = plain_columns(text, [None, None, None], [2, 0, 0])
    slow = slow_columns(text, [("Falun", "Mora"), (), ()])
    assert quick is not None
    for one, other in zip(quick, slow, strict=True):
        if one.values.dtype == other.values.dtype:
            np.testing.assert_array_equal(one.values, other.values)
        else:  # a column of which nothing is known is places in the one and numbers in the other
            assert (one.values == -1).all()
            assert np.isnan(other.values).all()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_behind_a_long_comment_is_found_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!--{" " * 2**16}--><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    )
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.xml", text.encode(encoding))
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive, pytest.raises(RawFileError, match="dokumenttyp"):
        pivot_parts._xml(archive, "a.xml")
