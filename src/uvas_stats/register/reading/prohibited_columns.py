"""Columns that the law does not allow in a register, by the words of their headings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from uvas_stats.catalog.names import fold
from uvas_stats.errors import RegisterError

__all__ = ["refuse_columns", "refused_heading"]

_REFUSED = (
    "hälsa", "sjuk", "diagnos", "medicin", "läkemedel", "läkarintyg", "funktionsned", "funktionshind",
    "funktionsvar", "handikapp", "psyk", "adhd", "autism", "allergi", "depression", "ångest", "självskad",
    "missbruk", "behandling", "vårdkontakt", "vårdinsats", "gravid", "religion", "etnisk", "etnicitet", "härkomst",
    "medborgarskap", "nationalitet", "uppehållstillstånd", "födelseland", "civilstånd", "sexuell", "politisk",
    "facklig", "brott", "kriminal", "socialtjänst", "socialsekreterare", "orosanmälan", "skyddad", "anteckning",
    "kommentar", "notering", "fritext",
)  # fmt: skip
_REFUSED_WORDS = ("lss", "npf", "bup", "lvu", "lvm", "sol", "solinsats", "placerad")
"""So short, or so like other words, that they are refused as whole words only: Solna is no SoL."""
_REFUSED_IN_KAA = ("bistånd", "försörjningsstöd", "inkomst", "aktivitetsersättning")
_REFUSED_WORDS_IN_KAA = ("lön", "månadslön", "timlön")
_ALLOWED = re.compile(r"avbrott|avbrutit|bildning|placerad\W+(\w+\W+)?praktik")
"""Avbrott is no brott, and who is placed in a praktik is not placed in care."""


def refused_heading(heading: str, kind: str) -> str:
    """Return the word for which the law does not allow a column of this name in the register; empty if it does.

    The register of the KAA may hold who a person is and where to be reached, occupation, and individual measures
    (förordning 2006:39, 4 §). Health is refused in lists of participants too.

    Examples
    --------
    >>> refused_heading("Diagnoser (F-kod)", "kaa"), refused_heading("Avbrott nationellt program", "kaa")
    ('diagnos', '')
    """
    plain = _ALLOWED.sub(" ", fold(heading))
    whole = re.findall(r"[a-z]+", plain)
    in_kaa = kind == "kaa"
    parts = (word for word in _REFUSED + _REFUSED_IN_KAA * in_kaa if fold(word) in plain)
    words = (word for word in _REFUSED_WORDS + _REFUSED_WORDS_IN_KAA * in_kaa if fold(word) in whole)
    return next(chain(parts, words), "")


def refuse_columns(headings: Iterable[str], kind: str, path: Path) -> None:
    """Refuse a file with columns that the law does not allow, by their number and our word for what they hold.

    Raises
    ------
    RegisterError
        The headings themselves are not quoted: in a file without headings they are a person's.
    """
    words = {at: refused_heading(heading, kind) for at, heading in enumerate(headings, start=1)}
    refused = [f"{at} (”{word}”)" for at, word in words.items() if word]
    if refused:
        law = "29 kap. 9 § skollagen och förordning (2006:39)" if kind == "kaa" else "ändamålet med uppföljningen"
        raise RegisterError(
            f"Kolumn {', '.join(refused[:5])} får inte finnas med enligt {law}",
            where=path.name,
            todo="Exportera listan utan den" if len(refused) == 1 else "Exportera listan utan dem",
        )
