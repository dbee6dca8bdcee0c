"""How the counts of one period and day hang together with those of earlier ones, which are published too."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from uvas_stats.disclosure import (
    CountTable,
    Dimension,
    Link,
    Relation,
    compared,
    make_key,
    nested,
    table_from_parts,
)
from uvas_stats.register.engine import Engine, ask, keep
from uvas_stats.register.fields import KAA_TABLES
from uvas_stats.register.periods_linked import linked_events
from uvas_stats.register.scope import at_some_time, on_day, with_scope
from uvas_stats.register.span import Span, halves_of, sharing
from uvas_stats.register.tables import SEX, birth_years, kaa_context

__all__ = ["linked_day", "linked_spans"]

_ABOUT = ("flow", "stock")
_Group = tuple[tuple[str, int], Span]


def linked_spans(
    engine: Engine,
    tables: Mapping[str, Any],
    kommun: str,
    span: Span,
    earlier: Sequence[Span],
    available: Collection[str] = KAA_TABLES,
) -> tuple[list[CountTable], list[Link]]:
    """Count who is in both of two periods or days, for this span and each earlier one.

    Parameters
    ----------
    engine, tables
        The engine, and ``spells``, ``contacts`` and ``measures`` as tables of it.
    kommun
        Whose rows are counted.
    span
        What is to be published.
    earlier
        What has been.
    available
        Which tables the register can tell of.

    Returns
    -------
    tuple of list and list
        Tables of the earlier counts as they are now, which are not shown, and the links that make those who came
        or went between two dates impossible to derive when they are few.
    """
    if not earlier:
        return [], []
    spans = _with_other_halves(span, earlier)
    groups = {(about, at): one for at, one in enumerate(spans) for about in _ABOUT}
    patterns = _patterns(engine, tables, kommun, groups)
    events, sums = linked_events(engine, tables, kommun, span, earlier, available)
    links = [*_links(patterns, kommun, groups), *_unions(patterns, kommun, spans), *sums]
    return [*_earlier_tables(patterns, kommun, groups), *events], links


def linked_day(
    engine: Engine, tables: Mapping[str, Any], kommun: str, span: Span, earlier: Sequence[Span]
) -> tuple[list[CountTable], list[Link]]:
    """Count who is in scope on the day of a span and in each earlier period or day, and link them.

    Parameters
    ----------
    engine, tables, kommun, span, earlier
        As of :func:`linked_spans`; of the span only the day counts.
    """
    if not earlier:
        return [], []
    others = {(about, at): one for at, one in enumerate(earlier, start=1) for about in _ABOUT}
    groups = {("stock", 0): span, **others}
    patterns = _patterns(engine, tables, kommun, groups)
    return _earlier_tables(patterns, kommun, groups), list(_links(patterns, kommun, groups))


def _earlier_tables(
    patterns: pd.DataFrame, kommun: str, groups: Mapping[tuple[str, int], Span]
) -> list[CountTable]:
    """Give the counts of the earlier periods and days as they are now."""
    now = [kaa_context(kommun, about, one) for (about, at), one in groups.items() if not at]
    tables = (
        table_from_parts(
            f"tidigare {about} {dimension.name} {at}",
            kaa_context(kommun, about, one),
            (dimension,),
            _parts(patterns, about, at, dimension),
            shown=False,
        )
        for (about, at), one in groups.items()
        if at and kaa_context(kommun, about, one) not in now
        for dimension in _dimensions(about, one)
    )
    return list({(table.context, table.dimensions[0].name): table for table in tables}.values())


def _with_other_halves(span: Span, earlier: Sequence[Span]) -> list[Span]:
    """Add the half-years that come out when one period is taken from another."""
    spans = [span, *earlier]
    known = {one.period for one in spans}
    more = {half.period: half for one in (span, *sharing(span, earlier)) for half in halves_of(one)}
    return [*spans, *(half for name, half in more.items() if sharing(span, earlier) and name not in known)]


def _dimensions(about: str, span: Span) -> tuple[Dimension, ...]:
    """Return what never changes of a person, and what the table of a group is divided by."""
    return (SEX, birth_years(span)) if about == "flow" else (SEX,)


def _patterns(
    engine: Engine, tables: Mapping[str, Any], kommun: str, groups: Mapping[tuple[str, int], Span]
) -> pd.DataFrame:
    spells = tables["spells"]
    scoped = with_scope(spells.filter(spells.region == kommun))
    flags = {
        f"{about}{at}": (
            at_some_time(scoped, one.begins, one.ends) if about == "flow" else on_day(scoped, one.at)
        ).cast("int8").max()
        for (about, at), one in groups.items()
    }  # fmt: skip
    persons = keep(
        engine,
        "linked",
        scoped.group_by("person").agg(sex=scoped.sex.max(), birth_year=scoped.born.max().year(), **flags),
    )
    counted = persons.group_by(["sex", "birth_year", *flags]).agg(n=persons.person.count())
    return ask(engine, counted)().astype({"n": "int64"})


def _parts(patterns: pd.DataFrame, about: str, at: int, dimension: Dimension) -> dict[tuple[str, ...], int]:
    inside = patterns.loc[patterns[f"{about}{at}"] == 1]
    return {(str(code),): int(n) for code, n in inside.groupby(dimension.name)["n"].sum().items()}


def _links(patterns: pd.DataFrame, kommun: str, groups: Mapping[tuple[str, int], Span]) -> Iterable[Link]:
    """Link each group of this span with each of the earlier ones, by sex and together."""
    now, before = ([group for group in groups if bool(group[1]) is later] for later in (False, True))
    seen = set()
    for one, other in itertools.product(now, before):
        contexts = tuple(kaa_context(kommun, about, groups[about, at]) for about, at in (one, other))
        if contexts[0] == contexts[1] or (key := tuple(map(tuple, contexts))) in seen:
            continue
        seen.add(key)
        yield from _link(patterns, contexts, (one, groups[one]), (other, groups[other]))


def _link(
    patterns: pd.DataFrame, contexts: Sequence[list[tuple[str, str]]], one: _Group, other: _Group
) -> Iterator[Link]:
    """Link two groups cell by cell: as a part and its whole where one lies in the other.

    That a day lies in a period everyone knows; that nobody left from one day to the next can be guessed.
    """
    for name, code, rows in _cells(patterns, one, other):
        first, second = ((rows[f"{about}{at}"] == 1).to_numpy() for (about, at), _ in (one, other))
        n = rows["n"].to_numpy()
        condition = [(name, code)] if name else []
        a, b = (
            (make_key([*context, *condition]), int(n[inside].sum()))
            for context, inside in zip(contexts, (first, second), strict=True)
        )
        both = int(n[first & second].sum())
        if _lies_in(one, other):
            yield nested(a, b)
        elif _lies_in(other, one):
            yield nested(b, a)
        else:
            yield compared(a, b, both)


def _cells(patterns: pd.DataFrame, *groups: _Group) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield the cells that all of some groups are shown in: all, each sex, and each year of birth of a flow."""
    yield "", "", patterns
    shared = [
        {(one.name, code) for one in _dimensions(name[0], span) for code in one.codes} for name, span in groups
    ]
    for name, code in sorted(set.intersection(*shared)):
        yield name, code, patterns.loc[patterns[name].astype("str") == code]


