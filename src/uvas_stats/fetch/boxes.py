"""Split a block of cells into the fewest boxes that each fit under a limit.

A selection is a block with one side for each variable. A call fetches a box of it. First the best grid is sought
(each side cut into equal parts); if a lower bound shows that fewer boxes may do, cuts that leave two unequal
blocks are tried too, each block then split on its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from uvas_stats.errors import FetchError

__all__ = ["Box", "fewest", "split"]

Box = tuple[tuple[int, int], ...]
"""Start and stop on each side."""
Sizes = tuple[int, ...]

_BUDGET = 200_000
"""How many steps (well under a second) are spent before the best that has been found is accepted."""


def _chunks(size: int) -> list[int]:
    """Give the smallest part length for each number of parts, the largest length first."""
    return sorted({math.ceil(size / parts) for parts in range(1, size + 1)}, reverse=True)


def _largest_box(sizes: Sizes, limit: int) -> tuple[int, int]:
    """Compute the most cells that a box within the block can have under the limit, and the steps it took."""
    if math.prod(sizes) <= limit:
        return math.prod(sizes), 1
    best = steps = 0

    def look(rest: Sizes, volume: int) -> None:
        nonlocal best, steps
        steps += 1
        if len(rest) == 1:
            best = max(best, volume * min(rest[0], limit // volume))
            return
        for length in range(min(rest[0], limit // volume), 0, -1):
            if volume * length * math.prod(rest[1:]) <= best:
                return
            look(rest[1:], volume * length)

    # The longest side last: its length is then computed and not tried.
    look(tuple(sorted(size for size in sizes if size > 1)), 1)
    return best, steps


def _best_grid(sizes: Sizes, limit: int) -> tuple[int, Sizes, int]:
    """Find part lengths for each side that make the fewest parts; the last number is the steps taken."""
    order = sorted(range(len(sizes)), key=lambda side: sizes[side])
    best: tuple[int, Sizes] = (math.prod(sizes) + 1, ())
    lengths = [1] * len(sizes)
    steps = 0

    def look(depth: int, volume: int, parts: int) -> None:
        nonlocal best, steps
        steps += 1
        side = order[depth]
        if depth == len(order) - 1:
            longest = min(sizes[side], limit // volume)
            number = math.ceil(sizes[side] / longest)
            if parts * number < best[0]:
                lengths[side] = math.ceil(sizes[side] / number)
                best = (parts * number, tuple(lengths))
            return
        for length in _chunks(sizes[side]):
            number = math.ceil(sizes[side] / length)
            if volume * length > limit:
                continue
            if parts * number >= best[0]:
                return
            lengths[side] = length
            look(depth + 1, volume * length, parts * number)

    look(0, 1, 1)
    return *best, steps


class _Search:
    """The state of one search: blocks already solved, and how many more may be looked into."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.budget = _BUDGET
        self.solved: dict[Sizes, tuple[int, tuple[int, int] | Sizes]] = {}
        self.bounds: dict[Sizes, int] = {}

    def solve(self, sizes: Sizes) -> int:
        """Find the fewest boxes for a block and remember how: by a cut (side, at) or by a grid."""
        if sizes in self.solved:
            return self.solved[sizes][0]
        count, grid, steps = _best_grid(sizes, self.limit)
        self.budget -= steps
        how: tuple[int, int] | Sizes = grid
        bound = self.bound(sizes)
        if count > bound:
            for side, at in self.cuts(sizes):
                left, right = _cut(sizes, side, at)
                if self.budget < 0 or self.bound(left) + self.bound(right) >= count:
                    continue
                total = self.solve(left) + self.solve(right)
                if total < count:
                    count, how = total, (-1 - side, at)
                if count == bound:
                    break
        self.solved[sizes] = (count, how)
        return count

    def bound(self, sizes: Sizes) -> int:
        """Compute a number of boxes that no way of splitting can be below."""
        if sizes in self.solved:
            return self.solved[sizes][0]
        key = tuple(sorted(sizes))
        if key not in self.bounds:
            largest, steps = _largest_box(key, self.limit)
            self.bounds[key] = math.ceil(math.prod(sizes) / largest)
            self.budget -= steps + 1
        return self.bounds[key]

    def cuts(self, sizes: Sizes) -> Iterator[tuple[int, int]]:
        """Give the cuts to try: all of them on small sides, part lengths on large ones."""
        for side, size in enumerate(sizes):
            positions = range(1, size // 2 + 1) if size <= 40 else sorted({c for c in _chunks(size) if c < size})
            for at in positions:
                yield side, at

    def boxes(self, sizes: Sizes, origin: Sizes) -> Iterator[Box]:
        """Write out the boxes of a solved block."""
        how = self.solved[sizes][1]
        if len(how) == 2 and how[0] < 0:
            side, at = -1 - how[0], how[1]
            left, right = _cut(sizes, side, at)
            yield from self.boxes(left, origin)
            yield from self.boxes(right, _moved(origin, side, at))
            return
        yield from _grid(sizes, tuple(how), origin)


def _cut(sizes: Sizes, side: int, at: int) -> tuple[Sizes, Sizes]:
    left, right = list(sizes), list(sizes)
    left[side], right[side] = at, sizes[side] - at
    return tuple(left), tuple(right)


def _moved(origin: Sizes, side: int, at: int) -> Sizes:
    return tuple(start + at if index == side else start for index, start in enumerate(origin))


def _grid(sizes: Sizes, lengths: Sizes, origin: Sizes) -> Iterator[Box]:
    if not sizes:
        yield ()
        return
    for start in range(0, sizes[0], lengths[0]):
        stop = min(start + lengths[0], sizes[0])
        for rest in _grid(sizes[1:], lengths[1:], origin[1:]):
            yield ((origin[0] + start, origin[0] + stop), *rest)


def _checked(sizes: Sizes, limit: int) -> None:
    if limit < 1 or any(size < 1 for size in sizes):
        raise FetchError(
            "Urvalet är tomt eller tjänstens gräns är noll",
            where=f"storlek {sizes}, gräns {limit}",
            todo="Kontrollera urvalet",
        )


def split(sizes: Sizes, limit: int) -> list[Box]:
    """Split a block into the fewest boxes of at most ``limit`` cells, in order.

    Parameters
    ----------
    sizes
        The number of values on each side.
    limit
        The most cells of a box.

    Returns
    -------
    list of Box
        They cover the block and do not overlap.

    Examples
    --------
    >>> len(split((290, 3, 2, 11, 78), 150_000))
    10
    >>> split((3,), 2)
    [((0, 2),), ((2, 3),)]
    """
    _checked(sizes, limit)
    if not sizes:
        return [()]
    search = _Search(limit)
    search.solve(sizes)
    return list(search.boxes(sizes, (0,) * len(sizes)))


def fewest(sizes: Sizes, limit: int) -> int:
    """Count the calls that :func:`split` needs.

    Examples
    --------
    >>> fewest((3, 3), 2), fewest((2, 2), 9)
    (5, 1)
    """
    _checked(sizes, limit)
    return _Search(limit).solve(sizes) if sizes else 1
