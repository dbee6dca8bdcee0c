"""The figures behind a chart or table, with Swedish headings and codes written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from uvas_stats.observations.contract import COLUMNS
from uvas_stats.present.chapter import Content
from uvas_stats.present.view import SEX_TEXT
from uvas_stats.report.labels import AGE, CODES, SHORT_STATUS, STATUS, heading, value_text

__all__ = ["FIGURES", "Lookup", "compact", "detailed", "lookup"]

_FIRST = ("region_name", "region_code", "measure_title", "period", "sex", "age_group", "breakdown", "category")
_MIDDLE = ("value", "lower", "upper", "unit", "status_text")
_LAST = ("status", "measure", "dataset", "edition", "origin")
_SAME = ("Mått", "Ålder", "Kön", "Enhet")
"""Headings left out of a small table where every row says the same; its caption tells."""
FIGURES = ("Värde", "Undre gräns", "Övre gräns")
"""Headings of the columns that are in the measure's unit."""
_WIDEST = 40
_LONGEST = 400


@dataclass(frozen=True)
class Lookup:
    """Names that a report's own figures give to codes."""

    regions: Mapping[str, str]
    measures: Mapping[str, str]
    units: Mapping[str, str]


def lookup(content: Content) -> Lookup:
    """Collect the names of regions and measures, and the units, from the flat sheet."""
    flat = content.flat

    def pairs(key: str, value: str) -> dict[str, str]:
        if flat.empty or not {key, value} <= set(flat.columns):
            return {}
        known = flat[[key, value]].astype("str").drop_duplicates(key)
        return dict(zip(known[key], known[value], strict=True))

    return Lookup(pairs("region_code", "region_name"), pairs("measure", "measure_title"), pairs("measure", "unit"))


def _named(data: pd.DataFrame, names: Lookup) -> pd.DataFrame:
    """Add region, measure, unit and status in words where their codes are there."""
    full = data.reset_index(drop=True).copy()
    for code, column, known in (
        ("region_code", "region_name", names.regions),
        ("measure", "measure_title", names.measures),
        ("measure", "unit", names.units),
        ("status", "status_text", STATUS),
    ):
        if code in full.columns and column not in full.columns:
            codes = full[code].astype("object").map(str)
            full[column] = [known.get(text, "" if column == "unit" else text) for text in codes]
    return _coded(full)


def _coded(full: pd.DataFrame) -> pd.DataFrame:
    if "sex" in full.columns:
        full["sex"] = [SEX_TEXT.get(str(value), str(value)) for value in full["sex"].astype("object")]
    if "age_group" in full.columns:
        full["age_group"] = full["age_group"].astype("object").map(_age)
    for column in ("breakdown", "category"):
        if column in full.columns:
            full[column] = (
                full[column].astype("object").map(lambda code: CODES.get(code, code), na_action="ignore")
            )
    if "noise" in full.columns:
        full["noise"] = ["ja" if value else "nej" for value in full["noise"]]
    return full


def _age(value: object) -> object:
    text = str(value)
    if text == "total":
        return "alla åldrar"
    return f"{text.replace('-', '–')} år" if AGE.fullmatch(text) else value


def detailed(data: pd.DataFrame, names: Lookup, *, everything: bool = False) -> pd.DataFrame:
    """Return the figures with Swedish headings, figures still as numbers.

    Parameters
    ----------
    data
        What a chart or table shows: observations, or any other frame.
    names
        Names for the codes.
    everything
        Keep codes, origin and columns that say nothing, so that the sheet has the same columns every time.

    Returns
    -------
    pandas.DataFrame
        Index from 0; what tells figures apart first, then the figures, then where they came from.
    """
    full = _named(data, names)
    silent = (c for c in full.columns if c != "value" and _silent(full, c))
    dull = set() if everything else {"period_end", *_LAST, *silent}
    head = [c for c in _FIRST if c in full.columns]
    middle = [c for c in _MIDDLE if c in full.columns]
    tail = [c for c in _LAST if c in full.columns]
    other = [c for c in full.columns if c not in {*head, *middle, *tail}]
    order = [c for c in (*head, *middle, *other, *tail) if c not in dull]
    return full[order].rename(columns={column: heading(str(column)) for column in order})


