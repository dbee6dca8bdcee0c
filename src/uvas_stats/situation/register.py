"""The part of a nuläge that shows what a kommun has counted in its own registers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from uvas_stats.catalog import Item, Section
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators.own_area import area_of_registers
from uvas_stats.observations.contract import SEXES, select
from uvas_stats.periods import period_end
from uvas_stats.present import tables
from uvas_stats.present.table import Table
from uvas_stats.situation.series import Part, read_newest

__all__ = ["UNCOUNTED", "Registers"]

HEADING = "Kommunens egna register"
UNCOUNTED = Section(
    HEADING,
    "Inga egna register är räknade. Räkna dem med: uvas register kaa, eller uvas register participants för ett "
    "programs deltagare.",
)
"""What the chapter says to who asks for it before anything is counted; a report leaves it out."""


@dataclass(frozen=True)
class Registers(Part):
    """The tables of the kommun's own registers; called, it lists all that is counted."""

    def __call__(self) -> Table:
        """List what the kommun has counted in its own registers, beside the published table."""
        _demand(self._counted_else, "räknade register", "uvas register kaa")
        rows, kommuner = self._register_rows, self.programme.municipalities
        if len(kommuner) > 1:
            area = area_of_registers(rows, kommuner, self.programme.id)
            rows = pd.concat([rows, area], ignore_index=True)
        return tables.registers(rows, self._beside, self.catalog, name=self.programme.name)

    def parts(self) -> Table:
        """List the counts of the kommun's own KAA register by birth year, schooling, occupation and more."""
        _demand(self._counted and self._has_parts, "räknade delar av KAA-registret", "uvas register kaa")
        return tables.register_parts(self._totals, self._beside, self.catalog, name=self.programme.name)

    def participants(self) -> Table:
        """List the key figures of the programme's participants at each term's end."""
        if not self._has_participants:
            raise IndicatorError(
                "Deltagarna är inte räknade", todo="Räkna dem med", command="uvas register participants"
            )
        return tables.participants(self._register_rows, self.catalog, self.programme)

    @property
    def _beside(self) -> tables.PublishedBeside:
        return tables.PublishedBeside(self.figures.every, self.catalog)

    @property
    def _has_participants(self) -> bool:
        return any("/participants_" in origin for origin in self._counted)

    @property
    def _counted_else(self) -> tuple[str, ...]:
        return tuple(origin for origin in self._counted if "/participants_" not in origin)

    @property
    def _counted(self) -> tuple[str, ...]:
        """The results of the registers of the programme's kommuner, up to the period asked for."""
        folders = tuple(f"register/{code}/" for code in self.programme.municipalities)
        if not any(origin.startswith(folders) for origin in self.figures.origins):
            return ()
        return tuple(sorted(set(self._register_rows["origin"])))

    @property
    def _has_parts(self) -> tuple[str, ...]:
        return tuple(origin for origin in self._counted if "/kaa_" in origin and "/kaa_stock_" not in origin)

    @property
    def sections(self) -> tuple[Section, ...]:
        """A last chapter where the kommun has counted its own registers, and none elsewhere."""
        if not self._counted:
            return ()
        placed = {item.kind for section in self.programme.sections for item in section.items}
        wanted = {
            "participants": self._has_participants and "participants" not in placed,
            "registers": bool(self._counted_else),
            "register_parts": bool(self._has_parts),
        }
        items = tuple(Item(kind) for kind, shown in wanted.items() if shown)
        return (Section(HEADING, "", items),) if items else ()

    @property
    def _totals(self) -> pd.DataFrame:
        return self._register_rows.loc[self._register_rows["sex"] == "total"]

    @cached_property
    def _register_rows(self) -> pd.DataFrame:
        ids = [one.id for one in self.catalog.measures.values() if one.dataset == "register"]
        folder = self.figures.processed or Path()
        newest = read_newest(folder, ids, self.programme.id, self.catalog.replaces, SEXES)
        rows = select(newest, region_code=self.programme.municipalities)
        if self.figures.period is not None:
            rows = rows.loc[rows["period_end"] <= pd.Timestamp(period_end(self.figures.period))]
        return rows


def _demand(counted: tuple[str, ...], what: str, command: str) -> None:
    if not counted:
        raise IndicatorError(f"Kommunen har inga {what}", todo="Räkna dem med", command=command)
