"""Pairs of measures that are the same indicator by two routes, to be compared and never mixed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from uvas_stats.catalog.toml import build, read_toml

__all__ = ["Route", "load_routes"]

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class Route:
    """Two measures that should agree."""

    left: str
    right: str
    note: str = ""
    """What is known to make them differ."""
    decimals: int = 1
    """With how many decimals the coarser of them is published."""


@cache
def load_routes() -> tuple[Route, ...]:
    """Read the declared pairs."""
    path = DATA / "routes.toml"
    return tuple(build(Route, table, path) for table in read_toml(path).get("routes", []))
