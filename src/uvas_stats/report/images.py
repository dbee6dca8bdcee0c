"""A chart as PNG and SVG, the same bytes each time, with its text alternative inside."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import matplotlib as mpl
from PIL import Image

from uvas_stats.present.figure import About, Chart
from uvas_stats.report.escape import printable

__all__ = ["DPI", "Images", "render"]

DPI = 200
_SETTINGS: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "uvas_stats", "savefig.bbox": None}
_PACKED = {"compress_level": 3}  # flat colours: no larger than at level 6, and quicker
_BOX = re.compile(r'(?P<before><svg [^>]*?)height="[^"]*" viewBox="0 0 (?P<wide>\S+) [^"]*"')
_NO_CLOCK = dict.fromkeys(("Date", "Creator", "Format", "Type"))


@dataclass(frozen=True)
class Images:
    """One chart drawn once in each format."""

    png: bytes
    svg: bytes
    width: float
    """Inches."""
    height: float
    bare_png: bytes
    bare_svg: bytes
    """Without title, notes and source, for a page that writes them as text."""
    bare_height: float


def _describe(svg: str, about: About) -> str:
    """Give the root of an SVG a role, a title and a description."""
    svg = printable(svg[svg.index("<svg ") :])
    end = svg.index(">") + 1
    title, alt = (escape(printable(text)) for text in (about.title, about.alt))
    opening = svg[: end - 1].replace(
        "<svg ", '<svg role="img" aria-labelledby="titel beskrivning" xml:lang="sv" ', 1
    )
    words = f'<title id="titel">{title}</title>\n <desc id="beskrivning">{alt}</desc>'
    return f'<?xml version="1.0" encoding="utf-8"?>\n{opening}>\n {words}{svg[end:]}'


def render(chart: Chart) -> Images:
    """Draw a chart as PNG at 200 dpi and as SVG with its text as text.

    Examples
    --------
    >>> chart = Chart(figsize=(2, 1))
    >>> chart.about = About("a", "Andel", "", "Källa: SCB.", "Andelen är 9,2 procent.")
    >>> images = render(chart)
    >>> images.png[1:4], b"<title id=" in images.svg, images == render(chart)
    (b'PNG', True, True)
    """
    png, svg = io.BytesIO(), io.StringIO()
    words = {"Title": printable(chart.about.title), "Description": printable(chart.about.alt)}
    with mpl.rc_context(_SETTINGS):
        chart.savefig(png, format="png", dpi=DPI, metadata={"Software": None, **words}, pil_kwargs=_PACKED)
        chart.savefig(svg, format="svg", metadata=_NO_CLOCK)
    text = _describe(svg.getvalue(), chart.about)
    width, height = chart.get_figwidth(), chart.get_figheight()
    bare = height - chart.head - chart.foot
    return Images(
        png.getvalue(),
        text.encode("utf-8"),
        width,
        height,
        _cut_png(png.getvalue(), chart.head, bare),
        _cut_svg(text, chart.head, bare).encode("utf-8"),
        bare,
    )


def _cut_png(png: bytes, top: float, height: float) -> bytes:
    picture = Image.open(io.BytesIO(png))
    above = round(top * DPI)
    out = io.BytesIO()
    cut = picture.crop((0, above, picture.width, min(picture.height, above + round(height * DPI))))
    cut.save(out, format="png", dpi=(DPI, DPI), **_PACKED)
    return out.getvalue()


def _cut_svg(svg: str, top: float, height: float) -> str:
    """Show only a part of the height; what is outside the view box is not drawn."""

    def cut(box: re.Match[str]) -> str:
        wide = box["wide"]
        return f'height="{72 * height:g}pt" viewBox="0 {72 * top:g} {wide} {72 * height:g}"'

    return _BOX.sub(lambda box: f"{box['before']}{cut(box)}", svg, count=1)
