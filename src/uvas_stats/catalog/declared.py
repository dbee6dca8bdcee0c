"""Read what is declared in ``catalog/data``: tables in TOML, with what they have in common said once.

A file ``kaa_tables.toml`` holds tables ``[[tables]]``; ``skolverket_pxweb_tables.toml`` holds more of those in
``pxweb_tables.toml``. Besides them a file may hold

``[defaults]``
    Keys that every table of the file has, unless it says otherwise.
``[defaults."siris_leavers_*"]``
    Keys of the tables whose id fits the pattern. A later pattern wins over an earlier one, and the table over all.
``[texts]``
    Texts by name. Where a table says ``"@name"`` the text is put.
``[versions.half_year]``
    Words to fill in. A table with ``{word}`` in its id is made once for each version; ``{version}`` is its name.

What the first file of a name says in ``[defaults]`` and ``[texts]`` holds in the files beside it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from uvas_stats.catalog.names import nearest
from uvas_stats.catalog.toml import build, read_toml
from uvas_stats.errors import CatalogError

__all__ = ["DATA", "read_declared", "read_tables"]

T = TypeVar("T")
DATA = Path(__file__).resolve().parent / "data"
Table = dict[str, Any]


@dataclass(frozen=True)
class _Common:
    """What the tables of a file have in common."""

    defaults: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    versions: dict[str, dict[str, str]] = field(default_factory=dict)


COMMON = ("defaults", "texts", "versions")
_WORD = re.compile(r"\{(\w+)\}")


@cache
def read_declared(name: str, kind: type[T]) -> tuple[T, ...]:
    """Read all that is declared under a name, in the order it is declared.

    Parameters
    ----------
    name
        Name of a file in ``catalog/data``, whose tables are called by its last word: ``kaa_tables``.
    kind
        The dataclass that each table becomes.

    Raises
    ------
    CatalogError
        If a file is wrong, or an id stands twice; with file, key and what was likely meant.

    Examples
    --------
    >>> from uvas_stats.catalog.model import Dataset
    >>> read_declared("datasets", Dataset)[0].id
    'kolada'
    """
    things: dict[str, T] = {}
    inherited = _Common()
    for path in [DATA / f"{name}.toml", *sorted(DATA.glob(f"*_{name}.toml"))]:
        of_file, common = _read(path, kind, name.rpartition("_")[2], inherited)
        if not things:
            inherited = _Common(common.defaults, common.texts)
        double = sorted(set(of_file) & set(things))
        if double:
            raise CatalogError(f"”{double[0]}” finns i två filer", where=path, todo="Ge den ena ett annat id")
        things |= of_file
    return tuple(things.values())


def read_tables(path: Path, kind: type[T], key: str) -> tuple[T, ...]:
    """Read one file of tables, such as the user's own groups.

    Parameters
    ----------
    path
        The file.
    kind
        The dataclass that each table becomes.
    key
        What the tables are called.

    Raises
    ------
    CatalogError
        If the file holds anything else, a table is wrong, or an id stands twice.
    """
    return tuple(_read(path, kind, key, _Common())[0].values())


def _read(path: Path, kind: type[T], key: str, inherited: _Common) -> tuple[dict[str, T], _Common]:
    """Read one file into dataclasses by id (or number), and what its tables have in common."""
    content = read_toml(path)
    extra = ", ".join(sorted(set(content) - {key, *COMMON}))
    if extra or not isinstance(content.get(key), list):
        raise CatalogError(
            f"Filen ska bara innehålla tabeller [[{key}]]",
            where=path,
            todo=f"Ta bort {extra}" if extra else f"Skriv minst en tabell [[{key}]], eller ta bort filen",
        )
    common = build(_Common, {name: content[name] for name in COMMON if name in content}, path)
    things: dict[str, T] = {}
    for number, table in enumerate(_expand(content[key], common, inherited, path)):
        thing = build(kind, table, path)
        id_ = getattr(thing, "id", "") or f"{path.stem} {number}"
        if id_ in things:
            raise CatalogError(f"”{id_}” finns två gånger", where=path, todo="Ge den ena ett annat id")
        things[id_] = thing
    return things, common


def _expand(tables: list[Any], common: _Common, inherited: _Common, path: Path) -> Iterator[Any]:
    """Write out the tables of a file: a version after another, with defaults, texts and words put in."""
    texts = inherited.texts | common.texts
    ids = []
    for table, words in _with_versions(tables, common.versions, path):
        if not isinstance(table, dict):
            yield table  # for ``build`` to refuse
            continue
        id_ = _put_in(table.get("id", ""), {}, words, path)
        ids.append(id_)
        full = {**_defaults(id_, inherited.defaults), **_defaults(id_, common.defaults), **table}
        yield {key: _put_in(value, texts, words, path) for key, value in full.items()}
    for pattern, values in common.defaults.items():
        if isinstance(values, dict) and not any(fnmatchcase(id_, pattern) for id_ in ids):
            close = ", ".join(nearest(pattern, ids)) or "inget"
            raise CatalogError(f"defaults: inget id är som ”{pattern}”", where=path, todo=f"Närmast: {close}")


def _with_versions(
    tables: list[Any], versions: Mapping[str, Mapping[str, str]], path: Path
) -> Iterator[tuple[Any, Mapping[str, str]]]:
    """Give each table, with words to fill in; those that stand together are repeated together."""
    for repeated, run in groupby(
        tables, lambda table: isinstance(table, dict) and "{" in str(table.get("id", ""))
    ):
        together = list(run)
        if not repeated or not versions:
            yield from ((table, {}) for table in together)
            continue
        for name, words in versions.items():
            for table in together:
                only = table.get("versions", list(versions))
                _check_known(only, versions, "Versionen", path)
                if name in only:
                    plain = {key: value for key, value in table.items() if key != "versions"}
                    yield plain, {"version": name, **words}


def _defaults(id_: str, defaults: Mapping[str, Any]) -> Table:
    """Give what holds for a table: what is said of all, then of each pattern that its id fits."""
    merged = {key: value for key, value in defaults.items() if not isinstance(value, dict)}
    for pattern, values in defaults.items():
        if isinstance(values, dict) and fnmatchcase(id_, pattern):
            merged |= values
    return merged


def _put_in(value: Any, texts: Mapping[str, str], words: Mapping[str, str], path: Path) -> Any:
    """Put named texts and a version's words into a value, all the way in."""
    if isinstance(value, list):
        return [_put_in(item, texts, words, path) for item in value]
    if isinstance(value, dict):
        return {key: _put_in(item, texts, words, path) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    if value.startswith("@"):
        _check_known([value[1:]], texts, "Texten", path)
        value = texts[value[1:]]
    if not words:
        return value
    _check_known(_WORD.findall(value), words, "Ordet", path)
    return _WORD.sub(lambda match: words[match[1]], value)


def _check_known(names: Iterable[str], known: Iterable[str], what: str, path: Path) -> None:
    for name in names:
        if name not in known:
            close = ", ".join(nearest(name, known)) or "inget"
            raise CatalogError(f"{what} ”{name}” finns inte", where=path, todo=f"Närmast: {close}")
