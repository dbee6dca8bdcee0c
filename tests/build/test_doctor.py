"""The health check against all sources: well, down, slow, redirecting, drifted, behind a login page."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar

import pytest
from typer.testing import CliRunner

from tests.fakes.everything import Everything, serving_everything
from tests.fakes.loopback import Handler, authority, loopback
from uvas_stats.build import doctor
from uvas_stats.build.doctor import Finding, examine_sources
from uvas_stats.catalog import Catalog
from uvas_stats.cli.app import app
from uvas_stats.fetch.http import HttpSettings
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.network import certificate_store
from uvas_stats.fetch.probes import PROBES

WIDE = Limits(100_000, 1000, 1.0)
ALONE = HttpSettings(connect_timeout=1, read_timeout=20, attempts=1)
ONCE = HttpSettings(connect_timeout=1, read_timeout=0.3, attempts=1, refusals=1)
Look = Callable[..., dict[str, Finding]]


@pytest.fixture
def every() -> Iterator[Everything]:
    with serving_everything() as served:
        yield served


@pytest.fixture
def look(catalog: Catalog) -> Look:
    def call(addresses: dict[str, str], **more: object) -> dict[str, Finding]:
        given = {"limits": WIDE, "seconds": 20.0, **more}
        return {one.name: one for one in examine_sources(catalog, addresses, **given)}  # type: ignore[arg-type]

    return call


class Page(Handler):
    """Answers every call the same."""

    answer: ClassVar[tuple[int, bytes]] = (200, b"")
    location: ClassVar[str] = ""
    wait: ClassVar[threading.Event | None] = None

    def do_GET(self) -> None:
        if self.wait is not None:
            self.wait.wait(10)
        headers = {"Location": self.location + self.path} if self.location else {}
        self.send(self.answer[0], "text/html", self.answer[1], headers=headers)


def served(**told: object) -> type[Handler]:
    return type("Page", (Page,), told)


def same(url: str) -> dict[str, str]:
    """Give every source one address."""
    return {probe.source: url for probe in PROBES}


def test_every_source_that_is_well_is_one_line_with_a_figure_read(every: Everything, look: Look) -> None:
    found = look(every.addresses)
    assert [one.name for one in found.values() if not one.ok] == []
    assert list(found) == [*(probe.name for probe in PROBES), "Klocka"]
    assert found["SCB"].text == (
        "nådd, ingen kryptering, tabellen TAB638 som deklarerad, läst: Folkmängd 00 2024 = 210."
    )
    assert found["Arbetsförmedlingen, inskrivna"].text == (
        "nådd, ingen kryptering, länken till web-sok-lan-kom-2026-08.xlsx, "
        "ingen uppgift läst (arbetsboken är stor)."
    )
    read = [one.text for one in found.values() if "läst: " in one.text]
    assert len(read) == len(PROBES) - 2
    assert all(re.search(r"läst: .+ \S+ 20\d\d\S* = [\d,]+\.", text) for text in read), read
    assert "nyckeltal lämnades utanför" in found["Kolada"].text
    asked = len(every.scb.log) + len(every.kolada.log) + len(every.fk.log) + len(every.eurostat.log)
    assert asked < 40
    assert not [path for path in every.af.log if "/download/" in path]


def test_a_source_that_is_down_is_its_own_line_only(every: Everything, look: Look) -> None:
    found = look({**every.addresses, "kolada": "http://127.0.0.1:1/v3"}, settings=ALONE)
    assert [one.name for one in found.values() if not one.ok] == ["Kolada"]
    assert found["Kolada"].text == (
        "Tjänsten går inte att nå: ingen tar emot förbindelsen (http://127.0.0.1:1/v3). "
        "Kör igen senare; det som hämtats är kvar."
    )
    down = look(same("http://127.0.0.1:1"), settings=ONCE)
    assert len(down) == len(PROBES)
    said = (
        "Tjänsten går inte att nå: ingen tar emot förbindelsen (http://127.0.0.1:1). "
        "Kör igen senare; det som hämtats är kvar."
    )
    assert {one.text for one in down.values()} == {said}


def test_what_is_slow_is_said_and_what_hangs_is_left_at_the_limit(look: Look) -> None:
    free = threading.Event()
    with loopback(served(wait=free)) as url:
        slow = look(same(url), settings=ONCE)
        began = time.monotonic()
        hung = look(same(url), settings=HttpSettings(), seconds=1.0)
        took = time.monotonic() - began
        free.set()
    assert len(slow) == len(hung) == len(PROBES)
    assert all("inget svar i tid" in one.text and not one.ok for one in slow.values())
    assert took < 4
    assert {one.text for one in hung.values()} == {
        "svarade inte inom 1 s. Kör igen senare; hänger det alltid, fråga it-avdelningen om 127.0.0.1."
    }


def test_a_redirect_to_another_host_is_told(look: Look) -> None:
    with loopback(served(answer=(302, b""), location="https://annan.example")) as url:
        found = look(same(url), settings=ONCE)
    del found["Klocka"]
    assert len(found) == len(PROBES)
    for one in found.values():
        assert not one.ok
        assert one.text.startswith("Tjänsten hänvisar till en annan adress: https://annan.example/")
        assert one.text.endswith("Ange den nya adressen med --base-url om den är riktig.")


def test_a_login_page_of_the_network_is_named_and_not_kept(look: Look, tmp_path: Path) -> None:
    page = b'<!DOCTYPE html><html><a href="/login">Hej Anna Andersson</a></html>'
    with loopback(served(answer=(200, page))) as url:
        found = look(same(url), settings=ONCE, save=tmp_path)
    del found["Klocka"]
    assert len(found) == len(PROBES)
    for one in found.values():
        assert not one.ok
        assert "Kräver nätet inloggning: öppna " in one.text, one
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in kept} == {"svar.csv"}
    assert not any(b"Anna" in path.read_bytes() for path in kept)


def lose_title(every: Everything) -> None:
    every.scb.tables["TAB638"].title = "Antal företag"


def lose_kpi(every: Everything) -> None:
    del every.kolada.titles["N02797"]


def lose_link(every: Everything) -> None:
    every.af.files = {name: b"" for name in every.af.files if "sok" not in name}


def lose_heading(every: Everything) -> None:
    heading = every.siris.reports[0].make(2025).headings[-1]
    every.siris.faults.drifted = {heading: "Något helt annat, antal"}


def lose_table(every: Everything) -> None:
    every.documents.faults.drifted = True


def lose_label(every: Everything) -> None:
    table = every.skolverket_px.tables["Grundskola_betyg.px"]
    table.title = "Grundskola, lokaler"


def lose_lan(every: Everything) -> None:
    every.fk.lost_lan = "ALL"


def lose_country(every: Everything) -> None:
    every.eurostat.lost_geo = "SE"


@pytest.mark.parametrize(
    ("change", "name", "says"),
    [
        (lose_title, "SCB", "Tabellens titel är en annan. Deklarerat: folkmängden, region"),
        (lose_kpi, "Kolada", "Nyckeltalet N02797 finns inte hos Kolada"),
        (lose_link, "Arbetsförmedlingen, inskrivna", "Sidan saknar länk till"),
        (lose_heading, "Skolverket, SIRIS", "uvas doctor --save MAPP."),
        (lose_table, "Skolverket, KAA", "uvas doctor --save MAPP."),
        (lose_label, "Skolverkets statistikdatabas", "Tabellens titel är en annan. Deklarerat: betyg"),
        (lose_lan, "Försäkringskassan", "uvas doctor --save MAPP."),
        (lose_country, "Eurostat", "Eurostats områden är inte de väntade: SE."),
    ],
    ids=lambda one: one if isinstance(one, str) else getattr(one, "__name__", ""),
)
def test_what_has_drifted_is_one_right_line(
    every: Everything, look: Look, change: Callable[[Everything], None], name: str, says: str
) -> None:
    every.kolada.titles = dict(every.kolada.titles)
    change(every)
    found = look(every.addresses)
    assert [one.name for one in found.values() if not one.ok] == [name]
    assert says in found[name].text
    assert "\n" not in found[name].text


def test_all_answers_are_kept_as_they_came(every: Everything, look: Look, tmp_path: Path) -> None:
    look(every.addresses, save=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {probe.dataset for probe in PROBES}
    listed = (tmp_path / "scb_population" / "svar.csv").read_text(encoding="utf-8").splitlines()
    assert listed[-1].startswith(f"{len(listed)};200;application/json;")
    answer = (tmp_path / "scb_population" / listed[-1].split(";")[4]).read_bytes()
    assert b'"value":[210]' in answer.replace(b" ", b"")
    assert any(path.suffix == ".xlsx" for path in (tmp_path / "skolverket_kaa").iterdir())
    assert any(path.suffix == ".html" for path in (tmp_path / "af_share").iterdir())


def test_a_proxy_that_wants_a_password_is_told_without_it(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Proxy(Handler):
        def do_CONNECT(self) -> None:
            self.send(407, "text/plain", b"no")

    monkeypatch.setenv("NO_PROXY", "")
    with loopback(Proxy) as url:
        monkeypatch.setenv("HTTPS_PROXY", url.replace("//", "//anna:h3ml1g@"))
        found = look(same("https://tjanst.example"), settings=ONCE, save=tmp_path)
    host = url.removeprefix("http://")
    assert len(found) == len(PROBES)
    said = (
        f"Proxyn {host} kräver inloggning (407) (https://tjanst.example). Ange den i HTTPS_PROXY som "
        "http://användare:lösenord@värd:port, eller be it-avdelningen om en utan inloggning."
    )
    assert {one.text for one in found.values()} == {said}
    assert not list(tmp_path.iterdir())


def test_a_clock_that_is_wrong_is_seen(every: Everything, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = BaseHTTPRequestHandler.date_time_string
    monkeypatch.setattr(Handler, "date_time_string", lambda self: ahead(self, time.time() + 5 * 3600 + 60))
    clock = look(every.addresses)["Klocka"]
    assert (clock.ok, clock.text) == (False, "går 5 timmar efter tjänsternas. Ställ datorns klocka rätt.")


def test_a_fault_of_ours_hides_no_other_source(
    every: Everything, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = doctor._read

    def broken(snapshot: object, catalog: Catalog) -> object:
        if getattr(snapshot, "dataset", "") == "kolada":
            raise KeyError("hemligt")
        return read(snapshot, catalog)  # type: ignore[arg-type]

    monkeypatch.setattr(doctor, "_read", broken)
    found = look(every.addresses)
    assert [one.name for one in found.values() if not one.ok] == ["Kolada"]
    assert found["Kolada"].text == (
        "Oväntat fel i programmet: KeyError. Spara svaren och skicka dem till den som sköter uvas_stats: "
        "uvas doctor --save MAPP."
    )


def test_the_store_that_a_certificate_rests_on_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with loopback(served(), certificate="trusted") as url:
        assert certificate_store(url) == "certifikat ur datorns lager"
        monkeypatch.setattr("certifi.where", lambda: authority())
        assert certificate_store(url) == "certifikat ur certifi"


# The command


@pytest.fixture
def command(every: Everything, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Everything:
    monkeypatch.setenv("UVAS_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("UVAS_BASE_URL", " ".join(f"{name}={url}" for name, url in every.addresses.items()))
    monkeypatch.setattr(doctor, "examine_sources", _with_wide_limits(doctor.examine_sources))
    return every


def _with_wide_limits(call: Callable[..., list[Finding]]) -> Callable[..., list[Finding]]:
    return lambda *given, **named: call(*given, limits=WIDE, **named)


def test_the_command_prints_a_line_each_and_the_computers_after(command: Everything, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["doctor", "--save", str(tmp_path / "svar")])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == [
        *(f"OK  {probe.name}" for probe in PROBES),
        *(f"OK  {name}" for name in ("Klocka", "Arbetsmapp", "Typsnitt", "Wordmall", "Versioner")),
    ]
    assert lines[-1] == f"Svaren ligger i {tmp_path / 'svar'}"
    assert (tmp_path / "svar" / "doctor.txt").read_text(encoding="utf-8").splitlines() == lines[:-1]
    assert "truststore" in lines[-2]


def test_what_must_be_acted_on_is_exit_1(command: Everything, monkeypatch: pytest.MonkeyPatch) -> None:
    command.eurostat.lost_geo = "SE"

    def denied(**_: object) -> None:
        raise PermissionError(13, "denied")

    monkeypatch.setattr("tempfile.TemporaryFile", denied)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    wrong = [line for line in result.output.splitlines() if line.startswith("FEL ")]
    assert [line.split(":")[0] for line in wrong] == ["FEL Eurostat", "FEL Arbetsmapp"]
    assert wrong[1].startswith("FEL Arbetsmapp: Skrivning nekades (")
    assert wrong[1].endswith("välj en annan mapp. Eller ange en annan i UVAS_WORKSPACE.")
    assert result.output.endswith(f"2 av {len(PROBES) + 5} behöver en åtgärd.\n")
