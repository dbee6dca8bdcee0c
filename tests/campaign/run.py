"""Read mutants one by one in a process of their own, and say what came of each."""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pandas as pd
import pytest

from tests.campaign.mutate import mutate
from tests.campaign.specimens import ORIGINALS, SHARED, Specimen, specimen
from uvas_stats.build.invariants import Compared, compare_editions
from uvas_stats.catalog import load_catalog
from uvas_stats.errors import UvasStatsError, one_line

DATASET = load_catalog().datasets["siris_eligibility"]
"""A dataset of which each edition is whole."""
MOST_SECONDS = 20.0
MOST_BYTES = 1536 * 2**20
GOOD = ("equal", "refused", "flagged", "compared", "changed")
"""What is told of beside the edition before, here the undamaged file, is ``compared``. A figure that became
another that can be right, in what is no edition, is ``changed``: no invariant can see it."""


@dataclass(frozen=True)
class Came:
    """What came of one mutant."""

    reader: str
    number: int
    kind: str
    outcome: str
    told: str = ""
    peak: int = 0
    """The most memory that the process had taken by then, in bytes."""


def _same(frame: pd.DataFrame, whole: pd.DataFrame) -> bool:
    if frame.shape != whole.shape:
        return False
    return frame.equals(whole) or _rows(frame).equals(_rows(whole))


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    texts = frame.drop(columns=["origin"], errors="ignore").astype(object).fillna("–").astype(str)
    return texts.sort_values(list(texts.columns), ignore_index=True)


def _refusal(error: UvasStatsError) -> tuple[str, str]:
    """Judge a refusal: one line, short, without control characters, and not of a reader that fell."""
    text = str(error)
    good = text == one_line(text)[: len(text)] or len(text) > 500
    clean = text.isprintable() and len(text) < 1600 and good
    return ("refused" if clean else "ugly"), text


def judge(one: Specimen, damaged: bytes, whole: pd.DataFrame, notes: tuple[str, ...]) -> tuple[str, str]:
    """Read a damaged file, and tell what came of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one.write(folder, damaged)
        try:
            frame, told = one.read(folder)
        except UvasStatsError as error:
            return _refusal(error)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - what is looked for
            at = traceback.extract_tb(error.__traceback__, limit=-1)[0]
            return "crash", f"{type(error).__name__} {Path(at.filename).name}:{at.lineno} {error}"[:300]
    if _same(frame, whole):
        return "equal", ""
    if told != notes:
        return "flagged", ""
    if "edition" in frame and (beside := compare_editions(frame, whole, DATASET, whole=True)) != Compared():
        return "compared", beside.question
    return ("lost" if _known(frame) < _known(whole) else "changed"), f"{_known(whole)} -> {_known(frame)}"


def _known(frame: pd.DataFrame) -> int:
    return int(frame["value"].notna().sum()) if "value" in frame else len(frame)


def _limit() -> None:
    """Let no mutant take the machine's memory."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, 8 * 2**30))


def _peak() -> int:
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1024 if sys.platform == "linux" else 1)


def _work(name: str, first: int, last: int, seed: str, out: Connection) -> None:
    try:
        one = specimen(name)
        with tempfile.TemporaryDirectory() as folder:
            one.write(Path(folder), one.content)
            whole, notes = one.read(Path(folder))
    except Exception as error:
        out.send(repr(error))
        raise
    _limit()
    out.send(None)
    for number in range(first, last):
        kind, damaged = mutate(one.content, one.form, f"{seed} {name} {number}")
        began = _peak()
        outcome, told = judge(one, damaged, whole, notes)
        if _peak() > max(began, MOST_BYTES):
            outcome = "memory"
        out.send(Came(name, number, kind, outcome, told, _peak()))


def campaign(name: str, count: int, seed: str = "") -> Iterator[Came]:
    """Read so many mutants of a specimen.

    Parameters
    ----------
    name, count
        The specimen, and the number of mutants.
    seed
        The same seed gives the same mutants.

    Yields
    ------
    Came
        One for each; a process that ends or hangs is begun again after the mutant that did it.
    """
    if name.startswith(ORIGINALS) and not SHARED.is_dir():
        pytest.skip("the folder shared is not beside the checkout")
    context, done = multiprocessing.get_context("spawn"), 0
    while done < count:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(name, done, count, seed, there), daemon=True)
        process.start()
        there.close()
        try:
            if (trouble := here.recv()) is not None:
                raise RuntimeError(f"the specimen {name} cannot be made: {trouble}")
            while done < count:
                if not here.poll(MOST_SECONDS):
                    yield Came(name, done, "", "hang")
                    done += 1
                    break
                came = here.recv()
                done += 1
                yield came
        except EOFError:
            yield Came(name, done, "", "killed")
            done += 1
        finally:
            process.kill()
            process.join()
            here.close()
