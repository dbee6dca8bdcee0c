"""A municipality's network: certificates, proxies, redirects, an address that hangs, and no network at all."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import pytest
from urllib3.util import connection

from tests.fakes.loopback import Handler, authority, loopback
from tests.fetch.conftest import QUICK
from uvas_stats.catalog.sources import load_web_sources
from uvas_stats.errors import FetchError
from uvas_stats.fetch import network
from uvas_stats.fetch.http import Http, HttpSettings, get_json
from uvas_stats.fetch.limits import RateLimiter
from uvas_stats.fetch.network import NoNetworkError
from uvas_stats.fetch.sources import Clients

PASSWORD = "h3ml1g/t#"


class Site(Handler):
    """Answers every path with what it is told, and counts."""

    redirects: ClassVar[dict[str, str]] = {}
    asked: ClassVar[list[str]] = []
    body: ClassVar[bytes] = b"{}"
    tunnel: ClassVar[int] = 407

    def do_GET(self) -> None:
        self.asked.append(self.path)
        path = self.path.partition("?")[0]
        if path in self.redirects:
            self.send(302, "text/html", b"moved", headers={"Location": self.redirects[path]})
        else:
            self.send(200, "application/json", self.body)

    def do_POST(self) -> None:
        self.do_GET()

    def do_CONNECT(self) -> None:
        self.asked.append(self.headers.get("Proxy-Authorization", ""))
        self.send(self.tunnel, "text/plain", b"no")
        self.close_connection = True


@contextmanager
def site(certificate: str = "", **told: object) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = type("Site", (Site,), {**told, "asked": asked})
    with loopback(handler, certificate=certificate) as url:
        yield url, asked


def client(url: str, settings: HttpSettings = QUICK) -> Http:
    return Http(url, RateLimiter(), settings, sleep=lambda _: None)


def message(http: Http, path: str = "/a", method: str = "GET") -> str:
    with pytest.raises(FetchError) as caught:
        http.call(method, path)
    return str(caught.value)


# Certificates

TRUST = (
    "Nätet granskar kanske krypterad trafik. Be it-avdelningen lägga dess rotcertifikat i datorns certifikatlager "
    "(det läses med truststore), eller ange filen i REQUESTS_CA_BUNDLE."
)


def test_a_certificate_in_the_computers_own_store_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    with site("trusted") as (url, _):
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        assert (
            message(client(url))
            == f"Certifikatet är inte betrott (unable to get local issuer certificate) ({url}). {TRUST}"
        )
        monkeypatch.setenv("SSL_CERT_FILE", authority())  # the store of OpenSSL
        assert client(url).call("GET", "/a").status == 200


@pytest.mark.parametrize(("certificate", "what"), [("expired", "har gått ut"), ("future", "gäller inte än")])
def test_a_certificate_of_another_time_names_the_clock(
    monkeypatch: pytest.MonkeyPatch, certificate: str, what: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority())
    with site(certificate) as (url, _):
        said = message(client(url))
    assert said.startswith(f"Certifikatet {what}, enligt datorns klocka som visar {time.strftime('%Y-%m-%d')} (")
    assert said.endswith("Ställ klockan rätt; går den rätt ligger felet hos tjänsten eller i nätets granskning.")


def test_a_certificate_of_another_host_is_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority())
    with site("other") as (url, _):
        assert message(client(url)) == (
            f"Certifikatet är utfärdat för en annan adress ({url}). "
            f"Kräver nätet inloggning: öppna {url} i en webbläsare, och kör igen."
        )


def test_a_bundle_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/finns/inte.pem")
    monkeypatch.setenv("NO_PROXY", "*")
    said = message(client("https://tjanst.example"))
    assert said == (
        "Anropet kunde inte göras (OSError) (https://tjanst.example). Kontrollera REQUESTS_CA_BUNDLE: filen med "
        "certifikat måste finnas och gå att läsa."
    )


# Proxies


def test_a_proxy_that_wants_a_password_says_so_and_the_password_is_never_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    with site() as (url, asked):
        host = url.removeprefix("http://")
        monkeypatch.setenv("HTTPS_PROXY", f"http://anna:{PASSWORD.replace('/', '%2F').replace('#', '%23')}@{host}")
        said = message(client("https://tjanst.example"))
    assert said == (
        f"Proxyn {host} kräver inloggning (407) (https://tjanst.example). Ange den i HTTPS_PROXY som "
        "http://användare:lösenord@värd:port, eller be it-avdelningen om en utan inloggning."
    )
    assert asked[0].startswith("Basic ")  # it was sent


@pytest.mark.parametrize("proxy", [f"http://anna:{PASSWORD}@127.0.0.1:1", f"htp:/anna:{PASSWORD}", "http://"])
def test_a_proxy_that_is_none_is_one_line_without_the_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(FetchError) as caught:
        client("https://tjanst.example").call("GET", "/a")
    error: BaseException | None = caught.value
    while error is not None and not error.__suppress_context__:
        assert "h3ml1g" not in str(error)
        error = error.__context__
    assert "roxy" in str(caught.value) or "PROXY" in str(caught.value)


def test_a_proxy_that_blocks_the_service_names_what_to_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    with site(tunnel=403) as (url, _):
        monkeypatch.setenv("HTTPS_PROXY", url)
        said = message(client("https://tjanst.example/v3"))
    assert said == (
        f"Proxyn {url.removeprefix('http://')} släpper inte fram till tjänsten (403) (https://tjanst.example/v3). "
        "Be it-avdelningen öppna för https://tjanst.example."
    )


# Redirects


def test_a_redirect_within_the_host_is_followed() -> None:
    with site(redirects={"/a": "/b?x=1", "/b": "c"}) as (url, asked):
        assert client(url).call("GET", "/a", params={"q": "å"}).status == 200
    assert asked == ["/a?q=%C3%A5", "/b?x=1", "/c"]


@pytest.mark.parametrize(
    "target", ["https://annan.example/b", "http://127.0.0.1:1/b", "//annan.example/b", "file:///etc/passwd", "/a"]
)
def test_a_redirect_to_another_host_or_in_a_circle_is_not_followed(target: str) -> None:
    with site(redirects={"/a": target}) as (url, asked):
        said = message(client(url))
    assert said.startswith(f"Tjänsten hänvisar till en annan adress: {target} (")
    assert len(asked) == (4 if target == "/a" else 1)


def test_a_question_that_is_posted_is_not_lost_on_the_way() -> None:
    with site(redirects={"/a": "/b"}) as (url, asked):
        assert "hänvisar till en annan adress" in message(client(url), method="POST")
    assert asked == ["/a"]


# What hangs, and what is not there


def test_an_address_that_hangs_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority())
    monkeypatch.setattr(network, "FIRST_TRY", 0.3)
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)  # takes one connection that nobody answers, and lets the next hang
    taken = [socket.socket() for _ in range(2)]
    for one in taken:
        one.setblocking(False)
        one.connect_ex(full.getsockname())
    found = socket.getaddrinfo
    with site("trusted") as (url, _):

        def two(host: str, port: int, *more: object) -> list[object]:
            return [*found("127.0.0.1", full.getsockname()[1], *more), *found(host, port, *more)]  # type: ignore[arg-type]

        monkeypatch.setattr(connection.socket, "getaddrinfo", two)
        began = time.monotonic()
        assert client(url, HttpSettings(connect_timeout=30)).call("GET", "/a").status == 200
    assert time.monotonic() - began < 5
    for one in (full, *taken):
        one.close()


def test_no_network_is_said_after_two_tries_and_then_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    tries = []

    def nowhere(*asked: object, **_: object) -> None:
        tries.append(asked)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(connection.socket, "getaddrinfo", nowhere)
    http = client("https://tjanst.example")
    expected = (
        "Tjänsten går inte att nå: namnet tjanst.example går inte att slå upp (https://tjanst.example). "
        "Kontrollera nätförbindelsen."
    )
    for _ in range(3):
        assert message(http) == expected
    assert len(tries) == 2
    with pytest.raises(NoNetworkError):
        http.call("GET", "/a")


def test_the_login_page_of_a_network_is_named() -> None:
    with site(body=b"<html>Logga in</html>") as (url, asked):
        with pytest.raises(FetchError) as caught:
            get_json(client(url), "/a", "Tjänsten", lambda _: True)
        assert str(caught.value) == (
            f"Tjänsten svarar inte som den ska: en webbsida kom i stället för data ({url}/a). Försökte 4 gånger. "
            f"Kräver nätet inloggning: öppna {url} i en webbläsare. "
            "Annars kör igen senare; det som hämtats är kvar."
        )
        with pytest.raises(FetchError, match="Försökte en gång"):
            get_json(client(url).brief(), "/a", "Tjänsten", lambda _: True)
    assert len(asked) == QUICK.attempts + 1


def test_a_source_says_how_long_its_answers_take() -> None:
    assert load_web_sources()["siris"].read_timeout == 180
    with Clients() as clients:
        assert clients.http("siris").settings.read_timeout == 180
        assert clients.http("kolada").settings.read_timeout == 60
        assert clients.http("siris").brief().settings.read_timeout == 20
