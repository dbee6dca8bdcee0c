"""Texts beside what they name: where lines end, apart from each other, and beside bars and rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from uvas_stats.present.style import INK, RIKET, SMALL, TEXT, spread
from uvas_stats.present.view import View

__all__ = ["EndLabel", "Leader", "beside", "label_ends", "mark_riket", "text_gap"]


@dataclass(frozen=True)
class EndLabel:
    """What is written where a line ends."""

    y: float
    text: str
    colour: str
    bold: bool = False
    size: float = TEXT
    x: float | None = None
    """Where the line ends, if that is before the others."""


@dataclass(frozen=True)
class Leader:
    """A thin line to a label that had to be moved, or whose line ends early."""

    last: float
    """Where lines end that do not end early."""
    away: float
    """How far after the end of a line it begins."""
    to: float
    """Where it ends, beside the label."""
    shrink: float = 2.0
    """Points left open at its ends."""


def text_gap(axes: Axes, leading: float = 1.25) -> float:
    """Give the height of a line of text in the units of the value axis."""
    low, high = axes.get_ylim()
    inches = axes.get_position().height * axes.figure.get_figheight()  # type: ignore[union-attr]
    return float((high - low) * TEXT * leading / 72 / inches)


def label_ends(
    axes: Axes,
    labels: Sequence[EndLabel],
    x: float,
    *,
    points: float = 0.0,
    gap: float | None = None,
    bounds: tuple[float, float] | None = None,
    leader: Leader | None = None,
) -> None:
    """Write labels at the ends of lines, moved apart where they would touch.

    Parameters
    ----------
    axes
        Where the lines are drawn, with its value axis set.
    labels
        One a line, in the order to draw them.
    x, points
        Where the labels begin, and how many points after that.
    gap
        The least distance between labels, in units of the value axis; None means a line of text.
    bounds
        Between which values the labels are kept; None means the whole axis.
    leader
        The thin lines to labels that were moved; None means there are none.
    """
    gap = text_gap(axes) if gap is None else gap
    heights = spread([label.y for label in labels], gap, *(bounds or axes.get_ylim()))
    for label, y in zip(labels, heights, strict=True):
        if leader is not None:
            _lead(axes, label, leader, y, moved=abs(y - label.y) > gap / 2)
        style: dict[str, Any] = {"size": label.size, "color": label.colour, "annotation_clip": False}
        beside(axes, label.text, (x, y), points, bold=label.bold, **style)


def _lead(axes: Axes, label: EndLabel, leader: Leader, y: float, *, moved: bool) -> None:
    end = leader.last if label.x is None else label.x
    if moved or end < leader.last:
        shrink = {"shrinkA": leader.shrink, "shrinkB": leader.shrink}
        axes.annotate(
            "",
            (end + leader.away, label.y),
            xytext=(leader.to, y),
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": label.colour, "linewidth": 0.6, **shrink},
        )


def beside(
    axes: Axes, text: str, at: tuple[float, float], points: float, *, bold: bool = False, **style: Any
) -> None:
    """Write a text to the right of a point, or to the left of it where ``points`` is negative.

    Parameters
    ----------
    axes
        Where it is written.
    text, at
        What is written beside which point.
    points
        The distance to the point.
    bold
        Whether it is set in bold.
    **style
        What differs from black text of the usual size, as ``Axes.annotate`` takes it.
    """
    usual: dict[str, Any] = {"ha": "right" if points < 0 else "left", "va": "center", "size": TEXT, "color": INK}
    weight = "bold" if bold else "normal"
    axes.annotate(text, at, xytext=(points, 0), textcoords="offset points", weight=weight, **(usual | style))


def mark_riket(axes: Axes, value: float, view: View) -> None:
    """Draw riket's value as a line through bars, with the figure over it.

    Parameters
    ----------
    axes
        Where the bars are drawn, with its value axis set.
    value, view
        Riket's figure, and the measure it is of.
    """
    axes.axvline(value, color=RIKET, linewidth=1.2, linestyle=(0, (4, 2)), zorder=3)
    axes.annotate(
        f"Riket {view.number(value)}", (value, 1), xycoords=("data", "axes fraction"), ha="center",
        xytext=(0, 2), textcoords="offset points", size=SMALL, color=INK, annotation_clip=False,
    )  # fmt: skip
