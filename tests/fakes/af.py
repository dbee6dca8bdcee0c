"""The employment service's site on this machine: a page of links whose addresses change, and the files behind them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote

PAGE = "/statistik/sok-statistik/tidigare-statistik-tidsserier"


@dataclass
class AfFaults:
    """Switches; a number counts down as the fault is used, ``on`` says whether on the page or a file."""

    on: str = "file"
    burst_429: int = 0
    fail: int = 0
    truncated: int = 0
    cut_zip: int = 0
    """Times a file is sent whole as HTTP sees it, but cut off as an archive."""
    outdated: int = 0
    """Times a file's link answers a web page with 200."""
    gone: bool = False
    twice: str = ""
    """Name of a file that the page links to by two addresses."""
    elsewhere: str = ""
    """Name of a file whose link leads to another host."""
    no_links: bool = False

    def take(self, name: str, on: str) -> bool:
        left: int = getattr(self, name)
        if left > 0 and on == self.on:
            setattr(self, name, left - 1)
            return True
        return False


@dataclass
class AfSite:
    """Files by name, and the month of the site: links are new for each."""

    files: dict[str, bytes]
    month: int = 8
    faults: AfFaults = field(default_factory=AfFaults)
    log: list[str] = field(default_factory=list)
    url: str = ""

    def link(self, name: str, copy: str = "") -> str:
        stamp = 1_786_515_252_048 + self.month * 86_400_000 * 30
        return f"/download/18.1d7e{self.month:02d}{abs(len(name)) + len(copy):04x}{copy}/{stamp}/{quote(name)}"

    def page(self) -> bytes:
        links = []
        for name in self.files:
            host = "https://example.org" if name == self.faults.elsewhere else ""
            links.append(f'<li><a class="x" href="{host}{self.link(name)}">{name} &amp; mer</a></li>')
            if name == self.faults.twice:
                links.append(f'<li><a href="{self.link(name, "b")}">{name}</a></li>')
        links += ['<a href="/om-oss">Om oss</a>', "<a>utan adress</a>"]
        if self.faults.no_links:
            links = ["<p>Sidan flyttad</p>", '<a href="/om-oss">Om oss</a>']
        return f"<!DOCTYPE html><html><body><ul>{''.join(links)}</ul></body></html>".encode()

    def answer(self, path: str) -> tuple[int, str, bytes]:
        if path == PAGE:
            return 200, "text/html; charset=utf-8", self.page()
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        for name, content in self.files.items():
            if unquote(path) in (unquote(self.link(name)), unquote(self.link(name, "b"))):
                return 200, kind, content
        # an address of another month leads to a page that is there
        return (404 if self.faults.gone else 200), "text/html", b"<!DOCTYPE html><html>Sidan finns inte</html>"


def _handler(site: AfSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            site.log.append(self.path)
            on, faults = ("page" if self.path == PAGE else "file"), site.faults
            if faults.take("burst_429", on):
                self._send(429, "text/plain", b"", {"Retry-After": "0"})
                return
            if faults.take("fail", on):
                self._send(500, "text/plain", b"Internal Server Error")
                return
            status, kind, content = site.answer(self.path)
            if faults.take("outdated", on):
                status, kind, content = 200, "text/html", b"<!DOCTYPE html><html>Sidan finns inte</html>"
            if faults.take("cut_zip", on):
                content = content[: len(content) // 2]
            self._send(status, kind, content, cut=faults.take("truncated", on))

        def _send(
            self,
            status: int,
            kind: str,
            content: bytes,
            headers: dict[str, str] | None = None,
            *,
            cut: bool = False,
        ) -> None:
            self.send_response(status)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": str(len(content)),
                **(headers or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if cut else content)
            if cut:
                self.wfile.flush()
                self.close_connection = True
                self.connection.close()

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that a test has broken."""


@contextmanager
def serving(site: AfSite) -> Iterator[AfSite]:
    """Serve the site on a free port of the loopback until the block ends."""
    server = _Server(("127.0.0.1", 0), _handler(site))
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        time.sleep(0)
