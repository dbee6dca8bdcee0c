"""Counting registers: from Parquet to all KAA tables, side by side with plain pandas, and on Spark.

10 million register events of 1 million invented persons; with UVAS_BENCH_LARGE=1 also 100 million events, which
takes some minutes and some GB of disk. Each value must be at most its limit; "8 times faster" is the ratio of the
times, at most 1/8. Time and memory are those of a process of its own, from the files to the finished counts.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
PERSONS, CHUNK = 1_000_000, 1_000_000
EVENTS_PER_PERSON = 10
REGIONS = 290
ROUNDS = 5
SPILLING_GB = 0.6  # too little for 100 million events, of the 6 that they may take
PERIOD = "2105/06"
FIRST, LAST = np.datetime64("2100-07-01"), np.datetime64("2106-06-30")
FAR = np.datetime64("2262-01-01")
SCHOOLING = ["compulsory_only", "dropped_national", "study_certificate", "im", "never_studied", "unknown"]
OCCUPATION = ["work", "education", "none", "unknown"]
TYPES = ["im_studies", "guidance", "practice", "folk_high_school", "other", "unknown"]
REASONS = ["completed", "interrupted", "other", "unknown"]
CLOSED = ["national", "im", "turned_20", "moved", "completed", "other", "unknown"]
OPTIONAL = ("compulsory_end", "resident_from", "resident_to", "school_from", "school_to", "examen")
DATES = (*OPTIONAL, "born", "registered", "closed", "date", "begins", "ends")
KEYS = ["region", "person"]


def _words(rng: np.random.Generator, words: list[str], n: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(rng.integers(0, len(words), n, dtype=np.int8), words).cast(pa.string())


def _days(days: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    return pa.array(days.astype("datetime64[D]"), mask=missing)


def _some(rng: np.random.Generator, n: int, chosen: int) -> np.ndarray:
    mask = np.zeros(n, dtype=bool)
    mask[rng.choice(n, chosen, replace=False)] = True
    return mask


def chunk(seed: int, persons: int) -> dict[str, pa.Table]:
    """Invent persons with ten register events each: registrations, contacts, measures and their ends."""
    rng = np.random.default_rng(seed)
    person = np.arange(persons) + seed * CHUNK
    region = np.array([f"{code:04d}" for code in range(101, 101 + REGIONS)])[person % REGIONS]
    born = np.datetime64("2084-07-01") + rng.integers(0, 6 * 365, persons)
    sex = np.where(rng.random(persons) < 0.5, "women", "men")
    who = np.concatenate([np.arange(persons), rng.choice(persons, persons // 4, replace=False)])
    n = len(who)
    later = np.arange(n) >= persons
    registered = born[who] + 16 * 365 + rng.integers(0, 500, n) + later * rng.integers(520, 700, n)
    lasted = rng.integers(5, 500, n)
    still = ~_some(rng, n, persons)
    nowhere = np.zeros(n, dtype="datetime64[D]")
    rare = rng.random((len(OPTIONAL), n)) > 0.05
    spells = {
        "region": region[who], "person": person[who], "born": _days(born[who]), "sex": sex[who],
        "registered": _days(registered), "closed": _days(registered + lasted, still),
        "schooling": _words(rng, SCHOOLING, n), "closed_reason": _words(rng, CLOSED, n),
        "closed_to": _words(rng, OCCUPATION, n), "school_form": _words(rng, ["national", "im", "unknown"], n),
    }  # fmt: skip
    for at, name in enumerate(OPTIONAL):
        spells[name] = _days(registered + rng.integers(-100, 400, n) if name else nowhere, rare[at])
    seen = rng.integers(0, n, persons * 475 // 100)
    going = rng.integers(0, n, persons * 160 // 100)
    begins = registered[going] + rng.integers(0, 400, len(going))
    contacts = {
        "region": region[who[seen]], "person": person[who[seen]],
        "date": _days(registered[seen] + rng.integers(0, 500, len(seen))),
        "occupation": _words(rng, OCCUPATION, len(seen)),
    }  # fmt: skip
    measures = {
        "region": region[who[going]], "person": person[who[going]], "begins": _days(begins),
        "ends": _days(begins + rng.integers(0, 200, len(going)), ~_some(rng, len(going), persons * 140 // 100)),
        "type": _words(rng, TYPES, len(going)), "reason": _words(rng, REASONS, len(going)),
        "after": _words(rng, OCCUPATION, len(going)),
    }  # fmt: skip
    return {"spells": pa.table(spells), "contacts": pa.table(contacts), "measures": pa.table(measures)}


def generate(folder: Path, persons: int) -> int:
    """Write the register in Parquet and return the number of its events."""
    writers: dict[str, pq.ParquetWriter] = {}
    events = 0
    for seed in range(persons // CHUNK):
        tables = chunk(seed, CHUNK)
        for name, table in tables.items():
            if name not in writers:
                writers[name] = pq.ParquetWriter(folder / f"{name}.parquet", table.schema, compression="zstd")
            writers[name].write_table(table, row_group_size=250_000)
        events += sum(len(table) for table in tables.values())
        events += sum(
            len(tables[t]) - tables[t][c].null_count for t, c in (("spells", "closed"), ("measures", "ends"))
        )
    for writer in writers.values():
        writer.close()
    return events


def with_engine(folder: Path, name: str, memory_gb: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    from uvas_stats.register.engine import bind, open_engine
    from uvas_stats.register.kaa import count_kaa
    from uvas_stats.register.span import span_of

    paths = {table: folder / f"{table}.parquet" for table in ("spells", "contacts", "measures")}
    with open_engine(name, memory_gb=memory_gb) as engine:
        counts = count_kaa(engine, bind(engine, paths), span_of(PERIOD))
    return counts.cells, counts.days


def _attending(spells: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Say from when and until when gymnasieskola was attended; an introduktionsprogram counts from July 2018."""
    day = pd.Timedelta(days=1)
    away = spells["school_from"].where(
        spells["school_form"] != "im", spells["school_from"].clip(lower=pd.Timestamp("2018-07-01"))
    )
    return away.fillna(pd.Timestamp(FAR)), (spells["school_to"] + day).fillna(pd.Timestamp(FAR))


