"""The auditor catches what a naive suppression gives away, and says it without giving it away."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvas_stats.disclosure import (
    Dimension,
    Key,
    Ledger,
    Link,
    Publication,
    Relation,
    audit,
    derivable,
    make_key,
    nested,
    overlap,
    protect,
    table_from_parts,
)
from uvas_stats.disclosure.auditor import require_clean
from uvas_stats.errors import DisclosureError

SEX = Dimension("sex", ("women", "men"), sensitive=False)
REASON = Dimension("reason", ("work", "study", "moved"))


def naive(publication: Publication, threshold: int = 5) -> list[Key]:
    """Show every count that is not small itself, as who knows no better does."""
    return [
        key for table in publication.tables for key, count in table.cells() if count == 0 or count >= threshold
    ]


def test_a_naive_suppression_is_caught_and_not_written() -> None:
    parts = {
        ("women", "work"): 2,
        ("women", "study"): 20,
        ("men", "work"): 15,
        ("men", "study"): 9,
        ("men", "moved"): 6,
    }
    publication = Publication("p", "1", (table_from_parts("t", [], [SEX, REASON], parts),))
    findings = audit(publication, naive(publication))
    women_work = make_key({"sex": "women", "reason": "work"})
    assert {(one.key, one.lower, one.upper) for one in findings} == {(women_work, 2, 2)}
    with pytest.raises(DisclosureError, match="får inte lämnas ut") as caught:
        require_clean(findings)
    assert "2" not in str(caught.value).split("(")[0]
    assert "lower" not in repr(findings[0])
    assert not audit(publication, protect(publication).published.shown)


@pytest.mark.slow
@given(st.integers(0, 10_000))
def test_naive_suppression_of_a_table_where_one_count_is_alone_in_its_line_is_always_caught(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(5, 40, (3, 4))
    counts[random.integers(3), random.integers(4)] = random.integers(1, 5)
    dims = [Dimension(name, tuple(f"{name}{at}" for at in range(size))) for name, size in (("a", 3), ("b", 4))]
    parts = {(f"a{i}", f"b{j}"): int(counts[i, j]) for i in range(3) for j in range(4)}
    publication = Publication("p", "1", (table_from_parts("t", [], dims, parts),))
    assert audit(publication, naive(publication))
    assert not audit(publication, protect(publication).published.shown)


def test_showing_a_small_count_is_caught() -> None:
    table = table_from_parts("t", [], [SEX], {("women",): 4, ("men",): 20})
    findings = audit(Publication("p", "1", (table,)), [make_key({"sex": "women"})])
    assert "visas" in findings[0].message


def test_showing_what_is_in_no_table_is_caught() -> None:
    table = table_from_parts("t", [], [SEX], {("women",): 14, ("men",): 20})
    assert audit(Publication("p", "1", (table,)), [make_key({"sex": "other"})])


def test_two_small_counts_that_only_fill_their_total_are_caught() -> None:
    """Their sum is below the threshold: that both are small is given away."""
    table = table_from_parts("t", [], [REASON], {("work",): 1, ("study",): 2, ("moved",): 30})
    publication = Publication("p", "1", (table,))
    findings = audit(publication, naive(publication))
    assert {one.upper for one in findings} == {3}


def test_two_fours_are_given_away_to_who_knows_the_threshold() -> None:
    table = table_from_parts("t", [], [REASON], {("work",): 4, ("study",): 4, ("moved",): 30})
    publication = Publication("p", "1", (table,))
    findings = audit(publication, naive(publication))
    assert {(one.lower, one.upper) for one in findings} == {(4, 4)}
    assert all("invigd" in one.message for one in findings)
    assert protect(publication).value(make_key({"reason": "moved"})) is None


def test_few_who_came_between_two_dates_are_caught_where_the_flow_out_is_shown() -> None:
    """Of 20 in June 12 had left in July, when there were 10: 2 were new."""
    june, july, out = (make_key({"at": "06"}), make_key({"at": "07"}), make_key({"flow": "out"}))
    stocks = tuple(
        table_from_parts(at, [("at", at)], [SEX], {("women",): women, ("men",): men})
        for at, women, men in (("06", 11, 9), ("07", 5, 5))
    )
    link = overlap((june, 20), (july, 10), 8)
    publication = Publication("p", "1", stocks, (link,))
    assert not audit(publication, naive(publication))  # nobody knows how many left
    left = table_from_parts("left", [("flow", "out")], [SEX], {("women",): 6, ("men",): 6})
    same = Link((Relation(((out, 1), (make_key({"in": "at=06", "not in": "at=07"}), -1))),))
    with_flow = Publication("p", "1", (*stocks, left), (link, same))
    findings = audit(with_flow, naive(with_flow))
    assert [(one.lower, one.upper) for one in findings] == [(2, 2)]
    assert not audit(with_flow, protect(with_flow).published.shown)


def test_a_longer_period_that_holds_few_more_is_caught() -> None:
    tables = [
        table_from_parts(period, [("period", period)], [SEX], {("women",): 20, ("men",): men})
        for period, men in (("2026H1", 15), ("2026", 17))
    ]
    links = tuple(
        nested(*((make_key(p for p in t.key(c)), t.counts[c]) for t in tables)) for c in tables[0].all_codes()
    )
    publication = Publication("p", "1", tuple(tables), links)
    assert {one.upper for one in audit(publication, naive(publication))} == {2}
    protected = protect(publication)
    assert not audit(publication, protected.published.shown)
    assert protected.value(make_key({"period": "2026", "sex": "women"})) == 20


def test_what_was_published_before_is_used_against_what_is_published_now() -> None:
    first = Publication("p", "1", (table_from_parts("sex", [], [SEX], {("women",): 20, ("men",): 15}),))
    ledger = Ledger("p", (protect(first).published,))
    parts = {("women", "work"): 2, ("women", "study"): 18, ("men", "work"): 8, ("men", "moved"): 7}
    second = Publication("p", "2", (table_from_parts("sex x reason", [], [SEX, REASON], parts),))
    totals = [make_key({"sex": sex}) for sex in SEX.codes]
    hidden = {make_key({"sex": "women", "reason": "work"}), make_key({"reason": "work"}), *totals, make_key({})}
    shown = [key for key in naive(second) if key not in hidden]
    assert not [one for one in audit(second, shown) if one.key == make_key({"sex": "women", "reason": "work"})]
    found = [
        one
        for one in audit(second, shown, None, ledger)
        if one.key == make_key({"sex": "women", "reason": "work"})
    ]
    assert [(one.lower, one.upper) for one in found] == [(2, 2)]
    protected = protect(second, None, ledger)
    assert protected.value(make_key({"sex": "women"})) == 20  # cannot be taken back
    assert not audit(second, protected.published.shown, None, ledger)


def test_what_cannot_be_protected_any_more_is_refused() -> None:
    """The parts were published under a lower threshold, with another table: nothing is left to hide behind."""
    parts = {("work",): 12, ("study",): 20, ("moved",): 8}
    first = Publication("p", "1", (table_from_parts("reason", [], [REASON], parts),))
    ledger = Ledger("p", (protect(first).published,))
    many = Dimension("reason", REASON.codes, groups={"work or study": ("work", "study")})
    second = Publication("p", "2", (table_from_parts("g", [], [many], parts),))
    assert protect(second, None, ledger).value(make_key({"reason": "work or study"})) == 32
    wide, narrow = make_key({}), make_key({"reason": "study"})
    year = table_from_parts("y", [("period", "year")], [REASON], {**parts, ("work",): 14})
    late = Publication(
        "p",
        "3",
        (year,),
        (nested((narrow, 20), (year.key(("study",)), 20)), nested((wide, 40), (year.key(("total",)), 42))),
    )
    whole = Publication("p", "3", (*first.tables, *late.tables), late.links)
    protected = protect(whole, None, ledger)
    assert protected.value(year.key(("total",))) is None  # 42 would tell of the 2 who are new
    known = Ledger("p", (*ledger.publications, protect(Publication("p", "4", (year,))).published))
    with pytest.raises(DisclosureError, match="kan inte skyddas"):
        protect(whole, None, known)


@given(st.integers(0, 3000))
def test_bounds_are_those_of_all_tables_that_fit(seed: int) -> None:
    """Every table of whole numbers that fits what is shown is tried, one by one."""
    random = np.random.default_rng(seed)
    cells = random.integers(0, 4, (2, 2))
    dims = [Dimension(name, (f"{name}0", f"{name}1"), sensitive=False) for name in "ab"]
    parts = {(f"a{i}", f"b{j}"): int(cells[i, j]) for i in range(2) for j in range(2)}
    table = table_from_parts("t", [], dims, parts)
    counts = dict(table.cells())
    shown = {key for key in counts if random.random() < 0.5} | {make_key({})}
    most, fits = int(cells.sum()), []
    for values in itertools.product(range(most + 1), repeat=3):
        if sum(values) <= most:
            guess = dict(zip(parts, (*values, most - sum(values)), strict=True))
            world = dict(table_from_parts("t", [], dims, guess).cells())
            if all(world[key] == counts[key] for key in shown):
                fits.append(world)
    bounds = derivable(Publication("p", "1", (table,)), shown)
    assert bounds == {
        key: (min(w[key] for w in fits), max(w[key] for w in fits)) for key in counts if key not in shown
    }
