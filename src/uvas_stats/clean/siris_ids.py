"""Who the rows of a SIRIS report are about: kommun, huvudman, kön, programme and period, as codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.names import fold
from uvas_stats.catalog.siris import SirisReport
from uvas_stats.clean.siris_rows import ABSENT, IDS, Part, programme_name
from uvas_stats.errors import RawFileError

__all__ = ["Coding", "Rows", "stack_rows"]

Ints = NDArray[np.intp]
_SEXES = {
    "samtliga": "total",
    "totalt": "total",
    "flickor": "women",
    "kvinnor": "women",
    "pojkar": "men",
    "män": "men",
}
_ALL_ORGANISERS = ("Samtliga", "Totalt")


@dataclass(frozen=True)
class Coding:
    """A column as places in a list of the texts that occur."""

    codes: Ints
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """The rows of all files of a report, one after the other."""

    parts: tuple[Part, ...]
    starts: Ints
    """The number of the first row of each part, and the number of rows."""
    region: Coding
    sex: Coding
    organiser: Coding
    programme: Coding
    period: Coding
    origin: Coding

    @property
    def count(self) -> int:
        """The number of rows."""
        return int(self.starts[-1])

    @cached_property
    def key(self) -> Ints:
        """A number for each row that is the same for rows about the same thing."""
        key = np.zeros(self.count, dtype=np.intp)
        for coding in (self.period, self.region, self.organiser, self.programme, self.sex):
            key = key * max(1, len(coding.texts)) + coding.codes
        return key

    def place(self, row: int, measure: str = "") -> str:
        """Name a cell, or the row if no measure is given."""
        part = int(np.searchsorted(self.starts, row, side="right")) - 1
        inside = row - int(self.starts[part])
        return self.parts[part].place(inside, measure or next(iter(self.parts[part].cells)))

    def cells(self, measure: str) -> tuple[Ints, list[object]]:
        """Give the rows that have a cell of a measure, and the cells."""
        listed: list[object] = []
        places = []
        for part, start in zip(self.parts, self.starts, strict=False):
            own = part.cells.get(measure)
            if own is not None:
                places.append(np.arange(start, start + len(own)))
                listed.extend(own)
        at = np.concatenate(places) if places else np.empty(0, dtype=np.intp)
        if any(cell is ABSENT for cell in set(listed)):
            keep = [place for place, cell in enumerate(listed) if cell is not ABSENT]
            return at[keep], [listed[place] for place in keep]
        return at, listed


def _coded(column: Sequence[object]) -> tuple[Ints, list[str]]:
    codes, texts = pd.factorize(np.array(column, dtype=object))
    return codes.astype(np.intp), [str(text).strip() for text in texts]


def _translated(codes: Ints, texts: Sequence[str], meaning: Mapping[str, str]) -> Coding:
    """Put the meaning of each text in its place; several texts may have the same."""
    kept = tuple(dict.fromkeys(meaning[text] for text in texts))
    return Coding(np.array([kept.index(meaning[text]) for text in texts], dtype=np.intp)[codes], kept)


def _where(rows: Sequence[Part], starts: Ints, codes: Ints, code: int) -> str:
    row = int((codes == code).argmax())
    part = int(np.searchsorted(starts, row, side="right")) - 1
    table = rows[part].table
    return f"{table.where}, {table.cell(table.lines[min(row - int(starts[part]), len(table.lines) - 1)], 0)}"


def stack_rows(parts: Sequence[tuple[str, Part]], report: SirisReport, catalog: Catalog) -> Rows:
    """Put the rows of all files together and say who each is about.

    Raises
    ------
    RawFileError
        If a code is none of the kommuner or not the one of its name, or a kön is unknown.
    """
    own = tuple(part for _, part in parts)
    sizes = [len(part.ids[0]) for part in own]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
    columns = {key: [cell for part in own for cell in part.ids[at]] for at, key in enumerate(IDS)}
    codes, texts = _coded(columns["code"])
    sexes, sex_texts = _coded(columns["sex"])
    _check_regions(report, columns, (own, starts, codes, texts), catalog)
    unknown = [at for at, text in enumerate(sex_texts) if text.casefold() not in _SEXES]
    if unknown:
        raise RawFileError(
            f"Okänt kön: {sex_texts[unknown[0]]}",
            where=_where(own, starts, sexes, unknown[0]),
            todo="Hämta filen igen",
        )
    organisers, organiser_texts = _coded(columns["organiser"])
    programmes, programme_texts = _coded(columns["programme"])
    return Rows(
        parts=own,
        starts=starts,
        region=Coding(codes, tuple(texts)),
        sex=_translated(sexes, sex_texts, {text: _SEXES[text.casefold()] for text in sex_texts}),
        organiser=_translated(
            organisers,
            organiser_texts,
            {text: "" if text in _ALL_ORGANISERS else text for text in organiser_texts},
        ),
        programme=_translated(
            programmes, programme_texts, {text: programme_name(text) for text in programme_texts}
        ),
        period=_repeated([part.period for part in own], sizes),
        origin=_repeated([origin for origin, _ in parts], sizes),
    )


def _repeated(texts: Sequence[str], sizes: Sequence[int]) -> Coding:
    kept = tuple(dict.fromkeys(texts))
    return Coding(np.repeat(np.array([kept.index(text) for text in texts], dtype=np.intp), sizes), kept)


def _check_regions(
    report: SirisReport,
    columns: Mapping[str, Sequence[object]],
    coded: tuple[Sequence[Part], Ints, Ints, Sequence[str]],
    catalog: Catalog,
) -> None:
    """Demand codes that exist, each with the name it has or has had."""
    parts, starts, codes, texts = coded
    kind = report.level
    names: dict[str, set[str]] = {}
    for region in catalog.regions:
        if region.kind == kind:
            names.setdefault(region.code, set()).add(_plain(region.name))
    digits = {"kommun": 4}.get(kind, 2)
    for at, text in enumerate(texts):
        if text not in names:
            raise RawFileError(
                _wrong_code(text, digits), where=_where(parts, starts, codes, at), todo="Hämta filen igen"
            )
    if kind == "riket":
        return
    for code, name in set(zip(columns["code"], columns["name"], strict=True)):
        if _plain(str(name)) not in names[str(code).strip()]:
            at = texts.index(str(code).strip())
            raise RawFileError(
                f"Koden {code} hör inte till ”{name}”",
                where=_where(parts, starts, codes, at),
                todo="Hämta filen igen",
            )


def _plain(name: str) -> str:
    return fold(name).removesuffix(" lan").removesuffix(" kommun").removesuffix("s")


def _wrong_code(text: str, digits: int) -> str:
    if not text:
        return "Raden saknar kod; namn utan kod kopplas aldrig"
    if text.replace(".0", "").isdigit() and len(text.replace(".0", "")) < digits:
        return f"Koden ”{text}” har inte {digits} siffror: en nolla först har fallit bort"
    return f"Koden ”{text}” är inget område som finns"
