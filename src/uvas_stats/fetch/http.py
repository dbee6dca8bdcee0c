"""Requests that have a timeout, keep the limits, are tried again when that helps, and never grow without bound."""

from __future__ import annotations

import copy
import ipaddress
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson
import requests
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util import Retry

from uvas_stats.errors import FetchError, door
from uvas_stats.fetch.limits import RateLimiter
from uvas_stats.fetch.network import NoNetworkError, SystemAdapter, UnreachableError, deadline, read_trouble

__all__ = [
    "Answer",
    "BadBodyError",
    "Http",
    "HttpSettings",
    "ServiceFailingError",
    "check_address",
    "get_json",
    "is_json",
    "is_loopback",
    "read_json",
]

USER_AGENT = f"uvas_stats/{version('uvas-stats')}"
TRY_AGAIN_STATUS = (500, 502, 503, 504)
MOST_REDIRECTS = 3
PAGE = "en webbsida kom i stället för data"
PORTAL = "Kräver nätet inloggning: öppna {} i en webbläsare. Annars kör igen senare; det som hämtats är kvar"
BOM = b"\xef\xbb\xbf"


class ServiceFailingError(FetchError):
    """The service answers 500 each time; a smaller selection may be less than it can bear."""


class BadBodyError(FetchError):
    """An answer that is whole but is not what was asked for; asking again may help."""


@dataclass(frozen=True)
class Answer:
    """What a service answered, byte for byte."""

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class HttpSettings:
    """Time and size limits of a client."""

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    total_timeout: float = 600.0
    attempts: int = 5
    """How many times a call is made when the service fails."""
    refusals: int = 12
    """How many 429 one call endures."""
    backoff: float = 0.5
    """Seconds before the second attempt; doubled for each one after."""
    longest_pause: float = 300.0
    max_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True)
