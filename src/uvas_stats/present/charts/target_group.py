"""The size of a target group built from overlapping registers: parts, and the bounds of their union."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.indicators import overlap_bounds
from uvas_stats.numbers import number_text
from uvas_stats.present.figure import About, Chart, Missing
from uvas_stats.present.style import FOCUS, INK, SMALL, TEXT, canvas

__all__ = ["target_group"]


def target_group(
    parts: list[tuple[str, float]],
    *,
    printed: str,
    text: str,
    source: str,
    data: pd.DataFrame,
    note: str = "",
    missing: tuple[Missing, ...] = (),
) -> Chart:
    """Draw the parts of a target group and what their union can be.

    Parameters
    ----------
    parts
        Label and count (persons) of each register.
    printed
        The document's own figure, as printed; empty if it gives none.
    text
        Whom the group consists of.
    note
        What published statistics say of a part; may be empty.
    missing
        What would say more.
    """
    low, high = overlap_bounds([count for _, count in parts])
    listed = ", ".join(f"{label} {number_text(count, 0)}" for label, count in parts)
    document = f" Dokumentet anger {printed}." if printed else ""
    about = About(
        id="malgrupp",
        title=f"Enligt dokumentet: målgruppen är {number_text(low, 0)}–{number_text(high, 0)} personer",
        subtitle=f"{text}.{document}",
        source=source,
        alt=f"Staplar: {listed}. Registren överlappar; tillsammans {low:.0f} till {high:.0f} personer.{document}",
        note=f"Samma person kan finnas i flera register: högsta antalet gäller om ingen gör det. {note}".strip(),
        missing=missing,
        data=data,
        derived=pd.DataFrame({"Uppgift": ["Minst", "Högst"], "Antal personer": [low, high]}),
    )
    chart, axes = canvas(about, 0.34 * (len(parts) + 1) + 0.1, left=2.75, right=0.75, below=0.08)
    for i, (label, count) in enumerate(parts):
        axes.barh(i, count, height=0.6, color="#a9a9a9")
        axes.annotate(
            number_text(count, 0),
            (count, i),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            size=TEXT,
            color=INK,
        )
        _label(axes, i, label, bold=False)
    i = len(parts)
    axes.barh(i, low, height=0.6, color=FOCUS[0].colour)
    axes.barh(
        i,
        high - low,
        left=low,
        height=0.6,
        facecolor="white",
        edgecolor=FOCUS[0].colour,
        hatch="////",
        linewidth=0.8,
    )
    axes.annotate(
        f"{number_text(low, 0)}–{number_text(high, 0)}",
        (high, i),
        xytext=(4, 0),
        va="center",
        textcoords="offset points",
        size=TEXT,
        weight="bold",
        color=FOCUS[0].colour,
    )
    _label(axes, i, "Tillsammans, utan dubbelräkning", bold=True)
    axes.set_ylim(len(parts) + 0.5, -0.5)
    axes.set_xlim(0, high * 1.02)
    axes.set_yticks([])
    axes.set_xticks([])
    return chart


def _label(axes: Axes, row: int, label: str, *, bold: bool) -> None:
    axes.annotate(
        label,
        (0, row),
        xytext=(-6, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        size=SMALL + 0.5,
        color=INK,
        weight="bold" if bold else "normal",
    )
