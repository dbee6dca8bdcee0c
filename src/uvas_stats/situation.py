"""One programme's nuläge: the facade that notebooks, reports and the command line use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from uvas_stats.catalog import Catalog, Goal, Item, Programme, Section, choose_programme, load_catalog
from uvas_stats.errors import IndicatorError, UnknownNameError
from uvas_stats.indicators import check_printed
from uvas_stats.observation import latest_edition, read_observations, read_origins, select
from uvas_stats.periods import period_end, period_kind
from uvas_stats.present import charts, tables
from uvas_stats.present.appendix import definitions, flat, sources
from uvas_stats.present.chapter import Chapter, Content
from uvas_stats.present.charts.goal_board import GoalRow
from uvas_stats.present.figure import Chart
from uvas_stats.present.goals import assess_programme
from uvas_stats.present.source import edition_date, source_line
from uvas_stats.present.table import Table
from uvas_stats.present.view import View
from uvas_stats.workspace import Workspace, find_workspace

__all__ = ["Nulage", "nulage"]

DOCUMENTS = "programme_documents"
Exporter = Callable[..., Any]


@dataclass(frozen=True)
class Nulage:
    """The nuläge of one programme or kommun: every chart and table of it, and its export.

    Make one with :func:`uvas_stats.nulage`. A ``measure`` is given by its id, title or the publisher's id; None
    means the programme's main measure. ``group`` None means the programme's first group.
    """

    programme: Programme
    catalog: Catalog
    observations: pd.DataFrame
    """Newest edition of what is published, and this programme's printed figures."""
    origins: dict[str, Any]
    period: str | None = None
    exporter: Exporter | None = None

    @cached_property
    def _series(self) -> dict[str, pd.DataFrame]:
        return {}

    def series(self, measure: str) -> pd.DataFrame:
        """Return the observations of one measure, both sexes together, without breakdown."""
        if measure not in self._series:
            wanted = self.catalog.measures[measure]
            rows = select(self.observations, measure=measure, dataset=wanted.dataset, sex="total")
            self._series[measure] = rows.loc[rows["breakdown"].isin(["nan", ""]) | rows["breakdown"].isna()]
        return self._series[measure]

    def view(self, measure: str | None = None, group: str | None = None, title: str = "") -> View:
        """Return what a chart of the measure looks at."""
        chosen = self.catalog.measure(measure) if measure else self.catalog.measures[self.programme.main_measure]
        names = self.programme.groups
        picked = self.catalog.group(group) if group else (self.catalog.groups[names[0]] if names else None)
        same_kind = self.period is not None and period_kind(self.period) == chosen.period_kind
        focus, order = self.programme.municipalities, self.programme.rank_order
        return View(self.catalog, chosen, focus, picked, order, self.period if same_kind else None, title)

    def trend(self, measure: str | None = None, group: str | None = None, title: str = "") -> Chart:
        """Draw the measure over time against riket and the middle half of the group."""
        view = self.view(measure, group, title)
        printed = self.document_figures.loc[self.document_figures["measure"] == view.measure.id]
        return charts.trend(self.series(view.measure.id), view, printed)

    def place(self, measure: str | None = None, group: str | None = None, title: str = "") -> Chart:
        """Draw the place among all kommuner; ``group`` makes no difference."""
        view = self.view(measure, group, title)
        return charts.place(self.series(view.measure.id), view)

    def place_over_time(self, measure: str | None = None, group: str | None = None, title: str = "") -> Chart:
        """Draw the place among all kommuner year by year, with the range that ties leave open."""
        view = self.view(measure, group, title)
        return charts.place_over_time(self.series(view.measure.id), view)

    def compare(self, measure: str | None = None, group: str | None = None, title: str = "") -> Chart:
        """Draw ranked bars within a group."""
        view = self.view(measure, group, title)
        return charts.compare(self.series(view.measure.id), view)

    def season(self, measure: str | None = None, group: str | None = None, title: str = "") -> Chart:
        """Draw the same period last year and now."""
        view = self.view(measure, group, title)
        return charts.season(self.series(view.measure.id), view)

    def summary(self) -> Table:
        """Give the newest figure of each measure beside riket, the group, the place and the year before."""
        main = self.catalog.measures[self.programme.main_measure]
        denominators = self.series(main.denominator_measure) if main.denominator_measure else None
        note = tables.area_note(self.series(main.id), denominators, self.programme.municipalities)
        return tables.summary(*self._summary_parts, name=self.programme.name, note=note)

    def kkik(self) -> Table:
        """Give the three latest outcomes, the change and the best, middle or worst group."""
        return tables.kkik(*self._summary_parts, name=self.programme.name)

    def goals(self) -> Table:
        """List the goals with status, reason and the figures they rest on."""
        rows, data, source = self._assessed
        return tables.goals(rows, name=self.programme.name, source=source, data=data)

    def goal_board(self) -> Chart:
        """Draw the goals with a face and a word each."""
        rows, data, source = self._assessed
        return charts.goal_board(
            rows, name=self.programme.name, source=source, data=data, date=self.as_of.isoformat()
        )

    def documents(self) -> Table:
        """List the figures that the document prints, beside today's nearest figure."""
        self._demand(self.programme.printed, "tryckta uppgifter", "printed")
        return tables.documents(self.programme, self.catalog, self.document_figures, self._nearest())

    def consistency(self) -> Table:
        """Check the printed figures against each other."""
        findings = check_printed(self.programme)
        self._demand(tuple(findings), "uppgifter som kan kontrolleras", "checks")
        return tables.consistency(self.programme, self.catalog, self.document_figures, findings)

    def activities(self) -> Table:
        """List the activities of the document."""
        self._demand(self.programme.activities, "aktivitetstabeller i underlaget", "activities")
        return tables.activities(self.programme)

    def economy(self) -> Table:
        """Show the economy table of the document."""
        self._demand(self.programme.economy, "inlagd ekonomi", "economy")
        return tables.economy(self.programme)

    def target_group(self) -> Chart:
        """Draw the size of the target group with the bounds that overlap leaves."""
        group = self.programme.target_group
        self._demand(group.parts if group else (), "delar för målgruppens storlek", "target_group.parts")
        assert group is not None
        printed = {figure.id: figure for figure in self.programme.printed}
        parts = [(printed[id_].text, printed[id_].value or 0.0) for id_ in group.parts]
        shown = [printed[id_] for id_ in (*group.parts, *([group.total] if group.total else []))]
        keys = [(one.measure, one.category or "nan") for one in shown if not one.age_group]
        own = self.document_figures[["measure", "category"]].fillna("nan").itertuples(index=False, name=None)
        data = self.document_figures.loc[[key in keys for key in own]]
        total = printed[group.total].as_printed if group.total else ""
        source = source_line(data, self.catalog, computed=False)
        return charts.target_group(parts, printed=total, text=group.text, source=source, data=data)

    @cached_property
    def document_figures(self) -> pd.DataFrame:
        """The printed figures of this programme as observations."""
        return select(self.observations, dataset=DOCUMENTS)

    @cached_property
    def as_of(self) -> dt.date:
        """The date of the newest edition: goals are assessed as of then, and a rerun gives the same."""
        date = edition_date(self.observations)
        return dt.date.fromisoformat(date[:10]) if date else self.programme.document_date

    def chapters(self) -> tuple[Chapter, ...]:
        """Return the nuläge in the order of its document."""
        return tuple(self._chapter(section) for section in self.programme.sections)

    def content(self) -> Content:
        """Return all that a report consists of."""
        chapters = self.chapters()
        shown = [part.about.data for chapter in chapters for part in chapter.parts]
        return Content(
            id=self.programme.id,
            title=f"{self.programme.name}: {self.programme.title}",
            subtitle=f"{self.programme.document}. Period {self.programme.period}.",
            lead=self.programme.summary,
            date=self.as_of.isoformat(),
            chapters=chapters,
            definitions=definitions(shown, self.catalog),
            sources=sources(shown, self.origins, self.catalog),
            flat=flat(shown, self.catalog),
            origins=self.origins,
        )

    def export(self, folder: Path | str | None = None, **options: Any) -> Any:
        """Write report, workbook, pictures and manifest to a folder; None means ``reports/<id>``.

        The options are ``template``, the municipality's own Word template, and ``progress``, called with a line
        for each step.
        """
        if self.exporter is None:
            raise UnknownNameError("Export är inte kopplad", todo="Skapa nuläget med uvas_stats.nulage(...)")
        return self.exporter(self.content(), folder, **options)

    @property
    def _summary_parts(self) -> tuple[dict[str, pd.DataFrame], list[View]]:
        measures = self.programme.summary_measures or (self.programme.main_measure,)
        return {measure: self.series(measure) for measure in measures}, [self.view(one) for one in measures]

    def _chapter(self, section: Section) -> Chapter:
        """Draw a chapter; what cannot be drawn is named in its text, with the reason."""
        parts: list[Chart | Table] = []
        notices: list[str] = []
        for item in section.items:
            try:
                parts.append(self._part(item))
            except IndicatorError as error:
                notices.append(f"{error.what}.")
        return Chapter(
            section.heading, "\n".join(filter(None, [section.text, *dict.fromkeys(notices)])), tuple(parts)
        )

    def _part(self, item: Item) -> Chart | Table:
        draw: Callable[..., Chart | Table] = getattr(self, item.kind)
        return draw(item.measure, item.group, item.title) if item.measure else draw()

    def _demand(self, things: tuple[Any, ...], what: str, key: str) -> None:
        if not things:
            raise IndicatorError(
                f"Programmet {self.programme.name} har inga {what}", todo=f"Lägg in dem under {key} i programfilen"
            )

    @cached_property
    def _assessed(self) -> tuple[list[GoalRow], pd.DataFrame, str]:
        self._demand(self.programme.goals, "mål", "goals")
        return assess_programme(self.programme, self.catalog, self._goal_series, self.as_of)

    def _goal_series(self, goal: Goal) -> pd.DataFrame:
        if not goal.measure:
            return self.document_figures.iloc[:0]
        if goal.category:
            return select(
                self.observations, measure=goal.measure, breakdown=goal.breakdown, category=goal.category
            )
        return self.series(goal.measure)

    def _nearest(self) -> dict[str, str]:
        """Write today's nearest figure for each printed measure that has one."""
        printed = {figure.measure: self.catalog.measures[figure.measure] for figure in self.programme.printed}
        views = {id_: self.view(measure.follow_up) for id_, measure in printed.items() if measure.follow_up}
        return {
            id_: tables.nearest_figure(printed[id_], self.series(view.measure.id), view)
            for id_, view in views.items()
        }


