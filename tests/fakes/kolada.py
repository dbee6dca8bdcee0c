"""Kolada, version 3, on this machine, with what its clients have reported and the faults it can have."""

from __future__ import annotations

import argparse
import json
import threading
import zlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from tests.fakes.server import Faults
from tests.fakes.web import JSON, Response, serving
from uvas_stats.catalog import load_catalog

BASE = "/v3"
LARGEST_PAGE = 5000
LARGEST_SEGMENT = 25
TITLES = {
    "N02797": "Invånare 16-24 år som varken arbetar eller studerar, andel (%)",
    "N02906": "Invånare 17-24 år som varken arbetar eller studerar, andel (%)",
    "N03942": "Arbetslösa av arbetskraften (BAS), 18-24 år, andel (%)",
    "N15428": "Elever i åk 9 som är behöriga till yrkesprogram, hemkommun, andel (%)",
    "N15424": "Elever i åk 9 som är behöriga till yrkesprogram, lägeskommun, andel (%)",
    "N17473": "Gymnasieelever som uppnått grundläggande behörighet till universitet och högskola inom 3 år, hemkommun, "
    "andel (%)",
    "N17457": "Gymnasieelever med examen eller studiebevis inom 4 år, hemkommun, andel (%)",
    "N17445": "Gymnasieelever med examen inom 3 år, hemkommun, andel (%)",
    "N18601": "Ungdomar som är etablerade på arbetsmarknaden eller studerar 2 år efter gymnasieexamen, hemkommun, "
    "andel (%)",
    "N18611": "Ungdomar som är etablerade på arbetsmarknaden eller studerar 2 år efter studiebevis från gymnasiet, "
    "hemkommun, andel (%)",
    "N31807": "Invånare som någon gång under året erhållit ekonomiskt bistånd, andel (%) av bef.",
    "N01954": "Invånare 16-19 år, antal",
    "N02798": "Invånare 25-29 som varken studerar eller arbetar, andel (%)",
}
FIRST_YEAR = {"N03942": 2023, "N15428": 2018, "N17473": 2016}
THEMES = ("övergripande", "arbetsmarknad")
REGIONS = ("Region Blekinge", "Region Dalarna", "Region Gotland", "Region Gävleborg", "Region Halland")
REGIONS += ("Region Jämtland Härjedalen", "Region Jönköpings län", "Region Kalmar", "Region Kronoberg")
REGIONS += ("Region Norrbotten", "Region Skåne", "Region Stockholm", "Region Sörmland", "Region Uppsala")
REGIONS += ("Region Värmland", "Region Västerbotten", "Region Västernorrland", "Region Västmanland")
REGIONS += ("Region Örebro län", "Region Östergötland", "Västra Götalandsregionen")
"""The regions that stand where a kommun should, in titles of groups of similar kommuner."""


