"""UVAS with the years pooled, where there are too few groups to draw."""

from __future__ import annotations

import pandas as pd

from uvas_stats.numbers import MISSING, number_text
from uvas_stats.present.charts.pooled import PooledRow, about_pooled, interval_text
from uvas_stats.present.figure import Missing
from uvas_stats.present.table import Number, Table, without
from uvas_stats.present.view import View

__all__ = ["pooled"]


def pooled(rows: list[PooledRow], view: View, missing: tuple[Missing, ...] = ()) -> Table:
    """Set out the pooled share of each sex and age beside riket's.

    Parameters
    ----------
    rows
        What is known, in the order to show.
    view
        The measure and the kommun.
    missing
        What is not known, and how to get it.
    """
    cells = pd.DataFrame(
        [
            {
                "Grupp": row.label,
                "År": f"{row.own['first']}–{row.own['last']}",
                "Andel": _share(row, view),
                "Beräknat antal": _persons(row),
                "Riket": Number.of(row.riket, view.measure),
            }
            for row in rows
        ]
    )
    cells = without(cells, empty=["Beräknat antal"])
    sides = tuple("left" if name in ("Grupp", "År") else "right" for name in cells.columns)
    return Table(about_pooled(rows, view, "Tabell", missing), cells, sides)


def _share(row: PooledRow, view: View) -> Number | str:
    share, interval = Number.of(float(row.own["share"]), view.measure), interval_text(row.own, view)
    return f"{share}{interval}" if interval else share


def _persons(row: PooledRow) -> str:
    if not bool(row.own["pooled"]):
        return MISSING
    return f"{number_text(float(row.own['persons']), 0)} av {number_text(float(row.own['people']), 0)}"
