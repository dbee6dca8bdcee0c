"""Registers: the way from a CSV, the counts beside plain pandas and Spark, and what suppression takes."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

PARTS = ("registers_way", "registers_counts", "registers_suppression")


def run() -> Iterator[tuple[str, float, float, str]]:
    """Yield name, value, limit and unit of each figure of each part."""
    for part in PARTS:
        yield from importlib.import_module(f"benchmarks.{part}").run()
