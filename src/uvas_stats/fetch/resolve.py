"""From a table to what is asked of it: find it, compare it with its declaration, expand the selection to codes.

Whatever differs from the declaration is drift and stops the fetch, with what was declared and what the service has
now. Nothing is guessed. Everything is expanded before the first call: a pattern that matches nothing is an error,
as the service would eliminate the variable and send the total instead.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from uvas_stats.catalog.names import nearest, tidy
from uvas_stats.catalog.pxweb import PxDimension, PxTable
from uvas_stats.errors import FetchError
from uvas_stats.fetch.pxanswer import NoSuchTableError
from uvas_stats.fetch.pxclient import PxClient
from uvas_stats.fetch.pxmodel import Query, Table, TableHit, Variable

__all__ = ["DriftError", "Resolved", "expand", "make_query", "resolve"]

_FUNCTION = re.compile(r"(TOP|BOTTOM|FROM|TO|RANGE)\(([^()]*)\)", re.IGNORECASE)


class DriftError(FetchError):
    """A table at the publisher is no longer what the catalog says."""


@dataclass(frozen=True)
class Resolved:
    """A declared table as it is today, and the query for all of it that is wanted."""

    declared: PxTable
    table: Table
    query: Query
    meaning: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For codes that were found by their label: variable, code, and what it is in the tidy table."""
    left_out: tuple[str, ...] = ()
    """A line for each measure that no single code is clearly meant by."""

    @property
    def periods(self) -> tuple[str, ...]:
        """The codes of the time variable that are asked for."""
        time = next((variable.code for variable in self.table.variables if variable.time), "")
        return self.query.codes.get(time, ())


def _listed(items: Iterable[str], most: int = 12) -> str:
    listed = list(items)
    return (", ".join(listed[:most]) + (f" … ({len(listed)} i allt)" if len(listed) > most else "")) or "inga"


def _drift(what: str, where: str, declared: Iterable[str], present: Iterable[str]) -> DriftError:
    return DriftError(
        f"{what}. Deklarerat: {_listed(declared)}. Hos tjänsten: {_listed(present)}",
        where=where,
        todo="Jämför med uvas table och rätta catalog/data/pxweb_tables.toml",
    )


def _fits(declared: PxTable, title: str) -> bool:
    text = tidy(title)
    return all(tidy(word) in text for word in declared.title_words) and not any(
        tidy(word) in text for word in declared.not_titled
    )


def _search(client: PxClient, declared: PxTable) -> list[TableHit]:
    """Search plain words, which the service stems and joins with AND; then fewer; then look at all tables."""
    words = sorted(declared.title_words, key=len, reverse=True)
    questions = [" ".join(words[:count]) for count in range(len(words), 0, -1)]
    for text in [*questions, *([""] if client.lists_all else [])]:
        hits = {hit.id: hit for hit in client.search(text) if _fits(declared, hit.title)}
        if hits:
            return list(hits.values())
    return []


def _find(client: PxClient, declared: PxTable) -> str:
    """Find the id of a table by the words of its title; one table and only one must fit."""
    found = _search(client, declared)
    hits = [hit for hit in found if not hit.discontinued] or found
    if len(hits) != 1:
        raise _drift(
            "Tabellen kunde inte hittas på sin titel" if not hits else "Flera tabeller har titeln",
            declared.name,
            [" ".join(declared.title_words)],
            [f"{hit.id} {hit.title}" for hit in hits],
        )
    return hits[0].id


def _read(client: PxClient, declared: PxTable, protocol: str) -> Table:
    table_id = declared.v1_path if protocol == "pxweb1" else declared.id
    if not table_id:
        return client.table(_find(client, declared))
    try:
        return client.table(table_id)
    except NoSuchTableError as error:
        hits = _search(client, declared)
        raise _drift(
            "Tabellen finns inte längre under sitt id",
            table_id,
            [f"{table_id} {' '.join(declared.title_words)}"],
            [f"{hit.id} {hit.title}" for hit in hits],
        ) from error


def _by_label(words: str, variable: Variable, *, whole: bool = False) -> list[str]:
    """Give the codes whose label is the words, or holds them, in parts where … stands between."""
    parts = [tidy(part) for part in words.split("…")]
    labels = zip(variable.codes, map(tidy, variable.labels), strict=True)
    return [code for code, label in labels if (label in parts if whole else all(part in label for part in parts))]


