"""Where things stand on a sheet of a KAA workbook: title, heading, first row of data, and the area of a row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uvas_stats.catalog.names import tidy
from uvas_stats.clean.kaa_heading import combined, region_role
from uvas_stats.errors import RawFileError
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.formats.grid import Rows, carry, cell_name, cell_text

__all__ = ["Layout", "area_cells", "area_code", "find_layout", "is_area", "is_unknown", "refuse_unheaded"]

MOST_HEADING_ROWS = 40
"""Rows in which the heading must begin."""
_ALL = frozenset(("", "samtliga", "totalt", "alla", "länet", "länet totalt", "alla kommuner"))
"""What stands beside a län, or riket, where a row is of all of it."""


@dataclass(frozen=True)
class Block:
    """Where the heading is and what columns name the area."""

    first: int
    data: int
    roles: Mapping[str, int]


@dataclass(frozen=True)
class Layout:
    """A sheet whose heading is found."""

    where: str
    rows: Rows
    block: Block
    headings: list[str]
    """By column, the group before the name; empty over columns that name the area."""
    title: str


def area_cells(row: Sequence[object], columns: Mapping[str, int]) -> dict[str, object]:
    """Take the cells of a row that name its area: what stands under code, län code, name and län."""
    return {role: row[at] if at < len(row) else "" for role, at in columns.items()}


def _code_text(cell: object) -> str:
    """Write a code that a workbook may hold as a number."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip() if isinstance(cell, (int, str)) and not isinstance(cell, bool) else ""


def _named(cells: Mapping[str, object], areas: AreaCodes) -> str:
    """Return the code of a name, or of the län beside it where the name is none; empty if unknown."""
    name, lan = (tidy(str(cells.get(role, ""))) for role in ("name", "lan"))
    if name in _ALL:
        return "00" if areas.is_riket(lan) else areas.lan(lan)
    if areas.is_riket(name):
        return "00"
    return areas.lan(name) if name.endswith(" län") else areas.kommun(name)


def is_area(cells: Mapping[str, object], areas: AreaCodes) -> bool:
    """Tell whether the cells of a row that name an area do so, or try to."""
    return bool(re.fullmatch("[0-9]{1,4}", _code_text(cells.get("code", "")))) or bool(_named(cells, areas))


def is_unknown(cells: Mapping[str, object], areas: AreaCodes) -> bool:
    """Tell whether a row has the code and the name of a kommun, and neither is of one that there is."""
    code, name = _code_text(cells.get("code", "")), cell_text(cells.get("name", ""))
    known = code in areas.names or bool(_named(cells, areas))
    return bool(re.fullmatch("[0-9]{4}", code)) and any(map(str.isalpha, name)) and not known


def area_code(cells: Mapping[str, object], areas: AreaCodes, where: str, *, coded: bool) -> str:
    """Return the code of a row's area; empty if the row names none.

    Parameters
    ----------
    cells
        What stands under ``code``, ``lan_code``, ``name`` and ``lan``.
    areas
        Knows codes and names.
    where
        The cell, for an error.
    coded
        Whether the sheet has a column of codes; a kommun must then have its code.

    Raises
    ------
    RawFileError
        If the code is none, has lost its zero, or is another area than the name.
    """
    code, name = _code_text(cells.get("code", "")), str(cells.get("name", "")).strip()
    named = _named(cells, areas)
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
    if code not in areas.names:
        raise RawFileError(f"Koden ”{code}” är ingen kommun eller län", where=where, todo="Hämta filen igen")
    if name and named and named != code:
        raise RawFileError(
            f"Koden {code} är {areas.names[code]} men namnet är {name}", where=where, todo="Hämta filen igen"
        )
    if name and not named and len(code) == 4:
        raise RawFileError(
            f"Namnet ”{name}” är ingen kommun; koden {code} är {areas.names[code]}",
            where=where,
            todo="Hämta filen igen",
        )
    return code


def _block(rows: Rows, areas: AreaCodes) -> Block | None:
    """Find the heading: the rows from the one that says Kommun or Län to the first that names an area."""
    for first, row in enumerate(rows[:MOST_HEADING_ROWS]):
        if not any(region_role(cell) for cell in row):
            continue
        for data in range(first + 1, min(first + 6, len(rows))):
            heads = [cell for above in rows[first:data] for cell in enumerate(above)]
            roles = {role: at for at, cell in reversed(heads) if (role := region_role(cell))}
            if "name" not in roles and "lan" in roles:
                roles["name"] = roles.pop("lan")
            if is_area(area_cells(rows[data], roles), areas):
                return Block(_group_row(rows, first, set(roles.values())), data, roles)
    return None


def _group_row(rows: Rows, first: int, region: set[int]) -> int:
    """Take in the row above if it has words only above the columns of figures: a merged group heading."""
    above = rows[first - 1] if first else []
    filled = {at for at, cell in enumerate(above) if cell_text(cell)}
    return first - 1 if filled and min(filled) > max(region) else first


def _headings(rows: Rows, block: Block, width: int) -> list[str]:
    """Join the rows of the heading; a merged cell stands only in its first column, so it is carried on."""
    region = set(block.roles.values())
    parts = [row for row in rows[block.first : block.data] if any(cell_text(cell) for cell in row)]
    lines = [
        ["" if at in region or at >= len(row) else cell_text(row[at]) for at in range(width)] for row in parts
    ]
    carried = [*(carry(line, stop=region) for line in lines[:-1]), *lines[-1:]]
    written = [at not in region and any(line[at] for line in lines) for at in range(width)]
    return [heading if here else "" for heading, here in zip(combined(carried), written, strict=True)]


def _title(rows: Rows, block: Block) -> str:
    texts = [cell_text(cell) for row in rows[: block.first] for cell in row]
    return " ".join(filter(None, texts))


def refuse_unheaded(layout: Layout) -> None:
    """Refuse figures under no heading."""
    for number in range(layout.block.data, len(layout.rows)):
        for at, cell in enumerate(layout.rows[number]):
            if (
                at not in layout.block.roles.values()
                and not layout.headings[at]
                and isinstance(cell, (int, float))
            ):
                raise RawFileError(
                    "Kolumnen saknar rubrik",
                    where=f"{layout.where}, cell {cell_name(number, at)}",
                    todo="Se filen",
                )


def find_layout(where: str, rows: Rows, areas: AreaCodes) -> Layout | None:
    """Find the heading of a sheet, or return None if no row names an area under one.

    Parameters
    ----------
    where
        File and sheet, for errors.
    rows
        The rows of the sheet.
    areas
        The areas that there are.
    """
    block = _block(rows, areas)
    if block is None:
        return None
    width = max(len(row) for row in rows)
    return Layout(where, rows, block, _headings(rows, block, width), _title(rows, block))
