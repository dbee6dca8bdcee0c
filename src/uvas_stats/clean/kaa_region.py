"""Which place a row of a KAA workbook is of: riket, a län or a kommun, by code, by name, or by both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.names import nearest, tidy
from uvas_stats.errors import RawFileError

__all__ = ["Places"]

_RIKET = {"riket", "hela riket", "riket totalt", "hela landet", "sverige"}
_ALL = {"", "samtliga", "totalt", "alla", "länet", "länet totalt", "alla kommuner"}


class Places:
    """The places of a catalog by every way a workbook may write them.

    Parameters
    ----------
    catalog
        Where codes and names are.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._names = catalog.names
        self._kommuner: dict[str, str] = {}
        self._lan: dict[str, str] = {}
        for region in catalog.regions:
            code = region.code if region.current else region.successor
            name = tidy(region.name)
            if region.kind == "kommun" and code in self._names:
                self._kommuner.setdefault(name, code)
                self._kommuner.setdefault(f"{name} kommun", code)
            elif region.kind == "lan":
                self._lan[name] = self._lan[name.removesuffix(" län")] = region.code
        self._codes = {region.code for region in catalog.regions if region.current}

    def by_name(self, name: object, lan: object = "") -> str:
        """Return the code of a name, or of the län beside it where the name is none; empty if unknown."""
        text = tidy(str(name))
        if text in _RIKET or (text in _ALL and tidy(str(lan)) in _RIKET):
            return "00"
        if text in _ALL:
            return self._lan.get(tidy(str(lan)), "")
        if text.endswith(" län"):
            return self._lan.get(text, "")
        return self._kommuner.get(text, "")

    def is_place(self, row: Mapping[str, object]) -> bool:
        """Tell whether the cells of a row that name a place do so, or try to."""
        code = _code_text(row.get("code", ""))
        return bool(re.fullmatch("[0-9]{1,4}", code)) or bool(
            self.by_name(row.get("name", ""), row.get("lan", ""))
        )

    def find(self, row: Mapping[str, object], where: str, *, coded: bool) -> str:
        """Return the code of a row's place; empty if the row names none.

        Parameters
        ----------
        row
            What stands under ``code``, ``lan_code``, ``name`` and ``lan``.
        where
            The cell, for an error.
        coded
            Whether the sheet has a column of codes; a kommun must then have its code.

        Raises
        ------
        RawFileError
            If the code is none, has lost its zero, or is another place than the name.
        """
        code, name = _code_text(row.get("code", "")), str(row.get("name", "")).strip()
        named = self.by_name(name, row.get("lan", ""))
        if not code and not named:
            return ""
        if not code:
            if coded and len(named) == 4:
                raise RawFileError(f"Kommunen {name} saknar kod", where=where, todo="Hämta filen igen")
            return named
        if re.fullmatch("[0-9]{3}|[0-9]", code) and code != "0":
            raise RawFileError(
                f"Koden {code} har förlorat sin inledande nolla",
                where=where,
                todo="Använd filen som den hämtats, inte sparad på nytt",
            )
        code = "00" if code == "0" else code
        if code not in self._codes:
            raise RawFileError(f"Koden ”{code}” är ingen kommun eller län", where=where, todo="Hämta filen igen")
        if name and named and named != code:
            raise RawFileError(
                f"Koden {code} är {self._names[code]} men namnet är {name}", where=where, todo="Hämta filen igen"
            )
        if name and not named and len(code) == 4:
            raise RawFileError(
                f"Namnet ”{name}” är ingen kommun; koden {code} är {self._names[code]}",
                where=where,
                todo="Hämta filen igen",
            )
        return code

    def closest(self, text: str) -> str:
        """Name the places that a text may have meant."""
        return ", ".join(nearest(text, [self._names[code] for code in self._codes]))


def _code_text(cell: object) -> str:
    """Write a code that a workbook may hold as a number."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip() if isinstance(cell, (int, str)) and not isinstance(cell, bool) else ""


def place_cells(row: Sequence[object], columns: Mapping[str, int]) -> dict[str, object]:
    """Take the cells of a row that name its place."""
    return {role: row[at] if at < len(row) else "" for role, at in columns.items()}
