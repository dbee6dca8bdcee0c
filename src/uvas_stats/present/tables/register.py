"""What the municipality has counted in its own registers, beside what Skolverket has published of the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from uvas_stats.catalog import Catalog, Measure
from uvas_stats.numbers import MISSING, number_text
from uvas_stats.periods import MONTHS, period_text, same_period_last_year
from uvas_stats.present.figure import About
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Number, Table, without
from uvas_stats.register.demo import INVENTED, is_invented
from uvas_stats.register.labels import BREAKDOWNS, breakdown_label, category_label
from uvas_stats.register.store import day_of

__all__ = ["HIDDEN", "PublishedBeside", "invented", "register_parts", "registers"]

HIDDEN = "döljs"
_OF = ["measure", "region_code", "period"]
_SEXES = {"women": "Kvinnor", "men": "Män"}
DIFFERENCES = (
    "Eget register och Skolverkets tabell är inte samma sak. Skolverket publicerar flödet: alla som omfattats "
    "någon dag under perioden och som kommunen har rapporterat. Mätdatumets antal är ett bestånd en dag och är "
    "lägre. Skolverkets tal mäter rapporteringen: saknas unga i rapporten saknas de i tabellen. Nämnaren är i "
    "båda fallen folkmängden 16–19 år, men den kan gälla olika dagar. Läsår, halvår och år läggs aldrig ihop."
)
TOGETHER = "Tillsammans"
COVERED = "Rapporterat av målgruppen"
_FIGURES = ("Eget register", "Ett år tidigare", *_SEXES.values(), "Publicerat", COVERED)
LEAST = "döljs = för få personer, eller ett antal som skulle avslöja ett dolt."
_KINDS = {"half_year_": "kaa_half_year_", "calendar_year_": "", "": "kaa_school_year_"}
"""How own measures of a kind of period begin, and the published ones; of calendar years there are none now."""
_WHOLE = {"flow_count": "reported_count", "share_pct": "share_pct", "ended_count": "deregistered_count"}
_PARTS: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    # own measure and breakdown: published table, and its name of the categories that it calls otherwise
    ("flow_count", "birth_year"): ("birth_year", {}),
    ("flow_count", "schooling"): (
        "earlier_schooling",
        {"dropped_national": "left_national_programme", "im": "introduction_programme"},
    ),
    ("flow_count", "occupation"): ("occupation", {}),
    ("flow_count", "measure_type"): ("last_measure", {"im_studies": "introduction_studies"}),
    ("ended_count", "ended_reason"): (
        "deregistration",
        {"national": "national_programme", "im": "introduction_programme"},
    ),
}
_OURS = "register_kaa_"


class PublishedBeside:
    """Looks up published figures of the KAA.

    Parameters
    ----------
    figures_of
        Gives all published rows of a measure that the catalog has.
    catalog
        Where the measures are.
    """

    def __init__(self, figures_of: Callable[[str], pd.DataFrame], catalog: Catalog) -> None:
        self._figures_of, self._catalog = figures_of, catalog
        self._held: dict[str, pd.DataFrame] = {}
        self.used: list[pd.DataFrame] = []
        """The published rows that have been shown."""

    def figure(self, counted: pd.Series) -> Number | str:
        """Return the published figure of the same kommun and period, or the newest with its period in words."""
        kind, about = self._split(str(counted["measure"]))
        breakdown = counted["breakdown"] if _is_text(counted["breakdown"]) else ""
        if not breakdown:
            return self._newest(f"{kind}{_WHOLE.get(about, '')}", counted)
        if breakdown == "measure_type" and counted["category"] == "in_measure":
            return self._newest(f"{kind}in_measures_count", counted)
        published, other = _PARTS.get((about, breakdown), ("", {}))
        category = other.get(str(counted["category"]), str(counted["category"]))
        number = self._newest(f"{kind}{published}_count", counted, category)
        return self._newest(f"{kind}{published}_pct", counted, category) if number == MISSING else number

    def coverage(self, counted: pd.Series) -> Number | str:
        """Return how much of its KAA the kommun has reported, as published."""
        return self._newest(f"{self._split(str(counted['measure']))[0]}coverage_pct", counted)

    def _split(self, measure: str) -> tuple[str, str]:
        about = measure.removeprefix(_OURS) if measure.startswith(_OURS) else ""
        for prefix, published in _KINDS.items():
            if about.startswith(prefix):
                return published, about.removeprefix(prefix)
        return "", about

    def _newest(self, id_: str, counted: pd.Series, category: str = "") -> Number | str:
        if id_ not in self._catalog.measures:
            return MISSING
        rows = self._rows(id_)
        rows = rows.loc[(rows["region_code"] == counted["region_code"]) & (rows["category"] == category)]
        same = rows.loc[rows["period"] == counted["period"]]
        chosen = same if len(same) else rows.loc[rows["period_end"] == rows["period_end"].max()]
        if len(chosen) != 1:
            return MISSING
        self.used.append(chosen)
        value = chosen["value"].iloc[0]
        figure = MISSING if pd.isna(value) else Number.of(float(value), self._catalog.measures[id_])
        return figure if len(same) else f"{figure} ({period_text(str(chosen['period'].iloc[0]))})"

    def _rows(self, id_: str) -> pd.DataFrame:
        if id_ not in self._held:
            rows = self._figures_of(id_)
            total = rows.loc[rows["sex"] == "total"].astype({"category": "object"})
            self._held[id_] = total.assign(category=total["category"].where(total["category"].notna(), ""))
        return self._held[id_]


def _figure(row: pd.Series, measure: Measure) -> Number | str:
    if pd.notna(row["value"]):
        return Number.of(float(row["value"]), measure)
    if pd.notna(row["lower"]) and pd.notna(row["upper"]):
        return f"{number_text(float(row['lower']), 0)}–{number_text(float(row['upper']), 0)}"
    return HIDDEN


def _newest(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Keep the rows of the last period of each measure and kommun."""
    last = rows.groupby(keys, observed=True)["period_end"].transform("max")
    return rows.loc[rows["period_end"] == last]


