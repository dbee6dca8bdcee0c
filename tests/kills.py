"""A process that dies at a chosen step of what it writes, as in a power cut."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

_STEPS: tuple[tuple[Any, str], ...] = (
    (tempfile, "mkstemp"),
    (tempfile, "mkdtemp"),
    (os, "fsync"),
    (Path, "replace"),
    (Path, "rename"),
    (Path, "unlink"),
    (shutil, "rmtree"),
)


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Do a work in a process of its own that is killed before its step of a number; False if it has fewer.

    Each step is one after which the disk is another than before.
    """
    child = os.fork()
    if not child:
        try:
            _die_at(step)
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _die_at(step: int) -> None:
    taken = 0

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **names: Any) -> Any:
            nonlocal taken
            taken += 1
            if taken == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*words, **names)

        return call

    for owner, name in _STEPS:
        setattr(owner, name, watched(getattr(owner, name)))
