"""Write a whole report to a folder: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from uvas_stats.present.chapter import Content
from uvas_stats.present.figure import Chart
from uvas_stats.report.docx import document
from uvas_stats.report.docx_template import read_template
from uvas_stats.report.manifest import MANIFEST, manifest, stale_diagrams
from uvas_stats.report.notebook_bar import notebook_bar
from uvas_stats.report.numbering import Section, prepare
from uvas_stats.report.webpage import webpage
from uvas_stats.report.xlsx import workbook
from uvas_stats.workspace import publish_folder

__all__ = ["ExportResult", "export"]

_DOCUMENTS = 3
"""Word, web page and workbook."""


@dataclass(frozen=True)
class ExportResult:
    """What an export wrote."""

    folder: Path
    files: tuple[Path, ...]
    """Relative to ``folder``, sorted."""


def export(
    content: Content,
    folder: Path,
    *,
    template: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> ExportResult:
    """Write rapport.docx, rapport.html, underlag.xlsx, diagram/ and manifest.json.

    Parameters
    ----------
    content
        What the report shows.
    folder
        Where the files go; it is made if it is not there. Files that the report did not make are kept.
    template
        The municipality's own Word template; see docs/template.md.
    progress
        Called with one Swedish line for each step; None draws a bar in a notebook, and nothing elsewhere.

    Returns
    -------
    ExportResult

    Raises
    ------
    ReportError
        If the template is not a Word document or has a broken or unknown placeholder.
    WorkspaceError
        If the folder cannot be written; what was there before is then untouched.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> empty = pd.DataFrame()
    >>> content = Content("ale", "Nuläge", "Program 2025", "Läget.", "2026-11-21", (), empty, empty, empty)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in export(content, Path(folder) / "ale").files]
    ['manifest.json', 'rapport.docx', 'rapport.html', 'underlag.xlsx']
    """
    source = read_template(template)
    charts = sum(isinstance(part, Chart) for chapter in content.chapters for part in chapter.parts)
    with notebook_bar(charts + _DOCUMENTS) as bar, publish_folder(folder) as staging:
        tell = progress or bar or _silent
        files = _render(content, prepare(content, tell), source, tell)
        old = stale_diagrams(folder, files)
        for path, data in files.items():
            target = staging / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    _remove(folder, old, tell)
    return ExportResult(folder, tuple(Path(path) for path in sorted(files)))


def _silent(_: str) -> None:
    """Say nothing."""


def _render(
    content: Content, sections: tuple[Section, ...], template: tuple[str, bytes], tell: Callable[[str], None]
) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for section in sections:
        for shown in section.shown:
            if shown.images is not None:
                files[f"diagram/{shown.name}.png"] = shown.images.png
                files[f"diagram/{shown.name}.svg"] = shown.images.svg
    tell("rapport.docx")
    files["rapport.docx"] = document(content, sections, template)
    tell("rapport.html")
    files["rapport.html"] = webpage(content, sections)
    tell("underlag.xlsx")
    files["underlag.xlsx"] = workbook(content, sections)
    files[MANIFEST] = manifest(content, sections, files)
    return files


def _remove(folder: Path, old: list[str], tell: Callable[[str], None]) -> None:
    for path in old:
        try:
            (folder / path).unlink(missing_ok=True)
        except OSError:  # the report is whole; a diagram open in another program does no harm
            tell(f"{path} är öppen i ett annat program och ligger kvar från förra körningen")
