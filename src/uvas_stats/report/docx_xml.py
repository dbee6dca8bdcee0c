"""What differs from report to report in a Word document: macros over the styles and the width of a template."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.parts.document import DocumentPart
from docx.shared import Emu
from jinja2 import Environment, StrictUndefined, Template
from lxml import etree

from uvas_stats.numbers import NO_BREAK, glued
from uvas_stats.present.figure import About
from uvas_stats.report.escape import printable
from uvas_stats.report.labels import paragraphs

__all__ = ["column_widths", "inline_picture", "macros"]

_KEPT_WHOLE = 16
"""Tables with at most this many rows are not split between pages."""
_LETTER, _BOLD, _PADDING = 94, 102, 190
"""Twentieths of a point: a digit of 9 points, the same in bold, and the margins of a cell."""
_BROAD, _THIN = frozenset("mwMW%@—"), frozenset("iljtfI.,:;'|!() -\u202f")
_UNBROKEN = 16
"""Figures, alone or in a list, with at most this many letters stay on one line."""


def _line(text: str) -> str:
    return " ".join(printable(text).split())


def _unbroken(text: str) -> str:
    """Keep a percent sign on the line of its figure, and a place on the line of what it is among."""
    return re.sub(r"(?<=\d) (av|=) (?=\w)", rf"{NO_BREAK}\1{NO_BREAK}", text.replace(" %", f"{NO_BREAK}%"))


def _ink(text: str) -> float:
    """Estimate the width of a text in digits."""
    return sum(1.65 if c in _BROAD else 0.6 if c in _THIN else 1.2 if c.isupper() else 1.03 for c in text)


def column_widths(cells: pd.DataFrame, align: Sequence[str], total: int) -> list[int]:
    """Share the width between columns: first room for what must not break, then by how much text there is.

    Parameters
    ----------
    cells
        The table as text, with its headings.
    align
        How each column is set.
    total
        The width to share.
    """
    columns = [[_unbroken(str(text)) for text in cells[name]] for name in cells.columns]
    wanted, least, words = [], [], []
    for name, texts, side in zip(cells.columns, columns, align, strict=True):
        head = max(_ink(word) * _BOLD for word in (*str(name).split(" "), ""))
        word = max(head, *(_ink(word) * _LETTER for text in texts for word in text.split(" ")), 1)
        parts = [part for text in texts for part in text.split("; ") if side == "right" or part != text]
        whole = (part for part in parts if len(part) <= _UNBROKEN)
        words.append(word + _PADDING)
        least.append(max(word, *(_ink(text) * _LETTER for text in whole), 1) + _PADDING)
        text = max(word, *(_ink(text) * _LETTER for text in texts), 1) + _PADDING
        wanted.append(max(least[-1], min(text, total / 2)))
    return _share(wanted, least if sum(least) <= total else words, total)


def _share(wanted: Sequence[float], least: Sequence[float], total: int) -> list[int]:
    """Give each column what it wants if there is room, else its least and a part of the rest."""
    if sum(wanted) <= total:
        share = [total * want / sum(wanted) for want in wanted]
    elif sum(least) >= total:
        share = [total * small / sum(least) for small in least]
    else:
        room = (total - sum(least)) / (sum(wanted) - sum(least))
        share = [small + room * (want - small) for small, want in zip(least, wanted, strict=True)]
    return [int(width) for width in share]


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.filters |= {"glued": glued, "line": _line, "paragraphs": paragraphs, "unbroken": _unbroken}
    source = (Path(__file__).parent / "templates" / "rapport.docx.jinja").read_text(encoding="utf-8")
    return environment.from_string("".join(line.strip() for line in source.splitlines()))


def macros(styles: Mapping[str, str], width: int, picture: Callable[..., str] | None = None) -> Any:
    """Return the macros of ``templates/rapport.docx.jinja``, which give finished XML.

    Parameters
    ----------
    styles
        Ids of the styles, by their names.
    width
        Of a table, in twentieths of a point.
    picture
        Gives the drawing of a numbered chart.
    """
    names = {"styles": styles, "picture": picture, "kept_whole": _KEPT_WHOLE}
    return _template().make_module(names | {"column_widths": partial(column_widths, total=width)})


def inline_picture(part: DocumentPart, png: bytes, size: tuple[int, int], name: str, about: About) -> str:
    """Return a drawing with its text alternative.

    Parameters
    ----------
    part
        The part of the document that the picture is added to.
    png
        The picture.
    size
        Width and height in EMU.
    name
        File name of the picture.
    about
        Its title and text alternative.
    """
    inline: Any = part.new_pic_inline(io.BytesIO(png), Emu(size[0]), Emu(size[1]))
    for side in "TBLR":
        inline.set(f"dist{side}", "0")
    inline.docPr.id = 1
    inline.graphic.graphicData.pic.spPr.find(qn("a:prstGeom")).append(OxmlElement("a:avLst"))
    for described in (inline.docPr, inline.graphic.graphicData.pic.nvPicPr.cNvPr):
        described.set("name", name)
        described.set("descr", _line(about.alt))
        described.set("title", _line(about.title))
    return str(etree.tostring(inline, encoding="unicode"))
