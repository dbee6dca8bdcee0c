"""Skolverket's document API on this machine: lists under /siris/reports/sossok_api and files by p_id."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.kaa_workbook import PLACES, TITLES, Book, Place, workbook
from tests.fakes.loopback import Handler, loopback
from uvas_stats.catalog.kaa import load_kaa_periods

BASE = "/siris"
AREA = "Kommunernas aktivitetsansvar"
AREAS = ("Betyg och studieresultat", "Efter gymnasieskolan", AREA, "Kostnader", "Skolor och elever")
LISTED = ("2024/25", "2023/24", "2022/23", "2022H1", "2019/20", "2019H2")
BUNDLES = {"4": ("4A", "4B", "4C", "4D"), "5": ("5A", "5B", "5C", "5D", "5E")}
NOT_PUBLISHED = {("2024/25", "5D")}


def period_text(period: str) -> str:
    """Write a period as Skolverket does."""
    year = int(period[:4])
    if "/" in period:
        return f"Andra halvåret {year}, första halvåret {year + 1}"
    return f"{'Första' if period.endswith('1') else 'Andra'} halvåret {year}"


@dataclass
class DocumentFaults:
    """Switches. A number counts down as the fault is used; only files are hit by the first group."""

    html: int = 0
    truncated: int = 0
    dropped: int = 0
    fail: int = 0
    not_found: int = 0
    list_fails: bool = False
    list_html: bool = False
    other_title: bool = False
    """Table 4A is called something else."""
    other_host: bool = False
    newer: bool = False
    """The list has two versions of 4A of the newest period."""
    without: tuple[str, ...] = ()
    """Tables that the list lacks for the newest period."""
    drifted: bool = False
    """The workbook of 4A has a heading that no one knows."""
    swapped: bool = False
    """The id of 4A leads to the workbook of 4B."""
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, name: str) -> bool:
        with self.lock:
            left: int = getattr(self, name)
            if left > 0:
                setattr(self, name, left - 1)
            return left > 0


class Documents:
    """The state of a fake document API."""

    def __init__(self, listed: tuple[str, ...] = LISTED, places: tuple[Place, ...] = PLACES) -> None:
        self.faults = DocumentFaults()
        self.listed = listed
        self.places = places
        self.log: list[str] = []
        self.url = ""
        self.ids = {id_: (one.period, table) for one in load_kaa_periods() for table, id_ in one.ids.items()}
        self.ids |= {553525: ("2023/24", "5D"), 552792: ("2022/23", "5D"), 559999: ("2024/25", "4A")}

    @property
    def base(self) -> str:
        return self.url + BASE

    def lists(self, what: str, query: dict[str, list[str]]) -> Any:
        if what == "verksamhetsformer":
            return [{"kod": "21", "namn": "Gymnasieskola"}]
        if query.get("pVerkform") != ["Gymnasieskola"]:
            return []
        if what == "omrade":
            return [{"kod": name, "namn": name} for name in AREAS]
        if query.get("pOmrade") != [AREA]:
            return []
        codes = {f"{at:02d}": period for at, period in enumerate(self.listed)}
        if what == "lasar":
            rows = [{"kod": code, "namn": period_text(period)} for code, period in codes.items()]
            return [*rows, {"kod": "99", "namn": "2016"}]
        return self.documents(codes[query["pLasar"][0]])

    def documents(self, period: str) -> list[dict[str, str]]:
        ids = {table: id_ for id_, (when, table) in self.ids.items() if when == period and id_ != 559999}
        rows = [self.row("L", 550001, "", "PM", "PDF", "PM om aktivitetsansvaret")]
        heading = "Bakgrund"
        newest = period == self.listed[0]
        for table in sorted(ids):
            if newest and table in self.faults.without:
                continue
            rubric = heading if table[0] in "4t" else "Åtgärder"
            rows.append(self.row("N", ids[table], self.number(table), self.title(table), "XLSX", rubric))
            if newest and table == "4A" and self.faults.newer:
                rows.append(self.row("N", 559999, "Tabell 4 A", self.title(table), "XLSX", rubric))
        last = ""
        for row in rows:  # the heading stands only in the first row of its group
            row["rubrik"], last = ("" if row["rubrik"] == last else row["rubrik"]), row["rubrik"]
        return rows

    def number(self, table: str) -> str:
        if table == "täckning":
            return ""
        return f"Tabell {table}" if table < "5" else f"Tabell {' '.join(table)}"

    def title(self, table: str) -> str:
        if table == "4A" and self.faults.other_title:
            return "Nationella prov, resultat (XLSX)"
        bundles = {"4": "Bakgrund kommunnivå T4", "5": "Åtgärder kommunnivå T5"}
        return f"{bundles.get(table) or TITLES[table]} (XLSX)"

    def row(self, kind: str, id_: int, number: str, title: str, filetype: str, rubric: str) -> dict[str, str]:
        host = "example.org" if self.faults.other_host else "siris.skolverket.se"
        url = f"//{host}/siris/sitevision_doc.getFile?p_id={id_}"
        return {
            "url": url, "titel": title, "typ": kind, "id": str(id_), "filetype": filetype, "sos": "",
            "tabell_nr": number, "rubrik": rubric, "huvudrubrik": "",
        }  # fmt: skip

    def file(self, id_: int) -> bytes | None:
        if id_ not in self.ids:
            return None
        period, table = self.ids[id_]
        if table == "4A" and self.faults.swapped:
            table = "4B"
        return _content(period, table, self.places, drifted=self.faults.drifted and table == "4A")


@cache
def _content(period: str, table: str, places: tuple[Place, ...], *, drifted: bool) -> bytes:
    """Write a workbook once for all tests: each fetch asks for sixty."""
    layout = {"2024/25": "codes", "2023/24": "merged"}.get(period, "names")
    books = [Book(one, period_text(period), layout, places) for one in BUNDLES.get(table, (table,))]
    if drifted:
        books[0].rename = {"Antal rapporterade ungdomar | Totalt": "Antal unga i kontakt | Totalt"}
    return workbook(*books)


class _Handler(Handler):
    documents: Documents

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.documents.log.append(self.path)
        if parts.path == f"{BASE}/sitevision_doc.getFile":
            self._file(parse_qs(parts.query))
            return
        what = parts.path.removeprefix(f"{BASE}/reports/sossok_api/").strip("/")
        if self.documents.faults.list_fails:
            self.send(500, "text/plain", b"Internal Server Error")
        elif self.documents.faults.list_html:
            self.send(200, "text/html", "<html>Underhåll</html>".encode())
        elif "+" in parts.query:  # names must be written with percent signs
            self.send(400, "text/plain", b"Bad Request")
        elif what in ("verksamhetsformer", "omrade", "lasar", "dokument"):
            content = self.documents.lists(what, parse_qs(parts.query))
            self.send(200, "application/json", json.dumps(content, ensure_ascii=False).encode())
        else:
            self.send(404, "text/html", b"<html>404</html>")

    def _file(self, query: dict[str, list[str]]) -> None:
        faults = self.documents.faults
        if faults.take("html"):
            self.send(200, "text/html", b"<!DOCTYPE html><html>Filen finns inte</html>")
            return
        if faults.take("dropped"):
            self.hang_up()
            return
        if faults.take("fail"):
            self.send(500, "text/plain", b"Internal Server Error")
            return
        content = None if faults.take("not_found") else self.documents.file(int(query["p_id"][0]))
        if content is None:
            self.send(404, "text/html", b"<html>404</html>")
            return
        self.send(200, "application/octet-stream", content, cut=faults.take("truncated"))


@contextmanager
def serving_documents(documents: Documents) -> Iterator[Documents]:
    """Serve on a free port of the loopback until the block ends."""
    handler = type("Handler", (_Handler,), {"documents": documents})
    with loopback(handler) as documents.url:
        yield documents
