"""What a count of the KAA is of: a period, a day of measurement in it, and how soon contact is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from uvas_stats.errors import RegisterError
from uvas_stats.periods import period_end, period_kind

__all__ = ["Span", "span_of"]


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
    """Make and check a span; ``at`` None means the last day of the period.

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
