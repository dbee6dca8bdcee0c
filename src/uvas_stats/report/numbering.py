"""Number the charts and tables, draw each chart once, and name its files: what all formats share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from uvas_stats.present.chapter import Content
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.table import Table
from uvas_stats.report.escape import printable
from uvas_stats.report.images import Images, render
from uvas_stats.report.labels import file_name

__all__ = ["Report", "Section", "Shown", "computed", "number_parts"]

_SOURCE_COLUMNS = ("Datamängd", "Utgivare", "Utgåva", "Licens", "Kommentar")


@dataclass(frozen=True)
class Shown:
    """A chart or table with its number and, for a chart, its pictures."""

    about: About
    label: str
    """``Figur 1`` or ``Tabell 1``: the caption's number and the name of the sheet."""
    number: int
    name: str
    """A unique name fit for files and anchors."""
    table: Table | None
    images: Images | None

    @property
    def kind(self) -> str:
        """``Figur`` or ``Tabell``."""
        return "Tabell" if self.images is None else "Figur"


def computed(shown: Shown) -> pd.DataFrame:
    """Return what a part shows beside the observations: a table as it stands, or what a chart computed."""
    return shown.table.cells if shown.table is not None else shown.about.derived


@dataclass(frozen=True)
class Section:
    """A chapter ready to be written."""

    heading: str
    text: str
    anchor: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True)
class Report:
    """What every writer is given."""

    content: Content
    sections: tuple[Section, ...]
    template: tuple[str, bytes]
    """Name and content of the Word template, from ``read_template``."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What the writers before have written, by path inside the folder."""

    @property
    def parts(self) -> list[Shown]:
        """The charts and tables of all chapters."""
        return [shown for section in self.sections for shown in section.shown]

    @property
    def definitions(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The terms, each with what is said of it under headings."""
        rows = self.content.definitions.astype("object").to_dict("records")
        said = [
            [(str(name), printable(text)) for name, text in row.items() if text and not pd.isna(text)]
            for row in rows
        ]
        return [(term, facts) for (_, term), *facts in said]

    @property
    def sources(self) -> pd.DataFrame:
        """The data sets that the figures come from, without their files."""
        listed = [name for name in _SOURCE_COLUMNS if name in self.content.sources.columns]
        sources = self.content.sources[listed].astype("object").drop_duplicates()
        return sources.where(sources.notna(), "")


def number_parts(content: Content, progress: Callable[[str], None], template: tuple[str, bytes]) -> Report:
    """Draw the charts of a report and number its charts and tables in reading order.

    Parameters
    ----------
    content
        What is shown.
    progress
        Called with one Swedish line for each chart.
    template
        Name and content of the Word template, from ``read_template``.
    """
    charts = sum(isinstance(part, Chart) for chapter in content.chapters for part in chapter.parts)
    counts = {"Figur": 0, "Tabell": 0}
    names: set[str] = set()
    sections = []
    for number, chapter in enumerate(content.chapters, start=1):
        shown = []
        for part in chapter.parts:
            kind = "Figur" if isinstance(part, Chart) else "Tabell"
            counts[kind] += 1
            if kind == "Figur":
                progress(f"Diagram {counts[kind]} av {charts}: {part.about.title}")
            shown.append(_show(part, counts[kind], names))
            names.add(shown[-1].name)
        lines = dict.fromkeys([chapter.text, *(f"{one.what}." for one in chapter.missing)])
        text = "\n".join(filter(None, lines))
        sections.append(Section(chapter.heading, text, f"kapitel-{number}", tuple(shown)))
    return Report(content, tuple(sections), template)


def _show(part: Chart | Table, number: int, names: set[str]) -> Shown:
    name = file_name(part.about.id, names)
    if isinstance(part, Chart):
        return Shown(part.about, f"Figur {number}", number, name, None, render(part))
    return Shown(part.about, f"Tabell {number}", number, name, part, None)
