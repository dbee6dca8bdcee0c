"""What the tests of registers share. The tests on Spark are not collected where Spark or Java is not installed."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.register.lists import write_participants
from tests.register.people import AT, mapping_file, write
from uvas_stats.catalog import Catalog
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.read import Register, read_register

collect_ignore = []
if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
    print("tests/register/test_spark.py is not collected: pyspark or Java is not installed")
    collect_ignore.append("test_spark.py")

Read = Callable[..., Register]


@pytest.fixture
def read(tmp_path: Path, catalog: Catalog) -> Read:
    """Give a function that writes rows to a file and reads them back as a register."""

    def read(rows: list[list[str]], **how: str) -> Register:
        path = write(tmp_path / "register.csv", rows, **how)
        return read_register(path, read_mapping(mapping_file(tmp_path)), Key(), catalog, AT)

    return read


@pytest.fixture
def participations(tmp_path: Path, catalog: Catalog) -> pd.DataFrame:
    """Give a list of participants as it is counted."""
    path, mapping = write_participants(tmp_path)
    return read_register(path, read_mapping(mapping), Key(), catalog, AT).tables["participations"]
