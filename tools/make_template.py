"""Make the package's own Word template: uv run python tools/make_template.py."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_BREAK, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from uvas_stats.report.normalise_zip import normalise_zip

TARGET = Path(__file__).parents[1] / "src" / "uvas_stats" / "report" / "templates" / "rapport.docx"
DATE = dt.date(2026, 1, 1)
FONT = "Calibri"
INK, QUIET, ACCENT = RGBColor(0x1A, 0x1A, 0x1A), RGBColor(0x59, 0x59, 0x59), RGBColor(0x0B, 0x53, 0x94)
KEPT = {
    "Normal", "Default Paragraph Font", "Normal Table", "Table Normal", "No List", "Header", "Footer", "Title",
    "Subtitle", "Heading 1", "Heading 2", "Heading 3", "Caption", "TOC Heading",
}  # fmt: skip


def font(style: Any, size: float, colour: RGBColor = INK, *, bold: bool = False) -> None:
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)  # theme fonts would win over the name
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    style.font.color.rgb = colour
    fonts = properties.find(qn("w:rFonts"))
    for script in ("w:cs", "w:eastAsia"):
        fonts.set(qn(script), FONT)
    for spacing in properties.findall(qn("w:spacing")) + properties.findall(qn("w:kern")):
        properties.remove(spacing)


def space(style: Any, before: float, after: float, line: float = 1.0) -> None:
    layout = style.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), line


def new(document: Any, name: str, base: str = "Normal") -> Any:
    styles = document.styles
    style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = styles[base]
    return style


def clean(document: Any) -> None:
    """Remove the styles of python-docx that the report does not use, and theme borders."""
    for style in list(document.styles):
        if style.name not in KEPT:
            style.delete()
    for name in ("Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3"):
        layout = document.styles[name].element.get_or_add_pPr()
        for border in layout.findall(qn("w:pBdr")):
            layout.remove(border)
        for link in document.styles[name].element.findall(qn("w:link")):
            document.styles[name].element.remove(link)


def paragraph_styles(document: Any) -> None:
    styles = document.styles
    font(styles["Normal"], 11)
    space(styles["Normal"], 0, 6, 1.12)
    font(styles["Title"], 26, ACCENT, bold=True)
    space(styles["Title"], 6, 4)
    font(styles["Subtitle"], 13, QUIET)
    space(styles["Subtitle"], 0, 2)
    for name, size, before in (("Heading 1", 17, 22), ("Heading 2", 13, 14), ("Heading 3", 11, 10)):
        font(styles[name], size, ACCENT, bold=True)
        space(styles[name], before, 5)
        styles[name].paragraph_format.keep_with_next = True
    font(new(document, "UVAS Brödtext"), 11)
    lead = new(document, "UVAS Ingress")
    font(lead, 12)
    space(lead, 0, 6, 1.15)
    edge = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="18" w:space="10" w:color="0B5394"/></w:pBdr>'
    )
    lead.element.get_or_add_pPr().insert_element_before(edge, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")
    lead.paragraph_format.left_indent = Cm(0.5)
    term = new(document, "UVAS Begrepp")
    font(term, 11, bold=True)
    space(term, 10, 1)
    term.paragraph_format.keep_with_next = True
    figure = new(document, "UVAS Figur")
    space(figure, 2, 2)
    figure.paragraph_format.keep_with_next = True
    font(styles["Caption"], 9.5, INK, bold=False)
    space(styles["Caption"], 16, 4)
    styles["Caption"].paragraph_format.keep_together = True
    source = new(document, "UVAS Källa")
    font(source, 8.5, QUIET)
    space(source, 3, 3)
    for name, bold in (("UVAS Tabelltext", False), ("UVAS Tabellhuvud", True)):
        text = new(document, name)
        font(text, 9, bold=bold)
        space(text, 2, 2)
    font(new(document, "TOC Heading"), 14, ACCENT, bold=True)
    space(styles["TOC Heading"], 18, 4)
    entry = new(document, "toc 1")
    font(entry, 11)
    space(entry, 0, 3)
    entry.paragraph_format.tab_stops.add_tab_stop(Cm(16), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    for name in ("Header", "Footer"):
        font(styles[name], 8.5, QUIET)
        tabs = styles[name].element.get_or_add_pPr().find(qn("w:tabs"))
        if tabs is not None:
            tabs.getparent().remove(tabs)
        styles[name].paragraph_format.tab_stops.add_tab_stop(Cm(16), WD_TAB_ALIGNMENT.RIGHT)


def table_style(document: Any) -> None:
    rule = '<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'
    borders = "".join(
        rule.format(side=side, size=size, colour=colour)
        for side, size, colour in (("top", 8, "1A1A1A"), ("bottom", 8, "1A1A1A"), ("insideH", 4, "D0D0D0"))
    )
    document.styles.element.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="UVASTabell">'
            '<w:name w:val="UVAS Tabell"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:qFormat/>'
            f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders><w:tblCellMar>"
            '<w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>'
            '<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>'
            '<w:bottom w:val="single" w:sz="8" w:space="0" w:color="1A1A1A"/></w:tcBorders>'
            '<w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>'
        )
    )


def language(document: Any) -> None:
    """Swedish for the whole document, and Word's present layout rather than compatibility mode."""
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), "sv-SE")
        lang.set(qn("w:eastAsia"), "sv-SE")
    settings = document.settings.element
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), "sv-SE")
    settings.find(qn("w:decimalSymbol")).set(qn("w:val"), ",")
    settings.find(qn("w:listSeparator")).set(qn("w:val"), ";")
    compat = settings.find(qn("w:compat"))
    compat.remove(compat.find(qn("w:useFELayout")))
    compat[0].set(qn("w:val"), "15")
    for preview in settings.findall(qn("w:savePreviewPicture")):
        settings.remove(preview)


