"""The figures that a nuläge shows of the first editions: the newest of each, both sexes together."""

from __future__ import annotations

import pandas as pd
import pytest

from uvas_stats.catalog import Catalog
from uvas_stats.observations.editions import latest_edition


@pytest.fixture(scope="session")
def observations(observations: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Give the newest figures of both sexes together."""
    newest = latest_edition(observations, catalog.replaces)
    return newest.loc[newest["sex"] == "total"]
