"""The commands that ask the services: ``uvas fetch``, ``uvas search`` and ``uvas table``.

They are put into the command line by :func:`register`. What is heavy is imported when a command runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from uvas_stats.fetch.adhoc import Selection
    from uvas_stats.fetch.plan import DatasetPlan, TablePlan
    from uvas_stats.fetch.run import Outcome, Progress
    from uvas_stats.fetch.sources import Clients
    from uvas_stats.workspace import Workspace

__all__ = ["fetch_command", "register", "search_command", "table_command"]

BaseUrl = Annotated[
    list[str] | None,
    typer.Option(
        "--base-url",
        metavar="KÄLLA=ADRESS",
        help="En annan adress för en källa; även miljövariabeln UVAS_BASE_URL.",
    ),
]
Source = Annotated[str, typer.Option(metavar="KÄLLA", help="Databas att fråga: scb, fohm …")]
MOST_SHOWN = 8


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f")


def _clients(base_url: list[str] | None) -> Clients:
    from uvas_stats.fetch.sources import Clients, base_urls

    return Clients(base_urls(base_url or []))


def _datasets(names: list[str] | None) -> list[str]:
    """Give the datasets that are meant: those named, all of a source that is named, or all there are."""
    from uvas_stats.catalog.pxweb import load_px_tables, tables_of

    tables = load_px_tables()
    if not names:
        return list(dict.fromkeys(table.dataset for table in tables))
    found: list[str] = []
    for name in names:
        of_source = [table.dataset for table in tables if table.source == name]
        found += of_source or [tables_of(name)[0].dataset]
    return list(dict.fromkeys(found))


def _new(table: TablePlan) -> str:
    periods = table.new_periods
    if not periods:
        return ""
    shown = periods[0] if len(periods) == 1 else f"{periods[0]}–{periods[-1]} ({len(periods)} perioder)"
    return f", nytt: {shown}"


def _show_plan(plan: DatasetPlan) -> None:
    typer.echo(
        f"{plan.dataset}: {_number(plan.cells)} celler, {_number(plan.calls)} anrop, "
        f"minst {_number(plan.seconds)} s"
    )
    for table in plan.tables:
        typer.echo(f"  {table.resolved.table.id}: {table.state}{_new(table)}")


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """Show a bar on a terminal, nothing in a log."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def told(dataset: str, done: int, total: int) -> None:
            if dataset not in tasks:
                tasks[dataset] = bar.add_task(dataset, total=total)
            bar.update(tasks[dataset], completed=done, total=total)

        yield told


def _show_outcome(outcome: Outcome) -> None:
    if outcome.edition is None:
        typer.echo(f"{outcome.dataset}: oförändrad, inget nytt att hämta")
        return
    again = f", {_number(outcome.calls_resumed)} från en avbruten hämtning" if outcome.calls_resumed else ""
    typer.echo(f"{outcome.dataset}: utgåva {outcome.edition.name}, {_number(outcome.calls_made)} anrop{again}")
    for table in outcome.plan.tables:
        if table.resolved.table.discontinued:
            typer.echo(f"  {table.resolved.table.id} uppdateras inte längre hos publicisten")


def fetch_command(
    datasets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DATAMÄNGD ...]", help="Datamängder, en källa (scb) eller en tabell (scb:TAB6471)."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Visa vad som skulle hämtas, utan att hämta.")
    ] = False,
    base_url: BaseUrl = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="VARIABEL=KODER", help="Urval ur en tabell: Region=0180,1480.")
    ] = None,
    query: Annotated[
        Path | None,
        typer.Option(metavar="FIL", help="En fråga kopierad från databasens webbsida (form 1 eller 2)."),
    ] = None,
) -> None:
    """Hämta det som är nytt hos SCB, inom tjänstens gränser."""
    from uvas_stats.fetch.plan import plan_dataset
    from uvas_stats.fetch.run import fetch_dataset
    from uvas_stats.workspace import find_workspace

    single = [name for name in datasets or () if ":" in name]
    if (select or query) and len(single) != 1:
        raise typer.BadParameter("--select och --query hör till en tabell, t.ex. scb:TAB6471")
    if single and len(datasets or ()) != 1:
        raise typer.BadParameter("Hämta en tabell i taget: scb:TAB6471")
    workspace = find_workspace()
    with _clients(base_url) as clients:
        if single:
            _fetch_table(clients, workspace, single[0], _selection(select, query), dry_run=dry_run)
            return
        from uvas_stats.catalog.pxweb import tables_of

        for dataset in _datasets(datasets):
            if dry_run:
                _show_plan(plan_dataset(clients, dataset, tables_of(dataset), workspace.raw))
                continue
            with _progress() as progress:
                outcome = fetch_dataset(clients, dataset, tables_of(dataset), workspace.raw, progress=progress)
            _show_outcome(outcome)


