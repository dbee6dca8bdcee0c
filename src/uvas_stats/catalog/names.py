"""Find a kommun, län, group, measure or programme by what an analyst would type.

Here is also the folding of names that everything else uses: case, spaces, zero-width characters, kinds of dash,
and composed and decomposed letters make no difference anywhere.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from uvas_stats.catalog.model import Region
from uvas_stats.errors import UnknownNameError

__all__ = ["RegionNames", "bare_name", "find", "find_region", "fold", "nearest", "plain_text", "tidy"]

T = TypeVar("T")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # come along when a name is pasted from a document
_SUFFIX = re.compile(r"s?\s+(kommun|stad)$")
_DASHES = re.compile(r"[\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_SPACES_AND_DASHES = re.compile(r"[\s\u00a0\u2009\u202f\-\u2010-\u2015\u2212]+")
_REGION_PREFIX = re.compile(r"^(region|kommunen)\s+")


def plain_text(text: str) -> str:
    r"""Even out spaces, dashes and composed letters and take out what cannot be seen; case is kept.

    Examples
    --------
    >>> plain_text("2088\u201103\u201304\n12\u200b"), plain_text("Ha\u030abo")
    ('2088-03-04 12', 'H\xe5bo')
    """
    if not text.isascii():
        text = _DASHES.sub("-", unicodedata.normalize("NFC", _INVISIBLE.sub("", text)))
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def tidy(text: str) -> str:
    r"""Lower the case and even out spaces, hyphens and composed letters; å, ä and ö are kept.

    Examples
    --------
    >>> tidy(" Upplands\u2011V\u00e4sby "), tidy("Ha\u030abo\u200b")
    ('upplands väsby', 'håbo')
    """
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).casefold()
    return _SPACES_AND_DASHES.sub(" ", text).strip()


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Write a name without case, hyphens, double spaces and diacritics.

    Examples
    --------
    >>> fold("Östra  Göinge"), fold("Upplands-Väsby")
    ('ostra goinge', 'upplands vasby')
    """
    parts = unicodedata.normalize("NFKD", tidy(text))
    return "".join(char for char in parts if not unicodedata.combining(char))


def _unspaced(text: str) -> str:
    return fold(text).replace(" ", "")


def bare_name(text: str) -> str:
    """Fold the name of an area without ``län`` or ``kommun`` and without the genitive before it.

    Examples
    --------
    >>> bare_name("Dalarnas län"), bare_name("Dalarna"), bare_name("Västerås kommun")
    ('dalarna', 'dalarna', 'vastera')
    """
    return fold(text).removesuffix(" lan").removesuffix(" kommun").removesuffix("s")


def nearest(text: str, names: Iterable[str], n: int = 3) -> list[str]:
    """Return the ``n`` names most like the text, the nearest first.

    Parameters
    ----------
    text
        What was written.
    names
        What there is.
    n
        How many to return.
    """
    folded = {name: fold(name) for name in names}
    wanted = fold(text)
    likeness = {name: difflib.SequenceMatcher(None, wanted, plain).ratio() for name, plain in folded.items()}
    return sorted(folded, key=lambda name: likeness[name], reverse=True)[:n]


def find(text: str, things: Mapping[str, T], titles: Mapping[str, str], what: str) -> T:
    """Find by id or title, forgiving of case, spacing and missing å ä ö.

    Parameters
    ----------
    text
        What was written.
    things
        What there is, by id.
    titles
        The title of each, by id.
    what
        What a thing is called, for the error: ``Måttet``.

    Raises
    ------
    UnknownNameError
        With the three nearest names.
    """
    if text in things:
        return things[text]
    wanted = fold(text).replace(" ", "_")
    for id_, title in titles.items():
        if wanted in (fold(id_).replace(" ", "_"), fold(title).replace(" ", "_")):
            return things[id_]
    id_of = {name: id_ for id_, title in titles.items() for name in (title, id_)}
    close = dict.fromkeys(id_of[name] for name in nearest(text, id_of, n=len(id_of)))
    shown = [f"{id_} ({titles[id_]})" if fold(id_) != fold(titles[id_]) else id_ for id_ in list(close)[:3]]
    raise UnknownNameError(f"{what} ”{text}” finns inte", todo=f"Närmast: {', '.join(shown)}")


def _spellings(text: str) -> list[str]:
    """Give the spellings to try: as written, without ``kommun`` or ``stad``, and without the genitive s before."""
    plain = tidy(text)
    without = _REGION_PREFIX.sub("", re.sub(r"\s+(kommun|stad)$", "", plain))
    genitive = _SUFFIX.sub("", plain)
    return list(dict.fromkeys([plain, without, genitive]))


class RegionNames:
    """Regions by name, with or without ``kommun``.

    Parameters
    ----------
    regions
        Those to find, with their former names; a former one leads to the row that replaced it.
    """

    def __init__(self, regions: Iterable[Region]) -> None:
        self.regions = list(regions)
        self._indexes: dict[Callable[[str], str], dict[str, dict[str, Region]]] = {}

    def fitting(self, text: str) -> list[Region]:
        """Return today's regions that a name fits: none, one, or several that it cannot tell apart.

        A name with å, ä or ö fits exactly first, so that Håbo and Habo are never mixed up.
        """
        spellings = _spellings(text)
        for folded in (tidy, fold, _unspaced):
            index = self._index(folded)
            for spelling in spellings:
                if hits := index.get(folded(spelling)):
                    return list(hits.values())
        return []

    def _index(self, folded: Callable[[str], str]) -> dict[str, dict[str, Region]]:
        """Give today's regions by code under each name."""
        if folded not in self._indexes:
            index: dict[str, dict[str, Region]] = {}
            for region in self.regions:
                today = self.current(region)
                index.setdefault(folded(region.name), {})[today.code] = today
            self._indexes[folded] = index
        return self._indexes[folded]

    def current(self, region: Region) -> Region:
        """Follow successors to the row that is valid today."""
        while not region.current:
            region = next(
                other for other in self.regions if other.code == region.successor and other is not region
            )
        return region


def find_region(text: str, regions: tuple[Region, ...], kinds: tuple[str, ...] = ("kommun",)) -> Region:
    """Find a region by code or name, with or without ``kommun``.

    A name with å, ä or ö matches exactly first, so that Håbo and Habo are never mixed up. A former code or name
    leads to the row that replaced it.

    Parameters
    ----------
    text
        A code or a name.
    regions
        The regions of a catalog.
    kinds
        Which kinds of them to look among.

    Raises
    ------
    UnknownNameError
        With the three nearest names, or if the folded name fits several regions.
    """
    wanted = text.strip()
    names = RegionNames(region for region in regions if region.kind in kinds)
    by_code = [region for region in names.regions if region.code == wanted]
    hits = by_code or names.fitting(text)
    if by_code or len(hits) == 1:
        return names.current(next((region for region in hits if region.current), hits[0]))
    if hits:
        listed = ", ".join(f"{region.name} {region.code}" for region in hits)
        raise UnknownNameError(f"”{text}” kan vara flera kommuner", todo=f"Välj en av: {listed}")
    codes_of = {region.name: region.code for region in names.regions if region.current}
    close = nearest(re.sub(r"(?i)\s+kommun$", "", wanted), codes_of)
    listed = ", ".join(f"{name} ({codes_of[name]})" for name in close)
    what = "Kommunen" if kinds == ("kommun",) else "Området"
    raise UnknownNameError(f"{what} ”{text}” finns inte", todo=f"Närmast: {listed}")
