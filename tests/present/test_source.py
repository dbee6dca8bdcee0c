"""Source lines are built from the data."""

from __future__ import annotations

import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.present.source import edition_date, edition_text, source_line


def rows(**columns: list[str]) -> pd.DataFrame:
    base = {
        "measure": ["uvas_share_pct"],
        "dataset": ["kolada"],
        "edition": ["2026-11-21"],
        "origin": ["kolada/x"],
    }
    return pd.DataFrame(base | columns)


def test_every_edition_shown_is_told(catalog: Catalog) -> None:
    both = pd.concat([rows(), rows(edition=["2027-02-01"])])
    assert edition_date(both) == "2027-02-01"
    assert source_line(both, catalog, computed=False).endswith("Utgåvor 2026-11-21 och 2027-02-01.")
    three = pd.concat([both, rows(edition=["2026-12-24T08:00:00"])])
    assert source_line(three, catalog, computed=False).endswith("3 utgåvor, 2026-11-21 till 2027-02-01.")


def test_a_document_of_which_only_the_year_is_known_is_dated_by_its_year(catalog: Catalog) -> None:
    assert (
        edition_text("programme_documents", "2010-01-01_soderhamn", "programmes/soderhamn.toml", catalog) == "2010"
    )
    assert edition_text("kolada", "2026-11-21T08:00:00", "kolada/x", catalog) == "2026-11-21"


def test_several_publishers_are_all_named(catalog: Catalog) -> None:
    both = pd.concat([rows(), rows(measure=["eligible_vocational_share_pct"])])
    line = source_line(both, catalog, computed=False)
    assert "MUCF via Kolada" in line
    assert "SCB och Skolverket via Kolada" in line


def test_a_documents_figure_names_the_document(catalog: Catalog) -> None:
    own = rows(
        dataset=["programme_documents"], measure=["unemployment_place_rank"], origin=["programmes/soderhamn.toml"]
    )
    assert source_line(own, catalog, computed=False) == "Källa: Söderhamns kommun, handlingsprogram, version 2010."


def test_own_calculation_leaves_out_the_route(catalog: Catalog) -> None:
    assert (
        source_line(rows(), catalog, computed=True)
        == "Egen bearbetning av uppgifter från MUCF. Utgåva 2026-11-21."
    )
