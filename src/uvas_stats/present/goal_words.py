"""How many goals stand how, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from uvas_stats.indicators import STATUSES
from uvas_stats.numbers import count_word
from uvas_stats.present.view import join_words

__all__ = ["tally"]

_ONE = {"nått": "är nått", "på väg": "är på väg att nås", "inte nått": "är inte nått"}
_MANY = {"nått": "är nådda", "på väg": "är på väg att nås", "inte nått": "är inte nådda"}


def tally(statuses: Sequence[str], noun: str = "mål") -> str:
    """Say how many goals (or other assessments, of neuter gender) have each status.

    Examples
    --------
    >>> tally(["inte nått"] * 5 + ["kan inte bedömas"])
    'Fem mål är inte nådda och ett kan inte bedömas'
    >>> tally(["nått"])
    'Ett mål är nått'
    """
    parts = []
    for status in STATUSES:
        count = list(statuses).count(status)
        if count:
            verb = (_ONE if count == 1 else _MANY).get(status, status)
            parts.append(f"{count_word(count, neuter=True)} {'' if parts else f'{noun} '}{verb}")
    text = join_words(parts)
    return f"{text[:1].upper()}{text[1:]}"
