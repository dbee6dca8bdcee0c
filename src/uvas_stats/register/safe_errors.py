"""What every count of a register goes through: read and trusted or refused, and errors that quote nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.errors import RegisterError, UvasStatsError
from uvas_stats.register.reading.identity import Key
from uvas_stats.register.reading.mapping import read_mapping
from uvas_stats.register.reading.read import Register, read_register, require_trust

__all__ = ["RunResult", "left_out", "read_trusted", "redact", "today_unless"]

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class RunResult:
    """What a run gave: figures that may be shown, files, and what was wrong by row and field."""

    observations: pd.DataFrame
    files: tuple[Path, ...]
    remarks: tuple[str, ...]


@contextmanager
def _no_core_dump() -> Iterator[None]:
    """Keep a crash of the process from writing its memory, which holds the register and the key, to a file."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    too_small = int(hard != 0)  # Linux writes no file of 1 byte, and takes 1 to mean that no pipe gets it either
    resource.setrlimit(resource.RLIMIT_CORE, (too_small, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


def redact(function: Callable[P, T]) -> Callable[P, T]:
    """Turn any unforeseen error into one that quotes nothing: its text could hold a row of the register.

    No error keeps its cause, nor the frames it passed: their variables are the register and the key. While it runs
    the process may leave no core dump (POSIX).
    """

    @wraps(function)
    def call(*words: P.args, **names: P.kwargs) -> T:
        safe: BaseException
        try:
            with _no_core_dump():
                return function(*words, **names)
        except UvasStatsError as error:
            safe = error
        except KeyboardInterrupt:
            safe = KeyboardInterrupt()
        except BaseException as error:  # noqa: BLE001 - the text of an error, or of a panic, may quote a person's row
            failed = type(error).__name__
            safe = RegisterError(
                f"Räkningen avbröts av ett oväntat fel ({failed})", todo="Inget är skrivet; meddela felet"
            )
        safe.__cause__ = safe.__context__ = None
        raise safe.with_traceback(None)

    return call


def read_trusted(
    path: Path, mapping: Path, key: Key, catalog: Catalog, at: dt.date, faults: Path | None = None
) -> Register:
    """Read a register and refuse it where it cannot be trusted; what was wrong is in the error's notes.

    Parameters
    ----------
    path, mapping
        The register and how it is read.
    key, catalog, at
        As of :func:`~uvas_stats.register.reading.read.read_register`.
    faults
        Where the whole list of what was wrong is written; None means nowhere.
    """
    register = read_register(path, read_mapping(mapping), key, catalog, at)
    if faults is not None:
        register.faults.write(faults)
    try:
        require_trust(register)
    except RegisterError as error:
        for line in register.faults.lines():
            error.add_note(line)
        raise
    return register


def today_unless(day: dt.date | None) -> dt.date:
    """Return a day, today where none is given."""
    return day or dt.date.today()  # noqa: DTZ011 - a calendar day


def left_out(register: Register) -> str:
    """Say that rows were left out, not how many: the number of rows could be that of the persons."""
    if not register.faults.bad_rows:
        return "."
    share = f"{100 * register.largest_bad_share:g}".replace(".", ",")
    return f". Rader som inte gick att använda är utelämnade, högst {share} procent av listan."
