"""Find a kommun, län, group, measure or programme by what an analyst would type."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from uvas_stats.catalog.model import Region
from uvas_stats.errors import UnknownNameError

__all__ = ["find", "find_region", "fold", "nearest"]

T = TypeVar("T")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # come along when a name is pasted from a document
_SUFFIX = re.compile(r"s?\s+(kommun|stad)$")
_REGION_PREFIX = re.compile(r"^(region|kommunen)\s+")


@lru_cache(maxsize=4096)
def tidy(text: str) -> str:
    """Lower the case and even out spaces, hyphens and composed letters; å, ä and ö are kept."""
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).casefold()
    return re.sub(r"[\s\u00a0\u2009\u202f\-\u2010\u2011\u2013]+", " ", text).strip()


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


def nearest(text: str, names: Iterable[str], n: int = 3) -> list[str]:
    """Return the ``n`` names most like the text, the nearest first."""
    folded = {name: fold(name) for name in names}
    wanted = fold(text)
    likeness = {name: difflib.SequenceMatcher(None, wanted, plain).ratio() for name, plain in folded.items()}
    return sorted(folded, key=lambda name: likeness[name], reverse=True)[:n]


def find(text: str, things: Mapping[str, T], titles: Mapping[str, str], what: str) -> T:
    """Find by id or title, forgiving of case, spacing and missing å ä ö.

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


def _candidates(text: str) -> list[str]:
    """Give the spellings to try: as written, without ``kommun`` or ``stad``, and without the genitive s before."""
    plain = tidy(text)
    without = _REGION_PREFIX.sub("", re.sub(r"\s+(kommun|stad)$", "", plain))
    genitive = _SUFFIX.sub("", plain)
    return list(dict.fromkeys([plain, without, genitive]))


def find_region(text: str, regions: tuple[Region, ...], kinds: tuple[str, ...] = ("kommun",)) -> Region:
    """Find a region by code or name, with or without ``kommun``.

    A name with å, ä or ö matches exactly first, so that Håbo and Habo are never mixed up. A former code or name
    leads to the row that replaced it.

    Raises
    ------
    UnknownNameError
        With the three nearest names, or if the folded name fits several regions.
    """
    wanted = text.strip()
    pool = [region for region in regions if region.kind in kinds]
    by_code = [region for region in pool if region.code == wanted]
    if by_code:
        return _current(by_code, pool)
    for same in (tidy, fold, _unspaced):
        for candidate in _candidates(text):
            hits = [region for region in pool if same(region.name) == same(candidate)]
            codes = {_current([hit], pool).code for hit in hits}
            if len(codes) == 1:
                return _current(hits, pool)
            if codes:
                names = ", ".join(f"{hit.name} {hit.code}" for hit in hits)
                raise UnknownNameError(f"”{text}” kan vara flera kommuner", todo=f"Välj en av: {names}")
    codes_of = {region.name: region.code for region in pool if region.current}
    close = nearest(re.sub(r"(?i)\s+kommun$", "", wanted), codes_of)
    listed = ", ".join(f"{name} ({codes_of[name]})" for name in close)
    what = "Kommunen" if kinds == ("kommun",) else "Området"
    raise UnknownNameError(f"{what} ”{text}” finns inte", todo=f"Närmast: {listed}")


def _current(hits: list[Region], pool: list[Region]) -> Region:
    """Follow successors to the row that is valid today."""
    region = next((hit for hit in hits if hit.current), hits[0])
    while not region.current:
        region = next(other for other in pool if other.code == region.successor and other is not region)
    return region
