"""Pieces of WordprocessingML: paragraphs, captions with number fields, tables, pictures and contents."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pandas as pd
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.parts.document import DocumentPart
from docx.shared import Emu
from lxml import etree

from uvas_stats.numbers import NO_BREAK
from uvas_stats.present.figure import About
from uvas_stats.report.escape import printable

__all__ = ["Raw", "caption", "contents", "heading", "paragraph", "picture", "run", "table"]

_FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r><w:instrText xml:space="preserve"> {} </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
)
"""What opens a field of Word's; its result follows."""
_FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
_KEPT_WHOLE = 16
"""Tables with at most this many rows are not split between pages."""
_LETTER, _BOLD, _PADDING = 94, 102, 190
"""Twentieths of a point: a digit of 9 points, the same in bold, and the margins of a cell."""
_BROAD, _THIN = frozenset("mwMW%@—"), frozenset("iljtfI.,:;'|!() -\u202f")
_UNBROKEN = 16
"""Figures, alone or in a list, with at most this many letters stay on one line."""


class Raw(str):
    """Finished XML that the template must not escape again."""

    __slots__ = ()

    def __html__(self) -> str:
        """Tell Jinja that nothing needs escaping."""
        return str(self)


def run(text: str, properties: str = "") -> str:
    """Return a run of text.

    Examples
    --------
    >>> run("Ale & Lidköping")
    '<w:r><w:t xml:space="preserve">Ale &amp; Lidköping</w:t></w:r>'
    """
    inside = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inside}<w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r>'


def paragraph(inside: str, style: str, properties: str = "") -> str:
    """Return a paragraph of finished runs in a style, given by its id.

    Parameters
    ----------
    inside
        Finished runs.
    style
        Id of the style.
    properties
        More of its properties, as XML.
    """
    return f"<w:p><w:pPr><w:pStyle w:val={quoteattr(style)}/>{properties}</w:pPr>{inside}</w:p>"


def heading(text: str, style: str, anchor: str, number: int) -> str:
    """Return a heading with a bookmark that the table of contents links to.

    Parameters
    ----------
    text, style
        The heading, and the id of its style.
    anchor, number
        Name and id of the bookmark, each unique in the document.
    """
    mark = f'<w:bookmarkStart w:id="{number}" w:name="{anchor}"/>'
    return paragraph(f'{mark}{run(text)}<w:bookmarkEnd w:id="{number}"/>', style, "<w:keepNext/>")


def caption(kind: str, number: int, title: str, more: str, style: str) -> str:
    """Return a caption such as ``Figur 1. Andel``, on the page of what it is of, its number a field of Word's.

    Parameters
    ----------
    kind
        ``Figur`` or ``Tabell``.
    number
        What the field shows until it is updated.
    title, more
        What is in bold, and what follows it; the latter may be empty.
    style
        Id of the caption style.
    """
    count = _FIELD.format(rf"SEQ {kind} \* ARABIC") + run(str(number)) + _FIELD_END
    named = run(f". {title}", "<w:b/>")
    return paragraph(f"{run(f'{kind} ')}{count}{named}{run(f'. {more}') if more else ''}", style, "<w:keepNext/>")


def contents(entries: Sequence[tuple[str, str]], title: str, styles: Mapping[str, str]) -> str:
    """Return a table of contents: a field whose result already links to the headings.

    Parameters
    ----------
    entries
        Heading and anchor of each chapter.
    title
        The heading over the table.
    styles
        Ids of the styles ``toc heading`` and ``toc 1``.
    """
    start = _FIELD.format(r'TOC \o "1-1" \h \z \u')
    rows = []
    for at, (text, anchor) in enumerate(entries):
        link = f'<w:hyperlink w:anchor="{anchor}" w:history="1">{run(text)}</w:hyperlink>'
        first, last = at == 0, at == len(entries) - 1
        rows.append(paragraph(f"{start if first else ''}{link}{_FIELD_END if last else ''}", styles["toc 1"]))
    return (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/>'
        "</w:docPartObj></w:sdtPr>"
        f"<w:sdtContent>{paragraph(run(title), styles['toc heading'])}{''.join(rows)}</w:sdtContent></w:sdt>"
    )


def picture(part: DocumentPart, png: bytes, size: tuple[int, int], name: str, about: About, style: str) -> str:
    """Return a paragraph with a picture and its text alternative.

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
    style
        Id of the paragraph style.
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
    drawing = etree.tostring(inline, encoding="unicode")
    return paragraph(f"<w:r><w:drawing>{drawing}</w:drawing></w:r>", style, "<w:keepNext/>")


def _line(text: str) -> str:
    return " ".join(printable(text).split())


def _unbroken(text: str) -> str:
    """Keep a percent sign on the line of its figure, and a place on the line of what it is among."""
    return re.sub(r"(?<=\d) (av|=) (?=\w)", rf"{NO_BREAK}\1{NO_BREAK}", text.replace(" %", f"{NO_BREAK}%"))


def _ink(text: str) -> float:
    """Estimate the width of a text in digits."""
    return sum(1.65 if c in _BROAD else 0.6 if c in _THIN else 1.2 if c.isupper() else 1.03 for c in text)


def _widths(cells: pd.DataFrame, align: Sequence[str], total: int) -> list[int]:
    """Share the width between columns: first room for what must not break, then by how much text there is."""
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


def _cell(text: str, width: int, style: str, properties: str) -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"{paragraph(run(_unbroken(text)), style, properties)}</w:tc>"
    )


def _row(
    texts: Iterable[str], widths: Sequence[int], sides: Sequence[str], style: str, *, head: bool, keep: bool
) -> str:
    stay = "<w:keepNext/>" if keep else ""
    cells = [
        _cell(text, width, style, f'{stay}<w:jc w:val="{"right" if side == "right" else "left"}"/>')
        for text, width, side in zip(texts, widths, sides, strict=True)
    ]
    kind = "<w:cantSplit/><w:tblHeader/>" if head else "<w:cantSplit/>"
    return f"<w:tr><w:trPr>{kind}</w:trPr>{''.join(cells)}</w:tr>"


def table(
    cells: pd.DataFrame, align: Sequence[str], width: int, words: tuple[str, str], styles: Mapping[str, str]
) -> str:
    """Return a table whose first row is a header that is repeated on each page.

    Parameters
    ----------
    cells
        Finished text; the column names are the header.
    align
        ``left`` or ``right`` for each column.
    width
        Of the whole table, in twentieths of a point.
    words
        Title and text alternative.
    styles
        Ids of the styles ``UVAS Tabell``, ``UVAS Tabelltext`` and ``UVAS Tabellhuvud``.
    """
    widths = _widths(cells, align, width)
    short = len(cells) <= _KEPT_WHOLE
    head = _row(map(str, cells.columns), widths, align, styles["UVAS Tabellhuvud"], head=True, keep=True)
    rows = [
        _row(map(str, texts), widths, align, styles["UVAS Tabelltext"], head=False, keep=short or number == 0)
        for number, texts in enumerate(cells.itertuples(index=False, name=None))
    ]
    grid = "".join(f'<w:gridCol w:w="{column}"/>' for column in widths)
    title, alt = (quoteattr(_line(text)) for text in words)
    return (
        f"<w:tbl><w:tblPr><w:tblStyle w:val={quoteattr(styles['UVAS Tabell'])}/>"
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" '
        'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"<w:tblCaption w:val={title}/><w:tblDescription w:val={alt}/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"{head}{''.join(rows)}</w:tbl>"
    )
