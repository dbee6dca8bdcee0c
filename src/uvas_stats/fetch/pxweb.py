"""A client of PxWebApi version 2: metadata, code lists, search and data, always by POST and always raw bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer, Http, is_json, read_json
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.pxanswer import explain, verify
from uvas_stats.fetch.pxmodel import CodeList, Data, Query, Table, TableHit, Variable
from uvas_stats.formats.jsonstat import Dimension, take_apart

__all__ = ["PxWeb2", "limits_from", "table_from_jsonstat"]

PAGE_SIZE = 100
MOST_PAGES = 200


def _number(content: Mapping[str, Any], key: str) -> float | None:
    """Read a positive number; a limit of 0 or none at all means that the service does not say."""
    value = content.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
        return None
    return float(value)


def limits_from(content: Any, cells_key: str, calls_key: str) -> Limits:
    """Read limits out of ``/config`` or ``?config``; what is missing there gets the careful default.

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
    if calls is None or seconds is None:  # half of a window says nothing
        calls, seconds = careful.calls, careful.seconds
    return Limits(int(_number(content, cells_key) or careful.cells), max(1, int(calls)), float(seconds))


def _variable(dimension: Dimension, role: Mapping[str, Any]) -> Variable:
    # The key is codelists at SCB from 2.2.0; older servers and the specification write codeLists.
    lists = dimension.extension.get("codelists") or dimension.extension.get("codeLists") or ()
    return Variable(
        code=dimension.code,
        label=dimension.label,
        codes=dimension.codes,
        labels=dimension.labels,
        elimination=bool(dimension.extension.get("elimination", False)),
        time=dimension.code in (role.get("time") or ()),
        metric=dimension.code in (role.get("metric") or ()),
        units=dimension.units,
        codelists=tuple(CodeList(str(item["id"]), str(item.get("label", ""))) for item in lists),
        notes=dimension.notes,
    )


def table_from_jsonstat(content: Any, table_id: str) -> Table:
    """Read metadata in the form of a JSON-stat 2 dataset.

    Raises
    ------
    FetchError
        If it has not the parts of a dataset.
    """
    try:
        dataset = take_apart(content)
        return Table(
            id=table_id,
            title=dataset.label,
            updated=dataset.updated,
            variables=tuple(_variable(dimension, dataset.role) for dimension in dataset.dimensions),
            notes=dataset.notes,
            source=dataset.source,
            discontinued=bool((dataset.content.get("extension") or {}).get("discontinued")),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise FetchError(
            f"Tabellens metadata har inte väntad form ({error!r})", where=table_id, todo="Försök igen senare"
        ) from error


class PxWeb2:
    """A client of one PxWebApi 2 service."""

    def __init__(self, http: Http, language: str = "sv", data_format: str = "json-stat2") -> None:
        self.http = http
        self.language = language
        self.data_format = data_format
        self._limits: Limits | None = None
        self._lock = threading.Lock()
        self._lists: dict[str, CodeList] = {}

    def table_url(self, table_id: str) -> str:
        """Give the address of a table's metadata."""
        return f"{self.http.base_url}/tables/{quote(table_id, safe='')}/metadata?lang={self.language}"

    def data_url(self, table_id: str) -> str:
        """Give the address that a table's data is asked for at."""
        return (
            f"{self.http.base_url}/tables/{quote(table_id, safe='')}/data"
            f"?lang={self.language}&outputFormat={self.data_format}"
        )

    def limits(self) -> Limits:
        """Ask ``/config`` once and give the answer to the limiter."""
        with self._lock:
            if self._limits is None:
                content = self._get("/config", {})
                self._limits = limits_from(content, "maxDataCells", "maxCallsPerTimeWindow")
                self.http.limiter.set_limits(self._limits)
            return self._limits

    def table(self, table_id: str) -> Table:
        """Read a table's metadata."""
        answer = self._ask(f"/tables/{quote(table_id, safe='')}/metadata", {}, table_id)
        return replace(table_from_jsonstat(read_json(answer), table_id), raw=answer.body)

    def codelist(self, variable: Variable, codelist_id: str) -> CodeList:
        """Read a code list; each is asked for once."""
        known = [item.id for item in variable.codelists]
        if known and codelist_id.casefold() not in [item.casefold() for item in known]:
            raise FetchError(
                f"Kodlistan ”{codelist_id}” finns inte för {variable.code}",
                todo=f"Kodlistorna är {', '.join(known)}",
            )
        if codelist_id not in self._lists:
            content = self._get(f"/codelists/{quote(codelist_id, safe='')}", {}, codelist_id)
            values = content.get("values", [])
            self._lists[codelist_id] = CodeList(
                codelist_id,
                str(content.get("label", "")),
                tuple(str(item["code"]) for item in values),
                tuple(str(item.get("label", item["code"])) for item in values),
            )
        return self._lists[codelist_id]

    def search(self, text: str) -> Iterator[TableHit]:
        """Find tables, discontinued ones too, page after page until the last."""
        for page in range(1, MOST_PAGES + 1):
            content = self._get(
                "/tables",
                {
                    "query": text,
                    "includeDiscontinued": "true",
                    "pageNumber": str(page),
                    "pageSize": str(PAGE_SIZE),
                },
            )
            for item in content.get("tables", []):
                yield TableHit(
                    id=str(item.get("id", "")),
                    title=str(item.get("label", "")),
                    updated=str(item.get("updated") or ""),
                    first_period=str(item.get("firstPeriod") or ""),
                    last_period=str(item.get("lastPeriod") or ""),
                    variables=tuple(item.get("variableNames") or ()),
                    discontinued=bool(item.get("discontinued")),
                )
            if page >= int((content.get("page") or {}).get("totalPages") or 0):
                return

    def body(self, query: Query) -> dict[str, object]:
        """Write a query in the form of version 2."""
        selection = []
        for code, values in query.codes.items():
            item: dict[str, object] = {"variableCode": code, "valueCodes": list(values)}
            if code in query.codelists:
                item["codelist"] = query.codelists[code]
            selection.append(item)
        return {"selection": selection}

    def data(self, table: Table, query: Query) -> Data:
        """Fetch data. POST only: over GET a repeated key silently keeps the first value."""
        updated: list[str] = []
        answer = self.http.call(
            "POST",
            f"/tables/{quote(table.id, safe='')}/data",
            params={"lang": self.language, "outputFormat": self.data_format},
            body=self.body(query),
            check=keeper(table, query, updated),
        )
        if answer.status != 200:
            raise explain(answer, table, query)
        return Data(answer, updated[-1])

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _ask(self, path: str, params: Mapping[str, str], what: str = "") -> Answer:
        answer = self.http.call("GET", path, params={"lang": self.language, **params}, check=is_json)
        if answer.status != 200:
            raise explain(answer, Table(what, "", "", ()) if what else None)
        return answer

    def _get(self, path: str, params: Mapping[str, str], what: str = "") -> Any:
        return read_json(self._ask(path, params, what))


def keeper(table: Table, query: Query, updated: list[str]) -> Callable[[Answer], None]:
    """Make the check of a data answer; it leaves behind when the table was updated."""

    def check(answer: Answer) -> None:
        updated.append(verify(answer, table, query))

    return check
