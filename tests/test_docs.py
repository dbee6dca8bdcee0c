"""The examples of the documents run."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from uvas_stats.workspace import Workspace


def test_the_worked_examples_of_the_formulas_give_what_they_say() -> None:
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    path = Path(__file__).parents[1] / "docs" / "matt.md"
    found = doctest.testfile(str(path), module_relative=False, optionflags=options, encoding="utf-8")
    assert found.failed == 0
    assert found.attempted > 30


def test_the_wishes_of_the_library_are_fulfilled(
    first_edition: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UVAS_WORKSPACE", str(first_edition.root))
    path = Path(__file__).parents[1] / "docs" / "api.md"
    found = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
    assert (found.failed, found.attempted > 10) == (0, True)
