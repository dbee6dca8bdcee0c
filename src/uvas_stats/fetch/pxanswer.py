"""What a PxWeb service answers: data is compared with what was asked for, and a refusal becomes an error.

The comparison is a check and not a reader: it looks at codes and counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer, BadBodyError, read_json
from uvas_stats.fetch.pxmodel import Query, Table
from uvas_stats.formats.cube import MalformedError
from uvas_stats.formats.jsonstat import take_apart

__all__ = ["NoSuchTableError", "TooManyCellsError", "explain", "verify"]

# The service's own titles, spelling included.
_TEXTS = {
    "non-existent table": ("Tabellen finns inte", "Sök rätt tabell med: uvas search TEXT"),
    "non-existent variable": ("En variabel finns inte i tabellen", "Se tabellens variabler med: uvas table"),
    "non-existent codelist": ("Kodlistan finns inte", "Se tabellens kodlistor med: uvas table"),
    "non-existent value": ("Ett värde finns inte i tabellen", "Se tabellens koder med: uvas table"),
    "missing selection for mandantory variable": (
        "En variabel som måste väljas saknas i urvalet",
        "Lägg till den med --select",
    ),
    "illegal selection for mandantory variable": (
        "Urvalet för en variabel som måste väljas är inte tillåtet",
        "Ange koder eller *",
    ),
    "illegal selection expression": ("Ett uttryck i urvalet är fel skrivet", "Skriv t.ex. TOP(12) eller 01*"),
    "too many cells selected": ("För många celler i ett anrop", "Begränsa urvalet eller kör igen"),
    "too many values selected": ("För många celler i ett anrop", "Begränsa urvalet eller kör igen"),
    "unsupported output format": ("Tjänsten har inte formatet", "Kontrollera källans data_format"),
    "unsupported language": ("Tjänsten har inte språket", "Kontrollera källans language"),
    "no query specified": ("Frågan är tom", "Ange ett urval"),
    "non-existent page": ("Sidan i sökresultatet finns inte", "Sök på färre ord"),
    "saved query not found": ("Den sparade frågan finns inte", "Kontrollera dess id"),
    "parameter error": (
        "Tjänsten godtar inte frågan, eller tabellen finns inte",
        "Kontrollera tabell och urval",
    ),
    "search not activated": ("Tjänsten har ingen sökning", "Ange tabellens sökväg direkt"),
}
_V1_VARIABLE = re.compile(r"variable '([^']*)'")


class TooManyCellsError(FetchError):
    """The service found the selection too large; a smaller one may do."""


class NoSuchTableError(FetchError):
    """The service does not have the table."""


def _message(answer: Answer) -> tuple[str, str]:
    """Take the service's title and detail out of either form of error body."""
    try:
        content = read_json(answer)
    except BadBodyError:
        content = None
    if not isinstance(content, dict):
        return answer.body[:200].decode("utf-8", "replace").strip(), ""
    if "error" in content:
        return str(content["error"]), ""
    return str(content.get("title", "")), str(content.get("detail") or "")


def _unknown(table: Table, query: Query) -> list[str]:
    """List what the query asks for and the table's metadata does not have."""
    unknown = []
    known = {variable.code.casefold(): variable for variable in table.variables}
    for code, values in query.codes.items():
        variable = known.get(code.casefold())
        if variable is None:
            unknown.append(f"variabeln {code}")
        elif code not in query.codelists:
            missing = [value for value in values if value not in set(variable.codes)]
            unknown += [f"{code}={value}" for value in missing[:5]]
    return unknown


def _place(answer: Answer, title: str, detail: str, table: Table | None, query: Query | None) -> str:
    parts = [table.id if table else answer.url]
    if detail:
        parts.append(detail)
    if table is not None and query is not None:
        blamed = _V1_VARIABLE.search(title)
        unknown = _unknown(table, query)
        if unknown:
            parts.append("frågan har " + ", ".join(unknown))
        elif blamed and blamed[1] in query.codes:
            values = query.codes[blamed[1]]
            shown = ", ".join(values[:5]) + (" …" if len(values) > 5 else "")
            parts.append(f"{blamed[1]}={shown}")
        elif "cells" not in title and "values" not in title:
            parts.append("variabler i frågan: " + ", ".join(query.codes))
        else:
            parts.append(f"{query.cells} celler")
    return "; ".join(parts)


