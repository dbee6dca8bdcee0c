"""Check a pivot cache against the view of it that a sheet shows: one filter, a few columns, the same figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from uvas_stats.errors import RawFileError
from uvas_stats.formats.grid import Headings, Rows, cell_name, find_headings
from uvas_stats.formats.pivot_cache import Cache
from uvas_stats.formats.pivot_parts import LARGEST_RECORDS
from uvas_stats.formats.reading import note
from uvas_stats.formats.workbook import read_sheets

__all__ = ["check_visible"]

_FORMULA = re.compile(r"'?([\w ]+?)'?\s*/\s*'?([\w ]+?)'?")
_ALL = ("(alla)", "(all)", "")
_DATE = "PERIOD"
_HEADINGS_WITHIN = 30
_SUM_OF = re.compile(r"^(summa av|sum of)\s+", re.IGNORECASE)


def check_visible(path: Path, cache: Cache, frame: pd.DataFrame) -> int:
    """Compare each figure that a sheet shows with the records behind it.

    A sheet is understood if it has a row of headings with ``PERIOD`` and names of fields or of calculated fields,
    and above it, at most, filters: the name of a field and the value it is held at. Other sheets are passed over.

    Parameters
    ----------
    path
        The workbook.
    cache
        Which of its caches was read.
    frame
        The records of the cache.

    Returns
    -------
    int
        How many figures were compared; 0 where no sheet shows any. At the first figure of a sheet that is not what
        the records give a note is left: a sheet shows what somebody last chose to show.
    """
    compared = 0
    for name, rows in read_sheets(path, most_bytes=LARGEST_RECORDS).items():
        try:
            compared += _check_sheet(rows, cache, frame, f"{path}, blad {name}")
        except RawFileError as error:
            note(str(error))
    return compared


def _columns(headings: Headings, cache: Cache) -> dict[int, tuple[str, str]]:
    """Give, by column, what is divided by what: by nothing in a column of counts."""
    columns = {}
    for at, name in enumerate(headings.names):
        plain = _SUM_OF.sub("", name).strip()
        formula = _FORMULA.fullmatch(cache.formulas.get(plain, ""))
        if formula and {formula[1], formula[2]} <= set(cache.names):
            columns[at] = (formula[1], formula[2])
        elif plain in cache.names and plain != _DATE:
            columns[at] = (plain, "")
    return columns


def _filters(rows: Rows, cache: Cache) -> Iterator[tuple[str, str]]:
    for row in rows:
        cells = [str(cell).strip() for cell in row if str(cell).strip()]
        if len(cells) == 2 and cells[0] in cache.names and cells[1].casefold() not in _ALL:
            yield cells[0], cells[1]


def _check_sheet(rows: Rows, cache: Cache, frame: pd.DataFrame, where: str) -> int:
    headings = find_headings(rows, lambda names: _DATE in names, within=_HEADINGS_WITHIN)
    columns = _columns(headings, cache) if headings else {}
    if headings is None or not columns:
        return 0
    at, dated = headings.row, headings.names.index(_DATE)
    keep = np.ones(len(frame), dtype=bool)
    for name, value in _filters(rows[:at], cache):
        keep &= (frame[name].astype("str") == value).to_numpy()
    used = {name: "sum" for pair in columns.values() for name in pair if name and frame[name].dtype == np.float64}
    sums = frame.loc[keep].groupby(_DATE, observed=True).agg(used) if used else pd.DataFrame()
    known = {str(period): {str(name): float(sums.loc[period, name]) for name in used} for period in sums.index}
    compared = 0
    for number, row in enumerate(rows[at + 1 :], start=at + 1):
        period = str(row[dated]).strip()
        if period not in known:
            continue
        for column, (top, below) in columns.items():
            shown = row[column]
            if isinstance(shown, float) and top in used and (not below or below in used):
                compared += 1
                _compare(
                    shown,
                    known[period],
                    top,
                    below,
                    f"{where}, {cell_name(number, column)}",
                )
    return compared


def _compare(shown: float, sums: Mapping[str, float], top: str, below: str, where: str) -> None:
    value = sums[top] / sums[below] if below and sums[below] else sums[top]
    if abs(shown - value) > 1e-6 * max(1.0, abs(value)):
        raise RawFileError(
            f"Bladet visar {shown:g} men posterna ger {value:g}", where=where, todo="Hämta arbetsboken igen"
        )
