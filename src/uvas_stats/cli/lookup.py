"""What there is to ask for: ``uvas measures``, ``uvas kommuner`` and ``uvas groups``."""

from __future__ import annotations

import pandas as pd

from uvas_stats.build import pipeline
from uvas_stats.catalog import Catalog, Measure, load_catalog
from uvas_stats.catalog.names import fold
from uvas_stats.cli.output import Form, give
from uvas_stats.errors import UnknownNameError
from uvas_stats.numbers import number_text
from uvas_stats.observations.store import read_observations
from uvas_stats.workspace import Workspace, find_workspace

__all__ = ["found"]


def found(what: str, text: str, form: Form) -> str:
    """List what has all the words of a text.

    Parameters
    ----------
    what
        ``measures``, ``kommuner`` or ``groups``.
    text
        Words to look for; empty lists all.
    form
        How the list is given.

    Raises
    ------
    UnknownNameError
        If nothing has the words; with the nearest, as where one is asked for by name.
    """
    workspace = find_workspace()
    if what == "groups":
        catalog = load_catalog(workspace)
        rows = _groups(catalog, text)
        if not rows and text:
            one = catalog.group(text)
            rows = [_group_row(one.id, one.name, one.members)]
        members = _members(catalog, rows) if text and len(rows) == 1 and form.for_the_eye else ""
        return give(pd.DataFrame(rows), form, f"Grupper: {_count(rows)}") + members
    if what == "kommuner":
        catalog = load_catalog(workspace)
        rows = _kommuner(catalog, text)
        if not rows:
            catalog.region(text)
        return give(pd.DataFrame(rows), form, f"Kommuner: {_count(rows)}")
    pipeline.ensure_processed(workspace)
    catalog = load_catalog(workspace)
    chosen = catalog.measures_with(text)
    if not chosen:
        raise UnknownNameError(f"Inget mått har orden ”{text}”", todo="Prova färre ord, eller: uvas measures")
    rows = _measures(chosen, workspace)
    return give(pd.DataFrame(rows), form, f"Mått: {_count(rows)}")


def _count(rows: list[dict[str, object]]) -> str:
    return number_text(float(len(rows)), 0)


def _has(text: str, *names: str) -> bool:
    words = fold(" ".join(names))
    return all(word in words for word in fold(text).split())


def _measures(chosen: list[Measure], workspace: Workspace) -> list[dict[str, object]]:
    """Give measures with the first and last period that is held of each."""
    held = read_observations(workspace.processed, [one.id for one in chosen])
    periods = {
        str(name): f"{part['period'].iloc[0]}–{part['period'].iloc[-1]}"
        for name, part in held.sort_values("period_end").groupby("measure", observed=True)
    }
    return [
        {
            "id": one.id,
            "titel": one.title,
            "nyckeltal": one.source_id or None,
            "utgivare": one.publisher,
            "uppgifter": periods.get(one.id, "inga än"),
        }
        for one in chosen
    ]


def _kommuner(catalog: Catalog, text: str) -> list[dict[str, object]]:
    skr = {code: one.id for one in catalog.listed_groups if one.kind == "skr" for code in one.members}
    return [
        {"kod": one.code, "kommun": one.name, "län": catalog.names[one.lan], "SKR-grupp": skr.get(one.code)}
        for one in catalog.kommuner
        if _has(text, one.code, one.name, catalog.names[one.lan], skr.get(one.code, ""))
    ]


def _group_row(id_: str, name: str, members: tuple[str, ...]) -> dict[str, object]:
    return {"grupp": id_, "namn": name, "antal kommuner": len(members)}


def _groups(catalog: Catalog, text: str) -> list[dict[str, object]]:
    return [
        _group_row(one.id, one.name, one.members)
        for one in catalog.listed_groups
        if text == one.id or _has(text, one.id, one.name)
    ]


def _members(catalog: Catalog, rows: list[dict[str, object]]) -> str:
    members = catalog.groups[str(rows[0]["grupp"])].members
    return "\n" + ", ".join(catalog.names[code] for code in members)
