"""The part of a nuläge that shows what a kommun has counted in its own registers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from uvas_stats.catalog import Item, Section
from uvas_stats.errors import IndicatorError
from uvas_stats.holdings import Holdings, read_newest
from uvas_stats.observation import select
from uvas_stats.periods import period_end
from uvas_stats.present import tables
from uvas_stats.present.table import Table

__all__ = ["OwnRegisters"]


@dataclass(frozen=True)
class OwnRegisters(Holdings):
    """The tables of the kommun's own registers; :class:`uvas_stats.situation.Nulage` has them."""

    def registers(self) -> Table:
        """List what the kommun has counted in its own registers, beside the published table."""
        _demand(self._counted, "räknade register", "uvas register")
        beside = {id_ for id_ in tables.PUBLISHED_BESIDE.values() if id_ in self.catalog.measures}
        published = {id_: self.series(id_) for id_ in beside}
        return tables.registers(self._register_rows, published, self.catalog, name=self.programme.name)

    def register_parts(self) -> Table:
        """List the counts of the kommun's own KAA register by birth year, schooling, occupation and more."""
        _demand(self._counted and self._has_parts, "räknade delar av KAA-registret", "uvas register kaa")
        return tables.register_parts(self._register_rows, self.catalog, name=self.programme.name)

    @property
    def _counted(self) -> tuple[str, ...]:
        """The results of registers that the workspace holds for the programme's kommuner."""
        own = tuple(f"register/{code}/" for code in self.programme.municipalities)
        return tuple(origin for origin in self.origins if origin.startswith(own))

    @property
    def _has_parts(self) -> tuple[str, ...]:
        return tuple(origin for origin in self._counted if "/kaa_" in origin and "/kaa_stock_" not in origin)

    @property
    def _register_sections(self) -> tuple[Section, ...]:
        """A last chapter where the kommun has counted its own registers, and none elsewhere."""
        if not self._counted:
            return ()
        items = (Item("registers"), *([Item("register_parts")] if self._has_parts else []))
        return (Section("Kommunens egna register", "", items),)

    @cached_property
    def _register_rows(self) -> pd.DataFrame:
        ids = [one.id for one in self.catalog.measures.values() if one.dataset == "register"]
        folder = self.processed or Path()
        held = read_newest(folder, ids, self.programme.id)
        rows = select(held, region_code=self.programme.municipalities)
        if self.until is not None:
            rows = rows.loc[rows["period_end"] <= pd.Timestamp(period_end(self.until))]
        return rows


def _demand(counted: tuple[str, ...], what: str, command: str) -> None:
    if not counted:
        raise IndicatorError(f"Kommunen har inga {what}", todo=f"Räkna dem med: {command}")
