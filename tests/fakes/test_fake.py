"""The fake keeps the numbered rules of the source description, section 9."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import requests

from tests.fakes.server import Fake

ALL = {"Region": ["*"], "GruppA": ["*"], "GruppB": ["*"], "ContentsCode": ["*"], "Tid": ["*"]}
SESSION = requests.Session()
SESSION.trust_env = False


def selection(**codes: Any) -> dict[str, Any]:
    return {"selection": [{"variableCode": code, "valueCodes": values} for code, values in codes.items()]}


def post(fake: Fake, body: Any, table: str = "TAB1", **params: str) -> requests.Response:
    return SESSION.post(f"{fake.v2}/tables/{table}/data", json=body, params=params, timeout=5)


def get(fake: Fake, path: str, **params: str) -> requests.Response:
    return SESSION.get(fake.v2 + path, params=params, timeout=5)


def post1(
    fake: Fake, query: list[Any], table: str = "AA/AA0001/Liten", form: str = "json-stat2"
) -> requests.Response:
    return SESSION.post(f"{fake.v1}/{table}", json={"query": query, "response": {"format": form}}, timeout=5)


def item(code: str, *values: str, kind: str = "item") -> dict[str, Any]:
    return {"code": code, "selection": {"filter": kind, "values": list(values)}}


SMALL_1 = [item("GruppB", "x"), item("ContentsCode", "AA1"), item("Tid", "2024", "2020")]


def test_1_both_versions_give_the_same_values_of_the_same_tables(fake: Fake) -> None:
    new = post(fake, selection(GruppB=["x"], ContentsCode=["AA1"], Tid=["2024", "2020"])).json()
    old = post1(fake, SMALL_1).json()
    assert new["value"] == old["value"]
    fake.max_cells, fake.calls, fake.window = 5, 6, 7
    assert get(fake, "/config").json()["maxDataCells"] == 5
    assert SESSION.get(fake.v1 + "?config", timeout=5).json() == {
        "maxValues": 10_000,
        "maxCells": 5,
        "maxCalls": 6,
        "timeWindow": 7,
        "CORS": True,
    }


def test_2_codes_come_in_the_servers_order(fake: Fake) -> None:
    content = post(fake, selection(**{**ALL, "Region": ["0114", "00"], "Tid": ["2024", "2021"]})).json()
    assert list(content["dimension"]["Tid"]["category"]["index"]) == ["2021", "2024"]
    assert list(content["dimension"]["Region"]["category"]["index"]) == ["00", "0114"]
    assert len(content["value"]) == 2 * 3 * 2 * 1 * 2


@pytest.mark.parametrize(
    ("title", "status", "ask"),
    [
        ("Non-existent table", 404, lambda fake: get(fake, "/tables/TAB404/metadata")),
        ("Non-existent table", 400, lambda fake: post(fake, selection(**ALL), "TAB404")),
        ("Non-existent page", 404, lambda fake: get(fake, "/tables", pageNumber="99")),
        ("Non-existent codelist", 404, lambda fake: get(fake, "/codelists/vs_x")),
        ("Saved query not found", 404, lambda fake: get(fake, "/savedqueries/1")),
        ("No query specified", 400, lambda fake: SESSION.post(fake.v2 + "/savedqueries", timeout=5)),
        ("Unsupported language", 400, lambda fake: get(fake, "/tables", lang="no")),
        ("Unsupported output format", 400, lambda fake: post(fake, selection(**ALL), outputFormat="xml")),
        ("Non-existent variable", 400, lambda fake: post(fake, selection(**ALL, Nej=["1"]))),
        ("Non-existent value", 400, lambda fake: post(fake, selection(**{**ALL, "Tid": ["1815"]}))),
        ("Illegal selection expression", 400, lambda fake: post(fake, selection(**{**ALL, "Tid": ["TOP(a)"]}))),
        (
            "Illegal selection for mandantory variable",
            400,
            lambda fake: post(fake, selection(**{**ALL, "Tid": []})),
        ),
        ("Missing selection for mandantory variable", 400, lambda fake: post(fake, selection(Tid=["*"]))),
        (
            "Missing selection for mandantory variable",
            400,
            lambda fake: post(fake, selection(**{**ALL, "Tid": ["9*"]})),
        ),
        ("Illegal placment", 400, lambda fake: post(fake, selection(**ALL) | {"placement": {"stub": ["Nej"]}})),
    ],
)
def test_3_each_error_is_reached_by_one_request(fake: Fake, title: str, status: int, ask: Any) -> None:
    answer = ask(fake)
    assert (answer.status_code, answer.json()["title"]) == (status, title)


def test_3_an_unknown_table_is_400_in_version_1(fake: Fake) -> None:
    answer = SESSION.get(fake.v1 + "/AA/Nej", timeout=5)
    assert (answer.status_code, answer.json()) == (400, {"error": "Parameter error"})
    wrong = post1(fake, [item("Tid", "1815")])
    assert wrong.json() == {"error": "The request for variable 'Tid' has an error. Please check your query."}


def test_4_what_an_omitted_variable_means(fake: Fake) -> None:
    assert post(fake, selection(ContentsCode=["*"], Tid=["*"])).status_code == 400  # GruppB must be selected
    eliminated = post(fake, selection(GruppB=["x"], ContentsCode=["AA1"], Tid=["2024"])).json()
    assert eliminated["id"] == ["GruppB", "ContentsCode", "Tid"]
    total = post(
        fake, selection(Region=["00"], GruppA=["T"], GruppB=["x"], ContentsCode=["AA1"], Tid=["2024"])
    ).json()
    assert eliminated["value"] == total["value"]
    old = post1(fake, [item("ContentsCode", "AA1"), item("Tid", "2024")]).json()
    assert old["dimension"]["GruppB"]["category"]["index"] == {"x": 0, "y": 1}
    nothing = post(fake, selection(GruppA=["q*"], GruppB=["x"], ContentsCode=["AA1"], Tid=["2024"])).json()
    assert "GruppA" not in nothing["id"]  # a pattern without a match eliminates


def test_5_too_many_cells_and_the_faults_of_get(fake: Fake) -> None:
    fake.max_cells = 10
    answer = post(fake, selection(**ALL))
    assert (answer.status_code, answer.json()["title"]) == (400, "Too many cells selected")
    fake.faults.too_many_status = 403
    assert post(fake, selection(**ALL)).status_code == 403
    old = post1(fake, [item("Region", "*", kind="all")])
    assert (old.status_code, old.json()) == (403, {"error": "Too many values selected"})
    fake.max_cells = 1000
    base = fake.v2 + "/tables/TAB1/data?valueCodes[GruppB]=x&valueCodes[ContentsCode]=AA1"
    first = SESSION.get(base + "&valueCodes[Tid]=2021&valueCodes[Tid]=2022", timeout=5).json()
    assert list(first["dimension"]["Tid"]["category"]["index"]) == ["2021"]
    assert SESSION.get(base + "&valueCodes[Tid]=RANGE(2021,2022)", timeout=5).status_code == 400
    assert SESSION.get(base + "&valueCodes[Tid]=[RANGE(2021,2022)]", timeout=5).json()["size"][-1] == 2
    assert SESSION.get(base + "&valueCodes[Tid]=2021&x=" + "y" * 2100, timeout=5).status_code == 414


@pytest.mark.parametrize(("version", "refused_again"), [("v2", False), ("v1", True)])
def test_6_the_limiter_counts_and_in_version_1_also_what_it_refuses(
    fake: Fake, version: str, refused_again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("tests.fakes.server.time.monotonic", lambda: now[0])
    fake.limited, fake.calls, fake.window = True, 2, 10
    url = f"{fake.v2}/config" if version == "v2" else f"{fake.v1}?config"
    codes = []
    for moment in (0, 0, 0, 6, 11):  # two allowed, one refused, one refused at 6; at 11 the first two are out
        now[0] = 100.0 + moment
        answer = SESSION.get(url, timeout=5)
        codes.append(answer.status_code)
    assert codes[:4] == [200, 200, 429, 429]
    assert codes[4] == 200
    now[0] = 111.5
    assert (SESSION.get(url, timeout=5).status_code == 429) == refused_again
    now[0] = 111.6
    refusal = SESSION.get(url, timeout=5)
    assert refusal.headers["Retry-After"] == "10"
    assert refusal.headers["X-Rate-Limit-Remaining"] == "0"
    assert dt.datetime.fromisoformat(refusal.headers["X-Rate-Limit-Reset"]) > dt.datetime.now(dt.UTC)
    kind = "text/plain" if version == "v2" else "application/json"
    assert refusal.headers["Content-Type"] == kind


def test_8_csv_and_px_are_in_cp1252_and_version_1_can_have_a_byte_order_mark(fake: Fake) -> None:
    fake.faults.bom = True
    assert post1(fake, SMALL_1).content.startswith(b"\xef\xbb\xbf{")
    assert "värde".encode("cp1252") in post1(fake, SMALL_1, form="csv").content
    assert "En liten tabell efter region, grupp och år".encode("cp1252") in post1(fake, SMALL_1, form="px").content
    assert '"värde"'.encode("cp1252") in post(fake, selection(**ALL), outputFormat="csv").content


def test_9_the_keys_of_an_index_can_be_in_another_order_than_its_numbers(fake: Fake) -> None:
    fake.faults.shuffled = True
    index = post(fake, selection(**ALL)).json()["dimension"]["Tid"]["category"]["index"]
    assert list(index.values()) != sorted(index.values())
    assert sorted(index, key=index.__getitem__) == ["2020", "2021", "2022", "2023", "2024"]
    fake.faults.shuffled, fake.faults.index_list = False, True
    assert post(fake, selection(**ALL)).json()["dimension"]["GruppB"]["category"]["index"] == ["x", "y"]


def test_10_symbols_stand_on_nulls_and_a_note_on_a_real_number(fake: Fake) -> None:
    content = post(fake, selection(**ALL)).json()
    for at, symbol in content["status"].items():
        assert (content["value"][int(at)] is None) == (symbol in ("..", ".", "-"))
    assert set(content["status"].values()) == {"..", ".", "-", "r"}


def test_11_labels_can_be_equal_and_code_lists_spelt_both_ways(fake: Fake) -> None:
    dimensions = get(fake, "/tables/TAB1/metadata").json()["dimension"]
    assert dimensions["GruppA"]["label"] == dimensions["GruppB"]["label"]
    assert "eliminationValueCode" not in dimensions["GruppA"]["extension"]
    assert "codelists" in dimensions["Region"]["extension"]
    fake.faults.codelists_key = "codeLists"
    assert "codeLists" in get(fake, "/tables/TAB1/metadata").json()["dimension"]["Region"]["extension"]


def test_12_labels_can_change_their_language_and_the_list_stop_at_an_old_period(fake: Fake) -> None:
    before = post(fake, selection(**ALL)).json()
    fake.faults.english = True
    after = post(fake, selection(**ALL)).json()
    for code, side in after["dimension"].items():
        assert side["label"] != before["dimension"][code]["label"]
        assert side["category"]["index"] == before["dimension"][code]["category"]["index"]
        assert side["category"]["label"] != before["dimension"][code]["category"]["label"]
    assert after["value"] == before["value"]
    fake.faults.frozen = True
    assert get(fake, "/tables/TAB1").json()["lastPeriod"] == "2020"


def test_13_a_small_area_is_zero_and_not_null_before_it_existed(fake: Fake) -> None:
    wanted = {"Region": ["*"], "ContentsCode": ["*"], "Tid": ["*"]}
    content = post(fake, selection(**wanted), "TAB3").json()
    assert [content["value"][at : at + 3] for at in (3, 6)] == [[0, 0, 6], [0, 0, 9]]
    assert None not in content["value"]
    assert 0 not in content["value"][:3]


def test_13_rows_can_come_twice_and_noise_makes_totals_differ(fake: Fake) -> None:
    fake.faults.duplicated_rows = True
    keys = [tuple(row["key"]) for row in post1(fake, SMALL_1, form="json").json()["data"]]
    assert len(keys) == len(set(keys)) + 2
    wanted = {
        "Region": ["????"],
        "Civilstand": ["SC"],
        "Alder": ["20"],
        "ContentsCode": ["000007ME"],
        "Tid": ["2025"],
    }
    values = post(fake, selection(**wanted, Kon=["*"]), "TAB5557").json()["value"]
    differences = [values[at + 2] - values[at] - values[at + 1] for at in range(0, len(values), 3)]
    assert 0 < max(map(abs, differences)) <= 8


def test_14_pages_whole_words_and_letters_that_must_be_encoded(fake: Fake) -> None:
    first = get(fake, "/tables").json()
    assert (len(first["tables"]), first["page"]["totalPages"]) == (20, -(-len(fake.tables) // 20))
    assert get(fake, "/tables", query="befolk").json()["page"]["totalElements"] == 0
    assert get(fake, "/tables", query="folkm*").json()["page"]["totalElements"] == 2
    assert get(fake, "/tables", query="kön").json()["page"]["totalElements"] == 4
    import http.client

    host = fake.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=5)
    connection.putrequest("GET", "/api/v2/tables?query=x", skip_host=False)
    connection._buffer[0] = "GET /api/v2/tables?query=kön HTTP/1.1".encode("latin-1")  # type: ignore[attr-defined]
    connection.endheaders()
    assert json.loads(connection.getresponse().read())["page"]["totalElements"] == 0
    connection.close()


def test_15_a_revision_changes_old_values_under_the_same_id(fake: Fake) -> None:
    before = post(fake, selection(**ALL)).json()
    fake.faults.update_after = fake._data_calls
    after = post(fake, selection(**ALL)).json()
    assert before["updated"] != after["updated"]
    assert before["value"] != after["value"]
    assert before["size"] == after["size"]
