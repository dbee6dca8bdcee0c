"""The five programmes say what their documents say. The figures are written out by hand from the documents."""

from __future__ import annotations

import datetime as dt

import pytest

from uvas_stats.catalog import Catalog, Goal, PrintedFigure, Programme

FIVE = ("ale", "lidkoping", "ostra_sodertorn", "soderhamn", "storuman")

# id: (value, period, as printed)
SODERHAMN = {
    "plats_nov_2008": (47, "2008-11", "47"),
    "plats_nov_2009": (88, "2009-11", "88"),
}
OSTRA_SODERTORN = {"avslutade": (70, "2014", "cirka 70 %")}
STORUMAN = {
    "informerade": (15, "2016", "15"),
    "kontakt": (8, "2016", "8"),
    "paborjade": (4, "2016", "4"),
    "moten": (15, "2016", "15"),
    "malgrupp": (50, "2016", "cirka 50"),
    "malgrupp_16_19": (20, "2016", "cirka 20"),
    "malgrupp_kaa": (10, "2016", "10"),
    "malgrupp_af": (20, "2016", "20"),
    "malgrupp_uvas": (20, "2016", "20"),
    "folkmangd": (578, "2016-10", "578"),
    "examen_nat_1213": (83.0, "2012/13", "83,0 %"),
    "examen_nat_1314": (74.2, "2013/14", "74,2 %"),
    "examen_nat_1415": (78.0, "2014/15", "78,0 %"),
    "examen_alla_1213": (70.9, "2012/13", "70,9 %"),
    "examen_alla_1314": (60.5, "2013/14", "60,5 %"),
    "examen_alla_1415": (73.0, "2014/15", "73,0 %"),
    "betyg_1213": (14.6, "2012/13", "14,6"),
    "betyg_1314": (14.1, "2013/14", "14,1"),
    "betyg_1415": (13.6, "2014/15", "13,6"),
    "bistand": (30, "2016", "cirka 30"),
    "bistand_otillracklig": (3, "2016", "3"),
    "bistand_ingen": (3, "2016", "3"),
    "bistand_ohalsa": (3, "2016", "3"),
    "bistand_vantar": (5, "2016", "5"),
    "bistand_ovrigt": (16, "2016", "16"),
    "kaa": (12, "2016", "cirka 12"),
    "af": (90, "2016", "cirka 90"),
    "af_deltid": (5, "2016", "5"),
    "af_ombyte": (14, "2016", "14"),
    "af_utan_examen": (20, "2016", "20"),
    "af_program": (25, "2016", "25"),
    "af_oppet": (20, "2016", "20"),
    "aktivitetsersattning": (15, "2016-11", "cirka 15"),
    "aktivitetsersattning_kvinnor": (7, "2016-11", "7"),
    "aktivitetsersattning_man": (8, "2016-11", "8"),
    "uvas_2024": (22, "2012", "22"),
    "uvas_2024_kvinnor": (11, "2012", "11"),
    "uvas_2024_man": (11, "2012", "11"),
    "uvas_2024_andel": (6.9, "2012", "6,9 %"),
    "uvas_2024_andel_kvinnor": (8.2, "2012", "8,2 %"),
    "uvas_2024_andel_man": (5.9, "2012", "5,9 %"),
    "behoriga_1213": (None, "2012/13", "~100 %"),
    "behoriga_1314": (85.1, "2013/14", "85,1 %"),
    "behoriga_1415": (77, "2014/15", "77 %"),
    "sprak_1213": (18, "2012/13", "18 %"),
    "sprak_1314": (21, "2013/14", "21 %"),
    "sprak_1415": (29, "2014/15", "29 %"),
    "im_1213": (33, "2012/13", "33 %"),
    "im_1314": (25, "2013/14", "25 %"),
    "im_1415": (33, "2014/15", "33 %"),
    "avbrott_1213": (3.5, "2012/13", "3,5 % (3 av 86)"),
    "avbrott_1314": (1.9, "2013/14", "1,9 % (3 av 146)"),
    "avbrott_1415": (2.0, "2014/15", "2,0 % (3 av 151)"),
}
PRINTED = {
    "soderhamn": SODERHAMN,
    "storuman": STORUMAN,
    "ostra_sodertorn": OSTRA_SODERTORN,
    "ale": {},
    "lidkoping": {},
}


def figure(programme: Programme, id_: str) -> PrintedFigure:
    return next(item for item in programme.printed if item.id == id_)


def goal(programme: Programme, id_: str) -> Goal:
    return next(item for item in programme.goals if item.id == id_)


def test_there_are_five_programmes(catalog: Catalog) -> None:
    assert tuple(sorted(catalog.programmes)) == FIVE


@pytest.mark.parametrize(
    ("id_", "codes"),
    [
        ("soderhamn", ("2182",)),
        ("storuman", ("2421",)),
        ("lidkoping", ("1494",)),
        ("ale", ("1440",)),
        ("ostra_sodertorn", ("0136", "0192", "0138")),
    ],
)
def test_a_programme_covers_its_kommuner(catalog: Catalog, id_: str, codes: tuple[str, ...]) -> None:
    assert catalog.programmes[id_].municipalities == codes


@pytest.mark.parametrize("id_", FIVE)
def test_every_printed_figure_is_there_with_its_value_and_no_other(catalog: Catalog, id_: str) -> None:
    found = {item.id: (item.value, item.period, item.as_printed) for item in catalog.programmes[id_].printed}
    assert found == PRINTED[id_]


@pytest.mark.parametrize(
    ("id_", "numerator", "denominator"),
    [("avbrott_1213", 3, 86), ("avbrott_1314", 3, 146), ("avbrott_1415", 3, 151)],
)
def test_printed_shares_carry_the_counts_they_come_from(
    catalog: Catalog, id_: str, numerator: int, denominator: int
) -> None:
    item = figure(catalog.programmes["storuman"], id_)
    assert (item.numerator, item.denominator) == (numerator, denominator)


