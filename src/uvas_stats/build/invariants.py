"""What figures can be: by themselves, beside each other, and beside those of the edition before.

What cannot be stops an edition. What is odd but may be so at the publisher is a note. What is most likely a fault
of the whole file, such as a tenth of its figures being gone, is a question that the analyst answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from uvas_stats.catalog import Catalog, Dataset
from uvas_stats.errors import ObservationError
from uvas_stats.numbers import number_text
from uvas_stats.observations.contract import KEY
from uvas_stats.observations.editions import FIGURE, WITHIN
from uvas_stats.periods import period_end

__all__ = ["MOST_LOST", "check_bounds", "compare_editions", "refuse_impossible", "relations"]

FRACTIONS = 10
"""How many shares must all be at most 1 to be taken for parts of 1."""
MOST_LOST = 0.1
"""The part of its predecessor's figures that an edition may have lost without a question."""
MOST_MOVED = 0.5
"""The part of the figures that may be less than half or more than twice what they were, without a question."""
USUAL = 0.8
"""In what part of the cases parts must add up to the whole for the others to be told of."""
FEWEST = 20
"""Figures that these parts are taken of; of fewer nothing can be said."""
_MEANS = ("procent", "poäng", "dagar", "kkr")
"""Units of which a whole lies between its parts."""


def check_bounds(frame: pd.DataFrame, catalog: Catalog) -> None:
    """Refuse a value outside what its measure allows, such as a share above 100 percent."""
    measures = [catalog.measures[name] for name in frame["measure"].cat.categories]
    lows = np.array([-np.inf if one.minimum is None else one.minimum for one in measures])
    highs = np.array([np.inf if one.maximum is None else one.maximum for one in measures])
    codes, values = frame["measure"].cat.codes.to_numpy(), frame["value"].to_numpy()
    outside = np.flatnonzero((values < lows[codes]) | (values > highs[codes]))
    if len(outside):
        at = outside[codes[outside].argmin()]
        row, measure = frame.iloc[at], measures[codes[at]]
        key = ", ".join(str(row[column]) for column in KEY if not pd.isna(row[column]))
        raise ObservationError(
            f"Värdet {row['value']:g} ligger utanför {lows[codes[at]]:g}–{highs[codes[at]]:g} för {measure.title}",
            where=f"{row['origin']}: {key}",
            todo="Kontrollera enheten i råfilen",
        )


def refuse_impossible(frame: pd.DataFrame, catalog: Catalog) -> None:
    """Refuse an edition with figures that cannot be.

    Raises
    ------
    ObservationError
        If a value is outside what its measure allows, a count is not whole, all shares of a measure are parts
        of 1, or a figure is of a year after the edition's.
    """
    check_bounds(frame, catalog)
    _refuse_fractions(frame, catalog)
    _refuse_broken_counts(frame, catalog)
    _refuse_future(frame)


def _refuse_broken_counts(frame: pd.DataFrame, catalog: Catalog) -> None:
    """Refuse a count that is not whole: 1.309 pupils is 1 309 with its thousands taken for decimals."""
    measures = [catalog.measures[name] for name in frame["measure"].cat.categories]
    counts = [one.id for one in measures if one.unit == "antal" and one.whole]
    broken = frame.loc[frame["measure"].isin(counts) & (frame["value"] % 1 > 0)]  # an unknown value is not above 0
    if len(broken):
        first = broken.iloc[0]
        title = catalog.measures[str(first["measure"])].title
        raise ObservationError(
            f"{len(broken)} antal är inga heltal, först {first['value']:g} för {title}",
            where=f"{first['origin']}: {first['region_code']}, {first['period']}",
            todo="Kontrollera om ett tusentalstecken lästes som decimaltecken",
        )


def _refuse_fractions(frame: pd.DataFrame, catalog: Catalog) -> None:
    """Refuse an edition whose shares are parts of 1, as a workbook keeps what it shows in percent."""
    known = frame.loc[frame["value"].notna() & (frame["value"] != 0)]
    for name, values in known.groupby("measure", observed=True)["value"]:
        measure = catalog.measures[str(name)]
        if measure.unit == "procent" and len(values) >= FRACTIONS and values.max() <= 1 and (values % 1 > 0).any():
            raise ObservationError(
                f"Alla {len(values)} värden för {measure.title} är högst 1, som delar av 1 och inte procent",
                where=known.loc[values.index[0], "origin"],
                todo="Spara kolumnen som tal i procent, 83,3 och inte 0,833, eller hämta filen igen",
            )


