"""A table of values with how each is written; it shows itself in a notebook through great-tables."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from uvas_stats.catalog import Measure
from uvas_stats.numbers import MISSING, THIN_SPACE, number_text, rounded, signed_text
from uvas_stats.present.figure import About

__all__ = ["Number", "Table", "without"]


@dataclass(frozen=True)
class Number:
    """A number in a cell, and how it is written; what is not known is written as a dash.

    Examples
    --------
    >>> str(Number(9.15, 1, "procent")).replace(THIN_SPACE, "_"), str(Number(0.97, signed=True)), str(Number(None))
    ('9,2_%', '+1,0', '–')
    """

    value: float | None
    decimals: int = 1
    unit: str = ""
    signed: bool = False
    """Written with a plus where it is above nought: a difference."""
    grouped: bool = True
    """Thousands are parted, as in all numbers but years."""

    @classmethod
    def of(cls, value: float | None, measure: Measure) -> Number:
        """Give a value the decimals and the unit of its measure."""
        return cls(value, measure.decimals, measure.unit)

    def __str__(self) -> str:
        """Write the number the Swedish way."""
        text = (signed_text if self.signed else number_text)(self.value, self.decimals, self.unit)
        return text if self.grouped else text.replace(THIN_SPACE, "")

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return self.value is not None and math.isfinite(self.value)

    @property
    def shown(self) -> float:
        """The number as it is shown, rounded; nan where it is not known."""
        return rounded(self.value, self.decimals) + 0.0 if self.value is not None and self.known else math.nan

    @property
    def size(self) -> str:
        """The number without its sign and unit, as in a sentence that says which way."""
        return number_text(abs(self.shown), self.decimals)


@dataclass(frozen=True)
class Table:
    """Cells with Swedish headings: a :class:`Number` where it is one, else finished text.

    ``align`` gives ``left`` or ``right`` for each column. ``about.data`` holds the raw figures.
    """

    about: About
    values: pd.DataFrame
    align: tuple[str, ...]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The cells as the reader sees them, all text."""
        return self.values.map(str).astype("str")

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


def without(values: pd.DataFrame, *, empty: Iterable[str] = (), same: Iterable[str] = ()) -> pd.DataFrame:
    """Leave out columns that tell a reader nothing.

    Parameters
    ----------
    values
        Cells of a table.
    empty
        Columns to leave out where no row has anything but a dash.
    same
        Columns to leave out where all rows say the same.
    """
    silent = [name for name in empty if all(str(cell) in ("", MISSING) for cell in values[name])]
    return values.drop(columns=[*silent, *(name for name in same if values[name].nunique() < 2)])
