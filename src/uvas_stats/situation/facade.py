"""One programme's nuläge: the facade that notebooks, reports and the command line use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from uvas_stats.catalog import Item, Measure, Section, choose_programme, load_catalog
from uvas_stats.errors import IndicatorError, UnknownNameError
from uvas_stats.observations.contract import SEXES
from uvas_stats.observations.store import read_origins
from uvas_stats.periods import period_kind
from uvas_stats.present import charts, tables
from uvas_stats.present.appendix import definitions, figures_shown, flat, sources
from uvas_stats.present.chapter import Chapter, Content
from uvas_stats.present.figure import Chart, Missing
from uvas_stats.present.goals import goals_in_brief
from uvas_stats.present.headlines import headlines
from uvas_stats.present.source import edition_date
from uvas_stats.present.table import Table
from uvas_stats.present.updates import how_to_update, is_empty, left_out
from uvas_stats.present.view import View
from uvas_stats.situation.document import Documents
from uvas_stats.situation.goals import Goals
from uvas_stats.situation.kaa import KaaNulage
from uvas_stats.situation.register import UNCOUNTED, OwnRegisters
from uvas_stats.situation.school import SchoolNulage
from uvas_stats.situation.series import check_period, needed_measures, read_newest
from uvas_stats.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from uvas_stats.report import ExportResult

__all__ = ["Nulage", "nulage"]

COUNTED = "uvas_share_pct"
WHO = {"women": "kvinnor", "men": "män"}
SIGNAL = "register_outside_share_pct"


@dataclass(frozen=True)
class Nulage(KaaNulage, SchoolNulage, Goals, Documents, OwnRegisters):
    """The nuläge of one programme or kommun: every chart and table of it, and its export.

    Make one with :func:`uvas_stats.nulage`. A ``measure`` is given by its id, title or the publisher's id; None
    means the programme's main measure. ``group`` None means the programme's first group.
    """

    period: str | None = None
    workspace: Workspace | None = None

    def view(
        self, measure: str | None = None, group: str | None = None, title: str = "", age: str = "", sex: str = ""
    ) -> View:
        """Return what a chart of the measure looks at."""
        chosen = self.catalog.measure(measure) if measure else self.catalog.measures[self.programme.main_measure]
        names = self.programme.groups
        focus, order = self.programme.municipalities, self.programme.rank_order
        own = self.catalog.groups[names[0]] if names else None
        picked = self.catalog.group(group, focus) if group else own
        same_kind = self.period is not None and period_kind(self.period) == chosen.period_kind
        sex = sex or "total"
        if sex not in SEXES:
            raise UnknownNameError(f"Könet ”{sex}” finns inte", todo="Välj women eller men")
        if not age and self._ages_of(chosen.id, sex)["age_group"].drop_duplicates().size > 1:
            age = chosen.ages
        if age:
            chosen = replace(
                chosen, title=_aged(chosen.title, chosen, age, ", "), short=_aged(chosen.short, chosen, age)
            )
        if sex != "total":
            chosen = replace(chosen, title=f"{chosen.title}, {WHO[sex]}", short=f"{chosen.short}, {WHO[sex]}")
        at, coverage = self.period if same_kind else None, self._coverage(chosen)
        people = self._denominators(chosen.id, age, sex)
        return View(self.catalog, chosen, focus, picked, order, at, title, age, sex, coverage, people)

    def trend(
        self, measure: str | None = None, group: str | None = None, title: str = "", age: str = "", sex: str = ""
    ) -> Chart:
        """Draw the measure over time against riket and the middle half of the group."""
        view = self.view(measure, group, title, age, sex)
        own = (self.document_figures["measure"] == view.measure.id) & (self.document_figures["sex"] == view.sex)
        printed = self.document_figures.loc[own]
        people = self._denominators(view.measure.id, view.age, view.sex)
        return charts.trend(self._fetched(view), view, printed, people, self.programme.name)

    def compare(
        self, measure: str | None = None, group: str | None = None, title: str = "", age: str = "", sex: str = ""
    ) -> Chart:
        """Draw ranked bars within a group."""
        view = self.view(measure, group, title, age, sex)
        return charts.compare(self._fetched(view), view)

    def summary(self) -> Table:
        """Give the newest figure of each measure beside riket, the group, the place and the year before."""
        series, views = self._summary_parts
        return tables.summary(series, views, name=self.programme.name, denominators=self._people(series))

    def counts(self, measure: str = COUNTED, group: str | None = None, title: str = "", age: str = "") -> Table:
        """List the computed number of persons behind a share, with its interval; ``group`` makes no difference."""
        view = self.view(measure, group, title, age)
        people = self._denominators(view.measure.id)
        if people is None or view.measure.period_kind != "year":
            raise IndicatorError(f"Nämnaren är inte känd för {view.measure.short}", todo="Välj ett annat mått")
        if people.empty:
            what = f"Folkmängden {view.measure.ages.replace('-', '–')} år saknas, så antalet personer visas inte"
            dataset = self._dataset(view.measure.denominator_measure)
            raise IndicatorError(what, todo="Hämta den med", command=f"uvas fetch {dataset}")
        return tables.counts(self.series(view.measure.id, view.age), people, view)

    def months(self, measure: str = SIGNAL, group: str | None = None, title: str = "", age: str = "") -> Chart:
        """Draw a monthly measure with one line a year; ``group`` makes no difference."""
        view = self.view(measure, group, title, age)
        if view.measure.period_kind != "month":
            raise IndicatorError(f"{view.measure.title} finns inte per månad", todo="Välj ett månadsmått")
        if self._ages_of(view.measure.id).empty:
            command = f"uvas fetch {self._dataset(view.measure.id)}"
            if view.measure.id == SIGNAL:
                raise IndicatorError("Månadssignalen saknas", todo="Hämta den med", command=command)
            raise IndicatorError(f"{view.measure.short}: uppgifter saknas", todo="Hämta dem med", command=command)
        return charts.months(self.series(view.measure.id, view.age), view)

    def kkik(self) -> Table:
        """Give the three latest outcomes, the change and the best, middle or worst group."""
        return tables.kkik(*self._summary_parts, name=self.programme.name)

    @cached_property
    def as_of(self) -> dt.date:
        """The date of the newest edition: goals are assessed as of then, and a rerun gives the same."""
        date = edition_date(self.observations)
        return dt.date.fromisoformat(date[:10]) if date else self.programme.document_date

    def chapters(self) -> tuple[Chapter, ...]:
        """Return the nuläge in the order of its document."""
        return tuple(self._chapter(section) for section in (*self.programme.sections, *self._register_sections))

    def chapter(self, heading: str) -> Chapter:
        """Return one chapter by its heading; it tells what cannot be drawn."""
        sections = (*self.programme.sections, *(self._register_sections or (UNCOUNTED,)))
        headings = [section.heading for section in sections]
        if heading not in headings:
            raise UnknownNameError(f"Kapitlet ”{heading}” finns inte", todo=f"Kapitlen är {', '.join(headings)}")
        return self._chapter(sections[headings.index(heading)])

    def content(self) -> Content:
        """Return all that a report consists of: chapters with nothing to show are left out, and that is said."""
        every, period = self.chapters(), self.programme.period
        steps = how_to_update(every, self.programme.name)
        chapters = (*(chapter for chapter in every if not is_empty(chapter)), *([steps] if steps else []))
        shown = figures_shown(part.about.data for chapter in chapters for part in chapter.parts)
        return Content(
            id=self.programme.id,
            title=f"{self.programme.name}: {self.programme.title}",
            subtitle=f"{self.programme.document}." + (f" Period {period}." if period else ""),
            lead="\n".join(filter(None, [self.programme.summary, *self._headlines, left_out(every)])),
            date=self.as_of.isoformat(),
            chapters=chapters,
            definitions=definitions(shown, self.catalog),
            sources=sources(shown, self.origins, self.catalog),
            flat=flat(shown, self.catalog),
            origins=self.origins,
        )

    def export(self, folder: Path | str | None = None, **options: Any) -> ExportResult:
        """Write report, workbook, pictures and manifest to a folder; None means ``reports/<id>``.

        The options are ``template``, the municipality's own Word template, and ``progress``, called with a line
        for each step.
        """
        from uvas_stats import report  # writers of four formats, and only an export needs them

        place = self.workspace or find_workspace()
        content = self.content()
        return report.export(content, place.reports / content.id if folder is None else Path(folder), **options)

    @property
    def _headlines(self) -> list[str]:
        """What matters most: how the goals stand, and the newest figure of each measure."""
        measurable = any(goal.rule != "none" for goal in self.programme.goals)
        goals = [goals_in_brief(self._assessed.rows)] if measurable else []
        series, views = self._summary_parts
        return [*goals, *headlines(series, views, self._people(series))]

    def _people(self, measures: Iterable[str]) -> dict[str, pd.DataFrame]:
        """Return the denominators of those measures that have one."""
        people = {id_: self._denominators(id_) for id_ in measures}
        return {id_: frame for id_, frame in people.items() if frame is not None}

    @property
    def _summary_parts(self) -> tuple[dict[str, pd.DataFrame], list[View]]:
        measures = self.programme.summary_measures or (self.programme.main_measure,)
        return {measure: self.series(measure) for measure in measures}, [self.view(one) for one in measures]

    def _chapter(self, section: Section) -> Chapter:
        """Draw a chapter, and tell what of it cannot be drawn."""
        parts: list[Chart | Table] = []
        missing: list[Missing] = []
        for item in section.items:
            try:
                parts.append(self._part(item))
            except IndicatorError as error:
                missing.append(Missing.of(error))
        return Chapter(section.heading, section.text, tuple(parts), tuple(dict.fromkeys(missing)))

    def _part(self, item: Item) -> Chart | Table:
        draw: Callable[..., Chart | Table] = getattr(self, item.kind)
        return draw(**item.options)


def _aged(text: str, measure: Measure, age: str, before: str = " ") -> str:
    """Put an age group in the words of a measure: in place of its own, or after them."""
    own, years = (f"{ages.replace('-', '–')} år" for ages in (measure.ages, age))
    return text.replace(own, years) if own in text else f"{text}{before}{years}"


def nulage(
    programme: str | None = None,
    *,
    kommun: str | None = None,
    group: str | None = None,
    period: str | None = None,
    workspace: Workspace | Path | str | None = None,
) -> Nulage:
    """Return the nuläge of a programme or a kommun from data/processed; see :func:`uvas_stats.nulage`."""
    place = workspace if isinstance(workspace, Workspace) else find_workspace(workspace)
    catalog = load_catalog(place)
    chosen = choose_programme(catalog, programme, kommun, group)
    observations = read_newest(place.processed, needed_measures(chosen, catalog), chosen.id)
    result = Nulage(
        programme=chosen,
        catalog=catalog,
        observations=observations,
        origins=read_origins(place.processed)["files"],
        period=period,
        workspace=place,
        processed=place.processed,
    )
    if period is not None:
        period_kind(period)
        check_period(chosen, catalog, result.series, period)
        return replace(result, until=period)
    return result
