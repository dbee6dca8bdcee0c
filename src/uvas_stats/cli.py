"""The command line: ``uvas``. Loads nothing heavy until a command runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from uvas_stats.cli_swedish import SwedishCommand, SwedishGroup, usage_message
from uvas_stats.errors import UvasStatsError

if TYPE_CHECKING:
    from uvas_stats.situation import Nulage

__all__ = ["app", "main"]

app = typer.Typer(
    name="uvas",
    help="Nuläge för unga som varken arbetar eller studerar: siffror, diagram och rapporter för kommuner.",
    cls=SwedishGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """How a table is printed."""

    table = "table"
    csv = "csv"
    json = "json"


class Order(StrEnum):
    """Which end of the list is place 1."""

    worst = "worst"
    best = "best"


Kommun = Annotated[str | None, typer.Option(metavar="NAMN|KOD", help="En kommun i stället för ett program.")]
GroupOption = Annotated[
    str | None, typer.Option(metavar="GRUPP", help="Jämförelsegrupp: län (21), SKR-grupp (C8), GR …")
]
PeriodOption = Annotated[str | None, typer.Option(metavar="PERIOD", help="Till exempel 2023 eller 2024/25.")]
FormatOption = Annotated[Format, typer.Option("--format", help="Utskriftsform.")]
OrderOption = Annotated[Order, typer.Option(help="Plats 1 är sämst (worst) eller bäst (best).")]


@contextmanager
def _progress(total: int) -> Iterator[object]:
    """Show progress on stderr when it is a terminal; otherwise be silent."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("Nuläge", total=total)

        def step(text: str, advance: int = 0) -> None:
            progress.update(task, description=text, advance=advance)

        yield step


@app.command("nulage", cls=SwedishCommand)
def nulage_command(
    programmes: Annotated[
        list[str] | None, typer.Argument(metavar="[PROGRAM ...]", help="Program, till exempel ale.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Alla program.")] = False,
    kommun: Kommun = None,
    group: GroupOption = None,
    period: PeriodOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="MAPP", help="Mapp för resultatet (annars reports/).")
    ] = None,
    template: Annotated[Path | None, typer.Option(metavar="FIL", help="Kommunens egen Word-mall (.docx).")] = None,
) -> None:
    """Skriv rapport, diagram och underlag för ett eller flera program, eller för en kommun."""
    from uvas_stats import nulage
    from uvas_stats.catalog import load_catalog
    from uvas_stats.workspace import find_workspace

    workspace = find_workspace()
    if sum([bool(programmes), all_, kommun is not None]) != 1:
        raise typer.BadParameter("Ange program, --all eller --kommun (en av dem).")
    names = list(load_catalog(workspace).programmes) if all_ else list(dict.fromkeys(programmes or []))
    wanted = [{"kommun": kommun}] if kommun is not None else [{"programme": name} for name in names]
    found = [nulage(**choice, group=group, period=period) for choice in wanted]
    base = out if out is not None else workspace.reports
    with _progress(len(found)) as step:
        for one in found:
            _export(one, base, template, step)


def _export(one: Nulage, base: Path, template: Path | None, step: object) -> None:
    name = one.programme.name
    step(name)  # type: ignore[operator]
    result = one.export(
        base / one.programme.id,
        template=template,
        progress=lambda text: step(f"{name}: {text}"),  # type: ignore[operator]
    )
    step(name, 1)  # type: ignore[operator]
    pictures = sum(path.suffix == ".png" for path in result.files)
    others = ", ".join(str(path) for path in result.files if path.parent == Path())
    typer.echo(f"{name}: {_relative(result.folder)} ({others}, {pictures} diagram)")


def _relative(path: Path) -> str:
    """Write a path from here where that is shorter to read."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


@app.command(cls=SwedishCommand)
def rank(
    measure: Annotated[str, typer.Argument(metavar="MÅTT", help="Mått: id, titel eller N-nummer.")],
    period: PeriodOption = None,
    group: GroupOption = None,
    order: OrderOption = Order.worst,
    format_: FormatOption = Format.table,
) -> None:
    """Rangordna kommunerna efter ett mått, med lägsta och högsta möjliga plats vid lika värden."""
    from uvas_stats import listing

    typer.echo(listing.ranking(measure, period=period, group=group, order=order.value, form=format_.value))


@app.command(cls=SwedishCommand)
def show(
    measure: Annotated[str, typer.Argument(metavar="MÅTT", help="Mått: id, titel eller N-nummer.")],
    kommun: Annotated[str, typer.Option(metavar="NAMN|KOD", help="Kommun, län eller riket.")],
    from_: Annotated[str | None, typer.Option("--from", metavar="PERIOD", help="Första perioden.")] = None,
    format_: FormatOption = Format.table,
) -> None:
    """Visa ett mått över tid för en kommun, bredvid riket."""
    from uvas_stats import listing

    typer.echo(listing.history(measure, kommun, since=from_, form=format_.value))


@app.command(cls=SwedishCommand)
def sources() -> None:
    """Lista källorna: utgivare, utgåva, licens och antal uppgifter."""
    from uvas_stats import listing

    typer.echo(listing.sources())


@app.command(cls=SwedishCommand)
def build() -> None:
    """Läs alla råfiler och skriv data/processed."""
    from uvas_stats import pipeline
    from uvas_stats.workspace import find_workspace

    workspace = find_workspace()
    result = pipeline.build(workspace)
    rows = f"{result.rows:,}".replace(",", "\u202f")
    typer.echo(f"{rows} uppgifter ur {result.editions} utgåvor: {_relative(workspace.processed)}")


@app.command(cls=SwedishCommand)
def check() -> None:
    """Kontrollera katalog, råfilers kontrollsummor, kontraktet och gamla utgåvor."""
    from uvas_stats import listing

    report, problems = listing.check()
    typer.echo(report)
    if problems:
        raise typer.Exit(1)


def main() -> None:
    """Run the command line: exit 0, 2 for wrong usage, 1 for an UvasStatsError, told in one line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")  # a Windows console or pipe may be cp1252
    try:
        code = app(standalone_mode=False)
    except UvasStatsError as error:
        print(f"Fel: {error}", file=sys.stderr)
        code = 1
    except TyperException as error:
        if error.message:
            print(f"Fel: {usage_message(error)}. Hjälp: uvas --help", file=sys.stderr)
        code = error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print("Avbrutet.", file=sys.stderr)
        code = 130
    raise SystemExit(code)
