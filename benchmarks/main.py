"""The main job: the five reports, the start of the interpreter and the build of the shipped edition.

Whole processes are timed, ours and the peer's in alternation, and the median of the ratios is printed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 3

# The same figures, made beforehand; only matplotlib's import and its saving are timed.
SAVE_FIGURES = """
import pickle, sys, time
begin = time.perf_counter()
import matplotlib
import matplotlib.figure
from matplotlib.backends.backend_agg import FigureCanvasAgg
imported = time.perf_counter() - begin
matplotlib.rcParams["svg.fonttype"] = "none"
from uvas_stats import nulage
from uvas_stats.catalog import load_catalog
figures = []
for programme in load_catalog().programmes:
    for chapter in nulage(programme).chapters():
        figures += [part for part in chapter.parts if isinstance(part, matplotlib.figure.Figure)]
begin = time.perf_counter()
for i, figure in enumerate(figures):
    figure.savefig(f"{sys.argv[1]}/{i}.png", dpi=200)
    figure.savefig(f"{sys.argv[1]}/{i}.svg")
print(imported + time.perf_counter() - begin)
"""
BARE_BUILD = """
import sys
import pandas as pd
frames = [pd.read_csv(path, dtype=str) for path in sys.argv[2:]]
pd.concat(frames).to_parquet(sys.argv[1])
"""


def _environment(workspace: Path) -> dict[str, str]:
    """Return the user's environment, with compiled modules kept as they are on a user's machine."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"UVAS_WORKSPACE": str(workspace)}


def _run(words: list[str], workspace: Path) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=_environment(workspace),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def _seconds(words: list[str], workspace: Path) -> float:
    begin = time.perf_counter()
    _run(words, workspace)
    return time.perf_counter() - begin


def _median_of(
    ours: Callable[[], float],
    peer: Callable[[], float],
    combine: Callable[[float, float], float],
    rounds: int = ROUNDS,
) -> float:
    ours(), peer()
    return statistics.median(combine(ours(), peer()) for _ in range(rounds))


def _ratio(ours: float, peer: float) -> float:
    return ours / peer


def run() -> Iterator[tuple[str, float, float, str]]:
    """Yield name, value, limit and unit of each figure."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        uvas = ["-m", "uvas_stats"]
        raw = [str(path) for path in sorted((ROOT / "data" / "raw").glob("*/*/*.csv"))]
        out = workspace / "peer"
        out.mkdir()

        def python(code: str, *words: str) -> float:
            return _seconds(["-c", code, *words], workspace)

        yield (
            "import_ms",
            1000
            * _median_of(
                lambda: python("import uvas_stats"), lambda: python("pass"), lambda a, b: a - b, rounds=15
            ),
            50,
            "ms",
        )
        yield (
            "help",
            _median_of(
                lambda: _seconds([*uvas, "--help"], workspace),
                lambda: python("import typer, rich"),
                _ratio,
                rounds=9,
            ),
            2,
            "x",
        )
        yield (
            "build",
            _median_of(
                lambda: _seconds([*uvas, "build"], workspace),
                lambda: python(BARE_BUILD, str(out / "bare.parquet"), *raw),
                _ratio,
                rounds=5,
            ),
            3,
            "x",
        )
        yield (
            "nulage_all",
            _median_of(
                lambda: _seconds([*uvas, "nulage", "--all"], workspace),
                lambda: float(_run(["-c", SAVE_FIGURES, str(out)], workspace)),
                _ratio,
            ),
            1.5,
            "x",
        )
