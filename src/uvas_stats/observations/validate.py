"""Make observations, and check them against the contract: the first rule broken stops, with the row it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from uvas_stats.errors import ObservationError
from uvas_stats.observations.contract import COLUMNS, KEY, NUMBERS, TEXT_COLUMNS, TEXT_RULES
from uvas_stats.periods import period_end, period_kind

__all__ = ["make_observations", "validate", "validate_together"]

_TYPES = {"period_end": "datetime64[us]", "noise": "bool", **dict.fromkeys(NUMBERS, "float64")}
_DEFAULTS: Mapping[str, Any] = {
    "sex": "total",
    "breakdown": None,
    "category": None,
    "lower": np.nan,
    "upper": np.nan,
    "status": "ok",
    "noise": False,
}


def make_observations(frame: pd.DataFrame) -> pd.DataFrame:
    """Complete a frame to the contract's columns, order and types, and validate it.

    Parameters
    ----------
    frame
        One row a figure. ``period_end`` is derived; ``sex``, ``breakdown``, ``category``, ``lower``, ``upper``,
        ``status`` and ``noise`` get their defaults (total, null, null, null, null, ok, False) if absent.

    Returns
    -------
    pandas.DataFrame
        The columns of ``COLUMNS``.

    Raises
    ------
    ObservationError
        If a column is missing or unknown, or a row breaks the contract.

    Examples
    --------
    >>> rows = pd.DataFrame({"dataset": ["kolada"], "edition": ["2026-11-21"], "region_code": ["2182"],
    ...     "period": ["2024"], "age_group": ["16-24"], "measure": ["uvas_share_pct"], "value": [9.15],
    ...     "origin": ["kolada/2026-11-21/kolada_published.csv"]})
    >>> make_observations(rows)[["period_end", "sex", "status"]].iloc[0].tolist()
    [Timestamp('2024-12-31 00:00:00'), 'total', 'ok']
    """
    unknown = set(frame.columns) - set(COLUMNS)
    missing = set(COLUMNS) - set(_DEFAULTS) - {"period_end"} - set(frame.columns)
    if unknown or missing:
        raise ObservationError(
            f"Tabellens kolumner är fel: saknas {sorted(missing)}, okända {sorted(unknown)}",
            todo=f"Kolumnerna ska vara {', '.join(COLUMNS)}",
        )
    full = frame.assign(**{name: default for name, default in _DEFAULTS.items() if name not in frame.columns})
    ends = {period: pd.Timestamp(period_end(str(period))) for period in full["period"].unique()}
    full["period_end"] = full["period"].map(ends).astype("datetime64[us]")
    full = full.astype(dict.fromkeys(TEXT_COLUMNS, "category"))
    full = full.astype({name: "float64" for name in NUMBERS if _numeric(full[name], name)})
    return validate(full[list(COLUMNS)])


def _numeric(column: pd.Series, name: str) -> bool:
    """Demand numbers or nulls: text that looks like a number is the reader's to understand, not ours."""
    if column.isna().all() or (is_numeric_dtype(column) and not is_bool_dtype(column)):
        return True
    raise ObservationError(f"Kolumnen {name} har annat än tal", todo="Rätta läsaren eller råfilen")


def _first(frame: pd.DataFrame, bad: pd.Series) -> str:
    row = frame.loc[bad.to_numpy()].iloc[0]
    key = ", ".join(f"{name}={row[name]}" for name in (*KEY, "origin") if not pd.isna(row[name]))
    return f"{int(bad.sum())} rader, först {key}"


