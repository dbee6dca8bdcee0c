"""What a heading of a KAA workbook says: which quantity or category, in which unit, of which sex.

Words for unit and sex are taken away, and what is left must be an alias of the table; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from uvas_stats.catalog.kaa import KaaTable
from uvas_stats.formats.reading import aliased

__all__ = ["Meaning", "combined", "expected", "meaning", "plain", "region_role"]

_DASHES = re.compile("[-\u2010\u2011\u2012\u2013\u2014]\u00ad?")
_FOOTNOTE = re.compile(r"(?:[¹²³⁴⁵*]|\s[0-9]\))+(?=\s|$)")
_UNIT = re.compile(r"\b(antalet|antal|andelen|andel|procent)\b|\(?%\)?")
_SEX = re.compile(r"\b(kvinnor|flickor|män|pojkar|totalt|samtliga|båda könen)\b")
_AGE = re.compile(r",?\s*\(?16-19(?: år)?\)?")
_FILLER = re.compile(r"\b(därav|varav)\b|[,:;|()]")
_SEXES = {"kvinnor": "women", "flickor": "women", "män": "men", "pojkar": "men"}
_BIRTH_YEAR = re.compile(r"(?:födda |födelseår )?((?:19|20)[0-9]{2})( (?:eller|och) tidigare)?")
REGION_HEADINGS = {
    "kommunkod": "code",
    "kommun-kod": "code",
    "kod": "code",
    "regionkod": "code",
    "länskod": "lan_code",
    "läns-kod": "lan_code",
    "kommun": "name",
    "kommunnamn": "name",
    "region": "name",
    "område": "name",
    "namn": "name",
    "län/kommun": "name",
    "län och kommun": "name",
    "län": "lan",
    "länsnamn": "lan",
}
"""What the headings of the columns that name a place are, and what stands under them."""


@dataclass(frozen=True)
class Meaning:
    """What a column holds."""

    kind: str
    """``quantity`` or ``category``."""
    id: str
    unit: str
    """``count``, ``pct``, or empty where the heading does not say."""
    sex: str


def plain(text: object) -> str:
    r"""Write a heading without case, line breaks, footnote marks and kinds of dash.

    Examples
    --------
    >>> plain("Folkmängd i åldern\n16–19 år 1)")
    'folkmängd i åldern 16-19 år'
    """
    words = " ".join(str(text).casefold().split())
    return _DASHES.sub("-", _FOOTNOTE.sub("", words)).strip()


def region_role(text: object) -> str:
    """Tell which part of a place stands under a heading; empty if it is another column."""
    return REGION_HEADINGS.get(plain(aliased("headings", str(text))), "")


def _last(pattern: re.Pattern[str], text: str) -> str:
    matches = list(pattern.finditer(text))
    return matches[-1][0] if matches else ""


def _birth_year(rest: str) -> str:
    year = _BIRTH_YEAR.fullmatch(rest)
    if not year:
        return ""
    return f"{year[1]}_or_earlier" if year[2] else year[1]


def _category(table: KaaTable, rest: str) -> str:
    """Find the category, under its own name or with that of its group before it."""
    groups = sorted((*table.groups, *(name for item in table.quantities for name in item.aliases)), key=len)
    names = [rest, *(rest.removeprefix(f"{group} ") for group in groups if group and rest.startswith(f"{group} "))]
    if table.years:
        return next(filter(None, map(_birth_year, names)), "")
    return next((item.id for name in names for item in table.categories if name in item.aliases), "")


def meaning(table: KaaTable, heading: str) -> Meaning | None:
    """Find what a heading means in a table; None if it is unknown or can mean several things.

    Examples
    --------
    >>> from uvas_stats.catalog.kaa import kaa_table
    >>> meaning(kaa_table("4A"), "Andel rapporterade ungdomar (%) | Kvinnor")
    Meaning(kind='quantity', id='share', unit='pct', sex='women')
    >>> meaning(kaa_table("4A"), "Folkmängd 16–20 år") is None
    True
    """
    text = plain(aliased("headings", heading))
    word = _last(_UNIT, text)
    unit = "" if not word else "count" if word.startswith("antal") else "pct"
    sex = _SEXES.get(_last(_SEX, text), "total")
    rest = " ".join(_FILLER.sub(" ", _AGE.sub("", _SEX.sub(" ", _UNIT.sub(" ", text)))).split())
    category = _category(table, rest)
    if category:
        return Meaning("category", category, unit, sex)
    hits = [item for item in table.quantities if rest in item.aliases]
    fits = [item for item in hits if unit in ("", "pct" if item.whole else "count")]
    if len(fits) != 1:
        return None
    return Meaning("quantity", fits[0].id, "pct" if fits[0].whole else "count", sex)


def expected(table: KaaTable) -> str:
    """List what the headings of a table may say."""
    quantities = [item.aliases[0] or "totalt" for item in table.quantities]
    categories = ["födelseår"] if table.years else [item.aliases[0] for item in table.categories]
    return ", ".join(dict.fromkeys([*quantities, *categories]))


def combined(parts: Iterable[Sequence[str]]) -> list[str]:
    """Join the rows of a heading column by column, the group before the name.

    Examples
    --------
    >>> combined([["Antal", "Antal"], ["Kvinnor", ""]])
    ['Antal | Kvinnor', 'Antal']
    """
    return [" | ".join(dict.fromkeys(filter(None, column))) for column in zip(*parts, strict=True)]
