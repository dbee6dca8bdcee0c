"""Count the KAA register: flow and stock, new and ended, contact, occupation, measures and days.

The counts are expressions over Ibis. They are exact and must not leave the package but through ``disclosure``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uvas_stats.register.engine import keep
from uvas_stats.register.kaa_rows import CODES, NO_MEASURE, of_begun, of_days, of_ended, of_persons, of_seen
from uvas_stats.register.span import Span, span_of

__all__ = ["CODES", "NO_MEASURE", "KaaCounts", "Span", "count_kaa", "span_of"]

_BY_MONTH = ("new_month", "ended_month")
_GROUP = ["region", "sex", "group"]
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


def count_kaa(engine: Any, tables: Mapping[str, Any], span: Span) -> KaaCounts:
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

    def worked_out(rows: Any) -> pd.DataFrame:
        frame: pd.DataFrame = engine.to_pyarrow(rows).to_pandas()
        return frame

    seen = keep(engine, "seen", of_seen(tables, span))
    all_begun, reached = map(worked_out, of_begun(tables, seen, span))
    persons, ended = worked_out(of_persons(tables, seen, span)), worked_out(of_ended(tables, span))
    parts = [
        _by_sex(persons),
        _by_sex(persons[[*_GROUP, ":all"]].rename(columns={":all": "flow:all"})),
        _by_group(persons, "birth_year"),
        _by_group(all_begun, "new_month"),
        _by_sex(_contact(all_begun, reached)),
        _by_sex(ended),
        _by_group(ended, "ended_month"),
    ]
    cells = pd.concat(parts, ignore_index=True)
    days = worked_out(of_days(tables, span))
    return KaaCounts(
        span,
        cells.loc[cells["n"] > 0].sort_values(_KEY, ignore_index=True),
        days[["region", "state", "days", "n"]].astype({"days": "int64", "n": "int64"}),
    )


def _by_sex(wide: pd.DataFrame) -> pd.DataFrame:
    """Make one row a cell of the columns that are named by table and category."""
    counts = [name for name in wide.columns if ":" in name and not name.startswith(":")]
    whole = wide.groupby(["region", "sex"])[counts].sum().reset_index()
    long = whole.melt(["region", "sex"], counts, value_name="n").astype({"n": "int64"})
    tables, categories = zip(*(name.split(":") for name in counts), strict=True)
    table, category = (pd.Index(names).repeat(len(whole)) for names in (tables, categories))
    return long.assign(table=table, category=category)[[*_KEY, "n"]]


def _by_group(wide: pd.DataFrame, table: str) -> pd.DataFrame:
    """Make one row a cell of the groups themselves: years of birth, or months."""
    names = {
        group: f"{group // 12}-{group % 12 + 1:02d}" if table in _BY_MONTH else str(group)
        for group in wide["group"].unique()
    }
    rows = wide.assign(table=table, category=wide["group"].map(names).astype("str"), n=wide[":all"])
    return rows[[*_KEY, "n"]].astype({"n": "int64"})


def _contact(begun: pd.DataFrame, reached: pd.DataFrame) -> pd.DataFrame:
    """Say of the registrations begun how many were reached in time, how many not, and how many may still be."""
    both = begun.merge(reached, "left", _GROUP, suffixes=("", " reached"), validate="one_to_one")
    in_time, due_in_time = (both[f"{name} reached"].fillna(0).astype("int64") for name in (":all", ":due"))
    late = both[":due"] - due_in_time
    return both[_GROUP].assign(
        **{"contact:within": in_time, "contact:not_within": late,
           "contact:too_early": both[":all"] - in_time - late}
    )  # fmt: skip
