"""The Word template: read it, check its placeholders before anything is filled in, and lend it missing styles."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from docx import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from uvas_stats.errors import ReportError
from uvas_stats.workspace import file_size

__all__ = [
    "BLOCKS",
    "TEXTS",
    "TemplateEnvironment",
    "check_placeholders",
    "open_template",
    "read_template",
    "style_ids",
]

TEXTS = ("titel", "undertitel", "datum", "sammanfattning")
"""Placeholders for text, written ``{{ titel }}``; they may stand anywhere, also in a header or footer."""
BLOCKS = ("innehallsforteckning", "innehall", "definitioner", "kallor")
"""Placeholders for whole parts, written ``{{p innehall }}`` alone in a paragraph of the body."""
_STYLES = {
    "heading 1": "paragraph",
    "caption": "paragraph",
    "toc heading": "paragraph",
    "toc 1": "paragraph",
    "UVAS Brödtext": "paragraph",
    "UVAS Begrepp": "paragraph",
    "UVAS Figur": "paragraph",
    "UVAS Källa": "paragraph",
    "UVAS Tabelltext": "paragraph",
    "UVAS Tabellhuvud": "paragraph",
    "UVAS Tabell": "table",
}
_DAMAGED = (
    OpcError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    MemoryError,
    ValueError,
    LookupError,
    SyntaxError,
    AttributeError,
)
"""What opening something else than a whole Word document raises; lxml's XMLSyntaxError is a SyntaxError."""
MOST_BYTES = 64 * 2**20
"""How large a template may be, as it lies and as its parts are when they are unpacked."""
MOST_PARTS = 2000
_CONTENT_TYPES = "[Content_Types].xml"
_MAIN = re.compile(
    rb"application/vnd\.(openxmlformats-officedocument\.wordprocessingml\.template"
    rb"|ms-word\.(document\.macroEnabled|template\.macroEnabledTemplate))\.main\+xml"
)
"""What the main part of a .dotx, .docm or .dotm is; a document's is opened as it is."""
_DOCUMENT = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_MACROS = ("vbaProject", "keyMapCustomizations", "attachedToolbars")
"""Parts that a report does not take over from a template."""
_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not)
_MARKS = (("{{", "}}"), ("{%", "%}"), ("{#", "#}"))
_HELP = "Platshållarna beskrivs i docs/template.md"


class TemplateEnvironment(SandboxedEnvironment):
    """Fills in placeholders and nothing else: names and simple conditions, no calls, filters or loops."""

    def __init__(self, file: str) -> None:
        super().__init__(autoescape=True)
        self.file = file

    def from_string(self, source: Any, *args: Any, **kwargs: Any) -> Any:
        """Compile a template after checking that it only names known placeholders."""
        try:
            tree = self.parse(source)
        except TemplateSyntaxError as error:
            line = str(source).splitlines()[error.lineno - 1 : error.lineno]
            raise _broken(self.file, _plain("".join(line))) from None
        for node in tree.find_all(nodes.Node):
            if isinstance(node, nodes.Name) and node.name not in (*TEXTS, *BLOCKS):
                raise _unknown(self.file, node.name)
            if not isinstance(node, _ALLOWED):
                raise _unknown(self.file, _source(source, node))
        return super().from_string(source, *args, **kwargs)


def _plain(xml: str) -> str:
    text = re.sub(r"<[^>]*>", "", xml).strip()
    start = min((text.index(mark) for mark, _ in _MARKS if mark in text), default=0)
    return text[start : start + 60]


def _source(source: str, node: nodes.Node) -> str:
    lines = source.splitlines()
    return _plain(lines[node.lineno - 1]) if node.lineno <= len(lines) else type(node).__name__


def _broken(file: str, text: str) -> ReportError:
    return ReportError("Mallen har en trasig platshållare", where=f"{file}: {text}", todo=_HELP)


def _unknown(file: str, text: str) -> ReportError:
    known = ", ".join((*TEXTS, *BLOCKS))
    return ReportError(
        "Mallen har en okänd platshållare", where=f"{file}: {text}", todo=f"Kända är {known}. {_HELP}"
    )


@cache
def _default() -> bytes:
    return (Path(__file__).parent / "templates" / "rapport.docx").read_bytes()


def read_template(path: Path | None) -> tuple[str, bytes]:
    """Read a template, or the package's own, and check that it can be filled in.

    Returns
    -------
    tuple of str and bytes
        The file's name for messages, and its content.

    Raises
    ------
    ReportError
        If it cannot be read, is not a Word document, or has a broken or unknown placeholder.
    """
    if path is None:
        return "rapport.docx", _default()
    try:
        if file_size(path) > MOST_BYTES:
            raise _too_large(str(path))
        data = path.read_bytes()
    except OSError as error:
        raise ReportError(
            "Mallen kan inte läsas", where=path, todo="Kontrollera sökvägen och att filen inte är öppen"
        ) from error
    check_placeholders(open_template(str(path), data), str(path))
    return str(path), data


