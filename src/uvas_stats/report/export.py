"""Write a whole report to a folder: all of it, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from uvas_stats.present.chapter import Content
from uvas_stats.present.figure import Chart
from uvas_stats.report.docx import document
from uvas_stats.report.docx_template import read_template
from uvas_stats.report.manifest import manifest, stale_diagrams
from uvas_stats.report.numbering import Report, number_parts
from uvas_stats.report.webpage import webpage
from uvas_stats.report.xlsx import workbook
from uvas_stats.workspace import publish_folder

__all__ = ["WRITERS", "ExportResult", "Writer", "export", "notebook_bar"]

Writer = Callable[[Report], Mapping[str, bytes]]
"""Gives the files of one format, by path inside the folder of the report."""


def pictures(report: Report) -> dict[str, bytes]:
    """Write each chart as PNG and SVG."""
    files = {}
    for shown in report.parts:
        if shown.images is not None:
            files[f"diagram/{shown.name}.png"] = shown.images.png
            files[f"diagram/{shown.name}.svg"] = shown.images.svg
    return files


WRITERS: tuple[tuple[str, Writer], ...] = (
    ("", pictures),  # each chart has been told of when it was drawn
    ("rapport.docx", document),
    ("rapport.html", webpage),
    ("underlag.xlsx", workbook),
    ("", manifest),  # last: it lists the files of the others
)
"""The formats in the order they are written: the step that is told of, if any, and what writes it."""


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
    read = read_template(template)
    charts = sum(isinstance(part, Chart) for chapter in content.chapters for part in chapter.parts)
    with notebook_bar(charts + sum(bool(step) for step, _ in WRITERS)) as bar, publish_folder(folder) as staging:
        tell = progress or bar or _silent
        files = _written(number_parts(content, tell, read), tell)
        old = stale_diagrams(folder, files)
        for path, data in files.items():
            target = staging / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    _remove(folder, old, tell)
    return ExportResult(folder, tuple(Path(path) for path in sorted(files)))


def _silent(_: str) -> None:
    """Say nothing."""


def _written(report: Report, tell: Callable[[str], None]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for step, write in WRITERS:
        if step:
            tell(step)
        files |= write(replace(report, files=files))
    return files


def _remove(folder: Path, old: list[str], tell: Callable[[str], None]) -> None:
    for path in old:
        try:
            (folder / path).unlink(missing_ok=True)
        except OSError:  # the report is whole; a diagram open in another program does no harm
            tell(f"{path} är öppen i ett annat program och ligger kvar från förra körningen")


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


@contextmanager
def notebook_bar(steps: int) -> Iterator[Callable[[str], None] | None]:
    """Yield what draws a step of an export; outside a notebook None."""
    if not _in_notebook():
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(total=steps, leave=False) as bar:

        def tell(step: str) -> None:
            bar.set_description(step)
            bar.update()

        yield tell
