"""Whether the targets of the workspace's aliases are something that a reader knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.kaa import load_kaa_tables
from uvas_stats.catalog.names import nearest, tidy
from uvas_stats.catalog.siris import load_siris_reports
from uvas_stats.clean.kaa_heading import meaning, region_role
from uvas_stats.clean.siris_rows import known_categories
from uvas_stats.errors import CatalogError
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.formats.sex_and_age import age_group, sex_of

__all__ = ["check_aliases"]

_OF_READERS = (
    *("PERIOD", "LÄN", "KOMMUN", "KÖN", "ÅLDER", "ALDER", "ALDGR", "ANTAL"),
    *("Kommun/Region", "Antal", "Andel (%)", "År", "Bakgrund", "Andel"),
)
"""Headings that readers of Arbetsförmedlingen and MUCF look for by themselves."""


def check_aliases(catalog: Catalog) -> None:
    """Refuse an alias whose target no reader knows.

    Raises
    ------
    CatalogError
        Naming the first, and what may have been meant.
    """
    areas, aliases = AreaCodes(catalog), catalog.aliases
    _refuse(aliases.headings, "Rubriken", lambda text: _is_heading(text, catalog), set(_headings(catalog)))
    _refuse(aliases.categories, "Kategorin", _is_category, set(known_categories()))
    _refuse(aliases.areas, "Området", lambda text: bool(areas.area_cell(text)), set(areas.names.values()))


def _refuse(texts: dict[str, str], what: str, is_known: Callable[[str], bool], known: set[str]) -> None:
    for text, target in texts.items():
        if not is_known(target):
            raise CatalogError(
                f"{what} ”{target}”, som ”{text}” ska läsas som, är okänd",
                where="aliases.toml",
                todo=f"Närmast: {', '.join(nearest(target, known))}",
            )


def _is_category(text: str) -> bool:
    return bool(sex_of(text) or age_group(text)) or tidy(text) in map(tidy, known_categories())


def _is_heading(text: str, catalog: Catalog) -> bool:
    return bool(
        tidy(text) in set(map(tidy, _headings(catalog)))
        or region_role(text)
        or any(meaning(table, text) for table in load_kaa_tables().values())
    )


def _headings(catalog: Catalog) -> Iterator[str]:
    """Give what is declared to stand as a heading in some file."""
    yield from _OF_READERS
    for dataset in catalog.datasets.values():
        if dataset.layout is not None:
            yield from (*dataset.layout.columns.values(), *dataset.layout.values, *dataset.layout.passed_over)
    for report in load_siris_reports().values():
        for column in (*report.columns, *report.subjects):
            yield from column.headings
    for table in load_kaa_tables().values():
        for quantity in table.quantities:
            yield from filter(None, quantity.aliases)
        for category in table.categories:
            yield from category.aliases
