"""What a count of the KAA is of: a period, a day of measurement in it, and how soon contact is due.

Every period is made of half-years, and so those that share one, or adjoin, hang together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from uvas_stats.errors import RegisterError
from uvas_stats.periods import period_end, period_kind

__all__ = ["Span", "adjoining", "half_number", "halves_of", "sharing", "span_of", "span_of_day"]


@dataclass(frozen=True)
class Span:
    """What is counted: a period, a day of measurement in it, and how soon contact is due.

    Examples
    --------
    >>> span_of("2105/06").begins.isoformat(), span_of("2105/06").at.isoformat()
    ('2105-07-01', '2106-06-30')
    """

    period: str
    at: dt.date
    contact_days: int = 60

    @property
    def begins(self) -> dt.date:
        """The first day of the period."""
        year, kind = int(self.period[:4]), period_kind(self.period)
        if kind == "school_year":
            return dt.date(year, 7, 1)
        return dt.date(year, 7 if self.period.endswith("H2") else 1, 1)

    @property
    def ends(self) -> dt.date:
        """The last day of the period."""
        return period_end(self.period)

    @property
    def kind(self) -> str:
        """``year``, ``half_year`` or ``school_year``; figures of different kinds are never added."""
        return period_kind(self.period)

    @property
    def months(self) -> tuple[str, ...]:
        """The months of the period, as 2026-06."""
        days = pd.date_range(self.begins, self.ends, freq="MS", unit="s")
        return tuple(day.strftime("%Y-%m") for day in days)


def span_of(period: str, at: dt.date | None = None, contact_days: int = 60) -> Span:
    """Make and check a span.

    Parameters
    ----------
    period
        A school year, half-year or year.
    at
        The day of measurement; None means the last day of the period.
    contact_days
        Within how many days contact is due.

    Raises
    ------
    RegisterError
        If the period is a month, the day is outside the period, or the days are not 1 to 365.
    """
    if period_kind(period) == "month":
        raise RegisterError("KAA räknas inte för en månad", todo="Ange läsår 2025/26, halvår 2025H2 eller år 2025")
    span = Span(period, at or period_end(period), contact_days)
    if not span.begins <= span.at <= span.ends:
        raise RegisterError(f"Mätdatumet {span.at} ligger utanför {period}", todo="Ange ett datum i perioden")
    if not 1 <= contact_days <= 365:
        raise RegisterError("Antal dagar till kontakt ska vara 1–365")
    return span


def span_of_day(day: dt.date, contact_days: int = 60) -> Span:
    """Return the half-year that a day lies in, measured on that day."""
    return Span(f"{day.year}H{1 if day.month <= 6 else 2}", day, contact_days)


def halves_of(span: Span) -> tuple[Span, ...]:
    """Return the half-years of a period; a half-year is its own.

    Examples
    --------
    >>> [half.period for half in halves_of(Span("2105/06", dt.date(2106, 6, 15)))]
    ['2105H2', '2106H1']
    """
    year = int(span.period[:4])
    names = {"half_year": (span.period,), "school_year": (f"{year}H2", f"{year + 1}H1")}
    halves = [replace(span, period=name) for name in names.get(span.kind, (f"{year}H1", f"{year}H2"))]
    return tuple(replace(half, at=half.ends) for half in halves)


def sharing(span: Span, earlier: Iterable[Span]) -> list[Span]:
    """Return the earlier periods, other than this one, that share a half-year with it; each once."""
    halves = {half.period for half in halves_of(span)}
    others = {one.period: one for one in earlier if one.period != span.period}
    return [one for one in others.values() if halves & {half.period for half in halves_of(one)}]


def half_number(half: Span) -> int:
    """Give a half-year its number, so that the next has the next."""
    return 2 * int(half.period[:4]) + half.period.endswith("H2")


def adjoining(spans: Iterable[Span], earlier: Iterable[Span]) -> list[Span]:
    """Return the earlier periods that end where one of some begins, or begin where one ends; each once.

    Examples
    --------
    >>> one, other, later = (Span(name, dt.date(2105, 6, 30)) for name in ("2105H1", "2105H2", "2106/07"))
    >>> [span.period for span in adjoining([one], [one, other, later])]
    ['2105H2']
    """
    inside = {half_number(half) for one in spans for half in halves_of(one)}
    edges = {number + step for number in inside for step in (-1, 1)} - inside
    by_name = {one.period: one for one in earlier}
    numbers = {name: {half_number(half) for half in halves_of(one)} for name, one in by_name.items()}
    return [one for name, one in by_name.items() if numbers[name] & edges and not numbers[name] & inside]
