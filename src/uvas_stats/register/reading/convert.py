"""From text to dates, categories, amounts and persons; what does not fit is noted by row and field."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.names import fold, plain_text
from uvas_stats.errors import RegisterError
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.formats.grid import MERGED, NO_VALUE, is_unreadable
from uvas_stats.register.fields import UNKNOWN, Field, fields_of
from uvas_stats.register.reading.dates import parse_dates
from uvas_stats.register.reading.faults import Faults
from uvas_stats.register.reading.identity import Key, check_numbers
from uvas_stats.register.reading.mapping import Mapping

__all__ = ["convert_rows"]

_UNREADABLE = {NO_VALUE: "är en formel vars värde inte är sparat", MERGED: "ligger i en sammanfogad cell"}
NUMBER_COLUMNS = ("born", "sex", "coordination")
_MOST_KOMMUNER = 1000
"""How many different texts may name a kommun: there are 290, written in a few ways."""


@dataclass(frozen=True)
class _Cells:
    """The cells of a field: each different text once, and which of them every row has."""

    one: Field
    texts: pd.Series
    codes: npt.NDArray[np.intp]
    rows: pd.Index
    faults: Faults

    def note(self, which: pd.Series | npt.NDArray[np.bool_], problem: str, *, fatal: bool = True) -> None:
        """Note what is wrong with the rows that have some of the texts."""
        wrong = np.asarray(which, dtype=bool)
        if wrong.any():
            self.faults.add(self.rows[wrong[self.codes]], self.one.label, problem, fatal=fatal)

    def of_rows(self, values: pd.Series | pd.Categorical[str]) -> pd.Series:
        """Give every row what has been found of its text."""
        return pd.Series(values.take(self.codes)).set_axis(self.rows)


def _cells(rows: pd.DataFrame, heading: str | None, one: Field, faults: Faults) -> _Cells:
    column = rows[heading].array if heading else pd.Categorical([""]).take(np.zeros(len(rows), dtype=np.intp))
    texts = pd.Series(column.categories, dtype="str")
    return _Cells(one, texts, column.codes.astype(np.intp), rows.index, faults)


def _date(cells: _Cells, mapping: Mapping, at: dt.date) -> pd.Series:
    one, texts = cells.one, cells.texts
    none = {plain_text(text).casefold() for text in mapping.no_date}
    if none:
        texts = texts.mask(texts.map(lambda text: plain_text(text).casefold() in none).astype("bool"), "")
    dates = parse_dates(texts, mapping.date_formats, at)
    wrong = dates.isna() & (texts != "")
    word = wrong & texts.where(wrong, "").str.contains(r"\w")
    cells.note(word, "är inget datum i de format som mappningen anger")
    cells.note(wrong & ~word, "är inget datum: betyder tecknet att det saknas, skriv det i no_date i mappningen")
    if one.required:
        cells.note(texts == "", "saknas")
    return cells.of_rows(dates)


def _code(cells: _Cells, mapping: Mapping, _: dt.date) -> pd.Series:
    table = mapping.code_table(cells.one.id)
    categories = [table.get(fold(text)) or "" for text in cells.texts]
    cells.note(np.array(categories) == "", "har en kod som saknas i mappningen")
    return cells.of_rows(pd.Categorical([category or UNKNOWN for category in categories]))


def _amount(cells: _Cells, _: Mapping, __: dt.date) -> pd.Series:
    plain = cells.texts.str.replace(r"[\s\u00a0\u202f]|kr$", "", regex=True).str.replace(",", ".")
    fits = plain.str.fullmatch(r"\d{1,9}(\.\d{1,2})?")
    cells.note(~fits & (plain != ""), "är inget belopp")
    return cells.of_rows(plain.where(fits, "nan").astype("float64"))


_CONVERT = {"date": _date, "code": _code, "amount": _amount}


def convert_rows(
    rows: pd.DataFrame, mapping: Mapping, key: Key, faults: Faults, catalog: Catalog, at: dt.date
) -> pd.DataFrame:
    """Convert all fields of a file; persons become keyed hashes and their numbers are forgotten.

    Parameters
    ----------
    rows, mapping
        The rows as text, and how they are read.
    key
        Turns personnummer into hashes.
    faults
        Gets what does not fit, by row and field.
    catalog
        Knows the kommuner.
    at
        Decides the century of years written with two digits.

    Returns
    -------
    pandas.DataFrame
        Columns ``person, born, sex, coordination, earlier`` (hash of an earlier number, 0 where none), ``region``
        and the fields of the mapping; the index is the row number. Rows with a cell that cannot be read are left
        out, all others are kept; what does not fit is in ``faults``.

    Raises
    ------
    RegisterError
        If a column of the mapping is not in the file, or the one for the kommun holds something else.
    """
    fields = fields_of(mapping.kind)
    headings = {fold(heading): heading for heading in rows.columns}
    wanted = {name: headings.get(fold(heading), "") for name, heading in mapping.columns.items() if heading}
    missing = [mapping.columns[name] for name, heading in wanted.items() if not heading]
    if missing:
        raise RegisterError(
            f"Filen saknar kolumnen {', '.join(missing)}", todo="Rätta rubriken i mappningen eller töm den"
        )
    rows = _readable(rows, wanted, mapping, faults)
    result = _persons(rows, wanted, mapping, key, faults, at)
    for name, one in fields.items():
        if one.kind in _CONVERT:
            result[name] = _CONVERT[one.kind](_cells(rows, wanted.get(name), one, faults), mapping, at)
    result["region"] = _regions(rows, wanted, mapping, faults, catalog)
    return result


def _readable(rows: pd.DataFrame, wanted: dict[str, str], mapping: Mapping, faults: Faults) -> pd.DataFrame:
    """Leave out rows where a field's cell could not be read: what it holds is unknown, and not nothing."""
    left_out = np.zeros(len(rows), dtype=bool)
    for name, heading in wanted.items():
        cells = _cells(rows, heading, fields_of(mapping.kind)[name], faults)
        for text in filter(is_unreadable, cells.texts[cells.texts.str.startswith(("#", "Err", "Fel"))]):
            unread = cells.texts == text
            cells.note(unread, _UNREADABLE.get(text, f"har felvärdet {text}"))
            left_out |= unread.to_numpy()[cells.codes]
    return rows.loc[~left_out] if left_out.any() else rows


