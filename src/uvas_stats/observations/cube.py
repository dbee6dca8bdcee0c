"""Observations from a full cube, checked a side at a time.

In a full cube each combination of the sides' values stands once, so what ``validate``
checks row by row can be checked on each side: that its values are allowed, and that no two are the same. What
comes out is what ``validate`` accepts; a test holds the two against each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from uvas_stats.errors import ObservationError
from uvas_stats.observations.coded import repeat_text, text_column
from uvas_stats.observations.contract import COLUMNS, KEY, STATUSES, TEXT_COLUMNS, TEXT_RULES
from uvas_stats.periods import period_end, period_kind

__all__ = ["Side", "cube_observations"]

_OK, _SUPPRESSED, _NOT_APPLICABLE, _NOT_AVAILABLE, _INTERVAL, _PROVISIONAL, _ZERO = range(len(STATUSES))
_TEXTS = tuple(name for name in COLUMNS if name in TEXT_COLUMNS and name != "status")


@dataclass(frozen=True)
class Side:
    """One side of a cube: for each place, the values of the columns that the side fills.

    Examples
    --------
    >>> Side({"sex": ("men", "women")}).length
    2
    """

    columns: Mapping[str, Sequence[str | None]]

    @property
    def length(self) -> int:
        """The number of places."""
        return len(next(iter(self.columns.values())))


def cube_observations(
    sides: Sequence[Side],
    constants: Mapping[str, str | None],
    values: NDArray[np.float64],
    status: NDArray[np.int8],
    noise: NDArray[np.bool_] | bool = False,
) -> pd.DataFrame:
    """Make validated observations of a full cube.

    Parameters
    ----------
    sides
        The sides, the last fastest. Together with ``constants`` they fill each text column but ``status`` once.
    constants
        Text columns that have one value in the whole cube.
    values
        Row-major; NaN where there is no number.
    status
        For each cell a place in ``STATUSES``.
    noise
        Whether cells carry noise: for all, or for each place of the side that fills ``period``.

    Returns
    -------
    pandas.DataFrame
        As from :func:`uvas_stats.observations.validate.make_observations`.

    Raises
    ------
    ObservationError
        Where ``validate`` would raise.

    Examples
    --------
    >>> frame = cube_observations([Side({"region_code": ("0114", "0180")}), Side({"period": ("2023", "2024")})],
    ...     {"dataset": "scb", "edition": "2026-01-01", "sex": "total", "age_group": "16-24", "breakdown": None,
    ...      "category": None, "measure": "a_count", "origin": "a"}, np.arange(4.0), np.zeros(4, dtype=np.int8))
    >>> frame["period"].tolist(), frame["value"].tolist()
    (['2023', '2024', '2023', '2024'], [0.0, 1.0, 2.0, 3.0])
    """
    size = tuple(side.length for side in sides)
    cells = math.prod(size)
    _check_shape(sides, constants, cells, values, status)
    columns: dict[str, Any] = {}
    ends: NDArray[np.datetime64] = np.empty(0, dtype="datetime64[us]")
    noisy: NDArray[np.bool_] = np.full(cells, bool(noise)) if isinstance(noise, bool) else np.empty(0, dtype=bool)
    for at, side in enumerate(sides):
        inner, outer = math.prod(size[at + 1 :]), math.prod(size[:at])
        for name, texts in side.columns.items():
            columns[name] = repeat_text(texts, inner, outer)
        if "period" in side.columns:
            days = np.array([period_end(str(text)) for text in side.columns["period"]], dtype="datetime64[us]")
            ends = np.tile(np.repeat(days, inner), outer)
            if not isinstance(noise, bool):
                noisy = np.tile(np.repeat(noise, inner), outer)
    if "period" in constants:
        ends = np.full(cells, np.datetime64(period_end(str(constants["period"])), "us"))
    for name, text in constants.items():
        columns[name] = repeat_text([text], cells)
    columns |= {"value": values, "lower": np.full(cells, np.nan), "upper": np.full(cells, np.nan)}
    columns["status"] = text_column(status, STATUSES)
    columns |= {"period_end": ends, "noise": noisy}
    _check_texts(sides, constants)
    _check_values(values, status, sides)
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)


def _check_shape(
    sides: Sequence[Side],
    constants: Mapping[str, str | None],
    cells: int,
    values: NDArray[np.float64],
    status: NDArray[np.int8],
) -> None:
    filled = [*constants, *(name for side in sides for name in side.columns)]
    if sorted(filled) != sorted(_TEXTS):
        wrong = sorted(set(filled) ^ set(_TEXTS)) or sorted({name for name in filled if filled.count(name) > 1})
        raise ObservationError(
            f"Kubens sidor fyller inte kolumnerna en gång var: {', '.join(wrong)}",
            todo="Rätta tabellens deklaration",
        )
    if len(values) != cells or len(status) != cells:
        raise ObservationError(
            f"Kuben har {len(values)} värden och {len(status)} statusar men {cells} celler", todo="Rätta läsaren"
        )


def _check_texts(sides: Sequence[Side], constants: Mapping[str, str | None]) -> None:
    """Check each value of each column, and that no key comes twice."""
    for side in sides:
        keys = [name for name in side.columns if name in KEY]
        rows = list(zip(*(side.columns[name] for name in keys), strict=True))
        if len(set(rows)) != len(rows):
            double = next(row for row in rows if rows.count(row) > 1)
            raise ObservationError(
                "Samma uppgift finns flera gånger",
                where=f"{', '.join(map(str, double))}",
                todo="Nyckeln måste vara unik",
            )
    texts: dict[str, list[str | None]] = {name: [text] for name, text in constants.items()}
    for side in sides:
        texts |= {name: list(dict.fromkeys(values)) for name, values in side.columns.items()}
    for name, values in texts.items():
        _check_column(name, values)
    kinds = {period_kind(str(period)) for period in texts["period"]}
    if len(kinds) > 1:
        raise ObservationError(
            "En serie blandar olika slags perioder", where=", ".join(sorted(kinds)), todo="Dela upp måttet"
        )


def _check_column(name: str, values: Sequence[str | None]) -> None:
    """Check the values of one column by the rule that the schema has for it."""
    rule = TEXT_RULES[name]
    null = None in values
    if (null and not rule.nullable) or not rule.fits(value for value in values if value is not None):
        raise ObservationError(
            f"Kolumnen {name} följer inte kontraktet: ska vara {rule.wanted}", todo="Rätta läsaren eller råfilen"
        )


def _check_values(values: NDArray[np.float64], status: NDArray[np.int8], sides: Sequence[Side]) -> None:
    known = ~np.isnan(values)
    needs = np.array([True, False, False, False, False, True, True])[status]
    forbids = np.array([False, True, True, True, False, False, False])[status]
    rules = (
        ("En rad har status ok eller preliminär men saknar värde", needs & ~known & (status != _ZERO)),
        ("En rad har värde fast statusen säger att det saknas", forbids & known),
        ("En äkta nolla har ett annat värde än 0", (status == _ZERO) & (values != 0)),
        ("Ett intervall saknar båda gränserna", status == _INTERVAL),
        ("Värdet är inte ett ändligt tal", np.isinf(values)),
    )
    for text, bad in rules:
        if bad.any():
            raise ObservationError(
                text, where=_place(int(bad.argmax()), sides), todo="Rätta läsaren eller råfilen"
            )


def _place(flat: int, sides: Sequence[Side]) -> str:
    """Name a cell by its values on the sides."""
    at = np.unravel_index(flat, tuple(side.length for side in sides))
    named = [
        f"{name}={texts[int(place)]}"
        for side, place in zip(sides, at, strict=True)
        for name, texts in side.columns.items()
    ]
    return ", ".join(named)
