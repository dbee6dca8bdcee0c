"""The figures that the programme documents print, as observations."""

from __future__ import annotations

import pandas as pd

from uvas_stats.catalog import Catalog, PrintedFigure, Programme

__all__ = ["document_observations", "mask_small"]

THRESHOLD = 5
"""Counts below this are masked where a breakdown is sensitive."""


def mask_small(figure: PrintedFigure) -> bool:
    """Tell whether a printed count must be masked: 1 to 4 persons in a sensitive breakdown.

    Bounds that leave only 1 to 4 possible give the count away as well as the count itself.
    """
    highest = figure.upper if figure.value is None else figure.value
    return figure.sensitive and highest is not None and 0 < highest < THRESHOLD


def _row(figure: PrintedFigure, programme: Programme, catalog: Catalog) -> dict[str, object]:
    masked = mask_small(figure)
    return {
        "region_code": figure.region or programme.municipalities[0],
        "period": figure.period,
        "sex": figure.sex,
        "age_group": figure.age_group or catalog.measures[figure.measure].ages,
        "breakdown": figure.breakdown or None,
        "category": figure.category or None,
        "measure": figure.measure,
        "value": None if masked else figure.value,
        "lower": 1.0 if masked else figure.lower,
        "upper": THRESHOLD - 1.0 if masked else figure.upper,
        "status": "suppressed" if masked else figure.status,
    }


def document_observations(programme: Programme, catalog: Catalog) -> pd.DataFrame:
    """Return the printed figures of one programme, small counts in sensitive breakdowns masked.

    The edition is the document's date and the programme's id: two documents of one day that print the same
    figure, such as a programme file copied to a new one, are two editions.
    """
    rows = [_row(figure, programme, catalog) for figure in programme.printed]
    return (
        pd.DataFrame(rows)
        .astype(dict.fromkeys(("value", "lower", "upper"), "float64"))
        .assign(
            dataset="programme_documents",
            edition=f"{programme.document_date.isoformat()}_{programme.id}",
            origin=f"programmes/{programme.id}.toml",
        )
    )
