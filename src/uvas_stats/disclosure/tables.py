"""Tables of counts, and all that is published together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from uvas_stats.disclosure.model import Codes, Dimension, Key, Link, Relation, make_key
from uvas_stats.errors import DisclosureError

__all__ = ["CountTable", "Layout", "Publication", "table_from_parts"]

_MOST_CELLS = 200_000


@dataclass(frozen=True)
class Layout:
    """The shape of a table: its name, what all its cells share, and its dimensions, without any counts."""

    id: str
    context: tuple[tuple[str, str], ...]
    dimensions: tuple[Dimension, ...]

    def all_codes(self) -> Iterator[Codes]:
        """Yield the codes of all cells, in the order of the dimensions."""
        size = 1
        for one in self.dimensions:
            size *= len(one.all_codes)
        if size > _MOST_CELLS:
            raise DisclosureError(f"Tabellen har {size} celler", where=self.id, todo="Dela upp den")
        yield from itertools.product(*(one.all_codes for one in self.dimensions))

    def key(self, codes: Codes) -> Key:
        """Return the key of the cell with these codes: the context and what is not a total."""
        return make_key(
            self.context,
            [(one.name, code) for one, code in zip(self.dimensions, codes, strict=True) if code != one.total],
        )

    def lines(self) -> Iterator[tuple[Dimension, Key, dict[str, Key]]]:
        """Yield, along each dimension, the key of a total and the keys of its parts and subtotals."""
        for number, one in enumerate(self.dimensions):
            others = [other.all_codes for at, other in enumerate(self.dimensions) if at != number]
            for rest in itertools.product(*others):
                before, after = rest[:number], rest[number:]
                parts = {code: self.key((*before, code, *after)) for code in (*one.codes, *one.groups)}
                whole = tuple(pair for pair in parts[one.codes[0]] if pair[0] != one.name)
                yield one, whole, parts


@dataclass(frozen=True, repr=False)
class CountTable(Layout):
    """A table of counts.

    Parameters
    ----------
    id
        Name of the table.
    context
        Conditions that all its cells share: what is counted, of which kommun, at which date or in which period.
    dimensions
        Its dimensions.
    counts
        The count for every combination of codes, totals and subtotals included, in the order of the dimensions.
    shown
        False for counts that are not published but that an outsider must not be able to derive either, such as
        the inner cells behind several margins.
    impossible
        Cells that everyone knows must be zero: they are shown and never hide anything.

    Raises
    ------
    DisclosureError
        If cells are missing or too many, a count is not a whole number from 0, or parts do not make up their
        total.

    Examples
    --------
    >>> sex = Dimension("sex", ("women", "men"), sensitive=False)
    >>> table = CountTable("kön", (("at", "2026-06-15"),), (sex,), {("women",): 7, ("men",): 8, ("total",): 15})
    >>> dict(table.cells())[make_key({"at": "2026-06-15"})]
    15
    >>> table
    CountTable(kön, 3 cells)
    """

    counts: Mapping[Codes, int]
    shown: bool = True
    impossible: frozenset[Codes] = frozenset()

    def __post_init__(self) -> None:
        names = [*(name for name, _ in self.context), *(one.name for one in self.dimensions)]
        if len(set(names)) != len(names):
            raise DisclosureError(
                "Samma villkor finns två gånger", where=self.id, todo="Rätta tabellens dimensioner"
            )
        if set(self.counts) != set(self.all_codes()):
            raise DisclosureError("Tabellen har inte just de celler som dimensionerna ger", where=self.id)
        if any(isinstance(n, bool) or n != int(n) or n < 0 for n in self.counts.values()):
            raise DisclosureError("Ett antal är inte ett heltal från 0 och uppåt", where=self.id)
        if any(self.counts[codes] for codes in self.impossible):
            raise DisclosureError("En cell som ska vara omöjlig har personer", where=self.id)
        known = dict(self.cells())
        for relation in self.relations():
            if all(key in known for key, _ in relation.terms):
                self._check(relation, known)

    def _check(self, relation: Relation, known: Mapping[Key, int]) -> None:
        if sum(known[key] * times for key, times in relation.terms):
            cell = ", ".join(f"{name}={code}" for name, code in relation.terms[0][0])
            raise DisclosureError(
                "Tabellens delar ger inte summan", where=f"{self.id}: {cell}", todo="Räkna om tabellen"
            )

    def __repr__(self) -> str:
        return f"CountTable({self.id}, {len(self.counts)} cells)"

    @property
    def layout(self) -> Layout:
        """The shape without the counts."""
        return Layout(self.id, self.context, self.dimensions)

    def cells(self) -> Iterator[tuple[Key, int]]:
        """Yield key and count of each cell."""
        for codes in self.all_codes():
            yield self.key(codes), int(self.counts[codes])

    def relations(self) -> Iterator[Relation]:
        """Yield what adds up to what; in a dimension that is no partition, only its subtotals do not."""
        for one, whole, parts in self.lines():
            if one.partition:
                yield Relation(((whole, 1), *((parts[code], -1) for code in one.codes)))
                for group, members in one.groups.items():
                    yield Relation(((parts[group], 1), *((parts[code], -1) for code in members)))


def table_from_parts(
    id_: str,
    context: Iterable[tuple[str, str]],
    dimensions: Iterable[Dimension],
    parts: Mapping[Codes, int],
    *,
    shown: bool = True,
) -> CountTable:
    """Make a table of partitions from its innermost counts.

    Parameters
    ----------
    id_, context, dimensions, shown
        As of :class:`CountTable`.
    parts
        The count of each combination of parts; those not given are zero.

    Examples
    --------
    >>> table = table_from_parts("kön", [("at", "2026")], [Dimension("sex", ("women", "men"))], {("men",): 6})
    >>> table.counts[("total",)], table.counts[("women",)]
    (6, 0)
    """
    dims = tuple(dimensions)
    if not all(one.partition for one in dims):
        raise DisclosureError("Delar som kan överlappa får inte summeras", where=id_, todo="Räkna totalen för sig")
    counts = dict.fromkeys(itertools.product(*(one.all_codes for one in dims)), 0)
    belongs = [
        {code: (code, *(g for g, m in one.groups.items() if code in m), *((one.total,) if one.total else ()))
         for code in one.codes}
        for one in dims
    ]  # fmt: skip
    for codes, count in parts.items():
        if len(codes) != len(dims) or any(c not in within for c, within in zip(codes, belongs, strict=True)):
            raise DisclosureError("Okända koder i en tabells delar", where=id_, todo="Rätta tabellens dimensioner")
        for cell in itertools.product(*(within[code] for code, within in zip(codes, belongs, strict=True))):
            counts[cell] += count
    return CountTable(id_, tuple(context), dims, counts, shown)


@dataclass(frozen=True)
class Publication:
    """Everything that is published at one time of one programme: one group of linked tables.

    Parameters
    ----------
    programme
        Whose earlier publications count.
    id
        Name of this publication, unique within the programme; the same id again replaces nothing, it adds.
    tables
        The tables; a cell with the same key in two tables is the same count.
    links
        Overlapping groups, consecutive dates.
    """

    programme: str
    id: str
    tables: tuple[CountTable, ...]
    links: tuple[Link, ...] = ()
