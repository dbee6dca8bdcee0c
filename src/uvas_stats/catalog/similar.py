"""Groups of kommuner that are like each other, as Kolada makes them anew each year.

Their titles hold the theme, the kommun and the year, with punctuation that varies; the newest year of each theme
counts. They are kept in data/processed beside the figures, because they come with an edition and not with the
catalog.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uvas_stats.catalog.model import Group, Region
from uvas_stats.catalog.names import RegionNames, fold
from uvas_stats.errors import CatalogError, UnknownNameError
from uvas_stats.workspace import atomic_file, writing

__all__ = [
    "NETWORK",
    "SIMILAR",
    "SortedGroups",
    "is_similar",
    "network_groups",
    "pick_similar",
    "read_similar",
    "similar_groups",
    "sort_groups",
    "write_similar",
]

SIMILAR, NETWORK = "similar", "network"
SOURCE = "Kolada (RKA)"
WORD = "liknande"
FILE = "similar_groups.json"
START = f"{WORD} kommuner"
EXAMPLES = 3
"""How many of the groups that were left out are named."""
FIRST_THEMES = ("overgripande", "arbetsmarknad")
_TITLE = re.compile(
    r"liknande\s+kommuner\s*,?\s+(?P<theme>.+?)\s*,\s*(?P<name>[^,]+?)\s*,?\s+(?P<year>\d{4})", re.IGNORECASE
)
_MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf\u0152-\u2122]|\ufffd")


@dataclass(frozen=True)
class _Title:
    theme: str
    code: str
    name: str
    year: int


@dataclass(frozen=True)
class _Read:
    """A group of similar kommuner as it was read."""

    title: _Title
    members: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class SortedGroups:
    """What the groups of an answer were found to be."""

    groups: tuple[Group, ...]
    """Of kind ``similar``, with id ``similar_<kommun>_<theme>``."""
    of_regions: int
    """How many groups are of a region, and so no groups of kommuner."""
    left_out: tuple[str, ...]
    """Of each group that could not be trusted its title and why."""

    @property
    def told(self) -> str:
        """Say in one line how many groups were left out and why, with a few examples; empty if none were.

        Examples
        --------
        >>> SortedGroups((), 0, ("”A”: saknar medlemmar",)).told
        '1 jämförelsegrupp lämnades utanför: ”A”: saknar medlemmar.'
        """
        count = len(self.left_out)
        if not count:
            return ""
        what = "1 jämförelsegrupp" if count == 1 else f"{count} jämförelsegrupper"
        such = ", t.ex." if count > EXAMPLES else ":"
        return f"{what} lämnades utanför{such} {'; '.join(self.left_out[:EXAMPLES])}."


class _LeftOutError(Exception):
    """Why a group cannot be trusted, in words for the analyst."""


def _repaired(title: str) -> str:
    """Undo that a title's UTF-8 was read as Latin-1, as once at the publisher; refuse what stays wrong."""
    if not _MOJIBAKE.search(title):
        return title
    for encoding in ("latin-1", "cp1252"):
        try:
            repaired = title.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if not _MOJIBAKE.search(repaired):
            return repaired
    raise _LeftOutError("titeln har fel teckenkodning")


def _parse(title: str, kommuner: RegionNames) -> _Title:
    """Take apart the title of a group of similar kommuner."""
    match = _TITLE.fullmatch(" ".join(_repaired(title).split()))
    if match is None:
        raise _LeftOutError("titeln har inte tema, kommun och år")
    hits = kommuner.fitting(match["name"])
    if len(hits) != 1:
        raise _LeftOutError(f"gäller en okänd kommun, ”{match['name']}”")
    return _Title(fold(match["theme"]), hits[0].code, match["theme"].lower(), int(match["year"]))


def _members(value: Mapping[str, Any], code: str, kommuner: Iterable[str]) -> tuple[str, ...]:
    """Give the codes of the members, the kommun itself first."""
    listed = value.get("members")
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict | str) for one in listed):
        raise _LeftOutError("saknar medlemmar")
    members = [one if isinstance(one, str) else str(one.get("member_id", one.get("id", ""))) for one in listed]
    unknown = sorted(set(members) - set(kommuner))
    if unknown:
        raise _LeftOutError(f"har okända medlemmar: {', '.join(unknown[:5])}")
    return tuple(dict.fromkeys((*filter(None, [code]), *members)))


