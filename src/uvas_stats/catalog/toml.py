"""Read TOML into frozen dataclasses; an error names the file, the key and what was likely meant."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import re
import reprlib
import tomllib
import typing
from collections.abc import Hashable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import dacite

from uvas_stats.errors import CatalogError

__all__ = ["build", "read_toml"]

T = TypeVar("T")
LARGEST = 1_000_000
"""Bytes; the longest programme file is a fiftieth of it."""
LARGEST_NUMBER = 1e15
_WANTED: dict[Any, str] = {
    str: "text inom citattecken",
    int: "ett heltal",
    float: "ett tal med decimalpunkt, utan citattecken",
    dt.date: "ett datum utan klockslag, som 2016-12-31",
    bool: "true eller false",
    tuple: "en lista inom hakparenteser",
}
_SHORT = reprlib.Repr()
_SHORT.maxother = _SHORT.maxstring = 60


def read_toml(path: Path, largest: int = LARGEST) -> dict[str, Any]:
    """Read a TOML file of at most ``largest`` bytes.

    Raises
    ------
    CatalogError
        If the file cannot be read, is not UTF-8, is not TOML, or is larger or deeper than any honest file.
    """
    try:
        if path.stat().st_size > largest:
            size = largest // 10**6
            raise CatalogError(f"Filen är större än {size} MB", where=path, todo="Kontrollera att det är rätt fil")
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CatalogError("Filen är inte sparad som UTF-8", where=path, todo="Spara om den som UTF-8") from error
    except (ValueError, RecursionError) as error:  # a number of 5 000 digits is a bare ValueError
        raise CatalogError(
            f"Filen är inte giltig TOML{_position(error)}", where=path, todo="Rätta raden som anges"
        ) from error
    except OSError as error:
        raise CatalogError("Filen kan inte läsas", where=path, todo="Kontrollera sökväg och behörighet") from error


def _position(error: Exception) -> str:
    """Say in Swedish where tomllib stopped."""
    found = re.search(r"line (\d+), column (\d+)", str(error))
    if found:
        return f": fel på rad {found[1]}, kolumn {found[2]}"
    if "end of document" in str(error):
        return ": den tar slut för tidigt"
    return ": ett värde är för långt eller djupt"


def _tuples(value: Any) -> Any:
    """Turn TOML's lists into tuples, all the way in; a text stays a text and fails where a list is due."""
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return value


def _number(value: Any) -> Any:
    """Take a whole number for a decimal one; true, nan and inf are no numbers."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise dacite.WrongTypeError(float, value)
    if not abs(value) <= LARGEST_NUMBER:  # nan is neither larger nor smaller
        raise dacite.WrongTypeError(float, value)
    return float(value)


def _whole(value: Any) -> Any:
    if isinstance(value, bool):
        raise dacite.WrongTypeError(int, value)
    return value


def _day(value: Any) -> Any:
    """Refuse a time of day, which Python counts as a date but cannot compare with one."""
    if isinstance(value, dt.datetime):
        raise dacite.WrongTypeError(dt.date, value)
    return value


def _list(value: Any) -> Any:
    """Demand a list before dacite takes a text apart into letters."""
    if not isinstance(value, tuple):
        raise dacite.WrongTypeError(tuple, value)
    return value


def _wanted(field_type: Any) -> str:
    if typing.get_origin(field_type) is tuple:
        inner = typing.get_args(field_type)[0]
        return f"en lista, och i den {_WANTED.get(inner, 'tabeller')}"
    return _WANTED.get(field_type, "en tabell")


@cache
def _config(kind: type[Any]) -> dacite.Config:
    hooks: dict[Any, Any] = {float: _number, int: _whole, dt.date: _day}
    hooks |= {hint: _list for _, hint in _fields(kind) if typing.get_origin(hint) is tuple}
    return dacite.Config(strict=True, type_hooks=hooks)


def build(kind: type[T], table: object, where: Path) -> T:
    """Make a frozen dataclass of a TOML table.

    Raises
    ------
    CatalogError
        If a key is missing, misspelt or of the wrong type.
    """
    if not isinstance(table, dict):
        raise CatalogError(
            f"{_SHORT.repr(table)} står där en tabell ska stå", where=where, todo="Skriv tabeller, [[...]]"
        )
    try:
        return dacite.from_dict(kind, _tuples(table), config=_config(typing.cast("Hashable", kind)))
    except dacite.UnexpectedDataError as error:
        key = sorted(error.keys)[0]
        raise CatalogError(f"Okänd nyckel ”{key}”", where=where, todo=_meant(kind, key)) from error
    except dacite.MissingValueError as error:
        raise CatalogError(
            f"Nyckeln ”{error.field_path}” saknas", where=where, todo="Lägg till nyckeln"
        ) from error
    except dacite.WrongTypeError as error:
        raise CatalogError(
            f"Nyckeln ”{error.field_path}” har fel slags värde: {_SHORT.repr(error.value)}",
            where=where,
            todo=f"Skriv {_wanted(error.field_type)}",
        ) from error
    except RecursionError as error:
        raise CatalogError("Värden ligger för djupt i varandra", where=where, todo="Rätta filen") from error


def _meant(kind: type[Any], key: str) -> str:
    names = {name for name, _ in _fields(kind)}
    close = difflib.get_close_matches(key, sorted(names), n=3, cutoff=0.5)
    return f"Menades {' eller '.join(close)}?" if close else f"Tillåtna nycklar: {', '.join(sorted(names))}"


def _fields(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    """Give the fields of a dataclass and of the dataclasses inside it, with their types."""
    hints = typing.get_type_hints(kind)
    for item in dataclasses.fields(kind):
        hint = hints[item.name]
        yield item.name, hint
        for inner in (hint, *typing.get_args(hint)):
            if isinstance(inner, type) and dataclasses.is_dataclass(inner):
                yield from _fields(inner)
