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
import pyarrow.parquet as pq

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
    """Connect to DuckDB in memory.

    To encrypt what it spills DuckDB would fetch an extension with better random numbers from the network, and
    cannot spill at all without it. A register must not make anything go to the network, so DuckDB's own cipher is
    used: its key lives in memory, but its random numbers are weak. The folder can be read by this user alone.
    """
    import ibis

    return ibis.duckdb.connect(
        memory_limit=f"{round(memory_gb * 1000)}MB",
        temp_directory=str(folder),
        temp_file_encryption=True,
        force_mbedtls_unsafe=True,
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
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
    schema = _file(engine, view, table) if isinstance(table, Path) else _rows(engine, view, table)
    return _named(view, schema)


def _named(view: str, schema: pa.Schema) -> Any:
    """Refer to a view whose columns are known, so that the engine need not be asked for them."""
    import ibis

    return ibis.table(ibis.Schema.from_pyarrow(schema), name=view)


def _file(engine: Any, view: str, path: Path) -> pa.Schema:
    if engine.name == "duckdb":
        engine.con.read_parquet(str(path)).create_view(view)
    else:
        _session().read.parquet(str(path)).createOrReplaceTempView(view)
    return pq.read_schema(path)


def _rows(engine: Any, view: str, table: pd.DataFrame | pa.Table) -> pa.Schema:
    whole = pa.Table.from_pandas(table, preserve_index=False) if isinstance(table, pd.DataFrame) else table
    plain = whole.cast(pa.schema([_plain(one) for one in whole.schema]))
    if engine.name == "duckdb":
        engine.con.register(view, plain)
    else:
        _session().createDataFrame(plain).createOrReplaceTempView(view)
    return plain.schema


def keep(engine: Any, name: str, rows: Any) -> Any:
    """Work out the rows of an expression once, for the several counts that are made of them."""
    view, query = f"register_{name}", engine.compile(rows)
    if engine.name == "duckdb":
        engine.con.execute(f'CREATE OR REPLACE TEMP TABLE "{view}" AS {query}')
    else:
        _session().sql(query).persist().createOrReplaceTempView(view)
    return _named(view, rows.schema().to_pyarrow())


def _session() -> Any:
    from pyspark.sql import SparkSession

    return SparkSession.active()


def _plain(field: pa.Field) -> pa.Field:
    if pa.types.is_timestamp(field.type):
        return pa.field(field.name, pa.date32())
    return pa.field(field.name, pa.string()) if pa.types.is_large_string(field.type) else field
