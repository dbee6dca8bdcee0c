"""Series of the first edition and views of them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from uvas_stats.catalog import Catalog
from uvas_stats.observations.contract import select
from uvas_stats.observations.editions import latest_edition
from uvas_stats.present.view import View


@pytest.fixture
def series_of(observations: pd.DataFrame, catalog: Catalog) -> Callable[[str], pd.DataFrame]:
    """Give the series of a measure by its id."""
    newest = latest_edition(observations, catalog.replaces)

    def take(measure: str) -> pd.DataFrame:
        dataset = catalog.measures[measure].dataset
        return select(newest, measure=measure, dataset=dataset, sex="total")

    return take


@pytest.fixture
def view_of(catalog: Catalog) -> Callable[..., View]:
    """Give a view of a measure: kommuner by code, then group id."""

    def make(measure: str, *focus: str, group: str | None = None, **choices: str) -> View:
        picked = catalog.groups[group] if group else None
        return View(catalog, catalog.measures[measure], focus, picked, **choices)

    return make
