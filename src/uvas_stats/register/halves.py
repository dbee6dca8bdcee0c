"""Periods that share a half-year: what began and ended in one is part of the other, and one can be taken from it.

Every period is made of half-years. Registrations begun and ended add up over them, in each category; a month is
the same month in whatever period it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from uvas_stats.disclosure import Link, Relation, Table
from uvas_stats.register.engine import Engine
from uvas_stats.register.kaa import count_kaa
from uvas_stats.register.moving import STATES, moving_links
from uvas_stats.register.span import Span
from uvas_stats.register.tables import kaa_publication

__all__ = ["halves_of", "linked_events", "sharing"]

_ADDED_UP = ("kaa_new", "kaa_ended", "kaa_ended_reason", "kaa_ended_to")
_OPEN = "kaa_open"
_BY_MONTH = ("kaa_new_month", "kaa_ended_month")


def halves_of(span: Span) -> tuple[Span, ...]:
    """Return the half-years of a period; a half-year is its own.

    Examples
    --------
    >>> import datetime as dt
    >>> [half.period for half in halves_of(Span("2105/06", dt.date(2106, 6, 15)))]
    ['2105H2', '2106H1']
    """
    year = int(span.period[:4])
    if span.kind == "half_year":
        names: tuple[str, ...] = (span.period,)
    elif span.kind == "school_year":
        names = (f"{year}H2", f"{year + 1}H1")
    else:
        names = (f"{year}H1", f"{year}H2")
    days = span.contact_days
    return tuple(replace(empty, at=empty.ends) for empty in (Span(name, span.at, days) for name in names))


def sharing(span: Span, earlier: Iterable[Span]) -> list[Span]:
    """Return the earlier periods, other than this one, that share a half-year with it; each once."""
    own = {half.period for half in halves_of(span)}
    found = {one.period: one for one in earlier if one.period != span.period}
    return [one for one in found.values() if own & {half.period for half in halves_of(one)}]


def linked_events(
    engine: Engine, tables: Mapping[str, Any], kommun: str, span: Span, earlier: Sequence[Span]
) -> tuple[list[Table], list[Link]]:
    """Link registrations begun and ended in this period with those of earlier ones that share a half-year with it.

    Returns
    -------
    tuple of list and list
        The counts of the other periods and half-years, which are not shown, and what adds up to what.
    """
    others = sharing(span, earlier)
    if not others:
        return [], []
    spans = {one.period: one for one in (span, *others)}
    atoms = {half.period: half for one in spans.values() for half in halves_of(one)}
    counted = {
        name: {table.id: table for table in kaa_publication(count_kaa(engine, tables, one), kommun).tables}
        for name, one in {**atoms, **spans}.items()
    }
    wanted = (*_ADDED_UP, *_BY_MONTH, _OPEN, *STATES)
    hidden = [
        replace(found[id_], shown=False)
        for name, found in counted.items()
        if name != span.period
        for id_ in wanted
    ]
    longer = {name: two for name, one in spans.items() if len(two := halves_of(one)) > 1}
    links = [*_sums(spans, counted), *_still_open(spans, counted), *_months(span, counted)]
    links += moving_links(longer, counted)
    return hidden, links


def _sums(spans: Mapping[str, Span], counted: Mapping[str, Mapping[str, Table]]) -> Iterator[Link]:
    """Say that each cell of a longer period is the sum of those of its half-years."""
    for name, one in spans.items():
        halves = [half.period for half in halves_of(one)]
        if halves == [name]:
            continue
        for id_ in _ADDED_UP:
            whole, parts = counted[name][id_], [counted[half][id_] for half in halves]
            yield Link(
                tuple(
                    Relation(((whole.key(codes), 1), *((part.key(codes), -1) for part in parts)))
                    for codes in whole.all_codes()
                ),
                (),
            )


def _still_open(spans: Mapping[str, Span], counted: Mapping[str, Mapping[str, Table]]) -> Iterator[Link]:
    """Say that who is open at the end was so at the half-year before, or is new since, and has not ended."""
    for name, one in spans.items():
        halves = [half.period for half in halves_of(one)]
        if len(halves) < 2:
            continue
        first, last = (counted[half] for half in halves)
        ends, before = last[_OPEN].key(()), first[_OPEN].key(())
        new, ended = (last[id_].key(("total",)) for id_ in ("kaa_new", "kaa_ended"))
        same = Relation(((counted[name][_OPEN].key(()), 1), (ends, -1)))
        yield Link((same, Relation(((ends, 1), (before, -1), (new, -1), (ended, 1)))), ())


def _months(span: Span, counted: Mapping[str, Mapping[str, Table]]) -> Iterator[Link]:
    """Say that a month is the same count in every period it is shown for."""
    for name, found in counted.items():
        for id_ in _BY_MONTH if name != span.period else ():
            ours, theirs = counted[span.period][id_], found[id_]
            both = [(code,) for code in ours.dimensions[0].codes if code in theirs.dimensions[0].codes]
            yield Link(
                tuple(Relation(((ours.key(codes), 1), (theirs.key(codes), -1))) for codes in both),
                tuple((table.key(codes), int(table.counts[codes])) for codes in both for table in (ours, theirs)),
            )