def _refuse_future(frame: pd.DataFrame) -> None:
    """Refuse a figure of a year after the one that the edition is of."""
    known = frame.loc[frame["value"].notna(), ["edition", "period", "region_code", "origin"]]
    late = known["period"].astype("str").str[:4] > known["edition"].astype("str").str[:4]
    if late.any():
        first = known.loc[late].iloc[0]
        raise ObservationError(
            f"{int(late.sum())} uppgifter gäller tiden efter utgåvan {first['edition']}, först {first['period']}",
            where=f"{first['origin']}: {first['region_code']}",
            todo="Kontrollera åren i filen och dagen i --edition",
        )


@dataclass(frozen=True)
class _Figures:
    """The counts of an edition, or what is a mean of its parts: those that carry no noise."""

    frame: pd.DataFrame
    catalog: Catalog

    def beside(self, *columns: str) -> pd.Series:
        """Give those rows the same number that differ in these columns only."""
        names = [name for name in FIGURE if name not in columns]
        return self.frame.groupby(names, observed=True, dropna=False, sort=False).ngroup()

    def told(self, what: str, rows: pd.Index) -> str:
        first = self.frame.loc[rows[0]]
        measure = self.catalog.measures[str(first["measure"])]
        parts = (measure.short, first["region_code"], first["period"], first["category"])
        place = ", ".join(str(part) for part in parts if not pd.isna(part))
        return f"{what} i {'ett fall' if len(rows) == 1 else f'{len(rows)} fall, först'}: {place}."


def relations(frame: pd.DataFrame, catalog: Catalog) -> Iterator[str]:
    """Note where the figures of an edition do not go together: sexes, areas and parts beside their wholes.

    Parameters
    ----------
    frame, catalog
        The observations of the edition, and what is declared.

    Yields
    ------
    str
        A Swedish line for each kind of odd figure, with how many there are and the first.
    """
    yield from _missing_kommuner(frame, catalog)
    units = {one.id: one.unit for one in catalog.measures.values()}
    names = frame["measure"].cat
    unit = np.array([units.get(str(name), "") for name in names.categories])[names.codes]
    exact = ~frame["noise"].to_numpy()
    counts = _Figures(frame.loc[exact & (unit == "antal")].reset_index(drop=True), catalog)
    means = _Figures(frame.loc[exact & np.isin(unit, _MEANS)].reset_index(drop=True), catalog)
    if len(counts.frame):
        yield from _sexes_of_counts(counts)
        yield from _areas_of_counts(counts)
        yield from _parts_of_counts(counts)
    if len(means.frame):
        yield from _sexes_of_means(means)
        yield from _areas_of_means(means)


def _by_sex(figures: _Figures) -> pd.DataFrame:
    """Put the figures of all, women and men beside each other, under the row of all."""
    beside, frame = figures.beside("sex"), figures.frame
    sexes = {
        sex: frame.loc[rows, "value"].set_axis(beside[rows])
        for sex in ("total", "women", "men")
        if (rows := (frame["sex"] == sex).to_numpy()).any()
    }
    if len(sexes) < 3:
        return pd.DataFrame(columns=["total", "women", "men", "measure"])
    total = frame.index[(frame["sex"] == "total").to_numpy()]
    table = pd.DataFrame(sexes).reindex(beside[total]).set_axis(total)
    return table.assign(measure=frame.loc[total, "measure"]).dropna()


def _mostly(holds: pd.Series, measure: pd.Series) -> pd.Index:
    """Give the rows where a rule does not hold, of the measures where it mostly does."""
    usual = holds.groupby(measure, observed=True).transform("mean") >= USUAL
    return holds.index[usual & ~holds]


def _sexes_of_counts(figures: _Figures) -> Iterator[str]:
    table = _by_sex(figures)
    both = table["women"] + table["men"]
    odd = _mostly(both == table["total"], table["measure"])
    if len(odd):
        yield figures.told("Kvinnor och män är tillsammans inte lika många som alla", odd)


