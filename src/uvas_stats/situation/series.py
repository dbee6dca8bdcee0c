"""The figures that a nuläge needs out of data/processed: which measures, whose documents, and which ages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from uvas_stats.catalog import Catalog, Measure, Programme
from uvas_stats.catalog.pxweb import load_px_tables
from uvas_stats.errors import IndicatorError, UnknownNameError
from uvas_stats.indicators import share_of_population
from uvas_stats.indicators.chance import Chance, fit_measure
from uvas_stats.observations.contract import SEXES, select
from uvas_stats.observations.editions import Replaces, latest_edition
from uvas_stats.observations.store import read_observations
from uvas_stats.periods import period_end, period_kind
from uvas_stats.present.source import edition_date
from uvas_stats.present.view import View

__all__ = [
    "DOCUMENTS",
    "RESIDENTS",
    "Figures",
    "Part",
    "needed_measures",
    "no_figures",
    "pick_age",
    "read_newest",
]

DOCUMENTS, REGISTER = "programme_documents", "register"
SCB_SHARE = "kaa_school_year_scb_share_pct"
"""The one measure that is computed of two others, each from its own publisher."""
POPULATION = "population_december_count"
ONE_YEAR = (*(str(age) for age in range(100)), "100+")
"""The ages that the population is held by and that no chart or table shows unless it is asked to."""
RESIDENTS = "kolada_residents_16_19_count"
"""How large a kommun is, where the persons that a share is of have not been fetched."""
WHO = {"women": "kvinnor", "men": "män"}


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


def no_figures(catalog: Catalog, measure: Measure, of: str = "") -> IndicatorError:
    """Say in one line that nothing is held of a measure, and how its figures are got.

    Parameters
    ----------
    catalog
        Where the dataset is.
    measure
        The measure.
    of
        The sex that is missing, where the measure has others.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> catalog = load_catalog()
    >>> print(no_figures(catalog, catalog.measure("kaa_school_year_reported_count")))
    KAA, antal, juli–juni: uppgifter saknas. Hämta dem med: uvas fetch skolverket_kaa.
    """
    dataset = catalog.datasets[measure.dataset]
    what = f"{measure.short}{f', {of}' if of else ''}: uppgifter saknas"
    if dataset.id == DOCUMENTS:
        return IndicatorError(what, todo="Måttet finns bara där ett programdokument har det")
    if dataset.id == REGISTER:
        return IndicatorError(what, todo="Räkna det egna registret med", command="uvas register kaa FIL")
    if dataset.fetcher or any(table.dataset == dataset.id for table in load_px_tables()):
        return IndicatorError(what, todo="Hämta dem med", command=f"uvas fetch {dataset.id}")
    if dataset.adopt:
        return IndicatorError(what, todo="Lägg in utgivarens fil med", command=f"uvas adopt {dataset.adopt} FIL")
    return IndicatorError(
        what, todo="De kom med paketet eller lades in för hand; bygg om med", command="uvas build"
    )


def read_newest(
    folder: Path,
    measures: Iterable[str],
    programme: str,
    replaces: Replaces,
    sexes: tuple[str, ...] = ("total",),
) -> pd.DataFrame:
    """Read the newest edition of what is published of the measures, and one programme's printed figures.

    Of what is published only the sexes asked for, and of the population not the one-year ages.

    Parameters
    ----------
    folder
        The folder of processed files.
    measures
        Ids of the measures.
    programme
        The id of the programme whose printed figures are wanted.
    replaces
        Within what a newer edition replaces an older one, by dataset.
    sexes
        The sexes that are wanted.
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
    of_programme = (everything["origin"] == f"programmes/{programme}.toml").to_numpy()
    return pd.concat([latest_edition(everything.loc[~printed], replaces), everything.loc[printed & of_programme]])


def pick_age(rows: pd.DataFrame, measure: Measure, age: str | None = None) -> pd.DataFrame:
    """Take one age group: the one asked for, else that of the measure where there are several.

    Parameters
    ----------
    rows
        Observations of the measure.
    measure
        The measure, whose own ages are used where there are several.
    age
        The age group asked for.

    Raises
    ------
    IndicatorError
        If the age group does not exist, or there are several and none is the measure's own.
    """
    ages = sorted(rows["age_group"].unique())
    if not age and len(ages) < 2:
        return rows
    wanted = age or measure.ages
    if ages and wanted not in ages:
        raise IndicatorError(
            f"Åldersgruppen {wanted} saknas för {measure.title}", todo=f"Det finns {', '.join(ages)}"
        )
    return rows.loc[rows["age_group"] == wanted]


