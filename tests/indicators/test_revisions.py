"""Editions are compared figure by figure, and rounding is not a revision."""

from __future__ import annotations

import pandas as pd
import pytest

from uvas_stats.indicators.differences import REVISION_COLUMNS, revisions


def rows(edition: str, **values: float | None) -> pd.DataFrame:
    """Make observations of one year: a value by region, None for what is missing."""
    figures = [
        {
            "dataset": "kolada",
            "edition": edition,
            "region_code": region[1:],
            "period": "2014",
            "sex": "total",
            "age_group": "16-24",
            "breakdown": None,
            "category": None,
            "measure": "uvas_share_pct",
            "value": value,
            "status": "ok" if value is not None else "not_available",
            "origin": f"kolada/{edition}/a.csv",
        }
        for region, value in values.items()
    ]
    return pd.DataFrame(figures).astype({"value": "float64"})


def kinds(*frames: pd.DataFrame) -> dict[str, str]:
    found = revisions(pd.concat(frames, ignore_index=True), {})
    return dict(zip(found["region_code"], found["kind"], strict=True))


def test_one_edition_has_no_revisions() -> None:
    found = revisions(rows("2026-11-21", r1730=9.45), {})
    assert found.empty
    assert tuple(found.columns) == REVISION_COLUMNS


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        (9.45, 9.451234, False),
        (9.45, 9.454999, False),
        (9.45, 9.455001, True),
        (9.45, 9.444999, True),
        (9.45, 18.67, True),
    ],
)
def test_rounding_is_no_revision(old: float, new: float, changed: bool) -> None:
    found = kinds(rows("2026-11-21", r1730=old), rows("2027-04-01", r1730=new))
    assert (found == {"1730": "changed"}) is changed


def test_a_change_within_the_decimals_of_both_is_one() -> None:
    assert kinds(rows("a", r1730=9.451234), rows("b", r1730=9.451239)) == {"1730": "changed"}


def test_what_came_and_went_is_told_apart() -> None:
    old = rows("2026-11-21", r1730=9.45, r1765=8.1, r1438=None, r2583=7.7)
    new = rows("2027-04-01", r1730=None, r1438=6.2, r2583=7.7, r1486=5.5)
    assert kinds(old, new) == {"1730": "emptied", "1765": "withdrawn", "1438": "filled", "1486": "added"}


def test_a_new_status_of_the_same_value_is_told() -> None:
    early = rows("2026-11-21", r1730=9.45).assign(status="provisional")
    assert kinds(early, rows("2027-04-01", r1730=9.45)) == {"1730": "status"}


def test_each_edition_is_compared_with_the_next_that_has_the_measure() -> None:
    other = rows("2027-01-01", r1730=1.0).assign(measure="unemployed_youth_rate_pct")
    found = revisions(
        pd.concat(
            [rows("2027-04-01", r1730=3.0), rows("2026-11-21", r1730=2.0), other, rows("2028-04-01", r1730=1.0)]
        ),
        {},
    )
    assert found[["old_edition", "new_edition", "difference"]].values.tolist() == [
        ["2026-11-21", "2027-04-01", 1.0],
        ["2027-04-01", "2028-04-01", -2.0],
    ]


def test_the_parts_of_a_breakdown_are_never_mixed() -> None:
    born = {"breakdown": "origin", "category": "foreign_born"}
    old = pd.concat([rows("a", r00=5.0), rows("a", r00=9.0).assign(**born)])
    new = pd.concat([rows("b", r00=5.0), rows("b", r00=9.9).assign(**born)])
    found = revisions(pd.concat([old, new], ignore_index=True), {})
    assert found[["category", "old", "new"]].values.tolist() == [["foreign_born", 9.0, 9.9]]


def test_what_is_taken_in_one_period_at_a_time_withdraws_nothing() -> None:
    lists = [
        rows(edition, r1730=value).assign(dataset="af_ranking", period=period)
        for edition, period, value in (
            ("2026-01-01", "2025-11", 5.3), ("2026-02-01", "2025-12", 5.2), ("2026-03-01", "2025-11", 5.1),
        )
    ]  # fmt: skip
    found = revisions(pd.concat(lists, ignore_index=True), {"af_ranking": "period"})
    assert found[["period", "old", "new", "kind"]].values.tolist() == [["2025-11", 5.3, 5.1, "changed"]]


def test_a_part_is_compared_where_both_have_a_figure_and_what_it_lacks_is_held() -> None:
    first = rows("2024-08-30", r1730=9.45, r1765=8.1)
    part = rows("2026-11-21", r1730=9.55, r1438=6.2)
    whole = rows("2026-12-01_v3", r1730=9.55, r1765=8.2)
    found = revisions(pd.concat([whole, first, part], ignore_index=True), {"kolada": ("2024-08-30", "2026-11-21")})
    assert found[["region_code", "old_edition", "new_edition", "kind"]].values.tolist() == [
        ["1730", "2024-08-30", "2026-11-21", "changed"],
        ["1438", "2026-11-21", "2026-12-01_v3", "withdrawn"],
        ["1765", "2024-08-30", "2026-12-01_v3", "changed"],
    ]
