"""What ``uvas check`` finds: what is wrong, what is old, and what differs between editions and routes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from uvas_stats.build import pipeline
from uvas_stats.catalog import Catalog, Measure, Route, load_catalog
from uvas_stats.catalog.declared import read_declared
from uvas_stats.errors import UvasStatsError, unbroken
from uvas_stats.indicators.differences import disagreements, revisions
from uvas_stats.indicators.level_shift import level_shifts
from uvas_stats.numbers import number_text, signed_text
from uvas_stats.observations.contract import select
from uvas_stats.observations.editions import latest_edition
from uvas_stats.observations.store import read_observations, read_origins
from uvas_stats.observations.validate import validate
from uvas_stats.present.view import SEX_TEXT
from uvas_stats.raw.rejected import rejection
from uvas_stats.raw.snapshot import REJECTED, Snapshot, list_snapshots, verify
from uvas_stats.report.escape import csv_text
from uvas_stats.workspace import atomic_file, find_workspace, refuse_foreign

__all__ = ["check", "compare", "propose_breaks"]

STALE_DAYS = 550
"""An edition older than this is called old: a year's figures and half a year of grace."""
_SCANNED = ("year", "school_year")
MOST_SHOWN = 40
"""Differences that are printed for a measure; a file has them all."""
_NUMBERS = ("old", "new", "left", "right", "difference", "before", "value", "shift", "kept", "score")
_KINDS = {
    "changed": "ändrat",
    "filled": "tillkommet värde",
    "emptied": "borttaget värde",
    "withdrawn": "borttagen uppgift",
    "status": "ändrad status",
}


def _age(retrieved: dt.date) -> int:
    return (dt.datetime.now(dt.UTC).date() - retrieved).days


def check() -> tuple[str, int]:
    """Check catalog, checksums, contract and the age of editions; return the report and the number of errors."""
    lines, problems = [], 0
    workspace = find_workspace()

    def attempt(what: str, work: Any) -> Any:
        nonlocal problems
        try:
            result = work()
        except UvasStatsError as error:
            problems += 1
            lines.append(f"FEL   {what}: {error}")
            return None
        lines.append(f"ok    {what}")
        return result

    catalog = attempt("katalog och program", lambda: load_catalog(workspace))
    snapshots = attempt("råfilernas ursprung", lambda: list_snapshots(workspace.raw_roots)) or []
    for snapshot in snapshots:
        attempt(f"kontrollsumma {snapshot.dataset}/{snapshot.edition}", lambda one=snapshot: verify(one))
    if catalog is not None and not problems:
        attempt("bearbetning", lambda: pipeline.ensure_processed(workspace))
        attempt("kontraktet", lambda: validate(read_observations(workspace.processed)))
    newest = {snapshot.dataset: snapshot for snapshot in snapshots}
    lines += _unfinished(workspace.raw)
    if catalog is not None and not problems:
        lines += _notes(newest, read_origins(workspace.processed))
    for name, error in catalog.broken.items() if catalog is not None else ():
        problems += 1
        lines.append(f"FEL   programmet {name}: {error}")
    lines += [
        f"gammal {dataset}: utgåvan är {_age(snapshot.retrieved)} dagar. Hämta en ny"
        for dataset, snapshot in newest.items()
        if _age(snapshot.retrieved) > STALE_DAYS
    ]
    return "\n".join(lines), problems


def _notes(newest: dict[str, Snapshot], state: dict[str, Any]) -> list[str]:
    """Tell what was left out of the newest edition of each dataset when it was fetched and when it was read."""
    read = state.get("notes", {})
    return [
        unbroken(f"not   {dataset}/{snapshot.edition}: {text}")
        for dataset, snapshot in newest.items()
        for text in dict.fromkeys((*snapshot.notes, *read.get(f"{dataset}/{snapshot.edition}", ())))
    ]


