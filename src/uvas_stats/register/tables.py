"""From exact counts to the tables that are published together: what is a total of what, and what overlaps."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping

import pandas as pd

from uvas_stats.disclosure import (
    CountTable,
    Dimension,
    Key,
    Link,
    Publication,
    Relation,
    make_key,
    nested,
    table_from_parts,
)
from uvas_stats.register.fields import CATEGORIES, KAA_TABLES, PARTICIPANT_TABLES, UNKNOWN
from uvas_stats.register.kaa import GOING_ON, NO_MEASURE, KaaCounts
from uvas_stats.register.participants import ParticipantCounts
from uvas_stats.register.span import Span

__all__ = ["birth_years", "kaa_context", "kaa_publication", "participant_publication", "participants_context"]
__all__ += ["whole_links"]

SEX = Dimension("sex", ("women", "men"), sensitive=False)
IN_MEASURE = "in_measure"


def _dimension(name: str, categories: str, *more: str) -> Dimension:
    return Dimension(name, (*CATEGORIES[categories], UNKNOWN, *more), silent=(UNKNOWN,))


def birth_years(span: Span) -> Dimension:
    """Give the years of birth that anyone in scope in a period can have, a year early in school too."""
    years = tuple(str(year) for year in range(span.begins.year - 20, span.ends.year - 14))
    return Dimension("birth_year", years, sensitive=False)


def _kaa_dimensions(span: Span) -> dict[str, Dimension]:
    """Give the dimension of each table of the counts; years and months are known to all, the rest is not."""
    types = (*CATEGORIES["measure_type"], UNKNOWN)
    near, late = f"within_{span.contact_days}_days", f"not_within_{span.contact_days}_days"
    return {
        "birth_year": birth_years(span),
        "schooling": _dimension("schooling", "schooling"),
        "occupation": _dimension("occupation", "occupation"),
        "measure_type": Dimension(
            "measure_type", (*types, NO_MEASURE), groups={IN_MEASURE: types}, silent=(UNKNOWN,)
        ),
        "measure_after": _dimension("measure_after", "occupation", GOING_ON),
        "measure_reason": _dimension("measure_reason", "measure_reason", GOING_ON),
        "new_month": Dimension("month", span.months, sensitive=False),
        "ended_month": Dimension("month", span.months, sensitive=False),
        "contact": Dimension("contact", (near, late, "too_early"), groups={"due": (near, late)}),
        "ended_reason": _dimension("ended_reason", "closed_reason"),
        "ended_to": _dimension("ended_to", "occupation"),
    }


_ABOUT = {
    "new_month": "new",
    "contact": "new",
    "ended_month": "ended",
    "ended_reason": "ended",
    "ended_to": "ended",
}
_ALWAYS = ("birth_year", "new_month")
_BY_SEX = {"flow": "flow", "stock": "stock", "new_month": "new", "ended_month": "ended"}


def kaa_context(kommun: str, about: str, span: Span) -> list[tuple[str, str]]:
    """Return the conditions of what is counted.

    Parameters
    ----------
    kommun
        Its code.
    about
        What is counted, as ``flow``; a stock is of a day, all else of a period.
    span
        The period and the day.
    """
    when = ("at", span.at.isoformat()) if about == "stock" else ("period", span.period)
    return [("kommun", kommun), ("counted", f"kaa_{about}"), when]


def _parts(cells: pd.DataFrame, table: str, column: str) -> dict[tuple[str, ...], int]:
    rows = cells.loc[cells["table"] == table]
    return {(str(code),): int(n) for code, n in rows.groupby(column)["n"].sum().items()}


def _renamed(parts: dict[tuple[str, ...], int], name: str, dimension: Dimension) -> dict[tuple[str, ...], int]:
    if name != "contact":
        return parts
    names = dict(zip(("within", "not_within", "too_early"), dimension.codes, strict=True))
    return {(names[code],): n for (code,), n in parts.items()}


def kaa_publication(
    counts: KaaCounts,
    kommun: str,
    links: Iterable[Link] = (),
    more: Iterable[CountTable] = (),
    available: Collection[str] = KAA_TABLES,
) -> Publication:
    """Make the tables of the KAA of one kommun and period, as they are published together.

    Parameters
    ----------
    counts
        Exact counts.
    kommun
        Whose rows are taken.
    links, more
        How the counts hang together with those of other periods and days, and the tables behind that.
    available
        Which tables the register can tell of: the others are left out.
    """
    span, cells = counts.span, counts.cells.loc[counts.cells["region"] == kommun]
    tables = [
        table_from_parts(f"kaa_{about}", kaa_context(kommun, about, span), (SEX,), _parts(cells, source, "sex"))
        for source, about in _BY_SEX.items()
        if about != "ended" or "ended" in available
    ]
    for name, dimension in _kaa_dimensions(span).items():
        if name not in available and name not in _ALWAYS and not (name == "ended_month" and "ended" in available):
            continue
        context = kaa_context(kommun, _ABOUT.get(name, "flow"), span)
        if name in ("measure_after", "measure_reason"):
            context.append(("measure_type", IN_MEASURE))
        parts = _renamed(_parts(cells, name, "category"), name, dimension)
        tables.append(table_from_parts(f"kaa_{name}", context, (dimension,), parts))
    still = int(counts.days.loc[(counts.days["region"] == kommun) & (counts.days["state"] == "open"), "n"].sum())
    tables.append(CountTable("kaa_open", tuple(kaa_context(kommun, "open", span)), (), {(): still}))
    by_id = {table.id: table for table in tables}
    inside = (*_stock_links(by_id, span), *whole_links(by_id))
    name = f"kaa {span.period} {span.at}"
    return Publication(f"register:{kommun}", name, (*tables, *more), (*inside, *links))


def _cell(table: CountTable, *codes: str) -> tuple[Key, int]:
    return table.key(codes), int(table.counts[codes])


def _stock_links(tables: Mapping[str, CountTable], span: Span) -> Iterator[Link]:
    """Say that those of the day are among those of the period, and among those registered: the rest may be few."""
    flow, stock, still = tables["kaa_flow"], tables["kaa_stock"], _cell(tables["kaa_open"])
    for code in (*SEX.codes, "total"):
        yield nested(_cell(stock, code), _cell(flow, code))
    on_day = _cell(stock, "total")
    if span.at == span.ends and on_day[1] <= still[1]:  # the rest are registered but not in scope
        yield nested(on_day, still)


def whole_links(tables: Mapping[str, CountTable]) -> Iterator[Link]:
    """Say what hangs together between the tables of one period.

    Who is in the flow has a registration that has ended or goes on; mostly there is one a person, all in scope, so
    that nobody is over can be guessed. Who has no measure that has ended has neither a reason nor what came after.
    """
    flow, registrations = _cell(tables["kaa_flow"], "total"), [_cell(tables["kaa_open"])]
    if "kaa_ended" in tables:
        registrations.append(_cell(tables["kaa_ended"], "total"))
    over = make_key(flow[0], {"counted": "kaa_registrations_over"}), sum(n for _, n in registrations) - flow[1]
    rest = [over] if over[1] else []
    terms = (*((key, 1) for key, _ in registrations), *((key, -1) for key, _ in (flow, *rest)))
    yield Link((Relation(terms),), (flow, *registrations, *rest))
    if {"kaa_measure_after", "kaa_measure_reason"} <= set(tables):
        after, reason = (_cell(tables[name], GOING_ON) for name in ("kaa_measure_after", "kaa_measure_reason"))
        yield Link((Relation(((after[0], 1), (reason[0], -1))),), (after, reason))


_OUTCOME = Dimension(
    "outcome",
    ("work", "study", "other", UNKNOWN, "ongoing"),
    groups={"ended": ("work", "study", "other", UNKNOWN), "to_work_or_study": ("work", "study")},
    silent=(UNKNOWN,),
)
_ENDED = Dimension("outcome", ("ended", "ongoing"))
"""What is known where the list has no reasons."""


def _yes_no(name: str) -> Dimension:
    """Make a dimension of yes and no; that nobody has ekonomiskt bistånd is no secret of theirs."""
    silent = ("no", UNKNOWN) if name.startswith("assistance") else (UNKNOWN,)
    return Dimension(name, ("yes", "no", UNKNOWN), silent=silent)


_OF_EVERYONE = (
    _yes_no("examen"),
    _yes_no("assistance_start"),
    _yes_no("assistance_now"),
    Dimension(
        "contact", ("within", "not_within", "too_early", "no_contact"), groups={"due": ("within", "not_within")}
    ),
)
_OF_SOME = (
    (Dimension("place", ("same", "elsewhere", UNKNOWN), silent=(UNKNOWN,)), "outcome", "to_work_or_study"),
    (Dimension("followed", ("in_occupation", "not_in_occupation", "not_followed"),
               groups={"followed_up": ("in_occupation", "not_in_occupation")}), "outcome", "to_work_or_study"),
    (_yes_no("study_plan"), "examen", "no"),
)  # fmt: skip
LEFT = "left_assistance"


def participant_publication(
    counts: Iterable[ParticipantCounts],
    kommun: str,
    links: Iterable[Link] = (),
    before: Mapping[Key, int] | None = None,
    available: Collection[str] = PARTICIPANT_TABLES,
) -> Publication:
    """Make the tables of a programme's participants, all terms together.

    Parameters
    ----------
    counts
        Exact counts, one term after the other.
    kommun
        Whose rows are taken.
    links
        How the counts hang together with others.
    before
        What has been shown of terms before.
    available
        Which tables the list can tell of: the others are left out.
    """
    terms = list(counts)
    tables = [table for one in terms for table in _term_tables(one, kommun, available)]
    sizes = dict(before or {}) | {key: n for table in tables for key, n in table.cells()}
    name = f"participants {terms[0].term.since} {terms[-1].term.period}"
    return Publication(f"register:{kommun}", name, tuple(tables), (*_nested_terms(sizes), *links))


def participants_context(kommun: str, period: str, since: str) -> list[tuple[str, str]]:
    """Return the conditions of the participants who have started.

    Parameters
    ----------
    kommun
        Its code.
    period, since
        The term, and the day that participants are counted from.
    """
    return [("kommun", kommun), ("counted", "participants"), ("period", period), ("since", since)]


def _term_tables(one: ParticipantCounts, kommun: str, available: Collection[str]) -> Iterable[CountTable]:
    persons = one.persons.loc[one.persons["region"] == kommun]
    term = one.term.period
    context = participants_context(kommun, term, one.term.since.isoformat())
    known = "assistance_now" in available and one.assistance_known(kommun)
    everyone = [SEX, *_ended_dimension(available)]
    everyone += [of for of in _OF_EVERYONE if of.name in available and (of.name != "assistance_now" or known)]
    if "outcome" not in available:
        persons = persons.assign(outcome=persons["outcome"].where(persons["outcome"] == "ongoing", "ended"))
    for dimension in everyone:
        yield table_from_parts(f"{term} {dimension.name}", context, (dimension,), _sums(persons, [dimension.name]))
    for dimension, column, group in _OF_SOME:
        if dimension.name not in available:
            continue
        members = _OUTCOME.groups.get(group, (group,))
        among = persons.loc[persons[column].isin(members)]
        parts = _sums(among, [dimension.name])
        yield table_from_parts(f"{term} {dimension.name}", [*context, (column, group)], (dimension,), parts)
    both = (_yes_no("assistance_start"), _yes_no("assistance_now"))
    if known and "assistance_start" in available:
        yield table_from_parts(f"{term} {LEFT}", context, both, _sums(persons, [one.name for one in both]))


def _ended_dimension(available: Collection[str]) -> tuple[Dimension, ...]:
    if "ended" not in available:
        return ()
    return (_OUTCOME if "outcome" in available else _ENDED,)


def _sums(persons: pd.DataFrame, names: list[str]) -> dict[tuple[str, ...], int]:
    sums = persons.groupby(names)["n"].sum() if len(persons) else pd.Series(dtype="int64")
    return {(code if isinstance(code, tuple) else (str(code),)): int(n) for code, n in sums.items()}


_PASSING = {
    # what one has until something happens, so that the next term's are not those of this term and some more
    "outcome": ("ongoing",), "contact": ("too_early", "no_contact"), "followed": ("not_followed",),
    "assistance_now": ("yes", "no", UNKNOWN), "study_plan": ("no", UNKNOWN),
}  # fmt: skip


def _nested_terms(sizes: Mapping[Key, int]) -> Iterator[Link]:
    """Say that those who had started, or got somewhere, by one term's end are among those of the next.

    The difference is then what happened in between. What passes is not linked: it goes up and down by different
    persons. Where the next term has fewer, someone has begun anew, and the difference tells of nobody.
    """
    groups: dict[Key, list[Key]] = {}
    for key in sorted(sizes, key=lambda one: dict(one)["period"]):
        groups.setdefault(tuple(pair for pair in key if pair[0] != "period"), []).append(key)
    for conditions, terms in groups.items():
        for first, last in itertools.pairwise(terms) if not _passes(dict(conditions)) else ():
            if sizes[first] <= sizes[last]:
                yield nested((first, sizes[first]), (last, sizes[last]))


def _passes(conditions: Mapping[str, str]) -> bool:
    left = conditions.get("assistance_start") == "yes" and conditions.get("assistance_now") == "no"
    return not left and any(code in _PASSING.get(name, ()) for name, code in conditions.items())
