"""Propose a mapping from the headings and content of a file; nothing that could be a person's is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from uvas_stats.catalog.names import fold
from uvas_stats.errors import RegisterError
from uvas_stats.register.content import (
    FEWEST,
    columns_by_content,
    number_column,
    persons_of,
)
from uvas_stats.register.dates import formats_of
from uvas_stats.register.faults import Faults
from uvas_stats.register.fields import Field, fields_of
from uvas_stats.register.mapping import Mapping, mapping_text, one_line
from uvas_stats.register.refused import refuse_columns
from uvas_stats.register.rows import read_rows

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
        If the file cannot be read, has a column that the law does not allow in the register, or nothing shows that
        its headings are headings.
    """
    faults = Faults()
    rows = read_rows(path, faults, sheet)
    refuse_columns(rows.columns, kind, path)
    named = _by_heading(rows, kind, path)
    found = (
        {} if "personnummer" in named else {"personnummer": number_column(rows.drop(columns=list(named.values())))}
    )
    number = {**named, **found}["personnummer"]
    persons = persons_of(rows, number)
    found = {name: heading for name, heading in found.items() if heading}
    found |= columns_by_content(rows, Mapping(kind, {**named, **found}), persons)
    columns = {name: heading for name in fields_of(kind) if (heading := {**named, **found}.get(name))}
    codes, rare = _codes(rows, Mapping(kind, columns), persons)
    dates = [rows[heading] for name, heading in columns.items() if fields_of(kind)[name].kind == "date"]
    mapping = Mapping(kind, columns, codes, formats_of(dates), sheet=sheet)
    return mapping, [*faults.notes, *_column_notes(list(rows.columns), mapping, found), *rare]


def _by_heading(rows: pd.DataFrame, kind: str, path: Path) -> dict[str, str]:
    """Match headings with fields, whole words first, then beginnings; refuse headings that could be a person's."""
    left = {fold(heading): heading for heading in rows.columns}
    found: dict[str, str] = {}
    for same in (True, False):
        for one in fields_of(kind).values():
            if one.id not in found:
                hit = next((name for name in left if _names(one, name, same)), None)
                if hit is not None:
                    found[one.id] = left.pop(hit)
    if "personnummer" not in found and len(found) < 2:
        raise RegisterError(
            f"Rubrikerna på rad {rows.attrs['headings']} känns inte igen",
            where=path.name,
            todo="Kontrollera att listan har en rubrikrad; skriv annars mappningen för hand",
        )
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
    common = [str(text) for text in texts.loc[texts != ""].value_counts().index]
    sure = {code: table[fold(code)] for code in common if fold(code) in table}
    others = [code for code in common if code not in sure]
    having = persons.loc[persons != ""].groupby(texts).nunique()
    written = [code for code in others if having.get(code, 0) >= FEWEST and _may_be_written(code)][:_MOST_CODES]
    return {**sure, **dict.fromkeys(written, "")}, len(others) - len(written)


def _may_be_written(text: str) -> bool:
    return len(text) <= 40 and not re.search(r"\d{4}|@", text)


def _column_notes(headings: list[str], mapping: Mapping, found: dict[str, str]) -> Iterator[str]:
    """Say which fields have no column, which were found by content, and which columns have no field."""
    numbers = {heading: at for at, heading in enumerate(headings, start=1)}
    for one in fields_of(mapping.kind).values():
        if one.required and one.id not in mapping.columns:
            yield f"Hittar ingen kolumn för {one.label}"
        if one.id in found:
            yield f"{one.label}: {_column(numbers, found[one.id])} efter innehållet: kontrollera"
    for heading in headings:
        if heading not in mapping.columns.values():
            yield f"Används inte: {_column(numbers, heading)}"


def _column(numbers: dict[str, int], heading: str) -> str:
    place = f"kolumn {numbers[heading]}"
    return f"{place} ”{one_line(heading)}”" if heading != place and _may_be_written(heading) else place
