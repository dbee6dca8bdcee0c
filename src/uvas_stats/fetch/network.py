"""The network of a municipality: the computer's own certificates and proxy, and what it means when they fail.

Nothing here quotes the text of an error: it may hold the password of a proxy.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import certifi
import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

from uvas_stats.errors import FetchError

__all__ = [
    "NoNetworkError",
    "SystemAdapter",
    "Trouble",
    "UnreachableError",
    "certificate_store",
    "deadline",
    "proxy_of",
    "read_trouble",
]

FIRST_TRY = 2.0
"""Seconds that each address of a host is given at first: one that hangs, as of IPv6, costs no more."""
_NOT_YET = (9, -67819)
_EXPIRED = (10, 0x800B0101, -67818)
"""Codes of OpenSSL, Windows and macOS; Windows has one code for both."""
_OTHER_HOST = (62, 64, 0x800B010F)
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
ASK_FOR_CERTIFICATE = (
    "Nätet granskar kanske krypterad trafik. Be it-avdelningen lägga dess rotcertifikat i datorns certifikatlager "
    "(det läses med truststore), eller ange filen i REQUESTS_CA_BUNDLE"
)
ASK_FOR_PROXY = (
    "Ange den i HTTPS_PROXY som http://användare:lösenord@värd:port, eller be it-avdelningen om en utan inloggning"
)


class UnreachableError(FetchError):
    """The service cannot be reached, so that asking again at once is no use."""


class NoNetworkError(UnreachableError):
    """It is the network rather than the service: no names are found, or the proxy lets nothing through."""


@dataclass(frozen=True)
class Trouble:
    """Why a call was not answered."""

    reason: str
    kind: type[FetchError] = FetchError
    again: bool = True
    """Whether it may pass, so that the call is made again."""
    todo: str = ""


_CALL = threading.local()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Cut the connections of a call that takes longer as a whole, however little at a time it is given.

    Raises
    ------
    requests.Timeout
        If it did.
    """
    sockets: list[socket.socket] = []
    late = threading.Event()

    def cut() -> None:
        late.set()
        for one in sockets:
            with suppress(OSError):  # it is closed already
                socket.socket.shutdown(
                    one, socket.SHUT_RDWR
                )  # past the encryption, which would wait for an answer

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    _CALL.sockets = sockets
    timer.start()
    try:
        yield
    except (OSError, ValueError, HTTPError) as error:
        if late.is_set():
            raise requests.Timeout("the whole answer took too long") from error
        raise
    finally:
        timer.cancel()
    if late.is_set():  # what was cut off may look whole
        raise requests.Timeout("the whole answer took too long")


class _Timed:
    """A connection whose socket the deadline of the call knows."""

    sock: Any

    def request(self, *given: Any, **named: Any) -> None:
        super().request(*given, **named)  # type: ignore[misc]
        if self.sock is not None and hasattr(_CALL, "sockets"):
            _CALL.sockets.append(self.sock)


class _Plain(_Timed, HTTPConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _Connection(_Timed, HTTPSConnection):
    def _new_conn(self) -> Any:
        """Connect with a short time for each address of the host, and only then with the whole time."""
        whole = self.timeout
        if not isinstance(whole, (int, float)) or whole <= FIRST_TRY:
            return super()._new_conn()
        try:
            self.timeout = FIRST_TRY
            return super()._new_conn()
        except NewConnectionError:
            raise
        except ConnectTimeoutError:
            self.timeout = whole
            return super()._new_conn()
        finally:
            self.timeout = whole


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


_POOLS = {"http": _PlainPool, "https": _Pool}


class SystemAdapter(HTTPAdapter):
    """Trust the operating system's certificates beside certifi's and those of ``REQUESTS_CA_BUNDLE``."""

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        """Make the connections that go straight to the service."""
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().init_poolmanager(*given, **named, ssl_context=context)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: Any, **named: Any) -> Any:
        """Make the connections that go by a proxy."""
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        manager = super().proxy_manager_for(proxy, **named, ssl_context=context)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def proxy_of(url: str) -> str:
    """Return host and port of the proxy that is used for an address, never its user or password; empty if none is.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", {"HTTPS_PROXY": "http://anna:hemligt@proxy.kommun.se:8080", "NO_PROXY": ""}):
    ...     proxy_of("https://api.kolada.se/v3")
    'proxy.kommun.se:8080'
    """
    proxy = select_proxy(url, get_environ_proxies(url)) or ""
    host = proxy.rpartition("@")[2].rpartition("//")[2].rstrip("/")
    return host if re.fullmatch(r"[\w.-]*(:[0-9]+)?", host) else "(okänd)"


