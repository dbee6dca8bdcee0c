"""Turn what a PxWeb service says when it refuses into an error that names table, variable and value."""

from __future__ import annotations

import json
import re
from typing import Any

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer, BadBodyError
from uvas_stats.fetch.pxmodel import Query, Table

__all__ = ["NoSuchTableError", "TooManyCellsError", "explain", "parse_json"]

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


def parse_json(answer: Answer) -> Any:
    """Read a body as JSON, with or without a byte order mark.

    Raises
    ------
    BadBodyError
        If it is a web page or not JSON: often a passing fault, so the call may be made again.
    """
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadBodyError("svaret är inte text i UTF-8", where=answer.url) from error
    if text.lstrip()[:1] == "<":
        raise BadBodyError("en webbsida kom i stället för data", where=answer.url)
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadBodyError(f"svaret är inte giltig JSON ({error})", where=answer.url) from error


def _message(answer: Answer) -> tuple[str, str]:
    """Take the service's title and detail out of either form of error body."""
    try:
        content = parse_json(answer)
    except BadBodyError:
        content = None
    if not isinstance(content, dict):
        return answer.body[:200].decode("utf-8", "replace").strip(), ""
    if "error" in content:
        return str(content["error"]), ""
    return str(content.get("title", "")), str(content.get("detail") or "")


def _unknown(table: Table, query: Query) -> list[str]:
    """List what the query asks for and the table's metadata does not have."""
    found = []
    own = {variable.code.casefold(): variable for variable in table.variables}
    for code, values in query.codes.items():
        variable = own.get(code.casefold())
        if variable is None:
            found.append(f"variabeln {code}")
        elif code not in query.codelists:
            missing = [value for value in values if value not in set(variable.codes)]
            found += [f"{code}={value}" for value in missing[:5]]
    return found


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
