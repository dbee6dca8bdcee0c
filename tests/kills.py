"""Each command that writes, killed at each step of what it writes: ``uv run python -m tests.kills --n 1000``.

A step is an event after which the disk is another than before: a file opened to be written, flushed, moved or
removed, a folder made or removed. A command runs in a child that has imported everything, and dies there as in a
power cut.
"""

from __future__ import annotations

import argparse
import datetime as dt
import errno
import os
import random
import shutil
import signal
import sys
import tempfile
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

from tests.build.test_adopt import HEADING, ROW
from tests.build.test_pipeline import snapshot
from tests.fakes.server import Fake, serving
from tests.report.report_samples import make_content
from uvas_stats.build.adopt import adopt
from uvas_stats.build.pipeline import build
from uvas_stats.catalog import Dataset, load_catalog
from uvas_stats.catalog.pxweb import tables_of
from uvas_stats.cli.check import _write as write_differences
from uvas_stats.errors import UvasStatsError
from uvas_stats.fetch.http import HttpSettings
from uvas_stats.fetch.run import fetch_dataset
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.files import FilePlan, Wanted, fetch_files
from uvas_stats.register.demo import write_demo
from uvas_stats.register.export import write_blocks
from uvas_stats.register.published import remove_results
from uvas_stats.register.reading.propose import write_proposal
from uvas_stats.register.run import run_kaa, run_overlap, run_participants
from uvas_stats.report.export import export
from uvas_stats.workspace import Workspace, is_intact

Act = Callable[[Path], object]
Files = dict[str, bytes]
DONE, REFUSED, BROKEN = 0, 3, 4
"""How a child ends that was not killed."""
TODAY = dt.date(2026, 11, 30)
_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.truncate", "os.link", "os.symlink"}
_NEED_ROOM = {"open", "os.mkdir", "fsync"}


@dataclass(frozen=True)
class Work:
    """A command that writes: what it finds, what it does, and which folders are whole, old or new."""

    name: str
    prepare: Act
    act: Act
    whole: tuple[str, ...] = ()
    context: Callable[[], Any] = field(default=lambda: mock.patch("tests.kills.TODAY", TODAY))
    """What stands around all runs."""
    content: Callable[[Path], bytes] = Path.read_bytes
    """What of a file is to be the same."""


