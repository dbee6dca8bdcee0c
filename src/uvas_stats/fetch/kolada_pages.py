"""Ask Kolada, page by page to the end: every page is there once, whole, and from the host that was asked.

Where the service says that the next page is at an odd address, the page's number is raised instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import orjson

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import BOM, Answer, BadBodyError, Http, read_json

__all__ = ["LARGEST_PAGE", "LARGEST_SEGMENT", "Pages", "get_pages", "joined", "values_of"]

LARGEST_PAGE = 5000
"""Rows that a page may have; Kolada answers 422 to more."""
LARGEST_SEGMENT = 25
"""Ids that a part of the path may have; Kolada answers 422 to more."""
MOST_PAGES = 500
"""Pages that are followed; the longest question that is asked has a handful."""
_LATER = "Kör igen senare; inget har lagrats"


@dataclass(frozen=True)
class Pages:
    """All pages of one question."""

    url: str
    """The address of the first."""
    bodies: tuple[bytes, ...]
    values: tuple[Mapping[str, Any], ...]


def joined(bodies: Sequence[bytes]) -> bytes:
    """Put pages together in one file: a JSON list of them, each byte for byte as it was answered."""
    return b"[" + b",\n".join(bodies) + b"]"


def values_of(content: bytes) -> list[Mapping[str, Any]]:
    """Read the values of all pages in a file that :func:`joined` made.

    Examples
    --------
    >>> values_of(joined([b'{"values":[{"id":"a"}]}', b'{"values":[{"id":"b"}]}']))
    [{'id': 'a'}, {'id': 'b'}]
    """
    return [value for page in orjson.loads(content) for value in page["values"]]


def _content(answer: Answer) -> dict[str, Any]:
    """Read a page; an answer that is not whole, or no page, may be better the next time."""
    content = read_json(answer)
    if isinstance(content, dict) and "error" in content and "values" not in content:
        raise FetchError(
            f"Kolada svarar med ett fel: {content['error']}",
            where=answer.url,
            todo="Kontrollera adressen med --base-url kolada=…",
        )
    values = content.get("values") if isinstance(content, dict) else None
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise BadBodyError("svaret saknar värden")
    whole: dict[str, Any] = content
    return whole


def _get(http: Http, path: str) -> tuple[bytes, dict[str, Any]]:
    read: list[dict[str, Any]] = []  # what the check has read, so that a page is not read twice

    def check(answer: Answer) -> None:
        read.append(_content(answer))

    answer = http.call("GET", path, check=check)
    if answer.status == 422:
        raise FetchError(
            "Kolada godtar inte frågan (422)",
            where=answer.url,
            todo="Den tar högst 25 id i en del av adressen och 5 000 rader på en sida; säg till om felet består",
        )
    if answer.status != 200:
        raise FetchError(f"Kolada svarar {answer.status}", where=answer.url, todo=_LATER)
    return answer.body.removeprefix(BOM), read[-1]


def _next(content: Mapping[str, Any], address: str, number: int, bases: Sequence[str]) -> str:
    """Give the path of the next page; empty at the end.

    An address of another host, with another scheme or that is none is not called: the page of that number is asked
    for instead, at the host that was asked, until one is empty.

    Examples
    --------
    >>> bases = ["https://api.kolada.se/v3"]
    >>> _next({"next_url": "https://api.kolada.se/v3/kpi?page=2"}, "/kpi?page=1", 2, bases)
    '/kpi?page=2'
    >>> odd = "http://10.0.0.7:8080/v3/kpi?page=2"
    >>> _next({"next_url": odd, "values": [{"id": "a"}]}, "/kpi?page=1", 2, bases)
    '/kpi?page=2'
    """
    url = content.get("next_url")
    if not url:
        return ""
    for base in bases if isinstance(url, str) else ():
        allowed = urlsplit(base)
        try:
            target = urlsplit(urljoin(base + address, str(url)))
        except ValueError:  # no address
            break
        same_host = (target.scheme, target.netloc) == (allowed.scheme, allowed.netloc)
        if same_host and target.path.startswith(allowed.path + "/"):
            return f"{target.path.removeprefix(allowed.path)}?{target.query}"
    path, _, query = address.partition("?")
    following = urlencode({**parse_qs(query), "page": [number]}, doseq=True)
    return f"{path}?{following}" if content["values"] else ""


def _key(value: Mapping[str, Any]) -> str:
    """Name what a value is about: a figure by key figure, unit and period, anything else by its id."""
    names = ("kpi", "municipality", "period") if "kpi" in value else ("id", "title")
    return " ".join(str(value.get(name)) for name in names)


def get_pages(http: Http, path: str, declared: str, params: Mapping[str, str] | None = None) -> Pages:
    """Get all pages of a question.

    Parameters
    ----------
    http
        The connection.
    path
        Path after the base address, such as ``/kpi/N02797``.
    declared
        The catalog's address of the service; it and the connection's own are where the next page may be.
    params
        Other parameters than the page.

    Raises
    ------
    FetchError
        If a call fails for good, a page comes again, the pages do not end, or the number of values is not what the
        service says.
    """
    first = f"{path}?{urlencode({**(params or {}), 'page': 1, 'per_page': LARGEST_PAGE})}"
    address, visited = first, set[str]()
    bodies, counts, sizes = [], [], []
    values: list[Mapping[str, Any]] = []
    seen: set[str] = set()
    while address:
        where = http.base_url + address
        visited.add(address)
        body, content = _get(http, address)
        keys = {_key(value) for value in content["values"]}
        if keys and keys <= seen:
            raise FetchError("En sida från Kolada kommer en gång till", where=where, todo=_LATER)
        seen |= keys
        bodies.append(body)
        values += content["values"]
        counts.append(content.get("count"))
        sizes.append(len(content["values"]))
        address = _next(content, address, len(bodies) + 1, (http.base_url, declared))
        if address in visited:
            raise FetchError("Koladas sidor går i cirkel", where=where, todo=_LATER)
        if len(bodies) >= MOST_PAGES and address:
            raise FetchError(f"Kolada svarar med mer än {MOST_PAGES} sidor", where=where, todo=_LATER)
    _check_counts(counts, sizes, http.base_url + first)
    return Pages(http.base_url + first, tuple(bodies), tuple(values))


def _check_counts(counts: Sequence[object], sizes: Sequence[int], where: str) -> None:
    """Compare with ``count``, which is not documented: of the page, or of all pages."""
    stated = [count for count in counts if isinstance(count, int)]
    if len(stated) < len(counts) or stated == list(sizes) or all(count == sum(sizes) for count in stated):
        return
    raise FetchError(f"Kolada säger {stated[0]} värden men gav {sum(sizes)}", where=where, todo=_LATER)
