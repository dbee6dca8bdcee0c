"""From text to dates, categories, amounts and persons; what does not fit is noted by row and field."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from tests.register.row_reader.dates import parse_dates
from tests.register.row_reader.identity import check_numbers
from uvas_stats.catalog import Catalog
from uvas_stats.catalog.names import fold, plain_text
from uvas_stats.errors import RegisterError
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.formats.grid import MERGED, NO_VALUE, is_unreadable
from uvas_stats.register.fields import UNKNOWN, Field, fields_of
from uvas_stats.register.reading.faults import Faults
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import Mapping

__all__ = ["convert_rows"]

_UNREADABLE = {NO_VALUE: "är en formel vars värde inte är sparat", MERGED: "ligger i en sammanfogad cell"}
NUMBER_COLUMNS = ("born", "sex", "coordination")
_MOST_KOMMUNER = 1000
"""How many different texts may name a kommun: there are 290, written in a few ways."""


def _date(texts: pd.Series, one: Field, mapping: Mapping, faults: Faults, at: dt.date) -> pd.Series:
    none = {plain_text(one).casefold() for one in mapping.no_date}
    texts = texts.mask(texts.isin([text for text in texts.unique() if plain_text(text).casefold() in none]), "")
    dates = parse_dates(texts, mapping.date_formats, at)
    wrong, word = dates.isna() & (texts != ""), texts.str.contains(r"\w")
    faults.add(texts.index[wrong & word], one.label, "är inget datum i de format som mappningen anger")
    faults.add(
        texts.index[wrong & ~word],
        one.label,
        "är inget datum: betyder tecknet att det saknas, skriv det i no_date i mappningen",
    )
    if one.required:
        faults.add(texts.index[texts == ""], one.label, "saknas")
    return dates


def _code(texts: pd.Series, one: Field, mapping: Mapping, faults: Faults) -> pd.Series:
    table = mapping.code_table(one.id)
    known = {text: table.get(fold(text)) for text in texts.unique()}
    categories = texts.map(known)
    missing = categories.isna() | (categories == "")
    faults.add(texts.index[missing], one.label, "har en kod som saknas i mappningen")
    return categories.where(~missing, UNKNOWN).astype("str")


def _amount(texts: pd.Series, one: Field, mapping: Mapping, faults: Faults) -> pd.Series:
    plain = texts.str.replace(r"[\s\u00a0\u202f]|kr$", "", regex=True).str.replace(",", ".")
    fits = plain.str.fullmatch(r"\d{1,9}(\.\d{1,2})?")
    faults.add(texts.index[~fits & (plain != "")], one.label, "är inget belopp")
    return plain.where(fits, "nan").astype("float64")


_CONVERT = {"code": _code, "amount": _amount}


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
        texts = rows[wanted[name]] if name in wanted else pd.Series("", index=rows.index, dtype="str")
        if one.kind == "date":
            result[name] = _date(texts, one, mapping, faults, at)
        elif one.kind in _CONVERT:
            result[name] = _CONVERT[one.kind](texts, one, mapping, faults)
    result["region"] = _regions(rows, wanted, mapping, faults, catalog)
    return result


def _readable(rows: pd.DataFrame, wanted: dict[str, str], mapping: Mapping, faults: Faults) -> pd.DataFrame:
    """Leave out rows where a field's cell could not be read: what it holds is unknown, and not nothing."""
    fields, left_out = fields_of(mapping.kind), pd.Series(data=False, index=rows.index)
    for name, heading in wanted.items():
        for text in filter(is_unreadable, rows[heading].unique()):
            unread = rows[heading] == text
            faults.add(rows.index[unread], fields[name].label, _UNREADABLE.get(text, f"har felvärdet {text}"))
            left_out |= unread
    return rows.loc[~left_out] if left_out.any() else rows


def _persons(
    rows: pd.DataFrame, wanted: dict[str, str], mapping: Mapping, key: Key, faults: Faults, at: dt.date
) -> pd.DataFrame:
    numbers = rows[wanted["personnummer"]]
    checked = _checked(numbers, at)
    _note_numbers(numbers, checked, mapping, faults, at)
    if mapping.temporary_numbers != "count":
        checked["number"] = checked["number"].mask(checked["temporary"], "")
    result = checked[list(NUMBER_COLUMNS)].copy()
    result["person"] = _hashes(checked["number"], key)
    result["earlier"] = 0
    if "earlier_number" in wanted:
        texts = rows[wanted["earlier_number"]]
        earlier = _checked(texts, at)["number"]
        faults.add(rows.index[(earlier == "") & (texts != "")], "Tidigare personnummer", "är inte giltigt")
        result["earlier"] = _hashes(earlier, key)
    return result


def _note_numbers(
    numbers: pd.Series, checked: pd.DataFrame, mapping: Mapping, faults: Faults, at: dt.date
) -> None:
    """Note numbers that are missing or none, temporary, of persons not yet born, and those mended."""

    def add(wrong: pd.Series, problem: str, *, fatal: bool = True) -> None:
        faults.add(numbers.index[wrong], "Personnummer", problem, fatal=fatal)

    none, short = checked["number"] == "", numbers.str.fullmatch(r"\s*[0-9]{5,9}\s*")
    add(numbers == "", "saknas")
    add(none & (numbers != "") & ~short, "är inte giltigt")
    add(
        none & short,
        "är inte giltigt: det har färre än tio siffror, som när Excel har tagit bort inledande nollor",
    )
    add(~none & short, "hade förlorat inledande nollor, som är återställda", fatal=False)
    add(checked["born"] > pd.Timestamp(at), "tillhör någon född efter mätdatum")
    if mapping.temporary_numbers == "leave_out" and (left := int(checked["temporary"].sum())):
        faults.note(f"Tillfälliga nummer (T, TF) är utelämnade, som mappningen säger: {left} rader")
    elif not mapping.temporary_numbers:
        add(
            checked["temporary"],
            "är ett tillfälligt nummer (T, TF): säg i mappningen hur de räknas, temporary_numbers",
        )


def _checked(texts: pd.Series, at: dt.date) -> pd.DataFrame:
    """Check each number once, however many rows it has."""
    codes, unique = pd.factorize(texts)
    checked = check_numbers(pd.Series(unique, dtype="str"), at)
    return checked.iloc[codes].set_axis(texts.index)


def _hashes(numbers: pd.Series, key: Key) -> pd.Series:
    codes, unique = pd.factorize(numbers)
    hashes = key.hashes([str(number) for number in unique])
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
        return pd.Series(code, index=rows.index, dtype="str")
    texts = rows[wanted["kommun"]]
    unique = texts.unique()
    if len(unique) > _MOST_KOMMUNER:
        raise RegisterError("Kolumnen för kommun har annat än kommuner", todo="Rätta rubriken i mappningen")
    known = {str(text): areas.kommun_cell(str(text)) for text in unique}
    codes = texts.map(known).astype("str")
    faults.add(rows.index[codes == ""], "Kommun", "finns inte, eller har en kod och ett namn som inte hör ihop")
    return codes
