"""Spark gives the same counts as DuckDB, to the last one. Not collected where Spark or Java is not installed."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.register.registers import edge_register, random_register
from uvas_stats.register.engine import bind, open_engine
from uvas_stats.register.kaa import count_kaa
from uvas_stats.register.participants import Term, count_participants
from uvas_stats.register.span import span_of


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_spark_counts_as_duckdb_does(participations: object) -> None:
    term = Term("2106H1", dt.date(2104, 1, 1))
    registers = {span_of("2105/06", dt.date(2106, 6, 15), 45): random_register(5)}
    leap = span_of("2107/08", dt.date(2108, 2, 28), 45)
    registers[leap] = edge_register(5, leap, 2088)
    found: dict[str, list[pd.DataFrame]] = {}
    for name in ("duckdb", "spark"):
        with open_engine(name) as engine:
            table = bind(engine, {"participations": participations})["participations"]
            found[name] = [count_participants(engine, table, term).persons]
            for span, tables in registers.items():
                counts = count_kaa(engine, bind(engine, tables), span)
                found[name] += [
                    counts.cells.sort_values(["region", "table", "sex", "category"]),
                    counts.days.sort_values(["region", "state", "days"]),
                ]
    for ours, other in zip(found["duckdb"], found["spark"], strict=True):
        assert len(ours)
        assert ours.astype("str").reset_index(drop=True).equals(other.astype("str").reset_index(drop=True))
