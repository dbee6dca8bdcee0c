"""Suppress until nothing leaks: quick, always safe, not always as few as possible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import LinearConstraint, milp

from uvas_stats.disclosure.attack import Attack, Leak, attack
from uvas_stats.disclosure.system import NODES, Attacker, Bools, Counts, System, key_text
from uvas_stats.errors import DisclosureError

__all__ = ["heuristic_suppression", "prune"]

_CLOSE = 1e-6


def _cover(system: System, attacker: Attacker, leak: Leak, suppressed: Bools, costs: NDArray[np.float64]) -> Bools:
    """Find cells that together give one leaking unknown the room it needs, at low cost.

    Two worlds are sought that differ by the protection level in this unknown; what differs from the truth in
    either of them is suppressed.
    """
    loose = np.flatnonzero(~system.fixed)
    matrix = system.matrix[:, loose]
    size = len(loose)
    price = np.where(system.unknown(suppressed)[loose], 0.0, costs[loose])
    # up and down in the higher world, up and down in the lower one
    above, below = attacker.above[loose], attacker.below[loose]
    apart = np.zeros(4 * size)
    at = int(np.searchsorted(loose, leak.at))
    apart[[at, at + size, at + 2 * size, at + 3 * size]] = [1, -1, -1, 1]
    world = sparse.hstack([matrix, -matrix])
    solution = milp(
        np.tile(price, 4),
        constraints=[
            LinearConstraint(sparse.csr_array(sparse.block_diag([world, world])), 0, 0),
            LinearConstraint(apart[np.newaxis], leak.protection_level, np.inf),
        ],
        bounds=(np.zeros(4 * size), np.concatenate([above, below, above, below])),
        integrality=np.ones(4 * size) if leak.weights is None else None,
        options={"node_limit": NODES},
    )
    if solution.x is None:
        raise DisclosureError(
            "Ett litet antal kan inte skyddas: det framgår av vad som redan är publicerat eller av vad alla vet",
            where=key_text(system.names[leak.at]),
            todo="Publicera grövre grupper eller utelämna tabellen",
        )
    moved = np.abs(solution.x.reshape(4, size)).max(axis=0) > _CLOSE
    wider = suppressed.copy()
    wider[loose[moved]] = True
    wider &= system.open
    return wider


def heuristic_suppression(
    system: System, suppressed: Bools, costs: NDArray[np.float64], levels: tuple[Counts, ...] | None = None
) -> Bools:
    """Suppress more cells until no attacker derives anything too closely.

    Parameters
    ----------
    system
        The unknowns and sums.
    suppressed
        What is suppressed to begin with; it stays so.
    costs
        What each cell costs to suppress.
    levels
        For each attacker, the least widths; None means the system's own.

    Returns
    -------
    numpy.ndarray
        All that is suppressed.

    Raises
    ------
    DisclosureError
        If something cannot be protected even by suppressing everything.
    """
    suppressed = suppressed | system.forced
    needed = levels or tuple(one.protection_level for one in system.attackers)
    before: Bools | None = None
    while True:
        leaks = 0
        for attacker, level in zip(system.attackers, needed, strict=True):
            who = replace(attacker, protection_level=level)
            for leak in list(Attack(system, who, system.unknown(suppressed)).leaks()):
                stuck = before is not None and (before == suppressed).all()
                whole = replace(leak, weights=None) if stuck else leak
                suppressed = _cover(system, attacker, whole, suppressed, costs)
                leaks += 1
        if not leaks:
            return suppressed
        if before is not None and (before == suppressed).all() and suppressed[system.open].all():
            raise DisclosureError("Tabellerna går inte att skydda", todo="Publicera grövre grupper")
        before = suppressed.copy()


def prune(
    system: System,
    suppressed: Bools,
    costs: NDArray[np.float64],
    levels: tuple[Counts, ...] | None,
    attacks: int,
) -> Bools:
    """Show again what need not be suppressed, the costliest first.

    Parameters
    ----------
    system, suppressed, costs, levels
        As of :func:`heuristic_suppression`.
    attacks
        How many cells are tried at most.
    """
    extra = np.flatnonzero(suppressed & ~system.forced)
    for at in extra[np.argsort(-costs[extra], kind="stable")][:attacks]:
        fewer = suppressed.copy()
        fewer[at] = False
        if not attack(system, fewer, levels):
            suppressed = fewer
    return suppressed
