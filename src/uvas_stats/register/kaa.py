"""Count the KAA register: flow and stock, new and ended, contact, occupation, measures and days.

The counts are expressions over Ibis. They are exact and must not leave the package but through ``disclosure``.
Three tables are worked out once and kept: the registrations that reach into the period, the contacts in it, and
the persons in scope in it. They hold numbers only, which take the least room and time; :func:`meaning` says what
a number stands for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd

from uvas_stats.register.engine import Engine, ask, keep
from uvas_stats.register.fields import CATEGORIES, UNKNOWN
from uvas_stats.register.scope import at_some_time, day_number, on_day, with_scope
from uvas_stats.register.span import Span

__all__ = ["CODES", "GOING_ON", "NO_MEASURE", "KaaCounts", "count_kaa", "meaning"]

CODES = {name: (*known, UNKNOWN) for name, known in CATEGORIES.items()}
NO_MEASURE, GOING_ON = "no_measure", "going_on"
SEXES, STATES = ("women", "men", UNKNOWN), ("open", "ended")
_WORDS: dict[str, tuple[str, ...]] = {
    "flow": ("all",),
    "stock": ("all",),
    "birth_year": (),
    "schooling": CODES["schooling"],
    "occupation": CODES["occupation"],
    "measure_type": (*CODES["measure_type"], NO_MEASURE),
    "measure_after": (*CODES["occupation"], GOING_ON),
    "measure_reason": (*CODES["measure_reason"], GOING_ON),
    "new_month": (),
    "contact": ("within", "not_within", "too_early"),
    "ended_month": (),
    "ended_reason": CODES["closed_reason"],
    "ended_to": CODES["occupation"],
}
TABLES = tuple(_WORDS)
_DAY = 32  # a code is packed below the day
_MONTHS = 12
_NUMBER = "int16"
_PERSON = ["region", "person"]
_KEY = ["region", "table", "sex", "category"]


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


def count_kaa(engine: Engine, tables: Mapping[str, Any], span: Span) -> KaaCounts:
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
    seen = keep(engine, "seen", _of_seen(tables["contacts"], span))
    near = keep(engine, "near", _of_near(tables["spells"], span))
    reached, days = ask(engine, _of_reached(near, seen, span)), ask(engine, _of_days(near, span))
    persons = keep(engine, "persons", _of_persons(near, seen, tables["measures"], span))
    cells, lasted = ask(engine, _of_cells(near, persons, span)), _days(days())
    return KaaCounts(span, _cells(cells(), reached()), lasted)


def _cells(cells: pd.DataFrame, reached: pd.DataFrame) -> pd.DataFrame:
    """Move those reached in time to a category of their own, and put words for numbers."""
    of_contact = cells["table"] == TABLES.index("contact")
    contact = pd.concat([cells[of_contact], reached.assign(n=-reached["n"]), reached.assign(category=0)])
    moved = contact.groupby(["region", "table", "sex", "category"], as_index=False)["n"].sum()
    rows = pd.concat([cells[~of_contact], moved[moved["n"] > 0]], ignore_index=True)
    pairs = rows.groupby(["table", "category"])
    words = [meaning(TABLES[table], number) for table, number in pairs.groups]
    category = _words(words, pairs.ngroup())
    table, sex = _words(TABLES, rows["table"]), _words(SEXES, rows["sex"])
    named: pd.DataFrame = rows.assign(region=_kommun(rows), table=table, sex=sex, category=category)
    return named[[*_KEY, "n"]]


def _days(days: pd.DataFrame) -> pd.DataFrame:
    named = days.assign(region=_kommun(days), state=_words(STATES, days["ended"]))
    return named[["region", "state", "days", "n"]]


def _kommun(rows: pd.DataFrame) -> Any:
    """Write the numbers of kommuner with four digits."""
    at, numbers = pd.factorize(rows["region"])
    return _words([f"{number:04d}" for number in numbers], at)


def _words(words: Sequence[str], at: Any) -> Any:
    """Put words for their numbers."""
    return pd.array(words, dtype="str").take(at)


def meaning(table: str, number: int) -> str:
    """Say what a number of a category stands for.

    Examples
    --------
    >>> meaning("ended_to", 1), meaning("birth_year", 2088), meaning("new_month", 2105 * 12 + 7)
    ('education', '2088', '2105-08')
    """
    if words := _WORDS[table]:
        return words[number]
    return str(number) if table == "birth_year" else f"{number // _MONTHS}-{number % _MONTHS + 1:02d}"


def _code(column: Any, words: tuple[str, ...]) -> Any:
    """Give each word its number; what is missing is the last, which is unknown."""
    known = [(column == word, at) for at, word in enumerate(words[:-1])]
    return ibis.cases(*known, else_=len(words) - 1).cast("int8")


def _region(rows: Any) -> Any:
    """Give the four digits of a kommun as a number."""
    return rows.region.cast("int16")


def _of_near(spells: Any, span: Span) -> Any:
    """Give the registrations that reach into the period: no other is counted. None ends before it begins."""
    begins, ends = ibis.literal(span.begins), ibis.literal(span.ends)
    near = spells.filter((spells.registered <= ends) & (spells.closed.isnull() | (spells.closed >= begins)))
    scoped = with_scope(near)
    return scoped.select(
        "person",
        "registered",
        "closed",
        region=_region(scoped),
        sex=_code(scoped.sex, SEXES),
        birth_year=scoped.born.year().cast(_NUMBER),
        schooling=_code(scoped.schooling, CODES["schooling"]),
        ended_reason=_code(scoped.closed_reason, CODES["closed_reason"]),
        ended_to=_code(scoped.closed_to, CODES["occupation"]),
        flow=at_some_time(scoped, span.begins, span.ends),
        stock=on_day(scoped, span.at),
    )


def _of_seen(contacts: Any, span: Span) -> Any:
    """Give the contacts of the period."""
    seen = contacts.filter(contacts.date.between(ibis.literal(span.begins), ibis.literal(span.ends)))
    occupation = _code(seen.occupation, CODES["occupation"])
    return seen.select("person", "date", region=_region(seen), occupation=occupation)


def _latest(date: Any, code: Any) -> Any:
    """Give the category of the last day: the greatest of day, from 1970, and category packed in one number."""
    return ((date.epoch_days().cast("int32") * _DAY + code).max() % _DAY).cast("int8")


def _of_persons(near: Any, seen: Any, measures: Any, span: Span) -> Any:
    """Give one row a kommun and person in scope at some time of the period, with what is latest of the person."""
    begins, ends = ibis.literal(span.begins), ibis.literal(span.ends)
    covered = near.filter(near.flow)
    person = covered.group_by(_PERSON).agg(
        sex=covered.sex.max(),
        stock=covered.stock.any(),
        birth_year=covered.birth_year.max(),
        schooling=_latest(covered.registered, covered.schooling),
    )
    contact = seen.group_by(_PERSON).agg(occupation=_latest(seen.date, seen.occupation))
    going = measures.filter((measures.begins <= ends) & (measures.ends.isnull() | (measures.ends >= begins)))
    going = going.mutate(region=_region(going))
    over = ibis.ifelse(going.ends <= ends, going.ends, ibis.null("date"))
    measure = going.group_by(_PERSON).agg(
        measure_type=_latest(going.begins, _code(going.type, CODES["measure_type"])),
        measure_after=_latest(over, _code(going.after, CODES["occupation"])),
        measure_reason=_latest(over, _code(going.reason, CODES["measure_reason"])),
    )
    known = person.left_join(contact, _PERSON).drop("region_right", "person_right").left_join(measure, _PERSON)
    return known.drop("region_right", "person_right")


def _of_cells(near: Any, persons: Any, span: Span) -> Any:
    """Count all tables, by the number of the table and of the category, as if nobody had been reached in time."""
    new, ended = _new(near, span), near.filter(near.closed <= ibis.literal(span.ends))
    inside = persons.filter(persons.measure_type.notnull())
    zero = ibis.literal(0)
    return ibis.union(
        _count(persons, "flow", zero),
        _count(persons.filter(persons.stock), "stock", zero),
        _count(persons, "birth_year", persons.birth_year),
        _count(persons, "schooling", persons.schooling),
        _count(persons, "occupation", _or(persons.occupation, "occupation", UNKNOWN)),
        _count(persons, "measure_type", _or(persons.measure_type, "measure_type", NO_MEASURE)),
        _count(inside, "measure_after", _or(inside.measure_after, "measure_after", GOING_ON)),
        _count(inside, "measure_reason", _or(inside.measure_reason, "measure_reason", GOING_ON)),
        _count(new, "new_month", _month(new.registered)),
        _count(new, "contact", _unreached(new, span)),
        _count(ended, "ended_month", _month(ended.closed)),
        _count(ended, "ended_reason", ended.ended_reason),
        _count(ended, "ended_to", ended.ended_to),
    )


def _new(near: Any, span: Span) -> Any:
    return near.filter(near.registered >= ibis.literal(span.begins))


def _count(rows: Any, table: str, category: Any) -> Any:
    """Count rows by kommun, sex and category."""
    counted = rows.group_by("region", "sex", category=category.cast(_NUMBER)).agg(n=rows.count())
    return counted.mutate(table=ibis.literal(TABLES.index(table), "int8"))


def _or(column: Any, table: str, missing: str) -> Any:
    return column.fill_null(_WORDS[table].index(missing))


def _unreached(new: Any, span: Span) -> Any:
    """Give the category of contact of a registration that nobody has reached."""
    early = new.registered.epoch_days() + span.contact_days > day_number(span.ends)
    late, too_early = (_WORDS["contact"].index(word) for word in ("not_within", "too_early"))
    return ibis.ifelse(early, too_early, late)


def _month(date: Any) -> Any:
    """Give a month as a number: years times twelve."""
    return date.year() * _MONTHS + date.month() - 1


def _of_reached(near: Any, seen: Any, span: Span) -> Any:
    """Count the registrations begun in the period with contact in time, by what they are counted as without it."""
    new = _new(near, span).select(*_PERSON, "sex", "registered")
    since = seen.date.epoch_days() - new.registered.epoch_days()
    reached = new.semi_join(seen, [*_PERSON, seen.date >= new.registered, since <= span.contact_days])
    return _count(reached, "contact", _unreached(reached, span))


def _of_days(near: Any, span: Span) -> Any:
    """Count registrations by days: those ended in the period, and those still open on its last day."""
    ends = ibis.literal(span.ends)
    last = ibis.least(near.closed, ends)  # of those that are not closed, the last day of the period
    ended = (near.closed <= ends).fill_null(False).cast("int8")
    days = (last.epoch_days() - near.registered.epoch_days()).cast("int32")
    return near.group_by("region", ended=ended, days=days).agg(n=near.count())