class _Again:
    """Why a call is to be made again, and after how long."""

    reason: str
    wait: float
    refused: bool = False
    kind: type[FetchError] = FetchError
    """The error if it is given up."""
    todo: str = ""
    body: bytes = b""
    """The answer that was not taken, unless it is a web page."""


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("scb.se")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_address(url: str) -> str:
    """Return the address without a trailing slash if it may be called: https, or http on this machine.

    Raises
    ------
    FetchError
        If it is anything else.

    Examples
    --------
    >>> check_address("https://example.org/api/")
    'https://example.org/api'
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - raises where it is no port
    except ValueError as error:
        raise FetchError("Adressen är felskriven", where=url, todo="Skriv den som https://värd/sökväg") from error
    if parts.username or parts.password:
        raise FetchError("Adressen innehåller ett lösenord", where=host, todo="Ange den utan inloggning")
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise FetchError(
            "Adressen är inte tillåten", where=url, todo="Använd https (http bara för den egna datorn)"
        )
    return url.rstrip("/")


def retry_after_seconds(text: str | None) -> float | None:
    """Read a ``Retry-After`` header: seconds or a date.

    Examples
    --------
    >>> retry_after_seconds("7"), retry_after_seconds(None), retry_after_seconds("soon")
    (7.0, None, None)
    """
    try:
        seconds = None if text is None else float(Retry().parse_retry_after(text))
    except (InvalidHeader, ValueError, ArithmeticError):  # a date that does not exist is a ValueError
        return None
    return seconds


def read_json(answer: Answer) -> Any:
    """Read a body as JSON, with or without a byte order mark.

    Raises
    ------
    BadBodyError
        If it is a web page or not JSON: often a passing fault, so the call may be made again.
    """
    body = answer.body.removeprefix(BOM)
    if body.lstrip()[:1] == b"<":
        raise BadBodyError(PAGE, where=answer.url)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadBodyError(f"svaret är inte giltig JSON ({error})", where=answer.url) from error


def is_json(answer: Answer) -> None:
    """Refuse a body that is not JSON, so that the call is made again."""
    read_json(answer)


class Http:
    """A client of one service.

    Parameters
    ----------
    base_url
        What all paths are put after.
    limiter
        Shared by all threads; every attempt is counted in it.
    settings
        Time and size limits.
    sleep
        Replaced by tests.
    hear
        Is given every answer as it came, also those that are not used.
    """

    def __init__(
        self,
        base_url: str,
        limiter: RateLimiter,
        settings: HttpSettings | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        hear: Callable[[Answer], None] | None = None,
    ) -> None:
        self.base_url = check_address(base_url)
        self.limiter = limiter
        self.settings = settings or HttpSettings()
        self._sleep = sleep
        self._hear = hear
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        adapter = SystemAdapter(pool_connections=2, pool_maxsize=16)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        # A proxy of the environment is used for the outside world, never for this machine.
        self._session.trust_env = not is_loopback(urlsplit(self.base_url).hostname or "")
        self._unreachable: UnreachableError | None = None

    def brief(self, seconds: float = 20.0) -> Http:
        """Return the same connection for a call that can be done without: one try, and no long wait."""
        short = copy.copy(self)
        wait = min(seconds, self.settings.read_timeout)
        short.settings = replace(
            self.settings, attempts=1, refusals=1, read_timeout=wait, total_timeout=seconds, longest_pause=0.0
        )
        return short

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        check: Callable[[Answer], None] | None = None,
    ) -> Answer:
        """Make a call and return the answer, also one with status 400 or 403, which the caller explains.

        Parameters
        ----------
        method, path, params, body
            ``body`` is sent as JSON.
        check
            Looks at a whole answer and raises BadBodyError if the call should be made again.

        Raises
        ------
        FetchError
            If the service cannot be reached, keeps failing, or answers too much.
        """
        if (down := self._unreachable) is not None:  # was given up a moment ago: the wait is not made twice
            raise type(down)(down.what, where=down.where, todo=down.todo)
        failures = refusals = 0
        while True:
            self.limiter.acquire()
            outcome = self._attempt(method, path, params, body, check)
            if isinstance(outcome, Answer):
                return outcome
            failures += not outcome.refused
            refusals += outcome.refused
            most = min(2, self.settings.attempts) if outcome.kind is NoNetworkError else self.settings.attempts
            if failures >= most or refusals >= self.settings.refusals:
                raise self._given_up(outcome, path, failures + refusals)
            if outcome.refused:
                self.limiter.pause(outcome.wait)
            else:
                self._sleep(outcome.wait * 2 ** (failures - 1))

    def _given_up(self, outcome: _Again, path: str, tries: int) -> FetchError:
        """Make the error of a call that has been made often enough."""
        if issubclass(outcome.kind, UnreachableError):
            todo = outcome.todo or "Kör igen senare; det som hämtats är kvar"
            error = outcome.kind(f"Tjänsten går inte att nå: {outcome.reason}", where=self.base_url, todo=todo)
            self._unreachable = error
            return error
        often = "en gång" if tries == 1 else f"{tries} gånger"
        given_up = outcome.kind(
            f"Tjänsten svarar inte som den ska: {outcome.reason}",
            where=self.base_url + path,
            todo=f"Försökte {often}. {outcome.todo or 'Kör igen senare; det som hämtats är kvar'}",
        )
        given_up.body = outcome.body
        return given_up

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _attempt(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        check: Callable[[Answer], None] | None,
    ) -> Answer | _Again:
        try:
            answer = self._send(method, self.base_url + path, params, body)
            for _ in range(MOST_REDIRECTS):
                url = self._next(answer, method)
                if url is None:
                    break
                self.limiter.acquire()
                answer = self._send(method, url, None, body)
        except (OSError, ValueError, HTTPError) as error:  # those of requests are OSErrors
            trouble = read_trouble(error, self.base_url)
        else:
            return self._judge(answer, check)
        if not trouble.again:  # the cause is cut off: it may hold the password of a proxy
            raise trouble.kind(trouble.reason, where=self.base_url, todo=trouble.todo)
        return _Again(trouble.reason, self.settings.backoff, kind=trouble.kind, todo=trouble.todo)

    def _next(self, answer: Answer, method: str) -> str | None:
        """Give the address that an answer refers to, if it may be called: of the same host, the same way."""
        location = answer.headers.get("Location")
        if answer.status not in (301, 302, 303, 307, 308) or not location:
            return None
        if method != "GET" and answer.status not in (307, 308):  # the question would be lost on the way
            return None
        try:
            url = urljoin(answer.url, location)
            there, here = urlsplit(url), urlsplit(self.base_url)
        except ValueError:  # no address
            return None
        return url if (there.scheme, there.netloc) == (here.scheme, here.netloc) else None

    def _judge(self, answer: Answer, check: Callable[[Answer], None] | None) -> Answer | _Again:
        if answer.status == 429:
            return self._refused(answer)
        if answer.status in TRY_AGAIN_STATUS:
            return _Again(f"fel {answer.status} i tjänsten", self.settings.backoff, kind=ServiceFailingError)
        if 300 <= answer.status < 400:
            raise FetchError(
                f"Tjänsten hänvisar till en annan adress: {answer.headers.get('Location', '')}",
                where=answer.url,
                todo="Ange den nya adressen med --base-url om den är riktig",
            )
        if answer.status == 200 and check is not None:
            try:
                with door(BadBodyError("svaret är av annat slag än väntat", where=answer.url)):
                    check(answer)
            except BadBodyError as error:
                todo = PORTAL.format(self.base_url) if error.what == PAGE else ""
                body = b"" if answer.body.removeprefix(BOM).lstrip()[:1] == b"<" else answer.body
                return _Again(error.what, self.settings.backoff, todo=todo, body=body)
            except FetchError as error:
                error.body = answer.body
                raise
        return answer

    def _refused(self, answer: Answer) -> _Again:
        wait = retry_after_seconds(answer.headers.get("Retry-After"))
        if wait is None:
            wait = self.limiter.limits.seconds
        if wait > self.settings.longest_pause:
            raise FetchError(
                f"Tjänsten vill inte ha fler anrop på {wait:.0f} sekunder",
                where=answer.url,
                todo="Kör igen senare; det som hämtats är kvar",
            )
        return _Again("för många anrop (429)", wait, refused=True)

    def _send(
        self, method: str, url: str, params: Mapping[str, str] | None, body: Mapping[str, Any] | None
    ) -> Answer:
        settings = self.settings
        with (
            deadline(settings.total_timeout),
            self._session.request(
                method,
                url,
                params=params,
                json=body,
                timeout=(settings.connect_timeout, settings.read_timeout),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            chunks, size = [], 0
            for chunk in response.iter_content(1 << 18):
                chunks.append(chunk)
                size += len(chunk)
                if size > settings.max_bytes:
                    raise FetchError(
                        f"Svaret är större än {settings.max_bytes // 2**20} MB",
                        where=response.url,
                        todo="Begränsa urvalet",
                    )
            answer = Answer(response.url, response.status_code, b"".join(chunks), response.headers)
        if self._hear is not None:
            self._hear(answer)
        return answer


def get_json(http: Http, path: str, who: str, fits: Callable[[Any], bool]) -> bytes:
    """Get an answer that is whole JSON of the expected kind.

    Parameters
    ----------
    http, path
        The connection, and the path with its query.
    who
        The service's name, for messages.
    fits
        Tells whether the content is of the kind that was asked for.

    Raises
    ------
    FetchError
        If the service does not answer, refuses the question, or answers something else each time.
    """

    def check(answer: Answer) -> None:
        content = read_json(answer)
        if isinstance(content, dict) and "error" in content:
            raise FetchError(
                f"{who} svarar med ett fel: {str(content['error'])[:200]}",
                where=answer.url,
                todo="Kör igen senare",
            )
        if not fits(content):
            raise BadBodyError("svaret är av annat slag än väntat")

    answer = http.call("GET", path, check=check)
    if answer.status != 200:
        raise FetchError(
            f"{who} svarar {answer.status}",
            where=answer.url,
            todo="Kontrollera om tabellen finns kvar; inget har lagrats",
        )
    return answer.body
