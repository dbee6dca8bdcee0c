"""What is written is old or new after a death at any step, and a rerun gives the same bytes and leaves nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.kills import WORKS, Work, campaign, trial
from tests.slow import quick

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a child that has imported everything")
BY_NAME = {work.name: work for work in WORKS}
LIGHT = ("adopt again", "nulage again", "fetch files again")


@pytest.mark.parametrize("name", quick(BY_NAME, *LIGHT))
def test_a_death_loses_nothing_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    some = {"register": (2, 7, 11), "nulage": (9, 27, 30)}.get(name.partition(" ")[0], (1, 4, 8, 9, 12))
    with trial(BY_NAME[name], tmp_path) as one:
        came = {step: one.killed(step) for step in some}
        assert {step: outcome for step, outcome in came.items() if outcome not in ("ok", "past the end")} == {}
        assert "ok" in came.values()
        assert one.failed(some[1], errno.ENOSPC) in ("ok", "past the end")


@pytest.mark.parametrize("name", quick(("adopt", "build", "nulage", "register kaa", "fetch tables"), "adopt"))
def test_two_at_once_and_a_disk_that_is_only_read(tmp_path: Path, name: str) -> None:
    with trial(BY_NAME[name], tmp_path) as one:
        assert one.failed(1, errno.EROFS) == "ok"
        assert one.twice() == "ok"


def careless(folder: Path) -> None:
    (folder / "a.csv").unlink()
    (folder / "a.csv").write_text("ny")
    (folder / f"{os.getpid()}.tmp").write_text("ny")
    (folder / f"{os.getpid()}.tmp").rename(folder / "b.csv")


def test_the_campaign_finds_what_is_lost_left_and_untold(tmp_path: Path) -> None:
    work = Work("careless", lambda folder: (folder / "a.csv").write_text("gammal"), careless)
    found = {(kind, outcome[:5]) for kind, outcome in campaign(work, tmp_path, 4)}
    assert {("kill", "lost:"), ("kill", "left:"), ("full disk", "broke"), ("read-only", "broke")} <= found
