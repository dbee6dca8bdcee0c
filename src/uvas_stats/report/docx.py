"""rapport.docx: the report in the package's Word template or in the municipality's own."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from docx.shared import Inches, Twips
from docxtpl import DocxTemplate
from jinja2 import TemplateError

from uvas_stats.errors import ReportError
from uvas_stats.numbers import glued
from uvas_stats.present.chapter import Content
from uvas_stats.report.docx_template import TemplateEnvironment, check_placeholders, open_template, style_ids
from uvas_stats.report.docx_xml import inline_picture, macros
from uvas_stats.report.escape import printable
from uvas_stats.report.labels import paragraphs, parse_date, swedish_date
from uvas_stats.report.normalise_zip import normalise_zip
from uvas_stats.report.numbering import Report, Shown

__all__ = ["document"]

_DEFINITIONS, _SOURCES = ("Definitioner", "_Toc900"), ("Källor", "_Toc901")


def _blocks(template: DocxTemplate) -> Any:
    """Return what writes the parts of the report in the styles, and for the page, of a template."""
    section = template.docx.sections[-1]
    width = int(section.page_width - section.left_margin - section.right_margin)
    height = int(section.page_height - section.top_margin - section.bottom_margin)

    def picture(shown: Shown) -> str:
        """Fit a picture within the text width and two thirds of the text height."""
        assert shown.images is not None
        wide, high = shown.images.width * Inches(1), shown.images.bare_height * Inches(1)
        scale = min(1.0, width / wide, 0.67 * height / high)
        size, png = (int(wide * scale), int(high * scale)), shown.images.bare_png
        return inline_picture(template.docx.part, png, size, f"{shown.name}.png", shown.about)

    return macros(style_ids(template), width // Twips(1), picture)


def document(report: Report) -> dict[str, bytes]:
    """Write the Word document.

    Raises
    ------
    ReportError
        If the template cannot be filled in.
    """
    content, sections, (file, data) = report.content, report.sections, report.template
    date = parse_date(content.date)
    filled = open_template(file, data)
    used = check_placeholders(filled, file)
    blocks = _blocks(filled)
    entries = [(section.heading, f"_Toc{number:03}") for number, section in enumerate(sections, start=1)]
    entries += [last for last, name in ((_DEFINITIONS, "definitioner"), (_SOURCES, "kallor")) if name in used]
    context = {
        "titel": printable(content.title),
        "undertitel": printable(content.subtitle),
        "datum": swedish_date(date),
        "sammanfattning": "\a".join(
            printable(glued(line)) for line in paragraphs(content.lead)
        ),  # docxtpl: new paragraph
        "innehallsforteckning": blocks.contents(entries, "Innehåll"),
        "innehall": blocks.chapters(sections),
        "definitioner": blocks.definitions(report.definitions),
        "kallor": blocks.sources(report.sources),
    }
    try:
        filled.render(context, TemplateEnvironment(file), autoescape=True)
    except (TemplateError, SyntaxError, ValueError) as error:
        raise ReportError(
            "Mallen kan inte fyllas i", where=file, todo=f"Kontrollera platshållarna ({error})"
        ) from error
    _properties(filled, content, date)
    out = io.BytesIO()
    filled.save(out)
    return {"rapport.docx": normalise_zip(out.getvalue(), date)}


def _properties(template: DocxTemplate, content: Content, date: dt.date) -> None:
    properties = template.docx.core_properties
    moment = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    properties.title, properties.subject = printable(content.title)[:255], printable(content.subtitle)[:255]
    properties.author = properties.last_modified_by = "uvas_stats"
    properties.comments, properties.language, properties.revision = "", "sv-SE", 1
    properties.created = properties.modified = moment
