"""The pivot cache of a workbook, against lxml.etree.iterparse collecting the same table."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
RECORDS = 370_000
NUMBERS = 24
ROUNDS = 3
GROWTH_ROUNDS = 5

OURS = """
import resource, sys, threading, time
from pathlib import Path
import pandas as pd
import pyarrow.csv
from uvas_stats.formats.pivot_cache import list_caches, read_cache

path = Path(sys.argv[1])
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

before = resident()
peak = before
done = False
def watch():
    global peak
    while not done:
        peak = max(peak, resident())
        time.sleep(0.002)

watcher = threading.Thread(target=watch)
watched = sys.argv[2] == "memory"
if watched:
    watcher.start()
begin, spent = time.perf_counter(), time.process_time()
(cache,) = list_caches(path)
frame = read_cache(path, cache)
seconds, processor = time.perf_counter() - begin, time.process_time() - spent
done = True
if watched:
    watcher.join()
memory = (max(peak, resident()) - before) / int(frame.memory_usage(deep=True).sum())
numbers = frame.select_dtypes("float64").to_numpy()  # a copy, and so after the memory has been looked at
print(seconds, memory, len(frame), repr(float(numbers[numbers == numbers].sum())), processor)
"""
PEER = """
import sys, time, zipfile
import pandas as pd
from lxml import etree

begin = time.perf_counter()
NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
with zipfile.ZipFile(sys.argv[1]) as archive:
    names, shared = [], []
    with archive.open("xl/pivotCache/pivotCacheDefinition1.xml") as part:
        for field in etree.parse(part).iter(NS + "cacheField"):
            if field.get("databaseField") != "0":
                names.append(field.get("name"))
                shared.append([item.get("v") for item in field[0]])
    columns = [[] for _ in names]
    with archive.open("xl/pivotCache/pivotCacheRecords1.xml") as part:
        for _, record in etree.iterparse(part, tag=NS + "r"):
            for column, items, cell in zip(columns, shared, record):
                value = cell.get("v")
                if value is None:
                    column.append(None)
                elif cell.tag == NS + "x":
                    column.append(items[int(value)])
                else:
                    column.append(float(value))
            record.clear()
            while record.getprevious() is not None:
                del record.getparent()[0]
frame = pd.DataFrame(dict(zip(names, columns)))
seconds = time.perf_counter() - begin
numbers = frame.select_dtypes("float64").to_numpy()
print(seconds, len(frame), repr(float(numbers[numbers == numbers].sum())))
"""


def workbook(path: Path, records: int) -> int:
    """Write a workbook with a cache of 27 fields; returns the size of its records in bytes."""
    rng = np.random.default_rng(11)
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    shared = {
        "PERIOD": [f"{2008 + at // 12}-{at % 12 + 1:02d}" for at in range(220)],
        "LAN": [f"Län {at}" for at in range(21)],
        "KOM": [f"Kommun {at}" for at in range(290)],
    }
    fields = "".join(
        f'<cacheField name="{name}"><sharedItems count="{len(items)}">'
        + "".join(f'<s v="{item}"/>' for item in items)
        + "</sharedItems></cacheField>"
        for name, items in shared.items()
    ) + "".join(
        f'<cacheField name="N{at}"><sharedItems containsString="0" containsBlank="1" containsNumber="1"/>'
        "</cacheField>"
        for at in range(NUMBERS)
    )
    fields += '<cacheField name="Andel" formula="N0/N1" databaseField="0"/>'
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/pivotCacheRecords"
    size = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr(
            "xl/pivotCache/pivotCacheDefinition1.xml",
            f'{head}<pivotCacheDefinition {space} recordCount="{records}"><cacheFields count="28">{fields}'
            "</cacheFields></pivotCacheDefinition>",
        )
        archive.writestr(
            "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels",
            f'{head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{relation}" Target="pivotCacheRecords1.xml"/></Relationships>',
        )
        with archive.open("xl/pivotCache/pivotCacheRecords1.xml", "w", force_zip64=True) as part:
            size += part.write(f'{head}<pivotCacheRecords {space} count="{records}">'.encode())
            for first in range(0, records, 10_000):
                size += part.write(_records(rng, min(10_000, records - first)))
            size += part.write(b"</pivotCacheRecords>")
    return size


def _records(rng: np.random.Generator, count: int) -> bytes:
    places = np.column_stack([rng.integers(0, n, count) for n in (220, 21, 290)])
    counts = rng.integers(0, 3_000_000, (count, NUMBERS // 2))
    forces = rng.integers(600_000, 60_000_000, (count, NUMBERS // 2)) / 12
    missing = rng.random((count, NUMBERS)) < 0.02
    out = []
    for row in range(count):
        cells = [f'<x v="{place}"/>' for place in places[row]]
        for at in range(NUMBERS):
            value = counts[row, at // 2] if at % 2 == 0 else f"{forces[row, at // 2]:.17g}"
            cells.append("<m/>" if missing[row, at] else f'<n v="{value}"/>')
        out.append(f"<r>{''.join(cells)}</r>")
    return "".join(out).encode()


def _run(code: str, *words: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.split()


def _growth(small: Path, large: Path, ratio: float) -> tuple[float, float]:
    """Give the time and the processor time per byte of the large file, through those of the small.

    Both are read in turn, so that what else the machine does meets both alike.
    """
    times: dict[Path, list[tuple[float, float]]] = {small: [], large: []}
    for at in range(GROWTH_ROUNDS):
        for path in (small, large) if at % 2 == 0 else (large, small):
            done = _run(OURS, str(path), "time")
            times[path].append((float(done[0]), float(done[4])))
    clock, processor = (
        statistics.median(pair[at] for pair in times[large])
        / statistics.median(pair[at] for pair in times[small])
        / ratio
        for at in (0, 1)
    )
    return clock, processor


def run() -> Iterator[tuple[str, float, float, str]]:
    """Yield name, value, limit and unit of each figure."""
    with tempfile.TemporaryDirectory() as folder:
        path, large = Path(folder) / "cache.xlsx", Path(folder) / "large.xlsx"
        size = workbook(path, RECORDS)
        ratios = []
        for _ in range(ROUNDS):
            mine, peer = _run(OURS, str(path), "time"), _run(PEER, str(path))
            same = abs(float(mine[3]) - float(peer[2])) <= 1e-9 * abs(float(peer[2]))
            if mine[2] != peer[1] or not same:
                raise RuntimeError(f"the two tables differ: {mine} {peer}")
            ratios.append(float(mine[0]) / float(peer[0]))
        yield f"pivot_cache_{size // 10**6}_mb", statistics.median(ratios), 1 / 4, "x of lxml.iterparse"
        yield "pivot_cache_memory", float(_run(OURS, str(path), "memory")[1]), 3, "peak, x of the frame"
        large_size = workbook(large, RECORDS * 6)
        clock, processor = _growth(path, large, large_size / size)
        yield f"pivot_cache_{large_size // 10**6}_mb_growth", clock, 1.3, "time per byte, x of the small"
        yield f"pivot_cache_{large_size // 10**6}_mb_growth_cpu", processor, 1.3, "processor time per byte, same"
        yield "pivot_cache_large_memory", float(_run(OURS, str(large), "memory")[1]), 3, "peak, x of the frame"


def _main() -> None:
    begin = time.perf_counter()
    for line in run():
        print(line, f"{time.perf_counter() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    _main()
