"""What stands behind a nuläge: definitions of its measures, the raw files, and every figure in one flat table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.observations.contract import COLUMNS, KEY
from uvas_stats.present.source import DOCUMENTS, edition_text

__all__ = ["definitions", "figures_shown", "flat", "sources"]

_DEFINITION = ["Mått", "Definition", "Ålder", "Population", "Täljare", "Nämnare", "Utgivare", "Att tänka på"]
_SOURCE = ["Datamängd", "Utgivare", "Utgåva", "Hämtad", "Licens", "Kommentar", "Fil", "sha256"]


def figures_shown(shown: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Gather the observations among the frames of a report, each figure once, in the order of a list."""
    frames = [frame[[*COLUMNS]] for frame in shown if set(COLUMNS) <= set(frame.columns)]
    if not frames:
        return pd.DataFrame(columns=list(COLUMNS))
    whole = pd.concat(frames, ignore_index=True)
    whole = whole.loc[whole["measure"].notna()]
    order = ["measure", "period_end", "region_code", "sex", "age_group"]
    return whole.drop_duplicates(list(KEY)).sort_values(order, kind="stable", ignore_index=True)


def flat(whole: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Return every figure shown, with the names that a follow-up system and a reader need."""
    names = whole["region_code"].map(catalog.names)
    measures = whole["measure"].map(catalog.measures)
    keys = whole[["dataset", "edition", "origin"]].astype("str").itertuples(index=False, name=None)
    return whole.assign(
        edition=[
            edition_text(dataset, edition, origin, catalog) if dataset == DOCUMENTS else edition
            for dataset, edition, origin in keys
        ],
        region_name=names,
        measure_title=[measure.title for measure in measures],
        unit=[measure.unit for measure in measures],
    )


def definitions(whole: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Return the definition of each measure shown."""
    rows = []
    for id_ in whole["measure"].unique():
        measure = catalog.measures[id_]
        cautions = [*measure.cautions, *[item.text for item in catalog.breaks_of(id_) if not item.regions]]
        ages = f"{measure.ages.replace('-', '–')} år" if measure.ages != "total" else ""
        rows.append(
            [
                measure.title,
                measure.definition,
                ages,
                measure.population,
                measure.numerator,
                measure.denominator,
                measure.publisher,
                " ".join(cautions),
            ]
        )
    return pd.DataFrame(rows, columns=_DEFINITION)


def sources(whole: pd.DataFrame, origins: Mapping[str, Any], catalog: Catalog) -> pd.DataFrame:
    """Return the raw files that the figures come from, with their checksums.

    Parameters
    ----------
    whole
        The figures shown.
    origins
        What is known of each raw file, by its path.
    catalog
        Where the data sets are.
    """
    used = whole[["dataset", "edition", "origin"]].drop_duplicates().sort_values("origin")
    rows = []
    for dataset, edition, origin in used.itertuples(index=False):
        known = origins.get(origin, {})
        declared = catalog.datasets[dataset.partition(":")[0]]
        rows.append(
            [
                declared.title,
                known.get("publisher", declared.publisher),
                edition_text(str(dataset), str(edition), str(origin), catalog),
                known.get("retrieved", ""),
                known.get("licence", declared.licence),
                known.get("note", declared.note),
                origin,
                known.get("sha256", ""),
            ]
        )
    return pd.DataFrame(rows, columns=_SOURCE)
