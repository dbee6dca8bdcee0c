"""From a file to tables that can be counted: registration periods, contacts and measures, or participations.

What is kept of a person is a hash that only this run understands, and what the counts need.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from tests.register.row_reader.consistency import (
    check_order,
    drop_repeated,
    link_persons,
    note_two_numbers,
    one_period_each,
)
from tests.register.row_reader.convert import convert_rows
from tests.register.row_reader.rows import read_rows
from uvas_stats.catalog import Catalog
from uvas_stats.register.fields import fields_of
from uvas_stats.register.reading.faults import Faults
from uvas_stats.register.reading.headings import refuse_prohibited_columns
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import Mapping
from uvas_stats.register.reading.read import Register

__all__ = ["read_register"]

_PERSON = ("region", "person", "born", "sex")
_MEASURE = ["region", "person", "registered", "measure_from", "measure_type"]


def read_register(path: Path, mapping: Mapping, key: Key, catalog: Catalog, at: dt.date | None = None) -> Register:
    """Read a register.

    Parameters
    ----------
    path, mapping
        The file and how it is read.
    key
        Turns personnummer into hashes; lists read with the same key can be compared.
    at
        The date that decides the century of years written with two digits; None means today.

    Raises
    ------
    RegisterError
        If the file or its columns are not what the mapping says. Single rows that do not fit raise nothing
        are in ``faults``, and :func:`require_trust` decides whether the rest can be counted.
    """
    faults = Faults()
    rows = read_rows(path, faults, mapping.sheet)
    refuse_prohibited_columns(rows.columns, mapping.kind, path)
    count = int(rows.attrs["rows"])
    columns = frozenset(name for name, heading in mapping.columns.items() if heading)
    if rows.empty:
        return Register(mapping.kind, {}, faults, count, mapping.largest_bad_share, columns)
    held = convert_rows(rows, mapping, key, faults, catalog, at or dt.date.today())  # noqa: DTZ011 - a calendar day
    del rows
    held = link_persons(held.loc[held["person"] != 0], faults)  # first: it may change when a person was born
    check_order(held, mapping.kind, faults)
    held = held.loc[~held.index.isin(list(faults.bad_rows))]
    held = drop_repeated(note_two_numbers(held, faults), faults)
    tables = _TABLES[mapping.kind](held, faults)
    return Register(mapping.kind, tables, faults, count, mapping.largest_bad_share, columns)


def _period_fields(kind: str) -> list[str]:
    """Return the fields that tell of the period of a person, not of who it is and where."""
    return [name for name, one in fields_of(kind).items() if one.kind not in ("number", "kommun")]


def _kaa(held: pd.DataFrame, faults: Faults) -> dict[str, pd.DataFrame]:
    columns = [name for name in _period_fields("kaa") if not name.startswith(("contact_", "measure_"))]
    spells = one_period_each(held, [*_PERSON, *columns], "registered", "closed", faults)
    held = held.loc[~held.index.isin(list(faults.bad_rows))]
    contacts = held.loc[held["contact_date"].notna(), ["region", "person", "contact_date", "contact_occupation"]]
    return {
        "spells": spells,
        "contacts": contacts.set_axis(["region", "person", "date", "occupation"], axis=1).drop_duplicates(
            ignore_index=True
        ),
        "measures": _measures(held, faults),
    }


def _measures(held: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """Give one row a measure; an end in a row of its own belongs to the measure with the same beginning."""
    ends = ["measure_to", "measure_reason", "measure_after"]
    rows = held.loc[held["measure_from"].notna(), [*_MEASURE, *ends]]
    lonely = held.index[held["measure_from"].isna() & held["measure_to"].notna()]
    faults.add(lonely, "Åtgärd avslutad", "saknar påbörjad åtgärd på samma rad; åtgärden räknas inte", fatal=False)
    groups = rows.groupby(_MEASURE, observed=True, dropna=False)["measure_to"]
    differ = rows.index[groups.transform("nunique") > 1]
    faults.add(differ, "Åtgärd avslutad", "har olika datum för samma åtgärd; den sista gäller", fatal=False)
    whole = rows.sort_values("measure_to", na_position="first", kind="stable").drop_duplicates(
        _MEASURE, keep="last"
    )
    names = ["region", "person", "begins", "ends", "type", "reason", "after"]
    named = whole[["region", "person", "measure_from", "measure_to", "measure_type", "measure_reason",
                   "measure_after"]].set_axis(names, axis=1)  # fmt: skip
    return named.drop_duplicates(["region", "person", "begins", "type"], ignore_index=True)


def _participants(held: pd.DataFrame, faults: Faults) -> dict[str, pd.DataFrame]:
    columns = [*_PERSON, *_period_fields("participants")]
    return {"participations": one_period_each(held, columns, "start", "end", faults)}


def _members(held: pd.DataFrame, _: Faults) -> dict[str, pd.DataFrame]:
    return {"members": held[["region", "person", "start", "end"]].drop_duplicates(ignore_index=True)}


_TABLES = {"kaa": _kaa, "participants": _participants, "list": _members}
