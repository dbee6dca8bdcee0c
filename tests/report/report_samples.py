"""A small report with everything in it: charts, tables, gaps, and text that wants to be code."""

import pandas as pd

from uvas_stats.observations.validate import make_observations
from uvas_stats.present.chapter import Chapter, Content
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.table import Number, Table

ORIGIN = "kolada/2026-11-21/kolada_published.csv"


def observations() -> pd.DataFrame:
    rows = [
        ("00", "2022", 6.30, "ok"),
        ("00", "2023", 6.05, "ok"),
        ("00", "2024", 6.16, "provisional"),
        ("2182", "2022", 8.02, "ok"),
        ("2182", "2023", 8.18, "ok"),
        ("2182", "2024", 9.15, "ok"),
        ("0140", "2022", None, "suppressed"),
        ("0140", "2023", None, "not_available"),
        ("0140", "2024", 5.0, "ok"),
    ]
    frame = pd.DataFrame(rows, columns=["region_code", "period", "value", "status"])
    return make_observations(
        frame.assign(
            dataset="kolada", edition="2026-11-21", age_group="16-24", measure="uvas_share_pct", origin=ORIGIN
        )
    )


def make_chart(
    name: str = "utveckling_uvas", title: str = "Söderhamn: unga som varken arbetar eller studerar"
) -> Chart:
    data = observations()
    chart = Chart(figsize=(6.3, 3.4), facecolor="white")
    axes = chart.add_axes((0.1, 0.2, 0.8, 0.6))
    for code, part in data.groupby("region_code", observed=True):
        axes.plot(part["period"].astype("str"), part["value"], label=str(code))
    chart.text(0.02, 0.93, title)
    chart.text(0.02, 0.04, "Källa: MUCF via Kolada. Utgåva 2026-11-21.", size=7.5)
    chart.about = About(
        id=name,
        title=title,
        subtitle="2022–2024. Folkbokförda 16–24 år.",
        source="Källa: MUCF via Kolada. Utgåva 2026-11-21.",
        alt="Linjediagram. Söderhamn: 8,0 % 2022, 9,2 % 2024. Riket: 6,2 % 2024.",
        note="Uppgiften för 2024 är preliminär.",
        data=data,
    )
    return chart


def make_table(
    name: str = "sammanfattning", first: str = "Unga som varken arbetar eller studerar, 16–24 år"
) -> Table:
    cells = pd.DataFrame(
        {
            "Mått": [first, "Öppet arbetslösa och i program, 18–24 år"],
            "2022": [Number(8.02), Number(None)],
            "2023": [Number(8.18), Number(7.4)],
            "2024": [Number(9.15), Number(7.94)],
            "Förändring": ["upp", "upp"],
            "Grupp": ["sämsta gruppen", "mellersta gruppen"],
            "Riket": [Number(6.16), Number(8.1)],
        }
    )
    about = About(
        id=name,
        title="De tre senaste utfallen",
        subtitle="Procent",
        source="Egen bearbetning av uppgifter från MUCF. Utgåva 2026-11-21.",
        alt="Tabell med två mått. Andelen unga som varken arbetar eller studerar har stigit till 9,2 procent.",
        note="Grupperna är 25, 50 och 25 procent av kommunerna med uppgift.",
        data=observations().loc[lambda frame: frame["region_code"] == "2182"],
    )
    return Table(about, cells, ("left", *["right"] * 3, "left", "left", "right"))


def make_content(**changes: object) -> Content:
    flat = observations()
    flat = flat.assign(
        region_name=flat["region_code"].map({"00": "Riket", "2182": "Söderhamn", "0140": "Nykvarn"}),
        measure_title="Unga som varken arbetar eller studerar, 16–24 år",
        unit="procent",
    )
    definitions = pd.DataFrame(
        {
            "Mått": ["Unga som varken arbetar eller studerar, 16–24 år"],
            "Definition": ["Andel av de folkbokförda som varken arbetade eller studerade under året"],
            "Ålder": ["16–24"],
            "Population": ["Folkbokförda 31 december"],
            "Täljare": ["Antal som varken arbetade eller studerade"],
            "Nämnare": ["Folkbokförda i åldern"],
            "Utgivare": ["MUCF"],
            "Att tänka på": ["Ny metod från 2022"],
        }
    )
    sources = pd.DataFrame(
        {
            "Datamängd": ["Kolada, publicerade nyckeltal"],
            "Utgivare": ["RKA"],
            "Utgåva": ["2026-11-21"],
            "Hämtad": ["2026-11-21"],
            "Licens": ["CC0"],
            "Fil": [ORIGIN],
            "sha256": ["a" * 64],
        }
    )
    fields: dict[str, object] = {
        "id": "soderhamn",
        "title": "Nuläge: Handlingsprogram om ökad sysselsättningsgrad för ungdomar",
        "subtitle": "Söderhamns kommun, handlingsprogram, version 2010",
        "lead": "Andelen unga som varken arbetar eller studerar är 9,2 % i Söderhamn.\n\nDen har stigit.",
        "date": "2026-11-21",
        "chapters": (
            Chapter("Sammanfattning", "Tabellen visar senaste uppgift.", (make_table(),)),
            Chapter(
                "Utveckling", "Två diagram följer.\nDe visar samma sak.", (make_chart(), make_chart("plats/å"))
            ),
        ),
        "definitions": definitions,
        "sources": sources,
        "flat": flat,
        "origins": {ORIGIN: {"publisher": "RKA", "sha256": "a" * 64, "retrieved": "2026-11-21"}},
    }
    return Content(**{**fields, **changes})  # type: ignore[arg-type]
