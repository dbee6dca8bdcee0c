"""The observations of one table that is not declared in the catalog: written beside the main table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from uvas_stats.clean.pxweb import edition_origins, iter_observations
from uvas_stats.fetch.adhoc import adhoc_measures
from uvas_stats.fetch.run import DatasetPlan
from uvas_stats.observations.coded import concat_observations
from uvas_stats.observations.store import write_observations
from uvas_stats.observations.validate import validate
from uvas_stats.raw.publish import Outcome
from uvas_stats.raw.rejected import Check
from uvas_stats.raw.snapshot import Snapshot, newest_snapshot, read_snapshot
from uvas_stats.workspace import Workspace

__all__ = ["build_table", "table_check"]


def _observations(plan: DatasetPlan, snapshot: Snapshot, publisher: str) -> pd.DataFrame:
    (table,) = plan.tables
    declared = table.resolved.declared
    measures = adhoc_measures(declared, table.resolved.table, publisher)
    return validate(concat_observations(list(iter_observations(snapshot, (declared,), measures))))


def table_check(plan: DatasetPlan, publisher: str) -> Check:
    """Give the check that a table fetched by its id must pass before it becomes an edition: it can be read."""

    def check(folder: Path) -> list[str]:
        _observations(plan, read_snapshot(folder, placed=False), publisher)
        return []

    return check


def build_table(workspace: Workspace, outcome: Outcome[DatasetPlan], publisher: str) -> tuple[int, Path]:
    """Write the observations of a table that has been fetched by its id.

    Parameters
    ----------
    workspace
        Where data/raw and data/processed are.
    outcome
        What its fetch led to.
    publisher
        Who publishes the table.

    Returns
    -------
    tuple of int and Path
        The number of observations, and the folder they were written to.

    Raises
    ------
    UvasStatsError
        If a file has been changed, or is not what its format says.
    """
    (plan,) = outcome.plan.tables
    if outcome.edition is not None:
        snapshot = read_snapshot(outcome.edition)
    else:
        newest = plan.kept or newest_snapshot(workspace.raw, outcome.dataset)
        assert newest is not None  # what is unchanged is there
        snapshot = newest
    observations = _observations(outcome.plan, snapshot, publisher)
    folder = workspace.processed / outcome.dataset
    write_observations(observations, folder, edition_origins(snapshot))
    return len(observations), folder
