"""rapport.docx: the report in the package's Word template or in the municipality's own."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence

import pandas as pd
from docx.shared import Inches, Twips
from docxtpl import DocxTemplate
from jinja2 import TemplateError

from uvas_stats.errors import ReportError
from uvas_stats.numbers import glued
from uvas_stats.present.chapter import Content
from uvas_stats.report import docx_xml as xml
from uvas_stats.report.docx_template import TemplateEnvironment, check_placeholders, open_template, style_ids
from uvas_stats.report.escape import printable
from uvas_stats.report.images import Images
from uvas_stats.report.labels import paragraphs, parse_date, swedish_date
from uvas_stats.report.normalise_zip import normalise_zip
from uvas_stats.report.numbering import Report, Section, Shown

__all__ = ["document"]

_DEFINITIONS, _SOURCES = ("Definitioner", "_Toc900"), ("Källor", "_Toc901")


class _Writer:
    """One document being filled in: where its pictures go, its styles and the size of its page."""

    def __init__(self, template: DocxTemplate) -> None:
        self.part = template.docx.part
        self.styles: Mapping[str, str] = style_ids(template)
        section = template.docx.sections[-1]
        self.width = int(section.page_width - section.left_margin - section.right_margin)
        self.height = int(section.page_height - section.top_margin - section.bottom_margin)

    def size(self, images: Images) -> tuple[int, int]:
        """Fit a picture within the text width and two thirds of the text height."""
        wide, high = images.width * Inches(1), images.bare_height * Inches(1)
        scale = min(1.0, self.width / wide, 0.67 * self.height / high)
        return int(wide * scale), int(high * scale)

    def body(self, text: str, *, keep: bool = False) -> str:
        stay = "<w:keepNext/>" if keep else ""
        return "".join(
            xml.paragraph(xml.run(glued(line)), self.styles["UVAS Brödtext"], stay) for line in paragraphs(text)
        )

    def small(self, *texts: str) -> str:
        """Write what stands under a chart or table, all of it on one page."""
        *others, last = [xml.run(glued(text)) for text in texts if text] or [""]
        style = self.styles["UVAS Källa"]
        kept = "".join(xml.paragraph(run, style, "<w:keepNext/>") for run in others)
        return kept + (xml.paragraph(last, style) if last else "")

    def figure(self, shown: Shown, images: Images) -> str:
        name, style = f"{shown.name}.png", self.styles["UVAS Figur"]
        return xml.picture(self.part, images.bare_png, self.size(images), name, shown.about, style)

    def table(self, cells: pd.DataFrame, align: Sequence[str], title: str, alt: str) -> str:
        return xml.table(cells, align, self.width // Twips(1), (title, alt), self.styles)

    def part_of(self, shown: Shown) -> str:
        """Write the caption, then the picture or the table, then its note and source."""
        about = shown.about
        title = glued(about.title.rstrip(".") if about.subtitle else about.title)
        if shown.images is not None:
            inside = self.figure(shown, shown.images)
        else:
            assert shown.table is not None
            inside = self.table(shown.table.cells, shown.table.align, about.title, about.alt)
        caption = xml.caption(shown.kind, shown.number, title, glued(about.subtitle), self.styles["caption"])
        return caption + inside + self.small(about.note, about.source)

    def chapters(self, sections: Sequence[Section]) -> str:
        out = []
        for number, section in enumerate(sections, start=1):
            out.append(xml.heading(section.heading, self.styles["heading 1"], f"_Toc{number:03}", number))
            out.append(self.body(section.text, keep=bool(section.shown)))
            out += [self.part_of(shown) for shown in section.shown]
        return "".join(out)

    def definitions(self, terms: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
        out = [xml.heading(_DEFINITIONS[0], self.styles["heading 1"], _DEFINITIONS[1], 900)]
        for term, facts in terms:
            out.append(xml.paragraph(xml.run(term), self.styles["UVAS Begrepp"], "<w:keepNext/>"))
            inside = []
            for name, text in facts:
                label = "" if name == "Definition" else xml.run(f"{name}: ", "<w:i/>")
                inside.append(label + xml.run(text.rstrip(". ") + ". "))
            out.append(xml.paragraph("".join(inside), self.styles["UVAS Brödtext"]))
        return "".join(out)

    def sources(self, cells: pd.DataFrame) -> str:
        listed = self.table(
            cells, ["left"] * len(cells.columns), _SOURCES[0], "Datamängder med utgivare, utgåva och licens."
        )
        return (
            xml.heading(_SOURCES[0], self.styles["heading 1"], _SOURCES[1], 901)
            + self.body("Varje uppgift i rapporten kommer från någon av dessa datamängder.", keep=True)
            + (listed if len(cells) else "")
            + self.small("Filer och kontrollsummor finns i underlag.xlsx, fliken Källor, och i manifest.json.")
        )


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
    writer = _Writer(filled)
    entries = [(section.heading, f"_Toc{number:03}") for number, section in enumerate(sections, start=1)]
    entries += [last for last, name in ((_DEFINITIONS, "definitioner"), (_SOURCES, "kallor")) if name in used]
    context = {
        "titel": printable(content.title),
        "undertitel": printable(content.subtitle),
        "datum": swedish_date(date),
        "sammanfattning": "\a".join(
            printable(glued(line)) for line in paragraphs(content.lead)
        ),  # docxtpl: new paragraph
        "innehallsforteckning": xml.Raw(xml.contents(entries, "Innehåll", writer.styles) if entries else ""),
        "innehall": xml.Raw(writer.chapters(sections)),
        "definitioner": xml.Raw(writer.definitions(report.definitions)),
        "kallor": xml.Raw(writer.sources(report.sources)),
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
