"""What the command line prints: rankings, histories and sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from uvas_stats.build import pipeline
from uvas_stats.catalog import Break, Catalog, Measure, load_catalog
from uvas_stats.cli.output import Form, give
from uvas_stats.errors import IndicatorError, UnknownNameError, unbroken
from uvas_stats.indicators import difference, direction_words, latest_period
from uvas_stats.indicators import rank as rank_series
from uvas_stats.indicators.chance import Chance, fit_measure
from uvas_stats.indicators.rank_sets import usual_place_moves
from uvas_stats.indicators.ranking import highest_first
from uvas_stats.numbers import number_text
from uvas_stats.observations.contract import select
from uvas_stats.observations.editions import latest_edition
from uvas_stats.observations.store import read_observations, read_origins
from uvas_stats.periods import period_end, period_kind
from uvas_stats.present.cautions import UNKNOWN_COVERAGE
from uvas_stats.present.view import SEX_TEXT, STATUS_TEXT, join_words
from uvas_stats.raw.snapshot import Snapshot, list_snapshots
from uvas_stats.situation.series import RESIDENTS, no_figures, pick_age
from uvas_stats.workspace import Workspace, find_workspace

__all__ = ["history", "ranking", "sources"]

SEXES = {"båda": ("total",), "kvinnor": ("women",), "män": ("men",), "alla": ("total", "women", "men")}
ORDERS = {"sämst": "worst", "bäst": "best"}
HIGHEST = {"högst": True, "lägst": False}
RANK_COLUMNS = ["rank", "rank_low", "rank_high", "region_code", "region_name", "value", "status", "n", "direction"]
OPEN_PLACES = ["likely_low", "likely_high", "usual_move", "alone_low", "alone_high", "all_low", "all_high"]
BOUNDS = ["lower", "upper"]
SMALLEST_RANKING = 3
"""A ranking of fewer kommuner says nothing."""


def _open() -> tuple[Workspace, Catalog]:
    workspace = find_workspace()
    pipeline.ensure_processed(workspace)
    return workspace, load_catalog(workspace)


def _series(
    workspace: Workspace, catalog: Catalog, measure: Measure, sexes: tuple[str, ...] = ("total",)
) -> pd.DataFrame:
    observations = latest_edition(read_observations(workspace.processed, [measure.id]), catalog.replaces)
    rows = select(observations, measure=measure.id, sex=sexes)
    if not rows.empty:  # a register has a dataset for each kommun
        rows = rows.loc[(rows["dataset"].str.partition(":")[0] == measure.dataset) & rows["breakdown"].isna()]
    missing = [sex for sex in sexes if sex not in set(rows["sex"])]
    if missing:
        raise no_figures(catalog, measure, "" if rows.empty else join_words([SEX_TEXT[sex] for sex in missing]))
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


def _order(measure: Measure, order: str) -> str:
    """Say by worst or best what place 1 is, where it was said by highest or lowest."""
    if order not in HIGHEST:
        return ORDERS.get(order, order)
    return "worst" if highest_first(measure, "worst") == HIGHEST[order] else "best"


def ranking(
    measure: str, *, period: str | None, group: str | None, order: str, form: Form, sure: bool = False
) -> str:
    """Write the ranking of a measure within a group or all kommuner.

    Parameters
    ----------
    measure, period, group
        What is ranked, when and among whom; None means the newest, and all kommuner.
    order
        ``högst``, ``lägst``, ``sämst`` or ``bäst``: what place 1 is.
    form
        How it is given.
    sure
        Whether to show what chance leaves open of each place.
    """
    workspace, catalog = _open()
    chosen = catalog.measure(measure)
    order = _order(chosen, order)
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
    return give(
        table.drop(columns=["n", "direction"]) if form.for_the_eye else table, form, heading, _decimals(chosen)
    )


def _decimals(measure: Measure) -> int:
    return 2 if measure.decimals else 0


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


def history(
    measure: str,
    areas: Sequence[str],
    *,
    group: str | None = None,
    sex: str = "båda",
    since: str | None = None,
    until: str | None = None,
    form: Form,
) -> str:
    """Write a measure over time: for one area beside riket, for several side by side.

    Parameters
    ----------
    measure, areas
        The measure and the kommuner, län or riket.
    group
        A group whose kommuner are wanted too.
    sex
        ``båda``, ``kvinnor``, ``män`` or ``alla`` (the three of them).
    since, until
        The first and the last period; None means all.
    form
        How it is given.
    """
    workspace, catalog = _open()
    chosen, codes = catalog.measure(measure), [catalog.area(area).code for area in areas]
    if group is not None:
        codes += catalog.group(group, tuple(codes)).members
    codes = list(dict.fromkeys(codes))
    series = _series(workspace, catalog, chosen, SEXES[sex])
    first, last = (pd.Timestamp(period_end(text)) if text is not None else None for text in (since, until))
    if first is not None:
        series = series.loc[series["period_end"] >= first]
    if last is not None:
        series = series.loc[series["period_end"] <= last]
    held = series.loc[series["region_code"].isin(codes)]
    if held[["value", *BOUNDS]].isna().all(axis=None):
        names = join_words([catalog.names[code] for code in codes[:3]])
        raise UnknownNameError(
            f"Uppgift saknas för {names}: {chosen.title}", todo="Välj ett annat mått eller en annan period"
        )
    breaks = _first_after(held, catalog.breaks_of(chosen.id, tuple(codes)))
    if len(codes) == 1 and len(SEXES[sex]) == 1:
        table = _beside_riket(series, codes[0])
        who = f"{catalog.names[codes[0]]} ({codes[0]})"
    else:
        table = _side_by_side(held, codes, catalog) if form.for_the_eye else _long(held, catalog)
        who = "Flera områden" if len(codes) > 1 else f"{catalog.names[codes[0]]} ({codes[0]})"
    of_sex = "" if sex in ("båda", "alla") else f", {sex}"
    heading = f"{who}: {chosen.title}{of_sex}"
    if not form.for_the_eye:  # the series after a break is not comparable with what stands before it
        return give(table.assign(**{"break": table["period"].map(breaks)}), form, heading)
    marked = table.assign(period=[f"{period} *" if period in breaks else period for period in table["period"]])
    notes = (f"* Tidsseriebrott {period}: {text}" for period, text in breaks.items())
    return "\n".join([give(marked, form, heading, _decimals(chosen)), *notes])


def _beside_riket(series: pd.DataFrame, code: str) -> pd.DataFrame:
    rows = difference(series, code).rename(columns={"reference": "riket"})
    of_region = series.loc[series["region_code"] == code, ["period", *BOUNDS, "status", "edition", "origin"]]
    rows = rows.merge(of_region, on="period", how="left", validate="1:1")
    rows["difference"] = rows["difference"].round(4)
    rows["status"] = rows["status"].fillna("not_available")
    return rows.drop(columns=["period_end", *(BOUNDS if rows[BOUNDS].isna().all(axis=None) else ())])


def _long(held: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Give one row a figure, area by area."""
    names = held["region_code"].map(catalog.names)
    rows = held.assign(region_name=names).sort_values(["region_code", "sex", "period_end"], kind="stable")
    return rows[["region_code", "region_name", "sex", "period", "value", *BOUNDS, "status", "edition", "origin"]]


def _side_by_side(held: pd.DataFrame, codes: Sequence[str], catalog: Catalog) -> pd.DataFrame:
    """Give the periods down and the areas across, with a word where a figure is missing."""
    several = len(held["sex"].unique()) > 1
    wide = held[["period", "period_end"]].drop_duplicates("period").sort_values("period_end")[["period"]]
    for code in codes:
        for sex in SEXES["alla"] if several else held["sex"].unique():
            part = held.loc[(held["region_code"] == code) & (held["sex"] == sex)].set_index("period")
            texts = [
                STATUS_TEXT[status] if pd.isna(value) else number_text(value, 2)
                for value, status in zip(part["value"], part["status"], strict=True)
            ]
            column = f"{catalog.names[code]}, {SEX_TEXT[sex]}" if several else catalog.names[code]
            wide[column] = wide["period"].map(dict(zip(part.index, texts, strict=True)))
    return wide


def _first_after(rows: pd.DataFrame, breaks: Iterable[Break]) -> dict[str, str]:
    """Give the texts of the breaks by the first period that is shown after each, where one before it is too."""
    ends = rows.drop_duplicates("period").set_index("period")["period_end"].sort_values()
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
