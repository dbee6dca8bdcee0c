"""What a client of a PxWeb database does, whichever version of the protocol it speaks."""

from __future__ import annotations

import math
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from uvas_stats.fetch.http import Answer, Http, is_json
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.pxanswer import explain, verify
from uvas_stats.fetch.pxmodel import CodeList, Data, Query, Table, TableHit, Variable

__all__ = ["PxClient", "limits_from"]

LONGEST_WINDOW = 600.0
"""Seconds of the window of calls that a service may declare."""


def _number(content: Mapping[str, Any], key: str) -> float | None:
    """Read a positive, finite number; a limit of 0 or none at all means that the service does not say."""
    value = content.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        return None
    return float(value)


def limits_from(content: Any, cells_key: str, calls_key: str) -> Limits:
    """Read limits out of ``/config`` or ``?config``; what is missing there gets the careful default.

    Parameters
    ----------
    content
        What the service says.
    cells_key, calls_key
        What the version calls the most cells of a call, and the most calls of a window.

    Examples
    --------
    >>> limits_from({"maxDataCells": 150000, "maxCallsPerTimeWindow": 3, "timeWindow": 1},
    ...     "maxDataCells", "maxCallsPerTimeWindow")
    Limits(cells=150000, calls=3, seconds=1.0)
    >>> limits_from({}, "maxCells", "maxCalls")
    Limits(cells=100000, calls=10, seconds=10.0)
    """
    careful = Limits()
    if not isinstance(content, Mapping):
        return careful
    calls, seconds = _number(content, calls_key), _number(content, "timeWindow")
    if calls is None or seconds is None or seconds > LONGEST_WINDOW:  # half of a window says nothing
        calls, seconds = careful.calls, careful.seconds
    return Limits(int(_number(content, cells_key) or careful.cells), max(1, int(calls)), float(seconds))


class PxClient(ABC):
    """A client of one database; data is asked for by POST, and answers are kept as raw bytes.

    Parameters
    ----------
    http
        The connection.
    language, data_format
        What answers are to be in.
    """

    lists_all = False
    """Whether a search for nothing lists all tables."""

    def __init__(self, http: Http, language: str = "sv", data_format: str = "json-stat2") -> None:
        self.http = http
        self.language = language
        self.data_format = data_format
        self._limits: Limits | None = None
        self._lock = threading.Lock()

    @abstractmethod
    def table_url(self, table_id: str) -> str:
        """Give the address of a table's metadata."""

    @abstractmethod
    def table(self, table_id: str) -> Table:
        """Read a table's metadata."""

    @abstractmethod
    def codelist(self, variable: Variable, codelist_id: str) -> CodeList:
        """Read a code list."""

    @abstractmethod
    def search(self, text: str) -> Iterator[TableHit]:
        """Find tables, page after page."""

    @abstractmethod
    def body(self, query: Query) -> dict[str, object]:
        """Write the query as the service wants it."""

    @abstractmethod
    def _ask_limits(self) -> Limits: ...

    @abstractmethod
    def _data_path(self, table_id: str) -> str: ...

    def _data_params(self) -> dict[str, str]:
        return {}

    def data_url(self, table_id: str) -> str:
        """Give the address that a table's data is asked for at."""
        params = self._data_params()
        return self.http.base_url + self._data_path(table_id) + (f"?{urlencode(params)}" if params else "")

    def limits(self) -> Limits:
        """Ask the service for its limits, once, and give the answer to the limiter."""
        with self._lock:
            if self._limits is None:
                self._limits = self._ask_limits()
                self.http.limiter.set_limits(self._limits)
            return self._limits

    def data(self, table: Table, query: Query) -> Data:
        """Fetch the data of one query and compare the answer with it.

        By POST only: over GET a repeated key silently keeps the first value.
        """
        updated: list[str] = []

        def check(answer: Answer) -> None:
            updated.append(verify(answer, table, query))

        path, body = self._data_path(table.id), self.body(query)
        answer = self.http.call("POST", path, params=self._data_params(), body=body, check=check)
        if answer.status != 200:
            raise explain(answer, table, query)
        return Data(answer, updated[-1])

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _ask(self, path: str, what: str = "", params: Mapping[str, str] | None = None) -> Answer:
        answer = self.http.call("GET", path, params=params, check=is_json)
        if answer.status != 200:
            raise explain(answer, Table(what, "", "", ()) if what else None)
        return answer