def _meaning(dimension: PxDimension, variable: Variable, where: str) -> tuple[dict[str, str], list[str]]:
    """Find codes by their labels; a measure that several may be is left out, and said so in a line."""
    meaning, left_out = {}, []
    for words, value in dimension.labels.items():
        codes = _by_label(words, variable)
        if len(codes) == 1:
            meaning[codes[0]] = value
        elif dimension.column == "measure" and (len(codes) > 1 or dimension.lenient):
            labels = [label for code, label in zip(variable.codes, variable.labels, strict=True) if code in codes]
            why = f"kan vara {_listed(labels, 3)}" if labels else "finns inte bland etiketterna"
            left_out.append(f"{value} lämnades utanför: ”{words}” {why} ({where}).")
        else:
            raise _drift(f"Etiketten ”{words}” passar {len(codes)} koder", where, [words], variable.labels)
    if dimension.labels and not meaning:
        raise _drift("Ingen etikett passar en enda kod", where, dimension.labels, variable.labels)
    for words, value in dimension.optional_labels.items():
        codes = _by_label(words, variable, whole=True)
        if len(codes) > 1:
            raise _drift(f"Etiketten ”{words}” passar {len(codes)} koder", where, [words], variable.labels)
        meaning |= dict.fromkeys(codes, value)
    return meaning, left_out


def _plain(text: str) -> bool:
    return not set(text) & set("*?(")


def _wanted(
    dimension: PxDimension, variable: Variable, meaning: Mapping[str, str], where: str, left_out: list[str]
) -> list[str]:
    """Give what is asked for of a variable; a measure or an age that is no more is left out, and said so."""
    declared = [*dimension.select, *(dimension.map if not dimension.select else ())]
    have = {code.casefold() for code in variable.codes}
    if not dimension.codelist:
        missing = [code for code in declared if _plain(code) and code.casefold() not in have]
        kept = [code for code in declared if code not in missing]
        if missing and not (kept and dimension.column in ("measure", "age_group")):
            raise _drift(
                f"Koderna {_listed(missing)} finns inte längre", where, [*declared, *meaning], variable.codes
            )
        if missing:
            left_out.append(f"Koderna {_listed(missing)} finns inte längre och lämnades utanför ({where}).")
        declared = kept
    optional = [code for code in dimension.optional if code.casefold() in have]
    return [*declared, *optional, *meaning]


def _check(declared: PxTable, table: Table) -> None:
    if not _fits(declared, table.title):
        raise _drift("Tabellens titel är en annan", table.id, declared.title_words, [table.title])
    expected = {item.code for item in declared.dimensions}
    present = {variable.code for variable in table.variables}
    if expected != present:
        raise _drift("Tabellens variabler är andra", table.id, sorted(expected), sorted(present))


def resolve(client: PxClient, declared: PxTable, protocol: str = "pxweb2") -> Resolved:
    """Read a declared table's metadata, compare it with the declaration and make the query.

    Parameters
    ----------
    client, declared
        Who is asked, and the table.
    protocol
        ``pxweb2`` or ``pxweb1``, where a table is named by its path.

    Raises
    ------
    DriftError
        If the table has moved, has another title or other variables, or has lost a code.
    """
    table = _read(client, declared, protocol)
    _check(declared, table)
    try:
        return _resolved(client, declared, table)
    except DriftError:
        if not declared.other_dimensions:
            raise
        return _resolved(client, declared.turned(), table)


def _resolved(client: PxClient, declared: PxTable, table: Table) -> Resolved:
    left_out: list[str] = []
    selection: dict[str, list[str]] = {}
    meaning: dict[str, dict[str, str]] = {}
    for dimension in declared.dimensions:
        if dimension.omit:
            continue
        variable = table.variable(dimension.code)
        where = f"{table.id}, {dimension.code}"
        meaning[dimension.code], lines = _meaning(dimension, variable, where)
        left_out += lines
        selection[dimension.code] = _wanted(dimension, variable, meaning[dimension.code], where, left_out)
    codelists = {item.code: item.codelist for item in declared.dimensions if item.codelist}
    query = make_query(client, table, selection, codelists)
    found = {code: values for code, values in meaning.items() if values}
    return Resolved(declared, table, query, found, tuple(left_out))


def _position(text: str, codes: Sequence[str], where: str) -> int:
    for index, code in enumerate(codes):
        if code.casefold() == text.strip().casefold():
            return index
    raise FetchError(
        f"Värdet ”{text.strip()}” finns inte", where=where, todo=f"Närmast: {', '.join(nearest(text, codes))}"
    )


