"""What the command line prints: rankings, histories and sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from uvas_stats.build import pipeline
from uvas_stats.catalog import Break, Catalog, Measure, load_catalog
from uvas_stats.errors import IndicatorError, UnknownNameError, unbroken
from uvas_stats.indicators import difference, direction_words, latest_period
from uvas_stats.indicators import rank as rank_series
from uvas_stats.indicators.chance import Chance, fit_measure
from uvas_stats.indicators.rank_sets import usual_place_moves
from uvas_stats.numbers import number_text
from uvas_stats.observations.contract import select
from uvas_stats.observations.editions import latest_edition
from uvas_stats.observations.store import read_observations, read_origins
from uvas_stats.periods import period_end, period_kind
from uvas_stats.present.cautions import UNKNOWN_COVERAGE
from uvas_stats.present.view import STATUS_TEXT
from uvas_stats.raw.snapshot import Snapshot, list_snapshots
from uvas_stats.report import csv_text, excel_csv
from uvas_stats.situation.series import RESIDENTS, no_figures, pick_age
from uvas_stats.workspace import Workspace, find_workspace

__all__ = ["history", "ranking", "sources"]

RANK_COLUMNS = ["rank", "rank_low", "rank_high", "region_code", "region_name", "value", "status", "n", "direction"]
OPEN_PLACES = ["likely_low", "likely_high", "usual_move", "alone_low", "alone_high", "all_low", "all_high"]
_HEADINGS = {
    "likely_low": "troligen från",
    "likely_high": "troligen till",
    "usual_move": "flyttar sig",
    "alone_low": "95 % från",
    "alone_high": "95 % till",
    "all_low": "alla 95 % från",
    "all_high": "alla 95 % till",
    "rank": "plats",
    "rank_low": "lägsta",
    "rank_high": "högsta",
    "region_code": "kod",
    "region_name": "kommun",
    "value": "värde",
    "status": "anm.",
    "difference": "skillnad",
    "edition": "utgåva",
    "origin": "råfil",
    "coverage": "täckning",
    "lower": "minst",
    "upper": "högst",
}
BOUNDS = ["lower", "upper"]
SMALLEST_RANKING = 3
"""A ranking of fewer kommuner says nothing."""


def _open() -> tuple[Workspace, Catalog]:
    workspace = find_workspace()
    pipeline.ensure_processed(workspace)
    return workspace, load_catalog(workspace)


def _series(workspace: Workspace, catalog: Catalog, measure: Measure) -> pd.DataFrame:
    observations = latest_edition(read_observations(workspace.processed, [measure.id]), catalog.replaces)
    rows = select(observations, measure=measure.id, sex="total")
    if not rows.empty:  # a register has a dataset for each kommun
        rows = rows.loc[(rows["dataset"].str.partition(":")[0] == measure.dataset) & rows["breakdown"].isna()]
    if rows.empty:
        raise no_figures(catalog, measure)
    return pick_age(rows, measure)


def _period(series: pd.DataFrame, measure: Measure, period: str | None) -> str:
    """Return the period asked for, or the newest that most kommuner have."""
    known = series.loc[series["value"].notna() & (series["region_code"].str.len() == 4)]
    counts = known.groupby("period")["region_code"].nunique()
    if counts.empty:
        raise UnknownNameError(f"Inga kommuner har uppgift för {measure.title}", todo="Välj ett annat mått")
    if period is None:
        wide = counts.index[counts >= counts.max() / 2]
        return str(latest_period(known.loc[known["period"].isin(wide)]))
    period_kind(period)
    if period not in counts.index:
        first, last = known["period"].iloc[0], known["period"].iloc[-1]
        raise UnknownNameError(
            f"Perioden ”{period}” saknas för {measure.short}", todo=f"Det finns {first} till {last}"
        )
    return period


def _print(frame: pd.DataFrame, form: str, heading: str, measure: Measure) -> str:
    """Write a frame as JSON, as CSV with decimal point, as CSV for a Swedish Excel, or as a table for the eye."""
    if form == "json":
        return frame.to_json(orient="records", force_ascii=False, indent=1)
    if form == "csv":
        return frame.map(csv_text, na_action="ignore").to_csv(index=False, lineterminator="\n").rstrip("\n")
    if form == "excel":
        return excel_csv(frame, list(frame.select_dtypes("number").columns)).rstrip("\n")
    shown = frame.copy()
    for column in shown.select_dtypes("number").columns:
        decimals = 2 if column in ("value", "riket", "difference", *BOUNDS) and measure.decimals else 0
        shown[column] = [number_text(None if pd.isna(value) else value, decimals) for value in shown[column]]
    if "status" in shown:
        shown["status"] = shown["status"].map(STATUS_TEXT)
    shown = shown.rename(columns=_HEADINGS)
    return f"{heading}\n{shown.to_string(index=False, na_rep='–')}"


def ranking(
    measure: str, *, period: str | None, group: str | None, order: str, form: str, sure: bool = False
) -> str:
    """Write the ranking of a measure within a group or all kommuner.

    Parameters
    ----------
    measure, period, group
        What is ranked, when and among whom; None means the newest, and all kommuner.
    order
        ``worst`` or ``best``: what place 1 is.
    form
        ``table``, ``csv`` or ``json``.
    sure
        Whether to show what chance leaves open of each place.
    """
    workspace, catalog = _open()
    chosen = catalog.measure(measure)
    series = _series(workspace, catalog, chosen)
    when = _period(series, chosen, period)
    chance = _chance(workspace, catalog, chosen, series) if sure else None
    members = catalog.group(group).members if group else tuple(region.code for region in catalog.kommuner)
    until = series.loc[series["period_end"] <= series.loc[series["period"] == when, "period_end"].iloc[0]]
    ranked = rank_series(series.loc[series["period"] == when], chosen, members, order, chance, sets=sure)
    if sure:
        moves = usual_place_moves(rank_series(until, chosen, members, order))
        ranked = ranked.assign(usual_move=ranked["region_code"].map(moves))
    if ranked["value"].notna().sum() < SMALLEST_RANKING:
        raise UnknownNameError(
            f"För få kommuner har uppgift för {chosen.short}, {when}",
            todo="Välj ett mått som publiceras per kommun",
        )
    words = direction_words(chosen, order)
    coverage_text, coverage = _coverage(workspace, catalog, chosen, when)
    ranked = ranked.assign(region_name=ranked["region_code"].map(catalog.names), direction=words)
    places = dict.fromkeys(("rank", "rank_low", "rank_high", "n"), "Int64")
    heading = f"{chosen.title}, {when}. {words}. n = {int(ranked['n'].iloc[0])}. Egen bearbetning.{coverage_text}"
    open_ = [name for name in OPEN_PLACES if name in ranked]
    table = ranked[[*RANK_COLUMNS, *open_]].astype(places | dict.fromkeys(open_, "Float64"))
    if chosen.coverage_measure:
        table = table.assign(coverage=table["region_code"].map(coverage))
    return _print(table if form != "table" else table.drop(columns=["n", "direction"]), form, heading, chosen)


def _chance(workspace: Workspace, catalog: Catalog, measure: Measure, series: pd.DataFrame) -> Chance:
    """Fit the model of chance, or say that there is none."""

    def held(id_: str) -> pd.DataFrame:
        rows = latest_edition(read_observations(workspace.processed, [id_]), catalog.replaces)
        return pick_age(select(rows, measure=id_, sex="total"), catalog.measures[id_])

    own = held(measure.denominator_measure) if measure.denominator_measure else None
    chance = fit_measure(measure, series, catalog.breaks_of(measure.id), own, lambda: held(RESIDENTS))
    if chance is None:
        raise IndicatorError(
            f"Hur säker platsen är kan inte beräknas för {measure.short}",
            todo="Välj en andel som publiceras per år för alla kommuner",
        )
    return chance


def _coverage(
    workspace: Workspace, catalog: Catalog, measure: Measure, period: str
) -> tuple[str, dict[str, float]]:
    """Say where reported figures are ranked without knowing how complete they are, and give what is known."""
    if not measure.coverage_measure:
        return "", {}
    of = catalog.measures[measure.coverage_measure]
    observations = latest_edition(read_observations(workspace.processed, [of.id]), catalog.replaces)
    rows = select(observations, measure=of.id, dataset=of.dataset, sex="total", period=period)
    known = rows.loc[rows["value"].notna()]
    text = "" if len(known) else f" {UNKNOWN_COVERAGE.capitalize()}."
    return f"{text} Inte officiell statistik.", dict(zip(known["region_code"], known["value"], strict=True))


def history(measure: str, area: str, *, since: str | None, form: str) -> str:
    """Write a measure over time for one area, beside riket.

    Parameters
    ----------
    measure, area
        The measure and the kommun, län or group.
    since
        The first period; None means all.
    form
        ``table``, ``csv`` or ``json``.
    """
    workspace, catalog = _open()
    chosen, region = catalog.measure(measure), catalog.area(area)
    series = _series(workspace, catalog, chosen)
    rows = difference(series, region.code).rename(columns={"reference": "riket"})
    columns = ["period", *BOUNDS, "status", "edition", "origin"]
    of_region = series.loc[series["region_code"] == region.code, columns]
    rows = rows.merge(of_region, on="period", how="left", validate="1:1")
    rows["difference"] = rows["difference"].round(4)
    if since is not None:
        rows = rows.loc[rows["period_end"] >= pd.Timestamp(period_end(since))]
    if rows[["value", *BOUNDS]].isna().all(axis=None):
        raise UnknownNameError(
            f"Uppgift saknas för {region.name}: {chosen.title}", todo="Välj ett annat mått eller en annan period"
        )
    rows["status"] = rows["status"].fillna("not_available")
    breaks = _first_after(rows, catalog.breaks_of(chosen.id, (region.code,)))
    rows = rows.drop(columns=["period_end", *(BOUNDS if rows[BOUNDS].isna().all(axis=None) else ())])
    heading = f"{region.name} ({region.code}): {chosen.title}"
    if form != "table":  # the series after a break is not comparable with what stands before it
        return _print(rows.assign(**{"break": rows["period"].map(breaks)}), form, heading, chosen)
    marked = rows.assign(period=[f"{period} *" if period in breaks else period for period in rows["period"]])
    notes = (f"* Tidsseriebrott {period}: {text}" for period, text in breaks.items())
    return "\n".join([_print(marked, form, heading, chosen), *notes])


def _first_after(rows: pd.DataFrame, breaks: Iterable[Break]) -> dict[str, str]:
    """Give the texts of the breaks by the first period that is shown after each, where one before it is too."""
    ends = rows.set_index("period")["period_end"].sort_values()
    texts: dict[str, str] = {}
    for item in breaks:
        after = ends.index[ends >= pd.Timestamp(period_end(item.at))]
        if 0 < len(after) < len(ends):
            period = str(after[0])
            texts[period] = " ".join(filter(None, [texts.get(period, ""), item.text]))
    return texts


def _left_out(snapshot: Snapshot, files: dict[str, Any]) -> str:
    """Say how many values of an edition were left out, and why, where its reader counted them."""
    provenance = [files.get(snapshot.origin(file), {}).get("read_as", {}) for file in snapshot.files]
    words = {"deleted": "som källan har tagit bort", "repeated": "som stod två gånger"}
    counts = {text: sum(one.get(name, 0) for one in provenance) for name, text in words.items()}
    listed = [f"{number_text(float(count), 0)} {text}" for text, count in counts.items() if count]
    return f" Utelämnade värden: {' och '.join(listed)}." if listed else ""


def sources() -> str:
    """Write the sources: what is there, from whom, and how old it is."""
    workspace, catalog = _open()
    observations = latest_edition(read_observations(workspace.processed), catalog.replaces)
    counts = observations.groupby(["dataset", "edition"], observed=True).size()
    lines, files = [], read_origins(workspace.processed)["files"]
    snapshots = list_snapshots(workspace.raw_roots)
    read = pipeline.to_read(snapshots)
    for snapshot in snapshots:
        dataset = catalog.datasets.get(snapshot.dataset)
        if dataset is None:  # a table fetched by its id: its figures lie in a file of their own
            lines.append(f"{snapshot.dataset} {snapshot.edition}: {snapshot.title}. {snapshot.publisher}.")
            continue
        n = number_text(float(counts.get((snapshot.dataset, snapshot.edition), 0)), 0)
        what = "jämförelsegrupper" if dataset.reader == "groups" else f"{n} uppgifter"
        held = what if snapshot in read else "äldre utgåva, ligger kvar i data/raw"
        lines.append(
            f"{snapshot.dataset} {snapshot.edition}: {held}. {snapshot.publisher}. "
            f"{dataset.licence.rstrip('.')}. Uppdateras: {dataset.cadence.lower()}.{_left_out(snapshot, files)}"
        )
    for origin, about in files.items():
        if origin.startswith("register/"):
            note = about.get("note", "")
            lines.append(f"{origin} {about.get('retrieved', '')}: {about['publisher']}. {note}".strip())
    documents = [f"Programdokument: {item.name}, {item.document}" for item in catalog.programmes.values()]
    return "\n".join(map(unbroken, [*lines, *documents]))
