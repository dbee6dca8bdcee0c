"""What a report is made of, in the order it is read: finished Swedish text, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from uvas_stats.present.figure import Chart, Missing
from uvas_stats.present.table import Table

__all__ = ["Chapter", "Content"]


@dataclass(frozen=True)
class Chapter:
    """A heading with its text and what is shown under it."""

    heading: str
    text: str
    """Paragraphs are parted by a line break; may be empty."""
    parts: tuple[Chart | Table, ...]
    missing: tuple[Missing, ...] = ()
    """What could not be shown."""

    @property
    def every_missing(self) -> tuple[Missing, ...]:
        """What could not be shown, and what its parts would show if it were at hand."""
        inside = [one for part in self.parts for one in part.about.missing]
        return tuple(dict.fromkeys([*self.missing, *inside]))

    def _ipython_display_(self) -> None:
        """Show the text and what is under it in a notebook, and how what is missing is got."""
        from IPython.display import HTML, display

        steps = [f"{one.what}: {one.todo}" if one.todo else f"{one.what}." for one in self.every_missing]
        paragraphs = "".join(f"<p>{escape(line)}</p>" for line in [*self.text.splitlines(), *steps])
        for shown in ([HTML(paragraphs)] if paragraphs else []) + list(self.parts):  # type: ignore[no-untyped-call]
            display(shown)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Content:
    """All that a report shows, ready to be written to files."""

    id: str
    """Name of the folder, such as ``soderhamn``."""
    title: str
    subtitle: str
    """The programme document and its version."""
    lead: str
    """The summary that opens the report; paragraphs are parted by a line break."""
    date: str
    """The edition date of the figures, as an ISO date."""
    chapters: tuple[Chapter, ...]
    definitions: pd.DataFrame
    """One row a measure: Mått, Definition, Ålder, Population, Täljare, Nämnare, Utgivare, Att tänka på."""
    sources: pd.DataFrame
    """One row a raw file: Datamängd, Utgivare, Utgåva, Hämtad, Licens, Kommentar, Fil, sha256."""
    flat: pd.DataFrame
    """One row a figure: the columns of the contract plus region_name, measure_title and unit."""
    origins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What is known of each raw file, by its ``origin``: publisher, url, retrieved, licence, sha256."""
