"""The kinds of charts and tables: the registry, the facade and the docs say the same."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from uvas_stats import nulage
from uvas_stats.catalog.kinds import KINDS, Kind
from uvas_stats.situation.facade import Nulage

DOCS = Path(__file__).parents[2] / "docs" / "programmes.md"


@pytest.fixture(scope="module")
def one() -> Nulage:
    return nulage("storuman")


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_each_kind_is_a_method_with_its_words_and_takes_the_keys_it_declares(kind: Kind, one: Nulage) -> None:
    method = getattr(one, kind.name)
    taken = inspect.signature(method).parameters
    assert set(kind.keys) <= set(taken)
    assert kind.keys or "measure" not in taken
    assert all(each.default is not inspect.Parameter.empty for each in taken.values())
    assert inspect.getdoc(method)
    assert kind.name in dir(one)


def row(kind: Kind, one: Nulage) -> str:
    """Write a kind as the docs have it."""
    method = getattr(one, kind.name)
    call = method if inspect.isroutine(method) else method.__call__
    what = str(inspect.getdoc(call)).partition("\n\n")[0].replace("\n", " ")
    needs = [f"**`{key}`**" if key == "measure" and kind.needs_measure else f"`{key}`" for key in kind.keys]
    return f"| `{kind.name}` | {', '.join(needs)} | {what} |"


def test_the_docs_list_every_kind_with_its_keys(one: Nulage) -> None:
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    start = lines.index("| kind | takes | what |") + 2
    assert lines[start : start + len(KINDS) + 1] == [*(row(kind, one) for kind in KINDS.values()), ""]


def test_what_is_no_kind_is_no_attribute(one: Nulage) -> None:
    with pytest.raises(AttributeError, match="'Nulage' object has no attribute 'trendd'"):
        _ = one.trendd