def _is_of_region(title: str) -> bool:
    """Tell whether a title names a region where a kommun is expected, such as Västra Götalandsregionen."""
    match = _TITLE.fullmatch(title)
    name = fold(match["name"]) if match else ""
    return name.startswith("region ") or name.endswith("regionen")


def sort_groups(values: Iterable[Mapping[str, Any]], regions: tuple[Region, ...]) -> SortedGroups:
    """Make groups of what Kolada answers: for each kommun and theme the newest year that can be trusted.

    Groups are beside the figures, so that no fault in one stops anything: it is left out, and told. That is so if
    its title is damaged or names an unknown kommun, a member is unknown, or two groups of a year differ.

    Parameters
    ----------
    values
        Groups with ``title`` and ``members``; those that are not called "Liknande kommuner" are passed over.
    regions
        The catalog's regions.

    Returns
    -------
    SortedGroups
        The groups, in each of which the kommun itself is a member, to be ranked too; and what was left out.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> made = sort_groups([
    ...     {"title": "Liknande kommuner arbetsmarknad, Höör, 2024", "members": [{"member_id": "1260"}]},
    ...     {"title": "Liknande kommuner, IFO, Hööör, 2024", "members": [{"member_id": "1260"}]},
    ...     {"title": "Liknande kommuner räddningstjänst, Region Skåne, 2024", "members": [{"member_id": "0008"}]},
    ... ], load_catalog().regions)
    >>> [group.id for group in made.groups], made.of_regions
    (['similar_1267_arbetsmarknad'], 1)
    >>> made.told
    '1 jämförelsegrupp lämnades utanför: ”Liknande kommuner, IFO, Hööör, 2024”: gäller en okänd kommun, ”Hööör”.'
    """
    kommuner = {region.code for region in regions if region.kind == "kommun" and region.current}
    names = RegionNames(region for region in regions if region.kind == "kommun")
    by_year: dict[tuple[str, str], dict[int, list[_Read]]] = {}
    of_regions, left_out = 0, []
    for value in values:
        text = " ".join(str(value.get("title") or "").split())
        if not fold(text).startswith(START):
            continue
        if _is_of_region(text):
            of_regions += 1
            continue
        try:
            title = _parse(text, names)
            read = _Read(title, _members(value, title.code, kommuner), text)
        except _LeftOutError as error:
            left_out.append(f"”{text}”: {error}")
            continue
        by_year.setdefault((title.code, title.theme), {}).setdefault(title.year, []).append(read)
    groups = []
    for key in sorted(by_year):
        newest, differing = _newest(by_year[key])
        left_out += differing
        groups += [_group(newest.title, newest.members, newest.text)] if newest else []
    return SortedGroups(tuple(groups), of_regions, tuple(left_out))


def _newest(by_year: Mapping[int, list[_Read]]) -> tuple[_Read | None, list[str]]:
    """Give the group of the newest year whose groups agree, and the newer ones that do not."""
    differing: list[str] = []
    for year in sorted(by_year, reverse=True):
        of_year = by_year[year]
        if len({frozenset(one.members) for one in of_year}) == 1:
            return of_year[0], differing
        differing += [f"”{one.text}”: skiljer sig från en annan för samma år" for one in of_year]
    return None, differing


def similar_groups(values: Iterable[Mapping[str, Any]], regions: tuple[Region, ...]) -> tuple[Group, ...]:
    """Make groups of what Kolada answers, as :func:`sort_groups` does, without what was left out.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> of = [{"title": f"Liknande kommuner arbetsmarknad, Höör, {year}", "members": [{"member_id": code}]}
    ...     for year, code in ((2023, "1260"), (2024, "1267"))] + [
    ...     {"title": "Liknande kommuner, arbetsmarknad, Höör, 2024", "members": [{"member_id": "1267"}]}]
    >>> [(group.id, group.members) for group in similar_groups(of, load_catalog().regions)]
    [('similar_1267_arbetsmarknad', ('1267',))]
    """
    return sort_groups(values, regions).groups


