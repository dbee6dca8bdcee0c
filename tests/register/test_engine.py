"""An engine works in a thread of its own: its errors come through, and it stops when it is left."""

from __future__ import annotations

import duckdb
import ibis
import pandas as pd
import pytest

from uvas_stats.register.engine import ask, bind, keep, open_engine

ROWS = pd.DataFrame({"person": range(100_000)})


def test_what_is_kept_can_be_used_before_it_is_worked_out() -> None:
    with open_engine() as engine:
        rows = bind(engine, {"rows": ROWS})["rows"]
        few = keep(engine, "few", rows.filter(rows.person < 10))
        both = [ask(engine, one.agg(n=one.count())) for one in (rows, few)]
        assert [found()["n"].item() for found in both] == [100_000, 10]


def test_the_first_error_is_the_one_that_is_told() -> None:
    with open_engine() as engine:
        rows = bind(engine, {"rows": ROWS})["rows"]
        missing = ibis.table({"person": "int64"}, name="missing")
        kept = keep(engine, "kept", missing)
        for one in (kept, rows):
            with pytest.raises(duckdb.CatalogException, match="missing"):
                ask(engine, one.agg(n=one.count()))()


def test_an_engine_that_is_left_stops_working() -> None:
    def left() -> None:
        with open_engine() as engine:
            rows = bind(engine, {"rows": ROWS})["rows"]
            pairs = rows.cross_join(rows.view()).cross_join(rows.view())  # would take days
            ask(engine, pairs.agg(n=(pairs.person % 7).sum()))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        left()