def _selection(select: list[str] | None, query: Path | None) -> Selection:
    from uvas_stats.fetch.adhoc import parse_query, parse_selects

    if query is not None and select:
        raise typer.BadParameter("Ange --select eller --query, inte båda")
    return parse_query(query) if query is not None else parse_selects(select or [])


def _fetch_table(
    clients: Clients, workspace: Workspace, name: str, selection: Selection, *, dry_run: bool
) -> None:
    """Fetch a table that is not declared and write its observations beside the main table."""
    from uvas_stats.catalog.pxweb import px_source
    from uvas_stats.clean.pxweb import concat_observations, edition_origins, iter_observations
    from uvas_stats.fetch.adhoc import adhoc_measures, adhoc_resolved
    from uvas_stats.fetch.editions import editions
    from uvas_stats.fetch.plan import DatasetPlan, plan_resolved
    from uvas_stats.fetch.run import fetch_planned
    from uvas_stats.observation import validate, write_observations

    source_name, _, table_id = name.partition(":")
    source = px_source(source_name)
    client = clients(source.id)
    limits = client.limits()
    resolved = adhoc_resolved(client, source.id, table_id, selection)
    dataset = resolved.declared.dataset

    def make_plan() -> DatasetPlan:
        now = adhoc_resolved(client, source.id, table_id, selection)
        return DatasetPlan(dataset, (plan_resolved(client, now, limits, workspace.raw),))

    if dry_run:
        _show_plan(make_plan())
        return
    with _progress() as progress:
        outcome = fetch_planned(clients, dataset, make_plan, workspace.raw, progress=progress)
    _show_outcome(outcome)
    edition = outcome.edition or outcome.plan.tables[0].kept or editions(workspace.raw, dataset)[-1]
    resolved = outcome.plan.tables[0].resolved
    measures = adhoc_measures(resolved.declared, resolved.table, source.publisher)
    frame = validate(concat_observations(list(iter_observations(edition, (resolved.declared,), measures))))
    folder = workspace.processed / dataset
    write_observations(frame, folder, edition_origins(edition))
    typer.echo(f"{_number(len(frame))} uppgifter i {folder / 'observations.parquet'}")


def search_command(
    text: Annotated[
        list[str], typer.Argument(metavar="TEXT ...", help="Ord ur tabellens titel; ungdom* för början.")
    ],
    source: Source = "scb",
    base_url: BaseUrl = None,
) -> None:
    """Sök tabeller hos SCB."""
    from uvas_stats.catalog.pxweb import px_source

    found = 0
    with _clients(base_url) as clients:
        for hit in clients(px_source(source).id).search(" ".join(text)):
            found += 1
            span = f" [{hit.first_period}–{hit.last_period}]" if hit.first_period else ""
            ended = " (uppdateras inte längre)" if hit.discontinued else ""
            typer.echo(f"{hit.id}  {hit.title}{span}{ended}  uppdaterad {hit.updated[:10] or 'okänt'}")
    if not found:
        typer.echo("Inga träffar. Sökningen gäller hela ord; prova befolk* för allt som börjar så.")


def table_command(
    table_id: Annotated[
        str, typer.Argument(metavar="ID", help="Tabellens id, t.ex. TAB6260; sökväg i version 1.")
    ],
    source: Source = "scb",
    base_url: BaseUrl = None,
) -> None:
    """Visa en tabells variabler, koder, kodlistor och anmärkningar."""
    from uvas_stats.catalog.pxweb import px_source

    with _clients(base_url) as clients:
        table = clients(px_source(source).id).table(table_id)
    typer.echo(f"{table.id}  {table.title}\nUppdaterad: {table.updated or 'okänt'}")
    if table.discontinued:
        typer.echo("Uppdateras inte längre.")
    if table.noise:
        typer.echo("Uppgifterna bär slumpmässigt brus: delar får inte summeras.")
    for variable in table.variables:
        must = "kan utelämnas" if variable.elimination else "måste väljas"
        typer.echo(f"\n{variable.code}  {variable.label}: {_number(len(variable.codes))} värden, {must}")
        pairs = list(zip(variable.codes, variable.labels, strict=True))
        for code, label in pairs[:MOST_SHOWN]:
            typer.echo(f"  {code}  {label}")
        if len(pairs) > MOST_SHOWN:
            typer.echo(f"  …  till {pairs[-1][0]}  {pairs[-1][1]}")
        for item in variable.codelists:
            typer.echo(f"  kodlista {item.id}  {item.label}")
    for note in table.notes:
        typer.echo(f"\nAnmärkning: {' '.join(note.split())}")


def register(app: typer.Typer, cls: Any = None) -> None:
    """Put the commands into the command line.

    Parameters
    ----------
    app
        The command line.
    cls
        The class of its commands, if it has one of its own.
    """
    for name, command in (("fetch", fetch_command), ("search", search_command), ("table", table_command)):
        app.command(name, cls=cls)(command)
