"""A figure that knows its title, source, alternative text and the numbers behind it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from uvas_stats.errors import UvasStatsError

__all__ = ["About", "Chart", "Missing"]


@dataclass(frozen=True)
class Missing:
    """Something that is not shown, and how it is got."""

    what: str
    """A sentence without its full stop."""
    todo: str
    """What to do about it, such as ``uvas fetch kaa``; may be empty."""

    @staticmethod
    def of(error: UvasStatsError) -> Missing:
        """Take from an error what is missing, and the command, the cause or the advice that belongs to it.

        Examples
        --------
        >>> Missing.of(UvasStatsError("Uppgifter om KAA saknas", todo="Hämta dem med", command="uvas fetch kaa"))
        Missing(what='Uppgifter om KAA saknas', todo='uvas fetch kaa')
        """
        return Missing(error.what.rstrip("."), error.command or error.cause or error.todo or "")


@dataclass(frozen=True)
class About:
    """What a report needs to know of a chart or table, all in Swedish."""

    id: str
    """A name fit for a file: kind, measure and what else tells it apart."""
    title: str
    subtitle: str
    source: str
    """The whole source line, built from the origins of ``data``."""
    alt: str
    """A text alternative that gives what the picture shows, in sentences."""
    note: str = ""
    """Breaks, cautions and missing figures that a reader must know; may be empty."""
    data: pd.DataFrame = field(default_factory=pd.DataFrame)
    """The figures shown, with the contract's column names where they are observations."""
    derived: pd.DataFrame = field(default_factory=pd.DataFrame)
    """What is shown and computed from them (medians, bounds, assessments), with Swedish headings."""
    missing: tuple[Missing, ...] = ()
    """What it would show if it were at hand."""


class Chart(Figure):
    """A matplotlib Figure with an :class:`About`; it shows itself in a notebook."""

    about: About
    head: float = 0.0
    foot: float = 0.0
    """Inches at the top and at the bottom that hold nothing but the texts of ``about``."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show the chart as a picture, with the text alternative where pictures are not shown."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=110)
        size = {"width": int(self.get_figwidth() * 96), "height": int(self.get_figheight() * 96)}
        picture = {"image/png": buffer.getvalue(), "text/plain": self.about.alt}
        return picture, {"image/png": size | {"alt": self.about.alt}}
