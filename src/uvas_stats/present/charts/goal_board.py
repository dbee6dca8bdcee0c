"""The goals with their status: a face for those who can see it, a word for all, and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Arc, Circle

from uvas_stats.periods import month_name
from uvas_stats.present.figure import About, Chart, Missing
from uvas_stats.present.goals import GoalRow, tally, tally_cases
from uvas_stats.present.style import FOCUS, GREY, INK, LIGHT, SMALL, TEXT, WIDTH, canvas, wrap

__all__ = ["goal_board"]

_FACES = {
    "nått": ("#00705a", 1),
    "på väg": ("#0b5394", 0),
    "inte nått": ("#c04a00", -1),
    "osäkert": ("#6b5b00", None),
    "kan inte bedömas": (GREY, None),
}
_TEXT_LEFT, _TEXT_WIDTH, _WORD_LEFT = 0.55, 3.95, 4.75
_FACT_LEFT, _RIGHT = 2.08, WIDTH - 0.16
_LINE = 1.3 / 72
_GAP = 0.05
_WIDE = 4
"""Characters of a place that fit in the column of a month."""


@dataclass(frozen=True)
class _Block:
    """The lines of one row, and how high they are."""

    title: list[str]
    reason: list[str]
    below: list[tuple[str, list[str]]]
    """Headings and what is said under them, the width of the board."""
    months: tuple[tuple[str, str, str], ...]

    @property
    def head(self) -> float:
        return max(0.42, (len(self.title) * TEXT + len(self.reason) * SMALL) * _LINE + 0.16)

    @property
    def height(self) -> float:
        facts = sum(len(lines) * SMALL * _LINE + _GAP for _, lines in self.below)
        months = self.rows * SMALL * _LINE + 3 * _GAP if self.months else 0.0
        return self.head + facts + months + (_GAP if self.below else 0.0)

    @property
    def rows(self) -> int:
        """How many lines the months take: their names, and the places, of which a long range takes two."""
        return 2 + sum(self.tall(at) for at in (1, 2))

    def tall(self, at: int) -> int:
        return 1 + any(len(month[at]) > _WIDE for month in self.months)


def goal_board(
    rows: list[GoalRow],
    *,
    name: str,
    source: str,
    data: pd.DataFrame,
    date: str,
    note: str = "",
    missing: tuple[Missing, ...] = (),
    measurable: bool = True,
) -> Chart:
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
    note
        What a reader must know of the figures; may be empty.
    missing
        What the goals would be judged by if it were at hand.
    measurable
        Whether any of the goals can be measured.
    """
    blocks = [_block(row) for row in rows]
    count = tally_cases if any(row.region for row in rows) else tally
    summary = count([row.status for row in rows])
    about = About(
        id="mal",
        title=f"{name}: {'målen' if measurable else 'uppdraget'}",
        subtitle=f"{summary}. Bedömning {date}." if measurable else "Det finns inget mätbart mål.",
        source=source,
        alt=" ".join(_alt(row) for row in rows),
        note=note,
        data=data,
        derived=_derived(rows),
        missing=missing,
    )
    whole = sum(block.height for block in blocks)
    chart, axes = canvas(about, whole, left=0.0, right=0.0, below=0.1)
    axes.set_xlim(0, _RIGHT)
    axes.set_ylim(whole, 0)
    axes.set_axis_off()
    top = 0.0
    for row, block in zip(rows, blocks, strict=True):
        axes.plot([0, _RIGHT], [top, top], color=LIGHT, linewidth=0.8)
        _head(axes, top, row.status, block)
        _months(axes, _facts(axes, top + block.head, block), block)
        top += block.height
    return chart


def _alt(row: GoalRow) -> str:
    where = f" ({row.region})" if row.region else ""
    return " ".join(filter(None, [f"{row.text}{where}: {row.status}. {row.reason}", row.place.text, row.outlook]))