def _at(key: tuple[Any, ...], rows: pd.DataFrame, catalog: Catalog) -> Number | str:
    """Return the figure of a measure, kommun and period, where that has been counted."""
    return _figure(rows.loc[key], catalog.measures[key[0]]) if key in rows.index else MISSING


def _when(row: pd.Series) -> str:
    """Write the period, or the day that a stock was counted on."""
    day = day_of(str(row["origin"]))
    return period_text(str(row["period"])) if day is None else f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def registers(rows: pd.DataFrame, beside: PublishedBeside, catalog: Catalog, *, name: str) -> Table:
    """List what has been counted of the KAA and of target groups, newest period of each measure.

    Parameters
    ----------
    rows
        Observations of the datasets ``register:<kommun>``; of an area too, with its id as the region.
    beside
        Gives what is published of the same.
    catalog, name
        Where the measures are, and the programme's name.
    """
    group = rows["measure"] == "register_overlap_count"
    whole = rows.loc[~rows["measure"].str.startswith("participants_") & (~rows["breakdown"].map(_is_text) | group)]
    both = whole.loc[whole["sex"] == "total"]
    shown = _newest(both, ["measure", "region_code"])
    earlier = both.loc[~both["breakdown"].map(_is_text)].set_index(_OF)
    of_sex = {sex: whole.loc[whole["sex"] == sex].set_index(_OF) for sex in _SEXES}
    cells = pd.DataFrame(
        [
            {
                "Uppgift": _group_name(row, catalog),
                "Kommun": catalog.names.get(row["region_code"], TOGETHER),
                "Period": _when(row),
                "Eget register": _figure(row, catalog.measures[row["measure"]]),
                "Ett år tidigare": _at(
                    (row["measure"], row["region_code"], same_period_last_year(str(row["period"]))),
                    earlier,
                    catalog,
                ),
                **{
                    title: _at(tuple(row[name] for name in _OF), of_sex[sex], catalog)
                    for sex, title in _SEXES.items()
                },
                "Publicerat": beside.figure(row),
                COVERED: beside.coverage(row) if str(row["measure"]).endswith("flow_count") else MISSING,
            }
            for _, row in shown.iterrows()
        ]
    )
    cells = without(cells, empty=[name for name in _FIGURES if name != "Eget register"], same=["Kommun"])
    data = pd.concat([shown.loc[shown["region_code"].isin(list(catalog.names))], *beside.used], ignore_index=True)
    note = f"{DIFFERENCES} {LEAST}" if shown["measure"].str.startswith("register_kaa").any() else LEAST
    note = f"{invented(shown)}{note}"
    about = About(
        id="egna_register",
        title=f"{name}: kommunens egna register",
        subtitle="Räknat på register och listor som inte lämnar kommunen",
        source=source_line(data, catalog, computed=True),
        alt=" ".join(f"{row['Uppgift']}, {row['Period']}: {row['Eget register']}." for _, row in cells.iterrows()),
        note=note,
        data=data,
    )
    return Table(about, cells, _align(cells))