def field(paragraph: Any, instruction: str) -> None:
    for kind in ("begin", "separate", "end"):
        if kind == "separate":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {instruction} "
            paragraph.add_run()._r.append(code)
        if kind == "end":
            paragraph.add_run("1")
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(mark)


def page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.5), Cm(2.2)
    section.header_distance = section.footer_distance = Cm(1.1)
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].text = "{{ titel }}\t{{ datum }}"
    section.first_page_header.paragraphs[0].text = ""
    for footer in (section.footer, section.first_page_footer):
        line = footer.paragraphs[0]
        line.style = document.styles["Footer"]
        line.add_run("\tSida ")
        field(line, "PAGE")
        line.add_run(" av ")
        field(line, "NUMPAGES")


def body(document: Any) -> None:
    document.add_paragraph("{{ titel }}", style="Title")
    document.add_paragraph("{{ undertitel }}", style="Subtitle")
    dated = document.add_paragraph("Uppgifternas utgåva: {{ datum }}", style="Subtitle")
    dated.paragraph_format.space_after = Pt(18)
    document.add_paragraph("{{ sammanfattning }}", style="UVAS Ingress")
    document.add_paragraph("{{p innehallsforteckning }}")
    turn = document.add_paragraph()
    turn.paragraph_format.space_after, turn.paragraph_format.line_spacing = Pt(0), Pt(1)
    turn.add_run().add_break(WD_BREAK.PAGE)
    for name in ("innehall", "definitioner", "kallor"):
        document.add_paragraph(f"{{{{p {name} }}}}")


def main() -> None:
    document = Document()
    clean(document)
    paragraph_styles(document)
    table_style(document)
    language(document)
    page(document)
    body(document)
    for name, relation in list(document.part.package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del document.part.package.rels[name]
    properties = document.core_properties
    properties.author = properties.last_modified_by = "uvas_stats"
    properties.title = properties.comments = properties.keywords = ""
    properties.language = "sv-SE"
    properties.created = properties.modified = dt.datetime(DATE.year, DATE.month, DATE.day, tzinfo=dt.UTC)
    out = io.BytesIO()
    document.save(out)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(normalise_zip(out.getvalue(), DATE))


if __name__ == "__main__":
    main()
