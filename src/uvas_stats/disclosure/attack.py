"""What somebody can derive from what is shown: the tightest bounds of each unknown, by linear programming."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse.csgraph import connected_components

from uvas_stats.disclosure.system import NODES, Attacker, Bools, Counts, System
from uvas_stats.errors import DisclosureError

__all__ = ["Attack", "Leak", "attack"]

Floats = NDArray[np.float64]
_CLOSE = 1e-6
_ROUNDS = 3
_BATCH = 20_000


@dataclass(frozen=True, repr=False)
class Leak:
    """An unknown that can be derived too closely.

    Parameters
    ----------
    at
        Index of the unknown.
    lower, upper
        Its tightest bounds.
    protection_level
        The least width that the interval must have.
    weights
        For each unknown of the system: how much suppressing it could widen the interval, at most. None where only
        the bounds' being whole numbers makes the interval too narrow.
    """

    at: int
    lower: int
    upper: int
    protection_level: int
    weights: Floats | None


@dataclass(frozen=True, repr=False)
class Attack:
    """One attacker's view of what is shown, as deviations from the truth that fit everything known."""

    system: System
    attacker: Attacker
    unknown: Bools

    @cached_property
    def _columns(self) -> Counts:
        return np.flatnonzero(self.unknown)

    @cached_property
    def _parts(self) -> list[tuple[Counts, Counts, sparse.csr_array]]:
        """The unknowns that hang together, each with its rows, columns and matrix."""
        matrix = sparse.csr_array(self.system.matrix[:, self._columns])
        rows = matrix.shape[0]
        if not rows or not len(self._columns):
            return [(np.array([], dtype=np.int64), self._columns, matrix)]
        graph = sparse.bmat([[None, abs(matrix)], [abs(matrix).T, None]])
        _, label = connected_components(graph, directed=False)
        parts = []
        for one in np.unique(label[rows:]):
            at, columns = np.flatnonzero(label[:rows] == one), np.flatnonzero(label[rows:] == one)
            parts.append((at, self._columns[columns], sparse.csr_array(matrix[at][:, columns])))
        return parts

    def leaks(self) -> Iterator[Leak]:
        """Yield every unknown whose interval is narrower than needed."""
        for rows, columns, matrix in self._parts:
            if self.attacker.protection_level[columns].any():
                yield from _Part(self, rows, columns, matrix).leaks()

    def bounds(self, wanted: Bools) -> Iterator[tuple[int, int, int]]:
        """Yield index, lowest and highest possible value of each wanted unknown, each sought for itself."""
        for rows, columns, matrix in self._parts:
            part = _Part(self, rows, columns, matrix)
            for batch in part.batches(np.flatnonzero(wanted[columns])):
                part.push(batch)
                for at in batch:
                    part.make_whole(int(at))
                    truth = int(self.system.truth[columns[at]])
                    yield int(columns[at]), truth + int(part.low[at]), truth + int(part.high[at])


