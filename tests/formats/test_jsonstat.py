"""JSON-stat in all the forms the format allows, and the recorded responses."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import px2
from tests.fakes.server import Fake, Faults
from uvas_stats.clean.pxweb import read_cube
from uvas_stats.errors import RawFileError
from uvas_stats.formats.cube import Cube
from uvas_stats.formats.jsonstat import read_jsonstat, take_apart, take_values
from uvas_stats.formats.pxjson import read_pxjson


def small(**changes: Any) -> dict[str, Any]:
    """A dataset of two regions and three years."""
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Liten",
        "source": "SCB",
        "updated": "2026-01-01T06:00:00Z",
        "role": {"time": ["Tid"], "metric": []},
        "id": ["Region", "Tid"],
        "size": [2, 3],
        "dimension": {
            "Region": {
                "label": "grupp",
                "category": {"index": {"0114": 0, "0180": 1}, "label": {"0114": "a", "0180": "b"}},
            },
            "Tid": {"label": "grupp", "category": {"index": {"2022": 0, "2023": 1, "2024": 2}}},
        },
        "value": [1, 2, None, 4.5, None, 6],
        "status": {"2": "..", "4": "-"},
        **changes,
    }


def read(content: Any) -> Cube:
    return read_jsonstat(orjson.dumps(content))


def values(cube: Cube) -> list[float | None]:
    return [None if math.isnan(value) else value for value in cube.values.tolist()]


PLAIN = [1.0, 2.0, None, 4.5, None, 6.0]


def test_a_dense_list_and_a_status_object() -> None:
    cube = read(small())
    assert values(cube) == PLAIN
    assert cube.missing() == {"..": 1, "-": 1}
    assert [axis.code for axis in cube.axes] == ["Region", "Tid"]
    assert (cube.time, cube.updated) == ("Tid", "2026-01-01T06:00:00Z")


def test_a_sparse_object_of_values() -> None:
    assert values(read(small(value={"5": 6, "0": 1, "3": 4.5, "1": 2}))) == PLAIN


@pytest.mark.parametrize(
    "status",
    [
        {"4": "-", "2": ".."},
        [None, None, "..", None, "-", None],
        ["", "", "..", "", "-", ""],
    ],
)
def test_a_status_in_any_form(status: Any) -> None:
    cube = read(small(status=status))
    assert dict(zip(cube.places.tolist(), cube.symbols, strict=True)) == {2: "..", 4: "-"}


def test_one_status_for_all_hides_no_number() -> None:
    cube = read(small(status="e"))
    assert values(cube) == PLAIN
    assert cube.missing() == {"e": 2}


def test_a_status_on_a_real_number_does_not_hide_it() -> None:
    cube = read(small(status={"0": "..", "2": ".."}))
    assert cube.values[0] == 1
    assert cube.missing() == {"..": 1, "": 1}


@pytest.mark.parametrize(
    "index", [{"2024": 2, "2022": 0, "2023": 1}, {"2023": 1, "2024": 2, "2022": 0}, ["2022", "2023", "2024"]]
)
def test_positions_count_and_not_the_order_of_the_keys(index: Any) -> None:
    content = small()
    content["dimension"]["Tid"]["category"] = {"index": index, "label": {"2024": "c", "2022": "a", "2023": "b"}}
    cube = read(content)
    assert cube.axes[1].codes == ("2022", "2023", "2024")
    assert cube.axes[1].labels == ("a", "b", "c")


def test_a_single_category_needs_no_index() -> None:
    content = small(size=[1, 3], value=[1, 2, 3], status=None)
    content["dimension"]["Region"]["category"] = {"label": {"00": "Riket"}}
    assert read(content).axes[0].codes == ("00",)


def test_child_unit_and_notes_are_kept_or_passed_over() -> None:
    content = small(note=["Metoden heter Cell Key Method."])
    content["dimension"]["Region"]["category"] |= {
        "child": {"0114": ["0180"]},
        "unit": {"0114": {"base": "antal", "decimals": 0}},
        "note": {"0180": ["Ny gräns."]},
    }
    cube = read(content)
    assert cube.axes[0].units == {"0114": "antal"}
    assert cube.axes[0].notes == ("Ny gräns.",)
    assert cube.noise


def test_two_dimensions_with_one_label_stay_two() -> None:
    assert [(axis.code, axis.label) for axis in read(small()).axes] == [("Region", "grupp"), ("Tid", "grupp")]


def test_version_1_keeps_id_and_size_inside_dimension() -> None:
    content = small()
    old = {
        "dimension": {**content["dimension"], "id": content["id"], "size": content["size"]},
        "value": content["value"],
    }
    cube = read({"dataset": {**old, "label": "Liten", "status": content["status"]}})
    assert values(cube) == PLAIN
    assert cube.missing() == {"..": 1, "-": 1}


def test_a_byte_order_mark_is_passed_over() -> None:
    assert values(read_jsonstat(b"\xef\xbb\xbf" + orjson.dumps(small()))) == PLAIN


def test_numbers_may_come_as_text() -> None:
    content = small() | {"value": [None if one is None else str(one) for one in small()["value"]]}
    assert values(read_jsonstat(orjson.dumps(content))) == PLAIN


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"value": [1, 2, 3]}, "3 värden men dimensionerna ger 6"),
        ({"value": None}, "saknar värden"),
        ({"value": [1, 2, 3, 4, 5, "6 "]}, "inte ett tal: '6 '"),
        ({"value": [1, 2, 3, 4, 5, True]}, "inte ett tal: True"),
        ({"value": {"6": 1}}, "Position 6 finns inte"),
        ({"value": {"-1": 1}}, "inte ett tal"),
        ({"status": {"9": ".."}}, "Position 9 finns inte"),
        ({"status": ["..", "-"]}, "Statuslistan har 2"),
        ({"status": 7}, "okänd form"),
        ({"size": [2, 4]}, "Tid har 3 koder men ska ha 4"),
        ({"size": [2]}, "går inte ihop"),
        ({"id": ["Region", "Saknas"]}, "Saknas saknas"),
        ({"dimension": None}, "dimensioner saknas"),
        ({"class": "collection"}, "samling"),
    ],
)
def test_what_does_not_fit_together_is_an_error(change: dict[str, Any], says: str) -> None:
    with pytest.raises(RawFileError, match=says):
        read(small(**change))


@pytest.mark.parametrize(
    "index", [{"2022": 0, "2023": 0, "2024": 2}, {"2022": 1, "2023": 2, "2024": 3}, {"2022": "0"}, None]
)
def test_positions_that_are_no_row_of_numbers_are_an_error(index: Any) -> None:
    content = small()
    content["dimension"]["Tid"]["category"] = {"index": index}
    with pytest.raises(RawFileError, match=r"Positionerna|En position|koder men|index"):
        read(content)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"<html></html>", b'{"a":{"dimension":{}},"b":{"dimension":{}}}']
)
def test_what_is_no_dataset_is_an_error(body: bytes) -> None:
    with pytest.raises(RawFileError):
        read_cube(body, "fil.json")


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        ([1, 2, 3, 4, 5, None], True),
        ([1, 2], False),
        ({"5": 1}, True),
        ({}, True),
        ({"6": 1}, False),
        ({"x": 1}, False),
        (None, False),
    ],
)
def test_a_dataset_taken_apart_says_whether_its_values_are_all_there(value: Any, whole: bool) -> None:
    dataset = take_apart(small(value=value))
    assert [dimension.codes for dimension in dataset.dimensions] == [("0114", "0180"), ("2022", "2023", "2024")]
    assert (dataset.cells, dataset.is_whole) == (6, whole)
    assert dataset.updated == "2026-01-01T06:00:00Z"


# The quick way of reading numbers


@given(
    st.lists(
        st.one_of(st.none(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)),
        min_size=0,
        max_size=40,
    ),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,\n\t", " : ")]),
)
def test_the_quick_way_gives_what_the_ordinary_way_gives(
    row: list[float | int | None], separators: tuple[str, str]
) -> None:
    numbers = (row or [1]) * 1200
    text = json.dumps({"id": [], "value": numbers}, separators=separators).encode()
    wanted = np.array(numbers, dtype=float)
    taken = take_values(text)
    if taken is None:
        assert separators != (",", ":")  # what the services send is read the quick way
        return
    rest, found = taken
    assert orjson.loads(rest) == {"id": [], "value": []}
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    "text",
    [
        b'{"value":[' + b"1," * 2000 + b'"2"]}',
        b'{"value":[' + b"1," * 2000 + b"[2]]}",
        b'{"value":[' + b"1," * 2000 + b"nul]}",
        b'{"value":[' + b"1," * 2000 + b"]}",
        b'{"value":[' + b"1," * 2000 + b",1]}",
        b'{"value":[,' + b"1," * 2000 + b"1]}",
        b'{"value":[' + b"1," * 2000 + b"1 2]} ",
        b'{"value":[' + b"1," * 2000 + b"2",
        b'{"x":{"value":[1]},"value":[' + b"1," * 2000 + b"2]}",
        b'{"value":[1,2]}',
    ],
)
def test_whatever_is_unusual_is_left_to_the_ordinary_way(text: bytes) -> None:
    assert take_values(text) is None


def test_a_large_answer_is_read_both_ways_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(1)
    years = [str(year) for year in range(3000)]
    content = small(
        size=[2, 3000], value=[rng.choice([None, rng.random(), rng.randint(0, 9)]) for _ in range(6000)]
    )
    content["dimension"]["Tid"]["category"] = {"index": years}
    content["status"] = {str(at): ".." for at, value in enumerate(content["value"]) if value is None}
    quick = read(content)
    monkeypatch.setattr("uvas_stats.formats.jsonstat.take_values", lambda _: None)
    slow = read(content)
    np.testing.assert_array_equal(quick.values, slow.values)
    assert quick.missing() == slow.missing() == {"..": content["value"].count(None)}


# The fake's forms


@pytest.mark.parametrize(
    "faults",
    [
        Faults(),
        Faults(shuffled=True),
        Faults(index_list=True),
        Faults(sparse=True),
        Faults(status_form="list"),
        Faults(shuffled=True, sparse=True, status_form="list"),
    ],
    ids=["plain", "shuffled", "index list", "sparse", "status list", "all"],
)
def test_the_forms_of_one_answer_are_one_cube(faults: Faults) -> None:
    def answer(of: Faults) -> Cube:
        fake = Fake()
        fake.faults = of
        body = {
            "selection": [
                {"variableCode": code, "valueCodes": ["*"]}
                for code in ("Region", "GruppA", "GruppB", "ContentsCode", "Tid")
            ]
        }
        return read_jsonstat(px2.data(fake, fake.tables["TAB1"], body, {})[1])

    plain, other = answer(Faults()), answer(faults)
    np.testing.assert_array_equal(plain.values, other.values)
    assert plain.missing() == other.missing()
    assert set(plain.missing()) == {"..", ".", "-"}
    assert [axis.codes for axis in plain.axes] == [axis.codes for axis in other.axes]
    assert len(plain.symbols) > sum(plain.missing().values())  # notes on real numbers are kept too


# The recorded responses


def test_the_recorded_answer_of_scb(shared: Path) -> None:
    body = (shared / "data" / "scb" / "TAB6471_data.json").read_bytes()
    cube = read_jsonstat(body)
    assert cube.size == (21, 11, 3, 1, 4)
    assert cube.axes[2].codes == ("TotSa", "1", "2")
    assert cube.values[:8].tolist() == [245284, 247245, 249358, 251635, 125373, 126402, 127502, 128675]
    assert cube.noise
    assert cube.updated == "2026-06-08T06:00:00Z"
    by_sex = cube.values.reshape(231, 3, 4)
    difference = np.abs(by_sex[:, 0] - by_sex[:, 1] - by_sex[:, 2])
    assert (int((difference > 0).sum()), difference.max()) == (776, 8)


def test_the_recorded_answer_of_version_1(shared: Path) -> None:
    cube = read_cube((shared / "data" / "scb" / "jsonstat1_ungdomar_2016.json").read_bytes(), "1")
    assert [axis.code for axis in cube.axes] == ["Region", "Civilstand", "Alder", "Kon", "Tid"]
    assert cube.values[:4].tolist() == [11745, 10945, 11909, 11515]
    assert len(cube.values) == 21 * 4 * 7 * 2
    assert cube.missing() == {}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("invalid_json_all_region.json", "inte giltig JSON"),
        ("table-metadata-jsonstat.json", "Alder har 102 koder men ska ha 1"),
    ],
)
def test_recorded_files_that_are_no_data_say_so(shared: Path, name: str, says: str) -> None:
    with pytest.raises(RawFileError, match=says):
        read_jsonstat((shared / "data" / "scb" / name).read_bytes(), name)


def test_the_recorded_metadata_and_configuration(shared: Path) -> None:
    from uvas_stats.fetch.limits import Limits
    from uvas_stats.fetch.pxclient import limits_from
    from uvas_stats.fetch.pxweb import table_from_jsonstat

    folder = shared / "data" / "scb"
    table = table_from_jsonstat(
        json.loads((folder / "TAB6471_metadata.json").read_text(encoding="utf-8")), "TAB6471"
    )
    assert [len(variable.codes) for variable in table.variables] == [312, 134, 3, 1, 16]
    assert [variable.elimination for variable in table.variables] == [True, False, True, False, False]
    assert table.noise
    assert table.variable("alder").codelists[0].id == "vs_CKM01AlderTot"
    assert len([code for code in table.variable("Region").codes if len(code) == 4]) == 290
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert limits_from(config, "maxDataCells", "maxCallsPerTimeWindow") == Limits(150_000, 3, 1.0)


# Version 1's json


def rows(*data: tuple[list[str], list[str]]) -> bytes:
    columns = [
        {"code": "Region", "text": "region", "type": "d"},
        {"code": "Tid", "text": "år", "type": "t"},
        {"code": "N1", "text": "Folkmängd", "type": "c", "unit": "antal"},
        {"code": "N2", "text": "Ökning", "type": "c", "unit": "antal"},
    ]
    return orjson.dumps({"columns": columns, "data": [{"key": key, "values": value} for key, value in data]})


def test_rows_in_any_order_become_a_cube() -> None:
    cube = read_pxjson(
        rows((["0180", "2024"], ["4", "-4.5"]), (["0114", "2023"], ["1", ".."]), (["0180", "2023"], ["3", "-"]))
    )
    assert cube.size == (2, 2, 2)
    assert [axis.codes for axis in cube.axes] == [("0180", "0114"), ("2023", "2024"), ("N1", "N2")]
    assert values(cube) == [3, None, 4, -4.5, 1, None, None, None]
    assert cube.missing() == {"-": 1, "..": 1, "": 2}


def test_a_row_that_comes_twice_counts_once_but_not_with_two_values() -> None:
    same = (["0114", "2023"], ["1", "2"])
    assert values(read_pxjson(rows(same, same))) == [1, 2]
    with pytest.raises(RawFileError, match=r"0114.*två gånger"):
        read_pxjson(rows(same, (["0114", "2023"], ["1", "3"])))


@pytest.mark.parametrize("text", ["1 234", "1,5", "nan", "inf", "x", "0x1", "1_0"])
def test_a_text_that_is_no_number_is_never_made_one(text: str) -> None:
    with pytest.raises(RawFileError, match="varken ett tal eller en känd symbol"):
        read_pxjson(rows((["0114", "2023"], [text, "1"])))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"role": [1]}, "role i Datamängden är inget objekt utan list"),
        ({"role": {"time": 5}}, "role time är ingen lista av texter"),
        ({"role": {"time": [5]}}, "role time är ingen lista av texter"),
        ({"id": [[1]]}, "En dimension i id är ingen text"),
        ({"size": ["2"]}, "har 2 koder men ska ha 2"),
        ({"category": {"index": {"a": 0, "b": "1"}}}, "En position i Tid är inget heltal"),
        ({"category": {"index": ["a", "b"], "label": "x"}}, "label i Tid är inget objekt utan str"),
        ({"category": {"index": ["a", "b"], "unit": [5]}}, "unit i Tid är inget objekt utan list"),
    ],
)
def test_a_value_of_another_type_is_told_with_its_place(change: dict[str, Any], says: str) -> None:
    category = change.pop("category", {"index": ["a", "b"]})
    content = {"id": ["Tid"], "size": [2], "value": [1, 2], "dimension": {"Tid": {"category": category}}, **change}
    with pytest.raises(RawFileError, match=says):
        read_jsonstat(json.dumps(content).encode())
