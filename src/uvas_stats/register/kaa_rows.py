"""The expressions behind the counts of the KAA: one row a group, with the counts of all its tables side by side.

All counts of the persons come out of one pass: what is latest of a person is a maximum of day and category packed
in one whole number, and each category is counted as a column, so that nothing is kept in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uvas_stats.register.fields import CATEGORIES, UNKNOWN
from uvas_stats.register.scope import at_some_time, day_number, on_day, with_scope
from uvas_stats.register.span import Span

__all__ = ["CODES", "NO_MEASURE", "of_begun", "of_days", "of_ended", "of_persons", "of_seen"]

CODES = {name: (*known, UNKNOWN) for name, known in CATEGORIES.items()}
NO_MEASURE = "no_measure"
_DAY = 32  # a code is packed below the day
_MONTHS = 12
_PERSON = ["region", "person"]


def _code(column: Any, name: str) -> Any:
    """Give a category the number of its place in :data:`CODES`."""
    import ibis

    known = CODES[name]
    return ibis.cases(*[(column == code, at) for at, code in enumerate(known)], else_=len(known) - 1)


def _latest(date: Any, code: Any) -> Any:
    """Give the number of the category of the last day; days before 1970 never come here."""
    return (date.epoch_days().cast("int64") * _DAY + code).cast("int32").max() % _DAY


def _each(rows: Any, table: str, column: Any, name: str, missing: str = "") -> dict[str, Any]:
    """Count each category of a column of numbers, and the rows that have none as ``missing``."""
    found = {}
    for at, code in enumerate(CODES[name]):
        here = column == at
        found[f"{table}:{code}"] = rows.count(where=here | column.isnull() if code == missing else here)
    if missing and missing not in CODES[name]:
        found[f"{table}:{missing}"] = rows.count(where=column.isnull())
    return found


def of_seen(tables: Mapping[str, Any], span: Span) -> Any:
    """Give the contacts of the period, with a number for occupation: they are counted twice, and read once."""
    import ibis

    contacts = tables["contacts"]
    seen = contacts.filter(contacts.date.between(ibis.literal(span.begins), ibis.literal(span.ends)))
    return seen.select(*_PERSON, "date", occupation=_code(seen.occupation, "occupation"))


def of_persons(tables: Mapping[str, Any], seen: Any, span: Span) -> Any:
    """Count those in scope at some time of the period, by kommun, sex and year of birth (``group``)."""
    persons = _persons(tables, seen, span)
    counts = {":all": persons.count(), "stock:all": persons.count(where=persons.stock == 1)}
    counts |= _each(persons, "schooling", persons.schooling, "schooling")
    counts |= _each(persons, "occupation", persons.occupation, "occupation", UNKNOWN)
    counts |= _each(persons, "measure_type", persons.measure_type, "measure_type", NO_MEASURE)
    counts |= _each(persons, "measure_after", persons.measure_after, "occupation")
    counts |= _each(persons, "measure_reason", persons.measure_reason, "measure_reason")
    inside = persons.measure_type.notnull()
    for table in ("measure_after", "measure_reason"):
        counts[f"{table}:going_on"] = persons.count(where=inside & persons[table].isnull())
    return persons.group_by(["region", "sex", "group"]).agg(**counts)


def _persons(tables: Mapping[str, Any], seen: Any, span: Span) -> Any:
    """Give one row a kommun and person in scope at some time of the period."""
    import ibis

    begins, ends = ibis.literal(span.begins), ibis.literal(span.ends)
    spells = tables["spells"]
    near = spells.filter((spells.registered <= ends) & (spells.closed.isnull() | (spells.closed >= begins)))
    scoped = with_scope(near)  # only those that can be in scope: the rest is most of a long register
    covered = scoped.filter(at_some_time(scoped, span.begins, span.ends))
    person = covered.group_by(_PERSON).agg(
        sex=covered.sex.max(),
        group=covered.born.max().year(),
        schooling=_latest(covered.registered, _code(covered.schooling, "schooling")),
        stock=on_day(covered, span.at).cast("int8").max(),
    )
    contact = seen.group_by(_PERSON).agg(occupation=_latest(seen.date, seen.occupation))
    measures = tables["measures"]
    going = measures.filter((measures.begins <= ends) & (measures.ends.isnull() | (measures.ends >= begins)))
    over = ibis.ifelse(going.ends <= ends, going.ends, ibis.null("date"))
    measure = going.group_by(_PERSON).agg(
        measure_type=_latest(going.begins, _code(going.type, "measure_type")),
        measure_after=_latest(over, _code(going.after, "occupation")),
        measure_reason=_latest(over, _code(going.reason, "measure_reason")),
    )
    return person.left_join(contact, _PERSON).drop("region_right", "person_right").left_join(measure, _PERSON)


def of_begun(tables: Mapping[str, Any], seen: Any, span: Span) -> tuple[Any, Any]:
    """Count the registrations begun in the period, by kommun, sex and month: all, and those with contact in time.

    Of each it is also counted for how many the days to a contact have gone before the period ends.
    """
    import ibis

    spells = tables["spells"]
    inside = spells.registered.between(ibis.literal(span.begins), ibis.literal(span.ends))
    new = spells.filter(inside).select(*_PERSON, "sex", "registered")
    since = seen.date.epoch_days() - new.registered.epoch_days()
    soon = [seen.date >= new.registered, since <= span.contact_days]
    return _begun(new, span), _begun(new.semi_join(seen, [*_PERSON, *soon]), span)


def _begun(rows: Any, span: Span) -> Any:
    due = rows.registered.epoch_days() + span.contact_days <= day_number(span.ends)
    grouped = rows.group_by("region", "sex", group=_month(rows.registered))
    return grouped.agg(**{":all": rows.count(), ":due": rows.count(where=due)})


def _month(date: Any) -> Any:
    """Give a month as a number: years times twelve."""
    return date.year().cast("int64") * _MONTHS + date.month() - 1


def of_ended(tables: Mapping[str, Any], span: Span) -> Any:
    """Count the registrations ended in the period, by kommun, sex and month, and by reason and what came after."""
    import ibis

    spells = tables["spells"]
    ended = spells.filter(spells.closed.between(ibis.literal(span.begins), ibis.literal(span.ends)))
    rows = ended.mutate(
        reason=_code(ended.closed_reason, "closed_reason"), to=_code(ended.closed_to, "occupation")
    )
    counts = {":all": rows.count()}
    counts |= _each(rows, "ended_reason", rows.reason, "closed_reason")
    counts |= _each(rows, "ended_to", rows.to, "occupation")
    return rows.group_by("region", "sex", group=_month(rows.closed)).agg(**counts)


def of_days(tables: Mapping[str, Any], span: Span) -> Any:
    """Count registrations by days: those ended in the period, and those still open on its last day."""
    import ibis

    spells, ends = tables["spells"], ibis.literal(span.ends)
    over = spells.closed.between(ibis.literal(span.begins), ends)
    still = (spells.registered <= ends) & (spells.closed.isnull() | (spells.closed > ends))
    held = spells.filter(over | still)
    finished = (held.closed <= ends).fill_null(False)
    last = ibis.least(held.closed, ends)  # of those that are not closed, the last day of the period
    rows = held.select("region", finished=finished, days=last.epoch_days() - held.registered.epoch_days())
    counted = rows.group_by(["region", "finished", "days"]).agg(n=rows.count())
    return counted.select("region", "days", "n", state=ibis.ifelse(counted.finished, "ended", "open"))
