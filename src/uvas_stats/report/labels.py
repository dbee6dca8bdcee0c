"""The contract's columns and codes in Swedish, and numbers and dates as a reader expects them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection

import pandas as pd

from uvas_stats.errors import ReportError
from uvas_stats.numbers import MISSING, number_text
from uvas_stats.periods import MONTHS
from uvas_stats.present.table import Number
from uvas_stats.present.view import STATUS_TEXT

__all__ = [
    "AGE",
    "CODES",
    "SHORT_STATUS",
    "STATUS",
    "cell_format",
    "file_name",
    "heading",
    "number_format",
    "paragraphs",
    "parse_date",
    "swedish_date",
    "value_text",
]

STATUS = {
    "ok": "publicerad uppgift",
    "suppressed": "sekretess (färre än 5)",
    "not_applicable": "inte tillämpligt",
    "not_available": "uppgift saknas",
    "interval": "intervall",
    "provisional": "preliminär",
    "true_zero": "noll (äkta nolla)",
}
SHORT_STATUS = {status: STATUS_TEXT[status] for status in ("suppressed", "not_applicable", "not_available")}
AGE = re.compile(r"\d+-\d+")

_HEADINGS = {
    "region_name": "Region",
    "region_code": "Regionkod",
    "measure_title": "Mått",
    "measure": "Måttets id",
    "period": "Period",
    "period_end": "Periodens slut",
    "sex": "Kön",
    "age_group": "Ålder",
    "breakdown": "Indelning",
    "category": "Kategori",
    "value": "Värde",
    "unit": "Enhet",
    "lower": "Undre gräns",
    "upper": "Övre gräns",
    "status": "Statuskod",
    "status_text": "Status",
    "noise": "Brus tillagt",
    "dataset": "Datamängd",
    "edition": "Utgåva",
    "origin": "Fil",
    "rank": "Plats",
    "rank_low": "Lägsta möjliga plats",
    "rank_high": "Högsta möjliga plats",
    "n": "Antal kommuner",
    "percentile": "Percentil",
    "direction": "Rangordning",
    "reference": "Jämförelsetal",
    "difference": "Skillnad",
    "earlier": "Tidigare värde",
    "change": "Förändring",
    "change_pct": "Förändring i procent",
    "q1": "Undre kvartil",
    "median": "Median",
    "q3": "Övre kvartil",
    "numerator": "Täljare",
    "denominator": "Nämnare",
    "goal": "Mål",
    "reason": "Skäl",
    "year": "År",
    "assessment": "Bedömning",
}
_FORMATS = {
    "procent": '#,##0.0" %"',
    "antal": "#,##0",
    "poäng": "#,##0.0",
    "plats": "0",
    "kkr": '#,##0" tkr"',
}
_DECIMALS = {"procent": 1, "poäng": 1, "antal": 0, "plats": 0, "kkr": 0}
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


CODES = {
    "activity": "aktivitet",
    "all": "alla program",
    "average": "medeltal",
    "changing_job": "ombytessökande",
    "estimate": "uppskattning",
    "ill_health": "ohälsa",
    "in_programme": "i program",
    "informed": "informerade",
    "meetings": "möten",
    "national": "nationella program",
    "no_upper_secondary": "utan gymnasieexamen",
    "openly_unemployed": "öppet arbetslösa",
    "other": "övrigt",
    "part_time_or_hourly": "deltids- eller timanställda",
    "personal_contact": "personlig kontakt",
    "programme": "program",
    "reason": "orsak",
    "started_measure": "påbörjad insats",
    "status": "ställning",
    "unemployed_insufficient_benefit": "arbetslös, otillräcklig ersättning",
    "unemployed_no_benefit": "arbetslös, ingen ersättning",
    "waiting_for_benefit": "väntar på ersättning",
}
"""Codes of breakdowns and categories, in words."""


def heading(column: str) -> str:
    """Return the Swedish heading of a column.

    Examples
    --------
    >>> heading("region_code"), heading("egen_kolumn"), heading("2024")
    ('Regionkod', 'Egen kolumn', '2024')
    """
    if column in _HEADINGS:
        return _HEADINGS[column]
    text = str(column).replace("_", " ")
    return text[:1].upper() + text[1:]


def number_format(unit: str) -> str:
    """Return the number format of a unit in a workbook.

    Examples
    --------
    >>> number_format("procent"), number_format("okänd")
    ('#,##0.0" %"', '#,##0.0##')
    """
    return _FORMATS.get(unit, "#,##0.0##")


def cell_format(number: Number) -> str:
    """Return the number format of a cell of a table.

    Examples
    --------
    >>> [cell_format(number) for number in (Number(9.15, 1, "procent"), Number(-10.0), Number(1800, 0))]
    ['#,##0.0" %"', '+#,##0.0;−#,##0.0;0.0', '#,##0']
    """
    zeros = f".{'0' * number.decimals}" if number.decimals else ""
    if number.shown < 0 or (number.signed and number.shown > 0):
        return f"+#,##0{zeros};−#,##0{zeros};0{zeros}"
    unit = {"procent": '" %"', "kkr": '" tkr"'}.get(number.unit, "")
    return f"#,##0{zeros}{unit}"


def value_text(value: float | None, unit: str, status: str = "ok") -> str:
    """Write a figure, or in a word why there is none.

    Parameters
    ----------
    value, unit, status
        As in an observation and its measure.

    Examples
    --------
    >>> value_text(9.15, "procent"), value_text(None, "antal", "suppressed"), value_text(8, "antal", "provisional")
    ('9,2', 'sekretess', '8 (preliminär)')
    """
    if value is None or pd.isna(value):
        return SHORT_STATUS.get(status, MISSING)
    text = number_text(float(value), _DECIMALS.get(unit, 1))
    return f"{text} (preliminär)" if status == "provisional" else text


def parse_date(text: str) -> dt.date:
    """Read the ISO date of a report.

    Raises
    ------
    ReportError
        If the text is not a date.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ReportError("Rapportens datum är fel", where=text, todo="Skriv det som 2026-11-21") from None


def swedish_date(date: dt.date) -> str:
    """Write a date in words.

    Examples
    --------
    >>> swedish_date(dt.date(2026, 11, 21))
    '21 november 2026'
    """
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def paragraphs(text: str) -> list[str]:
    r"""Part a text at its line breaks.

    Examples
    --------
    >>> paragraphs("Ett.\n\nTvå.\n")
    ['Ett.', 'Två.']
    """
    return [line.strip() for line in text.splitlines() if line.strip()]


def file_name(text: str, taken: Collection[str] = ()) -> str:
    """Make a name that every file system takes, and that is not taken.

    Examples
    --------
    >>> file_name("Plats/målet i Åre"), file_name("con"), file_name("a", {"a", "a_2"})
    ('plats_malet_i_are', 'con_', 'a_3')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9-]+", "_", plain).strip("_-")[:80] or "diagram"
    if name in _RESERVED:
        name = f"{name}_"
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}_{number}"
    return unique
