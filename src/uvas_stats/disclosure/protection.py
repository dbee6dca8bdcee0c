"""From counts to what may be shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from uvas_stats.disclosure.auditor import audit, require_clean
from uvas_stats.disclosure.history import Ledger, Published, assemble
from uvas_stats.disclosure.model import Key, Kind, Rule
from uvas_stats.disclosure.optimise import optimise
from uvas_stats.disclosure.system import draft, key_text
from uvas_stats.disclosure.tables import Layout, Publication
from uvas_stats.errors import DisclosureError

__all__ = ["Protected", "protect"]


@dataclass(frozen=True)
class Protected:
    """What may be shown of a publication. No suppressed count is in it.

    Parameters
    ----------
    programme, id
        Those of the publication.
    rule
        The rule it was made by.
    layouts
        The shapes of its tables.
    published
        Keys with counts, keys without, and how they hang together, as it is to be remembered.
    kinds
        For each cell: published, primary or secondary. It is for tests and figures on the method and must not be
        shown: who knows which cells are small knows more than a reader should.
    optimal
        Whether it is known that no fewer cells could be suppressed.
    """

    programme: str
    id: str
    rule: Rule
    layouts: tuple[Layout, ...]
    published: Published = field(repr=False)
    kinds: Mapping[Key, Kind] = field(repr=False)
    optimal: bool

    def value(self, key: Key) -> int | None:
        """Return the count of a cell, or None where it is suppressed.

        Raises
        ------
        DisclosureError
            If it is no cell of the tables.
        """
        if key not in self.kinds:
            raise DisclosureError("Antalet finns inte i någon tabell som har granskats", where=key_text(key))
        return self.published.shown[key] if self.kinds[key] == "published" else None

    def frame(self) -> pd.DataFrame:
        """Return all cells as rows that fit the columns of observations.

        Returns
        -------
        pandas.DataFrame
            ``table``, one column for each condition (a total's code where it has one), ``value``, ``lower``,
            ``upper`` (null: no bounds are given) and ``status``: ok, true_zero or suppressed.
        """
        rows: list[dict[str, object]] = []
        for layout in self.layouts:
            names = [one.name for one in layout.dimensions]
            for codes in layout.all_codes():
                value = self.value(layout.key(codes))
                status = "suppressed" if value is None else "ok" if value else "true_zero"
                conditions = {**dict(layout.context), **dict(zip(names, codes, strict=True))}
                rows.append({"table": layout.id, **conditions, "value": value, "status": status})
        frame = pd.DataFrame(rows, columns=None if rows else ["table", "value", "status"])
        bounds = dict.fromkeys(("lower", "upper"), float("nan"))
        return frame.assign(value=frame["value"].astype("float64"), **bounds)


def _kinds(publication: Publication, rule: Rule, secondary: set[Key]) -> dict[Key, Kind]:
    """Say of each cell that is to be shown whether it may be."""
    kinds: dict[Key, Kind] = {}
    for table in publication.tables:
        never = {table.key(codes) for codes in table.impossible}
        for key, count in table.cells() if table.shown else ():
            small = rule.is_small(count) and key not in never
            kinds[key] = "primary" if small else "secondary" if key in secondary else "published"
    return kinds


def protect(publication: Publication, rule: Rule | None = None, history: Ledger | None = None) -> Protected:
    """Suppress small counts, and as few others as possible so that none of them can be derived.

    Parameters
    ----------
    publication
        All that is published together.
    rule
        Threshold and protection; None means the default.
    history
        What has been published of the programme before.

    Returns
    -------
    Protected
        Audited: an outsider who has all that is shown, now and earlier, finds no suppressed count within its
        protection interval.

    Raises
    ------
    DisclosureError
        If counts contradict each other, or something cannot be protected even by suppressing everything.

    Examples
    --------
    >>> from uvas_stats.disclosure import Dimension, Publication, make_key, table_from_parts
    >>> born = Dimension("birth_year", ("2007", "2008", "2009"), sensitive=False)
    >>> parts = {("2007",): 2, ("2008",): 11, ("2009",): 30}
    >>> table = table_from_parts("ålder", [("at", "2026-06-15")], [born], parts)
    >>> shown = protect(Publication("unga", "2026-06", (table,)))
    >>> shown.frame()["value"].tolist()[2:], sorted(shown.kinds.values())
    ([30.0, 43.0], ['primary', 'published', 'published', 'secondary'])
    """
    rule = rule or Rule()
    system = assemble(publication, rule, history)
    choice = optimise(system, rule.seconds)
    suppressed = {key for key, hidden in zip(system.names, choice.suppressed, strict=True) if hidden}
    kinds = _kinds(publication, rule, suppressed)
    out = draft(publication, rule)
    shown = {key: out.truth[key] for key, kind in kinds.items() if kind == "published"}
    require_clean(audit(publication, shown, rule, history))
    known = {*kinds, *(key for relation in out.relations for key, _ in relation.terms)}
    return Protected(
        publication.programme,
        publication.id,
        rule,
        tuple(table.layout for table in publication.tables if table.shown),
        Published(publication.id, MappingProxyType(shown), frozenset(known - set(shown)), tuple(out.relations)),
        MappingProxyType(kinds),
        choice.optimal,
    )
