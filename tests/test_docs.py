"""The examples of the documents run."""

from __future__ import annotations

import doctest
from pathlib import Path


def test_the_worked_examples_of_the_formulas_give_what_they_say() -> None:
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    path = Path(__file__).parents[1] / "docs" / "matt.md"
    found = doctest.testfile(str(path), module_relative=False, optionflags=options, encoding="utf-8")
    assert found.failed == 0
    assert found.attempted > 30
