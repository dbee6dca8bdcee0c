"""All sources at once, each on a port of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as changed

from tests.fakes import af, documents, eurostat, fk, kolada, server, siris, web
from tests.fakes.loopback import loopback
from tests.fakes.tables import FakeTable, plain_var, time_var

BOOKS = (
    "web-sok-lan-kom-2026-08.xlsx",
    "web-inskrivna-arbetslosa-andel-av-bas-2026-08.xlsx",
)
COMPARISON = {
    "0": "Antal elever i årskurs 9",
    "1": "Andel (%) som uppfyllt betygskriterierna i alla ämnen",
    "2": "Andel (%) behöriga till yrkesprogram",
    "3": "Genomsnittligt meritvärde (17 ämnen)",
}


def comparison() -> server.Fake:
    """Give Skolverkets statistikdatabas with its table of grades."""
    table = FakeTable(
        "Grundskola_betyg.px",
        "Kommunala_jamforelsetal/Grundskola/Betyg/Grundskola_betyg.px",
        "Grundskola, betyg efter variable, level och time",
        [
            plain_var("variable", "variabel", COMPARISON),
            plain_var("level", "nivå", {"00": "Riket", "2180": "Gävle"}),
            changed(time_var(("2023", "2024")), code="time", label="tid"),
        ],
    )
    return server.Fake([table])


class _Skolverket(siris._Handler):
    """The export API and the document API, which are at one address."""

    documents: documents.Documents
    _file = documents._Handler._file

    def do_GET(self) -> None:
        (siris._Handler if "export_api" in self.path else documents._Handler).do_GET(self)  # type: ignore[arg-type]


@dataclass
class Everything:
    """The states of all fakes, and their addresses by source."""

    scb: server.Fake = field(default_factory=server.Fake)
    skolverket_px: server.Fake = field(default_factory=comparison)
    kolada: kolada.KoladaFake = field(default_factory=kolada.KoladaFake)
    fk: fk.FkFake = field(default_factory=fk.FkFake)
    eurostat: eurostat.EurostatFake = field(default_factory=eurostat.EurostatFake)
    af: af.AfSite = field(default_factory=lambda: af.AfSite(dict.fromkeys(BOOKS, b"")))
    siris: siris.SirisFake = field(default_factory=siris.SirisFake)
    documents: documents.Documents = field(default_factory=documents.Documents)
    addresses: dict[str, str] = field(default_factory=dict)


@contextmanager
def serving_everything() -> Iterator[Everything]:
    """Serve all sources until the block ends."""
    every = Everything()
    every.scb.calls = every.skolverket_px.calls = 1000
    handler = type("Handler", (_Skolverket,), {"fake": every.siris, "documents": every.documents})
    with ExitStack() as stack:
        for database in (every.scb, every.skolverket_px):
            stack.enter_context(server.serving(database))
        for service in (every.kolada, every.fk, every.eurostat):
            stack.enter_context(web.serving(service))
        stack.enter_context(af.serving(every.af))
        every.addresses = {
            "scb": every.scb.v2,
            "kolada": every.kolada.v3,
            "af": every.af.url,
            "siris": f"{stack.enter_context(loopback(handler))}/siris",
            "skolverket_px": every.skolverket_px.v1,
            "forsakringskassan": every.fk.url,
            "eurostat": every.eurostat.url + eurostat.BASE,
        }
        yield every
