"""How a list is given: as a table for the eye, as CSV or JSON, or as a file of CSV or Excel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import typer

from uvas_stats.numbers import number_text
from uvas_stats.present.view import STATUS_TEXT
from uvas_stats.report.escape import csv_text, excel_csv
from uvas_stats.workspace import atomic_file, refuse_foreign

__all__ = ["Form", "give"]

_HEADINGS = {
    "likely_low": "troligen från",
    "likely_high": "troligen till",
    "usual_move": "flyttar sig",
    "alone_low": "95 % från",
    "alone_high": "95 % till",
    "all_low": "alla 95 % från",
    "all_high": "alla 95 % till",
    "rank": "plats",
    "rank_low": "lägsta",
    "rank_high": "högsta",
    "region_code": "kod",
    "region_name": "kommun",
    "value": "värde",
    "status": "anm.",
    "difference": "skillnad",
    "edition": "utgåva",
    "origin": "råfil",
    "coverage": "täckning",
    "lower": "minst",
    "upper": "högst",
    "direction": "ordning",
    "break": "tidsseriebrott",
    "sex": "kön",
}
_FIGURES = ("value", "riket", "difference", "lower", "upper")


@dataclass(frozen=True)
class Form:
    """How a list is wanted."""

    kind: str = "table"
    """``table``, ``csv`` (decimal point), ``excel`` (CSV for a Swedish Excel) or ``json``."""
    out: Path | None = None
    """A file .csv or .xlsx to write instead of printing."""

    @property
    def for_the_eye(self) -> bool:
        """Whether it is printed as a table."""
        return self.kind == "table" and self.out is None


def give(frame: pd.DataFrame, form: Form, heading: str, decimals: int = 0) -> str:
    """Return a list as text, or write it to a file and return a line that says so.

    Parameters
    ----------
    frame
        The list.
    form
        How it is wanted.
    heading
        What it is, above the table.
    decimals
        How many decimals the figures of a printed table have.
    """
    if form.out is not None:
        _save(frame, form.out, heading)
        return f"{number_text(float(len(frame)), 0)} rader: {form.out}"
    if form.kind == "json":
        return frame.to_json(orient="records", force_ascii=False, indent=1)
    if form.kind == "csv":
        return frame.map(csv_text, na_action="ignore").to_csv(index=False, lineterminator="\n").rstrip("\n")
    if form.kind == "excel":
        return excel_csv(frame, _numbers(frame)).rstrip("\n")
    shown = frame.copy()
    for column in _numbers(frame):
        kept = decimals if column in _FIGURES else 0
        shown[column] = [number_text(None if pd.isna(value) else value, kept) for value in shown[column]]
    return f"{heading}\n{_swedish(shown).to_string(index=False, na_rep='–')}"


def _numbers(frame: pd.DataFrame) -> list[str]:
    return list(frame.select_dtypes("number").columns)


def _swedish(frame: pd.DataFrame) -> pd.DataFrame:
    told = frame.assign(status=frame["status"].map(STATUS_TEXT)) if "status" in frame else frame
    return told.rename(columns=_HEADINGS)


def _save(frame: pd.DataFrame, out: Path, heading: str) -> None:
    """Write a list to a file; another's file of the name is left as it is."""
    table = _swedish(frame)
    if out.suffix.lower() == ".csv":
        content, mark = excel_csv(table, _numbers(table)).encode(), ";".join(table.columns).encode()
    elif out.suffix.lower() == ".xlsx":
        from uvas_stats.report.xlsx import LIST_MARK, list_workbook

        content, mark = list_workbook(table, heading), LIST_MARK
    else:
        raise typer.BadParameter("--out ska vara en fil som slutar på .csv eller .xlsx")
    refuse_foreign(out, mark)
    with atomic_file(out) as path:
        path.write_bytes(content)
