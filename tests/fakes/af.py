"""The employment service's site on this machine: a page of links whose addresses change, and the files behind them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from tests.fakes.loopback import Handler, loopback

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
    gone_files: str = ""
    """Name of a file that the page links to and that is no longer there."""
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
            if name == self.faults.gone_files:
                continue
            if unquote(path) in (unquote(self.link(name)), unquote(self.link(name, "b"))):
                return 200, kind, content
        # an address of another month leads to a page that is there
        return (404 if self.faults.gone else 200), "text/html", b"<!DOCTYPE html><html>Sidan finns inte</html>"


class _Handler(Handler):
    site: AfSite

    def do_GET(self) -> None:
        self.site.log.append(self.path)
        on, faults = ("page" if self.path == PAGE else "file"), self.site.faults
        if faults.take("burst_429", on):
            self.send(429, "text/plain", b"", headers={"Retry-After": "0"})
            return
        if faults.take("fail", on):
            self.send(500, "text/plain", b"Internal Server Error")
            return
        status, kind, content = self.site.answer(self.path)
        if faults.take("outdated", on):
            status, kind, content = 200, "text/html", b"<!DOCTYPE html><html>Sidan finns inte</html>"
        if faults.take("cut_zip", on):
            content = content[: len(content) // 2]
        self.send(status, kind, content, cut=faults.take("truncated", on))


@contextmanager
def serving(site: AfSite) -> Iterator[AfSite]:
    """Serve the site on a free port of the loopback until the block ends."""
    handler = type("Handler", (_Handler,), {"site": site})
    with loopback(handler) as site.url:
        yield site
