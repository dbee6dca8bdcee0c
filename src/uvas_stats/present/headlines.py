"""What matters most in a nuläge, in a few sentences: each measure beside riket, the year before and the place."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from uvas_stats.indicators.rank_sets import likely_places
from uvas_stats.numbers import MISSING, UNROUNDED
from uvas_stats.present.place_words import chance_text
from uvas_stats.present.table import Number
from uvas_stats.present.tables.summary_rows import SummaryRow, area_rows, summary_row
from uvas_stats.present.view import View, join_words

__all__ = ["headlines"]


def headlines(
    series: dict[str, pd.DataFrame], views: Iterable[View], denominators: dict[str, pd.DataFrame]
) -> list[str]:
    """Write a line a measure; of several kommuner their figures side by side, and together where that is known.

    Parameters
    ----------
    series, denominators
        Observations by measure id; the latter weigh several kommuner together.
    views
        One view a measure, in the order of the lines.
    """
    lines = []
    for view in views:
        rows = [summary_row(series[view.measure.id], view, code)[0] for code in view.focus]
        known = [row for row in rows if row.period != MISSING]
        if known:
            lines.append(_one(known[0], view) if len(view.focus) == 1 else _several(known, view))
            areas = area_rows(series, [view], denominators).rows.get(view.measure.id, [])
            lines += [_together(area, view) for area in areas if area.members == view.focus]
    return lines


def _one(row: SummaryRow, view: View) -> str:
    rank = "" if row.rank == MISSING else f" Plats {row.rank}{_likely(row, view)}."
    return f"{row.measure}: {row.value} {view.when(row.period)}{_beside(row)}.{_moved(row)}{rank}"


def _likely(row: SummaryRow, view: View) -> str:
    """Say what chance leaves open of the place; empty where it is not known."""
    if view.chance is None:
        return ""
    levels = view.chance.level_of(view.kommuner, row.period)
    highest = view.direction.startswith("1 = högst")
    likely = likely_places(levels["level"].tolist(), levels["sd"].tolist(), highest_first=highest)
    low, high = likely.iloc[view.kommuner.index(row.members[0])]
    text = chance_text((low, high), None)
    return f", {text}" if text else ""


def _beside(row: SummaryRow) -> str:
    if not row.gap.known:
        return ""
    side = _sign(row.gap.shown)
    words = {1: "högre än", -1: "lägre än", 0: "som"}[side]
    printed = [one.shown for one in (row.value, row.riket) if isinstance(one, Number)]
    note = f", {UNROUNDED}" if len(printed) == 2 and _sign(printed[0] - printed[1]) != side else ""
    return f", {words} i riket ({row.riket}){note}"


def _sign(difference: float) -> int:
    return (difference > 0) - (difference < 0)


def _moved(row: SummaryRow) -> str:
    if row.broken or not row.change.known:
        return ""
    note = f", {UNROUNDED}" if row.unrounded else ""
    if not row.change.shown:
        return f" Oförändrat från året innan{note}."
    if row.by_chance:
        return (
            f" Ungefär som året innan: ändringen, {row.change} procentenheter{note}, är inte större än vad "
            "slumpen brukar ge."
        )
    way = "Upp" if row.change.shown > 0 else "Ned"
    return f" {way} {row.change.size} procentenheter från året innan{note}."


def _several(rows: list[SummaryRow], view: View) -> str:
    listed = [f"{row.name} {row.value}" for row in rows]
    return f"{rows[0].measure}, {view.when(rows[0].period)}: {join_words(listed)}; riket {rows[0].riket}."


def _together(row: SummaryRow, view: View) -> str:
    return f"Tillsammans {row.value} {view.when(row.period)}.{_moved(row)}"
