"""Source lines, built from the origins of the figures shown, so that they cannot go stale."""

from __future__ import annotations

import pandas as pd

from uvas_stats.catalog import Catalog, Programme

__all__ = ["edition_date", "edition_text", "source_line"]

DOCUMENTS = "programme_documents"


def _publishers(data: pd.DataFrame, catalog: Catalog, *, with_route: bool) -> list[str]:
    names: list[str] = []
    for measure_id, dataset, origin in (
        data[["measure", "dataset", "origin"]].drop_duplicates().itertuples(index=False)
    ):
        measure = catalog.measures[measure_id]
        if dataset == DOCUMENTS:
            names.append(_document(origin, catalog))
        elif with_route and measure.route:
            names.append(f"{measure.publisher} via {measure.route}")
        else:
            names.append(measure.publisher)
    return list(dict.fromkeys(names))


def _programme(origin: str, catalog: Catalog) -> Programme | None:
    return catalog.programmes.get(origin.removeprefix("programmes/").removesuffix(".toml"))


def _document(origin: str, catalog: Catalog) -> str:
    programme = _programme(origin, catalog)
    return programme.document if programme else origin


def edition_text(dataset: str, edition: str, origin: str, catalog: Catalog) -> str:
    """Write the date of an edition; of a document only the year where no more is known.

    Parameters
    ----------
    dataset, edition, origin
        As in an observation.
    catalog
        Where the programmes and their documents are.
    """
    programme = _programme(origin, catalog) if dataset == DOCUMENTS else None
    return programme.document_edition if programme else edition[:10]


def _editions(data: pd.DataFrame) -> list[str]:
    published = data.loc[data["dataset"] != DOCUMENTS, "edition"]
    return sorted({str(edition)[:10] for edition in published.unique()})


def edition_date(data: pd.DataFrame) -> str:
    """Return the date of the newest edition among the rows, or nothing for documents alone."""
    return max(_editions(data), default="")


def _editions_line(data: pd.DataFrame) -> str:
    """Say the date of the edition, or the span where the rows are of several."""
    dates = _editions(data)
    if len(dates) < 2:
        return "".join(f"Utgåva {date}." for date in dates)
    if len(dates) == 2:
        return f"Utgåvor {dates[0]} och {dates[1]}."
    return f"{len(dates)} utgåvor, {dates[0]} till {dates[-1]}."


def source_line(data: pd.DataFrame, catalog: Catalog, *, computed: bool, n: int | None = None) -> str:
    """Write the source line of a chart or table.

    Parameters
    ----------
    data
        The observations shown: ``measure, dataset, edition, origin``.
    catalog
        Where the measures and their publishers are.
    computed
        True for ranks, differences, quartiles and other own calculations: these are "Egen bearbetning" and never
        carry Kolada as their source.
    n
        Number of kommuner shown, where that matters.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> rows = pd.DataFrame({"measure": ["uvas_share_pct"], "dataset": ["kolada"], "edition": ["2026-11-21"],
    ...     "origin": ["kolada/2026-11-21/kolada_published.csv"]})
    >>> source_line(rows, load_catalog(), computed=False)
    'Källa: MUCF via Kolada. Utgåva 2026-11-21.'
    >>> source_line(rows, load_catalog(), computed=True, n=290)
    'Egen bearbetning av uppgifter från MUCF. Utgåva 2026-11-21. n = 290 kommuner.'
    """
    if data.empty:
        return ""
    listed = "; ".join(_publishers(data, catalog, with_route=not computed))
    parts = [f"{'Egen bearbetning av uppgifter från' if computed else 'Källa:'} {listed}."]
    parts.append(_editions_line(data))
    if n is not None:
        parts.append(f"n = {n} kommuner.")
    return " ".join(filter(None, parts))
