"""Columns that the law does not allow in a register, by the words of their headings."""

from __future__ import annotations

import re

from uvas_stats.catalog.names import fold

__all__ = ["refused_heading"]

_REFUSED = (
    "halsa", "sjuk", "diagnos", "medicin", "lakemedel", "funktionsned", "funktionshind", "funktionsvar", "psyk",
    "adhd", "autism", "missbruk", "behandling", "vardkontakt", "graviditet", "religion", "etnisk", "etnicitet",
    "harkomst", "medborgarskap", "fodelseland", "sexuell", "politisk", "facklig", "brott", "kriminal",
    "socialtjanst", "orosanmalan", "skyddad", "anteckning", "kommentar", "notering", "fritext",
)  # fmt: skip
_REFUSED_IN_KAA = ("bistand", "forsorjningsstod", "inkomst", "aktivitetsersattning")
_ALLOWED = re.compile(r"avbrott|avbrutit|bildning")  # avbrott is no brott


def refused_heading(heading: str, kind: str) -> bool:
    """Tell whether the law does not allow a column of this name in the register.

    The register of the KAA may hold who a person is and where to be reached, occupation, and individual measures
    (förordning 2006:39, 4 §). Health is refused in lists of participants too.

    Examples
    --------
    >>> refused_heading("Diagnos (F-kod)", "kaa"), refused_heading("Avbrott nationellt program", "kaa")
    (True, False)
    """
    words = _ALLOWED.sub(" ", fold(heading))
    refused = _REFUSED + (_REFUSED_IN_KAA if kind == "kaa" else ())
    return any(word in words for word in refused)
