"""Source lines, built from the origins of the figures shown, so that they cannot go stale."""

from __future__ import annotations

import pandas as pd

from uvas_stats.catalog import Catalog

__all__ = ["edition_date", "source_line"]


def _publishers(data: pd.DataFrame, catalog: Catalog, *, with_route: bool) -> list[str]:
    names: list[str] = []
    for measure_id, dataset, origin in (
        data[["measure", "dataset", "origin"]].drop_duplicates().itertuples(index=False)
    ):
        measure = catalog.measures[measure_id]
        if dataset == "programme_documents":
            names.append(_document(origin, catalog))
        elif with_route and measure.route:
            names.append(f"{measure.publisher} via {measure.route}")
        else:
            names.append(measure.publisher)
    return list(dict.fromkeys(names))


def _document(origin: str, catalog: Catalog) -> str:
    programme = catalog.programmes.get(origin.removeprefix("programmes/").removesuffix(".toml"))
    return programme.document if programme else origin


def edition_date(data: pd.DataFrame) -> str:
    """Return the date of the newest edition among the rows, or nothing for documents alone."""
    published = data.loc[data["dataset"] != "programme_documents", "edition"]
    return "" if published.empty else str(published.astype("str").max())[:10]


def source_line(data: pd.DataFrame, catalog: Catalog, *, computed: bool, n: int | None = None) -> str:
    """Write the source line of a chart or table.

    Parameters
    ----------
    data
        The observations shown: ``measure, dataset, edition, origin``.
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
    date = edition_date(data)
    if date:
        parts.append(f"Utgåva {date}.")
    if n is not None:
        parts.append(f"n = {n} kommuner.")
    return " ".join(parts)
