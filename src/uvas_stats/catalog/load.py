"""Load the shipped catalog and the user's own programmes and groups, and check them against each other."""

from __future__ import annotations

import csv
import datetime as dt
import fnmatch
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from uvas_stats.catalog.aliases import read_aliases
from uvas_stats.catalog.check import check_catalog, check_groups
from uvas_stats.catalog.check_programme import check_programme
from uvas_stats.catalog.declared import DATA, read_declared, read_tables
from uvas_stats.catalog.lookups import Catalog
from uvas_stats.catalog.model import Break, Correction, Dataset, Group, Measure, Region
from uvas_stats.catalog.names import nearest
from uvas_stats.catalog.programme import Programme
from uvas_stats.catalog.similar import read_similar
from uvas_stats.catalog.toml import build, read_toml
from uvas_stats.errors import CatalogError, UnknownNameError, one_line
from uvas_stats.workspace import Workspace

__all__ = ["load_catalog"]

SAFE_ID = re.compile(r"\w[\w-]{0,80}")
"""A programme's id names a folder of reports: no dots, slashes, spaces or line breaks."""
T = TypeVar("T", Dataset, Group, Measure)


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _regions(path: Path) -> tuple[Region, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Region(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            lan=row["lan"],
            valid_from=_date(row["valid_from"]),
            valid_to=_date(row["valid_to"]),
            successor=row["successor"],
            note=row["note"],
        )
        for row in rows
    )


def _by_id(things: Iterable[T]) -> dict[str, T]:
    return {thing.id: thing for thing in things}


@dataclass(frozen=True)
class _BreakRule:
    """A break as it is declared: of one measure or of many at once."""

    id: str
    measures: tuple[str, ...]
    """Ids, or patterns such as ``bas_*``; ``!*_population_count`` takes some away again."""
    at: str
    text: str
    regions: tuple[str, ...] = ()


def _breaks(measures: Iterable[str]) -> Iterator[Break]:
    """Give the breaks of each measure that a rule fits, by the order of the rules."""
    for rule in read_declared("breaks", _BreakRule):
        for measure in _fitting(rule, list(measures)):
            id_ = rule.id if rule.measures == (measure,) else f"{rule.id}_{measure}"
            yield Break(id_, measure, rule.at, rule.text, rule.regions)


def _fitting(rule: _BreakRule, measures: list[str]) -> list[str]:
    wanted = [pattern for pattern in rule.measures if not pattern.startswith("!")]
    unwanted = [pattern[1:] for pattern in rule.measures if pattern.startswith("!")]
    for pattern in (*wanted, *unwanted):
        if not fnmatch.filter(measures, pattern):
            close = ", ".join(nearest(pattern, measures))
            raise CatalogError(
                f"{rule.id}: measure ”{pattern}” finns inte", where=DATA / "breaks.toml", todo=f"Närmast: {close}"
            )
    return [
        measure
        for measure in measures
        if any(fnmatch.fnmatchcase(measure, pattern) for pattern in wanted)
        and not any(fnmatch.fnmatchcase(measure, pattern) for pattern in unwanted)
    ]


def _lan_groups(regions: tuple[Region, ...]) -> dict[str, Group]:
    groups = {}
    for lan in (region for region in regions if region.kind == "lan"):
        members = tuple(r.code for r in regions if r.kind == "kommun" and r.current and r.lan == lan.code)
        groups[lan.code] = Group(
            id=lan.code, name=f"kommunerna i {lan.name}", kind="lan", members=members, source="SCB"
        )
    return groups


