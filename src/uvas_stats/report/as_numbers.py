"""Finished text back to numbers, so that a table can be reckoned with in a workbook."""

from __future__ import annotations

import re

import pandas as pd

from uvas_stats.numbers import MISSING, THIN_SPACE

__all__ = ["Figure", "as_numbers", "number_of"]

_FIGURE = re.compile(rf"([+−]?)(\d{{1,3}}(?:{THIN_SPACE}\d{{3}})+|\d+)(?:,(\d+))?(?:{THIN_SPACE}(%|tkr))?")
UNKNOWN = "uppgift saknas"


class Figure(float):
    """A number that knows how it is written."""

    form: str


def number_of(text: str) -> Figure | None:
    """Read a number as it is written in a table; None for any other text.

    Examples
    --------
    >>> [(number_of(text), number_of(text).form) for text in ("9,2\u202f%", "−10,0", "1\u202f800")]
    [(9.2, '#,##0.0" %"'), (-10.0, '+#,##0.0;−#,##0.0;0.0'), (1800.0, '#,##0')]
    >>> number_of("27–28 av 290") is None
    True
    """
    found = _FIGURE.fullmatch(text)
    if found is None:
        return None
    sign, whole, decimals, unit = found.groups()
    value = Figure(f"{'-' if sign == '−' else ''}{whole.replace(THIN_SPACE, '')}.{decimals or 0}")
    zeros = f".{'0' * len(decimals)}" if decimals else ""
    if sign:
        value.form = f"+#,##0{zeros};−#,##0{zeros};0{zeros}"
    else:
        value.form = f"#,##0{zeros}" + (f'" {unit}"' if unit else "")
    return value


def as_numbers(cells: pd.DataFrame) -> pd.DataFrame:
    """Turn each column of numbers into numbers, with a word where one is missing; others stay as they are."""
    out = cells.copy()
    for name in cells.columns:
        texts = cells[name].astype("str").tolist()
        numbers = [number_of(text) for text in texts]
        known = sum(number is not None for number in numbers)
        if name != "Period" and known and known + texts.count(MISSING) == len(texts):
            told = [UNKNOWN if number is None else number for number in numbers]
            out[name] = pd.Series(told, cells.index, dtype="object")
    return out
