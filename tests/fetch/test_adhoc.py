"""A table that is not declared: what its variables look like."""

from __future__ import annotations

import pytest

from uvas_stats.fetch.adhoc import declare
from uvas_stats.fetch.pxmodel import Table, Variable


@pytest.mark.parametrize(
    ("codes", "column"),
    [(("1", "2", "1+2"), "sex"), (("1", "2"), "sex"), (("12", "2"), "breakdown"), (("", "1"), "breakdown")],
)
def test_a_variable_is_sex_only_by_the_codes_of_sex(codes: tuple[str, ...], column: str) -> None:
    table = Table("TAB1", "Titel", "", (Variable("Kon", "kön", codes, codes, elimination=False),))
    (dimension,) = declare(table, "scb", {"Kon": codes}).dimensions
    assert dimension.column == column
