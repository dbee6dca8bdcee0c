"""Any table, by its id: the selection an analyst writes or pastes, and what its variables are in our terms."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uvas_stats.catalog import Measure
from uvas_stats.catalog.pxweb import PxDimension, PxTable
from uvas_stats.errors import FetchError, ObservationError
from uvas_stats.fetch.plan import plan_resolved
from uvas_stats.fetch.pxclient import PxClient
from uvas_stats.fetch.pxmodel import Table, Variable
from uvas_stats.fetch.resolve import Resolved, make_query
from uvas_stats.fetch.run import DatasetPlan
from uvas_stats.formats.cube import period_of
from uvas_stats.periods import period_kind

__all__ = [
    "Selection",
    "adhoc_measures",
    "declare",
    "parse_query",
    "parse_selects",
    "plan_adhoc",
]

_REGIONS = frozenset({"region", "lan", "län", "kommun"})
_SEXES = frozenset({"kon", "kön"})
_AGES = frozenset({"alder", "ålder"})
_TIMES = frozenset({"tid", "time", "år", "ar"})
_AGE = re.compile(r"\d{1,3}(-\d{1,3}|\+\d*)?|-\d{1,3}|tot(sa|1|alt?)?", re.IGNORECASE)
_REGION = re.compile(r"\d{2}|\d{4}")
_SEX_TOTAL = re.compile(r"1\+2|tot(sa|1|alt?)?", re.IGNORECASE)
_UNITS = {"antal": "count", "personer": "count", "procent": "pct", "%": "pct", "tkr": "kkr", "poäng": "points"}


@dataclass(frozen=True)
class Selection:
    """What is wanted of a table: expressions for each variable, and code lists."""

    values: Mapping[str, Sequence[str]]
    codelists: Mapping[str, str]
    rest: bool = False
    """Whether a variable that is left out and cannot be eliminated is taken whole, as version 1 does."""


def parse_selects(texts: Sequence[str]) -> Selection:
    """Read selections such as ``Region=0180,1480`` or ``Alder[agg_Ålder5år]=15-19``.

    Commas within parentheses do not separate, so that ``Tid=RANGE(2020,2024)`` is one expression.

    Raises
    ------
    FetchError
        If one has not the form.

    Examples
    --------
    >>> parse_selects(["Region=0180,1480", "Tid=TOP(2)"]).values
    {'Region': ['0180', '1480'], 'Tid': ['TOP(2)']}
    """
    values: dict[str, Sequence[str]] = {}
    lists: dict[str, str] = {}
    for text in texts:
        match = re.fullmatch(r"\s*([^=\[\]]+?)\s*(?:\[([^\]]+)\])?\s*=\s*(.+)", text)
        if match is None:
            raise FetchError(f"Urvalet ”{text}” går inte att läsa", todo="Skriv t.ex. --select Region=0180,1480")
        values[match[1]] = [part.strip() for part in re.split(r",(?![^(]*\))", match[3]) if part.strip()]
        if match[2]:
            lists[match[1]] = match[2]
    return Selection(values, lists)


def _version_2(items: Sequence[Mapping[str, Any]]) -> Selection:
    values = {str(item["variableCode"]): [str(value) for value in item["valueCodes"]] for item in items}
    lists = {str(item["variableCode"]): str(item["codelist"]) for item in items if item.get("codelist")}
    return Selection(values, lists)


def _version_1(items: Sequence[Mapping[str, Any]]) -> Selection:
    values: dict[str, Sequence[str]] = {}
    lists: dict[str, str] = {}
    for item in items:
        code, chosen = str(item["code"]), item["selection"]
        kind, texts = str(chosen.get("filter", "item")), [str(value) for value in chosen["values"]]
        values[code] = [f"TOP({texts[0]})"] if kind == "top" else texts
        if kind.startswith("vs:"):
            lists[code] = "vs_" + kind[3:]
        elif kind.startswith(("agg:", "agg_single:")):
            lists[code] = "agg_" + kind.partition(":")[2]
    return Selection(values, lists, rest=True)


def parse_query(path: Path) -> Selection:
    """Read a query pasted from a database's web page, in the form of version 1 or 2.

    Raises
    ------
    FetchError
        If the file is not such a query.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        if "selection" in content:
            return _version_2(content["selection"])
        return _version_1(content["query"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise FetchError(
            f"Filen är ingen fråga i form 1 eller 2 ({type(error).__name__})",
            where=path,
            todo="Kopiera frågan från statistikdatabasens ruta ”API för den här tabellen”",
        ) from error


def _fitting(client: PxClient, table: Table, selection: Selection) -> Selection:
    """Fit a pasted query to the table: take the rest whole, drop a value set whose codes are the table's own."""
    values, lists = dict(selection.values), dict(selection.codelists)
    for variable in table.variables:
        given = next((code for code in values if code.casefold() == variable.code.casefold()), None)
        if given is None:
            if selection.rest and not variable.elimination:
                values[variable.code] = ["*"]
        elif lists.get(given, "").startswith("vs_") and set(values[given]) <= set(variable.codes):
            del lists[given]
    return Selection(values, lists)


def _column(variable: Variable, codes: Sequence[str]) -> str:
    name = variable.code.casefold()
    if variable.metric or variable.code == "ContentsCode":
        return "measure"
    if variable.time or name in _TIMES:
        return "period"
    if name in _REGIONS and all(_REGION.fullmatch(code) for code in codes):
        return "region_code"
    if name in _SEXES and all(code in ("1", "2") or _SEX_TOTAL.fullmatch(code) for code in codes):
        return "sex"
    return "age_group" if name in _AGES and all(_AGE.fullmatch(code) for code in codes) else "breakdown"


def _slug(text: str) -> str:
    plain = text.casefold().translate(str.maketrans("åäöé", "aaoe"))
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return slug if slug[:1].isalpha() else f"x{slug}"


def _measure_id(dataset: str, variable: Variable, code: str) -> str:
    unit = variable.units.get(code, "").casefold().split(",")[0].strip()
    return f"{dataset}_{_slug(code)}_{_UNITS.get(unit, 'number')}"


def declare(table: Table, source: str, codes: Mapping[str, Sequence[str]]) -> PxTable:
    """Declare a table by what its variables look like.

    Parameters
    ----------
    table, source
        The table and the id of its source.
    codes
        The codes that are selected of each variable.

    Returns
    -------
    PxTable
        A variable that is neither time, region, sex, age nor contents becomes a breakdown.
    """
    dataset = _slug(f"{source}_{table.id}")
    dimensions = []
    for variable in table.variables:
        chosen = codes.get(variable.code)
        if chosen is None:
            dimensions.append(PxDimension(variable.code, "none", omit=True))
            continue
        column = _column(variable, chosen)
        known: dict[str, str] = {}
        if column == "sex":
            known = {code: {"1": "men", "2": "women"}.get(code, "total") for code in chosen}
        elif column == "measure":
            known = {code: _measure_id(dataset, variable, code) for code in chosen}
        breakdown = _slug(variable.label) if column == "breakdown" else ""
        dimensions.append(PxDimension(variable.code, column, tuple(chosen), map=known, breakdown=breakdown))
    name = table.id.rsplit("/", 1)[-1]
    return PxTable(dataset, source, (), tuple(dimensions), id=name, v1_path=table.id)


def _resolved(client: PxClient, source: str, table_id: str, selection: Selection) -> Resolved:
    """Make the query of a table that is not declared, and declare it by what it looks like.

    Raises
    ------
    FetchError
        Naming table, variable and value; or if the table has no time.
    """
    table = client.table(table_id)
    fitting = _fitting(client, table, selection)
    query = make_query(client, table, fitting.values, fitting.codelists)
    declared = declare(table, source, query.codes)
    if not any(dimension.column == "period" for dimension in declared.dimensions):
        raise FetchError("Tabellen har ingen tidsvariabel", where=table.id, todo="Välj en annan tabell")
    for dimension in declared.dimensions:
        if dimension.column == "period":
            _require_periods(query.codes[dimension.code], table.id)
    return Resolved(declared, table, query)


def _require_periods(codes: Sequence[str], where: str) -> None:
    """Refuse a table by week or by several years before it is fetched: a figure of ours has no such period."""
    for code in codes:
        try:
            period_kind(period_of(code))
        except ObservationError as error:
            raise FetchError(
                f"Tabellens tid {code} är varken år, månad, kvartal, halvår eller läsår",
                where=where,
                todo="Välj en annan tabell, eller andra perioder med --select",
            ) from error


def plan_adhoc(client: PxClient, source: str, table_id: str, selection: Selection, raw: Path) -> DatasetPlan:
    """Plan the fetch of a table that is not declared: a dataset of its own.

    Parameters
    ----------
    client, source, table_id
        Who is asked, its id in the catalog, and which table.
    selection
        What is wanted of the table.
    raw
        The folder of raw files, where earlier editions are looked for.

    Raises
    ------
    FetchError
        Naming table, variable and value; or if the table has no time, or another than our periods.
    """
    limits = client.limits()
    resolved = _resolved(client, source, table_id, selection)
    return DatasetPlan(resolved.declared.dataset, (plan_resolved(client, resolved, limits, raw),))


def adhoc_measures(declared: PxTable, table: Table, publisher: str) -> dict[str, Measure]:
    """Describe the contents of a table that is not declared, by the publisher's own words.

    Parameters
    ----------
    declared, table
        What :func:`declare` made of the table, and the table.
    publisher
        Who publishes it.
    """
    measures = {}
    for dimension in declared.dimensions:
        if dimension.column != "measure":
            continue
        variable = table.variable(dimension.code)
        labels = dict(zip(variable.codes, variable.labels, strict=True))
        for code, id_ in dimension.map.items():
            measures[id_] = Measure(
                id=id_,
                title=f"{labels[code]} ({table.title})",
                short=labels[code],
                unit=variable.units.get(code) or "okänd",
                ages="total",
                population=table.title,
                definition=f"{labels[code]} i tabellen {table.id}.",
                direction="none",
                dataset=declared.dataset,
                publisher=publisher,
                source_id=code,
            )
    return measures
