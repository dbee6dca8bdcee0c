"""A figure that is known to be wrong is corrected and told, until its publisher mends it: then reading stops."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from uvas_stats.catalog import Catalog, Correction
from uvas_stats.catalog.check import check_corrections
from uvas_stats.clean.corrections import correct
from uvas_stats.errors import CatalogError, RawFileError
from uvas_stats.observations.validate import make_observations, validate

ORIGIN = "kolada/2026-11-21/kolada_published.csv"
REPLACED = Correction(
    dataset="kolada",
    measure="uvas_share_pct",
    region="2182",
    period="2024",
    action="replace",
    expect=91.5,
    value=9.15,
    reason="Kommatecknet har flyttats",
    source="MUCF",
    date=dt.date(2026, 11, 30),
)


def observed(*values: float | None, edition: str = "2026-11-21") -> pd.DataFrame:
    """Give Söderhamn 2024 and after it as many kommuner more as there are values."""
    count = len(values)
    return make_observations(
        pd.DataFrame(
            {
                "dataset": "kolada",
                "edition": edition,
                "region_code": ["2182", "1440", "0114"][:count],
                "period": "2024",
                "age_group": "16-24",
                "measure": "uvas_share_pct",
                "value": pd.Series(values, dtype="float64"),
                "status": ["not_available" if value is None else "ok" for value in values],
                "origin": ORIGIN,
            }
        )
    )


def having(catalog: Catalog, **changes: Any) -> Catalog:
    return replace(catalog, corrections=(replace(REPLACED, **changes),))


def test_a_wrong_figure_is_replaced_and_its_neighbours_are_left(catalog: Catalog) -> None:
    corrected = correct(observed(91.5, 91.5), having(catalog))
    assert corrected["value"].tolist() == [9.15, 91.5]
    assert corrected["status"].tolist() == ["ok", "ok"]
    assert corrected.attrs["corrections"] == {
        ORIGIN: ["uvas_share_pct, 2182, 2024: 91.5 rättat till 9.15. Kommatecknet har flyttats (MUCF, 2026-11-30)"]
    }


def test_a_figure_that_is_dropped_is_not_available(catalog: Catalog) -> None:
    corrected = validate(correct(observed(91.5, 6.0), having(catalog, action="drop", value=None)))
    assert corrected["value"].fillna(-1).tolist() == [-1, 6.0]
    assert corrected["status"].tolist() == ["not_available", "ok"]


def test_a_figure_that_is_flagged_is_kept_and_told(catalog: Catalog) -> None:
    given = observed(91.5)
    corrected = correct(given, having(catalog, action="flag", value=None))
    assert corrected["value"].tolist() == [91.5]
    assert "91.5 märkt som fel" in corrected.attrs["corrections"][ORIGIN][0]
    assert "corrections" not in given.attrs


def test_a_figure_that_the_publisher_has_mended_stops_the_reading(catalog: Catalog) -> None:
    with pytest.raises(RawFileError, match=r"är 9\.15 hos utgivaren, men rättelsen gäller 91\.5") as caught:
        correct(observed(9.15), having(catalog))
    assert ORIGIN in str(caught.value)
    assert "until" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_an_edition_after_the_last_with_the_fault_is_read_as_it_is(catalog: Catalog) -> None:
    mended = having(catalog, until="2026-11-21")
    assert correct(observed(91.5), mended)["value"].tolist() == [9.15]
    later = observed(9.15, edition="2027-01-10")
    assert correct(later, mended) is later


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": "mucf"},
        {"region": "0180"},
        {"period": "2023"},
        {"sexes": ("women",)},
        {"age_group": "20-24"},
    ],
)
def test_a_correction_of_another_figure_changes_nothing(catalog: Catalog, changes: dict[str, Any]) -> None:
    given = observed(91.5)
    assert correct(given, having(catalog, **changes)) is given


def test_a_figure_that_is_missing_needs_no_correction(catalog: Catalog) -> None:
    given = observed(None, 6.0)
    assert correct(given, having(catalog)) is given


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dataset": "kolda"}, ["dataset", "kolda", "Närmast: kolada"]),
        ({"measure": "uvas_share"}, ["measure", "Närmast: uvas_share_pct"]),
        ({"region": "9999"}, ["region", "9999"]),
        ({"period": "2024-11"}, ["period", "2024-11"]),
        ({"sexes": ("kvinnor",)}, ["sexes", "kvinnor"]),
        ({"action": "remove"}, ["action", "remove"]),
        ({"action": "drop"}, ["value", "drop"]),
        ({"value": None}, ["value", "replace"]),
        ({"value": 91.5}, ["value", "expect"]),
    ],
)
def test_a_correction_that_names_what_does_not_exist_is_refused(
    catalog: Catalog, changes: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(CatalogError) as caught:
        check_corrections(having(catalog, **changes), Path("corrections.toml"))
    for word in ["corrections.toml", *words]:
        assert word in str(caught.value)


def test_the_declared_corrections_hold(catalog: Catalog) -> None:
    assert catalog.corrections
    check_corrections(catalog, Path("corrections.toml"))
