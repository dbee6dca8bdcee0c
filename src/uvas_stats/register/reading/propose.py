"""Propose a mapping from the headings and content of a file; nothing that could be a person's is written.

Where headings do not tell, what the columns hold does: persons, codes that are known, and dates.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from uvas_stats.catalog.names import fold, plain_text
from uvas_stats.errors import RegisterError
from uvas_stats.formats.grid import is_unreadable
from uvas_stats.register.fields import UNKNOWN, Field, fields_of
from uvas_stats.register.reading.dates import DATE_FORMATS, formats_of, parse_dates
from uvas_stats.register.reading.faults import Faults
from uvas_stats.register.reading.headings import refuse_prohibited_columns
from uvas_stats.register.reading.identity import check_numbers, plain_numbers
from uvas_stats.register.reading.mapping import Mapping, mapping_text, one_line
from uvas_stats.register.reading.rows import read_rows
from uvas_stats.workspace import atomic_file

__all__ = ["propose_mapping", "write_proposal"]

_FEWEST = 5
"""What fewer persons have may be one person's own words: it is neither written nor trusted."""
_FORM = r"([0-9]{2})?[0-9]{6}[-+]?([0-9]{4}|T[0-9]{3}|TF[0-9]{2})"
_NUMBERS = 0.9
"""The share of a column's cells that look like personnummer, if that is what it holds."""
_MOST_CODES = 40
_NO_DATE = re.compile(
    r"\W{1,3}|(9999\W?12\W?31|0000\W?00\W?00)\b.*|saknas|null|none|nan|inget|pagar|pagaende|tills ?vidare"
)
"""Folded texts that stand in columns of dates for there being none; no other are written."""


def write_proposal(path: Path, target: Path, kind: str = "kaa", sheet: str = "") -> tuple[Mapping, list[str]]:
    """Propose a mapping for a file and write it where no file is yet.

    Parameters
    ----------
    path, kind, sheet
        As of :func:`propose_mapping`.
    target
        The mapping file.

    Raises
    ------
    RegisterError
        If the target exists, or the file cannot be read.
    """
    mapping, notes = propose_mapping(path, kind, sheet)
    if target.exists():
        todo = "Ta bort den eller ange en annan med --out"
        raise RegisterError("Mappningen finns redan", where=target, todo=todo)
    with atomic_file(target) as temporary:
        temporary.write_bytes(mapping_text(mapping, notes).encode())
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
    whole = read_rows(path, faults, sheet)
    rows = whole.astype("str")
    rows.attrs = whole.attrs
    refuse_prohibited_columns(rows.columns, kind, path)
    named = _by_heading(rows.columns, kind)
    sure = "personnummer" in named
    by_content = {} if sure else _number_column(rows.drop(columns=list(named.values())))
    persons = _persons_of(rows, {**named, **by_content}.get("personnummer", ""))
    by_content |= _columns_by_content(rows, Mapping(kind, {**named, **by_content}), persons)
    columns = {**named, **(by_content if sure else {})}
    mapping = Mapping(kind, {name: columns[name] for name in fields_of(kind) if name in columns})
    codes, rare = _codes(rows, mapping, persons)
    dates = {
        name: rows[one] for name, one in {**named, **by_content}.items() if fields_of(kind)[name].kind == "date"
    }
    no_date = sorted({plain_text(text) for texts in dates.values() for text in texts.unique() if _no_date(text)})
    mapping = replace(
        mapping, codes=codes, date_formats=formats_of(dates.values()), no_date=tuple(no_date), sheet=sheet
    )
    found = _cell_notes(rows, mapping)
    return mapping, [*faults.notes, *_column_notes(rows, mapping, by_content, sure), *found, *rare]


def _no_date(text: str) -> bool:
    return not is_unreadable(text) and bool(_NO_DATE.fullmatch(fold(text) or plain_text(text)))


def _cell_notes(rows: pd.DataFrame, mapping: Mapping) -> Iterator[str]:
    """Say of each field how many cells will not be understood."""
    today = dt.date.today()  # noqa: DTZ011 - a calendar day
    for name, heading in mapping.columns.items():
        one, texts = fields_of(mapping.kind)[name], rows[heading].loc[rows[heading] != ""]
        unread = texts.map(is_unreadable).astype(bool)
        if unread.any():
            yield f"{one.label}: {_cells(unread)} har felvärden eller går inte att läsa"
        texts = texts.loc[~unread & ~texts.map(_no_date).astype(bool)]
        if one.kind == "number":
            checked = check_numbers(texts, today)
            temporary = checked["temporary"]
            if temporary.any():
                todo = 'skriv temporary_numbers = "leave_out" om de ska utelämnas'
                yield f"{one.label}: {_cells(temporary)} har tillfälliga nummer (T, TF); {todo}"
            if (none := checked["number"] == "").any():
                yield f"{one.label}: {_cells(none)} är inte giltiga"
        elif one.kind == "date" and (none := parse_dates(texts, mapping.date_formats, today).isna()).any():
            yield f"{one.label}: {_cells(none)} är inget datum i en form som går att läsa, som 2025-08-01"


def _cells(which: pd.Series) -> str:
    count = int(which.sum())
    return "1 cell" if count == 1 else f"{count} celler"