def read_programme(path: Path) -> Programme:
    """Read one programme file.

    Raises
    ------
    CatalogError
        If a key is missing, misspelt or of the wrong type, or the id is not the file's name.
    """
    content: dict[str, Any] = read_toml(path)
    names = ("name", "title", "document")  # they stand in one line each
    content |= {key: one_line(content[key]) for key in names if isinstance(content.get(key), str)}
    programme = build(Programme, content, path)
    stem = unicodedata.normalize("NFC", path.stem)  # a Mac stores å as a and a ring
    if unicodedata.normalize("NFC", programme.id) != stem:
        raise CatalogError(
            f"Nyckeln ”id” är ”{programme.id}”", where=path, todo=f"Den ska vara ”{stem}”, som filens namn"
        )
    if not SAFE_ID.fullmatch(stem):
        raise CatalogError(
            f"Nyckeln ”id” är ”{programme.id}”, som inte kan vara namn på en mapp",
            where=path,
            todo="Döp filen och id till bokstäver, siffror, _ och -",
        )
    return programme


def _programme_files(folder: Path) -> list[Path]:
    """List the programme files of a folder; hidden ones are another program's, such as a Mac's ._x.toml."""
    return sorted(path for path in folder.glob("*.toml") if not path.name.startswith("."))


def _own_programmes(folder: Path, shared: Catalog) -> tuple[dict[str, Programme], dict[str, CatalogError]]:
    """Read and check the user's programme files; one that is wrong is kept apart, with what is wrong."""
    programmes, broken = {}, {}
    for path in _programme_files(folder):
        try:
            read = read_programme(path)
            programme = replace(read, municipalities=_codes(read.municipalities, "municipalities", path))
            check_programme(shared, programme, path)
        except CatalogError as error:
            broken[unicodedata.normalize("NFC", path.stem)] = error
        else:
            programmes[programme.id] = programme
    return programmes, broken


def _codes(texts: Iterable[str], key: str, where: Path) -> tuple[str, ...]:
    """Give the codes of kommuner that a user's file names by name or code; a code is checked later."""
    try:
        return tuple(text if text.isdecimal() else _shipped().region(text).code for text in texts)
    except UnknownNameError as error:
        raise CatalogError(f"{key}: {error.what}", where=where, todo=error.todo) from error


@cache
def _shipped() -> Catalog:
    regions = _regions(DATA / "regions.csv")
    measures = _by_id(read_declared("measures", Measure))
    catalog = Catalog(
        regions=regions,
        groups=_lan_groups(regions) | _by_id(read_declared("groups", Group)),
        datasets=_by_id(read_declared("datasets", Dataset)),
        measures=measures,
        breaks=tuple(_breaks(measures)),
        programmes={one.id: one for one in map(read_programme, _programme_files(DATA / "programmes"))},
        any_kommun=read_programme(DATA / "any_kommun.toml"),
        corrections=read_declared("corrections", Correction),
    )
    check_catalog(catalog, DATA)
    return catalog


def load_catalog(workspace: Workspace | None = None) -> Catalog:
    """Load the catalog, with the user's own programmes and groups if a workspace is given.

    Parameters
    ----------
    workspace
        Where ``programmes/*.toml``, ``groups.toml`` and ``aliases.toml`` are looked for. If None, only what is
        shipped. An own programme with the id of a shipped one takes its place, also where its file is wrong:
        then it is in ``broken``, and only asking for it is an error.

    Raises
    ------
    CatalogError
        If the groups or aliases are wrong, or name a kommun that does not exist.
    """
    catalog = _shipped()
    if workspace is None:
        return catalog
    groups = dict(catalog.groups)
    if workspace.groups_file.is_file():
        declared = read_tables(workspace.groups_file, Group, "groups")
        for one in declared:
            members = _codes(one.members, f"gruppen {one.id}", workspace.groups_file)
            groups[one.id] = replace(one, name=one_line(one.name), kind="own", members=members)
        check_groups(replace(catalog, groups=groups), workspace.groups_file)
    groups |= read_similar(workspace.processed)
    aliases = read_aliases(workspace.aliases_file)
    shared = replace(catalog, groups=groups, aliases=aliases)
    programmes, broken = _own_programmes(workspace.programmes, shared)
    if not programmes and not broken and groups == catalog.groups and aliases == catalog.aliases:
        return catalog
    shipped = {id_: one for id_, one in catalog.programmes.items() if id_ not in broken}
    return replace(shared, programmes={**shipped, **programmes}, broken=broken)
