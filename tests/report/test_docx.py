import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.report.report_samples import make_chart, make_content, make_table
from uvas_stats.errors import ReportError
from uvas_stats.numbers import NO_BREAK
from uvas_stats.present.chapter import Chapter, Content
from uvas_stats.report.docx import document
from uvas_stats.report.docx_template import read_template
from uvas_stats.report.numbering import number_parts


@pytest.fixture(scope="module")
def content() -> Content:
    return make_content()


def written(content: Content, template: Path | None = None) -> Any:
    return Document(io.BytesIO(document(number_parts(content, str, read_template(template)))["rapport.docx"]))


def body_text(doc: Any) -> str:
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in doc.element.body.iter(qn("w:p")))


def own_template(path: Path, *lines: str, header: str = "") -> Path:
    doc = Document()
    for line in lines:
        doc.add_paragraph(line)
    doc.sections[0].header.paragraphs[0].text = header
    doc.save(str(path))
    return path


@pytest.mark.parametrize(
    ("lines", "message", "named"),
    [
        (["{{ titel", "{{p innehall }}"], "trasig", "{{ titel"),
        (["titel }}", "{{p innehall }}"], "trasig", "titel }}"),
        (["{{ titel + }}", "{{p innehall }}"], "trasig", "{{ titel + }}"),
        (["{# hej", "{{p innehall }}"], "trasig", "{# hej"),
        (["{% if titel %}x", "{{p innehall }}"], "trasig", ""),
        (["{{ tittel }}", "{{p innehall }}"], "okänd", "tittel"),
        (["{{ ''.__class__.__mro__ }}", "{{p innehall }}"], "okänd", "__class__"),
        (["{{ titel.__class__ }}", "{{p innehall }}"], "okänd", "__class__"),
        (["{{ titel.upper() }}", "{{p innehall }}"], "okänd", "upper"),
        (["{{ titel|upper }}", "{{p innehall }}"], "okänd", "upper"),
        (["{% for x in titel %}x{% endfor %}", "{{p innehall }}"], "okänd", "for x"),
        (["{% set x = titel %}", "{{p innehall }}"], "okänd", "set x"),
        (["{% include 'x' %}", "{{p innehall }}"], "okänd", "include"),
        (["{{ 'a' * 10 ** 10 }}", "{{p innehall }}"], "okänd", "10"),
        (["Här: {{p innehall }}"], "ensam", "innehall"),
        (["{{p innehall }}", "{{ innehall }}"], "flera gånger", "innehall"),
        (["{{ titel }}"], "saknar", "innehall"),
    ],
)
def test_a_template_that_cannot_be_filled_in(tmp_path: Path, lines: list[str], message: str, named: str) -> None:
    path = own_template(tmp_path / "kommunmall.docx", *lines)
    with pytest.raises(ReportError, match=message) as caught:
        read_template(path)
    assert "kommunmall.docx" in str(caught.value)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_part_does_not_fit_in_a_header(tmp_path: Path) -> None:
    path = own_template(tmp_path / "m.docx", "{{p innehall }}", header="{{p kallor }}")
    with pytest.raises(ReportError, match="ensam"):
        read_template(path)


def test_an_unknown_placeholder_in_a_header(tmp_path: Path) -> None:
    path = own_template(tmp_path / "m.docx", "{{p innehall }}", header="{{ kommun }}")
    with pytest.raises(ReportError, match="kommun"):
        read_template(path)


def test_code_in_the_properties_of_a_template_is_refused(content: Content, tmp_path: Path) -> None:
    path = own_template(tmp_path / "m.docx", "{{p innehall }}")
    doc = Document(str(path))
    doc.core_properties.subject = "{{ ''.__class__ }}"
    doc.save(str(path))
    with pytest.raises(ReportError, match="__class__"):
        written(content, path)


