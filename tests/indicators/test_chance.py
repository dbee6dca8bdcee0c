"""The model of chance: what it finds where the truth is known, what it holds of next year, and odd figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from uvas_stats.catalog import Break, Catalog
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.chance import SURE, Chance, figure_sd, fit_chance, move_sd
from uvas_stats.observations.contract import select

YEARS = [str(year) for year in range(2010, 2022)]
CODES = [str(code) for code in range(1000, 1120)]
PEOPLE = np.repeat([200, 600, 2000, 9000], 30)


def frame(shares: np.ndarray) -> pd.DataFrame:
    wide = pd.DataFrame(shares, index=pd.Index(CODES, name="region_code"), columns=pd.Index(YEARS, name="period"))
    rows = wide.reset_index().melt("region_code", var_name="period")
    return rows.assign(period_end=pd.to_datetime(rows["period"] + "-12-31"))


SIZES = frame(np.repeat(PEOPLE[:, None], len(YEARS), axis=1).astype(float))


def drawn(drift: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """Draw shares of 8 percent; with drift, the log-odds walk."""
    draw = np.random.default_rng(seed)
    walk = np.cumsum(draw.normal(0, drift, (len(CODES), len(YEARS))), axis=1)
    level = 1 / (1 + np.exp(-(np.log(0.08 / 0.92) + walk * (PEOPLE[:, None] / 1000) ** -0.25)))
    return frame(100 * draw.binomial(PEOPLE[:, None], level) / PEOPLE[:, None])


@pytest.fixture(scope="module")
def uvas(observations: pd.DataFrame) -> pd.DataFrame:
    return select(observations, measure="uvas_share_pct")


@pytest.fixture(scope="module")
def fitted(observations: pd.DataFrame, uvas: pd.DataFrame, catalog: Catalog) -> Chance:
    sizes = select(observations, measure="kolada_residents_16_19_count")
    chance = fit_chance(uvas, sizes, catalog.breaks_of("uvas_share_pct"), counted=False)
    assert chance is not None
    return chance


def test_binomial_draws_of_a_level_that_stays_are_found_to_be_that() -> None:
    chance = fit_chance(drawn(), SIZES)
    assert chance is not None
    assert 0.85 < chance.weight < 1.15
    assert chance.drift < 0.04


def test_a_level_that_drifts_is_told_from_chance() -> None:
    chance = fit_chance(drawn(drift=0.15), SIZES)
    assert chance is not None
    assert 0.7 < chance.weight < 1.4
    assert 0.12 < chance.drift < 0.18


def test_a_change_of_chance_alone_is_beyond_it_as_seldom_as_it_says() -> None:
    shares = drawn(seed=5)
    chance = fit_chance(shares, SIZES)
    wide = shares.pivot_table("value", "region_code", "period")
    beyond = [
        abs(row["2021"] - row["2020"]) > SURE * sd
        for code, row in wide.iterrows()
        if (sd := move_sd(chance, shares, [code], ("2020", row["2020"]), ("2021", row["2021"])))
    ]
    assert len(beyond) == len(CODES)
    assert np.mean(beyond) < 0.08


def test_below_two_thousand_young_a_change_of_the_share_is_about_binomial(fitted: Chance) -> None:
    """Söderhamn had 1 048 residents of 16 to 19, about 2 150 of 16 to 24."""
    sd = fitted.spread(9.15, ["2182"], "2024")
    assert sd == pytest.approx(100 * (0.0915 * 0.9085 / 2150) ** 0.5, rel=0.05)


def test_about_one_change_in_ten_is_beyond_chance_where_nearly_all_were_called_up_or_down(
    fitted: Chance, uvas: pd.DataFrame
) -> None:
    wide = uvas.pivot_table("value", "region_code", "period")
    pairs = {
        code: (("2023", wide.loc[code, "2023"]), ("2024", wide.loc[code, "2024"])) for code in fitted.levels.index
    }
    sds = {code: move_sd(fitted, uvas, [code], *pair) for code, pair in pairs.items()}
    assert sum(abs(now[1] - then[1]) > SURE * sds[code] for code, (then, now) in pairs.items()) == 30


def test_a_small_kommuns_level_is_drawn_to_its_years_and_has_a_wide_interval(fitted: Chance) -> None:
    level = fitted.level("2421", "2024")
    assert level is not None
    assert (round(fitted.estimate("2421", "2024"), 1), round(level.low, 1), round(level.high, 1)) == (
        6.0,
        4.8,
        7.3,
    )
    wide = fitted.next_year("2421")
    assert wide.low < level.low < level.high < wide.high


def test_next_years_interval_held_in_nearly_as_many_as_it_says(
    uvas: pd.DataFrame, observations: pd.DataFrame, catalog: Catalog
) -> None:
    sizes = select(observations, measure="kolada_residents_16_19_count")
    before = fit_chance(
        uvas.loc[uvas["period"] < "2023"], sizes, catalog.breaks_of("uvas_share_pct"), counted=False
    )
    of_2023 = uvas.loc[uvas["period"] == "2023"].set_index("region_code")["value"]
    held = [
        interval.low <= of_2023[code] <= interval.high
        for code in before.levels.index
        if (interval := before.next_year(code)) is not None
    ]
    assert len(held) == 290
    assert 0.92 < np.mean(held) < 0.98


def test_a_level_begins_anew_at_a_break() -> None:
    shares = drawn()
    shares.loc[(shares["region_code"] == "1050") & (shares["period"] >= "2015"), "value"] *= 2
    kept = fit_chance(shares, SIZES)
    anew = fit_chance(shares, SIZES, [Break("b", "m", "2015", "Nytt.", ("1050",))])
    assert anew.estimate("1050", "2015") == shares.set_index(["region_code", "period"])["value"]["1050", "2015"]
    assert kept.estimate("1050", "2015") < anew.estimate("1050", "2015")
    assert anew.estimate("1051", "2015") == pytest.approx(kept.estimate("1051", "2015"), rel=0.05)


# --- figures as they should not be -------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 100.0])
def test_no_one_and_all_are_not_sure_to_be_so_again(share: float) -> None:
    chance = fit_chance(drawn(), SIZES)
    assert chance.spread(share, ["1000"], "2021") == pytest.approx(0.5, abs=0.2)
    shares = drawn()
    shares.loc[shares["region_code"] == "1000", "value"] = share
    interval = fit_chance(shares, SIZES).next_year("1000")
    assert 0 <= interval.low < interval.high <= 100


@pytest.mark.parametrize("people", [0.0, np.nan])
def test_a_kommun_without_a_denominator_has_only_its_own_swing(people: float) -> None:
    shares = drawn()
    sizes = SIZES.assign(value=SIZES["value"].where(SIZES["region_code"] != "1000", people))
    chance = fit_chance(shares, sizes)
    assert chance.spread(8.0, ["1000"], "2021") is None
    assert chance.spread(8.0, ["1000", "1001"], "2021") is None
    assert (chance.next_year("1000"), chance.level("1000", "2021")) == (None, None)
    own = figure_sd(None, shares, "1000", "2021", 8.0)
    assert own is not None
    assert figure_sd(chance, shares, "1000", "2021", 8.0) == own


def test_a_year_without_a_denominator_has_that_of_the_nearest() -> None:
    chance = fit_chance(drawn(), SIZES.loc[SIZES["period"].between("2012", "2018")])
    assert chance.people.loc["1119"].tolist() == [9000.0] * len(YEARS)


def test_suppressed_figures_are_passed_over() -> None:
    shares = drawn()
    shares.loc[(shares["region_code"] == "1010") & (shares["period"] > "2018"), "value"] = np.nan
    shares.loc[shares["region_code"] == "1011", "value"] = np.nan
    chance = fit_chance(shares, SIZES)
    assert 4 < chance.estimate("1010", "2021") < 14
    assert chance.sds.loc["1010", "2021"] > chance.sds.loc["1012", "2021"]
    assert "1011" not in chance.levels.index
    assert move_sd(None, shares, ["1011"], ("2020", 8.0), ("2021", 8.0)) is None


def test_two_kommuner_or_two_years_make_no_model() -> None:
    shares = drawn()
    assert fit_chance(shares.loc[shares["region_code"].isin(CODES[:2])], SIZES) is None
    assert fit_chance(shares.loc[shares["period"] > "2019"], SIZES) is None
    assert fit_chance(shares.iloc[:0], SIZES) is None


def test_equal_figures_make_a_model_all_the_same() -> None:
    chance = fit_chance(drawn().assign(value=8.0), SIZES)
    assert chance.estimate("1000", "2021") == pytest.approx(8.0)
    assert chance.spread(8.0, ["1000"], "2021") > 0


def test_what_is_no_share_is_refused() -> None:
    with pytest.raises(IndicatorError, match="En andel ligger inte mellan 0 och 100 procent"):
        fit_chance(drawn().assign(value=101.0), SIZES)


def test_an_area_has_the_chance_of_all_its_persons() -> None:
    chance = fit_chance(drawn(), SIZES)
    one, two = chance.spread(8.0, ["1000"], "2021"), chance.spread(8.0, ["1000", "1001"], "2021")
    assert two == pytest.approx(one / 2**0.5, rel=0.02)