def _row_rules(frame: pd.DataFrame) -> Iterable[tuple[str, pd.Series]]:
    value, lower, upper, status = (frame[name] for name in ("value", "lower", "upper", "status"))
    known = value.notna()
    yield (
        "En rad har status ok eller preliminär men saknar värde",
        status.isin(["ok", "provisional"]) & ~known,
    )
    yield (
        "En rad har värde fast statusen säger att det saknas",
        known & status.isin(["suppressed", "not_applicable", "not_available"]),
    )
    yield "En äkta nolla har ett annat värde än 0", (status == "true_zero") & ~(value == 0)
    yield "Ett intervall saknar båda gränserna", (status == "interval") & lower.isna() & upper.isna()
    yield "Undre gränsen är större än den övre", lower > upper
    yield "Värdet ligger utanför sina gränser", known & ((value < lower) | (value > upper))
    yield "Värdet är inte ett ändligt tal", known & ~np.isfinite(value)


def _check_columns(frame: pd.DataFrame) -> None:
    """Check names, order, types and allowed values of the columns."""
    if tuple(frame.columns) != COLUMNS:
        raise ObservationError(
            "Tabellens kolumner eller deras ordning är fel", todo=f"De ska vara {', '.join(COLUMNS)}"
        )
    for name in COLUMNS:
        wrong = _wrong_text(frame[name], name) if name in TEXT_RULES else _wrong_type(frame[name], _TYPES[name])
        if wrong:
            raise ObservationError(
                f"Kolumnen {name} följer inte kontraktet: {wrong}", todo="Rätta läsaren eller råfilen"
            )


def _wrong_type(column: pd.Series, wanted: str) -> str:
    return "" if column.dtype == wanted else "värdena är av fel slag"


def _wrong_text(column: pd.Series, name: str) -> str:
    """Say what is wrong with a text column; its categories in use are looked at, not its rows."""
    rule = TEXT_RULES[name]
    if column.dtype != "category":
        return "värdena är av fel slag"
    if not rule.nullable and column.isna().any():
        return "får inte sakna värde"
    fits = rule.fits(column.cat.remove_unused_categories().cat.categories)
    return "" if fits else f"ska vara {rule.wanted}"


def validate(frame: pd.DataFrame) -> pd.DataFrame:
    """Check a frame against the contract and return it unchanged.

    Raises
    ------
    ObservationError
        At the first rule broken: columns and types, allowed values, a null value with status ok, a value outside
        its bounds, a key that is not unique, or a series that mixes kinds of period.
    """
    _check_columns(frame)
    for text, bad in _row_rules(frame):
        if bad.any():
            raise ObservationError(text, where=_first(frame, bad), todo="Rätta läsaren eller råfilen")
    return validate_together(frame)


def validate_together(frame: pd.DataFrame) -> pd.DataFrame:
    """Check what only the whole can break where each part has been validated, and return it unchanged.

    Raises
    ------
    ObservationError
        If a key is not unique, or a series mixes kinds of period.
    """
    double = _doubled(frame)
    if double.any():
        raise ObservationError(
            "Samma uppgift finns flera gånger", where=_first(frame, double), todo="Nyckeln måste vara unik"
        )
    _one_kind_of_period(frame)
    return frame


def _doubled(frame: pd.DataFrame) -> pd.Series:
    """Tell which rows share their key with another, by the codes of the categories and not by their texts."""
    key = np.zeros(len(frame), dtype=np.int64)
    keys = 1
    for name in KEY:
        column = frame[name].cat
        count = len(column.categories) + 1  # null has a code of its own
        if keys * count >= 2**62:
            key, distinct = pd.factorize(key)
            keys = len(distinct)
        key = key * count + (column.codes.to_numpy() + 1)
        keys *= count
    return pd.Series(key, index=frame.index).duplicated(keep=False)


def _one_kind_of_period(frame: pd.DataFrame) -> None:
    series = frame[["dataset", "measure", "period"]].drop_duplicates()
    kinds = series.assign(kind=[period_kind(str(period)) for period in series["period"]])
    mixed = kinds.groupby(["dataset", "measure"], observed=True)["kind"].nunique()
    if (mixed > 1).any():
        dataset, measure = mixed.index[mixed > 1][0]
        raise ObservationError(
            "En serie blandar olika slags perioder", where=f"{dataset}, {measure}", todo="Dela upp måttet"
        )
