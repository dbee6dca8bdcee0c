"""A health check of the sources: each is asked a little, all at once, and one figure is read by our own reader."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.pxweb import load_px_sources
from uvas_stats.clean.pxweb import iter_observations
from uvas_stats.clean.readers import read_edition
from uvas_stats.errors import FetchError, UvasStatsError
from uvas_stats.fetch.http import Answer, HttpSettings
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.network import certificate_store, proxy_of
from uvas_stats.fetch.probes import PROBES, Asked, Probe, gather
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.snapshot import Snapshot
from uvas_stats.workspace import writing

__all__ = ["LIMIT", "Finding", "examine_sources"]

LIMIT = 45.0
"""Seconds that a source is waited for; with what is looked at on the computer all is done within 60."""
SETTINGS = HttpSettings(
    connect_timeout=5, read_timeout=30, total_timeout=40, attempts=1, refusals=2, longest_pause=5
)
WRONG_CLOCK = 3600.0
_SEND = "Spara svaren och skicka dem till den som sköter uvas_stats"
_BY_HAND = "Hämta filen för hand och kör uvas adopt tills läsaren ändrats"
_COMMAND = "uvas doctor --save MAPP"


@dataclass(frozen=True)
class Finding:
    """One line of a health check."""

    name: str
    ok: bool
    """Whether there is nothing to act on."""
    text: str
    seconds: float | None = None


@dataclass
class _Heard:
    """The answers of one source, kept in a folder as they come where that is wanted."""

    folder: Path | None = None
    count: int = 0
    clock: list[float] = field(default_factory=list)
    """Seconds that the service's clock is ahead of the computer's."""
    closed: bool = False

    def __call__(self, answer: Answer) -> None:
        try:
            there = parsedate_to_datetime(answer.headers.get("Date", ""))
            self.clock.append((there - dt.datetime.now(dt.UTC)).total_seconds())
        except (TypeError, ValueError):
            pass  # no date, or none that can be read
        if self.folder is None or self.closed:
            return
        self.count += 1
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        name = "" if _private(answer, kind) else f"{self.count:02d}{_suffix(answer, kind)}"
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            if name:
                (self.folder / name).write_bytes(answer.body)
            with (self.folder / "svar.csv").open("a", encoding="utf-8", newline="") as file:
                row = (self.count, answer.status, kind, len(answer.body), name or "inte sparad", answer.url)
                csv.writer(file, delimiter=";").writerow(row)


def _private(answer: Answer, kind: str) -> bool:
    """Tell whether an answer may be a login page of the network, which can name somebody or their computer."""
    return kind == "text/html" and b"/download/" not in answer.body


def _suffix(answer: Answer, kind: str) -> str:
    """Give the ending that a file of this kind has."""
    endings = {"application/json": ".json", "text/html": ".html", "text/csv": ".csv"}
    return ".xlsx" if answer.body.startswith(b"PK\x03\x04") else endings.get(kind, ".txt")


def _read(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read the one figure as a build would."""
    if snapshot.tables:
        return next(iter_observations(snapshot))
    return next(read_edition(snapshot, catalog.datasets[snapshot.dataset], catalog))


def _figure(frame: pd.DataFrame, catalog: Catalog) -> str:
    """Say the newest figure that has a value."""
    known = frame.loc[frame["value"].notna()]
    if known.empty:
        return "läst, utan något värde"
    row = known.sort_values("period_end", kind="stable").iloc[-1]
    value = f"{row['value']:.10g}".replace(".", ",")
    return f"läst: {catalog.measures[row['measure']].short} {row['region_code']} {row['period']} = {value}"


def _look(probe: Probe, clients: Clients, catalog: Catalog) -> tuple[Asked, str]:
    asked = probe.ask(clients, catalog.datasets[probe.dataset])
    if not asked.figure:
        return asked, "ingen uppgift läst (arbetsboken är stor)"
    with tempfile.TemporaryDirectory() as folder:
        snapshot = gather(asked, Path(folder), dt.datetime.now(dt.UTC))
        return asked, _figure(_read(snapshot, catalog), catalog)


def _examine(probe: Probe, clients: Clients, catalog: Catalog) -> tuple[bool, str]:
    """Ask one source and say in a line what was found."""
    try:
        asked, figure = _look(probe, clients, catalog)
        url, notes = _url(probe, clients), "".join(f" OBS: {note}" for note in asked.notes)
        by = f" genom proxyn {proxy_of(url)}" if proxy_of(url) else ""
        return True, f"nådd{by}, {certificate_store(url)}, {asked.as_declared}, {figure}.{notes}"
    except FetchError as error:
        return False, str(error)
    except UvasStatsError as error:  # the reader's: what the publisher sends has changed
        return (
            False,
            f"{error.reason}. {_BY_HAND}. {_SEND}: {_COMMAND}.",
        )
    except Exception as error:  # noqa: BLE001 - one source's fault must not hide what the others have to say
        return False, f"Oväntat fel i programmet: {type(error).__name__}. {_SEND}: {_COMMAND}."


def _url(probe: Probe, clients: Clients) -> str:
    """Give the address of a probe's source."""
    return (clients.source if probe.source in load_px_sources() else clients.web_source)(probe.source).url


def _clock(heard: Sequence[_Heard]) -> list[Finding]:
    """Compare the computer's clock with those of the services."""
    ahead = sorted(one for source in heard for one in source.clock)
    if not ahead:
        return []
    off = -ahead[len(ahead) // 2]
    if abs(off) < WRONG_CLOCK:
        return [Finding("Klocka", True, "går som tjänsternas")]
    way = "före" if off > 0 else "efter"
    return [
        Finding("Klocka", False, f"går {abs(off) / 3600:.0f} timmar {way} tjänsternas. Ställ datorns klocka rätt.")
    ]


def examine_sources(
    catalog: Catalog,
    addresses: Mapping[str, str],
    *,
    seconds: float = LIMIT,
    save: Path | None = None,
    settings: HttpSettings = SETTINGS,
    limits: Limits | None = None,
) -> list[Finding]:
    """Ask every source at once, and wait no longer than is said.

    Parameters
    ----------
    catalog
        What is declared.
    addresses
        Addresses in place of the catalog's, by source.
    seconds
        How long a source is waited for.
    save
        Where all answers are kept, a folder a source; None keeps nothing.
    settings, limits
        Time and size limits; tests change them.

    Returns
    -------
    list of Finding
        One a source, in the order they are declared, and one on the computer's clock.
    """
    began = time.monotonic()
    heard = {probe.dataset: _Heard(save / probe.dataset if save else None) for probe in PROBES}
    found: dict[str, Finding] = {}

    def run(probe: Probe) -> None:
        with Clients(addresses, settings, limits, heard[probe.dataset]) as clients:
            ok, text = _examine(probe, clients, catalog)
        found[probe.dataset] = Finding(probe.name, ok, text, time.monotonic() - began)

    threads = [threading.Thread(target=run, args=(probe,), daemon=True) for probe in PROBES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, began + seconds - time.monotonic()))
    for one in heard.values():
        one.closed = True
    late = f"svarade inte inom {seconds:.0f} s. Kör igen senare; hänger det alltid, fråga it-avdelningen om"
    lines = []
    for probe in PROBES:
        host = urlsplit(_url(probe, Clients(addresses))).hostname
        lines.append(found.get(probe.dataset) or Finding(probe.name, False, f"{late} {host}.", seconds))
    return [*lines, *_clock(list(heard.values()))]
