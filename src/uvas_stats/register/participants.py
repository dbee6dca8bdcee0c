"""Count the participants of a programme at each term's end: the goals and key figures of the local agreements.

The counts are expressions over Ibis. They are exact and must not leave the package but through ``disclosure``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd

from uvas_stats.errors import RegisterError
from uvas_stats.periods import period_end
from uvas_stats.register.engine import Engine, ask, keep
from uvas_stats.register.fields import UNKNOWN

__all__ = ["ParticipantCounts", "Term", "count_participants", "terms_between"]

DIMENSIONS = ("sex", "outcome", "place", "examen", "study_plan", "assistance_start", "assistance_now", "contact",
              "followed")  # fmt: skip
TO_WORK_OR_STUDY = ("work", "study")
CONTACT_MONTHS = 6


@dataclass(frozen=True)
class Term:
    """The end of a term, and from when participants are counted.

    Examples
    --------
    >>> Term("2106H1", dt.date(2105, 7, 1)).ends.isoformat()
    '2106-06-30'
    """

    period: str
    since: dt.date
    follow_up_months: int = 6
    last: bool = True
    """Whether what the file says of "now" is true of this date."""

    @property
    def ends(self) -> dt.date:
        """The day of measurement."""
        return period_end(self.period)


def terms_between(since: dt.date, until: dt.date, follow_up_months: int = 6) -> tuple[Term, ...]:
    """Return the terms, June and December, that have ended in a span.

    Parameters
    ----------
    since, until
        The first and last day.
    follow_up_months
        How long after the end a follow-up counts.

    Raises
    ------
    RegisterError
        If there is none, or the span is longer than thirty years.
    """
    if not 0 <= until.year - since.year <= 30 or not 1 <= follow_up_months <= 36:
        raise RegisterError("Tiden att räkna är orimlig", todo="Ange --from före --at, och 1–36 månader")
    names = [f"{year}H{half}" for year in range(since.year, until.year + 1) for half in (1, 2)]
    ended = [name for name in names if since <= period_end(name) <= until]
    if not ended:
        raise RegisterError(f"Ingen termin har slutat {since}–{until}", todo="Ange --at 30 juni eller 31 december")
    return tuple(Term(name, since, follow_up_months, name == ended[-1]) for name in ended)


@dataclass(frozen=True, repr=False)
class ParticipantCounts:
    """Exact counts at one term's end, before disclosure control; it shows nothing when printed."""

    term: Term
    persons: pd.DataFrame
    """One row a combination of :data:`DIMENSIONS` that anyone has, with ``region`` and ``n``."""
    cost: Mapping[str, float]
    """Cost booked on those who have started, by kommun."""

    def __repr__(self) -> str:
        return f"ParticipantCounts({self.term.period})"

    def assistance_known(self, kommun: str) -> bool:
        """Tell whether the list says who had ekonomiskt bistånd at the term's end.

        What it says of now is true of the last term. Of an earlier one it tells only where a date, or the same
        answer at start and now, does so for everyone: a count of those alone would be too low.
        """
        now = self.persons.loc[self.persons["region"] == kommun, "assistance_now"]
        return self.term.last or not (now == UNKNOWN).any()


def count_participants(engine: Engine, participations: Any, term: Term) -> ParticipantCounts:
    """Count the participants that have started since a date, as they are at a term's end.

    Parameters
    ----------
    engine
        From :func:`~uvas_stats.register.engine.open_engine`.
    participations
        A table of the engine: one row a person and start.
    term
        The day of measurement. A person with several participations is counted once, with the latest.
    """
    latest = keep(engine, f"participants_{term.period}", _latest(participations, term))
    grouped = latest.group_by(["region", *DIMENSIONS]).agg(n=latest.person.count())
    begun = _begun(participations, term)
    persons = ask(engine, grouped)
    cost = ask(engine, begun.group_by("region").agg(kr=begun.cost.sum()))()
    ordered = persons().astype({"n": "int64"}).sort_values(["region", *DIMENSIONS], ignore_index=True)
    return ParticipantCounts(term, ordered, dict(zip(cost["region"], cost["kr"].fillna(0.0), strict=True)))


def _begun(participations: Any, term: Term) -> Any:
    return participations.filter(participations.start.between(ibis.literal(term.since), ibis.literal(term.ends)))


def _latest(participations: Any, term: Term) -> Any:
    """Give one row a person: the latest participation, with what is known of it at the term's end."""
    begun = _begun(participations, term)
    newest = begun.group_by(["region", "person"]).agg(start=begun.start.max())
    rows = newest.join(begun, ["region", "person", "start"])
    return rows.select(
        "region",
        "person",
        "sex",
        outcome=_outcome(rows, term),
        place=_destination(rows, term),
        examen=_known(rows.had_examen),
        study_plan=_study_plan(rows, term),
        assistance_start=_known(rows.assistance_start),
        assistance_now=_assistance(rows, term),
        contact=_contact(rows, term),
        followed=_followed(rows, term),
    )


def _known(column: Any) -> Any:
    return ibis.coalesce(column, UNKNOWN)


def _ended(rows: Any, term: Term) -> Any:
    return (rows.end <= ibis.literal(term.ends)).fill_null(False)


def _outcome(rows: Any, term: Term) -> Any:
    return ibis.ifelse(_ended(rows, term), _known(rows.end_reason), "ongoing")


def _destination(rows: Any, term: Term) -> Any:
    moved = _ended(rows, term) & rows.end_reason.isin(TO_WORK_OR_STUDY).fill_null(False)
    return ibis.ifelse(moved, _known(rows.place), "none")


def _study_plan(rows: Any, term: Term) -> Any:
    return ibis.cases(
        (rows.study_plan_from <= ibis.literal(term.ends), "yes"),
        (rows.study_plan_from.notnull(), "no"),
        else_=_known(rows.study_plan),
    )


def _assistance(rows: Any, term: Term) -> Any:
    """Tell who has ekonomiskt bistånd; before the last term only where a date or the same answer twice says it."""
    now = _known(rows.assistance_now)
    steady = ibis.ifelse(now == _known(rows.assistance_start), now, UNKNOWN)
    return ibis.cases(
        (rows.assistance_to <= ibis.literal(term.ends), "no"),
        (rows.assistance_to.notnull(), "yes"),
        else_=now if term.last else steady,
    )


def _contact(rows: Any, term: Term) -> Any:
    """Tell who began a measure within six months of the first contact; who still may is neither."""
    ends = ibis.literal(term.ends)
    due = (rows.first_contact + ibis.interval(months=CONTACT_MONTHS)).cast("date")
    began = rows.first_measure.notnull() & (rows.first_measure <= ends) & (rows.first_measure <= due)
    return ibis.cases(
        (rows.first_contact.isnull() | (rows.first_contact > ends), "no_contact"),
        (began, "within"),
        (due <= ends, "not_within"),
        else_="too_early",
    )


def _followed(rows: Any, term: Term) -> Any:
    """Tell who was still in occupation when followed up long enough after the end."""
    due = (rows.end + ibis.interval(months=term.follow_up_months)).cast("date")
    seen = (rows.followed_up >= due) & (rows.followed_up <= ibis.literal(term.ends))
    known = rows.followed_up_occupation.isin(["work", "education", "none"])
    active = rows.followed_up_occupation.isin(["work", "education"])
    moved = _destination(rows, term) != "none"
    return ibis.cases(
        (~moved, "none"),
        (seen & known & active, "in_occupation"),
        (seen & known, "not_in_occupation"),
        else_="not_followed",
    )
