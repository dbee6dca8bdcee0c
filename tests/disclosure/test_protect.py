"""What is shown and what is not, and that it is as little as can be."""

from __future__ import annotations

import itertools
import pickle
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uvas_stats.disclosure import (
    CountTable,
    Dimension,
    Publication,
    Rule,
    audit,
    derivable,
    make_key,
    protect,
    table_from_parts,
)
from uvas_stats.disclosure.heuristic import heuristic_suppression
from uvas_stats.disclosure.history import assemble
from uvas_stats.disclosure.optimise import attainable_levels, cell_costs, optimise
from uvas_stats.errors import DisclosureError
from uvas_stats.observations.validate import make_observations

SEX = Dimension("sex", ("women", "men"), sensitive=False)
BORN = Dimension("born", ("2006", "2007", "2008", "2009"), sensitive=False)
REASON = Dimension("reason", ("work", "study", "moved"))
CUBE = (("a", 2), ("b", 4), ("c", 3))


def one(table: CountTable) -> Publication:
    return Publication("p", "1", (table,))


def random_publication(seed: int, rows: int, columns: int, mean: float) -> Publication:
    random = np.random.default_rng(seed)
    dims = [
        Dimension(name, tuple(f"{name}{at}" for at in range(size)), sensitive=False)
        for name, size in (("a", rows), ("b", columns))
    ]
    counts = random.negative_binomial(1, 1 / (1 + mean), (rows, columns))
    parts = {(f"a{i}", f"b{j}"): int(counts[i, j]) for i in range(rows) for j in range(columns)}
    return one(table_from_parts("t", [], dims, parts))


def test_nothing_small_leaves_nothing_suppressed() -> None:
    protected = protect(one(table_from_parts("t", [], [SEX], {("women",): 5, ("men",): 20})))
    assert set(protected.kinds.values()) == {"published"}
    assert protected.value(make_key({})) == 25
    assert protected.optimal


def test_a_cell_that_is_in_no_table_has_no_value() -> None:
    protected = protect(one(table_from_parts("t", [], [SEX], {("women",): 5, ("men",): 20})))
    with pytest.raises(DisclosureError, match="granskats"):
        protected.value(make_key({"sex": "other"}))


@pytest.mark.parametrize("threshold", [3, 5, 8])
def test_counts_below_the_threshold_are_suppressed_and_those_at_it_are_not(threshold: int) -> None:
    table = table_from_parts("t", [], [BORN], {("2006",): threshold - 1, ("2007",): threshold, ("2008",): 30})
    kinds = protect(one(table), Rule(threshold)).kinds
    assert [kinds[table.key((code,))] for code in (*BORN.codes, "total")] == [
        "primary", "secondary", "published", "published", "published",
    ]  # fmt: skip


def test_a_small_total_is_suppressed_too() -> None:
    protected = protect(one(table_from_parts("t", [], [SEX], {("women",): 1, ("men",): 2})))
    assert not protected.published.shown


def test_an_empty_register_is_shown_as_zeros_and_hidden_on_demand() -> None:
    table = table_from_parts("t", [], [SEX, REASON], {})
    assert set(protect(one(table)).published.shown.values()) == {0}
    assert not protect(one(table), Rule(zeros="hide")).published.shown


def test_a_zero_that_cannot_be_otherwise_is_shown_and_hides_nothing() -> None:
    counts = {("women",): 0, ("men",): 3, ("total",): 3}
    table = CountTable("t", (), (SEX,), counts, impossible=frozenset({("women",)}))
    protected = protect(one(table), Rule(zeros="hide"))
    assert dict(protected.published.shown) == {make_key({"sex": "women"}): 0}
    counts = {("2006",): 0, ("2007",): 0, ("2008",): 3, ("2009",): 30, ("total",): 33}
    table = CountTable("t", (), (BORN,), counts, impossible=frozenset({("2006",), ("2007",)}))
    shown = protect(one(table)).published.shown
    assert sorted(shown.values()) == [0, 0, 33]


def test_a_whole_group_in_one_category_is_not_told() -> None:
    parts = {("women", "work"): 12, ("men", "work"): 9, ("men", "study"): 14, ("men", "moved"): 11}
    table = table_from_parts("t", [], [SEX, REASON], parts)
    protected = protect(one(table))
    assert protected.value(make_key({"sex": "women", "reason": "work"})) is None
    known = Dimension("reason", REASON.codes, sensitive=False)
    shown = protect(one(table_from_parts("t", [], [SEX, known], parts))).published.shown
    assert len(shown) == len(table.counts)


def test_parts_that_overlap_tell_of_those_who_are_not_in_them() -> None:
    """Of 20 persons 18 are coached: the other 2 are few."""
    measure = Dimension("measure", ("coach", "course"), partition=False)
    counts = {("coach",): 18, ("course",): 9, ("total",): 20}
    table = CountTable("t", (), (measure,), counts)
    protected = protect(one(table))
    assert len(protected.published.shown) == 2
    assert protected.value(make_key({"measure": "course"})) == 9
    with pytest.raises(DisclosureError, match="större än sin helhet"):
        protect(one(CountTable("t", (), (measure,), {**counts, ("course",): 21})))


def test_a_total_that_is_not_shown_is_known_to_be_the_sum() -> None:
    without = Dimension("born", BORN.codes, total=None, sensitive=False)
    first = table_from_parts("born", [], [without], {("2006",): 2, ("2007",): 11, ("2008",): 9, ("2009",): 13})
    second = table_from_parts("sex", [], [SEX], {("women",): 15, ("men",): 20})
    protected = protect(Publication("p", "1", (first, second)))
    assert list(protected.kinds.values()).count("secondary") == 1
    assert len(protect(one(first)).published.shown) == 3  # without any total the 2 is hidden already


