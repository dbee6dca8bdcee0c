"""Fetching Kolada's figures for all kommuner, side by side with koladapy on the same fake service.

Each value must be at most its limit.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[1]
Line = tuple[str, float, float, str]
KPIS, YEARS = 12, range(2008, 2025)
SEGMENT, PAGE = 25, 5000
ROUNDS = 3


def lower_bound(kpis: int, units: int, years: int) -> int:
    """Compute how few calls there can be: no call, pages counted, carries more rows than the best one does."""
    sides = (range(1, min(SEGMENT, size) + 1) for size in (kpis, units, years))
    rows = (math.prod(sizes) for sizes in itertools.product(*sides))
    best = max(count / math.ceil(count / PAGE) for count in rows)
    return math.ceil(kpis * units * years / best)


def _question() -> tuple[list[str], list[str], list[str]]:
    from uvas_stats.catalog import load_catalog

    units = ["0000", *(kommun.code for kommun in load_catalog().kommuner)]
    return [f"N{90000 + number}" for number in range(KPIS)], units, [str(year) for year in YEARS]


@contextlib.contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.fakes.kolada", "--kpis", str(KPIS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def ours(url: str) -> int:
    """Fetch and read with this package, at the declared five calls a second; return the number of figures."""
    from uvas_stats.catalog.sources import load_web_sources
    from uvas_stats.clean.kolada import read_values
    from uvas_stats.fetch.http import Http
    from uvas_stats.fetch.kolada import boxes
    from uvas_stats.fetch.kolada_pages import get_pages, joined
    from uvas_stats.fetch.limits import Limits, RateLimiter

    source = load_web_sources()["kolada"]
    http = Http(url, RateLimiter(Limits(calls=source.calls, seconds=source.seconds)))
    figures = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, box in enumerate(boxes(*_question())):
            path = Path(folder) / f"values_{number:03d}.json"
            path.write_bytes(joined(get_pages(http, box.path, url).bodies))
            figures += len(read_values(path).frame)
    http.close()
    return figures


def koladapy(url: str) -> int:
    """Fetch with koladapy, at its own five calls a second; return the number of figures."""
    from koladapy import KoladaAPI

    kpis, units, years = _question()
    client = KoladaAPI(base_url=url + "/")
    return len(client.get_data_as_dataframe(kpis, units, [int(year) for year in years]))


CLIENTS: dict[str, Callable[[str], int]] = {"ours": ours, "koladapy": koladapy}


def _measure(name: str, url: str) -> dict[str, float]:
    """Count the requests that leave, and time the whole, in a process of its own."""
    calls = 0
    send = requests.Session.send

    def counted(self: Any, request: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        return send(self, request, **options)

    requests.Session.send = counted  # type: ignore[method-assign]
    start = time.perf_counter()
    figures = CLIENTS[name](url)
    return {"seconds": time.perf_counter() - start, "calls": calls, "figures": figures}


def _child(name: str, url: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.rankings_kolada", name, url]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def run() -> Iterator[Line]:
    """Yield name, value, limit and what was measured, for each measurement."""
    kpis, units, years = _question()
    bound = lower_bound(len(kpis), len(units), len(years))
    found: dict[str, list[dict[str, float]]] = {name: [] for name in CLIENTS}
    with _server() as url:
        for _ in range(ROUNDS):
            for name in CLIENTS:
                found[name].append(_child(name, url))
    mine, peer = (min(found[name], key=lambda one: one["seconds"]) for name in ("ours", "koladapy"))
    assert mine["figures"] == peer["figures"] > len(kpis) * len(units) * len(years)
    calls = f"{mine['calls']:.0f} calls for {len(kpis)} x {len(units)} x {len(years)}"
    yield "kolada_calls_to_lower_bound", mine["calls"] / bound, 1, f"{calls}; bound {bound}"
    yield "kolada_calls_to_koladapy", mine["calls"] / peer["calls"], 1, f"koladapy {peer['calls']:.0f}"
    yield (
        "kolada_seconds_to_koladapy",
        mine["seconds"] / peer["seconds"],
        1,
        f"{mine['seconds']:.2f} s and {peer['seconds']:.2f} s, at most five calls a second",
    )


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], sys.argv[2])))
