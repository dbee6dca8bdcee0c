"""The part of a nuläge that is about goals: how they stand, the place one is about, and where they are heading."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from uvas_stats.catalog import Goal
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import Outlook, goal_outlook
from uvas_stats.present import charts, tables
from uvas_stats.present.figure import Chart, Missing
from uvas_stats.present.goal_place import GoalPlace, goal_place
from uvas_stats.present.goals import Assessed, assess_programme
from uvas_stats.present.table import Table
from uvas_stats.situation.places import Places

__all__ = ["Goals"]


@dataclass(frozen=True)
class Goals(Places):
    """The goals of a programme."""

    @property
    @abstractmethod
    def as_of(self) -> dt.date:
        """The day that the goals are assessed as of."""

    def goals(self) -> Table:
        """List the goals with status, reason and the figures they rest on."""
        found = self._assessed
        return tables.goals(
            found.rows,
            name=self.programme.name,
            source=found.source,
            data=found.data,
            note=found.note,
            missing=self._monthly_missing,
        )

    def goal_board(self) -> Chart:
        """Draw the goals with a face and a word each, and all that is known of a place that a goal is about."""
        found = self._assessed
        return charts.goal_board(
            found.rows,
            name=self.programme.name,
            source=found.source,
            data=found.data,
            date=self.as_of.isoformat(),
            note=found.note,
            missing=self._monthly_missing,
            measurable=any(goal.rule != "none" for goal in self.programme.goals),
        )

    def projection(self, goal: str = "", kommun: str = "") -> Chart:
        """Draw the projection of a goal's figure; by default of the first goal that can be projected.

        Parameters
        ----------
        goal
            Id of the goal.
        kommun
            Name or code of one of the programme's kommuner; by default the first.
        """
        chosen = self._projectable(goal)
        code = self.catalog.region(kommun).code if kommun else self.programme.municipalities[0]
        outlook, used = self._outlook(chosen, code)
        view = replace(self.view(chosen.measure), focus=(code,))
        return charts.projection(outlook, chosen, used, view)

    @property
    def _monthly_missing(self) -> tuple[Missing, ...]:
        """The figures by month that a goal would be judged by."""
        pairs = zip(self.programme.goals, self._followed(), strict=True)
        wanted = {one.monthly_measure for one, used in pairs if one.monthly_measure not in ("", used.measure)}
        return tuple(
            Missing(
                "Målet bedömt på tolv månader",
                f"uvas fetch {self._dataset(id_)}",
            )
            for id_ in sorted(wanted)
        )

    @cached_property
    def _assessed(self) -> Assessed:
        if not self.programme.goals:
            raise IndicatorError(
                f"Programmet {self.programme.name} har inga mål", todo="Lägg in dem under goals i programfilen"
            )
        return assess_programme(
            self.programme,
            self.catalog,
            self._goal_series,
            self.as_of,
            goals=self._followed(),
            people_of=lambda goal: self._denominators(goal.measure),
            place_of=self._goal_place,
        )

    def _goal_place(self, goal: Goal, code: str) -> GoalPlace:
        """Say all that is known of the place that a goal is about."""
        view = replace(self.view(goal.measure), focus=(code,))
        series = self.series(goal.measure)
        (one,) = self._standings(view, series, view.at(series))
        return goal_place(series, view, one, self.catalog.breaks_of(goal.measure, (code,)))

    def _followed(self) -> tuple[Goal, ...]:
        """Return the goals with the measure by month in place of the yearly one, where it has been fetched."""
        return tuple(
            replace(goal, measure=goal.monthly_measure)
            if goal.monthly_measure and not self._ages_of(goal.monthly_measure).empty
            else goal
            for goal in self.programme.goals
        )

    def _projectable(self, id_: str) -> Goal:
        wanted = [goal for goal in self._followed() if goal.rule != "none" and id_ in ("", goal.id)]
        if not wanted:
            raise IndicatorError("Inget mål kan skrivas fram", todo="Ange ett mål med ett mått i statistiken")
        declared = next(goal for goal in self.programme.goals if goal.id == wanted[0].id)
        if declared.monthly_measure not in ("", wanted[0].measure):
            raise IndicatorError(
                "Framskrivningen bygger på månadsuppgifter, som saknas",
                todo="Hämta dem med",
                command=f"uvas fetch {self._dataset(declared.monthly_measure)}",
            )
        return wanted[0]

    def _outlook(self, goal: Goal, code: str) -> tuple[Outlook, pd.DataFrame]:
        measure = self.catalog.measures[goal.measure]
        series = self._goal_series(goal)
        outlook = goal_outlook(goal, measure, series, code, self.catalog.breaks_of(measure.id, (code,)))
        first = str(outlook.projection.history["period"].iloc[0])
        used = series["region_code"].isin([code, "00"]) & (series["period"] >= first)
        return outlook, series.loc[used]
