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
from uvas_stats.report.manifest import manifest, untouched
from uvas_stats.report.numbering import Report, number_parts
from uvas_stats.report.webpage import webpage
from uvas_stats.report.xlsx import workbook
from uvas_stats.workspace import replace_folder

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
    kept: tuple[str, ...] = ()
    """What is said of files that had been edited and are kept under another name."""


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
        Where the files go; it is made if it is not there, and else replaced as a whole. Files that the report did
        not make are kept, and one that has been edited since is kept under another name.
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
    kept: list[str] = []

    def carry_over(old: Path, new: Path) -> None:
        kept.extend(_carry_over(old, new))

    steps = charts + sum(bool(step) for step, _ in WRITERS)
    with notebook_bar(steps) as bar, replace_folder(folder, carry_over) as staging:
        tell = progress or bar or _silent
        files = _written(number_parts(content, tell, read), tell)
        for path, data in files.items():
            target = staging / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    for line in kept:
        tell(line)
    return ExportResult(folder, tuple(Path(path) for path in sorted(files)), tuple(kept))


def _silent(_: str) -> None:
    """Say nothing."""


def _written(report: Report, tell: Callable[[str], None]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for step, write in WRITERS:
        if step:
            tell(step)
        files |= write(replace(report, files=files))
    return files


def _carry_over(old: Path, new: Path) -> Iterator[str]:
    """Move what the report did not make, or somebody has edited, to the new folder; say what got another name."""
    made = untouched(old)
    for folder in (path for path in old.rglob("*") if path.is_dir() and not path.is_symlink()):
        (new / folder.relative_to(old)).mkdir(parents=True, exist_ok=True)
    names = [path.relative_to(old) for path in old.rglob("*") if path.is_symlink() or not path.is_dir()]
    for name in sorted(names, key=lambda one: ((new / one).exists(), one)):  # what keeps its name comes first
        mine, target = old / name, new / name
        if name.as_posix() in made or (target.is_file() and mine.read_bytes() == target.read_bytes()):
            continue
        number = 1
        while target.exists():
            target = (new / name).with_stem(f"{name.stem}_egen{number if number > 1 else ''}")
            number += 1
        mine.rename(target)
        if target.name != name.name:
            yield f"{name.as_posix()} var ändrad och finns kvar som {target.name}"


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
