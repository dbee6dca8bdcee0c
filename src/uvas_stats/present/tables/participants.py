"""The participants of a programme at each term's end, kommun by kommun and for the area as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from uvas_stats.catalog import Catalog, Programme
from uvas_stats.indicators.own_area import area_of_registers
from uvas_stats.numbers import MISSING, number_text
from uvas_stats.present.figure import About
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Number, Table, without
from uvas_stats.present.tables.documents import as_printed
from uvas_stats.present.tables.register import HIDDEN, invented
from uvas_stats.register.labels import category_label
from uvas_stats.register.shares import SHARES, category_of

__all__ = ["participants"]

_Part = tuple[str, str, str, str]
"""Measure, sex, breakdown and category of a row of the table; the last three are empty for a key figure."""


def _counts(breakdown: str, *categories: str) -> tuple[_Part, ...]:
    return tuple(("participants_count", "total", breakdown, one) for one in categories)


def _figures(*names: str) -> tuple[_Part, ...]:
    return tuple((f"participants_{name}", "total", "", "") for name in names)


ORDER: tuple[_Part, ...] = (
    *_figures("started_count"),
    ("participants_count", "women", "", ""),
    ("participants_count", "men", "", ""),
    *_figures("ended_count"),
    *_counts("outcome", "work", "study", "other", "unknown"),
    *_figures("ended_to_work_share_pct", "ended_to_study_share_pct", "ended_to_work_or_study_share_pct"),
    *_counts("place", "same", "elsewhere", "unknown"),
    *_figures(
        "mobility_share_pct", "got_work_share_pct", "still_in_occupation_share_pct", "study_plan_share_pct",
        "measure_within_6_months_share_pct", "assistance_start_count", "assistance_count",
        "left_assistance_count", "assistance_change_pct", "cost_kkr",
    ),
)  # fmt: skip
"""What is counted of participants, in the order of the way through a programme."""
_OF = {"outcome": "Avslutade", "place": "Arbete eller studier"}
MOST_TERMS = 4
NOTE = (
    "Räknat från start till terminens slut. döljs = för få personer, eller ett antal som skulle avslöja ett dolt. "
    "– = listan säger inte hur det var då."
)
AREA = " Tillsammans är summan där alla kommuner visas; den som finns i två kommuners listor räknas i båda."
PRINTED = "Dokumentet"
_KEYS = ["measure", "sex", "breakdown", "category", "region_code", "period"]


def _heading(period: str) -> str:
    return f"{'dec.' if period.endswith('H2') else 'juni'} {period[:4]}"


def _name(part: _Part, catalog: Catalog) -> str:
    measure, sex, breakdown, category = part
    if breakdown:
        return f"{_OF[breakdown]}: {category_label(breakdown, category)}"
    if sex != "total":
        return f"Påbörjat: {category_label('sex', sex)}"
    return catalog.measures[measure].short


class _Values:
    """The figures of the participants by what they are about, where and when."""

    def __init__(self, rows: pd.DataFrame, catalog: Catalog) -> None:
        plain = rows.astype(dict.fromkeys(_KEYS, "object"))
        plain = plain.assign(
            **{name: plain[name].where(plain[name].notna(), "") for name in ("breakdown", "category")}
        )
        self._held: dict[Any, Any] = plain.drop_duplicates(_KEYS).set_index(_KEYS)["value"].to_dict()
        self._catalog = catalog

    def known(self, part: _Part, region: str) -> bool:
        """Tell whether there is any such row, hidden or not."""
        return any(key[:5] == (*part, region) for key in self._held)

    def figure(self, part: _Part, region: str, period: str) -> Number | str:
        """Return a figure; of a share in words with what it is of, where that is shown."""
        if (*part, region, period) not in self._held:
            return MISSING
        value = self._held[(*part, region, period)]
        if pd.isna(value):
            return HIDDEN
        number, of = Number.of(float(value), self._catalog.measures[part[0]]), self._of(part[0], region, period)
        return f"{number}{of}" if of else number

    def _of(self, measure: str, region: str, period: str) -> str:
        if measure not in SHARES:
            return ""
        counts = [
            self._held.get(("participants_count", "total", *category_of(one), region, period))
            for one in SHARES[measure]
        ]
        if any(one is None or pd.isna(one) for one in counts):
            return ""
        n, of = (number_text(float(one or 0), 0) for one in counts)
        return f" ({n}\u00a0av\u00a0{of})"


def _printed(programme: Programme) -> dict[str, Number | str]:
    """Return what the programme's document says of its participants, by our measure."""
    return {f"participants_{one.measure}": as_printed(one) for one in programme.printed}


def participants(rows: pd.DataFrame, catalog: Catalog, programme: Programme) -> Table:
    """List the key figures of the participants with one column a term, the latest last.

    Parameters
    ----------
    rows
        Observations of the datasets ``register:<kommun>``, the sexes for themselves too.
    catalog, programme
        Where the measures are, and the programme with its kommuner and document.
    """
    counted = rows.loc[rows["measure"].str.startswith("participants_")]
    codes = [code for code in programme.municipalities if code in set(counted["region_code"])]
    names = {code: catalog.names[code] for code in codes}
    area = pd.DataFrame()
    if len(codes) > 1 and len(codes) == len(programme.municipalities):
        area = area_of_registers(counted, codes, programme.id)
        names[programme.id] = "Tillsammans"
    data = pd.concat([counted, area]) if len(area) else counted
    terms = sorted(set(data["period"]))[-MOST_TERMS:]
    lines = pd.DataFrame(_lines(_Values(data, catalog), names, terms, catalog, programme))
    frame = without(lines, empty=[PRINTED], same=["Kommun"])
    last = _heading(terms[-1])
    where = "Kommun" in frame
    said = (
        f"{one['Uppgift']}{', ' + one['Kommun'] if where else ''}: {one[last]}." for _, one in frame.iterrows()
    )
    about = About(
        id="deltagare",
        title=f"{programme.name}: deltagarna vid terminens slut",
        subtitle="Räknat på deltagarlistan, som inte lämnar kommunen",
        source=source_line(counted, catalog, computed=True),
        alt=f"{last}: {' '.join(said)}",
        note=invented(counted) + NOTE + (AREA if len(area) else ""),
        data=counted.loc[counted["period"].isin(terms)],
    )
    left = 2 if where else 1
    return Table(about, frame, ("left",) * left + ("right",) * (len(frame.columns) - left))


def _lines(
    values: _Values, names: dict[str, str], terms: list[str], catalog: Catalog, programme: Programme
) -> Iterator[dict[str, Number | str]]:
    printed = _printed(programme)
    for part in ORDER:
        for code, name in names.items():
            whole = code == programme.id or len(names) == 1
            if values.known(part, code) and (whole or part[0] != "participants_count"):
                figures = {_heading(one): values.figure(part, code, one) for one in terms}
                in_document = printed.get(part[0], "") if whole else ""
                yield {"Uppgift": _name(part, catalog), "Kommun": name, **figures, PRINTED: in_document or MISSING}