def files_of(folder: Path, content: Callable[[Path], bytes] = Path.read_bytes) -> Files:
    """Read all files but locks, which stay."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".lock"))
    return {path.relative_to(folder).as_posix(): content(path) for path in found}


def _sheets(path: Path) -> bytes:
    """Read of the workbook of blocks, which holds its hour, the sheets."""
    if path.name != "block.xlsx" or not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"".join(book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/"))


def _figures(path: Path) -> bytes:
    """Read the figures: a count of participants again is noted again, and may sort its rows otherwise."""
    if path.suffix == ".parquet" and path.parent.name == "2182":
        rows = pd.read_parquet(path).astype("str")
        return rows.sort_values(list(rows)).to_csv(index=False).encode()
    return b"intact" if path.parent.name == "disclosure" and is_intact(path.read_bytes()) else path.read_bytes()


# --- dying and failing at a step -----------------------------------------------------------------


def _writes(event: str, words: tuple[Any, ...]) -> bool:
    if event != "open":
        return event in _CHANGES
    _, mode, flags = words
    if isinstance(mode, str):
        return any(letter in mode for letter in "wxa+")
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _watch(folders: tuple[Path, ...], at_step: Callable[[str], None]) -> None:
    """Call something before each event that changes a folder; this lasts for the life of the process."""
    inside = tuple(f"{folder}{os.sep}" for folder in folders)

    def hook(event: str, words: tuple[Any, ...]) -> None:
        if not (event == "open" or event.startswith("os.")) or not _writes(event, words):
            return
        path, rest = words[0], words[1:]
        of_folder = any(isinstance(one, int) and one > 2 for one in rest) and event in {"os.remove", "os.rmdir"}
        if of_folder or (isinstance(path, (str, Path)) and str(path).startswith(inside)):
            at_step(event)

    os.fsync = lambda _: at_step("fsync")  # no power is cut
    sys.addaudithook(hook)


def dying(step: int) -> Callable[[str], None]:
    """Kill the process before its step of a number."""
    taken = 0

    def at_step(_: str) -> None:
        nonlocal taken
        taken += 1
        if taken == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return at_step


def failing(step: int, number: int) -> Callable[[str], None]:
    """Let nothing be written from a step on, as on a full disk, or nothing be changed where one may only read."""
    taken = 0

    def at_step(event: str) -> None:
        nonlocal taken
        taken += 1
        if taken >= step and (number != errno.ENOSPC or event in _NEED_ROOM):
            raise OSError(number, os.strerror(number))

    return at_step


def begin(work: Act, folder: Path, at_step: Callable[[str], None] | None = None) -> int:
    """Do a work in a child and give its number; its own temporary folder is watched too."""
    child = os.fork()
    if child:
        return child
    code = BROKEN
    try:
        if at_step is not None:
            _watch((folder, Path(tempfile.gettempdir())), at_step)
        work(folder)
        code = DONE
    except UvasStatsError as error:
        code = REFUSED if "\n" not in str(error) else BROKEN
    except BaseException:  # noqa: BLE001 - told of by the code
        traceback.print_exc()
    os._exit(code)


def end(child: int) -> int | None:
    """Wait for a child; None where it was killed."""
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


# --- what is done --------------------------------------------------------------------------------


class Trial:
    """A work whose outcome is known, to be done again and again with deaths and faults."""

    def __init__(self, work: Work, place: Path) -> None:
        self.work, self.place, self.count = work, place, 0
        self.source = place / "source"
        self.source.mkdir(parents=True)
        work.prepare(self.source)
        self.old = files_of(self.source, self.work.content)
        whole = self._copy()
        work.act(whole)  # here and not in a child: what it imports is imported
        self.new = files_of(whole, self.work.content)
        shutil.rmtree(whole)

    def _copy(self) -> Path:
        """Lay out what the work finds; always in the same place, for a path may stand in what is written."""
        work = self.place / "work"
        shutil.copytree(self.source, work)
        return work

    def killed(self, *steps: int) -> str:
        """Die at steps, in one run after the other, and run whole; give what came of it."""
        folder = self._copy()
        try:
            deaths = [end(begin(self.work.act, folder, dying(step))) for step in steps]
            if any(code is not None for code in deaths[:1]):
                return "past the end" if deaths[0] == DONE else "broken"
            return self._lost(folder) or self._again(folder) or "ok"
        finally:
            shutil.rmtree(folder)

    def failed(self, step: int, number: int) -> str:
        """Let the disk fail from a step on, and run whole afterwards."""
        folder = self._copy()
        try:
            code = end(begin(self.work.act, folder, failing(step, number)))
            if code not in (DONE, REFUSED):
                return "broken"
            if code == DONE and self._again(folder):  # the rest was only to tidy up
                return "told nothing"
            return self._lost(folder) or self._again(folder) or ("past the end" if code == DONE else "ok")
        finally:
            shutil.rmtree(folder)

    def twice(self) -> str:
        """Run two at once, and once more."""
        folder = self._copy()
        try:
            codes = [end(child) for child in [begin(self.work.act, folder) for _ in range(2)]]
            return "broken" if not {*codes} <= {DONE, REFUSED} else self._again(folder) or "ok"
        finally:
            shutil.rmtree(folder)

    def _lost(self, folder: Path) -> str:
        """Say what is neither as it was nor as it becomes; a whole folder may be away until the next run."""
        found = files_of(folder, self.work.content)
        for name in self.work.whole:
            mine = [{path: data for path, data in files.items() if path.startswith(f"{name}/")}
                    for files in (found, self.old, self.new)]  # fmt: skip
            same = {path for path, data in mine[1].items() if mine[2].get(path) == data}
            late = same | {path for path in mine[2] if "_egen." in path}  # the analyst's own comes last
            as_new = mine[0].items() <= mine[2].items() and not mine[2].keys() - mine[0].keys() - late
            if mine[0] and mine[0] != mine[1] and not (as_new and f"{name}/manifest.json" in mine[0]):
                return f"mixed: {name}"
        for path, data in self.old.items():
            away = any(path.startswith(f"{name}/") for name in self.work.whole)
            if path in self.new and not away and found.get(path) not in (data, self.new[path]):
                return f"lost: {path}"
        return ""

    def _again(self, folder: Path) -> str:
        if end(begin(self.work.act, folder)) not in (DONE, REFUSED):
            return "broken in the rerun"
        found = files_of(folder, self.work.content)
        system = [path.name for path in Path(tempfile.gettempdir()).iterdir()]
        for path, data in self.new.items():
            if found.get(path) != data:
                return f"lost: {path}" if path not in found else f"other bytes: {path}"
        left = [*(found.keys() - self.new.keys()), *system]
        return f"left: {left[0]}" if left else ""


@contextmanager
def trial(work: Work, place: Path) -> Iterator[Trial]:
    """Prepare a work in an empty place, with a system folder for temporary files of its own."""
    system = place / "system"
    system.mkdir(parents=True)
    with mock.patch("tempfile.tempdir", str(system)), work.context():
        yield Trial(work, place)


# --- the works -----------------------------------------------------------------------------------


@contextmanager
def _bare() -> Iterator[None]:
    """Let a build read no more than what is laid in, and a shipped dataset take files by hand."""
    catalog = load_catalog()
    taken = replace(catalog.datasets["published_national"], adopt="riket")
    taking = replace(catalog, datasets={**catalog.datasets, "published_national": taken})
    with (
        mock.patch("uvas_stats.workspace.shipped_raw", return_value=Path("none")),
        mock.patch("uvas_stats.build.adopt.load_catalog", return_value=taking),
        mock.patch("uvas_stats.build.adopt.fetch_files", partial(fetch_files, now=_moment(30))),
    ):
        yield


def _one_edition(folder: Path) -> None:
    snapshot(Workspace(folder), "kpi,region,year,gender,value\nN02797,2182,2024,T,9.15\n")


def _two_editions(folder: Path) -> None:
    _one_edition(folder)
    build(Workspace(folder))
    snapshot(Workspace(folder), "kpi,region,year,gender,value\nN02797,2182,2024,T,9.25\n", "2027-02-01")


def _adopt(folder: Path, edition: str = "2026-11-28", more: str = "") -> None:
    path = folder / "riket.csv"
    path.write_text(HEADING + ROW + more, encoding="utf-8") if not path.exists() else None
    adopt(Workspace(folder), "riket", [path], edition=edition, options={"period": "2023"})


def _download(folder: Path) -> None:
    (folder / "riket.csv").write_text(HEADING + ROW, encoding="utf-8")


def _download_again(folder: Path) -> None:
    _adopt(folder, "2025-11-28", ROW.replace("2182", "2180"))
    _download(folder)


def _moment(day: int) -> Callable[[], dt.datetime]:
    return lambda: dt.datetime(2026, 11, day, 12, tzinfo=dt.UTC)


FAKE = Fake()


@contextmanager
def _service() -> Iterator[None]:
    FAKE.calls = 10**6
    with serving(FAKE):
        yield


def _fetch_tables(folder: Path) -> None:
    with Clients({"scb": FAKE.v2}, HttpSettings(backoff=0.001)) as clients:
        tables = tables_of("scb_eligibility")
        fetch_dataset(clients, "scb_eligibility", tables, Workspace(folder).raw, now=_moment(21))


def _fetch_files(folder: Path, day: int = 22) -> None:
    dataset = Dataset("prov", "Prov", "Skolverket", "CC0", "https://www.skolverket.se/", "årligen", "")
    wanted = tuple(Wanted(name, url=f"https://www.skolverket.se/{name}") for name in ("a.csv", "b.csv", "c.csv"))
    plan = FilePlan(dataset=dataset, wanted=wanted, get=lambda one: f"{one.name} {day}".encode(), options={})
    fetch_files(plan, Workspace(folder).raw, now=_moment(day))


def _report(folder: Path, title: str = "Ny") -> None:
    export(make_content(title=title, chapters=()), folder / "ale")


def _old_report(folder: Path) -> None:
    _report(folder, "Gammal")
    (folder / "ale" / "anteckningar.txt").write_text("mina")
    with (folder / "ale" / "rapport.html").open("a", encoding="utf-8") as file:
        file.write("<p>Egen mening.</p>")


def _registers(folder: Path) -> None:
    write_demo(folder, kommun="2182", persons=120)


def _kaa(folder: Path, period: str = "2105/06") -> None:
    run_kaa(folder / "kaa.csv", folder / "kaa.toml", period, workspace=Workspace(folder), today=TODAY)


def _counted(folder: Path) -> None:
    _registers(folder)
    _kaa(folder, "2104/05")


def _participants(folder: Path) -> None:
    files = folder / "deltagare.csv", folder / "deltagare.toml"
    run_participants(*files, workspace=Workspace(folder), at=dt.date(2106, 6, 30), today=TODAY)


def _overlap(folder: Path) -> None:
    run_overlap("grupp", {}, {"a": 40, "b": 55}, workspace=Workspace(folder), kommun="2182", at=TODAY)


def _blocks(folder: Path) -> None:
    result = run_kaa(folder / "kaa.csv", folder / "kaa.toml", "2104/05", workspace=Workspace(folder), today=TODAY)
    write_blocks(result.observations, folder / "block.xlsx", load_catalog().names)


def _once(target: str, write: Act) -> Act:
    """Write a file that is never written over."""
    return lambda folder: None if (folder / target).exists() else write(folder)


def _map(folder: Path) -> None:
    write_proposal(folder / "kaa.csv", folder / "m.toml")


def _differences(folder: Path) -> None:
    write_differences(pd.DataFrame({"measure": ["a"], "old": [1.0], "new": [2.0]}), folder / "skillnader.csv")


WORKS = (
    Work("build", _one_edition, lambda folder: build(Workspace(folder)), context=_bare),
    Work("build anew", _two_editions, lambda folder: build(Workspace(folder)), context=_bare),
    Work("adopt", _download, _adopt, context=_bare),
    Work("adopt again", _download_again, _adopt, context=_bare),
    Work("fetch tables", lambda _: None, _fetch_tables, context=_service),
    Work("fetch files", lambda _: None, _fetch_files),
    Work("fetch files again", lambda folder: _fetch_files(folder, 21), _fetch_files),
    Work("nulage", lambda _: None, _report, ("ale",)),
    Work("nulage again", _old_report, _report, ("ale",)),
    Work("register kaa", _registers, _kaa),
    Work("register kaa again", _counted, _kaa),
    Work("register participants", _counted, _participants, content=_figures),
    Work("register overlap", _registers, _overlap),
    Work("register kaa --export", _counted, _blocks, content=_sheets),
    Work("register map", _registers, _once("m.toml", _map)),
    Work("register demo", lambda _: None, _once("kaa.toml", _registers)),
    Work("register remove", _counted, _once("x", lambda folder: remove_results(Workspace(folder), "2182"))),
    Work("check --out", lambda _: None, _differences),
)  # fmt: skip


def campaign(work: Work, place: Path, steps: int, seed: str = "") -> Iterator[tuple[str, str]]:
    """Kill a work at each of its steps, then at two in a row as chance has it; give each kind and outcome."""
    rng = random.Random(f"{work.name}{seed}")
    with trial(work, place) as one:
        last = 0
        while last < steps and (outcome := one.killed(last + 1)) != "past the end":
            last += 1
            yield "kill", f"{outcome} at {last}" if outcome != "ok" else outcome
        for _ in range(steps - last):
            first, second = rng.randint(1, last), rng.randint(1, last)
            outcome = one.killed(first, second)
            yield "two kills", f"{outcome} at {first}, {second}" if outcome != "ok" else outcome
        for step in range(1, last + 1):
            outcome = one.failed(step, errno.ENOSPC)
            yield "full disk", f"{outcome} at {step}" if outcome not in ("ok", "past the end") else "ok"
        outcome = one.failed(1, errno.EROFS)
        yield "read-only", "ok" if outcome == "past the end" else outcome
        yield "two at once", one.twice()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="kills in all")
    parser.add_argument("--work", action="append", choices=[work.name for work in WORKS], help="only this")
    parser.add_argument("--seed", default="")
    given = parser.parse_args()
    works = [work for work in WORKS if not given.work or work.name in given.work]
    total: Counter[tuple[str, str]] = Counter()
    for work in works:
        with tempfile.TemporaryDirectory() as place:
            came = Counter(campaign(work, Path(place), -(-given.n // len(works)), given.seed))
        total.update(came)
        print(f"{work.name:24}", _counts(came), flush=True)
    print(f"{'all':24}", _counts(total))


def _counts(came: Counter[tuple[str, str]]) -> dict[str, int]:
    return {f"{kind}: {outcome}": count for (kind, outcome), count in came.items()}


if __name__ == "__main__":
    main()
