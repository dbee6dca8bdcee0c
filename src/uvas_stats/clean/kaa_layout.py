"""Where things stand on a sheet of a KAA workbook: the title, the rows of the heading, the first row of data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from uvas_stats.clean.kaa_heading import combined, region_role
from uvas_stats.clean.kaa_region import Places, place_cells
from uvas_stats.errors import RawFileError
from uvas_stats.formats.workbook import Rows, cell_name

__all__ = ["Layout", "cell_text", "find_layout", "refuse_unheaded"]

MOST_HEADING_ROWS = 40
"""Rows in which the heading must begin."""


@dataclass(frozen=True)
class Block:
    """Where the heading is and what columns name the place."""

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
    """By column, the group before the name; empty over columns that name the place."""
    title: str


def cell_text(cell: object) -> str:
    """Write a cell on one line; an empty one as nothing."""
    return " ".join(str(cell).split()) if isinstance(cell, str) else "" if cell is None else str(cell)


def _block(rows: Rows, places: Places) -> Block | None:
    """Find the heading: the rows from the one that says Kommun or Län to the first that names a place."""
    for first, row in enumerate(rows[:MOST_HEADING_ROWS]):
        if not any(region_role(cell) for cell in row):
            continue
        for data in range(first + 1, min(first + 6, len(rows))):
            heads = [cell for above in rows[first:data] for cell in enumerate(above)]
            roles = {role: at for at, cell in reversed(heads) if (role := region_role(cell))}
            if "name" not in roles and "lan" in roles:
                roles["name"] = roles.pop("lan")
            if places.is_place(place_cells(rows[data], roles)):
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
    lines = []
    parts = [row for row in rows[block.first : block.data] if any(cell_text(cell) for cell in row)]
    for number, row in enumerate(parts):
        line, carried = [], ""
        for at in range(width):
            own = "" if at in region or at >= len(row) else cell_text(row[at])
            carried = own or ("" if at in region else carried)
            line.append(carried if number < len(parts) - 1 else own)
        lines.append(line)
    written = [any(at < len(row) and cell_text(row[at]) for row in parts) for at in range(width)]
    return [heading if own else "" for heading, own in zip(combined(lines), written, strict=True)]


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


def find_layout(where: str, rows: Rows, places: Places) -> Layout | None:
    """Find the heading of a sheet, or return None if no row names a place under one."""
    block = _block(rows, places)
    if block is None:
        return None
    width = max(len(row) for row in rows)
    return Layout(where, rows, block, _headings(rows, block, width), _title(rows, block))
