"""Run the measurements of the areas named, or of all, and fail if any is over its limit."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def _areas() -> list[str]:
    names = (path.stem for path in Path(__file__).parent.glob("*.py"))
    return sorted(name for name in names if not name.startswith("_"))


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - set(_areas())
    if unknown:
        print(f"no such area: {', '.join(sorted(unknown))}; there are {', '.join(_areas())}", file=sys.stderr)
        return 2
    over = 0
    for area in wanted or _areas():
        for name, value, limit, unit in importlib.import_module(f"benchmarks.{area}").run():
            good = value <= limit
            over += not good
            print(f"{area}/{name} {value:.4g} limit {limit:.4g} {'ok' if good else 'over'} ({unit})", flush=True)
    return 1 if over else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
