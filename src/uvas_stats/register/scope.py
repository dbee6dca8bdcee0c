"""Whom the kommun's aktivitetsansvar covers and when, as expressions over registration periods.

A day is in scope when the person is registered, has finished skolplikten, has not turned 20, lives in the kommun,
has no gymnasieexamen and does not attend gymnasieskola. Until 30 June 2018 a pupil of an introduktionsprogram was
in scope; from 1 July 2018 that is to attend. The day a registration ends is its last day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis

__all__ = ["IM_ATTENDS_FROM", "at_some_time", "day_number", "on_day", "with_scope"]

IM_ATTENDS_FROM = dt.date(2018, 7, 1)
FAR = dt.date(2262, 1, 1)
COMPULSORY_AGE, OLDEST = 16, 20


def day_number(day: dt.date) -> int:
    """Give a day as a number from 1970: what is compared is whole numbers, which takes the least time.

    Examples
    --------
    >>> day_number(dt.date(1970, 1, 2))
    1
    """
    return (day - dt.date(1970, 1, 1)).days


def with_scope(spells: Any) -> Any:
    """Add ``first`` and ``final``, ``away`` and ``back`` (first and last day in gymnasieskola) as day numbers.

    Parameters
    ----------
    spells
        An Ibis table with ``born, registered, closed, compulsory_end, resident_from, resident_to, school_from,
        school_to, school_form, examen``; dates may be null.
    """
    far = day_number(FAR)
    july = ibis.date(spells.born.year() + COMPULSORY_AGE, 7, 1)
    compulsory = ibis.coalesce(spells.compulsory_end.epoch_days() + 1, july.epoch_days())
    twenty = (spells.born + ibis.interval(years=OLDEST)).epoch_days()
    im = (spells.school_form == "im") & (spells.school_from < ibis.literal(IM_ATTENDS_FROM))
    away = ibis.ifelse(im, day_number(IM_ATTENDS_FROM), spells.school_from.epoch_days())
    return spells.mutate(
        # The engines leave nulls out of the greatest and the least: who has no date has no limit.
        first=ibis.greatest(spells.registered.epoch_days(), compulsory, spells.resident_from.epoch_days()),
        final=ibis.least(
            twenty - 1,
            spells.closed.epoch_days(),
            spells.resident_to.epoch_days(),
            spells.examen.epoch_days() - 1,
        ),
        away=ibis.coalesce(away, far),
        back=ibis.coalesce(spells.school_to.epoch_days(), far),
    )


def at_some_time(scoped: Any, begins: dt.date, ends: dt.date) -> Any:
    """Tell whether any day of a period is in scope.

    Parameters
    ----------
    scoped
        From :func:`with_scope`.
    begins, ends
        The first and last day.
    """
    first = ibis.greatest(scoped.first, day_number(begins))
    final = ibis.least(scoped.final, day_number(ends))
    return (first <= final) & ~((scoped.away <= first) & (scoped.back >= final))


def on_day(scoped: Any, day: dt.date) -> Any:
    """Tell whether a day is in scope."""
    at = day_number(day)
    return (scoped.first <= at) & (at <= scoped.final) & ~((scoped.away <= at) & (at <= scoped.back))