def _unfinished(raw: Path) -> list[str]:
    """Tell of folders under data/raw that are no editions: interrupted and refused fetches, and empty ones."""
    lines = []
    for folder in sorted(raw.glob("*/*/")):
        place = unbroken(folder.relative_to(raw).as_posix())
        if folder.name.startswith(".partial-"):
            lines.append(f"avbruten hämtning i {place}: kör uvas fetch {unbroken(folder.parent.name)} igen")
        elif folder.name.startswith(REJECTED):
            lines.append(f"avvisad hämtning i {place}: {unbroken(rejection(folder))} Kör: uvas adopt --rejected")
        elif not folder.name.startswith(".") and not any(folder.iterdir()):
            lines.append(f"tom mapp {place}: räknas inte")
    return lines


def compare(out: Path | None = None) -> str:
    """List what differs between editions of the same figures, and between two routes to the same indicator.

    Parameters
    ----------
    out
        A CSV file to write all differences to; the text shows the first of each measure.
    """
    workspace = find_workspace()
    pipeline.ensure_processed(workspace)
    catalog = load_catalog(workspace)
    observations = read_observations(workspace.processed)
    revised = revisions(_with_several_editions(observations), catalog.replaces)
    newest = latest_edition(observations, catalog.replaces)
    routes = read_declared("routes", Route)
    between = [_route_table(newest, route) for route in routes]
    lines = _revision_lines(revised, catalog) or ["Ingen utgåva har ändrat en uppgift i en tidigare."]
    for route, table in zip(routes, between, strict=True):
        lines += _route_lines(table, catalog, route.note)
    if out is not None:
        _write(pd.concat([revised.assign(comparison="utgåvor"), *between], ignore_index=True), out)
        lines.append(unbroken(f"Alla skillnader: {out}"))
    return "\n".join(lines)


def propose_breaks(out: Path | None = None) -> str:
    """List where the level of a kommun, a län or a group shifts beyond its usual change, as proposals of breaks.

    Parameters
    ----------
    out
        A CSV file to write all proposals to; the text shows the strongest of each measure.
    """
    workspace = find_workspace()
    pipeline.ensure_processed(workspace)
    catalog = load_catalog(workspace)
    newest = latest_edition(read_observations(workspace.processed), catalog.replaces)
    areas = {group.id: group.members for group in catalog.listed_groups}
    lan = [group.id for group in catalog.listed_groups if group.kind == "lan"]
    scanned = [one for one in catalog.measures.values() if one.unit == "procent" and one.period_kind in _SCANNED]
    wanted = {one.id for one in scanned} | {one.denominator_measure for one in scanned}
    rows = select(newest, sex="total", measure=wanted)
    rows = rows.loc[rows["breakdown"].isna()]
    held = dict(list(rows.groupby(["measure", "age_group"])))
    tables, lines = [], []
    for measure in scanned:
        series, people = (held.get((one, measure.ages)) for one in (measure.id, measure.denominator_measure))
        if series is None:
            continue
        found = level_shifts(series, areas, catalog.breaks_of(measure.id, tuple(catalog.names)), people, lan)
        lines += _break_lines(found, catalog, measure)
        tables.append(found.assign(measure=measure.id))
    lines = lines or ["Ingen nivå skiftar mer än vanligt."]
    if out is not None:
        table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"measure": []})
        _write(table.assign(name=table["region_code"].map(lambda code: _area_name(code, catalog))), out)
        lines.append(f"Alla förslag: {out}")
    return "\n".join(lines)


def _area_name(code: str, catalog: Catalog) -> str:
    return catalog.groups[code].name if code in catalog.groups else catalog.names.get(code, code)


