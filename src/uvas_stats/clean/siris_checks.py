"""What must hold in the rows of a SIRIS report: nothing twice, and parts that make their sum."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from uvas_stats.catalog.siris import SirisReport
from uvas_stats.clean.siris_ids import Rows
from uvas_stats.errors import RawFileError

__all__ = ["check_keys", "check_sums"]

Floats = NDArray[np.float64]


def check_keys(rows: Rows) -> None:
    """Stop at two rows that are about the same but are not equal; equal ones have been taken out already.

    Raises
    ------
    RawFileError
        Naming both.
    """
    order = np.argsort(rows.key, kind="stable")
    same = np.flatnonzero(rows.key[order][1:] == rows.key[order][:-1])
    if len(same):
        first, second = (int(order[same[0] + step]) for step in (0, 1))
        raise RawFileError(
            "Två rader är om samma sak men har olika tal",
            where=f"{rows.place(first)} och {rows.place(second)}",
            todo="Hämta filen igen; upprepade rader läggs aldrig ihop",
        )


def check_sums(report: SirisReport, rows: Rows, values: Mapping[str, Floats], pupils: str) -> None:
    """Stop where parts that are all known do not make their total.

    Raises
    ------
    RawFileError
        Naming the cell of the total.
    """
    for item in report.sums:
        parts = np.sum([values[part] for part in item.parts], axis=0)
        _demand(rows, item.total, values[item.total], parts)
    if report.sum_sex and pupils:
        total, parts = _by_sex(rows, values[pupils])
        _demand(rows, pupils, total, parts)


def _by_sex(rows: Rows, values: Floats) -> tuple[Floats, Floats]:
    """Give for each row of both sexes its number, and the sum of women and men of the same."""
    texts = rows.sex.texts
    if set(texts) != {"total", "women", "men"}:
        return np.full(rows.count, np.nan), np.full(rows.count, np.nan)
    group = np.unique(rows.key // len(texts), return_inverse=True)[1]
    wide = np.full((int(group.max()) + 1, len(texts)), np.nan)
    wide[group, rows.sex.codes] = values
    total = np.where(rows.sex.codes == texts.index("total"), values, np.nan)
    return total, (wide[:, texts.index("women")] + wide[:, texts.index("men")])[group]


def _demand(rows: Rows, measure: str, total: Floats, parts: Floats) -> None:
    wrong = np.abs(total - parts) > 1e-6  # false where one is not known
    if wrong.any():
        row = int(wrong.argmax())
        raise RawFileError(
            f"Delarna är tillsammans {parts[row]:g} men totalen {total[row]:g}",
            where=rows.place(row, measure),
            todo="Filen är ändrad eller felaktig: hämta den igen",
        )
