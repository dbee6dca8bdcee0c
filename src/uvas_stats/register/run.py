"""The whole way for the command line: read, count, let out through disclosure control, keep the result."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import pandas as pd

from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.disclosure import read_rule, release
from uvas_stats.errors import ObservationError, RegisterError, UvasStatsError
from uvas_stats.observation import make_observations, read_observations
from uvas_stats.register.engine import bind, open_engine
from uvas_stats.register.identity import Key
from uvas_stats.register.kaa import Span, count_kaa, span_of
from uvas_stats.register.linked import linked_spans
from uvas_stats.register.mapping import read_mapping
from uvas_stats.register.overlap import GroupSize, list_patterns, size_bounds
from uvas_stats.register.participants import count_participants, terms_between
from uvas_stats.register.read import Register, demand_trust, read_register
from uvas_stats.register.repeated import refuse_other_days, refuse_other_start
from uvas_stats.register.results import Population, kaa_observations, participant_observations
from uvas_stats.register.store import register_folder, save_results
from uvas_stats.register.tables import kaa_publication, overlap_publication, participant_publication
from uvas_stats.workspace import Workspace

__all__ = ["Outcome", "guarded", "run_kaa", "run_overlap", "run_participants"]

P = ParamSpec("P")
T = TypeVar("T")
_MOST_EARLIER = 6


@dataclass(frozen=True, repr=False)
class Outcome:
    """What a run gave: figures that may be shown, files, and what was wrong by row and field."""

    observations: pd.DataFrame
    files: tuple[Path, ...]
    remarks: tuple[str, ...]


def guarded(function: Callable[P, T]) -> Callable[P, T]:
    """Turn any unforeseen error into one that quotes nothing: its text could hold a row of the register.

    The error it takes the place of is not kept as its cause either, nor are the variables of the frames it passed.
    """

    @wraps(function)
    def call(*words: P.args, **names: P.kwargs) -> T:
        try:
            return function(*words, **names)
        except UvasStatsError:
            raise
        except Exception as error:  # noqa: BLE001 - the text of any error may quote a person's row
            failed = type(error).__name__
        raise RegisterError(
            f"Räkningen avbröts av ett oväntat fel ({failed})", todo="Inget är skrivet; meddela felet"
        )

    return call


def _read(
    path: Path, mapping_path: Path, key: Key, catalog: Catalog, at: dt.date, faults: Path | None = None
) -> Register:
    """Read a register and refuse it where it cannot be trusted; what was wrong is in the error's notes."""
    register = read_register(path, read_mapping(mapping_path), key, catalog, at)
    if faults is not None:
        register.faults.write(faults)
    try:
        demand_trust(register)
    except RegisterError as error:
        for line in register.faults.lines():
            error.add_note(line)
        raise
    return register


def _only_kommun(register: Register, kommun: str | None, catalog: Catalog) -> str:
    """Return the kommun that the register is of: the one named, else the one that the rows or the mapping give."""
    table = next(iter(register.tables.values()))
    found = sorted({str(code) for code in table["region"].unique()} - {""})
    wanted = catalog.region(kommun).code if kommun else ""
    if not wanted and len(found) != 1:
        raise RegisterError(
            "Det framgår inte vilken kommun registret gäller", todo="Ange --kommun, eller kommun i mappningen"
        )
    code = wanted or found[0]
    if found and found != [code]:
        raise RegisterError(f"Registret har rader för fler kommuner än {code}", todo="Dela registret per kommun")
    if not found:
        for one in register.tables.values():
            one["region"] = code
    return code


