"""Which kommun a cell of a list names: by code, by name, or by both."""

from __future__ import annotations

import re

from uvas_stats.catalog import Catalog
from uvas_stats.errors import UnknownNameError

__all__ = ["kommun_code"]

_CODE = re.compile(r"(?<!\d)\d{3,4}(?!\d)")
_AROUND = " \t\u00a0,;:/()[]-–"


def kommun_code(text: str, catalog: Catalog) -> str:
    """Return the code of a kommun; empty where it is none, or the code and the name are two.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> catalog = load_catalog()
    >>> [kommun_code(text, catalog) for text in ("114", "2182 Söderhamn", "Ale kommun (1440)", "2182 Ale")]
    ['0114', '2182', '1440', '']
    """
    written = _CODE.search(text)
    if written is None:
        return _code_of(text, catalog)
    code = _code_of(written.group().zfill(4), catalog)
    name = (text[: written.start()] + " " + text[written.end() :]).strip(_AROUND)
    return code if not name or _code_of(name, catalog) == code else ""


def _code_of(text: str, catalog: Catalog) -> str:
    try:
        return catalog.region(text).code
    except UnknownNameError:
        return ""
