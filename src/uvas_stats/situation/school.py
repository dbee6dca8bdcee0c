"""Skolverket's school results in a nuläge: eligibility, examen, grade points and what young people do later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uvas_stats.errors import IndicatorError
from uvas_stats.present import charts
from uvas_stats.present.charts.school import Panel
from uvas_stats.present.figure import Chart
from uvas_stats.situation.series import Part

__all__ = ["School"]

ELIGIBLE = (
    "siris_eligible_vocational_share_pct",
    "siris_series_grade9_eligible_vocational_share_pct",
    "siris_grade9_eligible_vocational_share_pct",
)
"""One indicator by three reports of SIRIS; the one that has most läsår is shown."""
COMPLETION = {
    "siris_examen_3y_national_share_pct": "Inom 3 år, nationella program",
    "siris_examen_3y_all_share_pct": "Inom 3 år, alla program",
    "siris_examen_4y_national_share_pct": "Inom 4 år, nationella program",
    "siris_examen_4y_all_share_pct": "Inom 4 år, alla program",
}
GRADES = {
    "siris_leavers_grade_examen_national_points": "Elever med examen",
    "siris_leavers_grade_all_national_points": "Examen eller studiebevis",
}
LATER = {
    f"siris_{id_}_{years}y_national_share_pct": f"{word} efter {years} år"
    for years in (1, 3, 5)
    for id_, word in (("established", "Etablerade"), ("studying", "Studerande"))
}


@dataclass(frozen=True)
class School(Part):
    """The charts of school results by skolkommun; ``measure`` None draws all that belong together."""

    def eligibility(self, measure: str | None = None, group: str | None = None, title: str = "") -> Chart:
        """Draw those eligible for yrkesprogram after årskurs 9 over läsår, by skolkommun.

        One läsår alone is drawn beside the group's kommuner.

        Parameters
        ----------
        measure, group, title
            As for :meth:`uvas_stats.situation.series.Figures.view`; None draws every measure of the kind.
        """
        named = (self.catalog.measure(measure).id,) if measure else ELIGIBLE
        best = max(named, key=lambda id_: self._periods_known(id_))
        series = self.figures.series(best)
        own = series.loc[series["region_code"].isin(self.programme.municipalities), "value"]
        if self._periods_known(best) == 1 and own.notna().any():  # one läsår is no line: how the kommun stands
            return charts.compare(series, self.figures.view(best, group, title))
        words = "" if measure else "behöriga till yrkesprogram efter årskurs 9 (skolkommun)"
        return self._school({best: ""}, group, title, name="behorighet", words=words, of="Läsår")

    def completion(self, measure: str | None = None, group: str | None = None, title: str = "") -> Chart:
        """Draw examen within 3 and 4 years, of nationella program and of alla program, by startläsår.

        Parameters
        ----------
        measure, group, title
            As for :meth:`uvas_stats.situation.series.Figures.view`; None draws every measure of the kind.
        """
        panels = self._panels(measure, COMPLETION)
        words = "gymnasieexamen inom 3 och 4 år (skolkommun)" if len(panels) > 1 else ""
        return self._school(panels, group, title, name="genomstromning", words=words, of="Startläsår")

    def grade_points(self, measure: str | None = None, group: str | None = None, title: str = "") -> Chart:
        """Draw the grade points of those who leave gymnasiet's nationella program.

        Parameters
        ----------
        measure, group, title
            As for :meth:`uvas_stats.situation.series.Figures.view`; None draws every measure of the kind.
        """
        panels = self._panels(measure, GRADES)
        words = "betygspoäng, nationella program (skolkommun)" if len(panels) > 1 else ""
        return self._school(panels, group, title, name="betygspoang", words=words, of="Avgångsläsår")

    def later_activity(self, measure: str | None = None, group: str | None = None, title: str = "") -> Chart:
        """Draw what young people do 1, 3 and 5 years after gymnasiet's nationella program.

        Parameters
        ----------
        measure, group, title
            As for :meth:`uvas_stats.situation.series.Figures.view`; None draws every measure of the kind.
        """
        panels = self._panels(measure, LATER)
        words = (
            "etablerade och studerande efter gymnasiets nationella program (skolkommun)" if len(panels) > 1 else ""
        )
        return self._school(panels, group, title, name="efter_gymnasiet", words=words, of="Avgångsläsår")

    def _panels(self, measure: str | None, among: dict[str, str]) -> dict[str, str]:
        return {self.catalog.measure(measure).id: ""} if measure else among

    def _periods_known(self, measure: str) -> int:
        rows = self.figures.series(measure)
        return rows.loc[rows["region_code"].isin(self.programme.municipalities), "period"].nunique()

    def _school(
        self,
        panels: dict[str, str],
        group: str | None,
        title: str,
        *,
        name: str,
        words: str,
        of: str,
    ) -> Chart:
        self._demand_siris(tuple(panels))
        drawn = [
            Panel(self.figures.view(one, group, title), label, self.figures.series(one))
            for one, label in panels.items()
        ]
        words = words or drawn[0].view.measure.title
        id_ = name if len(drawn) > 1 else f"{name}_{drawn[0].view.measure.id}"
        return charts.school(drawn, id=id_, title=words, what=of)

    def _demand_siris(self, measures: Sequence[str]) -> None:
        """Demand that there are figures of one of the measures, and say what gets them."""
        if all(self.figures.every(one).empty for one in measures):
            dataset = self.catalog.datasets[self.catalog.measures[measures[0]].dataset]
            raise IndicatorError(
                f"{dataset.title}: Skolverkets uppgifter saknas",
                todo="Hämta dem med",
                command=f"uvas fetch {dataset.id}, eller uvas adopt {dataset.adopt} FIL",
            )
