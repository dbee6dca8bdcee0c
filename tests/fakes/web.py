"""A fake web service on this machine: the faults that any of them can have, around answers that each makes itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, TypeVar

from tests.fakes.server import Faults

S = TypeVar("S", bound="Service")
Response = tuple[int, str, bytes]
JSON = "application/json; charset=utf-8"


class Service(Protocol):
    faults: Faults
    fault_on: str
    log: list[str]
    url: str

    def respond(self, path: str, query: str) -> Response: ...


def _sender(faults: Faults) -> Callable[[_Handler], bool]:
    """Give what spoils an answer before it is made, if a fault is left."""

    def spoil(handler: _Handler) -> bool:
        if faults.take("burst_429"):
            headers = {} if faults.retry_after is None else {"Retry-After": faults.retry_after}
            handler.send(429, "text/plain", b"Too Many Requests", headers=headers)
        elif faults.take("fail"):
            handler.send(faults.fail_status, "text/plain", b"Internal Server Error")
        elif faults.take("html"):
            handler.send(200, "text/html", "<!DOCTYPE html><html>Underhåll pågår</html>".encode())
        elif faults.take("not_json"):
            handler.send(200, JSON, b'{"values":[1,2,}')
        elif faults.take("dropped"):
            handler.close_connection = True
            handler.connection.close()
        else:
            return False
        return True

    return spoil


class _Handler(BaseHTTPRequestHandler):
    service: Service
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        service, faults = self.service, self.service.faults
        path, _, query = self.path.partition("?")
        service.log.append(self.path)
        struck = service.fault_on in path
        time.sleep(faults.delay)
        if struck and _sender(faults)(self):
            return
        status, kind, content = service.respond(path, query)
        content = (b"\xef\xbb\xbf" if faults.bom else b"") + content
        cut = len(content) // 2 if struck and status == 200 and faults.take("truncated") else None
        self.send(status, kind, content, cut=cut)

    def send(
        self,
        status: int,
        kind: str,
        content: bytes,
        *,
        cut: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[:cut])
            self.wfile.flush()
        except OSError:  # the client has gone
            self.close_connection = True
        if cut is not None:
            self.close_connection = True
            self.connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that a test has broken."""


@contextmanager
def serving(service: S) -> Iterator[S]:
    """Serve a fake on a free port of the loopback until the block ends."""
    handler = type("Handler", (_Handler,), {"service": service})
    server = _Server(("127.0.0.1", 0), handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
