"""Rankings: the pivot caches they are read from, the places themselves, and Kolada's figures."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator

PARTS = ("rankings_pivot", "rankings_places", "rankings_kolada")


def run() -> Iterator[tuple[str, float, float, str]]:
    """Yield name, value, limit and unit of each figure of each part that there is."""
    for part in PARTS:
        if importlib.util.find_spec(f"benchmarks.{part}") is not None:
            yield from importlib.import_module(f"benchmarks.{part}").run()
