import io

from lxml import etree
from PIL import Image

from tests.report.report_samples import make_chart
from uvas_stats.report.images import render

SVG = "{http://www.w3.org/2000/svg}"


def test_text_that_wants_to_be_markup_stays_text() -> None:
    chart = make_chart(title="<script>alert(1)</script> & å")
    object.__setattr__(chart.about, "title", chart.about.title + "\x00")
    root = etree.fromstring(render(chart).svg)
    assert root.find(f"{SVG}title").text == "<script>alert(1)</script> & å"
    assert root.findall(f".//{SVG}script") == []


def test_svg_has_text_as_text_and_a_text_alternative() -> None:
    root = etree.fromstring(render(make_chart()).svg)
    assert root.get("role") == "img"
    named = root.get("aria-labelledby").split()
    assert named == [root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")]
    assert "9,2 % 2024" in root.find(f"{SVG}desc").text
    texts = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert "Källa: MUCF via Kolada. Utgåva 2026-11-21." in texts


def test_png_is_200_dpi_and_says_what_it_shows() -> None:
    picture = Image.open(io.BytesIO(render(make_chart()).png))
    assert picture.size == (1260, 680)
    assert round(picture.info["dpi"][0]) == 200
    assert picture.info["Description"].startswith("Linjediagram. Söderhamn")
    assert "Software" not in picture.info


def test_a_bare_picture_is_without_the_texts_of_its_head_and_foot() -> None:
    chart = make_chart()
    chart.head, chart.foot = 0.4, 0.6
    images = render(chart)
    assert Image.open(io.BytesIO(images.bare_png)).size == (1260, 480)
    assert round(images.bare_height, 2) == 2.4
    root = etree.fromstring(images.bare_svg)
    assert root.get("height") == "172.8pt"
    assert root.get("viewBox") == "0 28.8 453.6 172.8"
    assert Image.open(io.BytesIO(images.png)).size == (1260, 680)


def test_two_equal_charts_give_the_same_bytes() -> None:
    first, second = render(make_chart()), render(make_chart())
    assert first == second
    assert b"<dc:date>" not in first.svg
