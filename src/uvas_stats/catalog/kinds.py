"""The kinds of charts and tables of a nuläge: the one list that the catalog's check, the facade and docs read."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "Kind"]

WHOLE = ("measure", "group", "title", "age")
SCHOOL = ("measure", "group", "title")
MONTHLY = "af_unemployed_18_24_rate_pct"


@dataclass(frozen=True)
class Kind:
    """One kind of chart or table, as the items of a programme name it."""

    name: str
    drawn_by: str = ""
    """The part of the nuläge that draws it, or the part's method, such as ``kaa.flow``. Empty where the chart of
    the kind's own name, in a module of that name, needs no more than a measure's figures and a view of them."""
    keys: tuple[str, ...] = ()
    """What an item may say besides its kind."""
    measure: str | None = None
    """The measure drawn where none is named; None is the programme's main measure."""
    needs_measure: bool = False
    """Whether an item must name its measure."""


def _of_measure(name: str, drawn_by: str = "", measure: str | None = None) -> Kind:
    return Kind(name, drawn_by, WHOLE, measure, needs_measure=True)


KINDS = {
    kind.name: kind
    for kind in (
        _of_measure("trend", "measures.trend"),
        _of_measure("place"),
        _of_measure("place_over_time"),
        _of_measure("compare"),
        _of_measure("funnel"),
        _of_measure("season", "measures.season"),
        Kind("counts", "measures.counts", WHOLE),
        _of_measure("months", "measures.months"),
        Kind("kaa", "kaa", WHOLE),
        Kind("kaa_occupation", "kaa.occupation", WHOLE),
        Kind("kaa_flow", "kaa.flow", WHOLE),
        _of_measure("strip", measure=MONTHLY),
        _of_measure("ranking_list"),
        _of_measure("profile", measure=MONTHLY),
        Kind("standing", "measures.standing", WHOLE),
        Kind("eligibility", "school.eligibility", SCHOOL),
        Kind("completion", "school.completion", SCHOOL),
        Kind("grade_points", "school.grade_points", SCHOOL),
        Kind("later_activity", "school.later_activity", SCHOOL),
        Kind("summary", "overview.summary"),
        Kind("kkik", "overview.kkik"),
        Kind("goals", "goals"),
        Kind("goal_board", "goals.board"),
        Kind("documents", "documents"),
        Kind("consistency", "documents.consistency"),
        Kind("activities", "documents.activities"),
        Kind("economy", "documents.economy"),
        Kind("target_group", "documents.target_group"),
        Kind("kartlaggning", "kaa.kartlaggning"),
        Kind("projection", "goals.projection"),
        Kind("pooled", "measures.pooled"),
        Kind("europe", "measures.europe"),
        Kind("registers", "registers"),
        Kind("register_parts", "registers.parts"),
        Kind("participants", "registers.participants"),
    )
}
