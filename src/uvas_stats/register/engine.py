"""The engines that count: DuckDB, or Apache Spark. Nothing outside this file knows which one it is.

What does not fit in memory is spilled to a folder of its own, encrypted, and gone when the engine closes. An
engine works in a thread of its own, one query at a time, while the next expression is compiled.
"""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from uvas_stats.errors import RegisterError
from uvas_stats.workspace import scratch_folder

__all__ = ["ENGINES", "Engine", "ask", "bind", "keep", "open_engine"]

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Engine:
    """An open engine, the thread it works in, and what it was asked last."""

    name: str
    compiler: Any
    """The Ibis backend that expressions are compiled by."""
    worker: ThreadPoolExecutor
    opened: Future[Any]
    last: list[Future[Any]]


@contextmanager
def open_engine(name: str = "duckdb", *, memory_gb: float = 2.0) -> Iterator[Engine]:
    """Open an engine and close it, with all it has spilled.

    Parameters
    ----------
    name
        ``duckdb`` or ``spark``.
    memory_gb
        What the engine may use before it spills.

    Yields
    ------
    Engine
        What tables are bound to and expressions are answered by.

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
    compiler, session = ENGINES[name]()
    with scratch_folder("uvas-register", Path(tempfile.gettempdir())) as folder:
        with ThreadPoolExecutor(1, thread_name_prefix="uvas-register") as worker:
            opened = worker.submit(session, folder, memory_gb)
            try:
                yield Engine(name, compiler, worker, opened, [opened])
            finally:
                worker.shutdown(wait=False, cancel_futures=True)
                opened.result().interrupt()  # an error, or Ctrl+C, need not wait for what is being worked out
        opened.result().close()


class _DuckDb:
    """DuckDB in memory: shows rows as a view, keeps or works out a query, and can be interrupted.

    To encrypt what it spills DuckDB would fetch an extension with better random numbers from the network, and
    cannot spill at all without it. A register must not make anything go to the network, so DuckDB's own cipher is
    used: its key lives in memory, but its random numbers are weak. The folder can be read by this user alone.
    """

    def __init__(self, folder: Path, memory_gb: float) -> None:
        import duckdb

        self.connection = duckdb.connect(
            config={
                "memory_limit": f"{round(memory_gb * 1000)}MB",
                "temp_directory": str(folder),
                "temp_file_encryption": True,
                "force_mbedtls_unsafe": True,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
                "preserve_insertion_order": False,
                "perfect_ht_threshold": 18,  # bits: kommun, sex and category are counted in an array, not by hash
            }
        )

    def show(self, view: str, rows: pa.Table | Path) -> None:
        if isinstance(rows, Path):
            self.connection.read_parquet(str(rows)).create_view(view)
        else:
            self.connection.register(view, rows)

    def keep(self, view: str, query: str) -> None:
        self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{view}" AS {query}')

    def rows(self, query: str) -> pa.Table:
        return self.connection.sql(query).to_arrow_table()

    def interrupt(self) -> None:
        self.connection.interrupt()

    def close(self) -> None:
        self.connection.close()


class _Spark:
    """Spark in local mode, to be asked as DuckDB is."""

    def __init__(self, folder: Path, memory_gb: float) -> None:
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
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("OFF")

    def show(self, view: str, rows: pa.Table | Path) -> None:
        frame = (
            self.session.read.parquet(str(rows)) if isinstance(rows, Path) else self.session.createDataFrame(rows)
        )
        frame.createOrReplaceTempView(view)

    def keep(self, view: str, query: str) -> None:
        self.session.sql(query).persist().createOrReplaceTempView(view)

    def rows(self, query: str) -> pa.Table:
        return self.session.sql(query).toArrow()

    def interrupt(self) -> None:
        self.session.sparkContext.cancelAllJobs()

    def close(self) -> None:
        self.session.stop()


_Session = _DuckDb | _Spark


def _duckdb() -> tuple[Any, Callable[[Path, float], _Session]]:
    from ibis.backends.duckdb import Backend  # ibis.duckdb would search every installed package for it

    return Backend(), _DuckDb


def _spark() -> tuple[Any, Callable[[Path, float], _Session]]:
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        raise RegisterError(
            "Spark eller Java saknas", todo="Installera Java 17 och: pip install uvas-stats[spark]"
        )
    import ibis

    return ibis.pyspark, _Spark


ENGINES = {"duckdb": _duckdb, "spark": _spark}


def bind(engine: Engine, tables: Mapping[str, pd.DataFrame | pa.Table | Path]) -> dict[str, Any]:
    """Make tables of the engine out of frames or Parquet files.

    Dates of a frame become dates without a time of day. A file is read when it is counted, not before.
    """
    return {name: _table(engine, f"register_{name}", table) for name, table in tables.items()}


def _table(engine: Engine, view: str, table: pd.DataFrame | pa.Table | Path) -> Any:
    rows = table if isinstance(table, Path) else _plain(table)
    schema = pq.read_schema(rows) if isinstance(rows, Path) else rows.schema
    _queue(engine, lambda session: session.show(view, rows))
    return _named(view, schema)


def _plain(table: pd.DataFrame | pa.Table) -> pa.Table:
    whole = pa.Table.from_pandas(table, preserve_index=False) if isinstance(table, pd.DataFrame) else table
    return whole.cast(pa.schema([_plain_field(one) for one in whole.schema]))


def _plain_field(field: pa.Field) -> pa.Field:
    if pa.types.is_timestamp(field.type):
        return pa.field(field.name, pa.date32())
    return pa.field(field.name, pa.string()) if pa.types.is_large_string(field.type) else field


def _named(view: str, schema: pa.Schema) -> Any:
    """Refer to a view whose columns are known, so that the engine need not be asked for them."""
    import ibis

    return ibis.table(ibis.Schema.from_pyarrow(schema), name=view)


def keep(engine: Engine, name: str, rows: Any) -> Any:
    """Work out the rows of an expression once, for the several counts that are made of them.

    The table that is returned can be used in expressions at once; the engine fills it in its own time.

    Parameters
    ----------
    engine
        From :func:`open_engine`.
    name
        The same name again takes the place of the rows before.
    rows
        An Ibis expression.
    """
    view, query = f"register_{name}", engine.compiler.compile(rows)
    _queue(engine, lambda session: session.keep(view, query))
    return _named(view, rows.schema().to_pyarrow())


def ask(engine: Engine, rows: Any) -> Callable[[], pd.DataFrame]:
    """Ask for the rows of an expression.

    Returns
    -------
    callable
        Waits for the rows and gives them; raises what the engine raised, for this or for what was asked before it.
    """
    query = engine.compiler.compile(rows)
    answer = _queue(engine, lambda session: session.rows(query))
    return lambda: answer.result().to_pandas()


def _queue(engine: Engine, work: Callable[[_Session], _Answer]) -> Future[_Answer]:
    before = engine.last.pop()

    def after() -> _Answer:
        before.result()  # after an error nothing more is worked out
        return work(engine.opened.result())

    engine.last.append(engine.worker.submit(after))
    return engine.last[-1]
