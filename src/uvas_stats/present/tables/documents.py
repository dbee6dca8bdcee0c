"""What the programme document prints, beside today's figure, and whether it agrees with itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from uvas_stats.catalog import Catalog, Measure, PrintedFigure, Programme
from uvas_stats.indicators import Finding, rank, wilson
from uvas_stats.numbers import number_text
from uvas_stats.present.cautions import WILSON
from uvas_stats.present.figure import About
from uvas_stats.present.place_words import place_text
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Number, Table, without
from uvas_stats.present.verdicts import finding_result, finding_text
from uvas_stats.present.view import View

__all__ = ["Nearest", "as_printed", "consistency", "documents", "nearest_figure", "printed_figure"]

MASKED, HIDDEN = "färre än 5", "dold"


@dataclass(frozen=True)
class Nearest:
    """Today's figure of the measure nearest to a printed one."""

    text: str
    data: pd.DataFrame
    """The observations it rests on."""
    direction: str = ""
    """What place 1 means, where the figure is a place."""


def nearest_figure(printed: Measure, series: pd.DataFrame, view: View) -> Nearest:
    """Give today's figure of the measure nearest to a printed one: the place for a place, else the value.

    Parameters
    ----------
    printed
        The measure of the printed figure.
    series, view
        Observations of the measure nearest to it, and the kommun.
    """
    period = view.at(series)
    code = view.focus[0]
    now = series.loc[series["period"] == period]
    if printed.unit == "plats":
        ranked = rank(now, view.measure, view.kommuner, view.order)
        row = ranked.loc[ranked["region_code"] == code].iloc[0]
        text = f"plats {place_text(row['rank_low'], row['rank_high'])} av {row['n']:.0f}"
        direction = f"{view.measure.short}: {view.direction}."
    else:
        text, direction = view.number(float(now.loc[now["region_code"] == code, "value"].iloc[0])), ""
    return Nearest(f"{text} ({view.measure.short}, {period})", now.loc[now["region_code"] == code], direction)


def as_printed(figure: PrintedFigure) -> Number | str:
    """Return the figure with its decimals where the document prints it plainly, else the document's words.

    Examples
    --------
    >>> as_printed(PrintedFigure("a", "Andel", "uvas_share_pct", "2016", "14,6", "B", value=14.6))
    Number(value=14.6, decimals=1, unit='', signed=False, grouped=False)
    >>> as_printed(PrintedFigure("a", "Andel", "uvas_share_pct", "2016", "omkring 15", "B", value=15.0))
    'omkring 15'
    """
    number = Number(figure.value, len(figure.as_printed.partition(",")[2]), grouped=False)
    return number if str(number) == figure.as_printed else figure.as_printed


def printed_figure(figure: PrintedFigure) -> Number | str:
    """Return the figure as printed, or that it is masked."""
    if figure.masked:
        return HIDDEN if figure.secondary else MASKED
    if figure.numerator is None or figure.denominator is None:
        return as_printed(figure)
    low, high = wilson([figure.numerator], [figure.denominator])[["lower_pct", "upper_pct"]].iloc[0]
    return f"{figure.as_printed}, intervall {number_text(low)}–{number_text(high, 1, 'procent')}"


def _beside(figure: PrintedFigure, today: Mapping[str, Nearest]) -> str:
    """Give today's figure, which is of both sexes, beside a printed one that is so too."""
    return today[figure.measure].text if figure.measure in today and figure.sex == "total" else ""


def documents(
    programme: Programme, catalog: Catalog, observed: pd.DataFrame, today: Mapping[str, Nearest]
) -> Table:
    """List the printed figures in the order of the document.

    Parameters
    ----------
    programme, catalog
        The programme with its printed figures, and where the measures are.
    observed
        The document's figures as observations; a suppressed one is never written out.
    today
        Today's nearest figure, by the measure id of the printed one.
    """
    rows = [
        {
            "Avsnitt": figure.section,
            "Uppgift": figure.text,
            "Period": figure.period,
            "Enligt dokumentet": printed_figure(figure),
            "I dag, närmaste mått": _beside(figure, today),
        }
        for figure in programme.printed
    ]
    values = without(pd.DataFrame(rows), empty=["I dag, närmaste mått"])
    notes = ["Återgivet som det är tryckt."]
    if any(row["Enligt dokumentet"] == MASKED for row in rows):
        notes.append("Antal under fem i känsliga uppdelningar är dolda, och det som annars skulle röja dem.")
    if any(figure.numerator is not None for figure in programme.printed):
        notes.append(WILSON)
    if "I dag, närmaste mått" in values:
        notes.append("Dagens mått har inte alltid samma ålder, nämnare eller befolkning som dokumentets.")
        notes += dict.fromkeys(one.direction for one in today.values() if one.direction)
    shown = pd.concat([one.data for one in today.values()]) if today else observed.iloc[:0]
    sources = [source_line(observed, catalog, computed=False)]
    if len(shown):
        sources.append(f"I dag: {source_line(shown, catalog, computed=True).replace('Egen', 'egen', 1)}")
    about = About(
        id="dokumentets_uppgifter",
        title=f"{programme.name}: uppgifter i dokumentet",
        subtitle="",
        source=" ".join(sources),
        alt=" ".join(f"{row['Uppgift']} {row['Period']}: {row['Enligt dokumentet']}." for row in rows),
        note=" ".join(notes),
        data=pd.concat([observed, shown], ignore_index=True),
    )
    return Table(about, values, ("left", "left", "left", "right", "left")[: len(values.columns)])


def consistency(programme: Programme, catalog: Catalog, observed: pd.DataFrame, findings: list[Finding]) -> Table:
    """Show which of the printed figures disagree with themselves.

    Parameters
    ----------
    programme, catalog
        The programme, and where the measures are.
    observed
        The document's figures as observations.
    findings
        What the checks of them came to.
    """
    rows = [
        {"Kontroll": item.text, "Resultat": finding_result(item), "Förklaring": finding_text(item)}
        for item in findings
    ]
    about = About(
        id="kontroll_av_dokumentet",
        title=f"{programme.name}: går dokumentets uppgifter ihop?",
        subtitle="",
        source=source_line(observed, catalog, computed=True),
        alt=" ".join(f"{row['Kontroll']}: {row['Resultat']}. {row['Förklaring']}" for row in rows),
        data=observed,
    )
    return Table(about, pd.DataFrame(rows), ("left", "left", "left"))
