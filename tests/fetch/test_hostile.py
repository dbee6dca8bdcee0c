"""Answers that no service should give, each to every client: one line within the deadline, and nothing stored."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.slow import quick
from uvas_stats.build.pipeline import edition_check
from uvas_stats.catalog import Catalog
from uvas_stats.catalog.pxweb import tables_of
from uvas_stats.errors import UvasStatsError
from uvas_stats.fetch.http import HttpSettings
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.run import fetch_dataset
from uvas_stats.fetch.sources import Clients, file_plan
from uvas_stats.raw.files import fetch_files
from uvas_stats.raw.snapshot import editions

DEADLINE = 0.5
SETTINGS = HttpSettings(
    connect_timeout=1, read_timeout=0.2, total_timeout=DEADLINE, attempts=1, refusals=1, backoff=0.001,
    longest_pause=0.1,
)  # fmt: skip
CLIENTS = {
    "scb": "scb_eligibility", "skolverket_px": "skolverket_comparison", "kolada": "kolada",
    "siris": "siris_eligibility", "af": "af_registered", "eurostat": "eurostat_neet",
    "forsakringskassan": "fk_activity_compensation",
}  # fmt: skip
"""A dataset of each client: of PxWeb 2 and 1, Kolada, SIRIS, Arbetsförmedlingen, Eurostat, Försäkringskassan."""


def _answer(body: bytes = b"", status: str = "200 OK", *headers: str, length: object = None) -> bytes:
    sized = f"Content-Length: {len(body) if length is None else length}"
    lines = [f"HTTP/1.1 {status}", "Connection: close", *([] if length == "" else [sized]), *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def _chunked(body: bytes, *headers: str) -> bytes:
    return _answer(body, "200 OK", "Transfer-Encoding: chunked", *headers, length="")


_JSON = b'{"values": [1, 2, 3]}'
_PACKED = gzip.compress(_JSON)
_HANGS, _DRIPS = "hangs", "drips"
HOSTILE: dict[str, tuple[bytes, str]] = {
    # how the connection behaves
    "nothing, closed": (b"", ""),
    "nothing, held": (b"", _HANGS),
    "half a status line": (b"HTTP/1.1 2", ""),
    "half a status line, held": (b"HTTP/1.1 2", _HANGS),
    "headers without an end": (b"HTTP/1.1 200 OK\r\nX: ", ""),
    "headers that drip": (b"HTTP/1.1 200 OK\r\nX: ", _DRIPS),
    "a body that drips": (_answer(b"[", length=99999), _DRIPS),
    "a body that is held": (_answer(b"[", length=99999), _HANGS),
    "a body that is cut": (_answer(_JSON, length=99999), ""),
    "a body without a length, held": (_answer(b"[1", length=""), _HANGS),
    "100 and no more": (b"HTTP/1.1 100 Continue\r\n\r\n" * 3, ""),
    "100 without end": (b"HTTP/1.1 100 Continue\r\n\r\n" * 200, ""),
    "two answers": (_answer(b"{}") * 2, ""),
    # status lines
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n", ""),
    "HTTP 0.9": (_JSON, ""),
    "HTTP 9": (b"HTTP/9.9 200 OK\r\n\r\n" + _JSON, ""),
    "a status that is a word": (b"HTTP/1.1 OK OK\r\n\r\n", ""),
    "a status of four digits": (b"HTTP/1.1 2000 OK\r\n\r\n", ""),
    "a status below 100": (_answer(_JSON, "007 Bond"), ""),
    "a reason that steers": (_answer(b"", "404 \x1b[31mRed"), ""),
    "a line of a megabyte": (b"HTTP/1.1 200 " + b"a" * 10**6 + b"\r\n\r\n", ""),
    **{f"status {status}": (_answer(b"\x1b[31mfel\r\nrad", f"{status} X"), "") for status in (
        204, 206, 304, 400, 401, 403, 404, 407, 408, 410, 413, 418, 429, 451, 500, 502, 503, 504, 511, 599)},
    # headers
    "a length below 0": (_answer(_JSON, length=-5), ""),
    "a length that is a word": (_answer(_JSON, length="mycket"), ""),
    "an endless length": (_answer(_JSON, length="9" * 400), ""),
    "two lengths": (_answer(_JSON, "200 OK", "Content-Length: 3"), ""),
    "a thousand headers": (_answer(_JSON, "200 OK", *(f"X-{at}: y" for at in range(1000))), ""),
    "a header of a megabyte": (_answer(_JSON, "200 OK", "X: " + "a" * 10**6), ""),
    "a header without a colon": (_answer(_JSON, "200 OK", "nothing"), ""),
    "headers that are not text": (_answer(_JSON, "200 OK", "X: \xff\xfe\x00"), ""),
    "an unknown packing": (_answer(_JSON, "200 OK", "Content-Encoding: nix"), ""),
    "gzip that is none": (_answer(_JSON, "200 OK", "Content-Encoding: gzip"), ""),
    "gzip with a wrong sum": (_answer(_PACKED[:-8] + b"x" * 8, "200 OK", "Content-Encoding: gzip"), ""),
    "gzip that is cut": (_answer(_PACKED[:-9], "200 OK", "Content-Encoding: gzip"), ""),
    "deflate that is none": (_answer(b"\x00\x01", "200 OK", "Content-Encoding: deflate"), ""),
    "packed twice": (_answer(zlib.compress(_PACKED), "200 OK", "Content-Encoding: gzip, deflate"), ""),
    "a wait of a word": (_answer(b"", "429 X", "Retry-After: snart"), ""),
    "a wait of no date": (_answer(b"", "429 X", "Retry-After: Mon, 99 Foo 2026 00:00:00 GMT"), ""),
    "a wait of an age": (_answer(b"", "503 X", "Retry-After: 99999999999"), ""),
    "a wait below 0": (_answer(b"", "429 X", "Retry-After: -9"), ""),
    # redirects
    "a redirect to nowhere": (_answer(b"", "302 X"), ""),
    "a redirect that is not UTF-8": (_answer(b"", "302 X", "Location: /\xff\xfe\xe5"), ""),
    "a redirect to no address": (_answer(b"", "302 X", "Location: http://["), ""),
    "a redirect to a file": (_answer(b"", "301 X", "Location: file:///etc/passwd"), ""),
    "a redirect to another host": (_answer(b"", "307 X", "Location: https://annan.example/"), ""),
    "a redirect to itself": (_answer(b"", "308 X", "Location: /"), ""),
    "a redirect that steers": (_answer(b"", "302 X", "Location: /\x1b[31m\x07"), ""),
    # chunks
    "a chunk below 0": (_chunked(b"-5\r\nabcde\r\n0\r\n\r\n"), ""),
    "a chunk of a word": (_chunked(b"xyz\r\nabc\r\n0\r\n\r\n"), ""),
    "a chunk of an age": (_chunked(b"fffffffffffffff\r\nabc"), ""),
    "a chunk that is cut": (_chunked(b"ff\r\nabc"), ""),
    "chunks without an end": (_chunked(b"3\r\n[1]\r\n"), _HANGS),
    "no chunks at all": (_chunked(_JSON), ""),
    # bodies
    "an empty body": (_answer(b""), ""),
    "a web page": (_answer("<!DOCTYPE html><p>Logga in på nätet</p>".encode()), ""),
    "half of a JSON": (_answer(b'{"values": [1,'), ""),
    "a JSON too deep": (_answer(b"[" * 200_000), ""),
    "a JSON of objects too deep": (_answer(b'{"a":' * 20_000), ""),
    "null": (_answer(b"null"), ""),
    "true": (_answer(b"true"), ""),
    "a number": (_answer(b"1e400"), ""),
    "a text": (_answer('"\x1b[31mhej\u202e"'.encode()), ""),
    "an empty list": (_answer(b"[]"), ""),
    "an empty object": (_answer(b"{}"), ""),
    "a list of null": (_answer(b"[null, null]"), ""),
    "null where a list should be": (_answer(b'{"values": null, "data": null, "count": null, "value": null}'), ""),
    "texts where lists should be": (
        _answer(b'{"values": "a", "data": "b", "id": "c", "size": "d", "dimension": "e", "variables": 7}'), ""),
    "lists where objects should be": (
        _answer(b'{"values": [[1]], "data": [2], "dimension": [], "id": [[]], "size": [{}], "variables": 3}'), ""),
    "an error as JSON": (_answer(b'{"error": {"message": "\\u001b[31mfel\\nrad"}}'), ""),
    "not UTF-8": (_answer(b'{"values": "\xff\xfe"}'), ""),
    "UTF-16": (_answer('{"values": []}'.encode("utf-16")), ""),
    "zeros": (_answer(b"\x00" * 4096), ""),
    "a zip": (_answer(b"PK\x03\x04" + b"x" * 200), ""),
    "a PDF": (_answer(b"%PDF-1.7\n"), ""),
}  # fmt: skip
"""What is sent, and how the connection then behaves: closed, held open, or dripping."""


def _answer_one(connection: socket.socket, sent: bytes, then: str, done: threading.Event) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(2)
        connection.recv(65536)
        connection.sendall(sent)
        while then and not done.wait(0.02):
            if then == _DRIPS:
                connection.sendall(b"1")


@contextmanager
def _hostile(sent: bytes, then: str) -> Iterator[str]:
    """Give the address of what answers every call so."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection = server.accept()[0]
                    given = (connection, sent, then, done)
                    threading.Thread(target=_answer_one, args=given, daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        done.set()
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _fetch(clients: Clients, dataset: str, catalog: Catalog, raw: Path) -> None:
    check = edition_check(catalog)
    if catalog.datasets[dataset].fetcher:
        fetch_files(file_plan(clients, catalog.datasets[dataset], raw), raw, before=check)
    else:
        fetch_dataset(clients, dataset, tables_of(dataset), raw, before=check)


def test_there_are_at_least_75_hostile_answers() -> None:
    assert len(HOSTILE) >= 75


@pytest.mark.parametrize(
    "name",
    quick(
        HOSTILE,
        "a chunk below 0",
        "a redirect that is not UTF-8",
        "a wait of no date",
        "lists where objects should be",
    ),
)
def test_a_hostile_answer_is_one_line_to_every_client_and_nothing_is_stored(
    catalog: Catalog, tmp_path: Path, name: str
) -> None:
    with _hostile(*HOSTILE[name]) as url:
        for source, dataset in CLIENTS.items():
            began = time.monotonic()
            with (
                Clients({source: url}, SETTINGS, Limits(calls=1000, seconds=1.0)) as clients,
                pytest.raises(UvasStatsError) as caught,
            ):
                _fetch(clients, dataset, catalog, tmp_path)
            text = str(caught.value)
            assert text.isprintable(), (source, text)
            assert len(text) < 1600, (source, text)
            assert time.monotonic() - began < 8 * DEADLINE + 2, (
                source
            )  # no fetch makes more than some calls in vain
            assert editions(tmp_path, dataset) == [], source