@dataclass
class KoladaFake:
    """The state of the service; every switch is a fault or a habit that has been reported."""

    faults: Faults = field(default_factory=Faults)
    fault_on: str = "/data/"
    log: list[str] = field(default_factory=list)
    url: str = ""
    titles: dict[str, str] = field(default_factory=lambda: dict(TITLES))
    last_year: int = 2024
    revision: int = 0
    """Another number is another vintage: history before 2020 has changed in border kommuner."""
    page_size: int = LARGEST_PAGE
    deleted: int = 0
    """How many deleted values stand in each answer, beside the real ones."""
    repeated: int = 0
    """How many items stand twice, equal."""
    differing: bool = False
    """An item stands twice, with two values."""
    lost_units: tuple[str, ...] = ()
    """A unit that is left out of the answers in silence."""
    stray: bool = False
    """A unit that was not asked for is in the answers."""
    same_page: bool = False
    """Page 2 is page 1 again, for ever."""
    foreign_next: str = ""
    """Where the next page is said to be."""
    wrong_count: bool = False
    missing_status: tuple[Any, ...] = ("", None, "Missing")
    text_value: bool = False
    publication: dict[str, dict[str, Any]] = field(default_factory=dict)
    double_gotland: bool = True
    group_titles: str = "fine"
    """``fine``, ``mojibake`` (read as cp1252), ``broken`` (cannot be undone), ``unknown``, ``member`` or ``clash``."""
    listed_groups: list[dict[str, Any]] = field(default_factory=list)
    """Groups in place of the made up ones."""
    listed_units: list[dict[str, str]] = field(default_factory=list)
    """Areas in place of the made up ones."""
    groups_gone: bool = False
    """The groups cannot be had."""

    @property
    def v3(self) -> str:
        return self.url + BASE

    @property
    def data_calls(self) -> list[str]:
        return [path for path in self.log if "/data/" in path]

    def respond(self, path: str, query: str) -> Response:
        path = unquote(path)
        if not path.startswith(BASE + "/"):
            return _json(200, {"error": "This endpoint is deprecated. Please use /v3 instead."})
        params = {key: values[-1] for key, values in parse_qs(query).items()}
        parts = path.removeprefix(BASE + "/").strip("/").split("/")
        size = int(params.get("per_page", LARGEST_PAGE))
        too_many = [part for part in parts if part.count(",") >= LARGEST_SEGMENT]
        if size > LARGEST_PAGE or too_many:
            return _json(422, {"detail": [{"msg": "Input should be less than or equal", "type": "too_long"}]})
        items = None if self.groups_gone and "groups" in path else self._items(parts, parse_qs(query))
        if items is None:
            return _json(404, {"detail": "Not Found"})
        return self._page(path, query, params, items, min(size, self.page_size))

    def _page(self, path: str, query: str, params: dict[str, str], items: list[Any], size: int) -> Response:
        page = 1 if self.same_page else int(params.get("page", 1))
        part = items[(page - 1) * size : page * size]

        def address(number: int) -> str:
            many = {**parse_qs(query), "page": [str(number)], "per_page": [str(size)]}
            return f"{self.url}{path}?{urlencode(many, doseq=True)}"

        more = page * size < len(items)
        following = self.foreign_next or address(int(params.get("page", 1)) + 1)
        count = len(part) + 7 if self.wrong_count else len(part)
        previous = address(page - 1) if page > 1 else None
        body = {"count": count, "next_url": following if more else None, "previous_url": previous, "values": part}
        return _json(200, body)

    def _items(self, parts: list[str], query: dict[str, list[str]]) -> list[Any] | None:
        ids = parts[1].split(",") if len(parts) == 2 else []
        words = (query.get("title") or [""])[-1].casefold()
        makers = {"kpi": self._kpis, "municipality": self._units, "municipality_groups": self._groups}
        if parts[0] in makers:
            found = [one for one in makers[parts[0]]() if words in one["title"].casefold()]
            return [one for one in found if not ids or one["id"] in ids]
        if parts == ["data"]:
            # One client asks with kpi_id, municipality_id and year and is answered; kpi= is passed over in silence.
            names = ("kpi_id", "municipality_id", "year")
            asked = [[one for text in query.get(name, []) for one in text.split(",")] for name in names]
            return self._data(*asked) if any(asked) else []
        if parts[0] == "data":
            named = dict(zip(parts[1::2], parts[2::2], strict=True))
            return self._data(*(named.get(name, "").split(",") for name in ("kpi", "municipality", "year")))
        return None

    def _kpis(self) -> list[dict[str, Any]]:
        empty = {"prel_publication_date": None, "publication_date": "2020-01-01", "publ_period": None}
        return [
            {
                "id": id_,
                "title": title,
                "description": "Påhittad beskrivning.",
                "municipality_type": "K",
                "is_divided_by_gender": True,
                "has_ou_data": False,
                **empty,
                **self.publication.get(id_, {}),
            }
            for id_, title in self.titles.items()
        ]

    def _units(self) -> list[dict[str, str]]:
        if self.listed_units:
            return self.listed_units
        catalog = load_catalog()
        kommuner = [{"id": one.code, "title": one.name, "type": "K"} for one in catalog.kommuner]
        regions = [{"id": f"00{code:02d}", "title": f"Region {code:02d}", "type": "L"} for code in (1, 3, 14, 21)]
        double = [{"id": "0014", "title": "Västra Götalandsregionen", "type": "L"}] if self.double_gotland else []
        return [{"id": "0000", "title": "Riket", "type": "L"}, *regions, *double, *kommuner]

    def _groups(self) -> list[dict[str, Any]]:
        if self.listed_groups:
            return self.listed_groups
        catalog = load_catalog()
        kommuner = catalog.kommuner
        found = [
            {"id": "G1", "title": "Större stad", "members": [{"member_id": "0580", "member_title": "Linköping"}]}
        ]
        for number, kommun in enumerate(kommuner):
            for at, theme in enumerate(THEMES):
                for year in (2023, 2024):
                    near = [
                        kommuner[(number + step * (at + 1) + year % 2) % len(kommuner)] for step in range(1, 8)
                    ]
                    comma = "," if (year + at) % 2 else ""
                    title = f"Liknande kommuner{comma} {theme}, {kommun.name}, {year}"
                    members = [{"member_id": one.code, "member_title": one.name} for one in near]
                    found.append({"id": f"G{len(found) + 10000}", "title": title, "members": members})
        of_region = [{"member_id": code, "member_title": "…"} for code in ("0020", "0021")]
        found += [
            {
                "id": f"G{number}",
                "title": f"Liknande kommuner räddningstjänst, {region}, 2024",
                "members": of_region,
            }
            for number, region in enumerate(REGIONS, start=20000)
        ]
        return self._spoilt(found)

    def _spoilt(self, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
        at = next(number for number, one in enumerate(groups) if "Söderhamn, 2024" in one["title"])
        title = groups[at]["title"]
        spoilt = {
            "mojibake": title.encode().decode("latin-1"),
            "broken": title.replace("ö", "\ufffd"),
            "unknown": title.replace("Söderhamn", "Söderköpstad"),
        }
        groups[at]["title"] = spoilt.get(self.group_titles, title)
        if self.group_titles == "member":
            groups[at]["members"] = [{"member_id": "0014", "member_title": "…"}]
        if self.group_titles == "clash":
            groups.append({**groups[at], "id": "G9", "members": groups[at]["members"][1:]})
        return groups

    def value(self, kpi: str, unit: str, year: int, gender: str) -> float:
        """Make up a value that is always the same, but for border kommuner in another vintage."""
        seed = zlib.crc32(f"{kpi} {unit} {year} {gender}".encode())
        shift = 1.5 * self.revision if unit == "1730" and year < 2020 else 0.0
        if "antal" in self.titles.get(kpi, ""):
            return float(3 + seed % 9_000)
        return round(3 + seed % 9_000_000 / 1_000_000 + shift, 6)

    def _figures(self, kpi: str, unit: str, year: int) -> list[dict[str, Any]]:
        rows = [
            {
                "gender": gender,
                "count": 1,
                "status": "",
                "value": self.value(kpi, unit, year, gender),
                "isdeleted": False,
            }
            for gender in ("T", "K", "M")
        ]
        if unit == "0000" and year == 2007:  # no total, and for UVAS 0 for women and men: missing
            return [{**row, "value": 0 if kpi == "N02797" else None} for row in rows[1:]]
        gap = zlib.crc32(f"gap {unit} {year}".encode()) % 40
        if gap < len(self.missing_status):
            rows[1] |= {"value": None, "status": self.missing_status[gap]}
        if self.text_value:
            rows[0]["value"] = "5,7"
        return rows

    def _data(self, kpis: list[str], units: list[str], years: list[str]) -> list[dict[str, Any]]:
        known = {one["id"] for one in self._units()} - {*self.lost_units}
        if units in ([], [""]):  # without units everything comes, also parts of kommuner and groups
            units = [*sorted(known), "0180C1A03", "G37411"]
        items = [
            {"kpi": kpi, "municipality": unit, "period": int(year), "values": self._figures(kpi, unit, int(year))}
            for kpi in kpis
            for unit in units
            for year in years
            if kpi in self.titles and (unit in known or unit[0] == "G" or len(unit) > 4)
            if FIRST_YEAR.get(kpi, 2007) <= int(year) <= self.last_year
        ]
        for item in items[: self.deleted]:
            old = {"gender": "T", "count": 1, "status": "", "value": 99.0, "isdeleted": True}
            item["values"] = [*item["values"], old]
        items += items[: self.repeated]
        if self.differing:
            values = [{**value, "value": 1.0} for value in items[0]["values"]]
            items.append({**items[0], "values": values})
        if self.stray:
            items.append({**items[0], "municipality": "0180C1A03"})
        return items


def _json(status: int, content: Any) -> Response:
    return status, JSON, json.dumps(content, ensure_ascii=False).encode()


def main() -> None:
    """Serve until stopped; prints the address. Used by the benchmarks, in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kpis", type=int, default=len(TITLES))
    arguments = parser.parse_args()
    fake = KoladaFake(titles={f"N{90000 + number}": f"Nyckeltal {number}" for number in range(arguments.kpis)})
    with serving(fake):
        print(fake.v3, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
