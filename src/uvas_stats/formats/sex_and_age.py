"""What tables call women, men and age groups, in the terms of the tidy table."""

from __future__ import annotations

import re

from uvas_stats.catalog.names import tidy
from uvas_stats.formats.reading import aliased

__all__ = ["age_group", "sex_of"]

_SEXES = {
    **dict.fromkeys(("kvinnor", "kvinna", "flickor", "k"), "women"),
    **dict.fromkeys(("män", "man", "pojkar", "m"), "men"),
    **dict.fromkeys(("kvinnor och män", "båda könen", "totalt", "samtliga", "alla"), "total"),
}
_DASH = "[-\u2010-\u2015]"
_BETWEEN = re.compile(rf"(\d{{1,2}})\s*{_DASH}\s*(\d{{1,2}})(?: år)?")
_FROM = re.compile(r"(\d{1,2})\s*(?:\+|-|år och äldre|år-|år och över)(?: år)?")
_BELOW = re.compile(r"(under|-)\s*(\d{1,2})(?: år)?")


def sex_of(text: object) -> str:
    """Return ``women``, ``men`` or ``total``; empty if the text is none of them.

    Examples
    --------
    >>> sex_of("Kvinnor"), sex_of("M"), sex_of("Kvinnor och män"), sex_of("Okänt")
    ('women', 'men', 'total', '')
    """
    return _SEXES.get(tidy(aliased("categories", str(text))), "")


def age_group(text: object) -> str:
    """Return an age group in the contract's form; empty if the text is none.

    Examples
    --------
    >>> [age_group(text) for text in ("18-24 år", "60 år och äldre", "-17 år", "Samtliga 16-64 år", "vuxna")]
    ['18-24', '60+', '0-17', '16-64', '']
    """
    plain = " ".join(aliased("categories", str(text)).casefold().split()).removeprefix("samtliga ")
    if match := _BETWEEN.fullmatch(plain):
        return f"{int(match[1])}-{int(match[2])}"
    if match := _FROM.fullmatch(plain):
        return f"{int(match[1])}+"
    if match := _BELOW.fullmatch(plain):
        return f"0-{int(match[2]) - (1 if match[1] == 'under' else 0)}"
    return ""
