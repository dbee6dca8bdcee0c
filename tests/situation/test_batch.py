"""Several exports at once: how many processes there are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from uvas_stats.situation import batch


def test_there_are_no_more_processes_than_windows_can_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def pool(workers: int, **_: Any) -> ThreadPoolExecutor:
        asked.append(workers)
        return ThreadPoolExecutor(1)

    monkeypatch.setattr(batch, "ProcessPoolExecutor", pool)
    for cores in (None, 4, 128):
        monkeypatch.setattr(batch.os, "cpu_count", lambda cores=cores: cores)
        with batch._pool(several=True):
            pass
    assert asked == [1, 4, 61]
