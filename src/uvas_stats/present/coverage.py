"""How complete the reporting is: said with every figure that is what kommuner report, in title and note."""

from __future__ import annotations

from uvas_stats.numbers import number_text
from uvas_stats.present.view import View, join_words

__all__ = ["UNKNOWN_COVERAGE", "coverage_known", "coverage_note", "coverage_of", "with_coverage"]

UNKNOWN_COVERAGE = "rapporteringens täckning är inte känd"
GOOD = 90.0
"""Percent of those who should be reported; Skolverket counts the kommuner that report at least so many."""


def coverage_of(view: View, period: str) -> dict[str, float]:
    """Return the coverage in percent of each kommun that has one for the period."""
    if view.coverage is None or view.coverage.empty:
        return {}
    now = view.coverage.loc[(view.coverage["period"] == period) & view.coverage["value"].notna()]
    return dict(zip(now["region_code"], now["value"], strict=True))


def coverage_known(view: View, period: str) -> bool:
    """Tell whether the figures can be ranked as they stand: the coverage of every kommun in focus is known."""
    return not view.measure.coverage_measure or set(view.focus) <= set(coverage_of(view, period))


def with_coverage(title: str, view: View, period: str) -> str:
    """Say in the title of a ranking that the coverage is not known, where it is not."""
    return title if coverage_known(view, period) else f"{title} ({UNKNOWN_COVERAGE})"


def coverage_note(view: View, period: str) -> str:
    """Say what the coverage is, and that the figures are not official statistics; empty for other measures."""
    if not view.measure.coverage_measure:
        return ""
    found = coverage_of(view, period)
    own = [f"{view.name(code)} {number_text(found[code], 0, 'procent')}" for code in view.focus if code in found]
    parts = ["Inte officiell statistik: KAA är vad kommunerna rapporterat."]
    if own:
        kommuner = [value for code, value in found.items() if len(code) == 4]
        good = sum(value >= GOOD for value in kommuner)
        parts.append(
            f"Rapporteringens täckning: {join_words(own)}; {good} av {len(kommuner)} kommuner rapporterade minst "
            f"90 procent."
        )
    else:
        parts.append(
            f"{UNKNOWN_COVERAGE.capitalize()} för perioden; ett lågt tal kan bero på att få rapporterats."
        )
    return " ".join(parts)
