"""The part of a nuläge that opens it: its measures in brief, and what matters most in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from uvas_stats.present import tables
from uvas_stats.present.headlines import headlines
from uvas_stats.present.table import Table
from uvas_stats.present.view import View
from uvas_stats.situation.series import Part

__all__ = ["Overview"]


@dataclass(frozen=True)
class Overview(Part):
    """The measures that a programme is summed up by."""

    def summary(self) -> Table:
        """Give the newest figure of each measure beside riket, the group, the place and the year before."""
        series, views = self._parts
        name = self.programme.name
        return tables.summary(series, views, name=name, denominators=self._people(series))

    def kkik(self) -> Table:
        """Give the three latest outcomes, the change and the best, middle or worst group."""
        return tables.kkik(*self._parts, name=self.programme.name)

    def headlines(self) -> list[str]:
        """Say the newest figure of each measure in a sentence."""
        series, views = self._parts
        return headlines(series, views, self._people(series))

    @property
    def _parts(self) -> tuple[dict[str, pd.DataFrame], list[View]]:
        programme = self.programme
        measures = programme.summary_measures or (programme.main_measure,)
        return {id_: self.figures.series(id_) for id_ in measures}, [self.figures.view(id_) for id_ in measures]

    def _people(self, measures: Iterable[str]) -> dict[str, pd.DataFrame]:
        """Return the denominators of those measures that have one."""
        people = {id_: self.figures.denominators(id_) for id_ in measures}
        return {id_: frame for id_, frame in people.items() if frame is not None}
