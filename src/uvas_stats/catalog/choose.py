"""Which programme a nuläge is of: a declared one, or the pattern filled in for any kommun."""

from __future__ import annotations

from dataclasses import replace

from uvas_stats.catalog.lookups import Catalog
from uvas_stats.catalog.programme import Programme
from uvas_stats.errors import UnknownNameError

__all__ = ["choose_programme"]


def _for_kommun(catalog: Catalog, kommun: str) -> Programme:
    region = catalog.region(kommun)
    return replace(
        catalog.any_kommun,
        id=f"kommun_{region.code}",
        name=region.name,
        municipalities=(region.code,),
        groups=tuple(group.id for group in catalog.own_groups(region.code)),
    )


def choose_programme(
    catalog: Catalog, programme: str | None = None, kommun: str | None = None, group: str | None = None
) -> Programme:
    """Choose a programme by name, or make one for a kommun; a group given takes the place of all others.

    Raises
    ------
    UnknownNameError
        If neither or both are given, or a name does not exist.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> choose_programme(load_catalog(), kommun="gavle").name
    'Gävle'
    """
    if (programme is None) == (kommun is None):
        raise UnknownNameError(
            "Ange antingen ett program eller en kommun",
            todo=f"Programmen är {', '.join(sorted(catalog.programmes))}",
        )
    chosen = catalog.programme(programme) if programme is not None else _for_kommun(catalog, kommun or "")
    if group is None:
        return chosen
    picked = catalog.group(group, chosen.municipalities)
    sections = tuple(
        replace(section, items=tuple(replace(item, group="") for item in section.items))
        for section in chosen.sections
    )
    return replace(chosen, groups=(picked.id, *chosen.groups), sections=sections)
