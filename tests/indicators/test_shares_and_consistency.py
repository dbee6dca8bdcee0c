"""Shares with intervals, bounds of overlapping groups, and printed figures that disagree with themselves."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from uvas_stats.catalog import Catalog, Check, PrintedFigure, Programme
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import Finding, check_printed, overlap_bounds, wilson
from uvas_stats.numbers import THIN_SPACE
from uvas_stats.present.verdicts import finding_text

counts = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=6).map(
    lambda pairs: [(min(pair), max(pair)) for pair in pairs]
)


@given(counts)
def test_the_interval_is_wilsons(pairs: list[tuple[int, int]]) -> None:
    found = wilson([part for part, _ in pairs], [whole for _, whole in pairs])
    for (part, whole), row in zip(pairs, found.itertuples(), strict=True):
        if whole == 0:
            assert str(row.share_pct) == str(row.lower_pct) == str(row.upper_pct) == "nan"
        else:
            assert row.share_pct == pytest.approx(100 * part / whole)
            low, high = proportion_confint(part, whole, method="wilson")
            assert (row.lower_pct, row.upper_pct) == pytest.approx((100 * low, 100 * high), abs=1e-6)


def test_three_of_146_has_its_known_interval() -> None:
    assert wilson([3], [146]).round(2).iloc[0].tolist() == [2.05, 0.70, 5.87]


@given(counts)
def test_the_share_lies_inside_its_interval_and_that_inside_0_to_100(pairs: list[tuple[int, int]]) -> None:
    found = wilson([part for part, _ in pairs], [whole for _, whole in pairs]).dropna()
    assert (found["lower_pct"] <= found["share_pct"] + 1e-9).all()
    assert (found["share_pct"] <= found["upper_pct"] + 1e-9).all()
    assert found.stack().between(-1e-9, 100 + 1e-9).all()


def test_a_null_count_gives_a_null_share_and_leaves_the_others() -> None:
    found = wilson([float("nan"), 1, 1], [10, float("nan"), 10])["share_pct"]
    assert found.isna().tolist() == [True, True, False]


@pytest.mark.parametrize(("part", "whole"), [(-1, 10), (11, 10)])
def test_a_count_larger_than_its_whole_is_refused(part: float, whole: float) -> None:
    with pytest.raises(IndicatorError, match="täljare"):
        wilson([part], [whole])


def test_counts_of_different_number_are_refused() -> None:
    with pytest.raises(IndicatorError, match="olika många"):
        wilson([1, 2], [10])


# --- groups that overlap ----------------------------------------------------------------------------------------


def test_storumans_three_registers_bound_the_group_between_20_and_50() -> None:
    assert overlap_bounds([10, 20, 20]) == (20.0, 50.0)


@given(st.lists(st.sets(st.integers(0, 30)), min_size=1, max_size=5))
def test_the_union_of_any_groups_lies_within_its_bounds(groups: list[set[int]]) -> None:
    low, high = overlap_bounds([len(group) for group in groups])
    assert low <= len(set().union(*groups)) <= high


@given(st.lists(st.integers(0, 100), min_size=1, max_size=6))
def test_both_bounds_can_be_met(sizes: list[int]) -> None:
    nested = [set(range(size)) for size in sizes]
    apart = [{(index, item) for item in range(size)} for index, size in enumerate(sizes)]
    assert overlap_bounds(sizes) == (len(set().union(*nested)), len(set().union(*apart)))


@pytest.mark.parametrize("parts", [[], [3, float("nan")], [3, -1]])
def test_unknown_parts_bound_nothing(parts: list[float]) -> None:
    with pytest.raises(IndicatorError):
        overlap_bounds(parts)


# --- printed figures --------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    return text.replace(THIN_SPACE, " ")


def findings(catalog: Catalog) -> dict[str, Finding]:
    return {finding.text: finding for finding in check_printed(catalog.programmes["storuman"])}


@pytest.mark.parametrize(
    ("text", "ok", "message"),
    [
        ("Studieavbrott 2013/14", False, "3 av 146 är 2,05 %; dokumentet anger 1,9 %."),
        ("Studieavbrott 2012/13", True, "3 av 86 är 3,49 %; dokumentet anger 3,5 %."),
        ("Studieavbrott 2014/15", True, "3 av 151 är 1,99 %; dokumentet anger 2,0 %."),
        ("Ekonomiskt bistånd efter orsak", True, "Delarna går ihop med dokumentets cirka 30."),
        (
            "Inskrivna hos Arbetsförmedlingen efter kategori (kategorierna kan överlappa)",
            False,
            "Delarna blir tillsammans 84; dokumentet anger cirka 90.",
        ),
        ("Aktivitetsersättning efter kön", True, "Delarna blir tillsammans 15; dokumentet anger cirka 15."),
        ("UVAS 20–24 år efter kön", True, "Delarna blir tillsammans 22; dokumentet anger 22."),
        ("Antal i KAA", False, "Samma uppgift anges som ”10” (Målgrupp) och ”cirka 12” (Bilaga 1)."),
        (
            "Målgruppen är summan av tre register som överlappar varandra",
            False,
            (
                "10 + 20 + 20 är en summa med överlapp: gruppen är minst 20 och högst 50. "
                "Dokumentet anger cirka 50, alltså den övre gränsen."
            ),
        ),
    ],
)
def test_storumans_figures_are_held_against_each_other(
    catalog: Catalog, text: str, ok: bool, message: str
) -> None:
    finding = findings(catalog)[text]
    assert (finding.ok, plain(finding_text(finding))) == (ok, message)


def test_there_are_no_other_findings(catalog: Catalog) -> None:
    assert len(findings(catalog)) == 9


def test_a_finding_names_the_figures_it_concerns(catalog: Catalog) -> None:
    assert findings(catalog)["Antal i KAA"].figures == ("malgrupp_kaa", "kaa")


FIGURE = PrintedFigure("a", "Andel", "dropout_share_pct", "2013/14", "", "Bilaga")
PROGRAMME = Programme("x", "T", "X", "D", dt.date(2016, 1, 1), ("2421",), "2016", (), "uvas_share_pct")


@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 2))
def test_a_share_rounded_by_hand_is_never_called_wrong(one: int, other: int, decimals: int) -> None:
    part, whole = min(one, other), max(one, other)
    printed = f"{100 * part / whole:.{decimals}f}"
    figure = replace(
        FIGURE,
        value=float(printed),
        numerator=part,
        denominator=whole,
        as_printed=printed.replace(".", ",") + " %",
    )
    (finding,) = check_printed(replace(PROGRAMME, printed=(figure,)))
    assert finding.ok


@given(st.integers(0, 300), st.integers(1, 300), st.sampled_from([-0.2, 0.2, 5.0]))
def test_a_share_that_is_off_by_more_than_rounding_is_always_found(one: int, other: int, wrong: float) -> None:
    part, whole = min(one, other), max(one, other)
    printed = round(100 * part / whole, 1) + wrong
    figure = replace(
        FIGURE, value=printed, numerator=part, denominator=whole, as_printed=f"{printed:.1f}".replace(".", ",")
    )
    (finding,) = check_printed(replace(PROGRAMME, printed=(figure,)))
    assert not finding.ok


def test_parts_with_decimals_that_make_the_total_are_consistent() -> None:
    parts = [replace(FIGURE, id=id_, value=value) for id_, value in (("a", 0.1), ("b", 0.2), ("t", 0.3))]
    check = Check("partition", "Delar", ("a", "b"), "t")
    (finding,) = check_printed(replace(PROGRAMME, printed=tuple(parts), checks=(check,)))
    assert finding.ok


@pytest.mark.parametrize(
    ("printed", "ok"), [("2,1 %", True), ("2,0 %", False), ("2 %", True), ("2,05 %", True), ("2,06 %", False)]
)
def test_a_share_may_differ_by_its_rounding_and_no_more(printed: str, ok: bool) -> None:
    value = float(printed.removesuffix(" %").replace(",", "."))
    figure = replace(FIGURE, value=value, numerator=3, denominator=146, as_printed=printed)
    (finding,) = check_printed(replace(PROGRAMME, printed=(figure,)))
    assert finding.ok == ok


COUNT = replace(FIGURE, measure="in_kaa_count", period="2016", sensitive=True)
HIDDEN = "En av uppgifterna är färre än 5 och återges inte."


@pytest.mark.parametrize("kind", ["same", "union"])
def test_a_masked_count_is_not_written_out_by_a_check(kind: str) -> None:
    parts = [
        replace(COUNT, id=id_, value=value, as_printed=f"{value:g}")
        for id_, value in (("a", 3), ("b", 7), ("t", 8))
    ]
    check = Check(kind, "Delar", ("a", "b"), "t")
    (finding,) = check_printed(replace(PROGRAMME, printed=tuple(parts), checks=(check,)))
    assert finding_text(finding) == HIDDEN


def test_a_masked_total_is_not_written_out() -> None:
    parts = [replace(COUNT, id=id_, value=value, as_printed=f"{value:g}") for id_, value in (("a", 2), ("t", 3))]
    check = Check("partition", "Delar", ("a",), "t")
    (finding,) = check_printed(replace(PROGRAMME, printed=tuple(parts), checks=(check,)))
    assert (finding_text(finding), finding.ok) == (HIDDEN, False)


def test_a_small_sensitive_numerator_is_not_written_out() -> None:
    figure = replace(FIGURE, sensitive=True, value=1.9, numerator=3, denominator=146, as_printed="1,9 %")
    (finding,) = check_printed(replace(PROGRAMME, printed=(figure,)))
    assert (finding_text(finding), finding.ok) == (HIDDEN, False)
