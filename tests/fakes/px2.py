"""Version 2 of the protocol, by the numbered rules of the source description (rules 1-7, 9-12, 14, 15)."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import orjson

from tests.fakes.tables import FakeTable, Var

if TYPE_CHECKING:
    from tests.fakes.server import Fake

FORMATS = ("json-stat2", "csv", "px")
FUNCTION = re.compile(r"(TOP|BOTTOM|FROM|TO|RANGE)\((.*)\)", re.IGNORECASE)


class Refusal(Exception):
    def __init__(self, title: str, status: int = 400, detail: str | None = None) -> None:
        self.title, self.status, self.detail = title, status, detail
        super().__init__(title)

    def body(self) -> bytes:
        kind = "Parameter error" if self.status == 400 else "Not found"
        content = {"type": kind, "title": self.title, "status": self.status}
        return orjson.dumps(content | ({"detail": self.detail} if self.detail else {}))


def config(fake: Fake) -> dict[str, Any]:
    content = {
        "apiVersion": "2.2.0",
        "appVersion": "1.0.0",
        "languages": [{"id": "en", "label": "English"}, {"id": "sv", "label": "Svenska"}],
        "defaultLanguage": "sv",
        "maxDataCells": fake.max_cells,
        "maxCallsPerTimeWindow": fake.calls,
        "timeWindow": fake.window,
        "license": "https://creativecommons.org/share-your-work/public-domain/cc0/",
        "sourceReferences": [{"language": "sv", "text": "Källa: SCB"}],
        "defaultDataFormat": "json-stat2",
        "dataFormats": list(FORMATS),
        "features": [{"id": "CORS", "params": [{"key": "enabled", "value": "True"}]}],
    }
    if fake.faults.no_limits:
        for key in ("maxDataCells", "maxCallsPerTimeWindow", "timeWindow"):
            del content[key]
    return content


ENDINGS = ("erna", "arna", "anden", "ande", "ende", "aren", "are", "ar", "er", "or", "en", "et", "a", "e")


def _stem(word: str) -> str:
    """Cut off an ending, about as the service's index of Swedish words does."""
    ending = next((one for one in ENDINGS if word.endswith(one) and len(word) - len(one) > 2), "")
    return word.removesuffix(ending)


def _matches(table: FakeTable, text: str) -> bool:
    """Match stems of all words in title, id and variables; a word with * is not stemmed, and the index is."""
    labels = " ".join(item.label for item in table.variables)
    stems = {_stem(word) for word in re.findall(r"\w+", f"{table.id} {table.title} {labels}".casefold())}
    return all(
        any(fnmatch.fnmatchcase(stem, word if "*" in word else _stem(word)) for stem in stems)
        for word in re.findall(r"[\w*]+", text.casefold())
    )


def _item(fake: Fake, table: FakeTable) -> dict[str, Any]:
    times = next((item.codes for item in table.variables if item.time), ("",))
    folders = table.path.split("/")[:-1]
    item: dict[str, Any] = {
        "id": table.id,
        "label": table.title,
        "description": "",
        "sortCode": "01",
        "updated": table.updated,
        "firstPeriod": times[0],
        "lastPeriod": times[0 if fake.faults.frozen else -1],
        "category": "public",
        "variableNames": [item.label for item in table.variables],
        "source": "SCB",
        "subjectCode": folders[0],
        "timeUnit": "Monthly" if "M" in times[0] else "Quarterly" if "K" in times[0] else "Annual",
        "paths": [[{"id": folder, "label": folder, "sortCode": folder} for folder in folders]],
        "links": [],
    }
    return item | ({"discontinued": True} if table.discontinued else {})


