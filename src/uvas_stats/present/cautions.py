"""What is said of figures to be read with care: how complete the reporting is, and how few a share is of."""

from __future__ import annotations

from uvas_stats.numbers import number_text
from uvas_stats.present.view import View, join_words

__all__ = [
    "UNKNOWN_COVERAGE",
    "WILSON",
    "cohort_note",
    "coverage_known",
    "coverage_note",
    "coverage_of",
    "with_coverage",
]

WILSON = (
    "Intervallet (95 %, Wilson) är de andelar som ett så stort antal kan komma av, om personerna är oberoende "
    "av varandra. Det är inget urvalsfel, och nästa års andel hamnar oftare utanför, eftersom nivån ändras."
)
"""What the interval of a count is, and is not."""

UNKNOWN_COVERAGE = "rapporteringens täckning är inte känd"
GOOD = 90.0
"""Percent of those who should be reported; Skolverket counts the kommuner that report at least so many."""
FEW = 100
"""Persons: of so few, each is one percentage point or more."""


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
    """Say in the title of a ranking that the coverage is not known, where it is not.

    Parameters
    ----------
    title
        The title without it.
    view, period
        The measure and kommuner, and the period that is ranked.
    """
    return title if coverage_known(view, period) else f"{title} ({UNKNOWN_COVERAGE})"


def coverage_note(view: View, period: str) -> str:
    """Say what the coverage is, and that the figures are not official statistics; empty for other measures."""
    if not view.measure.coverage_measure:
        return ""
    coverage = coverage_of(view, period)
    focus = [
        f"{view.name(code)} {number_text(coverage[code], 0, 'procent')}" for code in view.focus if code in coverage
    ]
    official = "Inte officiell statistik: KAA är vad kommunerna rapporterat."
    if not focus:
        unknown = UNKNOWN_COVERAGE.capitalize()
        return f"{official} {unknown} för perioden; ett lågt tal kan bero på att få rapporterats."
    kommuner = [value for code, value in coverage.items() if len(code) == 4]
    good = sum(value >= GOOD for value in kommuner)
    all_of = f"{good} av {len(kommuner)} kommuner rapporterade minst 90 procent."
    return f"{official} Rapporteringens täckning: {join_words(focus)}; {all_of}"


def cohort_note(view: View, period: str) -> str:
    """Say of how few persons the shares in focus are; empty where they are many, or where that is not known."""
    if view.people is None or view.people.empty or view.measure.unit != "procent":
        return ""
    now = view.people.loc[(view.people["period"] == period) & view.people["region_code"].isin(view.focus)]
    few = now.loc[now["value"].between(2, FEW)]
    if few.empty:
        return ""
    noun = view.catalog.measures.get(view.measure.denominator_measure, view.measure).persons[1]
    listed = [
        f"{number_text(value, 0)} {noun} i {view.name(code)}, där en är {number_text(100 / value)} procentenheter"
        for code, value in few[["region_code", "value"]].itertuples(index=False, name=None)
    ]
    return f"Andelen {view.when(period)} bygger på {join_words(listed)}. Små tal svänger mycket."