def certificate_store(url: str, seconds: float = 5.0) -> str:
    """Say which store has what a service's certificate rests on: certifi's list, or what stands beside it."""
    if urlsplit(url).scheme != "https":
        return "ingen kryptering"
    with requests.Session() as session:
        try:
            session.head(url, timeout=seconds, verify=certifi.where(), allow_redirects=False)
        except requests.exceptions.SSLError:
            bundle = next((name for name in _BUNDLES if os.environ.get(name)), "")
            return "certifikat ur datorns lager" + (f" eller {bundle}" if bundle else "")
        except (OSError, ValueError, HTTPError):
            return "certifikatets lager okänt"
    return "certifikat ur certifi"


def _chain(error: BaseException | None, depth: int = 8) -> Iterator[BaseException]:
    """Give an error and those that it stands for: requests wraps urllib3's, which wraps that of the system."""
    if error is None or depth == 0:
        return
    yield error
    inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
    if isinstance(inner, BaseException):
        yield from _chain(inner, depth - 1)
    yield from _chain(error.__cause__, depth - 1)


def _certificate(errors: list[BaseException], url: str) -> Trouble:
    found = next((one for one in errors if isinstance(one, ssl.SSLCertVerificationError)), None)
    if found is None:
        return Trouble("Den krypterade förbindelsen gick inte att upprätta", again=False, todo=ASK_FOR_CERTIFICATE)
    code, today = getattr(found, "verify_code", 0), dt.datetime.now().astimezone().date()
    for codes, what in ((_NOT_YET, "gäller inte än"), (_EXPIRED, "har gått ut")):
        if code in codes:
            return Trouble(
                f"Certifikatet {what}, enligt datorns klocka som visar {today}",
                again=False,
                todo="Ställ klockan rätt; går den rätt ligger felet hos tjänsten eller i nätets granskning",
            )
    if code in _OTHER_HOST:
        what = "Certifikatet är utfärdat för en annan adress"
        return Trouble(
            what, again=False, todo=f"Kräver nätet inloggning: öppna {url} i en webbläsare, och kör igen"
        )
    said = getattr(found, "verify_message", "") or "okänd utfärdare"
    return Trouble(f"Certifikatet är inte betrott ({said})", again=False, todo=ASK_FOR_CERTIFICATE)


def _proxy(errors: list[BaseException], url: str) -> Trouble:
    refused = next(
        (m[1] for one in errors if (m := re.search(r"Tunnel connection failed: ([0-9]{3})", str(one)))), ""
    )
    proxy, host = proxy_of(url), urlsplit(url).hostname
    if refused == "407":
        return Trouble(f"Proxyn {proxy} kräver inloggning (407)", NoNetworkError, again=False, todo=ASK_FOR_PROXY)
    if refused:
        reason, todo = (
            f"Proxyn {proxy} släpper inte fram till tjänsten",
            f"Be it-avdelningen öppna för https://{host}",
        )
        return Trouble(f"{reason} ({refused})", UnreachableError, again=False, todo=todo)
    return Trouble(f"proxyn {proxy} går inte att nå", NoNetworkError, todo="Kontrollera HTTPS_PROXY och nätet")


def read_trouble(error: Exception, url: str) -> Trouble:
    """Say why a call was not answered, and whether it may be made again.

    Parameters
    ----------
    error
        What requests, urllib3 or the system raised.
    url
        The service's address.
    """
    errors = list(_chain(error))
    for kind, trouble in _KINDS:
        if isinstance(error, kind):
            return trouble if isinstance(trouble, Trouble) else trouble(errors, url)
    return _not_made(error, url)


def _broken(errors: list[BaseException], url: str) -> Trouble:
    if any(isinstance(one, NameResolutionError) for one in errors):
        reason = f"namnet {urlsplit(url).hostname} går inte att slå upp"
        return Trouble(reason, NoNetworkError, todo="Kontrollera nätförbindelsen")
    if any(isinstance(one, NewConnectionError) for one in errors):
        return Trouble("ingen tar emot förbindelsen", UnreachableError)
    return Trouble("förbindelsen bröts")


_KINDS: tuple[tuple[type[Exception], Trouble | Callable[[list[BaseException], str], Trouble]], ...] = (
    (requests.exceptions.ProxyError, _proxy),
    (requests.exceptions.SSLError, _certificate),
    (requests.exceptions.ConnectTimeout, Trouble("ingen förbindelse i tid", UnreachableError)),
    (requests.Timeout, Trouble("inget svar i tid")),
    (requests.exceptions.ContentDecodingError, Trouble("svaret gick inte att packa upp")),
    (requests.exceptions.ChunkedEncodingError, Trouble("förbindelsen bröts")),
    (requests.ConnectionError, _broken),
)


def _not_made(error: Exception, url: str) -> Trouble:
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        todo = "Kontrollera REQUESTS_CA_BUNDLE: filen med certifikat måste finnas och gå att läsa"
    else:
        todo = "Kontrollera HTTPS_PROXY" if proxy_of(url) else "Kontrollera adressen"
    return Trouble(f"Anropet kunde inte göras ({type(error).__name__})", again=False, todo=todo)
