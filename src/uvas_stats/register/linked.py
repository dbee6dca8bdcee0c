"""How the counts of one period and day hang together with those of earlier ones, which are published too."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from uvas_stats.disclosure import Link, Table, overlap, table_from_parts
from uvas_stats.register.engine import keep
from uvas_stats.register.kaa import Span
from uvas_stats.register.scope import at_some_time, on_day, with_scope
from uvas_stats.register.tables import SEX, kaa_context

__all__ = ["linked_spans"]

_ABOUT = ("flow", "stock")


def linked_spans(
    engine: Any, tables: Mapping[str, Any], kommun: str, span: Span, earlier: Sequence[Span]
) -> tuple[list[Table], list[Link]]:
    """Count who is in both of two periods or days, for this span and each earlier one.

    Returns
    -------
    tuple of list and list
        Tables of the earlier counts as they are now, which are not shown, and the links that make those who came
        or went between two dates impossible to derive when they are few.
    """
    groups = {(about, at): one for at, one in enumerate([span, *earlier]) for about in _ABOUT}
    if not earlier:
        return [], []
    patterns = _patterns(engine, tables, kommun, groups)
    hidden = [
        table_from_parts(
            f"tidigare {about} {at}",
            kaa_context(kommun, about, one),
            (SEX,),
            _parts(patterns, about, at),
            shown=False,
        )
        for (about, at), one in groups.items()
        if at and kaa_context(kommun, about, one) != kaa_context(kommun, about, span)
    ]  # fmt: skip
    return _different(hidden), list(_links(patterns, kommun, groups))


def _different(tables: Iterable[Table]) -> list[Table]:
    return list({table.context: table for table in tables}.values())


def _patterns(
    engine: Any, tables: Mapping[str, Any], kommun: str, groups: Mapping[tuple[str, int], Span]
) -> pd.DataFrame:
    spells = tables["spells"]
    scoped = with_scope(spells.filter(spells.region == kommun))
    flags = {
        f"{about}{at}": (
            at_some_time(scoped, one.begins, one.ends) if about == "flow" else on_day(scoped, one.at)
        ).cast("int8").max()
        for (about, at), one in groups.items()
    }  # fmt: skip
    persons = keep(engine, "linked", scoped.group_by("person").agg(sex=scoped.sex.max(), **flags))
    counted = persons.group_by(["sex", *flags]).agg(n=persons.person.count())
    found: pd.DataFrame = engine.to_pyarrow(counted).to_pandas().astype({"n": "int64"})
    return found


def _parts(patterns: pd.DataFrame, about: str, at: int) -> dict[tuple[str, ...], int]:
    inside = patterns.loc[patterns[f"{about}{at}"] == 1]
    return {(str(sex),): int(n) for sex, n in inside.groupby("sex")["n"].sum().items()}


def _links(patterns: pd.DataFrame, kommun: str, groups: Mapping[tuple[str, int], Span]) -> Iterable[Link]:
    """Link each group of this span with each of the earlier ones, by sex and together."""
    now, before = ([place for place in groups if bool(place[1]) is later] for later in (False, True))
    seen = set()
    for one, other in itertools.product(now, before):
        contexts = tuple(kaa_context(kommun, about, groups[about, at]) for about, at in (one, other))
        if contexts[0] == contexts[1] or (key := tuple(map(tuple, contexts))) in seen:
            continue
        seen.add(key)
        yield from _link(patterns, contexts, one, other)


def _link(
    patterns: pd.DataFrame, contexts: Sequence[list[tuple[str, str]]], one: tuple[str, int], other: tuple[str, int]
) -> Iterable[Link]:
    for code in (*SEX.codes, "total"):
        rows = patterns if code == "total" else patterns.loc[patterns["sex"] == code]
        first, second = ((rows[f"{about}{at}"] == 1).to_numpy() for about, at in (one, other))
        n = rows["n"].to_numpy()
        keys = [tuple(sorted([*context, *([("sex", code)] if code != "total" else [])])) for context in contexts]
        sizes = [int(n[first].sum()), int(n[second].sum())]
        yield overlap((keys[0], sizes[0]), (keys[1], sizes[1]), int(n[first & second].sum()))
