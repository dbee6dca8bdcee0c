"""A statistical database on this machine: version 2 under /api/v2, version 1 under /OV0104/v1/doris/sv."""

from __future__ import annotations

import argparse
import datetime as dt
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.fakes import px1, px2
from tests.fakes.loopback import Handler, loopback
from tests.fakes.tables import FakeTable, all_tables

V2 = "/api/v2"
V1 = "/OV0104/v1/doris/sv"


@dataclass
class Faults:
    """Switches. A number counts down as the fault is used; only calls for data are hit by the first group."""

    burst_429: int = 0
    retry_after: str | None = "1"
    fail: int = 0
    fail_status: int = 500
    fail_above: int = 0
    """Cells above which every call fails with 500."""
    truncated: int = 0
    html: int = 0
    not_json: int = 0
    dropped: int = 0
    moved: int = 0
    """Times a call is referred to another address of the same host: here to the same."""
    hang: int = 0
    hang_seconds: float = 5.0
    wrong_count: int = 0
    update_after: int = -1
    """After so many data calls the tables are updated and revised; -1 is never."""

    bom: bool = False
    shuffled: bool = False
    index_list: bool = False
    sparse: bool = False
    status_form: str = "object"
    codelists_key: str = "codelists"
    no_elimination_code: bool = False
    hyphens: bool = False
    english: bool = False
    """Every label comes in another language; the codes stay."""
    frozen: bool = False
    """The list of tables says a last period that is older than the table's own."""
    duplicated_rows: bool = False
    no_limits: bool = False
    no_search: bool = False
    too_many_status: int = 400
    real_max_cells: int = 0
    """The limit that is kept, where it is another than the one that is told."""
    delay: float = 0.0

    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, name: str) -> bool:
        """Use a counted fault once, if any is left."""
        with self.lock:
            left: int = getattr(self, name)
            if left > 0:
                setattr(self, name, left - 1)
            return left > 0


class TooComplex(Exception):
    """The selection is above what the service manages."""


class Fake:
    """The state of a fake service."""

    def __init__(self, tables: list[FakeTable] | None = None) -> None:
        self.tables = {table.id: table for table in (all_tables() if tables is None else tables)}
        self.max_cells = 150_000
        self.calls = 3
        self.window = 1.0
        self.limited = False
        self.faults = Faults()
        self.log: list[tuple[float, str, str, bytes]] = []
        self.refused = 0
        self.url = ""
        self.lock = threading.Lock()
        self._stamps: deque[float] = deque()
        self._data_calls = 0

    @property
    def v2(self) -> str:
        return self.url + V2

    @property
    def v1(self) -> str:
        return self.url + V1 + "/ssd"

    @property
    def data_calls(self) -> list[bytes]:
        """The bodies of the calls for data, in order."""
        return [body for _, method, _, body in self.log if method == "POST"]

    def check_cells(self, cells: int) -> None:
        if self.faults.fail_above and cells > self.faults.fail_above:
            raise TooComplex

    def allowed(self, *, count_refused: bool) -> bool:
        """Keep a sliding window over all calls."""
        if not self.limited:
            return True
        now = time.monotonic()
        with self.lock:
            while self._stamps and now - self._stamps[0] >= self.window:
                self._stamps.popleft()
            free = len(self._stamps) < self.calls
            if free or count_refused:
                self._stamps.append(now)
            self.refused += not free
            return free

    def remaining(self) -> int:
        """Count the calls that are left in the window."""
        return max(0, self.calls - len(self._stamps))

    def before_data(self) -> None:
        """Count a data call, and update the tables if that is due."""
        with self.lock:
            self._data_calls += 1
            if self.faults.update_after >= 0 and self._data_calls > self.faults.update_after:
                self.faults.update_after = -1
                for table in self.tables.values():
                    table.updated = "2026-10-01T06:00:00Z"
                    table.revision += 1


class _Handler(Handler):
    fake: Fake

    def do_GET(self) -> None:
        self._answer("GET", b"")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer("POST", self.rfile.read(length))

    def _answer(self, method: str, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        with self.fake.lock:
            self.fake.log.append((time.monotonic(), method, self.path, body))
        new = path.startswith(V2)
        if not self.fake.allowed(count_refused=not new):
            self._refuse(new, str(max(1, round(self.fake.window))))
            return
        if method == "POST" and self._fault(new):
            return
        try:
            if new:
                status, kind, content = px2.handle(self.fake, method, path.removeprefix(V2), query, body)
            else:
                status, kind, content = px1.handle(self.fake, method, path.removeprefix(V1), query, body)
        except TooComplex:
            status, kind, content = 500, "text/plain", b"Internal Server Error"
        if method == "POST" and status == 200 and self.fake.faults.take("truncated"):
            self._send(200, kind, content, cut=True)
            return
        self._send(status, kind, content)

    def _fault(self, new: bool) -> bool:
        faults = self.fake.faults
        if faults.take("burst_429"):
            self._refuse(new, faults.retry_after)
            return True
        if faults.take("fail"):
            self._send(faults.fail_status, "text/plain", b"Internal Server Error")
            return True
        if faults.take("moved"):
            self._send(307, "text/html", b"", headers={"Location": self.path})
            return True
        if faults.take("html"):
            self._send(200, "text/html", "<!DOCTYPE html><html>Underhåll pågår</html>".encode())
            return True
        if faults.take("not_json"):
            self._send(200, "application/json", b'{"version":"2.0","value":[1,2,}')
            return True
        if faults.take("dropped"):
            self.hang_up()
            return True
        if faults.take("hang"):
            time.sleep(faults.hang_seconds)
        self.fake.before_data()
        time.sleep(faults.delay)
        return False

    def _refuse(self, new: bool, retry_after: str | None) -> None:
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        if new:
            text = f"API calls quota exceeded! maximum admitted {self.fake.calls} per {self.fake.window:.0f}s."
            self._send(429, "text/plain", text.encode(), headers=headers)
        else:
            text = "429 - Too many requests in too short timeframe. Please try again later."
            self._send(429, "application/json", f'{{"error":"{text}"}}'.encode(), headers=headers)

    def _send(
        self, status: int, kind: str, content: bytes, *, cut: bool = False, headers: dict[str, str] | None = None
    ) -> None:
        reset = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.fake.window)
        limits = {
            "X-Rate-Limit-Limit": f"{self.fake.window:.0f}s",
            "X-Rate-Limit-Remaining": str(self.fake.remaining()),
            "X-Rate-Limit-Reset": reset.isoformat(timespec="milliseconds"),
        }
        self.send(status, kind, content, cut=cut, headers=limits | (headers or {}))


@contextmanager
def serving(fake: Fake, port: int = 0) -> Iterator[Fake]:
    """Serve a fake on a free port of the loopback until the block ends."""
    handler = type("Handler", (_Handler,), {"fake": fake})
    with loopback(handler, port) as fake.url:
        yield fake


def main() -> None:
    """Serve until stopped; prints the address. Used by the benchmarks, in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kommuner", type=int, default=12)
    parser.add_argument("--limited", action="store_true")
    parser.add_argument("--bas-last", default="2021:12")
    parser.add_argument("--delay", type=float, default=0.0)
    arguments = parser.parse_args()
    from tests.fakes.tables import bas

    last, stop = (int(part) for part in arguments.bas_last.split(":"))
    tables = [bas(arguments.kommuner, last, stop), *all_tables(arguments.kommuner)[1:]]
    fake = Fake(tables)
    fake.limited = arguments.limited
    fake.faults.delay = arguments.delay
    with serving(fake):
        print(fake.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
