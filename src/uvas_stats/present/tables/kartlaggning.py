"""The kartläggning of a local agreement for any kommun: the document's figures beside today's, in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from uvas_stats.catalog import Catalog, Measure, PrintedFigure, Programme
from uvas_stats.catalog.kaa import Nearest, NeedsRow
from uvas_stats.indicators import latest_period
from uvas_stats.numbers import MISSING, number_text, rounded
from uvas_stats.present.figure import About, Missing
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Number, Table
from uvas_stats.present.tables.documents import printed_figure
from uvas_stats.present.view import STATUS_TEXT

__all__ = ["FiguresOf", "kartlaggning"]

FiguresOf = Callable[[str], pd.DataFrame]
"""Gives all observations of a measure: both sexes, all ages, breakdowns and kommuner."""
DIFFERS, AGREES = "≠", "="


@dataclass(frozen=True)
class _Today:
    """The published figure of a row."""

    nearest: Nearest
    measure: Measure
    rows: pd.DataFrame
    """All periods of the kommun and riket."""
    period: str


def _today(row: NeedsRow, code: str, catalog: Catalog, figures: FiguresOf) -> _Today | None:
    """Take the first measure that the kommun has a figure of; one that is not in the catalog is passed over."""
    for nearest in row.today:
        measure = catalog.measures.get(nearest.measure)
        if measure is None:
            continue
        rows = figures(measure.id)
        rows = rows.loc[(rows["sex"] == nearest.sex) & rows["breakdown"].isna()]
        rows = rows.loc[rows["age_group"] == (nearest.age or measure.ages)]
        rows = rows.loc[rows["region_code"].isin([code, "00"])]
        period = latest_period(rows, code)
        if period is not None:
            return _Today(nearest, measure, rows, period)
    return None


def _printed(row: NeedsRow, code: str, programme: Programme) -> list[PrintedFigure]:
    """Take the document's figures of a row, the oldest first."""
    printed = [
        figure
        for figure in programme.printed
        if figure.measure == row.printed.measure
        and figure.category == row.printed.category
        and figure.sex == row.printed.sex
        and figure.region in ("", code)
    ]
    return sorted(printed, key=lambda figure: figure.period)


def _value(today: _Today, code: str) -> Number | str:
    hit = today.rows.loc[(today.rows["region_code"] == code) & (today.rows["period"] == today.period)]
    if hit.empty:
        return MISSING
    value, status = hit[["value", "status"]].iloc[0]
    return STATUS_TEXT[status] if pd.isna(value) else Number.of(value, today.measure)


def _dated(today: _Today, code: str, printed: Measure) -> str:
    """Write today's figure with its period, and with its ages where the row is of others."""
    ages = today.nearest.age or today.measure.ages
    other = (
        f"{ages.replace('-', '–')} år, " if ages != printed.ages and "total" not in (ages, printed.ages) else ""
    )
    return f"{_value(today, code)} ({other}{today.period})"


def _value_at(today: _Today, code: str, period: str) -> float | None:
    hit = today.rows.loc[(today.rows["region_code"] == code) & (today.rows["period"] == period), "value"].dropna()
    return None if hit.empty else float(hit.iloc[0])


def _compared(figures: list[PrintedFigure], today: _Today | None, code: str, catalog: Catalog) -> str:
    """Mark where document and statistics disagree: in the document's own period if they measure the same."""
    shown = [figure for figure in figures if figure.value is not None and not figure.masked]
    if not shown or today is None:
        return ""
    unit, decimals = catalog.measures[shown[0].measure].unit, catalog.measures[shown[0].measure].decimals
    if unit != today.measure.unit:
        return "annan enhet: kan inte jämföras"
    if today.nearest.same:
        marks = []
        for figure in shown:
            now = _value_at(today, code, figure.period)
            if now is not None:
                differs = rounded(now, decimals) != rounded(figure.value or 0.0, decimals)
                marks.append(f"{DIFFERS if differs else AGREES} {figure.period}: {Number.of(now, today.measure)}")
        if marks:
            return "; ".join(marks)
    if today.nearest.note:  # the last column says what is other
        return "annat mått: kan inte jämföras"
    newest, now = shown[-1], _value_at(today, code, today.period)
    differs = now is None or rounded(now, decimals) != rounded(newest.value or 0.0, decimals)
    return f"{DIFFERS if differs else AGREES} {newest.period} mot {today.period}"


