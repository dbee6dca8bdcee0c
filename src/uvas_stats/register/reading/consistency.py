"""Does a register make sense? Order of dates, repeated rows, linked numbers, and one period at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from uvas_stats.register.fields import UNKNOWN, fields_of
from uvas_stats.register.reading.faults import Faults

__all__ = ["as_texts", "check_order", "drop_repeated", "link_persons", "note_two_numbers", "one_period_each"]
__all__ += ["repeated"]

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
_FAR = pd.Timestamp("2262-01-01")
_ODD, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)
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
    held = held.assign(sex=held["sex"].astype("str"))
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
    temporary = held["coordination"]
    others = held.loc[~temporary]
    lonely = held.loc[temporary & ~held["person"].isin(others["person"])]
    if lonely.empty:
        return held.drop(columns="coordination")
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
    again = repeated(held)
    faults.add(held.index[again], "Raden", "upprepar en tidigare rad, som räknas en gång", fatal=False)
    return held.loc[~again]


def repeated(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which rows are like an earlier one; only those whose sums are alike are compared.

    Examples
    --------
    >>> repeated(pd.DataFrame({"a": [1, 2, 1], "b": ["x", "x", "x"]})).tolist()
    [False, False, True]
    """
    sums = np.zeros(len(rows), dtype=np.uint64)
    for name in rows:
        sums = (sums ^ _codes(rows[name]).astype(np.uint64)) * _ODD
        sums ^= sums >> _HALF
    again = pd.Series(sums).duplicated(keep=False).to_numpy(copy=True)
    again[again] = rows.loc[again].duplicated(keep="first")
    return again


def _codes(values: pd.Series) -> npt.NDArray[np.int64]:
    """Give each value a whole number, -1 where it is missing."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(np.int64)
    if values.dtype.kind == "M":
        return np.where(values.isna(), -1, values.to_numpy().view(np.int64))
    return values.to_numpy() if values.dtype.kind == "i" else pd.factorize(values)[0].astype(np.int64)


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
        One row a person and start, in the order of kommun, person and start. Rows of one period may each tell a
        part of it: what is missing in one is taken from another. Periods of a person in the same kommun that
        overlap are noted, and not counted.
    """
    begins, *persons = (_codes(held[name]) for name in (start, "person", "region"))
    order = np.lexsort((begins, *persons))
    rows = held.iloc[order]
    new_person = np.ones(len(rows), dtype=bool)
    new_person[1:] = np.any([np.diff(one[order]) != 0 for one in persons], axis=0)
    new_period = new_person.copy()
    new_period[1:] |= np.diff(begins[order]) != 0
    first, period = np.flatnonzero(new_period), np.cumsum(new_period) - 1
    differ, known = _known_of_period(rows[columns], first, period)
    faults.add(rows.index[differ[period]], "Raden", "säger annat än en annan rad om samma period")
    who = np.cumsum(new_person)[first]
    bad = _overlapping(rows[start].iloc[first], known[end], pd.Series(who).mask(differ))
    at = rows.index[bad[period]]
    faults.add(at, "Raden", "hör till en period som överlappar en annan för samma person")
    return as_texts(pd.DataFrame(known).loc[~differ & ~bad, columns].reset_index(drop=True))


def _known_of_period(
    rows: pd.DataFrame, first: npt.NDArray[np.intp], period: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.bool_], dict[str, pd.Series]]:
    """Tell which periods have rows that contradict each other, and give what is known of each.

    Parameters
    ----------
    rows
        In the order of the periods.
    first
        Where the rows of each period begin.
    period
        Of each row.
    """
    several = np.diff(first, append=len(rows)) > 1
    shared = np.flatnonzero(several[period])
    begins = np.flatnonzero(np.isin(shared, first))
    differ, known = np.zeros(len(first), dtype=bool), {}
    for name in rows:
        at = first.copy()
        if len(shared):
            part = rows[name].iloc[shared]
            codes = _codes(part.mask(part == UNKNOWN) if part.dtype.kind == "O" else part)
            told = codes != -1
            least = np.minimum.reduceat(np.where(told, codes, np.iinfo(np.int64).max), begins)
            most = np.maximum.reduceat(np.where(told, codes, np.iinfo(np.int64).min), begins)
            differ[several] |= least < most
            at[several] = np.minimum.reduceat(np.where(told, shared, len(rows)), begins)
            at = np.where(at == len(rows), first, at)
        known[str(name)] = rows[name].iloc[at].reset_index(drop=True)
    return differ, known


def _overlapping(starts: pd.Series, ends: pd.Series, who: pd.Series) -> npt.NDArray[np.bool_]:
    """Mark periods that begin before another of the same person has ended; they are in order.

    Parameters
    ----------
    starts, ends
        The first and the last day of each.
    who
        Whose it is; missing where it does not count.
    """
    table = pd.DataFrame({"who": who, "start": starts.to_numpy(), "end": ends.fillna(_FAR).to_numpy()})
    table = table.loc[who.notna() & who.duplicated(keep=False)]
    latest = table.groupby("who")["end"].cummax().groupby(table["who"]).shift(1)
    following = table.groupby("who")["start"].shift(-1)
    bad = np.zeros(len(who), dtype=bool)
    bad[table.index] = (table["start"] < latest) | (following < table["end"])
    return bad


def as_texts(rows: pd.DataFrame) -> pd.DataFrame:
    """Write categories as texts."""
    return pd.DataFrame({name: _texts(rows[name]) for name in rows})


def _texts(values: pd.Series) -> pd.Series:
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return values
    texts = pd.array([*values.cat.categories, UNKNOWN], dtype="str")  # a missing one has the code -1
    return pd.Series(texts.take(values.cat.codes.to_numpy()), index=values.index)
