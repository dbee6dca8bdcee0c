"""Mend what is known to be wrong at the publisher, as ``catalog/data/corrections.toml`` declares it."""

from __future__ import annotations

import pandas as pd

from uvas_stats.catalog import Catalog, Correction
from uvas_stats.errors import RawFileError

__all__ = ["correct"]


def correct(frame: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Apply the declared corrections to the observations of one edition.

    Parameters
    ----------
    frame
        Observations of one dataset and edition.
    catalog
        Its corrections of other datasets are passed over, and so are those of a figure that the edition has not.

    Returns
    -------
    pandas.DataFrame
        The observations; ``attrs["corrections"]`` says by origin what was done and why. The frame itself where
        nothing was.

    Raises
    ------
    RawFileError
        If the publisher has another figure than the one that is known to be wrong.
    """
    if frame.empty:
        return frame
    dataset, edition = str(frame["dataset"].iloc[0]), str(frame["edition"].iloc[0])
    done: dict[str, list[str]] = {}
    for correction in catalog.corrections:
        if correction.dataset != dataset or (correction.until and edition > correction.until):
            continue
        rows = _rows(frame, correction, catalog)
        if not rows.any():
            continue
        origin = str(frame.loc[rows, "origin"].iloc[0])
        _guard(frame.loc[rows, "value"], correction, origin)
        frame = _applied(frame, rows, correction)
        done.setdefault(origin, []).append(_told(correction))
    if done:
        frame.attrs["corrections"] = done
    return frame


def _rows(frame: pd.DataFrame, correction: Correction, catalog: Catalog) -> pd.Series:
    """Find the figures that a correction is of, where the edition has a value for them."""
    rows = frame["breakdown"].isna() & frame["value"].notna() & frame["sex"].isin(correction.sexes)
    for column, text in {
        "measure": correction.measure,
        "region_code": correction.region,
        "period": correction.period,
        "age_group": correction.age_group or catalog.measures[correction.measure].ages,
    }.items():
        rows &= frame[column] == text
    return rows


def _guard(values: pd.Series, correction: Correction, origin: str) -> None:
    other = values[values != correction.expect]
    if not other.empty:
        raise RawFileError(
            f"{_named(correction)} är {other.iloc[0]:g} hos utgivaren, men rättelsen gäller {correction.expect:g}",
            where=origin,
            todo="Ta bort rättelsen ur corrections.toml, eller ange i until sista utgåvan med felet",
        )


def _applied(frame: pd.DataFrame, rows: pd.Series, correction: Correction) -> pd.DataFrame:
    if correction.action == "flag":
        return frame.copy(deep=False)
    value, status = (correction.value, "ok") if correction.action == "replace" else (None, "not_available")
    statuses = frame["status"].astype("str").mask(rows, status).astype("category")
    return frame.assign(value=frame["value"].mask(rows, value), status=statuses)


def _named(correction: Correction) -> str:
    return f"{correction.measure}, {correction.region}, {correction.period}"


def _told(correction: Correction) -> str:
    did = {"replace": f"rättat till {correction.value}", "drop": "struket", "flag": "märkt som fel"}
    why = f"{correction.reason} ({correction.source}, {correction.date.isoformat()})"
    return f"{_named(correction)}: {correction.expect:g} {did[correction.action]}. {why}"
