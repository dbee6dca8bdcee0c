"""An outsider who has nothing but what is published: written apart from the package, to attack it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import numpy as np
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from uvas_stats.disclosure import CountTable, Dimension, Key, Protected, Publication, make_key


class Outsider:
    """Unknowns and equations, gathered from the shapes of tables and the numbers that are shown."""

    def __init__(self) -> None:
        self.names: dict[Key, int] = {}
        self.equations: list[dict[int, int]] = []
        self.known: dict[int, int] = {}
        self._made: tuple[tuple[int, int], csr_array] | None = None

    def at(self, key: Key) -> int:
        return self.names.setdefault(key, len(self.names))

    def adds_up(self, whole: Key, parts: Iterable[Key]) -> None:
        equation = {self.at(whole): 1}
        for part in parts:
            equation[self.at(part)] = equation.get(self.at(part), 0) - 1
        self.equations.append(equation)

    def learn_table(self, context: Mapping[str, str], dimensions: Iterable[Dimension]) -> None:
        """Learn how a table's parts add up, along one dimension at a time."""
        dims = list(dimensions)
        choices = [[*one.codes, *one.groups, None] for one in dims]
        for place, one in enumerate(dims):
            if not one.partition:
                continue
            for rest in itertools.product(*(c for at, c in enumerate(choices) if at != place)):
                fixed = dict(context)
                others = [d.name for at, d in enumerate(dims) if at != place]
                fixed.update({name: code for name, code in zip(others, rest, strict=True) if code is not None})
                self.adds_up(make_key(fixed), [make_key(fixed, {one.name: code}) for code in one.codes])
                for group, members in one.groups.items():
                    self.adds_up(
                        make_key(fixed, {one.name: group}), [make_key(fixed, {one.name: m}) for m in members]
                    )

    def learn(self, protected: Protected) -> None:
        """Learn what a publication shows."""
        for layout in protected.layouts:
            self.learn_table(dict(layout.context), layout.dimensions)
            for codes in layout.all_codes():
                value = protected.value(layout.key(codes))
                if value is not None:
                    self.known[self.at(layout.key(codes))] = value

    def matrix(self) -> csr_array:
        """Give the equations as a matrix, made anew when there are more of them or of the unknowns."""
        shape = (len(self.equations), len(self.names))
        if self._made is None or self._made[0] != shape:
            cells = [(row, at, times) for row, one in enumerate(self.equations) for at, times in one.items()]
            rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
            self._made = shape, csr_array((np.array(values, float), (rows, columns)), shape=shape)
        return self._made[1]

    def bounds(self, key: Key, limits: Mapping[Key, tuple[int, int]] | None = None) -> tuple[float, float]:
        """Return the lowest and highest whole number that the count can be; infinity where there is no highest."""
        size = len(self.names)
        lower, upper = np.zeros(size), np.full(size, np.inf)
        for name, (least, most) in (limits or {}).items():
            lower[self.at(name)], upper[self.at(name)] = least, most
        for at, value in self.known.items():
            lower[at] = upper[at] = value
        matrix = self.matrix()
        found = []
        for sign in (1, -1):
            direction = np.zeros(size)
            direction[self.names[key]] = sign
            quick = linprog(
                direction, A_eq=matrix, b_eq=np.zeros(matrix.shape[0]), bounds=np.column_stack([lower, upper])
            )
            if quick.status == 3:
                found.append(np.inf)
                continue
            assert quick.status == 0, quick.message
            if np.abs(quick.x - np.rint(quick.x)).max() < 1e-6:
                found.append(round(sign * quick.fun))
                continue
            whole = milp(
                direction,
                constraints=LinearConstraint(matrix, 0, 0),
                bounds=(lower, upper),
                integrality=np.ones(size),
            )
            assert whole.status == 0, whole.message
            found.append(round(sign * whole.fun))
        return found[0], found[1]


def small_counts(publication: Publication, threshold: int) -> dict[Key, int]:
    """Return all counts of the shown tables from 1 to the threshold."""
    return {
        key: count
        for table in publication.tables
        if table.shown
        for key, count in table.cells()
        if 0 < count < threshold
    }


def count_persons(
    id_: str, context: Mapping[str, str], dimensions: Iterable[Dimension], persons: Iterable[Mapping[str, str]]
) -> CountTable:
    """Count invented persons into a table, every cell by going through all of them."""
    dims = tuple(dimensions)
    people = list(persons)

    def fits(person: Mapping[str, str], one: Dimension, code: str) -> bool:
        return code == one.total or person[one.name] == code or person[one.name] in one.groups.get(code, ())

    counts = {
        codes: sum(all(fits(p, one, code) for one, code in zip(dims, codes, strict=True)) for p in people)
        for codes in itertools.product(*(one.all_codes for one in dims))
    }
    return CountTable(id_, tuple(context.items()), dims, counts)