def _derived(rows: list[GoalRow]) -> pd.DataFrame:
    """List the assessments; a goal about a place has a column for each thing known of it."""
    wide = [
        {"Mål": row.text, "Kommun": row.region, "Status": row.status, "Skäl": row.reason}
        | dict(row.place.facts)
        | {f"Plats {month}": f"{rank} (riket {riket})" for month, rank, riket in row.place.months}
        | ({"Framskrivning": row.outlook} if any(one.outlook for one in rows) else {})
        for row in rows
    ]
    return pd.DataFrame(wide).fillna("")


def _block(row: GoalRow) -> _Block:
    title = f"{row.region}: {row.text}" if row.region else row.text
    named = [*row.place.facts, ("Framskrivning" if row.place.months else "", row.outlook)]
    below = [
        (heading, wrap(text[:1].upper() + text[1:], SMALL, _RIGHT - (_FACT_LEFT if heading else _TEXT_LEFT) - 0.2))
        for heading, text in named
        if text
    ]
    return _Block(
        wrap(title, TEXT, _TEXT_WIDTH, bold=True), wrap(row.reason, SMALL, _TEXT_WIDTH), below, row.place.months
    )


def _head(axes: Axes, top: float, status: str, block: _Block) -> None:
    """Draw the face, the goal with the reason, and the word."""
    middle = top + block.head / 2
    _face(axes, 0.26, middle, status)
    y = top + 0.08
    for line in block.title:
        axes.text(_TEXT_LEFT, y, line, size=TEXT, color=INK, va="top", weight="bold")
        y += TEXT * _LINE
    for line in block.reason:
        axes.text(_TEXT_LEFT, y, line, size=SMALL, color=GREY, va="top")
        y += SMALL * _LINE
    colour = _FACES[status][0]
    axes.text(_WORD_LEFT, middle, status, size=TEXT + 1, color=colour, weight="bold", va="center")


def _facts(axes: Axes, y: float, block: _Block) -> float:
    """Write what is known under its headings; return where the next line begins."""
    for heading, lines in block.below:
        if heading:
            _line(axes, _TEXT_LEFT, y, heading, GREY)
        for line in lines:
            _line(axes, _FACT_LEFT if heading else _TEXT_LEFT, y, line, INK)
            y += SMALL * _LINE
        y += _GAP
    return y


def _line(axes: Axes, x: float, y: float, text: str, colour: str, **style: Any) -> None:
    """Write a small line on a baseline, so that it is level with its neighbours."""
    axes.text(x, y + SMALL / 72, text, size=SMALL, color=colour, va="baseline", **style)


def _months(axes: Axes, y: float, block: _Block) -> None:
    """Write the places of a year of months, and under them the place that riket's figure corresponds to."""
    if not block.months:
        return
    y += _GAP
    step = (_RIGHT - _FACT_LEFT) / len(block.months)
    line = SMALL * _LINE
    places_at, riket = y + 2 * line, y + (2 + block.tall(1)) * line
    for name, at in (("Plats månad för månad", places_at), ("Riket motsvarar plats", riket)):
        _line(axes, _TEXT_LEFT, at, name, GREY)
    for number, (month, place, there) in enumerate(block.months):
        x = _FACT_LEFT + (number + 0.5) * step
        _line(axes, x, y, month_name(month), GREY, ha="center")
        if number == 0 or month.endswith("-01"):
            _line(axes, x, y + line, month[:4], GREY, ha="center")
        for row, part in enumerate(_broken(place)):
            _line(axes, x, places_at + row * line, part, FOCUS[0].colour, ha="center", weight="bold")
        for row, part in enumerate(_broken(there)):
            _line(axes, x, riket + row * line, part, INK, ha="center")


def _broken(place: str) -> list[str]:
    """Put a long range of places on two lines."""
    return place.replace("–", "– ").split() if len(place) > _WIDE else [place]


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
