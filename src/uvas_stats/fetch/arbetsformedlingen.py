"""The employment service's workbooks: found on its statistics page by their names, and fetched whole.

The address of a file changes every month, so that only its name tells what it is. Names are declared in
``catalog/data/af_files.toml``.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urljoin, urlsplit

from uvas_stats.catalog import Dataset
from uvas_stats.catalog.sources import AfFile, af_files
from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer, BadBodyError
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.files import FilePlan, Wanted
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["find_links", "plan"]

SOURCE = "af"
_DATED = re.compile(r"/([0-9]{12,14})/[^/]+$")
_FOLDER = "/download/"
_TODO = "Sidan kan ha gjorts om; hämta arbetsboken för hand och kör: uvas adopt"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links += [value.strip() for name, value in attrs if name == "href" and value]


def file_name(url: str) -> str:
    """Return the name at the end of an address, with å, ä and ö as they are read.

    Examples
    --------
    >>> file_name("/download/18.a/1/web-arsmedel%20%C3%A5r-2026-08.xlsx?x=1")
    'web-arsmedel år-2026-08.xlsx'
    """
    return PurePosixPath(unquote(urlsplit(url).path)).name


def find_links(html: str, page_url: str, kinds: tuple[AfFile, ...]) -> list[str]:
    """Find the newest workbook of each kind.

    Parameters
    ----------
    html, page_url
        The page and its address.
    kinds
        The kinds that are wanted.

    Returns
    -------
    list of str
        Whole addresses, in the order of the kinds.

    Raises
    ------
    FetchError
        If the page has no link to a kind, or two to its newest month, or one that leads to another host.

    Examples
    --------
    >>> html = '<a href="/download/18.b/2/web-sok-lan-kom-2026-08.xlsx">a</a>'
    >>> find_links(html, "https://arbetsformedlingen.se/s", af_files("af_registered"))
    ['https://arbetsformedlingen.se/download/18.b/2/web-sok-lan-kom-2026-08.xlsx']
    """
    reader = _Links()
    reader.feed(html)
    urls = dict.fromkeys(urljoin(page_url, link) for link in reader.links)
    named = [(file_name(url), url) for url in urls]
    return [_newest(kind, [(n, u) for n, u in named if not kind.excluded(n)], page_url) for kind in kinds]


def _newest(kind: AfFile, named: list[tuple[str, str]], page_url: str) -> str:
    hits = [(month, url) for name, url in named if (month := kind.month(name))]
    if not hits:
        known = [name for name, _ in named if name.lower().endswith((".xlsx", ".xls"))]
        shown = f"; arbetsböckerna där är {', '.join(known[:5])}" if known else "; där finns inga arbetsböcker"
        raise FetchError(f"Sidan saknar länk till {kind.title}{shown}", where=page_url, todo=_TODO)
    last = max(month for month, _ in hits)
    newest = [url for month, url in hits if month == last]
    if len(newest) > 1:
        raise FetchError(
            f"Sidan har {len(newest)} länkar till {kind.title} {last}: {', '.join(newest[:2])}",
            where=page_url,
            todo="Hämta den rätta för hand och kör: uvas adopt",
        )
    parts = urlsplit(newest[0])
    if parts.netloc != urlsplit(page_url).netloc or not parts.path.startswith(_FOLDER):
        raise FetchError(
            f"Länken till {kind.title} leder någon annanstans: {newest[0]}", where=page_url, todo=_TODO
        )
    return newest[0]


def _check_page(answer: Answer) -> None:
    if b"<a" not in answer.body.lower():
        raise BadBodyError("sidan är ingen webbsida med länkar")


def _check_book(answer: Answer) -> None:
    """Demand a whole archive: an outdated link gives a web page, and a cut-off file has no end."""
    if not answer.body.startswith(b"PK\x03\x04"):
        raise BadBodyError("svaret är ingen arbetsbok")
    try:
        zipfile.ZipFile(io.BytesIO(answer.body)).close()
    except zipfile.BadZipFile as error:
        raise BadBodyError("arbetsboken är avklippt") from error


def _whole(answer: Answer, what: str) -> bytes:
    if answer.status != 200:
        raise FetchError(f"{what} finns inte (svar {answer.status})", where=answer.url, todo=_TODO)
    return answer.body


def _dated(url: str) -> str:
    """Say the day that the path of a file tells."""
    match = _DATED.search(unquote(urlsplit(url).path))
    if not match:
        return ""
    day = dt.datetime.fromtimestamp(int(match[1]) / 1000, dt.UTC).date()
    return f"{file_name(url)} är daterad {day.isoformat()}."


def plan(clients: Clients, dataset: Dataset, held: Snapshot | None) -> FilePlan:
    """Ask the page for the newest workbooks of a dataset.

    Parameters
    ----------
    clients
        The connections.
    dataset
        The dataset as declared.
    held
        Not used: a month has its workbooks, which are all asked for.

    Raises
    ------
    FetchError
        If the page or a link is not as declared, or the service does not answer.
    """
    http, source, kinds = clients.http(SOURCE), clients.web_source(SOURCE), af_files(dataset.id)
    page = kinds[0].page
    answer = http.call("GET", page, check=_check_page)
    html = _whole(answer, "Statistiksidan").decode("utf-8", errors="replace")
    base = source.url.rstrip("/")
    urls = find_links(html, base + page, kinds)

    def get(one: Wanted) -> bytes:
        parts = urlsplit(one.url)
        path = quote(unquote(parts.path)) + (f"?{parts.query}" if parts.query else "")
        return _whole(http.call("GET", path, check=_check_book), f"Filen {one.name}")

    return FilePlan(
        dataset=dataset,
        wanted=tuple(Wanted(file_name(url), url=url) for url in urls),
        get=get,
        note=" ".join(filter(None, map(_dated, urls))),
    )
