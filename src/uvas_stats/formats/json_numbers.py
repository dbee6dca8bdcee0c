"""Read a long JSON array of numbers without making an object of each.

Most of an answer is one array. Taken out and read as a column it costs a third of the time and a fifth of the
memory. Whatever is unusual is left to the ordinary way, which also explains what is wrong.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
from pyarrow import csv

from uvas_stats.formats.cube import Floats

__all__ = ["take_values"]

_KEY = re.compile(rb'"value"\s*:\s*\[')
_ALLOWED = b"0123456789+-.eE,nul \r\n\t"
_LINES = bytes.maketrans(b",\r\n\t", b"\n   ")  # a number stands on a line; blanks beside it are passed over
_SHORT = 2000


def take_values(body: bytes) -> tuple[bytes, Floats] | None:
    """Take the array under the key ``value`` out of a JSON text.

    Parameters
    ----------
    body
        The text, without a byte order mark.

    Returns
    -------
    tuple of bytes and array, or None
        The text with an empty array in its place, and the numbers, null as NaN. None if there is not exactly one
        such key with an array of numbers, or the array is short: read the text the ordinary way then.

    Examples
    --------
    >>> text = b'{"a":1,"value":[' + b"7," * 2000 + b"null]}"
    >>> rest, numbers = take_values(text)
    >>> rest, len(numbers), numbers[:2].tolist()
    (b'{"a":1,"value":[]}', 2001, [7.0, 7.0])
    """
    keys = list(_KEY.finditer(body))
    if len(keys) != 1:
        return None
    start = keys[0].end()
    stop = body.find(b"]", start)
    inside = body[start:stop]
    if stop < 0 or len(inside) < _SHORT or inside.translate(None, _ALLOWED) or inside.rstrip().endswith(b","):
        return None
    try:
        table = csv.read_csv(
            pa.BufferReader(inside.translate(_LINES)),
            read_options=csv.ReadOptions(column_names=["value"]),
            parse_options=csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(column_types={"value": pa.float64()}, null_values=["null"]),
        )
    except pa.ArrowInvalid:
        return None
    return body[:start] + body[stop:], np.asarray(table["value"].to_numpy(), dtype=np.float64)
