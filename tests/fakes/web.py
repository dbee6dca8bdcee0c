"""A fake web service on this machine: the faults that any of them can have, around answers that each makes itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from tests.fakes.loopback import Handler, loopback
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
        elif faults.take("moved"):
            handler.send(302, "text/html", b"", headers={"Location": handler.path})
        elif faults.take("html"):
            handler.send(200, "text/html", "<!DOCTYPE html><html>Underhåll pågår</html>".encode())
        elif faults.take("not_json"):
            handler.send(200, JSON, b'{"values":[1,2,}')
        elif faults.take("dropped"):
            handler.hang_up()
        else:
            return False
        return True

    return spoil


class _Handler(Handler):
    service: Service

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
        self.send(status, kind, content, cut=struck and status == 200 and faults.take("truncated"))


@contextmanager
def serving(service: S) -> Iterator[S]:
    """Serve a fake on a free port of the loopback until the block ends."""
    handler = type("Handler", (_Handler,), {"service": service})
    with loopback(handler) as service.url:
        yield service
