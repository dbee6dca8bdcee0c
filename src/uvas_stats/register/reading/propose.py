"""Propose a mapping from the headings and content of a file; nothing that could be a person's is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from uvas_stats.catalog.names import fold
from uvas_stats.errors import RegisterError
from uvas_stats.register.fields import Field, fields_of
from uvas_stats.register.reading.content import (
    FEWEST,
    columns_by_content,
    number_column,
    persons_of,
)
from uvas_stats.register.reading.dates import formats_of
from uvas_stats.register.reading.faults import Faults
from uvas_stats.register.reading.mapping import Mapping, mapping_text, one_line
from uvas_stats.register.reading.prohibited_columns import refuse_columns
from uvas_stats.register.reading.rows import read_rows

__all__ = ["propose_mapping", "write_proposal"]

_MOST_CODES = 40


def write_proposal(path: Path, target: Path, kind: str = "kaa", sheet: str = "") -> tuple[Mapping, list[str]]:
    """Propose a mapping for a file and write it where no file is yet.

    Raises
    ------
    RegisterError
        If the target exists, or the file cannot be read.
    """
    mapping, notes = propose_mapping(path, kind, sheet)
    made = True
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(mapping_text(mapping, notes))
    except FileExistsError:
        made = False
    except OSError:
        raise RegisterError("Mappningen kan inte skrivas", where=target, todo="Välj en annan mapp") from None
    if not made:
        raise RegisterError(
            "Mappningen finns redan", where=target, todo="Ta bort den eller ange en annan med --out"
        )
    return mapping, notes


def propose_mapping(path: Path, kind: str = "kaa", sheet: str = "") -> tuple[Mapping, list[str]]:
    """Propose a mapping and say what the user must look at.

    Parameters
    ----------
    path, sheet
        The file, and the sheet of a workbook with several.
    kind
        Of register.

    Raises
    ------
    RegisterError
        If the file cannot be read or has a column that the law does not allow in the register.
    """
    faults = Faults()
    rows = read_rows(path, faults, sheet)
    refuse_columns(rows.columns, kind, path)
    named = _by_heading(rows.columns, kind)
    sure = "personnummer" in named
    found = {} if sure else number_column(rows.drop(columns=list(named.values())))
    persons = persons_of(rows, {**named, **found}.get("personnummer", ""))
    found |= columns_by_content(rows, Mapping(kind, {**named, **found}), persons)
    columns = {**named, **(found if sure else {})}
    mapping = Mapping(kind, {name: columns[name] for name in fields_of(kind) if name in columns})
    codes, rare = _codes(rows, mapping, persons)
    notes = [*faults.notes, *_column_notes(rows, mapping, found, sure), *rare]
    dates = [rows[one] for name, one in {**named, **found}.items() if fields_of(kind)[name].kind == "date"]
    return replace(mapping, codes=codes, date_formats=formats_of(dates), sheet=sheet), notes


def _by_heading(headings: Iterable[str], kind: str) -> dict[str, str]:
    """Match headings with fields: whole words first, then beginnings.

    Only where personnummer is among them is it sure that they are headings, and may one with words that are not
    ours be written.
    """
    left = {fold(heading): heading for heading in headings}
    found: dict[str, str] = {}
    for same in (True, False):
        for one in fields_of(kind).values():
            sure = same or one.id == "personnummer" or "personnummer" in found
            if sure and one.id not in found:
                hit = next((name for name in left if _names(one, name, same)), None)
                if hit is not None:
                    found[one.id] = left.pop(hit)
    return found


def _names(one: Field, folded: str, same: bool) -> bool:
    words = [fold(word) for word in (one.id, one.label, *one.words)]
    if same:
        return folded in words
    return any(folded.startswith((f"{word} ", f"{word}(")) for word in words)


def _codes(
    rows: pd.DataFrame, mapping: Mapping, persons: pd.Series
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Return their codes with our category where it is plain, and notes of codes too rare to be written."""
    codes: dict[str, dict[str, str]] = {}
    notes = []
    for name, heading in mapping.columns.items():
        one = fields_of(mapping.kind)[name]
        if one.categories:
            codes[name], rare = _codes_of(rows[heading], mapping.code_table(name), persons)
            if rare:
                count = "1 ovanlig kod" if rare == 1 else f"{rare} ovanliga koder"
                notes.append(f"{one.label}: {count} skrivs inte ut; lägg till själv")
    return codes, notes


def _codes_of(texts: pd.Series, table: dict[str, str], persons: pd.Series) -> tuple[dict[str, str], int]:
    """Return codes with our category, empty where it is not plain, and the number of codes too rare to be written.

    A code that is not known is written if :data:`FEWEST` persons have it: else it could be one person's own words.
    """
    codes = {str(text): table.get(fold(str(text))) for text in texts.loc[texts != ""].value_counts().index}
    plain = {code: category for code, category in codes.items() if category}
    having = persons.loc[persons != ""].groupby(texts).nunique()
    enough = set(having.index[having >= FEWEST])
    written = [code for code in codes if code not in plain and code in enough and _may_be_written(code)]
    codes_shown = {**plain, **dict.fromkeys(written[:_MOST_CODES], "")}
    return codes_shown, len(codes) - len(codes_shown)


def _may_be_written(text: str) -> bool:
    return len(text) <= 40 and not re.search(r"\d{4}|@", text)


def _column_notes(rows: pd.DataFrame, mapping: Mapping, found: dict[str, str], sure: bool) -> Iterator[str]:
    """Say which fields have no column, which were found by content, and which columns have no field."""
    places = {heading: _column(at, heading, sure) for at, heading in enumerate(rows.columns, start=1)}
    if not sure:
        yield (
            f"Kontrollera att rad {rows.attrs['headings']} är rubriker: personnummer är ingen av dem, "
            "så andra rubriker än de vanligaste skrivs inte ut"
        )
    todo = "kontrollera" if sure else "skriv in rubriken själv, om det stämmer"
    for one in fields_of(mapping.kind).values():
        if one.id in found:
            yield f"{one.label}: {places[found[one.id]]} efter innehållet: {todo}"
        elif one.required and one.id not in mapping.columns:
            yield f"Hittar ingen kolumn för {one.label}"
    used = {*mapping.columns.values(), *found.values()}
    yield from (f"Används inte: {place}" for heading, place in places.items() if heading not in used)


def _column(at: int, heading: str, sure: bool) -> str:
    place = f"kolumn {at}"
    return f"{place} ”{one_line(heading)}”" if sure and heading != place and _may_be_written(heading) else place