@pytest.mark.parametrize("kind", ["text", "zip", "empty", "damaged", "workbook", "missing", "folder"])
def test_what_is_not_a_word_document(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "mall.docx"
    if kind == "text":
        path.write_text("hej", encoding="utf-8")
    elif kind == "empty":
        path.touch()
    elif kind == "folder":
        path.mkdir()
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("a.txt", "a")
    elif kind == "workbook":
        from openpyxl import Workbook

        Workbook().save(path)
    elif kind == "damaged":
        own_template(tmp_path / "hel.docx", "{{p innehall }}")
        with zipfile.ZipFile(tmp_path / "hel.docx") as whole, zipfile.ZipFile(path, "w") as file:
            for name in whole.namelist():
                file.writestr(name, whole.read(name)[:-20] if name == "word/document.xml" else whole.read(name))
    with pytest.raises(ReportError, match=r"mall\.docx"):
        read_template(path)


def test_a_template_with_a_damaged_part_is_told_of(tmp_path: Path) -> None:
    path = own_template(tmp_path / "mall.docx", "{{p innehall }}")
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("word/document.xml")
    start = part.header_offset + 30 + len(part.filename)
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(ReportError, match=r"skadad .*mall\.docx"):
        read_template(path)


def test_a_template_that_unpacks_beyond_reason_is_refused(tmp_path: Path) -> None:
    path = own_template(tmp_path / "mall.docx", "{{p innehall }}")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("word/x.xml", "w") as part:
        for _ in range(65):
            part.write(bytes(2**20))
    with pytest.raises(ReportError, match=r"orimligt stor, mer än 64 MB .*mall\.docx"):
        read_template(path)


def test_text_that_looks_like_markup_or_a_placeholder_stays_text() -> None:
    evil = "<w:p/> & {{ titel }} {% if %} \x07\x00 =1"
    chart = make_chart(title="<b>Fet</b> & {{ x }}")
    content = make_content(
        title=evil, lead=evil, chapters=(Chapter(evil, evil, (chart, make_table(first=evil))),),
        definitions=pd.DataFrame({"Mått": [evil]}),
    )  # fmt: skip
    text = body_text(written(content))
    assert text.count("<w:p/> & {{ titel }} {% if %}  =1") >= 5
    assert "Figur 1. <b>Fet</b> & {{ x }}" in text


def test_headings_captions_and_contents(content: Content) -> None:
    doc = written(content)
    heads = [p.text for p in doc.paragraphs if p.style.name == "Heading 1"]
    assert heads == ["Sammanfattning", "Utveckling", "Definitioner", "Källor"]
    captions = [p.text.replace(NO_BREAK, " ") for p in doc.paragraphs if p.style.name == "Caption"]
    chart = "Söderhamn: unga som varken arbetar eller studerar. 2022–2024. Folkbokförda 16–24 år."
    assert captions == [
        "Tabell 1. De tre senaste utfallen. Procent",
        f"Figur 1. {chart}",
        f"Figur 2. {chart}",
    ]
    codes = [code.text.strip() for code in doc.element.body.iter(qn("w:instrText"))]
    assert codes[0].startswith("TOC ")
    assert codes[1:] == [r"SEQ Tabell \* ARABIC", r"SEQ Figur \* ARABIC", r"SEQ Figur \* ARABIC"]
    links = list(doc.element.body.iter(qn("w:hyperlink")))
    marks = {mark.get(qn("w:name")) for mark in doc.element.body.iter(qn("w:bookmarkStart"))}
    assert ["".join(t.text for t in link.iter(qn("w:t"))) for link in links] == heads
    assert {link.get(qn("w:anchor")) for link in links} <= marks
    kinds = [mark.get(qn("w:fldCharType")) for mark in doc.element.body.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end") == 4
    assert doc.settings.element.find(qn("w:updateFields")) is None


def test_pictures_have_a_text_alternative_and_fit_the_page(content: Content) -> None:
    doc = written(content)
    section = doc.sections[-1]
    assert len(doc.inline_shapes) == 2
    for shape in doc.inline_shapes:
        assert shape._inline.docPr.get("descr").startswith("Linjediagram. Söderhamn")
        assert shape.width <= section.page_width - section.left_margin - section.right_margin
        assert abs(shape.width / shape.height - 6.3 / 3.4) < 0.01
    numbers = [shape._inline.docPr.get("id") for shape in doc.inline_shapes]
    assert len(set(numbers)) == 2


def test_nothing_parts_a_chart_from_its_caption_or_its_source(content: Content) -> None:
    paragraphs = written(content).paragraphs
    at = next(i for i, one in enumerate(paragraphs) if one.text.startswith("Figur 1."))
    names = [one.style.name for one in paragraphs[at : at + 4]]
    assert names == ["Caption", "UVAS Figur", "UVAS Källa", "UVAS Källa"]
    kept = [one.paragraph_format.keep_with_next for one in paragraphs[at : at + 4]]
    assert kept == [True, True, True, None]
    assert f"2022–2024. Folkbokförda{NO_BREAK}16–24{NO_BREAK}år." in paragraphs[at].text


def test_tables_are_word_tables_with_a_repeated_header(content: Content) -> None:
    table = written(content).tables[0]
    assert [cell.text for cell in table.rows[0].cells] == list(make_table().cells.columns)
    assert [cell.text for cell in table.rows[1].cells][1:4] == ["8,0", "8,2", "9,2"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table.rows[1].cells[3].paragraphs[0].alignment == 2
    assert table._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val")).startswith("Tabell med två mått")
    assert table.style.name == "UVAS Tabell"


def test_properties_and_language(content: Content) -> None:
    doc = written(content)
    properties = doc.core_properties
    assert properties.title == content.title
    assert properties.author == "uvas_stats"
    assert properties.created.date().isoformat() == "2026-11-21"
    assert properties.modified == properties.created
    assert properties.language == "sv-SE"
    (lang,) = {lang.get(qn("w:val")) for lang in doc.styles.element.iter(qn("w:lang"))}
    assert lang == "sv-SE"
    section = doc.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    footer = "".join(code.text for code in section.footer._element.iter(qn("w:instrText")))
    assert "PAGE" in footer
    assert "NUMPAGES" in footer


def test_the_municipalitys_own_template_is_filled_in_with_its_own_styles(content: Content, tmp_path: Path) -> None:
    path = own_template(
        tmp_path / "m.docx",
        "Dnr 2026/1. {{ titel }}, {{ datum }}",
        "{% if undertitel %}Enligt {{ undertitel }}{% endif %}",
        "{{ innehall }}",
        "{{p kallor}}",
        header="{{ undertitel }}",
    )
    doc = written(content, path)
    text = body_text(doc)
    assert f"Dnr 2026/1. {content.title}, 21 november 2026" in text
    assert f"Enligt {content.subtitle}" in text
    assert doc.sections[0].header.paragraphs[0].text == content.subtitle
    assert "Definitioner" not in text
    assert len(doc.inline_shapes) == 2
    assert doc.tables[0].style.name == "UVAS Tabell"
    used = {style.get(qn("w:val")) for style in doc.element.body.iter(qn("w:pStyle"))}
    assert used <= {style.style_id for style in doc.styles}


def test_a_placeholder_that_word_has_split_into_runs(content: Content, tmp_path: Path) -> None:
    doc = Document()
    for line in ("{{|p inne|hall }}", "{|{ ti|tel }|}"):
        paragraph = doc.add_paragraph()
        for piece in line.split("|"):
            paragraph.add_run(piece)
    path = tmp_path / "m.docx"
    doc.save(str(path))
    text = body_text(written(content, path))
    assert content.title in text
    assert re.search(r"[{}]", text) is None


def test_the_committed_template_is_what_the_script_makes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import runpy

    root = Path(__file__).parents[2]
    script = runpy.run_path(str(root / "tools" / "make_template.py"))
    script["main"].__globals__["TARGET"] = tmp_path / "rapport.docx"
    script["main"]()
    made = Document(str(tmp_path / "rapport.docx"))
    kept = Document(str(script["Path"](root / "src/uvas_stats/report/templates/rapport.docx")))
    assert made.element.xml == kept.element.xml
    assert made.styles.element.xml == kept.styles.element.xml


def test_a_crowded_table_breaks_figures_before_it_breaks_words() -> None:
    from uvas_stats.report.docx_xml import column_widths

    names = ["Mått", "Kommun", "Tredje senaste", "Näst senaste", "Senaste", "Ändring", "Grupp", "Riket"]
    row = ["Högskolebehörighet inom 3 år", "Nynäshamn", *["81,3 % (2023/24)"] * 3, "upp", "mellersta", "83,6 %"]
    cells = pd.DataFrame([row], columns=names)
    widths = column_widths(cells, ["left", "left", *["right"] * 3, "left", "left", "right"], 9071)
    assert sum(widths) <= 9071
    assert widths[1] >= len("Nynäshamn") * 94 + 190
    assert min(widths) > 500


def test_a_list_of_figures_breaks_between_them() -> None:
    from uvas_stats.report.docx_xml import column_widths, macros

    listed = "2012/13: 83,0 %; 2013/14: 74,2 %; 2014/15: 78,0 %"
    words = "ett långt skäl till att uppgiften saknas i den hämtade statistiken"
    cells = pd.DataFrame([[words, listed, words, words]], columns=["A", "Enligt dokumentet", "B", "C"])
    assert column_widths(cells, ["left"] * 4, 7000)[1] >= len("2012/13: 83,0 %") * 94 + 190
    styles = dict.fromkeys(("UVAS Tabell", "UVAS Tabelltext", "UVAS Tabellhuvud"), "x")
    made = macros(styles, 7000).table(cells, ["left"] * 4, "Titel", "Text")
    assert "83,0\N{NO-BREAK SPACE}%; 2013/14" in made


def as_type(path: Path, main: str, target: Path, more: dict[str, bytes] | None = None) -> Path:
    """Write a document anew with another type of its main part, and further parts."""
    old = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(target, "w") as file:
        for name in whole.namelist():
            part = whole.read(name)
            if name == "[Content_Types].xml":
                part = part.replace(old.encode(), main.encode())
                part = part.replace(b"</Types>", b'<Default Extension="bin" ContentType="application/x"/></Types>')
            if name == "word/_rels/document.xml.rels" and more:
                relation = '<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/relationships/'
                part = part.replace(
                    b"</Relationships>",
                    f'{relation}vbaProject" Target="vbaProject.bin"/></Relationships>'.encode(),
                )
            file.writestr(name, part)
        for name, content in (more or {}).items():
            file.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("suffix", "main"),
    [
        ("dotx", "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"),
        ("dotm", "application/vnd.ms-word.template.macroEnabledTemplate.main+xml"),
        ("docm", "application/vnd.ms-word.document.macroEnabled.main+xml"),
    ],
)
def test_a_template_as_word_saves_templates_makes_a_document_without_macros(
    tmp_path: Path, content: Content, suffix: str, main: str
) -> None:
    plain = own_template(tmp_path / "mall.docx", "{{ titel }}", "{{p innehall }}")
    path = as_type(plain, main, tmp_path / f"mall.{suffix}", {"word/vbaProject.bin": b"makro"})
    made = document(number_parts(content, str, read_template(path)))["rapport.docx"]
    assert content.title in body_text(Document(io.BytesIO(made)))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert not [name for name in archive.namelist() if "vba" in name]
        assert b"document.main+xml" in archive.read("[Content_Types].xml")


def test_the_template_of_a_municipality_is_read(shared: Path, content: Content) -> None:
    assert content.title in body_text(written(content, shared / "cases" / "61-dotx" / "kommunmall.dotx"))
