"""Refuse to count the same anew with another limit: taking one from the other would tell of the few in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from uvas_stats.disclosure import Ledger
from uvas_stats.errors import RegisterError
from uvas_stats.register.periods_linked import halves_of
from uvas_stats.register.span import Span, span_of

__all__ = ["refuse_other_days", "refuse_other_start"]


def _published(ledger: Ledger, counted: str) -> Iterator[dict[str, str]]:
    for one in ledger.publications:
        for key in (*one.shown, *one.hidden):
            if ("counted", counted) in key:
                yield dict(key)


def refuse_other_days(ledger: Ledger, span: Span) -> None:
    """Refuse another number of days to contact than the one that has been shown for a period with the same days.

    Raises
    ------
    RegisterError
        With the number of days that has been used.
    """
    own = {half.period for half in halves_of(span)}
    for conditions in _published(ledger, "kaa_new"):
        code, period = conditions.get("contact", ""), conditions.get("period", "")
        if "within" in code and own & {half.period for half in halves_of(span_of(period))}:
            days = int(code.removeprefix("not_").removeprefix("within_").removesuffix("_days"))
            if days != span.contact_days:
                raise RegisterError(
                    f"Kontakt inom {days} dagar är redan visad för {period}", todo=f"Ange --contact-days {days}"
                )


def refuse_other_start(ledger: Ledger, since: dt.date) -> None:
    """Refuse to count participants from another day than before.

    Raises
    ------
    RegisterError
        With the day that has been used.
    """
    for conditions in _published(ledger, "participants"):
        before = conditions.get("since", since.isoformat())
        if before != since.isoformat():
            raise RegisterError(f"Deltagare är redan räknade från {before}", todo=f"Ange --from {before}")
