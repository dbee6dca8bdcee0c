"""rapport.html: one file that needs nothing else, for phone, screen and paper."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from uvas_stats.numbers import glued
from uvas_stats.report.escape import printable
from uvas_stats.report.figures import Lookup, compact, lookup
from uvas_stats.report.labels import paragraphs, parse_date, swedish_date
from uvas_stats.report.numbering import Report, Shown

__all__ = ["webpage"]


@dataclass(frozen=True)
class _Grid:
    """A table as the page writes it."""

    head: list[str]
    rows: list[list[str]]
    sides: list[str]
    """``tal`` for right-aligned columns, else empty."""


@dataclass(frozen=True)
class _Part:
    shown: Shown
    source: str
    """The picture as a data URI; empty for a table."""
    width: int
    height: int
    table: _Grid | None
    figures: _Grid | None
    cut: str
    words: _Grid | None = None
    """What a chart says in words, such as the assessments of goals."""


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["jinja"], default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: glued(value) if type(value) is str else value,
    )
    return environment.get_template("rapport.html.jinja")


def webpage(report: Report) -> dict[str, bytes]:
    """Write the page: UTF-8 HTML without scripts and without requests to other places."""
    content = report.content
    names = lookup(content)
    parts = {shown.name: _part(shown, names) for shown in report.parts}
    text = _template().render(
        content=content,
        date=swedish_date(parse_date(content.date)),
        sections=report.sections,
        parts=parts,
        paragraphs=paragraphs,
        definitions=report.definitions,
        sources=_grid(report.sources, ["left"] * len(report.sources.columns)),
    )
    return {"rapport.html": printable(text).encode("utf-8")}


def _grid(cells: pd.DataFrame, align: Sequence[str]) -> _Grid:
    rows = [
        ["" if pd.isna(text) else str(text) for text in row] for row in cells.itertuples(index=False, name=None)
    ]
    sides = ["tal" if side == "right" else "" for side in align]
    return _Grid([str(name) for name in cells.columns], rows, sides)


def _part(shown: Shown, names: Lookup) -> _Part:
    figures, cut = compact(shown.about.data, names)
    behind = None if figures.empty else _grid(figures, [_side(figures[name]) for name in figures.columns])
    if shown.images is None:
        assert shown.table is not None
        return _Part(shown, "", 0, 0, _grid(shown.table.cells, shown.table.align), behind, cut)
    images = shown.images
    source = f"data:image/svg+xml;base64,{base64.b64encode(images.bare_svg).decode('ascii')}"
    return _Part(
        shown, source, round(images.width * 96), round(images.bare_height * 96), None, behind, cut, _words(shown)
    )


def _words(shown: Shown) -> _Grid | None:
    """Give what a chart computed, where all of it is text: that is small to read in a picture on a telephone."""
    derived = shown.about.derived
    if derived.empty or not all(isinstance(cell, str) for cell in derived.to_numpy().ravel()):
        return None
    filled = derived[[name for name in derived.columns if any(derived[name])]]
    return _grid(filled, ["left"] * len(filled.columns))


def _side(column: pd.Series) -> str:
    """Align a column of figures to the right: every text in it begins with a digit, a sign or a dash."""
    texts = [str(text) for text in column if str(text)]
    digits = sum(text[0].isdigit() or text[0] in "−+–" for text in texts)
    return "right" if texts and column.name not in {"Period", "Ålder"} and 2 * digits > len(texts) else "left"
