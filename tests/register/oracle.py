"""The slow, obvious way to count a KAA register: day by day and person by person, in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pandas as pd

from uvas_stats.register.kaa import CODES
from uvas_stats.register.span import Span

Counts = Counter[tuple[str, str, str, str]]
DAY = dt.timedelta(days=1)
CATEGORIES = ("schooling", "closed_reason", "closed_to", "occupation", "type", "reason", "after")
IM_ATTENDS = dt.date(2018, 7, 1)


def _date(value: object) -> dt.date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[arg-type, call-overload]


def _twenty(born: dt.date) -> dt.date:
    try:
        return born.replace(year=born.year + 20)
    except ValueError:
        return dt.date(born.year + 20, 2, 28)


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    """Call a category unknown that is not told."""
    named = [name for name in rows.columns if name in CATEGORIES]
    return rows.assign(**{name: rows[name].fillna("unknown") for name in named})


def dated(spell: pd.Series) -> dict[str, dt.date | None]:
    """Take the days of a spell."""
    names = ("born", "registered", "closed", "compulsory_end", "resident_from", "resident_to")
    return {name: _date(spell[name]) for name in (*names, "school_from", "school_to", "examen")}


def in_scope(spell: pd.Series, day: dt.date, at: dict[str, dt.date | None] | None = None) -> bool:
    """Say of one day whether the responsibility covers the person; ``at`` are the spell's days."""
    at = at or dated(spell)
    if day < at["registered"] or (at["closed"] and day > at["closed"]):
        return False
    finished = day > at["compulsory_end"] if at["compulsory_end"] else day >= dt.date(at["born"].year + 16, 7, 1)
    lives_here = (not at["resident_from"] or day >= at["resident_from"]) and (
        not at["resident_to"] or day <= at["resident_to"]
    )
    attends = bool(
        at["school_from"] and day >= at["school_from"] and (not at["school_to"] or day <= at["school_to"])
    )
    if spell["school_form"] == "im" and day < IM_ATTENDS:
        attends = False
    graduated = bool(at["examen"] and day >= at["examen"])
    return finished and day < _twenty(at["born"]) and lives_here and not attends and not graduated


def _last(events: list[tuple[dt.date, str]], name: str) -> str | None:
    """Take the category of the last day; of several that day, the last in the order of the categories."""
    return max(events, key=lambda event: (event[0], CODES[name].index(event[1])))[1] if events else None


def oracle(tables: dict[str, pd.DataFrame], span: Span) -> tuple[Counts, Counter[tuple[str, str, int]]]:
    """Count everything about one period."""
    cells: Counts = Counter()
    days = [span.begins + DAY * at for at in range((span.ends - span.begins).days + 1)]
    spells, contacts, measures = (_told(tables[name]) for name in ("spells", "contacts", "measures"))
    for (region, person), own in spells.groupby(["region", "person"]):
        every = [(spell, dated(spell)) for _, spell in own.iterrows()]
        covered = [spell for spell, at in every if any(in_scope(spell, day, at) for day in days)]
        if not covered:
            continue
        seen = contacts[(contacts["region"] == region) & (contacts["person"] == person)]
        going = measures[(measures["region"] == region) & (measures["person"] == person)]
        sex = covered[0]["sex"]

        def add(table: str, category: str, region: str = region, sex: str = sex) -> None:
            cells[region, table, sex, category] += 1

        add("flow", "all")
        if any(in_scope(spell, span.at) for spell in covered):
            add("stock", "all")
        add("birth_year", str(covered[0]["born"].year))
        add("schooling", _last([(_date(one["registered"]), one["schooling"]) for one in covered], "schooling"))
        inside = [(_date(one["date"]), one["occupation"]) for _, one in seen.iterrows()
                  if span.begins <= _date(one["date"]) <= span.ends]  # fmt: skip
        add("occupation", _last(inside, "occupation") or "unknown")
        during = [one for _, one in going.iterrows() if _date(one["begins"]) <= span.ends
                  and (_date(one["ends"]) is None or _date(one["ends"]) >= span.begins)]  # fmt: skip
        add(
            "measure_type",
            _last([(_date(one["begins"]), one["type"]) for one in during], "measure_type") or "no_measure",
        )
        if during:
            done = [one for one in during if _date(one["ends"]) and _date(one["ends"]) <= span.ends]
            for table, column, name in (
                ("measure_after", "after", "occupation"),
                ("measure_reason", "reason", "measure_reason"),
            ):
                add(table, _last([(_date(one["ends"]), one[column]) for one in done], name) or "going_on")
    _spells(spells, contacts, span, cells)
    return cells, _lasted(spells, span)


def _spells(spells: pd.DataFrame, contacts: pd.DataFrame, span: Span, cells: Counts) -> None:
    for _, spell in spells.iterrows():
        region, sex, registered, closed = (
            spell["region"],
            spell["sex"],
            _date(spell["registered"]),
            _date(spell["closed"]),
        )
        if span.begins <= registered <= span.ends:
            cells[region, "new_month", sex, registered.strftime("%Y-%m")] += 1
            own = contacts[(contacts["region"] == region) & (contacts["person"] == spell["person"])]
            soon = [day for day in map(_date, own["date"])
                    if registered <= day <= min(registered + DAY * span.contact_days, span.ends)]  # fmt: skip
            late = registered + DAY * span.contact_days <= span.ends
            cells[region, "contact", sex, "within" if soon else "not_within" if late else "too_early"] += 1
        if closed and span.begins <= closed <= span.ends:
            cells[region, "ended_month", sex, closed.strftime("%Y-%m")] += 1
            cells[region, "ended_reason", sex, spell["closed_reason"]] += 1
            cells[region, "ended_to", sex, spell["closed_to"]] += 1


def _lasted(spells: pd.DataFrame, span: Span) -> Counter[tuple[str, str, int]]:
    lasted: Counter[tuple[str, str, int]] = Counter()
    for _, spell in spells.iterrows():
        registered, closed = _date(spell["registered"]), _date(spell["closed"])
        if closed and span.begins <= closed <= span.ends:
            lasted[spell["region"], "ended", (closed - registered).days] += 1
        elif registered <= span.ends and (closed is None or closed > span.ends):
            lasted[spell["region"], "open", (span.ends - registered).days] += 1
    return lasted
