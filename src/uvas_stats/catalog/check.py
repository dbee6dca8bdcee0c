"""Cross-check the catalog: every id that one file names must exist in another."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from uvas_stats.catalog.check_programme import check_period, check_programme, require_known
from uvas_stats.catalog.lookups import Catalog
from uvas_stats.catalog.model import CORRECTION_ACTIONS, LAYOUT_COLUMNS, Group
from uvas_stats.errors import CatalogError
from uvas_stats.observations.contract import SEXES
from uvas_stats.observations.editions import WITHIN
from uvas_stats.periods import PERIOD_KINDS

__all__ = ["check_catalog", "check_corrections", "check_groups"]

_GROUP_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def _check_measures(catalog: Catalog, folder: Path) -> None:
    for dataset in catalog.datasets.values():
        within = ("",) if dataset.parts else ("", *WITHIN)
        require_known(dataset.replaces, within, f"{dataset.id}: replaces", folder / "datasets.toml")
    where = folder / "measures.toml"
    for measure in catalog.measures.values():
        require_known(measure.dataset, catalog.datasets, f"{measure.id}: dataset", where)
        require_known(measure.direction, ("lower", "higher", "none"), f"{measure.id}: direction", where)
        require_known(measure.period_kind, PERIOD_KINDS, f"{measure.id}: period_kind", where)
        if measure.follow_up:
            require_known(measure.follow_up, catalog.measures, f"{measure.id}: follow_up", where)
        if measure.denominator_measure:
            require_known(
                measure.denominator_measure, catalog.measures, f"{measure.id}: denominator_measure", where
            )
        if measure.coverage_measure:
            require_known(measure.coverage_measure, catalog.measures, f"{measure.id}: coverage_measure", where)
    where = folder / "breaks.toml"
    for item in catalog.breaks:
        require_known(item.measure, catalog.measures, f"{item.id}: measure", where)
        check_period(item.at, catalog.measures[item.measure].period_kind, f"{item.id}: at", where)
        for code in item.regions:
            require_known(code, catalog.names, f"{item.id}: regions", where)


def check_corrections(catalog: Catalog, where: Path) -> None:
    """Check that corrections are of figures that can be, and say what a figure becomes.

    Raises
    ------
    CatalogError
        Naming file, key and what is wrong.
    """
    areas = [region.code for region in catalog.regions if region.current]
    for one in catalog.corrections:
        name = f"rättelsen av {one.measure} {one.region} {one.period}"
        require_known(one.dataset, catalog.datasets, f"{name}: dataset", where)
        require_known(one.measure, catalog.measures, f"{name}: measure", where)
        require_known(one.region, areas, f"{name}: region", where)
        check_period(one.period, catalog.measures[one.measure].period_kind, f"{name}: period", where)
        for sex in one.sexes:
            require_known(sex, SEXES, f"{name}: sexes", where)
        require_known(one.action, CORRECTION_ACTIONS, f"{name}: action", where)
        if (one.action == "replace") != (one.value is not None) or one.value == one.expect:
            raise CatalogError(
                f"{name}: value stämmer inte med action ”{one.action}”",
                where=where,
                todo="Ange ett value som är ett annat än expect för replace, och inget för drop och flag",
            )


def _check_layouts(catalog: Catalog, folder: Path) -> None:
    where = folder / "datasets.toml"
    for dataset in catalog.datasets.values():
        layout = dataset.layout
        if (layout is not None) != (dataset.reader == "declared"):
            raise CatalogError(
                f"{dataset.id}: layout hör till läsaren declared", where=where, todo="Ange båda eller ingen"
            )
        if layout is None:
            continue
        for role in layout.columns:
            require_known(role, LAYOUT_COLUMNS, f"{dataset.id}: layout.columns", where)
        for role in ("area", "year"):
            require_known(role, layout.columns, f"{dataset.id}: layout.columns", where)
        for measure in layout.values.values():
            require_known(measure, catalog.measures, f"{dataset.id}: layout.values", where)


def check_groups(catalog: Catalog, where: Path) -> None:
    """Check that groups have an id that can stand in a table, and members that exist, each once.

    Raises
    ------
    CatalogError
        Naming file, group and what is wrong.
    """
    codes = [region.code for region in catalog.kommuner]
    for group in catalog.groups.values():
        _check_group_id(group, where)
        for code in group.members:
            require_known(code, codes, f"gruppen {group.id}: kommunkod", where)
        if len(set(group.members)) != len(group.members) or not group.members:
            raise CatalogError(
                f"Gruppen {group.id} är tom eller har en kommun två gånger", where=where, todo="Rätta members"
            )


def _check_group_id(group: Group, where: Path) -> None:
    if group.kind != "lan" and not _GROUP_ID.fullmatch(group.id):
        raise CatalogError(
            f"Gruppens id ”{group.id}” kan förväxlas med en kod",
            where=where,
            todo="Börja med en bokstav, sedan a–z, siffror och _",
        )


def check_catalog(catalog: Catalog, folder: Path) -> None:
    """Check that all references of the shipped catalog hold.

    Raises
    ------
    CatalogError
        Naming file, key and the nearest id that exists.
    """
    _check_measures(catalog, folder)
    check_corrections(catalog, folder / "corrections.toml")
    _check_layouts(catalog, folder)
    check_groups(catalog, folder / "groups.toml")
    pattern = replace(catalog.any_kommun, municipalities=(catalog.kommuner[0].code,))
    check_programme(catalog, pattern, folder / "any_kommun.toml")
    for programme in catalog.programmes.values():
        check_programme(catalog, programme, folder / "programmes" / f"{programme.id}.toml")