def network_groups(
    values: Iterable[Mapping[str, Any]], regions: tuple[Region, ...], known: Iterable[Group]
) -> tuple[Group, ...]:
    """Make groups of the networks of kommuner among what Kolada answers, by Kolada's ids.

    Parameters
    ----------
    values
        Groups with ``id``, ``title`` and ``members``; those of similar kommuner are passed over, and those that
        cannot be trusted.
    regions, known
        The catalog's regions, and its groups: one with the same members is not made again.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> values = [{"id": "G148309", "title": "Tornedalen (ovägt medel)", "members": ["2518", "2521", "2583"]}]
    >>> [(one.id, one.name) for one in network_groups(values, load_catalog().regions, ())]
    [('G148309', 'Tornedalen')]
    """
    kommuner = {region.code for region in regions if region.kind == "kommun" and region.current}
    held = {frozenset(group.members) for group in known}
    groups = []
    for value in values:
        text = " ".join(str(value.get("title") or "").split())
        if fold(text).startswith(START):
            continue
        try:
            name, members = _repaired(text.removesuffix("(ovägt medel)").strip()), _members(value, "", kommuner)
        except _LeftOutError:
            continue
        if name and frozenset(members) not in held:
            groups.append(Group(str(value.get("id")), name, members, NETWORK, SOURCE, text))
    return tuple(groups)


def _group(title: _Title, members: tuple[str, ...], text: str) -> Group:
    return Group(
        id=f"similar_{title.code}_{re.sub(r'[^a-z0-9]+', '_', title.theme).strip('_')}",
        name=f"liknande kommuner ({title.name} {title.year})",
        members=members,
        kind=SIMILAR,
        source=SOURCE,
        note=_repaired(text),
    )


def write_similar(folder: Path, groups: Iterable[Group]) -> None:
    """Write the groups to data/processed, or take the file away where there are none."""
    path = folder / FILE
    rows = [
        {"id": one.id, "name": one.name, "members": one.members, "kind": one.kind, "note": one.note}
        for one in groups
    ]
    if not rows:
        with writing(path):
            path.unlink(missing_ok=True)
        return
    with atomic_file(path) as temporary:
        temporary.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def read_similar(folder: Path) -> dict[str, Group]:
    """Read the groups of data/processed by id; none where none have been fetched.

    Raises
    ------
    CatalogError
        If the file is damaged.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        groups = [
            Group(
                str(row["id"]), str(row["name"]), tuple(row["members"]), str(row["kind"]), SOURCE, str(row["note"])
            )
            for row in rows
        ]
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise CatalogError(
            "Filen med jämförelsegrupper är skadad", where=path, todo="Ta bort den och kör: uvas build"
        ) from error
    return {group.id: group for group in groups}


def is_similar(text: str) -> bool:
    """Tell whether a name asks for the kommuner that are like one's own.

    Examples
    --------
    >>> is_similar("Liknande"), is_similar("liknande:arbetsmarknad"), is_similar("GR")
    (True, True, False)
    """
    return re.match(rf"{WORD}\b", fold(text)) is not None


def pick_similar(text: str, groups: Mapping[str, Group], kommuner: tuple[str, ...]) -> Group:
    """Find the group of kommuner like one's own: ``liknande``, or ``liknande:`` and a theme.

    Parameters
    ----------
    text
        What was typed.
    groups
        All groups by id.
    kommuner
        The codes of those that ask.

    Raises
    ------
    UnknownNameError
        If it is not one kommun that asks, no groups have been fetched, or there is none of that theme.
    """
    if len(kommuner) != 1:
        raise UnknownNameError(
            "Liknande kommuner finns för en kommun i taget", todo="Ange en kommun, eller en grupp med namn"
        )
    start = f"{SIMILAR}_{kommuner[0]}_"
    by_theme = {id_.removeprefix(start): group for id_, group in groups.items() if id_.startswith(start)}
    if not by_theme:
        raise UnknownNameError("Liknande kommuner är inte hämtade", todo="Hämta dem med: uvas fetch kolada")
    theme = re.sub(r"[^a-z0-9]+", "_", re.sub(rf"^{WORD}( kommuner)?[ ,:]*", "", fold(text))).strip("_")
    if not theme:
        return next((by_theme[first] for first in FIRST_THEMES if first in by_theme), by_theme[min(by_theme)])
    if theme not in by_theme:
        listed = ", ".join(f"{WORD}:{one}" for one in sorted(by_theme))
        raise UnknownNameError(f"Gruppen ”{text}” finns inte", todo=f"Det finns {listed}")
    return by_theme[theme]
