"""The size of a target group, from the lists to what may be shown of it.

Exact where lists share persons, else its bounds, never the plain sum.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from uvas_stats.catalog import load_catalog
from uvas_stats.disclosure import CountTable, Ledger, Link, publishing, read_rule, release
from uvas_stats.errors import RegisterError
from uvas_stats.observations.validate import make_observations
from uvas_stats.register.engine import ask, bind, open_engine
from uvas_stats.register.linkage import linked_day
from uvas_stats.register.published import earlier_spans, participant_terms, register_ledger
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.read import Register
from uvas_stats.register.safe_errors import RunResult, read_trusted, redact, today_unless
from uvas_stats.register.scope import on_day, with_scope
from uvas_stats.register.span import span_of_day
from uvas_stats.register.store import STATED, save_results
from uvas_stats.register.target_group import (
    MEMBERS,
    between_days,
    combinations,
    list_key,
    other_days,
    overlap_publication,
    participant_lists,
    present,
    same_as_stock,
)
from uvas_stats.workspace import Workspace

__all__ = ["GroupSize", "list_patterns", "run_overlap", "size_bounds"]

MOST_LISTS = 6
_HIDDEN = "Visa inte hur många som fanns i listan {} den {}: bredvid målgruppen skulle några få kunna räknas ut"


@dataclass(frozen=True)
class GroupSize:
    """How many a group can be: from the largest part to the sum of the parts."""

    lower: int
    upper: int

    @property
    def exact(self) -> bool:
        """Whether there is only one possible size."""
        return self.lower == self.upper


def size_bounds(known: int, counts: Mapping[str, int]) -> GroupSize:
    """Bound the number of persons in one of several lists.

    Parameters
    ----------
    known
        Persons in the lists that could be compared person by person, each counted once; 0 where there are none.
    counts
        Sizes of lists of which only the size is known, such as a figure from another agency.

    Returns
    -------
    GroupSize
        At least the largest part, if the others lie within it; at most the sum, if nobody is in two. The sum alone
        is never the size.

    Raises
    ------
    RegisterError
        If a size is negative.

    Examples
    --------
    Storuman: 10 in KAA, 20 at Arbetsförmedlingen, 20 UVAS.

    >>> size_bounds(0, {"KAA": 10, "AF": 20, "UVAS": 20})
    GroupSize(lower=20, upper=50)
    >>> size_bounds(27, {}).exact
    True
    """
    if known < 0 or any(count < 0 for count in counts.values()):
        raise RegisterError("Ett antal är negativt", todo="Ange antal från 0 och uppåt")
    parts = [known, *counts.values()]
    return GroupSize(max(parts), sum(parts))


def list_patterns(lists: Mapping[str, pd.Series]) -> dict[tuple[str, ...], int]:
    """Count the persons by which of the lists they are in.

    Parameters
    ----------
    lists
        Hashes of persons, made with one key, by the name of the list.

    Returns
    -------
    dict
        For each combination of lists, how many persons are in just these; the sum is the size of the union.

    Raises
    ------
    RegisterError
        If there are more lists than can be told apart safely.

    Examples
    --------
    >>> list_patterns({"a": pd.Series([1, 2, 3]), "b": pd.Series([3, 4])})
    {('a',): 2, ('b',): 1, ('a', 'b'): 1}
    """
    if len(lists) > MOST_LISTS:
        raise RegisterError(f"Högst {MOST_LISTS} listor kan jämföras", todo="Slå ihop några av dem först")
    names = list(lists)
    everyone = pd.DataFrame({"person": pd.concat(list(lists.values())).drop_duplicates()})
    for name, one in lists.items():
        everyone[name] = everyone["person"].isin(one)
    sizes = everyone.groupby(names).size() if names else pd.Series(dtype="int64")
    counts = {tuple(name for name, is_in in zip(names, row, strict=True) if is_in): int(n)
              for row, n in zip(sizes.index.to_frame().to_numpy(), sizes, strict=True)}  # fmt: skip
    return {pattern: counts.get(pattern, 0) for pattern in combinations(names)}


@redact
def run_overlap(
    name: str,
    lists: Mapping[str, tuple[Path, Path]],
    sizes: Mapping[str, int],
    *,
    workspace: Workspace,
    kommun: str,
    at: dt.date | None = None,
    today: dt.date | None = None,
) -> RunResult:
    """Find the size of a target group from lists of persons, and from sizes of lists that cannot be compared.

    Parameters
    ----------
    name
        The group's name in what is kept of it.
    lists
        File and mapping of each list of persons, by the list's name.
    sizes
        Sizes of lists that cannot be compared, by the list's name.
    workspace
        Where the results and the ledger are kept.
    kommun
        Name or code of the kommun.
    at
        The day that the group is counted on; None means today.
    today
        What today is.

    Raises
    ------
    UvasStatsError
        If a list cannot be read or trusted, or the size cannot be shown safely.
    """
    if not name.isidentifier() or len(name) > 40:
        raise RegisterError(
            "Målgruppens namn går inte att använda",
            todo="Ange högst 40 bokstäver, siffror och _, och börja inte med en siffra",
        )
    if sizes and at is None:
        raise RegisterError("Det sägs inte vilken dag de angivna antalen gäller", todo="Ange --at")
    today = today_unless(today)
    catalog, when, edition = load_catalog(workspace), at or today, today.isoformat()
    code, key = catalog.region(kommun).code, Key()
    registers = {one: read_trusted(*files, key, catalog, when) for one, files in lists.items()}
    whole: int | None = 0
    hidden: list[str] = []
    if registers:
        with publishing(workspace, f"register:{code}"):
            whole, hidden = _release_group(workspace, code, when, registers)
    few = any(0 < size < read_rule(workspace).threshold for size in sizes.values())
    size = None if whole is None or few else size_bounds(whole, sizes)
    file_name = f"overlap_{name}_{when}"
    row = {
        "dataset": f"register:{code}", "edition": edition, "region_code": code, "period": f"{when:%Y-%m}",
        "age_group": "total", "measure": "register_overlap_count", "breakdown": "group", "category": name,
        "origin": f"register/{code}/{file_name}", **_bounds(size),
    }  # fmt: skip
    frame = make_observations(pd.DataFrame([row]))
    files = save_results(workspace, code, {file_name: frame}, _note(when, sizes), {} if registers else STATED)
    warnings = [] if size is None else [_HIDDEN.format(one, when) for one in hidden]
    return RunResult(frame, tuple(files), (*_remarks(registers), *warnings))


def _note(when: dt.date, sizes: Mapping[str, int]) -> str:
    stated = f" Angivna antal, inte räknade ur personer: {', '.join(sizes)}." if sizes else ""
    return f"Mätdatum {when}.{stated}"


def _bounds(size: GroupSize | None) -> dict[str, object]:
    """Give value, bounds and status of the group's size."""
    nan = float("nan")
    if size is None:
        return {"value": nan, "lower": nan, "upper": nan, "status": "suppressed"}
    if not size.exact:
        return {"value": nan, "lower": float(size.lower), "upper": float(size.upper), "status": "interval"}
    return {"value": float(size.lower), "lower": nan, "upper": nan, "status": "ok" if size.lower else "true_zero"}


