"""Ctrl+C: one line, exit 130 and at once, wherever it comes; processes end with the one that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fakes.server import Fake
from tests.slow import quick
from uvas_stats.register.demo import write_demo

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="sends a signal to a group of processes")
LONGEST = 2.0
KAA = ("register", "kaa", "kaa.csv", "--mapping", "kaa.toml", "--period", "2105/06", "--export", "b.xlsx")


def started(folder: Path, *words: str) -> subprocess.Popen[str]:
    environment = os.environ | {"UVAS_WORKSPACE": str(folder), "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, *words], cwd=folder, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def ended(process: subprocess.Popen[str], *, own: bool = False) -> tuple[int, str]:
    """Press Ctrl+C, which a terminal sends to all processes of a command, and give its exit code and its words."""
    since = time.monotonic()
    os.kill(process.pid, signal.SIGINT) if own else os.killpg(process.pid, signal.SIGINT)
    try:
        _, said = process.communicate(timeout=20)
    finally:
        process.poll() is None and os.killpg(process.pid, signal.SIGKILL)
    assert time.monotonic() - since < LONGEST
    return process.returncode, said


def wait_until(happened: object, process: subprocess.Popen[str]) -> None:
    limit = time.monotonic() + 30
    while not happened():  # type: ignore[operator]
        assert time.monotonic() < limit
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def temporary(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*.tmp")]


@pytest.mark.parametrize(
    "case",
    quick(
        [(words, seconds) for words in (("build",), ("nulage", "--all"), KAA)
         for seconds in (0.5, 1.5, 3.0)],
        (("build",), 0.5),
    ),
)  # fmt: skip
def test_a_command_says_that_it_was_interrupted(tmp_path: Path, case: tuple[tuple[str, ...], float]) -> None:
    words, seconds = case
    write_demo(tmp_path, kommun="2182", persons=3000)
    process = started(tmp_path, "-m", "uvas_stats", *words)
    time.sleep(seconds)
    if process.poll() is None:  # else this machine is faster than the others
        assert ended(process) == (130, "Avbrutet.\n")
        assert temporary(tmp_path) == []


def test_a_fetch_does_not_wait_for_the_service(fake: Fake, tmp_path: Path) -> None:
    fake.faults.hang, fake.faults.hang_seconds = 100, 8.0
    words = ("-m", "uvas_stats", "fetch", "scb_bas", "--base-url", f"scb={fake.v2}")
    process = started(tmp_path, *words)
    wait_until(lambda: fake.faults.hang < 100, process)
    assert ended(process) == (130, "Avbrutet.\n")


# Deaf to KeyboardInterrupt, as code that is not Python is for as long as it runs.
DEAF = """
import time
from uvas_stats.cli import app, main
def run():
    print("börjat", flush=True)
    while True:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            time.sleep(60)
app.run = run
main()
"""


def test_what_does_not_listen_is_ended(tmp_path: Path) -> None:
    process = started(tmp_path, "-c", DEAF)
    assert process.stdout
    assert process.stdout.readline() == "börjat\n"
    assert ended(process) == (130, "Avbrutet.\n")


# Exports of a minute that say when they begin and when they have cleaned up.
POOL = """
import os, time
from pathlib import Path
from uvas_stats.cli import main, app
from uvas_stats.situation import batch

def export(name):
    try:
        Path(f"{os.getpid()}.begun").touch()
        while True:
            time.sleep(0.05)
    finally:
        Path(f"{os.getpid()}.cleaned").touch()

def run():
    with batch._pool(several=True) as pool:
        list(batch._results([1, 2], pool))

batch._run, batch._warm, app.run, batch.os.cpu_count = export, int, run, lambda: 2
if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("how", ["killed", "terminal", "alone"])
def test_processes_end_with_the_one_that_started_them(tmp_path: Path, how: str) -> None:
    (tmp_path / "pool.py").write_text(POOL, encoding="utf-8")
    process = started(tmp_path, "pool.py")
    wait_until(lambda: len(list(tmp_path.glob("*.begun"))) == 2, process)
    workers = [int(path.stem) for path in tmp_path.glob("*.begun")]
    if how == "killed":
        process.kill()
        process.wait()
    else:
        assert ended(process, own=how == "alone") == (130, "Avbrutet.\n")
    limit = time.monotonic() + LONGEST
    while any(is_alive(worker) for worker in workers):
        assert time.monotonic() < limit
        time.sleep(0.02)
    assert sorted(int(path.stem) for path in tmp_path.glob("*.cleaned")) == sorted(workers)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")  # one that nobody waits for is a zombie
    return not (state.exists() and state.read_text().rpartition(") ")[2].startswith("Z"))
