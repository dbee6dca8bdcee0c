"""All services at once on one port of this machine, each small, whole and the same every time; any may be surprising."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

import orjson

from tests.clean.test_af_counts import DURATION, SEEKERS, duration_sheets, seekers, seekers_book
from tests.fakes import af_books, px1, px2, siris
from tests.fakes.af import AfSite
from tests.fakes.documents import BASE, Documents
from tests.fakes.eurostat import EurostatFake
from tests.fakes.fk import FkFake
from tests.fakes.kolada import KoladaFake
from tests.fakes.loopback import Handler, loopback
from tests.fakes.server import V1, V2, Fake
from tests.fakes.tables import bas as bas_table
from tests.fakes.tables import eligibility, neither_kommun, neither_lan, population_new, population_old
from tests.fetch.test_skolverket_px import LABELS, served
from uvas_stats.catalog import load_catalog
from uvas_stats.catalog.siris import SirisReport, load_siris_reports

BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BAS = "web-inskrivna-arbetslosa-andel-av-bas-2023-02.xlsx"
REG = "web-inskrivna-arbetslosa-andel-av-reg-arbkraft-2022-12.xlsx"
SOURCES = {
    "scb": ("scb", V2),
    "skolverket_px": ("skolverket_px", V1 + "/ssd"),
    "kolada": ("kolada", "/v3"),
    "af": ("af", ""),
    "eurostat": ("eurostat", "/eurostat/api/dissemination"),
    "forsakringskassan": ("forsakringskassan", ""),
    "kaa": ("siris", BASE),
    "siris": ("siris", BASE),
}
"""The service behind each source that can be fetched, and where its address goes on."""
Answer = tuple[int, str, bytes]
_DAY = re.compile(rb"20[0-9-]{8}T(?=0[67]:00:00Z)")
DATA = ("POST ", "/data/", "/download/", "SAbestand", "getFile", "pKommun=&")
"""What is in every call for a file of data, and in no other."""


@dataclass
class Reply:
    """What a service answers."""

    status: int
    kind: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    """Whether the connection breaks half-way."""
    wait: float = 0.0
    whole: bool = True
    """Whether it is what was asked for, so that no byte of it may be lost."""


@dataclass(frozen=True)
class Surprise:
    """What a service does one day that it has not done before."""

    source: str
    what: str
    change: Callable[[Reply], Reply] = lambda reply: reply
    """What it does to an answer."""
    on: str = ""
    """Part of the calls that it strikes."""
    times: int = 0
    """How many of them; 0 is all."""
    wrong: bool = False
    """Whether a figure would be wrong if it were read as if nothing had happened."""
    gone: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The figures that the source does not have any more: column and what stands there."""
    setting: Callable[[Any], object] | None = None
    """What it does to the fake of its source, where that has a switch for it."""
    fetch: str = ""
    """The datasets that it strikes; empty are all of the source."""
    more: bool = False
    """Whether the source has figures that it had not."""


def _text(seed: str, name: str) -> str:
    """Make up a figure: a count, points of grades, or a share."""
    if "antal" in name or "gbp" in name:
        return "120" if "antal" in name else "12,5"
    return f"{20 + crc32(seed.encode()) % 600 / 10:.1f}".replace(".", ",")


@dataclass
class _Specimen(siris.Specimen):
    programme: str = ""

    def xlsx(self, sheets: dict[str, list[siris.Row]] | None = None) -> bytes:
        return super().xlsx(sheets or {self.programme: self.rows})


