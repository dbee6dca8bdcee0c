"""Shares, means, medians and other figures made from counts: each follows the suppression of its counts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from uvas_stats.disclosure.model import Key
from uvas_stats.disclosure.protection import Protected
from uvas_stats.disclosure.system import key_text
from uvas_stats.errors import DisclosureError

__all__ = ["Derived", "suppress_derived"]


@dataclass(frozen=True)
class Derived:
    """A figure that is made from counts.

    Parameters
    ----------
    id
        What the figure is called.
    value
        The figure, or None where it is suppressed.
    counts
        The keys of all register counts that it is made from or is about: numerator and denominator of a
        share, the group of a median or mean. A published population is no register count and is left out.
    quantile
        For a median 0.5, for the quartiles 0.25 and 0.75; None for what is no quantile.
    """

    id: str
    value: float | None
    counts: tuple[Key, ...]
    quantile: float | None = None

    @property
    def status(self) -> str:
        """The status of an observation."""
        return "ok" if self.value is not None else "suppressed"


def _shown(protected: Protected, figure: Derived) -> bool:
    if not figure.counts:
        raise DisclosureError("Det sägs inte vilka antal ett tal bygger på", where=figure.id)
    values = [protected.value(key) for key in figure.counts]
    if any(value is None for value in values):
        return False
    if figure.quantile is None:
        return True
    if not 0 < figure.quantile < 1:
        raise DisclosureError(f"En kvantil kan inte vara {figure.quantile}", where=figure.id, todo="Ange 0 till 1")
    beside = min(figure.quantile, 1 - figure.quantile)
    return all(math.floor((value or 0) * beside + 1e-9) >= protected.rule.threshold for value in values)


def suppress_derived(protected: Protected, figures: Iterable[Derived]) -> list[Derived]:
    """Suppress every figure of which a count is suppressed.

    A share with enough decimals and one of its counts give the other count away, so a share is shown only where
    both counts are shown, in the same publication: then it tells nothing that they do not. A count that is in no
    audited table cannot carry any figure. A quantile is the value of one person or between two, so it is
    shown only where at least as many persons as the threshold stand on each side of it.

    Parameters
    ----------
    protected
        What may be shown of the counts.
    figures
        The figures that are to follow.

    Returns
    -------
    list of Derived
        The same figures in the same order, the value None where it is suppressed. Charts are drawn from these, and
        from :meth:`Protected.frame`, never from the counts themselves.

    Raises
    ------
    DisclosureError
        If a figure is made from a count that is not in the tables.

    Examples
    --------
    >>> from uvas_stats.disclosure import Dimension, Publication, make_key, protect, table_from_parts
    >>> sex = Dimension("sex", ("women", "men"), sensitive=False)
    >>> table = table_from_parts("kön", [], [sex], {("women",): 2, ("men",): 20})
    >>> shown = protect(Publication("p", "1", (table,)))
    >>> women, all_ = make_key({"sex": "women"}), make_key({})
    >>> shares = [Derived("kvinnor", 100 * 2 / 22, (women, all_)), Derived("tid", 80.0, (all_,), quantile=0.5)]
    >>> [(figure.value, figure.status) for figure in suppress_derived(shown, shares)]
    [(None, 'suppressed'), (80.0, 'ok')]
    """
    followed = []
    for figure in figures:
        if len(set(figure.counts)) != len(figure.counts):
            raise DisclosureError(
                "Ett tal bygger två gånger på samma antal", where=f"{figure.id}: {key_text(figure.counts[0])}"
            )
        followed.append(figure if _shown(protected, figure) else replace(figure, value=None))
    return followed
