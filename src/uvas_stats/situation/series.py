"""The figures that a nuläge needs out of data/processed: which measures, whose documents, and which ages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from uvas_stats.catalog import Catalog, Goal, Measure, Programme
from uvas_stats.errors import IndicatorError, UnknownNameError
from uvas_stats.indicators import share_of_population
from uvas_stats.observations.contract import SEXES, select
from uvas_stats.observations.editions import latest_edition
from uvas_stats.observations.store import read_observations
from uvas_stats.periods import period_end

__all__ = ["DOCUMENTS", "Holdings", "check_period", "needed_measures", "pick_age", "read_newest"]

DOCUMENTS = "programme_documents"
SCB_SHARE = "kaa_school_year_scb_share_pct"
"""The one measure that is computed of two others, each from its own publisher."""
POPULATION = "population_december_count"
ONE_YEAR = (*(str(age) for age in range(100)), "100+")
"""The ages that the population is held by and that no chart or table shows unless it is asked to."""


def needed_measures(programme: Programme, catalog: Catalog) -> frozenset[str]:
    """Return the ids of the measures that a programme shows, and those they are followed up or divided by."""
    items = [item.measure for section in programme.sections for item in section.items]
    goals = [id_ for goal in programme.goals for id_ in (goal.measure, goal.monthly_measure)]
    printed = [figure.measure for figure in programme.printed]
    named = {programme.main_measure, *programme.summary_measures, *items, *goals, *printed} - {""}
    known = [catalog.measures[id_] for id_ in named]
    follow_up = {catalog.measure(one.follow_up).id for one in known if one.follow_up}
    denominators = {catalog.measures[id_].denominator_measure for id_ in named | follow_up}
    return frozenset((named | follow_up | denominators) - {""})


def read_newest(
    folder: Path, measures: Iterable[str], programme: str, sexes: tuple[str, ...] = ("total",)
) -> pd.DataFrame:
    """Read the newest edition of what is published of the measures, and one programme's printed figures.

    Of what is published only the sexes asked for, and of the population not the one-year ages.
    """
    wanted, total = set(measures), ("sex", "in", sexes)
    filters: list[list[tuple[str, str, Any]]] = []
    if wanted - {POPULATION}:
        named = ("measure", "in", sorted(wanted - {POPULATION}))
        filters = [[named, total], [named, ("dataset", "=", DOCUMENTS)]]
    if POPULATION in wanted:
        filters.append([("measure", "=", POPULATION), total, ("age_group", "not in", ONE_YEAR)])
    everything = read_observations(folder, filters=filters)
    printed = (everything["dataset"] == DOCUMENTS).to_numpy()
    own = (everything["origin"] == f"programmes/{programme}.toml").to_numpy()
    return pd.concat([latest_edition(everything.loc[~printed]), everything.loc[printed & own]])


def pick_age(rows: pd.DataFrame, measure: Measure, age: str | None = None) -> pd.DataFrame:
    """Take one age group: the one asked for, else that of the measure where there are several.

    Raises
    ------
    IndicatorError
        If the age group does not exist, or there are several and none is the measure's own.
    """
    ages = sorted(set(rows["age_group"]))
    if not age and len(ages) < 2:
        return rows
    wanted = age or measure.ages
    if ages and wanted not in ages:
        raise IndicatorError(
            f"Åldersgruppen {wanted} saknas för {measure.title}", todo=f"Det finns {', '.join(ages)}"
        )
    return rows.loc[rows["age_group"] == wanted]


def check_period(
    programme: Programme, catalog: Catalog, series_of: Callable[[str], pd.DataFrame], period: str
) -> None:
    """Refuse a period that none of the programme's measures has for its kommuner."""
    items = [item.measure for section in programme.sections for item in section.items if item.measure]
    measures = dict.fromkeys([*programme.summary_measures, *items])
    found: dict[str, str] = {}
    for measure in measures:
        rows = series_of(measure)
        known = rows.loc[rows["region_code"].isin(programme.municipalities) & rows["value"].notna(), "period"]
        if period in set(known):
            return
        if len(known):
            found[catalog.measures[measure].short] = f"{known.iloc[0]}–{known.iloc[-1]}"
    listed = "; ".join(f"{name} {span}" for name, span in found.items())
    raise UnknownNameError(f"Perioden ”{period}” saknas för alla mått", todo=f"Det finns: {listed}")


