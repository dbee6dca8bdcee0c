"""The pandera schema of the tidy contract, apart so that pandera is loaded only when a table is made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError

from uvas_stats.errors import ObservationError

__all__ = ["TextRule", "check_schema", "text_rules"]

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


@cache
def text_rules() -> Mapping[str, TextRule]:
    """Give the rules of the text columns; the schema has them, and so has the check of whole cubes."""
    from uvas_stats.observation import SEXES, STATUSES

    return {
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


def _text(name: str) -> pa.Column:
    rule = text_rules()[name]

    def fits(series: pd.Series) -> bool:
        return rule.fits(pd.Series(list(series.unique()), dtype="object").dropna())

    return pa.Column("category", pa.Check(fits, error=rule.wanted), nullable=rule.nullable)


def _schema() -> pa.DataFrameSchema:
    number = pa.Column("float64", nullable=True)
    others = {
        "period_end": pa.Column("datetime64[us]"),
        "value": number,
        "lower": number,
        "upper": number,
        "noise": pa.Column("bool"),
    }
    from uvas_stats.observation import COLUMNS

    columns = {name: others[name] if name in others else _text(name) for name in COLUMNS}
    return pa.DataFrameSchema(columns, strict=True, ordered=True)


def check_schema(frame: pd.DataFrame) -> None:
    """Check names, order, types and allowed values of the columns.

    Raises
    ------
    ObservationError
        Naming the column and what is allowed in it.
    """
    from uvas_stats.observation import COLUMNS

    if tuple(frame.columns) != COLUMNS:
        raise ObservationError(
            "Tabellens kolumner eller deras ordning är fel", todo=f"De ska vara {', '.join(COLUMNS)}"
        )
    try:
        _schema().validate(frame)
    except SchemaError as error:
        raise ObservationError(
            f"Kolumnen {error.schema.name} följer inte kontraktet: {_demanded(error)}",
            todo="Rätta läsaren eller råfilen",
        ) from error


def _demanded(error: SchemaError) -> str:
    """Say what the schema wants of the column; pandera's own names of its checks are English."""
    if isinstance(error.check, pa.Check):
        return f"ska vara {error.check.error}"
    if error.check == "not_nullable":
        return "får inte sakna värde"
    return "värdena är av fel slag"