def explain(answer: Answer, table: Table | None = None, query: Query | None = None) -> FetchError:
    """Make the error of a refused call.

    Parameters
    ----------
    answer
        The refusal.
    table, query
        What was asked for, if it was data.
    """
    title, detail = _message(answer)
    key = title.strip().rstrip(".").casefold()
    what, todo = _TEXTS.get(key, (f"Tjänsten svarade {answer.status}: {title or 'utan förklaring'}", None))
    if _V1_VARIABLE.search(title):
        what, todo = "En variabel eller ett värde i frågan godtas inte", "Se tabellens koder med: uvas table"
    if answer.status == 404 and key not in _TEXTS:
        what, todo = "Adressen finns inte hos tjänsten", "Kontrollera tabellens id eller --base-url"
    kind: type[FetchError] = FetchError
    if key in ("too many cells selected", "too many values selected"):
        kind = TooManyCellsError
    elif key == "non-existent table" or answer.status == 404:
        kind = NoSuchTableError
    said = f"{what} [{title}]" if key in _TEXTS else what
    return kind(said, where=_place(answer, title, detail, table, query), todo=todo)


def _compare(table: Table, query: Query, answered: Mapping[str, Iterable[str]]) -> None:
    """Refuse an answer to another question, such as the total where a selection matched nothing."""
    for code, wanted in query.codes.items():
        if code not in answered:
            raise FetchError(
                f"Svaret saknar variabeln {code}: tjänsten har räknat ihop den",
                where=table.id,
                todo="Kontrollera urvalet för variabeln",
            )
        missing, extra = set(wanted) - set(answered[code]), set(answered[code]) - set(wanted)
        if missing or extra:
            raise FetchError(
                f"Svaret har andra koder för {code} än frågan: saknas {_few(missing)}, okända {_few(extra)}",
                where=table.id,
                todo="Kör igen; tabellen kan ha ändrats",
            )
    more = set(answered) - set(query.codes)
    if more:
        raise FetchError(
            f"Svaret har variabler som inte efterfrågats: {', '.join(sorted(more))}",
            where=table.id,
            todo="Ta med dem i urvalet",
        )


def _few(codes: set[str]) -> str:
    shown = ", ".join(sorted(codes)[:5])
    return f"{shown} …" if len(codes) > 5 else shown or "inga"


def _jsonstat(content: Mapping[str, Any], table: Table, query: Query, where: str) -> str:
    try:
        dataset = take_apart(content)
    except MalformedError as error:
        raise BadBodyError(f"svaret är ingen datamängd: {error}", where=where) from error
    _compare(table, query, {dimension.code: dimension.codes for dimension in dataset.dimensions})
    if not dataset.is_whole:
        raise BadBodyError(f"antalet värden är inte {dataset.cells}", where=where)
    return dataset.updated


def _rows(content: Mapping[str, Any], table: Table, query: Query, where: str) -> str:
    """Check the ``json`` form of version 1: one column for each contents code, one row for each key."""
    columns, data = content["columns"], content.get("data")
    if not isinstance(data, list):
        raise BadBodyError("svaret saknar värden", where=where)
    keys = [column["code"] for column in columns if column.get("type") != "c"]
    contents = [column["code"] for column in columns if column.get("type") == "c"]
    # A time variable can be of type t or d; a contents variable is spread over the columns.
    metric = [code for code in query.codes if code not in keys]
    answered: dict[str, Iterable[str]] = {
        key: {row["key"][position] for row in data} for position, key in enumerate(keys)
    }
    if len(metric) == 1:
        answered[metric[0]] = contents
    _compare(table, query, answered)
    rows = math.prod(len(query.codes[key]) for key in keys)
    if len({tuple(row["key"]) for row in data}) != rows:
        raise BadBodyError(f"antalet rader är inte {rows}", where=where)
    metadata = content.get("metadata") or [{}]
    return str(metadata[0].get("updated") or "")


def verify(answer: Answer, table: Table, query: Query) -> str:
    """Check a data answer against the query and return when the table was updated, as the answer says it.

    Parameters
    ----------
    answer
        The answer, whose status is 200.
    table, query
        What was asked for.

    Raises
    ------
    BadBodyError
        If the body is damaged or incomplete: asking again may help.
    FetchError
        If it answers another question.
    """
    content = read_json(answer)
    if not isinstance(content, dict):
        raise BadBodyError("svaret är ingen datamängd", where=answer.url)
    try:
        if "columns" in content:
            return _rows(content, table, query, answer.url)
        return _jsonstat(content, table, query, answer.url)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise BadBodyError(f"svaret har inte väntad form ({error!r})", where=answer.url) from error
