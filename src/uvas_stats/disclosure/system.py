"""From tables to one system of unknowns: what an outsider may know, and what must stay uncertain."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from uvas_stats.disclosure.links import only_key
from uvas_stats.disclosure.model import Key, Relation, Rule
from uvas_stats.disclosure.tables import CountTable, Publication
from uvas_stats.errors import DisclosureError

__all__ = ["NODES", "Attacker", "Bools", "Counts", "Draft", "System", "among", "draft", "finish", "key_text"]

Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]
NODES = 5_000
"""Nodes of a search for whole numbers. A limit on time would choose other cells on a slower machine."""


@dataclass(frozen=True, repr=False)
class Attacker:
    """What somebody knows of every unknown beforehand, as room below and above its value, and what to keep secret.

    The outsider knows that counts are not negative. The insider also guesses which cells were suppressed for
    being small, and so that they are below the threshold.
    """

    name: str
    below: Counts
    above: Counts
    protection_level: Counts
    """Least width of the interval of each unknown; 0 where nothing is to be kept."""


@dataclass(frozen=True, repr=False)
class System:
    """The unknowns of everything that is published together, and the sums that tie them."""

    names: tuple[Key, ...]
    truth: Counts
    """One possible truth: the counts where they are known, else whole numbers that fit."""
    open: Bools
    """Cells that can be shown or suppressed."""
    forced: Bools
    """Open cells that must be suppressed."""
    fixed: Bools
    """What everybody knows whatever is done now. What is neither open nor fixed is unknown to outsiders."""
    matrix: sparse.csr_array
    attackers: tuple[Attacker, ...]

    def unknown(self, suppressed: Bools) -> Bools:
        """Return which unknowns an outsider does not know when these open cells are suppressed."""
        unknown: Bools = np.where(self.open, suppressed, ~self.fixed)
        return unknown


@dataclass
class Draft:
    """A system under construction: truth and role of every key, and the sums."""

    rule: Rule
    truth: dict[Key, int] = field(default_factory=dict)
    open: set[Key] = field(default_factory=set)
    fixed: set[Key] = field(default_factory=set)
    forced: set[Key] = field(default_factory=set)
    small: set[Key] = field(default_factory=set)
    protection_level: dict[Key, int] = field(default_factory=dict)
    unknown: dict[Key, None] = field(default_factory=dict)
    """Keys whose value nobody here knows: suppressed in an earlier publication."""
    relations: dict[Relation, None] = field(default_factory=dict)
    private: dict[Relation, None] = field(default_factory=dict)
    """Sums that are there because of the counts themselves: they are attacked, but never remembered."""

    def put(self, key: Key, count: int) -> None:
        """Set the count of a key; it must be the same wherever it stands."""
        if self.truth.setdefault(key, count) != count:
            raise DisclosureError(
                "Samma antal har två olika värden i det som ska publiceras",
                where=key_text(key),
                todo="Räkna om tabellerna",
            )

    def hide(self, key: Key, count: int, *, whole_group: bool = False) -> None:
        """Put a count that is not published; it must not be derivable when small or when it tells of a group."""
        self.put(key, count)
        if self.rule.is_small(count) or whole_group:
            self.protection_level[key] = self.rule.protection_level


def key_text(key: Key) -> str:
    """Write a key for a message."""
    return ", ".join(f"{name}={code}" for name, code in key) or "alla"


def among(names: Iterable[Key], keys: Container[Key]) -> Bools:
    """Mark which names are among some keys."""
    return np.array([name in keys for name in names], dtype=np.bool_)


def _lines(out: Draft, table: CountTable) -> None:
    """Add what the lines of a table tell: hidden totals, the rest of each part, whole groups in one category."""
    counts = dict(table.cells())
    never = {table.key(codes) for codes in table.impossible}
    for one, whole, parts in table.lines():
        if one.partition:
            total = sum(counts[parts[code]] for code in one.codes)
            if whole not in counts:
                out.hide(whole, total)
        elif whole in counts:
            total = counts[whole]
        else:
            continue
        candidates = [parts[code] for code in one.codes if parts[code] not in never]
        for part in candidates if not one.partition else ():
            if counts[part] > total:
                raise DisclosureError("En del är större än sin helhet", where=f"{table.id}: {key_text(part)}")
        silent = {parts[code] for code in one.silent}
        telling = [key for key in candidates if key not in silent] if one.sensitive and table.shown else []
        full = [key for key in telling if counts[key] == total > 0]
        alone = len(candidates) < 2 and one.partition
        for part in () if alone else full if one.partition else candidates:
            rest = only_key(whole, part)
            sums = out.private if one.partition else out.relations
            sums[Relation(((whole, 1), (part, -1), (rest, -1)))] = None
            out.hide(rest, total - counts[part], whole_group=part in full)


def draft(publication: Publication, rule: Rule) -> Draft:
    """Collect what is to be published now."""
    out = Draft(rule)
    for table in publication.tables:
        for key, count in table.cells():
            out.put(key, count)
            if table.shown:
                out.open.add(key)
            else:
                out.hide(key, count)
        out.fixed |= {table.key(codes) for codes in table.impossible}
    for table in publication.tables:
        out.relations.update(dict.fromkeys(table.relations()))
        _lines(out, table)
    for link in publication.links:
        for key, count in link.hidden:
            out.hide(key, count)
        out.relations.update(dict.fromkeys(link.relations))
    out.open -= out.fixed
    for key in out.open:
        if rule.is_small(out.truth[key]):
            out.small.add(key)
            out.protection_level[key] = rule.protection_level
    out.forced |= out.small
    return out


def _matrix(relations: Iterable[Relation], index: Mapping[Key, int]) -> sparse.csr_array:
    rows, columns, values = [], [], []
    for row, relation in enumerate(relations):
        for key, times in relation.terms:
            rows.append(row)
            columns.append(index[key])
            values.append(times)
    shape = (max(rows, default=-1) + 1, len(index))
    matrix = sparse.coo_array((values, (rows, columns)), shape=shape, dtype=np.float64).tocsr()
    matrix.eliminate_zeros()
    return matrix


def _fitted(out: Draft, names: list[Key], matrix: sparse.csr_array) -> Counts | None:
    """Find whole numbers for what nobody here knows; None where nothing fits."""
    truth = np.array([out.truth.get(key, 0) for key in names], dtype=np.int64)
    unknown = among(names, out.unknown)
    wanted = -(matrix[:, ~unknown] @ truth[~unknown])
    if not unknown.any():
        return truth if not wanted.any() else None
    from scipy.optimize import LinearConstraint, milp

    solution = milp(
        np.ones(int(unknown.sum())),
        constraints=LinearConstraint(matrix[:, unknown], wanted, wanted),
        integrality=np.ones(int(unknown.sum())),
        options={"node_limit": NODES},
    )
    if solution.x is None:
        return None
    truth[unknown] = np.rint(solution.x).astype(np.int64)
    return truth


def _attackers(out: Draft, names: list[Key], truth: Counts, fixed: Bools) -> tuple[Attacker, ...]:
    """Describe the outsider and the insider."""
    rule = out.rule
    level = np.array([out.protection_level.get(key, 0) for key in names], dtype=np.int64)
    level[fixed] = 0
    room = max(int(truth.max(initial=0)), 4 * rule.protection_level) * 2
    outsider = Attacker("utomstående", truth.copy(), np.full(len(names), room, dtype=np.int64), level)
    small = among(names, out.small) & ~fixed
    least = 1 if rule.zeros == "show" else 0
    below = np.where(small, truth - least, truth)
    above = np.where(small, rule.threshold - 1 - truth, room)
    return outsider, Attacker("invigd", below, above, np.minimum(level, 1))


def finish(out: Draft) -> System | None:
    """Turn a draft into a system, of what hangs together with what can be suppressed; None where nothing fits."""
    relations = [*out.relations, *out.private]
    names = sorted({*out.truth, *out.unknown, *(key for one in relations for key, _ in one.terms)})
    for key in names:
        if key not in out.truth and key not in out.unknown:
            raise DisclosureError("En summa gäller ett antal som inte finns", where=key_text(key))
    index = {key: at for at, key in enumerate(names)}
    matrix = _matrix(relations, index)
    truth = _fitted(out, names, matrix)
    if truth is None:
        return None
    fixed = among(names, out.fixed)
    opened = among(names, out.open) & ~fixed
    kept = _connected(matrix, opened | among(names, out.protection_level), fixed)
    names = [key for key, keep in zip(names, kept, strict=True) if keep]
    truth, opened, fixed = truth[kept], opened[kept], fixed[kept]
    part = matrix[:, kept]
    part = part[np.diff(part.indptr) > 0]
    forced = among(names, out.forced) & opened
    return System(
        tuple(names), truth, opened, forced, fixed, sparse.csr_array(part), _attackers(out, names, truth, fixed)
    )


def _connected(matrix: sparse.csr_array, wanted: Bools, fixed: Bools) -> Bools:
    """Tell which unknowns hang together with a wanted one through what is not fixed."""
    loose = sparse.csr_array(matrix[:, ~fixed])
    graph = sparse.bmat([[None, abs(loose)], [abs(loose).T, None]]) if loose.shape[0] else None
    kept = wanted | fixed
    if graph is not None:
        _, label = connected_components(graph, directed=False)
        of = label[loose.shape[0] :]
        kept[~fixed] |= np.isin(of, of[wanted[~fixed]])
    return np.asarray(kept, dtype=np.bool_)
