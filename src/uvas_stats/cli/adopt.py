"""The command that takes in a file downloaded by hand: ``uvas adopt``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["adopt_command"]


def adopt_command(
    dataset: Annotated[str, typer.Argument(metavar="DATAMÄNGD", help="Till exempel kaa, mucf eller af_ranking.")],
    files: Annotated[list[Path], typer.Argument(metavar="FIL ...", help="Filen som utgivaren lagt ut.")],
    edition: Annotated[
        str | None,
        typer.Option(metavar="DATUM", help="När filen hämtades eller är daterad, 2025-11-28; annars i dag."),
    ] = None,
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="Perioden, om filen inte själv säger den: 2009-11.")
    ] = None,
) -> None:
    """Lägg in en fil som du själv har laddat ned, om den går att läsa."""
    from uvas_stats.build.adopt import adopt, adopted_as
    from uvas_stats.workspace import find_workspace

    options = {"period": period} if period else {}
    workspace = find_workspace()
    outcome = adopt(workspace, dataset, files, edition=edition, options=options)
    if outcome.edition is None:
        typer.echo(f"{outcome.dataset}: samma fil finns redan i den senaste utgåvan")
    else:
        for line in adopted_as(workspace, outcome.edition):
            typer.echo(f"Tolkad som {line}")
        typer.echo(f"{outcome.dataset}: utgåva {outcome.edition.name} inlagd. Kör: uvas build")
