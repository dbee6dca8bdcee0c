"""Periods that share a half-year: what began and ended in one is part of the other, and one can be taken from it.

Every period is made of half-years. Registrations begun and ended add up over them, in each category; a month is
the same month in whatever period it is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from uvas_stats.disclosure import CountTable, Link, Relation
from uvas_stats.register.available_tables import KAA_TABLES
from uvas_stats.register.engine import Engine
from uvas_stats.register.kaa import count_kaa
from uvas_stats.register.span import Span
from uvas_stats.register.state_linkage import STATES, moving_links
from uvas_stats.register.tables import kaa_publication, whole_links

__all__ = ["halves_of", "linked_events", "sharing"]

_ADDED_UP = ("kaa_new", "kaa_ended", "kaa_ended_reason", "kaa_ended_to")
_OPEN = "kaa_open"
_AT_BORDERS = ("kaa_new", "kaa_ended", _OPEN)
"""What ties a period to one that ends where it begins."""
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


def _number(half: Span) -> int:
    """Give a half-year its number, so that the next has the next."""
    return 2 * int(half.period[:4]) + half.period.endswith("H2")


def adjoining(spans: Iterable[Span], earlier: Iterable[Span]) -> list[Span]:
    """Return the earlier periods that end where one of some begins, or begin where one ends; each once.

    Examples
    --------
    >>> import datetime as dt
    >>> one, other, later = (Span(name, dt.date(2105, 6, 30)) for name in ("2105H1", "2105H2", "2106/07"))
    >>> [span.period for span in adjoining([one], [one, other, later])]
    ['2105H2']
    """
    own = {_number(half) for one in spans for half in halves_of(one)}
    edges = {at + step for at in own for step in (-1, 1)} - own
    found = {one.period: one for one in earlier}
    numbers = {name: {_number(half) for half in halves_of(one)} for name, one in found.items()}
    return [one for name, one in found.items() if numbers[name] & edges and not numbers[name] & own]


def linked_events(
    engine: Engine,
    tables: Mapping[str, Any],
    kommun: str,
    span: Span,
    earlier: Sequence[Span],
    told: Collection[str] = KAA_TABLES,
) -> tuple[list[CountTable], list[Link]]:
    """Link registrations begun and ended in a period with those of earlier ones that share a half-year, or adjoin.

    Returns
    -------
    tuple of list and list
        The counts of the other periods and half-years, which are not shown, and what adds up to what.
    """
    others = sharing(span, earlier)
    beside = adjoining((span, *others), earlier)
    if not others and not beside:
        return [], []
    spans = {one.period: one for one in (span, *others)}
    near = {one.period: one for one in beside}
    atoms, outer = (
        {half.period: half for one in found.values() for half in halves_of(one)} for found in (spans, near)
    )
    counted = {
        name: {
            table.id: table for table in kaa_publication(count_kaa(engine, tables, one), kommun, told=told).tables
        }
        for name, one in {**atoms, **outer, **spans, **near}.items()
    }
    close = {*atoms, *spans}
    hidden = [
        replace(found[id_], shown=False)
        for name, found in counted.items()
        if name != span.period
        for id_ in ((*_ADDED_UP, *_BY_MONTH, _OPEN, *STATES) if name in close else _AT_BORDERS)
        if id_ in found
    ]
    longer = {name: two for name, one in spans.items() if len(two := halves_of(one)) > 1}
    links = [*_sums(spans, counted, _ADDED_UP), *_sums(near, counted, _AT_BORDERS[:2])]
    links += [*_still_open({**spans, **near}, counted), *_months(span, {name: counted[name] for name in close})]
    links += [link for name in close - {span.period} for link in whole_links(counted[name])]
    links += moving_links(longer, counted)
    return hidden, links


def _sums(
    spans: Mapping[str, Span], counted: Mapping[str, Mapping[str, CountTable]], ids: Iterable[str]
) -> Iterator[Link]:
    """Say that each cell of a longer period is the sum of those of its half-years."""
    for name, one in spans.items():
        halves = [half.period for half in halves_of(one)]
        if halves == [name]:
            continue
        for id_ in [id_ for id_ in ids if id_ in counted[name]]:
            whole, parts = counted[name][id_], [counted[half][id_] for half in halves]
            yield Link(
                tuple(
                    Relation(((whole.key(codes), 1), *((part.key(codes), -1) for part in parts)))
                    for codes in whole.all_codes()
                ),
                (),
            )


def _still_open(spans: Mapping[str, Span], counted: Mapping[str, Mapping[str, CountTable]]) -> Iterator[Link]:
    """Say that who is open at the end was so at the half-year before, or is new since, and has not ended."""
    halves = {_number(half): half.period for one in spans.values() for half in halves_of(one)}
    for at, name in halves.items():
        if at - 1 in halves and "kaa_ended" in counted[name]:
            last, first = counted[name], counted[halves[at - 1]]
            ends, before = last[_OPEN].key(()), first[_OPEN].key(())
            new, ended = (last[id_].key(("total",)) for id_ in ("kaa_new", "kaa_ended"))
            yield Link((Relation(((ends, 1), (before, -1), (new, -1), (ended, 1))),), ())
    for name, one in spans.items():
        last_half = halves_of(one)[-1].period
        if last_half != name:
            same = ((counted[name][_OPEN].key(()), 1), (counted[last_half][_OPEN].key(()), -1))
            yield Link((Relation(same),), ())


def _months(span: Span, counted: Mapping[str, Mapping[str, CountTable]]) -> Iterator[Link]:
    """Say that a month is the same count in every period it is shown for."""
    for name, found in counted.items():
        for id_ in [id_ for id_ in _BY_MONTH if id_ in found] if name != span.period else ():
            ours, theirs = counted[span.period][id_], found[id_]
            both = [(code,) for code in ours.dimensions[0].codes if code in theirs.dimensions[0].codes]
            yield Link(
                tuple(Relation(((ours.key(codes), 1), (theirs.key(codes), -1))) for codes in both),
                tuple((table.key(codes), int(table.counts[codes])) for codes in both for table in (ours, theirs)),
            )
