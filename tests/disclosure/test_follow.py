"""Shares, means and quantiles follow the counts they are made from."""

from __future__ import annotations

import pytest

from uvas_stats.disclosure import (
    CountTable,
    Derived,
    Dimension,
    Protected,
    Publication,
    make_key,
    protect,
    suppress_derived,
    table_from_parts,
)
from uvas_stats.errors import DisclosureError

REASON = Dimension("reason", ("work", "study", "moved"))
ALL = make_key({})


def reason(code: str) -> tuple[tuple[str, str], ...]:
    return make_key({"reason": code})


@pytest.fixture
def shown() -> Protected:
    """Give 3 + 9 that are suppressed, 40 that is shown, and the total 52."""
    table = table_from_parts("t", [], [REASON], {("work",): 3, ("study",): 9, ("moved",): 40})
    return protect(Publication("p", "1", (table,)))


def test_a_figure_of_a_count_that_was_not_audited_is_refused(shown: Protected) -> None:
    with pytest.raises(DisclosureError, match="granskats"):
        suppress_derived(shown, [Derived("x", 0.5, (make_key({"reason": "other"}), ALL))])
    with pytest.raises(DisclosureError, match="vilka antal"):
        suppress_derived(shown, [Derived("x", 0.5, ())])
    with pytest.raises(DisclosureError, match="två gånger"):
        suppress_derived(shown, [Derived("x", 1.0, (ALL, ALL))])
    with pytest.raises(DisclosureError, match="kvantil"):
        suppress_derived(shown, [Derived("x", 1.0, (ALL,), quantile=1.0)])


def test_a_count_behind_the_door_carries_no_figure() -> None:
    table = table_from_parts("t", [], [REASON], {("work",): 30, ("study",): 9, ("moved",): 40}, shown=False)
    protected = protect(Publication("p", "1", (table,)))
    with pytest.raises(DisclosureError, match="granskats"):
        suppress_derived(protected, [Derived("x", 0.5, (reason("work"), ALL))])


@pytest.mark.parametrize(
    ("counts", "value"),
    [
        ((reason("work"), ALL), None),  # primary: the share times the total would give it away
        ((reason("study"), ALL), None),  # secondary
        ((reason("moved"), reason("study")), None),  # a suppressed denominator
        ((reason("work"),), None),  # against a published population
        ((reason("moved"), ALL), 12.3456789),
    ],
)
def test_a_share_is_shown_only_with_all_its_counts(shown: Protected, counts: tuple, value: float | None) -> None:
    followed = suppress_derived(shown, [Derived("x", 12.3456789, counts)])
    assert [(one.value, one.status) for one in followed] == [(value, "ok" if value else "suppressed")]


def test_shares_that_are_shown_give_no_suppressed_count_away(shown: Protected) -> None:
    """Whatever share is shown, times whatever count is shown, is a count that is shown."""
    counts = {reason("work"): 3, reason("study"): 9, reason("moved"): 40, ALL: 52}
    shares = [Derived(f"{a}/{b}", counts[a] / counts[b], (a, b)) for a in counts for b in counts if a != b]
    visible = [one for one in suppress_derived(shown, shares) if one.value is not None]
    assert len(visible) == 2
    for one in visible:
        for count in shown.published.shown.values():
            assert round(one.value * count, 9) not in (3, 9)


@pytest.mark.parametrize(
    ("group", "quantile", "seen"),
    [(9, 0.5, False), (10, 0.5, True), (19, 0.25, False), (20, 0.25, True), (20, 0.75, True), (19, 0.75, False)],
)
def test_a_quantile_needs_as_many_as_the_threshold_on_each_side(group: int, quantile: float, seen: bool) -> None:
    table = CountTable("t", (), (), {(): group})
    protected = protect(Publication("p", "1", (table,)))
    assert (suppress_derived(protected, [Derived("dagar", 80.0, (ALL,), quantile)])[0].value is not None) == seen


def test_figures_come_back_in_their_order_and_unchanged(shown: Protected) -> None:
    figures = [Derived("b", 1.0, (ALL,)), Derived("a", None, (ALL,)), Derived("c", 2.0, (reason("work"),))]
    assert [(one.id, one.value) for one in suppress_derived(shown, figures)] == [
        ("b", 1.0),
        ("a", None),
        ("c", None),
    ]
