"""What a report is made of, in the order it is read: finished Swedish text, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from uvas_stats.present.figure import Chart
from uvas_stats.present.table import Table

__all__ = ["Chapter", "Content"]


@dataclass(frozen=True)
class Chapter:
    """A heading with its text and what is shown under it."""

    heading: str
    text: str
    """Paragraphs are parted by a line break; may be empty."""
    parts: tuple[Chart | Table, ...]

    def _ipython_display_(self) -> None:
        """Show the text and what is under it in a notebook; what is missing is said in the text."""
        from IPython.display import HTML, display

        paragraphs = "".join(f"<p>{escape(line)}</p>" for line in self.text.splitlines())
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
