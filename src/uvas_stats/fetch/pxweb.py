"""A client of PxWebApi version 2: metadata, code lists, search and data, always by POST and always raw bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Http, read_json
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.pxclient import PxClient, limits_from
from uvas_stats.fetch.pxmodel import CodeList, Query, Table, TableHit, Variable
from uvas_stats.formats.jsonstat import Dimension, take_apart

__all__ = ["PxWeb2", "table_from_jsonstat"]

PAGE_SIZE = 100
MOST_PAGES = 200


def _path(table_id: str) -> str:
    return f"/tables/{quote(table_id, safe='')}"


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


class PxWeb2(PxClient):
    """A client of one PxWebApi 2 service."""

    lists_all = True

    def __init__(self, http: Http, language: str = "sv", data_format: str = "json-stat2") -> None:
        super().__init__(http, language, data_format)
        self._lists: dict[str, CodeList] = {}

    def table_url(self, table_id: str) -> str:
        """Give the address of a table's metadata."""
        return f"{self.http.base_url}{_path(table_id)}/metadata?lang={self.language}"

    def _data_path(self, table_id: str) -> str:
        return f"{_path(table_id)}/data"

    def _data_params(self) -> dict[str, str]:
        return {"lang": self.language, "outputFormat": self.data_format}

    def _ask_limits(self) -> Limits:
        return limits_from(self._get("/config"), "maxDataCells", "maxCallsPerTimeWindow")

    def table(self, table_id: str) -> Table:
        """Read a table's metadata."""
        answer = self._ask(f"{_path(table_id)}/metadata", table_id, {"lang": self.language})
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
            content = self._get(f"/codelists/{quote(codelist_id, safe='')}", codelist_id)
            values = content.get("values", [])
            self._lists[codelist_id] = CodeList(
                codelist_id,
                str(content.get("label", "")),
                tuple(str(item["code"]) for item in values),
                tuple(str(item.get("label", item["code"])) for item in values),
            )
        return self._lists[codelist_id]

    def search(self, text: str) -> Iterator[TableHit]:
        """Find tables, discontinued ones too, page after page until the last; all of them if the text is empty."""
        asked = {"query": text} if text else {}
        for page in range(1, MOST_PAGES + 1):
            content = self._get(
                "/tables", **asked, includeDiscontinued="true", pageNumber=str(page), pageSize=str(PAGE_SIZE)
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

    def _get(self, path: str, what: str = "", **params: str) -> Any:
        return read_json(self._ask(path, what, {"lang": self.language, **params}))
