"""What has been counted of a kommun before, out of the ledger: it is published together with what comes now."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from uvas_stats.disclosure import Key, Ledger, read_ledger
from uvas_stats.disclosure.ledger import ledger_file
from uvas_stats.errors import RegisterError
from uvas_stats.register.periods_linked import halves_of
from uvas_stats.register.span import Span, span_of
from uvas_stats.register.store import STATED, register_origins
from uvas_stats.workspace import Workspace

__all__ = ["earlier_spans", "list_days", "participant_terms", "published_counts", "register_ledger"]

_MOST_APART = 6
"""Periods and days elsewhere in time that are gone along with, the nearest first."""
MOST_TOGETHER = 20
"""Periods and days that share a half-year: every one of them is gone along with, and more are refused."""
_KAA = re.compile(r"kaa (\S+) (\d{4}-\d{2}-\d{2})")


def register_ledger(workspace: Workspace, kommun: str) -> Ledger:
    """Read what has been published of a kommun's registers.

    Raises
    ------
    RegisterError
        If there are results of registers but no ledger of them: what they give away can then not be known.
    """
    name = f"register:{kommun}"
    if not ledger_file(workspace, name).exists():
        folder, origins = f"register/{kommun}/", register_origins(workspace)
        if any(one.startswith(folder) and not STATED.items() <= about.items() for one, about in origins.items()):
            raise RegisterError(
                "Det finns räknade uppgifter men ingen liggare över vad som har visats",
                where=ledger_file(workspace, name),
                todo="Återställ filen från en säkerhetskopia",
            )
    return read_ledger(workspace, name)


def published_counts(ledger: Ledger, counted: str) -> dict[Key, int]:
    """Return the counts of one kind that have been shown, as they were shown last.

    Examples
    --------
    >>> published_counts(Ledger("register:2182"), "participants")
    {}
    """
    return {
        key: n
        for one in ledger.publications
        for key, n in one.shown.items()
        if dict(key).get("counted") == counted
    }


def earlier_spans(ledger: Ledger, span: Span) -> list[Span]:
    """Return the periods and days of the KAA that have been published and hang together with a span.

    Parameters
    ----------
    ledger
        What has been published.
    span
        What is to be counted. Everything that shares a half-year with it is returned, and of the rest the nearest.

    Raises
    ------
    RegisterError
        If there is more to go along with than can be audited together.
    """
    found = set(_spans(ledger, span.contact_days)) - {span}
    own = {half.period for half in halves_of(span)}
    near = {one for one in found if own & {half.period for half in halves_of(one)}}
    if len(near) > MOST_TOGETHER:
        raise RegisterError(
            f"KAA är redan räknat för {len(near)} perioder och mätdatum som hör ihop med {span.period}",
            todo="Räkna på ett mätdatum som redan är använt",
        )
    apart = sorted(found - near, key=lambda one: abs((one.at - span.at).days))[:_MOST_APART]
    return sorted({*near, *apart}, key=lambda one: (one.at, one.period), reverse=True)


def _spans(ledger: Ledger, contact_days: int) -> Iterator[Span]:
    """Yield what the KAA has been counted for; a day that a list was compared on counts in its half-year."""
    for one in ledger.publications:
        if hit := _KAA.fullmatch(one.id):
            yield span_of(hit[1], dt.date.fromisoformat(hit[2]), contact_days)
    for day in sorted(list_days(ledger, "kaa")):
        yield Span(f"{day.year}H{1 if day.month <= 6 else 2}", day, contact_days)


def list_days(ledger: Ledger, kind: str) -> set[dt.date]:
    """Return the days on which a list of a kind has been part of a target group."""
    days = set()
    for one in ledger.publications:
        for key in (*one.shown, *one.hidden):
            conditions = dict(key)
            if conditions.get("counted") == "lists" and conditions.get("lists") == kind:
                days.add(dt.date.fromisoformat(conditions["at"]))
    return days


def participant_terms(ledger: Ledger) -> list[tuple[str, str]]:
    """Return the terms that participants have been counted at, each with the day that they are counted from."""
    keys = (dict(key) for one in ledger.publications for key in (*one.shown, *one.hidden))
    counted = [key for key in keys if key.get("counted") == "participants" and "since" in key and "period" in key]
    return sorted({(key["period"], key["since"]) for key in counted})
