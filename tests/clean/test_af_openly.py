"""Openly unemployed: tables of yearly means and old monthly files, never mixed with those in programmes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.clean.test_af_share import edition, one
from uvas_stats.catalog import Catalog
from uvas_stats.clean.af_openly import read_af_history, read_af_openly_year
from uvas_stats.errors import RawFileError

YEARLY = """Öppet arbetslösa 18-24 år. Årsmedeltal 2024
Senast uppdaterad 2025-01-15

Kommun/Region;Antal;Andel (%)
Ale;61;3,7
Göteborg;1\u202f386;4,0
Västra Götalands län;3 475;3,7
Riket;22\u00a0099;4,1

Källa: Arbetsförmedlingen
"""


def yearly(folder: Path, catalog: Catalog, *texts: str) -> pd.DataFrame:
    files = {f"tabell {at}.csv": text.encode() for at, text in enumerate(texts)}
    return read_af_openly_year(edition(folder, files, "af_openly_year"), catalog)


def test_a_table_of_yearly_means_keeps_its_printed_total(catalog: Catalog, tmp_path: Path) -> None:
    other = YEARLY.replace("Västra Götalands län;3 475;3,7", "Värmlands län;634;4,4").replace("Ale;61", "Eda;16")
    found = yearly(tmp_path, catalog, YEARLY, other.replace("Göteborg;1\u202f386", "Kil;25"))
    count, share = "af_openly_unemployed_18_24_year_count", "af_openly_unemployed_18_24_year_rate_pct"
    assert one(found, count, "1480", "2024")["value"] == 1386
    assert one(found, count, "14", "2024")["value"] == 3475
    assert one(found, share, "00", "2024")["value"] == 4.1
    assert one(found, share, "17", "2024")["value"] == 4.4


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Öppet arbetslösa 18-24", "Arbetslösa 18-24", "Titeln är inte"),
        ("18-24 år. Årsmedeltal 2024", "16-64 år. Årsmedeltal 2024", "Titeln är inte"),
        ("Årsmedeltal 2024", "november 2024", "Titeln är inte"),
        ("Andel (%)", "Andel av befolkningen (%)", "Rubrikerna är inte"),
        ("Ale;", "Alé kommunen;", "är inget känt område"),
        ("Ale;61;3,7", "Ale;61;..", r"”..” är inget tal .*tabell 0\.csv, C5\)"),  # two rows above it are empty
        ("Ale;61;3,7", "Ale;61", r"Raden har färre celler än de andra .*tabell 0\.csv, rad 5\)"),
        ("Ale;61;3,7", "Göteborg;61;3,7", "Göteborg finns två gånger"),
    ],
)
def test_a_table_that_is_not_of_yearly_means_is_refused(
    catalog: Catalog, tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in YEARLY
    with pytest.raises(RawFileError, match=message):
        yearly(tmp_path, catalog, YEARLY.replace(old, new))


@pytest.mark.parametrize(
    ("name", "region", "count", "share"),
    [
        ("regionfakta_uppsala_oppet_arbetslosa_18_24_2018.csv", "0331", 37, 4.6),
        ("regionfakta_varmland_oppet_arbetslosa_18_24_2024.csv", "1715", 9, 6.9),
        ("regionfakta_vg_oppet_arbetslosa_18_24_2024.csv", "14", 3475, 3.7),
    ],
)
def test_the_printed_tables_are_read(
    catalog: Catalog, shared: Path, tmp_path: Path, name: str, region: str, count: int, share: float
) -> None:
    text = (shared / "data" / "arbetsformedlingen" / name).read_text(encoding="utf-8")
    found = yearly(tmp_path, catalog, text)
    year = name.removesuffix(".csv")[-4:]
    region = {"1715": "1760"}.get(region, region)  # Storfors
    assert one(found, "af_openly_unemployed_18_24_year_count", region, year)["value"] == count
    assert one(found, "af_openly_unemployed_18_24_year_rate_pct", region, year)["value"] == share


def old_file(catalog: Catalog, **parameters: str) -> str:
    told = {"Månad": "2016-05", "Län": "Alla", "Ålder": "18-24", "Kön": "Kvinnor och män"} | parameters
    heads = ["", '"Öppet arbetslösa\r\nantal"', '"Öppet arbetslösa\r\nandel %"', '"Sökande i program\r\nandel %"']
    names = [region.name for region in catalog.regions if region.kind != "kommun"]
    names += [region.name for region in catalog.kommuner]
    rows = [f"{name};1 {at:03d};{at % 19},5;3,1" for at, name in enumerate(names)]
    lines = [
        "",
        "",
        ";Arbetssökande som andel av arbetskraften",
        ";".join(heads),
        *rows,
        "",
        *[f"{name}: {value}" for name, value in told.items()],
    ]
    return "\ufeff" + "\r\n".join(lines)


def history(folder: Path, catalog: Catalog, text: str) -> pd.DataFrame:
    return read_af_history(edition(folder, {"Manadsstatistik.csv": text.encode()}, "af_history"), catalog)


def test_an_old_monthly_file_gives_openly_unemployed_alone(catalog: Catalog, tmp_path: Path) -> None:
    found = history(tmp_path, catalog, old_file(catalog))
    assert found["region_code"].nunique() == 312
    assert one(found, "af_openly_unemployed_18_24_count", "00", "2016-05")["value"] == 1000
    assert one(found, "af_openly_unemployed_18_24_rate_pct", "01", "2016-05")["value"] == 1.5
    women = history(tmp_path, catalog, old_file(catalog, Kön="Kvinnor", Månad="maj 2016"))
    assert one(women, "af_openly_unemployed_18_24_count", "00", "2016-05", "women")["value"] == 1000


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Ålder: 18-24", "Ålder: 16-64", "gäller ålder ”16-64”"),
        ("Öppet arbetslösa\r\nantal", "Öppet arbetslösa och i program\r\nantal", "0 antal och 1 andelar"),
        ("Söderhamn;", "Soderhavn;", "är inget känt område"),
        ("Kön: Kvinnor och män", "Kön: –", "Kön är"),
        ("Månad: 2016-05", "Månad: våren", "Månaden är"),
        ("Riket;1 000;0,5;3,1\r\n", "", "311 områden av 312"),
    ],
)
def test_an_old_file_of_something_else_is_refused(
    catalog: Catalog, tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = old_file(catalog)
    assert old in text
    with pytest.raises(RawFileError, match=message):
        history(tmp_path, catalog, text.replace(old, new))
