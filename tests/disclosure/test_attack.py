"""Whatever is published of a random register, an outsider finds no suppressed count within its interval."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disclosure.outsider import Outsider, count_persons, small_counts
from uvas_stats.disclosure import (
    CountTable,
    Dimension,
    Ledger,
    Protected,
    Publication,
    Rule,
    make_key,
    nested,
    overlap_tables,
    protect,
)
from uvas_stats.errors import DisclosureError

SEX = Dimension("sex", ("women", "men"), sensitive=False)
BORN = Dimension("born", ("2006", "2007", "2008", "2009"), groups={"older": ("2006", "2007")}, sensitive=False)
REASON = Dimension("reason", ("work", "study", "moved", "other"))
MONTH = Dimension("month", ("jan", "feb", "mar"), total=None, sensitive=False)
WHERE = Dimension("where", ("here", "elsewhere"), sensitive=False)

Persons = list[dict[str, str]]


@st.composite
def registers(draw: st.DrawFn, most: int = 150) -> Persons:
    """Give a register of 0 to 150 persons, lopsided as registers are."""
    size, seed = draw(st.integers(0, most)), draw(st.integers(0, 10_000))
    random = np.random.default_rng(seed)
    weights = {one.name: random.dirichlet([0.7] * len(one.codes)) for one in (SEX, BORN, REASON, MONTH, WHERE)}
    columns = {
        one.name: random.choice(one.codes, size, p=weights[one.name]) for one in (SEX, BORN, REASON, MONTH, WHERE)
    }
    return [{name: str(column[at]) for name, column in columns.items()} for at in range(size)]


RULES = st.builds(
    Rule, threshold=st.integers(3, 7), protection=st.sampled_from([None, 1, 3, 8]), seconds=st.just(20.0)
)


def assert_safe(publication: Publication, protected: Protected, outsider: Outsider) -> None:
    rule = protected.rule
    for key in small_counts(publication, rule.threshold):
        assert protected.value(key) is None
        low, high = outsider.bounds(key)
        assert high - low >= rule.protection_level, (key, low, high)


def tables(persons: Persons, context: Mapping[str, str]) -> list[CountTable]:
    return [
        count_persons("sex x born", context, (SEX, BORN), persons),
        count_persons("sex x reason", context, (SEX, REASON), persons),
        count_persons("month", context, (MONTH,), persons),
        count_persons("reason x where", context, (REASON, WHERE), persons),
    ]


@pytest.mark.slow
@given(registers(), RULES)
@settings(max_examples=15)
def test_no_count_of_a_group_of_tables_is_derived(persons: Persons, rule: Rule) -> None:
    publication = Publication("p", "1", tuple(tables(persons, {"at": "2026-06-15"})))
    protected = protect(publication, rule)
    outsider = Outsider()
    outsider.learn(protected)
    assert_safe(publication, protected, outsider)


@pytest.mark.slow
@given(registers(), RULES)
@settings(max_examples=12)
def test_no_count_is_derived_when_zeros_are_hidden_too(persons: Persons, rule: Rule) -> None:
    hiding = Rule(rule.threshold, rule.protection, zeros="hide")
    publication = Publication("p", "1", tuple(tables(persons, {})[:2]))
    protected = protect(publication, hiding)
    outsider = Outsider()
    outsider.learn(protected)
    assert_safe(publication, protected, outsider)
    shown = protected.published.shown.values()
    assert all(count >= rule.threshold for count in shown)


@pytest.mark.slow
@given(registers(), RULES)
@settings(max_examples=12)
def test_nobody_learns_that_a_whole_group_has_one_reason(persons: Persons, rule: Rule) -> None:
    publication = Publication("p", "1", tuple(tables(persons, {})))
    protected = protect(publication, rule)
    outsider = Outsider()
    outsider.learn(protected)
    counts = {key: count for table in publication.tables for key, count in table.cells()}
    for group in (make_key({}), *(make_key({"sex": sex}) for sex in SEX.codes)):
        others = {code: make_key(group, {"reason": code}) for code in REASON.codes}
        for code, key in others.items():
            if counts[key] == counts[group] > 0:
                rest = make_key(group, {"not": code})
                outsider.adds_up(rest, [other for name, other in others.items() if name != code])
                low, high = outsider.bounds(rest)
                assert high - low >= rule.protection_level


@pytest.mark.slow
@given(registers(), RULES)
@settings(max_examples=12)
def test_even_who_knows_which_cells_are_small_derives_none_to_the_last_one(persons: Persons, rule: Rule) -> None:
    publication = Publication("p", "1", tuple(tables(persons, {})[:2]))
    protected = protect(publication, rule)
    small = small_counts(publication, rule.threshold)
    limits = dict.fromkeys(small, (1, rule.threshold - 1))
    outsider, blind = Outsider(), Outsider()
    outsider.learn(protected)
    for layout in protected.layouts:  # all suppressed: what nobody can help
        blind.learn_table(dict(layout.context), layout.dimensions)
    for key in small:
        low, high = outsider.bounds(key, limits)
        if low == high:
            assert blind.bounds(key, limits) == (low, high)


@pytest.mark.slow
@given(registers(60), registers(20), st.integers(0, 100), RULES)
@settings(max_examples=12)
def test_no_few_who_came_or_left_between_two_dates_are_derived(
    before: Persons, came: Persons, leave: int, rule: Rule
) -> None:
    stayed = before[len(before) * leave // 100 // 8 :]
    first, second, both = (
        count_persons(name, {"at": name}, (SEX, BORN), who)
        for name, who in (("june", before), ("july", stayed + came), ("both", stayed))
    )
    publication = Publication("p", "1", (first, second), (overlap_tables(first, second, both),))
    protected = protect(publication, rule)
    outsider = Outsider()
    outsider.learn(protected)
    flows = {}
    for name, who in (("stay", stayed), ("left", before[: len(before) - len(stayed)]), ("came", came)):
        table = count_persons(name, {"flow": name}, (SEX, BORN), who)
        outsider.learn_table({"flow": name}, (SEX, BORN))
        flows.update(table.cells())
    for codes in first.all_codes():
        stay, left, new = (
            make_key({"flow": name}, [p for p in first.key(codes) if p[0] != "at"])
            for name in ("stay", "left", "came")
        )
        outsider.adds_up(first.key(codes), [stay, left])
        outsider.adds_up(second.key(codes), [stay, new])
    assert_safe(publication, protected, outsider)
    for key, count in flows.items():
        if 0 < count < rule.threshold:
            low, high = outsider.bounds(key)
            assert high - low >= rule.protection_level


@pytest.mark.slow
@given(registers(80), registers(12), RULES)
@settings(max_examples=12)
def test_no_few_between_a_group_and_a_wider_one_are_derived(inner: Persons, more: Persons, rule: Rule) -> None:
    term = count_persons("term", {"period": "term"}, (SEX, BORN), inner)
    year = count_persons("year", {"period": "year"}, (SEX, BORN), inner + more)
    links = tuple(
        nested((term.key(codes), term.counts[codes]), (year.key(codes), year.counts[codes]))
        for codes in term.all_codes()
    )
    publication = Publication("p", "1", (term, year), links)
    protected = protect(publication, rule)
    outsider = Outsider()
    outsider.learn(protected)
    rest = count_persons("rest", {"period": "rest"}, (SEX, BORN), more)
    for codes in rest.all_codes():
        outsider.adds_up(year.key(codes), [term.key(codes), rest.key(codes)])
    assert_safe(publication, protected, outsider)
    for key, count in rest.cells():
        if 0 < count < rule.threshold:
            low, high = outsider.bounds(key)
            assert high - low >= rule.protection_level


@pytest.mark.slow
@given(registers(), st.integers(3, 6))
@settings(max_examples=12)
def test_no_count_is_derived_with_what_was_published_before(persons: Persons, threshold: int) -> None:
    rule, ledger, outsider, everything = Rule(threshold), Ledger("p"), Outsider(), []
    for number, table in enumerate(tables(persons, {"at": "2026-06-15"})):
        publication = Publication("p", str(number), (table,))
        try:
            protected = protect(publication, rule, ledger)
        except DisclosureError:
            continue  # refused: then nothing of it is known
        ledger = Ledger("p", (*ledger.publications, protected.published))
        outsider.learn(protected)
        everything.append((publication, protected))
    assert everything
    for publication, protected in everything:
        assert_safe(publication, protected, outsider)


@pytest.mark.slow
@given(registers(80), registers(6), RULES)
@settings(max_examples=12)
def test_a_revised_figure_does_not_tell_of_the_few_that_were_added(
    persons: Persons, added: Persons, rule: Rule
) -> None:
    first = Publication("p", "1", (count_persons("t", {}, (SEX, REASON), persons),))
    second = Publication("p", "2", (count_persons("t", {}, (SEX, REASON), persons + added),))
    old = protect(first, rule)
    try:
        new = protect(second, rule, Ledger("p", (old.published,)))
    except DisclosureError:
        return
    for codes in second.tables[0].all_codes():
        key = second.tables[0].key(codes)
        before, after = old.value(key), new.value(key)
        if before is not None and after is not None:
            assert before == after or abs(after - before) >= rule.threshold


@pytest.mark.slow
@given(registers(90), st.integers(3, 5))
@settings(max_examples=12)
def test_no_count_behind_three_margins_is_derived(persons: Persons, threshold: int) -> None:
    dims = (SEX, WHERE, MONTH)
    inner = count_persons("inner", {}, dims, persons)
    hidden = CountTable("inner", (), dims, inner.counts, shown=False)
    margins = [
        count_persons(f"{a.name} x {b.name}", {}, (a, b), persons)
        for a, b in ((SEX, WHERE), (SEX, MONTH), (WHERE, MONTH))
    ]
    publication = Publication("p", "1", (*margins, hidden))
    protected = protect(publication, Rule(threshold))
    outsider = Outsider()
    outsider.learn(protected)
    outsider.learn_table({}, dims)
    assert_safe(publication, protected, outsider)
    for key, count in inner.cells():
        if 0 < count < threshold:
            low, high = outsider.bounds(key)
            assert high - low >= threshold


def test_the_outsider_of_these_tests_does_find_what_a_naive_suppression_gives_away() -> None:
    table = count_persons("t", {}, (SEX,), [{"sex": "women"}] * 3 + [{"sex": "men"}] * 9)
    outsider = Outsider()
    outsider.learn_table({}, (SEX,))
    outsider.known = {outsider.at(table.key(codes)): table.counts[codes] for codes in (("men",), ("total",))}
    assert outsider.bounds(make_key({"sex": "women"})) == (3, 3)
    outsider.known.popitem()
    assert outsider.bounds(make_key({"sex": "women"})) == (0, np.inf)
