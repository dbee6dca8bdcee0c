"""A target group out of several lists, and how it hangs together with what else is counted of the persons in them.

A list stands under a name of its own: ``kaa``, ``participants``, or ``list:<name>``. The KAA register counts with
those in scope on the day, so it is the same count as the stock; the participants with those who are going on.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pandas as pd

from uvas_stats.disclosure import (
    CountTable,
    Dimension,
    Key,
    Ledger,
    Link,
    Publication,
    Relation,
    compared,
    make_key,
    nested,
    table_from_parts,
)
from uvas_stats.errors import RegisterError
from uvas_stats.periods import period_end
from uvas_stats.register.tables import participants_context

__all__ = ["MEMBERS", "between_days", "combinations", "list_key", "other_days", "overlap_publication"]
__all__ += ["participant_lists", "present", "same_as_stock"]

MEMBERS = {"participants": "participations", "list": "members"}
Patterns = Mapping[tuple[str, ...], int]
PresentOn = Callable[[dt.date], Mapping[str, pd.Series]]
_HALF_A_YEAR = 183
MOST_DAYS, _MOST_APART = 20, 6


def present(rows: pd.DataFrame, day: dt.date) -> pd.Series:
    """Return the persons of a list who are in it on a day; the day that one ends is no longer in it."""
    at = pd.Timestamp(day)
    begun, going = rows["start"].isna() | (rows["start"] <= at), rows["end"].isna() | (rows["end"] > at)
    return rows.loc[begun & going, "person"].drop_duplicates()


def _context(kommun: str, at: dt.date) -> list[tuple[str, str]]:
    return [("kommun", kommun), ("counted", "lists"), ("at", at.isoformat())]


def list_key(kommun: str, name: str, at: dt.date) -> Key:
    """Return the key of the size of a list on a day.

    Parameters
    ----------
    kommun, name
        The kommun's code, and the list's name.
    at
        The day.
    """
    return make_key([*_context(kommun, at), ("lists", name)])


def _group_key(kommun: str, names: Iterable[str], at: dt.date) -> Key:
    return make_key([*_context(kommun, at), ("among", _code(names))])


def overlap_publication(
    kommun: str,
    at: dt.date,
    patterns: Patterns,
    ledger: Ledger,
    links: Iterable[Link] = (),
    more: Iterable[CountTable] = (),
) -> tuple[Publication, Key]:
    """Make the tables of a target group: the size of each list, and of all lists with each person counted once.

    Who is in just which lists is not published, yet may not be derived when they are few: taking the sizes from
    the sum gives those who are in several. Groups of fewer or more of the same lists on the same day are made of
    the same patterns.

    Parameters
    ----------
    kommun, at
        The kommun, and the day that is counted.
    patterns
        How many persons are in just these lists, for each combination.
    ledger
        What has been published.
    links, more
        How the counts hang together with others, and the tables behind that.

    Returns
    -------
    tuple of Publication and Key
        What is published together, and the key of the whole group.
    """
    names = sorted({one for pattern in patterns for one in pattern})
    codes = {_code(pattern): pattern for pattern in patterns}
    groups = {f"in {one}": tuple(code for code, pattern in codes.items() if one in pattern) for one in names}
    whole = _group_key(kommun, names, at)
    parts: dict[tuple[str, ...], int] = {(code,): patterns[pattern] for code, pattern in codes.items()}
    inner = table_from_parts(
        "mönster", whole, (Dimension("pattern", tuple(codes), groups=groups),), parts, shown=False
    )
    n = inner.counts[("total",)]
    sizes = {one: inner.counts[(f"in {one}",)] for one in names}
    shown = [CountTable("hela", whole, (), {(): n})]
    shown += [CountTable(one, list_key(kommun, one, at), (), {(): size}) for one, size in sizes.items()]
    same = tuple(Relation(((list_key(kommun, one, at), 1), (inner.key((f"in {one}",)), -1))) for one in names)
    others = _other_groups(kommun, at, patterns, ledger)
    all_links = (Link(same), *others, *links)
    return Publication(
        f"register:{kommun}", f"lists {'+'.join(names)} {at}", (inner, *shown, *more), all_links
    ), whole


def _other_groups(kommun: str, at: dt.date, patterns: Patterns, ledger: Ledger) -> Iterator[Link]:
    """Make the groups of fewer or more lists, that have been counted for the day, of the patterns of the more."""
    now = frozenset(one for pattern in patterns for one in pattern)
    whole, n = _group_key(kommun, now, at), sum(patterns.values())
    for key, size in _groups(ledger, kommun, at).items():
        names = frozenset(dict(key)["among"].split("+"))
        if names < now:
            inside = sum(m for pattern, m in patterns.items() if names & set(pattern))
            yield Link((_made_of(key, names, whole, patterns),), ((key, inside),))
            yield nested((key, inside), (whole, n))
        elif now < names:
            yield Link((_made_of(whole, now, key, combinations(sorted(names))),))
            if size is not None and n <= size:
                yield nested((whole, n), (key, size))


def _code(pattern: Iterable[str]) -> str:
    return "+".join(sorted(pattern))


def combinations(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the patterns that persons can have who are in one or more of some lists."""
    return [one for size in range(1, len(names) + 1) for one in itertools.combinations(names, size)]


