"""What a redacted call does to the process: no core dump is left of it, and all is as before afterwards."""

from __future__ import annotations

import datetime as dt
import resource
import sys
from pathlib import Path

import pytest

from uvas_stats.errors import RegisterError
from uvas_stats.register.run import run_overlap
from uvas_stats.register.safe_errors import redact
from uvas_stats.workspace import Workspace


def core_limit() -> int:
    return resource.getrlimit(resource.RLIMIT_CORE)[0]


def crash() -> None:
    assert core_limit() <= 1
    raise ValueError


def test_a_crash_while_a_register_is_held_leaves_no_memory_in_a_file() -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    wanted = 4096 if before[1] == resource.RLIM_INFINITY else min(4096, before[1])
    resource.setrlimit(resource.RLIMIT_CORE, (wanted, before[1]))
    try:
        assert redact(core_limit)() <= 1
        assert core_limit() == wanted
        with pytest.raises(RegisterError, match="ValueError"):
            redact(crash)()
        assert resource.getrlimit(resource.RLIMIT_CORE) == (wanted, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


def test_where_there_is_no_such_limit_it_runs_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    assert redact(lambda: 7)() == 7


@pytest.mark.parametrize("name", ["", "../ut", "mål grupp", "2026", "a" * 41, "a\nb", "grupp;"])
def test_the_name_of_a_target_group_is_refused_unless_it_is_one_word(tmp_path: Path, name: str) -> None:
    with pytest.raises(RegisterError, match="högst 40 bokstäver, siffror och _"):
        run_overlap(name, {}, {"AF": 20}, workspace=Workspace(tmp_path), kommun="2421")
    assert not list(tmp_path.iterdir())


def test_a_name_with_swedish_letters_may_be_used(tmp_path: Path) -> None:
    day, space = dt.date(2106, 6, 15), Workspace(tmp_path)
    outcome = run_overlap("målgrupp_16_19", {}, {"AF": 20}, workspace=space, kommun="2421", at=day)
    assert outcome.observations["category"].tolist() == ["målgrupp_16_19"]
