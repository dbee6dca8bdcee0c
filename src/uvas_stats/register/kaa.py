"""Count the KAA register: flow and stock, new and ended, contact, occupation, measures and days.

The counts are expressions over Ibis. They are exact and must not leave the package but through ``disclosure``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uvas_stats.errors import RegisterError
from uvas_stats.periods import period_end, period_kind
from uvas_stats.register.engine import keep
from uvas_stats.register.fields import CATEGORIES, UNKNOWN
from uvas_stats.register.scope import at_some_time, on_day, with_scope

__all__ = ["KaaCounts", "Span", "count_kaa", "span_of"]

CODES = {name: (*known, UNKNOWN) for name, known in CATEGORIES.items()}
NO_MEASURE = "no_measure"
_DAY = 32  # a code is packed below the day, so that the latest event of a person is a maximum
_KEY = ["region", "table", "sex", "category"]


@dataclass(frozen=True)
class Span:
    """What is counted: a period, a day of measurement in it, and how soon contact is due.

    Examples
    --------
    >>> span_of("2105/06").begins.isoformat(), span_of("2105/06").at.isoformat()
    ('2105-07-01', '2106-06-30')
    """

    period: str
    at: dt.date
    contact_days: int = 60

    @property
    def begins(self) -> dt.date:
        """The first day of the period."""
        year, kind = int(self.period[:4]), period_kind(self.period)
        if kind == "school_year":
            return dt.date(year, 7, 1)
        return dt.date(year, 7 if self.period.endswith("H2") else 1, 1)

    @property
    def ends(self) -> dt.date:
        """The last day of the period."""
        return period_end(self.period)

    @property
    def kind(self) -> str:
        """``year``, ``half_year`` or ``school_year``; figures of different kinds are never added."""
        return period_kind(self.period)

    @property
    def months(self) -> tuple[str, ...]:
        """The months of the period, as 2026-06."""
        days = pd.date_range(self.begins, self.ends, freq="MS", unit="s")
        return tuple(day.strftime("%Y-%m") for day in days)


def span_of(period: str, at: dt.date | None = None, contact_days: int = 60) -> Span:
    """Make and check a span; ``at`` None means the last day of the period.

    Raises
    ------
    RegisterError
        If the period is a month, the day is outside the period, or the days are not 1 to 365.
    """
    if period_kind(period) == "month":
        raise RegisterError("KAA räknas inte för en månad", todo="Ange läsår 2025/26, halvår 2025H2 eller år 2025")
    span = Span(period, at or period_end(period), contact_days)
    if not span.begins <= span.at <= span.ends:
        raise RegisterError(f"Mätdatumet {span.at} ligger utanför {period}", todo="Ange ett datum i perioden")
    if not 1 <= contact_days <= 365:
        raise RegisterError("Antal dagar till kontakt ska vara 1–365")
    return span


@dataclass(frozen=True, repr=False)
class KaaCounts:
    """Exact counts, before disclosure control; it shows nothing when printed."""

    span: Span
    cells: pd.DataFrame
    """``region, table, sex, category, n``: one row a cell that has anyone, without totals."""
    days: pd.DataFrame
    """``region, state, days, n``: how many registrations lasted, or have lasted, how many days."""

    def __repr__(self) -> str:
        return f"KaaCounts({self.span.period})"


def count_kaa(engine: Any, tables: Mapping[str, Any], span: Span) -> KaaCounts:
    """Count everything about one period.

    Parameters
    ----------
    engine
        From :func:`~uvas_stats.register.engine.open_engine`.
    tables
        ``spells``, ``contacts`` and ``measures`` as tables of the engine.
    span
        The period, the day of measurement, and the days within which contact is due.

    Returns
    -------
    KaaCounts
        By kommun and sex, the tables ``flow`` and ``stock`` (persons), ``birth_year``, ``schooling``,
        ``occupation``, ``measure_type``, ``measure_after`` and ``measure_reason`` (of those in the flow),
        ``new``, ``new_month`` and ``contact`` (registrations begun) and ``ended``, ``ended_month``,
        ``ended_reason`` and ``ended_to`` (registrations ended).
    """
    persons = keep(engine, "persons", _persons(tables, span))
    begun = keep(engine, "begun", _begun(tables, span))
    ended = keep(engine, "ended", _ended(tables, span))
    parts = [*_of_persons(persons), *_of_begun(begun), *_of_ended(ended)]
    frames = [engine.to_pyarrow(one).to_pandas() for one in parts]
    cells = pd.concat([_decoded(frame) for frame in frames], ignore_index=True)
    days = engine.to_pyarrow(_days(tables, span)).to_pandas()
    return KaaCounts(span, cells.sort_values(_KEY, ignore_index=True), _sorted(days))


def _sorted(days: pd.DataFrame) -> pd.DataFrame:
    return days.astype({"days": "int64", "n": "int64"}).sort_values(["region", "state", "days"], ignore_index=True)


def _code(column: Any, name: str) -> Any:
    """Give a category the number of its place in :data:`CODES`."""
    import ibis

    known = CODES[name]
    return ibis.cases(*[(column == code, at) for at, code in enumerate(known)], else_=len(known) - 1)


def _latest(date: Any, column: Any, name: str) -> Any:
    """Pack day and category, so that the maximum holds the category of the last day."""
    return date.epoch_days().cast("int64") * _DAY + _code(column, name)


def _unpack(packed: Any) -> Any:
    """Give the category's number; days before 1970 never come here."""
    return packed % _DAY


