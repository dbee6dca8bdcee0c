"""Load the shipped catalog and the user's own programmes and groups, and check them against each other."""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from uvas_stats.catalog.check import check_catalog, check_groups, check_programmes
from uvas_stats.catalog.model import Break, Dataset, Group, Measure, Region
from uvas_stats.catalog.names import find, find_region, fold
from uvas_stats.catalog.programme import Programme
from uvas_stats.catalog.similar import SIMILAR, is_similar, pick_similar, read_similar
from uvas_stats.catalog.toml import build, read_toml
from uvas_stats.errors import CatalogError, UnknownNameError
from uvas_stats.workspace import Workspace

__all__ = ["Catalog", "load_catalog"]

DATA = Path(__file__).resolve().parent / "data"
SAFE_ID = re.compile(r"\w[\w-]{0,80}")
"""A programme's id names a folder of reports: no dots, slashes, spaces or line breaks."""
T = TypeVar("T", Dataset, Group, Measure, Break)


@dataclass(frozen=True)
class Catalog:
    """Everything that is declared, with lookups that are kind to the one who types.

    Examples
    --------
    >>> catalog = load_catalog()
    >>> catalog.region("soderhamns kommun").code, catalog.region("Malung").name
    ('2182', 'Malung-Sälen')
    >>> len(catalog.kommuner), len(catalog.group("GR").members)
    (290, 13)
    """

    regions: tuple[Region, ...]
    groups: Mapping[str, Group]
    datasets: Mapping[str, Dataset]
    measures: Mapping[str, Measure]
    breaks: tuple[Break, ...]
    programmes: Mapping[str, Programme]
    any_kommun: Programme
    """The pattern for a kommun without a programme of its own."""

    @property
    def kommuner(self) -> tuple[Region, ...]:
        """The 290 kommuner of today, by code."""
        return tuple(region for region in self.regions if region.kind == "kommun" and region.current)

    @property
    def names(self) -> dict[str, str]:
        """Names by code of all current regions, and of the groups by id."""
        names = {region.code: region.name for region in self.regions if region.current}
        return names | {group.id: group.name for group in self.listed_groups if group.kind != "lan"}

    @property
    def listed_groups(self) -> tuple[Group, ...]:
        """The groups to choose among, without the thousands that Kolada makes of similar kommuner."""
        return tuple(group for group in self.groups.values() if group.kind != SIMILAR)

    def region(self, text: str) -> Region:
        """Find a kommun by code or name."""
        return find_region(text, self.regions)

    def area(self, text: str) -> Region:
        """Find riket, a län or a kommun by code or name."""
        return find_region(text, self.regions, ("riket", "lan", "kommun"))

    def group(self, text: str, kommuner: tuple[str, ...] = ()) -> Group:
        """Find a group by id or name; ``liknande`` is the kommuner that are like the only one of ``kommuner``."""
        if is_similar(text):
            return pick_similar(text, self.groups, kommuner)
        if text in self.groups:
            return self.groups[text]
        wanted = fold(text).removesuffix(" lan").removesuffix("s")
        for region in self.regions:
            if region.kind == "lan" and fold(region.name).removesuffix(" lan").removesuffix("s") == wanted:
                return self.groups[region.code]
        return find(text, self.groups, {group.id: group.name for group in self.listed_groups}, "Gruppen")

    def measure(self, text: str) -> Measure:
        """Find a measure by id, title, the publisher's id or, unless only a document has it, its short title.

        Raises
        ------
        UnknownNameError
            If there is none, with the nearest; or if several have the short title, with them.
        """
        for measure in self.measures.values():
            if measure.source_id and measure.source_id.casefold() == text.strip().casefold():
                return measure
        wanted = fold(text)
        published = [item for item in self.measures.values() if item.dataset != "programme_documents"]
        hits = [measure for measure in published if fold(measure.short) == wanted]
        if len(hits) > 1:
            listed = "; ".join(f"{measure.id} ({measure.title})" for measure in hits)
            raise UnknownNameError(f"”{text}” kan vara flera mått", todo=f"Välj ett av dem: {listed}")
        if hits:
            return hits[0]
        return find(text, self.measures, {id_: item.title for id_, item in self.measures.items()}, "Måttet")

    def programme(self, text: str) -> Programme:
        """Find a programme by id or name."""
        return find(text, self.programmes, {id_: item.name for id_, item in self.programmes.items()}, "Programmet")

    def breaks_of(self, measure: str, regions: tuple[str, ...] = ()) -> tuple[Break, ...]:
        """Return the breaks of a measure that concern all regions or one of those named."""
        return tuple(
            item
            for item in self.breaks
            if item.measure == measure and (not item.regions or set(item.regions) & set(regions))
        )

    def own_groups(self, kommun: str) -> tuple[Group, ...]:
        """Return the groups a kommun belongs to: its län, its SKR group, then others."""
        order = {"lan": 0, "skr": 1}
        hits = [group for group in self.listed_groups if kommun in group.members]
        return tuple(sorted(hits, key=lambda group: order.get(group.kind, 2)))


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


