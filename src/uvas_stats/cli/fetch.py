"""The command that fetches: ``uvas fetch``. What is heavy is imported when it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from uvas_stats.errors import unbroken

if TYPE_CHECKING:
    from uvas_stats.catalog import Catalog, Dataset
    from uvas_stats.errors import FetchError
    from uvas_stats.fetch.adhoc import Selection
    from uvas_stats.fetch.plan import TablePlan
    from uvas_stats.fetch.run import DatasetPlan
    from uvas_stats.fetch.sources import Clients
    from uvas_stats.raw.publish import Outcome, Progress
    from uvas_stats.raw.rejected import Check
    from uvas_stats.workspace import Workspace

__all__ = ["Accepted", "BaseUrl", "answers", "fetch_command", "number", "open_clients", "show_notes"]

Accepted = Annotated[
    bool,
    typer.Option(
        "--accept", help="Lägg in även en utgåva som saknar många uppgifter eller är daterad i framtiden."
    ),
]
BaseUrl = Annotated[
    list[str] | None,
    typer.Option(
        "--base-url",
        metavar="KÄLLA=ADRESS",
        help="En annan adress för en källa; även miljövariabeln UVAS_BASE_URL.",
    ),
]


def number(value: float) -> str:
    """Write a count with thin spaces."""
    return f"{value:,.0f}".replace(",", "\u202f")


def open_clients(base_url: list[str] | None) -> Clients:
    """Make the clients of a command, with the addresses that its option gives."""
    from uvas_stats.fetch.sources import Clients, base_urls

    return Clients(base_urls(base_url or []))


def _new(table: TablePlan) -> str:
    periods = table.new_periods
    if not periods:
        return ""
    shown = periods[0] if len(periods) == 1 else f"{periods[0]}–{periods[-1]} ({len(periods)} perioder)"
    return f", nytt: {shown}"


def _show_plan(plan: DatasetPlan) -> None:
    typer.echo(
        f"{plan.dataset}: {number(plan.cells)} celler, {number(plan.calls)} anrop, minst {number(plan.seconds)} s"
    )
    for table in plan.tables:
        typer.echo(f"  {table.resolved.table.id}: {table.state}{_new(table)}")
        for line in table.resolved.left_out:
            typer.echo(f"  {unbroken(line)}")


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """Show a bar on a terminal, nothing in a log."""
    if sys.__stderr__ is None or not sys.__stderr__.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(file=sys.__stderr__), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(dataset: str, done: int, total: int) -> None:
            if dataset not in tasks:
                tasks[dataset] = bar.add_task(dataset, total=total)
            bar.update(tasks[dataset], completed=done, total=total)
            if done >= total:
                bar.stop()  # what has come is read now, and a question may be asked

        yield show


def answers(*, accept: bool) -> Callable[[str], bool]:
    """Give who answers whether an edition that is most likely wrong is laid in: the option, or who is there."""

    def ask(question: str) -> bool:
        if accept:
            return True
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        return typer.confirm(f"{unbroken(question)}. Lägga in ändå?", err=True)

    return ask


def show_notes(notes: tuple[str, ...]) -> None:
    """Print what was left out or read otherwise than as it stands, a line each."""
    for line in notes:
        typer.echo(f"  {unbroken(line)}")


def _show_outcome(outcome: Outcome[DatasetPlan]) -> None:
    if outcome.edition is None:
        typer.echo(f"{outcome.dataset}: oförändrad, inget nytt att hämta")
        return
    again = f", {number(outcome.resumed)} från en avbruten hämtning" if outcome.resumed else ""
    typer.echo(f"{outcome.dataset}: utgåva {outcome.edition.name}, {number(outcome.made)} anrop{again}")
    for table in outcome.plan.tables:
        if table.resolved.table.discontinued:
            typer.echo(f"  {table.resolved.table.id} uppdateras inte längre hos publicisten")
    show_notes(outcome.notes)


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
    again: Annotated[
        bool, typer.Option("--again", help="Hämta även de år som redan finns: utgivare reviderar.")
    ] = False,
    accept: Accepted = False,
    base_url: BaseUrl = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="VARIABEL=KODER", help="Urval ur en tabell: Region=0180,1480.")
    ] = None,
    query: Annotated[
        Path | None,
        typer.Option(metavar="FIL", help="En fråga kopierad från databasens webbsida (form 1 eller 2)."),
    ] = None,
) -> None:
    """Hämta det som är nytt hos källorna, inom deras gränser."""
    from uvas_stats.build.pipeline import edition_check
    from uvas_stats.catalog import load_catalog
    from uvas_stats.fetch.sources import fetchable
    from uvas_stats.workspace import find_workspace, require_writable

    single = [name for name in datasets or () if ":" in name]
    if (select or query) and len(single) != 1:
        raise typer.BadParameter("--select och --query hör till en tabell, t.ex. scb:TAB6471")
    if single and len(datasets or ()) != 1:
        raise typer.BadParameter("Hämta en tabell i taget: scb:TAB6471")
    workspace = find_workspace()
    if not dry_run:
        require_writable(workspace.raw)  # known before anything is asked for
    with open_clients(base_url) as clients:
        if single:
            _fetch_table(clients, workspace, single[0], _selection(select, query), dry_run=dry_run)
            return
        catalog = load_catalog(workspace)
        wanted = fetchable(catalog, datasets or ())
        check = edition_check(catalog, workspace.raw_roots, answers(accept=accept))
        _fetch_each(clients, workspace, catalog, wanted, check, dry_run=dry_run, again=again)


def _fetch_each(
    clients: Clients,
    workspace: Workspace,
    catalog: Catalog,
    datasets: list[str],
    check: Check,
    *,
    dry_run: bool,
    again: bool,
) -> None:
    """Fetch dataset by dataset; one that fails is reported, and the others are fetched all the same."""
    from uvas_stats.errors import FetchError, UvasStatsError
    from uvas_stats.fetch.network import NoNetworkError

    failed: list[str] = []
    told, away = set(), set[str]()
    for dataset in datasets:
        try:
            if catalog.datasets[dataset].fetcher:
                _fetch_files(clients, workspace, catalog.datasets[dataset], check, dry_run=dry_run, again=again)
            else:
                _fetch_tables(clients, workspace, dataset, check, dry_run=dry_run)
            away = {""}  # there is a network
        except UvasStatsError as error:
            if len(datasets) == 1:
                raise _with_doctor(error) if isinstance(error, FetchError) else error from None
            failed.append(dataset)
            if isinstance(error, NoNetworkError):
                away.add(str(error.where))
            if len(away) > 1 and "" not in away:
                todo = "Kontrollera nät och proxy; vad som är fel säger"
                both = " och ".join(sorted(away))
                raise FetchError("Ingen nätförbindelse", where=both, todo=todo, command="uvas doctor") from None
            if str(error) not in told:  # a source that is away is told of once
                typer.echo(f"Fel: {dataset}: {error}", err=True)
            told.add(str(error))
    if failed:
        typer.echo(f"{len(failed)} av {len(datasets)} datamängder hämtades inte: {', '.join(failed)}", err=True)
        typer.echo("Vad som är fel säger: uvas doctor", err=True)
        raise typer.Exit(1)


def _with_doctor(error: FetchError) -> FetchError:
    """Name the command that finds out more."""
    todo = f"{(error.todo or '').rstrip('.')}. Vad som är fel säger".removeprefix(". ")
    return type(error)(error.what, where=error.where, todo=todo, command="uvas doctor", cause=error.cause)


def _fetch_tables(clients: Clients, workspace: Workspace, dataset: str, check: Check, *, dry_run: bool) -> None:
    """Fetch the declared tables of a dataset from its database."""
    from uvas_stats.catalog.pxweb import tables_of
    from uvas_stats.fetch.run import fetch_dataset, plan_dataset

    if dry_run:
        _show_plan(plan_dataset(clients, dataset, tables_of(dataset), workspace.raw))
        return
    with _progress() as progress:
        outcome = fetch_dataset(
            clients,
            dataset,
            tables_of(dataset),
            workspace.raw,
            progress=progress,
            before=check,
        )
    _show_outcome(outcome)


def _fetch_files(
    clients: Clients, workspace: Workspace, dataset: Dataset, check: Check, *, dry_run: bool, again: bool
) -> None:
    """Fetch the files of a dataset; they become an edition if their reader can read them."""
    from uvas_stats.fetch.sources import file_plan
    from uvas_stats.raw.files import fetch_files

    plan = file_plan(clients, dataset, workspace.raw, again=again)
    if dry_run:
        typer.echo(f"{dataset.id}: {number(len(plan.wanted))} filer")
        for one in plan.wanted:
            typer.echo(f"  {unbroken(one.name)}")
        return
    with _progress() as progress:
        outcome = fetch_files(plan, workspace.raw, progress=progress, before=check)
    if outcome.edition is None:
        typer.echo(f"{dataset.id}: oförändrad, inget nytt")
    else:
        kept = f", {number(outcome.resumed)} från en avbruten hämtning" if outcome.resumed else ""
        typer.echo(f"{dataset.id}: utgåva {outcome.edition.name}, {number(plan.calls)} filer{kept}")
    show_notes(outcome.notes)


def _selection(select: list[str] | None, query: Path | None) -> Selection:
    from uvas_stats.fetch.adhoc import parse_query, parse_selects

    if query is not None and select:
        raise typer.BadParameter("Ange --select eller --query, inte båda")
    return parse_query(query) if query is not None else parse_selects(select or [])


def _fetch_table(
    clients: Clients, workspace: Workspace, name: str, selection: Selection, *, dry_run: bool
) -> None:
    """Fetch a table that is not declared and write its observations beside the main table."""
    from uvas_stats.build.single_table import build_table, table_check
    from uvas_stats.catalog.pxweb import px_source
    from uvas_stats.fetch.adhoc import plan_adhoc
    from uvas_stats.fetch.run import fetch_planned

    source_name, _, table_id = name.partition(":")
    source = px_source(source_name)

    def make_plan() -> DatasetPlan:
        return plan_adhoc(clients(source.id), source.id, table_id, selection, workspace.raw)

    plan = make_plan()
    if dry_run:
        _show_plan(plan)
        return
    with _progress() as progress:
        outcome = fetch_planned(
            plan.dataset, make_plan, workspace.raw, progress=progress, before=table_check(plan, source.publisher)
        )
    _show_outcome(outcome)
    rows, folder = build_table(workspace, outcome, source.publisher)
    typer.echo(unbroken(f"{number(rows)} uppgifter i {folder / 'observations.parquet'}"))