def _persons(tables: Mapping[str, Any], span: Span) -> Any:
    """Give one row a kommun and person in scope at some time of the period."""
    import ibis

    begins, ends = ibis.literal(span.begins), ibis.literal(span.ends)
    spells = tables["spells"]
    near = spells.filter((spells.registered <= ends) & (spells.closed.isnull() | (spells.closed >= begins)))
    scoped = with_scope(near)  # only those that can be in scope: the rest is most of a long register
    covered = scoped.filter(at_some_time(scoped, span.begins, span.ends))
    person = covered.group_by(["region", "person"]).agg(
        sex=covered.sex.max(),
        birth_year=covered.born.max().year(),
        schooling=_unpack(_latest(covered.registered, covered.schooling, "schooling").max()),
        stock=on_day(covered, span.at).cast("int8").max(),
    )
    contacts = tables["contacts"]
    seen = contacts.filter(contacts.date.between(begins, ends))
    contact = seen.group_by(["region", "person"]).agg(
        occupation=_unpack(_latest(seen.date, seen.occupation, "occupation").max())
    )
    measures = tables["measures"]
    going = measures.filter((measures.begins <= ends) & (measures.ends.isnull() | (measures.ends >= begins)))
    over = ibis.ifelse(going.ends <= ends, going.ends, ibis.null("date"))
    measure = going.group_by(["region", "person"]).agg(
        measure_type=_unpack(_latest(going.begins, going.type, "measure_type").max()),
        measure_after=_unpack(_latest(over, going.after, "occupation").max()),
        measure_reason=_unpack(_latest(over, going.reason, "measure_reason").max()),
    )
    keys = ["region", "person"]
    return person.left_join(contact, keys).drop("region_right", "person_right").left_join(measure, keys)


def _registered_in(spells: Any, span: Span) -> Any:
    import ibis

    return spells.filter(spells.registered.between(ibis.literal(span.begins), ibis.literal(span.ends)))


def _begun(tables: Mapping[str, Any], span: Span) -> Any:
    """Give one row a registration begun in the period, with the days to the first contact."""
    import ibis

    new = _registered_in(tables["spells"], span).select("region", "person", "sex", "registered")
    contacts = tables["contacts"]
    seen = contacts.filter(contacts.date.between(ibis.literal(span.begins), ibis.literal(span.ends)))
    near = new.join(seen, ["region", "person"])
    reached = near.filter(
        (near.date >= near.registered)
        & (near.date.epoch_days() - near.registered.epoch_days() <= span.contact_days)
    )
    hits = reached.group_by(["region", "person", "registered"]).agg(reached=reached.person.count())
    joined = new.left_join(hits, ["region", "person", "registered"])
    due = new.registered.epoch_days() + span.contact_days <= _epoch(span.ends)
    state = ibis.cases((joined.reached.notnull(), "within"), (due, "not_within"), else_="too_early")
    return joined.select("region", "sex", month=new.registered.strftime("%Y-%m"), contact=state)


