"""The commands that count the municipality's own registers: ``uvas register``.

What is heavy is imported when a command runs. Nothing of a person is printed: only row numbers, fields and figures
that disclosure control has let out.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uvas_stats.cli.swedish import SwedishCommand, SwedishGroup, command_word
from uvas_stats.errors import UvasStatsError, unbroken

if TYPE_CHECKING:
    from uvas_stats.register.safe_errors import RunResult

__all__ = ["app"]

app = typer.Typer(
    help="Räkna kommunens egna register: KAA, deltagare och målgrupp. Personuppgifter sparas aldrig.",
    cls=SwedishGroup,
    no_args_is_help=True,
)


@app.callback()
def _start() -> None:
    """Let the collector of garbage rest while modules are loaded: next to nothing of them is garbage."""
    gc.set_threshold(_FEW_COLLECTIONS)


_FEW_COLLECTIONS = 100_000
File = Annotated[Path, typer.Argument(metavar="FIL", help="CSV eller Excel ur kommunens system.")]
MappingOption = Annotated[Path, typer.Option("--mapping", metavar="FIL", help="Mappningsfil (TOML).")]
Kommun = Annotated[str | None, typer.Option(metavar="NAMN|KOD", help="Kommunen, om inte mappningen säger den.")]
At = Annotated[str | None, typer.Option("--at", metavar="DATUM", help="Mätdatum, till exempel 2026-06-15.")]
FaultsOption = Annotated[
    Path | None,
    typer.Option("--faults", metavar="FIL", help="Hela listan över rader som inte stämmer: rad och fält (CSV)."),
]
EngineOption = Annotated[str, typer.Option("--engine", metavar="MOTOR", help="duckdb eller spark.")]


def _day(text: str | None, flag: str) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{flag} ska vara ett datum, till exempel 2026-06-15") from None


def _print_result(result: RunResult) -> None:
    """Print what was wrong, the figures without breakdown, and where the rest is."""
    from uvas_stats.catalog import load_catalog
    from uvas_stats.register.export import headline_lines

    for line in result.remarks:
        typer.echo(unbroken(line), err=True)
    for line in headline_lines(result.observations, load_catalog().measures):
        typer.echo(line)
    for path in result.files:
        typer.echo(unbroken(f"Sparat: {path}"))


@contextmanager
def _listing_faults() -> Iterator[None]:
    """Print what was wrong, by row and field, before a refusal is told."""
    try:
        yield
    except UvasStatsError as error:
        for line in getattr(error, "__notes__", []):
            typer.echo(unbroken(line), err=True)
        raise


@app.command("map", cls=SwedishCommand)
def map_command(
    file: File,
    kind: Annotated[
        str,
        typer.Option(
            "--kind", metavar="SLAG", help="kaa, participants eller list (en lista ur ett annat system)."
        ),
    ] = "kaa",
    out: Annotated[Path | None, typer.Option(metavar="FIL", help="Mappningsfil att skriva.")] = None,
    sheet: Annotated[str, typer.Option(metavar="BLAD", help="Bladet, om arbetsboken har flera.")] = "",
) -> None:
    """Föreslå en mappning ur rubriker och innehåll och skriv den, för redigering. Skriver aldrig över."""
    from uvas_stats.register.fields import KINDS
    from uvas_stats.register.reading.propose import write_proposal
    from uvas_stats.register.safe_errors import redact

    if kind not in KINDS:
        raise typer.BadParameter(f"--kind ska vara något av {', '.join(KINDS)}")
    target = out or file.with_suffix(".toml")
    mapping, notes = redact(write_proposal)(file, target, kind, sheet)
    for note in notes:
        typer.echo(unbroken(note), err=True)
    typer.echo(
        f"{len(mapping.columns)} fält hittade: {unbroken(target)}. Kontrollera filen innan registret räknas."
    )


@app.command("kaa", cls=SwedishCommand)
def kaa_command(
    file: File,
    mapping: MappingOption,
    period: Annotated[str, typer.Option(metavar="PERIOD", help="Läsår 2025/26, halvår 2025H2 eller år 2025.")],
    at: At = None,
    kommun: Kommun = None,
    contact_days: Annotated[
        int, typer.Option("--contact-days", metavar="DAGAR", help="Kontakt inom så här många dagar.")
    ] = 60,
    export: Annotated[
        Path | None, typer.Option(metavar="FIL", help="Arbetsbok med KAA-rapportens fem block.")
    ] = None,
    engine: EngineOption = "duckdb",
    faults: FaultsOption = None,
) -> None:
    """Räkna KAA-registret för en period och ett mätdatum."""
    from uvas_stats.catalog import load_catalog
    from uvas_stats.register.export import MARK, write_blocks
    from uvas_stats.register.run import run_kaa
    from uvas_stats.workspace import find_workspace, refuse_foreign

    if export is not None:
        refuse_foreign(export, MARK)  # before anything is counted and noted in the ledger
    with _listing_faults():
        result = run_kaa(
            file, mapping, period, workspace=find_workspace(), at=_day(at, "--at"), kommun=kommun,
            contact_days=contact_days, engine=engine, faults=faults,
        )  # fmt: skip
    _print_result(result)
    if export is not None:
        for target in write_blocks(result.observations, export, load_catalog().names):
            typer.echo(unbroken(f"De fem blocken: {target}"))


@app.command("check", cls=SwedishCommand)
def check_command(
    file: File,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FIL", help="Mappningsfil, om rubrikerna är andra.")
    ] = None,
    at: At = None,
    faults: FaultsOption = None,
) -> None:
    """Pröva KAA-registret mot reglerna för Skolverkets insamling, innan kommunen rapporterar.

    Skolverkets filbeskrivning fanns inte att tillgå: rubriker och regler är tolkade ur rapportens fem block.
    """
    from uvas_stats.register.run import run_check
    from uvas_stats.workspace import find_workspace

    with _listing_faults():
        notes = run_check(file, mapping, workspace=find_workspace(), at=_day(at, "--at"), faults=faults)
    for note in notes:
        typer.echo(note, err=True)
    typer.echo("Inga rader bryter mot reglerna. Skolverkets egen filbeskrivning fanns inte att pröva mot.")


@app.command("participants", cls=SwedishCommand)
def participants_command(
    file: File,
    mapping: MappingOption,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATUM", help="Räkna dem som börjat från och med.")
    ] = None,
    at: At = None,
    kommun: Kommun = None,
    months: Annotated[
        int, typer.Option(metavar="MÅNADER", help="Uppföljning tidigast så här långt efter avslut.")
    ] = 6,
    cost: Annotated[
        float | None, typer.Option(metavar="KRONOR", help="Projektets hela kostnad, om listan inte har den.")
    ] = None,
    engine: EngineOption = "duckdb",
    faults: FaultsOption = None,
) -> None:
    """Räkna ett programs deltagare vid varje terminsslut."""
    from uvas_stats.register.run import run_participants
    from uvas_stats.workspace import find_workspace

    with _listing_faults():
        result = run_participants(
            file, mapping, workspace=find_workspace(), since=_day(since, "--from"), at=_day(at, "--at"),
            kommun=kommun, months=months, cost=cost, engine=engine, faults=faults,
        )  # fmt: skip
    _print_result(result)


@app.command("overlap", cls=SwedishCommand)
def overlap_command(
    name: Annotated[str, typer.Argument(metavar="NAMN", help="Målgruppens namn, till exempel malgrupp.")],
    kommun: Annotated[str, typer.Option(metavar="NAMN|KOD", help="Kommunen.")],
    lists: Annotated[
        list[str] | None,
        typer.Option("--list", metavar="NAMN=FIL,MAPPNING", help="En lista med personer; kan anges flera gånger."),
    ] = None,
    sizes: Annotated[
        list[str] | None, typer.Option("--size", metavar="NAMN=ANTAL", help="En lista där bara antalet är känt.")
    ] = None,
    at: At = None,
) -> None:
    """Räkna en målgrupp ur flera listor: exakt där personer kan jämföras, annars gränser, aldrig summan."""
    from uvas_stats.register.run import run_overlap
    from uvas_stats.workspace import find_workspace

    files = {}
    for label, text in _pairs(lists, "--list"):
        file, _, mapping = text.rpartition(",")
        if not file:
            raise typer.BadParameter("--list ska skrivas NAMN=FIL,MAPPNING")
        files[label] = (Path(file), Path(mapping))
    counts = dict(_pairs(sizes, "--size"))
    if any(not text.isdecimal() or len(text) > 7 for text in counts.values()) or not (files or counts):
        raise typer.BadParameter(
            "Ange minst en --list NAMN=FIL,MAPPNING eller --size NAMN=ANTAL, antal som heltal"
        )
    numbers = {label: int(text) for label, text in counts.items()}
    with _listing_faults():
        result = run_overlap(name, files, numbers, workspace=find_workspace(), kommun=kommun, at=_day(at, "--at"))
    _print_result(result)


def _pairs(texts: list[str] | None, flag: str) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in texts or []]
    names = [name for name, _, _ in pairs]
    if any(not (name.isidentifier() and sign and value) for name, sign, value in pairs) or len(set(names)) < len(
        names
    ):
        raise typer.BadParameter(f"{flag} ska skrivas NAMN=…, med olika namn av bokstäver, siffror och _")
    return [(name, value) for name, _, value in pairs]


@app.command("remove", cls=SwedishCommand)
def remove_command(kommun: Annotated[str, typer.Option(metavar="NAMN|KOD", help="Kommunen.")]) -> None:
    """Ta bort räknade uppgifter för en kommun, till exempel efter en demonstration.

    Liggaren över vad som har visats ligger kvar, utom när alla är påhittade.
    """
    from uvas_stats.catalog import load_catalog
    from uvas_stats.register.published import remove_results
    from uvas_stats.workspace import find_workspace

    for path in remove_results(find_workspace(), load_catalog().region(kommun).code):
        typer.echo(unbroken(f"Borttaget: {path}"))


@app.command("demo", cls=SwedishCommand)
def demo_command(
    out: Annotated[Path, typer.Option(metavar="MAPP", help="Mapp för filerna.")] = Path("demo"),
    kommun: Annotated[
        str, typer.Option(metavar="NAMN|KOD", help="Kommunen som registret påstås gälla.")
    ] = "Söderhamn",
    persons: Annotated[int, typer.Option(metavar="ANTAL", help="Antal påhittade personer.")] = 400,
) -> None:
    """Skriv ett KAA-register och en deltagarlista med påhittade personer, och deras mappningar."""
    from uvas_stats.catalog import load_catalog
    from uvas_stats.register.demo import DEMO_END, DEMO_PERIOD, write_demo

    for path in write_demo(out, kommun=load_catalog().region(kommun).code, persons=persons):
        typer.echo(unbroken(path))
    for command, name, more in (
        ("kaa", "kaa", f"--period {DEMO_PERIOD}"),
        ("participants", "deltagare", f"--at {DEMO_END}"),
    ):
        file, mapping = (command_word(out / f"{name}.{ending}") for ending in ("csv", "toml"))
        typer.echo(unbroken(f"Prova: uvas register {command} {file} --mapping {mapping} {more}"))
    typer.echo("Ta bort igen: uvas register remove --kommun KOMMUNEN")
