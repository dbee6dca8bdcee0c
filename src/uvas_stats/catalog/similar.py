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
from uvas_stats.errors import CatalogError, RawFileError, UnknownNameError
from uvas_stats.workspace import atomic_file, writing

__all__ = ["SIMILAR", "is_similar", "pick_similar", "read_similar", "similar_groups", "write_similar"]

SIMILAR = "similar"
WORD = "liknande"
FILE = "similar_groups.json"
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
    raise RawFileError(
        "En jämförelsegrupps titel har fel teckenkodning", where=title, todo="Hämta igen; säg till Kolada"
    )


def _parse(title: str, kommuner: RegionNames) -> _Title | None:
    """Take a title apart; None if it is the title of another kind of group."""
    match = _TITLE.fullmatch(" ".join(_repaired(title).split()))
    if match is None:
        return None
    hits = kommuner.fitting(match["name"])
    if len(hits) != 1:
        raise RawFileError(
            f"Jämförelsegruppen gäller en okänd kommun, ”{match['name']}”", where=title, todo="Kontrollera titeln"
        )
    return _Title(fold(match["theme"]), hits[0].code, match["theme"].lower(), int(match["year"]))


def _members(value: Mapping[str, Any], code: str, kommuner: Iterable[str]) -> tuple[str, ...]:
    """Give the codes of the members, the kommun itself first."""
    listed = value.get("members")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise RawFileError("En jämförelsegrupp saknar medlemmar", where=value.get("title"), todo="Hämta igen")
    members = [str(one.get("member_id", one.get("id", ""))) for one in listed]
    unknown = sorted(set(members) - set(kommuner))
    if unknown or not members:
        raise RawFileError(
            f"En jämförelsegrupp har okända medlemmar: {', '.join(unknown[:5]) or 'inga'}",
            where=value.get("title"),
            todo="Hämta igen",
        )
    return tuple(dict.fromkeys((code, *members)))


def similar_groups(values: Iterable[Mapping[str, Any]], regions: tuple[Region, ...]) -> tuple[Group, ...]:
    """Make groups of what Kolada answers: for each kommun and theme the newest year.

    Parameters
    ----------
    values
        Groups with ``title`` and ``members``; those that are not called "Liknande kommuner" are passed over.
    regions
        The catalog's regions.

    Returns
    -------
    tuple of Group
        Of kind ``similar``, with id ``similar_<kommun>_<theme>``; the kommun itself is a member, to be ranked too.

    Raises
    ------
    RawFileError
        If a title is damaged or names an unknown kommun, a member is unknown, or two groups of a year differ.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> of = [{"title": f"Liknande kommuner arbetsmarknad, Höör, {year}", "members": [{"member_id": code}]}
    ...     for year, code in ((2023, "1260"), (2024, "1267"))] + [
    ...     {"title": "Liknande kommuner, arbetsmarknad, Höör, 2024", "members": [{"member_id": "1267"}]}]
    >>> [(group.id, group.members) for group in similar_groups(of, load_catalog().regions)]
    [('similar_1267_arbetsmarknad', ('1267',))]
    """
    kommuner = {region.code for region in regions if region.kind == "kommun" and region.current}
    names = RegionNames(region for region in regions if region.kind == "kommun")
    newest: dict[tuple[str, str], tuple[_Title, tuple[str, ...], str]] = {}
    for value in values:
        text = str(value.get("title") or "")
        title = _parse(text, names)
        if title is None:
            continue
        members = _members(value, title.code, kommuner)
        key = (title.code, title.theme)
        held = newest.get(key)
        if held is not None and held[0].year == title.year and set(held[1]) != set(members):
            raise RawFileError("Två jämförelsegrupper för samma år skiljer sig", where=text, todo="Hämta igen")
        if held is None or held[0].year < title.year:
            newest[key] = (title, members, text)
    return tuple(_group(*newest[key]) for key in sorted(newest))


def _group(title: _Title, members: tuple[str, ...], text: str) -> Group:
    return Group(
        id=f"similar_{title.code}_{re.sub(r'[^a-z0-9]+', '_', title.theme).strip('_')}",
        name=f"liknande kommuner ({title.name} {title.year})",
        members=members,
        kind=SIMILAR,
        source="Kolada (RKA)",
        note=_repaired(text),
    )


def write_similar(folder: Path, groups: Iterable[Group]) -> None:
    """Write the groups to data/processed, or take the file away where there are none."""
    path = folder / FILE
    rows = [{"id": one.id, "name": one.name, "members": one.members, "note": one.note} for one in groups]
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
                str(row["id"]), str(row["name"]), tuple(row["members"]), SIMILAR, "Kolada (RKA)", str(row["note"])
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
    >>> is_similar("Liknande"), is_similar("liknande kommuner, arbetsmarknad"), is_similar("GR")
    (True, True, False)
    """
    return fold(text).split(" ")[0] == WORD


def pick_similar(text: str, groups: Mapping[str, Group], kommuner: tuple[str, ...]) -> Group:
    """Find the group of kommuner like one's own: ``liknande``, or ``liknande`` and a theme.

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
    theme = re.sub(r"[^a-z0-9]+", "_", re.sub(rf"^{WORD}( kommuner)?[ ,]*", "", fold(text))).strip("_")
    if not theme:
        return next((by_theme[first] for first in FIRST_THEMES if first in by_theme), by_theme[min(by_theme)])
    if theme not in by_theme:
        listed = ", ".join(f"{WORD} {one.replace('_', ' ')}" for one in sorted(by_theme))
        raise UnknownNameError(f"Gruppen ”{text}” finns inte", todo=f"Det finns {listed}")
    return by_theme[theme]
