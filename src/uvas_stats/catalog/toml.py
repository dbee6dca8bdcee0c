"""Read TOML into frozen dataclasses; an error names the file, the key and what was likely meant."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import re
import reprlib
import tomllib
import types
import typing
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from uvas_stats.errors import CatalogError
from uvas_stats.workspace import file_size

__all__ = ["build", "read_toml"]

T = TypeVar("T")
LARGEST = 1_000_000
"""Bytes; the longest programme file is a fiftieth of it."""
DEEPEST = 50
LARGEST_NUMBER = 1e15
_WANTED: dict[Any, str] = {
    str: "text inom citattecken",
    int: "ett heltal",
    float: "ett tal med decimalpunkt, utan citattecken",
    dt.date: "ett datum utan klockslag, som 2016-12-31",
    bool: "true eller false",
}
_TOML_TYPES = (dt.date, dt.datetime, dt.time)  # so that a text is never taken for a date
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_PATH = re.compile(r" - at `\$(.+)`$")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
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
        if file_size(path) > largest:
            size = largest // 10**6
            raise CatalogError(f"Filen är större än {size} MB", where=path, todo="Kontrollera att det är rätt fil")
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        _check_depth(content)
    except UnicodeDecodeError as error:
        raise CatalogError("Filen är inte sparad som UTF-8", where=path, todo="Spara om den som UTF-8") from error
    except (ValueError, RecursionError) as error:  # a number of 5 000 digits is a bare ValueError
        raise CatalogError(
            f"Filen är inte giltig TOML{_position(error)}", where=path, todo="Rätta raden som anges"
        ) from error
    except OSError as error:
        raise CatalogError("Filen kan inte läsas", where=path, todo="Kontrollera sökväg och behörighet") from error
    return content


def _check_depth(content: object) -> None:
    level = [content]
    for _ in range(DEEPEST):
        level = [
            child
            for value in level
            if isinstance(value, (dict, list))
            for child in (value.values() if isinstance(value, dict) else value)
        ]
    if level:
        raise RecursionError


def _position(error: Exception) -> str:
    """Say in Swedish where tomllib stopped."""
    position = re.search(r"line (\d+), column (\d+)", str(error))
    if position:
        return f": fel på rad {position[1]}, kolumn {position[2]}"
    if "end of document" in str(error):
        return ": den tar slut för tidigt"
    return ": ett värde är för långt eller djupt"


def build(kind: type[T], table: object, where: Path) -> T:
    """Make a frozen dataclass of a TOML table.

    Parameters
    ----------
    kind
        The dataclass; a field without a default is a key that must be there.
    table
        What stands in the file.
    where
        The file, for the error.

    Raises
    ------
    CatalogError
        If a key is missing, misspelt or of the wrong type.
    """
    if not isinstance(table, dict):
        raise CatalogError(
            f"{_SHORT.repr(table)} står där en tabell ska stå", where=where, todo="Skriv tabeller, [[...]]"
        )
    _check_keys(kind, table, where)
    try:
        return msgspec.convert(table, kind, builtin_types=_TOML_TYPES)
    except msgspec.ValidationError as error:
        raise _translated(kind, table, where, str(error)) from error


def _without_none(hint: Any) -> Any:
    """Take ``X`` out of ``X | None``."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return next(one for one in typing.get_args(hint) if one is not types.NoneType)
    return hint


def _inner(hint: Any) -> Any:
    """Take ``X`` out of ``tuple[X, ...]``."""
    return (typing.get_args(hint) or (hint,))[0]


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return {name: _without_none(hint) for name, hint in typing.get_type_hints(kind).items()}


@cache
def _nested(kind: Any) -> dict[str, Any]:
    """Give the dataclasses that stand in fields of a dataclass, alone or in a tuple."""
    inner = {name: _inner(hint) for name, hint in _hints(kind).items()}
    return {name: one for name, one in inner.items() if dataclasses.is_dataclass(one)}


def _check_keys(kind: Any, table: dict[str, Any], where: Path, path: str = "") -> None:
    """Refuse unknown keys, which msgspec passes over, and numbers that are none, all the way in."""
    hints = _hints(kind)
    for key, value in table.items():
        if key not in hints:
            raise CatalogError(f"Okänd nyckel ”{key}”", where=where, todo=_meant(kind, key))
        # nan is neither larger nor smaller
        if hints[key] is float and isinstance(value, (int, float)) and not abs(value) <= LARGEST_NUMBER:
            raise _wrong_value(f"{path}{key}", value, float, where)
    for key, inner in _nested(kind).items():
        value = table.get(key)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                _check_keys(inner, item, where, f"{path}{key}.")


def _meant(kind: Any, key: str) -> str:
    names = _all_keys(kind)
    close = difflib.get_close_matches(key, sorted(names), n=3, cutoff=0.5)
    return f"Menades {' eller '.join(close)}?" if close else f"Tillåtna nycklar: {', '.join(sorted(names))}"


def _all_keys(kind: Any) -> set[str]:
    return set(_hints(kind)).union(*map(_all_keys, _nested(kind).values()))


def _wrong_value(key: str, value: Any, wanted: Any, where: Path) -> CatalogError:
    shown = tuple(value) if isinstance(value, list) else value
    todo = _WANTED.get(wanted, "en tabell")
    if typing.get_origin(wanted) is tuple:
        todo = f"en lista, och i den {_WANTED.get(typing.get_args(wanted)[0], 'tabeller')}"
    return CatalogError(
        f"Nyckeln ”{key}” har fel slags värde: {_SHORT.repr(shown)}", where=where, todo=f"Skriv {todo}"
    )


def _translated(kind: type[Any], table: dict[str, Any], where: Path, message: str) -> CatalogError:
    """Say in Swedish, with the key and what stands there, what msgspec says is wrong."""
    at = _PATH.search(message)
    keys: list[str] = []
    item: Any = table
    value: Any = table
    wanted: Any = kind
    for key, index in _STEP.findall(at[1] if at else ""):
        if index:
            item = item[int(index)]
        else:
            value = item = item[key]
            wanted = _hints(_inner(wanted))[key]
            keys.append(key)
    missing = _MISSING.match(message)
    if missing:
        key = ".".join([*keys, missing[1]])
        return CatalogError(f"Nyckeln ”{key}” saknas", where=where, todo="Lägg till nyckeln")
    return _wrong_value(".".join(keys), value, wanted, where)
