"""The words of MUCF's tables: ages, groups, areas, title rows and cells."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from uvas_stats.catalog.names import fold
from uvas_stats.errors import RawFileError
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.formats.grid import cell_text
from uvas_stats.formats.markers import loose_number, parse_number
from uvas_stats.formats.reading import aliased
from uvas_stats.formats.sex_and_age import age_group

__all__ = ["Title", "age_of", "area_of", "category_of", "figure_of", "heading_of", "title_of"]

AGES = ("16-24", "25-29", "16-29")
SUPPRESSED = "***"
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
_SEXES = {"kvinnor": "women", "man": "men"}
_ORIGINS = {"inrikes": "native_born", "utrikes": "foreign_born"}
_COPY = "Kopiera tabellen igen från MUCF:s sida"


def heading_of(cell: object) -> str | None:
    """Give ``antal`` or ``andel`` of a heading."""
    word = aliased("headings", cell_text(cell)).casefold()
    return word if word in ("antal", "andel") else None


def age_of(text: str) -> str | None:
    """Give the age group of a heading.

    Examples
    --------
    >>> age_of("16-24 år"), age_of("25–29 år"), age_of("Antal")
    ('16-24', '25-29', None)
    """
    age = age_group(text)
    return age if age in AGES else None


def category_of(label: str, where: object) -> tuple[str, str | None]:
    """Give sex and origin of a group such as "Kvinnor Utrikesfödd"; ``Alla`` and ``Totalt`` are the total.

    Examples
    --------
    >>> category_of("Kvinnor Utrikesfödd", ""), category_of("Totalt Inrikes födda", ""), category_of("Alla", "")
    (('women', 'foreign_born'), ('total', 'native_born'), ('total', None))
    """
    words = re.sub(r"(rikes) ?(fodda?)\b", r"\1", fold(aliased("categories", label))).split(" ")
    sexes = [_SEXES[word] for word in words if word in _SEXES]
    origins = [_ORIGINS[word] for word in words if word in _ORIGINS]
    others = [word for word in words if word not in {*_SEXES, *_ORIGINS, "alla", "totalt"}]
    if others or len(sexes) > 1 or len(origins) > 1:
        raise RawFileError(f"Gruppen ”{label}” är okänd", where=where, todo=_COPY)
    return next(iter(sexes), "total"), next(iter(origins), None)


def figure_of(cell: object, share: bool, where: object) -> tuple[float, str]:
    """Read a cell: a count, or a share in percent, and its status.

    Parameters
    ----------
    cell
        As it stands in the table.
    share
        Whether the column is of shares; else it is of counts.
    where
        The cell, for an error.

    Examples
    --------
    >>> figure_of(0.056, True, ""), figure_of("4,6%", True, ""), figure_of("1 477", False, "")
    ((5.6, 'ok'), (4.6, 'ok'), (1477.0, 'ok'))
    >>> figure_of("***", False, "")
    (nan, 'suppressed')
    """
    text = cell_text(cell)
    if text == SUPPRESSED:
        return math.nan, "suppressed"
    if cell == "" or cell is None:
        return math.nan, "not_available"
    value = _share(cell, text) if share else _count(cell)
    if value is None:
        kind = "en andel: 0,046 i en arbetsbok, 4,6% på sidan" if share else "ett antal"
        raise RawFileError(f"”{cell}” är inte {kind}", where=where, todo=_COPY)
    return value, "ok"


def _share(cell: object, text: str) -> float | None:
    """Read a fraction of a workbook or a percentage with its sign; 4.6 without a sign could be either."""
    if text.endswith("%"):
        value = loose_number(text)
        return value if value is not None and 0 <= value <= 100 else None
    value = None if isinstance(cell, str) else loose_number(cell)
    return round(value * 100, 6) if value is not None and 0 <= value <= 1 else None


def _count(cell: object) -> float | None:
    value = parse_number(cell)
    return value if value is not None and value >= 0 and value.is_integer() else None


def area_of(text: str, areas: AreaCodes, where: object) -> str:
    """Find the code of riket, a län or a kommun by its name, such as "Dalarnas Län" or "Dalarna".

    Parameters
    ----------
    text
        The name.
    areas
        The areas that there are.
    where
        The cell, for an error.

    Raises
    ------
    RawFileError
        If it fits nothing, or both a län and a kommun.
    """
    codes = areas.fitting(text)
    if len(codes) == 1:
        return codes[0]
    what = f"”{text}” är både län och kommun" if codes else f"Området ”{text}” är okänt"
    raise RawFileError(what, where=where, todo="Skriv ut ”län” eller ”kommun” efter namnet")


@dataclass(frozen=True)
class Title:
    """A title row: "2022, Dalarnas Län, Kön, Ursprung, Ålder, Alla"."""

    year: str
    parts: tuple[str, ...]

    def region(self, areas: AreaCodes, where: object) -> str:
        """Find the code of the last area that the title names; riket where it names none.

        Raises
        ------
        RawFileError
            If a part is neither an area nor one of the choices of MUCF's form, or a kommun lies in another län.
        """
        codes = [area_of(part, areas, where) for part in self.parts if fold(part) not in _CHOICES]
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
    match = _TITLE.fullmatch(cell_text(text))
    return Title(match[1], tuple(part.strip() for part in match[2].split(",") if part.strip())) if match else None
