"""What a file can tell of, by the columns it has: of what it lacks nothing is counted, rather than nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from uvas_stats.register.fields import fields_of

__all__ = ["KAA_TABLES", "PARTICIPANT_TABLES", "tables_told", "untold"]

_Ways = tuple[tuple[str, ...], ...]
"""Ways to tell: one of them is enough, and takes all of its fields."""
KAA_TABLES: Mapping[str, _Ways] = {
    "schooling": (("schooling",),),
    "occupation": (("contact_date", "contact_occupation"),),
    "contact": (("contact_date",),),
    "measure_type": (("measure_from",),),
    "measure_after": (("measure_from", "measure_to", "measure_after"),),
    "measure_reason": (("measure_from", "measure_to", "measure_reason"),),
    "ended": (("closed",),),
    "ended_reason": (("closed", "closed_reason"),),
    "ended_to": (("closed", "closed_to"),),
}
PARTICIPANT_TABLES: Mapping[str, _Ways] = {
    "ended": (("end",),),
    "outcome": (("end", "end_reason"),),
    "place": (("end", "end_reason", "place"),),
    "followed": (("end", "end_reason", "followed_up", "followed_up_occupation"),),
    "examen": (("had_examen",),),
    "study_plan": (("had_examen", "study_plan"), ("had_examen", "study_plan_from")),
    "assistance_start": (("assistance_start",),),
    "assistance_now": (("assistance_now",), ("assistance_to",)),
    "contact": (("first_contact", "first_measure"),),
    "cost": (("cost",),),
}
_TABLES = {"kaa": KAA_TABLES, "participants": PARTICIPANT_TABLES}


def tables_told(kind: str, columns: Collection[str]) -> frozenset[str]:
    """Return the tables that a file with these fields can tell of.

    Examples
    --------
    >>> sorted(tables_told("kaa", {"personnummer", "registered", "closed", "contact_date"}))
    ['contact', 'ended']
    """
    return frozenset(name for name, ways in _TABLES[kind].items() if any(set(way) <= set(columns) for way in ways))


def untold(kind: str, columns: Collection[str]) -> Iterator[str]:
    """Yield a line for each field that is missing and would tell of something.

    Examples
    --------
    >>> next(untold("participants", {"personnummer", "start", "end"}))
    'Kolumn saknas för Avslutsorsak: det som bygger på den räknas inte'
    """
    told, fields = tables_told(kind, columns), fields_of(kind)
    ways = [ways for name, ways in _TABLES[kind].items() if name not in told]
    missing = [name for one in ways for name in one[-1] if name not in columns]
    for name in dict.fromkeys(missing):
        yield f"Kolumn saknas för {fields[name].label}: det som bygger på den räknas inte"