def _epoch(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days


def _ended(tables: Mapping[str, Any], span: Span) -> Any:
    """Give one row a registration ended in the period."""
    import ibis

    spells = tables["spells"]
    over = spells.filter(spells.closed.between(ibis.literal(span.begins), ibis.literal(span.ends)))
    return over.select(
        "region",
        "sex",
        month=over.closed.strftime("%Y-%m"),
        reason=ibis.coalesce(over.closed_reason, UNKNOWN),
        to=ibis.coalesce(over.closed_to, UNKNOWN),
    )


def _count(rows: Any, table: str, category: Any) -> Any:
    """Count the rows by kommun, sex and category, the category as text."""
    import ibis

    grouped = rows.group_by(["region", "sex", category.cast("string").name("category")]).agg(n=rows.count())
    return grouped.mutate(table=ibis.literal(table), n=grouped.n.cast("int64"))[[*_KEY, "n"]]


def _of_persons(persons: Any) -> Iterator[Any]:
    import ibis

    everyone = ibis.literal("all")
    yield _count(persons, "flow", everyone)
    yield _count(persons.filter(persons.stock == 1), "stock", everyone)
    yield _count(persons, "birth_year", persons.birth_year)
    for name in ("schooling", "occupation", "measure_type"):
        yield _count(persons, name, persons[name])
    in_measure = persons.filter(persons.measure_type.notnull())
    yield _count(in_measure, "measure_after", in_measure.measure_after)
    yield _count(in_measure, "measure_reason", in_measure.measure_reason)


def _of_begun(begun: Any) -> Iterator[Any]:
    yield _count(begun, "new_month", begun.month)
    yield _count(begun, "contact", begun.contact)


def _of_ended(ended: Any) -> Iterator[Any]:
    yield _count(ended, "ended_month", ended.month)
    yield _count(ended, "ended_reason", ended.reason)
    yield _count(ended, "ended_to", ended.to)


_OF_TABLE = {
    "schooling": ("schooling", UNKNOWN),
    "occupation": ("occupation", UNKNOWN),
    "measure_type": ("measure_type", NO_MEASURE),
    "measure_after": ("occupation", "going_on"),
    "measure_reason": ("measure_reason", "going_on"),
}


def _decoded(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn the number of a category into its name; no number means that nothing was registered."""
    if frame.empty or frame["table"].iloc[0] not in _OF_TABLE:
        return frame
    name, missing = _OF_TABLE[frame["table"].iloc[0]]
    names = {str(at): code for at, code in enumerate(CODES[name])}
    category = frame["category"].map(names).astype("str").where(frame["category"].notna(), missing)
    return frame.assign(category=category).groupby(_KEY)["n"].sum().reset_index()


def _days(tables: Mapping[str, Any], span: Span) -> Any:
    """Count registrations by days: those ended in the period, and those still open on its last day."""
    import ibis

    spells, ends = tables["spells"], ibis.literal(span.ends)
    over = spells.closed.between(ibis.literal(span.begins), ends)
    still = (spells.registered <= ends) & (spells.closed.isnull() | (spells.closed > ends))
    held = spells.filter(over.fill_null(False) | still)
    finished = held.closed.notnull() & (held.closed <= ends)
    last = ibis.ifelse(finished, held.closed, ends)
    rows = held.select(
        "region",
        state=ibis.ifelse(finished, "ended", "open"),
        days=last.epoch_days() - held.registered.epoch_days(),
    )
    return rows.group_by(["region", "state", "days"]).agg(n=rows.count())
