"""Spark gives the same counts as DuckDB, to the last one. Not collected where Spark or Java is not installed."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.register.registers import random_register
from uvas_stats.register.engine import bind, open_engine
from uvas_stats.register.kaa import count_kaa, span_of
from uvas_stats.register.participants import Term, count_participants


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_spark_counts_as_duckdb_does(participations: object) -> None:
    tables = random_register(5)
    span, term = span_of("2105/06", dt.date(2106, 6, 15), 45), Term("2106H1", dt.date(2104, 1, 1))
    found = {}
    for name in ("duckdb", "spark"):
        with open_engine(name) as engine:
            counts = count_kaa(engine, bind(engine, tables), span)
            table = bind(engine, {"participations": participations})["participations"]
            persons = count_participants(engine, table, term).persons
        found[name] = counts.cells, counts.days.sort_values(["region", "state", "days"]), persons
    for ours, other in zip(found["duckdb"], found["spark"], strict=True):
        assert len(ours)
        assert ours.astype("str").reset_index(drop=True).equals(other.astype("str").reset_index(drop=True))
