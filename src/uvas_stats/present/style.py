"""One look for all charts: a canvas with title, plot area, notes and source line, sized to a page's text width."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from uvas_stats.numbers import glued, number_text
from uvas_stats.present.figure import About, Chart

__all__ = [
    "FOCUS",
    "GREY",
    "INK",
    "LIGHT",
    "RIKET",
    "SMALL",
    "WIDTH",
    "Line",
    "canvas",
    "clean_axes",
    "line_of",
    "spread",
    "value_axis",
    "wrap",
]

WIDTH = 6.3
"""Inches: the text width of an A4 page."""
INK, GREY, LIGHT, RIKET = "#1a1a1a", "#6b6b6b", "#d9d9d9", "#1a1a1a"
TITLE, TEXT, SMALL = 11.0, 8.5, 7.5
"""Font sizes in points; nothing is smaller at report size."""
_EDGE = 0.08
_LEADING = 1.28 / 72


@dataclass(frozen=True)
class Line:
    """How one highlighted kommun is drawn: told apart by colour, dash and marker."""

    colour: str
    dash: str | tuple[int, tuple[float, ...]]
    marker: str


FOCUS = (
    Line("#0b5394", "-", "o"),
    Line("#c04a00", (0, (5, 1.5)), "s"),
    Line("#00705a", (0, (1.5, 1.2)), "^"),
    Line("#7a3f9d", (0, (6, 1.5, 1.5, 1.5)), "D"),
)
"""Colours that stay apart for the colour-blind, each with its own dash and marker for greyscale."""


def line_of(code: str, focus: Sequence[str]) -> Line:
    """Return how a kommun in focus is drawn; a fifth looks as the first, and is told apart by its label."""
    return FOCUS[focus.index(code) % len(FOCUS)]


def wrap(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Break text into lines of at most ``width`` inches, by the mean width of a letter of the typeface.

    Parameters
    ----------
    text
        What is written.
    size
        Points of the typeface.
    width
        Inches.
    bold
        Whether the letters are bold.
    """
    letter = size / 72 * (0.625 if bold else 0.545)
    return (
        textwrap.wrap(glued(text), max(8, int(width / letter)), break_long_words=False, break_on_hyphens=False)
        if text
        else []
    )


def canvas(
    about: About, plot_height: float, left: float = 0.5, right: float = 0.15, below: float = 0.3
) -> tuple[Chart, Axes]:
    """Make a chart of page width with its texts in place and one empty plot area.

    Parameters
    ----------
    about
        Title, subtitle, note and source that are drawn.
    plot_height, left, right, below
        Inches: the plot area's height, and the room beside and under it for labels.

    Returns
    -------
    tuple of Chart and matplotlib.axes.Axes
    """
    wide = WIDTH - 2 * _EDGE
    blocks = [
        (wrap(about.title, TITLE, wide, bold=True), TITLE, "bold", INK),
        (wrap(about.subtitle, TEXT, wide), TEXT, "normal", GREY),
    ]
    footer = [
        (wrap(about.note, SMALL, wide), SMALL, "normal", INK),
        (wrap(about.source, SMALL, wide), SMALL, "normal", GREY),
    ]
    head = sum(len(lines) * size * _LEADING for lines, size, _, _ in blocks)
    foot = sum(len(lines) * size * _LEADING for lines, size, _, _ in footer)
    height = _EDGE + head + 0.14 + plot_height + below + foot + _EDGE
    chart = Chart(figsize=(WIDTH, height), facecolor="white")
    chart.about = about
    chart.head, chart.foot = _EDGE + head, _EDGE + foot + 0.03  # the ring of an Å stands over its line
    y = height - _EDGE
    for lines, size, weight, colour in blocks:
        y = _write(chart, lines, y, size, weight, colour)
    y = _EDGE + foot
    for lines, size, weight, colour in footer:
        y = _write(chart, lines, y, size, weight, colour)
    plot_width = WIDTH - left - right - 2 * _EDGE
    axes = chart.add_axes(
        (
            (_EDGE + left) / WIDTH,
            (_EDGE + foot + below) / height,
            plot_width / WIDTH,
            plot_height / height,
        )
    )
    clean_axes(axes)
    return chart, axes


def _write(chart: Chart, lines: Sequence[str], y: float, size: float, weight: str, colour: str) -> float:
    height = chart.get_figheight()
    for line in lines:
        chart.text(_EDGE / WIDTH, y / height, line, size=size, weight=weight, color=colour, va="top", ha="left")
        y -= size * _LEADING
    return y


def clean_axes(axes: Axes) -> None:
    """Take away frames and tick marks; labels stay."""
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=GREY, pad=4)


def value_axis(axes: Axes, low: float, high: float, unit: str, *, zero: bool, which: str = "y") -> None:
    """Give the value axis few round ticks, light lines and Swedish numbers.

    Parameters
    ----------
    axes
        Where.
    low, high
        The values that must fit.
    unit
        The unit of the ticks.
    zero
        Whether the axis begins at zero.
    which
        ``x`` or ``y``.
    """
    axis = axes.yaxis if which == "y" else axes.xaxis
    span = high - (0 if zero else low) or max(abs(high), 1.0) / 10  # values that are all one have no span
    bottom = 0.0 if zero else max(0.0, low - 0.12 * span)
    set_limits = axes.set_ylim if which == "y" else axes.set_xlim
    set_limits(bottom, high + 0.08 * span)
    axis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    decimals = 0 if span > 4 else 1
    axis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value, decimals, unit)))
    axes.grid(visible=True, axis=which, color=LIGHT, linewidth=0.6)  # type: ignore[arg-type]
    axes.set_axisbelow(True)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move label positions apart so that neighbours are at least ``gap`` apart, as little as needed.

    Parameters
    ----------
    wanted
        Where the labels would lie.
    gap
        The least distance.
    low, high
        Between what they must lie.

    Examples
    --------
    >>> [round(y, 2) for y in spread([1.0, 1.1, 3.0], 0.5, 0.0, 4.0)]
    [0.8, 1.3, 3.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[list[float]] = []  # each group: centre, number of labels
    for i in order:
        groups.append([wanted[i], 1])
        while len(groups) > 1:
            (c1, n1), (c2, n2) = groups[-2], groups[-1]
            if c2 - c1 >= gap * (n1 + n2) / 2:
                break
            groups[-2:] = [[(c1 * n1 + c2 * n2) / (n1 + n2), n1 + n2]]
    placed = []
    for centre, n in groups:
        half = gap * (n - 1) / 2
        centre = min(max(centre, low + half), high - half)
        placed += [centre - half + gap * k for k in range(int(n))]
    out = [0.0] * len(wanted)
    for i, y in zip(order, placed, strict=True):
        out[i] = y
    return out
