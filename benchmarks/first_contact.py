"""Every real file and list in ../shared/data of a source of ours: read or refused as its line in SOURCES.md says.

A value is 0 where it is so and else 1. What a file must come to stands in the tables below: how many observations
are read of it and how many have a value, or what the refusal says.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from uvas_stats.build.adopt import adopt
from uvas_stats.catalog import load_catalog
from uvas_stats.catalog.similar import sort_groups
from uvas_stats.catalog.sources import load_kolada_kpis
from uvas_stats.clean.pxweb import read_cube
from uvas_stats.clean.readers import read_edition
from uvas_stats.errors import UvasStatsError
from uvas_stats.fetch.adhoc import parse_query
from uvas_stats.fetch.http import Answer
from uvas_stats.fetch.pxclient import limits_from
from uvas_stats.fetch.pxweb import table_from_jsonstat
from uvas_stats.fetch.skolverket_documents import kaa_documents
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.raw.snapshot import read_snapshot
from uvas_stats.workspace import Workspace

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"
NAME = "Filnamnet är inget av dem som Arbetsförmedlingens arbetsböcker har"
ADOPTED: dict[str, tuple[str, str]] = {
    "skolverket/behorighet_grundskola_2024_25.csv": ("siris_eligibility", "10695 10296"),
    "skolverket/jamforelse_ak9_2025_kommun.xlsx": ("siris_grade9_series", "64710 61279"),
    "skolverket/kostnader_gymnasieskola_2023_kommun.csv": ("siris_costs", "2900 2362"),
    "skolverket/siris_33_kostnader_gy_2020.csv": ("siris_costs", "2900 2357"),
    "skolverket/exp_kostnader_kommun_fklass_2016.xml": ("siris_costs", "1740 1735"),
    "mucf/MUCF_20241108.xlsx": ("mucf", "108 108"),
    "forsakringskassan/ohalsotal_2024_11_06.xlsx": ("fk_ohalsotal", "108 108"),
    "arbetsformedlingen/regionfakta_uppsala_oppet_arbetslosa_18_24_2018.csv": ("af_openly_year", "20 20"),
    "arbetsformedlingen/regionfakta_varmland_oppet_arbetslosa_18_24_2024.csv": ("af_openly_year", "36 36"),
    "arbetsformedlingen/regionfakta_vg_oppet_arbetslosa_18_24_2024.csv": ("af_openly_year", "102 102"),
    "arbetsformedlingen/regionfakta_riket_varmland_18_24_2008_2024.csv": ("af_openly_year", "Titeln är inte"),
    "arbetsformedlingen/andel_arblosa_2020M01_2022M12.xlsx": ("af_share", NAME),
    "arbetsformedlingen/arbetsloshet_kommun.xlsx": ("af_share", NAME),
    "arbetsformedlingen/inskrivna_2018_2022_manad_resave.csv": ("af_registered", NAME),
    "arbetsformedlingen/unemployment_2000_2014.csv": ("af_history", "Filen har ingen rad med rubriker"),
    "scb/bas_arbetslosa_2023_student_resave.csv": (
        "af_history",
        "Filen har 0 antal och 0 andelar för öppet arbetslösa",
    ),
    "scb/befolkning_ettarsklass_2018_2022_student_resave.csv": ("af_history", "Filen har ingen rad med rubriker"),
    "eurostat/edat_lfse_22_2024-06.xlsx": ("mucf", "Ingen tabell med Antal och Andel efter ålder"),
    "kolada/uvas1624.xlsx": ("mucf", "Ingen tabell med Antal och Andel efter ålder"),
}
"""Files that an analyst may lay in: the dataset, and how many observations and known figures, or the refusal."""


def adopted(path: Path, dataset: str) -> str:
    """Lay in a file as ``uvas adopt`` does, and count what is read of the edition."""
    catalog = load_catalog()
    with tempfile.TemporaryDirectory() as folder:
        edition = adopt(Workspace(Path(folder)), dataset, [path]).edition
        assert edition is not None  # the workspace was empty
        snapshot = read_snapshot(edition)
        frames = list(read_edition(snapshot, catalog.datasets[snapshot.dataset], catalog))
    known = sum(int((frame["value"].notna() | frame["lower"].notna()).sum()) for frame in frames)
    return f"{sum(map(len, frames))} {known}"


def _cells(path: Path) -> str:
    return f"{read_cube(path.read_bytes(), path.name).values.size} celler"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8-sig"))


def _limits(path: Path) -> str:
    limits = limits_from(_json(path), "maxDataCells", "maxCallsPerTimeWindow")
    return f"{limits.cells} celler, {limits.calls} anrop"


def _table(path: Path) -> str:
    table = table_from_jsonstat(_json(path), path.stem)
    return " ".join(f"{variable.code}:{len(variable.codes)}" for variable in table.variables)


def _groups(path: Path) -> str:
    listed = [{**one, "members": [{"member_id": code} for code in one["members"]]} for one in _json(path)]
    made = sort_groups(listed, load_catalog().regions)
    return f"{len(made.groups)} grupper, {made.of_regions} av regioner, {len(made.left_out)} utanför"


def _kpis(path: Path) -> str:
    titles = {row["id"]: row["title"] for row in _rows(path)}
    there = [kpi for kpi in load_kolada_kpis() if kpi.fits(titles.get(kpi.id, ""))]
    return "alla nyckeltal" if len(there) == len(load_kolada_kpis()) else f"{len(there)} nyckeltal"


def _documents(path: Path) -> str:
    """Find the workbooks in the list as the service gives it."""
    content = _json(path)

    def call(_: str, address: str, **__: object) -> Answer:
        asked = parse_qs(urlsplit(address).query)
        rows = content["lasar"] if "/lasar/" in address else content["dokument"][asked["pLasar"][0]]
        return Answer(address, 200, json.dumps({"data": rows}).encode(), {})

    http: Any = SimpleNamespace(call=call, base_url="https://siris.skolverket.se/siris")
    found = [one for one in kaa_documents(http) if one.listed]
    return f"{len(found)} arbetsböcker, {len({one.period for one in found})} perioder"


def _areas(path: Path, column: str, way: str) -> str:
    read = getattr(AreaCodes(load_catalog()), way)
    cells = [row[column] for row in (_rows(path) if path.suffix == ".csv" else _json(path))]
    return f"{sum(bool(read(cell)) for cell in cells)} av {len(cells)}"


LISTS: dict[str, tuple[Callable[[Path], str], str]] = {
    "scb/TAB6471_data.json": (_cells, "2772 celler"),
    "scb/jsonstat1_ungdomar_2016.json": (_cells, "1176 celler"),
    "scb/tab638_0330_0380_2000_2005.json": (_cells, "96 celler"),
    "scb/invalid_json_all_region.json": (_cells, "Filen är inte giltig JSON"),
    "scb/table-metadata-jsonstat.json": (_cells, "Dimensionen Alder har 102 koder men ska ha 1"),
    "scb/BE0101F1datasymbols.px": (_cells, "Filen är inte ett JSON-objekt"),
    "scb/config.json": (_limits, "150000 celler, 3 anrop"),
    "scb/TAB6471_metadata.json": (_table, "Region:312"),
    "scb/v1_query_popsize.json": (lambda path: f"{len(parse_query(path).values)} variabler", "6 variabler"),
    "kolada/municipality_groups_2026-03.json": (_groups, "grupper, 21 av regioner, 0 utanför"),
    "kolada/kpi_list_2026-03.csv": (_kpis, "alla nyckeltal"),
    "kolada/kpi_catalogue_youth_2026-04.csv": (_kpis, "alla nyckeltal"),
    "kolada/municipalities_2026-03.csv": (lambda path: _areas(path, "id", "kommun_code"), "290 av "),
    "kolada/df_kpi_9_uvas.csv": (lambda path: _areas(path, "municipality", "fitting"), " av "),
    "skolverket/kaa_document_list_2026-10.json": (_documents, "47 arbetsböcker, 8 perioder"),
    "regions/municipalities.csv": (lambda path: _areas(path, "municipality_name", "kommun"), "290 av 290"),
    "regions/counties.csv": (lambda path: _areas(path, "county_name", "lan"), "21 av 21"),
    "regions/codes_without_leading_zero_2022.csv": (
        lambda path: _areas(path, "municip_code", "kommun_code"),
        "290 av 290",
    ),
    "regions/skr_kommungrupper_2023.json": (lambda path: _areas(path, "commune_name", "kommun"), "290 av 290"),
}
"""Answers and lists of services: how each is read, and what that must hold. Of KAA's ten periods one has no table
of ours, and the workbooks of 2017/18, which have no numbers, are fetched by their declared ids."""
NO_SOURCE = {
    "scb/tables.json": "a page of the list of tables, which tests/fetch reads from the fake service",
    "scb/search.json": "a page of hits, likewise",
    "scb/agg_Alder10arJ.json": "a code list that we do not declare",
    "csranks_reference_pisa.csv": "a reference of the ranking's intervals, in tests/indicators/test_ranking.py",
}
"""What is in the folder and no source of ours."""


def deviation(name: str) -> str:
    """Say how a file is read otherwise than it must be; empty where it is not."""
    dataset, wanted = ADOPTED.get(name, ("", ""))
    read: Callable[[Path], str]
    if dataset:
        read = lambda path: adopted(path, dataset)  # noqa: E731 - one of two ways
    else:
        read, wanted = LISTS[name]
    try:
        came = read(SHARED / name)
    except UvasStatsError as error:
        came = str(error)
    return "" if wanted in came else f"{name}: {came}, not {wanted}"


def unknown_files() -> list[str]:
    """Name the files of the folder that no table here has."""
    names = [path.relative_to(SHARED).as_posix() for path in sorted(SHARED.rglob("*")) if path.is_file()]
    known = {*ADOPTED, *LISTS, *NO_SOURCE, "SOURCES.md"}
    return [name for name in names if name not in known and not re.search(r"(^|/)LICENSE", name)]


def _surprises() -> Iterator[tuple[str, float, float, str]]:
    """Let each source surprise in every way of the list; yield the share that costs figures."""
    import pytest
    from tests.fakes.every import serving_every
    from tests.fakes.surprises import SURPRISES, Days, cheap

    harmless = [one for one in SURPRISES if not one.wrong]
    dear = 0
    with pytest.MonkeyPatch.context() as patch, serving_every() as every, tempfile.TemporaryDirectory() as folder:
        days = Days(every, Path(folder), patch)
        for one in SURPRISES:
            cost = days.alone(one)
            dear += not one.wrong and not cheap(cost)
            print(f"{one.source}: {one.what}{' (fel tal)' if one.wrong else ''}: {str(cost)[:160]}", flush=True)
    yield "surprises_that_cost_figures", dear / len(harmless), 0.10, f"of {len(harmless)} that make none wrong"


def run() -> Iterator[tuple[str, float, float, str]]:
    """Yield name, value, limit and unit of each file."""
    for name in (*ADOPTED, *LISTS):
        told = deviation(name)
        yield name, float(bool(told)), 0.0, told or "0 = as SOURCES.md says"
    yield from _surprises()
    yield "files_in_no_table", float(len(unknown_files())), 0.0, ", ".join(unknown_files()) or "files"
