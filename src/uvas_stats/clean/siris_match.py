"""What a table of SIRIS is: which declared report, which läsår, and which column each heading means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from uvas_stats.catalog.siris import SirisColumn, SirisReport
from uvas_stats.clean.siris_table import RawTable, normal
from uvas_stats.errors import ObservationError, RawFileError
from uvas_stats.formats.grid import is_text
from uvas_stats.formats.reading import note
from uvas_stats.periods import period_kind

__all__ = ["column_for", "match_columns", "pick_report", "preamble_value", "series_periods", "table_period"]

_SCHOOL_YEAR = re.compile(r"[0-9]{4}/[0-9]{2}", re.ASCII)
_LABELLED = re.compile(r"([^:;]+):\s*([^;]*)")
_NEEDED = {
    "kommun": ("region_code", "region_name"),
    "lan": ("lan_code", "lan_name"),
    "riket": ("region_name",),
}
_KOMMUN = ("kommun", "skolkommun", "kommun_namn", "kommun-kod", "kommunkod")


def _level(headings: Sequence[str]) -> str:
    names = {normal(heading) for heading in headings}
    if names & {"skola", "skol-enhetskod", "skolenhetskod", "skolkod", "skol_namn"}:
        return "skolenhet"
    if names & set(_KOMMUN):
        return "kommun"
    return "riket" if "riket" in names else "lan"


def pick_report(table: RawTable, reports: Sequence[SirisReport]) -> SirisReport:
    """Tell which report a table is by its title and level.

    Raises
    ------
    RawFileError
        If it is none of them, with the title it has.
    """
    title, level = normal(table.title), _level(table.headings)
    for report in reports:
        titled = all(normal(word) in title for word in report.title_words)
        if titled and level == report.level and not any(normal(word) in title for word in report.not_titled):
            return report
    wanted = "; ".join(" … ".join(report.title_words) + f" ({report.level})" for report in reports)
    raise RawFileError(
        f"Filen är en annan rapport: ”{table.title or 'utan titel'}” ({level})",
        where=table.where,
        todo=f"Väntade {wanted}",
    )


def preamble_value(table: RawTable, label: str) -> str:
    """Return what the preamble says after a label, or nothing."""
    for line in table.preamble:
        match = _LABELLED.fullmatch(line)
        if match and normal(match[1]) == normal(label):
            return match[2].strip()
    return ""


def table_period(table: RawTable, report: SirisReport) -> str:
    """Read the period of a table from its preamble; it is never taken from the question.

    Raises
    ------
    RawFileError
        If the preamble does not tell it.
    """
    for label in report.period_labels:
        period = preamble_value(table, label)
        if not period:
            continue
        try:
            period_kind(period)
        except ObservationError as error:
            raise RawFileError(
                f"”{label}: {period}” är ingen giltig period", where=table.where, todo="Hämta filen igen"
            ) from error
        return period
    raise RawFileError(
        f"Filen säger inte vilken period den gäller ({', '.join(report.period_labels)})",
        where=table.where,
        todo="Hämta filen igen från Skolverket; perioden gissas aldrig",
    )


def series_periods(table: RawTable) -> dict[int, str]:
    """Return the columns whose heading is a läsår."""
    return {at: name for at, name in enumerate(table.headings) if _SCHOOL_YEAR.fullmatch(name)}


def column_for(heading: str, columns: Sequence[SirisColumn]) -> SirisColumn | None:
    """Find the declared column of a heading: by one of its names, or else by the words it must hold.

    Examples
    --------
    >>> column_for("kommun-KOD", (SirisColumn("region_code", ("Kommun-kod", "Kommunkod")),)).role
    'region_code'
    """
    wanted = normal(heading)
    for column in columns:
        if wanted in {normal(name) for name in column.headings}:
            return column
    for column in columns:
        if column.words and all(normal(word) in wanted for word in column.words):
            return column
    return None


def match_columns(table: RawTable, report: SirisReport) -> dict[int, SirisColumn]:
    """Say what each column of a table is.

    Raises
    ------
    RawFileError
        If a heading over figures is not declared, two headings mean the same column, or a column is missing; both
        lists are in the message.
    """
    years = series_periods(table) if report.series else {}
    matched: dict[int, SirisColumn] = {}
    unknown, double = [], []
    for at, heading in enumerate(table.headings):
        column = column_for(heading, report.columns)
        if at in years:
            continue
        if column is None and is_text(table.columns[at].texts()):
            listed = ", ".join(list(filter(None, table.columns[at].texts()))[:3])
            note(f"{table.where}: textkolumnen ”{heading}” ({listed or 'tom'}) är okänd och lästes inte.")
        elif column is None:
            unknown.append(heading)
        elif column in matched.values() and column.role != "not_used":
            double.append(heading)
        else:
            matched[at] = column
    missing = _missing(report, matched)
    if report.series and not years:
        missing.append("läsår som kolumner")
    if unknown or double or missing:
        raise RawFileError(
            f"Rubrikerna stämmer inte. {_list('Okända', unknown)}{_list('Dubbla', double)}"
            f"{_list('Saknas', missing)}Hittade: {', '.join(table.headings)}",
            where=table.where,
            todo=f"Väntade: {', '.join(_name(column) for column in report.columns)}",
        )
    return matched


def _list(what: str, names: Sequence[str]) -> str:
    return f"{what}: {', '.join(names)}. " if names else ""


def _name(column: SirisColumn) -> str:
    return column.headings[0] if column.headings else " + ".join(column.words)


def _missing(report: SirisReport, matched: dict[int, SirisColumn]) -> list[str]:
    roles = {column.role for column in matched.values()}
    over_subjects = any(subject.headings for subject in report.subjects)
    needed = {*_NEEDED[report.level], *(["subject"] if over_subjects else [])}
    missing = [_name(column) for column in report.columns if column.role in needed and column.role not in roles]
    present = list(matched.values())
    return missing + [
        _name(column)
        for column in report.columns
        if column.role == "measure" and not column.optional and column not in present
    ]
