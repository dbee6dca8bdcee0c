"""Two routes to the same indicator."""

from __future__ import annotations

import pandas as pd

from uvas_stats.indicators.differences import disagreements


def rows(measure: str, figures: dict[str, tuple[float | None, float | None, float | None]]) -> pd.DataFrame:
    values = pd.DataFrame(figures.values(), columns=["value", "lower", "upper"], dtype="float64")
    return values.assign(
        region_code=list(figures), period="2024/25", period_end=1, sex="total", age_group="total", measure=measure
    ).assign(breakdown=None)


def test_only_what_rounding_and_intervals_do_not_explain_is_listed() -> None:
    left = {
        "1440": (81.6, None, None),
        "2182": (73.3, None, None),
        "2421": (None, 81.0, 95.2),
        "0604": (None, 66.7, 91.7),
        "2506": (None, None, None),
        "1384": (87.8, None, None),
    }
    right = {
        "1440": (81.62, None, None),
        "2182": (74.0, None, None),
        "2421": (95.0, None, None),
        "0604": (95.0, None, None),
        "2506": (80.0, None, None),
    }
    found = disagreements(pd.concat([rows("a", left), rows("b", right)], ignore_index=True), "a", "b")
    assert found["region_code"].tolist() == ["0604", "2182"]
    assert found["difference"].round(2).tolist() == [3.3, 0.7]


def test_nothing_in_common_is_an_empty_list() -> None:
    frame = rows("a", {"1440": (81.6, None, None)})
    assert disagreements(frame, "a", "b").empty
