"""What exists, as data: regions, groups, measures, breaks, datasets and programmes."""

from uvas_stats.catalog.load import load_catalog
from uvas_stats.catalog.lookups import Catalog, choose_programme
from uvas_stats.catalog.model import Break, Correction, Dataset, Group, Layout, Measure, Region, Route
from uvas_stats.catalog.programme import (
    Activity,
    Check,
    EconomyRow,
    Goal,
    Item,
    PrintedFigure,
    Programme,
    Section,
    TargetGroup,
)

__all__ = [
    "Activity",
    "Break",
    "Catalog",
    "Check",
    "Correction",
    "Dataset",
    "EconomyRow",
    "Goal",
    "Group",
    "Item",
    "Layout",
    "Measure",
    "PrintedFigure",
    "Programme",
    "Region",
    "Route",
    "Section",
    "TargetGroup",
    "choose_programme",
    "load_catalog",
]
