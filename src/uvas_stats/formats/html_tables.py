"""The tables of a web page, cell by cell, and the text around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Page", "read_page"]

LARGEST_SPAN = 100
SKIPPED = ("script", "style")


@dataclass
class Page:
    """What a page holds that a reader needs."""

    tables: list[list[list[object]]] = field(default_factory=list)
    """Rows of text; a cell over several columns stands in the first of them, and the others are empty."""
    lines: list[str] = field(default_factory=list)
    """The text outside of the tables, and their captions."""


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._row: list[object] | None = None
        self._cell: list[str] | None = None
        self._span = 1
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SKIPPED:
            self._skipped += 1
        elif tag == "table":
            self.page.tables.append([])
        elif tag == "tr" and self.page.tables:
            self._end_row()
            self._row = []
        elif tag in ("td", "th") and self._row is not None:
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._cell, self._span = [], min(int(span[:4]), LARGEST_SPAN) if span.isdecimal() else 1

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        if self._cell is not None:
            self._cell.append(data)
        elif data.strip():
            self.page.lines.append(" ".join(data.split()))

    def close(self) -> None:
        super().close()
        self._end_row()

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            self._row += [" ".join("".join(self._cell).split()), *[""] * (self._span - 1)]
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row:
            self.page.tables[-1].append(self._row)
        self._row = None


def read_page(text: str) -> Page:
    """Read the tables of a page.

    Examples
    --------
    >>> page = read_page("<h2>2022</h2><table><tr><th><th colspan=2>16&nbsp;år<tr><td>Alla<td>1<td>5,6%</table>")
    >>> page.lines, page.tables
    (['2022'], [[['', '16 år', ''], ['Alla', '1', '5,6%']]])
    """
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return parser.page