def _by_heading(headings: Iterable[str], kind: str) -> dict[str, str]:
    """Match headings with fields: whole words first, then beginnings.

    Only where personnummer is among them is it sure that they are headings, and may one with words that are not
    ours be written.
    """
    left = {fold(heading): heading for heading in headings}
    named: dict[str, str] = {}
    for same in (True, False):
        for one in fields_of(kind).values():
            sure = same or one.id == "personnummer" or "personnummer" in named
            if sure and one.id not in named:
                hit = next((name for name in left if _names(one, name, same)), None)
                if hit is not None:
                    named[one.id] = left.pop(hit)
    return named


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

    A code that is not known is written if enough persons have it: else it could be one person's own words.
    """
    codes = {str(text): table.get(fold(str(text))) for text in texts.loc[texts != ""].value_counts().index}
    plain = {code: category for code, category in codes.items() if category}
    having = persons.loc[persons != ""].groupby(texts).nunique()
    enough = set(having.index[having >= _FEWEST])
    written = [code for code in codes if code not in plain and code in enough and _may_be_written(code)]
    codes_shown = {**plain, **dict.fromkeys(written[:_MOST_CODES], "")}
    return codes_shown, len(codes) - len(codes_shown)


def _may_be_written(text: str) -> bool:
    text = plain_text(text)  # digits with something invisible between them are a number too
    return len(text) <= 40 and not is_unreadable(text) and not re.search(r"\d{4}|@", text)


def _column_notes(rows: pd.DataFrame, mapping: Mapping, by_content: dict[str, str], sure: bool) -> Iterator[str]:
    """Say which fields have no column, which were found by content, and which columns have no field."""
    names = {heading: _column(at, heading, sure) for at, heading in enumerate(rows.columns, start=1)}
    if not sure:
        yield (
            f"Kontrollera att rad {rows.attrs['headings']} är rubriker: personnummer är ingen av dem, "
            "så andra rubriker än de vanligaste skrivs inte ut"
        )
    todo = "kontrollera" if sure else "skriv in rubriken själv, om det stämmer"
    for one in fields_of(mapping.kind).values():
        if one.id in by_content:
            yield f"{one.label}: {names[by_content[one.id]]} efter innehållet: {todo}"
        elif one.required and one.id not in mapping.columns:
            yield f"Hittar ingen kolumn för {one.label}"
    used = {*mapping.columns.values(), *by_content.values()}
    yield from (f"Används inte: {name}" for heading, name in names.items() if heading not in used)


def _column(at: int, heading: str, sure: bool) -> str:
    number = f"kolumn {at}"
    return f"{number} ”{one_line(heading)}”" if sure and heading != number and _may_be_written(heading) else number


def _number_column(rows: pd.DataFrame) -> dict[str, str]:
    """Find the first column that holds personnummer, as field to heading; empty where there is none."""
    for heading in rows.columns:
        values = rows[heading].loc[rows[heading] != ""]
        if len(values) and plain_numbers(values).str.fullmatch(_FORM).mean() > _NUMBERS:
            return {"personnummer": str(heading)}
    return {}


def _persons_of(rows: pd.DataFrame, heading: str) -> pd.Series:
    """Give the ten digits that stand for a person in each row; empty where there is no valid number."""
    if not heading:
        return pd.Series("", index=rows.index, dtype="str")
    unique = pd.Series(rows[heading].unique(), dtype="str")
    numbers = check_numbers(unique, dt.date.today())["number"].str[-10:]  # noqa: DTZ011 - a calendar day
    return rows[heading].map(dict(zip(unique, numbers, strict=True))).astype("str")


def _count_persons(persons: pd.Series) -> int:
    """Count persons, each once."""
    return int(persons.loc[persons != ""].nunique())


def _columns_by_content(rows: pd.DataFrame, mapping: Mapping, persons: pd.Series) -> dict[str, str]:
    """Find fields that no heading tells of, by what the other columns hold.

    A code field is found where the cells of a column, those of enough persons, are known codes of this field
    alone; a date that must be there where it is the only one missing and one column of dates is left.
    """
    fields = fields_of(mapping.kind)
    free = [one for one in fields.values() if one.id not in mapping.columns]
    left = [str(one) for one in rows.columns if one not in mapping.columns.values()]
    left = [one for one in left if _count_persons(persons.loc[rows[one] != ""]) >= _FEWEST]
    codes = {one.id: mapping.code_table(one.id) for one in free if one.categories}
    columns = _only_pairs({one: [name for name in codes if _known(rows[one], codes[name])] for one in left})
    needed = [one.id for one in free if one.kind == "date" and one.required]
    dates = [one for one in left if one not in columns.values() and _are_dates(rows[one], persons)]
    if len(needed) == len(dates) == 1:
        columns[needed[0]] = dates[0]
    return columns


def _only_pairs(fits: dict[str, list[str]]) -> dict[str, str]:
    """Keep the headings that fit one field, and that no other heading fits."""
    sure = {heading: names[0] for heading, names in fits.items() if len(names) == 1}
    times = Counter(sure.values())
    return {name: heading for heading, name in sure.items() if times[name] == 1}


def _known(texts: pd.Series, table: dict[str, str]) -> bool:
    """Tell whether all codes are known, and not all of them as unknown."""
    unique = [fold(str(text)) for text in texts.unique()]
    return all(text in table for text in unique) and any(table[text] != UNKNOWN for text in unique)


def _are_dates(texts: pd.Series, persons: pd.Series) -> bool:
    """Tell whether all cells are dates, other than the days that the persons were born."""
    filled = texts != ""
    days = parse_dates(texts.loc[filled], DATE_FORMATS, dt.date.today())  # noqa: DTZ011 - a calendar day
    born = days.dt.strftime("%y%m%d") == persons.loc[filled].str[:6]
    return bool(days.notna().all()) and not bool(born.mean() > 0.5)
