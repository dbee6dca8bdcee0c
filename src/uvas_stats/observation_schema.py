"""The pandera schema of the tidy contract, apart so that pandera is loaded only when a table is made."""

from __future__ import annotations

import re

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError

from uvas_stats.errors import ObservationError

__all__ = ["check_schema"]

_REGION = r"\d{2}|\d{4}|[A-Za-z][A-Za-z0-9_]*"
_AGE = r"\d{1,3}(-\d{1,3}|\+)?|total"
_MEASURE = r"[a-z][a-z0-9_]*_(pct|count|rank|kkr|points|ratio)"


def _text(
    pattern: str | None = None, allowed: tuple[str, ...] | None = None, *, nullable: bool = False
) -> pa.Column:
    """Declare a categorical text column; the check looks at the categories in use, not at each row."""

    def fits(series: pd.Series) -> bool:
        used = pd.Series(list(series.unique()), dtype="object").dropna()
        if not used.map(lambda item: isinstance(item, str)).all():
            return False
        if allowed is not None:
            return bool(used.isin(allowed).all())
        return bool(used.map(lambda item: re.fullmatch(pattern or ".+", item, re.ASCII) is not None).all())

    wanted = f"ett av {', '.join(allowed)}" if allowed else f"text av formen {pattern or 'en rad'}"
    return pa.Column("category", pa.Check(fits, error=wanted), nullable=nullable)


def _schema() -> pa.DataFrameSchema:
    from uvas_stats.observation import SEXES, STATUSES

    number = pa.Column("float64", nullable=True)
    return pa.DataFrameSchema(
        {
            "dataset": _text("[a-z][a-z0-9_]*"),
            "edition": _text(r"\d{4}-\d{2}-\d{2}([T_].+)?"),
            "region_code": _text(_REGION),
            "period": _text(r"\d{4}(-\d{2}|H[12]|/\d{2})?"),
            "period_end": pa.Column("datetime64[us]"),
            "sex": _text(allowed=SEXES),
            "age_group": _text(_AGE),
            "breakdown": _text("[a-z][a-z0-9_]*", nullable=True),
            "category": _text(nullable=True),
            "measure": _text(_MEASURE),
            "value": number,
            "lower": number,
            "upper": number,
            "status": _text(allowed=STATUSES),
            "noise": pa.Column("bool"),
            "origin": _text(),
        },
        strict=True,
        ordered=True,
    )


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
