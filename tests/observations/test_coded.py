"""Text columns made of places in a list: which categories they get, and in which order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from uvas_stats.observations.coded import join_text, repeat_text, text_column


@pytest.mark.parametrize(
    ("codes", "texts", "cells", "categories"),
    [
        ([1, 0, 1], ["a", "b"], ["b", "a", "b"], ["a", "b"]),
        ([2, 2], ["a", "b", "c"], ["c", "c"], ["c"]),
        ([3, 0, 1, -1], ["b", None, "a", "b"], ["b", "b", None, None], ["b"]),
        ([], ["a"], [], []),
        ([0, -1], [None], [None, None], []),
    ],
)
def test_the_categories_are_the_texts_that_occur(
    codes: list[int], texts: list[str | None], cells: list[str | None], categories: list[str]
) -> None:
    column = text_column(np.array(codes, dtype=np.int8), texts)
    assert [None if pd.isna(cell) else cell for cell in column.tolist()] == cells
    assert column.categories.tolist() == categories
    assert column.categories.dtype == "str"


def test_each_text_is_repeated_and_the_whole_tiled() -> None:
    assert repeat_text(["a", "b"], 1, 2).tolist() == ["a", "b", "a", "b"]
    assert repeat_text(["a", "b", "a"], [0, 2, 1]).tolist() == ["b", "b", "a"]
    assert repeat_text([None], 3).isna().all()


def test_many_texts_have_room_for_their_codes() -> None:
    texts = [str(number) for number in range(300)]
    assert text_column(np.arange(300)[::-1], texts).tolist() == texts[::-1]


def test_joined_columns_have_the_categories_of_all_even_where_one_has_none() -> None:
    nulls = pd.Series(pd.Categorical([None, None]))
    joined = join_text([nulls, pd.Series(["a"], dtype="category")])
    assert joined.categories.tolist() == ["a"]
    assert joined.categories.dtype == "str"
