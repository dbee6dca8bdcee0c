"""Eurostat's dissemination service on this machine: sparse JSON-stat with flags and positions in any order."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import Faults
from tests.fakes.web import JSON, Response

BASE = "/eurostat/api/dissemination"
LAST_YEAR = 2025
AXES = {
    "edat_lfse_20": ("freq", "sex", "age", "wstatus", "training", "unit", "geo", "time"),
    "edat_lfse_22": ("freq", "unit", "sex", "age", "geo", "time"),
}
CODES = {
    "freq": ["A"],
    "unit": ["PC"],
    "wstatus": ["POP", "NEMP", "UNE", "INAC_WANT"],
    "training": ["NO_FE_NO_NFE"],
}


@dataclass
class EurostatFake:
    """The state of the service; every switch is a habit that has been reported, or a fault."""

    faults: Faults = field(default_factory=Faults)
    fault_on: str = "/data/"
    log: list[str] = field(default_factory=list)
    url: str = ""
    shuffled: bool = True
    refused_age: str = ""
    """An age that is no longer known; a question that holds it is refused."""
    lost_geo: str = ""
    """An area that is left out in silence."""
    flags: dict[tuple[str, str], str] = field(default_factory=lambda: {("SE", "2021"): "b", ("SE", "2025"): "p"})
    gaps: set[tuple[str, str]] = field(default_factory=lambda: {("IS", "2025")})
    new_axis: bool = False
    percent: bool = True

    @property
    def base(self) -> str:
        return self.url + BASE

    def respond(self, path: str, query: str) -> Response:
        table = path.removeprefix(BASE + "/statistics/1.0/data/")
        asked = parse_qs(query)
        if table not in AXES or asked.get("format") != ["JSON"]:
            error = [{"status": 404, "id": 100, "label": f"ERR_NOT_FOUND_4: {table}"}]
            return _json(404, {"error": error})
        if self.refused_age in asked["age"]:
            return _json(400, {"error": [{"status": 400, "id": 150, "label": "Invalid filter"}]})
        return _json(200, self._dataset(table, asked))

    def value(self, geo: str, sex: str, age: str, year: str) -> float:
        return round(4 + zlib.crc32(f"{geo} {sex} {age} {year}".encode()) % 100 / 10, 1)

    def _dataset(self, table: str, asked: dict[str, list[str]]) -> dict[str, Any]:
        years = [str(year) for year in range(int(asked["sinceTimePeriod"][0]), LAST_YEAR + 1)]
        own = {"geo": [code for code in asked["geo"] if code != self.lost_geo], "time": years}
        if not self.percent:
            own["unit"] = ["THS_PER"]
        axes = {name: own.get(name) or asked.get(name) or CODES[name] for name in AXES[table]}
        if self.new_axis:
            axes = {"citizen": ["NAT", "FOR"], **axes}
        values, status, at = {}, {}, 0
        places: list[dict[str, str]] = [{}]
        for name, codes in axes.items():
            places = [{**place, name: code} for place in places for code in codes]
        for at, place in enumerate(places):
            key = (place["geo"], place["time"])
            if key in self.flags:
                status[str(at)] = self.flags[key]
            if key not in self.gaps:
                off = 0.0 if place.get("wstatus", "NEMP") == "NEMP" else 50.0
                values[str(at)] = off + self.value(place["geo"], place["sex"], place["age"], place["time"])
        return {
            "version": "2.0",
            "class": "dataset",
            "label": "Young people neither in employment nor in education and training",
            "source": "ESTAT",
            "updated": "2026-04-23T23:00:00+0200",
            "value": values,
            "status": status,
            "id": list(axes),
            "size": [len(codes) for codes in axes.values()],
            "dimension": {
                name: {"label": name, "category": self._category(codes)} for name, codes in axes.items()
            },
        }

    def _category(self, codes: list[str]) -> dict[str, Any]:
        pairs = [(code, at) for at, code in enumerate(codes)]
        index = dict(reversed(pairs)) if self.shuffled else dict(pairs)
        return {"index": index, "label": {code: f"Label {code}" for code in codes}}


def _json(status: int, content: Any) -> Response:
    return status, JSON, json.dumps(content).encode()
