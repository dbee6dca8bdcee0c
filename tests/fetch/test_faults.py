"""Everything that can go wrong on the way, each in a test of its own, for both versions."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.server import Fake
from tests.fetch.conftest import QUICK
from tests.fetch.test_limits import Clock
from uvas_stats.catalog.pxweb import tables_of
from uvas_stats.errors import FetchError, UvasStatsError, WorkspaceError
from uvas_stats.fetch import http as http_module
from uvas_stats.fetch.http import Http, HttpSettings, check_address, retry_after_seconds
from uvas_stats.fetch.limits import Limits, RateLimiter
from uvas_stats.fetch.pxanswer import NoSuchTableError, TooManyCellsError
from uvas_stats.fetch.pxclient import PxClient, limits_from
from uvas_stats.fetch.pxmodel import Query, Table
from uvas_stats.fetch.pxweb import PxWeb2
from uvas_stats.fetch.pxweb1 import PxWeb1
from uvas_stats.fetch.run import fetch_dataset
from uvas_stats.fetch.sources import Clients, base_urls
from uvas_stats.raw.snapshot import editions

CODES = {
    "Region": ("00", "01"),
    "GruppA": ("a", "b"),
    "GruppB": ("x",),
    "ContentsCode": ("AA1",),
    "Tid": ("2023", "2024"),
}
QUERY = Query(CODES)


@pytest.fixture(params=["scb", "scb_v1"])
def client(request: pytest.FixtureRequest, clients: Clients) -> PxClient:
    found: PxClient = clients(request.param)
    return found


@pytest.fixture
def table(client: PxClient) -> Table:
    client.limits()
    return client.table("TAB1" if isinstance(client, PxWeb2) else "AA/AA0001/Liten")


def numbers(client: PxClient, table: Table) -> bytes:
    return client.data(table, QUERY).answer.body.removeprefix(b"\xef\xbb\xbf")


# What passes if the call is made again


@pytest.mark.parametrize(
    "fault", ["fail", "truncated", "html", "not_json", "dropped", "moved", "wrong_count", "hang"]
)
def test_a_fault_that_passes_is_got_over_and_gives_the_same_bytes(
    quick: Fake, client: PxClient, table: Table, fault: str
) -> None:
    undisturbed = numbers(client, table)
    quick.faults.hang_seconds = 1.0  # longer than the client waits
    setattr(quick.faults, fault, 2)
    assert numbers(client, table) == undisturbed
    assert getattr(quick.faults, fault) == 0


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_errors_of_the_service_are_tried_again(quick: Fake, client: PxClient, table: Table, status: int) -> None:
    quick.faults.fail, quick.faults.fail_status = 1, status
    numbers(client, table)
    assert len(quick.data_calls) == 2


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("fail", "fel 500 i tjänsten"),
        ("truncated", "förbindelsen bröts"),
        ("html", "webbsida"),
        ("not_json", "inte giltig JSON"),
        ("dropped", "förbindelsen bröts"),
        ("wrong_count", "antalet värden är inte 8"),
        ("hang", "inget svar i tid"),
    ],
)
def test_a_fault_that_stays_becomes_one_error_that_says_what(
    quick: Fake, client: PxClient, table: Table, fault: str, says: str
) -> None:
    quick.faults.hang_seconds = 0.7
    setattr(quick.faults, fault, 1000)
    with pytest.raises(FetchError, match=says):
        client.data(table, QUERY)
    assert len(quick.data_calls) == QUICK.attempts


@pytest.mark.parametrize("retry_after", ["0", None])
def test_a_burst_of_429_is_waited_out(quick: Fake, client: PxClient, retry_after: str | None) -> None:
    quick.window = 0.05
    client.limits()
    table = client.table("TAB1" if isinstance(client, PxWeb2) else "AA/AA0001/Liten")
    quick.faults.burst_429, quick.faults.retry_after = 5, retry_after
    numbers(client, table)
    assert len(quick.data_calls) == 6


def make_http(fake: Fake, clock: Clock, settings: HttpSettings = QUICK) -> Http:
    limiter = RateLimiter(Limits(1000, 1000, 10.0), clock=clock, sleep=clock.sleep)
    return Http(fake.v2, limiter, settings, sleep=clock.sleep)


def test_retry_after_is_obeyed_and_the_refused_call_counts(quick: Fake) -> None:
    clock = Clock()
    client = PxWeb2(make_http(quick, clock))
    table = client.table("TAB1")
    before = len(client.http.limiter._stamps)
    quick.faults.burst_429, quick.faults.retry_after = 2, "7"
    client.data(table, QUERY)
    assert clock.now == pytest.approx(14)
    assert len(client.http.limiter._stamps) == before + 3


def test_without_retry_after_a_whole_window_is_waited(quick: Fake) -> None:
    clock = Clock()
    client = PxWeb2(make_http(quick, clock))
    table = client.table("TAB1")
    quick.faults.burst_429, quick.faults.retry_after = 1, None
    client.data(table, QUERY)
    assert clock.now == pytest.approx(10)


def test_a_service_that_never_lets_one_in_is_given_up(quick: Fake) -> None:
    clock = Clock()
    client = PxWeb2(make_http(quick, clock))
    table = client.table("TAB1")
    quick.faults.burst_429 = 1000
    with pytest.raises(FetchError, match="för många anrop"):
        client.data(table, QUERY)
    assert len(quick.data_calls) == QUICK.refusals


def test_a_ban_of_hours_is_an_error_at_once(quick: Fake, client: PxClient, table: Table) -> None:
    quick.faults.burst_429, quick.faults.retry_after = 1, "7200"
    with pytest.raises(FetchError, match="7200 sekunder"):
        client.data(table, QUERY)
    assert len(quick.data_calls) == 1


def test_the_wait_after_failures_doubles(quick: Fake) -> None:
    clock = Clock()
    client = PxWeb2(make_http(quick, clock, HttpSettings(backoff=1.0, attempts=5)))
    table = client.table("TAB1")
    quick.faults.fail = 3
    client.data(table, QUERY)
    assert clock.now == pytest.approx(1 + 2 + 4)


def test_the_limiter_of_the_service_never_has_to_refuse_us(fake: Fake) -> None:
    fake.limited, fake.calls, fake.window = True, 5, 0.3
    with Clients({"scb": fake.v2}, QUICK) as clients:
        client = clients("scb")
        client.limits()
        table = client.table("TAB1")
        threads = [threading.Thread(target=client.data, args=(table, QUERY)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(fake.data_calls) == 12
    assert fake.refused == 0


def test_a_body_without_end_is_not_read_without_end(quick: Fake) -> None:
    client = PxWeb2(make_http(quick, Clock(), HttpSettings(max_bytes=1000)))
    with pytest.raises(FetchError, match="större än"):
        client.table("TAB6260")


def test_nobody_there_is_one_line_that_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with (
        Clients({"scb": f"http://127.0.0.1:{port}/api/v2"}, QUICK) as clients,
        pytest.raises(FetchError, match="ingen tar emot förbindelsen") as caught,
    ):
        fetch_dataset(clients, "scb_eligibility", tables_of("scb_eligibility"), tmp_path)
    assert "\n" not in str(caught.value)


def test_every_request_has_both_timeouts(quick: Fake, scb: PxClient, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    send = http_module.requests.Session.send

    def watch(self: object, request: object, **more: object) -> object:
        seen.append(more["timeout"])
        return send(self, request, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(http_module.requests.Session, "send", watch)
    scb.data(scb.table("TAB1"), QUERY)
    assert seen == [(2, 0.5)] * 2


# What the service refuses


def test_data_is_asked_for_by_post_only(quick: Fake, client: PxClient, table: Table) -> None:
    client.data(table, QUERY)
    assert [method for _, method, path, _ in quick.log if "/data" in path or method == "POST"] == ["POST"]


def test_limits_come_from_the_service(quick: Fake, client: PxClient) -> None:
    quick.max_cells, quick.calls, quick.window = 777, 4, 2
    assert client.limits() == Limits(777, 4, 2.0)
    client.limits()
    assert len([1 for _, _, path, _ in quick.log if "config" in path]) == 1


def test_a_config_without_limits_gives_the_careful_ones(quick: Fake, client: PxClient) -> None:
    quick.faults.no_limits = True
    assert client.limits() == Limits(100_000, 10, 10.0)


@pytest.mark.parametrize(("calls", "window"), [(0, 10), (30, 0)])
def test_a_limit_of_zero_is_no_limit_told(quick: Fake, client: PxClient, calls: int, window: float) -> None:
    quick.calls, quick.window = calls, window
    assert client.limits() == Limits(150_000, 10, 10.0)


@pytest.mark.parametrize("status", [400, 403])
def test_too_many_cells_is_told_apart_whichever_status_it_has(quick: Fake, scb: PxClient, status: int) -> None:
    quick.max_cells, quick.faults.too_many_status = 3, status
    with pytest.raises(TooManyCellsError, match=r"TAB1.*8 celler"):
        scb.data(scb.table("TAB1"), QUERY)


def test_too_many_cells_in_version_1(quick: Fake, scb1: PxClient) -> None:
    quick.max_cells = 3
    with pytest.raises(TooManyCellsError, match="För många celler"):
        scb1.data(scb1.table("AA/AA0001/Liten"), QUERY)


def without(code: str) -> Query:
    return Query({name: values for name, values in CODES.items() if name != code})


def change(code: str, *values: str) -> Query:
    return Query({**CODES, code: values})


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (change("Tid", "1815"), r"Ett värde finns inte.*TAB1.*Tid=1815"),
        (change("Saknas", "1"), r"En variabel finns inte.*TAB1.*variabeln Saknas"),
        (without("GruppB"), r"måste väljas.*TAB1"),
        (change("Tid", "TOP(x)"), r"uttryck i urvalet är fel"),
        (Query(CODES, {"Region": "vs_finns_inte"}), r"Kodlistan finns inte"),
    ],
)
def test_a_refusal_in_version_2_names_table_variable_and_value(scb: PxClient, query: Query, says: str) -> None:
    with pytest.raises(FetchError, match=says) as caught:
        scb.data(scb.table("TAB1"), query)
    assert caught.value.todo


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (change("Tid", "1815"), r"AA/AA0001/Liten.*Tid=1815"),
        (change("Saknas", "1"), r"AA/AA0001/Liten.*variabeln Saknas"),
    ],
)
def test_a_refusal_in_version_1_names_table_variable_and_value(scb1: PxClient, query: Query, says: str) -> None:
    with pytest.raises(FetchError, match=says):
        scb1.data(scb1.table("AA/AA0001/Liten"), query)


def test_a_wrong_answer_is_not_taken_for_the_selection(quick: Fake, scb: PxClient) -> None:
    # A pattern that matches nothing makes the service eliminate the variable and send the total instead.
    with pytest.raises(FetchError, match="GruppA"):
        scb.data(scb.table("TAB1"), change("GruppA", "q*"))


def test_unknown_tables_in_both_versions(scb: PxClient, scb1: PxClient) -> None:
    with pytest.raises(NoSuchTableError, match=r"Tabellen finns inte.*TAB404.*uvas search"):
        scb.table("TAB404")
    with pytest.raises(NoSuchTableError, match="TAB404"):
        scb.data(Table("TAB404", "", "", ()), QUERY)
    with pytest.raises(FetchError, match="AA/AA0001/Finns_inte"):
        scb1.table("AA/AA0001/Finns_inte")


@pytest.mark.parametrize(
    "url", ["http://scb.se/api", "ftp://127.0.0.1/x", "https://", "https://u:p@scb.se", "scb.se"]
)
def test_only_https_or_this_machine_is_called(url: str) -> None:
    with pytest.raises(FetchError):
        check_address(url)


def test_another_address_comes_from_an_option_before_the_environment() -> None:
    environment = {"UVAS_BASE_URL": "scb=http://127.0.0.1:1/api/v2, fohm=https://example.org/x"}
    assert base_urls([], environment) == {"scb": "http://127.0.0.1:1/api/v2", "fohm": "https://example.org/x"}
    assert base_urls(["scb=http://localhost:2"], environment)["scb"] == "http://localhost:2"
    for wrong in ("http://127.0.0.1:1", "okand=https://example.org"):
        with pytest.raises(UvasStatsError):
            base_urls([wrong], {})


def test_retry_after_can_be_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    now = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC).timestamp()
    monkeypatch.setattr("urllib3.util.retry.time.time", lambda: now)
    assert retry_after_seconds("Sat, 21 Nov 2026 12:00:30 GMT") == 30
    assert retry_after_seconds("Sat, 21 Nov 2026 11:00:00 GMT") == 0
    assert retry_after_seconds("7²") is None


# What a fetch makes of it


def fetch(clients: Clients, raw: Path, dataset: str = "scb_eligibility") -> bytes:
    outcome = fetch_dataset(clients, dataset, tables_of(dataset), raw)
    assert outcome.edition is not None
    return b"".join(path.read_bytes() for path in sorted(outcome.edition.rglob("part_*.json")))


def test_a_service_that_keeps_a_lower_limit_than_it_tells_gets_smaller_calls(
    quick: Fake, clients: Clients, tmp_path: Path
) -> None:
    whole = fetch(clients, tmp_path / "a")
    quick.faults.real_max_cells = 60
    outcome = fetch_dataset(clients, "scb_eligibility", tables_of("scb_eligibility"), tmp_path / "b")
    assert outcome.edition is not None
    parts = sorted(path.name for path in outcome.edition.rglob("part_*.json"))
    assert len(parts) > 4
    assert len(whole) > 0


def test_a_selection_that_the_service_fails_on_is_asked_for_in_smaller_pieces(
    quick: Fake, clients: Clients, tmp_path: Path
) -> None:
    quick.faults.fail_above = 100  # the selection has 288 cells
    outcome = fetch_dataset(clients, "scb_eligibility", tables_of("scb_eligibility"), tmp_path)
    assert outcome.edition is not None
    names = sorted(path.name for path in outcome.edition.rglob("part_*.json"))
    assert names == ["part_0001aa.json", "part_0001ab.json", "part_0001ba.json", "part_0001bb.json"]


def test_a_full_disk_says_so_and_leaves_nothing_that_is_read(
    clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    write = Path.write_bytes
    left = [2]

    def full(self: Path, content: bytes) -> int:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(WorkspaceError, match="Disken är full"):
        fetch(clients, tmp_path, "scb_population")
    assert editions(tmp_path, "scb_population") == []
    monkeypatch.undo()
    assert fetch(clients, tmp_path, "scb_population")


def test_a_table_updated_in_the_middle_is_fetched_again_whole(
    quick: Fake, clients: Clients, tmp_path: Path
) -> None:
    quick.max_cells = 60
    quick.faults.update_after = 2
    outcome = fetch_dataset(clients, "scb_eligibility", tables_of("scb_eligibility"), tmp_path)
    assert outcome.edition is not None
    assert outcome.edition.name == "2026-10-01T0600"
    texts = [path.read_text(encoding="utf-8") for path in outcome.edition.rglob("part_*.json")]
    assert all('"updated":"2026-10-01T06:00:00Z"' in text for text in texts)


def test_a_table_that_never_stands_still_is_given_up(
    quick: Fake, clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = iter(range(1000))

    def restless(self: Fake) -> None:
        for table in self.tables.values():
            table.updated = f"2026-10-01T06:{next(count) % 60:02d}:00Z"

    monkeypatch.setattr(Fake, "before_data", restless)
    with pytest.raises(FetchError, match="uppdateras hos tjänsten"):
        fetch(clients, tmp_path)
    assert editions(tmp_path, "scb_eligibility") == []


def test_one_failed_call_fails_the_whole_fetch_and_the_rest_is_resumed(
    quick: Fake, clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick.max_cells = 60
    quick.faults.fail_above = 1  # every call for data fails
    with pytest.raises(FetchError, match="fel 500"):
        fetch(clients, tmp_path)
    assert editions(tmp_path, "scb_eligibility") == []
    quick.faults.fail_above = 0
    assert fetch(clients, tmp_path)


Maker = Callable[[Http], PxClient]


@pytest.mark.parametrize("maker", [PxWeb2, PxWeb1])
def test_a_byte_order_mark_is_no_fault(quick: Fake, maker: Maker) -> None:
    quick.faults.bom = True
    base = quick.v2 if maker is PxWeb2 else quick.v1
    client = maker(Http(base, RateLimiter(Limits(1, 1000, 1.0)), QUICK))
    table = client.table("TAB1" if maker is PxWeb2 else "AA/AA0001/Liten")
    assert client.data(table, QUERY).updated.startswith("2026-06-08T06:00:00")
    client.close()


@pytest.mark.parametrize(
    "begin", [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: ", b""]
)
def test_what_drips_is_given_up_at_the_deadline_of_the_whole_call(begin: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection = server.accept()[0]
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(begin)
                while True:
                    connection.sendall(b"1" if begin else b"HTTP/1.1 100 Continue\r\n\r\n")
                    time.sleep(0.02)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        settings = HttpSettings(read_timeout=5, total_timeout=0.4, attempts=1)
        http = Http(f"http://127.0.0.1:{server.getsockname()[1]}", RateLimiter(), settings)
        began = time.monotonic()
        with pytest.raises(FetchError, match="inget svar i tid"):
            http.call("GET", "/")
        assert time.monotonic() - began < 3
        http.close()
        thread.join(3)
        assert not thread.is_alive()


@pytest.mark.parametrize("url", ["http://[", "https://[::1", "https://a:b/", "http://127.0.0.1:99999/"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(FetchError, match="Adressen är felskriven"):
        check_address(url)


@pytest.mark.parametrize(
    "text", ["Mon, 99 Foo 2026 00:00:00 GMT", "Fri, 31 Dec 99999999999 00:00:00 GMT", "9" * 400, "²"]
)
def test_a_retry_after_that_says_no_time_is_none_or_endless(text: str) -> None:
    seconds = retry_after_seconds(text)
    assert seconds is None or seconds > HttpSettings().longest_pause


@pytest.mark.parametrize("window", [1e9, float("inf"), float("nan"), -1, "10", True, [10]])
def test_a_window_that_no_service_has_is_not_kept(window: object) -> None:
    content = {"maxDataCells": 5, "maxCallsPerTimeWindow": 3, "timeWindow": window}
    limits = limits_from(content, "maxDataCells", "maxCallsPerTimeWindow")
    assert (limits.cells, limits.calls, limits.seconds) == (5, 10, 10.0)
