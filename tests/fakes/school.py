"""SIRIS reports over several years for every kommun, invented, with what small kommuner do to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.fakes.siris import PROGRAMMES, Row, Specimen
from uvas_stats.catalog import Catalog

SUPPRESSED, NEAR, TINY = "2421", "2506", "0512"
"""Storuman has .. in two years, Arjeplog ~100, and Ydre .. in all."""
WITHOUT = "1440"
"""Has no gymnasieskola and no row."""
TOTAL, NATIONAL = PROGRAMMES[0], PROGRAMMES[1]


def _places(catalog: Catalog) -> list[Row]:
    lan = {region.code: region.name for region in catalog.regions if region.kind == "lan"}
    return [[one.name, one.code, lan[one.lan], one.lan] for one in catalog.kommuner if one.code != WITHOUT]


def _text(code: str, year: int, value: float) -> str:
    if code == TINY or (code == SUPPRESSED and year in (2015, 2016)):
        return ".."
    if code == NEAR and year % 2:
        return "~100"
    return f"{value:.1f}".replace(".", ",")


def _spread(code: str, year: int) -> float:
    """Give each kommun a level of its own that moves a little."""
    return (int(code) * 37 % 211) / 10 + (int(code) + year * 7) % 13 / 3


def completion(catalog: Catalog, year: int) -> Specimen:
    """Report 91: examen within 3, 4 and 5 years, of all and of nationella program."""
    rows = []
    for place in _places(catalog):
        for programme, level in ((TOTAL, 55.0), (NATIONAL, 68.0)):
            own = level + _spread(place[1], year)
            later = [own, own + 2 if year < 2022 else None, own + 3 if year < 2021 else None]
            shares = [".." if one is None else _text(place[1], year, one) for one in later]
            rows.append([*place, "Samtliga", programme, "120", *shares, *[".."] * 3, *["60,0"] * 3])
    groups = [
        "Andel (%) som slutfört med examen",
        "Andel (%) som slutfört med studiebevis om 2500 poäng",
        "Andel (%) som startat och slutfört utbildningen inom samma program",
    ]
    return Specimen(
        title="Gymnasieskola - Genomströmning inom 3, 4 och 5 år, GY11",
        label="Valt startläsår",
        period=f"{year}/{(year + 1) % 100:02d}",
        groups=[*[""] * 7, *[group for group in groups for _ in range(3)]],
        headings=[*_who(), "Totalt antal", *["Inom 3 år", "Inom 4 år", "Inom 5 år"] * 3],
        rows=rows,
    )


def leavers(catalog: Catalog, year: int) -> Specimen:
    """Report 89: leavers of nationella program with their grade points."""
    rows = []
    for place in _places(catalog):
        points = 12.5 + _spread(place[1], year) / 12
        hidden = _text(place[1], year, 0) == ".."
        shown = [".." if hidden else f"{one:.1f}".replace(".", ",") for one in (points, points + 0.4)]
        share = _text(place[1], year, 75 + _spread(place[1], year) / 2)
        rows.append([*place, "Samtliga", NATIONAL, "80", share, "..", share, "..", *shown])
    headings = [
        *("Totalt antal", "Andel (%) med examen", "Andel (%) med studiebevis", "Andel (%) med grundl. behörighet"),
        *(
            "Andel (%) med utökat prog.",
            "GBP för elever med examen eller studiebevis",
            "GBP för elever med examen",
        ),
    ]
    return Specimen(
        title="Gymnasieskola - Avgångselever, nationella program",
        label="Valt läsår",
        period=f"{year - 1}/{year % 100:02d}",
        headings=[*_who(), *headings],
        rows=rows,
    )


def later_activity(catalog: Catalog, year: int) -> Specimen:
    """Report 184: what young people do 1, 3 and 5 years after gymnasiet."""
    rows = []
    for place in _places(catalog):
        own = 30 + _spread(place[1], year)
        shares = [_text(place[1], year, own + more) for more in (0, 12, 18, 10, 14, 4)]
        rows.append([*place, "Samtliga", NATIONAL, "80", *shares])
    headings = [
        f"Andel (%) {word} efter {years} år" for word in ("etablerade", "studerande") for years in (1, 3, 5)
    ]
    return Specimen(
        title="Gymnasieskola - Vad ungdomar gör efter gymnasieskolan, LGY11",
        label="Avgångsläsår",
        period=f"{year - 1}/{year % 100:02d}",
        headings=[*_who(), "Antal elever", *headings],
        rows=rows,
    )


def _who() -> Row:
    return ["Kommun", "Kommun-kod", "Län", "Läns-kod", "Typ av huvudman", "Program"]


MAKERS = {"siris_completion": completion, "siris_leavers": leavers, "siris_later_activity": later_activity}


def write_reports(folder: Path, catalog: Catalog, dataset: str, years: Sequence[int]) -> list[Path]:
    """Write a report of each year as the file that the service gives."""
    paths = []
    for year in years:
        path = folder / f"{dataset}_{year}.csv"
        path.write_bytes(MAKERS[dataset](catalog, year).csv())
        paths.append(path)
    return paths