def open_template(file: str, data: bytes) -> DocxTemplate:
    """Open a template.

    Raises
    ------
    ReportError
        If it is not a Word document, is damaged, or would unpack to an unreasonable size.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
            raise _too_large(file)
        template = DocxTemplate(io.BytesIO(_as_document(data)))
        template.init_docx()
        relations = template.docx.part.rels
        for id_ in [id_ for id_, one in relations.items() if one.reltype.rpartition("/")[2] in _MACROS]:
            del relations[id_]
        template.docx.sections[0].page_width  # noqa: B018 - a document without a section cannot be filled in
    except _DAMAGED as error:
        raise ReportError(
            "Mallen är skadad eller är inte ett Word-dokument", where=file, todo="Spara den i Word som .docx"
        ) from error
    return template


def _as_document(data: bytes) -> bytes:
    """Call a template (.dotx, .dotm) or a document with macros (.docm) a document, as which it is filled in."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        types = archive.read(_CONTENT_TYPES)
        if not _MAIN.search(types):
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as document:
            for part in archive.infolist():
                content = archive.read(part)
                document.writestr(
                    part, _MAIN.sub(_DOCUMENT, content) if part.filename == _CONTENT_TYPES else content
                )
    return out.getvalue()


def _too_large(file: str) -> ReportError:
    return ReportError(
        f"Mallen är orimligt stor, mer än {MOST_BYTES // 2**20} MB", where=file, todo="Ta bort stora bilder ur den"
    )


def _paragraphs(template: DocxTemplate) -> Iterator[tuple[bool, Any, str]]:
    """Give each paragraph of body, headers and footers: whether it is in the body, its element and its text."""
    body = template.docx.element.body
    yield from ((True, p, _text(p)) for p in body.iter(qn("w:p")))
    for part in _margins(template):
        yield from ((False, p, _text(p)) for p in part.element.iter(qn("w:p")))


def _margins(template: DocxTemplate) -> Iterator[Any]:
    """Give the headers and footers."""
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        yield from (part for _, part in template.get_headers_footers(uri))


def _text(element: Any) -> str:
    return "".join(node.text or "" for node in element.iter(qn("w:t")))


def check_placeholders(template: DocxTemplate, file: str) -> frozenset[str]:
    """Check every placeholder, mend ``{{ innehall }}`` to ``{{p innehall }}``, and return the names used.

    Raises
    ------
    ReportError
        At the first placeholder that is broken, unknown, misplaced or repeated, and if ``innehall`` is missing.
    """
    environment = TemplateEnvironment(file)
    used: list[str] = []
    for in_body, element, text in _paragraphs(template):
        if any(text.count(start) != text.count(end) for start, end in _MARKS):
            raise _broken(file, _plain(text))
        names = re.findall(r"{{(?:p |r )?\s*([^}]*?)\s*}}", text)
        for name in names:
            environment.from_string(f"{{{{ {name} }}}}")
        used += names
        for name in set(names) & set(BLOCKS):
            _check_block(name, text, file, in_body=in_body)
            _set_text(element, f"{{{{p {name} }}}}")
    repeated = [name for name in BLOCKS if used.count(name) > 1]
    if repeated:
        raise ReportError("Mallen har samma platshållare flera gånger", where=f"{file}: {repeated[0]}", todo=_HELP)
    if "innehall" not in used:
        raise ReportError("Mallen saknar platshållaren {{p innehall }}", where=file, todo=_HELP)
    for part in (template.docx.element.body, *(part.element for part in _margins(template))):
        environment.from_string(template.patch_xml(template.xml_to_string(part)).replace("<w:p ", "\n<w:p "))
    return frozenset(used)


def _check_block(name: str, text: str, file: str, *, in_body: bool) -> None:
    if not in_body or not re.fullmatch(r"{{(p )?\s*\w+\s*}}", text.strip()):
        raise ReportError(
            "Platshållaren måste stå ensam i ett eget stycke i brödtexten",
            where=f"{file}: {_plain(text)}",
            todo=f"Skriv {{{{p {name} }}}} på en egen rad",
        )


def _set_text(paragraph: Any, text: str) -> None:
    """Put a paragraph's text in its first run, however Word has split it."""
    first, *rest = paragraph.iter(qn("w:t"))
    first.text = text
    for node in rest:
        node.text = ""


def style_ids(template: DocxTemplate) -> Mapping[str, str]:
    """Find the ids of the styles that a report uses; copy from the package's own template what is missing."""
    styles = template.docx.styles.element
    have = _by_name(styles)
    missing = [name for name, kind in _STYLES.items() if (name.lower(), kind) not in have]
    if missing:
        lent = _by_name(Document(io.BytesIO(_default())).styles.element)
        for name in missing:
            _lend(styles, lent[name.lower(), _STYLES[name]], have)
        have = _by_name(styles)
    return {name: have[name.lower(), kind].get(qn("w:styleId")) for name, kind in _STYLES.items()}


def _by_name(styles: Iterable[Any]) -> dict[tuple[str, str], Any]:
    named = {}
    for style in styles:
        name = style.find(qn("w:name"))
        if style.tag == qn("w:style") and name is not None:
            named[name.get(qn("w:val")).lower(), style.get(qn("w:type"))] = style
    return named


def _lend(styles: Any, style: Any, have: Mapping[tuple[str, str], Any]) -> None:
    """Copy a style under an id that is free, based on the receiving template's own normal style."""
    copy = deepcopy(style)
    kind = copy.get(qn("w:type"))
    taken = {other.get(qn("w:styleId")) for other in have.values()}
    if copy.get(qn("w:styleId")) in taken:
        copy.set(qn("w:styleId"), f"Uvas{copy.get(qn('w:styleId'))}")
    base = have.get(("normal table" if kind == "table" else "normal", kind))
    for tag, target in (("w:basedOn", base), ("w:next", base), ("w:link", None)):
        element = copy.find(qn(tag))
        if element is not None and target is None:
            copy.remove(element)
        elif element is not None and target is not None:
            element.set(qn("w:val"), target.get(qn("w:styleId")))
    styles.append(copy)