def tables(fake: Fake, params: dict[str, str], raw_query: str) -> dict[str, Any]:
    text = params.get("query", "")
    found = [
        table
        for table in fake.tables.values()
        if not table.discontinued or params.get("includeDiscontinued") == "true"
    ]
    if any(ord(char) > 127 for char in raw_query):
        found = []  # letters that are not percent-encoded give no hits and no error
    elif text:
        found = [table for table in found if _matches(table, text)]
    size, number = int(params.get("pageSize", 20)), int(params.get("pageNumber", 1))
    pages = -(-len(found) // size)
    if number > max(1, pages):
        raise Refusal("Non-existent page", 404)
    return {
        "language": "sv",
        "tables": [_item(fake, table) for table in found[(number - 1) * size : number * size]],
        "page": {
            "pageNumber": number,
            "pageSize": size,
            "totalElements": len(found),
            "totalPages": pages,
            "links": [],
        },
        "links": [],
    }


def _label(fake: Fake, text: str) -> str:
    if fake.faults.english:
        return f"In English: {len(text)}"
    return text.replace("–", "-") if fake.faults.hyphens else text


def dimension(fake: Fake, variable: Var, codes: list[str], *, metadata: bool) -> dict[str, Any]:
    labels = dict(zip(variable.codes, variable.labels, strict=True))
    order = list(enumerate(codes))
    if fake.faults.shuffled:
        order = order[::-1] if len(order) < 3 else [*order[1::2], *order[::2]]
    index: Any = {code: at for at, code in order}
    if fake.faults.index_list:
        index = codes
    category: dict[str, Any] = {
        "index": index,
        "label": {code: _label(fake, labels.get(code, code)) for _, code in order},
    }
    if variable.metric:
        category["unit"] = {code: {"base": variable.unit, "decimals": 0} for code in codes}
    extension: dict[str, Any] = {"elimination": variable.elimination, "show": "value"}
    if variable.total and not metadata and not fake.faults.no_elimination_code:
        extension["eliminationValueCode"] = variable.total
    if metadata:
        extension[fake.faults.codelists_key] = [
            {
                "id": name,
                "label": name,
                "type": "Aggregation" if name.startswith("agg_") else "Valueset",
                "links": [],
            }
            for name in variable.codelists
        ]
    return {"label": _label(fake, variable.label), "category": category, "extension": extension}


def dataset(
    fake: Fake, table: FakeTable, chosen: list[tuple[Var, list[str]]], *, metadata: bool
) -> dict[str, Any]:
    ids = [variable.code for variable, _ in chosen]
    return {
        "version": "2.0",
        "class": "dataset",
        "label": table.title,
        "source": "SCB",
        "updated": table.updated,
        **({"note": table.notes} if table.notes else {}),
        "role": {
            "time": [variable.code for variable, _ in chosen if variable.time],
            "metric": [variable.code for variable, _ in chosen if variable.metric],
        },
        "id": ids,
        "size": [len(codes) for _, codes in chosen],
        "dimension": {
            variable.code: dimension(fake, variable, codes, metadata=metadata) for variable, codes in chosen
        },
        "extension": {
            "px": {"tableid": table.id, "language": "sv"},
            "discontinued": table.discontinued or None,
            "contact": [],
        },
    }


def metadata(fake: Fake, table: FakeTable) -> dict[str, Any]:
    return dataset(fake, table, [(item, list(item.codes)) for item in table.variables], metadata=True) | {
        "value": []
    }


def codelist(fake: Fake, name: str) -> dict[str, Any]:
    for table in fake.tables.values():
        for variable in table.variables:
            for own, values in variable.codelists.items():
                if own.casefold() == name.casefold():
                    return {
                        "id": own,
                        "label": own,
                        "language": "sv",
                        "languages": ["sv", "en"],
                        "elimination": False,
                        "type": "Aggregation" if own.startswith("agg_") else "Valueset",
                        "values": [
                            {"code": code, "label": code, "valueMap": list(parts)}
                            for code, parts in values.items()
                        ],
                        "links": [],
                    }
    raise Refusal("Non-existent codelist", 404)


def _number(text: str) -> int:
    if not text.strip().isdigit():
        raise Refusal("Illegal selection expression")
    return int(text)


def _place(codes: list[str], text: str) -> int:
    lower = [code.casefold() for code in codes]
    if text.strip().casefold() not in lower:
        raise Refusal("Non-existent value")
    return lower.index(text.strip().casefold())


def _function(name: str, inside: str, codes: list[str], *, time: bool) -> list[str]:
    parts = inside.split(",")
    if name in ("TOP", "BOTTOM"):
        count, offset = _number(parts[0]), _number(parts[1]) if len(parts) > 1 else 0
        if (name == "TOP") == time:
            end = len(codes) - offset
            return codes[max(0, end - count) : max(0, end)]
        return codes[offset : offset + count]
    if name == "FROM":
        return codes[_place(codes, inside) :]
    if name == "TO":
        return codes[: _place(codes, inside) + 1]
    if len(parts) != 2:
        raise Refusal("Illegal selection expression")
    first, last = sorted(_place(codes, part) for part in parts)
    return codes[first : last + 1]


def _expand(expressions: list[str], codes: list[str], *, time: bool) -> list[str]:
    found: set[str] = set()
    for text in expressions:
        function = FUNCTION.fullmatch(text)
        if function:
            found.update(_function(function[1].upper(), function[2], codes, time=time))
        elif "*" in text:
            if text.count("*") > 2 or "*" in text.strip("*"):
                raise Refusal("Illegal selection expression")
            found.update(code for code in codes if fnmatch.fnmatchcase(code.casefold(), text.casefold()))
        elif "?" in text:
            found.update(code for code in codes if fnmatch.fnmatchcase(code.casefold(), text.casefold()))
        else:
            found.add(codes[_place(codes, text)])
    return [code for code in codes if code in found]  # the server's order, whatever was asked


Chosen = list[tuple[Var, list[str], list[list[int]]]]


def choose(table: FakeTable, selection: list[dict[str, Any]]) -> Chosen:
    """Handle a selection in the server's order: variables, code lists, mandatory check, expressions."""
    wanted: dict[str, dict[str, Any]] = {}
    for item in selection:
        code = str(item.get("variableCode", ""))
        variable = table.var(code)
        if variable is None and code.casefold() == "time":
            variable = next(found for found in table.variables if found.time)
        if variable is None:
            raise Refusal("Non-existent variable")
        wanted[variable.code] = item
    for code, item in wanted.items():
        name = item.get("codelist")
        if name and name not in table.var(code).codelists:  # type: ignore[union-attr]
            raise Refusal("Non-existent codelist")
    for variable in table.variables:
        if not variable.elimination and variable.code not in wanted:
            raise Refusal("Missing selection for mandantory variable")
        if not variable.elimination and not wanted[variable.code].get("valueCodes"):
            raise Refusal("Illegal selection for mandantory variable")
    return [_side(variable, wanted.get(variable.code)) for variable in table.variables]


def _side(variable: Var, item: dict[str, Any] | None) -> tuple[Var, list[str], list[list[int]]]:
    if item is not None:
        members = variable.codelists.get(item.get("codelist") or "")
        universe = list(members) if members else list(variable.codes)
        codes = _expand([str(code) for code in item.get("valueCodes", [])], universe, time=variable.time)
        if codes:
            groups = [
                [variable.position(part) for part in members[code]] if members else [variable.position(code)]
                for code in codes
            ]
            return variable, codes, groups
        if not variable.elimination:
            raise Refusal("Missing selection for mandantory variable")
    return variable, [], [eliminated(variable)]


def eliminated(variable: Var) -> list[int]:
    return [variable.position(variable.total)] if variable.total else variable.leaves()


def data(fake: Fake, table: FakeTable, body: dict[str, Any], params: dict[str, str]) -> tuple[str, bytes]:
    if params.get("outputFormat", "json-stat2") not in FORMATS:
        raise Refusal("Unsupported output format")
    chosen = choose(table, body.get("selection") or default_selection(table)["selection"])
    placement = body.get("placement") or {}
    for code in (*placement.get("heading", ()), *placement.get("stub", ())):
        if table.var(code) is None:
            raise Refusal("Illegal placment")
    cells = 1
    for _, codes, _ in chosen:
        cells *= max(1, len(codes))
    if cells > (fake.faults.real_max_cells or fake.max_cells):
        raise Refusal("Too many cells selected", fake.faults.too_many_status)
    fake.check_cells(cells)
    content, values, symbols = answer(fake, table, chosen)
    if params.get("outputFormat") == "csv":
        return "text/csv; charset=windows-1252", as_csv(table, chosen, values, symbols).encode("cp1252")
    if params.get("outputFormat") == "px":
        return "application/octet-stream", as_px(table, values, symbols).encode("cp1252")
    return "application/json; charset=utf-8", orjson.dumps(content)


def answer(fake: Fake, table: FakeTable, chosen: Chosen) -> tuple[dict[str, Any], list[Any], dict[int, str]]:
    shown = [(variable, codes) for variable, codes, _ in chosen if codes]
    content = dataset(fake, table, shown, metadata=False)
    numbers_of_cells = table.cells([groups for _, _, groups in chosen])
    values: list[Any] = numbers_of_cells[0].tolist()
    symbols = table.symbols(numbers_of_cells[1])
    for at in symbols:
        values[at] = None
    status = symbols | {at: "r" for at in table.note_numbers(numbers_of_cells[1]) if at not in symbols}
    content["value"] = values
    if fake.faults.sparse:
        content["value"] = {str(at): value for at, value in enumerate(values) if value is not None}
    if status:
        content["status"] = {str(at): symbol for at, symbol in sorted(status.items())}
        if fake.faults.status_form == "list":
            content["status"] = [status.get(at) for at in range(len(values))]
        if fake.faults.status_form == "string":
            content["status"] = "e"
    if fake.faults.take("wrong_count"):
        content["value"] = values[:-1]
    return content, values, symbols


def as_csv(table: FakeTable, chosen: Chosen, values: list[Any], symbols: dict[int, str]) -> str:
    lines = [",".join([*(f'"{variable.label}"' for variable, codes, _ in chosen if codes), '"värde"'])]
    lines += [str(symbols.get(at, value)) for at, value in enumerate(values)]
    return "\r\n".join(lines)


def as_px(table: FakeTable, values: list[Any], symbols: dict[int, str]) -> str:
    cells = " ".join(f'"{symbols[at]}"' if at in symbols else str(value) for at, value in enumerate(values))
    return f'CHARSET="ANSI";\nTITLE="{table.title}";\nDATA=\n{cells};\n'


def default_selection(table: FakeTable) -> dict[str, Any]:
    return {
        "selection": [
            {
                "variableCode": item.code,
                "codelist": None,
                "valueCodes": [item.codes[-1] if item.time else item.codes[0]],
            }
            for item in table.variables
        ]
    }


def from_query_string(text: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Read a GET for data with its faults: a repeated key keeps the first; a comma splits unless in brackets."""
    values: dict[str, list[str]] = {}
    lists: dict[str, str] = {}
    rest: dict[str, str] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        named = re.fullmatch(r"(valueCodes|codelist)\[(.+)\]", key, re.IGNORECASE)
        if not named:
            rest.setdefault(key, value)
        elif named[1].casefold() == "codelist":
            lists.setdefault(named[2], value)
        elif named[2] not in values:
            values[named[2]] = [part.strip("[]") for part in re.split(r",(?![^\[]*\])", value)]
    selection = [
        {"variableCode": code, "valueCodes": codes, "codelist": lists.get(code)} for code, codes in values.items()
    ]
    return {"selection": selection}, rest


def handle(fake: Fake, method: str, path: str, query: str, body: bytes) -> tuple[int, str, bytes]:
    """Answer a call; the path is what follows /api/v2."""
    params = dict(parse_qsl(query, keep_blank_values=True))
    try:
        content = _route(fake, method, [unquote(part) for part in path.strip("/").split("/")], params, query, body)
    except Refusal as refusal:
        return refusal.status, "application/problem+json", refusal.body()
    if isinstance(content, tuple):
        return 200, content[0], content[1]
    return 200, "application/json; charset=utf-8", orjson.dumps(content)


def _route(fake: Fake, method: str, parts: list[str], params: dict[str, str], query: str, body: bytes) -> Any:
    if params.get("lang", "sv") not in ("sv", "en"):
        raise Refusal("Unsupported language")
    room, *rest = [part if at else part.casefold() for at, part in enumerate(parts)]
    if room == "config":
        return config(fake)
    if room == "codelists" and rest:
        return codelist(fake, rest[0])
    if room == "savedqueries":
        raise Refusal("No query specified") if method == "POST" else Refusal("Saved query not found", 404)
    if room != "tables":
        raise Refusal("Not found", 404)
    if not rest:
        return tables(fake, params, query)
    return _table_route(fake, method, rest, params, query, body)


def _table_route(fake: Fake, method: str, rest: list[str], params: dict[str, str], query: str, body: bytes) -> Any:
    table = fake.tables.get(rest[0].upper())
    is_data = len(rest) > 1 and rest[1].casefold() == "data"
    if table is None:
        raise Refusal("Non-existent table", 400 if is_data else 404)
    if is_data:
        if method == "GET":
            if len(query) > 2100:
                raise Refusal("URI too long", 414)
            content, params = from_query_string(query)
            return data(fake, table, content, params)
        return data(fake, table, orjson.loads(body or b"{}"), params)
    kind = rest[1].casefold() if len(rest) > 1 else ""
    if kind == "metadata":
        return metadata(fake, table)
    return default_selection(table) if kind == "defaultselection" else _item(fake, table)
