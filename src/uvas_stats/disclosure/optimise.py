"""The fewest secondary suppressions that protect every sensitive count.

A mixed-integer programme chooses cells; the attacker's linear programmes show what leaks, and the prices of their
rows become constraints of the next choice (Fischetti and Salazar's model of cell suppression, by Benders' cuts).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import LinearConstraint, milp

from uvas_stats.disclosure.attack import Attack, Leak, attack
from uvas_stats.disclosure.heuristic import heuristic_suppression, prune
from uvas_stats.disclosure.system import Bools, Counts, System

__all__ = ["Choice", "attainable_levels", "cell_costs", "optimise"]

Floats = NDArray[np.float64]
_HALF = 0.5
_SMALL = 1e-6
_WORK = 1_000.0
"""What is done in a second of an ordinary machine, in unknowns attacked. Work is limited, so that every machine
chooses the same cells."""
_NODE = 0.01
"""The work of a node of the search, by cell and constraint."""


@dataclass(frozen=True, repr=False)
class Choice:
    """Which cells of a system are suppressed, and whether fewer are known to be impossible."""

    suppressed: Bools
    optimal: bool


@dataclass
class _Master:
    """The programme that chooses, and the constraints it has learnt: each row's cells must come to 1 at least."""

    system: System
    costs: Floats
    rows: list[Floats] = field(default_factory=list)

    def learn(self, leak: Leak, suppressed: Bools) -> None:
        """Add what a leak tells: at least so much of these cells must be suppressed."""
        system = self.system
        chosen = system.open & ~system.forced
        row = (chosen & ~suppressed).astype(np.float64)  # only a cell shown now can help
        if leak.weights is not None:
            side = leak.protection_level - float(leak.weights[system.unknown(system.forced)].sum())
            if side > _SMALL:
                row = np.where(chosen, np.minimum(leak.weights, side), 0.0) / side
        self.rows.append(row)

    def solve(self, work: float) -> tuple[Bools, bool, float] | None:
        """Choose the cheapest cells that keep all constraints, and tell the work; None where none is found."""
        chosen = np.flatnonzero(self.system.open & ~self.system.forced)
        if not len(chosen):
            return None
        matrix = sparse.csr_array(np.array(self.rows)[:, chosen])
        node = _NODE * sum(matrix.shape)
        solution = milp(
            self.costs[chosen],
            constraints=LinearConstraint(matrix, 1 - 1e-9, np.inf),
            bounds=(0, 1),
            integrality=np.ones(len(chosen)),
            options={"node_limit": max(int(work / node), 1), "mip_rel_gap": 0.0},
        )
        if solution.x is None:
            return None
        suppressed = self.system.forced.copy()
        suppressed[chosen] = solution.x > _HALF
        return suppressed, solution.status == 0, node * max(int(solution.mip_node_count), 1)


def cell_costs(system: System) -> Floats:
    """Give each cell the cost 1, and a trifle more for totals, for large counts and for zeros: they go last."""
    conditions = np.array([len(key) for key in system.names], dtype=np.float64)
    wide = (conditions.max(initial=0) - conditions) / max(np.ptp(conditions) if len(conditions) else 0, 1)
    size = np.log1p(system.truth) / max(np.log1p(system.truth).max(initial=0), 1)
    trifle = 2 * wide + np.where(system.truth == 0, 1.0, size)
    costs: Floats = 1 + trifle / 3 * _HALF / max(len(conditions), 1)
    return costs


def attainable_levels(system: System) -> tuple[Counts, ...]:
    """Ask for no more against the insider than suppressing everything can give."""
    outsider, insider = system.attackers
    level = insider.protection_level.copy()
    for leak in attack(system, system.open, (outsider.protection_level * 0, level)):
        level[leak.at] = leak.upper - leak.lower
    return outsider.protection_level, level


def optimise(system: System, seconds: float) -> Choice:
    """Choose the fewest cells to suppress.

    Parameters
    ----------
    system
        The unknowns and sums; its forced cells are suppressed whatever is chosen.
    seconds
        How much to look for the optimum: the work of so many seconds of an ordinary machine, whatever this one
        needs for it. After that the best pattern found is used: it is as safe, and may suppress more, never less.

    Raises
    ------
    DisclosureError
        If something cannot be protected even by suppressing everything.
    """
    work = seconds * _WORK
    costs, levels = cell_costs(system), attainable_levels(system)
    master, suppressed, proven = _Master(system, costs), system.forced, True
    while True:
        leaks = _first_leaks(system, suppressed, levels)
        if not leaks and proven:
            return Choice(suppressed, optimal=True)
        for leak in leaks:
            master.learn(leak, suppressed)
        work -= len(system.names)
        better = master.solve(work) if leaks and work > 0 else None
        if better is None:
            return _by_heuristic(system, suppressed, costs, levels, seconds)
        suppressed, proven, spent = better
        work -= spent


def _first_leaks(system: System, suppressed: Bools, levels: tuple[Counts, ...]) -> list[Leak]:
    """Return what the outsider can derive; when that is nothing, what the insider can."""
    outsider, insider = levels
    return attack(system, suppressed, (outsider, insider * 0)) or attack(
        system, suppressed, (outsider * 0, insider)
    )


def _by_heuristic(
    system: System, suppressed: Bools, costs: Floats, levels: tuple[Counts, ...], seconds: float
) -> Choice:
    """Complete the last choice and one from the start, and take the one that suppresses less."""
    attacks = int(seconds * _WORK / 4 / max(len(system.names), 1))
    tried = [
        prune(system, heuristic_suppression(system, start, costs, levels), costs, levels, attacks)
        for start in (suppressed, system.forced)
    ]
    return Choice(_without_useless(system, min(tried, key=np.count_nonzero), levels), optimal=False)


def _without_useless(system: System, suppressed: Bools, levels: tuple[Counts, ...]) -> Bools:
    """Show what anybody can derive exactly from the rest: to hide it tells nobody less."""
    bounds = Attack(system, system.attackers[0], system.unknown(suppressed)).bounds(suppressed & ~system.forced)
    fewer = suppressed.copy()
    fewer[[at for at, low, high in bounds if low == high]] = False
    return suppressed if attack(system, fewer, levels) else fewer
