"""Does a register make sense? Order of dates, repeated rows, linked numbers, and one period at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from uvas_stats.register.fields import UNKNOWN, fields_of
from uvas_stats.register.reading.faults import Faults

__all__ = ["check_order", "drop_repeated", "link_persons", "note_two_numbers", "one_period_each"]

_PAIRS = {
    "kaa": (
        ("registered", "closed"),
        ("resident_from", "resident_to"),
        ("school_from", "school_to"),
        ("measure_from", "measure_to"),
    ),
    "participants": (("start", "end"), ("first_contact", "first_measure"), ("end", "followed_up")),
    "list": (("start", "end"),),
}
_ALIKE = ["region", "born", "sex"]
_LONGEST_CHAIN = 5
_YOUNGEST = 15


def check_order(held: pd.DataFrame, kind: str, faults: Faults) -> None:
    """Note ends before their beginnings, and anything before the person was born by the number of today.

    Parameters
    ----------
    held
        The converted rows.
    kind
        Of register.
    faults
        Gets what does not fit.
    """
    fields = fields_of(kind)
    for first, last in _PAIRS[kind]:
        wrong = held[first].notna() & (held[last] < held[first])
        faults.add(held.index[wrong], fields[last].label, f"ligger före {fields[first].label.lower()}")
    for name, one in fields.items():
        if one.kind == "date":
            faults.add(held.index[held[name] < held["born"]], one.label, "ligger före födelsedatum")
    if kind == "kaa":
        young = held["registered"].dt.year - held["born"].dt.year < _YOUNGEST
        label = fields["registered"].label
        faults.add(held.index[young], label, f"ligger före året då personen fyller {_YOUNGEST}")


def link_persons(held: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """Let rows with an earlier number belong to the person who has the new one, where the file itself says so."""
    linked = held.loc[(held["earlier"] != 0) & (held["earlier"] != held["person"]), ["earlier", "person"]]
    if linked.empty:
        return held.drop(columns="earlier")
    several = linked.groupby("earlier")["person"].transform("nunique") > 1
    faults.add(linked.index[several], "Tidigare personnummer", "är angivet för flera personer")
    sure = linked.loc[~several].drop_duplicates("earlier").set_index("earlier")["person"]
    person = held["person"].copy()
    for _ in range(_LONGEST_CHAIN):
        replaced = person.isin(sure.index)
        person.loc[replaced] = sure.loc[
            person.loc[replaced]
        ].to_numpy()  # whole numbers all the way: no hash is rounded
    circular = person.isin(sure.index)
    faults.add(held.index[circular], "Tidigare personnummer", "pekar i en cirkel")
    kept = held.assign(person=person).loc[~circular & ~held.index.isin(linked.index[several])]
    return _as_now(kept, held).drop(columns="earlier")


def _as_now(kept: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Give all rows of a person the birth date and sex of the number that the person has now."""
    now = held.drop_duplicates("person").set_index("person")[["born", "sex"]]
    known = kept["person"].isin(now.index)
    born, sex = kept["person"].map(now["born"]), kept["person"].map(now["sex"])
    return kept.assign(born=born.where(known, kept["born"]), sex=sex.where(known, kept["sex"]))


def note_two_numbers(held: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """Note rows with a samordningsnummer that may be of one who has a personnummer too, and forget which they are.

    The birth date, sex and kommun are the same, and nothing in the file says that they are one person.
    """
    temporary = held["coordination"].astype("bool")
    others = held.loc[~temporary]
    lonely = held.loc[temporary & ~held["person"].isin(others["person"])]
    alike = pd.MultiIndex.from_frame(lonely[_ALIKE]).isin(pd.MultiIndex.from_frame(others[_ALIKE]))
    faults.add(
        lonely.index[alike],
        "Samordningsnummer",
        "kan vara samma person som på en annan rad med personnummer; ange tidigare nummer om så är fallet",
        fatal=False,
    )
    return held.drop(columns="coordination")


def drop_repeated(held: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """Leave out rows that say again what an earlier row says."""
    again = held.duplicated(keep="first")
    faults.add(held.index[again], "Raden", "upprepar en tidigare rad, som räknas en gång", fatal=False)
    return held.loc[~again]


def one_period_each(held: pd.DataFrame, columns: list[str], start: str, end: str, faults: Faults) -> pd.DataFrame:
    """Gather the rows of each period of a person into one; rows that contradict each other are left out.

    Parameters
    ----------
    held
        The converted rows.
    columns
        What is kept of a period.
    start, end
        The columns with its first and last day.
    faults
        Gets what does not fit.

    Returns
    -------
    pandas.DataFrame
        One row a person and start. Rows of one period may each tell a part of it: what is missing in one is taken
        from another. Periods of a person in the same kommun that overlap are noted, and not counted.
    """
    keys = ["region", "person", start]
    rows = held[columns].replace({UNKNOWN: None})
    groups = rows.groupby(keys, observed=True, dropna=False)
    others = [name for name in columns if name not in keys]
    if groups.ngroups < len(rows):
        differ = (groups[others].transform("nunique") > 1).any(axis=1)
        faults.add(rows.index[differ], "Raden", "säger annat än en annan rad om samma period")
        rows = rows.loc[~differ]
        periods = rows.groupby(keys, observed=True, dropna=False, as_index=False)[others].first()
    else:
        periods = rows
    periods = periods.assign(**{name: periods[name].astype("str").where(periods[name].notna(), UNKNOWN)
                                for name in others if held[name].dtype == "str"})  # fmt: skip
    bad = _overlapping(periods, start, end)
    if bad.any():
        hit = pd.MultiIndex.from_frame(periods.loc[bad, keys])
        at = held.index[pd.MultiIndex.from_frame(held[keys]).isin(hit)]
        faults.add(at, "Raden", "hör till en period som överlappar en annan för samma person")
    return periods.loc[~bad, columns].reset_index(drop=True)


def _overlapping(periods: pd.DataFrame, start: str, end: str) -> pd.Series:
    """Mark periods that begin before another of the same person in the same kommun has ended."""
    ordered = periods.sort_values(["region", "person", start], kind="stable")
    far = pd.Timestamp("2262-01-01")
    ends = ordered[end].fillna(far)
    groups = [ordered["region"], ordered["person"]]
    latest = ends.groupby(groups, observed=True).cummax().groupby(groups, observed=True).shift(1)
    later = (ordered[start] < latest).fillna(value=False)
    starts = ordered[start].groupby(groups, observed=True).shift(-1)
    earlier = (starts < ends) & starts.notna()
    return pd.Series(np.asarray(later | earlier, dtype=bool), index=ordered.index).reindex(periods.index)
