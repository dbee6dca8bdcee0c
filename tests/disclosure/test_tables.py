"""Tables of counts are whole and add up, or they are refused."""

from __future__ import annotations

import re

import pytest

from uvas_stats.disclosure import (
    CountTable,
    Dimension,
    Link,
    Publication,
    Relation,
    Rule,
    make_key,
    nested,
    overlap,
    protect,
    table_from_parts,
)
from uvas_stats.disclosure.links import overlap_tables
from uvas_stats.errors import DisclosureError

SEX = Dimension("sex", ("women", "men"), sensitive=False)


@pytest.mark.parametrize("threshold", [2, 1, 0, -5])
def test_a_threshold_below_three_is_refused(threshold: int) -> None:
    with pytest.raises(DisclosureError, match="minst 3"):
        Rule(threshold=threshold)


def test_other_impossible_rules_are_refused() -> None:
    with pytest.raises(DisclosureError, match="Skyddsintervallet är 0"):
        Rule(protection=0)
    with pytest.raises(DisclosureError, match="Nollor"):
        Rule(zeros="maybe")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({("women",): 3, ("men",): 4, ("total",): 8}, "ger inte summan"),
        ({("women",): 3, ("men",): 4}, "inte just de celler"),
        ({("women",): 3, ("men",): 4, ("total",): 7, ("x",): 0}, "inte just de celler"),
        ({("women",): -3, ("men",): 10, ("total",): 7}, "heltal"),
        ({("women",): 2.5, ("men",): 4.5, ("total",): 7}, "heltal"),
        ({("women",): True, ("men",): 4, ("total",): 5}, "heltal"),
    ],
)
def test_a_table_that_does_not_hold_is_refused(counts: dict[tuple[str, ...], int], message: str) -> None:
    with pytest.raises(DisclosureError, match=message) as caught:
        CountTable("kön", (), (SEX,), counts)
    assert "kön" in str(caught.value)


def test_codes_and_conditions_must_be_unambiguous() -> None:
    with pytest.raises(DisclosureError, match="koder"):
        Dimension("sex", ("women", "women"))
    with pytest.raises(DisclosureError, match="koder"):
        Dimension("sex", ("women", "total"))
    with pytest.raises(DisclosureError, match="koder"):
        Dimension("born", ("2006",), groups={"older": ("2005",)})
    with pytest.raises(DisclosureError, match="två gånger"):
        table_from_parts("t", [("sex", "men")], [SEX], {})


def test_a_cell_that_cannot_be_has_nobody_in_it() -> None:
    with pytest.raises(DisclosureError, match="omöjlig"):
        CountTable(
            "t", (), (SEX,), {("women",): 3, ("men",): 4, ("total",): 7}, impossible=frozenset({("women",)})
        )


def test_a_table_of_too_many_cells_is_refused() -> None:
    wide = tuple(Dimension(name, tuple(f"{name}{at}" for at in range(60))) for name in "abc")
    with pytest.raises(DisclosureError, match="226981 celler"):
        CountTable("t", (), wide, {})


def test_parts_that_overlap_are_not_summed() -> None:
    with pytest.raises(DisclosureError, match="överlappa"):
        table_from_parts("t", [], [Dimension("measure", ("a", "b"), partition=False)], {})
    with pytest.raises(DisclosureError, match="Okända koder"):
        table_from_parts("t", [], [SEX], {("other",): 3})


def without_addresses(thing: object) -> str:
    """Write an object without the places in memory, whose digits may be anything."""
    return re.sub(r"0x[0-9a-fA-F]+", "", repr(thing))


def test_a_count_never_shows_in_the_text_of_a_table_or_of_what_is_made_from_it() -> None:
    table = table_from_parts("kön", [], [SEX], {("women",): 3, ("men",): 8731})
    publication = Publication(
        "p", "1", (table,), (overlap((make_key({}), 8734), (make_key({"at": "x"}), 8731), 4),)
    )
    assert "873" not in without_addresses(publication)
    assert repr(table) == "CountTable(kön, 3 cells)"
    publication = Publication("p", "1", (table,))
    assert "873" not in without_addresses(protect(publication))


def test_the_same_count_with_two_values_is_refused() -> None:
    tables = [table_from_parts(name, [], [SEX], {("men",): count}) for name, count in (("a", 7), ("b", 8))]
    with pytest.raises(DisclosureError, match="två olika värden"):
        protect(Publication("p", "1", tuple(tables)))


def test_links_that_cannot_be_are_refused() -> None:
    a, b = make_key({"at": "1"}), make_key({"at": "2"})
    with pytest.raises(DisclosureError, match="båda grupperna"):
        overlap((a, 5), (b, 7), 6)
    with pytest.raises(DisclosureError, match="större än sin helhet"):
        nested((a, 8), (b, 7))
    first = table_from_parts("a", [("at", "1")], [SEX], {})
    other = table_from_parts("b", [("at", "2")], [Dimension("born", ("2006",))], {})
    with pytest.raises(DisclosureError, match="olika dimensioner"):
        overlap_tables(first, other, first)


def test_a_link_to_a_count_that_is_in_no_table_is_refused() -> None:
    link = Link((Relation(((make_key({"at": "1"}), 1), (make_key({"at": "2"}), -1))),))
    table = table_from_parts("a", [("at", "1")], [SEX], {("men",): 5})
    with pytest.raises(DisclosureError, match="inte finns"):
        protect(Publication("p", "1", (table,), (link,)))


def test_subtotals_and_totals_are_counted() -> None:
    born = Dimension("born", ("6", "7", "8"), groups={"6-7": ("6", "7")}, total=None)
    table = table_from_parts(
        "t", [("at", "x")], [born, SEX], {("6", "men"): 5, ("7", "men"): 7, ("8", "women"): 9}
    )
    assert table.counts[("6-7", "total")] == 12
    assert table.key(("6-7", "total")) == make_key({"at": "x", "born": "6-7"})
    assert len(table.counts) == 12
