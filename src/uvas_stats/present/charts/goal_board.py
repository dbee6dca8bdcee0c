"""The goals with their status: a face for those who can see it, a word for all, and the reason."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Arc, Circle

from uvas_stats.present.figure import About, Chart
from uvas_stats.present.style import GREY, INK, LIGHT, SMALL, TEXT, WIDTH, canvas, wrap

__all__ = ["GoalRow", "goal_board"]

_FACES = {
    "nått": ("#00705a", 1),
    "på väg": ("#0b5394", 0),
    "inte nått": ("#c04a00", -1),
    "kan inte bedömas": (GREY, None),
}
_TEXT_LEFT, _TEXT_WIDTH, _WORD_LEFT = 0.55, 3.55, 4.45
_LINE = 1.3 / 72


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


def goal_board(rows: list[GoalRow], *, name: str, source: str, data: pd.DataFrame, date: str) -> Chart:
    """Draw the goal board.

    Parameters
    ----------
    rows
        The goals, in the order of the document.
    name
        Name of the programme.
    data
        The observations that the assessments rest on.
    date
        The day the assessment was made, ISO.
    """
    blocks = [_block(row) for row in rows]
    heights = [
        max(
            0.42,
            (len(text) * TEXT + (len(reason) + len(outlook)) * SMALL) * _LINE + 0.16 + (0.05 if outlook else 0),
        )
        for text, reason, outlook in blocks
    ]
    counted = pd.Series([row.status for row in rows]).value_counts()
    summary = ", ".join(f"{counted[status]} {status}" for status in _FACES if status in counted.index)
    about = About(
        id="mal",
        title=f"{name}: målen",
        subtitle=f"Bedömning {date}: {summary}",
        source=source,
        alt=" ".join(
            f"{row.text}{f' ({row.region})' if row.region else ''}: {row.status}. {row.reason}"
            + (f" {row.outlook}" if row.outlook else "")
            for row in rows
        ),
        data=data,
        derived=pd.DataFrame(
            [
                {"Mål": row.text, "Kommun": row.region, "Status": row.status, "Skäl": row.reason}
                | ({"Framskrivning": row.outlook} if any(one.outlook for one in rows) else {})
                for row in rows
            ]
        ),
    )
    chart, axes = canvas(about, sum(heights), left=0.0, right=0.0, below=0.1)
    axes.set_xlim(0, WIDTH - 0.16)
    axes.set_ylim(sum(heights), 0)
    axes.set_axis_off()
    top = 0.0
    for row, (text, reason, outlook), height in zip(rows, blocks, heights, strict=True):
        axes.plot([0, WIDTH - 0.16], [top, top], color=LIGHT, linewidth=0.8)
        _face(axes, 0.26, top + height / 2, row.status)
        y = top + 0.08
        for line in text:
            axes.text(_TEXT_LEFT, y, line, size=TEXT, color=INK, va="top", weight="bold")
            y += TEXT * _LINE
        for line in reason:
            axes.text(_TEXT_LEFT, y, line, size=SMALL, color=GREY, va="top")
            y += SMALL * _LINE
        y += 0.05
        for line in outlook:
            axes.text(_TEXT_LEFT, y, line, size=SMALL, color=INK, va="top")
            y += SMALL * _LINE
        axes.text(
            _WORD_LEFT + 0.3,
            top + height / 2,
            row.status,
            size=TEXT + 1,
            color=_FACES[row.status][0],
            weight="bold",
            va="center",
        )
        top += height
    return chart


def _block(row: GoalRow) -> tuple[list[str], list[str], list[str]]:
    title = f"{row.region}: {row.text}" if row.region else row.text
    width = _TEXT_WIDTH + 0.4
    return wrap(title, TEXT, width, bold=True), wrap(row.reason, SMALL, width), wrap(row.outlook, SMALL, width)


def _face(axes: Axes, x: float, y: float, status: str) -> None:
    colour, mouth = _FACES[status]
    axes.add_patch(Circle((x, y), 0.135, facecolor="white", edgecolor=colour, linewidth=1.6))
    if mouth is None:
        axes.text(x, y, "?", size=11, color=colour, weight="bold", ha="center", va="center_baseline")
        return
    for side in (-0.048, 0.048):
        axes.add_patch(Circle((x + side, y - 0.035), 0.016, color=colour))
    if mouth == 0:
        axes.plot([x - 0.06, x + 0.06], [y + 0.055, y + 0.055], color=colour, linewidth=1.6)
    else:
        # The y axis points down: a smile is the lower half of a circle, 0 to 180 degrees.
        centre, angles = (y + 0.015, (20, 160)) if mouth > 0 else (y + 0.095, (200, 340))
        axes.add_patch(
            Arc((x, centre), 0.13, 0.12, theta1=angles[0], theta2=angles[1], color=colour, linewidth=1.6)
        )
