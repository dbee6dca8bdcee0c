"""The check of a whole cube against the check of each row: they accept and refuse the same."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.errors import ObservationError
from uvas_stats.observations.contract import COLUMNS, STATUSES
from uvas_stats.observations.cube import Side, cube_observations
from uvas_stats.observations.validate import make_observations, validate

CONSTANTS: dict[str, str | None] = {
    "dataset": "scb_bas",
    "edition": "2026-08-28T0600",
    "age_group": "16-19",
    "breakdown": None,
    "category": None,
    "origin": "scb_bas/a.json",
}


def sides(**changes: tuple[str | None, ...]) -> list[Side]:
    columns = {
        "region_code": ("00", "0114"),
        "sex": ("total", "men", "women"),
        "measure": ("a_count", "b_pct"),
        "period": ("2024-01", "2024-02"),
        **changes,
    }
    return [Side({name: texts}) for name, texts in columns.items()]


def by_rows(
    made: list[Side], values: np.ndarray, status: np.ndarray, constants: dict[str, str | None]
) -> pd.DataFrame:
    """Make the same observations a row at a time, through the ordinary way."""
    size = [side.length for side in made]
    rows = []
    for flat in range(math.prod(size)):
        place = np.unravel_index(flat, size)
        row: dict[str, object] = dict(constants)
        for side, at in zip(made, place, strict=True):
            row |= {name: texts[int(at)] for name, texts in side.columns.items()}
        rows.append({**row, "value": values[flat], "status": STATUSES[status[flat]]})
    return make_observations(pd.DataFrame(rows))


region = st.sampled_from(["00", "01", "0114", "0180", "GR", "1", "x y", "", None])
period = st.sampled_from(["2024-01", "2024-02", "2024", "2024/25", "2024M01", "2024-13"])
measure = st.sampled_from(["a_count", "b_pct", "c", "A_count"])
sex = st.sampled_from(["total", "men", "women", "män"])


@given(
    st.lists(region, min_size=1, max_size=3),
    st.lists(sex, min_size=1, max_size=2),
    st.lists(measure, min_size=1, max_size=2),
    st.lists(period, min_size=1, max_size=2),
    st.data(),
)
def test_a_cube_is_accepted_and_refused_as_its_rows_are(
    regions: list[str | None], sexes: list[str], measures: list[str], periods: list[str], data: st.DataObject
) -> None:
    made = sides(region_code=tuple(regions), sex=tuple(sexes), measure=tuple(measures), period=tuple(periods))
    cells = math.prod(side.length for side in made)
    number = st.sampled_from([0.0, 1.5, math.nan, math.nan, math.inf])
    values = np.array(data.draw(st.lists(number, min_size=cells, max_size=cells)))
    right = np.where(np.isnan(values), 3, 0).astype(np.int8)
    wrong = data.draw(st.integers(0, 3)) == 0
    status = np.full(cells, data.draw(st.integers(0, 6)), dtype=np.int8) if wrong else right
    if (status == STATUSES.index("interval")).any():
        return  # a cube has no bounds; that it refuses them is tested below
    try:
        slow: pd.DataFrame | None = by_rows(made, values, status, CONSTANTS)
    except ObservationError:
        slow = None
    try:
        quick: pd.DataFrame | None = cube_observations(made, CONSTANTS, values, status)
    except ObservationError:
        quick = None
    assert (quick is None) == (slow is None)
    if quick is not None and slow is not None:
        assert tuple(quick.columns) == COLUMNS
        validate(quick)
        text = [name for name in COLUMNS if isinstance(quick[name].dtype, pd.CategoricalDtype)]
        pd.testing.assert_frame_equal(
            quick.astype(dict.fromkeys(text, "str")), slow.astype(dict.fromkeys(text, "str"))
        )


def ok(cells: int) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(float(cells)), np.zeros(cells, dtype=np.int8)


def test_noise_follows_the_period() -> None:
    frame = cube_observations(sides(), CONSTANTS, *ok(24), noise=np.array([False, True]))
    assert set(frame.loc[frame["noise"], "period"]) == {"2024-02"}
    assert int(frame["noise"].sum()) == 12


def test_an_interval_without_bounds_is_refused() -> None:
    values, status = ok(24)
    values[3], status[3] = math.nan, STATUSES.index("interval")
    with pytest.raises(ObservationError, match=r"bägge|båda gränserna.*region_code=00"):
        cube_observations(sides(), CONSTANTS, values, status)


def test_a_key_that_comes_twice_is_refused() -> None:
    with pytest.raises(ObservationError, match="flera gånger"):
        cube_observations(sides(region_code=("0114", "0114")), CONSTANTS, *ok(24))


@pytest.mark.parametrize(
    "constants",
    [
        {name: value for name, value in CONSTANTS.items() if name != "origin"},
        {**CONSTANTS, "sex": "total"},
        {**CONSTANTS, "extra": "x"},
    ],
)
def test_each_column_is_filled_once(constants: dict[str, str | None]) -> None:
    with pytest.raises(ObservationError, match="en gång var"):
        cube_observations(sides(), constants, *ok(24))


def test_values_must_be_as_many_as_the_cells() -> None:
    with pytest.raises(ObservationError, match="23 värden"):
        cube_observations(sides(), CONSTANTS, *ok(23))
