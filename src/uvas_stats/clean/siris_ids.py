"""Who the rows of a SIRIS report are about, as codes, and what must hold in them.

No two rows are about the same, and parts that are all known make their sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.names import fold
from uvas_stats.catalog.siris import SirisReport
from uvas_stats.clean.siris_rows import IDS, ORGANISERS, Part, programme_name
from uvas_stats.clean.siris_table import normal
from uvas_stats.errors import RawFileError
from uvas_stats.formats.reading import aliased
from uvas_stats.observations.coded import Coded, Ints, join

__all__ = ["Coding", "Rows", "check_keys", "check_sums", "stack_rows"]

Floats = NDArray[np.float64]
_SEXES = {
    "samtliga": "total",
    "totalt": "total",
    "flickor": "women",
    "kvinnor": "women",
    "pojkar": "men",
    "män": "men",
}
_CALLED = {"sex": "kön", "organiser": "huvudman"}
_ORGANISER_MEANING = {normal(name): "" if name in ("Samtliga", "Totalt") else name for name in ORGANISERS}


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
        if not measure:
            return _row_place(self.parts, self.starts, row)
        part = int(np.searchsorted(self.starts, row, side="right")) - 1
        return self.parts[part].place(row - int(self.starts[part]), measure)

    def cells(self, measure: str) -> tuple[Ints, Coded]:
        """Give the rows that have a cell of a measure, and the cells."""
        have = [at for at, part in enumerate(self.parts) if measure in part.cells]
        joined = join([self.parts[at].cells[measure] for at in have])
        spans = [np.arange(self.starts[at], self.starts[at + 1]) for at in have]
        rows = np.concatenate(spans) if spans else np.empty(0, dtype=np.intp)
        there = joined.codes >= 0
        return (rows, joined) if there.all() else (rows[there], Coded(joined.codes[there], joined.values))


def _translated(codes: Ints, texts: Sequence[str], meaning: Mapping[str, str]) -> Coding:
    """Put the meaning of each text in its place; several texts may have the same."""
    kept = tuple(dict.fromkeys(meaning[text] for text in texts))
    return Coding(np.array([kept.index(meaning[text]) for text in texts], dtype=np.intp)[codes], kept)


def _row_place(parts: Sequence[Part], starts: Ints, row: int, key: str = "") -> str:
    part = int(np.searchsorted(starts, row, side="right")) - 1
    return parts[part].place(row - int(starts[part]), key or next(iter(parts[part].cells)))


def _known(
    parts: Sequence[Part], starts: Ints, column: Coded, key: str, meanings: Mapping[str, str]
) -> dict[str, str]:
    """Say what each text of a column of a closed list means; stop at one that is not in the list."""
    meaning: dict[str, str] = {}
    for at, text in enumerate(column.texts()):
        known = meanings.get(normal(aliased("categories", text)))
        if known is None:
            raise RawFileError(
                f"”{text}” är okänt som {_CALLED[key]}",
                where=_row_place(parts, starts, int((column.codes == at).argmax()), key),
                todo=f"Kända är {', '.join(meanings)}; nya namn kan stå i aliases.toml",
            )
        meaning[text] = known
    return meaning


def stack_rows(parts: Sequence[tuple[str, Part]], report: SirisReport, catalog: Catalog) -> Rows:
    """Put the rows of all files together and say who each is about.

    Parameters
    ----------
    parts
        The rows of each file, with its name.
    report, catalog
        What the report declares, and the kommuner there are.

    Raises
    ------
    RawFileError
        If a code is none of the kommuner or not the one of its name, or a kön is unknown.
    """
    stacked = tuple(part for _, part in parts)
    sizes = [len(part.ids[0].codes) for part in stacked]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
    columns = {key: join([part.ids[at] for part in stacked]) for at, key in enumerate(IDS)}
    codes, texts = columns["code"].codes, columns["code"].texts()
    sexes, sex_texts = columns["sex"].codes, columns["sex"].texts()
    _check_regions(report, columns, (stacked, starts, codes, texts), catalog)
    sex_meaning = _known(stacked, starts, columns["sex"], "sex", _SEXES)
    organisers, organiser_texts = columns["organiser"].codes, columns["organiser"].texts()
    organiser_meaning = _known(stacked, starts, columns["organiser"], "organiser", _ORGANISER_MEANING)
    programmes, programme_texts = columns["programme"].codes, columns["programme"].texts()
    for at, text in enumerate(programme_texts):
        if text and not any(map(str.isalpha, text)):
            raise RawFileError(
                f"”{text}” står där programmet ska stå: raden är förskjuten",
                where=_row_place(stacked, starts, int((programmes == at).argmax()), "programme"),
                todo="Filen är ändrad: hämta den igen",
            )
    return Rows(
        parts=stacked,
        starts=starts,
        region=Coding(codes, tuple(texts)),
        sex=_translated(sexes, sex_texts, sex_meaning),
        organiser=_translated(organisers, organiser_texts, organiser_meaning),
        programme=_translated(
            programmes, programme_texts, {text: programme_name(text) for text in programme_texts}
        ),
        period=_repeated([part.period for part in stacked], sizes),
        origin=_repeated([origin for origin, _ in parts], sizes),
    )


def _repeated(texts: Sequence[str], sizes: Sequence[int]) -> Coding:
    kept = tuple(dict.fromkeys(texts))
    return Coding(np.repeat(np.array([kept.index(text) for text in texts], dtype=np.intp), sizes), kept)


def _check_regions(
    report: SirisReport,
    columns: Mapping[str, Coded],
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
                _wrong_code(text, digits),
                where=_row_place(parts, starts, int((codes == at).argmax()), "code"),
                todo="Hämta filen igen",
            )
    if kind == "riket":
        return
    named, written = columns["name"], columns["name"].texts()
    pairs, first = np.unique(codes * len(named.values) + named.codes, return_index=True)
    for pair, row in zip(pairs.tolist(), first.tolist(), strict=True):
        code, name = texts[pair // len(named.values)], written[pair % len(named.values)]
        if _plain(aliased("areas", name)) not in names[code]:
            raise RawFileError(
                f"Koden {code} hör inte till ”{name}”",
                where=_row_place(parts, starts, row, "name"),
                todo="Hämta filen igen",
            )


def _plain(name: str) -> str:
    return fold(name).removesuffix(" lan").removesuffix(" kommun").removesuffix("s")


def _wrong_code(text: str, digits: int) -> str:
    if not text:
        return "Raden saknar kod; namn utan kod kopplas aldrig"
    if text.endswith(".0") and text[:-2].isdecimal():
        return f"Koden {text[:-2]} är sparad som tal, så att nollor först kan ha fallit bort"
    if text.isdecimal() and len(text) < digits:
        return f"Koden ”{text}” har inte {digits} siffror: en nolla först har fallit bort"
    return f"Koden ”{text}” är inget område som finns"


def check_keys(rows: Rows) -> None:
    """Stop at two rows that are about the same but are not equal; equal ones have been taken out already.

    Raises
    ------
    RawFileError
        Naming both.
    """
    order = np.argsort(rows.key, kind="stable")
    same = np.flatnonzero(rows.key[order][1:] == rows.key[order][:-1])
    if len(same):
        first, second = (int(order[same[0] + step]) for step in (0, 1))
        raise RawFileError(
            "Två rader är om samma sak men har olika tal",
            where=f"{rows.place(first)} och {rows.place(second)}",
            todo="Hämta filen igen; upprepade rader läggs aldrig ihop",
        )


def check_sums(report: SirisReport, rows: Rows, values: Mapping[str, Floats], pupils: str) -> None:
    """Stop where parts that are all known do not make their total.

    Parameters
    ----------
    report
        What the report declares of sums.
    rows, values
        Who the rows are about, and the columns of numbers by measure.
    pupils
        The measure that counts pupils, if there is one.

    Raises
    ------
    RawFileError
        Naming the cell of the total.
    """
    for item in report.sums:
        parts = np.sum([values[part] for part in item.parts], axis=0)
        _demand(rows, item.total, values[item.total], parts)
    if report.sum_sex and pupils:
        total, parts = _by_sex(rows, values[pupils])
        _demand(rows, pupils, total, parts)


def _by_sex(rows: Rows, values: Floats) -> tuple[Floats, Floats]:
    """Give for each row of both sexes its number, and the sum of women and men of the same."""
    texts = rows.sex.texts
    if set(texts) != {"total", "women", "men"}:
        return np.full(rows.count, np.nan), np.full(rows.count, np.nan)
    group = np.unique(rows.key // len(texts), return_inverse=True)[1]
    wide = np.full((int(group.max()) + 1, len(texts)), np.nan)
    wide[group, rows.sex.codes] = values
    total = np.where(rows.sex.codes == texts.index("total"), values, np.nan)
    return total, (wide[:, texts.index("women")] + wide[:, texts.index("men")])[group]


def _demand(rows: Rows, measure: str, total: Floats, parts: Floats) -> None:
    wrong = np.abs(total - parts) > 1e-6  # false where one is not known
    if wrong.any():
        row = int(wrong.argmax())
        raise RawFileError(
            f"Delarna är tillsammans {parts[row]:g} men totalen {total[row]:g}",
            where=rows.place(row, measure),
            todo="Filen är ändrad eller felaktig: hämta den igen",
        )
