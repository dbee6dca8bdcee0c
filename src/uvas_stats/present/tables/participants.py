"""The participants of a programme at each term's end, kommun by kommun and for the area as a whole."""

from __future__ import annotations

import pandas as pd

from uvas_stats.catalog import Catalog, Measure, Programme
from uvas_stats.indicators.own_area import area_of_registers
from uvas_stats.numbers import MISSING, number_text
from uvas_stats.present.figure import About
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Table

__all__ = ["participants"]

ORDER = (
    "started_count", "ended_count", "ended_to_work_count", "ended_to_work_share_pct", "ended_to_study_share_pct",
    "ended_to_work_or_study_share_pct", "mobility_share_pct", "got_work_share_pct",
    "still_in_occupation_share_pct", "study_plan_share_pct", "measure_within_6_months_share_pct",
    "assistance_start_count", "assistance_count", "left_assistance_count", "cost_kkr",
)  # fmt: skip
"""What is counted of participants, in the order of the way through a programme."""
MOST_TERMS = 4
HIDDEN = "döljs"
NOTE = (
    "Räknat från start till terminens slut. döljs = för få personer, eller ett antal som skulle avslöja ett dolt. "
    "– = listan säger inte hur det var då."
)
AREA = " Tillsammans är summan där alla kommuner visas; den som finns i två kommuners listor räknas i båda."


def _heading(period: str) -> str:
    return f"{'dec.' if period.endswith('H2') else 'juni'} {period[:4]}"


def _text(rows: pd.DataFrame, measure: Measure) -> str:
    if rows.empty:
        return MISSING
    value = rows["value"].iloc[0]
    return HIDDEN if pd.isna(value) else number_text(float(value), measure.decimals, measure.unit)


def participants(rows: pd.DataFrame, catalog: Catalog, programme: Programme) -> Table:
    """List the key figures of the participants with one column a term, the latest last.

    Parameters
    ----------
    rows
        Observations of the datasets ``register:<kommun>``.
    """
    measures = [f"participants_{name}" for name in ORDER]
    own = rows.loc[rows["measure"].str.startswith("participants_")]
    places = [code for code in programme.municipalities if code in set(own["region_code"])]
    names = {code: catalog.names[code] for code in places}
    area = pd.DataFrame()
    if len(places) > 1 and len(places) == len(programme.municipalities):
        area = area_of_registers(own, places, programme.id)
        names[programme.id] = "Tillsammans"
    shown = own.loc[own["measure"].isin(measures)]
    data = pd.concat([shown, area.loc[area["measure"].isin(measures)]]) if len(area) else shown
    terms = sorted(set(data["period"]))[-MOST_TERMS:]
    cells = [
        {"Uppgift": catalog.measures[id_].short, "Kommun": name,
         **{_heading(one): _text(mine.loc[mine["period"] == one], catalog.measures[id_]) for one in terms}}
        for id_ in measures
        for code, name in names.items()
        if len(mine := data.loc[(data["measure"] == id_) & (data["region_code"] == code)])
    ]  # fmt: skip
    frame = pd.DataFrame(cells)
    if len(names) == 1:
        frame = frame.drop(columns="Kommun")
    last = _heading(terms[-1])
    where = "Kommun" in frame
    said = (
        f"{one['Uppgift']}{', ' + one['Kommun'] if where else ''}: {one[last]}." for _, one in frame.iterrows()
    )
    about = About(
        id="deltagare",
        title=f"{programme.name}: deltagarna vid terminens slut",
        subtitle="Räknat på deltagarlistan, som inte lämnar kommunen",
        source=source_line(shown, catalog, computed=True),
        alt=f"{last}: {' '.join(said)}",
        note=NOTE + (AREA if len(area) else ""),
        data=data.loc[data["period"].isin(terms) & (data["region_code"] != programme.id)],
    )
    left = 2 if where else 1
    return Table(about, frame, ("left",) * left + ("right",) * len(terms))
