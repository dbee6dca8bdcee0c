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

from uvas_stats.disclosure.system import Attacker, Bools, Counts, System
from uvas_stats.errors import DisclosureError

__all__ = ["Attack", "Leak", "attack"]

Floats = NDArray[np.float64]
_CLOSE = 1e-6
_ROUNDS = 4


@dataclass(frozen=True, repr=False)
class Leak:
    """An unknown that can be derived too closely.

    Parameters
    ----------
    at
        Index of the unknown.
    lower, upper
        Its tightest bounds.
    weights
        For each unknown of the system: how much suppressing it could widen the interval, at most. None where only
        the bounds' being whole numbers makes the interval too narrow.
    """

    at: int
    lower: int
    upper: int
    need: int
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
        found = []
        for one in np.unique(label[rows:]):
            at, columns = np.flatnonzero(label[:rows] == one), np.flatnonzero(label[rows:] == one)
            found.append((at, self._columns[columns], sparse.csr_array(matrix[at][:, columns])))
        return found

    def leaks(self) -> Iterator[Leak]:
        """Yield every unknown whose interval is narrower than needed."""
        for rows, columns, matrix in self._parts:
            if self.attacker.need[columns].any():
                yield from _Part(self, rows, columns, matrix).leaks()

    def bounds(self, wanted: Bools) -> Iterator[tuple[int, int, int]]:
        """Yield index, lowest and highest possible value of each wanted unknown, one by one."""
        for rows, columns, matrix in self._parts:
            part = _Part(self, rows, columns, matrix)
            for at in np.flatnonzero(wanted[columns]):
                truth = int(self.system.truth[columns[at]])
                yield int(columns[at]), truth + part.whole(int(at), -1), truth + part.whole(int(at), 1)


class _Part:
    """The unknowns that hang together, and how far each is known to be able to move."""

    def __init__(self, view: Attack, rows: Counts, columns: Counts, matrix: sparse.csr_array) -> None:
        self.view, self.rows, self.columns, self.matrix = view, rows, columns, matrix
        self.below, self.above = view.attacker.below[columns], view.attacker.above[columns]
        self.need = view.attacker.need[columns]
        self.low = np.zeros(len(columns), dtype=np.int64)
        self.high = np.zeros(len(columns), dtype=np.int64)

    def solve(self, direction: Floats) -> tuple[Floats, Floats]:
        """Move as far as possible in a direction; return the deviations and the prices of the rows."""
        found = linprog(
            -direction,
            A_eq=self.matrix if self.matrix.shape[0] else None,
            b_eq=np.zeros(self.matrix.shape[0]) if self.matrix.shape[0] else None,
            bounds=np.column_stack([-self.below, self.above]),
            method="highs-ds",
        )
        if found.x is None:
            raise DisclosureError(
                "Granskningen gick inte att räkna ut", todo=f"Dela upp tabellerna ({found.message})"
            )
        self._remember(found.x)
        prices = -found.eqlin.marginals if self.matrix.shape[0] else np.zeros(0)
        return found.x, prices

    def _remember(self, moved: Floats) -> None:
        """Keep what a possible world of whole numbers proves."""
        whole = np.rint(moved).astype(np.int64)
        fits = np.abs(moved - whole).max(initial=0) < _CLOSE and not (self.matrix @ whole).any()
        if fits and (whole >= -self.below).all() and (whole <= self.above).all():
            np.minimum(self.low, whole, out=self.low)
            np.maximum(self.high, whole, out=self.high)

    def _narrow(self) -> Counts:
        return np.flatnonzero(self.high - self.low < self.need)

    def leaks(self) -> Iterator[Leak]:
        random = np.random.default_rng(len(self.columns))
        for _ in range(_ROUNDS):
            narrow = self._narrow()
            if len(narrow) < 2 * _ROUNDS:
                break
            direction = np.zeros(len(self.columns))
            direction[narrow] = random.choice([-1.0, 1.0], len(narrow))
            self.solve(direction)
            self.solve(-direction)
        for at in self._narrow():
            if self.high[at] - self.low[at] < self.need[at]:
                leak = self._leak(int(at))
                if leak is not None:
                    yield leak

    def _leak(self, at: int) -> Leak | None:
        """Look for the widest interval of one unknown."""
        widest, weights = 0.0, np.zeros(len(self.view.unknown))
        for sign in (1.0, -1.0):
            direction = np.zeros(len(self.columns))
            direction[at] = sign
            moved, prices = self.solve(direction)
            if self.high[at] - self.low[at] >= self.need[at]:
                return None
            widest += abs(moved[at])
            weights += self._weights(at, sign, prices)
        key = int(self.columns[at])
        truth = int(self.view.system.truth[key])
        need = int(self.need[at])
        too_narrow = widest < need - _CLOSE
        if not too_narrow or self.high[at] - self.low[at] < np.floor(widest + _CLOSE):  # a corner of fractions
            self.whole(at, -1), self.whole(at, 1)
        low, high = truth + int(self.low[at]), truth + int(self.high[at])
        return Leak(key, low, high, need, weights if too_narrow else None) if high - low < need else None

    def _weights(self, at: int, sign: float, prices: Floats) -> Floats:
        """Bound how far the unknown could move if other cells were suppressed too, from the prices of the rows."""
        system, attacker = self.view.system, self.view.attacker
        reduced = -(system.matrix[self.rows].T @ prices) if len(self.rows) else np.zeros(len(system.names))
        reduced[self.columns[at]] += sign
        reduced[np.abs(reduced) < _CLOSE] = 0.0
        reduced[system.fixed] = 0.0
        bound: Floats = np.where(reduced > 0, reduced * attacker.above, -reduced * attacker.below)
        return bound

    def whole(self, at: int, sign: int) -> int:
        """Return how far one unknown can move up (1) or down (-1) in whole numbers, the others being whole too."""
        direction = np.zeros(len(self.columns))
        direction[at] = sign
        moved, _ = self.solve(direction)
        reached = int(self.high[at] if sign > 0 else self.low[at])
        if abs(moved[at] - reached) < _CLOSE:
            return reached
        found = milp(
            -direction,
            constraints=LinearConstraint(self.matrix, 0, 0),
            bounds=(-self.below, self.above),
            integrality=np.ones(len(self.columns)),
            options={"time_limit": 20.0},
        )
        if found.x is not None:
            self._remember(found.x)
        return int(self.high[at] if sign > 0 else self.low[at])


def attack(system: System, suppressed: Bools, needs: tuple[Counts, ...] | None = None) -> list[Leak]:
    """Attack what is shown as every attacker; return what each can derive too closely."""
    unknown, found = system.unknown(suppressed), []
    for place, one in enumerate(system.attackers):
        who = one if needs is None else replace(one, need=needs[place])
        found += list(Attack(system, who, unknown).leaks())
    return found
