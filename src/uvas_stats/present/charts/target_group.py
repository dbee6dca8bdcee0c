"""The size of a target group built from overlapping registers: parts, and the bounds of their union."""

from __future__ import annotations

import pandas as pd

from uvas_stats.indicators import overlap_bounds
from uvas_stats.numbers import number_text
from uvas_stats.present.charts.labels import beside
from uvas_stats.present.figure import About, Chart, Missing
from uvas_stats.present.style import FOCUS, SMALL, canvas

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
        beside(axes, number_text(count, 0), (count, i), 4)
        beside(axes, label, (0, i), -6, size=SMALL + 0.5)
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
    union = f"{number_text(low, 0)}–{number_text(high, 0)}"
    beside(axes, union, (high, i), 4, bold=True, color=FOCUS[0].colour)
    beside(axes, "Tillsammans, utan dubbelräkning", (0, i), -6, bold=True, size=SMALL + 0.5)
    axes.set_ylim(len(parts) + 0.5, -0.5)
    axes.set_xlim(0, high * 1.02)
    axes.set_yticks([])
    axes.set_xticks([])
    return chart