@guarded
def run_kaa(
    path: Path,
    mapping: Path,
    period: str,
    *,
    workspace: Workspace,
    at: dt.date | None = None,
    kommun: str | None = None,
    contact_days: int = 60,
    engine: str = "duckdb",
    today: dt.date | None = None,
    faults: Path | None = None,
) -> Outcome:
    """Count the KAA register of a kommun for a period and keep what may be shown.

    Raises
    ------
    UvasStatsError
        If the register cannot be read or trusted, or nothing can be shown safely. Nothing is then kept.
    """
    catalog, span = load_catalog(workspace), span_of(period, at, contact_days)
    register = _demand_kind(_read(path, mapping, Key(), catalog, span.ends, faults), "kaa")
    code = _only_kommun(register, kommun, catalog)
    earlier = _earlier_spans(workspace, code, span)
    with open_engine(engine) as connection:
        tables = bind(connection, register.tables)
        counts = count_kaa(connection, tables, span)
        hidden, links = linked_spans(connection, tables, code, span, earlier)
    people, remark = _population(workspace, code, span)
    refuse_other_days(workspace, code, span)
    protected = release(workspace, kaa_publication(counts, code, links, hidden))
    edition = (today or dt.date.today()).isoformat()  # noqa: DTZ011 - a calendar day
    results = kaa_observations(protected, counts, code, edition, people)
    note = _note(register, f"Period {span.period}, mätdatum {span.at}, kontakt inom {contact_days} dagar")
    about = {"period": span.period, "at": span.at.isoformat()}
    files = save_results(workspace, code, results, note, about)
    remarks = (*register.faults.lines(), *([remark] if remark else []))
    return Outcome(pd.concat(results.values(), ignore_index=True), tuple(files), remarks)


def _demand_kind(register: Register, kind: str) -> Register:
    if register.kind != kind:
        raise RegisterError(f"Mappningen gäller {register.kind}, inte {kind}", todo="Välj rätt mappning")
    return register


def _note(register: Register, text: str) -> str:
    bad = len(register.faults.bad_rows)
    return f"{text}. {bad} av {register.rows} rader gick inte att använda." if bad else f"{text}."


def _earlier_spans(workspace: Workspace, kommun: str, span: Span) -> list[Span]:
    """Return the periods and days that have been counted before, the newest first."""
    found = set()
    for path in (register_folder(workspace) / kommun).glob("kaa_*.json"):
        about = json.loads(path.read_text(encoding="utf-8"))
        found.add((about["period"], about["at"]))
    found.discard((span.period, span.at.isoformat()))
    spans = [Span(period, dt.date.fromisoformat(at), span.contact_days) for period, at in found]
    return sorted(spans, key=lambda one: one.at, reverse=True)[:_MOST_EARLIER]


def _population(workspace: Workspace, kommun: str, span: Span) -> tuple[Population | None, str]:
    """Find the published number of 16-19 year-olds on 31 December in the period, else the one before it."""
    december = span.begins.year if span.ends.month == 12 or span.kind == "school_year" else span.begins.year - 1
    missing = (
        f"Folkmängden 16–19 år {december} saknas; andelen räknas inte. Hämta den med: uvas fetch scb_population"
    )
    try:
        rows = read_observations(workspace.processed, ["population_december_count"])
    except ObservationError:
        return None, missing
    wanted = {"region_code": kommun, "period": str(december), "age_group": "16-19", "sex": "total"}
    for column, value in wanted.items():
        rows = rows.loc[rows[column].astype("str") == value]
    known = rows.loc[rows["value"] > 0].sort_values("edition")
    if known.empty:
        return None, missing
    return Population(float(known["value"].iloc[-1]), str(december), "16–19 år"), ""


