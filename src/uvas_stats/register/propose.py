"""Propose a mapping from the headings and content of a file; nothing that could be a person's is written."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from uvas_stats.catalog.names import fold
from uvas_stats.errors import RegisterError
from uvas_stats.register.dates import formats_of
from uvas_stats.register.faults import Faults
from uvas_stats.register.fields import Field, fields_of
from uvas_stats.register.mapping import Mapping, mapping_text
from uvas_stats.register.refused import refuse_columns
from uvas_stats.register.rows import read_rows

__all__ = ["propose_mapping", "write_proposal"]

_FEWEST = 5
"""A code that fewer rows have could be one person's own words: it is counted but not written."""
_MOST_CODES = 40
_NUMBER = r"\s*(\d{2})?\d{6}[-+]?\d{4}\s*"


def write_proposal(path: Path, target: Path, kind: str = "kaa") -> tuple[Mapping, list[str]]:
    """Propose a mapping for a file and write it where no file is yet.

    Raises
    ------
    RegisterError
        If the target exists, or the file cannot be read.
    """
    mapping, notes = propose_mapping(path, kind)
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


def propose_mapping(path: Path, kind: str = "kaa") -> tuple[Mapping, list[str]]:
    """Propose a mapping and say what the user must look at.

    Raises
    ------
    RegisterError
        If the file cannot be read or has a column that the law does not allow in the register.
    """
    faults = Faults()
    rows = read_rows(path, faults)
    refuse_columns(list(rows.columns), kind, path)
    columns = _columns(rows, kind)
    notes = list(faults.notes)
    fields = fields_of(kind)
    notes += [
        f"Hittar ingen kolumn för {one.label}" for one in fields.values() if one.required and one.id not in columns
    ]
    codes: dict[str, dict[str, str]] = {}
    for name, heading in columns.items():
        if fields[name].categories:
            codes[name], rare = _codes(rows[heading], Mapping(kind, columns), name)
            if rare:
                notes.append(f"{fields[name].label}: {rare} ovanliga koder skrivs inte ut; lägg till dem själv")
    dates = [rows[heading] for name, heading in columns.items() if fields[name].kind == "date"]
    return Mapping(kind, columns, codes, formats_of(dates)), notes


def _columns(rows: pd.DataFrame, kind: str) -> dict[str, str]:
    """Match headings with fields: whole words first, then beginnings; a personnummer is found by its content."""
    left = {fold(heading): heading for heading in rows.columns}
    found: dict[str, str] = {}
    fields = list(fields_of(kind).values())
    for same in (True, False):
        for one in fields:
            if one.id not in found:
                hit = next((name for name in left if _names(one, name, same)), None)
                if hit is not None:
                    found[one.id] = left.pop(hit)
    if "personnummer" not in found:
        for name, heading in left.items():
            values = rows[heading].loc[rows[heading] != ""]
            if len(values) and values.str.fullmatch(_NUMBER).mean() > 0.9:
                found["personnummer"] = left.pop(name)
                break
    return {one.id: found[one.id] for one in fields if one.id in found}


def _names(one: Field, folded: str, same: bool) -> bool:
    words = [fold(word) for word in (one.id, one.label, *one.words)]
    if same:
        return folded in words
    return any(folded.startswith((f"{word} ", f"{word}(")) for word in words)


def _codes(values: pd.Series, mapping: Mapping, name: str) -> tuple[dict[str, str], int]:
    """Return their codes with our category where it is plain, and how many codes are too rare to be written."""
    counted = values.loc[values != ""].value_counts()
    known = {str(code): mapping.category(name, str(code)) or "" for code in counted.index}
    sure = {code: category for code, category in known.items() if category}
    common = [str(code) for code, n in counted.items() if n >= _FEWEST and _may_be_written(str(code))]
    others = [code for code in common if code not in sure][:_MOST_CODES]
    return {**sure, **dict.fromkeys(others, "")}, len(known) - len(sure) - len(others)


def _may_be_written(code: str) -> bool:
    return len(code) <= 40 and not re.search(r"\d{4}|@", code)
