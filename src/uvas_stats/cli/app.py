"""The command line: ``uvas``. Loads nothing heavy until a command runs."""

from __future__ import annotations

import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from uvas_stats import __version__
from uvas_stats.cli import adopt as cli_adopt
from uvas_stats.cli import doctor as cli_doctor
from uvas_stats.cli import fetch as cli_fetch
from uvas_stats.cli import register as cli_register
from uvas_stats.cli import tables as cli_tables
from uvas_stats.cli.swedish import SwedishCommand, SwedishGroup, asks_for_help, usage_message
from uvas_stats.errors import UvasStatsError, unbroken, visible

__all__ = ["app", "run"]

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


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Visa programmets version.")] = False,
) -> None:
    if version:
        typer.echo(f"uvas_stats {__version__}")
    elif context.invoked_subcommand is None:
        raise typer.BadParameter("Ange ett kommando")


class Format(StrEnum):
    """How a table is printed."""

    table = "table"
    csv = "csv"
    json = "json"


class Order(StrEnum):
    """Which end of the list is place 1."""

    worst = "sämst"
    best = "bäst"
    highest = "högst"
    lowest = "lägst"
    worst_in_english = "worst"
    best_in_english = "best"


class Sex(StrEnum):
    """Whose figures are shown."""

    both = "båda"
    women = "kvinnor"
    men = "män"
    all = "alla"


Kommun = Annotated[str | None, typer.Option(metavar="NAMN|KOD", help="En kommun i stället för ett program.")]
GroupOption = Annotated[
    str | None, typer.Option(metavar="GRUPP", help="Jämförelsegrupp: län (21), SKR-grupp (C8), GR …")
]
PeriodOption = Annotated[str | None, typer.Option(metavar="PERIOD", help="Till exempel 2023 eller 2024/25.")]
FormatOption = Annotated[Format, typer.Option("--format", help="Utskriftsform.")]
ExcelOption = Annotated[
    bool, typer.Option("--excel", help="CSV för svenska Excel (med --format csv): semikolon och decimalkomma.")
]
OrderOption = Annotated[Order, typer.Option(metavar="ORDNING", help="Plats 1 är sämst, bäst, högst eller lägst.")]
OutFile = Annotated[
    Path | None, typer.Option("--out", metavar="FIL", help="Skriv till en fil, .csv eller .xlsx, i stället.")
]
Words = Annotated[list[str] | None, typer.Argument(metavar="[TEXT ...]", help="Ord att söka efter; annars allt.")]


@app.command("nulage", cls=SwedishCommand)
def nulage_command(
    programmes: Annotated[
        list[str] | None, typer.Argument(metavar="[PROGRAM ...]", help="Program eller kommuner, till exempel ale.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Alla program.")] = False,
    kommun: Kommun = None,
    group: GroupOption = None,
    period: PeriodOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="MAPP", help="Mapp för resultatet (annars reports/).")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FIL", help="Kommunens egen Word-mall (.docx, .dotx).")
    ] = None,
) -> None:
    """Skriv rapport, diagram och underlag för ett eller flera program, eller för en kommun."""
    from uvas_stats.situation import batch

    if sum([bool(programmes), all_, kommun is not None]) != 1:
        raise typer.BadParameter("Ange program, --all eller --kommun (en av dem)")
    for done in batch.export_all(
        programmes or [], kommun=kommun, group=group, period=period, out=out, template=template
    ):
        others = ", ".join(str(path) for path in done.files if path.parent == Path())
        pictures = sum(path.suffix == ".png" for path in done.files)
        typer.echo(f"{unbroken(done.name)}: {_relative(done.folder)} ({others}, {pictures} diagram)")
        for line in done.kept:
            typer.echo(f"  {unbroken(line)}")


def _form(form: Format, excel: bool, out: Path | None) -> Any:
    """Say how a list is wanted; one for Excel is CSV."""
    from uvas_stats.cli.output import Form

    if excel and form is not Format.csv:
        raise typer.BadParameter("--excel hör till --format csv")
    if out is not None and out.suffix.lower() not in (".csv", ".xlsx"):
        raise typer.BadParameter("--out ska vara en fil som slutar på .csv eller .xlsx")
    if out is not None and form is not Format.table:
        raise typer.BadParameter("Ange --out eller --format, inte båda; filens namn säger formen")
    return Form("excel" if excel else form.value, out)


def _relative(path: Path) -> str:
    """Write a path from here where that is shorter to read."""
    try:
        return unbroken(path.resolve().relative_to(Path.cwd()).as_posix())
    except ValueError:
        return unbroken(path)


@app.command(cls=SwedishCommand)
def rank(
    measure: Annotated[str, typer.Argument(metavar="MÅTT", help="Mått: id, titel eller N-nummer.")],
    period: PeriodOption = None,
    group: GroupOption = None,
    order: OrderOption = Order.worst,
    format_: FormatOption = Format.table,
    excel: ExcelOption = False,
    sure: Annotated[bool, typer.Option("--sure", help="Visa hur säker varje plats är, slumpen räknad.")] = False,
    out: OutFile = None,
) -> None:
    """Rangordna kommunerna efter ett mått, med lägsta och högsta möjliga plats vid lika värden."""
    from uvas_stats.cli import listing

    form = _form(format_, excel, out)
    typer.echo(listing.ranking(measure, period=period, group=group, order=order.value, form=form, sure=sure))


