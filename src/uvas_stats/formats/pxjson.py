"""Read the ``json`` form of PxWeb's version 1: rows of keys, with the numbers as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pandas as pd

from uvas_stats.formats.cube import Axis, Cube, Floats, MalformedError, check_cube, damaged, text_or
from uvas_stats.formats.jsonstat import BOM
from uvas_stats.formats.markers import is_symbol

__all__ = ["read_pxjson"]

_NUMBER = r"-?\d+(\.\d+)?([eE][+-]?\d+)?"


def read_pxjson(body: bytes, where: object = "json", metric: str = "ContentsCode") -> Cube:
    """Read an answer in the ``json`` form.

    Parameters
    ----------
    body
        The bytes as they were answered, with or without a byte order mark.
    where
        The file, for the messages.
    metric
        Code of the contents variable, which the form spreads over columns and does not name.

    Raises
    ------
    RawFileError
        If the form is another, a number cannot be read, or one key has two different values.

    Examples
    --------
    >>> cube = read_pxjson(b'{"columns":[{"code":"Tid","type":"t"},{"code":"N1","type":"c"}],'
    ...     b'"data":[{"key":["2023"],"values":["12.5"]},{"key":["2024"],"values":[".."]}]}')
    >>> cube.values.tolist(), cube.symbols
    ([12.5, nan], ('..',))
    """
    try:
        return _cube(orjson.loads(body.removeprefix(BOM)), metric)
    except orjson.JSONDecodeError as error:
        raise damaged(f"Filen är inte giltig JSON ({error})", where) from error
    except MalformedError as error:
        raise damaged(str(error), where) from error
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise damaged(f"Filen har inte formen json ({error!r})", where) from error


def _cube(content: Mapping[str, Any], metric: str) -> Cube:
    keys = [column for column in content["columns"] if column.get("type") != "c"]
    contents = [column for column in content["columns"] if column.get("type") == "c"]
    rows = _rows(content["data"], len(keys), len(contents))
    axes = tuple(_axis(column, rows[at]) for at, column in enumerate(keys))
    if contents:
        codes = tuple(str(column["code"]) for column in contents)
        units = {str(column["code"]): text_or(column.get("unit")) for column in contents}
        labels = tuple(text_or(column.get("text"), str(column["code"])) for column in contents)
        axes = (*axes, Axis(metric, "tabellinnehåll", codes, labels, units))
    texts = rows[[f"value{at}" for at in range(len(contents))]].to_numpy(dtype=object)
    cells = int(np.prod([len(axis.codes) for axis in axes], dtype=np.int64))
    place = np.zeros(len(rows), dtype=np.int64)
    for at, axis in enumerate(axes[: len(keys)]):
        place = place * len(axis.codes) + pd.Categorical(rows[at], categories=list(axis.codes)).codes
    full: np.ndarray[Any, Any] = np.full(cells, "", dtype=object)
    full.reshape(-1, len(contents))[place] = texts
    values, marked = _numbers(full)
    check_cube(axes, values)
    metadata = (content.get("metadata") or [{}])[0]
    return Cube(
        title=text_or(metadata.get("label")),
        source=text_or(metadata.get("source")),
        updated=text_or(metadata.get("updated")),
        axes=axes,
        values=values,
        places=np.flatnonzero(marked),
        symbols=tuple(full[marked].tolist()),
        notes=tuple(str(item.get("comment", "")) for item in content.get("comments") or ()),
        time=next((str(column["code"]) for column in keys if column.get("type") == "t"), ""),
        metric=metric if contents else "",
    )


def _rows(data: Sequence[Mapping[str, Any]], keys: int, contents: int) -> pd.DataFrame:
    """Make a frame of the rows; a row that stands twice with the same values is kept once."""
    key = pd.DataFrame([row["key"] for row in data], columns=range(keys), dtype="object")
    names = [f"value{at}" for at in range(contents)]
    value = pd.DataFrame([row["values"] for row in data], columns=names, dtype="object")
    rows = pd.concat([key, value], axis=1).drop_duplicates(ignore_index=True)
    double = rows.duplicated(list(range(keys)))
    if double.any():
        first = rows.loc[double, list(range(keys))].iloc[0].tolist()
        raise MalformedError(f"Nyckeln {first} finns två gånger med olika värden")
    return rows


def _axis(column: Mapping[str, Any], values: pd.Series) -> Axis:
    codes = [str(code) for code in values.unique()]
    if column.get("type") == "t":
        codes.sort()
    code = str(column["code"])
    return Axis(code, text_or(column.get("text"), code), tuple(codes), tuple(codes))


def _numbers(texts: np.ndarray[Any, Any]) -> tuple[Floats, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Turn texts to numbers; what is no number must be a known symbol."""
    series = pd.Series(texts, dtype="str")
    number = series.str.fullmatch(_NUMBER).to_numpy(dtype=bool)
    marked = ~number & (series != "").to_numpy(dtype=bool)
    wrong = [text for text in series[marked].unique() if not is_symbol(str(text))]
    if wrong:
        raise MalformedError(f"Värdet ”{wrong[0]}” är varken ett tal eller en känd symbol")
    values = np.full(len(texts), np.nan)
    values[number] = texts[number].astype(np.float64)
    return values, marked
