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
from uvas_stats.raw.snapshot import RawFile, Snapshot

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


def find_links(html: str, page_url: str, kinds: tuple[AfFile, ...]) -> dict[str, str]:
    """Find the newest workbook of each kind; an optional one that is not there as declared is passed over.

    Parameters
    ----------
    html, page_url
        The page and its address.
    kinds
        The kinds that are wanted.

    Returns
    -------
    dict of str to str
        Whole addresses by role, in the order of the kinds.

    Raises
    ------
    FetchError
        If the page has no link to a kind that must be there, or two to its newest month, or one that leads to
        another host.

    Examples
    --------
    >>> html = '<a href="/download/18.b/2/web-sok-lan-kom-2026-08.xlsx">a</a>'
    >>> find_links(html, "https://arbetsformedlingen.se/s", af_files("af_registered"))
    {'registered': 'https://arbetsformedlingen.se/download/18.b/2/web-sok-lan-kom-2026-08.xlsx'}
    """
    reader = _Links()
    reader.feed(html)
    urls = dict.fromkeys(urljoin(page_url, link) for link in reader.links)
    named = [(file_name(url), url) for url in urls]
    links = {}
    for kind in kinds:
        try:
            links[kind.role] = _newest(kind, [(n, u) for n, u in named if not kind.excluded(n)], page_url)
        except FetchError:
            if not kind.optional:
                raise
    return links


def _newest(kind: AfFile, named: list[tuple[str, str]], page_url: str) -> str:
    hits = [(month, url) for name, url in named if (month := kind.month(name))]
    if not hits:
        known = [name for name, _ in named if name.lower().endswith((".xlsx", ".xls"))]
        shown = f"; arbetsböckerna där är {', '.join(known[:5])}" if known else "; där finns inga arbetsböcker"
        portal = "" if known else "Kräver nätet inloggning: öppna sidan i en webbläsare. "
        raise FetchError(f"Sidan saknar länk till {kind.title}{shown}", where=page_url, todo=portal + _TODO)
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


def _kept(kinds: tuple[AfFile, ...], links: dict[str, str], held: Snapshot | None) -> dict[str, RawFile]:
    """Find the workbooks that the page no longer has in the edition held."""
    files = held.files if held else ()
    gone = [kind for kind in kinds if kind.role not in links]
    return {file.name: file for file in files for kind in gone if kind.month(file.name)}


def _gone(kind: AfFile, kept: dict[str, RawFile], held: Snapshot | None) -> str:
    """Say what has become of a workbook that the page does not have."""
    text = f"Sidan har inte arbetsboken {kind.title}"
    name = next((name for name in kept if kind.month(name)), "")
    return f"{text}; {name} följer med från utgåvan {held.edition}." if held and name else f"{text}."


def plan(clients: Clients, dataset: Dataset, held: Snapshot | None) -> FilePlan:
    """Ask the page for the newest workbooks of a dataset.

    Parameters
    ----------
    clients
        The connections.
    dataset
        The dataset as declared.
    held
        The newest edition; it lends a closed workbook that the page no longer has.

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
    links = find_links(html, base + page, kinds)
    kept = _kept(kinds, links, held)
    there = [kind for kind in kinds if kind.role in links]
    gone = [kind for kind in kinds if kind.role not in links]

    def get(one: Wanted) -> bytes:
        if one.name in kept and held is not None:
            return held.path(kept[one.name]).read_bytes()
        parts = urlsplit(one.url)
        path = quote(unquote(parts.path)) + (f"?{parts.query}" if parts.query else "")
        try:
            return _whole(http.call("GET", path, check=_check_book), f"Filen {one.name}")
        except FetchError:
            same = [file for file in held.files if file.name == one.name] if held and one.optional else []
            if held is None or not same:
                raise
            return held.path(same[0]).read_bytes()

    return FilePlan(
        dataset=dataset,
        wanted=(
            *(Wanted(file_name(links[one.role]), url=links[one.role], optional=one.optional) for one in there),
            *(Wanted(file.name, url=file.url) for file in kept.values()),
        ),
        get=get,
        note=" ".join(filter(None, map(_dated, links.values()))),
        left_out=tuple(_gone(one, kept, held) for one in gone),
    )
