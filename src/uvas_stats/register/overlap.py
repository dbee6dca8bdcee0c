"""The size of a target group: exact where lists share persons, else its bounds, never the plain sum."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from uvas_stats.errors import RegisterError

__all__ = ["GroupSize", "list_patterns", "size_bounds"]

MOST_LISTS = 6


@dataclass(frozen=True)
class GroupSize:
    """How many a group can be: from the largest part to the sum of the parts."""

    lower: int
    upper: int

    @property
    def exact(self) -> bool:
        """Whether there is only one possible size."""
        return self.lower == self.upper


def size_bounds(known: int, counts: Mapping[str, int]) -> GroupSize:
    """Bound the number of persons in one of several lists.

    Parameters
    ----------
    known
        Persons in the lists that could be compared person by person, each counted once; 0 where there are none.
    counts
        Sizes of lists of which only the size is known, such as a figure from another agency.

    Returns
    -------
    GroupSize
        At least the largest part, if the others lie within it; at most the sum, if nobody is in two. The sum alone
        is never the size.

    Raises
    ------
    RegisterError
        If a size is negative or there is nothing to add up.

    Examples
    --------
    Storuman: 10 in KAA, 20 at Arbetsförmedlingen, 20 UVAS.

    >>> size_bounds(0, {"KAA": 10, "AF": 20, "UVAS": 20})
    GroupSize(lower=20, upper=50)
    >>> size_bounds(27, {}).exact
    True
    """
    parts = [*([known] if known else []), *counts.values()]
    if known < 0 or any(count < 0 for count in counts.values()):
        raise RegisterError("Ett antal är negativt", todo="Ange antal från 0 och uppåt")
    if not parts and known == 0 and not counts:
        return GroupSize(0, 0)
    return GroupSize(max(parts, default=0), sum(parts))


def list_patterns(lists: Mapping[str, pd.Series]) -> dict[tuple[str, ...], int]:
    """Count the persons by which of the lists they are in.

    Parameters
    ----------
    lists
        Hashes of persons, made with one key, by the name of the list.

    Returns
    -------
    dict
        For each combination of lists, how many persons are in just these; the sum is the size of the union.

    Raises
    ------
    RegisterError
        If there are more lists than can be told apart safely.

    Examples
    --------
    >>> list_patterns({"a": pd.Series([1, 2, 3]), "b": pd.Series([3, 4])})
    {('a',): 2, ('b',): 1, ('a', 'b'): 1}
    """
    if len(lists) > MOST_LISTS:
        raise RegisterError(f"Högst {MOST_LISTS} listor kan jämföras", todo="Slå ihop några av dem först")
    names = list(lists)
    everyone = pd.DataFrame({"person": pd.concat(list(lists.values())).drop_duplicates()})
    for name, one in lists.items():
        everyone[name] = everyone["person"].isin(one)
    found = everyone.groupby(names).size() if names else pd.Series(dtype="int64")
    counts = {tuple(name for name, is_in in zip(names, _tuple(row), strict=True) if is_in): int(n)
              for row, n in found.items()}  # fmt: skip
    every = [c for size in range(1, len(names) + 1) for c in itertools.combinations(names, size)]
    return {pattern: counts.get(pattern, 0) for pattern in every}


def _tuple(row: object) -> tuple[bool, ...]:
    return tuple(map(bool, row)) if isinstance(row, tuple) else (bool(row),)
