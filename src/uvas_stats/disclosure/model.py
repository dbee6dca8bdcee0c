"""The nouns of disclosure control: the rule, dimensions, and how counts hang together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from uvas_stats.errors import DisclosureError

__all__ = ["Codes", "Dimension", "Key", "Kind", "Link", "Relation", "Rule", "make_key"]


Key = tuple[tuple[str, str], ...]
"""What a count counts: sorted pairs of dimension and code. Equal keys are one count, in whatever tables."""
Kind = Literal["published", "primary", "secondary"]
Codes = tuple[str, ...]
LOWEST_THRESHOLD = 3


def make_key(*conditions: Mapping[str, str] | Iterable[tuple[str, str]]) -> Key:
    """Make the key of a count from its conditions.

    Examples
    --------
    >>> make_key({"measure": "kaa_in_scope", "at": "2026-06-15"}, {"sex": "women"})
    (('at', '2026-06-15'), ('measure', 'kaa_in_scope'), ('sex', 'women'))
    """
    merged: dict[str, str] = {}
    for part in conditions:
        merged.update(part.items() if isinstance(part, Mapping) else part)
    return tuple(sorted(merged.items()))


@dataclass(frozen=True)
class Rule:
    """What counts as few, and how uncertain an outsider must be left.

    Parameters
    ----------
    threshold
        Counts from 1 up to but not including this are suppressed. Never below 3.
    protection
        The least width of the interval that an outsider can derive for a suppressed count, from its lowest to its
        highest possible value. None means the threshold: then nobody can even tell that the count is small.
    zeros
        ``show``: a zero is published unless it is needed to hide something else, or tells of a whole group
        (:attr:`Dimension.sensitive`). ``hide``: a zero is suppressed as any small count.
    seconds
        The work of the optimal choice, as many seconds as an ordinary machine needs for it, so that every machine
        chooses the same; after that it is completed in a quicker way, which never suppresses less.

    Examples
    --------
    >>> Rule().protection_level
    5
    >>> Rule(threshold=2)
    Traceback (most recent call last):
    uvas_stats.errors.DisclosureError: Tröskeln för små antal är 2. Ange minst 3.
    """

    threshold: int = 5
    protection: int | None = None
    zeros: Literal["show", "hide"] = "show"
    seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.threshold < LOWEST_THRESHOLD:
            raise DisclosureError(
                f"Tröskeln för små antal är {self.threshold}", todo=f"Ange minst {LOWEST_THRESHOLD}"
            )
        if self.protection is not None and self.protection < 1:
            raise DisclosureError(f"Skyddsintervallet är {self.protection}", todo="Ange minst 1")
        if self.seconds < 0:
            raise DisclosureError(f"Tiden för att välja är {self.seconds}", todo="Ange 0 sekunder eller mer")
        if self.zeros not in ("show", "hide"):
            raise DisclosureError(f"Nollor kan inte hanteras som ”{self.zeros}”", todo="Ange show eller hide")

    @property
    def protection_level(self) -> int:
        """Least width of the interval an outsider may be able to derive."""
        return self.threshold if self.protection is None else self.protection

    def is_small(self, count: int) -> bool:
        """Tell whether a count is to be suppressed for its own sake."""
        return (count > 0 or self.zeros == "hide") and count < self.threshold


@dataclass(frozen=True)
class Dimension:
    """One dimension of a table.

    Parameters
    ----------
    name
        Name of the condition, for instance ``sex``.
    codes
        The parts.
    total
        The code that stands for all parts together; its cells have no condition on this dimension. None where the
        total is not shown: it is then still known that the parts make up a whole.
    groups
        Subtotals: code and the parts it is the sum of, for instance ``{"16-17": ("16", "17")}``.
    sensitive
        Whether it tells something of a person that outsiders do not know, as a reason or a benefit does. Where all
        of a group stand in one category of such a dimension, that is hidden too. False for what is
        known anyway: sex, birth year, kommun, month.
    partition
        Whether each person is in exactly one part. False where one may be in several (measures of different
        types): then parts are not summed, but each part and the rest of the total are.
    silent
        Parts that tell nothing of a person, as ``unknown`` does: that all of a group stand there is no secret.
    """

    name: str
    codes: Codes
    total: str | None = "total"
    groups: Mapping[str, Codes] = field(default_factory=dict)
    sensitive: bool = True
    partition: bool = True
    silent: Codes = ()

    def __post_init__(self) -> None:
        every = self.all_codes
        members = {*self.silent, *(code for group in self.groups.values() for code in group)}
        if not self.codes or len(set(every)) != len(every) or not members <= set(self.codes):
            raise DisclosureError(
                "Dimensionens koder saknas, upprepas eller är okända",
                where=self.name,
                todo="Rätta tabellens koder",
            )

    @property
    def all_codes(self) -> Codes:
        """All codes that a table shows: parts, subtotals and the total."""
        return (*self.codes, *self.groups, *(() if self.total is None else (self.total,)))


@dataclass(frozen=True)
class Relation:
    """A sum that any outsider knows to be zero: counts by their keys, each times a whole number."""

    terms: tuple[tuple[Key, int], ...]


@dataclass(frozen=True, repr=False)
class Link:
    """How counts of different tables hang together, and counts behind them that are not published.

    Made by :func:`~uvas_stats.disclosure.overlap` and :func:`~uvas_stats.disclosure.nested`.
    """

    relations: tuple[Relation, ...]
    hidden: tuple[tuple[Key, int], ...] = ()
    """Key and count of the groups and of what is not published, yet must not be derivable when small."""
