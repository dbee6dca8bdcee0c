"""Cross-check the catalog: every id that one file names must exist in another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from uvas_stats.catalog.model import Programme
from uvas_stats.catalog.names import nearest
from uvas_stats.errors import CatalogError
from uvas_stats.observation import STATUSES
from uvas_stats.periods import PERIOD_KINDS, period_kind

if TYPE_CHECKING:
    from uvas_stats.catalog.load import Catalog

__all__ = ["ITEM_KINDS", "check_catalog"]

ITEM_KINDS = (
    "summary",
    "trend",
    "place",
    "place_over_time",
    "compare",
    "season",
    "kkik",
    "goals",
    "goal_board",
    "documents",
    "consistency",
    "activities",
    "economy",
    "target_group",
)
NEEDS_MEASURE = ("trend", "place", "place_over_time", "compare", "season")
RULES = ("better_than_riket", "change_pct", "at_least", "at_most", "falls", "rises", "none")
CHECK_KINDS = ("partition", "union", "same")


def _require(value: str, allowed: Iterable[str], key: str, where: Path) -> None:
    allowed = list(allowed)
    if value not in allowed:
        close = ", ".join(nearest(value, allowed)) if allowed else "inget"
        raise CatalogError(f"{key} ”{value}” finns inte", where=where, todo=f"Närmast: {close}")


def _check_measures(catalog: Catalog, folder: Path) -> None:
    where = folder / "measures.toml"
    for measure in catalog.measures.values():
        _require(measure.dataset, catalog.datasets, f"{measure.id}: dataset", where)
        _require(measure.direction, ("lower", "higher", "none"), f"{measure.id}: direction", where)
        _require(measure.period_kind, PERIOD_KINDS, f"{measure.id}: period_kind", where)
        if measure.follow_up:
            _require(measure.follow_up, catalog.measures, f"{measure.id}: follow_up", where)
        if measure.denominator_measure:
            _require(measure.denominator_measure, catalog.measures, f"{measure.id}: denominator_measure", where)
    for item in catalog.breaks:
        _require(item.measure, catalog.measures, f"{item.id}: measure", folder / "breaks.toml")
        for code in item.regions:
            _require(code, catalog.names, f"{item.id}: regions", folder / "breaks.toml")


def _check_groups(catalog: Catalog, where: Path) -> None:
    codes = [region.code for region in catalog.kommuner]
    for group in catalog.groups.values():
        for code in group.members:
            _require(code, codes, f"gruppen {group.id}: kommunkod", where)
        if len(set(group.members)) != len(group.members) or not group.members:
            raise CatalogError(
                f"Gruppen {group.id} är tom eller har en kommun två gånger", where=where, todo="Rätta members"
            )


def _printed_rules(programme: Programme) -> Iterator[tuple[str, Iterable[str], str]]:
    ids = [figure.id for figure in programme.printed]
    for figure in programme.printed:
        yield figure.status, STATUSES, f"printed {figure.id}: status"
        period_kind(figure.period)
    for check in programme.checks:
        yield check.kind, CHECK_KINDS, "checks: kind"
        for id_ in (*check.figures, *([check.total] if check.total else [])):
            yield id_, ids, "checks: figur"
    if programme.target_group:
        parts = programme.target_group.parts
        for id_ in (*parts, *([programme.target_group.total] if programme.target_group.total else [])):
            yield id_, ids, "target_group: figur"


def _check_programme(catalog: Catalog, programme: Programme, where: Path) -> None:
    codes = [region.code for region in catalog.kommuner]
    measures = [("main_measure", programme.main_measure)]
    measures += [("summary_measures", name) for name in programme.summary_measures]
    measures += [(f"goals {goal.id}: measure", goal.measure) for goal in programme.goals if goal.measure]
    measures += [(f"printed {figure.id}: measure", figure.measure) for figure in programme.printed]
    items = [item for section in programme.sections for item in section.items]
    measures += [(f"sections: {item.kind}: measure", item.measure) for item in items if item.measure]
    for code in (
        *programme.municipalities,
        *[figure.region for figure in programme.printed if figure.region],
    ):
        _require(code, [*codes, "00", *catalog.groups], "kommunkod", where)
    for group in (*programme.groups, *[item.group for item in items if item.group]):
        _require(group, catalog.groups, "groups", where)
    for key, measure in measures:
        _require(measure, catalog.measures, key, where)
    for goal in programme.goals:
        _require(goal.rule, RULES, f"goals {goal.id}: rule", where)
        if goal.rule != "none" and not goal.measure:
            raise CatalogError(
                f"Målet {goal.id} saknar measure", where=where, todo='Ange measure eller rule = "none"'
            )
    for item in items:
        _require(item.kind, ITEM_KINDS, "sections: kind", where)
        if item.kind in NEEDS_MEASURE and not item.measure:
            raise CatalogError(f"”{item.kind}” saknar measure", where=where, todo="Ange vilket mått som ska visas")
    for value, allowed, key in _printed_rules(programme):
        _require(value, allowed, key, where)


def check_catalog(catalog: Catalog, folder: Path) -> None:
    """Check that all references hold.

    Raises
    ------
    CatalogError
        Naming file, key and the nearest id that exists.
    """
    _check_measures(catalog, folder)
    _check_groups(catalog, folder if folder.suffix else folder / "groups.toml")
    if not folder.suffix:
        _check_programme(catalog, catalog.any_kommun, folder / "any_kommun.toml")
    for programme in catalog.programmes.values():
        base = folder / "programmes" if (folder / "programmes").is_dir() else folder
        if not folder.suffix:
            _check_programme(catalog, programme, base / f"{programme.id}.toml")