def _with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Make dates of the columns of dates, which pandas reads as objects."""
    names = [name for name in frame if name in DATES]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in names})


def with_pandas(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count the same in plain pandas."""
    spells, contacts, measures = (
        pd.read_parquet(folder / f"{name}.parquet").pipe(_with_dates)
        for name in ("spells", "contacts", "measures")
    )
    begins, ends = pd.Timestamp("2105-07-01"), pd.Timestamp("2106-06-30")
    day, far = pd.Timedelta(days=1), pd.Timestamp(FAR)
    compulsory = (spells["compulsory_end"] + day).fillna(
        pd.to_datetime({"year": spells["born"].dt.year + 16, "month": 7, "day": 1})
    )
    first = pd.concat(
        [spells["registered"], compulsory, spells["resident_from"].fillna(spells["registered"])], axis=1
    ).max(axis=1)
    twenty = pd.to_datetime({"year": spells["born"].dt.year + 20, "month": spells["born"].dt.month,
                             "day": spells["born"].dt.day.where(
                                 (spells["born"].dt.month != 2) | (spells["born"].dt.day != 29), 28)})  # fmt: skip
    leap = (spells["born"].dt.month == 2) & (spells["born"].dt.day == 29) & (spells["born"].dt.year != 2080)
    twenty = twenty.where(~leap, twenty + day)
    stop = pd.concat(
        [twenty, (spells["closed"] + day).fillna(far), (spells["resident_to"] + day).fillna(far),
         spells["examen"].fillna(far)], axis=1).min(axis=1)  # fmt: skip
    away, back = _attending(spells)
    start, over = first.clip(lower=begins), stop.clip(upper=ends + day)
    covered = (start < over) & ~((away <= start) & (back >= over))
    on_day = (first <= ends) & (ends < stop) & ~((away <= ends) & (ends < back))
    flow = spells.assign(stock=on_day, birth_year=spells["born"].dt.year)[covered]
    flow = flow.assign(rank=flow["schooling"].map(SCHOOLING.index)).sort_values(["registered", "rank"])
    persons = flow.groupby(KEYS).agg(
        sex=("sex", "last"),
        birth_year=("birth_year", "max"),
        stock=("stock", "max"),
        schooling=("schooling", "last"),
    )
    seen = contacts[contacts["date"].between(begins, ends)]
    ranked = seen.assign(rank=seen["occupation"].map(OCCUPATION.index)).sort_values(["date", "rank"])
    persons["occupation"] = ranked.groupby(KEYS)["occupation"].last()
    going = measures[(measures["begins"] <= ends) & (measures["ends"].isna() | (measures["ends"] >= begins))]
    by_start = going.assign(rank=going["type"].map(TYPES.index)).sort_values(["begins", "rank"])
    persons["measure_type"] = by_start.groupby(KEYS)["type"].last()
    done = going[going["ends"] <= ends]
    for table, column, words in (("measure_after", "after", OCCUPATION), ("measure_reason", "reason", REASONS)):
        by_end = done.assign(rank=done[column].map(words.index)).sort_values(["ends", "rank"])
        persons[table] = by_end.groupby(KEYS)[column].last()
    persons = persons.reset_index()
    inside = persons[persons["measure_type"].notna()]
    new = spells[spells["registered"].between(begins, ends)]
    near = new[[*KEYS, "registered"]].merge(seen, on=KEYS)
    gap = (near["date"] - near["registered"]).dt.days
    hits = near[(gap >= 0) & (gap <= 60)][[*KEYS, "registered"]].drop_duplicates().assign(reached=True)
    new = new.merge(hits, on=[*KEYS, "registered"], how="left")
    due = new["registered"] + pd.Timedelta(days=60) <= ends
    new["contact"] = np.where(new["reached"].notna(), "within", np.where(due, "not_within", "too_early"))
    closed = spells[spells["closed"].between(begins, ends)]
    tables = {
        "flow": (persons, "all"), "stock": (persons[persons["stock"]], "all"),
        "birth_year": (persons, persons["birth_year"].astype(str)), "schooling": (persons, persons["schooling"]),
        "occupation": (persons, persons["occupation"].fillna("unknown")),
        "measure_type": (persons, persons["measure_type"].fillna("no_measure")),
        "measure_after": (inside, inside["measure_after"].fillna("going_on")),
        "measure_reason": (inside, inside["measure_reason"].fillna("going_on")),
        "new_month": (new, new["registered"].dt.strftime("%Y-%m")), "contact": (new, new["contact"]),
        "ended_month": (closed, closed["closed"].dt.strftime("%Y-%m")),
        "ended_reason": (closed, closed["closed_reason"]), "ended_to": (closed, closed["closed_to"]),
    }  # fmt: skip
    cells = [
        rows.assign(table=name, category=category).groupby(["region", "table", "sex", "category"]).size()
        for name, (rows, category) in tables.items()
    ]
    held = spells[spells["closed"].between(begins, ends)
                  | ((spells["registered"] <= ends) & ~(spells["closed"] <= ends))]  # fmt: skip
    finished = held["closed"] <= ends
    days = (held["closed"].where(finished, ends) - held["registered"]).dt.days
    state = np.where(finished, "ended", "open")
    lasted = (
        held.assign(state=state, days=days).groupby(["region", "state", "days"]).size().rename("n").reset_index()
    )
    return pd.concat(cells).rename("n").reset_index(), lasted


