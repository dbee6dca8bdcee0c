"""Count the KAA register: flow and stock, new and ended, contact, occupation, measures and days.

The counts are expressions over Ibis. They are exact and must not leave the package but through ``disclosure``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uvas_stats.register.engine import Engine, ask, keep
from uvas_stats.register.kaa_rows import (
    CODES,
    GOING_ON,
    NO_MEASURE,
    SEXES,
    STATES,
    TABLES,
    meaning,
    of_cells,
    of_days,
    of_near,
    of_persons,
    of_reached,
    of_seen,
)
from uvas_stats.register.span import Span, span_of

__all__ = ["CODES", "GOING_ON", "NO_MEASURE", "KaaCounts", "Span", "count_kaa", "span_of"]

_KEY = ["region", "table", "sex", "category"]


@dataclass(frozen=True, repr=False)
class KaaCounts:
    """Exact counts, before disclosure control; it shows nothing when printed."""

    span: Span
    cells: pd.DataFrame
    """``region, table, sex, category, n``: one row a cell that has anyone, without totals."""
    days: pd.DataFrame
    """``region, state, days, n``: how many registrations lasted, or have lasted, how many days."""

    def __repr__(self) -> str:
        return f"KaaCounts({self.span.period})"


def count_kaa(engine: Engine, tables: Mapping[str, Any], span: Span) -> KaaCounts:
    """Count everything about one period.

    Parameters
    ----------
    engine
        From :func:`~uvas_stats.register.engine.open_engine`.
    tables
        ``spells``, ``contacts`` and ``measures`` as tables of the engine.
    span
        The period, the day of measurement, and the days within which contact is due.

    Returns
    -------
    KaaCounts
        By kommun and sex, the tables ``flow`` and ``stock`` (persons), ``birth_year``, ``schooling``,
        ``occupation``, ``measure_type``, ``measure_after`` and ``measure_reason`` (of those in the flow),
        ``new``, ``new_month`` and ``contact`` (registrations begun) and ``ended``, ``ended_month``,
        ``ended_reason`` and ``ended_to`` (registrations ended).
    """
    seen = keep(engine, "seen", of_seen(tables["contacts"], span))
    near = keep(engine, "near", of_near(tables["spells"], span))
    reached, days = ask(engine, of_reached(near, seen, span)), ask(engine, of_days(near, span))
    persons = keep(engine, "persons", of_persons(near, seen, tables["measures"], span))
    cells, lasted = ask(engine, of_cells(near, persons, span)), _days(days())
    return KaaCounts(span, _cells(cells(), reached()), lasted)


def _cells(cells: pd.DataFrame, reached: pd.DataFrame) -> pd.DataFrame:
    """Move those reached in time to a category of their own, and put words for numbers."""
    of_contact = cells["table"] == TABLES.index("contact")
    contact = pd.concat([cells[of_contact], reached.assign(n=-reached["n"]), reached.assign(category=0)])
    moved = contact.groupby(["region", "table", "sex", "category"], as_index=False)["n"].sum()
    rows = pd.concat([cells[~of_contact], moved[moved["n"] > 0]], ignore_index=True)
    pairs = rows.groupby(["table", "category"])
    words = [meaning(TABLES[table], number) for table, number in pairs.groups]
    category = _words(words, pairs.ngroup())
    table, sex = _words(TABLES, rows["table"]), _words(SEXES, rows["sex"])
    named: pd.DataFrame = rows.assign(region=_kommun(rows), table=table, sex=sex, category=category)
    return named[[*_KEY, "n"]]


def _days(days: pd.DataFrame) -> pd.DataFrame:
    named = days.assign(region=_kommun(days), state=_words(STATES, days["ended"]))
    return named[["region", "state", "days", "n"]]


def _kommun(rows: pd.DataFrame) -> Any:
    """Write the numbers of kommuner with four digits."""
    at, found = pd.factorize(rows["region"])
    return _words([f"{number:04d}" for number in found], at)


def _words(words: Sequence[str], at: Any) -> Any:
    """Put words for their numbers."""
    return pd.array(words, dtype="str").take(at)
