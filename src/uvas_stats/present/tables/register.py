"""What the municipality has counted in its own registers, beside the published table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from uvas_stats.catalog import Catalog, Measure
from uvas_stats.numbers import number_text
from uvas_stats.periods import period_text
from uvas_stats.present.figure import About
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Table
from uvas_stats.register.labels import BREAKDOWNS, breakdown_label, category_label

__all__ = ["PUBLISHED_BESIDE", "register_parts", "registers"]

PUBLISHED_BESIDE = {
    "register_kaa_flow_count": "kaa_school_year_reported_count",
    "register_kaa_share_pct": "kaa_school_year_share_pct",
}
"""Own measure to the published one that it is shown beside, where the catalog has that."""
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


def _beside(row: pd.Series, published: Mapping[str, pd.DataFrame], catalog: Catalog) -> str:
    """Write the published figure of the same kommun: of the same period if there is one, else of the newest."""
    other = PUBLISHED_BESIDE.get(str(row["measure"]), "")
    series = published.get(other, pd.DataFrame())
    if series.empty:
        return "–"
    own = series.loc[(series["region_code"] == row["region_code"]) & series["value"].notna()]
    same = own.loc[own["period"] == row["period"]]
    chosen = same if len(same) else own.loc[own["period_end"] == own["period_end"].max()]
    if len(chosen) != 1:
        return "–"
    text = _figure(chosen.iloc[0], catalog.measures[other])
    return text if len(same) else f"{text} ({period_text(str(chosen['period'].iloc[0]))})"


def registers(rows: pd.DataFrame, published: Mapping[str, pd.DataFrame], catalog: Catalog, *, name: str) -> Table:
    """List what has been counted of the KAA and of target groups, newest period of each measure.

    Parameters
    ----------
    rows
        Observations of the datasets ``register:<kommun>``; of an area too, with its id as the region.
    published
        Published series by measure, to stand beside.
    """
    group = rows["measure"] == "register_overlap_count"
    whole = rows.loc[~rows["measure"].str.startswith("participants_") & (~rows["breakdown"].map(_is_text) | group)]
    shown = _newest(whole.loc[whole["sex"] == "total"], ["measure", "region_code"])
    of_sex = {sex: whole.loc[whole["sex"] == sex].set_index(_OF) for sex in _SEXES}
    cells = pd.DataFrame(
        [
            {
                "Uppgift": catalog.measures[row["measure"]].short,
                "Kommun": catalog.names.get(row["region_code"], TOGETHER),
                "Period": period_text(row["period"]),
                "Eget register": _figure(row, catalog.measures[row["measure"]]),
                **{title: _of_sex(row, of_sex[sex], catalog) for sex, title in _SEXES.items()},
                "Publicerat": _beside(row, published, catalog),
            }
            for _, row in shown.iterrows()
        ]
    )
    unknown = [name for name in ("Publicerat", *_SEXES.values()) if cells[name].eq("–").all()]
    cells = cells.drop(columns=unknown)
    if len(set(cells["Kommun"])) == 1:
        cells = cells.drop(columns="Kommun")
    used = [series for id_, series in published.items() if id_ in PUBLISHED_BESIDE.values() and len(series)]
    data = pd.concat([shown.loc[shown["region_code"].isin(list(catalog.names))], *used], ignore_index=True)
    note = f"{DIFFERENCES} {LEAST}" if shown["measure"].str.startswith("register_kaa").any() else LEAST
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


def _of_sex(row: pd.Series, rows: pd.DataFrame, catalog: Catalog) -> str:
    """Write the same figure of one sex, where it is counted."""
    at = tuple(row[name] for name in _OF)
    return _figure(rows.loc[at], catalog.measures[row["measure"]]) if at in rows.index else "–"


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


def register_parts(rows: pd.DataFrame, catalog: Catalog, *, name: str) -> Table:
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
            }
            for _, row in shown.iterrows()
        ]
    )
    periods = sorted(set(cells["Period"]))
    if len(periods) == 1:
        cells = cells.drop(columns="Period")
    if len(set(cells["Kommun"])) == 1:
        cells = cells.drop(columns="Kommun")
    about = About(
        id="egna_register_delar",
        title=f"{name}: KAA-registret i delar",
        subtitle=f"{periods[0][0].upper()}{periods[0][1:]}" if len(periods) == 1 else "",
        source=source_line(shown, catalog, computed=True),
        alt=f"{len(cells)} uppgifter ur kommunens KAA-register.",
        note=f"{LEAST} Födelseår som ingen har är utelämnade.",
        data=shown,
    )
    return Table(about, cells, _align(cells))


def _align(cells: pd.DataFrame) -> tuple[str, ...]:
    figures = ("Eget register", "Publicerat", *_SEXES.values())
    return tuple("right" if name in figures else "left" for name in cells.columns)
