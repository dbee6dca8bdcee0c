"""The printed figures become observations, and what could point at someone never does."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from uvas_stats.catalog import Catalog, PrintedFigure, Programme
from uvas_stats.clean.documents import document_observations
from uvas_stats.observations.validate import make_observations

FIGURE = PrintedFigure(
    "a", "Text", "social_assistance_youth_count", "2016", "3", "Bilaga", value=3.0, sensitive=True
)
PROGRAMME = Programme("x", "T", "X", "D", dt.date(2016, 12, 22), ("2421",), "2016", (), "uvas_share_pct")


def observed(catalog: Catalog, *figures: PrintedFigure) -> pd.DataFrame:
    return make_observations(document_observations(replace(PROGRAMME, printed=figures), catalog))


def test_a_sensitive_count_of_one_to_four_never_leaves_as_a_value(catalog: Catalog) -> None:
    figures = [replace(FIGURE, id=str(n), breakdown="reason", category=str(n), value=float(n)) for n in range(40)]
    for row in observed(catalog, *figures).itertuples():
        count = float(row.category)
        if 1 <= count <= 4:
            assert pd.isna(row.value)
            assert (row.lower, row.upper, row.status) == (1.0, 4.0, "suppressed")
        else:
            assert (row.value, row.status) == (count, "ok")


@pytest.mark.parametrize("other", [2.0, 3.0, 4.0])
def test_masked_counts_cannot_be_told_from_each_other(catalog: Catalog, other: float) -> None:
    first, second = (observed(catalog, replace(FIGURE, value=count)) for count in (1.0, other))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize(("lower", "upper"), [(3.0, 3.0), (2.0, 4.0), (None, 4.0)])
def test_bounds_do_not_give_a_sensitive_count_away(
    catalog: Catalog, lower: float | None, upper: float | None
) -> None:
    row = observed(catalog, replace(FIGURE, value=None, lower=lower, upper=upper, status="interval")).iloc[0]
    assert (row["lower"], row["upper"], row["status"]) == (1.0, 4.0, "suppressed")


def test_a_share_with_a_small_sensitive_numerator_is_masked_without_bounds(catalog: Catalog) -> None:
    share = replace(FIGURE, measure="uvas_share_pct", value=30.0, numerator=3.0, denominator=10.0)
    row = observed(catalog, share).iloc[0]
    assert row["status"] == "suppressed"
    assert row[["value", "lower", "upper"]].isna().all()


def test_a_sensitive_share_of_a_few_percent_is_no_small_count() -> None:
    assert not replace(FIGURE, measure="uvas_share_pct", value=3.0).masked


def test_a_small_count_that_is_not_sensitive_is_shown() -> None:
    assert not replace(FIGURE, sensitive=False).masked


def test_zero_and_five_are_not_masked() -> None:
    assert not replace(FIGURE, value=0.0).masked
    assert not replace(FIGURE, value=5.0).masked


def test_no_flagged_small_count_of_the_shipped_programmes_is_among_the_observations(
    catalog: Catalog, observations: pd.DataFrame
) -> None:
    flagged = [figure for figure in catalog.programmes["storuman"].printed if figure.sensitive]
    assert {figure.value for figure in flagged} >= {3.0}
    rows = observations.loc[observations["breakdown"].isin(["reason", "status"])]
    assert len(rows) == len(flagged)
    assert rows["value"].dropna().ge(5).all()
    assert rows.loc[rows["status"] == "suppressed", "category"].tolist() == [
        "unemployed_insufficient_benefit",
        "unemployed_no_benefit",
        "ill_health",
        "waiting_for_benefit",
    ]


def test_every_other_printed_figure_is_among_the_observations(
    catalog: Catalog, observations: pd.DataFrame
) -> None:
    rows = observations.loc[observations["dataset"] == "programme_documents"]
    printed = [figure for programme in catalog.programmes.values() for figure in programme.printed]
    assert len(rows) == len(printed)
    shown = sorted(figure.value for figure in printed if figure.value is not None and not figure.masked)
    assert sorted(rows["value"].dropna()) == shown


def test_about_100_percent_is_an_interval_with_an_upper_bound(observations: pd.DataFrame) -> None:
    row = observations.loc[
        (observations["measure"] == "eligible_upper_secondary_share_pct") & (observations["period"] == "2012/13")
    ].iloc[0]
    assert pd.isna(row["value"])
    assert (row["upper"], row["status"]) == (100.0, "interval")


def test_a_figure_gets_the_programmes_kommun_and_the_measures_ages_where_it_says_nothing(catalog: Catalog) -> None:
    row = observed(catalog, replace(FIGURE, value=30.0)).iloc[0]
    assert (row["region_code"], row["age_group"], row["sex"]) == ("2421", "18-24", "total")


def test_a_figure_of_an_area_belongs_to_the_area(observations: pd.DataFrame) -> None:
    row = observations.loc[observations["measure"] == "ended_to_work_or_study_share_pct"].iloc[0]
    assert (row["region_code"], row["value"]) == ("ostra_sodertorn", 70.0)


def test_the_edition_is_the_date_and_the_programme(catalog: Catalog) -> None:
    row = observed(catalog, FIGURE).iloc[0]
    assert (row["edition"], row["origin"]) == ("2016-12-22_x", "programmes/x.toml")
