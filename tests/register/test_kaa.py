"""The counts of the KAA are those of a day-by-day count in plain Python, to the last one."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from tests.register.oracle import in_scope, oracle
from tests.register.registers import edge_register, random_register
from tests.slow import quick
from uvas_stats.errors import ObservationError, RegisterError
from uvas_stats.register.engine import bind, open_engine
from uvas_stats.register.kaa import KaaCounts, count_kaa
from uvas_stats.register.results import quantiles
from uvas_stats.register.span import span_of

SPANS = [("2105/06", dt.date(2106, 6, 15), 2105), ("2105H2", None, 2105), ("2105", dt.date(2105, 3, 1), 2105),
         ("2017/18", None, 2017), ("2018H2", None, 2018), ("2018", dt.date(2018, 6, 30), 2018)]  # fmt: skip


def as_counters(counts: KaaCounts) -> tuple[Counter[object], Counter[object]]:
    cells = counts.cells.set_index(["region", "table", "sex", "category"])["n"]
    days = counts.days.set_index(["region", "state", "days"])["n"]
    return Counter(cells.to_dict()), Counter(days.to_dict())


def counted(
    tables: dict[str, pd.DataFrame], period: str, at: dt.date | None = None, engine: str = "duckdb"
) -> KaaCounts:
    with open_engine(engine) as connection:
        return count_kaa(connection, bind(connection, tables), span_of(period, at, 45))


@pytest.mark.parametrize("seed", quick(range(3), 0))
@pytest.mark.parametrize(("period", "at", "year"), SPANS)
def test_every_figure_is_that_of_a_plain_count(period: str, at: dt.date | None, year: int, seed: int) -> None:
    tables = random_register(seed, year=year)
    cells, days = as_counters(counted(tables, period, at))
    wanted, lasted = oracle(tables, span_of(period, at, 45))
    assert cells == wanted
    assert days == lasted
    assert len({table for _, table, _, _ in cells}) == 13


EDGES = [("2107/08", dt.date(2108, 2, 28), 2088), ("2107/08", dt.date(2108, 2, 29), 2088),
         ("2099/00", dt.date(2100, 2, 27), 2080), ("2099/00", dt.date(2100, 2, 28), 2080),
         ("2017/18", dt.date(2018, 6, 30), 2000), ("2018H2", dt.date(2018, 7, 1), 2000),
         ("2018", dt.date(2018, 1, 1), 2000), ("2018", dt.date(2018, 12, 31), 2000)]  # fmt: skip


@pytest.mark.parametrize("seed", quick(range(2), 0))
@pytest.mark.parametrize(("period", "at", "leap"), EDGES)
def test_every_figure_is_that_of_a_plain_count_where_each_day_decides(
    period: str, at: dt.date, leap: int, seed: int
) -> None:
    span = span_of(period, at, 45)
    tables = edge_register(seed, span, leap)
    cells, days = as_counters(counted(tables, period, at))
    assert (cells, days) == oracle(tables, span)


@pytest.fixture
def spell() -> pd.Series:
    day = pd.Timestamp("2105-08-01")
    rest = dict.fromkeys(
        ("closed", "compulsory_end", "resident_from", "resident_to", "school_from", "school_to", "examen")
    )
    return pd.Series({"born": pd.Timestamp("2088-03-04"), "registered": day, "school_form": "unknown", **rest})


def test_the_day_before_twenty_is_the_last(spell: pd.Series) -> None:
    assert in_scope(spell, dt.date(2108, 3, 3))
    assert not in_scope(spell, dt.date(2108, 3, 4))


@pytest.mark.parametrize(("day", "covered"), [("2018-06-30", True), ("2018-07-01", False)])
def test_a_pupil_of_an_introduktionsprogram_leaves_on_the_first_of_july_2018(day: str, covered: bool) -> None:
    tables = random_register(0, persons=30, year=2017)
    one = tables["spells"].iloc[:30].copy()
    one = one.assign(born=pd.Timestamp("2000-05-05"), registered=pd.Timestamp("2017-08-01"), school_form="im",
                     school_from=pd.Timestamp("2017-08-20"))  # fmt: skip
    for name in ("closed", "compulsory_end", "resident_from", "resident_to", "school_to", "examen"):
        one[name] = pd.Series(pd.NaT, index=one.index, dtype="datetime64[s]")
    one = one.astype(dict.fromkeys(("born", "registered", "school_from"), "datetime64[s]"))
    counts = counted({**tables, "spells": one}, "2018", dt.date.fromisoformat(day))
    stock = counts.cells.loc[counts.cells["table"] == "stock", "n"].sum()
    assert stock == (30 if covered else 0)


def test_an_empty_table_of_contacts_and_measures_counts_as_unknown_and_none() -> None:
    tables = random_register(1)
    tables |= {name: tables[name].iloc[:0] for name in ("contacts", "measures")}
    cells, _ = as_counters(counted(tables, "2105/06"))
    assert cells == oracle(tables, span_of("2105/06", None, 45))[0]
    assert {category for _, table, _, category in cells if table == "occupation"} == {"unknown"}


@pytest.mark.parametrize(("period", "at"), [("2105-06", None), ("2105/06", dt.date(2107, 1, 1))])
def test_a_month_or_a_day_outside_the_period_is_refused(period: str, at: dt.date | None) -> None:
    with pytest.raises(RegisterError):
        span_of(period, at)
    with pytest.raises(ObservationError):
        span_of("förra året")


def test_quartiles_are_those_of_numpy() -> None:
    rng = np.random.default_rng(3)
    for n in (1, 2, 7, 40):
        days = rng.integers(0, 50, n)
        wanted = dict(zip(("q25", "median", "q75"), np.quantile(days, [0.25, 0.5, 0.75]), strict=True))
        assert quantiles(Counter(days.tolist())) == pytest.approx(wanted)


def test_counts_show_nothing_when_printed() -> None:
    assert repr(counted(random_register(1), "2105/06")) == "KaaCounts(2105/06)"


def test_an_engine_that_is_not_there_is_refused() -> None:
    with pytest.raises(RegisterError, match="finns inte"), open_engine("oracle"):
        pass