def _spilled(folder: Path, done: threading.Event, seen: list[int]) -> None:
    """Watch how many bytes the engine has written to its own folder at most."""
    while not done.wait(0.05):
        sizes = []
        for path in folder.glob("uvas-register-*/**/*"):
            with contextlib.suppress(FileNotFoundError):
                sizes.append(path.stat().st_size)
        seen[0] = max(seen[0], sum(sizes))


def worker(kind: str, folder: str, memory_gb: float) -> None:
    """Count in this process; write the counts, and print the seconds, and the peaks of memory and disk in GB."""
    if kind != "pandas":  # imports are not what is timed, for either, nor a round through what they left
        importlib.import_module("uvas_stats.register.kaa")
        importlib.import_module("ibis.backends.duckdb" if kind == "duckdb" else "ibis.backends.pyspark")
    gc.collect()
    place, done, seen = Path(folder), threading.Event(), [0]
    watching = threading.Thread(target=_spilled, args=(Path(tempfile.gettempdir()), done, seen), daemon=True)
    watching.start()
    begin, used = time.perf_counter(), time.process_time()
    cells, days = with_pandas(place) if kind == "pandas" else with_engine(place, kind, memory_gb)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - used
    done.set()
    watching.join()
    for name, frame in (("cells", cells), ("days", days)):
        frame.to_parquet(place / f"{kind}_{name}.parquet")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_gb": peak, "spilled_gb": seen[0] / 1024**3}))


