"""Read TOML into frozen dataclasses; an error names the file, the key and what was likely meant."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import dacite

from uvas_stats.errors import CatalogError

__all__ = ["build", "read_toml"]

T = TypeVar("T")


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    CatalogError
        If the file cannot be read, is not UTF-8 or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CatalogError("Filen är inte sparad som UTF-8", where=path, todo="Spara om den som UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(
            f"Filen är inte giltig TOML: {error}", where=path, todo="Rätta raden som anges"
        ) from error
    except OSError as error:
        raise CatalogError("Filen kan inte läsas", where=path, todo="Kontrollera sökväg och behörighet") from error


def build(kind: type[T], table: dict[str, Any], where: Path) -> T:
    """Make a frozen dataclass of a TOML table.

    Raises
    ------
    CatalogError
        If a key is missing, misspelt or of the wrong type.
    """
    try:
        return dacite.from_dict(kind, table, config=dacite.Config(strict=True, cast=[tuple, float]))
    except dacite.UnexpectedDataError as error:
        key = sorted(error.keys)[0]
        raise CatalogError(f"Okänd nyckel ”{key}”", where=where, todo=_meant(kind, key)) from error
    except dacite.MissingValueError as error:
        raise CatalogError(
            f"Nyckeln ”{error.field_path}” saknas", where=where, todo="Lägg till nyckeln"
        ) from error
    except dacite.WrongTypeError as error:
        raise CatalogError(
            f"Nyckeln ”{error.field_path}” har fel slags värde: {error.value!r}",
            where=where,
            todo="Se docs/programmes.md för vad nyckeln ska innehålla",
        ) from error
    except (ValueError, TypeError) as error:
        raise CatalogError(f"Ett värde har fel slag: {error}", where=where, todo="Rätta värdet") from error


def _meant(kind: type[Any], key: str) -> str:
    names = _all_names(kind)
    close = difflib.get_close_matches(key, names, n=3, cutoff=0.5)
    return f"Menades {' eller '.join(close)}?" if close else f"Tillåtna nycklar: {', '.join(sorted(names))}"


def _all_names(kind: type[Any]) -> set[str]:
    """Collect the field names of a dataclass and of the dataclasses inside it."""
    import typing

    names: set[str] = set()
    hints = typing.get_type_hints(kind)
    for item in dataclasses.fields(kind):
        names.add(item.name)
        for inner in (hints[item.name], *typing.get_args(hints[item.name])):
            if isinstance(inner, type) and dataclasses.is_dataclass(inner):
                names |= _all_names(inner)
    return names
