"""One programme's nuläge: the facade that notebooks, reports and the command line use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uvas_stats.catalog import Programme, Section, choose_programme, load_catalog
from uvas_stats.catalog.kinds import KINDS
from uvas_stats.errors import IndicatorError, UnknownNameError
from uvas_stats.observations.store import read_origins
from uvas_stats.periods import period_kind
from uvas_stats.present.appendix import definitions, figures_shown, flat, sources
from uvas_stats.present.chapter import Chapter, Content
from uvas_stats.present.figure import Chart, Missing
from uvas_stats.present.goals import goals_in_brief
from uvas_stats.present.table import Table
from uvas_stats.present.updates import how_to_update, is_empty, left_out
from uvas_stats.situation.document import Documents
from uvas_stats.situation.goals import Goals
from uvas_stats.situation.kaa import Kaa
from uvas_stats.situation.measures import Measures
from uvas_stats.situation.overview import Overview
from uvas_stats.situation.register import UNCOUNTED, Registers
from uvas_stats.situation.school import School
from uvas_stats.situation.series import Figures, needed_measures, read_newest
from uvas_stats.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from uvas_stats.report.export import ExportResult

__all__ = ["Nulage", "nulage"]

OF_FIGURES = (
    "as_of",
    "catalog",
    "document_figures",
    "every",
    "observations",
    "origins",
    "period",
    "series",
    "view",
)
"""What a nuläge gives of its figures by its own name."""


@dataclass(frozen=True)
class Nulage:
    """The nuläge of one programme or kommun: every chart and table of it, and its export.

    Make one with :func:`uvas_stats.nulage`. Each kind of chart and table in :data:`uvas_stats.catalog.kinds.KINDS`
    is a method, such as ``trend()``, and belongs to a part: ``kaa_flow()`` is ``kaa.flow()``.
    """

    figures: Figures
    """What there is to draw from."""
    workspace: Workspace | None = None

    @cached_property
    def measures(self) -> Measures:
        """Charts and tables of one measure."""
        return Measures(self.figures)

    @cached_property
    def overview(self) -> Overview:
        """The programme's measures in brief."""
        return Overview(self.figures)

    @cached_property
    def goals(self) -> Goals:
        """The programme's goals, their board and projections."""
        return Goals(self.figures)

    @cached_property
    def kaa(self) -> Kaa:
        """The kommunala aktivitetsansvaret."""
        return Kaa(self.figures)

    @cached_property
    def school(self) -> School:
        """Skolverket's school results."""
        return School(self.figures)

    @cached_property
    def documents(self) -> Documents:
        """What the programme's own document prints."""
        return Documents(self.figures)

    @cached_property
    def registers(self) -> Registers:
        """What the kommun has counted in its own registers."""
        return Registers(self.figures)

    def __getattr__(self, name: str) -> Any:
        """Give the part's method that draws a kind of chart or table, or what the figures know."""
        if name in KINDS and name not in vars(type(self)):
            kind = KINDS[name]
            return attrgetter(kind.drawn_by)(self) if kind.drawn_by else self.measures.chart(kind)
        if name in OF_FIGURES:
            return getattr(self.figures, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def __dir__(self) -> Iterable[str]:
        """List the kinds of charts and tables too, for completion."""
        return sorted({*super().__dir__(), *KINDS, *OF_FIGURES})

    @property
    def programme(self) -> Programme:
        """The programme, or what stands for a kommun without one."""
        return self.figures.programme

    def chapters(self) -> tuple[Chapter, ...]:
        """Return the nuläge in the order of its document."""
        return tuple(self._chapter(section) for section in (*self.programme.sections, *self.registers.sections))

    def chapter(self, heading: str) -> Chapter:
        """Return one chapter by its heading; it tells what cannot be drawn."""
        sections = (*self.programme.sections, *(self.registers.sections or (UNCOUNTED,)))
        headings = [section.heading for section in sections]
        if heading not in headings:
            raise UnknownNameError(f"Kapitlet ”{heading}” finns inte", todo=f"Kapitlen är {', '.join(headings)}")
        return self._chapter(sections[headings.index(heading)])

    def content(self) -> Content:
        """Return all that a report consists of: chapters with nothing to show are left out, and that is said."""
        every, period = self.chapters(), self.programme.period
        catalog, origins = self.figures.catalog, self.figures.origins
        goals = [goals_in_brief(self.goals.assessed.rows)] if self.goals.measurable else []
        lead = [self.programme.summary, *goals, *self.overview.headlines(), left_out(every)]
        steps = how_to_update(every, self.programme.name)
        chapters = (*(chapter for chapter in every if not is_empty(chapter)), *([steps] if steps else []))
        shown = figures_shown(part.about.data for chapter in chapters for part in chapter.parts)
        return Content(
            id=self.programme.id,
            title=f"{self.programme.name}: {self.programme.title}",
            subtitle=f"{self.programme.document}." + (f" Period {period}." if period else ""),
            lead="\n".join(filter(None, lead)),
            date=self.figures.as_of.isoformat(),
            chapters=chapters,
            definitions=definitions(shown, catalog),
            sources=sources(shown, origins, catalog),
            flat=flat(shown, catalog),
            origins=origins,
        )

    def export(self, folder: Path | str | None = None, **options: Any) -> ExportResult:
        """Write report, workbook, pictures and manifest to a folder; None means ``reports/<id>``.

        The options are ``template``, the municipality's own Word template, and ``progress``, called with a line
        for each step.
        """
        from uvas_stats.report.export import export  # writers of four formats, and only an export needs them

        content = self.content()
        if folder is None:
            folder = (self.workspace or find_workspace()).reports / content.id
        return export(content, Path(folder), **options)

    def _chapter(self, section: Section) -> Chapter:
        """Draw a chapter, and tell what of it cannot be drawn."""
        parts: list[Chart | Table] = []
        missing: list[Missing] = []
        for item in section.items:
            try:
                parts.append(getattr(self, item.kind)(**item.options))
            except IndicatorError as error:
                missing.append(Missing.of(error))
        return Chapter(section.heading, section.text, tuple(parts), tuple(dict.fromkeys(missing)))


def nulage(
    programme: str | None = None,
    *,
    kommun: str | int | None = None,
    group: str | None = None,
    period: str | None = None,
    workspace: Workspace | Path | str | None = None,
) -> Nulage:
    """Return the nuläge of a programme or a kommun from data/processed; see :func:`uvas_stats.nulage`.

    Parameters
    ----------
    programme, kommun
        One of the two.
    group, period
        As for :func:`uvas_stats.nulage`.
    workspace
        Where the figures are; what is built is used as it is.
    """
    folder = workspace if isinstance(workspace, Workspace) else find_workspace(workspace)
    catalog = load_catalog(folder)
    chosen = choose_programme(catalog, programme, kommun, group)
    observations = read_newest(folder.processed, needed_measures(chosen, catalog), chosen.id, catalog.replaces)
    origins = read_origins(folder.processed)["files"]
    figures = Figures(chosen, catalog, observations, folder.processed, origins=origins)
    if period is not None:
        period_kind(period)
        figures.demand_period(period)
        figures = replace(figures, period=period)
    return Nulage(figures, folder)
