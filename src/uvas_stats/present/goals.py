"""The goals of a programme, assessed for each of its kommuner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from uvas_stats.catalog import Catalog, Goal, Programme
from uvas_stats.indicators import assess_goal
from uvas_stats.present.charts.goal_board import GoalRow
from uvas_stats.present.source import source_line

__all__ = ["assess_programme"]


def assess_programme(
    programme: Programme, catalog: Catalog, series_of: Callable[[Goal], pd.DataFrame], as_of: dt.date
) -> tuple[list[GoalRow], pd.DataFrame, str]:
    """Assess all goals: one row a goal, or one a goal and kommun where statistics can tell them apart.

    Returns
    -------
    tuple of list, pandas.DataFrame and str
        The rows in the order of the document, the observations that they rest on, and the source line.
    """
    rows, figures = [], []
    for goal in programme.goals:
        regions = programme.municipalities if goal.rule != "none" else programme.municipalities[:1]
        for region in regions:
            measure, breaks = catalog.measures.get(goal.measure), catalog.breaks_of(goal.measure, (region,))
            status = assess_goal(goal, measure, series_of(goal), region, as_of, breaks)
            name = catalog.names[region] if len(regions) > 1 else ""
            rows.append(GoalRow(goal.text, name, status.status, status.reason))
            figures.append(status.figures)
    known = [frame for frame in figures if len(frame)]
    data = pd.concat(known, ignore_index=True) if known else pd.DataFrame()
    published = data.loc[data["dataset"] != "programme_documents"] if len(data) else data
    source = f"Mål: {programme.document}. {source_line(published, catalog, computed=True)}"
    return rows, data, source.strip()
