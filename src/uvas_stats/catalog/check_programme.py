"""Cross-check one programme: what it names must exist, and what it declares must be possible to show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from uvas_stats.catalog.kinds import KINDS
from uvas_stats.catalog.lookups import Catalog
from uvas_stats.catalog.names import nearest
from uvas_stats.catalog.programme import SMALLEST_SHOWN, Goal, Item, PrintedFigure, Programme
from uvas_stats.errors import CatalogError, ObservationError
from uvas_stats.observations.contract import SEXES, STATUSES
from uvas_stats.periods import period_kind

__all__ = ["check_period", "check_programme", "require_known"]

RULES = ("better_than_riket", "change_pct", "at_least", "at_most", "below", "falls", "rises", "none")
NEEDS_TARGET = ("change_pct", "at_least", "at_most", "below")
NEEDS_BASELINE = ("change_pct", "falls", "rises")
CHECK_KINDS = ("partition", "union", "same")
RANK_ORDERS = ("worst", "best")
GOAL_KINDS = ("inriktning", "resultat", "aktivitet", "kvalitativt")
ASSESSMENTS = ("", "nått", "på väg", "inte nått")
_AGE = re.compile(r"[0-9]{1,3}(-[0-9]{1,3}|\+)?|total|")
_WORD = re.compile(r"[a-z][a-z0-9_]*|")


def require_known(value: str, allowed: Iterable[str], key: str, where: Path) -> None:
    """Demand that a value is one of those allowed, and name the nearest if not.

    Parameters
    ----------
    value, allowed
        What is looked at, and what it may be.
    key, where
        The key and the file, for the error.
    """
    allowed = list(allowed)
    if value not in allowed:
        close = ", ".join(nearest(value, [name for name in allowed if name])) or "inget"
        raise CatalogError(f"{key} ”{value}” finns inte", where=where, todo=f"Närmast: {close}")


def check_period(period: str, kind: str, key: str, where: Path) -> None:
    """Demand a period of the kind its measure has.

    Parameters
    ----------
    period, kind
        The period as written, and the kind that it must be.
    key, where
        The key and the file, for the error.
    """
    try:
        actual = period_kind(period)
    except ObservationError as error:
        raise CatalogError(f"{key}: {error.what}", where=where, todo=error.todo) from error
    if actual != kind:
        raise CatalogError(
            f"{key} ”{period}” är inte det slags period som måttet har ({kind})",
            where=where,
            todo=(
                "Skriv 2024 för year, 2024-11 för month, 2024Q1 för quarter, 2024H2 för half_year, "
                "2024/25 för school_year"
            ),
        )


def require(holds: object, what: str, todo: str, where: Path) -> None:
    if not holds:
        raise CatalogError(what, where=where, todo=todo)


def _unique(names: Iterable[object], key: str, where: Path) -> None:
    for name, count in Counter(names).items():
        require(count == 1, f"{key} ”{name}” finns två gånger", "Ändra eller ta bort den ena", where)


def _check_goal(catalog: Catalog, goal: Goal, where: Path) -> None:
    name = f"goals {goal.id}"
    require_known(goal.kind, GOAL_KINDS, f"{name}: kind", where)
    require_known(goal.rule, RULES, f"{name}: rule", where)
    if goal.rule == "none":
        return
    require(goal.measure, f"Målet {goal.id} saknar measure", 'Ange measure eller rule = "none"', where)
    require_known(goal.measure, catalog.measures, f"{name}: measure", where)
    measure = catalog.measures[goal.measure]
    if goal.monthly_measure:
        require_known(goal.monthly_measure, catalog.measures, f"{name}: monthly_measure", where)
        kind = catalog.measures[goal.monthly_measure].period_kind
        require(kind == "month", f"{name}: monthly_measure finns inte per månad", "Välj ett månadsmått", where)
    if goal.rule in NEEDS_TARGET:
        require(goal.target is not None, f"Målet {goal.id} saknar target", f"{goal.rule} kräver ett target", where)
    if goal.rule in NEEDS_BASELINE:
        require(goal.baseline_period, f"Målet {goal.id} saknar baseline_period", f"{goal.rule} kräver den", where)
    if goal.baseline_period:
        check_period(goal.baseline_period, measure.period_kind, f"{name}: baseline_period", where)
    if goal.rule == "better_than_riket":
        require(
            measure.direction != "none",
            f"Målet {goal.id}: måttet {measure.id} har ingen bättre riktning",
            "Välj en annan rule",
            where,
        )


def _check_figure(catalog: Catalog, programme: Programme, figure: PrintedFigure, where: Path) -> None:
    name = f"printed {figure.id}"
    require_known(figure.measure, catalog.measures, f"{name}: measure", where)
    require_known(figure.status, STATUSES, f"{name}: status", where)
    require_known(figure.sex, SEXES, f"{name}: sex", where)
    measure = catalog.measures[figure.measure]
    check_period(figure.period, measure.period_kind, f"{name}: period", where)
    require(_AGE.fullmatch(figure.age_group), f"{name}: age_group ”{figure.age_group}”", "Skriv som 16-24", where)
    require(_WORD.fullmatch(figure.breakdown), f"{name}: breakdown ”{figure.breakdown}”", "Skriv a-z och _", where)
    require(len(figure.category.splitlines()) < 2, f"{name}: category är flera rader", "Skriv en rad", where)
    if figure.region:
        known = [region.code for region in catalog.regions if region.current]
        require_known(figure.region, [*known, *catalog.groups], f"{name}: region", where)
    else:
        require(len(programme.municipalities) == 1, f"{name}: region saknas", "Ange vilken kommun", where)
    _check_value(figure, measure.minimum, measure.maximum, name, where)


def _key(figure: PrintedFigure) -> str:
    """Write out what makes a printed figure the only one of its kind in the programme."""
    parts = (figure.measure, figure.region, figure.period, figure.sex, figure.age_group, figure.breakdown)
    return ", ".join(part for part in (*parts, figure.category) if part)


def _check_value(
    figure: PrintedFigure, minimum: float | None, maximum: float | None, name: str, where: Path
) -> None:
    known = figure.value is not None
    bounded = figure.lower is not None or figure.upper is not None
    if figure.status in ("ok", "provisional", "true_zero"):
        require(known, f"{name}: value saknas", 'Ange value, eller status = "not_available"', where)
    elif figure.status == "interval":
        require(bounded, f"{name}: lower och upper saknas", "Ange minst en gräns", where)
    else:
        require(not known, f"{name}: value finns fast status är {figure.status}", "Ta bort value", where)
    bounds = [number for number in (figure.lower, figure.value, figure.upper) if number is not None]
    require(bounds == sorted(bounds), f"{name}: lower, value och upper står inte i ordning", "Rätta dem", where)
    for number in (figure.value, figure.lower, figure.upper):
        low = minimum is None or number is None or number >= minimum
        high = maximum is None or number is None or number <= maximum
        require(low and high, f"{name}: {number} är inte ett möjligt värde för måttet", "Rätta värdet", where)


def _check_relations(programme: Programme, where: Path) -> None:
    """Check the relations between printed figures: each has its figures, a total where one is due, and values."""
    values = {figure.id: figure.value for figure in programme.printed}
    for check in programme.checks:
        require_known(check.kind, CHECK_KINDS, "checks: kind", where)
        require(check.figures, f"checks ”{check.text}”: figures är tom", "Ange figurernas id", where)
        if check.kind != "same":
            require(check.total, f"checks ”{check.text}”: total saknas", "Ange figurens id", where)
        for id_ in (*check.figures, *([check.total] if check.total else [])):
            require_known(id_, values, "checks: figur", where)
            require(values[id_] is not None, f"checks ”{check.text}”: {id_} saknar value", "Välj en annan", where)
        if check.kind == "partition":
            _check_secrecy(
                [figure for figure in programme.printed if figure.id in check.figures], check.text, where
            )
    group = programme.target_group
    for id_ in (*group.parts, *([group.total] if group.total else [])) if group else ():
        require_known(id_, values, "target_group: figur", where)
        require(values[id_] is not None, f"target_group: {id_} saknar value", "Välj en annan", where)
        hidden = any(figure.masked for figure in programme.printed if figure.id == id_)
        require(not hidden, f"target_group: {id_} är dold, för den gäller få personer", "Välj en annan", where)


def _check_secrecy(parts: list[PrintedFigure], text: str, where: Path) -> None:
    """Refuse a total from which a masked part can be computed: one alone, or all of them 1 or all of them 4."""
    masked = [figure.value for figure in parts if figure.masked]
    total = sum(value for value in masked if value is not None)
    safe = not masked or (len(masked) > 1 and len(masked) < total < (SMALLEST_SHOWN - 1) * len(masked))
    require(
        safe, f"checks ”{text}”: en dold del kan räknas ut ur totalen", "Slå ihop delar eller ta bort total", where
    )


def check_programme(catalog: Catalog, programme: Programme, where: Path) -> None:
    """Check all that a programme names and declares.

    Parameters
    ----------
    catalog, programme
        What there is, and the programme that names it.
    where
        The file, for the error.

    Raises
    ------
    CatalogError
        Naming file and key.
    """
    require(programme.municipalities, "municipalities är tom", "Ange minst en kommunkod", where)
    _unique(programme.municipalities, "municipalities", where)
    for code in programme.municipalities:
        require_known(code, [region.code for region in catalog.kommuner], "municipalities: kommunkod", where)
    for measure in (programme.main_measure, *programme.summary_measures):
        require_known(measure, catalog.measures, "main_measure eller summary_measures", where)
    require_known(programme.rank_order, RANK_ORDERS, "rank_order", where)
    _unique([goal.id for goal in programme.goals], "goals: id", where)
    for goal in programme.goals:
        _check_goal(catalog, goal, where)
    _unique([figure.id for figure in programme.printed], "printed: id", where)
    for figure in programme.printed:
        _check_figure(catalog, programme, figure, where)
    _unique(map(_key, programme.printed), "printed: uppgiften", where)
    _check_relations(programme, where)
    for group in programme.groups:
        require_known(group, catalog.groups, "groups", where)
    budgets = [row.budget is not None for row in programme.economy]
    costs = any(row.net or row.investment_external or row.operating_external for row in programme.economy)
    require(
        not any(budgets) or (all(budgets) and not costs),
        "economy: budget står bredvid kostnader, eller bara för vissa år",
        "Ange antingen budget eller kostnader, för alla år",
        where,
    )
    for row in programme.activities:
        require_known(row.assessment, ASSESSMENTS, "activities: assessment", where)
    for item in (item for section in programme.sections for item in section.items):
        _check_item(catalog, item, where)


def _check_item(catalog: Catalog, item: Item, where: Path) -> None:
    require_known(item.kind, KINDS, "sections: kind", where)
    kind, name = KINDS[item.kind], f"sections: {item.kind}"
    for key in item.options:
        takes = ", ".join(kind.keys) or "inget mer än kind"
        require(key in kind.keys, f"{name}: {key} används inte", f"{kind.name} tar {takes}", where)
    require(item.measure or not kind.needs_measure, f"”{kind.name}” saknar measure", "Ange ett mått", where)
    require(_AGE.fullmatch(item.age), f"{name}: age ”{item.age}”", "Skriv som 20-24", where)
    if item.measure:
        require_known(item.measure, catalog.measures, f"{name}: measure", where)
    if item.group:
        require_known(item.group, catalog.groups, f"{name}: group", where)
