"""A small undamaged file of each kind that is read, and the public function that reads it."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from tests.clean import test_af_counts, test_af_openly, test_declared, test_kolada, test_mucf, test_ranking_list
from tests.fakes import af_books, kaa_workbook, siris
from tests.fakes.eurostat import EurostatFake
from tests.fakes.fk import FkFake
from tests.fakes.server import Fake, serving
from tests.fakes.web import serving as serving_web
from tests.register.lists import write_participants
from uvas_stats.build.invariants import relations
from uvas_stats.build.pipeline import read_checked
from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.catalog.pxweb import tables_of
from uvas_stats.catalog.similar import sort_groups
from uvas_stats.clean.pxweb import read_cube
from uvas_stats.errors import FetchError, door
from uvas_stats.fetch.adhoc import parse_query
from uvas_stats.fetch.http import Answer, read_json
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.pxclient import limits_from
from uvas_stats.fetch.pxweb import table_from_jsonstat
from uvas_stats.fetch.run import fetch_dataset
from uvas_stats.fetch.skolverket_documents import kaa_documents
from uvas_stats.fetch.sources import Clients, file_plan
from uvas_stats.raw.files import fetch_files
from uvas_stats.raw.snapshot import RawFile, Snapshot, read_snapshot
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.read import read_register, require_trust
from uvas_stats.report.docx_template import check_placeholders, open_template, read_template

DAY = dt.date(2026, 11, 21)
PERIOD = "Andra halvåret 2024, första halvåret 2025"
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
ORIGINALS = ("original", "json-stat", "table metadata", "service limits", "query", "document list")
"""How the names of the specimens begin that are original files."""
Read = Callable[[Path], tuple[pd.DataFrame, tuple[str, ...]]]


@dataclass(frozen=True)
class Specimen:
    """A file, what it is, and how a folder with it is read: to a frame, and notes on what was read otherwise."""

    name: str
    file: str
    content: bytes
    form: str
    read: Read
    beside: dict[str, bytes]

    def write(self, folder: Path, content: bytes) -> None:
        """Write the file with this content, and what lies beside it."""
        for file, body in {**self.beside, self.file: content}.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(body)


def _frames(folder: Path, snapshot: Snapshot, catalog: Catalog) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frames = list(read_checked(replace(snapshot, folder=folder), catalog, verified=True))
    odd = [line for frame in frames for line in relations(frame, catalog)]
    return pd.concat(frames, ignore_index=True), (*frames[0].attrs["notes"], *odd)


def _form(name: str, content: bytes) -> str:
    if content.startswith(b"PK"):
        return "zip"
    if content.lstrip(b"\xef\xbb\xbf \r\n")[:1] in (b"{", b"["):
        return "json"
    return (
        "xml" if content.lstrip(b"\xef\xbb\xbf").startswith(b"<") else "csv" if name.endswith(".csv") else "bytes"
    )


def _edition(
    catalog: Catalog, name: str, dataset: str, file: str, content: bytes, options: dict[str, str] | None = None
) -> Specimen:
    day = "2026-11-21"
    raw = (RawFile(file, "0" * 64, len(content)),)
    snapshot = Snapshot(dataset, day, "t", "p", "", DAY, "fri", raw, options=options or {})
    return Specimen(
        name, file, content, _form(file, content), partial(_frames, snapshot=snapshot, catalog=catalog), {}
    )


def _of_snapshot(catalog: Catalog, name: str, snapshot: Snapshot, file: str) -> Specimen:
    beside = {one.name: snapshot.path(one).read_bytes() for one in snapshot.files}
    content = beside.pop(file)
    read = partial(_frames, snapshot=snapshot, catalog=catalog)
    return Specimen(name, file, content, _form(file, content), read, beside)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _kolada(catalog: Catalog) -> Specimen:
    units, years = ("0000", "2182", "2161", "0114"), (2022, 2023, 2024)
    with _folder() as folder:
        items = [test_kolada.item(unit, year) for unit in units for year in years]
        snapshot = test_kolada.edition(folder, *items)
        return _of_snapshot(catalog, "kolada", snapshot, "values_001.json")


def _px(catalog: Catalog, dataset: str) -> Specimen:
    with _folder() as folder, serving(Fake()) as fake, Clients({"scb": fake.v2}) as clients:
        fake.calls = 1000
        edition = fetch_dataset(clients, dataset, tables_of(dataset), folder).edition
        assert edition is not None
        snapshot = read_snapshot(edition)
        return _of_snapshot(catalog, f"pxweb {dataset}", snapshot, snapshot.files[-1].name)


def _web(catalog: Catalog, dataset: str) -> Specimen:
    fake: Any = EurostatFake() if dataset == "eurostat_neet" else FkFake()
    with _folder() as folder, serving_web(fake) as served:
        address = {"eurostat": served.base} if dataset == "eurostat_neet" else {"forsakringskassan": served.url}
        with Clients(address, limits=Limits(calls=1000, seconds=1.0)) as clients:
            edition = fetch_files(file_plan(clients, catalog.datasets[dataset], folder), folder).edition
        assert edition is not None
        snapshot = read_snapshot(edition)
        return _of_snapshot(catalog, dataset, snapshot, snapshot.files[-1].name)


def _participants(catalog: Catalog) -> Specimen:
    with _folder() as folder:
        path, mapping_path = write_participants(folder)
        mapping, content = read_mapping(mapping_path), path.read_bytes()

    def read(folder: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
        register = read_register(folder / path.name, mapping, Key(), catalog, dt.date(2106, 9, 1))
        require_trust(register)
        tables = [table.drop(columns="person") for table in register.tables.values()]
        return pd.concat(tables, ignore_index=True), tuple(register.faults.lines())

    return Specimen("register participants", path.name, content, "csv", read, {})


def _answer(name: str, content: Any, take: Callable[[Path], Any], form: str = "json") -> Specimen:
    """Give an answer of a service, or another file that is no table: what is read is compared as text."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()

    def read(folder: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
        with door(FetchError("Tjänsten svarar i en annan form än väntat")):  # as fetch.sources and fetch.run do
            return pd.DataFrame({"text": [repr(take(folder / "svar"))]}), ()

    return Specimen(name, "svar", body, form, read, {})


def _as_answer(path: Path) -> Answer:
    return Answer("https://tjanst.example/api", 200, path.read_bytes(), {})


def _documents(path: Path) -> Any:
    def call(_: str, address: str, *, check: Callable[[Answer], None] | None = None, **__: object) -> Answer:
        answer = _as_answer(path)
        if "/lasar/" in address:
            answer = replace(answer, body=json.dumps({"data": [{"kod": PERIOD, "namn": PERIOD}]}).encode())
        if check is not None:
            check(answer)
        return answer

    http: Any = SimpleNamespace(call=call, base_url="https://siris.skolverket.se/siris")
    return kaa_documents(http)


def _template(path: Path) -> Any:
    name, data = read_template(path)
    return sorted(check_placeholders(open_template(name, data), name))


def _json(path: Path) -> Any:
    return read_json(_as_answer(path))


def _shared(name: str) -> bytes:
    return (SHARED / name).read_bytes()


def _original(catalog: Catalog, name: str, dataset: str) -> Specimen:
    path = Path(name)
    return _edition(catalog, f"original {path.name}", dataset, path.name.replace(" ", "_"), _shared(name))


def _head(path: str, lines: int) -> bytes:
    return b"".join((Path(__file__).resolve().parents[2] / path).read_bytes().splitlines(keepends=True)[:lines])


def _book(rows: Any) -> bytes:
    with _folder() as folder:
        return test_mucf.book(folder / "b.xlsx", **rows).read_bytes()


def _kaa(catalog: Catalog) -> Specimen:
    return _edition(
        catalog, "kaa", "skolverket_kaa", "4a.xlsx", kaa_workbook.workbook(kaa_workbook.Book("4A", PERIOD))
    )


def _declared(catalog: Catalog) -> Specimen:
    rows = [test_declared.HEADINGS, *(test_declared.changed("Kön", sex) for sex in ("Kvinnor", "Män", "Alla"))]
    return _edition(catalog, "declared", "fk_ohalsotal", "fil.xlsx", _book({"Tabell": rows}))


def _ranking(catalog: Catalog, form: str) -> Specimen:
    rows = test_ranking_list.rows_of(test_ranking_list.listed(catalog))
    content = getattr(test_ranking_list, f"as_{form}")(rows)
    return _edition(catalog, f"ranking {form}", "af_ranking", f"lista.{form}", content, {"period": "2009-11"})


SPECIMENS: dict[str, Callable[[Catalog], Specimen]] = {
    "kolada": _kolada,
    "kolada csv": lambda catalog: _edition(
        catalog, "kolada csv", "kolada", "k.csv", _head("data/raw/kolada/2026-11-21/kolada_published.csv", 80)
    ),
    "ranks csv": lambda catalog: _edition(
        catalog, "ranks csv", "kolada_ranks", "r.csv",
        _head("data/raw/kolada_ranks/2026-11-21/published_ranks.csv", 40),
    ),
    "tidy csv": lambda catalog: _edition(
        catalog, "tidy csv", "published_national", "n.csv",
        _head("data/raw/published_national/2026-11-21/published_national.csv", 40),
    ),
    "pxweb lan": lambda catalog: _px(catalog, "scb_neither_lan"),
    "eurostat": lambda catalog: _web(catalog, "eurostat_neet"),
    "forsakringskassan": lambda catalog: _web(catalog, "fk_activity_compensation"),
    "siris csv": lambda catalog: _edition(
        catalog, "siris csv", "siris_eligibility", "e.csv", siris.eligibility().csv()
    ),
    "siris xlsx": lambda catalog: _edition(
        catalog, "siris xlsx", "siris_completion", "c.xlsx", siris.completion().xlsx()
    ),
    "siris xml": lambda catalog: _edition(
        catalog, "siris xml", "siris_eligibility", "e.xml", siris.eligibility().xml()
    ),
    "kaa": _kaa,
    "af share": lambda catalog: _edition(
        catalog, "af share", "af_share", "web-inskrivna-arbetslosa-andel-av-bas-2024-02.xlsx",
        af_books.share_book(af_books.share_frame("2024-01", "2024-02")),
    ),
    "af registered": lambda catalog: _edition(
        catalog, "af registered", "af_registered", test_af_counts.SEEKERS,
        test_af_counts.seekers_book(test_af_counts.seekers(catalog)),
    ),
    "af openly": lambda catalog: _edition(
        catalog, "af openly", "af_openly_year", "t.csv", test_af_openly.YEARLY.encode()
    ),
    "mucf": lambda catalog: _edition(catalog, "mucf", "mucf", "m.xlsx", _book({"Blad1": test_mucf.whole()})),
    "declared": _declared,
    "ranking csv": lambda catalog: _ranking(catalog, "csv"),
    "ranking html": lambda catalog: _ranking(catalog, "html"),
    "ranking xlsx": lambda catalog: _ranking(catalog, "xlsx"),
    "register participants": _participants,
    "json-stat 1": lambda _: _answer(
        "json-stat 1", _shared("scb/jsonstat1_ungdomar_2016.json"),
        lambda path: read_cube(path.read_bytes(), "svar"),
    ),
    "json-stat 2": lambda _: _answer(
        "json-stat 2", _shared("scb/tab638_0330_0380_2000_2005.json"),
        lambda path: read_cube(path.read_bytes(), "svar"),
    ),
    "table metadata": lambda _: _answer(
        "table metadata", _shared("scb/TAB6471_metadata.json"), lambda path: table_from_jsonstat(_json(path), "T")
    ),
    "service limits": lambda _: _answer(
        "service limits", _shared("scb/config.json"),
        lambda path: limits_from(_json(path), "maxDataCells", "maxCallsPerTimeWindow"),
    ),
    "query": lambda _: _answer("query", _shared("scb/v1_query_popsize.json"), parse_query),
    "document list": lambda _: _answer(
        "document list",
        {"data": json.loads(_shared("skolverket/kaa_document_list_2026-10.json"))["dokument"][PERIOD]},
        _documents,
    ),
    "similar groups": lambda catalog: _answer(
        "similar groups",
        [{"id": "G1", "title": "Liknande kommuner, övergripande, Söderhamn, 2024",
          "members": [{"member_id": code} for code in ("2182", "2161", "0114")]}],
        lambda path: sort_groups(_json(path), catalog.regions),
    ),
    "template": lambda _: _answer(
        "template", read_template(None)[1],
        _template, "zip",
    ),
    "original ohalsotal": lambda catalog: _original(
        catalog, "forsakringskassan/ohalsotal_2024_11_06.xlsx", "fk_ohalsotal"
    ),
    "original mucf": lambda catalog: _original(catalog, "mucf/MUCF_20241108.xlsx", "mucf"),
    "original costs": lambda catalog: _original(
        catalog, "skolverket/kostnader_gymnasieskola_2023_kommun.csv", "siris_costs"
    ),
    "original costs xml": lambda catalog: _original(
        catalog, "skolverket/exp_kostnader_kommun_fklass_2016.xml", "siris_costs"
    ),
    "original eligibility": lambda catalog: _original(
        catalog, "skolverket/behorighet_grundskola_2024_25.csv", "siris_eligibility"
    ),
}  # fmt: skip
"""The specimens by name; those of the originals skip where these are not beside the checkout."""


def specimen(name: str) -> Specimen:
    """Make a specimen."""
    return SPECIMENS[name](load_catalog())
