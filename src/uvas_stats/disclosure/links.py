"""Overlapping groups and consecutive dates: the counts that come out when one is taken from the other."""

from __future__ import annotations

from uvas_stats.disclosure.model import Key, Link, Relation, make_key
from uvas_stats.disclosure.tables import CountTable
from uvas_stats.errors import DisclosureError

__all__ = ["compared", "nested", "overlap", "overlap_tables"]


def _text(key: Key) -> str:
    return "&".join(f"{name}={code}" for name, code in key)


def only_key(inside: Key, outside: Key) -> Key:
    """Return the key of those who are in one group but not in the other."""
    return make_key({"in": _text(inside), "not in": _text(outside)})


def overlap(first: tuple[Key, int], second: tuple[Key, int], both: int, *, both_key: Key | None = None) -> Link:
    """Link two groups that share persons: two lists, or the same stock at two dates.

    Parameters
    ----------
    first, second
        Key and count of each group. For two dates: those of the earlier and of the later date. A group may stand
        in the tables, or have been published earlier: then the link is what ties the two publications.
    both
        How many persons are in both (who stayed from one date to the next).
    both_key
        The key of those in both, where it is counted in a table too. None gives it a name of its own.

    Returns
    -------
    Link
        Those in both, only in the first (who left) and only in the second (who came) are counts that may not be
        derivable when they are small.

    Raises
    ------
    DisclosureError
        If more are in both than in one of the groups.

    Examples
    --------
    >>> june, july = make_key({"at": "2026-06-30"}), make_key({"at": "2026-07-31"})
    >>> [count for _, count in overlap((june, 20), (july, 21), 18).hidden]
    [20, 21, 18, 2, 3]
    """
    (a, n_a), (b, n_b) = first, second
    if not 0 <= both <= min(n_a, n_b):
        raise DisclosureError(
            "Fler finns i båda grupperna än i den ena",
            where=f"{_text(a)} och {_text(b)}",
            todo="Räkna om grupperna",
        )
    shared = both_key or make_key({"in both": " | ".join(sorted((_text(a), _text(b))))})
    only_a, only_b = only_key(a, b), only_key(b, a)
    relations = (Relation(((a, 1), (shared, -1), (only_a, -1))), Relation(((b, 1), (shared, -1), (only_b, -1))))
    return Link(relations, (first, second, (shared, both), (only_a, n_a - both), (only_b, n_b - both)))


def nested(part: tuple[Key, int], whole: tuple[Key, int]) -> Link:
    """Link a group with a larger one that holds all of it, as a longer period or a wider age does.

    Returns
    -------
    Link
        The rest, those in the larger group only, is a count that may not be derivable when it is small.

    Examples
    --------
    >>> term, year = make_key({"period": "2026H1"}), make_key({"period": "2026"})
    >>> [count for _, count in nested((term, 31), (year, 33)).hidden]
    [31, 33, 2]
    """
    (a, n_a), (b, n_b) = part, whole
    if not 0 <= n_a <= n_b:
        raise DisclosureError(
            "En del är större än sin helhet", where=f"{_text(a)} i {_text(b)}", todo="Räkna om grupperna"
        )
    rest = only_key(b, a)
    return Link((Relation(((b, 1), (a, -1), (rest, -1))),), (part, whole, (rest, n_b - n_a)))


def compared(first: tuple[Key, int], second: tuple[Key, int], both: int) -> Link:
    """Link one group at two dates: as part and whole where nobody came, or nobody left, for that can be guessed.

    Parameters
    ----------
    first, second
        Key and count at each date.
    both
        How many were in the group at both.

    Examples
    --------
    >>> june, july = make_key({"at": "2026-06-30"}), make_key({"at": "2026-07-31"})
    >>> [count for _, count in compared((june, 20), (july, 18), 18).hidden]
    [18, 20, 2]
    >>> len(compared((june, 20), (july, 21), 18).hidden)
    5
    """
    smaller, larger = sorted((first, second), key=lambda group: group[1])
    return nested(smaller, larger) if both == smaller[1] else overlap(first, second, both)


def overlap_tables(first: CountTable, second: CountTable, both: CountTable) -> Link:
    """Link two tables cell by cell, as :func:`overlap` does two groups.

    Parameters
    ----------
    first, second
        Two tables with the same dimensions and different context, for instance two dates.
    both
        The same table of those who are in both; its context is its own.

    Raises
    ------
    DisclosureError
        If the dimensions differ, or more are in both than in one.
    """
    if not first.dimensions == second.dimensions == both.dimensions:
        raise DisclosureError(
            "Tabellerna har olika dimensioner", where=f"{first.id} och {second.id}", todo="Räkna dem lika"
        )
    relations = list(both.relations())
    hidden: list[tuple[Key, int]] = []
    for codes in both.all_codes():
        a, b = ((table.key(codes), int(table.counts[codes])) for table in (first, second))
        link = overlap(a, b, int(both.counts[codes]), both_key=both.key(codes))
        relations += link.relations
        hidden += link.hidden
    return Link(tuple(relations), tuple(hidden))
