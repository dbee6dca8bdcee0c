"""Reading, planning and fetching SCB's tables, side by side with pxwebpy and pyjstat.

Each value must be at most its limit. "15 times faster" is written as the ratio of the times, at most 1/15.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import math
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import orjson

ROOT = Path(__file__).resolve().parents[1]
Line = tuple[str, float, float, str]
PARTS = 100
CELLS = 290 * 3 * 3 * 11 * 15


def sample(parts: int = 1) -> bytes:
    """Make a JSON-stat 2 answer of 430 650 cells, 2 % of them without a number."""
    from uvas_stats.catalog import load_catalog

    rng = np.random.default_rng(7)
    codes = [region.code for region in load_catalog().kommuner]
    sides = {
        "Region": codes,
        "Kon": ["1", "2", "1+2"],
        "Alder": ["16-19", "20-24", "25-29"],
        "ContentsCode": list(contents()),
        "Tid": [f"{2020 + at // 12}M{at % 12 + 1:02d}" for at in range(15)],
    }
    values: list[Any] = rng.integers(0, 50_000, CELLS).tolist()
    gaps = sorted(rng.choice(CELLS, CELLS // 50, replace=False).tolist())
    for at in gaps:
        values[at] = None
    return orjson.dumps(
        {
            "version": "2.0",
            "class": "dataset",
            "label": "Befolkningens arbetsmarknadsstatus efter region, kön, ålder och månad",
            "source": "SCB",
            "updated": "2026-08-28T06:00:00Z",
            "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
            "id": list(sides),
            "size": [len(side) for side in sides.values()],
            "dimension": {
                name: {
                    "label": name.lower(),
                    "category": {
                        "index": {code: at for at, code in enumerate(side)},
                        "label": {code: f"{name} {code}" for code in side},
                    },
                }
                for name, side in sides.items()
            },
            "value": values,
            "status": {str(at): ".." for at in gaps},
        }
    )


@cache
def contents() -> dict[str, str]:
    from uvas_stats.catalog.pxweb import tables_of

    dimension = tables_of("scb_bas")[0].dimension("ContentsCode")
    assert dimension is not None
    return dimension.map


def _reading() -> Any:
    from uvas_stats.catalog import load_catalog
    from uvas_stats.catalog.pxweb import PxDimension, PxTable
    from uvas_stats.clean.pxcube import Reading

    dimensions = (
        PxDimension("Region", "region_code"),
        PxDimension("Kon", "sex", map={"1": "men", "2": "women", "1+2": "total"}),
        PxDimension("Alder", "age_group"),
        PxDimension("ContentsCode", "measure", map=contents()),
        PxDimension("Tid", "period"),
    )
    return Reading(PxTable("scb_bas", "scb", (), dimensions, id="BENCH"), "2026-08-28", load_catalog().measures)


def ours(body: bytes) -> Any:
    from uvas_stats.clean.pxcube import cube_frame
    from uvas_stats.formats.jsonstat import read_jsonstat

    return cube_frame(read_jsonstat(body), _reading(), "bench")


def pxwebpy(body: bytes) -> Any:
    import pandas as pd
    from pxweb._internal.functions import unpack_table_data

    return pd.DataFrame(unpack_table_data(json.loads(body)))


def pyjstat(body: bytes) -> Any:
    from pyjstat import pyjstat as peer

    return peer.Dataset.read(body.decode()).write("dataframe")


READERS: dict[str, Callable[[bytes], Any]] = {"ours": ours, "pxwebpy": pxwebpy, "pyjstat": pyjstat}


def _best(function: Callable[[], Any], times: int) -> float:
    best = math.inf
    for _ in range(times):
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return best


def _child(*arguments: str) -> dict[str, float]:
    """Run this module in a process of its own, so that one reader's memory is not another's."""
    command = [sys.executable, "-m", "benchmarks.scb", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _peak(name: str, path: Path) -> dict[str, float]:
    """Measure the most memory a reader holds at once, above what it had before."""
    import tracemalloc

    body = path.read_bytes()
    small = orjson.loads(body)
    for side in small["dimension"].values():  # one cell, so that everything is imported before
        category = side["category"]
        code = next(iter(category["label"]))
        side["category"] = {"index": {code: 0}, "label": {code: "x"}}
    small |= {"size": [1] * 5, "value": [1], "status": {}}
    READERS[name](orjson.dumps(small))
    del small
    tracemalloc.start()
    frame = READERS[name](body)
    assert len(frame) == CELLS
    return {"peak": float(tracemalloc.get_traced_memory()[1])}


def _edition(folder: Path, body: bytes, parts: int) -> Path:
    """Make an edition of many files; they hold the same figures, which reading file by file does not mind."""
    from uvas_stats.raw.snapshot import RawTable, Snapshot, raw_file, write_origin

    edition = folder / "scb_bas" / f"2026-08-28T{parts:04d}"
    (edition / "BENCH").mkdir(parents=True)
    names = [f"BENCH/part_{number:04d}.json" for number in range(parts)]
    for name in names:
        (edition / name).write_bytes(body)
    snapshot = Snapshot(
        dataset="scb_bas",
        edition=edition.name,
        title="",
        publisher="",
        url="",
        retrieved=dt.date(2026, 8, 28),
        licence="",
        tables=(RawTable("BENCH"),),
        files=tuple(raw_file(name, body) for name in names),
        folder=edition,
    )
    write_origin(snapshot)
    return edition


def _read_parts(edition: Path, *, traced: bool) -> dict[str, float]:
    import tracemalloc

    from uvas_stats.clean.pxweb import iter_observations
    from uvas_stats.raw.snapshot import read_snapshot

    tables = (_reading().declared,)
    if traced:
        tracemalloc.start()
    start = time.perf_counter()
    cells = sum(len(frame) for frame in iter_observations(read_snapshot(edition), tables))
    seconds = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1] if traced else 0
    return {"cells": cells, "seconds": seconds, "peak": float(peak)}


def reading() -> Iterator[Line]:
    """Measure from bytes to validated observations."""
    body = sample()
    for reader in READERS.values():
        assert len(reader(body)) == CELLS
    loads = _best(lambda: orjson.loads(body), 7)
    own = _best(lambda: ours(body), 7)
    px = _best(lambda: pxwebpy(body), 2)
    stat = _best(lambda: pyjstat(body), 1)
    yield "read_seconds_to_pxwebpy", own / px, 1 / 15, f"{own:.3f} s and {px:.2f} s"
    yield "read_seconds_to_pyjstat", own / stat, 1 / 35, f"{own:.3f} s and {stat:.2f} s"
    yield "read_seconds_to_orjson", own / loads, 6, f"{own:.3f} s and {loads:.4f} s"
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "sample.json"
        path.write_bytes(body)
        mine = _child("peak", "ours", str(path))["peak"]
        theirs = _child("peak", "pxwebpy", str(path))["peak"]
        yield "read_peak_to_pxwebpy", mine / theirs, 0.25, f"{mine / 2**20:.0f} MB and {theirs / 2**20:.0f} MB"
        edition = _edition(Path(temporary), body, PARTS)
        few = _child("parts", str(_edition(Path(temporary), body, 2)), "traced")["peak"]
        many = _child("parts", str(edition), "traced")
        assert many["cells"] == PARTS * CELLS
        plain = _child("parts", str(edition))["seconds"]
        yield (
            "parts_peak_to_two_parts",
            many["peak"] / few,
            1.1,
            f"{many['peak'] / 2**20:.0f} MB for {PARTS} parts",
        )
        yield (
            "parts_seconds_to_pxwebpy",
            plain / (PARTS * px),
            1 / 15,
            f"{plain:.1f} s; pxwebpy {PARTS} x {px:.2f} s",
        )
        yield (
            "parts_seconds_to_orjson",
            plain / (PARTS * loads),
            6,
            f"{plain:.1f} s; orjson {PARTS} x {loads:.4f} s",
        )


def _optimum(sizes: tuple[int, ...], limit: int) -> int:
    """Find the fewest boxes by trying every cut of every block."""

    @cache
    def look(block: tuple[int, ...]) -> int:
        if math.prod(block) <= limit:
            return 1
        best = math.prod(block)
        for side, size in enumerate(block):
            for place in range(1, size // 2 + 1):
                left, right = list(block), list(block)
                left[side], right[side] = place, size - place
                best = min(best, look(tuple(sorted(left))) + look(tuple(sorted(right))))
        return best

    return look(tuple(sorted(sizes)))


def _selections(count: int) -> Iterator[tuple[tuple[int, ...], int, bool]]:
    """Make random selections: small ones, where every cut can be tried, and ones of the size of SCB's tables."""
    rng = random.Random(2026)
    real = (1, 2, 3, 4, 5, 8, 11, 12, 16, 20, 21, 22, 40, 57, 78, 102, 134, 290, 312)
    made = 0
    while made < count:
        small = made % 4 != 3
        number = rng.randint(1, 4) if small else rng.randint(2, 6)
        top = (0, 60, 22, 11, 7)[number] if small else 0
        sizes = tuple(rng.randint(1, top) if small else rng.choice(real) for _ in range(number))
        cells = math.prod(sizes)
        limit = max(1, cells // rng.choice((1, 2, 3, 5, 8, 13, 30)) + rng.randint(0, 5)) if small else 150_000
        if cells > 200 * limit:
            continue
        made += 1
        yield sizes, limit, small


def planning() -> Iterator[Line]:
    """Compare the planner's number of calls with the optimum, and with pxwebpy's."""
    from pxweb._internal.functions import split_value_codes

    from uvas_stats.fetch.boxes import split

    above_optimum = above_peer = tried = fewer = 0
    for sizes, limit, small in _selections(2000):
        boxes = split(sizes, limit)
        assert all(math.prod(stop - start for start, stop in box) <= limit for box in boxes)
        assert sum(math.prod(stop - start for start, stop in box) for box in boxes) == math.prod(sizes)
        if small:
            tried += 1
            above_optimum += len(boxes) > _optimum(sizes, limit)
        peer = len(split_value_codes({str(at): list(range(size)) for at, size in enumerate(sizes)}, limit))
        above_peer += len(boxes) > peer
        fewer += len(boxes) < peer
    yield "plan_above_optimum", above_optimum, 0, f"selections of {tried} searched exhaustively"
    yield "plan_above_pxwebpy", above_peer, 0, f"selections of 2000; fewer calls in {fewer}"


@contextlib.contextmanager
def _server(*arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.fakes.server", "--kommuner", "290", "--bas-last", "2026:6", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip() + "/api/v2"
        finally:
            process.terminate()


def _bas() -> Any:
    """Give the declaration of BAS, for kommuner and two ages only: 1.49 million cells."""
    from dataclasses import replace

    from uvas_stats.catalog.pxweb import tables_of

    table = tables_of("scb_bas")[0]
    narrowed = {"Region": ("????",), "Alder": ("16-19", "20-24")}
    dimensions = tuple(replace(item, select=narrowed.get(item.code, item.select)) for item in table.dimensions)
    return replace(table, dimensions=dimensions)


def _fetch(url: str, raw: Path) -> dict[str, float]:
    from uvas_stats.fetch.run import fetch_dataset
    from uvas_stats.fetch.sources import Clients

    table = _bas()
    start = time.perf_counter()
    with Clients({"scb": url}) as clients:
        outcome = fetch_dataset(clients, "scb_bas", [table], raw)
    return {
        "seconds": time.perf_counter() - start,
        "calls": outcome.made,
        "resumed": outcome.resumed,
        "cells": outcome.plan.cells,
    }


def _fetch_peer(url: str) -> dict[str, float]:
    from pxweb import PxApi

    table = _bas()
    codes: dict[str, Any] = {}
    start = time.perf_counter()
    api = PxApi(url)
    kommuner = [
        code for code in api.get_table_variables("TAB6260")["Region"]["category"]["label"] if len(code) == 4
    ]
    for dimension in table.dimensions:  # pxwebpy does not know ????
        codes[dimension.code] = list(dimension.map) or list(dimension.select)
    codes["Region"] = kommuner
    rows = api.get_table_data("TAB6260", codes)
    return {"seconds": time.perf_counter() - start, "cells": len(rows)}


def fetching() -> Iterator[Line]:
    """Measure a fetch of BAS for all kommuner from the fake, under SCB's limits of 3 calls a second."""
    from uvas_stats.fetch.limits import Limits, schedule_seconds

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with _server() as url:  # without limits: what one call takes
            single = _child("fetch", url, str(folder / "free"))
        with _server("--limited") as url:
            mine = _child("fetch", url, str(folder / "raw"))
        with _server("--limited") as url:
            peer = _child("fetch-peer", url)
        assert mine["cells"] == peer["cells"] == 290 * 3 * 2 * 11 * 78
        calls = int(mine["calls"])
        # The limits, the service's limits asked for and the metadata included, and then the last answer.
        allowed = schedule_seconds(calls + 2, Limits(150_000, 3, 1)) + single["seconds"] / calls
        yield (
            "fetch_seconds_to_limits",
            mine["seconds"] / allowed,
            1.10,
            f"{mine['seconds']:.2f} s; {allowed:.2f} s",
        )
        yield "fetch_seconds_to_pxwebpy", mine["seconds"] / peer["seconds"], 1, f"pxwebpy {peer['seconds']:.2f} s"
        yield from _resuming(folder)


def _resuming(folder: Path) -> Iterator[Line]:
    raw = folder / "killed"
    with _server("--limited") as url:
        command = [sys.executable, "-m", "benchmarks.scb", "fetch", url, str(raw)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None and len(list(raw.glob("scb_bas/.partial-*/*/part_*.json"))) < 5:
                time.sleep(0.01)
            process.kill()
        finished = len(list(raw.glob("scb_bas/.partial-*/*/part_*.json")))
        again = _child("fetch", url, str(raw))
    total = again["calls"] + again["resumed"]
    yield (
        "fetch_finished_calls_repeated",
        finished - again["resumed"],
        0,
        f"{finished:.0f} of {total:.0f} were done",
    )


def run() -> Iterator[Line]:
    """Yield name, value, limit and what was measured, for each measurement."""
    yield from planning()
    yield from reading()
    yield from fetching()


def _main(arguments: list[str]) -> dict[str, float]:
    name, *rest = arguments
    if name == "peak":
        return _peak(rest[0], Path(rest[1]))
    if name == "parts":
        return _read_parts(Path(rest[0]), traced=len(rest) > 1)
    return _fetch(rest[0], Path(rest[1])) if name == "fetch" else _fetch_peer(rest[0])


if __name__ == "__main__":
    print(json.dumps(_main(sys.argv[1:])))
