"""Headings in a grid of cells, whatever file it came from."""

from __future__ import annotations

import pytest

from uvas_stats.formats.grid import (
    Headings,
    begins,
    carry,
    cell_name,
    column,
    column_name,
    find_headings,
    holds,
    is_several,
)

ROWS = [
    ["Titel 2024", None, ""],
    [],
    ["", "Antal", "", "Andel", ""],
    ["Kommun", "Kvinnor\n ", "Män", "Kvinnor", "Män"],
    ["Ale", 1, 2.0, None, 0.5],
]


def test_the_first_row_that_has_the_headings_is_found() -> None:
    found = find_headings(ROWS, holds("kommun", "KVINNOR"))
    assert found == Headings(3, ("Kommun", "Kvinnor", "Män", "Kvinnor", "Män"))
    assert (found.column("män"), found.column("Totalt"), found.cell("Män"), found.cell()) == (2, -1, "C4", "A4")
    assert found.columns == {"kommun": 0, "kvinnor": 3, "män": 4}
    assert found.repeated == ("Kvinnor", "Män")


def test_no_row_of_headings_is_none_and_not_a_guess() -> None:
    assert find_headings(ROWS, holds("Län")) is None
    assert find_headings([], is_several) is None
    assert find_headings(ROWS, holds("Kommun"), within=3) is None


def test_headings_may_be_known_by_how_the_row_begins_or_by_being_several() -> None:
    assert find_headings(ROWS, begins("kommun", "kvinnor")).row == 3
    assert find_headings(ROWS, begins("kvinnor")) is None
    assert find_headings(ROWS, is_several).row == 2


def test_a_merged_heading_is_carried_on_to_where_the_next_begins() -> None:
    assert carry(["", "Antal", "", "Andel", ""]) == ["", "Antal", "Antal", "Andel", "Andel"]
    assert carry(["Antal", "", "", ""], stop={2}) == ["Antal", "Antal", "", ""]


def test_a_short_row_has_empty_cells() -> None:
    assert column(ROWS, 3) == ["", "", "Andel", "Kvinnor", None]


@pytest.mark.parametrize(("at", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_named_as_in_a_workbook(at: int, name: str) -> None:
    assert (column_name(at), cell_name(9, at)) == (name, f"{name}10")
