"""Refuse to count the same anew with another limit: taking one from the other would tell of the few in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from uvas_stats.disclosure import read_ledger
from uvas_stats.errors import RegisterError
from uvas_stats.register.span import Span
from uvas_stats.workspace import Workspace

__all__ = ["refuse_other_days", "refuse_other_start"]


def _published(workspace: Workspace, kommun: str) -> Iterator[dict[str, str]]:
    for one in read_ledger(workspace, f"register:{kommun}").publications:
        yield from (dict(key) for key in one.shown)


def refuse_other_days(workspace: Workspace, kommun: str, span: Span) -> None:
    """Refuse another number of days to contact than the one that has been shown for the period.

    Raises
    ------
    RegisterError
        With the number of days that has been used.
    """
    for conditions in _published(workspace, kommun):
        code = conditions.get("contact", "")
        if conditions.get("counted") == "kaa_new" and conditions.get("period") == span.period and "within" in code:
            days = int(code.removeprefix("not_").removeprefix("within_").removesuffix("_days"))
            if days != span.contact_days:
                raise RegisterError(
                    f"Kontakt inom {days} dagar är redan visad för {span.period}",
                    todo=f"Ange --contact-days {days}",
                )


def refuse_other_start(workspace: Workspace, kommun: str, since: dt.date) -> None:
    """Refuse to count participants from another day than before.

    Raises
    ------
    RegisterError
        With the day that has been used.
    """
    for conditions in _published(workspace, kommun):
        before = conditions.get("since", since.isoformat())
        if conditions.get("counted") == "participants" and before != since.isoformat():
            raise RegisterError(f"Deltagare är redan räknade från {before}", todo=f"Ange --from {before}")
