"""Run the benchmarks of one area, or of all; exit 1 if any figure is over its limit."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def areas() -> list[str]:
    """Name the areas; a file named after an area and an underscore is a part of it."""
    names = {path.stem for path in Path(__file__).parent.glob("[a-z]*.py")}
    return sorted(name for name in names if name.partition("_")[0] not in names - {name})


def main() -> int:
    wanted = sys.argv[1:] or areas()
    unknown = [name for name in wanted if name not in areas()]
    if unknown:
        print(f"unknown area {unknown[0]}; there is {', '.join(areas())}", file=sys.stderr)
        return 2
    over = 0
    for area in wanted:
        for name, value, limit, unit in importlib.import_module(f"benchmarks.{area}").run():
            verdict = "ok" if value <= limit else "over"
            over += verdict == "over"
            print(f"{area}/{name} {value:.4g} limit {limit:.4g} {verdict} ({unit})", flush=True)
    return 1 if over else 0


raise SystemExit(main())
