"""What Skolverket has published of the same thing, to stand beside a count of a kommun's own register."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.numbers import MISSING, number_text
from uvas_stats.periods import period_text

__all__ = ["COVERAGE", "PublishedBeside"]

_KINDS = {"half_year_": "kaa_half_year_", "calendar_year_": "", "": "kaa_school_year_"}
"""How own measures of a kind of period begin, and the published ones; of calendar years there are none now."""
_WHOLE = {"flow_count": "reported_count", "share_pct": "share_pct", "ended_count": "deregistered_count"}
_PARTS: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    # own measure and breakdown: published table, and its name of the categories that it calls otherwise
    ("flow_count", "birth_year"): ("birth_year", {}),
    ("flow_count", "schooling"): (
        "earlier_schooling",
        {"dropped_national": "left_national_programme", "im": "introduction_programme"},
    ),
    ("flow_count", "occupation"): ("occupation", {}),
    ("flow_count", "measure_type"): ("last_measure", {"im_studies": "introduction_studies"}),
    ("ended_count", "ended_reason"): (
        "deregistration",
        {"national": "national_programme", "im": "introduction_programme"},
    ),
}
COVERAGE = "coverage_pct"
_OWN = "register_kaa_"


class PublishedBeside:
    """Looks up published figures of the KAA.

    Parameters
    ----------
    figures_of
        Gives all published rows of a measure that the catalog has.
    catalog
        Where the measures are.
    """

    def __init__(self, figures_of: Callable[[str], pd.DataFrame], catalog: Catalog) -> None:
        self._figures_of, self._catalog = figures_of, catalog
        self._held: dict[str, pd.DataFrame] = {}
        self._used: list[pd.DataFrame] = []

    @property
    def used(self) -> list[pd.DataFrame]:
        """The published rows that have been written."""
        return self._used

    def text(self, own: pd.Series) -> str:
        """Write the published figure of the same kommun and period, or of the newest with its period."""
        kind, about = self._split(str(own["measure"]))
        breakdown = own["breakdown"] if isinstance(own["breakdown"], str) else ""
        if breakdown in ("", "nan"):
            return self._newest(f"{kind}{_WHOLE.get(about, '')}", own)
        if breakdown == "measure_type" and own["category"] == "in_measure":
            return self._newest(f"{kind}in_measures_count", own)
        published, other = _PARTS.get((about, breakdown), ("", {}))
        category = other.get(str(own["category"]), str(own["category"]))
        number = self._newest(f"{kind}{published}_count", own, category)
        return self._newest(f"{kind}{published}_pct", own, category) if number == MISSING else number

    def coverage(self, own: pd.Series) -> str:
        """Write how much of its KAA the kommun has reported, as published."""
        return self._newest(f"{self._split(str(own['measure']))[0]}{COVERAGE}", own)

    def _split(self, measure: str) -> tuple[str, str]:
        about = measure.removeprefix(_OWN) if measure.startswith(_OWN) else ""
        for prefix, published in _KINDS.items():
            if about.startswith(prefix):
                return published, about.removeprefix(prefix)
        return "", about

    def _newest(self, id_: str, own: pd.Series, category: str = "") -> str:
        if id_ not in self._catalog.measures:
            return MISSING
        rows = self._rows(id_)
        rows = rows.loc[(rows["region_code"] == own["region_code"]) & (rows["category"] == category)]
        same = rows.loc[rows["period"] == own["period"]]
        chosen = same if len(same) else rows.loc[rows["period_end"] == rows["period_end"].max()]
        if len(chosen) != 1:
            return MISSING
        self._used.append(chosen)
        measure, value = self._catalog.measures[id_], chosen["value"].iloc[0]
        figure = MISSING if pd.isna(value) else number_text(float(value), measure.decimals, measure.unit)
        return figure if len(same) else f"{figure} ({period_text(str(chosen['period'].iloc[0]))})"

    def _rows(self, id_: str) -> pd.DataFrame:
        if id_ not in self._held:
            rows = self._figures_of(id_)
            total = rows.loc[rows["sex"] == "total"].astype({"category": "object"})
            self._held[id_] = total.assign(category=total["category"].where(total["category"].notna(), ""))
        return self._held[id_]
