"""Several kommuner together as one area, weighed by what a share is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from uvas_stats.indicators import area_share
from uvas_stats.present.view import View

__all__ = ["POPULATION", "Weighed", "weigh"]

POPULATION = "population_december_count"


@dataclass(frozen=True)
class Weighed:
    """The share of an area."""

    members: tuple[str, ...]
    name: str
    by: str
    """What the kommuner are weighed by, in the definite form."""
    figures: pd.DataFrame
    """``period, value``, in the order of time."""
    refused: Mapping[str, str]
    """Why the share of a period cannot be computed."""


def weigh(
    series: pd.DataFrame, denominators: pd.DataFrame, view: View, members: tuple[str, ...], name: str
) -> Weighed:
    """Weigh kommuner together in each period where all of them have a share and what it is of.

    Parameters
    ----------
    series
        Observations of a share.
    denominators
        Observations of what it is a share of.
    view
        The measure and what it is a share of.
    members
        Codes of the kommuner; of none there is no figure.
    name
        What they are called together.
    """
    figures, refused = area_share(series, denominators, members)
    by = "folkmängden" if view.measure.denominator_measure == POPULATION else "antalet i nämnaren"
    return Weighed(members, name, by, figures[["period", "value"]], refused)
