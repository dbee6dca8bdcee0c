"""Disclosure control: how long the optimal choice takes, and how few cells it suppresses beside greedy methods.

Collected by ``benchmarks.registers``. The greedy methods protect exactly as much: each goes on until the same
attackers find nothing.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import numpy as np

from uvas_stats.disclosure import (
    CountTable,
    Dimension,
    Publication,
    Rule,
    audit,
    nested,
    overlap_tables,
    protect,
    table_from_parts,
)
from uvas_stats.disclosure.attack import attack
from uvas_stats.disclosure.heuristic import heuristic_suppression
from uvas_stats.disclosure.history import assemble
from uvas_stats.disclosure.optimise import attainable_levels, cell_costs
from uvas_stats.disclosure.system import Bools, Counts, System

Line = tuple[str, float, float, str]
Levels = tuple[Counts, ...]
TABLES = 500


def _random_table(rows: int, columns: int, mean: float, seed: int) -> CountTable:
    """Make a table of random counts, lopsided as those of a register."""
    random = np.random.default_rng(seed)
    dimensions = [
        Dimension(name, tuple(f"{name}{at}" for at in range(size)), sensitive=False)
        for name, size in (("a", rows), ("b", columns))
    ]
    counts = random.negative_binomial(1, 1 / (1 + mean), (rows, columns))
    parts = {(f"a{i}", f"b{j}"): int(counts[i, j]) for i in range(rows) for j in range(columns)}
    return table_from_parts("t", [], dimensions, parts)


def _greedy(system: System, levels: Levels) -> Bools:
    """Suppress, for the first count that leaks, the smallest shown count in a line with it, until none leaks."""
    suppressed = system.forced.copy()
    while leaks := attack(system, suppressed, levels):
        lines = system.matrix[system.matrix[:, [leaks[0].at]].nonzero()[0]]
        shown = system.open & ~suppressed
        beside = np.unique(lines.nonzero()[1])
        left = beside[shown[beside] & (system.truth[beside] > 0)]
        left = left if len(left) else np.flatnonzero(shown)  # its lines are all suppressed
        suppressed[left[np.argmin(system.truth[left])]] = True
    return suppressed


def large() -> Iterator[Line]:
    """Time tables of 30 x 12 with margins, from nearly all counts small to few."""
    slowest, cells = 0.0, []
    for mean in (5, 10, 20, 40, 80, 160):
        publication = Publication("p", str(mean), (_random_table(30, 12, mean, mean),))
        start = time.perf_counter()
        protected = protect(publication, Rule())
        slowest = max(slowest, time.perf_counter() - start)
        kinds = list(protected.kinds.values())
        cells.append(f"{kinds.count('primary')}+{kinds.count('secondary')}{'' if protected.optimal else '?'}")
    yield "suppression_30x12_seconds", slowest, 10, f"slowest of 6; primary+secondary {', '.join(cells)}"


def _nulage_tables() -> Publication:
    """Make all KAA tables of one kommun: two dates, what ties them, flows by month and reasons."""
    random = np.random.default_rng(6)
    size = 140
    sex = Dimension("sex", ("women", "men"), sensitive=False)
    born = Dimension("born", ("2006", "2007", "2008", "2009"), sensitive=False)
    school = Dimension("school", ("compulsory", "began", "left", "certificate", "unknown"))
    does = Dimension("does", ("work", "studies", "other", "unknown"))
    measure = Dimension("measure", ("guidance", "practice", "course", "health", "coach"), partition=False)
    reason = Dimension("reason", ("work", "school", "moved", "age", "other"))
    month = Dimension("month", tuple(f"{at:02}" for at in range(1, 13)), sensitive=False)
    single = (sex, born, school, does, reason, month)
    people = [
        {one.name: str(random.choice(one.codes, p=random.dirichlet([2.0] * len(one.codes)))) for one in single}
        | {code: str(random.random() < 0.25) for code in measure.codes}
        | {"from": str(random.integers(0, 10)), "to": str(random.integers(5, 16))}
        for _ in range(size)
    ]

    def count(
        name: str, context: dict[str, str], dims: tuple[Dimension, ...], who: list[dict[str, str]]
    ) -> CountTable:
        def fits(person: dict[str, str], one: Dimension, code: str) -> bool:
            return code == one.total or (person[one.name] == code if one.partition else person[code] == "True")

        counts = {
            codes: sum(all(fits(p, one, code) for one, code in zip(dims, codes, strict=True)) for p in who)
            for codes in itertools.product(*(one.all_codes for one in dims))
        }
        return CountTable(name, tuple(context.items()), dims, counts)

    at = {day: [p for p in people if int(p["from"]) <= day <= int(p["to"])] for day in (6, 9)}
    shapes = (
        (sex, born),
        (sex, school),
        (sex, does),
        (born, school),
        (born, does),
        (sex, measure),
        (born, measure),
    )
    tables: list[CountTable] = []
    links = []
    for number, dims in enumerate(shapes):
        pair = [count(f"{number} {day}", {"at": str(day)}, dims, who) for day, who in at.items()]
        stayed = [p for p in at[6] if p in at[9]]
        links.append(overlap_tables(pair[0], pair[1], count(f"{number} both", {"stayed": "6-9"}, dims, stayed)))
        tables += pair
    year = [count("year", {"period": "2026"}, (sex, born), people)]
    term = [count("term", {"period": "2026H1"}, (sex, born), [p for p in people if int(p["from"]) <= 6])]
    links += [
        nested((term[0].key(codes), term[0].counts[codes]), (year[0].key(codes), year[0].counts[codes]))
        for codes in term[0].all_codes()
    ]
    ended = [p for p in people if int(p["to"]) <= 12]
    flows = [
        count("in", {"flow": "in"}, (sex, month), people),
        count("out", {"flow": "out"}, (sex, month), ended),
        count("reasons", {"flow": "out"}, (sex, reason), ended),
        count("reasons by age", {"flow": "out"}, (born, reason), ended),
    ]
    return Publication("p", "nulage", (*tables, *year, *term, *flows), tuple(links))


def nulage() -> Iterator[Line]:
    """Time all tables of one nuläge."""
    publication = _nulage_tables()
    start = time.perf_counter()
    protected = protect(publication, Rule())
    seconds = time.perf_counter() - start
    assert not audit(publication, protected.published.shown, Rule())
    kinds = list(protected.kinds.values())
    note = f"{len(publication.tables)} tables, {len(kinds)} cells, {kinds.count('primary')} primary, "
    note += f"{kinds.count('secondary')} secondary{'' if protected.optimal else ', not proven fewest'}"
    yield "suppression_nulage_seconds", seconds, 60, note


def beside_greedy() -> Iterator[Line]:
    """Count the cells of random tables beside two greedy methods."""
    random = np.random.default_rng(500)
    ours, simple, flow, more, unproven = 0, 0, 0, 0, 0
    for seed in range(TABLES):
        shape = int(random.integers(3, 11)), int(random.integers(3, 9))
        table = _random_table(*shape, float(random.choice([5, 10, 20, 40])), seed)
        publication = Publication("p", str(seed), (table,))
        protected = protect(publication, Rule())
        system = assemble(publication, Rule())
        mine = len(protected.kinds) - len(protected.published.shown)
        levels = attainable_levels(system)
        greedy = int(_greedy(system, levels).sum())
        flowing = int(heuristic_suppression(system, system.forced, cell_costs(system), levels).sum())
        ours, simple, flow = ours + mine, simple + greedy, flow + flowing
        more += mine > min(greedy, flowing)
        unproven += not protected.optimal
    yield "suppression_tables_worse_than_greedy", more, 0, f"of {TABLES}; {unproven} not proven fewest"
    note = f"{ours / TABLES:.2f} suppressed cells a table; greedy {simple / TABLES:.2f}"
    yield "suppression_cells_to_greedy", ours / simple, 0.999, note
    yield "suppression_cells_to_flow_greedy", ours / flow, 0.999, f"greedy by cheapest flows {flow / TABLES:.2f}"


def run() -> Iterator[Line]:
    """Yield name, value, limit and what was measured, for each measurement."""
    yield from large()
    yield from nulage()
    yield from beside_greedy()
