"""What every fake service stands on: a server on the loopback that sends whole answers, or breaks them off."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import trustme

VALID = {"trusted": (0, 1), "expired": (-2, -1), "future": (1, 2), "other": (0, 1)}
"""From and to which year, counted from now, each certificate is valid; ``other`` is of another host."""


@cache
def certificates() -> TemporaryDirectory[str]:
    """Make certificates of this machine in a folder that goes with the process, and ``authority.pem`` that issued them."""
    authority, folder = trustme.CA(), TemporaryDirectory()
    now = dt.datetime.now(dt.UTC)
    for name, years in VALID.items():
        start, end = (now + dt.timedelta(days=365 * year) for year in years)
        host = "annan.example" if name == "other" else "127.0.0.1"
        made = authority.issue_cert(host, not_before=start, not_after=end)
        made.private_key_and_cert_chain_pem.write_to_path(str(Path(folder.name, f"{name}.pem")))
    authority.cert_pem.write_to_path(str(Path(folder.name, "authority.pem")))
    return folder


def authority() -> str:
    """Give the file of the authority that the certificates are issued by."""
    return str(Path(certificates().name, "authority.pem"))


class Handler(BaseHTTPRequestHandler):
    """Answers calls; a fake says how in ``do_GET`` and ``do_POST``."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the end of each answer waits for the client to have seen its beginning

    def log_message(self, *args: Any) -> None:
        pass

    def send(
        self,
        status: int,
        kind: str,
        content: bytes,
        *,
        cut: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send an answer; one that is cut tells its whole length and breaks off half-way."""
        try:
            self.send_response(status)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": str(len(content)),
                **(headers or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if cut else content)
            self.wfile.flush()
        except OSError:  # the client has gone
            self.close_connection = True
        if cut:
            self.hang_up()

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that a test has broken."""


@contextmanager
def loopback(handler: type[Handler], port: int = 0, certificate: str = "") -> Iterator[str]:
    """Serve on a free port until the block ends, over TLS if a certificate is named; yields the address."""
    server = _Server(("127.0.0.1", port), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(Path(certificates().name, f"{certificate}.pem"))
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