def _sexes_of_means(figures: _Figures) -> Iterator[str]:
    table = _by_sex(figures)
    lowest, highest = table[["women", "men"]].min(axis=1), table[["women", "men"]].max(axis=1)
    odd = _mostly(table["total"].between(lowest - 0.1, highest + 0.1), table["measure"])
    if len(odd):
        yield figures.told("Värdet för alla ligger inte mellan kvinnornas och männens", odd)


def _each(column: pd.Series, tell: Callable[[str], Any]) -> np.ndarray[Any, Any]:
    """Tell something of each value of a categorical column, once a category."""
    return np.array([tell(str(one)) for one in column.cat.categories])[column.cat.codes]


def _areas(figures: _Figures) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Give the figures of areas beside that of the area they lie in, under the row of the latter."""
    beside, frame = figures.beside("region_code"), figures.frame
    kind = _each(
        frame["region_code"], lambda code: "riket" if code == "00" else {2: "lan", 4: "kommun"}.get(len(code), "")
    )
    lan = _each(frame["region_code"], lambda code: code[:2])
    riket = np.full(len(frame), "00")
    kommuner = pd.Series([one.lan for one in figures.catalog.kommuner]).value_counts()
    all_of: dict[str, int] = {"00": len(figures.catalog.kommuner)}
    all_of |= {str(code): int(count) for code, count in kommuner.items()}
    for parts, whole, parent in (("kommun", "lan", lan), ("lan", "riket", riket), ("kommun", "riket", riket)):
        inside, outside = kind == parts, kind == whole
        sums = (
            frame.loc[inside, "value"]
            .groupby([beside[inside], parent[inside]])
            .agg(["sum", "min", "max", "count"])
        )
        wholes = frame.index[outside]
        keys = pd.MultiIndex.from_arrays([beside[wholes], parent[outside]])
        table = sums.reindex(keys).set_axis(wholes)
        wanted = [len(kommuner) if parts == "lan" else all_of.get(code, 0) for code in parent[outside]]
        yield (
            parts,
            whole,
            table.assign(
                full=table["count"] == wanted,
                whole=frame.loc[wholes, "value"],
                measure=frame.loc[wholes, "measure"],
            ).dropna(),
        )


_NAMES = {"kommun": ("Kommunerna", "kommunernas"), "lan": ("Länen", "länens")}
_WHOLES = {"lan": "länet", "riket": "riket"}


def _areas_of_counts(figures: _Figures) -> Iterator[str]:
    for parts, whole, table in _areas(figures):
        most = table["whole"] + table["count"] / 2  # each may be rounded
        odd = _mostly(table["sum"] <= most, table["measure"])
        if len(odd):
            yield figures.told(f"{_NAMES[parts][0]} är tillsammans fler än {_WHOLES[whole]}", odd)


def _areas_of_means(figures: _Figures) -> Iterator[str]:
    for parts, whole, every in _areas(figures):
        table = every.loc[every["full"]]
        odd = _mostly(table["whole"].between(table["min"] - 0.1, table["max"] + 0.1), table["measure"])
        if len(odd):
            yield figures.told(f"Värdet för {_WHOLES[whole]} ligger inte mellan {_NAMES[parts][1]}", odd)


def _parts_of_counts(figures: _Figures) -> Iterator[str]:
    """Note where the categories of a breakdown do not add up to the whole, as they mostly do."""
    beside, frame = figures.beside("breakdown", "category"), figures.frame
    part = frame["breakdown"].notna()
    if not part.any() or part.all():
        return
    parts = frame.loc[part, "value"].groupby([beside[part], frame.loc[part, "breakdown"]], observed=True)
    sums = parts.agg(["sum", "count", "size"]).reset_index(level=1)
    whole = frame.loc[~part, ["value", "measure"]].assign(row=frame.index[~part]).set_index(beside[~part])
    table = sums.join(whole, how="inner").dropna()
    table = table.loc[table["count"] == table["size"]].set_index("row")
    kind = table["measure"].astype("str") + " " + table["breakdown"].astype("str")
    odd = _mostly(table["sum"] == table["value"], kind)
    if len(odd):
        yield figures.told("Delarna är tillsammans inte lika många som alla", odd.drop_duplicates())


def _missing_kommuner(frame: pd.DataFrame, catalog: Catalog) -> Iterator[str]:
    """Note kommuner without a row where nearly all have one."""
    region = frame["region_code"].astype("str")
    rows = frame.loc[region.str.fullmatch(r"\d{4}").to_numpy(), ["measure", "period", "region_code"]]
    rows = rows.astype("str").drop_duplicates()
    told: dict[tuple[str, ...], str] = {}
    for (_, period), codes in rows.groupby(["measure", "period"])["region_code"]:
        end = period_end(str(period))
        there = {one.code: one.name for one in catalog.kommuner if one.valid_from is None or one.valid_from <= end}
        missing = tuple(sorted(set(there) - set(codes)))
        if missing and len(missing) <= MOST_LOST * len(there):
            names = ", ".join(there[code] for code in missing[:5]) + (" …" if len(missing) > 5 else "")
            told.setdefault(missing, f"Av kommunerna saknas {len(missing)} för {period}: {names}.")
    yield from list(told.values())[:3]


@dataclass(frozen=True)
class Compared:
    """What an edition is beside the one before."""

    question: str = ""
    """Why it is most likely not what it should be; empty if it may well be."""
    notes: tuple[str, ...] = ()


def compare_editions(new: pd.DataFrame, old: pd.DataFrame, dataset: Dataset, *, whole: bool) -> Compared:
    """Tell what an edition has lost or changed of the figures of the one before.

    Parameters
    ----------
    new, old
        Their observations.
    dataset
        Says within what a newer edition replaces an older one.
    whole
        Whether each edition holds all there is, as one that was fetched. Of others only what the new one is about
        is looked at.
    """
    within = ["measure", *WITHIN.get(dataset.replaces, ())]
    held = old.loc[old["value"].notna()]
    if not whole or dataset.replaces:
        held = held.loc[np.isin(_keys(held, within), _keys(new, within))]
    if held.empty:
        return Compared()
    held, known = held.set_axis(_keys(held, FIGURE)), new.loc[new["value"].notna()]
    before = held["value"]
    after = known["value"].set_axis(_keys(known, FIGURE)).reindex(before.index)
    lost, moved = after.isna(), after.notna() & (after != before)
    far = moved & ((after > 2 * before) | (after < before / 2))
    edition, there = held["edition"].iloc[0], len(before) - lost.sum()
    if len(before) >= FEWEST and lost.sum() > MOST_LOST * len(before):
        gone = f"{_count(lost.sum())} av de {_count(len(before))} uppgifterna"
        return Compared(f"{gone} i utgåva {edition} saknas i den nya")
    if there >= FEWEST and far.sum() > MOST_MOVED * there:
        gone = f"{_count(far.sum())} av {_count(there)} uppgifter"
        return Compared(f"{gone} är mindre än hälften eller mer än det dubbla av vad de var i utgåva {edition}")
    notes = []
    if lost.any():
        first = _place(held.loc[lost].iloc[0])
        notes.append(f"{_count(lost.sum())} uppgifter i utgåva {edition} saknas i den nya, först {first}.")
    if moved.any():
        most = int(np.nanargmax(np.abs(after.to_numpy() - before.to_numpy())))
        notes.append(
            f"{_count(moved.sum())} uppgifter är ändrade sedan utgåva {edition}, mest {_place(held.iloc[most])}: "
            f"{_plain(before.iloc[most])} blev {_plain(after.iloc[most])}."
        )
    return Compared(notes=tuple(notes))


def _keys(frame: pd.DataFrame, names: list[str]) -> np.ndarray[Any, Any]:
    """Give each row a number that says what stands in some columns, the same in every frame."""
    return pd.util.hash_pandas_object(frame[names], index=False).to_numpy()


def _count(number: float) -> str:
    return number_text(number, 0)


def _plain(number: float) -> str:
    return f"{number:.10g}".replace(".", ",")


def _place(row: pd.Series) -> str:
    parts = (row["measure"], row["region_code"], row["period"], row["sex"], row["age_group"], row["category"])
    return " ".join(str(part) for part in parts if not pd.isna(part))
