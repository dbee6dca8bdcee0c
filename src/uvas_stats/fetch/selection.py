"""What a selection means: expressions against a table's codes, and the query that follows.

Everything is expanded here, before the first call. A pattern that matches nothing is an error: the service would
eliminate the variable and send the total instead.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence

from uvas_stats.catalog.names import nearest
from uvas_stats.errors import FetchError
from uvas_stats.fetch.pxmodel import PxClient, Query, Table, Variable

__all__ = ["expand", "make_query"]

_FUNCTION = re.compile(r"(TOP|BOTTOM|FROM|TO|RANGE)\(([^()]*)\)", re.IGNORECASE)


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
