"""The planner's boxes against exhaustive search and against pxwebpy."""

from __future__ import annotations

import itertools
import math
import random
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pxweb._internal.functions import split_value_codes

from uvas_stats.errors import FetchError
from uvas_stats.fetch.boxes import Box, fewest, split


def every_cut(sizes: tuple[int, ...], limit: int) -> int:
    """Find the fewest boxes by trying every cut of every block."""

    @cache
    def look(block: tuple[int, ...]) -> int:
        if math.prod(block) <= limit:
            return 1
        best = math.prod(block)
        for side, size in enumerate(block):
            for place in range(1, size // 2 + 1):
                left, right = list(block), list(block)
                left[side], right[side] = place, size - place
                best = min(best, look(tuple(sorted(left))) + look(tuple(sorted(right))))
        return best

    return look(tuple(sorted(sizes)))


def every_partition(sizes: tuple[int, ...], limit: int) -> int:
    """Find the fewest calls whatever their shape: each call picks any values on each side."""
    cells = {cell: at for at, cell in enumerate(itertools.product(*(range(size) for size in sizes)))}
    picks = [
        [group for count in range(1, size + 1) for group in itertools.combinations(range(size), count)]
        for size in sizes
    ]
    calls = [
        sum(1 << cells[cell] for cell in itertools.product(*groups))
        for groups in itertools.product(*picks)
        if math.prod(len(group) for group in groups) <= limit
    ]
    by_lowest: dict[int, list[int]] = {at: [call for call in calls if call >> at & 1] for at in cells.values()}

    @cache
    def look(left: int) -> int:
        if not left:
            return 0
        lowest = (left & -left).bit_length() - 1
        return 1 + min(look(left & ~call) for call in by_lowest[lowest] if call & left == call)

    return look((1 << len(cells)) - 1)


def cells_of(box: Box) -> set[tuple[int, ...]]:
    return set(itertools.product(*(range(start, stop) for start, stop in box)))


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(1, 60))
def test_boxes_cover_the_block_once_and_keep_under_the_limit(sizes: list[int], limit: int) -> None:
    boxes = split(tuple(sizes), limit)
    found = [cells_of(box) for box in boxes]
    assert sum(map(len, found)) == math.prod(sizes)
    assert set().union(*found) == set(itertools.product(*(range(size) for size in sizes)))
    assert max(map(len, found)) <= limit
    assert len(boxes) == fewest(tuple(sizes), limit)


def test_no_cut_of_any_block_needs_fewer_calls() -> None:
    rng = random.Random(1)
    for _ in range(300):
        number = rng.randint(1, 4)
        sizes = tuple(rng.randint(1, (0, 40, 14, 7, 5)[number]) for _ in range(number))
        limit = max(1, math.prod(sizes) // rng.randint(1, 12) + rng.randint(0, 4))
        assert fewest(sizes, limit) == every_cut(sizes, limit), (sizes, limit)


@pytest.mark.parametrize("sizes", [(12,), (2, 5), (3, 3), (3, 4), (2, 2, 3)])
def test_no_set_of_calls_of_any_shape_is_smaller(sizes: tuple[int, ...]) -> None:
    for limit in range(1, math.prod(sizes) + 1):
        assert fewest(sizes, limit) == every_partition(sizes, limit), limit


def test_never_more_calls_than_pxwebpy_on_tables_of_scbs_size() -> None:
    rng = random.Random(2)
    fewer = 0
    for _ in range(150):
        sizes = tuple(rng.choice((1, 2, 3, 5, 11, 20, 57, 78, 134, 290, 312)) for _ in range(rng.randint(2, 5)))
        if math.prod(sizes) > 20_000_000:
            continue
        peer = len(split_value_codes({str(at): list(range(size)) for at, size in enumerate(sizes)}, 150_000))
        assert fewest(sizes, 150_000) <= peer
        fewer += fewest(sizes, 150_000) < peer
    assert fewer


def test_unequal_blocks_are_used_where_a_grid_needs_more() -> None:
    # A grid of 3 x 3 under 2 cells needs 6 calls; 1 x 3 and 2 x 3 split on their own need 5.
    assert fewest((3, 3), 2) == 5


@pytest.mark.parametrize(("sizes", "limit"), [((3, 0), 10), ((3,), 0)])
def test_an_empty_selection_or_limit_is_an_error(sizes: tuple[int, ...], limit: int) -> None:
    with pytest.raises(FetchError, match="tomt"):
        split(sizes, limit)