def _specimen(report: SirisReport, year: int) -> siris.Specimen:
    """Make a report by its declaration: the headings it must have, and figures that are always the same."""
    lead = {
        "kommun": (["Kommun", "Kommun-kod", "Län", "Läns-kod"], [siris.who(one) for one in siris.KOMMUNER]),
        "lan": (["Län", "Läns-kod"], [["Skåne län", "12"], ["Jönköpings län", "06"]]),
        "riket": (["Riket"], [["Riket"]]),
    }
    heads, places = lead[report.level]
    whose = report.sheets != "organiser"
    programme = "Nationella program" if report.sheets == "programme" else "Samtliga"
    subjects = [one for one in report.subjects if one.headings]
    ids = [*heads, *(["Typ av huvudman"] if whose else []), *(["Uppgift"] if subjects else [])]
    ids += ["Program"] if programme != "Samtliga" and not report.workbook else []
    first = year + report.year_offset
    names = [one.headings[0] if one.headings else " ".join(one.words) for one in report.columns if one.measure]
    if report.series:
        names = [f"{start}/{(start + 1) % 100:02d}" for start in (first, first - 1)]
    rows = []
    for place in places:
        for subject in [one.headings[0] for one in subjects] or [""]:
            own = [*place, *(["Samtliga"] if whose else []), *([subject] if subject else [])]
            own += ["Nationella program"] if "Program" in ids else []
            figures = [_text(f"{place}{subject}{name}{year}", f"{subject} {name}".casefold()) for name in names]
            rows.append([*own, *figures])
    title = " - ".join(report.title_words).capitalize()
    period = f"{first}/{(first + 1) % 100:02d}"
    return _Specimen(title, report.period_labels[0], period, [*ids, *names], rows, programme=programme)


def _siris() -> siris.SirisFake:
    fake = siris.SirisFake()
    for one in fake.reports:
        one.years = one.years[:2]
    fake.reports = [one for one in fake.reports if one.id != "138"]
    known = {one.id for one in fake.reports}
    levels = {"kommun": "K", "lan": "L", "riket": "R"}
    for report in load_siris_reports().values():
        if report.fetched and report.id not in known:
            title, years = " ".join(report.title_words), [2021] if report.series else [2021, 2020]
            fake.reports.append(
                siris.Report(
                    report.id or "900",
                    title,
                    report.school_form,
                    levels[report.level],
                    lambda year, report=report: _specimen(report, year),  # type: ignore[misc]
                    years,
                )
            )
    return fake


@cache
def _books() -> dict[str, bytes]:
    catalog = load_catalog()
    return {
        BAS: af_books.share_book(af_books.share_frame("2023-01", "2023-02", seed=2)),
        REG: af_books.share_book(af_books.share_frame("2022-12", "2022-12", seed=3)),
        SEEKERS: seekers_book(seekers(catalog)),
        DURATION: af_books.workbook(duration_sheets(catalog)),
    }


def _af() -> AfSite:
    return AfSite(dict(_books()))


def _scb() -> Fake:
    ages = population_old(2, 2007)
    fake = Fake([bas_table(2, 2020, 3), ages, population_new(2), neither_lan(), neither_kommun(2), eligibility(2)])
    fake.calls = 1000
    return fake


def _skolverket_px() -> Fake:
    fake = served(LABELS)
    fake.calls = 1000
    return fake


def _scb_answer(fake: Fake, method: str, path: str, query: str, body: bytes) -> Answer:
    return px2.handle(fake, method, path.removeprefix(V2), query, body)


def _px1_answer(fake: Fake, method: str, path: str, query: str, body: bytes) -> Answer:
    return px1.handle(fake, method, path.removeprefix(V1), query, body)


def _kaa_answer(fake: Documents, method: str, path: str, query: str, body: bytes) -> Answer:
    asked = parse_qs(query)
    if not path.endswith("getFile"):
        found = fake.lists(path.strip("/").rpartition("/")[2], asked)
        return 200, "application/json", orjson.dumps(found)
    content = fake.file(int(asked["p_id"][0]))
    return (404, "text/html", b"<html>404</html>") if content is None else (200, BOOK, content)


def _siris_answer(fake: siris.SirisFake, method: str, path: str, query: str, body: bytes) -> Answer:
    asked = parse_qs(query, keep_blank_values=True)
    return fake.answer(path, {name: values[0] for name, values in asked.items()})


