"""The figures of a sheet of a KAA workbook, read by the marks that are known and checked against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uvas_stats.clean.kaa_sheet import KaaColumn, KaaSheet
from uvas_stats.errors import RawFileError
from uvas_stats.formats.markers import MarkerRule, is_mark, parse_number, read_cells, status_texts

__all__ = ["Figures", "Key", "read_figures"]

Key = tuple[str, str, str]
"""Id of the quantity or category, unit (``count`` or ``pct``) and sex."""
_LONGEST_MARK = 3
_SLACK = 1e-6
_COUNT, _SHARE = MarkerRule(count=True), MarkerRule()


@dataclass(frozen=True)
class Figures:
    """The columns of a sheet as numbers with a status, one for each row."""

    value: Mapping[Key, NDArray[np.float64]]
    status: Mapping[Key, list[str]]
    columns: Mapping[Key, KaaColumn]
    remarks: tuple[str, ...]
    """Marks that are not known, and so missing, with their cells."""


def _cells(sheet: KaaSheet, column: KaaColumn) -> list[object]:
    return [sheet.cells[row][column.at] if column.at < len(sheet.cells[row]) else "" for row, _ in sheet.rows]


def _is_unknown_mark(cell: object) -> bool:
    """Tell whether a cell is a short mark without digits that no one has explained."""
    if not isinstance(cell, str) or is_mark(cell):
        return False
    text = cell.strip()
    return len(text) <= _LONGEST_MARK and not any(char.isdigit() for char in text)


def _read(sheet: KaaSheet, column: KaaColumn, unit: str) -> tuple[NDArray[np.float64], list[str], list[str]]:
    cells = _cells(sheet, column)
    unknown = [at for at, cell in enumerate(cells) if _is_unknown_mark(cell)]
    remarks = [
        f"okänt tecken ”{str(cells[at]).strip()}” i {sheet.place(sheet.rows[at][0], column.at)}" for at in unknown
    ]
    known = ["" if at in set(unknown) else cell for at, cell in enumerate(cells)]
    read = read_cells(
        known,
        _COUNT if unit == "count" else _SHARE,
        place=lambda at: sheet.place(sheet.rows[at][0], column.at),
    )
    if unit == "count" and (bad := ~np.isnan(read.value) & (read.value != np.round(read.value))).any():
        at = int(bad.argmax())
        raise RawFileError(
            f"Antalet {cells[at]} är inget helt tal",
            where=sheet.place(sheet.rows[at][0], column.at),
            todo="Se filen",
        )
    return read.value, status_texts(read), remarks


def _numbers(sheet: KaaSheet, column: KaaColumn) -> NDArray[np.float64]:
    numbers = [parse_number(cell) for cell in _cells(sheet, column)]
    return np.array([np.nan if number is None else number for number in numbers])


def _close_to(total: NDArray[np.float64], wanted: NDArray[np.float64] | float, slack: float) -> bool:
    known = ~np.isnan(total) & ~np.isnan(wanted)
    return bool(known.any() and (np.abs(total - wanted)[known] <= slack).all())


def _category_unit(sheet: KaaSheet) -> str:
    """Find the unit of categories whose headings do not say: they sum to the whole, or to 100 percent."""
    silent = [column for column in sheet.columns if column.means.kind == "category" and not column.means.unit]
    if not silent:
        return ""
    total = sum((_numbers(sheet, column) for column in silent), np.zeros(len(sheet.rows)))
    base = next((c for c in sheet.columns if c.means.id == sheet.table.base and c.means.unit == "count"), None)
    if sheet.table.partition and base is not None and _close_to(total, _numbers(sheet, base), _SLACK):
        return "count"
    if sheet.table.partition and (_close_to(total, 100.0, 1.0) or _close_to(total, 1.0, 0.01)):
        return "pct"
    raise RawFileError(
        f"Det framgår inte om ”{silent[0].heading}” är antal eller andel",
        where=f"{sheet.where}, cell {silent[0].cell}",
        todo="Kontrollera filen",
    )


def read_figures(sheet: KaaSheet) -> Figures:
    """Read the columns of a sheet and check them.

    Raises
    ------
    RawFileError
        At the first cell that is neither number nor mark, or that its row or column contradicts.
    """
    silent = _category_unit(sheet)
    value, status, columns, remarks = {}, {}, {}, []
    for column in sheet.columns:
        unit = column.means.unit or silent
        key = (column.means.id, unit, column.means.sex)
        value[key], status[key], unknown = _read(sheet, column, unit)
        columns[key] = column
        remarks += unknown
    figures = Figures(_percent(sheet, value), status, columns, tuple(remarks))
    for check in (_check_sexes, _check_shares, _check_parts):
        check(sheet, figures)
    return figures


def _percent(sheet: KaaSheet, value: dict[Key, NDArray[np.float64]]) -> dict[Key, NDArray[np.float64]]:
    """Turn shares written as parts of one into percent; the checks that follow then hold or fail."""
    shares = {key: column for key, column in value.items() if key[1] == "pct"}
    known = np.concatenate([column[~np.isnan(column)] for column in shares.values()]) if shares else np.empty(0)
    if not known.size or known.max() > 1 or not ((known > 0) & (known < 1)).any():
        return value
    checked = sheet.table.partition or any(
        item.whole and (item.part, "count", "total") in value for item in sheet.table.quantities
    )
    if not checked:
        raise RawFileError(
            "Andelarna ser ut att vara delar av ett, inte procent", where=sheet.where, todo="Kontrollera filen"
        )
    return value | {key: np.round(100 * column, 9) for key, column in shares.items()}


def _decimals(*columns: NDArray[np.float64]) -> int:
    """Return how many decimals shares are given with."""
    known = np.concatenate([column[~np.isnan(column)] for column in columns])
    return next((n for n in range(6) if (np.abs(known - np.round(known, n)) < _SLACK).all()), 6)


def _refuse(sheet: KaaSheet, column: KaaColumn, bad: NDArray[np.bool_], what: str, todo: str) -> None:
    if bad.any():
        at = int(bad.argmax())
        raise RawFileError(f"{what}", where=sheet.place(sheet.rows[at][0], column.at), todo=todo)


def _check_sexes(sheet: KaaSheet, figures: Figures) -> None:
    """Demand that women and men make the total, where all three are known."""
    for key, total in figures.value.items():
        id_, unit, sex = key
        women, men = (figures.value.get((id_, unit, one)) for one in ("women", "men"))
        if sex != "total" or unit != "count" or women is None or men is None:
            continue
        gap = women + men - total
        _refuse(
            sheet,
            figures.columns[key],
            np.abs(np.nan_to_num(gap)) > _SLACK,
            "Kvinnor och män är tillsammans inte totalen",
            "Hämta filen igen, eller fråga Skolverket",
        )


def _pairs(sheet: KaaSheet, figures: Figures) -> Iterator[tuple[Key, Key, Key]]:
    """Give the shares with the count and the whole that they are made of."""
    for key in figures.value:
        id_, unit, sex = key
        if unit != "pct":
            continue
        quantity = next((item for item in sheet.table.quantities if item.id == id_ and item.whole), None)
        part, whole = (quantity.part, quantity.whole) if quantity else (id_, sheet.table.base)
        pair = ((part, "count", sex), (whole, "count", sex))
        if all(one in figures.value for one in pair):
            yield key, *pair


def _check_shares(sheet: KaaSheet, figures: Figures) -> None:
    """Demand that a share is its count of its whole, within the rounding of the share."""
    for key, part, whole in _pairs(sheet, figures):
        share, people = figures.value[key], figures.value[whole]
        slack = 0.5 * 10.0 ** -_decimals(share) + _SLACK
        with np.errstate(divide="ignore", invalid="ignore"):
            real = np.where(people > 0, 100 * figures.value[part] / people, np.nan)
        bad = np.abs(np.nan_to_num(share - real)) > slack
        _refuse(
            sheet,
            figures.columns[key],
            bad,
            f"Andelen är inte antalet delat med {figures.columns[whole].heading.lower()}",
            "Kontrollera filen; en annan nämnare är ett annat mått",
        )


def _check_parts(sheet: KaaSheet, figures: Figures) -> None:
    """Demand that the categories make the whole, and never more."""
    if not sheet.table.partition:
        return
    for unit, sex in dict.fromkeys(key[1:] for key in figures.value):
        keys = [key for key, column in figures.columns.items() if column.means.kind == "category"]
        parts = [figures.value[key] for key in keys if key[1:] == (unit, sex)]
        whole = np.full(len(sheet.rows), 100.0)
        if unit == "count":
            whole = figures.value.get((sheet.table.base, "count", sex), np.full(len(sheet.rows), np.nan))
        if not parts:
            continue
        slack = _SLACK if unit == "count" else len(parts) * 0.5 * 10.0 ** -_decimals(*parts) + _SLACK
        known = np.nansum(parts, axis=0)
        empty = np.isnan(parts).all(axis=0) | ((known == 0) & (unit == "pct"))
        complete = ~np.isnan(parts).any(axis=0) & ~empty
        gap = np.nan_to_num(np.where(empty, 0.0, known - whole))
        first = figures.columns[next(key for key in keys if key[1:] == (unit, sex))]
        _refuse(
            sheet,
            first,
            (gap > slack) | (complete & (gap < -slack)),
            f"Radens kategorier är tillsammans inte {'antalet' if unit == 'count' else '100 procent'}",
            "Hämta filen igen, eller fråga Skolverket",
        )