def _inner(figures: list[PrintedFigure], programme: Programme) -> str:
    """Mark figures of one quantity that the document itself gives in two ways."""
    ids = {figure.id for figure in figures}
    pairs = [check.figures for check in programme.checks if check.kind == "same" and ids & set(check.figures)]
    by_id = {figure.id: figure for figure in programme.printed}
    others = [by_id[id_] for pair in pairs for id_ in pair if id_ not in ids and not by_id[id_].masked]
    against = [other for other in others if any(other.value != figure.value for figure in figures)]
    return "; ".join(f"{DIFFERS} dokumentets {other.as_printed} i {other.section}" for other in against)


def kartlaggning(
    rows: tuple[NeedsRow, ...],
    code: str,
    programme: Programme,
    catalog: Catalog,
    observed: pd.DataFrame,
    figures: FiguresOf,
    coverage: Callable[[str, str], float | None],
) -> Table:
    """Put the document's kartläggning beside the nearest published figures of a kommun.

    Parameters
    ----------
    rows
        What the kartläggning consists of.
    code
        The kommun.
    catalog
        Where the measures are.
    programme
        Its printed figures, if it has any, are the document's; without them only today's are shown.
    observed
        The document's figures as observations; a suppressed one is never written out.
    figures
        Gives the observations of a measure.
    coverage
        Gives the coverage of the reporting in percent, by measure and period; None where it is not known.

    Returns
    -------
    Table
        A row without a published figure says why. ``≠`` marks where document and statistics disagree.
    """
    cells, data, missing = [], [observed] if len(observed) else [], []
    for row in rows:
        today = _today(row, code, catalog, figures)
        of_document = _printed(row, code, programme)
        if today is not None:
            data.append(today.rows.loc[today.rows["period"] == today.period])
        elif row.todo:
            missing.append(Missing("Uppgifter i kartläggningen", row.todo))
        marks = [_compared(of_document, today, code, catalog), _inner(of_document, programme)]
        cells.append(
            {
                "Uppgift": row.title,
                "Enligt dokumentet": "; ".join(f"{one.period}: {printed_figure(one)}" for one in of_document),
                "I dag": MISSING if today is None else _dated(today, code, catalog.measures[row.printed.measure]),
                "Riket i dag": MISSING if today is None else _value(today, "00"),
                "Avviker": "; ".join(filter(None, marks)),
                "Mått i dag, eller varför det saknas": row.reason if today is None else _about(today, coverage),
            }
        )
    frame = pd.DataFrame(cells)
    printed = frame["Enligt dokumentet"].any()
    if not printed:
        frame = frame.drop(columns=["Enligt dokumentet", "Avviker"])
    shown = pd.concat(data, ignore_index=True) if data else pd.DataFrame(columns=observed.columns)
    name = catalog.names[code]
    about = About(
        id="kartlaggning",
        title=f"{name}: kartläggning, "
        + ("dokumentets uppgifter bredvid dagens" if printed else "de uppgifter som en överenskommelse bygger på"),
        subtitle="Raderna är de som Storumans överenskommelse 2016 bygger på (bilaga 1).",
        source=source_line(shown, catalog, computed=False),
        alt=" ".join(f"{one['Uppgift']}: i dag {one['I dag']}." for one in cells),
        note=_note(frame),
        data=shown,
        missing=tuple(dict.fromkeys(missing)),
    )
    align = {"I dag": "right", "Riket i dag": "right"}
    return Table(about, frame, tuple(align.get(column, "left") for column in frame.columns))


def _about(today: _Today, coverage: Callable[[str, str], float | None]) -> str:
    """Name the measure, what is other than in the document, and how complete the reporting is."""
    parts = [today.measure.short, today.nearest.note]
    if today.measure.coverage_measure:
        known = coverage(today.measure.coverage_measure, today.period)
        text = "täckning okänd" if known is None else f"täckning {number_text(known, 0, 'procent')}"
        parts.append(f"inte officiell statistik, {text}")
    return "; ".join(filter(None, parts))


def _note(frame: pd.DataFrame) -> str:
    if "Avviker" not in frame:
        return "Måtten har olika åldrar och nämnare och kan inte läggas ihop: samma person kan finnas i flera."
    return (
        f"{DIFFERS} betyder att dokumentet och statistiken skiljer sig, {AGREES} att de stämmer. Samma period "
        "jämförs där statistiken har den, annars dokumentets senaste uppgift med dagens. Måtten läggs inte ihop."
    )
