"""A table of finished text with the figures behind it; it shows itself in a notebook through great-tables."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from uvas_stats.present.figure import About

__all__ = ["Table"]


@dataclass(frozen=True)
class Table:
    """Cells as the reader sees them.

    ``cells`` has Swedish headings and text in every cell, numbers already written the Swedish way; ``align`` gives
    ``left`` or ``right`` for each column. ``about.data`` holds the raw figures.
    """

    about: About
    cells: pd.DataFrame
    align: tuple[str, ...]

    def _repr_html_(self) -> str:
        """Show the table in a notebook."""
        import great_tables as gt

        table = gt.GT(self.cells).tab_header(title=self.about.title, subtitle=self.about.subtitle or None)
        for name, side in zip(self.cells.columns, self.align, strict=True):
            table = table.cols_align(align=side, columns=name)
        for text in (self.about.note, self.about.source):
            if text:
                table = table.tab_source_note(text)
        return str(table.as_raw_html())
