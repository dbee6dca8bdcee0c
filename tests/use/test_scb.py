"""From the statistical database to the nuläge: areas, counts and months, and what is said without them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.fakes import tables as fakes
from tests.fakes.server import Fake, serving
from tests.present.test_charts import faults
from uvas_stats import nulage
from uvas_stats.build.pipeline import build
from uvas_stats.catalog.pxweb import tables_of
from uvas_stats.errors import IndicatorError
from uvas_stats.fetch.http import HttpSettings
from uvas_stats.fetch.run import fetch_dataset
from uvas_stats.fetch.sources import Clients
from uvas_stats.indicators import area_share, implied_counts
from uvas_stats.numbers import THIN_SPACE, number_text
from uvas_stats.observations.contract import select
from uvas_stats.observations.store import read_observations
from uvas_stats.present.table import Table
from uvas_stats.present.tables import summary
from uvas_stats.situation.facade import Nulage
from uvas_stats.workspace import Workspace

REGIONS = ("00", "01", "21", "0138", "2182", "0180", "0136", "0127", "0192")
AREA = "Haninge, Nynäshamn och Tyresö tillsammans"
SIGNAL = "register_outside_share_pct"


def _bas() -> fakes.FakeTable:
    """BAS to June 2022 where every cell differs a little; SCB's own shares are near zero."""
    table = fakes.bas(last=2022, stop=6)
    table.noise = True
    contents = table.variables[4]
    table.variables[4] = fakes.Var(**{**contents.__dict__, "weights": (*contents.weights[:-3], 0, 0, 0)})
    return table


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Give a workspace with the population and BAS fetched and built."""
    folder = tmp_path_factory.mktemp("scb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fakes, "region_codes", lambda kommuner=12: REGIONS)
        served = Fake([_bas(), fakes.population_old(), fakes.population_new()])
    with serving(served), Clients({"scb": served.v2}, HttpSettings(backoff=0.001)) as clients:
        for dataset in ("scb_population", "scb_bas"):
            fetch_dataset(clients, dataset, tables_of(dataset), folder / "data" / "raw")
    workspace = Workspace(folder)
    build(workspace)
    return workspace


@pytest.fixture(scope="module")
def area(fetched: Workspace) -> Nulage:
    return nulage("ostra_sodertorn", workspace=fetched.root)


def _values(frame: pd.DataFrame, period: str, codes: tuple[str, ...]) -> list[float]:
    values = frame.loc[frame["period"] == period].set_index("region_code")["value"]
    return [float(values[code]) for code in codes]


def test_several_kommuner_have_a_figure_weighted_by_the_population(area: Nulage, fetched: Workspace) -> None:
    codes = ("0136", "0192", "0138")
    whole = read_observations(fetched.processed, ["uvas_share_pct", "population_december_count"])
    share = select(whole, measure="uvas_share_pct", dataset="kolada")
    single = select(
        whole, measure="population_december_count", sex="total", age_group=[str(a) for a in range(16, 25)]
    )
    people = single.groupby(["region_code", "period"], as_index=False)["value"].sum()
    expected = np.average(_values(share, "2024", codes), weights=_values(people, "2024", codes))
    table = area.summary()
    row = table.cells.loc[table.cells["Kommun"] == AREA].iloc[0]
    assert row["Period"] == "2024"
    assert row["Värde"] == number_text(float(expected), 1, "procent")
    assert row["Värde"] != number_text(float(np.mean(_values(share, "2024", codes))), 1, "procent")
    assert f"{AREA}: egen bearbetning, vägt med folkmängden." in table.about.note
    assert "kommunerna tillsammans 2024: områdets" not in table.about.note
    assert {"uvas_share_pct", "population_december_count"} <= set(table.about.data["measure"])


def _people(one: Nulage, value: float = 1.0, power: int = 3) -> pd.DataFrame:
    """Give every kommun a population by its place in the list, for each year of the share."""
    series = one.series("uvas_share_pct")
    kommuner = series.loc[series["region_code"].str.len() == 4]
    order = {code: at % 7 + 1 for at, code in enumerate(sorted(set(kommuner["region_code"])))}
    weights = kommuner["region_code"].map(order).astype("float64") ** power * value
    return kommuner.assign(measure="population_december_count", value=weights, status="ok", noise=False)


def test_the_group_has_a_row_weighted_by_the_population(fetched: Workspace) -> None:
    one = nulage("soderhamn", workspace=fetched.root)
    view, people = one.view("uvas_share_pct"), _people(one)
    series = one.series("uvas_share_pct")
    table = summary({"uvas_share_pct": series}, [view], name="Söderhamn", denominators={"uvas_share_pct": people})
    assert table.cells["Kommun"].tolist() == ["Söderhamn", "Gruppen, vägt"]
    row = table.cells.iloc[1]
    assert view.group is not None
    codes = tuple(view.group.members)
    shares, weights = _values(series, row["Period"], codes), _values(people, row["Period"], codes)
    expected = float(np.average(shares, weights=weights))
    assert row["Värde"] == number_text(expected, 1, "procent")
    assert row["Värde"] != number_text(float(np.mean(shares)), 1, "procent")
    assert "Gruppen, vägt: egen bearbetning, vägt med folkmängden." in table.about.note
    gap = people.loc[~((people["region_code"] == codes[0]) & (people["period"] == row["Period"]))]
    without = summary({"uvas_share_pct": series}, [view], name="S", denominators={"uvas_share_pct": gap})
    assert f"Gruppen, vägt {row['Period']}: områdets vägda andel kan inte beräknas: nämnaren" in without.about.note
    assert without.cells["Period"].tolist()[1:] != [row["Period"]]


def test_a_share_of_a_known_population_has_its_interval_beside_it(fetched: Workspace) -> None:
    one = nulage("soderhamn", workspace=fetched.root)
    view, series = one.view("uvas_share_pct"), one.series("uvas_share_pct")
    small, large = (
        summary(
            {"uvas_share_pct": series}, [view], name="S", denominators={"uvas_share_pct": _people(one, people, 1)}
        )
        for people in (10.0, 100_000.0)
    )

    def width(table: Table) -> float:
        inside = table.cells["Värde"].iloc[0].split("(")[1].rstrip(")").replace(",", ".")
        low, high = (float(text) for text in inside.split("–"))
        share = float(series.query("region_code == '2182' and period == '2024'")["value"].iloc[0])
        assert low <= share <= high
        return high - low

    assert width(small) > 10 * width(large)
    assert "oberoende av varandra" in small.about.note
    assert "population_december_count" in set(small.about.data["measure"])
    plain = summary({"uvas_share_pct": series}, [view], name="S")
    assert "(" not in plain.cells["Värde"].iloc[0]
    assert "oberoende av varandra" not in plain.about.note


def test_the_area_is_a_line_of_its_own_where_it_can_be_weighed(area: Nulage) -> None:
    chart = area.trend("uvas_share_pct")
    lines = [line for line in chart.axes[0].lines if line.get_linewidth() == 2.4]
    codes = ("0136", "0192", "0138")
    series, people = area.series("uvas_share_pct"), area.series("population_december_count", "16-24")
    drawn = [tuple(map(float, point)) for line in lines for point in np.asarray(line.get_xydata())]
    for year, value in drawn:
        expected = np.average(_values(series, f"{year:.0f}", codes), weights=_values(people, f"{year:.0f}", codes))
        assert value == pytest.approx(float(expected))
    assert drawn[-1][0] == 2024
    assert "Östra Södertörn: vägt med folkmängden, egen bearbetning." in chart.about.note
    assert "Östra Södertörn, vägt" in chart.about.derived.columns
    strokes = [line for line in chart.axes[0].lines if line.get_linewidth() == 3]
    assert len(strokes) == 3
    for line, code in zip(strokes, sorted(codes), strict=True):
        low, high = (float(y) for y in line.get_ydata())
        assert low < _values(series, "2024", (code,))[0] < high
    assert list(faults(chart)) == []


def test_without_a_population_there_is_neither_line_nor_stroke(tmp_path: Path) -> None:
    chart = nulage("ostra_sodertorn", workspace=tmp_path).trend("uvas_share_pct")
    assert not [line for line in chart.axes[0].lines if line.get_linewidth() in (2.4, 3)]
    assert "vägt" not in chart.about.note


def test_an_area_is_refused_where_its_parts_carry_noise() -> None:
    shares = pd.DataFrame({"region_code": ["a", "b"], "period": ["2025"] * 2, "value": [10.0, 5.0]})
    people = shares.assign(value=[1000.0, 3000.0], noise=True)
    figures, refused = area_share(shares, people, ["a", "b"])
    assert figures.empty
    assert "brus" in refused["2025"]
    assert area_share(shares, people.assign(noise=False), ["a", "b"])[0]["value"].tolist() == [6.25]


def test_a_one_year_age_is_read_when_it_is_asked_for(area: Nulage, fetched: Workspace) -> None:
    assert "17" not in set(area.observations["age_group"].astype("str"))
    asked = area.series("population_december_count", "17")
    assert set(asked["age_group"]) == {"17"}
    whole = read_observations(fetched.processed, ["population_december_count"])
    wanted = select(whole, sex="total", age_group="17")
    assert asked["value"].tolist() == wanted["value"].tolist()


def test_an_area_is_refused_for_the_periods_that_lack_a_denominator() -> None:
    years = ["2024", "2024", "2025", "2025"]
    shares = pd.DataFrame({"region_code": ["a", "b"] * 2, "period": years, "value": [10.0, 5.0, 9.0, 4.0]})
    people = pd.DataFrame(
        {"region_code": ["a", "b"] * 2, "period": years, "value": [1000.0, 3000.0, 1000.0, float("nan")]}
    )
    figures, refused = area_share(shares, people, ["a", "b"])
    assert figures[["period", "value"]].to_numpy().tolist() == [["2024", 6.25]]
    assert list(refused) == ["2025"]
    assert "nämnaren saknas" in refused["2025"]


def test_counts_have_bounds_and_an_interval(area: Nulage) -> None:
    cells = area.counts().cells
    assert len(cells) == 15
    assert cells["Period"].tolist() == ["2020", "2021", "2022", "2023", "2024"] * 3
    haninge = area.series("uvas_share_pct").query("region_code == '0136' and period == '2024'")["value"].iloc[0]
    people = area.series("population_december_count", "16-24")
    whole = people.query("region_code == '0136' and period == '2024'")["value"].iloc[0]
    row = cells.iloc[4]
    assert row["Folkmängd"] == number_text(whole, 0)
    assert row["Beräknat antal"].split(" (")[0] == number_text(round(haninge * whole / 100), 0)
    low, high = row["Intervall (95 %, slumpvariation)"].removesuffix(f"{THIN_SPACE}%").replace(",", ".").split("–")
    assert float(low) < haninge < float(high)


@pytest.mark.parametrize(
    ("share", "people", "expected"),
    [(9.15, 2000.0, [183, 183, 183]), (9.15, 25000.0, [2288, 2287, 2288]), (9.17, 100.0, [9, 9, 10])],
)
def test_bounds_are_what_the_rounding_of_the_share_leaves(
    share: float, people: float, expected: list[int]
) -> None:
    def frame(value: float) -> pd.DataFrame:
        return pd.DataFrame({"region_code": ["a"], "period": ["2024"], "value": [value]})

    counts = implied_counts(frame(share), frame(people))
    assert counts[["count", "lower", "upper"]].iloc[0].tolist() == expected


def test_the_lines_of_the_months_are_the_observations(area: Nulage) -> None:
    chart = area.months()
    assert len(chart.axes) == 3
    series = area.series(SIGNAL, "20-24")
    for axes, code in zip(chart.axes, ("0136", "0192", "0138"), strict=True):
        bold = next(line for line in axes.lines if line.get_linewidth() == 2.6)
        wanted = [_values(series, f"2022-{month:02d}", (code,))[0] for month in range(1, 7)]
        drawn = np.asarray(bold.get_ydata(), dtype="float64")
        assert drawn[:6].tolist() == wanted
        assert np.isnan(drawn[6:]).all()
        before = next(line for line in axes.lines if line.get_linewidth() == 1.5)
        assert np.asarray(before.get_ydata())[11] == _values(series, "2021-12", (code,))[0]
    assert "20–24 år i juni 2022" in chart.about.title
    assert "inte UVAS" in chart.about.subtitle
    assert chart.about.source == "Egen bearbetning av uppgifter från SCB (BAS). Utgåva 2026-08-28."


@pytest.mark.parametrize("programme", ["ostra_sodertorn", "soderhamn"])
def test_no_text_of_the_months_is_clipped_or_overlaps(programme: str, fetched: Workspace) -> None:
    assert list(faults(nulage(programme, workspace=fetched.root).months())) == []


def test_an_age_is_chosen_and_named(area: Nulage) -> None:
    young, older = area.series(SIGNAL, "16-19"), area.series(SIGNAL)
    assert set(young["age_group"]) == {"16-19"}
    assert set(older["age_group"]) == {"20-24"}
    assert not older.duplicated(["region_code", "period"]).any()
    assert "16–19 år" in area.trend(SIGNAL, age="16-19").about.title
    with pytest.raises(IndicatorError, match="Åldersgruppen 30-34 saknas"):
        area.series(SIGNAL, "30-34")


def test_what_is_no_month_or_has_no_population_is_refused(area: Nulage) -> None:
    with pytest.raises(IndicatorError, match="finns inte per månad"):
        area.months("uvas_share_pct", age="16-24")
    for measure in ("unemployed_youth_rate_pct", SIGNAL):
        with pytest.raises(IndicatorError, match="Nämnaren är inte känd"):
            area.counts(measure)


def test_only_what_is_shown_is_read_and_the_rest_when_it_is_asked_for(area: Nulage) -> None:
    assert "bas_students_count" not in set(area.observations["measure"].astype("str"))
    assert len(area.series("bas_students_count")) > 0


def test_without_the_figures_the_commands_are_named(tmp_path: Path) -> None:
    one = nulage("ostra_sodertorn", workspace=tmp_path)
    steps = {todo.todo for chapter in one.chapters() for todo in chapter.missing}
    assert {"uvas fetch scb_population", "uvas fetch scb_bas"} <= steps
    assert "uvas fetch scb_population" in [todo.todo for todo in one.summary().about.missing]
