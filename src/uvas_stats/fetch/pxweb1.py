"""A client of PxWeb's version 1, for databases that have nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import is_json, read_json
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.pxclient import PxClient, limits_from
from uvas_stats.fetch.pxmodel import CodeList, Query, Table, TableHit, Variable

__all__ = ["PxWeb1"]


def _path(table_id: str) -> str:
    return "/" + quote(table_id.strip("/"), safe="/")


def _variable(item: dict[str, Any], table_id: str) -> Variable:
    codes = item.get("values")
    if codes is None:  # absent or null when there are more values than the service lists
        raise FetchError(
            f"Variabeln {item.get('code')} har för många värden för att räknas upp",
            where=table_id,
            todo="Ange koderna en och en med --select",
        )
    labels = item.get("valueTexts") or codes
    return Variable(
        code=str(item["code"]),
        label=str(item.get("text", item["code"])),
        codes=tuple(str(code) for code in codes),
        labels=tuple(str(label) for label in labels),
        elimination=bool(item.get("elimination", False)),
        time=bool(item.get("time", False)),
        metric=item["code"] == "ContentsCode",
    )


class PxWeb1(PxClient):
    """A client of one PxWeb database in version 1; a table is named by its path after the database."""

    def table_url(self, table_id: str) -> str:
        """Give the address of a table's metadata."""
        return self.http.base_url + _path(table_id)

    def _data_path(self, table_id: str) -> str:
        return _path(table_id)

    def _ask_limits(self) -> Limits:
        """Ask ``?config``; ``maxCells`` is obeyed, not ``maxValues``."""
        answer = self.http.call("GET", "", params={"config": ""}, check=is_json)
        content = read_json(answer) if answer.status == 200 else None  # some sites have no ?config
        return limits_from(content, "maxCells", "maxCalls")

    def table(self, table_id: str) -> Table:
        """Read a table's metadata; when it was updated stands only in the list of its folder."""
        answer = self._ask(_path(table_id), table_id)
        content = read_json(answer)
        if not isinstance(content, dict) or not isinstance(content.get("variables"), list):
            raise FetchError(
                "Sökvägen leder till en mapp, inte en tabell", where=table_id, todo="Ange hela sökvägen"
            )
        variables = tuple(_variable(item, table_id) for item in content["variables"])
        title = str(content.get("title", ""))
        return Table(table_id, title, self._updated(table_id), variables, raw=answer.body)

    def codelist(self, variable: Variable, codelist_id: str) -> CodeList:
        """Refuse: version 1 never lists the codes of a code list."""
        raise FetchError(
            f"Kodlistan ”{codelist_id}” kan inte läsas i version 1 av gränssnittet",
            where=variable.code,
            todo="Ange koderna en och en",
        )

    def search(self, text: str) -> Iterator[TableHit]:
        """Find tables by words of the title."""
        for item in read_json(self._ask("", params={"query": text, "filter": "title"})):
            path = "/".join(part for part in (str(item.get("path", "")).strip("/"), str(item["id"])) if part)
            yield TableHit(path, str(item.get("title", "")), str(item.get("published") or ""))

    def body(self, query: Query) -> dict[str, object]:
        """Write a query in the form of version 1."""
        return {
            "query": [
                {
                    "code": code,
                    "selection": {
                        "filter": query.codelists.get(code, "item")
                        .replace("vs_", "vs:", 1)
                        .replace("agg_", "agg:", 1),
                        "values": list(values),
                    },
                }
                for code, values in query.codes.items()
            ],
            "response": {"format": self.data_format},
        }

    def _updated(self, table_id: str) -> str:
        folder, _, name = table_id.strip("/").rpartition("/")
        if not folder:
            return ""
        content = read_json(self._ask(_path(folder), folder))
        hits = [item for item in content if isinstance(item, dict) and item.get("id") == name]
        return str(hits[0].get("updated") or "") if hits else ""
