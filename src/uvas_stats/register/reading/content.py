"""What columns hold, where their headings do not tell: persons, codes that are known, and dates."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pandas as pd

from uvas_stats.catalog.names import fold
from uvas_stats.register.fields import UNKNOWN, fields_of
from uvas_stats.register.reading.dates import DATE_FORMATS, parse_dates
from uvas_stats.register.reading.identity import check_numbers
from uvas_stats.register.reading.mapping import Mapping

__all__ = ["FEWEST", "columns_by_content", "count_persons", "number_column", "persons_of"]

FEWEST = 5
"""What fewer persons have may be one person's own words: it is neither written nor trusted."""
_FORM = r"\s*(\d{2})?\d{6}[-+]?\d{4}\s*"
_NUMBERS = 0.9
"""The share of a column's cells that look like personnummer, if that is what it holds."""


def number_column(rows: pd.DataFrame) -> dict[str, str]:
    """Find the first column that holds personnummer, as field to heading; empty where there is none."""
    for heading in rows.columns:
        values = rows[heading].loc[rows[heading] != ""]
        if len(values) and values.str.fullmatch(_FORM).mean() > _NUMBERS:
            return {"personnummer": str(heading)}
    return {}


def persons_of(rows: pd.DataFrame, heading: str) -> pd.Series:
    """Give the ten digits that stand for a person in each row; empty where there is no valid number."""
    if not heading:
        return pd.Series("", index=rows.index, dtype="str")
    unique = pd.Series(rows[heading].unique(), dtype="str")
    numbers = check_numbers(unique, dt.date.today())["number"].str[-10:]  # noqa: DTZ011 - a calendar day
    return rows[heading].map(dict(zip(unique, numbers, strict=True))).astype("str")


def count_persons(persons: pd.Series) -> int:
    """Count persons, each once."""
    return int(persons.loc[persons != ""].nunique())


def columns_by_content(rows: pd.DataFrame, mapping: Mapping, persons: pd.Series) -> dict[str, str]:
    """Find fields that no heading tells of, by what the other columns hold.

    Returns
    -------
    dict of str to str
        Field to heading. A code field is found where the cells of a column, those of :data:`FEWEST` persons at
        least, are known codes of this field alone; a date that must be there where it is the only one missing and
        one column of dates is left.
    """
    fields = fields_of(mapping.kind)
    free = [one for one in fields.values() if one.id not in mapping.columns]
    left = [str(one) for one in rows.columns if one not in mapping.columns.values()]
    left = [one for one in left if count_persons(persons.loc[rows[one] != ""]) >= FEWEST]
    codes = {one.id: mapping.code_table(one.id) for one in free if one.categories}
    found = _only_pairs({one: [name for name in codes if _known(rows[one], codes[name])] for one in left})
    needed = [one.id for one in free if one.kind == "date" and one.required]
    dates = [one for one in left if one not in found.values() and _are_dates(rows[one], persons)]
    if len(needed) == len(dates) == 1:
        found[needed[0]] = dates[0]
    return found


def _only_pairs(fits: dict[str, list[str]]) -> dict[str, str]:
    """Keep the headings that fit one field, and that no other heading fits."""
    sure = {heading: names[0] for heading, names in fits.items() if len(names) == 1}
    times = Counter(sure.values())
    return {name: heading for heading, name in sure.items() if times[name] == 1}


def _known(texts: pd.Series, table: dict[str, str]) -> bool:
    """Tell whether all codes are known, and not all of them as unknown."""
    unique = [fold(str(text)) for text in texts.unique()]
    return all(text in table for text in unique) and any(table[text] != UNKNOWN for text in unique)


def _are_dates(texts: pd.Series, persons: pd.Series) -> bool:
    """Tell whether all cells are dates, other than the days that the persons were born."""
    filled = texts != ""
    days = parse_dates(texts.loc[filled], DATE_FORMATS, dt.date.today())  # noqa: DTZ011 - a calendar day
    born = days.dt.strftime("%y%m%d") == persons.loc[filled].str[:6]
    return bool(days.notna().all()) and not bool(born.mean() > 0.5)