@pytest.mark.slow
@given(st.integers(0, 10_000), st.sampled_from([3, 8, 20]))
@settings(max_examples=12)
def test_no_pattern_of_fewer_cells_is_safe(seed: int, mean: float) -> None:
    """Every pattern with fewer secondary cells is tried and found unsafe."""
    from uvas_stats.disclosure.attack import attack

    publication = random_publication(seed, 2, 3, mean)
    system = assemble(publication, Rule())
    levels = attainable_levels(system)
    choice = optimise(system, 30)
    assert choice.optimal
    assert not attack(system, choice.suppressed, levels)
    free = np.flatnonzero(system.open & ~system.forced)
    secondary = int((choice.suppressed & ~system.forced).sum())
    for cells in itertools.combinations(free, max(secondary - 1, 0)) if secondary else ():
        fewer = system.forced.copy()
        fewer[list(cells)] = True
        assert attack(system, fewer, levels)


@given(st.integers(0, 10_000), st.sampled_from([5, 20, 60]))
@settings(max_examples=20)
def test_never_more_cells_than_a_greedy_choice(seed: int, mean: float) -> None:
    system = assemble(random_publication(seed, 6, 5, mean), Rule())
    greedy = heuristic_suppression(system, system.forced, cell_costs(system), attainable_levels(system))
    assert optimise(system, 30).suppressed.sum() <= greedy.sum()


@pytest.mark.slow
@given(st.integers(0, 10_000), st.sampled_from([5, 20, 60]))
@settings(max_examples=20)
def test_when_time_runs_out_what_is_chosen_is_as_safe_and_no_less(seed: int, mean: float) -> None:
    publication = random_publication(seed, 6, 5, mean)
    hurried, careful = (protect(publication, Rule(seconds=seconds)) for seconds in (0.0, 30.0))
    assert not audit(publication, hurried.published.shown, Rule())
    assert len(hurried.published.shown) <= len(careful.published.shown)
    assert careful.optimal


def test_the_same_tables_give_the_same_choice() -> None:
    publication = random_publication(7, 8, 6, 15)
    assert protect(publication).kinds == protect(publication).kinds


def test_a_large_register_with_few_small_counts_is_protected() -> None:
    parts = {(sex, born): 250_000 + at for at, (sex, born) in enumerate(itertools.product(SEX.codes, BORN.codes))}
    protected = protect(one(table_from_parts("t", [], [SEX, BORN], {**parts, ("women", "2007"): 1})))
    kinds = list(protected.kinds.values())
    assert (kinds.count("primary"), kinds.count("secondary")) == (1, 3)


def test_what_may_be_shown_holds_no_suppressed_count() -> None:
    parts = {("women", "2006"): 3, ("women", "2007"): 7717, ("men", "2006"): 7919, ("men", "2007"): 8101}
    protected = protect(one(table_from_parts("t", [], [SEX, BORN], parts)))
    hidden = [key for key, kind in protected.kinds.items() if kind != "published"]
    assert hidden
    assert not set(hidden) & set(protected.published.shown)
    assert all(protected.value(key) is None for key in hidden)
    frame = protected.frame()
    assert frame.loc[frame["status"] == "suppressed", ["value", "lower", "upper"]].isna().all(axis=None)
    counts = dict(table_from_parts("t", [], [SEX, BORN], parts).cells())
    secondary = {counts[key] for key in hidden if counts[key] > 5} - set(protected.published.shown.values())
    written = repr(protected) + frame.to_csv() + repr(protected.published.shown)
    assert secondary
    assert not [count for count in secondary if str(count) in written]


def test_the_rows_fit_the_observations_and_say_one_kind_of_suppressed() -> None:
    parts = {("women", "2006"): 3, ("women", "2007"): 17, ("men", "2006"): 19, ("men", "2007"): 21}
    context = [("measure", "kaa_count"), ("period", "2026H1"), ("region_code", "2182")]
    frame = protect(one(table_from_parts("t", context, [SEX, BORN], parts))).frame()
    assert set(frame["status"]) == {"ok", "true_zero", "suppressed"}
    rows = frame.drop(columns="table").rename(columns={"born": "category"})
    known = {"dataset": "register", "edition": "2026-11-21", "age_group": "16-19", "breakdown": "birth_year"}
    assert len(make_observations(rows.assign(**known, origin="register"))) == len(frame)


def test_no_tables_give_no_rows() -> None:
    protected = protect(Publication("p", "1", ()))
    assert protected.frame().empty
    assert not protected.kinds


def test_an_error_crosses_from_one_process_to_another() -> None:
    error = DisclosureError("Nej", where="a", todo="Gör om")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize("seconds", [0.0, 0.2])
def test_the_choice_is_limited_by_work_and_not_by_the_clock(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = random_publication(5, 12, 10, 18)
    first = protect(publication, Rule(seconds=seconds))
    late = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: float(1000 * next(late)))  # a machine that is very slow
    assert protect(publication, Rule(seconds=seconds)).kinds == first.kinds


def test_the_fall_back_hides_nothing_that_can_be_derived() -> None:
    dims = [Dimension(name, tuple(f"{name}{at}" for at in range(size)), sensitive=False) for name, size in CUBE]
    seen = 0
    for seed in range(4):
        random = np.random.default_rng(seed)
        parts = {codes: int(random.poisson(3)) for codes in itertools.product(*(one.codes for one in dims))}
        publication = one(table_from_parts("t", [], dims, parts))
        protected = protect(publication, Rule(seconds=0.0))
        bounds = derivable(publication, protected.published.shown)
        hidden = [key for key, kind in protected.kinds.items() if kind == "secondary"]
        seen += len(hidden)
        assert all(bounds[key][0] != bounds[key][1] for key in hidden)
    assert seen > 5
