"""The key figures of participants: which counts they are, and which counts a share is of."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["COUNTS", "SHARES", "category_of"]

Conditions = Mapping[str, str]
COUNTS: Mapping[str, Conditions] = {
    "participants_assistance_count": {"assistance_now": "yes"},
    "participants_assistance_start_count": {"assistance_start": "yes"},
    "participants_left_assistance_count": {"assistance_start": "yes", "assistance_now": "no"},
    "participants_ended_count": {"outcome": "ended"},
    "participants_ended_to_work_count": {"outcome": "work"},
    "participants_started_count": {},
}
SHARES: Mapping[str, tuple[Conditions, Conditions]] = {
    # measure: conditions of the numerator, conditions of the denominator; none is everyone
    "participants_ended_to_work_share_pct": ({"outcome": "work"}, {"outcome": "ended"}),
    "participants_ended_to_study_share_pct": ({"outcome": "study"}, {"outcome": "ended"}),
    "participants_ended_to_work_or_study_share_pct": ({"outcome": "to_work_or_study"}, {"outcome": "ended"}),
    "participants_mobility_share_pct": (
        {"outcome": "to_work_or_study", "place": "elsewhere"},
        {"outcome": "ended"},
    ),
    "participants_got_work_share_pct": ({"outcome": "work"}, {}),
    "participants_study_plan_share_pct": ({"examen": "no", "study_plan": "yes"}, {"examen": "no"}),
    "participants_measure_within_6_months_share_pct": ({"contact": "within"}, {"contact": "due"}),
    "participants_still_in_occupation_share_pct": (
        {"outcome": "to_work_or_study", "followed": "in_occupation"},
        {"outcome": "to_work_or_study", "followed": "followed_up"},
    ),
}


def category_of(conditions: Conditions) -> tuple[str, str]:
    """Return breakdown and category of the count with these conditions; empty for everyone.

    The last condition divides the group that the others tell.

    Examples
    --------
    >>> category_of({"examen": "no", "study_plan": "yes"}), category_of({})
    (('study_plan', 'yes'), ('', ''))
    """
    return list(conditions.items())[-1] if conditions else ("", "")
