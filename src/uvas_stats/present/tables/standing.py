"""The place in words and figures: among all, beside riket, last year, over twelve months and in the groups."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from uvas_stats.indicators import Place, Standing
from uvas_stats.numbers import MISSING, number_text, signed_text
from uvas_stats.periods import period_text
from uvas_stats.present.charts.place import place_text
from uvas_stats.present.figure import About
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Table
from uvas_stats.present.view import View

__all__ = ["standing"]


def _place(place: Place | None) -> str:
    return MISSING if place is None else f"{place_text(place.low, place.high)} av {place.n}"


def _persons(one: Standing, view: View) -> str:
    if one.persons is None:
        return "antal saknas"
    if one.persons == 0:
        return "redan bättre än riksgenomsnittet"
    lower = view.measure.direction == "lower"
    about = "" if one.persons_exact else "högst "
    nouns = ("arbetslös ung", "arbetslösa unga") if "Arbetslösa" in view.measure.short else ("person", "personer")
    noun = nouns[one.persons > 1]
    return f"{about}{number_text(one.persons, 0)} {'färre' if lower else 'fler'} {noun} skulle räcka"


def _places(one: Standing, view: View) -> str:
    gap = one.places_to_riket
    if gap is None:
        return MISSING
    if gap == 0:
        return "samma plats"
    better = (gap < 0) == (view.order == "worst")
    return f"{number_text(abs(gap), 0)} platser {'bättre' if better else 'sämre'}"


def _earlier(one: Standing, view: View) -> tuple[str, str]:
    if one.refused:
        return "jämförs inte: brott emellan", MISSING
    mark = "*" if one.broken_by else ""
    if one.earlier is None:
        return "uppgift saknas", MISSING
    change = signed_text(one.value - one.earlier, view.measure.decimals)
    return f"{view.number(one.earlier)} ({change}){mark}", f"{_place(one.earlier_place)}{mark}"


def _rows(one: Standing, view: View) -> list[tuple[str, str, str]]:
    earlier, earlier_place = _earlier(one, view)
    riket = MISSING if one.riket is None else view.number(one.riket)
    rows = [
        (period_text(one.period).capitalize(), view.number(one.value), _place(one.place)),
        ("Riksgenomsnittet, och den plats det motsvarar", riket, _place(one.riket_place)),
        ("Avstånd till riksgenomsnittet, i platser", MISSING, _places(one, view)),
        ("För att bli bättre än riksgenomsnittet", MISSING, _persons(one, view)),
        (f"Samma tid året innan, {period_text(one.earlier_period)}", earlier, earlier_place),
    ]
    if view.measure.period_kind == "month":
        kind = "vägt" if one.year_weighted else "ovägt"
        value = MISSING if one.year_mean is None else view.number(one.year_mean)
        rows.append(
            (f"Tolv månader till och med {period_text(one.period)}, {kind} medel", value, _place(one.year_place))
        )
        if one.year_riket is not None:
            rows.append(("Riket, tolv månader", view.number(one.year_riket), MISSING))
    for text, place in (one.within or {}).values():
        rows.append((f"Bland {text}", MISSING, _place(place)))
    return rows


def standing(found: Sequence[Standing], view: View, data: pd.DataFrame, missing: str = "") -> Table:
    """Set out where each kommun in focus stands.

    Parameters
    ----------
    found
        One a kommun.
    data
        The observations of the period and the year before that it rests on.
    missing
        What is not known and how to get it, as a sentence.
    """
    cells = pd.DataFrame(
        [
            {"Kommun": view.name(one.region_code), "Uppgift": text, "Värde": value, "Plats": place}
            for one in found
            for text, value, place in _rows(one, view)
        ]
    )
    if len(found) == 1:
        cells = cells.drop(columns="Kommun")
    broken = " ".join(dict.fromkeys(one.broken_by for one in found if one.broken_by))
    persons = (
        "Antalet personer är avrundat uppåt, så att det räcker; de tas ur både kommunens och rikets antal och "
        "nämnarna är oförändrade."
        if any(one.persons for one in found)
        else ""
    )
    tied = any(one.place.low != one.place.high for one in found)
    ties = "Ett intervall visar att flera kommuner har samma värde." if tied else ""
    about = About(
        id=f"stallning_{view.measure.id}",
        title=f"{view.focus_names}: plats i rangordningen",
        subtitle=f"{view.measure.title}. {view.direction}.",
        source=source_line(data, view.catalog, computed=True, n=found[0].place.n),
        alt=" ".join(
            f"{view.name(one.region_code)}: {text}: {value}, {place}."
            for one in found
            for text, value, place in _rows(one, view)
        ),
        note=" ".join(filter(None, [ties, persons, f"* {broken}" if broken else "", missing])),
        data=data,
    )
    return Table(about, cells, tuple("right" if name == "Värde" else "left" for name in cells.columns))