def _release_group(
    workspace: Workspace, code: str, when: dt.date, registers: Mapping[str, Register]
) -> tuple[int | None, list[str]]:
    """Return how many are in any of the lists, None where that cannot be shown, and the lists not to tell of."""
    ledger = register_ledger(workspace, code)
    named = dict(_named(registers, code))
    tables, links, in_scope = list[CountTable](), list[Link](), dict[dt.date, pd.Series]()
    if "kaa" in named:
        in_scope, tables, links = _kaa(named["kaa"], code, when, ledger)
    if "participants" in named:
        links += participant_lists(named["participants"]["rows"], code, participant_terms(ledger), [when])

    def present_on(day: dt.date) -> dict[str, pd.Series]:
        return {one: in_scope[day] if one == "kaa" else present(rows["rows"], day) for one, rows in named.items()}

    links += between_days(code, when, present_on, ledger)
    publication, key = overlap_publication(code, when, list_patterns(present_on(when)), ledger, links, tables)
    protected = release(workspace, publication)
    hidden = [one for one in named if protected.value(list_key(code, one, when)) is None]
    return protected.value(key), [one.removeprefix("list:") for one in hidden]


def _named(registers: Mapping[str, Register], code: str) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
    """Yield the kommun's own rows of each list, by the name that its size is remembered under."""
    kinds = [one.kind for one in registers.values()]
    for kind in ("kaa", "participants"):
        if kinds.count(kind) > 1:
            raise RegisterError(
                f"Fler än en lista har mappningen {kind}", todo='Skriv kind = "list" i mappningen för de andra'
            )
    for name, register in registers.items():
        tables = {id_: _of_kommun(rows, code) for id_, rows in register.tables.items()}
        main = {"kaa": "spells", **MEMBERS}[register.kind]
        if tables[main].empty:
            raise RegisterError(f"Listan {name} har inga rader för kommun {code}", todo="Kontrollera --kommun")
        if register.kind == "kaa":
            yield "kaa", tables
        else:
            yield "participants" if register.kind == "participants" else f"list:{name}", {"rows": tables[main]}


def _of_kommun(rows: pd.DataFrame, code: str) -> pd.DataFrame:
    known = rows.assign(region=rows["region"].where(rows["region"] != "", code))
    return known.loc[known["region"] == code]


def _kaa(
    tables: Mapping[str, pd.DataFrame], code: str, when: dt.date, ledger: Ledger
) -> tuple[dict[dt.date, pd.Series], list[CountTable], list[Link]]:
    """Return who is in scope on each day, and how the day hangs together with what is published of the KAA."""
    span = span_of_day(when)
    with open_engine() as engine:
        bound = bind(engine, tables)
        scoped = with_scope(bound["spells"])
        in_scope = {
            day: ask(engine, scoped.filter(on_day(scoped, day)).select("person").distinct())
            for day in (when, *other_days(ledger, when))
        }
        persons = {day: rows()["person"] for day, rows in in_scope.items()}
        hidden, links = linked_day(engine, bound, code, span, earlier_spans(ledger, span))
    return persons, hidden, [*links, same_as_stock(code, when, len(persons[when]))]


def _remarks(registers: Mapping[str, Register]) -> Iterator[str]:
    for name, register in registers.items():
        yield from (f"{name}: {line}" for line in register.faults.lines())
