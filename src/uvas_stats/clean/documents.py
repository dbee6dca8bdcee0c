"""The figures that the programme documents print, as observations."""

from __future__ import annotations

import pandas as pd

from uvas_stats.catalog import Catalog, PrintedFigure, Programme
from uvas_stats.catalog.programme import SMALLEST_SHOWN

__all__ = ["document_observations"]


def _row(figure: PrintedFigure, programme: Programme, catalog: Catalog) -> dict[str, object]:
    masked = figure.masked
    # A masked share has no bounds that are known, and one masked for the sake of another gives none away.
    counted = figure.measure.endswith("_count") and not figure.secondary
    return {
        "region_code": figure.region or programme.municipalities[0],
        "period": figure.period,
        "sex": figure.sex,
        "age_group": figure.age_group or catalog.measures[figure.measure].ages,
        "breakdown": figure.breakdown or None,
        "category": figure.category or None,
        "measure": figure.measure,
        "value": None if masked else figure.value,
        "lower": (1.0 if counted else None) if masked else figure.lower,
        "upper": (SMALLEST_SHOWN - 1.0 if counted else None) if masked else figure.upper,
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
