"""From text to dates, categories, amounts and persons; what does not fit is noted by row and field."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.errors import RegisterError, UnknownNameError
from uvas_stats.register.faults import Faults
from uvas_stats.register.fields import UNKNOWN, Field, fields_of
from uvas_stats.register.identity import Key, check_numbers, real_dates
from uvas_stats.register.mapping import Mapping

__all__ = ["convert_rows", "parse_dates"]

_FORMS = {
    "%Y-%m-%d": r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
    "%Y%m%d": r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    "%d/%m/%Y": r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
    "%d.%m.%Y": r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    "%Y/%m/%d": r"(?P<year>\d{4})/(?P<month>\d{2})/(?P<day>\d{2})",
    "%Y-%m-%d %H:%M:%S": r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})[ T]\d{2}:\d{2}:\d{2}",
}
NUMBER_COLUMNS = ("born", "sex", "coordination")


def parse_dates(texts: pd.Series, formats: tuple[str, ...]) -> pd.Series:
    """Return the dates of the texts that are one in any of the formats; the others are missing.

    Examples
    --------
    >>> parse_dates(pd.Series(["2106-02-30", "2106-03-01", ""]), ("%Y-%m-%d",)).notna().tolist()
    [False, True, False]
    """
    unique = pd.Series(texts.unique(), dtype="str")
    found = pd.Series(pd.NaT, index=unique.index, dtype="datetime64[s]")
    for one in formats:
        parts = unique.str.extract(f"^{_FORMS[one]}$")
        fits = parts["year"].notna() & found.isna()
        numbers = parts.loc[fits, ["year", "month", "day"]].astype("int64")
        found.loc[fits] = real_dates(numbers["year"], numbers["month"], numbers["day"])
    return texts.map(pd.Series(found.to_numpy(), index=unique)).astype("datetime64[s]")


def _date(texts: pd.Series, one: Field, mapping: Mapping, faults: Faults) -> pd.Series:
    dates = parse_dates(texts, mapping.date_formats)
    faults.add(
        texts.index[dates.isna() & (texts != "")], one.label, "är inget datum i de format som mappningen anger"
    )
    if one.required:
        faults.add(texts.index[texts == ""], one.label, "saknas")
    return dates


def _code(texts: pd.Series, one: Field, mapping: Mapping, faults: Faults) -> pd.Series:
    unique = pd.Series(texts.unique(), dtype="str")
    known = {text: mapping.category(one.id, text) for text in unique}
    categories = texts.map(known)
    missing = categories.isna() | (categories == "")
    faults.add(texts.index[missing], one.label, "har en kod som saknas i mappningen")
    return categories.where(~missing, UNKNOWN).astype("str")


def _amount(texts: pd.Series, one: Field, mapping: Mapping, faults: Faults) -> pd.Series:
    plain = texts.str.replace(r"[\s\u00a0\u202f]|kr$", "", regex=True).str.replace(",", ".")
    fits = plain.str.fullmatch(r"\d{1,9}(\.\d{1,2})?")
    faults.add(texts.index[~fits & (plain != "")], one.label, "är inget belopp")
    return plain.where(fits, "nan").astype("float64")


_CONVERT = {"date": _date, "code": _code, "amount": _amount}


def convert_rows(
    rows: pd.DataFrame, mapping: Mapping, key: Key, faults: Faults, catalog: Catalog, at: dt.date
) -> pd.DataFrame:
    """Convert all fields of a file; persons become keyed hashes and their numbers are forgotten.

    Returns
    -------
    pandas.DataFrame
        Columns ``person, born, sex, coordination, earlier`` (hash of an earlier number, 0 where none), ``region``
        and the fields of the mapping; the index is the row number. All rows are kept; what does not fit is in
        ``faults``.

    Raises
    ------
    RegisterError
        If a column of the mapping is not in the file.
    """
    fields = fields_of(mapping.kind)
    wanted = {name: heading for name, heading in mapping.columns.items() if heading}
    missing = [heading for heading in wanted.values() if heading not in rows.columns]
    if missing:
        raise RegisterError(
            f"Filen saknar kolumnen {', '.join(missing)}", todo="Rätta rubriken i mappningen eller töm den"
        )
    result = _persons(rows, wanted, key, faults, at)
    for name, one in fields.items():
        texts = rows[wanted[name]] if name in wanted else pd.Series("", index=rows.index, dtype="str")
        if one.kind in _CONVERT:
            result[name] = _CONVERT[one.kind](texts, one, mapping, faults)
    result["region"] = _regions(rows, wanted, mapping, faults, catalog)
    return result


def _persons(rows: pd.DataFrame, wanted: dict[str, str], key: Key, faults: Faults, at: dt.date) -> pd.DataFrame:
    numbers = rows[wanted["personnummer"]]
    checked = _checked(numbers, at)
    faults.add(rows.index[(checked["number"] == "") & (numbers != "")], "Personnummer", "är inte giltigt")
    faults.add(rows.index[numbers == ""], "Personnummer", "saknas")
    result = checked[list(NUMBER_COLUMNS)].copy()
    result["person"] = _hashes(checked["number"], key)
    result["earlier"] = 0
    if "earlier_number" in wanted:
        texts = rows[wanted["earlier_number"]]
        earlier = _checked(texts, at)["number"]
        faults.add(rows.index[(earlier == "") & (texts != "")], "Tidigare personnummer", "är inte giltigt")
        result["earlier"] = _hashes(earlier, key)
    return result


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
    if "kommun" not in wanted:
        code = _code_of(mapping.kommun, catalog) if mapping.kommun else ""
        if mapping.kommun and not code:
            raise RegisterError(
                f"Kommunen ”{mapping.kommun}” i mappningen finns inte", todo="Skriv kommunkod eller namn"
            )
        return pd.Series(code, index=rows.index, dtype="str")
    texts = rows[wanted["kommun"]]
    known = {str(text): _code_of(str(text), catalog) for text in texts.unique()}
    codes = texts.map(known).astype("str")
    faults.add(rows.index[codes == ""], "Kommun", "finns inte")
    return codes


def _code_of(text: str, catalog: Catalog) -> str:
    plain = text.zfill(4) if text.isdigit() else text
    try:
        code = catalog.region(plain).code
    except UnknownNameError:
        return ""
    return code if len(code) == len("0000") else ""