@guarded
def run_participants(
    path: Path,
    mapping: Path,
    *,
    workspace: Workspace,
    since: dt.date | None = None,
    at: dt.date | None = None,
    kommun: str | None = None,
    months: int = 6,
    cost: float | None = None,
    engine: str = "duckdb",
    today: dt.date | None = None,
    faults: Path | None = None,
) -> Outcome:
    """Count a programme's participants at each term's end and keep what may be shown.

    Raises
    ------
    UvasStatsError
        If the list cannot be read or trusted, or nothing can be shown safely. Nothing is then kept.
    """
    catalog, until = load_catalog(workspace), at or today or dt.date.today()  # noqa: DTZ011 - a calendar day
    register = _demand_kind(_read(path, mapping, Key(), catalog, until, faults), "participants")
    code = _only_kommun(register, kommun, catalog)
    participations = register.tables["participations"]
    if participations.empty:
        raise RegisterError("Listan har inga deltagare att räkna", todo="Kontrollera exporten")
    first = since or participations["start"].min().date()
    refuse_other_start(workspace, code, first)
    with open_engine(engine) as connection:
        table = bind(connection, {"participations": participations})["participations"]
        counts = [count_participants(connection, table, one) for one in terms_between(first, until, months)]
    protected = release(workspace, participant_publication(counts, code))
    edition = (today or dt.date.today()).isoformat()  # noqa: DTZ011 - a calendar day
    results = participant_observations(protected, counts, code, edition, cost)
    files = save_results(workspace, code, results, _note(register, f"Räknat från {first} till {until}"), {})
    return Outcome(pd.concat(results.values(), ignore_index=True), tuple(files), tuple(register.faults.lines()))


@guarded
def run_overlap(
    name: str,
    lists: Mapping[str, tuple[Path, Path]],
    sizes: Mapping[str, int],
    *,
    workspace: Workspace,
    kommun: str,
    at: dt.date | None = None,
    today: dt.date | None = None,
) -> Outcome:
    """Find the size of a target group from lists of persons, and from sizes of lists that cannot be compared.

    Raises
    ------
    UvasStatsError
        If a list cannot be read or trusted, or the size cannot be shown safely.
    """
    catalog, when = load_catalog(workspace), at or today or dt.date.today()  # noqa: DTZ011 - a calendar day
    code, key = catalog.region(kommun).code, Key()
    registers = {one: _read(*files, key, catalog, when) for one, files in lists.items()}
    whole = _together(workspace, code, name, when, registers) if registers else 0
    rule = read_rule(workspace).threshold
    hidden = whole is None or any(0 < size < rule for size in sizes.values())
    size = None if whole is None or hidden else size_bounds(whole, sizes)
    edition = (today or dt.date.today()).isoformat()  # noqa: DTZ011 - a calendar day
    exact = size is not None and size.exact
    row = {
        "dataset": f"register:{code}", "edition": edition, "region_code": code, "period": f"{when:%Y-%m}",
        "age_group": "total", "measure": "register_overlap_count", "breakdown": "group", "category": name,
        "origin": f"register/{code}/overlap_{name}_{when:%Y-%m}",
        "value": float(size.lower) if size is not None and exact else float("nan"),
        "lower": float("nan") if size is None or exact else float(size.lower),
        "upper": float("nan") if size is None or exact else float(size.upper),
        "status": _status(size),
    }  # fmt: skip
    frame = make_observations(pd.DataFrame([row]))
    files = save_results(workspace, code, {f"overlap_{name}_{when:%Y-%m}": frame}, f"Mätdatum {when}.", {})
    return Outcome(frame, tuple(files), tuple(_remarks(registers)))


def _status(size: GroupSize | None) -> str:
    if size is None:
        return "suppressed"
    if not size.exact:
        return "interval"
    return "ok" if size.lower else "true_zero"


def _together(
    workspace: Workspace, code: str, name: str, when: dt.date, registers: Mapping[str, Register]
) -> int | None:
    """Return how many are in any of the lists, or None where that cannot be shown."""
    patterns = list_patterns({one: _present(register, when) for one, register in registers.items()})
    publication, keys = overlap_publication(code, name, when, patterns)
    return release(workspace, publication).value(keys[""])


def _remarks(registers: Mapping[str, Register]) -> Iterable[str]:
    for name, register in registers.items():
        yield from (f"{name}: {line}" for line in register.faults.lines())


def _present(register: Register, day: dt.date) -> pd.Series:
    """Return the persons of a list that are in it on a day."""
    name, begins, ends = ("spells", "registered", "closed") if register.kind == "kaa" else (
        "participations", "start", "end")  # fmt: skip
    table, at = register.tables[name], pd.Timestamp(day)
    inside = (table[begins] <= at) & (table[ends].isna() | (table[ends] >= at))
    return table.loc[inside, "person"].drop_duplicates()