def _persons(
    rows: pd.DataFrame, wanted: dict[str, str], mapping: Mapping, key: Key, faults: Faults, at: dt.date
) -> pd.DataFrame:
    fields = fields_of(mapping.kind)
    cells = _cells(rows, wanted["personnummer"], fields["personnummer"], faults)
    checked = check_numbers(cells.texts, at, mapping.temporary_letters)
    _note_numbers(cells, checked, mapping, at)
    if mapping.temporary_numbers != "count":
        checked["number"] = checked["number"].mask(checked["temporary"], "")
    checked["sex"] = checked["sex"].astype("category")
    checked["person"] = _hashes(checked["number"], key)
    result = checked[[*NUMBER_COLUMNS, "person"]].take(cells.codes).set_axis(rows.index)
    result["earlier"] = 0
    if "earlier_number" in wanted:
        cells = _cells(rows, wanted["earlier_number"], fields["earlier_number"], faults)
        earlier = check_numbers(cells.texts, at, mapping.temporary_letters)["number"]
        wrong = ((earlier == "") & (cells.texts != "")).to_numpy()
        faults.add(rows.index[wrong[cells.codes]], "Tidigare personnummer", "är inte giltigt")
        result["earlier"] = cells.of_rows(_hashes(earlier, key))
    return result


def _note_numbers(cells: _Cells, checked: pd.DataFrame, mapping: Mapping, at: dt.date) -> None:
    """Note numbers that are missing or none, temporary, of persons not yet born, and those mended."""
    numbers = cells.texts
    none, short = checked["number"] == "", numbers.str.match("[0-9]{5,9}$")
    cells.note(numbers == "", "saknas")
    cells.note(none & (numbers != "") & ~short, "är inte giltigt")
    cells.note(
        none & short,
        "är inte giltigt: det har färre än tio siffror, som när Excel har tagit bort inledande nollor",
    )
    cells.note(~none & short, "hade förlorat inledande nollor, som är återställda", fatal=False)
    cells.note(checked["born"] > pd.Timestamp(at), "tillhör någon född efter mätdatum")
    temporary, letters = checked["temporary"].to_numpy(), ", ".join(mapping.temporary_letters)
    if mapping.temporary_numbers == "leave_out" and (left := int(temporary[cells.codes].sum())):
        cells.faults.note(f"Tillfälliga nummer ({letters}) är utelämnade, som mappningen säger: {left} rader")
    elif not mapping.temporary_numbers:
        problem = f"är ett tillfälligt nummer ({letters}): säg i mappningen hur de räknas, temporary_numbers"
        cells.note(temporary, problem)


def _hashes(numbers: pd.Series, key: Key) -> pd.Series:
    codes, unique = pd.factorize(numbers)
    hashes = key.hashes(unique.tolist())
    if len(np.unique(hashes)) < len(unique):  # one in billions; another run draws another key
        raise RegisterError("Två personer kan inte skiljas åt i den här körningen", todo="Kör igen")
    return pd.Series(np.where(numbers == "", 0, hashes[codes] if len(codes) else 0), index=numbers.index)


def _regions(
    rows: pd.DataFrame, wanted: dict[str, str], mapping: Mapping, faults: Faults, catalog: Catalog
) -> pd.Series:
    areas = AreaCodes(catalog)
    if "kommun" not in wanted:
        code = areas.kommun_cell(mapping.kommun)
        if mapping.kommun and not code:
            raise RegisterError(
                f"Kommunen ”{mapping.kommun}” i mappningen finns inte", todo="Skriv kommunkod eller namn"
            )
        return pd.Series(pd.Categorical([code]).take(np.zeros(len(rows), dtype=np.intp)), index=rows.index)
    cells = _cells(rows, wanted["kommun"], fields_of(mapping.kind)["kommun"], faults)
    used = set(np.unique(cells.codes).tolist())
    if len(used) > _MOST_KOMMUNER:
        raise RegisterError("Kolumnen för kommun har annat än kommuner", todo="Rätta rubriken i mappningen")
    codes = [areas.kommun_cell(text) if at in used else "" for at, text in enumerate(cells.texts)]
    cells.note(np.array(codes) == "", "finns inte, eller har en kod och ett namn som inte hör ihop")
    return cells.of_rows(pd.Categorical(codes))
