"""The tables of a web page, cell by cell, and the text around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree, html

__all__ = ["Page", "read_page"]

LARGEST_SPAN = 100
_NOT_SCRIPT = "not(ancestor::script or ancestor::style)"


@dataclass(frozen=True)
class Page:
    """What a page holds that a reader needs."""

    tables: list[list[list[object]]]
    """Rows of text; a cell over several columns stands in the first of them, and the others are empty."""
    lines: list[str]
    """The text outside of the tables, and their captions."""


def _cells(cell: Any) -> list[object]:
    """Give the text of a cell, and empty cells for the further columns that it covers."""
    text = " ".join("".join(cell.xpath(f".//text()[{_NOT_SCRIPT}]")).split())
    span = (cell.get("colspan") or "1")[:4]
    return [text, *[""] * (min(int(span), LARGEST_SPAN) - 1 if span.isdecimal() else 0)]


def _rows(table: Any) -> list[list[object]]:
    """Give the rows of a table that have any cells, without those of a table inside it."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    cells = [[text for cell in row.iterchildren("td", "th") for text in _cells(cell)] for row in rows]
    return [row for row in cells if row]


def read_page(text: str) -> Page:
    """Read the tables of a page, however carelessly it is written.

    Examples
    --------
    >>> page = read_page("<h2>2022</h2><table><tr><th><th colspan=2>16&nbsp;år<tr><td>Alla<td>1<td>5,6%</table>")
    >>> page.lines, page.tables
    (['2022'], [[['', '16 år', ''], ['Alla', '1', '5,6%']]])
    """
    try:
        root = html.document_fromstring(text.encode(), html.HTMLParser(encoding="utf-8", huge_tree=True))
    except etree.ParserError:  # there is nothing in it
        return Page([], [])
    outside = root.xpath(f"//text()[{_NOT_SCRIPT} and not(ancestor::td or ancestor::th)]")
    return Page(
        tables=[_rows(table) for table in root.iter("table")],
        lines=[line for line in (" ".join(part.split()) for part in outside) if line],
    )
