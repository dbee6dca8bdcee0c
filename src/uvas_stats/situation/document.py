"""The part of a nuläge that the programme's own document gives: printed figures, target group and economy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from uvas_stats.catalog import PrintedFigure
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import check_printed
from uvas_stats.numbers import number_text, rounded
from uvas_stats.present import charts, tables
from uvas_stats.present.figure import Chart, Missing
from uvas_stats.present.source import source_line
from uvas_stats.present.table import Table
from uvas_stats.situation.series import Part

__all__ = ["Documents"]

UVAS, UVAS_COUNT, PEOPLE = "uvas_share_pct", "uvas_document_count", "population_count"
OVERLAP = Missing("Målgruppen räknad ur listorna, utan dubbelräkning", "uvas register overlap")


@dataclass(frozen=True)
class Documents(Part):
    """What the programme's document prints; called, it lists the figures beside today's."""

    def __call__(self) -> Table:
        """List the figures that the document prints, beside today's nearest figure."""
        self._demand(self.programme.printed, "Dokumentets tryckta uppgifter är inte inlagda", "printed")
        return tables.documents(self.programme, self.catalog, self.figures.document_figures, self._nearest())

    def consistency(self) -> Table:
        """Check the printed figures against each other."""
        findings = check_printed(self.programme)
        self._demand(tuple(findings), "Inga tryckta uppgifter kan kontrolleras mot varandra", "checks")
        return tables.consistency(self.programme, self.catalog, self.figures.document_figures, findings)

    def activities(self) -> Table:
        """List the activities of the document."""
        self._demand(self.programme.activities, "Dokumentets aktivitetstabeller är inte inlagda", "activities")
        return tables.activities(self.programme)

    def economy(self) -> Table:
        """Show the economy table of the document."""
        self._demand(self.programme.economy, "Dokumentets ekonomi är inte inlagd", "economy")
        return tables.economy(self.programme)

    def target_group(self) -> Chart:
        """Draw the size of the target group with the bounds that overlap leaves."""
        group = self.programme.target_group
        self._demand(group.parts if group else (), "Målgruppens delar är inte inlagda", "target_group.parts")
        assert group is not None
        printed = {figure.id: figure for figure in self.programme.printed}
        parts = [(printed[id_].text, printed[id_].value or 0.0) for id_ in group.parts]
        shown = [printed[id_] for id_ in (*group.parts, *([group.total] if group.total else []))]
        names = ["measure", "region_code", "period", "sex", "age_group", "category"]
        place = self.programme.municipalities[0]
        keys = [
            (
                one.measure,
                one.region or place,
                one.period,
                one.sex,
                one.age_group or self.catalog.measures[one.measure].ages,
                one.category,
            )
            for one in shown
        ]
        rows = self.figures.document_figures[names].fillna("").itertuples(index=False, name=None)
        data = self.figures.document_figures.loc[[key in keys for key in rows]]
        published, today = self._published(printed, shown)
        total = printed[group.total].as_printed if group.total else ""
        lines = [
            source_line(data, self.catalog, computed=False),
            source_line(today, self.catalog, computed=True),
        ]
        source = " ".join(filter(None, lines))
        data = pd.concat([data, today], ignore_index=True)
        return charts.target_group(
            parts, printed=total, text=group.text, source=source, data=data, note=published, missing=(OVERLAP,)
        )

    def _published(
        self, printed: dict[str, PrintedFigure], parts: list[PrintedFigure]
    ) -> tuple[str, pd.DataFrame]:
        """Say what the published share of UVAS makes of the document's own population, where it has one."""
        counted = next((one for one in parts if one.measure == UVAS_COUNT), None)
        people = next((one for one in printed.values() if one.measure == PEOPLE), None)
        nothing = self.figures.document_figures.iloc[:0]
        if counted is None or people is None or counted.value is None or people.value is None:
            return "", nothing
        code = counted.region or self.programme.municipalities[0]
        series = self.figures.series(UVAS)
        row = series.loc[(series["region_code"] == code) & (series["period"] == counted.period)]
        if row["value"].isna().all():
            return "", nothing
        share = float(row["value"].iloc[0])
        persons = rounded(share * people.value / 100, 0)
        more = "fler än" if persons > counted.value else "inte fler än"
        text = (
            f"Enligt MUCF var UVAS {number_text(share, 1, 'procent')} av de unga {counted.period}. Av dokumentets "
            f"folkmängd, {number_text(people.value, 0)}, är det omkring {number_text(persons, 0)} personer, "
            f"{more} dokumentets {counted.as_printed}."
        )
        return text, row

    def _demand(self, things: tuple[Any, ...], what: str, key: str) -> None:
        if not things:
            raise IndicatorError(what, todo=f"Lägg in under {key} i programfilen för {self.programme.name}")

    def _nearest(self) -> dict[str, tables.Nearest]:
        """Give today's nearest figure for each printed measure that has one."""
        printed = {figure.measure: self.catalog.measures[figure.measure] for figure in self.programme.printed}
        views = {
            id_: self.figures.view(measure.follow_up) for id_, measure in printed.items() if measure.follow_up
        }
        return {
            id_: tables.nearest_figure(printed[id_], self.figures.series(view.measure.id), view)
            for id_, view in views.items()
        }