@dataclass(frozen=True)
class Holdings:
    """The figures of one programme or kommun, by measure and age."""

    programme: Programme
    catalog: Catalog
    observations: pd.DataFrame
    """Newest edition of the measures that the programme shows, and its printed figures."""
    processed: Path | None = field(default=None, kw_only=True)
    """Where measures that the programme does not show are read from, when they are asked for."""
    until: str | None = field(default=None, kw_only=True)
    """The last period to show; what is newer is left out, except a document's own figures."""
    origins: dict[str, Any] = field(default_factory=dict, kw_only=True)
    """What is known of each raw file and each counted register, by its ``origin``."""

    @cached_property
    def _sources(self) -> frozenset[str]:
        """The datasets that there is anything of."""
        return frozenset(origin.partition("/")[0] for origin in self.origins)

    @cached_property
    def _nothing(self) -> pd.DataFrame:
        return select(self.observations.iloc[:0])

    @cached_property
    def _series(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {}

    def series(self, measure: str, age: str | None = None, sex: str = "total") -> pd.DataFrame:
        """Return the observations of one measure, age and sex (by default both together), without breakdown.

        ``age`` None means the measure's own age group where it has several.
        """
        if measure == POPULATION and age in ONE_YEAR and self.processed is not None:
            one_year = [[("measure", "=", measure), ("sex", "=", sex), ("age_group", "=", age)]]
            return self._cut(latest_edition(read_observations(self.processed, filters=one_year)), measure, sex)
        return pick_age(self._ages_of(measure, sex), self.catalog.measures[measure], age)

    def _cut(self, held: pd.DataFrame, measure: str, sex: str = "total") -> pd.DataFrame:
        """Take a measure's own figures, without breakdown, to the last period that is to be shown."""
        if held.empty:
            return self._nothing
        dataset = self._datasets(measure, held)
        rows = self._until(select(held, measure=measure, dataset=dataset, sex=sex), measure)
        return rows.loc[rows["breakdown"].isna()]

    def _ages_of(self, measure: str, sex: str = "total") -> pd.DataFrame:
        """Return the observations of a measure and sex for all its ages, read when they are asked for."""
        if (measure, sex) not in self._series:
            made = measure == SCB_SHARE
            rows = self._scb_share() if made else self._cut(self._held(measure, (sex,)), measure, sex)
            self._series[measure, sex] = rows
        return self._series[measure, sex]

    def _held(self, measure: str, sexes: tuple[str, ...]) -> pd.DataFrame:
        """Return what is held of a measure; what is not needed for every nuläge is read when it is asked for."""
        at_hand = measure in needed_measures(self.programme, self.catalog) and sexes == ("total",)
        if self.processed is None or at_hand:
            return self.observations
        if self.origins and self._dataset(measure) not in (*self._sources, DOCUMENTS):
            return self._nothing  # nothing has been fetched of it: no need to look
        return read_newest(self.processed, [measure], self.programme.id, sexes)

    def every(self, measure: str) -> pd.DataFrame:
        """Return all observations of a measure: both sexes, all ages and breakdowns."""
        held = self._held(measure, SEXES)
        if held.empty:
            return self._nothing
        return self._until(select(held, measure=measure, dataset=self._datasets(measure, held)), measure)

    def _until(self, rows: pd.DataFrame, measure: str) -> pd.DataFrame:
        if self.until is None or self._dataset(measure) == DOCUMENTS:
            return rows
        return rows.loc[rows["period_end"] <= pd.Timestamp(period_end(self.until))]

    def _scb_share(self) -> pd.DataFrame:
        counts = self.series("kaa_school_year_reported_count")
        people = self.series(POPULATION, "16-19") if len(counts) else counts
        return share_of_population(counts, people, SCB_SHARE) if len(counts) else counts

    def _coverage(self, measure: Measure) -> pd.DataFrame | None:
        """Return how complete the reporting is, where the measure is what kommuner report."""
        return self.series(measure.coverage_measure) if measure.coverage_measure else None

    def _denominators(self, measure: str, age: str = "", sex: str = "total") -> pd.DataFrame | None:
        """Return the denominators of a share, in its own ages or another; None where the catalog names none."""
        chosen = self.catalog.measures[measure]
        if not chosen.denominator_measure:
            return None
        people = self._ages_of(chosen.denominator_measure, sex)
        return people.loc[people["age_group"] == (age or chosen.ages)]

    @cached_property
    def document_figures(self) -> pd.DataFrame:
        """The printed figures of this programme as observations."""
        return select(self.observations, dataset=DOCUMENTS)

    def _goal_series(self, goal: Goal) -> pd.DataFrame:
        if not goal.measure:
            return self.document_figures.iloc[:0]
        if goal.category:
            return select(
                self.observations, measure=goal.measure, breakdown=goal.breakdown, category=goal.category
            )
        return self.series(goal.measure)

    def _datasets(self, measure: str, held: pd.DataFrame) -> list[str]:
        """Name the dataset of a measure as observations have it: a register has one for each kommun."""
        wanted = self._dataset(measure)
        return [name for name in held["dataset"].unique() if str(name).partition(":")[0] == wanted]

    def _dataset(self, measure: str) -> str:
        return self.catalog.measures[measure].dataset