def _made_of(group: Key, names: frozenset[str], wider: Key, patterns: Iterable[tuple[str, ...]]) -> Relation:
    """Say that a group is all the patterns of a wider group that its lists have a part in."""
    inside = [make_key(wider, {"pattern": _code(one)}) for one in patterns if names & set(one)]
    return Relation(((group, 1), *((key, -1) for key in inside)))


def _groups(ledger: Ledger, kommun: str, at: dt.date, kind: str = "among") -> dict[Key, int | None]:
    """Return the groups, or the lists, that have been published for a day, with the size where it was shown."""
    context = set(_context(kommun, at))
    sizes: dict[Key, int | None] = {}
    for one in ledger.publications:
        for key in (*one.hidden, *one.shown):
            if context <= set(key) and {name for name, _ in set(key) - context} == {kind}:
                sizes[key] = one.shown.get(key)
    return sizes


def other_days(ledger: Ledger, at: dt.date) -> list[dt.date]:
    """Return the other days that lists have been counted on: all within half a year, and of the rest the nearest.

    Raises
    ------
    RegisterError
        If there are more than can be audited together.
    """
    keys = map(dict, ledger.all_keys())
    days = {dt.date.fromisoformat(key["at"]) for key in keys if key.get("counted") == "lists"} - {at}
    by_distance = sorted(days, key=lambda day: (abs((day - at).days), day))
    near = [day for day in by_distance if abs((day - at).days) <= _HALF_A_YEAR]
    if len(near) > MOST_DAYS:
        raise RegisterError(
            f"Listor är redan räknade för {len(near)} dagar inom ett halvår från {at}",
            todo="Räkna på en dag som redan är använd",
        )
    return by_distance[: len(near) + _MOST_APART]


def between_days(kommun: str, at: dt.date, present_on: PresentOn, ledger: Ledger) -> Iterator[Link]:
    """Link the lists and the whole group of a day with those of other days: who came or went may be few.

    Parameters
    ----------
    kommun, at
        The kommun, and the day that is counted now.
    present_on
        Gives the persons of each list who are in it on a day, by the list's name, as the lists are now.
    ledger
        What has been published.
    """
    lists = {name: set(persons) for name, persons in present_on(at).items()}
    counted = [(list_key(kommun, name, at), persons) for name, persons in lists.items()]
    counted.append((_group_key(kommun, lists, at), set().union(*lists.values())))
    for day in other_days(ledger, at):
        then = {name: set(persons) for name, persons in present_on(day).items()}
        for kind in ("lists", "among"):
            for key in _groups(ledger, kommun, day, kind):
                names = dict(key)[kind].split("+")
                if not set(names) <= set(then):
                    continue  # lists that are not at hand now
                earlier = set().union(*(then[name] for name in names))
                for now, persons in counted:
                    yield compared((key, len(earlier)), (now, len(persons)), len(earlier & persons))


def same_as_stock(kommun: str, at: dt.date, n: int) -> Link:
    """Say that the list of the KAA is its stock on the day.

    Parameters
    ----------
    kommun, at
        The kommun, and the day.
    n
        How many are in it.
    """
    in_list = list_key(kommun, "kaa", at)
    stock = make_key({"kommun": kommun, "counted": "kaa_stock", "at": at.isoformat()})
    return Link((Relation(((in_list, 1), (stock, -1))),), ((in_list, n), (stock, n)))


def participant_lists(
    rows: pd.DataFrame, kommun: str, terms: Sequence[tuple[str, str]], days: Iterable[dt.date]
) -> Iterator[Link]:
    """Link the participants who are going on at some days with those counted at each term's end.

    Parameters
    ----------
    rows
        The participations of the kommun.
    kommun
        Its code.
    terms
        Period and the day that participants are counted from.
    days
        When the list has been, or is, part of a target group.
    """
    for day in days:
        here = present(rows, day)
        in_list = list_key(kommun, "participants", day), len(here)
        for period, since in terms:
            context = participants_context(kommun, period, since)
            ends = pd.Timestamp(period_end(period))
            begun = rows.loc[(rows["start"] >= pd.Timestamp(since)) & (rows["start"] <= ends)]
            started = make_key(context), begun["person"].nunique()
            if day <= ends.date() and here.isin(begun["person"]).all():
                yield nested(in_list, started)
            latest = begun.sort_values("start", kind="stable").drop_duplicates("person", keep="last")
            going = latest.loc[latest["end"].isna() | (latest["end"] > ends), "person"]
            if day == ends.date() and going.isin(here).all():
                yield nested((make_key(context, [("outcome", "ongoing")]), len(going)), in_list)
