"""Is a file fit for Skolverket's collection? Rules between its variables, each breach by row and field.

The official description of the file was not at hand: the rules are those of the regulation's five blocks (what is
told of an event goes with its date) and of sense (an event lies within the registration). Nothing is kept.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.names import fold, plain_text
from uvas_stats.errors import RegisterError
from uvas_stats.register.fields import fields_of
from uvas_stats.register.reading.convert import convert_rows
from uvas_stats.register.reading.faults import Faults
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import Mapping
from uvas_stats.register.reading.read import read_register
from uvas_stats.register.reading.rows import read_rows

__all__ = ["COLLECTION", "check_collection"]

COLLECTION = Path(__file__).parents[1] / "collection.toml"
"""The mapping of the collection's headings."""
_TOLD_OF = {
    "contact_date": ("contact_occupation",),
    "measure_from": ("measure_type",),
    "measure_to": ("measure_reason", "measure_after"),
    "closed": ("closed_reason", "closed_to"),
}
"""What must stand beside a date, and may not stand without it."""
_WITHIN = ("contact_date", "measure_from", "measure_to")
"""Dates that lie within the registration."""


def check_collection(path: Path, mapping: Mapping, key: Key, catalog: Catalog, at: dt.date) -> Faults:
    """Check a register as it is read for a count, and against the rules of the collection.

    Parameters
    ----------
    path, mapping, key, catalog
        As of :func:`~uvas_stats.register.reading.read.read_register`.
    at
        The day that is reported of: nothing may have happened after it.

    Returns
    -------
    Faults
        Each breach; rows of which something is said are not fit to be reported.

    Raises
    ------
    RegisterError
        If it is no register of the KAA, or the file or its columns are not what the mapping says.
    """
    if mapping.kind != "kaa":
        raise RegisterError(f"Mappningen gäller {mapping.kind}, inte kaa", todo="Välj rätt mappning")
    register = read_register(path, mapping, key, catalog, at)
    faults = register.faults
    if not register.rows:
        raise RegisterError("Registret har inga rader", where=path.name, todo="Kontrollera exporten")
    rows = read_rows(path, Faults(), mapping.sheet)
    held = convert_rows(rows, mapping, key, Faults(), catalog, at)
    _check_told(rows.loc[held.index], mapping, faults)
    _check_days(held, at, faults)
    return faults


def _check_told(rows: pd.DataFrame, mapping: Mapping, faults: Faults) -> None:
    """Note what is missing beside a date, and what is told of a date that is not there."""
    fields, headings = fields_of(mapping.kind), {fold(str(heading)): heading for heading in rows}
    nothing = {"", *(plain_text(text).casefold() for text in mapping.no_date)}
    filled = {}
    for name, heading in mapping.columns.items():
        if heading:
            texts = rows[headings[fold(heading)]].cat
            told = [plain_text(text).casefold() not in nothing for text in texts.categories]
            filled[name] = np.array([*told, False])[texts.codes]
    for day, beside in _TOLD_OF.items():
        for name in beside:
            if day in filled and name in filled:
                label, about = fields[name].label, fields[day].label
                missing = rows.index[filled[day] & ~filled[name]]
                faults.add(missing, label, f"saknas, fast {about.lower()} är angivet")
                alone = rows.index[filled[name] & ~filled[day]]
                faults.add(alone, label, f"är angivet, fast {about.lower()} saknas")


def _check_days(held: pd.DataFrame, at: dt.date, faults: Faults) -> None:
    """Note days after the one reported of, outside the registration, and at the wrong age."""
    fields, day = fields_of("kaa"), pd.Timestamp(at)
    for name in ("registered", "closed", *_WITHIN):
        faults.add(held.index[held[name] > day], fields[name].label, "ligger efter mätdatum")
    for name in _WITHIN:
        faults.add(held.index[held[name] < held["registered"]], fields[name].label, "ligger före registreringen")
        faults.add(held.index[held[name] > held["closed"]], fields[name].label, "ligger efter avregistreringen")
    twenty = held["born"] + pd.DateOffset(years=20)
    label = fields["registered"].label
    faults.add(held.index[held["registered"] >= twenty], label, "ligger efter dagen då personen fyllde 20")
    early = (held["closed_reason"] == "turned_20") & (held["closed"] < twenty)
    label = fields["closed_reason"].label
    faults.add(held.index[early], label, "är att personen fyllt 20, men avregistreringen ligger före den dagen")
