"""The whole way for the command line: read, count, let out through disclosure control, keep the result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.disclosure import Ledger, Protected, Publication, publishing, read_rule, release
from uvas_stats.errors import DisclosureError, ObservationError, RegisterError, UvasStatsError
from uvas_stats.observations.store import read_observations
from uvas_stats.periods import period_end
from uvas_stats.register.engine import bind, open_engine
from uvas_stats.register.fields import available_tables, missing_fields
from uvas_stats.register.kaa import count_kaa
from uvas_stats.register.linkage import linked_spans
from uvas_stats.register.overlap import run_overlap
from uvas_stats.register.participants import ParticipantCounts, Term, count_participants, terms_between
from uvas_stats.register.published import (
    earlier_spans,
    list_days,
    participant_terms,
    published_counts,
    refuse_other_days,
    refuse_other_start,
    register_ledger,
    skolverket_counts,
)
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.read import Register
from uvas_stats.register.reading.rules import COLLECTION, check_collection
from uvas_stats.register.results import Population, kaa_observations, participant_observations
from uvas_stats.register.safe_errors import RunResult, left_out, read_trusted, redact, today_unless
from uvas_stats.register.span import Span, span_of, span_of_day
from uvas_stats.register.store import cost_terms, keep_shown, save_results
from uvas_stats.register.tables import kaa_publication, participant_publication
from uvas_stats.register.target_group import participant_lists
from uvas_stats.workspace import Workspace

__all__ = ["RunResult", "redact", "run_check", "run_kaa", "run_overlap", "run_participants"]


def _kommuner(register: Register, kommun: str | None, catalog: Catalog) -> tuple[str, ...]:
    """Return the kommuner to count: the one named, else all that the rows or the mapping give."""
    table = next(iter(register.tables.values()))
    codes = tuple(sorted({str(code) for code in table["region"].unique()} - {""}))
    wanted = catalog.region(kommun).code if kommun else ""
    if not codes and not wanted:
        raise RegisterError(
            "Det framgår inte vilken kommun registret gäller", todo="Ange --kommun, eller kommun i mappningen"
        )
    if not codes:
        for one in register.tables.values():
            one["region"] = wanted
    elif wanted and wanted not in codes:
        raise RegisterError(
            f"Registret har inga rader för kommun {wanted}", todo=f"Det har rader för {', '.join(codes)}"
        )
    return (wanted,) if wanted else codes


@dataclass
class _Done:
    """What has been counted of the kommuner so far."""

    kommuner: list[str]
    frames: list[pd.DataFrame]
    files: list[Path]
    remarks: list[str]

    def keep(self, code: str, results: Mapping[str, pd.DataFrame], files: list[Path]) -> None:
        self.kommuner.append(code)
        self.frames += results.values()
        self.files += files

    def result(self, register: Register) -> RunResult:
        frame = pd.concat(self.frames, ignore_index=True)
        missing = missing_fields(register.kind, register.columns)
        return RunResult(frame, tuple(self.files), (*register.faults.lines(), *missing, *self.remarks))


@contextmanager
def _each(register: Register) -> Iterator[_Done]:
    """Gather the kommuner of a register; if one is refused, say which ones were counted before it."""
    done = _Done([], [], [], [])
    try:
        yield done
    except UvasStatsError as error:
        if done.kommuner:
            error.add_note(f"Räknade och sparade före felet: {', '.join(done.kommuner)}")
        raise


@redact
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
) -> RunResult:
    """Count the KAA register of one or more kommuner for a period and keep what may be shown.

    Parameters
    ----------
    path, mapping
        The register, and how it is read.
    period
        A school year, half-year or year.
    workspace
        Where the results, the rule and the ledger are kept.
    at
        The day of measurement; None means the last day of the period.
    kommun
        Name or code; None means all that the rows or the mapping give.
    contact_days
        Within how many days contact is due.
    engine
        ``duckdb`` or ``spark``.
    today
        What today is.
    faults
        Where the whole list of what was wrong is written.

    Raises
    ------
    UvasStatsError
        If the register cannot be read or trusted, or nothing can be shown safely. Nothing is then kept.
    """
    catalog, span, edition = (
        load_catalog(workspace),
        span_of(period, at, contact_days),
        today_unless(today).isoformat(),
    )
    register = _require_kind(read_trusted(path, mapping, Key(), catalog, span.ends, faults), "kaa")
    codes = _kommuner(register, kommun, catalog)
    for code in codes:
        refuse_other_days(register_ledger(workspace, code), span)
    note = f"Period {span.period}, mätdatum {span.at}, kontakt inom {contact_days} dagar{left_out(register)}"
    about = {"period": span.period, "at": span.at.isoformat()}
    available = available_tables("kaa", register.columns)
    with open_engine(engine) as connection, _each(register) as done:
        tables = bind(connection, register.tables)
        counts = count_kaa(connection, tables, span)
        for code in codes:
            people, remark = _population(workspace, code, span)
            done.remarks += [remark] if remark and remark not in done.remarks else []
            with publishing(workspace, f"register:{code}"):
                ledger = register_ledger(workspace, code)
                refuse_other_days(ledger, span)
                earlier = earlier_spans(ledger, span)
                hidden, links = linked_spans(connection, tables, code, span, earlier, available)
                publication = kaa_publication(counts, code, links, hidden, available)
                protected = _release_kaa(workspace, code, publication, span, done)
                results = keep_shown(workspace, code, kaa_observations(protected, counts, code, edition, people))
                done.keep(code, results, save_results(workspace, code, results, note, about))
    return done.result(register)


def _release_kaa(
    workspace: Workspace, kommun: str, publication: Publication, span: Span, done: _Done
) -> Protected:
    """Let the counts out with what Skolverket has published of them, which anybody can put beside them."""
    known = skolverket_counts(workspace, kommun, publication, span)
    if known is None:
        return release(workspace, publication)
    try:
        return release(workspace, publication, known=known)
    except DisclosureError:  # Skolverket's own figures tell of somebody: to refuse ours would hide nothing
        done.remarks.append(
            f"Skolverkets publicerade KAA-antal för {span.period} röjer redan ett litet antal; våra är granskade "
            "utan dem"
        )
        return release(workspace, publication)


def _require_kind(register: Register, kind: str) -> Register:
    if register.kind != kind:
        raise RegisterError(f"Mappningen gäller {register.kind}, inte {kind}", todo="Välj rätt mappning")
    return register


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


@redact
def run_check(
    path: Path,
    mapping: Path | None,
    *,
    workspace: Workspace,
    at: dt.date | None = None,
    faults: Path | None = None,
) -> tuple[str, ...]:
    """Check a KAA register against the rules of Skolverket's collection, before the kommun reports.

    Parameters
    ----------
    path, mapping
        The register, and how it is read; None means by the collection's own headings.
    workspace
        Whose names of kommuner are known.
    at
        The day that is reported of; None means today.
    faults
        Where the whole list of breaches is written.

    Returns
    -------
    tuple of str
        What was noted of the whole file.

    Raises
    ------
    RegisterError
        If rows break the rules; its notes tell of each kind of breach by row and field.
    """
    catalog, day = load_catalog(workspace), today_unless(at)
    found = check_collection(path, read_mapping(mapping or COLLECTION), Key(), catalog, day)
    if faults is not None:
        found.write(faults)
    broken = found.table()["rad"].nunique()
    if not broken:
        return tuple(found.notes)
    error = RegisterError(
        f"{broken} {'rad' if broken == 1 else 'rader'} bryter mot reglerna",
        where=path.name,
        todo="Rätta i systemet som listan kommer ur, och exportera igen",
    )
    for line in found.lines():
        error.add_note(line)
    raise error


@redact
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
) -> RunResult:
    """Count a programme's participants at each term's end and keep what may be shown, kommun by kommun.

    Parameters
    ----------
    path, mapping, kommun, engine, today, faults
        As of :func:`run_kaa`.
    workspace
        Where the results, the rule and the ledger are kept.
    since
        Count those who have started from this day on; None means as before, else from the half-year of the first.
    at
        The last day of measurement; None means today.
    months
        How long after the end a follow-up counts.
    cost
        The cost of all, in kronor, where the list does not have it.

    Raises
    ------
    UvasStatsError
        If the list cannot be read or trusted, or nothing can be shown safely. Nothing is then kept.
    """
    today = today_unless(today)
    catalog, until, edition = load_catalog(workspace), at or today, today.isoformat()
    register = _require_kind(read_trusted(path, mapping, Key(), catalog, until, faults), "participants")
    codes = _kommuner(register, kommun, catalog)
    if cost is not None and len(codes) > 1:
        raise RegisterError(
            f"Kostnaden gäller {len(codes)} kommuner",
            todo="Räkna en kommun i taget: ange --kommun och dess kostnad",
        )
    participations = register.tables["participations"]
    if participations.empty:
        raise RegisterError("Listan har inga deltagare att räkna", todo="Kontrollera exporten")
    available = available_tables("participants", register.columns)
    with _each(register) as done:
        for code in codes:
            rows = participations.loc[participations["region"] == code]
            first = since or _counted_from(workspace, code, rows)
            counts = _count_terms(rows, engine, first, until, months)
            note = f"Räknat från {first} till {until}{left_out(register)}"
            with publishing(workspace, f"register:{code}"):
                ledger = register_ledger(workspace, code)
                refuse_other_start(ledger, first)
                protected = _release_terms(workspace, code, ledger, counts, rows, available)
                booked = "cost" in available and _booked_enough(workspace, code, rows, counts[-1].term)
                known = partial(_cost, kommun=code, given=cost, booked=booked)
                results = participant_observations(protected, counts, code, edition, known)
                results = keep_shown(workspace, code, results)
                done.keep(code, results, save_results(workspace, code, results, note, {}))
    return done.result(register)


def _counted_from(workspace: Workspace, code: str, rows: pd.DataFrame) -> dt.date:
    """Return the day that participants have been counted from before, else when the half-year of the first began.

    The day that the first one started is that person's alone.
    """
    before = participant_terms(register_ledger(workspace, code))
    if before:
        return dt.date.fromisoformat(before[-1][1])
    return span_of_day(rows["start"].min().date()).begins


def _count_terms(
    rows: pd.DataFrame, engine: str, first: dt.date, until: dt.date, months: int
) -> list[ParticipantCounts]:
    with open_engine(engine) as connection:
        table = bind(connection, {"participations": rows})["participations"]
        return [count_participants(connection, table, one) for one in terms_between(first, until, months)]


def _booked_enough(workspace: Workspace, code: str, rows: pd.DataFrame, term: Term) -> bool:
    """Tell whether what is booked may be told of at a term's end.

    What a few who have begun since it was told last have cost is theirs alone. What has been told of a term stays.
    """
    before = cost_terms(workspace, code)
    if not before or term.period in before:
        return not before
    since = pd.Timestamp(max(map(period_end, before)))
    begun = int(((rows["start"] > since) & (rows["start"] <= pd.Timestamp(term.ends))).sum())
    return begun == 0 or begun >= read_rule(workspace).threshold


def _cost(one: ParticipantCounts, *, kommun: str, given: float | None, booked: bool) -> float | None:
    """Give the cost at a term's end: the list tells of now, and so of the last term alone."""
    if not one.term.last:
        return None
    return given if given is not None else one.cost.get(kommun, 0.0) if booked else None


def _release_terms(
    workspace: Workspace,
    code: str,
    ledger: Ledger,
    counts: list[ParticipantCounts],
    rows: pd.DataFrame,
    available: Collection[str],
) -> Protected:
    terms = [(one.term.period, one.term.since.isoformat()) for one in counts]
    links = participant_lists(rows, code, terms, sorted(list_days(ledger, "participants")))
    before = published_counts(ledger, "participants")
    return release(workspace, participant_publication(counts, code, links, before, available))