@app.command(cls=SwedishCommand)
def show(
    measure: Annotated[str, typer.Argument(metavar="MÅTT", help="Mått: id, titel eller N-nummer.")],
    kommun: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMN|KOD", help="Kommun, län eller riket; kan anges flera gånger."),
    ] = None,
    group: GroupOption = None,
    sex: Annotated[
        Sex, typer.Option(metavar="KÖN", help="båda, kvinnor, män eller alla (tre serier).")
    ] = Sex.both,
    from_: Annotated[str | None, typer.Option("--from", metavar="PERIOD", help="Första perioden.")] = None,
    to: Annotated[str | None, typer.Option(metavar="PERIOD", help="Sista perioden.")] = None,
    format_: FormatOption = Format.table,
    excel: ExcelOption = False,
    out: OutFile = None,
) -> None:
    """Visa ett mått över tid: en kommun bredvid riket, eller flera bredvid varandra."""
    from uvas_stats.cli import listing

    if not kommun and group is None:
        raise typer.BadParameter("Ange --kommun eller --group")
    form = _form(format_, excel, out)
    text = listing.history(measure, kommun or [], group=group, sex=sex.value, since=from_, until=to, form=form)
    typer.echo(text)


def _found(what: str, text: list[str] | None, format_: Format, excel: bool, out: Path | None) -> None:
    from uvas_stats.cli import lookup

    typer.echo(lookup.found(what, " ".join(text or []), _form(format_, excel, out)))


@app.command(cls=SwedishCommand)
def measures(
    text: Words = None, format_: FormatOption = Format.table, excel: ExcelOption = False, out: OutFile = None
) -> None:
    """Lista måtten: id, titel, utgivare och hur långt uppgifterna räcker."""
    _found("measures", text, format_, excel, out)


@app.command(cls=SwedishCommand)
def kommuner(
    text: Words = None, format_: FormatOption = Format.table, excel: ExcelOption = False, out: OutFile = None
) -> None:
    """Lista kommunerna: kod, namn, län och kommungrupp."""
    _found("kommuner", text, format_, excel, out)


@app.command(cls=SwedishCommand)
def groups(
    text: Words = None, format_: FormatOption = Format.table, excel: ExcelOption = False, out: OutFile = None
) -> None:
    """Lista jämförelsegrupperna, eller med en grupps namn också dess kommuner."""
    _found("groups", text, format_, excel, out)


@app.command(cls=SwedishCommand)
def sources() -> None:
    """Lista källorna: utgivare, utgåva, licens och antal uppgifter."""
    from uvas_stats.cli import listing

    typer.echo(listing.sources())


@app.command(cls=SwedishCommand)
def build() -> None:
    """Läs alla råfiler och skriv data/processed."""
    from uvas_stats.build import pipeline
    from uvas_stats.workspace import find_workspace

    workspace = find_workspace()
    result = pipeline.build(workspace)
    rows = f"{result.rows:,}".replace(",", "\u202f")
    typer.echo(f"{rows} uppgifter ur {result.editions} utgåvor: {_relative(workspace.processed)}")


@app.command(cls=SwedishCommand)
def check(
    compare: Annotated[
        bool, typer.Option("--compare", help="Lista vad som skiljer mellan utgåvor, och mellan två vägar.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FIL", help="Skriv alla rader till en CSV-fil (med --compare eller --breaks)."),
    ] = None,
    breaks: Annotated[
        bool, typer.Option("--breaks", help="Föreslå tidsseriebrott: nivåer som skiftar mer än slumpen och riket.")
    ] = False,
) -> None:
    """Kontrollera katalog, råfilers kontrollsummor, kontraktet och gamla utgåvor."""
    from uvas_stats.cli import check as checking

    if out is not None and compare == breaks:
        raise typer.BadParameter("--out hör till --compare eller --breaks")
    if compare or breaks:
        typer.echo(checking.compare(out) if compare else checking.propose_breaks(out))
        return
    report, problems = checking.check()
    typer.echo(report)
    if problems:
        raise typer.Exit(1)


for name, command in (
    ("fetch", cli_fetch.fetch_command),
    ("doctor", cli_doctor.doctor_command),
    ("adopt", cli_adopt.adopt_command),
    ("search", cli_tables.search_command),
    ("table", cli_tables.table_command),
):
    app.command(name, cls=SwedishCommand)(command)

app.add_typer(cli_register.app, name="register")


def _unexpected(error: Exception) -> str:
    """Say of a fault in the package what kind it is and where it arose, and nothing of the data."""
    frames = traceback.extract_tb(error.__traceback__)
    frame_here = [frame for frame in frames if "uvas_stats" in frame.filename][-1]
    where = f"{Path(frame_here.filename).name} rad {frame_here.lineno}"
    return f"Oväntat fel i programmet: {type(error).__name__} ({where}). Rapportera felet med den här raden."


class _Screen:
    """A standard stream that shows what stands in names and answers from outside, and never obeys it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text without what would steer a terminal."""
        return int(self._stream.write(visible(text) if isinstance(text, str) else text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def run() -> tuple[int, str]:
    """Run what the command line says; return the exit code and what is to be said of an error, if anything."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # a Windows console or pipe may be cp1252, and a file's name may hold what no encoding can write
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        with redirect_stdout(_Screen(sys.stdout)), redirect_stderr(_Screen(sys.stderr)):
            return app(prog_name="uvas", standalone_mode=False) or 0, ""
    except UvasStatsError as error:
        return 1, f"Fel: {error}"
    except TyperException as error:
        if asks_for_help(error):
            return error.exit_code, visible(error.message)
        return error.exit_code, unbroken(f"Fel: {usage_message(error)}. Hjälp: uvas --help")
    except typer.Abort:
        return 130, "Avbrutet."
    except Exception as error:  # noqa: BLE001 - a fault in the package; its message may quote a file, and is not told
        return 1, f"Fel: {_unexpected(error)}"
