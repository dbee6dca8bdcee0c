"""How many persons a share is, where the population is known."""

from __future__ import annotations

import pandas as pd

from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import SHARE_DECIMALS, share_intervals
from uvas_stats.numbers import THIN_SPACE, number_text
from uvas_stats.present.cautions import WILSON
from uvas_stats.present.figure import About
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Number, Table
from uvas_stats.present.view import STATUS_TEXT, View

__all__ = ["counts"]

PERIODS = 5


def _figures(series: pd.DataFrame, denominators: pd.DataFrame, view: View) -> pd.DataFrame:
    """Compute the counts and intervals of the newest periods, by kommun in the order of the view."""
    known = series.loc[series["region_code"].isin(view.focus) & series["value"].notna()]
    known = known.loc[known["period_end"] <= known.loc[known["period"] == view.at(series), "period_end"].iloc[0]]
    newest = list(dict.fromkeys(known.sort_values("period_end")["period"]))[-PERIODS:]
    shown = known.loc[known["period"].isin(newest)]
    people = denominators.loc[denominators["region_code"].isin(view.focus)]
    frame = share_intervals(shown, people)
    order = {code: at for at, code in enumerate(view.focus)}
    return frame.assign(order=frame["region_code"].map(order)).sort_values(["order", "period"], ignore_index=True)


def _row(row: pd.Series, view: View) -> dict[str, Number | str]:
    known = pd.notna(row["denominator"])
    missing = STATUS_TEXT["not_available"]
    count: Number | str = Number(row["count"], 0)
    if row["lower"] != row["upper"]:
        count = f"{count} ({number_text(row['lower'], 0)}–{number_text(row['upper'], 0)})"
    interval = f"{number_text(row['lower_pct'], 1)}–{number_text(row['upper_pct'], 1)}{THIN_SPACE}%"
    return {
        "Kommun": view.name(row["region_code"]),
        "Period": row["period"],
        "Andel": Number(row["share"], SHARE_DECIMALS, "procent"),
        "Folkmängd": Number(row["denominator"], 0) if known else missing,
        "Beräknat antal": count if known else missing,
        "Intervall (95 %, slumpvariation)": interval if known else missing,
    }


def counts(series: pd.DataFrame, denominators: pd.DataFrame, view: View) -> Table:
    """List the share, the population, the computed count and the interval of the five newest periods.

    Parameters
    ----------
    series
        Observations of a share.
    denominators
        Observations of the population that it is a share of, in the same ages.
    view
        The measure, the kommuner in focus and the last period.

    Raises
    ------
    IndicatorError
        If no kommun in focus has a population for any of the periods.
    """
    frame = _figures(series, denominators, view)
    if frame["denominator"].isna().all():
        first, last = frame["period"].min(), frame["period"].max()
        raise IndicatorError(
            f"Folkmängden saknas för {view.focus_names} {first}–{last}", todo="Läs andelen utan antal"
        )
    values = pd.DataFrame([_row(row, view) for _, row in frame.iterrows()])
    several = len(view.focus) > 1
    shown = pd.concat(
        [
            part.loc[part["region_code"].isin(view.focus) & part["period"].isin(frame["period"])]
            for part in (series, denominators)
        ],
        ignore_index=True,
    )
    note = (
        "Beräknat antal är andelen gånger folkmängden 31 december; publicerat antal saknas. Inom parentes det som "
        f"andelens avrundning lämnar öppet. {WILSON}"
    )
    if frame["denominator"].isna().any():
        note += " Där folkmängden inte publiceras för åldern räknas inget antal."
    about = About(
        id=f"antal_{view.measure.id}",
        title=view.title or f"{view.focus_names}: {view.measure.short}, beräknat antal",
        subtitle=f"Andel, folkmängd och beräknat antal, {frame['period'].min()}–{frame['period'].max()}",
        source=source_line(shown, view.catalog, computed=True),
        alt=" ".join(
            f"{row['Kommun']} {row['Period']}: {row['Beräknat antal']} personer." for _, row in values.iterrows()
        ),
        note=note,
        data=shown,
    )
    values = values if several else values.drop(columns="Kommun")
    return Table(about, values, tuple("left" if name in ("Kommun", "Period") else "right" for name in values))
