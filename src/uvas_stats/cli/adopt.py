"""The command that takes in a file downloaded by hand: ``uvas adopt``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uvas_stats.cli.fetch import Accepted, answers, show_notes
from uvas_stats.errors import unbroken

if TYPE_CHECKING:
    from uvas_stats.workspace import Workspace

__all__ = ["adopt_command"]


def adopt_command(
    dataset: Annotated[
        str | None, typer.Argument(metavar="DATAMÄNGD", help="Till exempel kaa, mucf eller af_ranking.")
    ] = None,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FIL ...", help="Filen som utgivaren lagt ut.")
    ] = None,
    edition: Annotated[
        str | None,
        typer.Option(metavar="DATUM", help="När filen hämtades eller är daterad, 2025-11-28; annars i dag."),
    ] = None,
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="Perioden, om filen inte själv säger den: 2009-11.")
    ] = None,
    rejected: Annotated[
        bool,
        typer.Option(
            "--rejected", help="Läs på nytt det som hämtats men avvisats, efter en uppdatering eller aliases.toml."
        ),
    ] = False,
    accept: Accepted = False,
) -> None:
    """Lägg in en fil som du själv har laddat ned, eller läs på nytt det som avvisats."""
    from uvas_stats.build.adopt import adopt, adopted_as
    from uvas_stats.workspace import find_workspace

    workspace = find_workspace()
    if rejected:
        if files or edition or period:
            raise typer.BadParameter("--rejected tar högst en datamängd: filerna ligger redan i data/raw")
        _read_again(workspace, dataset or "", accept)
        return
    if not dataset or not files:
        raise typer.BadParameter("Ange datamängd och fil, eller --rejected")
    options = {"period": period} if period else {}
    outcome = adopt(workspace, dataset, files, edition=edition, options=options, accept=answers(accept=accept))
    if outcome.edition is None:
        typer.echo(f"{outcome.dataset}: samma fil finns redan i den senaste utgåvan")
        return
    for line in adopted_as(workspace, outcome.edition):
        typer.echo(unbroken(f"Tolkad som {line}"))
    typer.echo(f"{outcome.dataset}: utgåva {outcome.edition.name} inlagd. Kör: uvas build")
    show_notes(outcome.notes)


def _read_again(workspace: Workspace, dataset: str, accept: bool) -> None:
    """Read what was refused again, and tell of each what it came to."""
    from uvas_stats.build.adopt import adopt_rejected

    retried = adopt_rejected(workspace, dataset, answers(accept=accept))
    if not retried:
        typer.echo("Inget hämtat är avvisat.")
    for one in retried:
        if one.edition is None:
            typer.echo(f"{one.dataset}: {one.folder.name} går fortfarande inte att läsa: {one.error}", err=True)
            continue
        typer.echo(f"{one.dataset}: {one.folder.name} är nu utgåva {one.edition.name}")
        show_notes(one.notes)
    if any(one.edition is None for one in retried):
        raise typer.Exit(1)
