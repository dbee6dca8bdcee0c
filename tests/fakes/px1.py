"""Version 1 of the protocol, over the same tables (rules 1, 3-8 and 13)."""

from __future__ import annotations

import fnmatch
import itertools
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import orjson

from tests.fakes import px2
from tests.fakes.tables import FakeTable, Var

if TYPE_CHECKING:
    from tests.fakes.server import Fake

BOM = b"\xef\xbb\xbf"


class Refusal(Exception):
    def __init__(self, text: str, status: int = 400) -> None:
        self.text, self.status = text, status
        super().__init__(text)


def _find(fake: Fake, parts: list[str]) -> FakeTable | None:
    """Find a table by its path or by its name alone."""
    for table in fake.tables.values():
        if "/".join(parts) == table.path or parts in ([table.v1_name], [table.id]):
            return table
    return None


def _folder(fake: Fake, parts: list[str]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for table in fake.tables.values():
        steps = table.path.split("/")
        if steps[: len(parts)] != parts or len(steps) <= len(parts):
            continue
        name = steps[len(parts)]
        if len(steps) == len(parts) + 1:
            found[name] = {"id": name, "type": "t", "text": table.title, "updated": table.updated.rstrip("Z")}
        else:
            found.setdefault(name, {"id": name, "type": "l", "text": name})
    if not found:
        raise Refusal("Parameter error")
    return list(found.values())


def _variable(variable: Var) -> dict[str, Any]:
    content: dict[str, Any] = {
        "code": variable.code,
        "text": variable.label,
        "values": list(variable.codes),
        "valueTexts": list(variable.labels),
    }
    if variable.elimination:
        content["elimination"] = True  # absent when false
    if variable.time:
        content["time"] = True
    return content


def _values(variable: Var, selection: dict[str, Any]) -> list[str]:
    kind, values = selection.get("filter", "item"), [str(value) for value in selection.get("values", [])]
    if kind == "all":
        found = [code for code in variable.codes if any(fnmatch.fnmatchcase(code, text) for text in values)]
    elif kind == "top":
        count = int(values[0])
        found = list(variable.codes[-count:] if variable.time else variable.codes[:count])
    else:
        missing = [value for value in values if value not in variable.codes]
        if missing or not values:
            raise Refusal(f"The request for variable '{variable.code}' has an error. Please check your query.")
        found = [code for code in variable.codes if code in values]
    return found


def _side(variable: Var, selection: dict[str, Any] | None) -> tuple[Var, list[str], list[list[int]]]:
    if selection is None:
        if variable.elimination:
            return variable, [], [px2.eliminated(variable)]
        codes = list(variable.codes)  # left out and not eliminable: all of them
        return variable, codes, [[at] for at in range(len(codes))]
    name = str(selection.get("filter", "item"))
    if name.startswith("agg:"):
        members = variable.codelists.get("agg_" + name[4:])
        if members is None or not set(selection["values"]) <= set(members):
            raise Refusal(f"The request for variable '{variable.code}' has an error. Please check your query.")
        codes = [code for code in members if code in selection["values"]]
        return variable, codes, [[variable.position(part) for part in members[code]] for code in codes]
    codes = _values(variable, selection)
    return variable, codes, [[variable.position(code)] for code in codes]


def _choose(table: FakeTable, body: dict[str, Any]) -> px2.Chosen:
    wanted: dict[str, dict[str, Any]] = {}
    for item in body.get("query", []):
        variable = table.var(str(item.get("code", "")))
        if variable is None:
            raise Refusal(f"The request for variable '{item.get('code')}' has an error. Please check your query.")
        wanted[variable.code] = item.get("selection", {})
    return [_side(variable, wanted.get(variable.code)) for variable in table.variables]


def _jsonstat1(content: dict[str, Any]) -> dict[str, Any]:
    """Turn a JSON-stat 2 dataset into version 1: wrapped, and id, size and role inside dimension."""
    dimension = {
        code: {
            "label": item["label"],
            "category": {
                **item["category"],
                "label": {key: f"{key} {label}" for key, label in item["category"]["label"].items()},
            },
        }
        for code, item in content["dimension"].items()
    }
    dimension |= {"id": content["id"], "size": content["size"], "role": content["role"]}
    kept = {key: content[key] for key in ("label", "source", "updated", "value", "status") if key in content}
    return {"dataset": {"dimension": dimension, **kept}}


def _rows(
    fake: Fake, table: FakeTable, chosen: px2.Chosen, values: list[Any], symbols: dict[int, str]
) -> dict[str, Any]:
    shown = [(variable, codes) for variable, codes, _ in chosen if codes]
    texts = [symbols.get(at, str(value)) for at, value in enumerate(values)]
    columns: list[dict[str, Any]] = [
        {"code": variable.code, "text": variable.label, "type": "t" if variable.time else "d"}
        for variable, _ in shown
        if not variable.metric
    ]
    contents: list[str] = next((codes for variable, codes in shown if variable.metric), [table.id])
    unit = next((variable.unit for variable, _ in shown if variable.metric), "")
    columns += [{"code": code, "text": code, "type": "c", "unit": unit} for code in contents]
    rows: dict[tuple[str, ...], list[str]] = {}
    for at, key in enumerate(itertools.product(*(codes for _, codes in shown))):
        place = tuple(code for (variable, _), code in zip(shown, key, strict=True) if not variable.metric)
        rows.setdefault(place, []).append(texts[at])
    data = [{"key": list(key), "values": found} for key, found in rows.items()]
    if fake.faults.duplicated_rows:
        data += data[:2]
    return {
        "columns": columns,
        "comments": [],
        "data": data,
        "metadata": [{"infofile": "XX", "source": "SCB", "label": table.title, "updated": table.updated}],
    }


def _data(fake: Fake, table: FakeTable, body: dict[str, Any]) -> tuple[str, bytes]:
    chosen = _choose(table, body)
    cells = 1
    for _, codes, _ in chosen:
        cells *= max(1, len(codes))
    if cells > (fake.faults.real_max_cells or fake.max_cells):
        raise Refusal("Too many values selected", 403)
    fake.check_cells(cells)
    content, values, symbols = px2.answer(fake, table, chosen)
    form = (body.get("response") or {}).get("format", "px")
    if form == "px":
        return "application/octet-stream", px2.as_px(table, values, symbols).encode("cp1252")
    if form == "csv":
        return "text/csv", px2.as_csv(table, chosen, values, symbols).encode("cp1252")
    if form == "json":
        content = _rows(fake, table, chosen, values, symbols)
    elif form == "json-stat":
        content = _jsonstat1(content)
    elif form != "json-stat2":
        raise Refusal("Parameter error")
    return "application/json", (BOM if fake.faults.bom else b"") + orjson.dumps(content)


def _config(fake: Fake) -> dict[str, Any]:
    if fake.faults.no_limits:
        return {"CORS": True}
    return {
        "maxValues": 10_000,
        "maxCells": fake.max_cells,
        "maxCalls": fake.calls,
        "timeWindow": fake.window,
        "CORS": True,
    }


def _search(fake: Fake, text: str) -> list[dict[str, Any]]:
    return [
        {
            "id": table.v1_name,
            "path": "/" + table.path.rpartition("/")[0],
            "title": table.title,
            "score": 1.0,
            "published": table.updated.rstrip("Z"),
        }
        for table in fake.tables.values()
        if px2._matches(table, text)
    ]


def handle(fake: Fake, method: str, path: str, query: str, body: bytes) -> tuple[int, str, bytes]:
    """Answer a call; the path is what follows the language and begins with the database or nothing."""
    parts = [unquote(part) for part in path.strip("/").split("/") if part]
    params = dict(parse_qsl(query, keep_blank_values=True))
    try:
        content = _route(fake, method, parts, params, body)
    except Refusal as refusal:
        return refusal.status, "application/json", orjson.dumps({"error": refusal.text})
    if isinstance(content, tuple):
        return 200, content[0], content[1]
    return 200, "application/json", orjson.dumps(content)


def _route(fake: Fake, method: str, parts: list[str], params: dict[str, str], body: bytes) -> Any:
    if "config" in params:
        return _config(fake)
    if not parts:
        return [{"dbid": "ssd", "text": "Statistikdatabasen"}]
    if parts[0] != "ssd":
        raise Refusal("Parameter error")
    rest = parts[2:] if parts[1:2] == ["START"] else parts[1:]
    if "query" in params:
        if fake.faults.no_search:
            raise Refusal("Search not activated")
        return _search(fake, params["query"])
    table = _find(fake, rest)
    if method == "POST":
        if table is None:
            raise Refusal("Parameter error")
        try:
            return _data(fake, table, orjson.loads(body))
        except orjson.JSONDecodeError:
            raise Refusal("Parameter error") from None
    if table is not None:
        return {"title": table.title, "variables": [_variable(item) for item in table.variables]}
    return _folder(fake, rest)
