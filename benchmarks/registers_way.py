"""The whole way of ``uvas register kaa``: from a CSV to published tables, beside pandas reading the same text.

1 million events (registrations, ends, contacts, measures and their ends) of invented persons in one kommun. Each
side is a process of its own, in turn, from its start; what is compared is processor time, which other work on the
machine touches little. Collected by ``benchmarks.registers``.
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from uvas_stats.register.demo import _KAA, DEMO_PERIOD, _spells, write_demo
from uvas_stats.register.reading.mapping import Mapping, mapping_text

EVENTS = 1_000_000
ROUNDS = 3
PANDAS = "import sys, pandas; pandas.read_csv(sys.argv[1], sep=';', dtype=str)"


def write_register(folder: Path, events: int = EVENTS) -> tuple[Path, int]:
    """Write a register with its mapping and return its path and the number of its events."""
    path, found, last = folder / "kaa.csv", 0, ""
    days = [at for at, name in enumerate(_KAA) if name in ("registered", "measure_from", "measure_to", "closed")]
    contact = list(_KAA).index("contact_date")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(_KAA.values())
        for row in _spells(Random(1), events // 3):
            found += bool(row[contact]) + (row[0] != last) * sum(bool(row[at]) for at in days)
            last = row[0]
            writer.writerow(row)
            if found >= events:
                break
    path.with_suffix(".toml").write_text(mapping_text(Mapping("kaa", _KAA, kommun="2182")), encoding="utf-8")
    return path, found


def used(words: list[str]) -> tuple[float, float]:
    """Run a process of its own; return its processor time in seconds and its peak of memory in GB."""
    with tempfile.TemporaryDirectory() as workspace:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        process = subprocess.Popen(
            [sys.executable, *words], env=kept | {"UVAS_WORKSPACE": workspace},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, spent = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a process of the benchmark failed: {words[:4]}")
    return spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 1024**2


def count(path: Path) -> tuple[float, float]:
    command = "from uvas_stats.cli import main; main()"
    mapping = str(path.with_suffix(".toml"))
    return used(["-c", command, "register", "kaa", str(path), "--mapping", mapping, "--period", DEMO_PERIOD])


def run() -> Iterator[tuple[str, float, float, str]]:
    """Yield name, value, limit and unit of each figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, events = write_register(folder)
        yield "csv_events_missing", max(0, EVENTS - events), 0, "of 1 million"
        seconds, ratios, peaks = [], [], []
        for _ in range(ROUNDS):
            (ours, memory), (peer, _peak) = count(path), used(["-c", PANDAS, str(path)])
            seconds.append(ours)
            ratios.append(ours / peer)
            peaks.append(memory)
        yield "csv_1m_cpu", statistics.median(seconds), 10, "s of processor time"
        yield "csv_1m_vs_pandas", statistics.median(ratios), 4, "x reading the text, in processor time"
        yield "csv_1m_memory", max(peaks), 1, "GB"
        write_demo(folder / "small", kommun="2182", persons=400)
        small = [count(folder / "small" / "kaa.csv")[0] for _ in range(ROUNDS)]
        yield "small_kommun_cpu", statistics.median(small), 2, "s of processor time"
