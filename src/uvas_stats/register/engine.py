"""The engines that count: DuckDB, or Apache Spark. Nothing outside this file knows which one it is.

What does not fit in memory is spilled to a folder of its own, encrypted, and gone when the engine closes.
"""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from uvas_stats.errors import RegisterError

__all__ = ["ENGINES", "bind", "keep", "open_engine"]

ENGINES = ("duckdb", "spark")


@contextmanager
def open_engine(name: str = "duckdb", *, memory_gb: float = 2.0) -> Iterator[Any]:
    """Open an engine and close it, with all it has spilled.

    Parameters
    ----------
    name
        ``duckdb`` or ``spark``.
    memory_gb
        What the engine may use before it spills.

    Yields
    ------
    ibis.backends.BaseBackend
        A connection that expressions are run on.

    Raises
    ------
    RegisterError
        If the engine is not known or not installed.

    Examples
    --------
    >>> with open_engine() as engine:
    ...     engine.name
    'duckdb'
    """
    if name not in ENGINES:
        raise RegisterError(f"Motorn ”{name}” finns inte", todo=f"Välj {' eller '.join(ENGINES)}")
    folder = Path(tempfile.mkdtemp(prefix="uvas-register-"))
    try:
        connection = _duckdb(folder, memory_gb) if name == "duckdb" else _spark(folder, memory_gb)
        try:
            yield connection
        finally:
            connection.disconnect()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _duckdb(folder: Path, memory_gb: float) -> Any:
    import ibis

    return ibis.duckdb.connect(
        memory_limit=f"{round(memory_gb * 1000)}MB",
        temp_directory=str(folder),
        temp_file_encryption=True,
        preserve_insertion_order=False,
    )


def _spark(folder: Path, memory_gb: float) -> Any:
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        raise RegisterError(
            "Spark eller Java saknas", todo="Installera Java 17 och: pip install uvas-stats[spark]"
        )
    import ibis
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.memory": f"{max(1, round(memory_gb))}g",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.io.encryption.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "8",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    builder = SparkSession.builder.master("local[*]").appName("uvas_stats")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return ibis.pyspark.connect(session)


def bind(engine: Any, tables: Mapping[str, pd.DataFrame | pa.Table | Path]) -> dict[str, Any]:
    """Make tables of the engine out of frames or Parquet files.

    Dates of a frame become dates without a time of day. A file is read when it is counted, not before.
    """
    return {name: _table(engine, name, table) for name, table in tables.items()}


def _table(engine: Any, name: str, table: pd.DataFrame | pa.Table | Path) -> Any:
    view = f"register_{name}"
    if isinstance(table, Path):
        return engine.read_parquet(str(table), table_name=view)
    whole = pa.Table.from_pandas(table, preserve_index=False) if isinstance(table, pd.DataFrame) else table
    plain = whole.cast(pa.schema([_plain(one) for one in whole.schema]))
    if engine.name == "duckdb":
        engine.con.register(view, plain)
        return engine.table(view)
    from pyspark.sql import SparkSession

    SparkSession.active().createDataFrame(plain).createOrReplaceTempView(view)
    return engine.table(view)


def keep(engine: Any, name: str, rows: Any) -> Any:
    """Work out the rows of an expression once, for the several counts that are made of them."""
    view = f"register_{name}"
    if engine.name == "duckdb":
        engine.con.execute(f'CREATE OR REPLACE TEMP TABLE "{view}" AS {engine.compile(rows)}')
        return engine.table(view)
    from pyspark.sql import SparkSession

    SparkSession.active().sql(engine.compile(rows)).persist().createOrReplaceTempView(view)
    return engine.table(view)


def _plain(field: pa.Field) -> pa.Field:
    if pa.types.is_timestamp(field.type):
        return pa.field(field.name, pa.date32())
    return pa.field(field.name, pa.string()) if pa.types.is_large_string(field.type) else field
