"""What a register may hold, out of ``fields.toml``: its fields, their categories, and the tables made of them."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["BLOCKS", "CATEGORIES", "KAA_TABLES", "KINDS", "PARTICIPANT_TABLES", "PROHIBITED", "UNKNOWN", "Field"]
__all__ += ["available_tables", "fields_of", "missing_fields", "required_of"]

UNKNOWN = "unknown"
KINDS = ("kaa", "participants", "list")
BLOCKS = {
    1: "Obligatoriska uppgifter",
    2: "Kontakt",
    3: "Åtgärd påbörjas",
    4: "Åtgärd avslutas",
    5: "Ansvaret upphör",
}


@dataclass(frozen=True)
class Field:
    """One thing that a register tells of a person."""

    id: str
    label: str
    """What a Swedish reader calls it."""
    kind: str
    """``number`` (personnummer), ``date``, ``code``, ``kommun`` or ``amount``."""
    block: int = 1
    words: tuple[str, ...] = ()
    """Headings, folded, that case systems use for it."""
    categories: str = ""
    """Which of :data:`CATEGORIES` a code is one of."""
    required: bool = False


def _fields(content: Mapping[str, Any]) -> dict[str, Field]:
    return {id_: Field(id_, **{**one, "words": tuple(one["words"])}) for id_, one in content.items()}


_CONTENT = tomllib.loads((Path(__file__).parent / "fields.toml").read_text(encoding="utf-8"))
CATEGORIES: Mapping[str, Mapping[str, list[str]]] = _CONTENT["categories"]
"""Our categories, with the folded words that case systems use; ``unknown`` goes with all of them."""
_FIELDS = {kind: _fields({**_CONTENT["fields"]["common"], **_CONTENT["fields"][kind]}) for kind in KINDS}
_TABLES: Mapping[str, Mapping[str, list[list[str]]]] = _CONTENT["tables"]
"""Table to the ways it can be made: one of them is enough, and takes all of its fields."""
PROHIBITED: Mapping[str, list[str]] = _CONTENT["prohibited"]
"""Words of headings, or parts of words, of columns that the law does not allow."""
KAA_TABLES, PARTICIPANT_TABLES = frozenset(_TABLES["kaa"]), frozenset(_TABLES["participants"])


def fields_of(kind: str) -> dict[str, Field]:
    """Return the fields of a kind of register by id.

    Examples
    --------
    >>> fields_of("kaa")["closed"].block, len(fields_of("participants"))
    (5, 18)
    """
    return _FIELDS[kind]


def required_of(kind: str) -> tuple[str, ...]:
    """Return the ids of the fields without which nothing can be counted."""
    return tuple(id_ for id_, field in _FIELDS[kind].items() if field.required)


def available_tables(kind: str, columns: Collection[str]) -> frozenset[str]:
    """Return the tables that a file with these fields can tell of: of what it lacks nothing is counted.

    Examples
    --------
    >>> sorted(available_tables("kaa", {"personnummer", "registered", "closed", "contact_date"}))
    ['contact', 'ended']
    """
    return frozenset(name for name, ways in _TABLES[kind].items() if any(set(way) <= set(columns) for way in ways))


def missing_fields(kind: str, columns: Collection[str]) -> Iterator[str]:
    """Yield a line for each field that is missing and would tell of something.

    Examples
    --------
    >>> next(missing_fields("participants", {"personnummer", "start", "end"}))
    'Kolumn saknas för Avslutsorsak: det som bygger på den räknas inte'
    """
    available = available_tables(kind, columns)
    wanted = [name for table, ways in _TABLES[kind].items() if table not in available for name in ways[-1]]
    for name in dict.fromkeys(wanted):
        if name not in columns:
            yield f"Kolumn saknas för {_FIELDS[kind][name].label}: det som bygger på den räknas inte"
