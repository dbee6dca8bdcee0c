"""Periods that share a half-year: what began and ended in one is part of the other, and one can be taken from it.

Registrations begun and ended add up over half-years, in each category; a month is the same month in whatever
period it is shown. What a person may move between (schooling, occupation, contact, measures) does not add up, but
most do not move: who takes the figure of a half-year from that of the year it lies in gets those of the other
half, all but exactly, so the differences are kept as secret as if they were counts of persons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from uvas_stats.disclosure import CountTable, Key, Link, Relation, make_key, nested
from uvas_stats.register.engine import Engine
from uvas_stats.register.fields import KAA_TABLES
from uvas_stats.register.kaa import count_kaa
from uvas_stats.register.span import Span, adjoining, half_number, halves_of, sharing
from uvas_stats.register.tables import kaa_publication, whole_links

__all__ = ["linked_events"]

_ADDED_UP = ("kaa_new", "kaa_ended", "kaa_ended_reason", "kaa_ended_to")
_OPEN = "kaa_open"
_AT_BORDERS = ("kaa_new", "kaa_ended", _OPEN)
"""What ties a period to one that ends where it begins."""
_STATES = ("kaa_schooling", "kaa_occupation", "kaa_measure_type", "kaa_measure_after", "kaa_measure_reason")
_CONTACT = "kaa_contact"
Tables = Mapping[str, CountTable]
_BY_MONTH = ("kaa_new_month", "kaa_ended_month")


def linked_events(
    engine: Engine,
    tables: Mapping[str, Any],
    kommun: str,
    span: Span,
    earlier: Sequence[Span],
    available: Collection[str] = KAA_TABLES,
) -> tuple[list[CountTable], list[Link]]:
    """Link registrations begun and ended in a period with those of earlier ones that share a half-year, or adjoin.

    Parameters
    ----------
    engine, tables, kommun, span
        As of :func:`~uvas_stats.register.linkage.linked_spans`.
    earlier
        The periods and days that have been published.
    available
        Which tables the register can tell of.

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
        {half.period: half for one in periods.values() for half in halves_of(one)} for periods in (spans, near)
    )
    counted = {}
    for name, one in {**atoms, **outer, **spans, **near}.items():
        publication = kaa_publication(count_kaa(engine, tables, one), kommun, available=available)
        counted[name] = {table.id: table for table in publication.tables}
    close = {*atoms, *spans}
    hidden = [
        replace(by_id[id_], shown=False)
        for name, by_id in counted.items()
        if name != span.period
        for id_ in ((*_ADDED_UP, *_BY_MONTH, _OPEN, *_STATES, _CONTACT) if name in close else _AT_BORDERS)
        if id_ in by_id
    ]
    longer = {name: two for name, one in spans.items() if len(two := halves_of(one)) > 1}
    links = [*_sums(spans, counted, _ADDED_UP), *_sums(near, counted, _AT_BORDERS[:2])]
    links += [*_still_open({**spans, **near}, counted), *_months(span, {name: counted[name] for name in close})]
    links += [link for name in close - {span.period} for link in whole_links(counted[name])]
    links += _state_links(longer, counted)
    return hidden, links


def _sums(spans: Mapping[str, Span], counted: Mapping[str, Tables], ids: Iterable[str]) -> Iterator[Link]:
    """Say that each cell of a longer period is the sum of those of its half-years."""
    for name, one in spans.items():
        halves = [half.period for half in halves_of(one)]
        if halves == [name]:
            continue
        for id_ in [id_ for id_ in ids if id_ in counted[name]]:
            whole, parts = counted[name][id_], [counted[half][id_] for half in halves]
            sums = (
                Relation(((whole.key(codes), 1), *((part.key(codes), -1) for part in parts)))
                for codes in whole.all_codes()
            )
            yield Link(tuple(sums))


def _still_open(spans: Mapping[str, Span], counted: Mapping[str, Tables]) -> Iterator[Link]:
    """Say that who is open at the end was so at the half-year before, or is new since, and has not ended."""
    halves = {half_number(half): half.period for one in spans.values() for half in halves_of(one)}
    for at, name in halves.items():
        if at - 1 in halves and "kaa_ended" in counted[name]:
            last, first = counted[name], counted[halves[at - 1]]
            ends, before = last[_OPEN].key(()), first[_OPEN].key(())
            new, ended = (last[id_].key(("total",)) for id_ in ("kaa_new", "kaa_ended"))
            yield Link((Relation(((ends, 1), (before, -1), (new, -1), (ended, 1))),))
    for name, one in spans.items():
        last_half = halves_of(one)[-1].period
        if last_half != name:
            same = ((counted[name][_OPEN].key(()), 1), (counted[last_half][_OPEN].key(()), -1))
            yield Link((Relation(same),))


def _months(span: Span, counted: Mapping[str, Tables]) -> Iterator[Link]:
    """Say that a month is the same count in every period it is shown for."""
    for name, by_id in counted.items():
        for id_ in [id_ for id_ in _BY_MONTH if id_ in by_id] if name != span.period else ():
            ours, theirs = counted[span.period][id_], by_id[id_]
            both = [(code,) for code in ours.dimensions[0].codes if code in theirs.dimensions[0].codes]
            yield Link(
                tuple(Relation(((ours.key(codes), 1), (theirs.key(codes), -1))) for codes in both),
                tuple((table.key(codes), int(table.counts[codes])) for codes in both for table in (ours, theirs)),
            )


def _state_links(halves: Mapping[str, Sequence[Span]], counted: Mapping[str, Tables]) -> Iterator[Link]:
    """Link the states of those of a longer period with those of its two half-years."""
    for name, two in halves.items():
        first, last = (counted[half.period] for half in two)
        for id_ in [id_ for id_ in _STATES if id_ in counted[name]]:
            whole, parts = counted[name][id_], (first[id_], last[id_])
            for codes in whole.all_codes():
                cells = [(one.key(codes), int(one.counts[codes])) for one in (whole, *parts)]
                yield from _difference(*cells)
        if _CONTACT in counted[name]:
            yield from _reached(counted[name][_CONTACT], first[_CONTACT], last[_CONTACT])


def _difference(whole: tuple[Key, int], first: tuple[Key, int], last: tuple[Key, int]) -> Iterator[Link]:
    """Link one category of a year with that of its halves, and those who are in both halves."""
    for part in (first, last):
        if part[1] <= whole[1]:
            yield nested(part, whole)
    both = first[1] + last[1] - whole[1]
    if both >= 0:
        key = make_key(whole[0], {"in": "both halves"})
        yield Link((Relation(((first[0], 1), (last[0], 1), (whole[0], -1), (key, -1))),), ((key, both),))


def _reached(whole: CountTable, first: CountTable, last: CountTable) -> Iterator[Link]:
    """Say that the contact of those who came late in the first half is known in the year, not in the half."""
    within, late, early = whole.dimensions[0].codes
    moved = []
    for code in (within, late):
        key = make_key(whole.key((code,)), {"since": first.id, "in": "the next half"})
        n = [int(one.counts[(code,)]) for one in (whole, first, last)]
        terms = ((whole.key((code,)), 1), (first.key((code,)), -1), (last.key((code,)), -1), (key, -1))
        moved.append((key, n[0] - n[1] - n[2]))
        yield Link((Relation(terms),), (moved[-1],))
    before = first.key((early,))
    yield Link((Relation(((before, 1), *((key, -1) for key, _ in moved))),))
    yield Link((Relation(((whole.key((early,)), 1), (last.key((early,)), -1))),))