def _environment(temporary: str) -> dict[str, str]:
    """Return the user's environment, with compiled modules kept as they are on a user's machine."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"TMPDIR": temporary}


def measured(kind: str, folder: Path, memory_gb: float = 1.2) -> dict[str, Any]:
    code = f"from benchmarks.registers_counts import worker; worker({kind!r}, {str(folder)!r}, {memory_gb})"
    with tempfile.TemporaryDirectory() as own:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, text=True,
            encoding="utf-8", check=True, env=_environment(own),
        )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def differing(folder: Path, one: str, other: str) -> float:
    """Count the figures that are not the same in both."""
    different = 0
    for name, keys in (("cells", ["region", "table", "sex", "category"]), ("days", ["region", "state", "days"])):
        frames = [pd.read_parquet(folder / f"{kind}_{name}.parquet") for kind in (one, other)]
        frames = [frame.astype(dict.fromkeys(keys, "str")) for frame in frames]
        both = frames[0].merge(frames[1], on=keys, how="outer", validate="one_to_one")
        different += int((both["n_x"] != both["n_y"]).sum())
        if both.empty:
            return float("inf")
    return float(different)


def run() -> Iterator[tuple[str, float, float, str]]:
    """Yield name, value, limit and unit of each figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        events = generate(folder, PERSONS)
        yield "events_missing", PERSONS * EVENTS_PER_PERSON - events, 0, "of 10 million"
        ratios, seconds, peaks = [], [], []
        for _ in range(ROUNDS):
            ours, peer = measured("duckdb", folder), measured("pandas", folder)
            ratios.append(ours["seconds"] / peer["seconds"])
            seconds.append(ours["seconds"])
            peaks.append(ours["peak_gb"])
        yield "kaa_10m_seconds", statistics.median(seconds), 60, "s"
        yield "kaa_10m_vs_pandas", statistics.median(ratios), 1 / 8, "x"
        yield "kaa_10m_memory", max(peaks), 2, "GB"
        yield "differs_from_pandas", differing(folder, "duckdb", "pandas"), 0, "figures"
        if _spark_is_here():
            measured("spark", folder, 4)
            yield "differs_from_spark", differing(folder, "duckdb", "spark"), 0, "figures"
        else:
            print("registers_counts: Spark is left out, for pyspark or Java is not here", file=sys.stderr)
    if os.environ.get("UVAS_BENCH_LARGE"):
        yield from _large(statistics.median(seconds))


def _spark_is_here() -> bool:
    import importlib.util
    import shutil

    return importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None


def _large(seconds: float) -> Iterator[tuple[str, float, float, str]]:
    """Count 100 million events with the memory an engine has by default, and with so little that it must spill."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder, 10 * PERSONS)
        ours = measured("duckdb", folder, 2.0)
        for table in ("cells", "days"):
            (folder / f"duckdb_{table}.parquet").rename(folder / f"roomy_{table}.parquet")
        yield "kaa_100m_memory", ours["peak_gb"], 6, "GB"
        yield "kaa_100m_growth", ours["seconds"] / (10 * seconds), 1.2, "of linear"
        spilling = measured("duckdb", folder, SPILLING_GB)
        yield "kaa_100m_left_unspilled", float(spilling["spilled_gb"] == 0), 0, "runs that should have spilled"
        yield "kaa_100m_spilled", spilling["spilled_gb"], 6, "GB on disk"
        yield "kaa_100m_spilling_memory", spilling["peak_gb"], 6, "GB"
        yield "kaa_100m_spilling_growth", spilling["seconds"] / (10 * seconds), 1.2, "of linear"
        yield "kaa_100m_spilling_differs", differing(folder, "duckdb", "roomy"), 0, "figures"
