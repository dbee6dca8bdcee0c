"""The commands that look into a statistical database: ``uvas search`` and ``uvas table``."""

from __future__ import annotations

from typing import Annotated

import typer

from uvas_stats.cli.fetch import BaseUrl, number, open_clients
from uvas_stats.errors import unbroken

__all__ = ["search_command", "table_command"]

Source = Annotated[str, typer.Option(metavar="KÄLLA", help="Databas att fråga: scb, fohm …")]
MOST_SHOWN = 8


def search_command(
    text: Annotated[
        list[str], typer.Argument(metavar="TEXT ...", help="Ord ur tabellens titel; alla ska finnas där.")
    ],
    source: Source = "scb",
    base_url: BaseUrl = None,
) -> None:
    """Sök tabeller hos SCB."""
    from uvas_stats.catalog.pxweb import px_source

    hits = 0
    with open_clients(base_url) as clients:
        for hit in clients(px_source(source).id).search(" ".join(text)):
            hits += 1
            span = f" [{hit.first_period}–{hit.last_period}]" if hit.first_period else ""
            ended = " (uppdateras inte längre)" if hit.discontinued else ""
            typer.echo(unbroken(f"{hit.id}  {hit.title}{span}{ended}  uppdaterad {hit.updated[:10] or 'okänt'}"))
    if not hits:
        typer.echo("Inga träffar. Alla orden ska finnas i titeln; prova färre, utan *.")


def table_command(
    table_id: Annotated[
        str, typer.Argument(metavar="ID", help="Tabellens id, t.ex. TAB6260; sökväg i version 1.")
    ],
    source: Source = "scb",
    base_url: BaseUrl = None,
) -> None:
    """Visa en tabells variabler, koder, kodlistor och anmärkningar."""
    from uvas_stats.catalog.pxweb import px_source

    with open_clients(base_url) as clients:
        table = clients(px_source(source).id).table(table_id)
    typer.echo(unbroken(f"{table.id}  {table.title}"))
    typer.echo(f"Uppdaterad: {unbroken(table.updated) or 'okänt'}")
    if table.discontinued:
        typer.echo("Uppdateras inte längre.")
    if table.noise:
        typer.echo("Uppgifterna bär slumpmässigt brus: delar får inte summeras.")
    for variable in table.variables:
        must = "kan utelämnas" if variable.elimination else "måste väljas"
        typer.echo()
        typer.echo(unbroken(f"{variable.code}  {variable.label}: {number(len(variable.codes))} värden, {must}"))
        pairs = list(zip(variable.codes, variable.labels, strict=True))
        for code, label in pairs[:MOST_SHOWN]:
            typer.echo(f"  {unbroken(f'{code}  {label}')}")
        if len(pairs) > MOST_SHOWN:
            typer.echo(f"  …  till {unbroken('  '.join(pairs[-1]))}")
        for item in variable.codelists:
            typer.echo(f"  {unbroken(f'kodlista {item.id}  {item.label}')}")
    for note in table.notes:
        typer.echo(f"\nAnmärkning: {' '.join(note.split())}")
