"""Whom the kommun's aktivitetsansvar covers and when, as expressions over registration periods.

A day is in scope when the person is registered, has finished skolplikten, has not turned 20, lives in the kommun,
has no gymnasieexamen and does not attend gymnasieskola. Until 30 June 2018 a pupil of an introduktionsprogram was
in scope; from 1 July 2018 that is to attend. The day a registration ends is its last day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

__all__ = ["IM_ATTENDS_FROM", "at_some_time", "on_day", "with_scope"]

IM_ATTENDS_FROM = dt.date(2018, 7, 1)
FAR = dt.date(2262, 1, 1)
COMPULSORY_AGE, OLDEST = 16, 20


def with_scope(spells: Any) -> Any:
    """Add ``first``, ``stop`` (the day after the last), ``away`` and ``back`` (from and to gymnasieskola).

    Parameters
    ----------
    spells
        An Ibis table with ``born, registered, closed, compulsory_end, resident_from, resident_to, school_from,
        school_to, school_form, examen``; dates may be null.
    """
    import ibis

    def day_after(date: Any) -> Any:
        return (date + ibis.interval(days=1)).cast("date")

    far = ibis.literal(FAR)
    compulsory = ibis.coalesce(
        day_after(spells.compulsory_end), ibis.date(spells.born.year() + COMPULSORY_AGE, 7, 1)
    )
    twenty = (spells.born + ibis.interval(years=OLDEST)).cast("date")
    im = spells.school_form == "im"
    before = im & (spells.school_from < ibis.literal(IM_ATTENDS_FROM))
    away = ibis.ifelse(before, ibis.literal(IM_ATTENDS_FROM), spells.school_from)
    return spells.mutate(
        first=ibis.greatest(spells.registered, compulsory, ibis.coalesce(spells.resident_from, spells.registered)),
        stop=ibis.least(
            twenty,
            ibis.coalesce(day_after(spells.closed), far),
            ibis.coalesce(day_after(spells.resident_to), far),
            ibis.coalesce(spells.examen, far),
        ),
        away=ibis.coalesce(away, far),
        back=ibis.coalesce(day_after(spells.school_to), far),
    )


def at_some_time(scoped: Any, begins: dt.date, ends: dt.date) -> Any:
    """Tell whether any day of a period is in scope."""
    import ibis

    first = ibis.greatest(scoped.first, ibis.literal(begins))
    stop = ibis.least(scoped.stop, ibis.literal(ends + dt.timedelta(days=1)))
    return (first < stop) & ~((scoped.away <= first) & (scoped.back >= stop))


def on_day(scoped: Any, day: dt.date) -> Any:
    """Tell whether a day is in scope."""
    import ibis

    at = ibis.literal(day)
    return (scoped.first <= at) & (at < scoped.stop) & ~((scoped.away <= at) & (at < scoped.back))
