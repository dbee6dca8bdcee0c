"""What a person may move between from one half-year to the next: schooling, occupation, contact and measures.

Most do not move. Who takes the figure of a half-year from that of the year it lies in gets those of the other
half, all but exactly, so the differences are kept as secret as if they were counts of persons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from uvas_stats.disclosure import CountTable, Key, Link, Relation, make_key, nested
from uvas_stats.register.span import Span

__all__ = ["moving_links"]

_STATES = ("kaa_schooling", "kaa_occupation", "kaa_measure_type", "kaa_measure_after", "kaa_measure_reason")
_CONTACT = "kaa_contact"
STATES = (*_STATES, _CONTACT)
Tables = Mapping[str, CountTable]


def moving_links(halves: Mapping[str, Sequence[Span]], counted: Mapping[str, Tables]) -> Iterator[Link]:
    """Link the states of those of a longer period with those of its half-years.

    Parameters
    ----------
    halves
        The two half-years of each longer period, by its name.
    counted
        The tables of every period and half-year, by name and table.
    """
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
    yield Link((Relation(((before, 1), *((key, -1) for key, _ in moved))),), ())
    yield Link((Relation(((whole.key((early,)), 1), (last.key((early,)), -1))),), ())