@dataclass(frozen=True)
class Figures:
    """The figures of one programme or kommun, by measure, age and sex: what every part of a nuläge draws from."""

    programme: Programme
    catalog: Catalog
    observations: pd.DataFrame
    """Newest edition of the measures that the programme shows, and its printed figures."""
    processed: Path | None = None
    """Where measures that the programme does not show are read from, when they are asked for."""
    period: str | None = None
    """The last period to show; what is newer is left out, except a document's own figures."""
    origins: dict[str, Any] = field(default_factory=dict)
    """What is known of each raw file and each counted register, by its ``origin``."""

    @cached_property
    def as_of(self) -> dt.date:
        """The date of the newest edition: goals are assessed as of then, and a rerun gives the same."""
        date = edition_date(self.observations)
        return dt.date.fromisoformat(date[:10]) if date else self.programme.document_date

    def view(
        self, measure: str | None = None, group: str | None = None, title: str = "", age: str = "", sex: str = ""
    ) -> View:
        """Return what a chart of the measure looks at.

        Parameters
        ----------
        measure
            Id, title or the publisher's id; None means the programme's main measure.
        group
            Id or name of the group to compare with; None means the programme's first.
        title
            Takes the place of the chart's own title.
        age
            Age group, such as ``20-24``; by default the measure's own.
        sex
            ``women`` or ``men``; by default both together.

        Raises
        ------
        UnknownNameError
            If one of them does not exist.
        """
        chosen = self.catalog.measure(measure) if measure else self.catalog.measures[self.programme.main_measure]
        focus, order = self.programme.municipalities, self.programme.rank_order
        first = self.catalog.groups[self.programme.groups[0]] if self.programme.groups else None
        picked = self.catalog.group(group, focus) if group else first
        same_kind = self.period is not None and period_kind(self.period) == chosen.period_kind
        sex = sex or "total"
        if sex not in SEXES:
            raise UnknownNameError(f"Könet ”{sex}” finns inte", todo="Välj women eller men")
        if not age and self.ages_of(chosen.id, sex)["age_group"].drop_duplicates().size > 1:
            age = chosen.ages
        if age:
            chosen = replace(
                chosen, title=_aged(chosen.title, chosen, age, ", "), short=_aged(chosen.short, chosen, age)
            )
        if sex != "total":
            chosen = replace(chosen, title=f"{chosen.title}, {WHO[sex]}", short=f"{chosen.short}, {WHO[sex]}")
        at = self.period if same_kind else None
        # how complete the reporting is, where the measure is what kommuner report
        coverage = self.series(chosen.coverage_measure) if chosen.coverage_measure else None
        people = self.denominators(chosen.id, age, sex)
        return View(
            self.catalog,
            chosen,
            focus,
            picked,
            order,
            at,
            title,
            age,
            sex,
            coverage,
            people,
            lambda: self.chance(chosen.id, age, sex),
        )

    def chance(self, measure: str, age: str = "", sex: str = "total") -> Chance | None:
        """Return what chance does to a share by year; None where it is not known.

        Parameters
        ----------
        measure, age, sex
            As for :meth:`series`.
        """
        key = measure, age, sex
        if key not in self._chances:
            self._chances[key] = self._fit_chance(*key)
        return self._chances[key]

    @cached_property
    def _chances(self) -> dict[tuple[str, str, str], Chance | None]:
        return {}

    def _fit_chance(self, measure: str, age: str, sex: str) -> Chance | None:
        return fit_measure(
            self.catalog.measures[measure],
            self.series(measure, age or None, sex),
            self.catalog.breaks_of(measure),
            self.denominators(measure, age, sex),
            lambda: self.series(RESIDENTS, sex=sex),
        )

    def fetched(self, view: View) -> pd.DataFrame:
        """Return the series that a view looks at, or say how to fetch it where there is nothing of it at all."""
        dataset = self.dataset(view.measure.id)
        if self.ages_of(view.measure.id, view.sex).empty and self.period is None and dataset != DOCUMENTS:
            raise no_figures(self.catalog, view.measure)
        return self.series(view.measure.id, view.age, view.sex)

    def demand_period(self, period: str) -> None:
        """Refuse a period that none of the programme's measures has for its kommuner."""
        items = [item.measure for section in self.programme.sections for item in section.items if item.measure]
        spans: dict[str, str] = {}
        for measure in dict.fromkeys([*self.programme.summary_measures, *items]):
            rows = self.series(measure)
            of_focus = rows["region_code"].isin(self.programme.municipalities)
            known = rows.loc[of_focus & rows["value"].notna(), "period"]
            if period in set(known):
                return
            if len(known):
                spans[self.catalog.measures[measure].short] = f"{known.iloc[0]}–{known.iloc[-1]}"
        listed = "; ".join(f"{name} {span}" for name, span in spans.items())
        raise UnknownNameError(f"Perioden ”{period}” saknas för alla mått", todo=f"Det finns: {listed}")

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

        Parameters
        ----------
        measure, sex
            Id of the measure, and ``total``, ``women`` or ``men``.
        age
            The age group; None means the measure's own where it has several.
        """
        if measure == POPULATION and age in ONE_YEAR and self.processed is not None:
            one_year = [[("measure", "=", measure), ("sex", "=", sex), ("age_group", "=", age)]]
            held = read_observations(self.processed, filters=one_year)
            return self._cut(latest_edition(held, self.catalog.replaces), measure, sex)
        return pick_age(self.ages_of(measure, sex), self.catalog.measures[measure], age)

    def _cut(self, held: pd.DataFrame, measure: str, sex: str = "total") -> pd.DataFrame:
        """Take a measure's own figures, without breakdown, to the last period that is to be shown."""
        if held.empty:
            return self._nothing
        dataset = self._datasets(measure, held)
        rows = self._until(select(held, measure=measure, dataset=dataset, sex=sex), measure)
        return rows.loc[rows["breakdown"].isna()]

    def ages_of(self, measure: str, sex: str = "total") -> pd.DataFrame:
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
        if self.origins and self.dataset(measure) not in (*self._sources, DOCUMENTS):
            return self._nothing  # nothing has been fetched of it: no need to look
        return read_newest(self.processed, [measure], self.programme.id, self.catalog.replaces, sexes)

    def every(self, measure: str) -> pd.DataFrame:
        """Return all observations of a measure: both sexes, all ages and breakdowns."""
        held = self._held(measure, SEXES)
        if held.empty:
            return self._nothing
        return self._until(select(held, measure=measure, dataset=self._datasets(measure, held)), measure)

    def _until(self, rows: pd.DataFrame, measure: str) -> pd.DataFrame:
        if self.period is None or self.dataset(measure) == DOCUMENTS:
            return rows
        return rows.loc[rows["period_end"] <= pd.Timestamp(period_end(self.period))]

    def _scb_share(self) -> pd.DataFrame:
        counts = self.series("kaa_school_year_reported_count")
        people = self.series(POPULATION, "16-19") if len(counts) else counts
        return share_of_population(counts, people, SCB_SHARE) if len(counts) else counts

    def denominators(self, measure: str, age: str = "", sex: str = "total") -> pd.DataFrame | None:
        """Return the denominators of a share, in its own ages or another; None where the catalog names none.

        Parameters
        ----------
        measure, sex
            Id of the share, and ``total``, ``women`` or ``men``.
        age
            The age group; empty means the measure's own.
        """
        chosen = self.catalog.measures[measure]
        if not chosen.denominator_measure:
            return None
        people = self.ages_of(chosen.denominator_measure, sex)
        return people.loc[people["age_group"] == (age or chosen.ages)]

    @cached_property
    def document_figures(self) -> pd.DataFrame:
        """The printed figures of this programme as observations."""
        return select(self.observations, dataset=DOCUMENTS)

    def _datasets(self, measure: str, held: pd.DataFrame) -> list[str]:
        """Name the dataset of a measure as observations have it: a register has one for each kommun."""
        wanted = self.dataset(measure)
        return [name for name in held["dataset"].unique() if str(name).partition(":")[0] == wanted]

    def dataset(self, measure: str) -> str:
        """Return the id of the dataset that a measure comes with."""
        return self.catalog.measures[measure].dataset


@dataclass(frozen=True)
class Part:
    """One part of a nuläge: it draws what belongs to one subject from the figures that all parts share."""

    figures: Figures

    @property
    def programme(self) -> Programme:
        """The programme that the figures are of."""
        return self.figures.programme

    @property
    def catalog(self) -> Catalog:
        """Names, measures, groups and breaks."""
        return self.figures.catalog


def _aged(text: str, measure: Measure, age: str, before: str = " ") -> str:
    """Put an age group in the words of a measure: in place of its own, or after them."""
    usual, years = (f"{ages.replace('-', '–')} år" for ages in (measure.ages, age))
    return text.replace(usual, years) if usual in text else f"{text}{before}{years}"
