"""Skolverket's export API on this machine, by what is known of it, with switches for its faults.

The specimens are small and invented but have the quirks of the real files: a byte order mark, a preamble, one or two
rows of headings, a trailing semicolon, spaces between some thousands, marks, and definitions after the table.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape, quoteattr

import orjson
from openpyxl import Workbook

from tests.fakes.loopback import Handler, loopback

API = "/siris/reports/export_api/"
KOMMUNER = [
    ("Ale", "1440", "14"),
    ("Alingsås", "1489", "14"),
    ("Aneby", "0604", "06"),
    ("Stockholm", "0180", "01"),
]
LAN = {"01": "Stockholms län", "06": "Jönköpings län", "14": "Västra Götalands län"}
DEFINITIONS = ["Rapportbeskrivning och definitioner etc. ", " ", "Antal elever;Elever som avslutat;", "Fler ord."]
Row = list[str]


@dataclass
class Specimen:
    """A report of one year."""

    title: str
    label: str
    period: str
    headings: Row
    rows: list[Row]
    groups: Row = field(default_factory=list)
    tags: Row = field(default_factory=list)
    """Names in XML; the first five are attributes."""
    text: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    """Lines of the preamble after the period."""

    def csv(self) -> bytes:
        lines = [
            "Statistik från Skolverket, https://www.skolverket.se",
            "",
            self.title,
            f"{self.label}: {self.period}",
        ]
        lines += [*self.extra, "", *self.text, *([""] if self.text else [])]
        lines += [";".join([*row, ""]) for row in ([self.groups] if self.groups else [])]
        lines += [";".join([*row, ""]) for row in (self.headings, *self.rows)]
        return b"\xef\xbb\xbf" + "\n".join([*lines, "", *DEFINITIONS, ""]).encode()

    def sheet(self, book: Workbook, name: str, rows: list[Row], *, organiser: str = "") -> None:
        sheet = book.create_sheet(name[:30])
        for at, text in enumerate(
            [self.title, *([organiser] if organiser else []), f"{self.label}: {self.period}"]
        ):
            sheet.cell(row=3 + at, column=1, value=text)
        top = 8 if organiser else 7
        if self.groups:
            for column, text in enumerate(self.groups, start=1):
                sheet.cell(row=top - 1, column=column, value=text or None)
        for down, row in enumerate([self.headings, *rows]):
            for column, text in enumerate(row, start=1):
                sheet.cell(row=top + down, column=column, value=_value(text, column))

    def xlsx(self, sheets: dict[str, list[Row]] | None = None) -> bytes:
        book = Workbook()
        book.remove(book.worksheets[0])
        for name, rows in (sheets or {"Blad 1": self.rows}).items():
            self.sheet(book, name, rows)
        last = book.create_sheet("Rapportbeskrivning och def.")
        for at, text in enumerate(DEFINITIONS, start=3):
            last.cell(row=at, column=1, value=text)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def xml(self, *, code: str = "attribute", element: str = "skola") -> bytes:
        parts = ['<?xml version="1.0"?>', "<root>", f"<rubrik>{escape(self.title)}</rubrik>"]
        parts.append(f"<inledning>{escape(self.label)}: {escape(self.period)}\n</inledning>")
        for row in self.rows:
            pairs = list(zip(self.tags, row, strict=True))
            own = [(tag, text) for tag, text in pairs[:6] if tag != "kommunkod" or code == "attribute"]
            attributes = " ".join(f"{tag}={quoteattr(text)}" for tag, text in own)
            inner = [f"<orgkod>{row[1]}</orgkod>"] if code == "element" else []
            inner += [f"<{tag}>{escape(text)}</{tag}>" for tag, text in pairs[6:]]
            parts.append(f"<{element} {attributes}>\n{''.join(inner)}</{element}>")
        parts.append("<avslutning><del1>Rapportbeskrivning och definitioner etc.</del1></avslutning></root>")
        return "\n".join(parts).encode("ascii", "xmlcharrefreplace")


def _value(text: str, column: int) -> Any:
    """Write a number as a number and the rest as text, as the workbooks do; codes are text."""
    bare = text.replace(" ", "").replace("\u00a0", "").replace(",", ".")
    try:
        return text if column <= 4 else float(bare)
    except ValueError:
        return text or None


def who(kommun: tuple[str, str, str]) -> Row:
    name, code, lan = kommun
    return [name, code, LAN[lan], lan]


def eligibility(year: int = 2025) -> Specimen:
    """Report 53: flickor, pojkar and samtliga, with ``~100`` beside ``..`` and a count with a space."""
    rows = []
    for at, kommun in enumerate(KOMMUNER):
        girls, boys = 214 + 600 * at + year - 2025, 220 + at
        sexes = {"Flickor": (girls, "~100"), "Pojkar": (boys, ".."), "Samtliga": (girls + boys, f"{81 + at},6")}
        for sex, (count, share) in sexes.items():
            own = f"{count:,}".replace(",", " " if at % 2 else "\u00a0")
            rows.append([*who(kommun), "Samtliga", sex, own, share, "100,0" if at else share, "79,0", "."])
    return Specimen(
        title="Grundskola - Behörighet till gymnasieskolan, fr.o.m. 2011",
        label="Valt läsår",
        period=f"{year - 1}/{year % 100:02d}",
        headings=[
            *("Kommun", "Kommun-kod", "Län", "Läns-kod", "Typ av huvudman", "Kön", "Antal elever"),
            "Andel (%) elever behöriga till yrkesprog.",
            "Andel elever (%) behöriga till estetiskt program",
            "Andel elever (%) behöriga till Ekonomi-, humanistiska och samhällsvetenskaps- program",
            "Andel elever (%) behöriga till Naturvetenskapligt och tekniskt program",
        ],
        tags=[
            *("kommun_namn", "kommunkod", "lan_namn", "lankod", "huvudman", "kon", "antal_elever"),
            *("and_beh_yrk", "and_beh_est", "and_beh_ekhusa", "and_beh_nate"),
        ],
        rows=rows,
        text=["Inför nya gymnasieskolan 2011 skärptes kraven.", "Det finns flera krav: se nedan."],
    )


PROGRAMMES = (
    "Gymnasieskolan totalt (nationella program samt introduktionsprogram)",
    "Nationella program",
    "Bygg- och anläggningsprogrammet",
    "Introduktionsprogram",
)


def completion(year: int = 2021) -> Specimen:
    """Report 91: a group row above names that repeat, and a row that stands twice."""
    groups = [
        "Andel (%) som slutfört med examen",
        "Andel (%) som slutfört med studiebevis om 2500 poäng",
        "Andel (%) som startat och slutfört utbildningen inom samma program",
    ]
    rows = []
    for kommun in KOMMUNER[:2]:
        for at, programme in enumerate(PROGRAMMES):
            shares = ["72,6", "75,1", "75,9", "..", "~100", ".", "60,0", "61,0", "62,0"] if at < 3 else [".."] * 9
            rows.append([*who(kommun), "Samtliga", programme, f"1 {159 - at}", *shares])
    return Specimen(
        title="Gymnasieskola - Genomströmning inom 3, 4 och 5 år, GY11",
        label="Valt startläsår",
        period=f"{year}/{(year + 1) % 100:02d}",
        groups=[*[""] * 7, *[group for group in groups for _ in range(3)]],
        headings=[
            *("Kommun", "Kommun-kod", "Län", "Läns-kod", "Typ av huvudman", "Program", "Totalt antal"),
            *["Inom 3 år", "Inom 4 år", "Inom 5 år"] * 3,
        ],
        rows=[*rows, rows[0]],
    )


def pupils(year: int = 2025) -> Specimen:
    """Report 58: ``.`` is none in the counts and missing in the shares."""
    rows = [
        [*who(KOMMUNER[0]), "Samtliga", PROGRAMMES[0], "1 203", "50,1", "20,0", "..", "403", "400", "400"],
        [*who(KOMMUNER[0]), "Samtliga", PROGRAMMES[2], "30", ".", "..", ".", ".", "10", "20"],
        [*who(KOMMUNER[0]), "Enskild", PROGRAMMES[1], ".", ".", ".", ".", ".", ".", "."],
    ]
    return Specimen(
        title="Gymnasieskola - Antal elever, per program",
        label="Valt läsår",
        period=f"{year}/{(year + 1) % 100:02d}",
        headings=[
            *("Kommun", "Kommun-kod", "Län", "Läns-kod", "Typ av huvudman", "Program", "Antal elever"),
            *("Andel kvinnor (%)", "Andel m utl bakgr (%)", "Andel m högutb föräldrar (%)"),
            *("Antal elever skolår 1", "Antal elever skolår 2", "Antal elever skolår 3"),
        ],
        rows=rows,
    )


@dataclass
class Report:
    """A report as the service lists it."""

    id: str
    title: str
    form: str
    level: str
    make: Callable[[int], Specimen]
    years: list[int]
    area: str = "1"


@dataclass
class Faults:
    """Switches. A number counts down as the fault is used; only calls for files are hit."""

    dropped: int = 0
    """The connection is closed in the middle of an answer."""
    cut: int = 0
    """The answer is whole to the protocol but ends in the middle of a row."""
    html: int = 0
    fail: int = 0
    unpublished: set[int] = field(default_factory=set)
    """Years that answer 200 with headings and no rows."""
    wrong_year: bool = False
    """The file is about the year before the one asked for."""
    drifted: dict[str, str] = field(default_factory=dict)
    """Headings by what they are called instead."""
    differing: bool = False
    """A row stands twice with different numbers."""

    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, name: str) -> bool:
        with self.lock:
            left: int = getattr(self, name)
            setattr(self, name, max(0, left - 1))
            return left > 0


class SirisFake:
    """The state of a fake service."""

    def __init__(self) -> None:
        self.reports = [
            Report(
                "53", "Behörighet till gymnasieskolan, fr.o.m. 2011", "11", "K", eligibility, [2025, 2024, 2023]
            ),
            Report("5", "Behörighet till gymnasieskolan, fr.o.m. 2011", "11", "S", eligibility, [2025]),
            Report("138", "Slutbetyg årskurs 9, samtliga elever", "11", "K", eligibility, [2025]),
            Report("91", "Genomströmning inom 3, 4 och 5 år, GY11", "21", "K", completion, [2021, 2020]),
            Report("58", "Antal elever, per program", "21", "K", pupils, [2025], area="2"),
        ]
        self.faults = Faults()
        self.log: list[str] = []
        self.url = ""

    @property
    def files(self) -> list[str]:
        """The calls for whole files."""
        return [path for path in self.log if "runexport" in path and "pKommun=&" in path]

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, str, bytes]:
        name = path.removeprefix(API).strip("/")
        if name == "runexport":
            return self._file(query)
        form, level = query.get("pVerkform"), query.get("pNiva")
        if name == "verksamhetsformer":
            return _json({"verksamhetsformer": [_item("11", "Grundskola"), _item("21", "Gymnasieskola")]})
        if name == "niva":
            return _json([_item("S", "Skolenhet"), _item("K", "Kommun"), _item("L", "Län"), _item("R", "Riket")])
        if name == "omrade":
            return _json([_item("1", "Betyg och studieresultat"), _item("2", "Skolor och elever")])
        if name == "export":
            found = [r for r in self.reports if (r.form, r.level, r.area) == (form, level, query.get("pOmrade"))]
            return _json([{**_item(r.id, r.title), "egenskaper": {}} for r in found])
        report = next((r for r in self.reports if r.id == query.get("pExportID")), None)
        if name == "lasar" and report is not None:
            return _json({"data": [_item(str(year), str(year)) for year in report.years]})
        if name == "extra" and report is not None:
            return _json({"uttag": []})
        return 404, "text/html", b"<html>404</html>"

    def _file(self, query: dict[str, str]) -> tuple[int, str, bytes]:
        report = next((r for r in self.reports if r.id == query.get("pExportID")), None)
        if report is None or self.faults.take("html"):
            return 200, "text/html", b"<!DOCTYPE html><html>Sidan finns inte</html>"
        year = int(query["pAr"])
        specimen = report.make(year - 1 if self.faults.wrong_year else year)
        if query.get("pKommun"):
            specimen = replace(
                specimen, rows=[row for row in specimen.rows if row[1] == query["pKommun"]] or specimen.rows[:1]
            )
        if year in self.faults.unpublished or year not in report.years:
            specimen = replace(specimen, rows=[])
        if self.faults.differing and specimen.rows:
            specimen = replace(specimen, rows=[*specimen.rows, [*specimen.rows[0][:-1], "12,3"]])
        headings = [self.faults.drifted.get(heading, heading) for heading in specimen.headings]
        specimen = replace(specimen, headings=headings)
        if query.get("pFormat") == "xls":
            return 200, "application/vnd.ms-excel", specimen.xlsx()
        if query.get("pFormat") == "xml":
            return 200, "text/xml", specimen.xml()
        body = specimen.csv()
        if self.faults.take("cut"):
            body = body[: len(body) // 2]
        return 200, "text/csv", body


def _item(code: str, name: str) -> dict[str, str]:
    return {"kod": code, "namn": name}


def _json(content: object) -> tuple[int, str, bytes]:
    return 200, "application/json; charset=utf-8", orjson.dumps(content)


class _Handler(Handler):
    fake: SirisFake

    def do_GET(self) -> None:
        parts, faults = urlsplit(self.path), self.fake.faults
        self.fake.log.append(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        status, kind, body = self.fake.answer(parts.path, query)
        asked = "runexport" in self.path
        if asked and faults.take("fail"):
            status, kind, body = 500, "text/plain", b"Internal Server Error"
        self.send(status, kind, body, cut=asked and faults.take("dropped"))


@contextmanager
def serving_siris(fake: SirisFake) -> Iterator[SirisFake]:
    """Serve a fake on a free port of the loopback until the block ends."""
    handler = type("Handler", (_Handler,), {"fake": fake})
    with loopback(handler) as address:
        fake.url = f"{address}/siris"
        yield fake
