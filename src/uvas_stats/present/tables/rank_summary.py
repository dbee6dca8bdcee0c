"""The place in words and figures: among all, beside riket, last year, over twelve months and in the groups."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from uvas_stats.indicators import RankSummary
from uvas_stats.numbers import MISSING, UNROUNDED, differs_as_printed
from uvas_stats.periods import period_text
from uvas_stats.present.figure import About, Missing
from uvas_stats.present.place_words import chance_text, distance_text, earlier_texts, persons_text, ranked_text
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Table
from uvas_stats.present.view import View

__all__ = ["standing"]


def _rows(one: RankSummary, view: View) -> list[tuple[str, str, str]]:
    earlier, earlier_place = earlier_texts(one, view)
    riket = MISSING if one.riket is None else view.number(one.riket)
    likely = None if one.likely is None else (one.likely.low, one.likely.high)
    open_ = chance_text(likely, one.usual_move)
    rows = [
        (period_text(one.period).capitalize(), view.number(one.value), ranked_text(one.place)),
        *([("Så säker är platsen", MISSING, open_)] if open_ else []),
        ("Riksgenomsnittet, och den plats det motsvarar", riket, ranked_text(one.riket_place)),
        ("Avstånd till riksgenomsnittet, i platser", MISSING, distance_text(one, view)),
        ("För att bli bättre än riksgenomsnittet", MISSING, persons_text(one, view)),
        (f"Samma tid året innan, {period_text(one.earlier_period)}", earlier, earlier_place),
    ]
    if view.measure.period_kind == "month":
        kind = "vägt" if one.year_weighted else "ovägt"
        value = MISSING if one.year_mean is None else view.number(one.year_mean)
        months = f"Tolv månader till och med {period_text(one.period)}, {kind} medel"
        rows.append((months, value, ranked_text(one.year_place)))
        if one.year_riket is not None:
            rows.append(("Riket, tolv månader", view.number(one.year_riket), MISSING))
    for text, place in (one.within or {}).values():
        rows.append((f"Bland {text}", MISSING, ranked_text(place)))
    return rows


def _alone(one: RankSummary, view: View) -> pd.DataFrame:
    return pd.DataFrame(_rows(one, view), columns=["Uppgift", "Värde", "Plats"])


def _side_by_side(summaries: Sequence[RankSummary], view: View) -> pd.DataFrame:
    """Give each kommun a column, so that they can be read against each other."""
    columns = {
        view.name(one.region_code): {text: _both(value, place) for text, value, place in _rows(one, view)}
        for one in summaries
    }
    labels = dict.fromkeys(text for rows in columns.values() for text in rows)
    rows = [
        {"Uppgift": text} | {name: texts.get(text, MISSING) for name, texts in columns.items()} for text in labels
    ]
    return pd.DataFrame(rows)


def _both(value: str, place: str) -> str:
    placed = f"plats {place}" if " av " in place else place
    return ", ".join(text for text in (value, placed) if text != MISSING) or MISSING


def standing(
    summaries: Sequence[RankSummary], view: View, data: pd.DataFrame, missing: tuple[Missing, ...] = ()
) -> Table:
    """Set out where each kommun in focus stands.

    Parameters
    ----------
    summaries
        One a kommun.
    view
        The measure and the kommuner in focus.
    data
        The observations of the period and the year before that it rests on.
    missing
        What is not known, and how to get it.
    """
    cells = _alone(summaries[0], view) if len(summaries) == 1 else _side_by_side(summaries, view)
    broken = " ".join(dict.fromkeys(one.broken_by for one in summaries if one.broken_by))
    persons = (
        "Antalet personer är avrundat uppåt, så att det räcker; de tas ur både kommunens och rikets antal och "
        "nämnarna är oförändrade."
        if any(one.persons for one in summaries)
        else ""
    )
    tied = any(one.place.low != one.place.high for one in summaries)
    ties = "Ett intervall visar att flera kommuner har samma värde." if tied else ""
    differs = any(differs_as_printed(one.value, one.earlier, view.measure.decimals) for one in summaries)
    unrounded = f"Ändringen är {UNROUNDED.replace('räknat', 'räknad')}." if differs else ""
    about = About(
        id=f"stallning_{view.measure.id}",
        title=f"{view.focus_names}: plats i rangordningen",
        subtitle=f"{view.measure.title}. {view.direction}.",
        source=source_line(data, view.catalog, computed=True, n=summaries[0].place.n),
        alt=" ".join(
            f"{view.name(one.region_code)}: {text}: {value}, {place}."
            for one in summaries
            for text, value, place in _rows(one, view)
        ),
        note=" ".join(filter(None, [ties, persons, unrounded, f"* {broken}" if broken else ""])),
        data=data,
        missing=missing,
    )
    return Table(about, cells, tuple("right" if name == "Värde" else "left" for name in cells.columns))