def _silent(full: pd.DataFrame, column: str) -> bool:
    values = full[column]
    untold = SEX_TEXT["total"] if column == "sex" else "nej" if column == "noise" else None
    return bool(values.isna().all() or (untold is not None and (values == untold).all()))


def compact(data: pd.DataFrame, names: Lookup) -> tuple[pd.DataFrame, str]:
    """Return the figures as a small table of finished text, and what has been left out.

    Regions become rows and periods columns where each pair has one figure; otherwise one row a figure. A long
    table is cut.
    """
    if data.empty:
        return pd.DataFrame(), ""
    table = _across(data, names) if _pivots(data) else _down(data, names)
    if len(table) <= _LONGEST:
        return table, ""
    return table.iloc[:_LONGEST], f"De första {_LONGEST} av {len(table)} rader visas."


def _pivots(data: pd.DataFrame) -> bool:
    needed = {"region_code", "period", "measure", "value", "status"}
    if not needed <= set(data.columns) or set(data.columns) - set(COLUMNS) - {
        "region_name",
        "measure_title",
        "unit",
    }:
        return False
    if "interval" in set(data["status"].astype("str")):
        return False  # bounds need columns of their own
    one_measure = len(set(data["measure"].astype("str"))) == 1
    return (
        one_measure
        and data["period"].nunique() <= _WIDEST
        and not data.duplicated(["region_code", "period"]).any()
    )


def _across(data: pd.DataFrame, names: Lookup) -> pd.DataFrame:
    unit = names.units.get(str(data["measure"].iloc[0]), "")
    rows = zip(
        data["region_code"].astype("str"), data["period"].astype("str"), data["value"], data["status"], strict=True
    )
    texts = {(region, period): value_text(value, unit, str(status)) for region, period, value, status in rows}
    regions = list(dict.fromkeys(region for region, _ in texts))
    periods = _in_time(data)
    out = {"Region": [names.regions.get(region, region) for region in regions]}
    out |= {period: [texts.get((region, period), "") for region in regions] for period in periods}
    return pd.DataFrame(out)


def _in_time(data: pd.DataFrame) -> list[str]:
    by = "period_end" if "period_end" in data.columns else "period"
    return list(dict.fromkeys(data.sort_values(by, kind="stable")["period"].astype("str")))


def _down(data: pd.DataFrame, names: Lookup) -> pd.DataFrame:
    table = detailed(data, names).drop(columns="Regionkod", errors="ignore")
    units = list(table["Enhet"]) if "Enhet" in table.columns else [""] * len(table)
    codes = list(data["status"].astype("str")) if "status" in data.columns else ["ok"] * len(table)
    if not set(codes) & {*SHORT_STATUS, "interval", "provisional"}:
        table = table.drop(columns="Status", errors="ignore")
    for column in table.columns:
        figure = column in FIGURES
        table[column] = _texts(table[column], units if figure else None, codes if column == "Värde" else None)
    same = [name for name in _SAME if name in table.columns and len(table) > 1 and len(set(table[name])) == 1]
    unit = set(units)
    table = table.drop(columns=same)
    return table.rename(columns={"Värde": f"Värde ({unit.pop()})"}) if "Enhet" in same and unit != {""} else table


def _texts(column: pd.Series, units: list[str] | None, codes: list[str] | None) -> list[str]:
    """Write a column: figures in their unit, other numbers with one decimal or none, and the rest as it is."""
    values = column.astype("object").tolist()
    if not pd.api.types.is_float_dtype(column):
        return ["" if pd.isna(value) else _plain(value) for value in values]
    whole = "antal" if bool((column.dropna() % 1 == 0).all()) else ""
    units = units or [whole] * len(values)
    codes = codes or ["ok"] * len(values)
    return [value_text(value, unit or whole, code) for value, unit, code in zip(values, units, codes, strict=True)]


def _plain(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
