"""KAA workbooks with made-up figures, in the layouts that Skolverket's may have. No figure is a real one."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import openpyxl

Row = list[object]
HIDDEN = ".."
LAYOUTS = ("codes", "names", "merged")
PARTS = {
    "4D": (("Förgymnasial", 3), ("Gymnasial", 5), ("Eftergymnasial", 2), ("Uppgift saknas", 1)),
    "5A": (("Bara grundskola", 2), ("Avbrott nationellt program", 4), ("Studiebevis", 2), ("Saknar orsak", 1)),
    "5B": (("Arbete", 3), ("Utbildning", 2), ("Ingen sysselsättning", 2), ("Okänd sysselsättning", 4)),
    "5C": (("IM-studier", 2), ("Studie- och yrkesvägledning", 4), ("Annan åtgärd", 2)),
    "5E": (("Börjat nationellt program", 3), ("Börjat IM", 2), ("Fyllt 20", 4), ("Flyttat", 1)),
}
TITLES = {
    "4A": "Folkmängd, antal rapporterade ungdomar och andel rapporterade ungdomar, per län och kommun",
    "4B": "Rapporterade ungdomar efter födelseår, antal, per län och kommun",
    "4C": "Andel nyinvandrade och andel med utländsk bakgrund, per län och kommun",
    "4D": "Rapporterade ungdomar efter föräldrarnas högsta utbildningsnivå, per län och kommun",
    "5A": "Senaste sysselsättning i form av utbildning vid registrering, per län och kommun",
    "5B": "Kännedom om ungdomarnas sysselsättning, per län och kommun",
    "5C": "Ungdomar som deltog i minst en åtgärd, efter typ av sista åtgärd, per län och kommun",
    "5D": "Sysselsättning efter senaste åtgärden, per län och kommun",
    "5E": "Antal avregistrerade, efter grund för avregistrering, per län och kommun",
    "täckning": "Uppföljning av kommunernas rapportering, per kommun",
}


@dataclass(frozen=True)
class Place:
    code: str
    name: str
    lan: str


PLACES = (
    Place("00", "Riket", ""),
    Place("24", "Västerbottens län", "Västerbottens län"),
    Place("2421", "Storuman", "Västerbottens län"),
    Place("2480", "Umeå", "Västerbottens län"),
    Place("14", "Västra Götalands län", "Västra Götalands län"),
    Place("1440", "Ale", "Västra Götalands län"),
    Place("1494", "Lidköping", "Västra Götalands län"),
    Place("01", "Stockholms län", "Stockholms län"),
    Place("0114", "Upplands Väsby", "Stockholms län"),
    Place("0136", "Haninge", "Stockholms län"),
)


@dataclass
class Book:
    """What makes a workbook: where it deviates is set by a test."""

    table: str
    period_text: str
    layout: str = "codes"
    places: Sequence[Place] = PLACES
    title: str = ""
    sheet: str = ""
    extra_rows: int = 0
    """Empty rows between title and heading."""
    notes: tuple[str, ...] = ("Källa: kommunernas rapportering. Inte officiell statistik.",)
    change: dict[tuple[str, str], object] = field(default_factory=dict)
    """Cells to replace, by code and heading."""
    rename: dict[str, str] = field(default_factory=dict)
    """Headings to write otherwise."""
    headed: Callable[[list[str]], list[str]] = list

    def rows(self) -> list[Row]:
        columns, figures = _figures(self)
        heads = [self.rename.get(name, name) for name in self.headed(columns)]
        region = {
            "codes": ["Kommunkod", "Kommun"],
            "names": ["Län/Kommun"],
            "merged": ["Län", "Kommunkod", "Kommun"],
        }
        lead = region[self.layout]
        number = "" if self.table == "täckning" else f"Tabell {self.table[0]} {self.table[1]}. "
        rows: list[Row] = [[f"{number}{self.title or TITLES[self.table]}"], [self.period_text]]
        rows += [[] for _ in range(self.extra_rows)]
        if self.layout == "merged":
            rows += _merged(lead, heads)
        else:
            rows.append([*lead, *[head.replace(" | ", " ") for head in heads]])
        for place in self.places:
            values = [self.change.get((place.code, name), figures[place.code][name]) for name in columns]
            rows.append([*_region(place, self.layout), *values])
        return [*rows, [], *[[note] for note in self.notes]]


def _merged(lead: list[str], heads: list[str]) -> list[Row]:
    """Write groups above names; a merged cell has its text in the first column only."""
    groups, names = [], []
    for head in heads:
        group, _, name = head.rpartition(" | ")
        groups.append("" if group and group in groups else group)
        names.append(name)
    return [["" for _ in lead] + groups, [*lead, *names]]


def _region(place: Place, layout: str) -> Row:
    if layout == "names":
        return [place.name]
    code = "" if len(place.code) == 2 and layout == "merged" else place.code
    if layout == "codes":
        return [code, place.name]
    lan = place.lan or place.name
    return [lan, code, place.name if len(place.code) == 4 else "Samtliga" if place.code != "00" else ""]


def _split(total: int, weights: Sequence[int], chance: random.Random) -> list[int]:
    """Divide a total into whole parts about as the weights say."""
    drawn = chance.choices(range(len(weights)), weights, k=total)
    return [drawn.count(at) for at in range(len(weights))]


def _hidden(count: int) -> object:
    return HIDDEN if 0 < count < 5 else count


def _share(part: int, whole: int) -> object:
    return HIDDEN if 0 < part < 5 else round(100 * part / whole, 1) if whole else "."


def _people(book: Book, place: Place) -> tuple[list[int], list[int]]:
    """Make up population and reported, women and men; the same for every table of a period."""
    chance = random.Random(f"{book.period_text} {place.code}")
    size = (1_000_000 if place.code == "00" else {2: 30_000, 4: 700}[len(place.code)]) * chance.randint(1, 4)
    population = [size // 2 - 7, size // 2 + 11]
    return population, [int(people * chance.uniform(0.04, 0.13)) for people in population]


def _figures(book: Book) -> tuple[list[str], dict[str, dict[str, object]]]:
    found = {}
    for place in book.places:
        population, reported = _people(book, place)
        chance = random.Random(f"{book.period_text} {place.code} {book.table}")
        found[place.code] = _MAKERS.get(book.table, _parts)(book, population, reported, chance)
    return list(next(iter(found.values()))), found


def _reported(book: Book, population: list[int], reported: list[int], chance: random.Random) -> dict[str, object]:
    out: dict[str, object] = {}
    counts = [sum(population), *population], [sum(reported), *reported]
    for name, values in zip(("Folkmängd i åldern 16–19 år", "Antal rapporterade ungdomar"), counts, strict=True):
        out |= dict(
            zip([f"{name} | {sex}" for sex in ("Totalt", "Kvinnor", "Män")], map(_hidden, values), strict=True)
        )
    for sex, part, whole in zip(("Totalt", "Kvinnor", "Män"), counts[1], counts[0], strict=True):
        out[f"Andel rapporterade ungdomar (%) | {sex}"] = _share(part, whole)
    return out


def _years(book: Book, population: list[int], reported: list[int], chance: random.Random) -> dict[str, object]:
    parts = _split(sum(reported), (1, 2, 3, 3), chance)
    heads = [f"Antal | {year}" for year in (2008, 2007, 2006, 2005)]
    return {"Antal | Totalt": sum(reported), **dict(zip(heads, map(_hidden, parts), strict=True))}


def _background(
    book: Book, population: list[int], reported: list[int], chance: random.Random
) -> dict[str, object]:
    new, foreign, _ = _split(sum(reported), (1, 3, 6), chance)
    return {
        "Antal rapporterade ungdomar": sum(reported),
        "Andel nyinvandrade (%)": _share(new, sum(reported)),
        "Andel med utländsk bakgrund (%)": _share(new + foreign, sum(reported)),
    }


def _measures(book: Book, population: list[int], reported: list[int], chance: random.Random) -> dict[str, object]:
    inside = int(sum(reported) * chance.uniform(0.2, 0.5))
    parts = _split(inside, [weight for _, weight in PARTS["5C"]], chance)
    out: dict[str, object] = {
        "Antal rapporterade ungdomar": sum(reported),
        "Antal ungdomar som deltog i minst en åtgärd": _hidden(inside),
        "Andel ungdomar som deltog i minst en åtgärd (%)": _share(inside, sum(reported)),
    }
    names = [name for name, _ in PARTS["5C"]]
    return out | {f"Antal efter typ av sista åtgärd | {n}": _hidden(p) for n, p in zip(names, parts, strict=True)}


def _deregistered(
    book: Book, population: list[int], reported: list[int], chance: random.Random
) -> dict[str, object]:
    left = int(sum(reported) * chance.uniform(0.3, 0.5))
    parts = _split(left, [weight for _, weight in PARTS["5E"]], chance)
    names = [name for name, _ in PARTS["5E"]]
    out: dict[str, object] = {"Antal avregistrerade": _hidden(left)}
    return out | {f"Antal | {name}": _hidden(part) for name, part in zip(names, parts, strict=True)}


def _coverage(book: Book, population: list[int], reported: list[int], chance: random.Random) -> dict[str, object]:
    scope = sum(reported) + chance.randint(0, max(1, sum(reported)))
    return {
        "Antal ungdomar i målgruppen": scope,
        "Antal rapporterade": sum(reported),
        "Andel rapporterade (%)": round(100 * sum(reported) / scope, 1),
    }


def _parts(book: Book, population: list[int], reported: list[int], chance: random.Random) -> dict[str, object]:
    """Make a table of shares that are together the whole."""
    parts = _split(sum(reported), [weight for _, weight in PARTS.get(book.table, PARTS["5B"])], chance)
    names = [name for name, _ in PARTS.get(book.table, PARTS["5B"])]
    shares = {f"Andel (%) | {n}": _share(p, sum(reported)) for n, p in zip(names, parts, strict=True)}
    return {"Antal | Totalt": sum(reported), **shares}


_MAKERS = {
    "4A": _reported,
    "4B": _years,
    "4C": _background,
    "5C": _measures,
    "5E": _deregistered,
    "täckning": _coverage,
}


def workbook(*books: Book) -> bytes:
    """Write sheets as an xlsx, numbers as numbers and codes as text."""
    written = openpyxl.Workbook()
    written.remove(written.active)  # type: ignore[arg-type]
    for book in books:
        sheet = written.create_sheet(book.sheet or f"Tabell {book.table}")
        for row in book.rows():
            sheet.append(row)
    buffer = io.BytesIO()
    written.save(buffer)
    return buffer.getvalue()
