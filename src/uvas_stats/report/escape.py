"""Text that is safe to hand to Word, Excel and CSV: no control characters, and never a formula by accident."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

__all__ = ["csv_text", "excel_csv", "is_formula", "printable", "set_text"]

_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
_CODE = re.compile("0[0-9]+")
_BREAKS = ("\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32767
"""Characters that fit in a cell of a workbook."""


def printable(text: object) -> str:
    r"""Take away characters that XML cannot hold; line breaks and tabs stay.

    Examples
    --------
    >>> printable("Unga\x00 i \x1bAle")
    'Unga i Ale'
    """
    return _CONTROL.sub("", str(text))


def is_formula(text: str) -> bool:
    r"""Tell whether a spreadsheet program might read a text as a formula.

    Examples
    --------
    >>> [is_formula(text) for text in ("=1+1", " @SUMMA(A1)", "\tx", "16–24 år", "")]
    [True, True, True, False, False]
    """
    return text.startswith(_BREAKS) or text.lstrip().startswith(_FORMULA)


def csv_text(value: object) -> str:
    """Write a value for a CSV file; what could become a formula gets an apostrophe in front, numbers do not.

    Examples
    --------
    >>> csv_text("=HYPERLINK(1)"), csv_text("-1,5"), csv_text(-1.5), csv_text("Ale")
    ("'=HYPERLINK(1)", '-1,5', '-1.5', 'Ale')
    """
    text = printable(value)
    harmless = not isinstance(value, str) or _NUMBER.fullmatch(text)
    return text if harmless or not is_formula(text) else f"'{text}"


def excel_csv(frame: pd.DataFrame, numbers: list[str]) -> str:
    r"""Write a table as the CSV that a Swedish Excel opens as one: byte order mark, semicolon, decimal comma.

    Parameters
    ----------
    frame
        The table.
    numbers
        Its columns of numbers. In the others a text of digits only that begins with 0 is kept as text.

    Examples
    --------
    >>> excel_csv(pd.DataFrame({"kommun": ["Ale"], "värde": [5.7]}), ["värde"])
    '\ufeffkommun;värde\nAle;5,7\n'
    """
    others = [str(name) for name in frame.columns if name not in numbers]
    texts = {name: frame[name].map(_excel_text, na_action="ignore") for name in others}
    safe = frame.assign(**texts)
    return "\ufeff" + safe.to_csv(index=False, sep=";", decimal=",", lineterminator="\n")


def _excel_text(value: object) -> str:
    text = csv_text(value)
    return f'="{text}"' if _CODE.fullmatch(text) else text


def set_text(cell: Cell, value: object) -> None:
    """Put a text in a cell of a workbook as text, whatever it begins with.

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> cell = Workbook().active["A1"]
    >>> set_text(cell, "=1+1")
    >>> cell.value, cell.data_type, bool(cell.quotePrefix)
    ('=1+1', 's', True)
    """
    text, formula = _cell_text(str(value))
    # Past the setter: openpyxl would guess a formula from "=" and an error from "#N/A", and check again what
    # printable() has checked, which takes a third of the time of a workbook.
    cell._value = text  # type: ignore[attr-defined]
    cell.data_type = "s"
    if formula:
        cell.quotePrefix = True


@lru_cache(maxsize=8192)
def _cell_text(value: str) -> tuple[str, bool]:
    text = printable(value)[:_LONGEST]
    return text, is_formula(text)