def _check_period(result: Nulage, period: str) -> None:
    """Refuse a period that none of the programme's measures has for its kommuner."""
    items = [item.measure for section in result.programme.sections for item in section.items if item.measure]
    measures = dict.fromkeys([*result.programme.summary_measures, *items])
    found: dict[str, str] = {}
    for measure in measures:
        rows = result.series(measure)
        own = rows["region_code"].isin(result.programme.municipalities) & rows["value"].notna()
        known = rows.loc[own, "period"]
        if period in set(known):
            return
        if len(known):
            found[result.catalog.measures[measure].short] = f"{known.iloc[0]}–{known.iloc[-1]}"
    listed = "; ".join(f"{name} {span}" for name, span in found.items())
    raise UnknownNameError(f"Perioden ”{period}” saknas för alla mått", todo=f"Det finns: {listed}")


def nulage(
    programme: str | None = None,
    *,
    kommun: str | None = None,
    group: str | None = None,
    period: str | None = None,
    workspace: Workspace | Path | str | None = None,
    exporter: Exporter | None = None,
) -> Nulage:
    """Return the nuläge of a programme or a kommun from data/processed; see :func:`uvas_stats.nulage`."""
    place = workspace if isinstance(workspace, Workspace) else find_workspace(workspace)
    catalog = load_catalog(place)
    chosen = choose_programme(catalog, programme, kommun, group)
    everything = read_observations(place.processed)
    printed = (everything["dataset"] == DOCUMENTS).to_numpy()
    own = (everything["origin"] == f"programmes/{chosen.id}.toml").to_numpy()
    observations = pd.concat([latest_edition(everything.loc[~printed]), everything.loc[printed & own]])
    result = Nulage(
        programme=chosen,
        catalog=catalog,
        observations=observations,
        origins=read_origins(place.processed)["files"],
        period=period,
        exporter=exporter,
    )
    if period is not None:
        period_kind(period)
        _check_period(result, period)
        until = (observations["period_end"] <= pd.Timestamp(period_end(period))).to_numpy()
        documents = (observations["dataset"] == DOCUMENTS).to_numpy()
        return replace(result, observations=observations.loc[until | documents])
    return result
