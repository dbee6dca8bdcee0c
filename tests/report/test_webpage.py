import base64
import re

import pandas as pd
import pytest
from lxml import html

from tests.report.report_samples import make_chart, make_content, make_table
from uvas_stats.numbers import NO_BREAK
from uvas_stats.present.chapter import Chapter, Content
from uvas_stats.report.docx_template import read_template
from uvas_stats.report.numbering import number_parts
from uvas_stats.report.webpage import webpage


@pytest.fixture(scope="module")
def content() -> Content:
    return make_content()


def text_of(content: Content) -> str:
    return webpage(number_parts(content, str, read_template(None)))["rapport.html"].decode("utf-8")


def test_everything_is_escaped() -> None:
    evil = '"><script>alert(1)</script><img src=http://x onerror=alert(1)>'
    chart = make_chart(title=evil)
    object.__setattr__(chart.about, "alt", evil)
    content = make_content(
        title=evil, subtitle=evil, lead=evil, chapters=(Chapter(evil, evil, (chart, make_table(first=evil))),)
    )
    root = html.document_fromstring(text_of(content))
    assert root.xpath("//script") == []
    assert root.xpath("//@onerror") == []
    assert all(source.startswith("data:image/svg+xml;base64,") for source in root.xpath("//img/@src"))
    assert root.xpath("//img/@alt")[0] == evil


def test_the_page_asks_for_nothing(content: Content) -> None:
    text = text_of(content)
    root = html.document_fromstring(text)
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; img-src data:")
    assert root.xpath("//link | //script | //iframe | //object") == []
    assert re.search(r"url\(|@import", text) is None
    assert all(link.startswith("#") for link in root.xpath("//a/@href"))


def test_the_page_can_be_read_without_seeing_it(content: Content) -> None:
    root = html.document_fromstring(text_of(content))
    assert root.get("lang") == "sv"
    assert len(root.xpath("//h1")) == 1
    for tag in ("header", "nav", "main", "footer"):
        assert len(root.xpath(f"//{tag}")) == 1
    assert root.xpath("//a[@class='hoppa']/@href") == ["#innehall"]
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in root.xpath("//a/@href")} <= set(ids)
    assert all(root.xpath("//img/@alt"))
    for table in root.xpath("//table"):
        assert table.xpath("caption")
        assert table.xpath("thead//th/@scope") == ["col"] * len(table.xpath("thead//th"))
        assert set(table.xpath("tbody//th/@scope")) == {"row"}


def test_the_figures_are_behind_each_chart(content: Content) -> None:
    root = html.document_fromstring(text_of(content))
    figure = root.xpath("//figure")[0]
    assert figure.xpath(".//summary/text()") == ["Visa siffrorna"]
    cells = [[cell.text_content() for cell in row.xpath("th|td")] for row in figure.xpath(".//table//tr")]
    assert cells[0] == ["Region", "2022", "2023", "2024"]
    told = {row[0]: row[1:] for row in cells[1:]}
    assert told["Söderhamn"] == ["8,0", "8,2", "9,2"]
    assert told["Riket"] == ["6,3", "6,1", "6,2 (preliminär)"]
    assert told["Nykvarn"] == ["sekretess", "uppgift saknas", "5,0"]
    caption = figure.xpath("figcaption")[0].text_content().replace(NO_BREAK, " ")
    assert caption.startswith("Figur 1. Söderhamn: unga")
    notes = [note.text_content().replace(NO_BREAK, " ") for note in figure.xpath("p[@class='fot']")]
    assert notes == ["Uppgiften för 2024 är preliminär.", "Källa: MUCF via Kolada. Utgåva 2026-11-21."]


def test_on_a_telephone_pictures_shrink_and_tables_are_rolled_in_a_box_of_their_own(content: Content) -> None:
    text = text_of(content)
    assert "figure img { display: block; width: 100%; height: auto; }" in text
    root = html.document_fromstring(text)
    assert all(table.getparent().get("class") == "rull" for table in root.xpath("//table"))
    assert ".rull { overflow-x: auto; }" in text


def test_assessments_can_be_read_without_the_picture() -> None:
    chart = make_chart()
    derived = pd.DataFrame({"Mål": ["Ett mål"], "Kommun": [""], "Status": ["nått"]})
    object.__setattr__(chart.about, "derived", derived)
    root = html.document_fromstring(text_of(make_content(chapters=(Chapter("Målen", "", (chart,)),))))
    (details,) = (one for one in root.xpath("//details") if one.xpath("summary/text()") == ["Visa som text"])
    assert [cell.text_content() for cell in details.xpath(".//tr/*")] == ["Mål", "Status", "Ett mål", "nått"]


def test_the_picture_is_the_svg_with_its_text(content: Content) -> None:
    root = html.document_fromstring(text_of(content))
    svg = base64.b64decode(root.xpath("//img/@src")[0].split(",", 1)[1]).decode("utf-8")
    assert "Söderhamn: unga som varken arbetar eller studerar" in svg
