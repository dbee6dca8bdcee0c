"""How the goals stand, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from uvas_stats.indicators import STATUSES
from uvas_stats.numbers import count_word
from uvas_stats.present.goal_row import GoalRow
from uvas_stats.present.view import join_words

__all__ = ["goals_in_brief", "tally", "tally_cases"]

_ONE = {"nått": "är nått", "på väg": "är på väg att nås", "inte nått": "är inte nått"}
_MANY = {"nått": "är nådda", "på väg": "är på väg att nås", "inte nått": "är inte nådda"}


def tally(statuses: Sequence[str]) -> str:
    """Say how many goals have each status.

    Examples
    --------
    >>> tally(["inte nått"] * 5 + ["kan inte bedömas"])
    'Fem mål är inte nådda och ett kan inte bedömas'
    >>> tally(["nått"])
    'Ett mål är nått'
    """
    parts: list[str] = []
    for status, count in _counted(statuses):
        verb = (_ONE if count == 1 else _MANY).get(status, status)
        parts.append(f"{count_word(count, neuter=True)} {'' if parts else 'mål '}{verb}")
    return _capital(join_words(parts))


def tally_cases(statuses: Sequence[str]) -> str:
    """Say the same where a goal is assessed once for each kommun.

    Examples
    --------
    >>> tally_cases(["nått", "kan inte bedömas", "nått"])
    'Nått i två fall, kan inte bedömas i ett'
    """
    parts = [f"{status} i {count_word(count, neuter=True)}" for status, count in _counted(statuses)]
    return _capital(", ".join([f"{parts[0]} fall", *parts[1:]]))


def goals_in_brief(rows: Sequence[GoalRow]) -> str:
    """Say in a sentence how the goals stand: of a single one with the reason, of kommuner by their names."""
    if len(rows) == 1:
        return f"Målet {_ONE.get(rows[0].status, rows[0].status)}. {rows[0].reason}"
    if not any(row.region for row in rows):
        return f"{tally([row.status for row in rows])}{_why(rows)}."
    texts = []
    for text in dict.fromkeys(row.text for row in rows if row.region):
        own = [row for row in rows if row.text == text]
        by = {status: [row.region for row in own if row.status == status] for status in STATUSES}
        listed = ", ".join(f"{status} i {join_words(names)}" for status, names in by.items() if names)
        texts.append(f"{text}: {listed}.")
    rest = [row.status for row in rows if not row.region]
    return " ".join([*texts, *([f"Övriga mål: {tally_cases(rest).lower()}."] if rest else [])])


def _why(rows: Sequence[GoalRow]) -> str:
    """Give the reason where it is the same of every goal."""
    reasons = {row.reason.partition(".")[0] for row in rows}
    text = reasons.pop()
    return "" if reasons else f": {text[:1].lower()}{text[1:]}"


def _counted(statuses: Sequence[str]) -> list[tuple[str, int]]:
    return [(status, list(statuses).count(status)) for status in STATUSES if status in statuses]


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
