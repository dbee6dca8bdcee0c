"""A client of PxWebApi version 2: metadata, code lists, search and data, always by POST and always raw bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer, Http
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.pxerrors import explain, parse_json
from uvas_stats.fetch.pxmodel import CodeList, Data, Query, Table, TableHit, Variable
from uvas_stats.fetch.verify import verify

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


def _ordered(category: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the codes in the order of their positions, whatever the order of the keys."""
    index = category.get("index")
    if isinstance(index, Mapping):
        return tuple(sorted(index, key=lambda code: int(index[code])))
    if isinstance(index, list):
        return tuple(index)
    return tuple(category.get("label", {}))


def _notes(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Mapping):
        return tuple(note for item in value.values() for note in _notes(item))
    return tuple(str(note) for note in value or ())


def _variable(code: str, content: Mapping[str, Any], role: Mapping[str, Any]) -> Variable:
    category, extension = content.get("category", {}), content.get("extension") or {}
    codes = _ordered(category)
    labels = category.get("label", {})
    # The key is codelists at SCB from 2.2.0; older servers and the specification write codeLists.
    lists = extension.get("codelists") or extension.get("codeLists") or ()
    units = {key: str((unit or {}).get("base", "")) for key, unit in (category.get("unit") or {}).items()}
    return Variable(
        code=code,
        label=str(content.get("label", code)),
        codes=codes,
        labels=tuple(str(labels.get(item, item)) for item in codes),
        elimination=bool(extension.get("elimination", False)),
        time=code in (role.get("time") or ()),
        metric=code in (role.get("metric") or ()),
        units=units,
        codelists=tuple(CodeList(str(item["id"]), str(item.get("label", ""))) for item in lists),
        notes=(*_notes(content.get("note")), *_notes(category.get("note"))),
    )


def table_from_jsonstat(content: Any, table_id: str) -> Table:
    """Read metadata in the form of a JSON-stat 2 dataset.

    Raises
    ------
    FetchError
        If it has not the parts of a dataset.
    """
    try:
        role = content.get("role") or {}
        variables = tuple(_variable(code, content["dimension"][code], role) for code in content["id"])
        return Table(
            id=table_id,
            title=str(content.get("label", "")),
            updated=str(content.get("updated") or ""),
            variables=variables,
            notes=_notes(content.get("note")),
            source=str(content.get("source", "")),
            discontinued=bool((content.get("extension") or {}).get("discontinued")),
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
        return replace(table_from_jsonstat(parse_json(answer), table_id), raw=answer.body)

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
        return parse_json(self._ask(path, params, what))


def is_json(answer: Answer) -> None:
    """Refuse a body that is not JSON, so that the call is made again."""
    parse_json(answer)


def keeper(table: Table, query: Query, updated: list[str]) -> Callable[[Answer], None]:
    """Make the check of a data answer; it leaves behind when the table was updated."""

    def check(answer: Answer) -> None:
        updated.append(verify(answer, table, query))

    return check
