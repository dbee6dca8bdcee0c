"""The tables that the fake service has. Values are a product of weights, so that totals are exact sums of parts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

CKM = (
    "Från och med referensåret 2025 är en liten kontrollerad slumpmässig osäkerhet införd i samtliga uppgifter. "
    "Metoden som används heter Cell Key Method (CKM)."
)


@dataclass(frozen=True)
class Var:
    code: str
    label: str
    codes: tuple[str, ...]
    labels: tuple[str, ...]
    weights: tuple[int, ...]
    elimination: bool = False
    total: str = ""
    """Code the variable is eliminated to; without one, elimination sums the leaves."""
    time: bool = False
    metric: bool = False
    unit: str = "antal"
    codelists: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """Aggregations and value sets: list id, code, and the codes it stands for."""

    def position(self, code: str) -> int:
        return self.codes.index(code)

    def leaves(self) -> list[int]:
        return [self.position(code) for code in self.codes if code.isalnum() and code != self.total] or [0]


@dataclass
class FakeTable:
    id: str
    path: str
    title: str
    variables: list[Var]
    updated: str = "2026-06-08T06:00:00Z"
    notes: list[str] = field(default_factory=list)
    noise: bool = False
    symbol_every: int = 0
    """Every so manieth cell, counted in the whole table, is a symbol."""
    discontinued: bool = False
    revision: int = 0
    """Added to every value; a revision under the same id."""
    number_notes: bool = False
    """Whether some real numbers carry a note in status."""
    percent: frozenset[str] = frozenset()
    """Contents that are shares: their values are below 90 and no product of weights."""
    zero_before: tuple[str, str] = ("", "")
    """Codes of regions with this end are 0, and not null, before this period: areas that did not exist then."""

    @property
    def v1_name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    def var(self, code: str) -> Var | None:
        return next((item for item in self.variables if item.code.casefold() == code.casefold()), None)

    def cells(self, chosen: list[list[list[int]]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give values and cell numbers for, on each side, the positions that each returned code stands for."""
        values = np.ones((), dtype=np.int64)
        numbers = np.zeros((), dtype=np.int64)
        for variable, side in zip(self.variables, chosen, strict=True):
            weights = np.array([sum(variable.weights[at] for at in group) for group in side], dtype=np.int64)
            firsts = np.array([group[0] for group in side], dtype=np.int64)
            values = np.multiply.outer(values, weights)
            numbers = np.add.outer(numbers * len(variable.codes), firsts)
        values = values.ravel() + self.revision
        numbers = numbers.ravel()
        if self.noise:
            values = np.maximum(0, values + (numbers * 2654435761 // 65536) % 5 - 2)
        shares = self._mask(chosen, lambda variable, code: variable.metric and code in self.percent)
        values[shares] = (5 + self.revision + numbers[shares] * 7919 // 64) % 90
        end, first = self.zero_before
        if end:
            values[
                self._mask(chosen, lambda variable, code: variable.code == "Region" and code.endswith(end))
                & self._mask(chosen, lambda variable, code: variable.time and code < first)
            ] = 0
        return values, numbers

    def _mask(self, chosen: list[list[list[int]]], holds: Callable[[Var, str], bool]) -> NDArray[np.bool_]:
        """Tell of each cell whether one of its codes is such a one."""
        mask = np.zeros((), dtype=bool)
        for variable, side in zip(self.variables, chosen, strict=True):
            own = np.array([holds(variable, variable.codes[group[0]]) for group in side], dtype=bool)
            mask = np.logical_or.outer(mask, own)
        return mask.ravel()

    def symbols(self, numbers: NDArray[np.int64]) -> dict[int, str]:
        if not self.symbol_every:
            return {}
        places = np.flatnonzero(numbers % self.symbol_every == self.symbol_every - 1)
        kinds = ("..", ".", "-")
        return {int(at): kinds[int(numbers[at]) // self.symbol_every % 3] for at in places}

    def note_numbers(self, numbers: NDArray[np.int64]) -> list[int]:
        if not self.number_notes:
            return []
        return [int(at) for at in np.flatnonzero(numbers % 50 == 7)]


def region_codes(kommuner: int = 12) -> tuple[str, ...]:
    """Give 00, the län and kommuner; 290 gives SCB's 312 codes."""
    from uvas_stats.catalog import load_catalog

    found = load_catalog().regions
    lan = [region.code for region in found if region.kind == "lan" and region.current]
    kommun = [region.code for region in found if region.kind == "kommun" and region.current]
    step = max(1, len(kommun) // kommuner)
    chosen = kommun[::step][:kommuner] if kommuner < 290 else kommun
    return tuple(sorted(["00", *lan, *chosen]))


def region_var(kommuner: int, *, elimination: bool = True, only: int | None = None) -> Var:
    codes = region_codes(kommuner)
    if only is not None:
        codes = tuple(code for code in codes if len(code) == only)
    sets = {
        "vs_ARiket": {code: (code,) for code in codes if code == "00"},
        "vs_BLän": {code: (code,) for code in codes if len(code) == 2 and code != "00"},
        "vs_RegionKommun07EjAggr": {code: (code,) for code in codes if len(code) == 4},
    }
    sets = {name: values for name, values in sets.items() if values}
    weights = tuple(2 + at % 11 for at in range(len(codes)))
    return Var(
        "Region",
        "region",
        codes,
        tuple(f"Område {code}" for code in codes),
        weights,
        elimination,
        "00" if "00" in codes else "",
        codelists=sets,
    )


def sex_var(total: str = "", *, elimination: bool = True) -> Var:
    codes = ("1", "2", total) if total else ("1", "2")
    labels = ("män", "kvinnor", "män och kvinnor")[: len(codes)]
    return Var("Kon", "kön", codes, labels, (3, 4, 7)[: len(codes)], elimination, total)


def months(first: int, last: int, stop: int = 12) -> tuple[str, ...]:
    every = [f"{year}M{month:02d}" for year in range(first, last + 1) for month in range(1, 13)]
    return tuple(every[: len(every) - 12 + stop])


def time_var(codes: tuple[str, ...]) -> Var:
    label = "månad" if "M" in codes[0] else "kvartal" if "K" in codes[0] else "år"
    return Var("Tid", label, codes, codes, tuple(1 + at % 5 for at in range(len(codes))), time=True)


def contents_var(contents: dict[str, str], unit: str = "antal") -> Var:
    weights = tuple(range(1, len(contents) + 1))
    return Var(
        "ContentsCode",
        "tabellinnehåll",
        tuple(contents),
        tuple(contents.values()),
        weights,
        metric=True,
        unit=unit,
    )


def plain_var(code: str, label: str, values: dict[str, str], **more: object) -> Var:
    return Var(
        code, label, tuple(values), tuple(values.values()), tuple(1 + at % 3 for at in range(len(values))), **more
    )  # type: ignore[arg-type]


BAS_CONTENTS = {
    "000006HI": "antal sysselsatta",
    "000004YH": "antal arbetslösa",
    "000006IU": "antal i arbetskraften",
    "000006IE": "antal studerande",
    "000006IF": "antal pensionärer",
    "000006IG": "antal sjuka",
    "000006IH": "antal övriga",
    "000006I8": "antal totalt",
    "000006II": "arbetslöshet, procent",
    "000006IJ": "arbetskraftsdeltagande, procent",
    "000006IK": "sysselsättningsgrad, procent",
}


def bas(kommuner: int = 12, last: int = 2021, stop: int = 12) -> FakeTable:
    ages = {
        code: f"{code} år" for code in ("15-19", "16-19", "20-24", "25-29", "060-64", "15-74", "16-64", "20-65")
    }
    table = FakeTable(
        "TAB6260",
        "AM/AM0210/AM0210A/ArbStatusM",
        "Befolkningens arbetsmarknadsstatus (BAS) efter region, kön, ålder och födelseregion. Preliminär statistik. Månad",
        [
            region_var(kommuner),
            sex_var("1+2"),
            plain_var("Alder", "ålder", ages),
            plain_var(
                "Fodelseregion",
                "födelseregion",
                {"tot": "totalt", "in": "inrikes", "ut": "utrikes"},
                elimination=True,
                total="tot",
            ),
            contents_var(BAS_CONTENTS),
            time_var(months(2020, last, stop)),
        ],
        updated="2026-08-28T06:00:00Z",
        notes=["Statistiken från januari 2020 till februari 2026 har reviderats.", CKM],
        percent=frozenset(("000006II", "000006IJ", "000006IK")),
    )
    # The statuses are parts of the total; the shares are small.
    contents = table.variables[4]
    parts = dict(zip(BAS_CONTENTS, (40, 6, 46, 40, 1, 3, 5, 95, 1, 1, 1), strict=True))
    table.variables[4] = Var(**{**contents.__dict__, "weights": tuple(parts.values())})
    return table


def population_old(kommuner: int = 12, first: int = 2000) -> FakeTable:
    ages = {str(age): f"{age} år" for age in range(100)} | {"100+": "100+ år", "tot": "totalt ålder"}
    years = tuple(str(year) for year in range(first, 2025))
    alder = plain_var("Alder", "ålder", ages, elimination=True, total="tot")
    fives = {f"{low}-{low + 4}": tuple(str(age) for age in range(low, low + 5)) for low in range(0, 100, 5)}
    alder = Var(**{**alder.__dict__, "codelists": {"agg_Ålder5år": fives}})
    leaf = sum(alder.weights[:-1])
    alder = Var(**{**alder.__dict__, "weights": (*alder.weights[:-1], leaf)})
    return FakeTable(
        "TAB638",
        "BE/BE0101/BE0101A/BefolkningNy",
        "Folkmängden efter region, civilstånd, ålder och kön. År 1968-2024",
        [
            region_var(kommuner),
            plain_var(
                "Civilstand",
                "civilstånd",
                {"OG": "ogifta", "G": "gifta", "SK": "skilda", "ÄNKL": "änkor/änklingar"},
                elimination=True,
            ),
            alder,
            sex_var(),
            contents_var({"BE0101N1": "Folkmängd", "BE0101N2": "Folkökning"}),
            time_var(years),
        ],
        updated="2025-02-21T07:00:00Z",
    )


def population_new(kommuner: int = 12, last: int = 2025) -> FakeTable:
    single = {str(age): f"{age} år" for age in range(100)} | {"100+1": "100+ år"}
    bands = {"15-19": "15–19 år", "20-24": "20–24 år", "25-29": "25–29 år", "20-29": "20–29 år"}
    alder = plain_var("Alder", "ålder", {"TotSA": "totalt, samtliga åldrar", **single, **bands})
    return FakeTable(
        "TAB5557",
        "BE/BE0101/BE0101A/BefolkningCKM",
        "Folkmängden efter region, civilstånd, ålder och kön. År 2025",
        [
            region_var(kommuner),
            plain_var(
                "Civilstand",
                "civilstånd",
                {"OG": "ogifta", "G": "gifta", "ÄNKL": "änkor/änklingar", "SK": "skilda", "SC": "totalt"},
            ),
            alder,
            sex_var("TotSa"),
            contents_var({"000007ME": "Folkmängd", "000007MG": "Folkökning"}),
            time_var(tuple(str(year) for year in range(2025, last + 1))),
        ],
        updated="2026-02-20T07:00:00Z",
        notes=[CKM],
        noise=True,
    )


def neither_lan() -> FakeTable:
    return FakeTable(
        "TAB4931",
        "AA/AA0003/AA0003H/IntGr8LanKON1N",
        "Andel studerande alternativt varken förvärvsarbetande eller studerande personer efter län och kön. 1997-2023",
        [
            region_var(12, only=2),
            sex_var("1+2"),
            plain_var(
                "Bakgrund",
                "bakgrundsvariabel",
                {"SAMT": "samtliga", "SE": "födelseregion: Sverige", "INT010": "vistelsetid 0–1 år"},
            ),
            contents_var(
                {
                    "0000018Q": "Andel studerande, procent",
                    "0000018R": "Andel personer 16–19 år som varken förvärvsarbetar eller studerar, procent",
                    "0000018S": "Andel personer 20–25 år som varken förvärvsarbetar eller studerar, procent",
                    "0000018T": "Andel personer 20–64 år som varken förvärvsarbetar eller studerar, procent",
                },
                "procent",
            ),
            time_var(tuple(str(year) for year in range(2019, 2024))),
        ],
        updated="2025-05-06T06:00:00Z",
        percent=frozenset(("0000018Q", "0000018R", "0000018S", "0000018T")),
    )


def neither_kommun(kommuner: int = 12) -> FakeTable:
    table = neither_lan()
    return FakeTable(
        "TAB4930",
        "AA/AA0003/AA0003H/IntGr8Kom1N",
        "Andel studerande alternativt varken förvärvsarbetande eller studerande personer efter kommun. 1997-2023",
        [region_var(kommuner, only=4), *table.variables[2:]],
        updated="2025-05-06T06:00:00Z",
        symbol_every=97,
        percent=table.percent,
    )


def eligibility(kommuner: int = 12) -> FakeTable:
    return FakeTable(
        "TAB1804",
        "AA/AA0003/AA0003H/IntGr8Kom2",
        "Andel behöriga till gymnasium och högskola efter kommun. 1997-2022",
        [
            region_var(kommuner, only=4),
            plain_var(
                "Bakgrund",
                "bakgrundsvariabel",
                {"SAMT": "samtliga", "1": "män", "2": "kvinnor", "SE": "födelseregion: Sverige"},
            ),
            contents_var(
                {
                    "00000194": "Andel behöriga till gymnasium, procent",
                    "00000195": "Andel behöriga till högskola, procent",
                },
                "procent",
            ),
            time_var(tuple(str(year) for year in range(2019, 2023))),
        ],
        updated="2024-05-06T06:00:00Z",
        symbol_every=61,
        percent=frozenset(("00000194", "00000195")),
    )


def small() -> FakeTable:
    """A table with the quirks in it: two variables with one label, symbols, and notes on real numbers."""
    return FakeTable(
        "TAB1",
        "AA/AA0001/Liten",
        "En liten tabell efter region, grupp och år. 2020-2024",
        [
            region_var(3),
            plain_var(
                "GruppA", "grupp", {"a": "första", "b": "andra", "T": "totalt"}, elimination=True, total="T"
            ),
            plain_var("GruppB", "grupp", {"x": "första", "y": "andra"}),
            contents_var({"AA1": "Antal"}),
            time_var(tuple(str(year) for year in range(2020, 2025))),
        ],
        symbol_every=11,
        number_notes=True,
    )


def quarterly() -> FakeTable:
    """A table by quarter, with the K that SCB writes."""
    quarters = tuple(f"{year}K{quarter}" for year in (2023, 2024) for quarter in range(1, 5))
    return FakeTable(
        "TAB2",
        "AM/AM0001/Kvartal",
        "Lediga jobb efter region och kvartal. 2023K1-2024K4",
        [region_var(3), contents_var({"AM1": "Antal"}), time_var(quarters)],
    )


def small_areas() -> FakeTable:
    """Small areas of 2025, whose codes are 0 and not null before they existed."""
    codes = ("0114", "0114A0010_DeSO2025", "0114C1010_DeSO2025")
    return FakeTable(
        "TAB3",
        "BE/BE0101/BE0101Y/Omraden",
        "Boende i små områden efter region och år. 2023-2025",
        [
            Var("Region", "region", codes, codes, (5, 2, 3)),
            contents_var({"BE1": "Antal"}),
            time_var(("2023", "2024", "2025")),
        ],
        zero_before=("_DeSO2025", "2025"),
    )


def all_tables(kommuner: int = 12) -> list[FakeTable]:
    return [
        bas(kommuner),
        population_old(kommuner),
        population_new(kommuner),
        neither_lan(),
        neither_kommun(kommuner),
        eligibility(kommuner),
        small(),
        quarterly(),
        small_areas(),
        *fillers(),
    ]


def fillers() -> list[FakeTable]:
    """Tables that make the list longer than a page."""
    subjects = itertools.product(("Företag", "Boende", "Priser", "Skördar"), range(2001, 2009))
    return [
        FakeTable(
            f"TAB9{at:03d}",
            f"XX/XX0001/Tabell{at}",
            f"{name} efter region och år. {year}",
            [region_var(3), time_var((str(year),))],
        )
        for at, (name, year) in enumerate(subjects)
    ]


def product(sizes: list[int]) -> int:
    return math.prod(sizes)
