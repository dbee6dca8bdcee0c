"""What does not fit in memory is spilled, encrypted, gives the same counts, and is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.register.registers import random_register
from uvas_stats.register.engine import bind, open_engine
from uvas_stats.register.kaa import KaaCounts, count_kaa
from uvas_stats.register.span import span_of

PLANTED = int.from_bytes(b"\0\0\0plant", "little")  # stands in the key of every person, so that it can be found
LITTLE_GB = 0.05


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    found = random_register(5, persons=300_000)
    return {name: table.assign(person=table["person"] + PLANTED) for name, table in found.items()}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@contextmanager
def small_engine() -> Iterator[Any]:
    with open_engine(memory_gb=LITTLE_GB) as engine:
        engine.opened.result().connection.execute("SET threads = 2")  # each takes memory of its own
        yield engine


def counted(engine: Any, tables: dict[str, pd.DataFrame]) -> KaaCounts:
    return count_kaa(engine, bind(engine, tables), span_of("2105/06"))


@pytest.mark.slow
def test_the_counts_are_the_same_when_they_have_to_spill(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    with open_engine() as engine:
        roomy = counted(engine, tables)
    with small_engine() as engine:
        tight = counted(engine, tables)
        files = [path for path in folder.rglob("*") if path.is_file()]
        spilled = [path.read_bytes() for path in files]
    assert sum(map(len, spilled)) > 1_000_000
    assert not any(b"plant" in content for content in spilled)
    assert not list(folder.iterdir())
    for name, keys in (("cells", ["region", "table", "sex", "category"]), ("days", ["region", "state", "days"])):
        both = [getattr(counts, name).sort_values(keys, ignore_index=True) for counts in (tight, roomy)]
        pd.testing.assert_frame_equal(*both)


@pytest.mark.slow
def test_with_nowhere_to_spill_it_cannot_be_counted(tables: dict[str, pd.DataFrame]) -> None:
    with small_engine() as engine:
        engine.opened.result().connection.execute("SET max_temp_directory_size = '0KB'")
        with pytest.raises(duckdb.OutOfMemoryException):
            counted(engine, tables)


def test_the_engine_fetches_nothing_from_the_network() -> None:
    with open_engine() as engine, pytest.raises(duckdb.Error, match="requires the extension"):
        engine.opened.result().connection.execute(
            "SELECT * FROM read_parquet('https://127.0.0.1:9/register.parquet')"
        )