def test_about_100_percent_is_an_interval_and_not_100(catalog: Catalog) -> None:
    item = figure(catalog.programmes["storuman"], "behoriga_1213")
    assert (item.value, item.upper, item.status) == (None, 100.0, "interval")


@pytest.mark.parametrize(
    ("id_", "sex"),
    [
        ("aktivitetsersattning_kvinnor", "women"),
        ("aktivitetsersattning_man", "men"),
        ("uvas_2024_andel_kvinnor", "women"),
        ("uvas_2024_andel_man", "men"),
        ("uvas_2024", "total"),
    ],
)
def test_printed_figures_by_sex_are_for_the_right_sex(catalog: Catalog, id_: str, sex: str) -> None:
    assert figure(catalog.programmes["storuman"], id_).sex == sex


def test_the_figure_for_sixteen_to_nineteen_is_for_that_age(catalog: Catalog) -> None:
    assert figure(catalog.programmes["storuman"], "malgrupp_16_19").age_group == "16-19"


def test_the_figure_for_ostra_sodertorn_is_for_the_area_and_no_single_kommun(catalog: Catalog) -> None:
    assert figure(catalog.programmes["ostra_sodertorn"], "avslutade").region == "ostra_sodertorn"


def test_small_counts_that_could_point_at_someone_are_flagged(catalog: Catalog) -> None:
    flagged = {item.id for item in catalog.programmes["storuman"].printed if item.sensitive}
    assert {id_ for id_ in STORUMAN if id_.startswith(("bistand_", "af_"))} == flagged


def test_soderhamns_goal_is_to_be_better_than_riket_by_2011(catalog: Catalog) -> None:
    (only,) = catalog.programmes["soderhamn"].goals
    assert (only.rule, only.deadline, only.kind) == ("better_than_riket", dt.date(2011, 12, 31), "inriktning")


def test_soderhamns_economy_is_500_in_2009_and_nothing_else(catalog: Catalog) -> None:
    rows = {row.year: (row.net, row.unfunded) for row in catalog.programmes["soderhamn"].economy}
    assert rows == {2008: (0, 0), 2009: (500, 500), 2010: (0, 0), 2011: (0, 0)}


def test_lidkopings_budget_is_600_a_year(catalog: Catalog) -> None:
    assert {row.year: row.budget for row in catalog.programmes["lidkoping"].economy} == {
        2016: 600,
        2017: 600,
        2018: 600,
    }


def test_all_lidkopings_goals_are_due_on_the_first_of_october_2017(catalog: Catalog) -> None:
    goals = catalog.programmes["lidkoping"].goals
    assert len(goals) == 3
    assert {item.deadline for item in goals} == {dt.date(2017, 10, 1)}
    assert [word for word in ("20 procent", "minskar med 20 procent", "50 procent")
            if not any(word in item.text for item in goals)] == []  # fmt: skip


@pytest.mark.parametrize(
    ("id_", "target", "category", "outcome", "next_goal"),
    [
        ("informerade_2016", 50, "informed", "15", "40"),
        ("kontakt_2016", 20, "personal_contact", "8", "20"),
        ("paborjade_2016", 10, "started_measure", "4", "10"),
        ("moten_2016", 25, "meetings", "15", "25"),
    ],
)
def test_storumans_activity_goals(
    catalog: Catalog, id_: str, target: float, category: str, outcome: str, next_goal: str
) -> None:
    programme = catalog.programmes["storuman"]
    item = goal(programme, id_)
    assert (item.rule, item.target, item.category) == ("at_least", target, category)
    row = programme.activities[[other.id for other in programme.goals if other.kind == "aktivitet"].index(id_)]
    assert f"(mål {target})" in row.activity
    assert (row.outcome, row.action) == (outcome, f"Mål 2017: {next_goal}")


def test_storumans_uvas_goal_is_a_fall_of_half_by_2017(catalog: Catalog) -> None:
    item = goal(catalog.programmes["storuman"], "uvas_halveras")
    assert (item.rule, item.target, item.deadline) == ("change_pct", -50.0, dt.date(2017, 12, 31))


def test_storumans_other_goals_are_there(catalog: Catalog) -> None:
    texts = " ".join(item.text for item in catalog.programmes["storuman"].goals)
    for words in ("Fem unga", "Fyra unga", "50 procent av de intresserade", "inom sex månader"):
        assert words in texts


def test_storumans_target_group_is_three_overlapping_parts(catalog: Catalog) -> None:
    group = catalog.programmes["storuman"].target_group
    assert group is not None
    assert (group.parts, group.total) == (("malgrupp_kaa", "malgrupp_af", "malgrupp_uvas"), "malgrupp")


def test_ale_compares_with_gr(catalog: Catalog) -> None:
    assert "GR" in catalog.programmes["ale"].groups


def test_ostra_sodertorn_has_its_four_long_term_goals(catalog: Catalog) -> None:
    rules = [item.rule for item in catalog.programmes["ostra_sodertorn"].goals]
    assert rules == ["falls", "below", "none", "none"]


@pytest.mark.parametrize("id_", FIVE)
def test_a_goal_that_statistics_cannot_follow_says_why(catalog: Catalog, id_: str) -> None:
    assert all(item.note for item in catalog.programmes[id_].goals if item.rule == "none")


@pytest.mark.parametrize("id_", FIVE)
def test_place_one_is_the_worst_as_in_the_documents(catalog: Catalog, id_: str) -> None:
    assert catalog.programmes[id_].rank_order == "worst"
