"""The part of a nuläge that is about goals: how they stand, the place one is about, and where they are heading."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from uvas_stats.catalog import Goal
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import Outlook, goal_outlook
from uvas_stats.observations.contract import select
from uvas_stats.present import charts, tables
from uvas_stats.present.figure import Chart, Missing
from uvas_stats.present.goal_place import GoalPlace, goal_place
from uvas_stats.present.goals import Assessed, assess_programme
from uvas_stats.present.table import Table
from uvas_stats.situation.measures import rank_summaries
from uvas_stats.situation.series import Part

__all__ = ["Goals"]


@dataclass(frozen=True)
class Goals(Part):
    """The goals of a programme; called, it lists them with status, reason and the figures they rest on."""

    def __call__(self) -> Table:
        """List the goals with status, reason and the figures they rest on."""
        return tables.goals(
            self.assessed.rows,
            name=self.programme.name,
            source=self.assessed.source,
            data=self.assessed.data,
            note=self.assessed.note,
            missing=self._monthly_missing,
        )

    def board(self) -> Chart:
        """Draw the goals with a face and a word each, and all that is known of a place that a goal is about."""
        return charts.goal_board(
            self.assessed.rows,
            name=self.programme.name,
            source=self.assessed.source,
            data=self.assessed.data,
            date=self.figures.as_of.isoformat(),
            note=self.assessed.note,
            missing=self._monthly_missing,
            measurable=self.measurable,
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
        view = replace(self.figures.view(chosen.measure), focus=(code,))
        return charts.projection(outlook, chosen, used, view)

    @property
    def _monthly_missing(self) -> tuple[Missing, ...]:
        """The figures by month that a goal would be judged by."""
        pairs = zip(self.programme.goals, self._followed(), strict=True)
        wanted = {one.monthly_measure for one, used in pairs if one.monthly_measure not in ("", used.measure)}
        return tuple(
            Missing(
                "Målet bedömt på tolv månader",
                f"uvas fetch {self.figures.dataset(id_)}",
            )
            for id_ in sorted(wanted)
        )

    @property
    def measurable(self) -> bool:
        """Whether any goal can be followed in statistics."""
        return any(goal.rule != "none" for goal in self.programme.goals)

    @cached_property
    def assessed(self) -> Assessed:
        """How each goal stands, with the figures that this rests on."""
        if not self.programme.goals:
            raise IndicatorError(
                f"Programmet {self.programme.name} har inga mål",
                todo="Lägg in dem under goals i programfilen",
            )
        return assess_programme(
            self.programme,
            self.catalog,
            self._goal_series,
            self.figures.as_of,
            goals=self._followed(),
            people_of=lambda goal: self.figures.denominators(goal.measure),
            place_of=self._goal_place,
            chance_of=lambda goal: None if goal.category else self.figures.chance(goal.measure),
        )

    def _goal_place(self, goal: Goal, code: str) -> GoalPlace:
        """Say all that is known of the place that a goal is about."""
        view = replace(self.figures.view(goal.measure), focus=(code,))
        series = self.figures.series(goal.measure)
        (one,) = rank_summaries(self.figures, view, series, view.at(series))
        return goal_place(series, view, one, self.catalog.breaks_of(goal.measure, (code,)))

    def _followed(self) -> tuple[Goal, ...]:
        """Return the goals with the measure by month in place of the yearly one, where it has been fetched."""
        return tuple(
            replace(goal, measure=goal.monthly_measure)
            if goal.monthly_measure and not self.figures.ages_of(goal.monthly_measure).empty
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
                command=f"uvas fetch {self.figures.dataset(declared.monthly_measure)}",
            )
        return wanted[0]

    def _goal_series(self, goal: Goal) -> pd.DataFrame:
        if not goal.measure:
            return self.figures.document_figures.iloc[:0]
        if goal.category:
            rows = self.figures.observations
            return select(rows, measure=goal.measure, breakdown=goal.breakdown, category=goal.category)
        return self.figures.series(goal.measure)

    def _outlook(self, goal: Goal, code: str) -> tuple[Outlook, pd.DataFrame]:
        measure = self.catalog.measures[goal.measure]
        series = self._goal_series(goal)
        outlook = goal_outlook(goal, measure, series, code, self.catalog.breaks_of(measure.id, (code,)))
        first = str(outlook.projection.history["period"].iloc[0])
        used = series["region_code"].isin([code, "00"]) & (series["period"] >= first)
        return outlook, series.loc[used]