class _Part:
    """The unknowns that hang together, and how far each is known to be able to move."""

    def __init__(self, view: Attack, rows: Counts, columns: Counts, matrix: sparse.csr_array) -> None:
        self.view, self.rows, self.columns, self.matrix = view, rows, columns, matrix
        self.below, self.above = view.attacker.below[columns], view.attacker.above[columns]
        self.protection_level = view.attacker.protection_level[columns]
        self.low = np.zeros(len(columns), dtype=np.int64)
        self.high = np.zeros(len(columns), dtype=np.int64)
        self._reach = np.zeros((len(columns), 2))

    def batches(self, columns: Counts) -> Iterator[Counts]:
        """Cut columns into batches that are solved at a time: a call costs more than a small programme."""
        size = max(_BATCH // max(len(self.columns), 1), 1)
        for start in range(0, len(columns), size):
            yield columns[start : start + size]

    def solve(self, directions: Floats) -> tuple[Floats, Floats]:
        """Move as far as possible in each direction; return for each the deviations and the prices of the rows."""
        count, rows = len(directions), self.matrix.shape[0]
        room = np.column_stack([-self.below, self.above])
        solution = linprog(
            -directions.ravel(),
            A_eq=sparse.kron(sparse.eye_array(count), self.matrix, format="csr") if rows else None,
            b_eq=np.zeros(rows * count) if rows else None,
            bounds=np.tile(room, (count, 1)),
            method="highs-ds",
        )
        if solution.x is None:
            raise DisclosureError(
                "Granskningen gick inte att räkna ut", todo=f"Dela upp tabellerna ({solution.message})"
            )
        moved: Floats = solution.x.reshape(count, -1)
        for one in moved:
            self._remember(one)
        return moved, -solution.eqlin.marginals.reshape(count, rows) if rows else np.zeros((count, 0))

    def push(self, batch: Counts) -> tuple[Floats, Floats]:
        """Move each of some unknowns up and down; return the widths found and, per unknown, the weights."""
        up = np.zeros((len(batch), len(self.columns)))
        up[np.arange(len(batch)), batch] = 1.0
        moved, prices = self.solve(np.concatenate([up, -up]))
        reach = np.abs(np.take_along_axis(moved, np.concatenate([batch, batch])[:, np.newaxis], axis=1)[:, 0])
        self._reach[batch] = np.stack([reach[: len(batch)], reach[len(batch) :]], axis=1)
        return reach[: len(batch)] + reach[len(batch) :], prices

    def _remember(self, moved: Floats) -> None:
        """Keep what a possible world of whole numbers proves."""
        whole = np.rint(moved).astype(np.int64)
        fits = np.abs(moved - whole).max(initial=0) < _CLOSE and not (self.matrix @ whole).any()
        if fits and (whole >= -self.below).all() and (whole <= self.above).all():
            np.minimum(self.low, whole, out=self.low)
            np.maximum(self.high, whole, out=self.high)

    def _narrow(self) -> Counts:
        return np.flatnonzero(self.high - self.low < self.protection_level)

    def leaks(self) -> Iterator[Leak]:
        """Yield what can be derived too closely; cheap proofs that something cannot be are tried first."""
        random = np.random.default_rng(len(self.columns))
        for _ in range(_ROUNDS):
            narrow = self._narrow()
            if len(narrow) < 2:
                break
            direction = np.zeros((1, len(self.columns)))
            direction[0, narrow] = random.choice([-1.0, 1.0], len(narrow))
            self.solve(np.concatenate([direction, -direction]))
        for batch in self.batches(self._narrow()):
            left = batch[self.high[batch] - self.low[batch] < self.protection_level[batch]]
            if len(left):
                yield from self._leaks(left)

    def _leaks(self, batch: Counts) -> Iterator[Leak]:
        """Look for the widest interval of each of some unknowns."""
        widths, prices = self.push(batch)
        for number, at in enumerate(batch):
            if self.high[at] - self.low[at] >= self.protection_level[at]:
                continue
            self.make_whole(int(at))
            key, level = int(self.columns[at]), int(self.protection_level[at])
            truth = int(self.view.system.truth[key])
            low, high = truth + int(self.low[at]), truth + int(self.high[at])
            if high - low < level:
                weights = None
                if widths[number] < level - _CLOSE:
                    weights = self._weights(int(at), 1.0, prices[number])
                    weights += self._weights(int(at), -1.0, prices[number + len(batch)])
                yield Leak(key, low, high, level, weights)

    def _weights(self, at: int, sign: float, prices: Floats) -> Floats:
        """Bound how far the unknown could move if other cells were suppressed too, from the prices of the rows."""
        system, attacker = self.view.system, self.view.attacker
        reduced = -(system.matrix[self.rows].T @ prices) if len(self.rows) else np.zeros(len(system.names))
        reduced[self.columns[at]] += sign
        reduced[np.abs(reduced) < _CLOSE] = 0.0
        reduced[system.fixed] = 0.0
        bound: Floats = np.where(reduced > 0, reduced * attacker.above, -reduced * attacker.below)
        return bound

    def make_whole(self, at: int) -> None:
        """Find how far an unknown that was pushed can move in whole numbers, the others being whole too."""
        for side, sign in ((0, 1), (1, -1)):
            reached = int(self.high[at] if sign > 0 else -self.low[at])
            if reached >= np.floor(self._reach[at, side] + _CLOSE):
                continue
            direction = np.zeros(len(self.columns))
            direction[at] = sign
            solution = milp(
                -direction,
                constraints=LinearConstraint(self.matrix, 0, 0),
                bounds=(-self.below, self.above),
                integrality=np.ones(len(self.columns)),
                options={"node_limit": NODES},
            )
            if solution.x is not None:
                self._remember(solution.x)


def attack(system: System, suppressed: Bools, levels: tuple[Counts, ...] | None = None) -> list[Leak]:
    """Attack what is shown as every attacker; return what each can derive too closely.

    Parameters
    ----------
    system
        The unknowns and sums.
    suppressed
        The cells that are not shown.
    levels
        For each attacker, the least widths of the intervals; None means the system's own.
    """
    unknown, leaks = system.unknown(suppressed), list[Leak]()
    for number, attacker in enumerate(system.attackers):
        who = attacker if levels is None else replace(attacker, protection_level=levels[number])
        leaks += Attack(system, who, unknown).leaks()
    return leaks