def _lies_in(one: _Group, other: _Group) -> bool:
    """Tell whether a period, or a day, lies in a period, so that all of the one group are in the other."""
    ((about, _), inner), ((wider, _), outer) = one, other
    if wider != "flow":
        return False
    begins, ends = (inner.at, inner.at) if about == "stock" else (inner.begins, inner.ends)
    return outer.begins <= begins and ends <= outer.ends


def _unions(patterns: pd.DataFrame, kommun: str, spans: Sequence[Span]) -> Iterator[Link]:
    """Say that who is in a longer period is in one of its half-years, so that those in both can be worked out."""
    at = {one.period: number for number, one in reversed(list(enumerate(spans)))}
    for name in at:
        whole = spans[at[name]]
        halves = halves_of(whole)
        if len(halves) < 2 or any(half.period not in at for half in halves):
            continue
        groups = [(("flow", at[half.period]), half) for half in halves]
        for name_of, code, rows in _cells(patterns, (("flow", at[name]), whole), *groups):
            condition = [(name_of, code)] if name_of else []
            keys = [make_key([*kaa_context(kommun, "flow", one), *condition]) for one in (whole, *halves)]
            inside = [(rows[f"flow{number}"] == 1).to_numpy() for (_, number), _ in groups]
            both = make_key(keys[0], {"in": "both halves"})
            count = int(rows["n"].to_numpy()[inside[0] & inside[1]].sum())
            terms = ((keys[1], 1), (keys[2], 1), (keys[0], -1), (both, -1))
            yield Link((Relation(terms),), ((both, count),))