_MADE: dict[str, tuple[Callable[[], Any], Callable[..., Answer]]] = {
    "scb": (_scb, _scb_answer),
    "skolverket_px": (_skolverket_px, _px1_answer),
    "kolada": (KoladaFake, lambda fake, _, path, query, __: fake.respond(path, query)),
    "af": (_af, lambda fake, _, path, query, __: fake.answer(path)),
    "eurostat": (EurostatFake, lambda fake, _, path, query, __: fake.respond(path, query)),
    "forsakringskassan": (FkFake, lambda fake, _, path, query, __: fake.respond(path, query)),
    "kaa": (lambda: Documents(listed=Every.kaa_periods), _kaa_answer),
    "siris": (_siris, _siris_answer),
}
"""How the fake of a source is made, and how it answers method, path, query and body."""


class Every:
    """All services; what each sends is made once, and changed on its way by the surprises of the day."""

    kaa_periods = ("2024/25", "2023/24")

    def __init__(self) -> None:
        self.url = ""
        self.surprises: dict[str, Surprise] = {}
        self.later = False
        """Whether the databases say that their tables have been updated."""
        self.sent: list[tuple[str, str, bytes]] = []
        """Source, call and body of each whole file that was sent."""
        self.struck: dict[str, int] = {}
        """How many calls each source's surprise has struck."""
        self._as_usual = {source: (make(), {}) for source, (make, _) in _MADE.items()}
        self._today: dict[str, tuple[Any, dict[str, Reply]]] = dict(self._as_usual)

    def addresses(self) -> str:
        """Give what ``UVAS_BASE_URL`` says."""
        return " ".join(f"{name}={self.url}/{name}{base}" for name, base in set(SOURCES.values()))

    def surprise(self, *surprises: Surprise, later: bool = False) -> None:
        """Begin a day with these surprises, at most one a source."""
        self.surprises, self.later = {one.source: one for one in surprises}, later
        self.sent, self.struck = [], dict.fromkeys(self.surprises, 0)
        self._today = dict(self._as_usual)
        for one in surprises:
            if one.setting is not None:
                fake = _MADE[one.source][0]()
                one.setting(fake)
                self._today[one.source] = (fake, {})

    def reply(self, service: str, method: str, address: str, body: bytes) -> Reply:
        """Answer as the day has it, and note what was sent."""
        call, address = f"{method} {address}", address.replace("/moved", "", 1)
        source = "kaa" if "getFile" in call or "sossok_api" in call else service
        fake, made = self._today[source]
        key = f"{method} {address} {body!r}"
        if key not in made:
            fake.url = f"{self.url}/{service}"
            parts = urlsplit(address)
            made[key] = Reply(*_MADE[source][1](fake, method, parts.path, parts.query, body))
        reply = replace(made[key], headers={})
        if self.later:
            reply.body = _DAY.sub(b"2026-11-11T", reply.body)
        surprise = self.surprises.get(source)
        due = surprise is not None and (not surprise.times or self.struck[source] < surprise.times)
        if surprise is not None and due and surprise.on in call and "/moved" not in call:
            usual, reply = reply, surprise.change(reply)
            self.struck[source] += reply != usual
        if reply.whole and reply.status == 200 and "html" not in reply.kind and any(part in call for part in DATA):
            self.sent.append((source, call, reply.body))
        return reply


class _Handler(Handler):
    every: Every

    def do_GET(self) -> None:
        self._answer("GET", b"")

    def do_POST(self) -> None:
        self._answer("POST", self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _answer(self, method: str, body: bytes) -> None:
        source, slash, rest = self.path.lstrip("/").partition("/")
        reply = self.every.reply(source, method, slash + rest, body)
        time.sleep(reply.wait)
        location = reply.headers.get("Location", "")
        if location.startswith("/moved"):
            reply.headers["Location"] = f"/{source}{location}{slash}{rest}"
        self.send(reply.status, reply.kind, reply.body, cut=reply.cut, headers=reply.headers)


@contextmanager
def serving_every() -> Iterator[Every]:
    """Serve all of them on a free port of the loopback until the block ends."""
    every = Every()
    with loopback(type("Handler", (_Handler,), {"every": every})) as every.url:
        yield every


__all__ = ["BAS", "BOOK", "REG", "SOURCES", "Every", "Reply", "Surprise", "serving_every"]
