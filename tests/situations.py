"""A nuläge that many tests read and none changes, made once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from uvas_stats import nulage
from uvas_stats.situation.facade import Nulage


@cache
def situation(
    programme: str | None = None,
    root: Path | None = None,
    *,
    kommun: str | None = None,
    group: str | None = None,
    period: str | None = None,
) -> Nulage:
    """Give a nuläge of the shipped edition, or of a workspace that has been filled and is not written in again."""
    return nulage(programme, kommun=kommun, group=group, period=period, workspace=root)