def _tables(path: Path, kind: type[T], key: str) -> dict[str, T]:
    """Read a TOML file of one array of tables into dataclasses by id."""
    content = read_toml(path)
    extra = ", ".join(sorted(set(content) - {key}))
    if extra or not isinstance(content.get(key), list):
        raise CatalogError(
            f"Filen ska bara innehålla tabeller [[{key}]]",
            where=path,
            todo=f"Ta bort {extra}" if extra else f"Skriv minst en tabell [[{key}]], eller ta bort filen",
        )
    things: dict[str, T] = {}
    for table in content[key]:
        thing = build(kind, table, path)
        if thing.id in things:
            raise CatalogError(f"”{thing.id}” finns två gånger", where=path, todo="Ge den ena ett annat id")
        things[thing.id] = thing
    return things


def _all_tables(kind: type[T], key: str) -> dict[str, T]:
    """Read ``measures.toml`` and every ``*_measures.toml`` beside it, or the same of another key."""
    things: dict[str, T] = {}
    for path in [DATA / f"{key}.toml", *sorted(DATA.glob(f"*_{key}.toml"))]:
        own = _tables(path, kind, key)
        double = sorted(set(own) & set(things))
        if double:
            raise CatalogError(f"”{double[0]}” finns i två filer", where=path, todo="Ge den ena ett annat id")
        things |= own
    return things


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


def _programmes(folder: Path) -> dict[str, Programme]:
    """Read the programme files of a folder; hidden ones are another program's, such as a Mac's ._x.toml."""
    files = sorted(path for path in folder.glob("*.toml") if not path.name.startswith("."))
    return {programme.id: programme for programme in map(read_programme, files)}


@cache
def _shipped() -> Catalog:
    regions = _regions(DATA / "regions.csv")
    catalog = Catalog(
        regions=regions,
        groups=_lan_groups(regions) | _tables(DATA / "groups.toml", Group, "groups"),
        datasets=_all_tables(Dataset, "datasets"),
        measures=_all_tables(Measure, "measures"),
        breaks=tuple(_all_tables(Break, "breaks").values()),
        programmes=_programmes(DATA / "programmes"),
        any_kommun=read_programme(DATA / "any_kommun.toml"),
    )
    check_catalog(catalog, DATA)
    return catalog


def load_catalog(workspace: Workspace | None = None) -> Catalog:
    """Load the catalog, with the user's own programmes and groups if a workspace is given.

    Parameters
    ----------
    workspace
        Where ``programmes/*.toml`` and ``groups.toml`` are looked for. If None, only what is shipped. An own
        programme with the id of a shipped one takes its place.

    Raises
    ------
    CatalogError
        If a file is wrong, or names a kommun, measure or group that does not exist.
    """
    catalog = _shipped()
    if workspace is None:
        return catalog
    groups = dict(catalog.groups)
    if workspace.groups_file.is_file():
        own = _tables(workspace.groups_file, Group, "groups")
        groups |= {id_: replace(group, kind="own") for id_, group in own.items()}
        check_groups(replace(catalog, groups=groups), workspace.groups_file)
    groups |= read_similar(workspace.processed)
    programmes = _programmes(workspace.programmes) if workspace.programmes.is_dir() else {}
    if not programmes and groups == catalog.groups:
        return catalog
    own_part = replace(catalog, groups=groups, programmes=programmes)
    check_programmes(own_part, workspace.programmes)
    return replace(own_part, programmes={**catalog.programmes, **programmes})