def _break_lines(found: pd.DataFrame, catalog: Catalog, measure: Measure) -> list[str]:
    if found.empty:
        return []
    lines = [f"{measure.title}: {number_text(float(len(found)), 0)} nivåskiften att pröva, det starkaste först"]
    for row in found.head(MOST_SHOWN).to_dict("records"):
        before, now = (number_text(row[name], measure.decimals) for name in ("before", "value"))
        shift = signed_text(row["shift"], measure.decimals)
        size = number_text(abs(row["score"]), 1)
        mean = " (ovägt medel)" if row["kind"] == "area" else ""
        lines.append(
            f"  {_area_name(row['region_code'], catalog)} {row['period']}: {before} → {now}{mean}, "
            f"{shift} utöver riket, {size} gånger det vanliga"
            + (f"; som {_area_name(row['support'], catalog)}" if row["support"] else "")
            + (f". Deklarerat: {row['declared']}" if row["declared"] else "")
        )
    return lines + _rest(len(found))


def _with_several_editions(observations: pd.DataFrame) -> pd.DataFrame:
    """Keep the measures that more than one edition of their dataset has.

    Printed documents are not editions, and each count of a register replaces the one before.
    """
    dataset = observations["dataset"].astype("str")
    published = observations.loc[~dataset.str.startswith("register:") & (dataset != "programme_documents")]
    several = published.groupby(["dataset", "measure"], observed=True)["edition"].transform("nunique") > 1
    return published.loc[several]


def _route_table(newest: pd.DataFrame, route: Route) -> pd.DataFrame:
    table = disagreements(newest, route.left, route.right, route.decimals)
    return table.assign(comparison="vägar", measure=route.left, other_measure=route.right)


def _revision_lines(revised: pd.DataFrame, catalog: Catalog) -> list[str]:
    lines = []
    for (measure, edition), part in revised.groupby(["measure", "new_edition"], sort=True):
        added = int((part["kind"] == "added").sum())
        changed = pd.concat([part.loc[part["kind"] == kind] for kind in _KINDS])  # another value first
        known = catalog.measures[str(measure)]
        lines.append(
            f"{known.title}: utgåva {edition} mot {' och '.join(sorted(set(part['old_edition'])))}: "
            f"{number_text(float(len(changed)), 0)} skillnader, {number_text(float(added), 0)} nya uppgifter"
        )
        for row in changed.head(MOST_SHOWN).to_dict("records"):
            old, new = (number_text(row[name], known.decimals) for name in ("old", "new"))
            place = catalog.names.get(row["region_code"], row["region_code"])
            lines.append(
                f"  {place} {row['period']} ({SEX_TEXT[row['sex']]}): {old} → {new}, {_KINDS[row['kind']]}"
            )
        lines += _rest(len(changed))
    return lines


def _route_lines(table: pd.DataFrame, catalog: Catalog, note: str) -> list[str]:
    if table.empty:
        return []
    left, right = (catalog.measures[str(table[name].iloc[0])] for name in ("measure", "other_measure"))
    lines = [f"{left.title} mot {right.title}: {number_text(float(len(table)), 0)} skillnader. {note}".rstrip()]
    for row in table.head(MOST_SHOWN).to_dict("records"):
        place = catalog.names.get(row["region_code"], row["region_code"])
        first, second = (number_text(row[name], left.decimals) for name in ("left", "right"))
        lines.append(f"  {place} {row['period']}: {first} mot {second}")
    return lines + _rest(len(table))


def _rest(count: int) -> list[str]:
    return [f"  … och {number_text(float(count - MOST_SHOWN), 0)} till (--out FIL)"] if count > MOST_SHOWN else []


def _write(table: pd.DataFrame, out: Path) -> None:
    numbers = [name for name in _NUMBERS if name in table]
    texts = [name for name in table.columns if name not in numbers]
    safe = table.astype(dict.fromkeys(numbers, "float64"))
    safe = safe.assign(**{name: table[name].map(csv_text, na_action="ignore") for name in texts})
    refuse_foreign(out, ";".join(table.columns).encode("utf-8"))
    with atomic_file(out) as path:
        safe.to_csv(path, index=False, sep=";", decimal=",", encoding="utf-8-sig")
