"""Compare an answer with what was asked for, before it is kept.

This is a check and not a reader: it looks at codes and counts. The reader of the format is in ``clean``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer, BadBodyError
from uvas_stats.fetch.pxmodel import Query, Table

__all__ = ["verify"]

BOM = b"\xef\xbb\xbf"


def _load(answer: Answer) -> Any:
    body = answer.body.removeprefix(BOM)
    if body.lstrip()[:1] == b"<":
        raise BadBodyError("en webbsida kom i stället för data", where=answer.url)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadBodyError(f"svaret är inte giltig JSON ({error})", where=answer.url) from error


def _codes(category: Mapping[str, Any]) -> list[str]:
    index = category.get("index")
    return list(category.get("label", ()) if index is None else index)


def _compare(table: Table, query: Query, found: Mapping[str, Iterable[str]]) -> None:
    """Refuse an answer to another question, such as the total where a selection matched nothing."""
    for code, wanted in query.codes.items():
        if code not in found:
            raise FetchError(
                f"Svaret saknar variabeln {code}: tjänsten har räknat ihop den",
                where=table.id,
                todo="Kontrollera urvalet för variabeln",
            )
        missing, extra = set(wanted) - set(found[code]), set(found[code]) - set(wanted)
        if missing or extra:
            raise FetchError(
                f"Svaret har andra koder för {code} än frågan: saknas {_few(missing)}, okända {_few(extra)}",
                where=table.id,
                todo="Kör igen; tabellen kan ha ändrats",
            )
    more = set(found) - set(query.codes)
    if more:
        raise FetchError(
            f"Svaret har variabler som inte efterfrågats: {', '.join(sorted(more))}",
            where=table.id,
            todo="Ta med dem i urvalet",
        )


def _few(codes: set[str]) -> str:
    shown = ", ".join(sorted(codes)[:5])
    return f"{shown} …" if len(codes) > 5 else shown or "inga"


def _count(value: Any, size: Sequence[int], where: str) -> None:
    cells = math.prod(size)
    if isinstance(value, list):
        wrong = len(value) != cells
    elif isinstance(value, dict):
        wrong = any(not key.isdecimal() or int(key) >= cells for key in value)
    else:
        raise BadBodyError("svaret saknar värden", where=where)
    if wrong:
        raise BadBodyError(f"antalet värden är inte {cells}", where=where)


def _jsonstat(content: Mapping[str, Any], table: Table, query: Query, where: str) -> str:
    inner = content.get("dataset", content)  # version 1 of JSON-stat wraps the dataset
    if not isinstance(inner, dict) or not isinstance(inner.get("dimension"), dict):
        raise BadBodyError("svaret är ingen datamängd", where=where)
    dimensions = inner["dimension"]
    ids, size = inner.get("id", dimensions.get("id")), inner.get("size", dimensions.get("size"))
    if not isinstance(ids, list) or not isinstance(size, list) or len(ids) != len(size):
        raise BadBodyError("svarets dimensioner går inte ihop", where=where)
    if any(not isinstance(dimensions.get(code), dict) for code in ids):
        raise BadBodyError("en dimension saknas i svaret", where=where)
    _compare(table, query, {code: _codes(dimensions[code].get("category", {})) for code in ids})
    _count(inner.get("value"), size, where)
    return str(inner.get("updated") or "")


def _rows(content: Mapping[str, Any], table: Table, query: Query, where: str) -> str:
    """Check the ``json`` form of version 1: one column for each contents code, one row for each key."""
    columns, data = content["columns"], content.get("data")
    if not isinstance(data, list):
        raise BadBodyError("svaret saknar värden", where=where)
    keys = [column["code"] for column in columns if column.get("type") != "c"]
    contents = [column["code"] for column in columns if column.get("type") == "c"]
    # A time variable can be of type t or d; a contents variable is spread over the columns.
    metric = [code for code in query.codes if code not in keys]
    found: dict[str, Iterable[str]] = {key: {row["key"][place] for row in data} for place, key in enumerate(keys)}
    if len(metric) == 1:
        found[metric[0]] = contents
    _compare(table, query, found)
    rows = math.prod(len(query.codes[key]) for key in keys)
    if len({tuple(row["key"]) for row in data}) != rows:
        raise BadBodyError(f"antalet rader är inte {rows}", where=where)
    metadata = content.get("metadata") or [{}]
    return str(metadata[0].get("updated") or "")


def verify(answer: Answer, table: Table, query: Query) -> str:
    """Check a data answer against the query and return when the table was updated, as the answer says it.

    Raises
    ------
    BadBodyError
        If the body is damaged or incomplete: asking again may help.
    FetchError
        If it answers another question.
    """
    content = _load(answer)
    if not isinstance(content, dict):
        raise BadBodyError("svaret är ingen datamängd", where=answer.url)
    try:
        if "columns" in content:
            return _rows(content, table, query, answer.url)
        return _jsonstat(content, table, query, answer.url)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise BadBodyError(f"svaret har inte väntad form ({error!r})", where=answer.url) from error
