"""What matters most in a nuläge, in a few sentences: each measure beside riket, the year before and the place."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from uvas_stats.numbers import MISSING
from uvas_stats.present.tables.follow_up import summary_row
from uvas_stats.present.tables.weighted import weigh
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
        rows = [summary_row(series[view.measure.id], view, code) for code in view.focus]
        known = [row for row in rows if row is not None]
        if known:
            lines.append(_one(known[0], view) if len(view.focus) == 1 else _several(known, view))
            weighed = weigh(series, [view], denominators).rows.get(view.measure.id, [])
            lines += [_together(row, view) for row in weighed if row["Kommun"].startswith(view.focus_names)]
    return lines


def _one(row: dict[str, str], view: View) -> str:
    place = "" if row["Plats"] == MISSING else f" Plats {row['Plats']}."
    return f"{row['Mått']}: {row['Värde']} {view.when(row['Period'])}{_beside(row)}.{_moved(row)}{place}"


def _beside(row: dict[str, str]) -> str:
    gap = row["Skillnad mot riket"]
    if gap == MISSING:
        return ""
    side = "högre än" if gap.startswith("+") else "lägre än" if gap.startswith("−") else "som"
    return f", {side} i riket ({row['Riket']})"


def _moved(row: dict[str, str]) -> str:
    change = row["Mot året innan"]
    if change == MISSING or change.endswith("*"):
        return ""
    if change[0] not in "+−":
        return " Oförändrat från året innan."
    return f" {'Upp' if change[0] == '+' else 'Ned'} {change[1:]} procentenheter från året innan."


def _several(rows: list[dict[str, str]], view: View) -> str:
    told = [f"{row['Kommun']} {row['Värde']}" for row in rows]
    return f"{rows[0]['Mått']}, {view.when(rows[0]['Period'])}: {join_words(told)}; riket {rows[0]['Riket']}."


def _together(row: dict[str, str], view: View) -> str:
    return f"Tillsammans {row['Värde']} {view.when(row['Period'])}.{_moved(row)}"
