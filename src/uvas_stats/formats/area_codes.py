"""Names and codes of riket, län and kommuner, as tables write them, to region codes.

The only place that knows how publishers write an area. Names are folded by :mod:`uvas_stats.catalog.names`; what
is added here is what a cell may hold besides: a code that has become a number or lost its zero, a code beside the
name, words for riket, a län without its ``län``.
"""

from __future__ import annotations

import re

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.names import RegionNames, bare_name, nearest, tidy
from uvas_stats.formats.reading import aliased

__all__ = ["RIKET", "AreaCodes"]

RIKET = frozenset(("riket", "hela riket", "riket totalt", "hela landet", "sverige"))
"""What riket is called, folded."""
_CODE = re.compile(r"(?<!\d)\d{3,4}(?!\d)")
_LEADING_CODE = re.compile(r"^(?:\d{2}|\d{4})(?!\S)")
_AROUND = " \t\u00a0,;:/()[]-–"


class AreaCodes:
    """The region codes of a catalog by every way a table may write them.

    Case, kinds of space and dash, zero-width characters and composed letters never matter. A name with å, ä or ö
    is compared exactly first, so that Håbo and Habo are never mixed up, and may then lack its dots and rings.
    Former codes and names lead to those of today. All methods give an empty text (or nothing) for what they do not
    know, so that each reader raises its own error.

    Parameters
    ----------
    catalog
        Where codes and names are.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> areas = AreaCodes(load_catalog())
    >>> areas.kommun("Söderhamns kommun"), areas.lan("Dalarna"), areas.fitting("Hela riket")
    ('2182', '20', ('00',))
    >>> areas.fitting("Uppsala"), areas.fitting("Uppsala kommun"), areas.fitting("Uppsala län")
    (('03', '0380'), ('0380',), ('03',))
    """

    def __init__(self, catalog: Catalog) -> None:
        self._kommuner = RegionNames(region for region in catalog.regions if region.kind == "kommun")
        self._lan = {bare_name(region.name): region.code for region in catalog.regions if region.kind == "lan"}
        self.names = {region.code: region.name for region in catalog.regions if region.current}
        """The names of riket, län and kommuner of today by code."""
        self._successors = {region.code: self._kommuner.current(region).code for region in self._kommuner.regions}

    @staticmethod
    def is_riket(name: object) -> bool:
        """Tell whether a cell says riket, in one of the words for it."""
        return tidy(aliased("areas", str(name))) in RIKET

    def kommun(self, name: object) -> str:
        """Return the code of the kommun with a name, with or without ``kommun`` or ``stad`` and the genitive."""
        hits = self._kommuner.fitting(aliased("areas", str(name)))
        return hits[0].code if len(hits) == 1 else ""

    def lan(self, name: object) -> str:
        """Return the code of the län with a name, with or without ``län`` and the genitive."""
        return self._lan.get(bare_name(aliased("areas", str(name))), "")

    def fitting(self, name: object) -> tuple[str, ...]:
        """Return all codes that a name may be: a kommun and its län often have the same."""
        text = aliased("areas", str(name))
        if self.is_riket(text):
            return ("00",)
        last = tidy(text).rpartition(" ")[2]
        lan = "" if last == "kommun" else self.lan(text)
        kommun = "" if last == "län" else self.kommun(text)
        return tuple(filter(None, (lan, kommun)))

    def kommun_code(self, cell: object) -> str:
        """Return the code of a kommun written as a code: as text or number, its leading zero lost or not.

        Examples
        --------
        >>> from uvas_stats.catalog import load_catalog
        >>> areas = AreaCodes(load_catalog())
        >>> [areas.kommun_code(cell) for cell in ("0114", 114, 1440.0, "114", "9999", 12.5, True)]
        ['0114', '0114', '1440', '0114', '', '', '']
        """
        if isinstance(cell, bool):
            return ""
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        text = str(cell).strip()
        fits = text.isdecimal() and (isinstance(cell, int) or len(text) >= 3)
        return self._successors.get(text.zfill(4), "") if fits else ""

    def kommun_cell(self, text: str) -> str:
        """Return the code of a kommun written by code, by name, or by both, which must then agree.

        Examples
        --------
        >>> from uvas_stats.catalog import load_catalog
        >>> areas = AreaCodes(load_catalog())
        >>> [areas.kommun_cell(text) for text in ("114", "2182 Söderhamn", "Ale kommun (1440)", "2182 Ale")]
        ['0114', '2182', '1440', '']
        """
        text = aliased("areas", text)
        written = _CODE.search(text)
        if written is None:
            return self.kommun(text)
        code = self.kommun_code(written.group())
        name = (text[: written.start()] + " " + text[written.end() :]).strip(_AROUND)
        return code if not name or self.kommun(name) == code else ""

    def area_cell(self, cell: object) -> str:
        """Return the code of riket, a län or a kommun written by code, by name, or by both, which must then agree.

        Examples
        --------
        >>> from uvas_stats.catalog import load_catalog
        >>> areas = AreaCodes(load_catalog())
        >>> [areas.area_cell(text) for text in ("20 Dalarnas län", "2080 Falun", "Riket", "0980", "20 Falun")]
        ['20', '2080', '00', '0980', '']
        """
        text = aliased("areas", " ".join(str(cell).split()))
        code = next(iter(_LEADING_CODE.findall(text)), "")
        name = text.removeprefix(code).strip()
        fitting = self.fitting(name) if name else (code,)
        code = code or (fitting[0] if len(fitting) == 1 else "")
        return code if code in self.names and code in fitting else ""

    def closest(self, text: str) -> list[str]:
        """Name the areas that a text may have meant, the nearest first."""
        return nearest(text, self.names.values())
