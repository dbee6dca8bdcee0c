"""The rows of the kartläggning of a local agreement, with what is nearest to each in today's statistics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from uvas_stats.catalog.toml import build, read_toml

__all__ = ["MapRow", "Nearest", "PrintedAs", "load_map_rows"]

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class PrintedAs:
    """Which printed figures of a document belong to a row."""

    measure: str
    category: str = ""
    sex: str = "total"


@dataclass(frozen=True)
class Nearest:
    """A published measure that a row can be read in."""

    measure: str
    age: str = ""
    sex: str = "total"
    note: str = ""
    """What is other than in the document."""
    same: bool = False
    """Whether it is the same quantity, so that it can be compared period by period."""


@dataclass(frozen=True)
class MapRow:
    """A row of the kartläggning."""

    id: str
    title: str
    printed: PrintedAs
    reason: str
    """Why there is no figure, where there is none."""
    today: tuple[Nearest, ...] = ()
    todo: str = ""
    """What to do about a reason."""


@cache
def load_map_rows() -> tuple[MapRow, ...]:
    """Read the rows in their order.

    Examples
    --------
    >>> [row.id for row in load_map_rows()][:2]
    ['examen_national', 'examen_all']
    """
    path = DATA / "kaa_kartlaggning.toml"
    return tuple(build(MapRow, table, path) for table in read_toml(path)["rows"])
