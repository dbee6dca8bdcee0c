"""Two clients by others get right data out of the fake: it speaks the protocol, and not our dialect of it."""

from __future__ import annotations

import itertools
from typing import Any

import pyscbwrapper.scb
import pytest
from pxweb import PxApi

from tests.fakes.server import Fake
from tests.fakes.tables import FakeTable
from uvas_stats.formats.pxjson import read_pxjson


def truth(table: FakeTable, codes: dict[str, list[str]]) -> dict[tuple[str, ...], float | None]:
    """Compute what the cells hold, straight from the table's definition."""
    sides = [codes[variable.code] for variable in table.variables]
    found: dict[tuple[str, ...], float | None] = {}
    for key in itertools.product(*sides):
        places = [[[variable.position(code)]] for variable, code in zip(table.variables, key, strict=True)]
        values, numbers = table.cells(places)
        found[key] = None if table.symbols(numbers) else float(values[0])
    return found


SMALL = {
    "Region": ["00", "01", "0114"],
    "GruppA": ["a", "T"],
    "GruppB": ["x", "y"],
    "ContentsCode": ["AA1"],
    "Tid": ["2022", "2023", "2024"],
}


def eligibility_codes(fake: Fake) -> dict[str, list[str]]:
    return {variable.code: list(variable.codes) for variable in fake.tables["TAB1804"].variables}


def test_pxwebpy_reads_a_table_whole_and_split(quick: Fake) -> None:
    codes = eligibility_codes(quick)
    wanted = truth(quick.tables["TAB1804"], codes)
    for limit in (150_000, 50):
        quick.max_cells = limit
        rows = PxApi(quick.v2, disable_cache=True).get_table_data("TAB1804", dict(codes), show="code")
        found = {tuple(str(value) for name, value in row.items() if name != "value"): row["value"] for row in rows}
        assert found == wanted
    assert len(quick.data_calls) > 5


def test_pxwebpy_searches_and_reads_metadata_and_code_lists(quick: Fake) -> None:
    quick.faults.codelists_key = "codeLists"  # the only spelling that pxwebpy reads
    api = PxApi(quick.v2, disable_cache=True)
    assert api.number_of_tables == len(quick.tables)
    assert [table["id"] for table in api.search(query="folkmängden 2025")["tables"]] == ["TAB5557"]
    variables = api.get_table_variables("TAB6260")
    assert variables["Region"]["elimination"] is True
    assert {item["id"] for item in variables["Region"]["codelists"]} >= {"vs_RegionKommun07EjAggr"}
    values = api.get_code_list("vs_RegionKommun07EjAggr")["values"]
    assert all(len(value["code"]) == 4 for value in values)


def test_pxwebpy_gets_five_year_ages_through_a_code_list(quick: Fake) -> None:
    rows = PxApi(quick.v2, disable_cache=True).get_table_data(
        "TAB638",
        {
            "Region": ["0114"],
            "Alder": ["15-19", "20-24"],
            "Kon": ["1"],
            "ContentsCode": ["BE0101N1"],
            "Tid": ["2024"],
        },
        code_list={"Alder": "agg_Ålder5år"},
        show="code",
    )
    table = quick.tables["TAB638"]
    for row, first in zip(rows, (15, 20), strict=True):
        region, sex, contents, year = (["0114"], ["1"], ["BE0101N1"], ["2024"])
        ages = [str(age) for age in range(first, first + 5)]
        marital = ["OG", "G", "SK", "ÄNKL"]
        cells = truth(
            table,
            {
                "Region": region,
                "Civilstand": marital,
                "Alder": ages,
                "Kon": sex,
                "ContentsCode": contents,
                "Tid": year,
            },
        )
        assert row["value"] == sum(value or 0 for value in cells.values())


def test_pxwebpy_is_refused_and_then_let_through_by_the_limiter(quick: Fake) -> None:
    quick.faults.burst_429, quick.faults.retry_after = 2, "0"
    rows = PxApi(quick.v2, disable_cache=True).get_table_data(
        "TAB1804", dict(eligibility_codes(quick)), show="code"
    )
    assert len(rows) == len(truth(quick.tables["TAB1804"], eligibility_codes(quick)))
    assert quick.faults.burst_429 == 0


@pytest.fixture
def wrapper(quick: Fake, monkeypatch: pytest.MonkeyPatch) -> Any:
    def make(*path: str) -> Any:
        client = pyscbwrapper.scb.SCB("sv", *path)
        client.url = quick.v1 + "/"
        return client

    monkeypatch.setattr(pyscbwrapper.scb.session, "trust_env", False)
    return make


def test_pyscbwrapper_walks_the_tree_and_reads_a_table(quick: Fake, wrapper: Any) -> None:
    client = wrapper("AA")
    assert {item["id"] for item in client.info()} == {"AA0001", "AA0003"}
    client.go_down("AA0003", "AA0003H")
    assert {item["type"] for item in client.info()} == {"t"}
    client.go_down("IntGr8Kom2")
    table = quick.tables["TAB1804"]
    region, contents = table.variables[0], table.variables[2]
    client.set_query(
        region=list(region.labels[:3]),
        bakgrundsvariabel=["män", "kvinnor"],
        tabellinnehåll=list(contents.labels),
        år=["2021", "2022"],
    )
    answer = client.get_data()
    codes = {
        "Region": list(region.codes[:3]),
        "Bakgrund": ["1", "2"],
        "ContentsCode": list(contents.codes),
        "Tid": ["2021", "2022"],
    }
    wanted = truth(table, codes)
    keys = [column["code"] for column in answer["columns"] if column["type"] != "c"]
    heads = [column["code"] for column in answer["columns"] if column["type"] == "c"]
    assert keys == ["Region", "Bakgrund", "Tid"]
    for row in answer["data"]:
        for head, text in zip(heads, row["values"], strict=True):
            value = wanted[(row["key"][0], row["key"][1], head, row["key"][2])]
            assert text in ("..", ".", "-") if value is None else float(text) == value


def test_pyscbwrapper_reads_an_answer_with_a_byte_order_mark(quick: Fake, wrapper: Any) -> None:
    quick.faults.bom = True
    client = wrapper("AA", "AA0003", "AA0003H", "IntGr8Kom2")
    client.set_query(år=["2022"])
    rows = client.get_data()["data"]
    # The variables it left out cannot be eliminated, except Region: the rest come whole.
    assert {row["key"][-1] for row in rows} == {"2022"}
    assert len(rows) == len(quick.tables["TAB1804"].var("Bakgrund").codes)  # type: ignore[union-attr]


def test_what_pyscbwrapper_gets_is_what_our_reader_reads(quick: Fake, wrapper: Any) -> None:
    client = wrapper("AA", "AA0001", "Liten")
    client.set_query(år=["2023", "2024"])
    import orjson

    answer = client.get_data()
    cube = read_pxjson(orjson.dumps(answer))
    wanted = [
        float(text) if text not in ("..", ".", "-") else None for row in answer["data"] for text in row["values"]
    ]
    found = [None if value != value else value for value in cube.values.tolist()]
    assert found == wanted
