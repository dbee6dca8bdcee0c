"""From a declared table to what is asked for: find it, compare it with its declaration, make the query.

Whatever differs is drift and stops the fetch, with what was declared and what the service has now. Nothing is
guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from uvas_stats.catalog.names import tidy
from uvas_stats.catalog.pxweb import PxDimension, PxTable
from uvas_stats.errors import FetchError
from uvas_stats.fetch.pxerrors import NoSuchTableError
from uvas_stats.fetch.pxmodel import PxClient, Query, Table, TableHit, Variable
from uvas_stats.fetch.selection import make_query

__all__ = ["DriftError", "Resolved", "resolve"]


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

    @property
    def periods(self) -> tuple[str, ...]:
        """The codes of the time variable that are asked for."""
        time = next((variable.code for variable in self.table.variables if variable.time), "")
        return self.query.codes.get(time, ())


def _listed(items: Iterable[str], most: int = 12) -> str:
    found = list(items)
    return (", ".join(found[:most]) + (f" … ({len(found)} i allt)" if len(found) > most else "")) or "inga"


def _drift(what: str, where: str, declared: Iterable[str], found: Iterable[str]) -> DriftError:
    return DriftError(
        f"{what}. Deklarerat: {_listed(declared)}. Hos tjänsten: {_listed(found)}",
        where=where,
        todo="Jämför med uvas table och rätta catalog/data/pxweb_tables.toml",
    )


def _fits(declared: PxTable, title: str) -> bool:
    text = tidy(title)
    return all(tidy(word) in text for word in declared.title_words) and not any(
        tidy(word) in text for word in declared.not_titled
    )


def _hits(client: PxClient, declared: PxTable) -> list[TableHit]:
    hits = client.search(" ".join(f"{word}*" for word in declared.title_words))  # the service matches whole words
    return list({hit.id: hit for hit in hits if _fits(declared, hit.title)}.values())


def _find(client: PxClient, declared: PxTable) -> str:
    """Find the id of a table by the words of its title; one table and only one must fit."""
    hits = [hit for hit in _hits(client, declared) if not hit.discontinued] or _hits(client, declared)
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
        hits = _hits(client, declared)
        raise _drift(
            "Tabellen finns inte längre under sitt id",
            table_id,
            [f"{table_id} {' '.join(declared.title_words)}"],
            [f"{hit.id} {hit.title}" for hit in hits],
        ) from error


def _by_label(words: str, variable: Variable, where: str, *, whole: bool) -> str | None:
    wanted = tidy(words)
    codes = [
        code
        for code, label in zip(variable.codes, variable.labels, strict=True)
        if (tidy(label) == wanted if whole else wanted in tidy(label))
    ]
    if len(codes) == 1:
        return codes[0]
    if whole and not codes:
        return None
    raise _drift(f"Etiketten ”{words}” passar {len(codes)} koder", where, [words], variable.labels)


def _meaning(dimension: PxDimension, variable: Variable, where: str) -> dict[str, str]:
    found = {}
    for words, value in dimension.labels.items():
        code = _by_label(words, variable, where, whole=False)
        found[str(code)] = value
    for words, value in dimension.optional_labels.items():
        code = _by_label(words, variable, where, whole=True)
        if code is not None:
            found[code] = value
    return found


def _plain(text: str) -> bool:
    return not set(text) & set("*?(")


def _wanted(dimension: PxDimension, variable: Variable, meaning: Mapping[str, str], where: str) -> list[str]:
    declared = [*dimension.select, *(dimension.map if not dimension.select else ())]
    have = {code.casefold() for code in variable.codes}
    if not dimension.codelist:
        missing = [code for code in declared if _plain(code) and code.casefold() not in have]
        if missing:
            raise _drift(
                f"Koderna {_listed(missing)} finns inte längre", where, [*declared, *meaning], variable.codes
            )
    optional = [code for code in dimension.optional if code.casefold() in have]
    return [*declared, *optional, *meaning]


def _check(declared: PxTable, table: Table) -> None:
    if not _fits(declared, table.title):
        raise _drift("Tabellens titel är en annan", table.id, declared.title_words, [table.title])
    expected = {item.code for item in declared.dimensions}
    found = {variable.code for variable in table.variables}
    if expected != found:
        raise _drift("Tabellens variabler är andra", table.id, sorted(expected), sorted(found))


def resolve(client: PxClient, declared: PxTable, protocol: str = "pxweb2") -> Resolved:
    """Read a declared table's metadata, compare it with the declaration and make the query.

    Raises
    ------
    DriftError
        If the table has moved, has another title or other variables, or has lost a code.
    """
    table = _read(client, declared, protocol)
    _check(declared, table)
    selection: dict[str, list[str]] = {}
    meaning: dict[str, dict[str, str]] = {}
    for dimension in declared.dimensions:
        if dimension.omit:
            continue
        variable = table.variable(dimension.code)
        where = f"{table.id}, {dimension.code}"
        meaning[dimension.code] = _meaning(dimension, variable, where)
        selection[dimension.code] = _wanted(dimension, variable, meaning[dimension.code], where)
    codelists = {item.code: item.codelist for item in declared.dimensions if item.codelist}
    query = make_query(client, table, selection, codelists)
    return Resolved(declared, table, query, {code: found for code, found in meaning.items() if found})