def _group_name(row: pd.Series, catalog: Catalog) -> str:
    short = catalog.measures[row["measure"]].short
    return f"{short}: {str(row['category']).replace('_', ' ')}" if _is_text(row["category"]) else short


def invented(rows: pd.DataFrame) -> str:
    """Say that the people are invented, where the periods are those of a demonstration."""
    return f"{INVENTED} " if rows["period_end"].map(is_invented).any() else ""


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value not in ("", "nan")


def _about(row: pd.Series) -> str:
    """Name what a part is a part of, as the KAA report does."""
    label = breakdown_label(row["breakdown"])
    of = "avregistreringar" if "_ended_" in row["measure"] else "nya registreringar"
    return f"{label}, {of}" if row["breakdown"] == "month" else label


def _parts_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Take the newest parts of the KAA in the order of the report's blocks, but no year that nobody is born in."""
    parts = rows.loc[rows["breakdown"].map(_is_text) & rows["measure"].str.startswith("register_kaa")]
    empty = (parts["breakdown"] == "birth_year") & (parts["value"] == 0)
    shown = _newest(parts.loc[~empty], ["measure", "region_code", "breakdown"])
    blocks = list(BREAKDOWNS)
    order = shown["breakdown"].map(lambda name: (BREAKDOWNS[name][0], blocks.index(name)))
    return shown.assign(order=order).sort_values("order", kind="stable").drop(columns="order")


def register_parts(rows: pd.DataFrame, beside: PublishedBeside, catalog: Catalog, *, name: str) -> Table:
    """List the counts of the KAA by birth year, schooling, occupation, contact, measures and reasons.

    Parameters
    ----------
    rows, beside, catalog, name
        As for :func:`registers`.
    """
    shown = _parts_of(rows)
    cells = pd.DataFrame(
        [
            {
                "Uppgift": _about(row),
                "Kommun": catalog.names[row["region_code"]],
                "Kategori": category_label(row["breakdown"], row["category"]),
                "Period": period_text(row["period"]),
                "Eget register": _figure(row, catalog.measures[row["measure"]]),
                "Publicerat": beside.figure(row),
            }
            for _, row in shown.iterrows()
        ]
    )
    periods = sorted(set(cells["Period"]))
    cells = without(cells, empty=["Publicerat"], same=["Period", "Kommun"])
    data = pd.concat([shown, *beside.used], ignore_index=True)
    about = About(
        id="egna_register_delar",
        title=f"{name}: KAA-registret i delar",
        subtitle=f"{periods[0][0].upper()}{periods[0][1:]}" if len(periods) == 1 else "",
        source=source_line(data, catalog, computed=True),
        alt=f"{len(cells)} uppgifter ur kommunens KAA-register.",
        note=f"{invented(shown)}{LEAST} Födelseår som ingen har är utelämnade.",
        data=data,
    )
    return Table(about, cells, _align(cells))


def _align(cells: pd.DataFrame) -> tuple[str, ...]:
    return tuple("right" if name in _FIGURES else "left" for name in cells.columns)
