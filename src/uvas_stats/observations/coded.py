"""Columns as places in a list of the values that occur, and the text columns that are made of them.

A column of a file repeats few values many times. :class:`Coded` holds whatever cells there are; a text column of
the tidy table is a categorical, whose categories are of the type text even where there are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from uvas_stats.observations.contract import TEXT_COLUMNS

__all__ = [
    "Coded",
    "Ints",
    "compact",
    "concat_observations",
    "constant",
    "encode",
    "join",
    "join_text",
    "repeat_text",
    "take",
    "text_column",
]

Ints = NDArray[np.intp]


class Coded(NamedTuple):
    """A column; a code of -1 is a cell that is not there."""

    codes: Ints
    values: tuple[object, ...]

    def texts(self) -> list[str]:
        """Write each value that occurs as text without spaces around it."""
        return ["" if value is None else str(value).strip() for value in self.values]


def encode(cells: Iterable[object] | Coded) -> Coded:
    """Encode cells of text, numbers and None.

    Examples
    --------
    >>> encode(["..", "81,6", ".."]).values
    ('..', '81,6')
    """
    if isinstance(cells, Coded):
        return cells
    column = np.empty(len(listed := list(cells)), dtype=object)
    column[:] = listed
    codes, values = pd.factorize(column, use_na_sentinel=False)
    listed = values.tolist()
    for at in np.flatnonzero(pd.isna(values)).tolist():
        listed[at] = None
    return Coded(codes.astype(np.intp), tuple(listed))


def constant(value: object, count: int) -> Coded:
    """Make a column of one value.

    Examples
    --------
    >>> constant("00", 2).codes.tolist()
    [0, 0]
    """
    return Coded(np.zeros(count, dtype=np.intp), (value,))


def take(column: Coded, rows: Ints) -> Coded:
    """Take rows of a column; row -1 gives a cell that is not there.

    Examples
    --------
    >>> take(encode(["a", "b"]), np.array([1, -1])).codes.tolist()
    [1, -1]
    """
    return Coded(np.where(rows < 0, -1, column.codes[rows]), column.values)


def compact(column: Coded) -> Coded:
    """Leave out values that no cell has.

    Examples
    --------
    >>> compact(Coded(np.array([2, 2]), ("a", "b", "c")))
    Coded(codes=array([0, 0]), values=('c',))
    """
    used = np.flatnonzero(np.bincount(column.codes[column.codes >= 0], minlength=len(column.values)))
    new = np.full(len(column.values) + 1, -1, dtype=np.intp)
    new[used] = np.arange(len(used))
    return Coded(new[column.codes], tuple(column.values[at] for at in used.tolist()))


def join(columns: Sequence[Coded]) -> Coded:
    """Put columns one after the other.

    Examples
    --------
    >>> join([encode(["a", "b"]), encode(["b", "c"])])
    Coded(codes=array([0, 1, 1, 2]), values=('a', 'b', 'c'))
    """
    index: dict[object, int] = {}
    parts: list[Ints] = []
    known: dict[int, Ints] = {}  # columns of one table share their list of values
    for column in columns:
        if id(column.values) not in known:
            places = [index.setdefault(value, len(index)) for value in column.values]
            known[id(column.values)] = np.array([*places, -1], dtype=np.intp)  # the last: a cell that is not there
        parts.append(known[id(column.values)][column.codes])
    return Coded(np.concatenate(parts) if parts else np.empty(0, dtype=np.intp), tuple(index))


def text_column(codes: NDArray[np.integer[Any]], texts: Sequence[str | None]) -> pd.Categorical:
    """Make a text column of places in a list.

    Parameters
    ----------
    codes
        For each row its place in the list; -1 is null.
    texts
        The list. A text may stand in it twice, and null too.

    Returns
    -------
    pandas.Categorical
        Its categories are the texts that occur, in the order of the list.

    Examples
    --------
    >>> column = text_column(np.array([3, 0, 1, -1]), ["b", None, "a", "b"])
    >>> column.tolist(), column.categories.tolist()
    (['b', 'b', nan, nan], ['b'])
    """
    there = codes[codes >= 0] if codes.min(initial=0) < 0 else codes
    used = np.bincount(there, minlength=len(texts)) > 0
    kept = list(dict.fromkeys(text for text, here in zip(texts, used, strict=True) if here and text is not None))
    code_of: dict[str | None, int] = {text: code for code, text in enumerate(kept)}
    new = np.array([*(code_of.get(text, -1) for text in texts), -1], dtype=np.min_scalar_type(-len(kept) - 1))
    return pd.Categorical.from_codes(new[codes], categories=pd.Index(kept, dtype="str"), validate=False)


def repeat_text(texts: Sequence[str | None], times: int | Sequence[int], tiles: int = 1) -> pd.Categorical:
    """Make a text column that repeats each text, and then the whole.

    Parameters
    ----------
    texts
        The texts in their order, null among them.
    times
        How many rows after each other have a text: one number for all, or one for each.
    tiles
        How many times the whole comes.

    Examples
    --------
    >>> repeat_text(["men", "women"], 2, 2).tolist()
    ['men', 'men', 'women', 'women', 'men', 'men', 'women', 'women']
    >>> repeat_text(["a", None, "a"], [2, 1, 1]).tolist()
    ['a', 'a', nan, 'a']
    """
    short = text_column(np.arange(len(texts)), texts)
    codes = np.tile(np.repeat(short.codes, times), tiles)
    return pd.Categorical.from_codes(codes, dtype=short.dtype, validate=False)


def join_text(columns: Sequence[pd.Series]) -> pd.Categorical:
    """Put categoricals of text one after the other.

    Examples
    --------
    >>> join_text([pd.Series(["men"], dtype="category"), pd.Series(["women"], dtype="category")]).tolist()
    ['men', 'women']
    """
    return union_categoricals(
        [column.astype(pd.CategoricalDtype(pd.Index(column.cat.categories, dtype="str"))) for column in columns]
    )


def concat_observations(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put validated frames together; text columns stay categoricals.

    Examples
    --------
    >>> a = pd.DataFrame({"sex": pd.Categorical(["men"]), "value": [1.0]})
    >>> b = pd.DataFrame({"sex": pd.Categorical(["women"]), "value": [2.0]})
    >>> concat_observations([a, b])["sex"].tolist()
    ['men', 'women']
    """
    if len(frames) == 1:
        return frames[0]
    columns: dict[str, Any] = {}
    for name in frames[0].columns:
        parts = [frame[name] for frame in frames]
        joined = join_text(parts) if name in TEXT_COLUMNS else np.concatenate([part.to_numpy() for part in parts])
        columns[name] = joined
    return pd.DataFrame(columns, copy=False)