def _counts(text: str, where: str) -> tuple[int, int]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 2 or not all(re.fullmatch("[0-9]{1,6}", part) for part in parts) or int(parts[0]) < 1:
        raise FetchError(
            f"Antalet ”{text}” går inte att läsa", where=where, todo="Skriv t.ex. TOP(12) eller TOP(12,3)"
        )
    return int(parts[0]), int(parts[1]) if len(parts) == 2 else 0


def _function(name: str, inside: str, codes: Sequence[str], time: bool, where: str) -> Sequence[str]:
    if name in ("TOP", "BOTTOM"):
        count, offset = _counts(inside, where)
        from_end = (name == "TOP") == time  # the top of a time variable is its latest periods
        end = len(codes) - offset
        return codes[max(0, end - count) : max(0, end)] if from_end else codes[offset : offset + count]
    if name == "FROM":
        return codes[_position(inside, codes, where) :]
    if name == "TO":
        return codes[: _position(inside, codes, where) + 1]
    ends = inside.split(",")
    if len(ends) != 2:
        raise FetchError(f"Intervallet ”{inside}” går inte att läsa", where=where, todo="Skriv RANGE(a,b)")
    first, last = sorted(_position(end, codes, where) for end in ends)
    return codes[first : last + 1]


def _pattern(text: str, codes: Sequence[str]) -> Sequence[str]:
    escaped = re.sub(r"([\[\]])", r"[\1]", text).casefold()
    return [code for code in codes if fnmatch.fnmatchcase(code.casefold(), escaped)]


def _hits(text: str, codes: Sequence[str], time: bool, where: str) -> Sequence[str]:
    function = _FUNCTION.fullmatch(text)
    if function:
        return _function(function[1].upper(), function[2], codes, time, where)
    if "*" in text or "?" in text:
        return _pattern(text, codes)
    return [codes[_position(text, codes, where)]]


def expand(
    expressions: Sequence[str], codes: Sequence[str], *, time: bool = False, where: str = ""
) -> tuple[str, ...]:
    """Expand expressions to codes, each once and in the table's own order.

    Parameters
    ----------
    expressions
        Codes (whatever the case), ``*``, ``01*``, ``*a``, ``*a*``, ``????``, ``TOP(n[,offset])``,
        ``BOTTOM(n[,offset])``, ``FROM(x)``, ``TO(x)``, ``RANGE(a,b)``.
    codes
        The codes of the variable or of the code list, in the table's order.
    time
        Whether it is the time variable, whose top is its latest periods.

    Raises
    ------
    FetchError
        If a code does not exist or an expression matches nothing.

    Examples
    --------
    >>> expand(["????"], ["00", "01", "0114", "0180"]), expand(["TOP(2)"], ["2022", "2023", "2024"], time=True)
    (('0114', '0180'), ('2023', '2024'))
    """
    chosen: set[str] = set()
    for text in expressions:
        hits = _hits(text.strip(), codes, time, where)
        if not hits:
            raise FetchError(
                f"Uttrycket ”{text}” träffar inget värde",
                where=where,
                todo=f"Värdena börjar {', '.join(codes[:5])}",
            )
        chosen.update(hits)
    return tuple(code for code in codes if code in chosen)


def _universe(client: PxClient, variable: Variable, codelist: str | None) -> Sequence[str]:
    return client.codelist(variable, codelist).codes if codelist else variable.codes


def make_query(
    client: PxClient,
    table: Table,
    selection: Mapping[str, Sequence[str]],
    codelists: Mapping[str, str] | None = None,
) -> Query:
    """Make the query of a whole selection, with every code written out, in the table's order.

    A variable that is left out must be one that the service can eliminate.

    Parameters
    ----------
    client, table
        Who is asked, and the table.
    selection
        Expressions for each variable, as :func:`expand` reads them.
    codelists
        The code list of a variable, where its own codes are not used.

    Raises
    ------
    FetchError
        Naming table, variable and value.
    """
    wanted = {table.variable(code).code: list(values) for code, values in selection.items()}
    lists = {table.variable(code).code: name for code, name in (codelists or {}).items() if name}
    codes: dict[str, tuple[str, ...]] = {}
    for variable in table.variables:
        where = f"{table.id}, {variable.code}"
        if variable.code not in wanted:
            if not variable.elimination:
                raise FetchError(
                    "Variabeln måste väljas",
                    where=where,
                    todo=f"Lägg till --select {variable.code}=*, eller en kod som {variable.codes[0]}",
                )
            continue
        universe = _universe(client, variable, lists.get(variable.code))
        codes[variable.code] = expand(wanted[variable.code], universe, time=variable.time, where=where)
    return Query(codes, lists)
