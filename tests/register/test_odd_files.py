"""Odd files: whatever is wrong with them, nothing that stands in them is written or told."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.register.files import book, csv_file
from tests.register.people import AT, HEADINGS, mapping_file, number, row
from tests.register.test_privacy import MAIL, NAME, PLANTED, STREET, assert_clean
from uvas_stats.catalog import Catalog
from uvas_stats.errors import UvasStatsError
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.propose import write_proposal
from uvas_stats.register.reading.read import read_register, require_trust
from uvas_stats.register.safe_errors import redact

PERSON = row(number(3), schooling=NAME)
PEOPLE = [row(number(at)) for at in range(3, 12)]
NAMELESS = [NAME, "", STREET, "", "utflyttad", "", "avslutad", "", "", "insats"]  # words that headings have too
ODD = {
    "a title that is a name": [[NAME], list(HEADINGS.values()), *PEOPLE],
    "a title that is a number": [[number(3)], list(HEADINGS.values()), *PEOPLE],
    "a title of two cells": [["Handläggare", NAME], list(HEADINGS.values()), *PEOPLE],
    "a title that begins as a heading": [[f"Kontakt {NAME}", f"Start {STREET}"], *PEOPLE],
    "a title and no headings": [[NAME], PERSON, *PEOPLE],
    "no headings": [PERSON, *PEOPLE],
    "a first person without number and dates": [NAMELESS, *PEOPLE],
    "a heading that is refused": [[*HEADINGS.values(), f"{NAME} LSS"], *PEOPLE],
    "a heading with an address": [[*HEADINGS.values(), MAIL], *PEOPLE],
    "the same heading twice": [[*HEADINGS.values(), NAME, NAME], *PEOPLE],
    "a person's own code in many rows": [list(HEADINGS.values()), *[PERSON] * 9],
    "formulas": [list(HEADINGS.values()), *[[f'="{cell}"' for cell in PERSON]] * 9],
    "names in every cell": [list(HEADINGS.values()), *[[NAME] * len(HEADINGS)] * 9],
    "nothing": [],
    "one name": [[NAME]],
}


def what_is_told(path: Path, catalog: Catalog) -> str:
    """Propose a mapping for a file and read it; return all that is written, noted and raised."""

    def propose() -> list[str]:
        target = path.with_suffix(".toml")
        _, notes = redact(write_proposal)(path, target)
        return [*notes, target.read_text(encoding="utf-8")]

    def read() -> list[str]:
        mapping = read_mapping(mapping_file(path.parent))
        register = redact(read_register)(path, mapping, Key(), catalog, AT)
        lines = [*register.faults.lines(), register.faults.table().to_csv()]
        try:
            require_trust(register)
        except UvasStatsError as error:
            lines += traceback.format_exception(error)
        return lines

    def told(work: Callable[[], list[str]]) -> list[str]:
        try:
            return work()
        except UvasStatsError as error:
            return traceback.format_exception_only(error)

    return "\n".join([*told(propose), *told(read)])


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("odd", list(ODD))
def test_nothing_of_an_odd_file_is_told(tmp_path: Path, catalog: Catalog, odd: str, form: str) -> None:
    path = tmp_path / f"a.{form}"
    if form == "csv":
        csv_file(path, ODD[odd])
    else:
        book(path, {"Blad": [list(one) for one in ODD[odd]]})
    told = what_is_told(path, catalog)
    assert told
    assert "oväntat fel" not in told
    assert_clean(told)
    assert not any(word in told for planted in PLANTED for word in planted.split() if len(word) > 3)
