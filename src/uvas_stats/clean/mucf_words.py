"""The words of MUCF's tables: ages, groups, areas, title rows and cells."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.names import fold
from uvas_stats.errors import RawFileError

__all__ = ["Place", "Title", "age_of", "area_of", "category_of", "figure_of", "heading_of", "squeeze", "title_of"]

AGES = ("16-24", "25-29", "16-29")
SUPPRESSED = "***"
_AGE = re.compile(r"(\d\d)\s*[-–]\s*(\d\d)\s*år")
_TITLE = re.compile(r"(20\d\d)\s*,\s*(.+)")
_CHOICES = frozenset(
    (
        "kon",
        "ursprung",
        "alder",
        "alla",
        "kvinnor",
        "man",
        "inrikesfodd",
        "utrikesfodd",
        "inrikes fodda",
        "utrikes fodda",
    )
)
_RIKET = ("riket", "hela landet", "hela riket", "sverige")
_SEXES = {"kvinnor": "women", "man": "men"}
_ORIGINS = {"inrikes": "native_born", "utrikes": "foreign_born"}
_NUMBER = re.compile(r"\d{1,3}( ?\d{3})*")
_PERCENT = re.compile(r"(\d{1,3}(?:[,.]\d+)?) ?%")
_COPY = "Kopiera tabellen igen från MUCF:s sida"


@dataclass(frozen=True)
class Place:
    """Year and area of a table; an empty year is told by the rest of the file."""

    year: str
    region: str


def squeeze(text: str) -> str:
    r"""Write a text with single, ordinary spaces.

    Examples
    --------
    >>> squeeze("16-24\u00a0år ")
    '16-24 år'
    """
    return " ".join(text.split())


def heading_of(cell: object) -> str | None:
    """Give ``antal`` or ``andel`` of a heading."""
    word = squeeze(cell).casefold() if isinstance(cell, str) else ""
    return word if word in ("antal", "andel") else None


def age_of(text: str) -> str | None:
    """Give the age group of a heading.

    Examples
    --------
    >>> age_of("16-24 år"), age_of("25–29 år"), age_of("Antal")
    ('16-24', '25-29', None)
    """
    match = _AGE.fullmatch(squeeze(text))
    age = f"{match[1]}-{match[2]}" if match else None
    return age if age in AGES else None


def category_of(label: str, where: object) -> tuple[str, str | None]:
    """Give sex and origin of a group such as "Kvinnor Utrikesfödd"; ``Alla`` and ``Totalt`` are the total.

    Examples
    --------
    >>> category_of("Kvinnor Utrikesfödd", ""), category_of("Totalt Inrikes födda", ""), category_of("Alla", "")
    (('women', 'foreign_born'), ('total', 'native_born'), ('total', None))
    """
    words = re.sub(r"(rikes) ?(fodda?)\b", r"\1", fold(label)).split(" ")
    sexes = [_SEXES[word] for word in words if word in _SEXES]
    origins = [_ORIGINS[word] for word in words if word in _ORIGINS]
    others = [word for word in words if word not in {*_SEXES, *_ORIGINS, "alla", "totalt"}]
    if others or len(sexes) > 1 or len(origins) > 1:
        raise RawFileError(f"Gruppen ”{label}” är okänd", where=where, todo=_COPY)
    return next(iter(sexes), "total"), next(iter(origins), None)


def figure_of(cell: object, share: bool, where: object) -> tuple[float, str]:
    """Read a cell: a count, or a share in percent, and its status.

    Examples
    --------
    >>> figure_of(0.056, True, ""), figure_of("4,6%", True, ""), figure_of("1 477", False, "")
    ((5.6, 'ok'), (4.6, 'ok'), (1477.0, 'ok'))
    >>> figure_of("***", False, "")
    (nan, 'suppressed')
    """
    text = squeeze(cell) if isinstance(cell, str) else ""
    if text == SUPPRESSED:
        return math.nan, "suppressed"
    if cell == "" or cell is None:
        return math.nan, "not_available"
    value = _share(cell, text) if share else _count(cell, text)
    if value is None:
        kind = "en andel: 0,046 i en arbetsbok, 4,6% på sidan" if share else "ett antal"
        raise RawFileError(f"”{cell}” är inte {kind}", where=where, todo=_COPY)
    return value, "ok"


def _share(cell: object, text: str) -> float | None:
    """Read a fraction of a workbook or a percentage with its sign; 4.6 without a sign could be either."""
    match = _PERCENT.fullmatch(text)
    if match:
        value = float(match[1].replace(",", "."))
        return value if value <= 100 else None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and 0 <= cell <= 1:
        return round(float(cell) * 100, 6)
    return None


def _count(cell: object, text: str) -> float | None:
    if _NUMBER.fullmatch(text):
        return float(text.replace(" ", ""))
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell >= 0 and float(cell).is_integer():
        return float(cell)
    return None


def _spellings(name: str) -> set[str]:
    """Write a name of an area with and without what it is and the genitive before that; Borås keeps its s."""
    return {re.sub(ending, "", fold(name)) for ending in (r" (lan|kommun)$", r"s (lan|kommun)$")}


def area_of(text: str, catalog: Catalog, where: object, *, strict: bool = True) -> str | None:
    """Find the code of riket, a län or a kommun by its name.

    Parameters
    ----------
    text, catalog
        The name as MUCF writes it, such as "Dalarnas Län" or "Dalarna".
    where
        For the message.
    strict
        Whether a name that fits nothing is an error; a sheet may have any name.

    Raises
    ------
    RawFileError
        If it fits nothing, or both a län and a kommun, and ``strict``.
    """
    folded = fold(text)
    if folded in _RIKET:
        return "00"
    kinds = (
        ("lan",) if folded.endswith(" lan") else ("kommun",) if folded.endswith(" kommun") else ("lan", "kommun")
    )
    hits = {
        region.code
        for region in catalog.regions
        if region.kind in kinds and region.current and _spellings(folded) & _spellings(region.name)
    }
    if len(hits) == 1:
        return hits.pop()
    if not strict:
        return None
    what = f"”{text}” är både län och kommun" if hits else f"Området ”{text}” är okänt"
    raise RawFileError(what, where=where, todo="Skriv ut ”län” eller ”kommun” efter namnet")


@dataclass(frozen=True)
class Title:
    """A title row: "2022, Dalarnas Län, Kön, Ursprung, Ålder, Alla"."""

    year: str
    parts: tuple[str, ...]

    def region(self, catalog: Catalog, where: object) -> str:
        """Find the code of the last area that the title names; riket where it names none.

        Raises
        ------
        RawFileError
            If a part is neither an area nor one of the choices of MUCF's form, or a kommun lies in another län.
        """
        codes = [area_of(part, catalog, where) or "" for part in self.parts if fold(part) not in _CHOICES]
        if len(codes) == 2 and not (len(codes[0]) == 2 and codes[1].startswith(codes[0])):
            raise RawFileError("Titelradens kommun ligger inte i dess län", where=where, todo=_COPY)
        if len(codes) > 2:
            raise RawFileError("Titelraden nämner flera områden", where=where, todo="Lägg in ett område i taget")
        return codes[-1] if codes else "00"


def title_of(text: str) -> Title | None:
    """Read a title row; None if the text is something else.

    Examples
    --------
    >>> title_of("2022, Dalarnas Län, Kön")
    Title(year='2022', parts=('Dalarnas Län', 'Kön'))
    """
    match = _TITLE.fullmatch(squeeze(text))
    return Title(match[1], tuple(part.strip() for part in match[2].split(",") if part.strip())) if match else None
