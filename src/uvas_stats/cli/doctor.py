"""The command that finds out what is wrong: ``uvas doctor``. What is heavy is imported when it runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uvas_stats.cli.fetch import BaseUrl
from uvas_stats.errors import WorkspaceError, unbroken

if TYPE_CHECKING:
    from uvas_stats.build.doctor import Finding
    from uvas_stats.workspace import Workspace

__all__ = ["doctor_command"]

LEAST_FREE = 2 * 2**30
"""Bytes that a fetch of everything and a build need at most."""
_SAVED = re.compile(r"\d+\.\w+|svar\.csv|\.?doctor\.txt.*")
"""What a folder of saved answers holds."""
PACKAGES = ("uvas-stats", "pandas", "requests", "truststore", "matplotlib", "docxtpl")


def doctor_command(
    save: Annotated[
        Path | None,
        typer.Option(metavar="MAPP", help="Spara alla svar i en mapp, så att de kan skickas vidare."),
    ] = None,
    base_url: BaseUrl = None,
) -> None:
    """Kontrollera källor, nät, disk och mallar: en rad var. Klar inom en minut."""
    from uvas_stats.build.doctor import examine_sources
    from uvas_stats.catalog import load_catalog
    from uvas_stats.fetch.sources import base_urls
    from uvas_stats.workspace import atomic_file, find_workspace, refuse_foreign, require_writable

    workspace = find_workspace()
    if save is not None:
        require_writable(save)  # known before anything is asked
        if any(not _SAVED.fullmatch(path.name) for path in save.iterdir()):
            raise WorkspaceError("Mappen har redan annat i sig", where=save, todo="Ange en ny mapp med --save")
        refuse_foreign(save / "doctor.txt", PACKAGES[0].encode())
    found = [
        *examine_sources(load_catalog(workspace), base_urls(base_url or []), save=save),
        *_computer(workspace),
    ]
    lines = [_line(one) for one in found]
    _show(found, lines)
    if save is not None:
        with atomic_file(save / "doctor.txt") as temporary:
            temporary.write_text("\n".join(lines).replace(str(Path.home()), "~") + "\n", encoding="utf-8")
        typer.echo(unbroken(f"Svaren ligger i {save}"))
    wrong = sum(not one.ok for one in found)
    if wrong:
        typer.echo(f"{wrong} av {len(found)} behöver en åtgärd.", err=True)
        raise typer.Exit(1)


def _line(one: Finding) -> str:
    time = "" if one.seconds is None else f" ({one.seconds:.1f} s)".replace(".", ",")
    return f"{'OK ' if one.ok else 'FEL'} {one.name}: {one.text}{time}"


def _show(found: list[Finding], lines: list[str]) -> None:
    """Print a table on a terminal, plain lines in a pipe."""
    if not sys.stdout.isatty():
        typer.echo("\n".join(lines))
        return
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    table = Table("", Column("Vad", max_width=20), Column("Funnet", overflow="fold"), "s", show_lines=True)
    for one in found:
        mark = Text("OK", "green") if one.ok else Text("FEL", "bold red")
        seconds = "" if one.seconds is None else f"{one.seconds:.1f}".replace(".", ",")
        table.add_row(mark, Text(one.name), Text(one.text), seconds)
    Console().print(table)


def _computer(workspace: Workspace) -> list[Finding]:
    """Look at disk, fonts, template and versions."""
    import platform
    from importlib.metadata import version

    from uvas_stats.build.doctor import Finding

    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    system = f"Python {platform.python_version()} på {platform.system()} {platform.release()}"
    return [_disk(workspace), _fonts(), _template(), Finding("Versioner", True, f"{system}; {versions}")]


def _disk(workspace: Workspace) -> Finding:
    import shutil

    from uvas_stats.build.doctor import Finding
    from uvas_stats.errors import WorkspaceError
    from uvas_stats.workspace import require_writable

    try:
        require_writable(workspace.root)
        free = shutil.disk_usage(workspace.root).free
    except WorkspaceError as error:
        return Finding("Arbetsmapp", False, f"{error} Eller ange en annan i UVAS_WORKSPACE.")
    text = f"går att skriva i, {free / 2**30:.0f} GB ledigt"
    todo = "" if free >= LEAST_FREE else ". Frigör minst 2 GB"
    return Finding("Arbetsmapp", not todo, f"{text}{todo}.")


def _fonts() -> Finding:
    from matplotlib import font_manager, rcParams

    from uvas_stats.build.doctor import Finding

    family = rcParams["font.sans-serif"][0]
    try:
        font_manager.findfont(family, fallback_to_default=False)
    except ValueError:
        return Finding("Typsnitt", False, f"{family} saknas. Installera om matplotlib.")
    return Finding("Typsnitt", True, f"{family} finns.")


def _template() -> Finding:
    from uvas_stats.build.doctor import Finding
    from uvas_stats.errors import UvasStatsError
    from uvas_stats.report.docx_template import check_placeholders, open_template, read_template

    try:
        file, data = read_template(None)
        check_placeholders(open_template(file, data), file)
    except (UvasStatsError, OSError) as error:
        return Finding("Wordmall", False, f"{error} Installera om uvas-stats.")
    return Finding("Wordmall", True, "paketets egen mall går att fylla i.")
