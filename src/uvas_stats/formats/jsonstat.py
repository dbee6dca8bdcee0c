"""Read JSON-stat, versions 2 and 1, from bytes to a cube.

The format allows more than any one server uses: values as a list or a sparse object, status as an object, a list
or one text, positions as an object in any order or a list. All of it is read. Columns are known by code, never by
label; two dimensions may have the same label.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from uvas_stats.formats.cube import Axis, Cube, Floats, Ints, check_cube, damaged, text_or
from uvas_stats.formats.json_numbers import take_values

__all__ = ["read_jsonstat"]

BOM = b"\xef\xbb\xbf"
_NOISE = re.compile(r"cell key|\bCKM\b|slumpmässig osäkerhet|controlled random", re.IGNORECASE)
_NUMBERS = frozenset((int, float, type(None)))


def read_jsonstat(body: bytes, where: object = "JSON-stat") -> Cube:
    """Read a dataset.

    Parameters
    ----------
    body
        The bytes as they were answered, with or without a byte order mark.
    where
        The file, for the messages.

    Returns
    -------
    Cube
        Values in row-major order over the axes, the last fastest.

    Raises
    ------
    RawFileError
        If the bytes are not a JSON-stat dataset, or its parts do not fit together.

    Examples
    --------
    >>> cube = read_jsonstat(b'{"class":"dataset","id":["Tid"],"size":[2],"value":{"1":7},"status":{"0":".."},'
    ...     b'"dimension":{"Tid":{"category":{"index":{"2024":1,"2023":0}}}}}')
    >>> cube.axes[0].codes, cube.values.tolist(), cube.missing()
    (('2023', '2024'), [nan, 7.0], {'..': 1})
    """
    text, numbers = body.removeprefix(BOM), None
    taken = take_values(text)
    if taken is not None:
        text, numbers = taken
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise damaged(f"Filen är inte giltig JSON ({error})", where) from error
    dataset = _dataset(content, where)
    dimensions = dataset["dimension"]
    # Version 1 keeps id, size and role inside dimension.
    inner = dimensions if "id" not in dataset else dataset
    ids, size, role = inner.get("id"), inner.get("size"), inner.get("role") or {}
    if not isinstance(ids, list) or not isinstance(size, list) or len(ids) != len(size):
        raise damaged("Dimensionerna (id och size) saknas eller går inte ihop", where)
    axes = tuple(_axis(code, dimensions.get(code), count, where) for code, count in zip(ids, size, strict=True))
    cells = int(np.prod([len(axis.codes) for axis in axes], dtype=np.int64))
    value = dataset.get("value")
    values = numbers if numbers is not None and value == [] else _values(value, cells, where)
    check_cube(axes, values, where)
    places, symbols = _status(dataset.get("status"), cells, where)
    notes = _notes(dataset.get("note"))
    return Cube(
        title=text_or(dataset.get("label")),
        source=text_or(dataset.get("source")),
        updated=text_or(dataset.get("updated")),
        axes=axes,
        values=values,
        places=places,
        symbols=symbols,
        notes=notes,
        noise=any(_NOISE.search(note) for note in notes),
        time=next(iter(role.get("time") or ()), ""),
        metric=next(iter(role.get("metric") or ()), ""),
    )


def _dataset(content: Any, where: object) -> Mapping[str, Any]:
    """Find the dataset: the whole file in version 2, one key of it in version 1."""
    if not isinstance(content, dict):
        raise damaged("Filen är ingen JSON-stat-datamängd", where)
    if content.get("class") == "collection":
        raise damaged("Filen är en samling av datamängder, inte en datamängd", where)
    if "dimension" not in content:
        inside = [item for item in content.values() if isinstance(item, dict) and "dimension" in item]
        if len(inside) != 1:
            raise damaged(f"Filen ska ha en datamängd men har {len(inside)}", where)
        content = inside[0]
    if not isinstance(content["dimension"], dict):
        raise damaged("Datamängdens dimensioner saknas", where)
    dataset: Mapping[str, Any] = content
    return dataset


def _axis(code: str, dimension: Any, count: Any, where: object) -> Axis:
    if not isinstance(dimension, dict) or not isinstance(dimension.get("category"), dict):
        raise damaged(f"Dimensionen {code} saknas", where)
    category = dimension["category"]
    codes = _codes(code, category, where)
    if len(codes) != count:
        raise damaged(f"Dimensionen {code} har {len(codes)} koder men ska ha {count}", where)
    labels = category.get("label") or {}
    units = {
        key: text_or(unit.get("base") or unit.get("label"))
        for key, unit in (category.get("unit") or {}).items()
        if isinstance(unit, dict)
    }
    return Axis(
        code=code,
        label=text_or(dimension.get("label"), code),
        codes=codes,
        labels=tuple(text_or(labels.get(item), item) for item in codes),
        units=units,
        notes=(*_notes(dimension.get("note")), *_notes(category.get("note"))),
    )


def _codes(code: str, category: Mapping[str, Any], where: object) -> tuple[str, ...]:
    """Give the codes by position, whatever the order of the keys; ``child`` does not change the order."""
    index = category.get("index")
    if isinstance(index, list):
        return tuple(str(item) for item in index)
    if isinstance(index, dict):
        ordered = sorted(index, key=lambda item: (not isinstance(index[item], int), index[item]))
        if [index[item] for item in ordered] != list(range(len(ordered))):
            raise damaged(f"Positionerna i {code} är inte 0, 1, 2 …", where)
        return tuple(ordered)
    if isinstance(category.get("label"), dict) and len(category["label"]) == 1:  # the only case without an index
        return tuple(category["label"])
    raise damaged(f"Dimensionen {code} saknar index", where)


def _values(value: Any, cells: int, where: object) -> Floats:
    if isinstance(value, list):
        if not _NUMBERS.issuperset(map(type, value)):
            wrong = next(item for item in value if type(item) not in _NUMBERS)
            raise damaged(f"Ett värde är inte ett tal: {wrong!r}", where)
        return np.array(value, dtype=np.float64)
    if isinstance(value, dict):
        places = _places(value, cells, where)
        values = np.full(cells, np.nan)
        values[places] = _values(list(value.values()), len(value), where)
        return values
    raise damaged("Datamängden saknar värden", where)


def _places(keys: Mapping[str, Any], cells: int, where: object) -> Ints:
    """Read the keys of a sparse object as positions."""
    if not all(key.isascii() and key.isdecimal() for key in keys):
        raise damaged("En position är inte ett tal", where)
    places = np.fromiter(map(int, keys), dtype=np.int64, count=len(keys))
    if len(places) and places.max() >= cells:
        raise damaged(f"Position {places.max()} finns inte: det är {cells} celler", where)
    return places


def _status(status: Any, cells: int, where: object) -> tuple[Ints, tuple[str, ...]]:
    if status is None:
        return np.empty(0, dtype=np.int64), ()
    if isinstance(status, str):  # one mark for all
        return np.arange(cells, dtype=np.int64), (status,) * cells
    if isinstance(status, list):
        if len(status) != cells:
            raise damaged(f"Statuslistan har {len(status)} värden men det är {cells} celler", where)
        marked = [(place, symbol) for place, symbol in enumerate(status) if symbol is not None and symbol != ""]
        places = np.array([place for place, _ in marked], dtype=np.int64)
        return places, tuple(str(symbol) for _, symbol in marked)
    if isinstance(status, dict):
        return _places(status, cells, where), tuple(status.values())
    raise damaged("Statusen har en okänd form", where)


def _notes(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict):
        return tuple(note for item in value.values() for note in _notes(item))
    if isinstance(value, Sequence):
        return tuple(str(note) for note in value)
    return ()
