"""The assessment of one goal as it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from uvas_stats.present.goal_place import NO_PLACE, GoalPlace

__all__ = ["GoalRow"]


@dataclass(frozen=True)
class GoalRow:
    """One line of the board."""

    text: str
    region: str
    """Name of the kommun where a programme has several; else empty."""
    status: str
    reason: str
    outlook: str = ""
    """The projection, or why there is none; may be empty."""
    place: GoalPlace = NO_PLACE
    """For a goal that is about a place: all that is known of it."""
