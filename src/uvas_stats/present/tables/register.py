"""What the municipality has counted in its own registers, beside the published table."""

from __future__ import annotations

import pandas as pd

from uvas_stats.catalog import Catalog, Measure
from uvas_stats.numbers import MISSING, number_text
from uvas_stats.periods import MONTHS, period_text, same_period_last_year
from uvas_stats.present.figure import About
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Table
from uvas_stats.present.tables.published_beside import PublishedBeside
from uvas_stats.register.demo import INVENTED, is_invented
from uvas_stats.register.labels import BREAKDOWNS, breakdown_label, category_label
from uvas_stats.register.store import day_of

__all__ = ["invented", "register_parts", "registers"]

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


def _figure(row: pd.Series, measure: Measure) -> str:
    if pd.notna(row["value"]):
        return number_text(float(row["value"]), measure.decimals, measure.unit)
    if pd.notna(row["lower"]) and pd.notna(row["upper"]):
        return f"{number_text(float(row['lower']), 0)}–{number_text(float(row['upper']), 0)}"
    return HIDDEN


def _newest(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Keep the rows of the last period of each measure and kommun."""
    last = rows.groupby(keys, observed=True)["period_end"].transform("max")
    return rows.loc[rows["period_end"] == last]


def _year_before(row: pd.Series, rows: pd.DataFrame, catalog: Catalog) -> str:
    """Write the same figure of the same period one year earlier, where that has been counted."""
    before = same_period_last_year(str(row["period"]))
    at = (*(row[name] for name in _OF[:2]), before)
    return _figure(rows.loc[at], catalog.measures[row["measure"]]) if at in rows.index else MISSING


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
                "Ett år tidigare": _year_before(row, earlier, catalog),
                **{title: _of_sex(row, of_sex[sex], catalog) for sex, title in _SEXES.items()},
                "Publicerat": beside.text(row),
                COVERED: beside.coverage(row) if str(row["measure"]).endswith("flow_count") else MISSING,
            }
            for _, row in shown.iterrows()
        ]
    )
    unknown = [name for name in _FIGURES if name != "Eget register" and cells[name].eq(MISSING).all()]
    cells = cells.drop(columns=unknown)
    if len(set(cells["Kommun"])) == 1:
        cells = cells.drop(columns="Kommun")
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


def _of_sex(row: pd.Series, rows: pd.DataFrame, catalog: Catalog) -> str:
    """Write the same figure of one sex, where it is counted."""
    at = tuple(row[name] for name in _OF)
    return _figure(rows.loc[at], catalog.measures[row["measure"]]) if at in rows.index else MISSING


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
    place = shown["breakdown"].map(lambda name: (BREAKDOWNS[name][0], blocks.index(name)))
    return shown.assign(place=place).sort_values("place", kind="stable").drop(columns="place")


def register_parts(rows: pd.DataFrame, beside: PublishedBeside, catalog: Catalog, *, name: str) -> Table:
    """List the counts of the KAA by birth year, schooling, occupation, contact, measures and reasons."""
    shown = _parts_of(rows)
    cells = pd.DataFrame(
        [
            {
                "Uppgift": _about(row),
                "Kommun": catalog.names[row["region_code"]],
                "Kategori": category_label(row["breakdown"], row["category"]),
                "Period": period_text(row["period"]),
                "Eget register": _figure(row, catalog.measures[row["measure"]]),
                "Publicerat": beside.text(row),
            }
            for _, row in shown.iterrows()
        ]
    )
    if cells["Publicerat"].eq(MISSING).all():
        cells = cells.drop(columns="Publicerat")
    periods = sorted(set(cells["Period"]))
    if len(periods) == 1:
        cells = cells.drop(columns="Period")
    if len(set(cells["Kommun"])) == 1:
        cells = cells.drop(columns="Kommun")
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
