"""What has been counted of a kommun before, out of the ledger: it is published together with what comes now.

To count the same anew with another limit is refused: taking one from the other would tell of the few in between.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from uvas_stats.disclosure import Key, Ledger, Publication, Published, publishing, read_ledger
from uvas_stats.disclosure.ledger import ledger_file
from uvas_stats.errors import ObservationError, RegisterError
from uvas_stats.observations.contract import select
from uvas_stats.observations.store import read_observations
from uvas_stats.periods import period_end
from uvas_stats.register.demo import is_invented
from uvas_stats.register.span import Span, halves_of, span_of, span_of_day
from uvas_stats.register.store import STATED, register_folder, register_origins
from uvas_stats.workspace import Workspace, writing

__all__ = ["earlier_spans", "list_days", "participant_terms", "published_counts", "refuse_other_days"]
__all__ += ["refuse_other_start", "register_ledger", "remove_results", "skolverket_counts"]

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


_SKOLVERKET = {"reported": "kaa_flow", "deregistered": "kaa_ended"}
"""What Skolverket publishes of a kommun's KAA, and our table of the same."""


def skolverket_counts(workspace: Workspace, kommun: str, publication: Publication, span: Span) -> Published | None:
    """Return those of our counts that Skolverket has published as they are, for the same kommun and period.

    One that differs is of another day or another rule, and gives nothing away exactly: it is left out.

    Parameters
    ----------
    workspace
        Where the figures are.
    kommun
        Its code.
    publication, span
        Our exact counts, and the period they are of.
    """
    wanted = {f"kaa_{span.kind}_{name}_count": table for name, table in _SKOLVERKET.items()}
    try:
        rows = read_observations(workspace.processed, list(wanted))
    except ObservationError:
        return None
    rows = select(rows, region_code=kommun, period=span.period, status="ok")
    rows = rows.loc[rows["breakdown"].isna()].sort_values("edition", kind="stable")
    tables = {table.id: table for table in publication.tables}
    shown = {}
    for measure, sex, value in rows[["measure", "sex", "value"]].itertuples(index=False):
        table = tables.get(wanted[str(measure)])
        if table is not None and table.counts.get((str(sex),)) == value:
            shown[table.key((str(sex),))] = int(value)
    return Published(f"skolverket {span.period}", shown, frozenset(), ()) if shown else None


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
    spans = set(_spans(ledger, span.contact_days)) - {span}
    near = {one for one in spans if _share_days(one, span)}
    if len(near) > MOST_TOGETHER:
        raise RegisterError(
            f"KAA är redan räknat för {len(near)} perioder och mätdatum som hör ihop med {span.period}",
            todo="Räkna på ett mätdatum som redan är använt",
        )
    apart = sorted(spans - near, key=lambda one: abs((one.at - span.at).days))[:_MOST_APART]
    return sorted({*near, *apart}, key=lambda one: (one.at, one.period), reverse=True)


def _share_days(one: Span, other: Span) -> bool:
    return bool({half.period for half in halves_of(one)} & {half.period for half in halves_of(other)})


def _spans(ledger: Ledger, contact_days: int) -> Iterator[Span]:
    """Yield what the KAA has been counted for; a day that a list was compared on counts in its half-year."""
    for one in ledger.publications:
        if hit := _KAA.fullmatch(one.id):
            yield span_of(hit[1], dt.date.fromisoformat(hit[2]), contact_days)
    for day in sorted(list_days(ledger, "kaa")):
        yield span_of_day(day, contact_days)


def list_days(ledger: Ledger, kind: str) -> set[dt.date]:
    """Return the days on which a list of a kind has been part of a target group."""
    return {dt.date.fromisoformat(one["at"]) for one in _conditions(ledger, "lists") if one.get("lists") == kind}


def _conditions(ledger: Ledger, counted: str) -> Iterator[dict[str, str]]:
    """Yield the conditions of each count of one kind that stands in the ledger."""
    return (dict(key) for key in ledger.all_keys() if ("counted", counted) in key)


def participant_terms(ledger: Ledger) -> list[tuple[str, str]]:
    """Return the terms that participants have been counted at, each with the day that they are counted from."""
    terms = (one for one in _conditions(ledger, "participants") if "since" in one and "period" in one)
    return sorted({(one["period"], one["since"]) for one in terms})


def refuse_other_days(ledger: Ledger, span: Span) -> None:
    """Refuse another number of days to contact than the one that has been shown for a period with the same days.

    Raises
    ------
    RegisterError
        With the number of days that has been used.
    """
    for conditions in _conditions(ledger, "kaa_new"):
        code, period = conditions.get("contact", ""), conditions.get("period", "")
        if "within" in code and _share_days(span, span_of(period)):
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
    for conditions in _conditions(ledger, "participants"):
        before = conditions.get("since", since.isoformat())
        if before != since.isoformat():
            raise RegisterError(f"Deltagare är redan räknade från {before}", todo=f"Ange --from {before}")


def remove_results(workspace: Workspace, kommun: str) -> list[Path]:
    """Remove the results of a kommun's registers; the ledger goes only where all in it are invented people.

    What has been shown is remembered all the same.

    Raises
    ------
    RegisterError
        If nothing has been counted of the kommun, or there are results without a ledger.
    """
    folder, ledger = register_folder(workspace) / kommun, ledger_file(workspace, f"register:{kommun}")
    files = [path for end in ("parquet", "json") for path in sorted(folder.glob(f"*.{end}"))]
    nothing = RegisterError(f"Kommun {kommun} har inga räknade register", todo="Kontrollera --kommun")
    if not files and not ledger.exists():
        raise nothing
    with publishing(workspace, f"register:{kommun}"):
        shown = register_ledger(workspace, kommun)
        ends = [period_end(period) for period in shown.codes("period")]
        if ends and all(map(is_invented, ends)):
            files.append(ledger)  # last, and alone where a run was cut off before it
        if not files:
            raise nothing
        for path in files:
            with writing(path):
                path.unlink(missing_ok=True)
    return files
