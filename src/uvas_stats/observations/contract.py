"""The one tidy contract: one row is one published figure.

Text columns are categoricals when stored, because a cube repeats them by the hundred thousand. Use
:func:`select` to take a small frame of plain text out for indicators and charts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = [
    "COLUMNS",
    "KEY",
    "NUMBERS",
    "SEXES",
    "STATUSES",
    "TEXT_COLUMNS",
    "TEXT_RULES",
    "TextRule",
    "select",
]

KEY = ("dataset", "edition", "region_code", "period", "sex", "age_group", "breakdown", "category", "measure")
TEXT_COLUMNS = (*KEY, "status", "origin")
COLUMNS = (
    "dataset",
    "edition",
    "region_code",
    "period",
    "period_end",
    "sex",
    "age_group",
    "breakdown",
    "category",
    "measure",
    "value",
    "lower",
    "upper",
    "status",
    "noise",
    "origin",
)
NUMBERS = ("value", "lower", "upper")
STATUSES = ("ok", "suppressed", "not_applicable", "not_available", "interval", "provisional", "true_zero")
SEXES = ("total", "women", "men")
_REGION = r"\d{2}|\d{4}|[A-Za-z][A-Za-z0-9_]*"
_AGE = r"\d{1,3}(-\d{1,3}|\+)?|total"
_MEASURE = r"[a-z][a-z0-9_]*_(pct|count|rank|kkr|points|ratio|number)"


@dataclass(frozen=True)
class TextRule:
    """What a categorical text column may hold; looked at for each category in use, not for each row."""

    pattern: str = ".+"
    allowed: tuple[str, ...] = ()
    nullable: bool = False

    def fits(self, texts: Iterable[object]) -> bool:
        """Tell whether all texts are allowed."""
        return all(isinstance(text, str) and self._fits(text) for text in texts)

    def _fits(self, text: str) -> bool:
        if self.allowed:
            return text in self.allowed
        return re.fullmatch(self.pattern, text, re.ASCII) is not None

    @property
    def wanted(self) -> str:
        """What is allowed, for a message."""
        if self.allowed:
            return f"ett av {', '.join(self.allowed)}"
        return f"text av formen {'en rad' if self.pattern == '.+' else self.pattern}"


TEXT_RULES: Mapping[str, TextRule] = {
    "dataset": TextRule(r"[a-z][a-z0-9_]*(:\d{4})?"),
    "edition": TextRule(r"\d{4}-\d{2}-\d{2}([T_].+)?"),
    "region_code": TextRule(_REGION),
    "period": TextRule(r"\d{4}(-\d{2}|Q[1-4]|H[12]|/\d{2})?"),
    "sex": TextRule(allowed=SEXES),
    "age_group": TextRule(_AGE),
    "breakdown": TextRule("[a-z][a-z0-9_]*", nullable=True),
    "category": TextRule(nullable=True),
    "measure": TextRule(_MEASURE),
    "status": TextRule(allowed=STATUSES),
    "origin": TextRule(),
}
"""What each text column may hold: rows are checked by it, and so are whole cubes."""


def select(frame: pd.DataFrame, **wanted: str | Iterable[str]) -> pd.DataFrame:
    """Take the rows where each named column has the wanted value or one of them, as plain text.

    Returns
    -------
    pandas.DataFrame
        Sorted by period, region and age; text columns as ``str``, index from 0.

    Examples
    --------
    >>> rows = pd.DataFrame({"region_code": ["00", "2182"], "period_end": [1, 1], "age_group": ["16-24"] * 2})
    >>> select(rows, region_code="2182")["region_code"].tolist()
    ['2182']
    """
    keep = np.ones(len(frame), dtype=bool)
    for name, value in wanted.items():
        values = [value] if isinstance(value, str) else list(value)
        keep &= frame[name].isin(values).to_numpy()
    part = frame.loc[keep]
    part = part.assign(**{name: _as_text(part[name]) for name in TEXT_COLUMNS if name in part.columns})
    return part.sort_values(["period_end", "region_code", "age_group"], kind="stable", ignore_index=True)


def _as_text(column: pd.Series) -> pd.Series:
    """Turn categories into plain text category by category: pandas goes through each row, which is slow."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype("str")
    texts = column.cat.categories.astype("str").array.take(column.cat.codes.to_numpy(), allow_fill=True)
    return pd.Series(texts, index=column.index)
