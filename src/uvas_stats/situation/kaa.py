"""The kommunala aktivitetsansvaret in a nuläge: what the facade shows of it, and the kartläggning."""

from __future__ import annotations

from dataclasses import dataclass

from uvas_stats.catalog.kaa import DATASET, load_needs_rows
from uvas_stats.errors import IndicatorError
from uvas_stats.present import charts, tables
from uvas_stats.present.figure import Chart
from uvas_stats.present.table import Table
from uvas_stats.present.view import View
from uvas_stats.situation.series import SCB_SHARE, Part

__all__ = ["Kaa"]

SHARE = "kaa_school_year_share_pct"
OCCUPATION = "kaa_school_year_occupation_pct"
DEREGISTRATION = "kaa_school_year_deregistration_count"
DEFINITIONS = {"published": SHARE, "scb": SCB_SHARE}
"""The share by its denominator: Skolverket's own table, or SCB's population at the turn of the year."""


@dataclass(frozen=True)
class Kaa(Part):
    """The charts of the kommunala aktivitetsansvaret; called, it draws the chart of KAA by kommun."""

    def __call__(
        self,
        measure: str | None = None,
        group: str | None = None,
        title: str = "",
        age: str = "",
        definition: str = "published",
    ) -> Chart:
        """Draw KAA by kommun against riket and the group, with coverage.

        Parameters
        ----------
        measure, group, title, age
            As for :meth:`uvas_stats.situation.series.Figures.view`.
        definition
            What the share is of, where no measure is named: ``published`` is Skolverket's own share, ``scb`` the
            count divided by SCB's population 16-19 at the turn of the year.
        """
        if definition not in DEFINITIONS:
            raise IndicatorError(f"Definitionen ”{definition}” finns inte", todo="Välj published eller scb")
        view = self.figures.view(self._demand_kaa(measure or DEFINITIONS[definition]), group, title, age)
        return charts.kaa(self.figures.series(view.measure.id, view.age), view)

    def occupation(
        self, measure: str | None = None, group: str | None = None, title: str = "", age: str = ""
    ) -> Chart:
        """Draw what those in KAA do, the unknown among them.

        Parameters
        ----------
        measure, group, title, age
            As for :meth:`uvas_stats.situation.series.Figures.view`; ``group`` makes no difference.
        """
        view = self.figures.view(self._demand_kaa(measure or OCCUPATION), group, title, age)
        parts = self.figures.every(view.measure.id)
        parts = parts.loc[(parts["sex"] == "total") & parts["breakdown"].notna()]
        return charts.kaa_occupation(parts, self.figures.series(_beside(view, "reported_count")), view)

    def flow(self, measure: str | None = None, group: str | None = None, title: str = "", age: str = "") -> Chart:
        """Draw the registered, and the deregistered by ground.

        Parameters
        ----------
        measure, group, title, age
            As for :meth:`uvas_stats.situation.series.Figures.view`; ``group`` makes no difference.
        """
        view = self.figures.view(self._demand_kaa(measure or DEREGISTRATION), group, title, age)
        parts = self.figures.every(view.measure.id)
        parts = parts.loc[(parts["sex"] == "total") & parts["breakdown"].notna()]
        counts, left = (
            self.figures.series(_beside(view, one)) for one in ("reported_count", "deregistered_count")
        )
        return charts.kaa_flow(counts, left, parts, view)

    def kartlaggning(self) -> Table:
        """Rebuild the kartläggning of a local agreement: the document's figures beside today's nearest."""
        if len(self.programme.municipalities) != 1:
            raise IndicatorError("Kartläggningen gäller en kommun i taget", todo="Ange kommunen")
        code = self.programme.municipalities[0]

        def coverage(measure: str, period: str) -> float | None:
            rows = self.figures.series(measure)
            hit = rows.loc[(rows["region_code"] == code) & (rows["period"] == period), "value"].dropna()
            return None if hit.empty else float(hit.iloc[0])

        return tables.kartlaggning(
            load_needs_rows(),
            code,
            self.programme,
            self.catalog,
            self.figures.document_figures,
            self.figures.every,
            coverage,
        )

    def _demand_kaa(self, measure: str) -> str:
        """Demand that there are figures of a KAA measure, and say what gets them."""
        chosen = self.catalog.measure(measure)
        if chosen.dataset != DATASET:
            raise IndicatorError(f"{chosen.title} är inget KAA-mått", todo="Välj ett mått som börjar på kaa_")
        if self.figures.every("kaa_school_year_reported_count" if chosen.id == SCB_SHARE else chosen.id).empty:
            raise IndicatorError(
                "Uppgifter om KAA per kommun saknas",
                todo="Hämta dem med",
                command="uvas fetch kaa, eller uvas adopt kaa FIL",
            )
        return chosen.id


def _beside(view: View, what: str) -> str:
    """Give the measure of the same kind of period."""
    return f"kaa_{view.measure.period_kind}_{what}"
